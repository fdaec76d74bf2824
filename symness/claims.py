"""The register of a paper: what it states, entry by entry, and what the engine says to each entry.

An :class:`Equation` is typed as printed and compared with what the engine derives; a :class:`Statement` of prose or of
a figure is a number or a sign that is tested over a stated range; :class:`Definitions` are the numbered equations that
state no result.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from symness.display import Displayed
from symness.errors import ModelError
from symness.published import parse
from symness.scope import RESULT

__all__ = ["Definitions", "Equation", "Outcome", "Statement", "lines_of", "numbers"]

Lines = Mapping[str, str]


@dataclass(frozen=True, repr=False)
class Equation(Displayed):
    """A numbered equation, typed as printed.

    Attributes
    ----------
    number : str
        As in the paper, ``"(21)"``, ``"(41)-(44)"`` or ``"(A3)"``.
    printed : str or mapping name -> str
        Right-hand sides in the syntax of :mod:`symness.published`, intermediates before use; the names that ``derived``
        has, too, are compared.  With ``readings``, what the scan shows, in any form.
    derived : callable
        Without arguments; returns a Formula, a mapping name -> Formula, Quantity, SymPy expression or program, or one
        of these.
    corrected : str or mapping, optional
        The right form of a printed one that is wrong; proved as well.
    readings : tuple of str or mapping
        Where the scan lost marks: at least two, one of which is proved.
    note : str
        What a reader has to know: which symbol is called what here.

    Raises
    ------
    ModelError
        For a text that is not arithmetic, a single reading, or a ``derived`` that is not callable.
    """

    number: str
    printed: Any
    derived: Callable[[], Any]
    corrected: Any = None
    readings: tuple[Any, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        where = f"Equation {self.number!r}"
        _filled(self.number, "Equation: number")
        _filled(self.printed, f"{where}: printed")
        _callable(self.derived, f"{where}: derived")
        object.__setattr__(self, "readings", tuple(_frozen(r, f"{where}: readings") for r in self._listed(where)))
        if not self.readings:
            object.__setattr__(self, "printed", _frozen(self.printed, f"{where}: printed"))
        elif isinstance(self.printed, Mapping):
            object.__setattr__(self, "printed", MappingProxyType(dict(self.printed)))
        if self.corrected is not None:
            if self.readings:
                raise ModelError(
                    f"{where}: corrected and readings: pass one of them; a reading that is right is proved"
                )
            object.__setattr__(self, "corrected", _frozen(self.corrected, f"{where}: corrected"))

    def _listed(self, where: str) -> Sequence[Any]:
        if isinstance(self.readings, (str, Mapping)) or len(self.readings) == 1:
            raise ModelError(f"{where}: readings: pass at least two, e.g. ('a + b', 'a - b'); one alone is printed=")
        return self.readings


@dataclass(frozen=True, repr=False)
class Outcome(Displayed):
    """What a test of a statement found: ``evidence`` tells the range tested and the worst point."""

    holds: bool
    evidence: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", bool(self.holds))
        _filled(self.evidence, "Outcome: evidence")


@dataclass(frozen=True, repr=False)
class Statement(Displayed):
    """A claim in prose or of a figure: a threshold, a maximum, a sign, "monotonic".

    Attributes
    ----------
    place : str
        Where it stands: ``"below Eq. (31)"``, ``"Fig. 3(a)"``.
    text : str
        The claim, in a sentence of one's own.
    test : callable
        Without arguments; returns an :class:`Outcome`.
    """

    place: str
    text: str
    test: Callable[[], Outcome]
    note: str = ""

    def __post_init__(self) -> None:
        _filled(self.place, "Statement: place")
        _filled(self.text, f"Statement at {self.place!r}: text")
        _callable(self.test, f"Statement at {self.place!r}: test")


@dataclass(frozen=True, repr=False)
class Definitions(Displayed):
    """Numbered equations that define the model or a name and state no result, and why each is one.

    Attributes
    ----------
    numbers : tuple of str
        As in the paper, ``("(1)", "(2)")``.
    reason : str
        One sentence for all of them.
    """

    numbers: tuple[str, ...]
    reason: str

    def __post_init__(self) -> None:
        given: Any = self.numbers
        numbers = given.split() if isinstance(given, str) else given
        object.__setattr__(self, "numbers", tuple(numbers))
        if not self.numbers:
            raise ModelError("Definitions: numbers is empty; pass the numbers of the equations, ('(1)', '(2)')")
        for number in self.numbers:
            _filled(number, "Definitions: number")
        _filled(self.reason, f"Definitions {', '.join(self.numbers)}: reason")


def lines_of(printed: str | Lines) -> Lines:
    """Name -> text; an equation of one text is called ``result``."""
    return printed if isinstance(printed, Mapping) else {RESULT: printed}


def numbers(entry: Equation | Statement | Definitions) -> list[str]:
    """Numbers of the equations that an entry decides or skips.

    ``"(41)-(44)"`` are four and ``"(A1), (A2)"`` two; a statement has the numbers in a place that starts with ``Eq. (``
    or ``Eqs. (``; what stands below or beside an equation, such as ``"below (31)"``, has none.
    """
    if isinstance(entry, Statement):
        match = re.match(r"Eqs?\. (\(.*)", entry.place)
        given: tuple[str, ...] = (match[1],) if match else ()
    else:
        given = entry.numbers if isinstance(entry, Definitions) else (entry.number,)
    found: list[str] = []
    for text in given:
        if not re.match(r"\(\w+\)", text):
            continue
        span = re.match(r"\(([A-Z]*)(\d+)\)\s?[-–]\s?\(\1(\d+)\)", text)
        if span:
            found += [f"({span[1]}{k})" for k in range(int(span[2]), int(span[3]) + 1)]
        else:
            found += re.findall(r"\(\w+\)", text)
    return found


def _filled(value: Any, what: str) -> None:
    if not value or not isinstance(value, (str, Mapping)):
        raise ModelError(f"{what} is {value!r}; pass a text that is not empty")


def _callable(value: Any, what: str) -> None:
    try:
        inspect.signature(value).bind()
    except (TypeError, ValueError):
        raise ModelError(f"{what} is {value!r}; pass a callable without arguments: lambda: ...") from None


def _frozen(printed: Any, what: str) -> str | Lines:
    """Every text parsed once, so that a slip is reported where it is typed."""
    if not printed or not isinstance(printed, (str, Mapping)):
        raise ModelError(f"{what} is {printed!r}; pass a text or a dict name -> text")
    for name, text in lines_of(printed).items():
        if not isinstance(text, str) or not str(name).isidentifier():
            raise ModelError(f"{what}[{name!r}] is {text!r}; pass name -> text, the name a Python identifier")
        try:
            parse(text)
        except (ModelError, ValueError, TypeError, ArithmeticError) as error:
            raise ModelError(f"{what}: {error}") from error
    return printed if isinstance(printed, str) else MappingProxyType(dict(printed))
