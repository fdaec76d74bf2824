"""Measures of a numerical state, each from its definition, as functions of a sparse density matrix.

Every function returns the value and the number that it was made of before it was clipped at zero, which is what digits
are counted against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
from mpmath import mp

from symness.reference_matrices import Matrix, eigenvalues

__all__ = [
    "chsh",
    "coherence_l1",
    "coherence_relative_entropy",
    "entropy",
    "horodecki",
    "negativity",
    "positive",
    "purity",
    "wootters",
    "x_concurrence",
]

Outcome = tuple[Any, Any]

#: A smallest eigenvalue above minus this is not called negative.
_MASK_FLOOR = mpmath.mpf("1e-290")


def _dense(rho: Matrix, size: int) -> Any:
    zero = mpmath.mpf(0)
    return mp.matrix([[mp.mpc(rho.get((i, j), zero)) for j in range(size)] for i in range(size)])


# -- entanglement ----------------------------------------------------------------------------------------------------


def x_concurrence(rho: Matrix) -> Outcome:
    """2 max(0, |w| - sqrt(ad), |z| - sqrt(bc)); a product that is slightly negative counts as zero under the root."""
    zero = mpmath.mpf(0)
    a, b, c, d = (rho.get((k, k), zero) for k in range(4))
    branches = []
    for place, p, q in (((1, 2), a, d), ((0, 3), b, c)):
        if place in rho:
            branches.append(2 * (abs(rho[place]) - mp.sqrt(max(p * q, zero))))
    if not branches:
        branches = [-2 * mp.sqrt(max(a * d, zero)), -2 * mp.sqrt(max(b * c, zero))]
    return max(zero, *branches), max(branches)


def wootters(rho: Matrix) -> Outcome:
    """Roots of the eigenvalues of rho (sigma_y x sigma_y) rho* (sigma_y x sigma_y), largest minus the others.

    They are the singular values of the symmetric matrix <v_j| sigma_y x sigma_y |v_k*>, v_k the eigenvectors of rho
    with the roots of their eigenvalues as norms; a negative eigenvalue counts as zero.
    """
    zero = mpmath.mpf(0)
    values, vectors = mp.eighe(_dense(rho, 4))
    roots = [mp.sqrt(max(value, zero)) for value in values]
    flipped = [[sign * vectors[3 - i, k] for k in range(4)] for i, sign in enumerate((-1, 1, 1, -1))]
    overlaps = mp.matrix(
        [
            [roots[j] * roots[k] * sum(vectors[i, j] * flipped[i][k] for i in range(4)) for k in range(4)]
            for j in range(4)
        ]
    )
    sizes = sorted((abs(s) for s in mp.svd_c(overlaps, compute_uv=False)), reverse=True)
    unclipped = sizes[0] - sizes[1] - sizes[2] - sizes[3]
    return max(zero, unclipped), unclipped


def negativity(rho: Matrix, dimensions: Sequence[int], partition: Sequence[int]) -> Outcome:
    """Sum of the moduli of the negative eigenvalues of the partial transpose over the factors in ``partition``."""
    size, strides = 1, [0] * len(dimensions)
    for k in reversed(range(len(dimensions))):
        strides[k] = size
        size *= dimensions[k]
    transposed: Matrix = {}
    for (i, j), value in rho.items():
        moved = sum((j // strides[k] % dimensions[k] - i // strides[k] % dimensions[k]) * strides[k] for k in partition)
        transposed[i + moved, j - moved] = value
    found = eigenvalues(transposed, size)
    negative = sum((-value for value in found if value < 0), mpmath.mpf(0))
    return negative, negative if negative > 0 else -min(found)


def positive(rho: Matrix, size: int) -> Outcome:
    """Whether the smallest eigenvalue is not negative."""
    smallest = min(eigenvalues(rho, size))
    return bool(smallest > -_MASK_FLOOR), smallest


# -- Bell inequality -------------------------------------------------------------------------------------------------


def horodecki(rho: Matrix) -> Outcome:
    """Sum of the two largest eigenvalues of T^T T, T_ij = Tr(rho sigma_i x sigma_j)."""
    one, i = mpmath.mpf(1), mpmath.mpc(0, 1)
    pauli = ({(0, 1): one, (1, 0): one}, {(0, 1): -i, (1, 0): i}, {(0, 0): one, (1, 1): -one})
    rows = []
    for first in pauli:
        row = []
        for second in pauli:
            total = mpmath.mpf(0)
            for (a, b), left in first.items():
                for (c, d), right in second.items():
                    total += (left * right * rho.get((2 * b + d, 2 * a + c), 0)).real
            row.append(total)
        rows.append(row)
    T = mp.matrix(rows)
    squares = sorted(mp.eigsy(T.T * T, eigvals_only=True), reverse=True)
    return squares[0] + squares[1], squares[0] + squares[1]


def chsh(rho: Matrix) -> Outcome:
    """2 sqrt(M)."""
    value = 2 * mp.sqrt(max(horodecki(rho)[0], mpmath.mpf(0)))
    return value, value


# -- purity, entropy and coherence -----------------------------------------------------------------------------------


def purity(rho: Matrix) -> Outcome:
    """Tr(rho^2)."""
    value = sum((abs(entry) ** 2 for entry in rho.values()), mpmath.mpf(0))
    return value, value


def _entropy(values: Sequence[Any]) -> Any:
    """- sum of x log x; what is not positive counts as zero."""
    return -sum((x * mp.log(x) for x in values if x > 0), mpmath.mpf(0))


def entropy(rho: Matrix, size: int) -> Outcome:
    """-Tr(rho log rho)."""
    value = _entropy(eigenvalues(rho, size))
    return value, value


def coherence_l1(rho: Matrix) -> Outcome:
    """Sum of the moduli of the elements off the diagonal."""
    value = sum((abs(entry) for (i, j), entry in rho.items() if i != j), mpmath.mpf(0))
    return value, value


def coherence_relative_entropy(rho: Matrix, size: int) -> Outcome:
    """Entropy of the diagonal minus entropy of the state."""
    value = _entropy([rho[k, k] for k in range(size) if (k, k) in rho]) - _entropy(eigenvalues(rho, size))
    return value, value
