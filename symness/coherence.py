"""Purity, entropy and coherence of a steady state.

    purity                        Tr(rho^2)
    von_neumann_entropy           -Tr(rho log rho)
    coherence_l1                  sum of |rho_ij|, i != j            (Baumgratz, Cramer and Plenio 2014, Eq. (5))
    coherence_relative_entropy    S(diagonal of rho) - S(rho)        (Eq. (6) there)

Logarithms are natural.  Coherence depends on the basis: ``"energy"`` (eigenstates of H + V) or ``"product"``.  What is
not positive contributes no entropy: eigenvalues of a Redfield state may be slightly negative, and the mask ``positive``
says so.
"""

from __future__ import annotations

from symness import program
from symness.hermitian import eigenvalues, state_matrix
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["coherence_l1", "coherence_relative_entropy", "purity", "von_neumann_entropy"]


def purity(state: SteadyState) -> Quantity:
    """Tr(rho^2): 1 for a pure state, 1/n for the completely mixed one."""
    matrix = state_matrix(state)
    n = len(matrix)
    terms = [program.power(matrix[k][k][0], 2) for k in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            terms += [program.mul(2, program.power(part, 2)) for part in matrix[i][j] if not part.is_zero]
    symbol = r"\operatorname{Tr} \rho^{2}"
    return Quantity(state, program.add(*terms), Observable("purity"), symbol, "purity", "1", "nonnegative")


def von_neumann_entropy(state: SteadyState) -> Quantity:
    """-Tr(rho log rho), natural logarithm, good to 1e-14 absolute."""
    return Quantity(
        state,
        _entropy(eigenvalues(state_matrix(state))),
        Observable("von_neumann_entropy"),
        "S",
        "von Neumann entropy (natural logarithm)",
    )


def coherence_l1(state: SteadyState, basis: str | None = None) -> Quantity:
    """Sum of the moduli of the off-diagonal elements.

    Parameters
    ----------
    state : SteadyState
    basis : {"energy", "product"}, optional
        Default: the basis of the generator, ``"product"`` for ``local`` and ``"energy"`` for the others.
    """
    chosen = basis or state.generator.basis
    matrix = state_matrix(state, chosen)
    n = len(matrix)
    pairs = [matrix[i][j] for i in range(n) for j in range(i + 1, n)]
    moduli = [program.call("hypot", *pair) for pair in pairs if not all(part.is_zero for part in pair)]
    return Quantity(
        state,
        program.mul(2, program.add(*moduli)),
        Observable("coherence_l1", chosen),
        r"C_{l_{1}}",
        f"l1 norm of coherence, {chosen} basis",
        "1",
        "nonnegative",
    )


def coherence_relative_entropy(state: SteadyState, basis: str | None = None) -> Quantity:
    """Entropy of the diagonal of rho minus entropy of rho, good to 1e-14 absolute.

    Parameters
    ----------
    state : SteadyState
    basis : {"energy", "product"}, optional
        Default: the basis of the generator.
    """
    chosen = basis or state.generator.basis
    matrix = state_matrix(state, chosen)
    diagonal = _entropy([matrix[k][k][0] for k in range(len(matrix))])
    # The eigenvalues are those of any basis; that of the generator has the smallest blocks.
    inside = eigenvalues(state_matrix(state))
    return Quantity(
        state,
        program.add(diagonal, *(program.call("xlogx", value) for value in inside)),
        Observable("coherence_relative_entropy", chosen),
        r"C_{\mathrm{r}}",
        f"relative entropy of coherence, {chosen} basis",
    )


def _entropy(values: list[Node]) -> Node:
    return program.mul(-1, program.add(*(program.call("xlogx", value) for value in values)))
