"""``prove(mine, derived)``: True, a counterexample in rational numbers, or Unknown with the reason.

Numbers first: both sides at rational points of the domain, in mpmath.  One point where they differ refutes.  Sides that
agree everywhere are compared exactly (:mod:`symness.algebraic`); roots and moduli have in the proof the signs that
they have at the points, which range over six decades: a sign that changes in a corner that no point visits is missed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import Any

import mpmath
from mpmath import mp

from symness import algebraic, program
from symness.display import Displayed
from symness.program import Node
from symness.progress import watched
from symness.scope import Scope, Side

__all__ = ["Decision", "Refuted", "Unknown", "compared", "decide_pair", "prove", "refuted_at"]

_DIGITS = 90
_SHOWN = 30
_POINTS = 24
_FIRST, _FIRST_TRIES = 2, 12  # points, and attempts at an exact proof, before the others
_WIDE = 12  # from this point on, values range over six decades
_ATTEMPTS = 60
#: at which two numbers of 90 digits count as equal; results of a cancellation have fewer
_RELATIVE, _ABSOLUTE = mpmath.mpf(10) ** -40, mpmath.mpf(10) ** -60


@dataclass(frozen=True, repr=False)
class Refuted(Displayed):
    """Falsy: the two sides differ at a point.

    Attributes
    ----------
    name : str
        Which of several expressions.
    point : mapping name -> Fraction
        Exact values of the parameters.
    mine, derived : mpmath number
        Values there, of more than 30 digits.
    """

    name: str
    point: Mapping[str, Fraction]
    mine: Any
    derived: Any

    def __bool__(self) -> bool:
        return False

    def values(self, digits: int = _SHOWN) -> tuple[str, str]:
        """Both values as text."""
        return _text(self.mine, digits), _text(self.derived, digits)

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        mine, derived = self.values()
        return f"refuted: {self.name} is {mine}, derived {derived}{f' at {at}' if at else ''}"


@dataclass(frozen=True, repr=False)
class Unknown(Displayed):
    """Falsy: neither proved nor refuted, and why."""

    name: str
    reason: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"unknown: {self.name}: {self.reason}"


Decision = Refuted | Unknown | bool


@watched("proof")
def prove(mine: Any, derived: Any) -> Decision:
    """Whether two expressions are identical.

    Parameters
    ----------
    mine, derived : text, SymPy expression, program, quantity, formula, or a mapping name -> one of these
        A text is in the syntax of :mod:`symness.published`; its symbols are those of the other side.  Of mappings,
        the names that both have are compared; other lines of ``mine`` are intermediates.

    Returns
    -------
    True, Refuted or Unknown
        The last two are falsy.  For several expressions the first that is refuted, else the first that is unknown.

    Raises
    ------
    ModelError
        When nothing is to be compared, or a text uses a name that is not known.
    """
    decisions = compared(mine, derived)
    for kind in (Refuted, Unknown):
        for decision in decisions.values():
            if isinstance(decision, kind):
                return decision
    return True


def compared(mine: Any, derived: Any) -> dict[str, Decision]:
    """Every name that both sides have -> True, Refuted or Unknown."""
    side = derived if isinstance(derived, Side) else Side(derived)
    return {name: decide_pair(name, *pair, side.scope) for name, pair in side.match(mine).items()}


def decide_pair(name: str, mine: Node, derived: Node, scope: Scope) -> Decision:
    """Compare two programs in parameters."""
    if mine is derived:
        return True
    parts = _real_pairs(mine, derived)
    positive = [key for key in program.symbols_of([mine, derived]) if scope.positive.get(key)]
    sampled = _points([mine, derived], scope)
    points: list[dict[str, Fraction]] = []
    for point, values in islice(sampled, _FIRST):
        if wrong := _refuted(name, (mine, derived), point, values, scope):
            return wrong[0]
        points.append(point)
    same = parts is not None and algebraic.equal(parts, positive, _FIRST_TRIES)
    if same and not algebraic.has_roots([mine, derived]):
        return True
    for point, values in sampled:
        if wrong := _refuted(name, (mine, derived), point, values, scope):
            return wrong[0]
        points.append(point)
    if not points:
        return Unknown(name, "no point was found where both sides have a value")
    agreement = f"both sides agree to 40 digits at {len(points)} points"
    if parts is None:
        return Unknown(name, f"{agreement}; a function of a complex number is not compared exactly")
    if same or _identical(parts, positive, points):
        return True
    names = algebraic.opaque([mine, derived])
    reason = f"{', '.join(names)} cannot be compared exactly" if names else "no exact proof was found"
    return Unknown(name, f"{agreement}; {reason}")


def _real_pairs(mine: Node, derived: Node) -> list[tuple[Node, Node]] | None:
    """Real and imaginary parts side by side; None for a function of a complex number."""
    try:
        (a, b), (c, d) = program.real_imag(mine), program.real_imag(derived)
    except ValueError:
        return None
    return [(a, c), (b, d)]


def _identical(pairs: Sequence[tuple[Node, Node]], positive: Sequence[str], points: Sequence[Any]) -> bool:
    """Exact comparison on every combination of signs of the moduli, exponentials resolved."""
    roots = [node for pair in pairs for node in pair]
    for signed in algebraic.branches(roots, points):
        changed, exponentials = algebraic.without_transcendents(signed, points)
        if not algebraic.equal(list(zip(changed[::2], changed[1::2], strict=True)), [*positive, *exponentials]):
            return False
    return True


def _refuted(
    name: str, roots: Sequence[Node], point: dict[str, Fraction], values: Sequence[Any], scope: Scope
) -> list[Refuted]:
    """The counterexample, if the point is one with many more digits, too: a difference may be what a sum lost."""
    if _close(*values):
        return []
    better = values_at(roots, point, scope.conditions, 5 * _DIGITS)
    if better is None or _close(*better):
        return []
    used = set(program.symbols_of(roots))
    return [Refuted(name, MappingProxyType({k: v for k, v in point.items() if k in used}), *better)]


def _points(roots: Sequence[Node], scope: Scope) -> Iterator[tuple[dict[str, Fraction], list[Any]]]:
    """Rational points of the domain, simple ones first, and the values of the programs there."""
    names = list(dict.fromkeys([*program.symbols_of(roots), *program.symbols_of(scope.conditions)]))
    rng = random.Random(7)
    for count in range(_POINTS if names else 1):
        for _ in range(_ATTEMPTS):
            point = {name: _drawn(rng, count, scope.positive.get(name) is True) for name in names}
            values = values_at(roots, point, scope.conditions)
            if values is not None:
                yield point, values
                break


def _drawn(rng: random.Random, count: int, positive: bool) -> Fraction:
    """Small integers, then halves, then other fractions, then fractions of any size."""
    denominator = 1 if count < 5 else 2 if count < 8 else rng.choice((3, 5, 7))
    value = Fraction(rng.randint(1, 5 * denominator), denominator)
    if count >= _WIDE:
        value *= Fraction(10) ** rng.randint(-3, 3)
    return value if positive or rng.random() < 0.5 else -value


def values_at(
    roots: Sequence[Node], point: Mapping[str, Fraction], conditions: Sequence[Node] = (), digits: int = _DIGITS
) -> list[Any] | None:
    """Values of programs, None where one has no value or a condition does not hold."""
    with mp.workdps(digits):
        try:
            if any(not value > 0 for value in algebraic.numbers(conditions, point)):
                return None
            values = algebraic.numbers(roots, point)
        except (ZeroDivisionError, ValueError, TypeError, OverflowError):
            return None
        return values if all(mp.isfinite(value) for value in values) else None


def refuted_at(mine: Node, decision: Refuted) -> bool:
    """Whether a counterexample to one formula is one to another: quick, before a proof is tried."""
    if any(name not in decision.point for name in program.symbols_of([mine])):
        return False
    values = values_at([mine], decision.point)
    return values is None or not _close(values[0], decision.derived)


def _close(a: Any, b: Any) -> bool:
    with mp.workdps(_DIGITS):
        return bool(abs(a - b) <= max(_RELATIVE * max(abs(a), abs(b)), _ABSOLUTE))


def _text(value: Any, digits: int) -> str:
    with mp.workdps(_DIGITS):
        value = mpmath.mpmathify(value)
        if isinstance(value, mpmath.mpc) and value.imag == 0:
            value = value.real
        return str(mp.nstr(value, digits)).replace("j)", "i)")
