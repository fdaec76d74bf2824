"""Numbers of a model at one point: energy basis and transition rates, straight from the operators.

Nothing of the symbolic engine is used: matrices are evaluated, diagonalised numerically and cut into single matrix
elements.  Every dissipator is a sum of channels ``c/2 (A rho B^dagger - B^dagger A rho) + h.c.``; what differs between
the generators is which matrix elements A and B hold and at which frequency c is taken.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness.baths import Bath
from symness.errors import ModelError
from symness.observable import Setup
from symness.reference_entries import Entries, Place
from symness.reference_matrices import Matrix, dagger, product, to_energy

__all__ = ["GENERATORS", "NumericModel", "Spec"]

GENERATORS = ("redfield", "partial_secular", "secular", "local")
#: Two frequencies are one function when they agree at two random points to this many digits (of 60).
_SAME = mpmath.mpf("1e-40")


@dataclass(frozen=True)
class Spec:
    """A channel before numbers: elements ``left`` of operator A and ``right`` of operator B (named matrices).

    ``role``: ``down`` and ``up`` carry gamma (1 +- N) and gamma N; ``signed`` (Hermitian coupling) is down or up by the
    sign of the frequency, ``zero`` its limit at no frequency; ``fixed`` is a jump.
    """

    part: int
    operators: tuple[str, str]
    couplings: tuple[int, int]
    left: tuple[Place, ...]
    right: tuple[Place, ...]
    role: str
    frequency: Place = (0, 0)
    group: int = -1


class NumericModel(Entries):
    """The model of a setup, evaluated at any point at mpmath's current precision."""

    def __init__(self, setup: Setup) -> None:
        if setup.generator not in GENERATORS:
            known = ", ".join(map(repr, GENERATORS))
            raise ModelError(f"Reference: generator={setup.generator!r} is unknown; pass one of {known}")
        self.generator, self._kept = setup.generator, setup.kept
        super().__init__(setup.model, setup.generator != "local", setup.frame)
        # A comparison of matrices: decided once, it is asked for at every point.
        self.exchange = [bath.is_exchange for bath in self.model.baths]
        with mp.workdps(60):
            self._generic = [self._generic_frequencies(seed) for seed in (1, 2)]
        self._groups: list[list[Any]] = []
        self._pairs: list[tuple[str, list[Any]]] = []
        self.specs = (*self._bath_specs(), *self._jump_specs())

    def frequencies(self, matrices: Mapping[str, Matrix], scalars: list[Any], diagonal: Matrix) -> dict[Place, Any]:
        """Frequency of each key that the specs use."""
        return self._bohr(diagonal) if self.in_energy_basis else self._local_frequencies(matrices, scalars, False)

    # -- which matrix element goes at which frequency ------------------------------------------------------------------

    def _generic_frequencies(self, seed: int) -> dict[Place, Any]:
        matrices, scalars = self.evaluate(self._generic_numbers(seed))
        if self.in_energy_basis:
            return self._bohr(to_energy(matrices["total"], self.eigenvectors(matrices)))
        return self._local_frequencies(matrices, scalars, True)

    def _bohr(self, diagonal: Matrix) -> dict[Place, Any]:
        n = self.dimension
        energies = [diagonal[i, i].real if (i, i) in diagonal else mpmath.mpf(0) for i in range(n)]
        return {(i, j): energies[j] - energies[i] for i in range(n) for j in range(n)}

    def _local_frequencies(self, matrices: Mapping[str, Matrix], scalars: list[Any], check: bool) -> dict[Place, Any]:
        """(bath, coupling) -> the frequency with [H, S] = -omega S (of the lowering half, for a Hermitian S)."""
        found: dict[Place, Any] = {}
        remedy = "pass Bath(..., frequency=...) or split the coupling into several baths"
        for part, bath in enumerate(self.model.baths):
            for a in range(len(bath.coupling)):
                whole, s = matrices[f"bath {part} {a}"], self._lowering_half(matrices, part, a)
                if bath.frequency is not None:
                    found[part, a] = scalars[3 * part + 2]
                    continue
                left, right = product(matrices["bare"], s), product(s, matrices["bare"])
                change = {p: right.get(p, 0) - left.get(p, 0) for p in {**left, **right}}
                place = max(s, key=lambda p: abs(s[p]))
                omega = mp.re(change.get(place, 0) / s[place])
                defect = max((abs(change.get(p, 0) - omega * s.get(p, 0)) for p in {**change, **s}), default=0)
                covered = whole.keys() <= (s.keys() | dagger(s).keys())
                if check and (defect > _SAME or not covered):
                    raise ModelError(
                        f"Bath {bath.name!r}: coupling number {a + 1} has several Bohr frequencies under H alone, "
                        f"which `local` cannot take; {remedy}"
                    )
                found[part, a] = omega
        return found

    def _lowering_half(self, matrices: Mapping[str, Matrix], part: int, a: int) -> Matrix:
        whole = matrices[f"bath {part} {a}"]
        if self.model.baths[part].is_exchange:
            return whole
        energy = {i: matrices["bare"].get((i, i), mpmath.mpf(0)).real for i in range(self.dimension)}
        return {(i, j): value for (i, j), value in whole.items() if energy[j] > energy[i] + _SAME} or whole

    def _lowering_places(self, part: int, a: int) -> list[Place]:
        with mp.workdps(60):
            matrices, _ = self.evaluate(self._generic_numbers(1))
            return sorted(self._lowering_half(matrices, part, a))

    def _same(self, key: Place, other: Place) -> bool:
        return all(abs(values[key] - values[other]) < _SAME for values in self._generic)

    def _vanishes(self, key: Place) -> bool:
        return all(abs(values[key]) < _SAME for values in self._generic)

    def _group(self, key: Place, exchange: bool) -> int:
        """Number of the class of frequencies equal as functions (w and -w together for a Hermitian coupling)."""
        values = [generic[key] for generic in self._generic]
        if not exchange and values[0] < 0:
            values = [-value for value in values]
        for number, other in enumerate(self._groups):
            if all(abs(x - y) < _SAME for x, y in zip(values, other, strict=True)):
                return number
        self._groups.append(values)
        return len(self._groups) - 1

    def _classes(self, part: int, a: int) -> list[tuple[Place, list[Place]]]:
        """Matrix elements of a coupling by frequency; the key names the frequency."""
        if not self.in_energy_basis:
            return [((part, a), self._lowering_places(part, a))]
        classes: list[tuple[Place, list[Place]]] = []
        for place in self.working_places(f"bath {part} {a}"):
            members = next((m for key, m in classes if self._same(key, place)), None)
            if members is None:
                classes.append((place, [place]))
            else:
                members.append(place)
        return classes

    def _paired(self, bath: str, key: Place, other: Place) -> bool:
        """Whether the generator keeps the pair of these frequencies."""
        if self._kept is None:
            return self.generator != "secular" or self._same(key, other)
        if not self._pairs:
            with mp.workdps(60):
                numbers = [self._generic_numbers(seed) for seed in (1, 2)]
                for name, *pair in self._kept:
                    self._pairs.append((name, [self.compiled(pair)(*point) for point in numbers]))
        values = [(generic[key], generic[other]) for generic in self._generic]
        return any(
            name == bath
            and all(abs(a - x) < _SAME and abs(b - y) < _SAME for (a, b), (x, y) in zip(values, pair, strict=True))
            for name, pair in self._pairs
        )

    def _generic_numbers(self, seed: int) -> list[Any]:
        draw = random.Random(seed)
        return [mp.mpf(draw.uniform(0.5, 2)) for _ in self.symbols]

    def _bath_specs(self) -> Iterator[Spec]:
        for part, bath in enumerate(self.model.baths):
            gamma = bath.rate_matrix(sp.Symbol("omega_probe", positive=True))
            classes = [self._classes(part, a) for a in range(len(bath.coupling))]
            for a, mine in enumerate(classes):
                for b, others in enumerate(classes):
                    for key, left in mine:
                        right = [p for other, ps in others if self._paired(bath.name, key, other) for p in ps]
                        if right and gamma[a, b] != 0:
                            names = (f"bath {part} {a}", f"bath {part} {b}")
                            yield from self._roles(part, bath, names, (a, b), tuple(left), tuple(right), key)

    def _roles(
        self,
        part: int,
        bath: Bath,
        names: tuple[str, str],
        couplings: Place,
        left: tuple[Place, ...],
        right: tuple[Place, ...],
        key: Place,
    ) -> Iterator[Spec]:
        group = self._group(key, bath.is_exchange)
        if not bath.is_exchange and self._vanishes(key):
            self.zero_rates(part)
            roles: tuple[str, ...] = ("zero",)
        elif bath.is_exchange or not self.in_energy_basis:
            roles = ("down", "up")
        else:
            roles = ("signed",)
        for role in roles:
            yield Spec(part, names, couplings, left, right, role, key, group)

    def _jump_specs(self) -> Iterator[Spec]:
        for k, jump in enumerate(self.model.jumps):
            for a in range(len(jump.operator)):
                name = f"jump {k} {a}"
                places = tuple(self.working_places(name))
                yield Spec(len(self.model.baths) + k, (name, name), (a, a), places, places, "fixed")
