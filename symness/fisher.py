"""The classical and the quantum Fisher information of the steady state: what a measurement tells about a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from symness import program
from symness.graph import components
from symness.observable import Observable, stand_ins
from symness.program import Node
from symness.quantity import Quantity, gathered
from symness.sensitivity import Chain, derivative, parameter_of
from symness.state import SteadyState

__all__ = ["fisher_information", "quantum_fisher_information"]

#: (i, j), i <= j -> element of a Hermitian (or anti-Hermitian) matrix, complex
Elements = Mapping[tuple[int, int], Node]
_ZERO = program.number(0)


def fisher_information(state: SteadyState, parameter: Any, basis: str | None = None) -> Quantity:
    """Classical Fisher information of the populations, sum_k (dp_k/dp)**2/p_k.

    What a measurement in that basis tells about the parameter: the variance of an unbiased estimate from n measurements
    is at least 1/(n F).  0/0, NaN, where a population that depends on the parameter is exactly zero (T = 0); the
    reference calls it undefined and compares no number.

    Parameters
    ----------
    basis : {"energy", "product"}, optional
        Default: the basis of the generator.
    """
    chosen = basis or state.generator.basis
    pairs = []
    for k in range(state.generator.dimension):
        element = state.element(k, k, chosen)
        pairs += [(element, derivative(element, parameter))]
    pairs = [(p, d) for p, d in pairs if not (p.expression.is_zero or d.expression.is_zero)]
    terms, function = [], sp.S(0)
    for k, (element, slope) in enumerate(pairs):
        # In this order, no square of a small population underflows.
        p, d = element.expression, slope.expression
        terms.append(program.mul(d, program.div(d, p)))
        p_symbol, d_symbol = (sp.Symbol(stand_ins(2 * k + j)[0], real=True) for j in (0, 1))
        function = function + d_symbol**2 / p_symbol
    parts = tuple(q for pair in pairs for q in pair)
    symbol = parameter_of(state.element(0, 0), parameter)
    return Quantity(
        state,
        program.add(*terms),
        Observable("function", parts=tuple(q.observable for q in parts), function=function),
        rf"F_{{{sp.latex(symbol)}}}",
        f"classical Fisher information of {symbol.name} in the populations of the {chosen} basis",
        f"1 per squared unit of {symbol.name}",
        "nonnegative",
        parts=parts,
        **gathered(parts),
    )


def quantum_fisher_information(state: SteadyState, parameter: Any) -> Quantity:
    """Quantum Fisher information of the steady state, a sum over its eigenstates.

    ``sum_jk 2 |<j|d rho/dp|k>|**2/(l_j + l_k)``, in the inverse square of the parameter's unit.

    It is the Fisher information of the best measurement (symmetric logarithmic derivative; Braunstein and Caves, Phys.
    Rev. Lett. 72, 3439 (1994)).  It does not depend on the basis; the one that the state was solved in is taken, in
    which small populations have all their digits.  In the energy basis the eigenstates move with the parameter,

        ``<j|d rho/dp|k> = d rho_jk + [K, rho]_jk,  K_jk = <j|dk/dp>``

    and cold states are nearly diagonal, however entangled they are.  Populations without coherence, and blocks of two
    states (diagonal a, b, off-diagonal c, their elements of d rho/dp marked with ') are in closed form,

        ``F_j = (d rho_jj)**2/rho_jj,  F_jk = 4 |K_jk|**2 (rho_jj - rho_kk)**2/(rho_jj + rho_kk)``
        ``F = [(a' - b')**2 + 4 |c'|**2 + (dD)**2/D]/(a + b),  D = a b - |c|**2``

    (D does not feel K: a turned block has the same determinant); larger blocks take the numerical eigenvectors of rho.
    0/0, NaN, where rho has an eigenvalue zero (T = 0), where the reference calls it undefined and compares no number.
    NaN or inf where D is below 2**-98 a b in that basis, beyond the digits of double-double arithmetic: for ``local``,
    whose basis is the product basis, where a block of two is pure and coherent.
    """
    n, basis = state.generator.dimension, state.generator.basis
    elements = {(i, j): state.element(i, j, basis) for i in range(n) for j in range(i, n)}
    elements = {place: q for place, q in elements.items() if not q.expression.is_zero}
    first = state.element(0, 0, basis)
    symbol = parameter_of(first, parameter)
    slopes = {place: derivative(q, symbol) for place, q in elements.items()}
    turns = _turns(state, first, symbol)
    parts = ({place: q.expression for place, q in group.items()} for group in (elements, slopes, turns))
    return Quantity(
        state,
        _Moving(n, *parts).information(),
        Observable("quantum_fisher_information", function=symbol),
        rf"F^Q_{{{sp.latex(symbol)}}}",
        f"quantum Fisher information of {symbol.name}",
        f"1 per squared unit of {symbol.name}",
        "nonnegative",
        **gathered([*elements.values(), *slopes.values(), *turns.values()]),
    )


def _turns(state: SteadyState, element: Quantity, symbol: Any) -> dict[tuple[int, int], Quantity]:
    """K_jk = <j|dk/dp> (j <= k), where it is not zero by structure; that of the product basis is zero.

    Normalised states have an imaginary <k|dk/dp>: none where their components are real.
    """
    if state.generator.basis == "product":
        return {}
    vectors, n = state.generator.spectrum.vectors, state.generator.dimension
    chain, found = Chain(element, symbol), {}
    moved = [[chain.slope(component) for component in row] for row in vectors]
    for j in range(n):
        for k in range(j, n):
            terms = [program.mul(program.conjugate(vectors[i][j]), moved[i][k][0]) for i in range(n)]
            re, im = program.real_imag(program.add(*terms))
            value = program.add(re if j != k else _ZERO, program.mul(program.I, im))
            if not value.is_zero:
                companions = {c.name: c for i in range(n) for c in moved[i][k][1]}
                found[j, k] = replace(element, expression=value, definitions=tuple(companions.values()))
    return found


def _at(elements: Elements, i: int, j: int) -> Node:
    """An element of a Hermitian matrix."""
    return elements.get((i, j), _ZERO) if i <= j else program.conjugate(elements.get((j, i), _ZERO))


class _Moving:
    """A state in a basis that moves: its elements, their derivatives d rho_jk, and K."""

    def __init__(self, size: int, values: Elements, slopes: Elements, turns: Elements) -> None:
        self._size, self._values, self._slopes, self._turns = size, values, slopes, turns
        found = {(i, j): self._derivative(i, j) for i in range(size) for j in range(i, size)}
        #: <j|d rho/dp|k>
        self._moved = {place: node for place, node in found.items() if not node.is_zero}

    def information(self) -> Node:
        """The sum over all pairs of eigenstates of rho."""
        coherences, moved = ([p for p in parts if p[0] != p[1]] for parts in (self._values, self._moved))
        coherent = {i for place in coherences for i in place}
        # What moves together with a block that has coherence is diagonalised with it.
        joined = [place for place in moved if coherent & set(place)]
        blocks = components(self._size, [*coherences, *joined])
        home = {i: block for block in blocks for i in block}
        terms = [self._of_block(block) for block in blocks if (block[0], block[0]) in self._values]
        terms += [self._between(i, j) for i, j in moved if home[i] != home[j]]
        return program.add(*terms)

    def _turn(self, i: int, j: int) -> Node:
        return self._turns.get((i, j), _ZERO) if i <= j else -program.conjugate(self._turns.get((j, i), _ZERO))

    def _derivative(self, i: int, j: int) -> Node:
        """d rho_ij + sum_m (K_im rho_mj - rho_im K_mj); of two populations the difference is what turns."""
        others = [m for m in range(self._size) if m not in (i, j)]
        terms = [self._slopes.get((i, j), _ZERO)]
        if i == j:
            for m in others:
                re, _ = program.real_imag(program.mul(self._turn(i, m), _at(self._values, m, i)))
                terms.append(program.mul(2, re))
            return program.add(*terms)
        terms.append(program.mul(self._turn(i, j), _at(self._values, j, j) - _at(self._values, i, i)))
        terms.append(program.mul(self._turn(i, i) - self._turn(j, j), _at(self._values, i, j)))
        for m in others:
            terms.append(program.mul(self._turn(i, m), _at(self._values, m, j)))
            terms.append(program.mul(-1, _at(self._values, i, m), self._turn(m, j)))
        return program.add(*terms)

    def _between(self, i: int, j: int) -> Node:
        """Two states without coherence: 4 |<i|d rho/dp|j>|**2/(rho_ii + rho_jj)."""
        size = _squared(self._moved[i, j])
        return program.mul(4, program.div(size, program.add(_at(self._values, i, i), _at(self._values, j, j))))

    def _of_block(self, block: list[int]) -> Node:
        if len(block) == 1:
            slope, value = (_at(parts, block[0], block[0]) for parts in (self._moved, self._values))
            return program.mul(slope, program.div(slope, value))
        return self._pair(*block) if len(block) == 2 else _spectral(block, self._values, self._moved)

    def _pair(self, i: int, j: int) -> Node:
        a, b, da, db = (_at(parts, k, k) for parts in (self._values, self._slopes) for k in (i, j))
        x, y = program.real_imag(_at(self._values, i, j))
        dx, dy = program.real_imag(_at(self._slopes, i, j))
        # D = ab - |c|^2 and its derivative, which K leaves alone
        minor = program.mul(a, b) - program.add(program.power(x, 2), program.power(y, 2))
        slope = program.add(program.mul(a, db), program.mul(b, da), program.mul(-2, x, dx), program.mul(-2, y, dy))
        curve = program.mul(slope, program.div(slope, minor))
        apart = _at(self._moved, i, i) - _at(self._moved, j, j)
        size = program.mul(4, _squared(_at(self._moved, i, j)))
        return program.div(program.add(program.power(apart, 2), size, curve), program.add(a, b))


def _squared(value: Node) -> Node:
    re, im = program.real_imag(value)
    return program.add(program.power(re, 2), program.power(im, 2))


def _spectral(block: list[int], values: Elements, moved: Elements) -> Node:
    """From eigenvectors; a complex block as the real symmetric [[Re, -Im], [Im, Re]], which has every term twice."""

    def dense(parts: Elements) -> tuple[list[list[Node]], list[list[Node]]]:
        re, im = ([[_ZERO] * len(block) for _ in block] for _ in (0, 1))
        for p, i in enumerate(block):
            for q, j in enumerate(block):
                re[p][q], im[p][q] = program.real_imag(_at(parts, i, j))
        return re, im

    rows, slopes = dense(values), dense(moved)
    doubled = any(not x.is_zero for part in (rows[1], slopes[1]) for row in part for x in row)
    matrix, change = (_doubled(*pair) if doubled else pair[0] for pair in (rows, slopes))
    n, entries = len(matrix), [x for row in matrix for x in row]
    energies = [program.call("eigenvalue", k, n, *entries) for k in range(n)]
    vectors = [[program.call("eigenvector", i, k, n, *entries) for i in range(n)] for k in range(n)]
    terms = []
    for k in range(n):
        image = [program.add(*(program.mul(change[i][j], vectors[k][j]) for j in range(n))) for i in range(n)]
        for m in range(k + 1):
            overlap = program.add(*(program.mul(vectors[m][i], image[i]) for i in range(n)))
            weight = program.div(program.power(overlap, 2), program.add(energies[k], energies[m]))
            terms.append(program.mul(2 if m == k else 4, weight))
    total = program.add(*terms)
    return program.mul(program.number(1) / 2, total) if doubled else total


def _doubled(re: list[list[Node]], im: list[list[Node]]) -> list[list[Node]]:
    upper = [[*r, *(-x for x in i)] for r, i in zip(re, im, strict=True)]
    lower = [[*i, *r] for r, i in zip(re, im, strict=True)]
    return upper + lower
