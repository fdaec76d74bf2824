"""Derivatives in numbers: central differences of whole solutions at nearby parameters, with half as many digits more.

A change of the rates (for condition numbers) is taken along to the nearby points as a factor of each rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ObservableError
from symness.observable import Observable
from symness.reference_counting import Setting, finite_slope
from symness.reference_forms import Form
from symness.reference_matrices import Matrix, connected

__all__ = ["Derivative", "QuantumFisher"]


class _Nearby(Form):
    """A function of the solutions at p - h, p and p + h."""

    def __init__(self, setting: Setting, parameter: str) -> None:
        super().__init__()
        self._at, self._name = setting, parameter
        if parameter not in setting.place.values:
            known = ", ".join(setting.place.values)
            raise ObservableError(f"derivative: no value for {parameter!r}; there are {known}")

    @property
    def is_empty(self) -> bool:
        return False

    def derivative(self, rates: Sequence[Any], rho: Sequence[Any]) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
        return finite_slope(self.value, rates, rho)

    def _difference(self, rates: Sequence[Any], function: Callable[[Any, list[Any], list[Any]], list[Any]]) -> Any:
        """(function(p + h) - function(p - h))/(2 h), entry by entry."""
        own = [channel.rate for channel in self._at.point.channels]
        factors = [new / old if old else mpmath.mpf(1) for new, old in zip(rates, own, strict=True)]
        digits = mp.dps
        with mp.workdps(3 * digits // 2 + 10):
            p = mp.mpf(self._at.place.values[self._name])
            h = mpmath.mpf(10) ** (-(digits // 2)) * (abs(p) or 1)
            ends = []
            for sign in (1, -1):
                values = {**self._at.place.values, self._name: p + sign * h}
                ends.append(function(*self._at.place.nearby(values, factors)))
            return [(up - down) / (2 * h) for up, down in zip(*ends, strict=True)]


class Derivative(_Nearby):
    """d/dp of any observable."""

    def __init__(self, setting: Setting, observable: Observable) -> None:
        super().__init__(setting, observable.function.name)
        self._inner = observable.parts[0]

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        def outcome(forms: Any, own: list[Any], state: list[Any]) -> list[Any]:
            quantity = forms.quantity(self._inner)
            return [mp.mpmathify(quantity.combine([form.value(own, state) for form in quantity.forms])[0])]

        return self._difference(rates, outcome)[0]


class QuantumFisher(_Nearby):
    """sum over eigenstates of 2 |<j|d rho|k>|**2/(l_j + l_k), block by block."""

    def __init__(self, setting: Setting, parameter: str, places: Sequence[tuple[int, int]], elements: Any) -> None:
        super().__init__(setting, parameter)
        self._places, self._elements = list(places), elements

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        def elements(forms: Any, own: list[Any], state: list[Any]) -> list[Any]:
            found = self._elements(forms)
            return [mp.mpc(found[place].value(own, state)) for place in self._places]

        slopes = dict(zip(self._places, self._difference(rates, elements), strict=True))
        own = self._elements(self._at)
        values = {place: mp.mpc(own[place].value(rates, rho)) for place in self._places}
        total = mpmath.mpf(0)
        for block in connected(self._at.model.dimension, [p for p in self._places if p[0] != p[1]]):
            if (block[0], block[0]) in values:
                total += _information(block, values, slopes)
        return total


def _information(block: Sequence[int], values: Matrix, slopes: Matrix) -> Any:
    def dense(entries: Matrix) -> Any:
        zero = mp.mpc(0)
        return mp.matrix(
            [
                [entries.get((i, j), zero) if i <= j else mp.conj(entries.get((j, i), zero)) for j in block]
                for i in block
            ]
        )

    energies, vectors = mp.eighe(dense(values))
    moved = vectors.H * dense(slopes) * vectors
    total = mpmath.mpf(0)
    for j in range(len(block)):
        for k in range(len(block)):
            weight = energies[j] + energies[k]
            size = abs(moved[j, k]) ** 2
            if weight == 0:
                continue
            total += 2 * size / weight
    return total
