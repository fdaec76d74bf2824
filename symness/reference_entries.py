"""The matrix elements and rates of a model as functions of its parameters, at any precision, for the reference.

The SymPy expressions that the user wrote are compiled for mpmath as they stand; nothing is simplified or rearranged.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness.errors import ModelError
from symness.model import Model
from symness.reference_matrices import Matrix, Rows, aligned, connected, diagonalise, eigenvalues
from symness.reference_numbers import compiled, zero_rates

__all__ = ["Entries", "Place"]

Place = tuple[int, int]
#: Levels this close, relative to the largest energy, count as one.
_COINCIDE = 1e-12


class Entries:
    """Operators, rates and eigenvectors of a model at any point, at mpmath's current precision.

    The columns of ``frame`` (expressions) give the levels that are found their order and phases.
    """

    def __init__(self, model: Model, in_energy_basis: bool, frame: Any = None) -> None:
        self.model, self.in_energy_basis = model, in_energy_basis
        self.dimension = model.dimension
        self.symbols = model.symbols
        self._compile()
        self.blocks = connected(self.dimension, self._places["total"])
        self.pattern = self._eigenvector_pattern()
        self._operators: dict[Any, tuple[list[Place], Callable[..., list[Any]]]] = {}
        self._frame = None if frame is None else sp.ImmutableMatrix(frame)
        self._zero_rates: dict[int, Callable[..., list[Any]]] = {}

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
        if self._frame is not None:
            # Where a closed form is 0/0 (a coupling that vanishes), levels keep the order and phases of their own.
            with contextlib.suppress(ZeroDivisionError):
                matrices["frame"] = self.operator(self._frame, numbers)
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
            vectors = diagonalise(block, matrices["total"])
            frame = [[matrices.get("frame", {}).get((i, k), mpmath.mpf(0)) for k in block] for i in block]
            if any(value != 0 for row in frame for value in row):
                vectors = aligned(block, matrices["total"], vectors, frame)
            for i, components in zip(block, vectors, strict=True):
                rows[i] = list(zip(block, components, strict=True))
        return rows

    def crossing(self, numbers: Sequence[Any]) -> bool:
        """Whether two levels of a block of three or more states coincide whose basis nothing else names."""
        if not self.in_energy_basis or "eigenbasis" in self._places:
            return False
        matrices, _ = self.evaluate(numbers)
        named = {i for i, _ in matrices.get("frame", ())}
        for block in self.blocks:
            if len(block) > 2 and not named.intersection(block):
                inside = {(block.index(i), block.index(j)): v for (i, j), v in matrices["total"].items() if i in block}
                found = sorted(eigenvalues(inside, len(block)))
                scale = max(map(abs, found))
                if any(high - low < _COINCIDE * scale for low, high in pairwise(found)):
                    return True
        return False

    def working_places(self, name: str) -> list[Place]:
        """Where the named matrix can be non-zero in the working basis."""
        places = self._places[name]
        if not self.in_energy_basis:
            return places
        if name == "total":
            return [(i, i) for i in range(self.dimension)]
        return sorted({(i, j) for r, c in places for i in self.pattern[r] for j in self.pattern[c]})
