"""What adds up to a derivative or a spectrum: sums of magnitudes, on which the digits that cancel are counted.

A derivative -M^-1 M' rho can be far smaller than the products |M^-1| |M'| |rho| that it is the sum of (populations
that rates of one scale determine do not change with the scale), and the slope of a quotient n/Z, such as a population
close to one, smaller than n'/Z and n Z'/Z**2.  No arithmetic of fixed precision has more digits than these leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath

from symness.reference_forms import Coordinates, Form, dense
from symness.reference_matrices import Elimination, Matrix

__all__ = ["End", "form_terms", "moved_magnitudes", "reached", "relative_change", "source_magnitudes"]

#: observables, rates and state at one of the two nearby points
End = tuple[Any, list[Any], list[Any]]


def reached(elimination: Elimination, right: Sequence[Any]) -> list[Any]:
    """sum_j |M^-1_ij| right_j."""
    size = len(right)
    total = [mpmath.mpf(0)] * size
    for j, weight in enumerate(right):
        if weight:
            column = elimination.solve([mpmath.mpf(int(i == j)) for i in range(size)])
            total = [x + weight * abs(y) for x, y in zip(total, column, strict=True)]
    return total


def _apart(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: abs(first.get(key, 0) - second.get(key, 0)) for key in {**first, **second}}


def source_magnitudes(ends: Sequence[End], rho: Sequence[Any]) -> list[Any]:
    """|M(p + h) - M(p - h)| |rho|, channel by channel."""
    (up, up_rates, _), (down, down_rates, _) = ends
    total = [mpmath.mpf(0)] * len(rho)

    def add(entries: Matrix, factor: Any) -> None:
        for (i, j), value in entries.items():
            total[i] += factor * abs(value) * abs(rho[j])

    add(_apart(up.place.hamiltonian, down.place.hamiltonian), 1)
    for first, second, a, b in zip(up.maps, down.maps, up_rates, down_rates, strict=True):
        add(first, abs(a - b))
        add(_apart(first, second), abs(a))
    return total


def relative_change(ends: Sequence[End]) -> Any:
    """Largest relative change of a rate or an entry times the number of coordinates.

    Numerators and normalisation are products of that many of them.
    """
    (up, up_rates, _), (down, down_rates, _) = ends
    pairs = [(a, b) for a, b in zip(up_rates, down_rates, strict=True)]
    for first, second in [(up.place.hamiltonian, down.place.hamiltonian), *zip(up.maps, down.maps, strict=True)]:
        pairs += [(value, second.get(key, 0)) for key, value in first.items()]
    return up.coordinates.size * max((abs(a - b) / abs(a) for a, b in pairs if a), default=mpmath.mpf(0))


def moved_magnitudes(
    coordinates: Coordinates,
    hamiltonian: Matrix,
    maps: Sequence[Matrix],
    rates: Sequence[Any],
    rho: Sequence[Any],
    source: Sequence[Any],
) -> list[Any]:
    """|M^-1| source, the trace in place of the row of the largest population (the flow of which is the rest's)."""
    rows = dense(coordinates, hamiltonian, maps, rates)
    most = max(coordinates.populations, key=lambda k: rho[k])
    rows[most] = [mpmath.mpf(0)] * coordinates.size
    for k in coordinates.populations:
        rows[most][k] = mpmath.mpf(1)
    right = list(source)
    right[most] = mpmath.mpf(0)
    return reached(Elimination(rows), right)


def form_terms(
    form: Form, pair: tuple[Form, Form], ends: Sequence[End], rates: Sequence[Any], rho: Sequence[Any], moved: Any
) -> Any:
    """Magnitudes that the change of a linear form between two nearby points is the sum of.

    Parameters
    ----------
    form, pair : Form
        At the point and at the nearby ones.
    moved : sequence
        Magnitudes that the change of the state is the sum of (``moved_magnitudes`` and ``relative_change``).
    """
    total = mpmath.mpf(0)
    for k, value in form.fixed.items():
        total += abs(value) * moved[k]
    for k, value in _apart(pair[0].fixed, pair[1].fixed).items():
        total += value * abs(rho[k])
    (_, up_rates, _), (_, down_rates, _) = ends
    for q, flow in form.flows.items():
        for k, value in flow.items():
            total += abs(value) * (abs(rates[q]) * moved[k] + abs(up_rates[q] - down_rates[q]) * abs(rho[k]))
        for k, value in _apart(pair[0].flows.get(q, {}), pair[1].flows.get(q, {})).items():
            total += value * abs(rates[q]) * abs(rho[k])
    return total
