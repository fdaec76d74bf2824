"""Registers of claims as text, as data and as a page of the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from symness import derive
from symness.cli_terminal import line_width, progress
from symness.scope import RESULT
from symness.verdicts import VERDICTS, Verdict, equations, register

__all__ = ["Register", "as_data", "decided", "markdown", "section", "summary", "text"]

#: the name of the sum of all registers
ALL = "all"
_COLOURS = {"proved": "green", "holds": "green", "refuted": "red", "fails": "red", "error": "red"}


@dataclass(frozen=True)
class Register:
    """The verdicts on one paper; ``results`` and ``definitions`` are the numbers of its equations."""

    name: str
    summary: str
    verdicts: tuple[Verdict, ...]
    results: tuple[str, ...]
    definitions: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Verdict -> how many, in the order of VERDICTS."""
        found = Counter(v.verdict for v in self.verdicts)
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}

    def totals(self) -> str:
        """One line."""
        counted = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items()) or "no entries"
        skipped = f" ({', '.join(self.definitions)})" if self.definitions and self.name != ALL else ""
        return (
            f"{self.name}: {counted}; numbered equations with a result: {len(self.results)}, skipped as pure "
            f"definitions: {len(self.definitions)}{skipped}"
        )


def decided(name: str | None) -> list[Register]:
    """Verdicts of one derivation, or of all that have a register."""
    loaded = map(derive.load, [name] if name is not None else derive.names())
    derivations = [derivation for derivation in loaded if derivation.claims or name is not None]
    registers = []
    for derivation in derivations:
        with progress(derivation.name) as advance:
            verdicts = register(derivation.claims, derivation.blamed, advance)
        results, skipped = equations(derivation.claims)
        summary = next(iter(derivation.doc.splitlines()), "")
        registers.append(Register(derivation.name, summary, tuple(verdicts), tuple(results), tuple(skipped)))
    return registers


def summary(registers: Sequence[Register]) -> list[Register]:
    """The registers and, where there are several, their sum."""
    if len(registers) < 2:
        return list(registers)
    everything = Register(
        ALL,
        "",
        tuple(v for item in registers for v in item.verdicts),
        tuple(n for item in registers for n in item.results),
        tuple(f"{item.name} {n}" for item in registers for n in item.definitions),
    )
    return [*registers, everything]


def as_data(item: Register) -> dict[str, Any]:
    """For JSON."""
    return {
        "derivation": item.name,
        "counts": item.counts,
        "results": item.results,
        "definitions": item.definitions,
        "entries": [v.as_dict() for v in item.verdicts],
    }


# -- text ------------------------------------------------------------------------------------------------------------


def text(item: Register) -> str:
    """Equations in a table, statements with their evidence, then in full what is not simply proved."""
    width = line_width(60)
    lines = [click.style(item.name, bold=True) + (f": {item.summary}" if item.summary else ""), ""]
    column = max([len(v.place) for v in item.verdicts if v.is_equation], default=0)
    lines += [_row(v, column, width) for v in item.verdicts if v.is_equation or v.verdict == "error"]
    for v in item.verdicts:
        if not v.is_equation and v.verdict != "error":
            lines += ["", f"{_coloured(v.verdict, 10)} {v.place}: {v.text}", f"{'':11}{v.evidence}", *_note(v, 11)]
    for v in item.verdicts:
        if v.counterexamples or v.reading is not None or v.verdict in ("error", "unknown"):
            lines += ["", *_full(v), *_note(v, 4)]
    return "\n".join([*lines, ""])


def _row(verdict: Verdict, column: int, width: int) -> str:
    room = max(20, width - column - 12)
    text = " ".join(verdict.text.split()) + (f" ({verdict.note})" if verdict.note else "")
    shown = text if len(text) <= room else text[: room - 3] + "..."
    return f"{verdict.place:<{column}} {_coloured(verdict.verdict, 10)} {shown}"


def _coloured(verdict: str, width: int) -> str:
    return click.style(f"{verdict:<{width}}", fg=_COLOURS.get(verdict, "yellow"))


def _note(verdict: Verdict, indent: int) -> list[str]:
    return [f"{'':{indent}}note: {verdict.note}"] if verdict.note else []


def _full(verdict: Verdict) -> list[str]:
    """Printed form, right form and counterexample; or the readings."""
    lines = [f"{verdict.place} {_coloured(verdict.verdict, 0)}"]
    if verdict.reading is not None:
        for place, reading in enumerate(verdict.printed):
            mark = "proved " if place == verdict.reading else "reading"
            lines += _named(mark, reading)
        return lines
    for name, refuted in verdict.counterexamples.items():
        printed, derived = refuted.values()
        what = "" if name == RESULT else f"{name}: "
        at = ", ".join(f"{key} = {value}" for key, value in refuted.point.items())
        lines += [f"    at {at}" if at else "    for all parameters"]
        lines += [f"    {what}printed {printed}, derived {derived}"]
    if verdict.counterexamples:
        right = changed(verdict)
        wrong = {n: t for n, t in verdict.printed[0].items() if n in verdict.counterexamples or n in right}
        mark = "corrected" + (" (found)" if verdict.found else "")
        unknown = ["    corrected: no single edit of the text makes it right"]
        lines[1:1] = _named("printed  ", wrong) + (unknown if verdict.corrected is None else _named(mark, right))
    return lines + ([f"    {verdict.evidence}"] if verdict.evidence else [])


def changed(verdict: Verdict) -> dict[str, str]:
    """The lines of the correction that differ from the print; intermediates of its own included."""
    printed = verdict.printed[0]
    corrected = verdict.corrected or {}
    return {name: text for name, text in corrected.items() if printed.get(name) != text}


def _named(mark: str, lines: Any) -> list[str]:
    return [f"    {mark} {text if name == RESULT else f'{name} = {text}'}" for name, text in lines.items()]


# -- the page of the documentation -----------------------------------------------------------------------------------

_HEAD = """# Claims of the papers

Every numbered equation of the papers that states a result, typed as printed and compared exactly with what symness
derives; and what their text and figures say in numbers, tested over the ranges that are stated. This page is printed by
`symness claims --markdown`; `symness claims NAME` shows one paper, `--json` gives all numbers to a program.

**proved**: the difference is zero in exact arithmetic, where both sides have a value; roots and moduli have the signs
that they have at random points. **refuted**: it is not, and the point shown, with exact values of the parameters, is a
counterexample; the right form below it is proved. **unreadable**: the copy of the paper at hand lost marks (bars,
tildes, indices) or leaves a sign or an order open; of the readings listed, one is proved. **unknown**: not decided, and
why. Statements in numbers **hold** or **fail** over the range tested, which is no proof.

Formulas of one's own are decided the same way:

```python
import symness as sn

x, T = sn.parameters("x T", positive=True)
assert sn.prove("1 + 2*bose(x, T, 0)", "1/tanh(x/(2*T))") is True
wrong = sn.prove("1 + 2*bose(x, T, 0)", 1 + sn.bose(x, T))
assert not wrong and wrong.point  # a counterexample: exact values of x and T
```

A derivation file lists what a paper states as `CLAIMS`: `sn.Equation`, `sn.Statement` and `sn.Definitions`. Of a
refuted equation symness looks for the single slip that explains it:

```python
from symness.verdicts import decide

entry = sn.Equation("(7)", "1/(exp(x/T) + 1)", lambda: sn.bose(x, T))
verdict = decide(entry)
assert (verdict.verdict, verdict.corrected["result"]) == ("refuted", "1/(exp(x/T) - 1)")
```
"""


def markdown(registers: Sequence[Register]) -> str:
    """The page, without times and paths: the same registers give the same text."""
    parts = [_HEAD, "\n## Totals\n\n| derivation | " + " | ".join(VERDICTS[:-1]) + " | equations | definitions |"]
    parts.append(f"\n{'|---' * (len(VERDICTS) + 2)}|\n")
    for item in summary(registers):
        counts = [str(item.counts.get(verdict, 0)) for verdict in VERDICTS[:-1]]
        cells = [item.name, *counts, str(len(item.results)), str(len(item.definitions))]
        parts.append(f"| {' | '.join(cells)} |\n")
    return "".join([*parts, *(section(item) for item in registers)])


def section(item: Register) -> str:
    """One paper on the page."""
    lines = [f"\n## {item.name}\n", f"{item.summary}\n"] if item.summary else [f"\n## {item.name}\n"]
    lines += ["| equation | verdict | as printed | note |", "|---|---|---|---|"]
    found = [v for v in item.verdicts if v.is_equation]
    lines += [f"| {_plain(v.place)} | {v.verdict} | {_cell(v.text)} | {_plain(v.note)} |" for v in found]
    lines.append(f"\nDefinitions, which state no result: {', '.join(item.definitions) or 'none'}.")
    for verdict in item.verdicts:
        if verdict.counterexamples or verdict.reading is not None or verdict.verdict == "unknown":
            body = [click.unstyle(line) for line in _full(verdict)[1:]]
            lines += [f"\n### {verdict.place}: {verdict.verdict}\n"]
            lines += [f"{_plain(verdict.note)}\n"] if verdict.note else []
            lines += ["```text", *(line.removeprefix("    ") for line in body), "```"]
    statements = [v for v in item.verdicts if not v.is_equation]
    if statements:
        lines += [
            f"\n### Statements of {item.name}\n",
            "| place | statement | verdict | evidence |",
            "|---|---|---|---|",
        ]
        for v in statements:
            evidence = f"{v.evidence} ({v.note})" if v.note else v.evidence
            lines.append(f"| {_plain(v.place)} | {_plain(v.text)} | {v.verdict} | {_plain(evidence)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def _plain(text: str) -> str:
    """Text in a table, where no character is markup."""
    return "".join("\\" + c if c in "|*_<>`" else c for c in " ".join(text.split()))
