"""Rates of all channels of a model at one point, and the atoms that a condition number varies.

A channel is ``rate/2 (A rho B^dagger - B^dagger A rho) + h.c.`` with rate = gamma * factor: factor 1 +- N for emission,
N for absorption, 1 for a jump.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ModelError
from symness.reference_generator import NumericModel, Spec
from symness.reference_matrices import Matrix, Rows, dagger, to_energy
from symness.reference_numbers import occupation, semidefinite

__all__ = ["Channel", "Point", "atoms", "point_at"]


@dataclass(frozen=True)
class Channel:
    """One channel in numbers; ``count`` quanta enter the system per event.

    Channels of equal ``rate_key`` share gamma.  Those of equal ``family`` share the occupations of several baths at one
    frequency, and ``occupation`` is the one of this bath (None where gamma is all there is).
    """

    part: int
    count: int
    left: Matrix
    right: Matrix
    gamma: Any
    factor: Any
    occupation: Any
    rate_key: tuple[Any, ...]
    family: tuple[Any, ...]

    @property
    def rate(self) -> Any:
        return self.gamma * self.factor


@dataclass(frozen=True)
class Point:
    """A model with numbers put in; matrices in the working basis (energy; product for ``local``)."""

    numbers: tuple[Any, ...]
    channels: tuple[Channel, ...]
    total: Matrix
    bare: Matrix
    temperatures: tuple[Any, ...]
    potentials: tuple[Any, ...]
    #: largest |omega|/T over baths and their frequencies, T = 0 left out
    stretch: Any
    eigenvectors: Rows
    #: (bath, frequency) of every occupation that was asked for
    asked: tuple[tuple[int, Any], ...]


def point_at(model: NumericModel, values: Mapping[str, Any]) -> Point:
    """Evaluate everything at mpmath's current precision."""
    numbers = model.numbers(values)
    matrices, scalars = model.evaluate(numbers)
    rows = model.eigenvectors(matrices)
    working = matrices
    if model.in_energy_basis:
        working = {name: to_energy(m, rows) for name, m in matrices.items() if name not in ("eigenbasis", "frame")}
        # The eigenvectors make this exact; what rounding leaves off the diagonal is no part of the model.
        working["total"] = {(i, j): value.real for (i, j), value in working["total"].items() if i == j}
    count = len(model.model.baths)
    temperatures, potentials = tuple(scalars[0 : 3 * count : 3]), tuple(scalars[1 : 3 * count : 3])
    frequencies = model.frequencies(matrices, scalars, working["total"])
    rates = _Rates(model, numbers, temperatures, potentials, scalars[3 * count :])
    channels = tuple(rates.channel(spec, working, frequencies) for spec in model.specs)
    total, bare = working["total"], working["bare"]
    asked = tuple(rates.known)
    return Point(numbers, channels, total, bare, temperatures, potentials, rates.stretch, rows, asked)


class _Rates:
    def __init__(
        self,
        model: NumericModel,
        numbers: tuple[Any, ...],
        temperatures: tuple[Any, ...],
        potentials: tuple[Any, ...],
        jump_rates: list[Any],
    ) -> None:
        self.model, self.numbers = model, numbers
        self.temperatures, self.potentials, self.jump_rates = temperatures, potentials, jump_rates
        self.stretch = mpmath.mpf(0)
        self.known: dict[tuple[int, Any], tuple[list[Any], Any, Any]] = {}
        self._zero: dict[int, list[Any]] = {}

    def channel(self, spec: Spec, working: Mapping[str, Matrix], frequencies: Mapping[Any, Any]) -> Channel:
        first, second = (working[name] for name in spec.operators)
        left = {p: first[p] for p in spec.left if p in first}
        right = (
            left if spec.right == spec.left and first is second else {p: second[p] for p in spec.right if p in second}
        )
        part, one = spec.part, mpmath.mpf(1)
        if spec.role == "fixed":
            rate = self.jump_rates[part - len(self.temperatures)]
            return Channel(part, 0, left, right, self._checked(part, rate), one, None, (part,), ())
        bath = self.model.model.baths[part]
        key = (part, spec.group, *sorted(spec.couplings))
        entry = spec.couplings[0] * len(bath.coupling) + spec.couplings[1]
        omega, role = frequencies[spec.frequency], spec.role
        if role == "signed":
            # Where the frequency happens to vanish, both signs have the same finite limit.
            floor = mpmath.mpf(10) ** (8 - mp.dps) * (1 + max(map(abs, frequencies.values())))
            role = "zero" if abs(omega) < floor else "down" if omega > 0 else "up"
        if role == "zero":
            if part not in self._zero:
                self._zero[part] = self.model.zero_rates(part)(*self.numbers)
            return Channel(part, 0, left, right, self._zero[part][entry], one, None, key, ())
        gammas, filled, emitting = self._at(part, omega if self.model.exchange[part] else abs(omega))
        if role == "up" and spec.role == "up":
            left, right = dagger(left), dagger(right)
        factor = emitting if role == "down" else filled
        # A hole is an atom of its own for fermions; 1 + N has the digits of N.
        holes = role == "down" and not bath.kind.bounded_below
        family = (spec.group, bath.statistics, holes)
        count = (1 if role == "up" else -1) if self.model.exchange[part] else 0
        gamma = self._checked(part, gammas[entry]) if spec.couplings[0] == spec.couplings[1] else gammas[entry]
        if gamma.imag != 0:
            # |gamma_ab| stays the rate, the operator takes the phase; the absorbing half goes with gamma_ba.
            phase = gamma / abs(gamma)
            gamma = abs(gamma)
            if role == "up":
                phase = phase.conjugate()
            left = {place: phase * value for place, value in left.items()}
        return Channel(part, count, left, right, gamma, factor, factor if holes else filled, key, family)

    def _checked(self, part: int, rate: Any) -> Any:
        if rate.imag != 0 or rate < 0:
            name = self.model.part_name(part)
            raise ModelError(
                f"Reference: the rate of {name!r} is {mp.nstr(rate)} at this point; pass parameters with >= 0"
            )
        return rate

    def _at(self, part: int, omega: Any) -> tuple[list[Any], Any, Any]:
        """(gamma_ab, N, 1 +- N) of a bath at a frequency."""
        known = self.known.get((part, omega))
        if known is not None:
            return known
        bath = self.model.model.baths[part]
        temperature, mu = self.temperatures[part], self.potentials[part]
        if temperature < 0:
            raise ModelError(f"Reference: bath {bath.name!r} has the temperature {mp.nstr(temperature)}; pass T >= 0")
        if bath.kind.bounded_below and omega <= max(mu, 0):
            raise ModelError(
                f"Reference: the bosons of bath {bath.name!r} have no quantum at omega = {mp.nstr(omega)}, chemical "
                f"potential {mp.nstr(mu)}; pass parameters with omega > max(0, mu)"
            )
        if temperature > 0:
            self.stretch = max(self.stretch, abs(omega) / temperature, abs(omega - mu) / temperature)
        gammas = self.model.rates(part, omega, self.numbers)
        if not semidefinite(gammas):
            raise ModelError(
                f"Reference: the rate matrix of bath {bath.name!r} is not positive semidefinite at this point; pass "
                "parameters with abs(gamma_ab)**2 <= gamma_aa*gamma_bb"
            )
        found = (gammas, *occupation(omega, temperature, mu, bath.kind.sign))
        self.known[part, omega] = found
        return found


def atoms(channels: tuple[Channel, ...]) -> Iterator[dict[int, Any]]:
    """Directions in which the condition number varies the rates: channel number -> change of its rate.

    Each gamma_ab(omega) and each jump rate is scaled.  The occupations N_j of the baths at one frequency are scaled all
    together, and the difference of each from the smallest is scaled.  Fermions have the holes 1 - N_j as atoms
    of their own, so that no atom changes a rate by more than the rate itself.
    """
    by_rate: dict[Any, dict[int, Any]] = {}
    by_family: dict[Any, list[int]] = {}
    for k, channel in enumerate(channels):
        if channel.rate != 0:
            by_rate.setdefault(channel.rate_key, {})[k] = channel.rate
        if channel.family:
            by_family.setdefault(channel.family, []).append(k)
    yield from by_rate.values()
    for members in by_family.values():
        yield {k: channels[k].gamma * channels[k].occupation for k in members}
        smallest = min(channels[k].occupation for k in members)
        # Baths that hold one value still differ as atoms; each is moved on its own.
        for part in sorted({channels[k].part for k in members}):
            moved = {
                k: channels[k].gamma * (channels[k].occupation - smallest) for k in members if channels[k].part == part
            }
            if any(moved.values()):
                yield moved
