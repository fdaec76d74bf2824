"""The frozen model: Hamiltonian, interaction, baths, jumps.  Everything is validated here, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from symness.baths import Bath, Jump, exact_matrix
from symness.display import Displayed
from symness.errors import ModelError
from symness.parameters import Parameter, check_parameters, check_unique_names

__all__ = ["Model", "as_model"]


def _square(where: str, value: Any, dimension: int | None) -> sp.ImmutableMatrix:
    try:
        matrix = sp.ImmutableMatrix(value)
    except (TypeError, ValueError) as error:
        raise ModelError(f"Model: {where}={value!r} is not a matrix; pass a square SymPy or numpy matrix") from error
    if matrix.rows != matrix.cols or (dimension is not None and matrix.rows != dimension):
        wanted = "a square matrix" if dimension is None else f"a {dimension} x {dimension} matrix"
        raise ModelError(f"Model: {where} has shape {matrix.shape}; pass {wanted}")
    matrix = exact_matrix(f"Model, {where}", matrix)
    check_parameters(f"Model, {where}", matrix)
    return matrix


def _hermitian(where: str, matrix: sp.ImmutableMatrix) -> None:
    defect = (matrix - matrix.H).applyfunc(sp.expand)
    for i in range(matrix.rows):
        for j in range(i, matrix.cols):
            if defect[i, j] != 0 and sp.simplify(defect[i, j]) != 0:
                raise ModelError(
                    f"Model: {where} is not Hermitian: entry [{i},{j}] is {matrix[i, j]}, entry [{j},{i}] is "
                    f"{matrix[j, i]}; add the Hermitian conjugate"
                )


@dataclass(frozen=True, repr=False)
class Model(Displayed):
    """An open quantum system.

    Parameters
    ----------
    H : matrix
        Bare Hamiltonian (the energy that ``energy="bare"`` counts; ``local`` takes Bohr frequencies from it).
    interaction : matrix, optional
        V; the system evolves with H + V.
    baths, jumps : sequences
    assume : sequence of relations
        Inequalities such as ``lam < 2*omega`` that decide signs; they are stated with every result.
    eigenbasis : matrix, optional
        Orthonormal eigenvectors of H + V as columns, real or complex; verified before use.
    labels : sequence of str, optional
        Names of the energy eigenstates in the order of the basis.

    Raises
    ------
    ModelError
        For anything that is not well defined; the message names the argument and the remedy.
    """

    H: Any
    interaction: Any = 0
    baths: Sequence[Bath] = ()
    jumps: Sequence[Jump] = ()
    assume: Sequence[Any] = ()
    eigenbasis: Any = None
    labels: Sequence[str] | None = None

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        H = _square("H", self.H, None)
        n = H.rows
        V = sp.ImmutableMatrix(sp.zeros(n, n)) if _is_zero(self.interaction) else self.interaction
        set_(self, "H", H)
        set_(self, "interaction", _square("interaction", V, n))
        _hermitian("H", self.H)
        _hermitian("interaction", self.interaction)
        for field, kind in (("baths", Bath), ("jumps", Jump)):
            items = getattr(self, field)
            items = tuple(items) if isinstance(items, (list, tuple)) else (items,)
            for item in items:
                if not isinstance(item, kind):
                    raise ModelError(f"Model: {field} holds {item!r}; pass symness.{kind.__name__} objects")
            set_(self, field, items)
        self._check_parts(n)
        if self.eigenbasis is not None:
            set_(self, "eigenbasis", _square("eigenbasis", self.eigenbasis, n))
        if self.labels is not None:
            labels = tuple(map(str, self.labels)) if isinstance(self.labels, Iterable) else ()
            if len(labels) != n or len(set(labels)) != n:
                raise ModelError(f"Model: labels={labels or self.labels!r} must be {n} different names")
            set_(self, "labels", labels)
        set_(self, "assume", tuple(self.assume) if isinstance(self.assume, Iterable) else (self.assume,))
        for relation in self.assume:
            if not isinstance(relation, sp.core.relational.Relational):
                raise ModelError(f"Model: assume holds {relation!r}; pass inequalities such as lam < 2*omega")
            check_parameters("Model, assume", relation)
        check_unique_names("Model", sorted(self._all_symbols(), key=lambda s: (s.name, str(s.assumptions0))))

    def _check_parts(self, n: int) -> None:
        parts: tuple[Bath | Jump, ...] = (*self.baths, *self.jumps)
        names = [part.name for part in parts]
        for name in names:
            if names.count(name) > 1:
                raise ModelError(f"Model: two baths or jumps are called {name!r}; give each its own name")
        operators = [(f"bath {b.name!r}", b.coupling) for b in self.baths]
        operators += [(f"jump {j.name!r}", j.operator) for j in self.jumps]
        for where, matrices in operators:
            for matrix in matrices:
                if matrix.rows != n:
                    raise ModelError(
                        f"Model: the operator of {where} is {matrix.rows} x {matrix.cols} but H is {n} x {n}; "
                        "build both on the same space"
                    )
                check_parameters(f"Model, {where}", matrix)

    def _all_symbols(self) -> set[sp.Symbol]:
        probe = Parameter("omega_probe", positive=True)
        found: set[sp.Symbol] = set()
        for item in (self.H, self.interaction, *self.assume):
            found |= item.free_symbols
        if self.eigenbasis is not None:
            found |= self.eigenbasis.free_symbols
        for bath in self.baths:
            parts = [*bath.coupling, bath.rate_matrix(probe), bath.temperature, bath.chemical_potential]
            parts += [p for p in (bath.frequency, bath.zero_frequency_rate) if p is not None]
            for part in parts:
                found |= part.free_symbols
        for jump in self.jumps:
            for part in (*jump.operator, jump.rate):
                found |= part.free_symbols
        return found - {probe}

    @property
    def dimension(self) -> int:
        return int(self.H.rows)

    @property
    def total(self) -> sp.ImmutableMatrix:
        """H + V, which generates the evolution."""
        return sp.ImmutableMatrix(self.H + self.interaction)

    @cached_property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """Parameters in reading order: Hamiltonian, interaction, rates, temperatures, chemical potentials, jumps."""
        probe = Parameter("omega_probe", positive=True)
        groups: list[Any] = [*self.H, *self.interaction]
        groups += [entry for b in self.baths for entry in b.rate_matrix(probe)]
        groups += [b.temperature for b in self.baths]
        groups += [b.chemical_potential for b in self.baths]
        groups += [e for j in self.jumps for e in (j.rate, *(x for op in j.operator for x in op))]
        groups += [e for b in self.baths for op in b.coupling for e in op]
        groups += [e for b in self.baths for e in (b.frequency, b.zero_frequency_rate) if e is not None]
        ordered: list[sp.Symbol] = []
        for expression in groups:
            for item in sorted(expression.free_symbols - {probe}, key=lambda s: s.name):
                if item not in ordered:
                    ordered.append(item)
        return tuple(ordered)


def _is_zero(value: Any) -> bool:
    return not isinstance(value, (sp.MatrixBase, list, tuple)) and not hasattr(value, "shape") and value == 0


def as_model(where: str, value: Any) -> Model:
    """The model itself; a ModelError for anything else (a Hamiltonian alone, say)."""
    if not isinstance(value, Model):
        raise ModelError(f"{where}: {type(value).__name__} is no model; pass symness.Model(H, baths=[...])")
    return value
