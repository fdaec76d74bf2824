"""State spaces: local operators as explicit matrices on the product space.

The first part is the leftmost factor and the excited (occupied) state comes first, so two qubits have the product
states ee, eg, ge, gg.  Operators are ordinary immutable SymPy matrices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp

from symness.errors import ModelError

__all__ = ["Fermion", "Levels", "Qubit", "fermions", "levels", "qubits"]

_LOWERING = sp.ImmutableMatrix([[0, 0], [1, 0]])
_Z = sp.ImmutableMatrix([[1, 0], [0, -1]])


def _product(*factors: Any) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(reduce(sp.kronecker_product, factors))


def _names(names: str, function: str) -> list[str]:
    listed = re.split(r"[\s,]+", names.strip()) if isinstance(names, str) else [""]
    if not all(listed) or len(set(listed)) != len(listed):
        raise ModelError(f"{function}: {names!r} must be different names separated by blanks, e.g. '1 2'")
    return listed


@dataclass(frozen=True)
class Qubit:
    """One two-level system among several; e (excited) before g."""

    name: str
    position: int
    count: int

    def _on_space(self, matrix: Any) -> sp.ImmutableMatrix:
        factors = [sp.eye(2)] * self.count
        factors[self.position] = matrix
        return _product(*factors)

    @property
    def lowering(self) -> sp.ImmutableMatrix:
        """sigma_- = |g><e|."""
        return self._on_space(_LOWERING)

    @property
    def raising(self) -> sp.ImmutableMatrix:
        """sigma_+ = |e><g|."""
        return self._on_space(_LOWERING.T)

    @property
    def number(self) -> sp.ImmutableMatrix:
        """|e><e|."""
        return self._on_space(_LOWERING.T * _LOWERING)

    @property
    def x(self) -> sp.ImmutableMatrix:
        """sigma_x = |e><g| + |g><e|."""
        return self._on_space(_LOWERING + _LOWERING.T)

    @property
    def y(self) -> sp.ImmutableMatrix:
        """sigma_y = -i|e><g| + i|g><e|."""
        return self._on_space(sp.I * (_LOWERING - _LOWERING.T))

    @property
    def z(self) -> sp.ImmutableMatrix:
        """sigma_z = |e><e| - |g><g|."""
        return self._on_space(_Z)


@dataclass(frozen=True)
class Fermion:
    """One fermionic mode among several (Jordan-Wigner strings on the modes to its left)."""

    name: str
    position: int
    count: int

    @property
    def annihilation(self) -> sp.ImmutableMatrix:
        """c, with {c_j, c_k^dagger} = delta_jk."""
        return _product(*[_Z] * self.position, _LOWERING, *[sp.eye(2)] * (self.count - self.position - 1))

    @property
    def creation(self) -> sp.ImmutableMatrix:
        """c^dagger."""
        return sp.ImmutableMatrix(self.annihilation.T)

    @property
    def number(self) -> sp.ImmutableMatrix:
        """c^dagger c."""
        return sp.ImmutableMatrix(self.creation * self.annihilation)


@dataclass(frozen=True)
class Levels:
    """A system of ``count`` levels, numbered from 0 in the order of the basis."""

    name: str
    count: int

    def transition(self, i: int, j: int) -> sp.ImmutableMatrix:
        """|i><j|."""
        for index in (i, j):
            if not 0 <= index < self.count:
                raise ModelError(f"levels {self.name!r}: no level {index}; pass 0 to {self.count - 1}")
        return sp.ImmutableMatrix(self.count, self.count, lambda row, column: int((row, column) == (i, j)))

    def projector(self, i: int) -> sp.ImmutableMatrix:
        """|i><i|."""
        return self.transition(i, i)

    @property
    def identity(self) -> sp.ImmutableMatrix:
        return sp.ImmutableMatrix(sp.eye(self.count))


def qubits(names: str) -> tuple[Qubit, ...]:
    """Qubits on one product space: ``a, b = qubits("1 2")`` have 4 x 4 operators; one name gives a 1-tuple."""
    listed = _names(names, "qubits")
    return tuple(Qubit(name, k, len(listed)) for k, name in enumerate(listed))


def fermions(names: str) -> tuple[Fermion, ...]:
    """Fermionic modes on one Fock space; occupied before empty."""
    listed = _names(names, "fermions")
    return tuple(Fermion(name, k, len(listed)) for k, name in enumerate(listed))


def levels(name: str, count: int) -> Levels:
    """An n-level system."""
    if not isinstance(count, int) or count < 2:
        raise ModelError(f"levels: count={count!r} must be an integer of at least 2")
    return Levels(name, count)
