"""Identities as objects: terms, words, LaTeX.  How they are found is in :mod:`symness.identities`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symness.display import Displayed
from symness.errors import ObservableError
from symness.liouville import Coordinate

__all__ = ["Identities", "Identity", "Term"]


@dataclass(frozen=True)
class Term:
    """``coefficient * part(sum of sign <j|rho|k>)``; ``part`` is ``"Im"``, ``"Re"`` or ``""`` (complex)."""

    coefficient: Any
    part: str
    elements: tuple[tuple[int, int, int], ...]

    def text(self, labels: Sequence[str]) -> str:
        shown = self._sum(f"<{labels[i]}|rho|{labels[j]}>" for _, i, j in self.elements)
        part = f"{self.part} " if self.part else ""
        if abs(self.coefficient) == 1:
            return f"{'-' if self.coefficient == -1 else ''}{part}{shown}"
        coefficient = f"({self.coefficient})" if self.coefficient.is_Add else str(self.coefficient)
        return f"{coefficient}*{part}{shown}"

    def latex(self, labels: Sequence[str]) -> str:
        shown = self._sum((rf"\rho_{{{labels[i]},{labels[j]}}}" for _, i, j in self.elements), r"\left(", r"\right)")
        coefficient = sp.latex(self.coefficient)
        if self.coefficient.is_Add:
            coefficient = rf"\left({coefficient}\right)"
        part = rf"\operatorname{{{self.part}}} " if self.part else ""
        return rf"{coefficient}\,{part}{shown}"

    def _sum(self, elements: Iterable[str], left: str = "(", right: str = ")") -> str:
        """The elements with their signs, in brackets where there are several."""
        text = ""
        for (sign, _, _), element in zip(self.elements, elements, strict=True):
            text += ("-" if sign < 0 else "") + element if not text else f" {'-' if sign < 0 else '+'} {element}"
        return f"{left}{text}{right}" if len(self.elements) > 1 else text


def _joined(terms: Iterable[str]) -> str:
    """A sum; the sign of a term that starts with a minus is that of the sum."""
    text = ""
    for term in terms:
        text += term if not text else f" - {term[1:].lstrip()}" if term.startswith("-") else f" + {term}"
    return text or "0"


@dataclass(frozen=True, repr=False)
class Identity(Displayed):
    """``current = sum of terms``, proved.

    Attributes
    ----------
    current, symbol : str
        What it is about, in words and in LaTeX (``"0"`` for a relation among coherences).
    terms : tuple of Term
        Coefficients are SymPy expressions in the parameters and the rates of the generator.
    form : str
        ``"Im"``, ``"Re"``, ``"complex"``, ``"mixed"``, or ``"zero"`` for a current that vanishes identically.
    multipliers : mapping coordinate -> SymPy expression
        y: which of the steady-state equations were added up, and with which weight.
    """

    current: str
    symbol: str
    terms: tuple[Term, ...]
    form: str
    multipliers: Mapping[Coordinate, Any] = field(repr=False, hash=False)
    labels: tuple[str, ...] = field(repr=False)

    @property
    def coefficient(self) -> Any:
        """The coefficient of an identity of one term."""
        if len(self.terms) != 1:
            raise ObservableError(f"this identity has {len(self.terms)} terms; read them from .terms")
        return self.terms[0].coefficient

    def __str__(self) -> str:
        return f"{self.current} = {_joined(t.text(self.labels) for t in self.terms)}"

    def latex(self) -> str:
        """As an equation, without delimiters."""
        return f"{self.symbol} = {_joined(t.latex(self.labels) for t in self.terms)}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


@dataclass(frozen=True, repr=False)
class Identities(Displayed, Sequence[Identity]):
    """What was found, shortest first for each current; a sequence of :class:`Identity`.

    Attributes
    ----------
    relations : tuple of Identity
        Relations among the coherences alone; adding multiples of them to an identity gives the whole family.
    dimension : int
        Number of independent relations that the steady-state equations impose on the coherences (their rank at a
        random point): ``len(relations)`` when all of them are short enough to be written down.
    unfound : tuple of str
        Currents without an identity of a length worth printing.
    """

    found: tuple[Identity, ...]
    relations: tuple[Identity, ...]
    dimension: int
    unfound: tuple[str, ...] = ()

    def __getitem__(self, index: Any) -> Any:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Identity]:
        return iter(self.found)

    def __str__(self) -> str:
        lines = [str(i) for i in (*self.found, *self.relations)]
        lines += [f"{current}: no identity short enough to be shown" for current in self.unfound]
        return "\n".join([*lines, f"({len(self.relations)} of {self.dimension} relations among coherences shown)"])

    def _repr_latex_(self) -> str:
        lines = " \\\\ ".join(i.latex().replace("=", "&=", 1) for i in (*self.found, *self.relations))
        return rf"$\displaystyle \begin{{aligned}} {lines} \end{{aligned}}$"
