"""Derivatives in numbers: central differences of whole solutions at nearby parameters, with half as many digits more.

A change of the rates (for condition numbers) is taken along to the nearby points as a factor of each rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ModelError, ObservableError
from symness.observable import Observable
from symness.reference_counting import Further, Setting
from symness.reference_forms import Form
from symness.reference_matrices import Matrix, connected
from symness.reference_terms import End, form_terms, moved_magnitudes, relative_change, source_magnitudes

__all__ = ["Derivative", "Moved", "quantum_fisher"]

#: A probability below this counts as zero: there evaluators underflow, and what is left is 0/0.
UNDERFLOW = mpmath.mpf("1e-290")


class Derivative(Further):
    """d/dp of any observable."""

    def __init__(self, setting: Setting, observable: Observable) -> None:
        super().__init__()
        self._at, self._name, self._inner = setting, observable.function.name, observable.parts[0]
        if self._name not in setting.place.values:
            known = ", ".join(setting.place.values)
            raise ObservableError(f"derivative: no value for {self._name!r}; there are {known}")

    def _ends(self, rates: Sequence[Any]) -> tuple[list[End], list[Any]]:
        """The solutions at p + h and p - h, and their weights; every observable of a point shares them.

        At the edge of the domain (T = 0, a rate of 0) those at p + h, p + 2 h and p, of the same order in h.
        """
        own = [channel.rate for channel in self._at.point.channels]
        factors = [new / old if old else mpmath.mpf(1) for new, old in zip(rates, own, strict=True)]
        key, place = (self._name, mp.prec, *factors), self._at.place
        if key not in place.solved:
            digits = mp.dps
            with mp.workdps(3 * digits // 2 + 10):
                p = mp.mpf(place.values[self._name])
                h = mpmath.mpf(10) ** (-(digits // 2)) * (abs(p) or 1)

                def solved(steps: Sequence[int]) -> list[End]:
                    return [place.nearby({**place.values, self._name: p + k * h}, factors) for k in steps]

                try:
                    place.solved[key] = solved((1, -1)), [1 / (2 * h), -1 / (2 * h)]
                except ModelError:
                    if p != 0:
                        raise
                    place.solved[key] = solved((1, 2, 0)), [2 / h, -1 / (2 * h), -3 / (2 * h)]
        found: tuple[list[End], list[Any]] = place.solved[key]
        return found

    def _difference(self, rates: Sequence[Any], function: Callable[[Any, list[Any], list[Any]], list[Any]]) -> Any:
        """The difference quotient of a function of the solutions, entry by entry."""
        ends, weights = self._ends(rates)
        with mp.workdps(3 * mp.dps // 2 + 10):
            found = [function(*end) for end in ends]
            return [
                sum(w * value for w, value in zip(weights, column, strict=True)) for column in zip(*found, strict=True)
            ]

    def _form_terms(
        self, rates: Sequence[Any], rho: Sequence[Any], forms: Callable[[Any], Sequence[Form]]
    ) -> list[Any]:
        """For each form, the magnitudes that its derivative is the sum of (0 for one that is no linear form)."""
        ends, weights = self._ends(rates)
        ends, factor = [ends[0], ends[-1]], abs(weights[-1])
        setting, key = self._at, ("moved", self._name, mp.prec)
        if key not in setting.place.solved:
            source = source_magnitudes(ends, rho)
            place = setting.place.hamiltonian, setting.maps
            moved, change = moved_magnitudes(setting.coordinates, *place, rates, rho, source), relative_change(ends)
            setting.place.solved[key] = [x + change * abs(y) for x, y in zip(moved, rho, strict=True)]
        moved = setting.place.solved[key]
        sets = [forms(setting), *(forms(end[0]) for end in ends)]
        zero = mpmath.mpf(0)
        return [
            form_terms(form, (up, down), ends, rates, rho, moved) * factor if type(form) is Form else zero
            for form, up, down in zip(*sets, strict=True)
        ]

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        def outcome(forms: Any, own: list[Any], state: list[Any]) -> list[Any]:
            quantity = forms.quantity(self._inner)
            return [mp.mpmathify(quantity.combine([form.value(own, state) for form in quantity.forms])[0])]

        return self._difference(rates, outcome)[0]

    def terms(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        """By the chain rule: |d value/d form| times the terms of each form."""
        quantity = self._at.quantity(self._inner)
        terms = self._form_terms(rates, rho, lambda forms: forms.quantity(self._inner).forms)
        if quantity.is_linear:
            return terms[0]
        values = [form.value(rates, rho) for form in quantity.forms]
        base, step, total = quantity.combine(values)[0], mpmath.mpf(10) ** (-(mp.dps // 2)), mpmath.mpf(0)
        for k, weight in enumerate(terms):
            if weight:
                nearby = [value + step if j == k else value for j, value in enumerate(values)]
                change = abs(quantity.combine(nearby)[0] - base) / step
                total += weight * change if mp.isfinite(change) else 0
        return total


class Moved(Derivative):
    """<j|d rho/dp|k> between eigenstates of H + V at the point: d/dp of the expectation of |k><j|, held fixed.

    Found in the product basis, where no eigenstate is differentiated.
    """

    def __init__(self, setting: Setting, place: tuple[int, int], parameter: Any) -> None:
        element = Observable("element", "energy", place)
        super().__init__(setting, Observable("derivative", parts=(element,), function=parameter))
        i, j = place
        rows = setting.point.eigenvectors
        self._operator = {
            (r, c): left * right.conjugate()
            for r, first in enumerate(rows)
            for c, second in enumerate(rows)
            for k, left in first
            for m, right in second
            if (k, m) == (j, i)
        }

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        def outcome(forms: Any, own: list[Any], state: list[Any]) -> list[Any]:
            fixed = forms.coordinates.trace_with(forms.in_working_basis(self._operator, "product"))
            return [mp.mpmathify(Form(fixed).value(own, state))]

        return self._difference(rates, outcome)[0]

    def terms(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        """Those of the element's own derivative; what the turning of the eigenstates adds is a product."""
        return super().terms(rates, rho) + abs(self.value(rates, rho))


def quantum_fisher(values: Matrix, slopes: Matrix) -> Any:
    """sum over eigenstates of 2 |<j|d rho|k>|**2/(l_j + l_k), block by block; nan (0/0) where the state is pure.

    Parameters
    ----------
    values, slopes : mapping (i, j) -> number, i <= j
        Elements of rho and of its derivative that are not zero by structure, in one basis.
    """
    size = 1 + max(j for _, j in (*values, *slopes))
    total = mpmath.mpf(0)
    for block in connected(size, [place for place in (*values, *slopes) if place[0] != place[1]]):
        if any((i, i) in values for i in block):
            total += _information(block, values, slopes)
    return total


def _information(block: Sequence[int], values: Matrix, slopes: Matrix) -> Any:
    def dense(entries: Matrix) -> Any:
        zero = mp.mpc(0)
        return mp.matrix(
            [
                [mp.mpc(entries.get((i, j), zero)) if i <= j else mp.conj(entries.get((j, i), zero)) for j in block]
                for i in block
            ]
        )

    energies, vectors = mp.eighe(dense(values))
    moved = vectors.H * dense(slopes) * vectors
    total = mpmath.mpf(0)
    for j in range(len(block)):
        for k in range(len(block)):
            weight = energies[j] + energies[k]
            if abs(weight) <= UNDERFLOW:
                return mp.nan  # a pure state: 0/0
            total += 2 * abs(moved[j, k]) ** 2 / weight
    return total
