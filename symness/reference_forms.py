"""Real coordinates of a state, and the linear forms in them from which outputs are made.

Every output is a function of a few forms ``f . rho + sum over channels of rate * (e . rho)``; that is what lets the
reference differentiate all of them in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath

from symness.reference_matrices import Matrix

__all__ = ["PAIR_FLOOR", "TINY", "Coefficients", "Coordinates", "Form", "Place", "Quantity", "dense", "with_trace"]

#: coordinate number -> coefficient
Coefficients = dict[int, Any]
#: Below this a number counts as zero: no exact zero comes out of rounded arithmetic.
TINY = mpmath.mpf("1e-400")
#: Rounding of double-double arithmetic, relative to the sum of the magnitudes of the terms.
PAIR_FLOOR = mpmath.mpf(2) ** -98


class Coordinates:
    """Real coordinates of a Hermitian matrix on given elements (i <= j): populations, then Re and Im of the others."""

    def __init__(self, elements: Sequence[tuple[int, int]]) -> None:
        ordered = sorted(elements, key=lambda e: (e[0] != e[1], e))
        self.first: dict[tuple[int, int], int] = {}
        self.size = 0
        for i, j in ordered:
            self.first[i, j] = self.size
            self.size += 1 if i == j else 2
        self.populations = [self.first[e] for e in ordered if e[0] == e[1]]

    def add(self, rows: Matrix, target: tuple[int, int], source: tuple[int, int], z: Any) -> None:
        """Add ``d rho_target += z rho_source`` to a real matrix; targets below the diagonal are conjugates."""
        r, s = target
        row = self.first.get(target)
        if r > s or row is None:
            return
        k, m = source
        column = self.first[(k, m) if k <= m else (m, k)]
        re, im = z.real, z.imag
        entries = [(row, column, re)]
        if k != m:
            sign = 1 if k < m else -1
            entries.append((row, column + 1, -sign * im))
            if r != s:
                entries.append((row + 1, column + 1, sign * re))
        if r != s:
            entries.append((row + 1, column, im))
        for i, j, value in entries:
            if value:
                rows[i, j] = rows[i, j] + value if (i, j) in rows else value

    def trace_with(self, operator: Matrix) -> Coefficients:
        """Tr(operator rho) as a linear form (complex coefficients where the operator is not Hermitian)."""
        form: Coefficients = {}
        for (a, b), value in operator.items():
            place = self.first.get((b, a) if b <= a else (a, b))
            if place is None:
                continue
            form[place] = form[place] + value if place in form else value
            if a != b:
                term = value * mpmath.mpc(0, 1 if b < a else -1)
                form[place + 1] = form[place + 1] + term if place + 1 in form else term
        return form

    def matrix(self, rho: Sequence[Any]) -> Matrix:
        """The Hermitian matrix of these coordinates."""
        result: Matrix = {}
        for (i, j), k in self.first.items():
            if i == j:
                result[i, j] = rho[k]
            else:
                result[i, j] = mpmath.mpc(rho[k], rho[k + 1])
                result[j, i] = mpmath.mpc(rho[k], -rho[k + 1])
        return result


def _apply(form: Mapping[int, Any], rho: Sequence[Any]) -> Any:
    total = mpmath.mpf(0)
    for k, coefficient in form.items():
        total += coefficient * rho[k]
    return total


@dataclass
class Form:
    """fixed . rho + sum over channels of rate * (flow . rho)."""

    fixed: Coefficients = field(default_factory=dict)
    flows: dict[int, Coefficients] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Zero by structure, at every point."""
        return not self.fixed and not any(self.flows.values())

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        total = _apply(self.fixed, rho)
        for q, flow in self.flows.items():
            total += rates[q] * _apply(flow, rho)
        return total

    def terms(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        """Sum of the magnitudes of what ``value`` adds up."""
        total = mpmath.mpf(0)
        for factor, form in [(1, self.fixed), *((rates[q], flow) for q, flow in self.flows.items())]:
            for k, coefficient in form.items():
                total += abs(factor * coefficient * rho[k])
        return total

    def derivative(self, rates: Sequence[Any], rho: Sequence[Any]) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
        """A function of a change of the rates (by channel) and of the state: the change of the value."""
        joined = dict(self.fixed)
        for q, flow in self.flows.items():
            for k, value in flow.items():
                joined[k] = joined[k] + rates[q] * value if k in joined else rates[q] * value
        flowing = {q: _apply(flow, rho) for q, flow in self.flows.items()}

        def slope(moved: Mapping[int, Any], shift: Sequence[Any]) -> Any:
            total = _apply(joined, shift)
            for q in moved.keys() & flowing.keys():
                total += moved[q] * flowing[q]
            return total

        return slope

    def plus(self, factor: Any, other: Form) -> Form:
        """self + factor * other."""
        flows = {q: dict(flow) for q, flow in self.flows.items()}
        for q, flow in other.flows.items():
            mine = flows.setdefault(q, {})
            for k, value in flow.items():
                mine[k] = mine.get(k, 0) + factor * value
        fixed = dict(self.fixed)
        for k, value in other.fixed.items():
            fixed[k] = fixed.get(k, 0) + factor * value
        return Form(fixed, flows)


@dataclass(frozen=True)
class Quantity:
    """An output: ``combine`` turns the values of the forms into (value, the unclipped number it was made of)."""

    forms: tuple[Form, ...]
    combine: Callable[[list[Any]], tuple[Any, Any]]
    is_linear: bool = False


@dataclass(frozen=True)
class Place:
    """Where a point lies: -i [H + V, .] in real coordinates, the parameters, and how to solve elsewhere.

    ``nearby(values, factors)`` gives (observables, rates, state) at other parameters, every rate times its factor;
    ``solved`` keeps what several observables of the point need.
    """

    hamiltonian: Matrix
    values: Mapping[str, Any]
    nearby: Callable[[Mapping[str, Any], Sequence[Any]], Any]
    solved: dict[Any, Any] = field(default_factory=dict)


def dense(
    coordinates: Coordinates, hamiltonian: Matrix, maps: Sequence[Matrix], rates: Sequence[Any]
) -> list[list[Any]]:
    """The generator on some coordinates."""
    zero = mpmath.mpf(0)
    rows = [[zero] * coordinates.size for _ in range(coordinates.size)]
    for (i, j), value in hamiltonian.items():
        rows[i][j] += value
    for rate, entries in zip(rates, maps, strict=True):
        for (i, j), value in entries.items():
            rows[i][j] += rate * value
    return rows


def with_trace(coordinates: Coordinates, rows: list[list[Any]]) -> list[list[Any]]:
    """The first row replaced: population rows sum to zero, so that one of them makes room for the trace."""
    rows[0] = [mpmath.mpf(0)] * coordinates.size
    for k in coordinates.populations:
        rows[0][k] = mpmath.mpf(1)
    return rows
