"""State spaces: local operators as explicit matrices on the product space.

The first part is the leftmost factor, and in each part the highest state comes first (excited, occupied, m = j, most
quanta), so two qubits have the product states ee, eg, ge, gg.  Operators are ordinary immutable SymPy matrices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any, TypeVar

import sympy as sp

from symness.display import Displayed
from symness.errors import ModelError

__all__ = ["Fermion", "Levels", "Mode", "Part", "Qubit", "Spin", "fermions", "levels", "modes", "product", "qubits",
           "spins"]  # fmt: skip

_LOWERING = sp.ImmutableMatrix([[0, 0], [1, 0]])
_Z = sp.ImmutableMatrix([[1, 0], [0, -1]])
AnyPart = TypeVar("AnyPart", bound="Part")


@dataclass(frozen=True, repr=False)
class Part(Displayed):
    """One factor of a product space.

    Attributes
    ----------
    dimensions : tuple of int
        Of all factors; ``position`` is the place of this one.
    strings : tuple of bool
        Which factors are fermionic modes: an annihilation operator changes sign with each one to its left.
    """

    name: str
    position: int
    dimensions: tuple[int, ...]
    strings: tuple[bool, ...]

    @property
    def dimension(self) -> int:
        """Number of states of this part alone."""
        return self.dimensions[self.position]

    @property
    def identity(self) -> sp.ImmutableMatrix:
        """On the whole space."""
        return sp.ImmutableMatrix(sp.eye(prod(self.dimensions)))

    def on_space(self, matrix: Any) -> sp.ImmutableMatrix:
        """A matrix on this part alone, as an operator on the whole space."""
        factors = [sp.eye(d) for d in self.dimensions]
        try:
            own = sp.ImmutableMatrix(matrix)
        except (TypeError, ValueError) as error:
            raise ModelError(f"{self.name!r}: {matrix!r} is not a matrix; pass a SymPy or numpy matrix") from error
        if own.shape != (self.dimension, self.dimension):
            raise ModelError(f"{self.name!r}: the matrix is {own.shape}; pass {self.dimension} x {self.dimension}")
        factors[self.position] = own
        return _kronecker(factors)


@dataclass(frozen=True, repr=False)
class Qubit(Part):
    """A two-level system; e (excited) before g."""

    @property
    def lowering(self) -> sp.ImmutableMatrix:
        """sigma_- = |g><e|."""
        return self.on_space(_LOWERING)

    @property
    def raising(self) -> sp.ImmutableMatrix:
        """sigma_+ = |e><g|."""
        return self.on_space(_LOWERING.T)

    @property
    def number(self) -> sp.ImmutableMatrix:
        """|e><e|."""
        return self.on_space(_LOWERING.T * _LOWERING)

    @property
    def x(self) -> sp.ImmutableMatrix:
        """sigma_x = |e><g| + |g><e|."""
        return self.on_space(_LOWERING + _LOWERING.T)

    @property
    def y(self) -> sp.ImmutableMatrix:
        """sigma_y = -i|e><g| + i|g><e|."""
        return self.on_space(sp.I * (_LOWERING - _LOWERING.T))

    @property
    def z(self) -> sp.ImmutableMatrix:
        """sigma_z = |e><e| - |g><g|."""
        return self.on_space(_Z)


@dataclass(frozen=True, repr=False)
class Fermion(Part):
    """A fermionic mode (Jordan-Wigner strings on the modes to its left); occupied before empty."""

    @property
    def annihilation(self) -> sp.ImmutableMatrix:
        """c, with {c_j, c_k^dagger} = delta_jk for all fermionic modes of the space."""
        factors = [_Z if s and k < self.position else sp.eye(self.dimensions[k]) for k, s in enumerate(self.strings)]
        factors[self.position] = _LOWERING
        return _kronecker(factors)

    @property
    def creation(self) -> sp.ImmutableMatrix:
        """c^dagger."""
        return sp.ImmutableMatrix(self.annihilation.T)

    @property
    def number(self) -> sp.ImmutableMatrix:
        """c^dagger c."""
        return sp.ImmutableMatrix(self.creation * self.annihilation)


@dataclass(frozen=True, repr=False)
class Levels(Part):
    """A system of several levels, numbered from 0 in the order of the basis."""

    @property
    def count(self) -> int:
        return self.dimension

    def transition(self, i: int, j: int) -> sp.ImmutableMatrix:
        """|i><j|."""
        for index in (i, j):
            if not 0 <= index < self.dimension:
                raise ModelError(f"levels {self.name!r}: no level {index}; pass 0 to {self.dimension - 1}")
        return self.on_space(
            sp.Matrix(self.dimension, self.dimension, lambda row, column: int((row, column) == (i, j)))
        )

    def projector(self, i: int) -> sp.ImmutableMatrix:
        """|i><i|."""
        return self.transition(i, i)


@dataclass(frozen=True, repr=False)
class Spin(Part):
    """A spin j in the basis m = j, j-1, ..., -j; operators in units of hbar (for j = 1/2 half the Pauli matrices)."""

    @property
    def j(self) -> sp.Rational:
        return sp.Rational(self.dimension - 1, 2)

    @property
    def lowering(self) -> sp.ImmutableMatrix:
        """S_-: sqrt(j(j+1) - m(m-1)) |m-1><m|."""
        return self.on_space(_ladder(self.dimension, lambda k: k * (self.dimension - k)))

    @property
    def raising(self) -> sp.ImmutableMatrix:
        """S_+."""
        return sp.ImmutableMatrix(self.lowering.T)

    @property
    def x(self) -> sp.ImmutableMatrix:
        """S_x."""
        return sp.ImmutableMatrix((self.lowering + self.raising) / 2)

    @property
    def y(self) -> sp.ImmutableMatrix:
        """S_y = (S_+ - S_-)/(2i)."""
        return sp.ImmutableMatrix((self.raising - self.lowering) / (2 * sp.I))

    @property
    def z(self) -> sp.ImmutableMatrix:
        """S_z."""
        return self.on_space(sp.diag(*(self.j - k for k in range(self.dimension))))


@dataclass(frozen=True, repr=False)
class Mode(Part):
    """A bosonic mode cut off at a largest number of quanta; the state of most quanta comes first.

    The cutoff is part of the model: a a^dagger - a^dagger a = 1 holds except on the highest state.
    """

    @property
    def annihilation(self) -> sp.ImmutableMatrix:
        """a: sqrt(n) |n-1><n|."""
        return self.on_space(_ladder(self.dimension, lambda k: self.dimension - k))

    @property
    def creation(self) -> sp.ImmutableMatrix:
        """a^dagger."""
        return sp.ImmutableMatrix(self.annihilation.T)

    @property
    def number(self) -> sp.ImmutableMatrix:
        """Number of quanta."""
        return self.on_space(sp.diag(*range(self.dimension - 1, -1, -1)))

    def projector(self, n: int) -> sp.ImmutableMatrix:
        """|n><n|, n quanta."""
        if not 0 <= n < self.dimension:
            raise ModelError(f"mode {self.name!r}: no state of {n} quanta; pass 0 to {self.dimension - 1}")
        return self.on_space(sp.diag(*(int(k == n) for k in range(self.dimension - 1, -1, -1))))


def qubits(names: str) -> tuple[Qubit, ...]:
    """Qubits on one product space: ``a, b = qubits("1 2")`` have 4 x 4 operators; one name gives a 1-tuple.

    ``names`` are separated by blanks, the first is the leftmost factor (ModelError where they are not different).  The
    excited state comes first: ee, eg, ge, gg.
    """
    return _alike(Qubit, names, 2, "qubits")


def fermions(names: str) -> tuple[Fermion, ...]:
    """Fermionic modes on one Fock space; occupied before empty, names as for :func:`qubits`.

    Jordan-Wigner strings are included: operators of different modes anticommute.
    """
    return _alike(Fermion, names, 2, "fermions")


def levels(name: str, count: int) -> Levels:
    """One system of ``count`` >= 2 levels (not a tuple): ``transition(i, j)`` is ``|i><j|``, counted from 0."""
    if not isinstance(count, int) or count < 2:
        raise ModelError(f"levels: count={count!r} must be an integer of at least 2")
    return Levels(name, 0, (count,), (False,))


def spins(names: str, j: Any) -> tuple[Spin, ...]:
    """Spins of one length j = 1/2, 1, 3/2, ... on one product space; one name gives a 1-tuple.

    The highest m comes first; names as for :func:`qubits`.  ModelError unless 2 j is a positive integer.
    """
    double = 2 * sp.nsimplify(j) if isinstance(j, (int, float, str, Fraction, sp.Expr)) else sp.nan
    if not (double.is_Integer and double > 0):
        raise ModelError(f"spins: j={j!r} must be 1/2, 1, 3/2, ... (pass e.g. sympy.Rational(3, 2))")
    return _alike(Spin, names, int(double) + 1, "spins")


def modes(names: str, cutoff: int) -> tuple[Mode, ...]:
    """Bosonic modes with at most ``cutoff`` >= 1 quanta each; one name gives a 1-tuple.

    The state of most quanta comes first; names as for :func:`qubits`.  The cutoff is part of the model.
    """
    if not isinstance(cutoff, int) or cutoff < 1:
        raise ModelError(f"modes: cutoff={cutoff!r} must be an integer of at least 1, the largest number of quanta")
    return _alike(Mode, names, cutoff + 1, "modes")


def product(*groups: Any) -> tuple[Any, ...]:
    """Parts of different kinds on one product space.

    Parameters
    ----------
    *groups : parts, or tuples of parts as ``qubits`` and the others return
        Leftmost first; fermionic modes of all groups anticommute.

    Returns
    -------
    tuple
        The same parts, one by one, with operators on the whole space: ``q, m = product(qubits("q"), modes("m", 3))``.

    Raises
    ------
    ModelError
        For something that is no part, or two parts of one name.
    """
    listed: list[Part] = []
    for group in groups:
        listed += group if isinstance(group, (tuple, list)) else [group]
    for part in listed:
        if not isinstance(part, Part):
            raise ModelError(f"product: {part!r} is no part of a space; pass qubits, fermions, levels, spins or modes")
    names = [part.name for part in listed]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None or not listed:
        raise ModelError(f"product: two parts are called {twice!r}" if listed else "product: pass at least one part")
    return tuple(_placed(listed))


def _alike(kind: type[AnyPart], names: str, dimension: int, function: str) -> tuple[AnyPart, ...]:
    listed = re.split(r"[\s,]+", names.strip()) if isinstance(names, str) else [""]
    if not all(listed) or len(set(listed)) != len(listed):
        raise ModelError(f"{function}: {names!r} must be different names separated by blanks, e.g. '1 2'")
    return tuple(_placed([kind(name, 0, (dimension,), (kind is Fermion,)) for name in listed]))


def _placed(parts: Sequence[AnyPart]) -> Iterable[AnyPart]:
    dimensions = tuple(part.dimension for part in parts)
    strings = tuple(isinstance(part, Fermion) for part in parts)
    return (replace(part, position=k, dimensions=dimensions, strings=strings) for k, part in enumerate(parts))


def _ladder(dimension: int, square: Any) -> sp.Matrix:
    """Lowers the state number k-1, counted from the highest, to number k, with the root of ``square(k)``."""
    matrix = sp.zeros(dimension, dimension)
    for k in range(1, dimension):
        matrix[k, k - 1] = sp.sqrt(square(k))
    return matrix


def _kronecker(factors: Sequence[Any]) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(reduce(sp.kronecker_product, factors))
