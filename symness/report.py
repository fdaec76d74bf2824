"""One self-contained page about a derivation: models, formulas, verification, figures, claims, provenance.

The page needs no network and no script: formulas are MathML, figures are inside.  It holds no time and no path, so
that the same derivation gives the same bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symness import cards_checks, cards_formula, cards_model
from symness.derive import Derived, derive, ranges_for
from symness.display import Card, Content, Math, Table, escape, html
from symness.errors import MissingPackageError
from symness.formula import Formula
from symness.loading import Derivation
from symness.mathml import converter, mathml
from symness.verdicts import VERDICTS, Verdict, equations, register
from symness.verify import verify

__all__ = ["PARTS", "report"]

#: what takes time and can be left out
PARTS = ("verification", "figures", "claims")
Advance = Callable[[int, int, str], None]
_LONGEST_CLAIM = 600  # letters of an equation in the list of claims

_CONVENTIONS: tuple[tuple[str, str], ...] = (
    ("units", "hbar = k_B = 1; energies, rates, temperatures and chemical potentials in one unit"),
    ("rates", cards_model.RATES),
    ("currents", "positive into the system, for each bath or jump"),
    ("product states", "in each part the highest state first: ee, eg, ge, gg"),
    ("energy basis", "in each 2 x 2 block the upper state first, cos(theta/2)|eg> + sin(theta/2)|ge>"),
    ("Lamb shift", "off"),
)


@dataclass(frozen=True)
class _Section:
    key: str
    title: str
    body: str


def report(
    derivation: Derivation,
    *,
    points: int = 20,
    digits: int = 30,
    seed: int = 0,
    without: Collection[str] = (),
    progress: Advance | None = None,
) -> str:
    """The page as HTML.

    Parameters
    ----------
    points, digits, seed : int
        Of the verification of each module; no points leave it out.
    without : collection of str
        Of :data:`PARTS`: what is left out.
    progress : callable, optional
        Called with steps done, all steps, and what is under way.

    Raises
    ------
    MissingPackageError
        Without latex2mathml.
    DerivationError
        When a formula of the derivation cannot be derived.
    """
    converter()  # before anything that takes long
    advance = progress or (lambda done, total, what: None)
    jobs = [(kind, title) for kind in ("CLOSED_FORMS", "MODULES") for title in derivation.recipes(kind)]
    found: list[tuple[str, Derived]] = []
    for place, (kind, title) in enumerate(jobs):
        advance(place, len(jobs), title)
        found.append((kind, derive(derivation, kind, title)))
    closed = [item for kind, item in found if kind == "CLOSED_FORMS"]
    modules = [item for kind, item in found if kind == "MODULES"]
    sections = [
        _Section("model", "Models", _models(found)),
        _Section("conventions", "Conventions", _table(_CONVENTIONS)),
        _Section("formulas", "Formulas", _lengths([*closed, *modules]) + _formulas(derivation, closed, modules)),
    ]
    if points and "verification" not in without:
        body = _verification(derivation, [m.formula for m in modules], points, digits, seed, advance)
        sections.append(_Section("verification", "Verification", body))
    if derivation.figures and "figures" not in without:
        sections.append(_Section("figures", "Figures", _figures(derivation, advance)))
    if derivation.claims and "claims" not in without:
        sections.append(_Section("claims", "Claims", _claims(derivation, advance)))
    sections.append(_Section("provenance", "Provenance", _provenance(derivation, modules)))
    sections.append(_Section("cite", "How to cite", _cite(derivation)))
    return _page(derivation, sections)


def _page(derivation: Derivation, sections: Sequence[_Section]) -> str:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = environment.get_template("report.html.j2")
    about = re.sub(r"(?<!\n)\n(?=[^\s*-])", " ", derivation.doc.strip())  # paragraphs flow, lists and displays stay
    return template.render(title=escape(derivation.name), about=escape(about), sections=sections)


# -- models and formulas -------------------------------------------------------------------------------------------


def _wide(body: str) -> str:
    return f'<div class="wide">{body}</div>'


def _card(card: Card) -> str:
    return _wide(html(card, mathml, titled=False))


def _table(rows: Iterable[tuple[str, Content]]) -> str:
    return _card(Card("", tuple(rows)))


def _models(found: Sequence[tuple[str, Derived]]) -> str:
    """Each model once, with the formulas that rest on it."""
    bodies: dict[str, list[str]] = {}
    for _, item in found:
        setup = item.formula.reference
        if setup is not None:
            body = html(cards_model.model(setup.model), mathml, titled=False)
            bodies.setdefault(body, []).append(f"{item.title} ({setup.generator})")
    parts = []
    for place, (body, titles) in enumerate(bodies.items(), 1):
        names = ", ".join(dict.fromkeys(titles))
        opened = " open" if place == 1 else ""
        parts.append(f"<details{opened}><summary>{place}. {escape(names)}</summary>{_wide(body)}</details>")
    return "\n".join(parts) or "<p>The formulas carry no model.</p>"


def _lengths(items: Sequence[Derived]) -> str:
    """How long each formula is, and how it compares with the printed one."""

    def printed(item: Derived) -> str:
        if item.published is None:
            return ""
        if item.differing is None:
            return str(item.published)
        return f"{item.published}, {'differs: ' + ', '.join(item.differing) if item.differing else 'identical'}"

    head = ("formula", "operations as displayed", "published", "operations as a program", "outputs")
    rows = tuple((i.title, str(i.operations), printed(i), str(i.executed), str(len(i.formula.outputs))) for i in items)
    return _table([("", Table(head, rows))])


def _formulas(derivation: Derivation, closed: Sequence[Derived], modules: Sequence[Derived]) -> str:
    """Closed forms in full; formulas of modules folded where there are closed forms."""
    parts = [f"<h3>{escape(item.title)}</h3>{_formula(derivation, item)}" for item in closed]
    for item in modules:
        opened = "" if closed else " open"
        summary = f"<summary>module <code>{escape(item.title)}</code></summary>"
        parts.append(f"<details{opened}>{summary}{_formula(derivation, item)}</details>")
    return "\n".join(parts)


def _formula(derivation: Derivation, item: Derived) -> str:
    with derivation.blamed(f"LaTeX of {item.title!r}"):
        content = cards_formula.equations(item.formula, rows=None)
    shown = content if isinstance(content, str) else ""
    body = escape(shown) if shown or not isinstance(content, Math) else mathml(content.latex)
    rows: list[tuple[str, Content]] = [("valid for", cards_model.conditions(item.formula))]
    rows += [(key, value) for key, value in item.formula.provenance.items() if key not in ("rates", "units")]
    rows.append(("outputs", cards_formula.outputs_table(item.formula)))
    rows.append(("parameters", cards_formula.inputs_table(item.formula)))
    return _wide(body) + _table(rows)


# -- checks --------------------------------------------------------------------------------------------------------


def _verification(
    derivation: Derivation, formulas: Sequence[Formula], points: int, digits: int, seed: int, advance: Advance
) -> str:
    """A table for each module; the evaluator against the mpmath reference, which shares no algebra with it."""
    parts = []
    for formula in formulas:
        name = formula.name
        with derivation.blamed(f"MODULES[{name!r}]"):
            found = verify(
                formula,
                points=points,
                digits=digits,
                seed=seed,
                ranges=ranges_for(derivation, formula, formulas),
                progress=_saying(advance, f"verifying {name}"),
            )
        mark = '<span class="good">passed</span>' if found.passed else '<span class="bad">FAILED</span>'
        parts.append(f"<h3><code>{escape(name)}</code>: {mark}</h3>" + _card(cards_checks.report(found)))
    explained = (
        "<p>The numpy evaluator of each module is compared with an independent calculation of many digits that starts "
        "from the operators of the model. The bound is 100 times the rounding of double precision, times "
        "max(1, omega/T) and the condition number of the output; an output passes where error/bound does not exceed "
        "1.</p>"
    )
    return explained + "\n".join(parts)


def _saying(advance: Advance, what: str) -> Callable[[int, int], None]:
    return lambda done, total: advance(done, total, what)


def _figures(derivation: Derivation, advance: Advance) -> str:
    parts = []
    for place, (key, figure) in enumerate(derivation.figures.items()):
        advance(place, len(derivation.figures), f"drawing {key}")
        try:
            with derivation.blamed(f"FIGURES[{key!r}]"):
                data = base64.b64encode(figure.render("png")).decode("ascii")
        except Exception as error:
            if not isinstance(error, MissingPackageError) and not isinstance(error.__cause__, MissingPackageError):
                raise
            return f"<p>{escape(str(error.__cause__ or error))}</p>"
        title = escape(f"{key}: {figure.title}")
        words = escape(" ".join(figure.description.split()))
        parts.append(
            f'<figure><img alt="{title}" src="data:image/png;base64,{data}">'
            f"<figcaption><strong>{title}.</strong> {words}</figcaption></figure>"
        )
    return "\n".join(parts)


def _claims(derivation: Derivation, advance: Advance) -> str:
    """How many entries of the register have which verdict, the entries, and in full what is not simply proved."""
    verdicts = list(register(derivation.claims, derivation.blamed, advance))
    results, skipped = equations(derivation.claims)
    counts = [(name, sum(v.verdict == name for v in verdicts)) for name in VERDICTS]
    rows: list[tuple[str, Content]] = [(name, str(count)) for name, count in counts if count]
    rows.append(("numbered equations with a result", str(len(results))))
    rows.append(("skipped as pure definitions", f"{len(skipped)}: {', '.join(skipped)}" if skipped else "0"))
    listed = Table(("entry", "verdict", "stated", "note"), tuple(_entry(v) for v in verdicts))
    details = [v for v in verdicts if v.counterexamples or v.reading is not None or v.verdict in ("error", "unknown")]
    folded = (
        f"<details><summary>{escape(v.place)}: {escape(v.verdict)}</summary>{_card(cards_checks.verdict(v))}</details>"
        for v in details
    )
    return _table(rows) + _table([("", listed)]) + "".join(folded)


def _entry(verdict: Verdict) -> tuple[str, ...]:
    words = " ".join(verdict.text.split())
    if len(words) > _LONGEST_CLAIM:
        words = f"{words[:_LONGEST_CLAIM]} ... ({len(words)} letters; `symness claims --json` prints all)"
    note = "; ".join(filter(None, (verdict.note, "" if verdict.is_equation else verdict.evidence)))
    return (verdict.place, verdict.verdict, words, note)


# -- where it comes from -------------------------------------------------------------------------------------------


def _provenance(derivation: Derivation, modules: Sequence[Derived]) -> str:
    """What ``SOURCE`` of each generated module says."""
    from symness.numpy_code import provenance

    entries: list[tuple[str, dict[str, Any]]] = []
    for item in modules:
        with derivation.blamed(f"MODULES[{item.title!r}]"):
            entries.append((item.title, provenance(item.formula, derivation.name)))
    names = list(dict.fromkeys(key for _, source in entries for key in source))
    rows = tuple((title, *(str(source[key]) for key in names)) for title, source in entries)
    return _table([("", Table(("module", *names), rows))])


def _cite(derivation: Derivation) -> str:
    import symness

    version = symness.__version__
    bibtex = (
        "@software{symness,\n"
        "  author = {{The symness authors}},\n"
        "  title = {symness: closed forms for the non-equilibrium steady states of small open quantum systems},\n"
        f"  version = {{{version}}}\n"
        "}"
    )
    source = next(iter(derivation.doc.strip().splitlines()), "")
    work = f"the work that the derivation <code>{escape(derivation.name)}</code> follows" if derivation.packaged else ""
    named = f"<p>Cite {work} ({escape(source)}), and symness {version}:</p>" if work else f"<p>symness {version}:</p>"
    return f"{named}<pre>{escape(bibtex)}</pre>"
