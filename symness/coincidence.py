"""Which Bohr frequencies are equal where their closed forms cannot say so.

Two roots, or eigenvalues of numerical blocks, can be equal as functions without being equal as polynomials.  Energies
are then compared at random points to 30 digits: differences that agree at every point are one frequency, differences
that agree at some points only (levels that cross) are reported, and a generator that depends on them refuses.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import mpmath
import sympy as sp

from symness import program
from symness.assumptions import eigenvalue
from symness.exact import Polynomial, Ring
from symness.model import Model
from symness.program import Node

__all__ = ["Coincidences"]

_POINTS = 6
_DIGITS = 50
_TOLERANCE = mpmath.mpf(10) ** -30


class Coincidences:
    """Energies at random points, and one representative for all differences that are equal there.

    ``energies`` are programs in the parameters alone.
    """

    def __init__(self, model: Model, energies: Sequence[Node]) -> None:
        with mpmath.workdps(_DIGITS):
            self.samples = [
                program.evaluate(energies, point, _function, lambda f: mpmath.mpf(f.numerator) / f.denominator)
                for point in _points(model)
            ]
        self.known: list[tuple[list[Any], Polynomial]] = []
        #: two differences that are equal at some points and different at others
        self.crossing: tuple[Polynomial, Polynomial] | None = None

    def representative(self, ring: Ring, i: int, j: int, gap: Polynomial) -> Polynomial:
        """The first polynomial met that equals E_j - E_i at every point."""
        with mpmath.workdps(_DIGITS):
            values = [sample[j] - sample[i] for sample in self.samples]
            if not self.known:
                self.known.append(([mpmath.mpf(0)] * len(values), ring.zero))
            for other, polynomial in self.known:
                equal = [abs(a - b) < _TOLERANCE for a, b in zip(values, other, strict=True)]
                if all(equal):
                    return polynomial
                if any(equal):
                    self.crossing = (gap, polynomial)
            self.known += [(values, gap), ([-v for v in values], -gap)]
        return gap


def _points(model: Model) -> list[dict[str, Any]]:
    """Generic parameters inside the declared signs and, where that is quickly found, the assumptions."""
    rng = random.Random(20)
    points: list[dict[str, Any]] = []
    for attempt in range(200 * _POINTS):
        values = {
            s: sp.Rational(rng.randrange(1, 4000), 997) * (1 if s.is_nonnegative else rng.choice((-1, 1)))
            for s in model.symbols
        }
        strict = attempt < 100 * _POINTS
        if strict and any(relation.subs(values) == sp.false for relation in model.assume):
            continue
        points.append({s.name: mpmath.mpf(v.p) / v.q for s, v in values.items()})
        if len(points) == _POINTS:
            break
    return points


def _function(name: str, *arguments: Any, node: Node) -> Any:
    if name != "eigenvalue":
        table: dict[str, Any] = {"abs": abs, "maximum": max, "minimum": min, "positive_part": lambda x: max(x, 0)}
        return table[name](*arguments) if name in table else getattr(mpmath, name)(*arguments)
    return eigenvalue(int(arguments[0]), int(arguments[1]), arguments[2:])
