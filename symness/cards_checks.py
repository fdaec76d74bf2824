"""Cards of what was checked, proved or claimed, and of figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from symness.display import Card, Content, Table

if TYPE_CHECKING:
    from symness.claims import Definitions, Equation, Outcome, Statement
    from symness.figures import Figure
    from symness.laws import FirstLaw, SecondLaw
    from symness.proof import Refuted, Unknown
    from symness.verdicts import Verdict
    from symness.verify import Report, Row

__all__ = [
    "definitions",
    "equation",
    "figure",
    "first_law",
    "outcome",
    "refuted",
    "report",
    "report_table",
    "row",
    "second_law",
    "statement",
    "unknown",
    "verdict",
]


def _passed(value: bool) -> str:
    return "passed" if value else "FAILED"


def _point(place: Mapping[str, Any], shown: Callable[[Any], str] = "{:.6g}".format) -> str:
    return ", ".join(f"{name} = {shown(value)}" for name, value in place.items())


# -- verification ----------------------------------------------------------------------------------------------------


def report_table(shown: Report) -> Table:
    """One row for each output that was checked."""
    head = ("output", "largest error", "error/bound", "regime", "")
    return Table(
        head,
        tuple((r.output, f"{r.error:.2e}", f"{r.ratio:.2e}", r.regime, _passed(r.passed)) for r in shown.rows),
    )


def report(shown: Report) -> Card:
    """Worst error against its bound for each output; where and what, of those that failed."""
    rows: list[tuple[str, Content]] = [("outputs", report_table(shown))]
    for failed in (r for r in shown.rows if not r.passed):
        values = f"evaluator {failed.value}, reference {failed.expected}"
        rows.append((f"{failed.output} failed", [values, f"at {_point(failed.point, repr)}"]))
    rows += [(f"{name} not checked", reason) for name, reason in shown.skipped.items()]
    rows.append(("compared", f"{shown.points} points, {shown.digits} digits, seed {shown.seed}"))
    return Card(f"Report of {shown.name}: {_passed(shown.passed)}, {len(shown.rows)} outputs", tuple(rows))


def row(shown: Row) -> Card:
    """One output of a report."""
    return Card(
        f"Row of {shown.output}: {_passed(shown.passed)}",
        (
            ("largest error", f"{shown.error:.2e}"),
            ("error/bound", f"{shown.ratio:.2e}, regime {shown.regime}"),
            ("evaluator", shown.value),
            ("reference", shown.expected),
            ("at", _point(shown.point)),
        ),
    )


# -- proofs and laws -------------------------------------------------------------------------------------------------


def refuted(shown: Refuted) -> Card:
    """The counterexample: a point with exact values, and the two sides there."""
    mine, derived = shown.values()
    place = Table(("parameter", "exact value"), tuple((name, str(value)) for name, value in shown.point.items()))
    return Card(
        f"Refuted: {shown.name}",
        (("at", place if shown.point else "all parameters"), ("mine", mine), ("derived", derived)),
    )


def unknown(shown: Unknown) -> Card:
    """Why nothing was decided."""
    return Card(f"Unknown: {shown.name}", (("reason", shown.reason),))


def first_law(shown: FirstLaw) -> Card:
    """The sum rule."""
    return Card(f"FirstLaw: {'proved' if shown.holds else 'refuted'}", (("sum rule", shown.text),))


def second_law(shown: SecondLaw) -> Card:
    """Whether a negative entropy production was found, and where it is smallest."""
    found = f"negative at {shown.negative} of {shown.points} points" if shown.negative else "nowhere negative"
    return Card(
        f"SecondLaw: {found}",
        (
            ("entropy production", f"{found}, {shown.points} points with a value"),
            ("Spohn's inequality", "applies" if shown.theorem else "does not apply: tested at points only"),
            ("smallest share of its terms", f"{shown.worst:.3g}"),
            ("there", _point(shown.place)),
        ),
    )


# -- what papers state -----------------------------------------------------------------------------------------------


def _printed(lines: Any) -> Content:
    """Typed text of an equation, which is no LaTeX."""
    if isinstance(lines, Mapping):
        return "\n".join(f"{name} = {words}" for name, words in lines.items())
    return str(lines)


def equation(shown: Equation) -> Card:
    """As printed, and what is known to be right."""
    rows: list[tuple[str, Content]] = [("printed", _printed(shown.printed))]
    rows += [(f"reading {k}", _printed(lines)) for k, lines in enumerate(shown.readings, 1)]
    if shown.corrected is not None:
        rows.append(("corrected", _printed(shown.corrected)))
    if shown.note:
        rows.append(("note", shown.note))
    return Card(f"Equation {shown.number}", tuple(rows))


def statement(shown: Statement) -> Card:
    """Place and text."""
    rows: tuple[tuple[str, Content], ...] = (("claim", shown.text),)
    return Card(f"Statement, {shown.place}", rows + ((("note", shown.note),) if shown.note else ()))


def definitions(shown: Definitions) -> Card:
    """Numbers and reason."""
    return Card(f"Definitions {', '.join(shown.numbers)}", (("reason", shown.reason),))


def outcome(shown: Outcome) -> Card:
    """Whether a statement holds, and what was tested."""
    return Card(f"Outcome: {'holds' if shown.holds else 'fails'}", (("evidence", shown.evidence),))


def verdict(shown: Verdict) -> Card:
    """The decision on an entry, with what decides it."""
    rows: list[tuple[str, Content]] = [("text", shown.text)] if not shown.printed else []
    for place, lines in enumerate(shown.printed, 1):
        mark = " (proved)" if shown.reading == place - 1 else ""
        rows.append(("printed" if len(shown.printed) == 1 else f"reading {place}{mark}", _printed(lines)))
    rows += [(f"counterexample{'' if len(shown.counterexamples) == 1 else ' for ' + name}", refuted(found))
             for name, found in shown.counterexamples.items()]  # fmt: skip
    if shown.corrected is not None:
        rows.append(("corrected", _printed(shown.corrected)))
    rows += [(name, value) for name, value in (("evidence", shown.evidence), ("note", shown.note)) if value]
    return Card(f"Verdict on {shown.place}: {shown.verdict}", tuple(rows))


def figure(shown: Figure) -> Card:
    """Title and description; notebooks draw it."""
    return Card(f"Figure: {shown.title}", (("", shown.description),))
