"""Which condition of a formula a point violates, decided in mpmath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
from mpmath import mp

from symness import program
from symness.formula import Formula
from symness.reference_matrices import diagonalise
from symness.reference_numbers import occupation

__all__ = ["function_value", "number_at", "violated"]


def violated(formula: Formula, point: Mapping[str, float], digits: int = 30) -> str | None:
    """Text of the first condition that does not hold at the point, None where all hold."""
    if not formula.conditions:
        return None
    with mp.workdps(digits):
        values = {name: mpmath.mpf(value) for name, value in point.items()}
        needed = set(program.symbols_of([c.expression for c in formula.conditions]))
        kept = []
        for definition in reversed(formula.definitions):
            if definition.name in needed:
                kept.append(definition)
                needed.update(program.symbols_of([definition.expression]))
        for definition in reversed(kept):
            values[definition.name] = number_at(definition.expression, values)
        for condition in formula.conditions:
            value = number_at(condition.expression, values)
            if not (value > 0 or (value == 0 and not condition.strict)):
                return condition.text
    return None


def number_at(node: program.Node, values: Mapping[str, Any]) -> Any:
    """A program at a point, at mpmath's current precision."""

    def convert(fraction: Any) -> Any:
        return mpmath.mpf(fraction.numerator) / fraction.denominator

    return program.evaluate([node], values, function_value, convert, mpmath.mpc(0, 1))[0]


def function_value(name: str, *arguments: Any, node: program.Node) -> Any:
    """Every function of :data:`symness.program.FUNCTIONS`."""
    if name in ("bose", "fermi", "fermi_hole"):
        omega, temperature, mu = arguments
        filled, hole = occupation(omega, temperature, mu, +1 if name == "bose" else -1)
        return hole if name == "fermi_hole" else filled
    if name in ("bose_difference", "fermi_difference"):
        single = name.removesuffix("_difference")
        omega, first, mu, second, other = arguments
        one, two = ((single, omega, *bath) for bath in ((first, mu), (second, other)))
        return function_value(*one, node=node) - function_value(*two, node=node)
    if name in ("cos_half", "sin_half"):
        half = mp.atan2(arguments[1], arguments[0]) / 2
        return mp.cos(half) if name == "cos_half" else mp.sin(half)
    if name in ("eigenvalue", "eigenvector"):
        *places, size = (int(a) for a in arguments[: 2 if name == "eigenvalue" else 3])
        entries = arguments[len(places) + 1 :]
        if len(entries) > size**2:
            entries = tuple(mpmath.mpc(*pair) for pair in zip(entries[: size**2], entries[size**2 :], strict=True))
        matrix = {divmod(k, size): entry for k, entry in enumerate(entries)}
        vectors = diagonalise(range(size), matrix)
        column = [row[places[-1]] for row in vectors]
        if name == "eigenvector":
            half, i = divmod(places[0], size)
            return column[i].imag if half else column[i].real
        return sum(column[i].conjugate() * entry * column[j] for (i, j), entry in matrix.items()).real
    table: dict[str, Any] = {
        "minimum": min,
        "maximum": max,
        "positive_part": lambda x: max(x, mpmath.mpf(0)),
        "abs": abs,
        "xlogx": lambda x: x * mp.log(x) if x > 0 else mpmath.mpf(0),
    }
    return table[name](*arguments) if name in table else getattr(mp, name)(*arguments)
