"""Bell inequality of two settings per party (CHSH): the largest value that a two-qubit state can reach.

With the correlation matrix T_ij = Tr(rho sigma_i x sigma_j) and its singular values s_1 >= s_2 >= s_3,

    M = s_1^2 + s_2^2,    largest value of <A_1 (B_1 + B_2) + A_2 (B_1 - B_2)> = 2 sqrt(M)

(Horodecki, Horodecki and Horodecki 1995); local hidden variables allow 2, so the state is nonlocal in this sense where
M > 1.  For an X state with w = <eg|rho|ge>, z = <ee|rho|gg> the singular values are 2(|w| + |z|), 2||w| - |z|| and
|rho_ee + rho_gg - rho_eg - rho_ge|.  More settings: :func:`symness.bell.bell_i3322`.
"""

from __future__ import annotations

from symness import program
from symness.entanglement import check_two_qubits, stray_element, x_state
from symness.hermitian import Matrix, state_matrix
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["chsh", "horodecki"]

#: sigma_x, sigma_y, sigma_z in the order e, g
PAULI = (((0, 1), (1, 0)), ((0, -1j), (1j, 0)), ((1, 0), (0, -1)))


def horodecki(state: SteadyState) -> Quantity:
    """Horodecki's M of two qubits: the sum of the two largest eigenvalues of T^T T; CHSH is violated where M > 1.

    Closed form for an X state, numerical singular values otherwise.

    Raises
    ------
    ObservableError
        When the state is not that of two qubits.
    """
    first, second = _singular_values(state, "horodecki")
    expression = program.add(program.power(first, 2), program.power(second, 2))
    meaning = "Horodecki's M: sum of the two largest eigenvalues of T^T T"
    return Quantity(state, expression, Observable("horodecki"), "M", meaning, "1", "nonnegative")


def chsh(state: SteadyState) -> Quantity:
    """Largest value of the CHSH expression over all measurements, 2 sqrt(M); local hidden variables allow 2.

    Raises
    ------
    ObservableError
        When the state is not that of two qubits.
    """
    expression = program.mul(2, program.call("hypot", *_singular_values(state, "chsh")))
    meaning = "largest CHSH value (local bound 2, quantum bound 2 sqrt(2))"
    symbol = r"\mathcal{B}_{\max}"
    return Quantity(state, expression, Observable("chsh"), symbol, meaning, "1", "nonnegative")


def _singular_values(state: SteadyState, what: str) -> tuple[Node, Node]:
    """The two largest singular values of T."""
    check_two_qubits(state, what)
    if stray_element(state) is None:
        return _x_singular_values(state, what)
    T = correlations(state_matrix(state, "product"))
    zero = program.number(0)
    rows = [[zero] * 3 + row for row in T] + [[T[i][j] for i in range(3)] + [zero] * 3 for j in range(3)]
    # [[0, T], [T^T, 0]] has the eigenvalues +-s_k: no squares are formed.
    first, second = (program.call("eigenvalue", k, 6, *(x for row in rows for x in row)) for k in range(2))
    return first, second


def _x_singular_values(state: SteadyState, what: str) -> tuple[Node, Node]:
    ee, eg, ge, gg, w, z = x_state(state, what)
    along = program.call("abs", program.add(ee, gg, program.mul(-1, eg), program.mul(-1, ge)))
    moduli = [program.call("hypot", *c) for c in (w, z) if not all(part.is_zero for part in c)]
    if not moduli:
        return along, program.number(0)
    largest = program.mul(2, program.add(*moduli))
    # The in-plane sum is never smaller than the in-plane difference: one of the two largest is that sum.
    across = largest if len(moduli) == 1 else program.mul(2, program.call("abs", moduli[0] - moduli[1]))
    return largest, program.call("maximum", across, along)


def correlations(rho: Matrix) -> list[list[Node]]:
    """T_ij = Tr(rho sigma_i x sigma_j), i for the first qubit."""
    return [[_correlation(rho, first, second) for second in PAULI] for first in PAULI]


def _correlation(rho: Matrix, first: tuple[tuple[complex, ...], ...], second: tuple[tuple[complex, ...], ...]) -> Node:
    terms: list[Node] = []
    for a in range(4):
        for b in range(a, 4):
            weight = complex(first[b // 2][a // 2] * second[b % 2][a % 2])
            if weight:
                # Of rho_ab P_ba + c.c. only the real or the imaginary part of rho_ab is left.
                re, im = int(weight.real), int(weight.imag)
                part = rho[a][b][0] if re else rho[a][b][1]
                terms.append(program.mul((re - im) * (1 if a == b else 2), part))
    return program.add(*(term for term in terms if not term.is_zero))
