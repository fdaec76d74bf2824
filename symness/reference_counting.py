"""Noise in numbers: a second linear solve with the generator, the trace row in place of a redundant one.

J_k is the sum over the channels of one bath of amount**k rate/2 (A rho B^+ + h.c.); with M sigma = (I - J_1) rho and
tr sigma = 0 the rate of the variance is <1|J_2 rho> + 2 <1|J_1 sigma>.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import mpmath
from mpmath import mp

from symness.errors import ObservableError
from symness.observable import Observable
from symness.reference_forms import Coordinates, Form, Place, Quantity, dense, with_trace
from symness.reference_generator import NumericModel
from symness.reference_matrices import Elimination, Matrix, product
from symness.reference_rates import Channel, Point

__all__ = ["Further", "Noise", "Setting", "finite_slope"]


class Setting(Protocol):
    """What a further equation needs of a point (:class:`symness.reference_observables.Forms`)."""

    model: NumericModel
    point: Point
    coordinates: Coordinates
    maps: list[Matrix]
    place: Place

    def quantity(self, observable: Observable) -> Quantity: ...


def finite_slope(
    value: Callable[[Sequence[Any], Sequence[Any]], Any], rates: Sequence[Any], rho: Sequence[Any]
) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
    """Directional derivative in rates and state by a difference quotient (half of the digits).

    It serves condition numbers, of which a few digits are needed.
    """
    base = value(rates, rho)

    def slope(moved: Mapping[int, Any], shift: Sequence[Any]) -> Any:
        step = mpmath.mpf(10) ** (-(mp.dps // 2))
        nearby = [rate + step * moved.get(q, 0) for q, rate in enumerate(rates)]
        state = [x + step * d for x, d in zip(rho, shift, strict=True)]
        return (value(nearby, state) - base) / step

    return slope


class Further(Form):
    """A form that takes a further equation: never empty by structure, and differentiated by a difference quotient."""

    @property
    def is_empty(self) -> bool:
        return False

    def derivative(self, rates: Sequence[Any], rho: Sequence[Any]) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
        return finite_slope(self.value, rates, rho)


class Noise(Further):
    """Rate of the second cumulant of what one part hands over, or of the covariance of two."""

    def __init__(self, setting: Setting, part: int, other: int, counted: str, energy: str) -> None:
        super().__init__()
        self._at = setting
        parts = (part,) if part == other else (part, other)
        self._jumps = [self._of_part(p, counted, energy) for p in parts]

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        sigmas = self._sigmas(rates, rho)
        if len(self._jumps) == 1:
            activity = self._trace(self._applied(self._jumps[0], rates, rho, 2))
            return activity + 2 * self._trace(self._applied(self._jumps[0], rates, sigmas[0], 1))
        return sum(
            self._trace(self._applied(jumps, rates, sigma, 1))
            for jumps, sigma in zip(self._jumps, reversed(sigmas), strict=True)
        )

    def terms(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        """Sum of the magnitudes of what ``value`` adds up: where a current is blocked, frequent events cancel."""
        total = mpmath.mpf(0)
        for jumps, sigma in zip(self._jumps, reversed(self._sigmas(rates, rho)), strict=True):
            for q, amount, rows in jumps:
                weight = abs(rates[q] * amount)
                inside = [(j, value) for (i, j), value in rows.items() if i in self._at.coordinates.populations]
                total += weight * sum(abs(value) * (abs(amount * rho[j]) + 2 * abs(sigma[j])) for j, value in inside)
        return total

    def _sigmas(self, rates: Sequence[Any], rho: Sequence[Any]) -> list[Any]:
        """Solutions of M sigma = (I - J_1) rho, tr sigma = 0, of each part."""
        coordinates = self._at.coordinates
        rows = dense(coordinates, self._at.place.hamiltonian, self._at.maps, rates)
        elimination = Elimination(with_trace(coordinates, rows))
        images = [self._applied(jumps, rates, rho, 1) for jumps in self._jumps]
        currents = [self._trace(image) for image in images]
        sigmas = []
        for image, current in zip(images, currents, strict=True):
            right = [current * x - y for x, y in zip(rho, image, strict=True)]
            right[0] = mpmath.mpf(0)
            sigmas.append(elimination.solve(right))
        return sigmas

    def _trace(self, x: Sequence[Any]) -> Any:
        total = mpmath.mpf(0)
        for k in self._at.coordinates.populations:
            total += x[k]
        return total

    def _applied(
        self, jumps: Sequence[tuple[int, Any, Matrix]], rates: Sequence[Any], x: Sequence[Any], power: int
    ) -> list[Any]:
        image = [mpmath.mpf(0)] * len(x)
        for q, amount, rows in jumps:
            weight = rates[q] * amount**power
            for (i, j), value in rows.items():
                image[i] += weight * value * x[j]
        return image

    # -- channels ------------------------------------------------------------------------------------------------------

    def _of_part(self, part: int, counted: str, energy: str) -> list[tuple[int, Any, Matrix]]:
        """(channel, amount per event, A rho B^+/2 + h.c. in real coordinates)."""
        setting, found = self._at, []
        name = setting.model.part_name(part)
        baths = setting.model.model.baths
        if counted == "particle" and (part >= len(baths) or not setting.model.exchange[part]):
            raise ObservableError(f"noise: {name!r} exchanges no particles; count energy instead")
        operator = setting.point.total if energy == "total" else setting.point.bare
        for q, channel in enumerate(setting.point.channels):
            if channel.part != part:
                continue
            amount: Any = mpmath.mpf(channel.count)
            if counted != "particle":
                amount = _gained(operator, channel, name)
                if counted == "heat" and part < len(baths):
                    amount -= channel.count * setting.point.potentials[part]
            rows: Matrix = {}
            for (r, k), a in channel.left.items():
                for (s, m), b in channel.right.items():
                    z = a * b.conjugate() / 2
                    setting.coordinates.add(rows, (r, s), (k, m), z)
                    setting.coordinates.add(rows, (s, r), (m, k), z.conjugate())
            found.append((q, amount, rows))
        return found


def _gained(operator: Matrix, channel: Channel, name: str) -> Any:
    """e with [E, A] = e A for both operators of a channel."""
    amounts = []
    tolerance = mpmath.mpf(10) ** (12 - mp.dps) * (1 + max(map(abs, operator.values()), default=0))
    for matrix in (channel.left, channel.right):
        gain, loss = product(operator, matrix), product(matrix, operator)
        place = max(matrix, key=lambda p: abs(matrix[p]))
        e = (gain.get(place, 0) - loss.get(place, 0)) / matrix[place]
        amounts.append(mp.re(e))
        for p in {**gain, **loss}:
            if abs(gain.get(p, 0) - loss.get(p, 0) - e * matrix.get(p, 0)) > tolerance * abs(matrix[place]):
                raise ObservableError(f"noise: {name!r} hands over no definite energy per event; count quanta instead")
    if abs(amounts[0] - amounts[1]) > tolerance:
        raise ObservableError(f"noise: {name!r} hands over no definite energy per event; count quanta instead")
    return amounts[0]
