"""What the engine says to each entry of a register.

Equations: ``proved``; ``refuted``, with a counterexample and, given or found, the right form; ``unreadable``, where
one of several readings of a damaged print is proved; ``unknown``, with the reason.  Statements: ``holds`` or ``fails``.
An entry that cannot be decided as it stands (its derivation fails, its correction is not proved) is an ``error``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symness.claims import Definitions, Equation, Lines, Outcome, Statement, lines_of, numbers
from symness.display import Displayed
from symness.errors import SymnessError
from symness.proof import Decision, Refuted, Unknown, compared
from symness.repairs import repaired
from symness.scope import RESULT, Side

__all__ = ["VERDICTS", "Verdict", "decide", "equations", "register"]

VERDICTS = ("proved", "refuted", "unreadable", "unknown", "holds", "fails", "error")


@dataclass(frozen=True, repr=False)
class Verdict(Displayed):
    """The decision on one entry.

    Attributes
    ----------
    place : str
        Number of the equation, or place of the statement.
    verdict : str
        One of :data:`VERDICTS`.
    printed : tuple of mapping
        The lines as printed; of an unreadable equation, every reading.
    counterexamples : mapping name -> Refuted
    corrected : mapping, optional
        The right lines, proved.
    found : bool
        The correction is the engine's, not the register's.
    reading : int, optional
        Place of the reading that is proved.
    evidence : str
        What was tested, or why nothing was decided.
    """

    place: str
    verdict: str
    text: str
    printed: tuple[Lines, ...] = ()
    counterexamples: Mapping[str, Refuted] = field(default_factory=dict)
    corrected: Lines | None = None
    found: bool = False
    reading: int | None = None
    evidence: str = ""
    note: str = ""

    @property
    def is_equation(self) -> bool:
        return bool(self.printed)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        points = {
            name: {
                "point": {key: str(value) for key, value in refuted.point.items()},
                "printed": refuted.values()[0],
                "derived": refuted.values()[1],
            }
            for name, refuted in self.counterexamples.items()
        }
        return {
            "place": self.place,
            "verdict": self.verdict,
            "text": self.text,
            "printed": [dict(lines) for lines in self.printed],
            "counterexamples": points,
            "corrected": None if self.corrected is None else dict(self.corrected),
            "correction found by the engine": self.found,
            "reading": self.reading,
            "evidence": self.evidence,
            "note": self.note,
        }


def decide(entry: Equation | Statement) -> Verdict:
    """The verdict on an equation or a statement.

    Raises
    ------
    Exception
        What ``derived`` or ``test`` raises.  A register with a mistake in it gives a verdict ``error``.
    """
    if isinstance(entry, Statement):
        return _statement(entry)
    side = Side(entry.derived())
    if entry.readings:
        return _unreadable(entry, side)
    lines = lines_of(entry.printed)
    decisions = compared(lines, side)
    shown = _Shown(entry, (lines,), decisions)
    refuted = {name: d for name, d in decisions.items() if isinstance(d, Refuted)}
    unknown = _first_unknown(decisions)
    if refuted:
        return _refuted(entry, shown, lines, refuted, side)
    if entry.corrected is not None:
        return shown("error", evidence="corrected= is given, but the printed form is not refuted: leave it out")
    return shown("unknown", evidence=unknown) if unknown else shown("proved")


class _Shown:
    """Builds verdicts on one equation; its text is what was compared, without intermediates."""

    def __init__(self, entry: Equation, printed: tuple[Lines, ...], names: Iterable[str]) -> None:
        self.entry, self.printed = entry, printed
        self.text = line_text({name: printed[0][name] for name in names})

    def __call__(self, verdict: str, **details: Any) -> Verdict:
        entry = self.entry
        return Verdict(entry.number, verdict, self.text, self.printed, note=entry.note, **details)


def line_text(lines: Lines) -> str:
    """Lines on one line."""
    return "; ".join(text if name == RESULT else f"{name} = {text}" for name, text in lines.items())


def _as_typed(printed: Any) -> str:
    return line_text(printed) if isinstance(printed, Mapping) else str(printed)


def _refuted(entry: Equation, shown: _Shown, lines: Lines, refuted: Mapping[str, Refuted], side: Side) -> Verdict:
    if entry.corrected is None:
        found = repaired(lines, refuted, side)
        return shown("refuted", counterexamples=refuted, corrected=found, found=found is not None)
    corrected = lines_of(entry.corrected)
    checked = compared(corrected, side)
    for decision in checked.values():
        if decision is not True:
            return shown("error", counterexamples=refuted, evidence=f"corrected= is not proved: {decision}")
    missing = [name for name in refuted if name not in checked and RESULT not in (name, *checked)]
    if missing:
        return shown("error", counterexamples=refuted, evidence=f"corrected= has no line {missing[0]!r}")
    return shown("refuted", counterexamples=refuted, corrected=corrected)


def _unreadable(entry: Equation, side: Side) -> Verdict:
    readings = tuple(lines_of(reading) for reading in entry.readings)
    every = [compared(lines, side) for lines in readings]
    shown = _Shown(entry, readings, every[0])
    reasons = []
    for place, decisions in enumerate(every):
        if all(decision is True for decision in decisions.values()):
            return shown("unreadable", reading=place)
        reasons += [str(decision) for decision in decisions.values() if decision is not True]
    return shown("error", evidence="no reading is proved; " + "; ".join(reasons))


def _first_unknown(decisions: Mapping[str, Decision]) -> str:
    return next((d.reason for d in decisions.values() if isinstance(d, Unknown)), "")


def _statement(entry: Statement) -> Verdict:
    outcome: Any = entry.test()
    if not isinstance(outcome, Outcome):
        return Verdict(entry.place, "error", entry.text, evidence=f"test returns {outcome!r}; return sn.Outcome(...)")
    verdict = "holds" if outcome.holds else "fails"
    return Verdict(entry.place, verdict, entry.text, evidence=outcome.evidence, note=entry.note)


def register(
    claims: Iterable[Any], blamed: Callable[[str], Any], advance: Callable[[int, int, str], None]
) -> list[Verdict]:
    """Verdicts on all entries of a register, errors among them.

    Parameters
    ----------
    blamed : callable
        ``Derivation.blamed``: a context in which mistakes of a derivation file become DerivationError.
    advance : callable
        Called before each entry with steps done, all steps, and the place of the entry.
    """
    entries = [entry for entry in claims if not isinstance(entry, Definitions)]
    verdicts = []
    for done, entry in enumerate(entries):
        place = entry.number if isinstance(entry, Equation) else entry.place
        advance(done, len(entries), place)
        try:
            with blamed(f"CLAIMS {place}"):
                verdicts.append(decide(entry))
        except Exception as error:  # one entry that fails leaves the others to be decided
            kind = "" if isinstance(error, SymnessError) else f"{type(error).__name__}: "
            text = entry.text if isinstance(entry, Statement) else _as_typed(entry.printed)
            verdicts.append(Verdict(place, "error", text, evidence=kind + " ".join(str(error).split())))
    return verdicts


def equations(claims: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Numbers of the equations that state a result, and of those that are definitions."""
    results: dict[str, None] = {}
    skipped: dict[str, None] = {}
    for entry in claims:
        (skipped if isinstance(entry, Definitions) else results).update(dict.fromkeys(numbers(entry)))
    return list(results), [number for number in skipped if number not in results]
