"""Numbers of a model at one point: energy basis and transition rates, straight from the operators.

Nothing of the symbolic engine is used: matrices are evaluated, diagonalised numerically and cut into single matrix
elements.  Every dissipator is a sum of channels ``c/2 (A rho B^dagger - B^dagger A rho) + h.c.``; what differs between
the generators is which matrix elements A and B hold and at which frequency c is taken.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness.baths import Bath
from symness.errors import ModelError
from symness.model import Model
from symness.observable import Setup
from symness.reference_matrices import (
    Matrix,
    Rows,
    connected,
    dagger,
    diagonalise,
    product,
    to_energy,
)
from symness.reference_numbers import compiled, zero_rates

__all__ = ["GENERATORS", "NumericModel", "Spec"]

GENERATORS = ("redfield", "partial_secular", "secular", "local")
#: Two frequencies are one function when they agree at two random points to this many digits (of 60).
_SAME = mpmath.mpf("1e-40")
Place = tuple[int, int]


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


class NumericModel:
    """The model of a setup, evaluated at any point at mpmath's current precision."""

    def __init__(self, setup: Setup) -> None:
        if setup.generator not in GENERATORS:
            known = ", ".join(map(repr, GENERATORS))
            raise ModelError(f"Reference: generator={setup.generator!r} is unknown; pass one of {known}")
        self.model: Model = setup.model
        self.generator, self._kept = setup.generator, setup.kept
        self.in_energy_basis = setup.generator != "local"
        self.dimension = self.model.dimension
        self.symbols = self.model.symbols
        # A comparison of matrices: decided once, it is asked for at every point.
        self.exchange = [bath.is_exchange for bath in self.model.baths]
        self._compile()
        self.blocks = connected(self.dimension, self._places["total"])
        self.pattern = self._eigenvector_pattern()
        with mp.workdps(60):
            self._generic = [self._generic_frequencies(seed) for seed in (1, 2)]
        self._groups: list[list[Any]] = []
        self._pairs: list[tuple[str, list[Any]]] = []
        self._operators: dict[Any, tuple[list[Place], Callable[..., list[Any]]]] = {}
        self._zero_rates: dict[int, Callable[..., list[Any]]] = {}
        self.specs = (*self._bath_specs(), *self._jump_specs())

    def rates(self, part: int, omega: Any, numbers: Sequence[Any]) -> list[Any]:
        """gamma_ab(omega) of a bath, row by row."""
        return self._rates[part](omega, *numbers)

    def zero_rates(self, part: int) -> Callable[..., list[Any]]:
        """lim C_ab(omega) at omega -> 0 of a bath with Hermitian couplings, as a function of the parameters."""
        if part not in self._zero_rates:
            self._zero_rates[part] = self.compiled(zero_rates(self.model.baths[part]))
        return self._zero_rates[part]

    def operator(self, operator: Any, numbers: Sequence[Any]) -> Matrix:
        """Any matrix on the product space, whose entries may hold parameters, in numbers."""
        matrix = sp.ImmutableMatrix(operator)
        if matrix.shape != (self.dimension, self.dimension):
            raise ModelError(
                f"Reference: an operator has shape {matrix.shape}; pass {self.dimension} x {self.dimension}"
            )
        if matrix not in self._operators:
            places = [(i, j) for i in range(matrix.rows) for j in range(matrix.cols) if matrix[i, j] != 0]
            self._operators[matrix] = places, self.compiled([matrix[place] for place in places])
        places, function = self._operators[matrix]
        return dict(zip(places, function(*numbers), strict=True))

    def frequencies(self, matrices: Mapping[str, Matrix], scalars: list[Any], diagonal: Matrix) -> dict[Place, Any]:
        """Frequency of each key that the specs use."""
        return self._bohr(diagonal) if self.in_energy_basis else self._local_frequencies(matrices, scalars, False)

    # -- evaluation of the SymPy expressions ---------------------------------------------------------------------------

    def _compile(self) -> None:
        model, n = self.model, self.dimension
        matrices: dict[str, Any] = {"bare": model.H, "total": model.total.applyfunc(sp.expand)}
        for part, bath in enumerate(model.baths):
            matrices |= {f"bath {part} {a}": s for a, s in enumerate(bath.coupling)}
        for k, jump in enumerate(model.jumps):
            matrices |= {f"jump {k} {a}": s for a, s in enumerate(jump.operator)}
        if model.eigenbasis is not None:
            matrices["eigenbasis"] = model.eigenbasis
        self._places = {
            name: [(i, j) for i in range(n) for j in range(n) if m[i, j] != 0] for name, m in matrices.items()
        }
        entries = [matrices[name][place] for name, places in self._places.items() for place in places]
        scalars: list[Any] = []
        for bath in model.baths:
            scalars += [
                bath.temperature,
                bath.chemical_potential,
                sp.S(0) if bath.frequency is None else bath.frequency,
            ]
        scalars += [jump.rate for jump in model.jumps]
        self._entries = self.compiled([*entries, *scalars])
        self._rates = []
        for bath in model.baths:
            # User rates of bosons are called at positive frequencies only.
            assumption = {"positive": True} if bath.kind.bounded_below else {"real": True}
            omega = sp.Symbol("omega_probe", **assumption)
            self._rates.append(self.compiled(list(bath.rate_matrix(omega)), omega))

    def compiled(self, entries: Sequence[Any], *first: Any) -> Callable[..., list[Any]]:
        """A function of the values of (*first, *symbols) returning a list of mpf or mpc."""
        return compiled([*first, *self.symbols], entries)

    def numbers(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Parameter values in the order of the symbols; floats are taken exactly."""
        numbers = []
        for s in self.symbols:
            if s.name not in values:
                known = ", ".join(symbol.name for symbol in self.symbols)
                raise ModelError(f"Reference: no value for {s.name!r}; pass one for each of {known}")
            value = values[s.name]
            number = mp.mpf(value if isinstance(value, (str, int, mpmath.mpf)) else float(value))
            if not mp.isfinite(number):
                raise ModelError(f"Reference: {s.name}={value!r} is not finite; pass a finite number")
            numbers.append(number)
        return tuple(numbers)

    def evaluate(self, numbers: Sequence[Any]) -> tuple[dict[str, Matrix], list[Any]]:
        flat = iter(self._entries(*numbers))
        matrices = {name: {place: next(flat) for place in places} for name, places in self._places.items()}
        return matrices, list(flat)

    def part_name(self, part: int) -> str:
        """Name of a bath or jump, numbered baths first."""
        baths = self.model.baths
        return str(baths[part].name if part < len(baths) else self.model.jumps[part - len(baths)].name)

    # -- bases ---------------------------------------------------------------------------------------------------------

    def _eigenvector_pattern(self) -> list[list[int]]:
        if "eigenbasis" in self._places:
            return [[j for i, j in self._places["eigenbasis"] if i == row] for row in range(self.dimension)]
        return [next(block for block in self.blocks if row in block) for row in range(self.dimension)]

    def eigenvectors(self, matrices: Mapping[str, Matrix]) -> Rows:
        if "eigenbasis" in matrices:
            given = matrices["eigenbasis"]
            return [[(j, given[i, j]) for j in columns] for i, columns in enumerate(self.pattern)]
        rows: Rows = [[] for _ in range(self.dimension)]
        for block in self.blocks:
            for i, components in zip(block, diagonalise(block, matrices["total"]), strict=True):
                rows[i] = list(zip(block, components, strict=True))
        return rows

    def working_places(self, name: str) -> list[Place]:
        """Where the named matrix can be non-zero in the working basis."""
        places = self._places[name]
        if not self.in_energy_basis:
            return places
        if name == "total":
            return [(i, i) for i in range(self.dimension)]
        return sorted({(i, j) for r, c in places for i in self.pattern[r] for j in self.pattern[c]})

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
