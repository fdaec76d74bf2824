"""Several formulas as one LaTeX text: labels that differ, macros that stay with their formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from symness.derive import Derived
from symness.loading import Derivation

__all__ = ["document", "fragment"]

_SPECIAL = {**{c: "\\" + c for c in "#$%&_{}"}, "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}


def fragment(derivation: Derivation, derived: Derived, macros: bool) -> str:
    r"""The equations of one formula, labelled ``eq:DERIVATION_TITLE:NAME``, its macros inside a group."""
    label = re.sub(r"[^A-Za-z0-9]+", "_", f"{derivation.name} {derived.title}").strip("_")
    with derivation.blamed(f"LaTeX of {derived.title!r}"):
        text = replace(derived.formula, name=label).latex(macros=macros)
    title = f"% {derived.title}\n"
    return title + (f"\\begingroup\n{text}\\endgroup\n" if r"\newcommand" in text else text)


def document(parts: Sequence[tuple[Derivation, Derived, str]], standalone: bool) -> str:
    """Fragments one after the other, or a complete document with a heading for each."""
    if not standalone:
        return "\n".join(text for *_, text in parts)
    body = "\n".join(
        f"\\subsection*{{{''.join(_SPECIAL.get(c, c) for c in derived.title)}}}\n{text}" for _, derived, text in parts
    )
    title = ", ".join(dict.fromkeys(derivation.name for derivation, *_ in parts))
    import jinja2  # a listing need not wait for it

    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.get_template("document.tex.j2").render(comments="", macros="", title=title, body=body)
