"""Entanglement measures of a steady state: closed forms for X states, opaque numerical functions for the others.

For an X state (only the diagonal and the anti-diagonal of rho in the product basis) with w = <eg|rho|ge>, z =
<ee|rho|gg>:

    concurrence = 2 max(0, |w| - sqrt(rho_ee rho_gg), |z| - sqrt(rho_eg rho_ge))
    negativity  = sum over both blocks of max(0, (|w|^2 - rho_ee rho_gg)/(|m| + sqrt(d^2 + |w|^2))) + max(0, -2 m),
    m, d = (rho_ee +- rho_gg)/2

Otherwise concurrence = max(0, s_1 - s_2 - s_3 - s_4) with s_k the decreasing roots of the eigenvalues of rho (sigma_y x
sigma_y) rho* (sigma_y x sigma_y) (Wootters 1998), and negativity is the sum of |negative eigenvalues| of the partial
transpose (Bell state: 1/2).  Redfield states may be slightly non-positive: a negative product under a root, or a
negative eigenvalue under one, counts as zero, and the mask ``positive`` says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod
from operator import index
from typing import Any

from sympy import isprime

from symness import program
from symness.errors import ObservableError
from symness.hermitian import blocks, entries, partial_transpose, state_matrix
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["concurrence", "negativity", "positive", "x_state"]

#: entries of rho of order one carry about this much rounding
EIGENVALUE_ERROR = Fraction(1, 10**14)

_LOCAL_MEASURES = "sn.coherence_l1, sn.purity, sn.expectation"

#: populations of ee, eg, ge, gg, and the coherences <eg|rho|ge>, <ee|rho|gg>
XState = tuple[Node, Node, Node, Node, tuple[Node, Node], tuple[Node, Node]]


def concurrence(state: SteadyState) -> Quantity:
    """Wootters concurrence of two qubits (Bell state: 1).

    Closed form for an X state.  Otherwise its digits are those of the roots of the eigenvalues of rho, found
    numerically: 1e-14 absolute.

    Raises
    ------
    ObservableError
        When the state is not that of two qubits.
    """
    check_two_qubits(state, "concurrence")
    expression = _x_concurrence(state) if stray_element(state) is None else _wootters(state)
    return Quantity(
        state,
        expression,
        Observable("concurrence"),
        r"\mathcal{C}",
        "concurrence of the two qubits",
        "1",
        "nonnegative",
    )


def _x_concurrence(state: SteadyState) -> Node:
    ee, eg, ge, gg, w, z = x_state(state, "concurrence")
    gaps = [gap for gap in (_gap(w, ee, gg), _gap(z, eg, ge)) if gap is not None]
    if not gaps:
        return program.number(0)
    largest = gaps[0] if len(gaps) == 1 else program.call("maximum", *gaps)
    return program.mul(2, program.call("positive_part", largest))


def _wootters(state: SteadyState) -> Node:
    rho = entries(state_matrix(state, "product"), range(4))
    return program.call("positive_part", program.call("wootters", *rho))


def negativity(
    state: SteadyState, partition: Iterable[Any] | None = None, dimensions: Iterable[int] | None = None
) -> Quantity:
    """Negativity: sum of the moduli of the negative eigenvalues of the partial transpose (Bell state: 1/2).

    Closed form where the partial transpose falls into blocks of at most two states (any two-qubit X state); larger
    blocks are diagonalised numerically, with 1e-28 absolute.

    Parameters
    ----------
    state : SteadyState
    partition : iterable, optional
        The factors of the product space that are one party: positions from 0, or ``sn.qubits``; the others are the
        other party.  Default, for two factors: one against the other.
    dimensions : iterable of int, optional
        Dimensions of the factors, from left to right.  Default: all qubits.

    Raises
    ------
    ObservableError
        When the dimensions do not multiply to that of the state, or the partition is none.
    """
    sizes = _dimensions(state, dimensions)
    party = _party(partition, len(sizes))
    if sizes == (2, 2) and stray_element(state) is None:
        ee, eg, ge, gg, w, z = x_state(state, "negativity")
        terms = [_negative_part(state, w, ee, gg), _negative_part(state, z, eg, ge)]
    else:
        terms = _block_negativities(state, sizes, party)
    qubits = all(size == 2 for size in sizes)
    named = ["/".join(str(k + 1) for k in range(len(sizes)) if (k in party) is inside) for inside in (True, False)]
    between = f"{'qubits' if qubits else 'parts'} {named[0]} and {named[1]}"
    return Quantity(
        state,
        program.add(*terms),
        Observable("negativity", dimensions=sizes, partition=party),
        r"\mathcal{N}_{e}",
        "negativity of the two qubits" if sizes == (2, 2) else f"negativity between {between}",
        "1",
        "nonnegative",
    )


def _block_negativities(state: SteadyState, sizes: tuple[int, ...], party: tuple[int, ...]) -> list[Node]:
    matrix = partial_transpose(state_matrix(state, "product"), sizes, party)
    terms: list[Node] = []
    for block in blocks(matrix):
        if len(block) == 1:
            terms.append(program.call("positive_part", -matrix[block[0]][block[0]][0]))
        elif len(block) == 2:
            i, j = block
            terms.append(_negative_part(state, matrix[i][j], matrix[i][i][0], matrix[j][j][0]))
        else:
            size, inside = len(block), entries(matrix, block)
            values = [program.call("eigenvalue", k, size, *inside) for k in range(size)]
            terms += [program.call("positive_part", -value) for value in values]
    return terms


def _dimensions(state: SteadyState, given: Iterable[int] | None) -> tuple[int, ...]:
    n = state.generator.dimension
    if isprime(n):
        raise ObservableError(
            f"negativity: the system has {n} levels, not two qubits or more, and no parts that could be entangled; use "
            f"{_LOCAL_MEASURES}"
        )
    if given is None:
        if n & (n - 1):
            raise ObservableError(
                f"negativity: the system has {n} levels, not two qubits or more; pass dimensions=, those of the "
                "factors of its product space"
            )
        sizes: tuple[int, ...] = (2,) * (n.bit_length() - 1)
    else:
        sizes = tuple(map(_index, given if isinstance(given, Iterable) else [given]))
    if len(sizes) < 2 or any(size < 2 for size in sizes) or prod(sizes) != n:
        raise ObservableError(
            f"negativity: dimensions={sizes if given is None else given} of at least two factors have to multiply to "
            f"{n}; pass those of the factors of the product space"
        )
    return sizes


def _party(given: Iterable[Any] | None, count: int) -> tuple[int, ...]:
    if given is None:
        if count > 2:
            raise ObservableError(
                f"negativity: {count} parts can be divided in more than one way; pass partition=[0] for the first "
                "against the others, partition=[0, 1] for the first two against the others, ..."
            )
        return (0,)
    listed = given if isinstance(given, Iterable) else [given]
    places = sorted({_index(getattr(item, "position", item)) for item in listed})
    if not (0 < len(places) < count and places[0] >= 0 and places[-1] < count):
        raise ObservableError(
            f"negativity: partition={given!r} divides nothing; pass some but not all of the positions 0 to "
            f"{count - 1}, or some of the qubits"
        )
    return tuple(places)


def _index(value: Any) -> int:
    """The integer that it is; -1, which is no dimension and no position, for anything else."""
    try:
        return index(value)
    except TypeError:
        return -1


def positive(state: SteadyState) -> Quantity:
    """Mask: True where the smallest eigenvalue of rho is not below minus its rounding error.

    Redfield states need not be positive; witnesses mean something only where this is True.
    """
    matrix = state_matrix(state)
    lowest: list[Node] = []
    for block in blocks(matrix):
        own = [matrix[k][k][0] for k in block]
        if len(block) == 1:
            lowest += own
        elif len(block) == 2:
            re, im = matrix[block[0]][block[1]]
            half = Fraction(1, 2)
            radius = program.sqrt(
                program.add(
                    program.power(program.mul(half, program.add(own[0], -own[1])), 2),
                    program.power(re, 2),
                    program.power(im, 2),
                )
            )
            lowest.append(program.add(program.mul(half, program.add(*own)), -radius))
        else:
            size = len(block)
            lowest.append(program.call("eigenvalue", size - 1, size, *entries(matrix, block)))
    smallest = lowest[0]
    for value in lowest[1:]:
        smallest = program.call("minimum", smallest, value)
    return Quantity(
        state,
        program.add(smallest, program.number(EIGENVALUE_ERROR)),
        Observable("positive"),
        r"\rho \geq 0",
        "true where no eigenvalue of rho is below minus its error bound",
        "1",
        "bool",
    )


def check_two_qubits(state: SteadyState, what: str) -> None:
    """ObservableError for a state that does not have four levels."""
    n = state.generator.dimension
    if n != 4:
        parts = "" if isprime(n) else ", or sn.negativity with dimensions= and partition="
        raise ObservableError(
            f"{what}: the system has {n} levels, not two qubits; use {_LOCAL_MEASURES}, state.element(i, j){parts}"
        )


def stray_element(state: SteadyState) -> tuple[int, int] | None:
    """The first element (i, j), counted from 1, of the product basis that keeps four levels from having X form."""
    for i in range(4):
        for j in range(i + 1, 4):
            if i + j != 3 and not all(part.is_zero for part in state.parts(i, j, "product")):
                return i + 1, j + 1
    return None


def x_state(state: SteadyState, what: str) -> XState:
    """Populations and coherences of a two-qubit X state; ObservableError, in the name of ``what``, for any other."""
    check_two_qubits(state, what)
    stray = stray_element(state)
    if stray is not None:
        raise ObservableError(
            f"{what}: the state has no X form (element {stray} of the product basis is not zero); "
            "sn.concurrence, sn.negativity, sn.horodecki and sn.chsh take any two-qubit state, and sn.threshold finds "
            "where they become positive"
        )
    diagonal = [state.parts(k, k, "product")[0] for k in range(4)]
    single, double = state.parts(1, 2, "product"), state.parts(0, 3, "product")
    return diagonal[0], diagonal[1], diagonal[2], diagonal[3], single, double


def _modulus_and_root(coherence: tuple[Node, Node], first: Node, second: Node) -> tuple[Node, Node]:
    """|w| without underflow, and the root of the product of two populations, clipped at zero."""
    root = program.sqrt(program.call("positive_part", program.mul(first, second)))
    if all(part.is_zero for part in coherence):
        return program.number(0), root
    return program.call("hypot", *coherence), root


def _gap(coherence: tuple[Node, Node], first: Node, second: Node) -> Node | None:
    """|w| - sqrt(max(0, product of the populations)); None where w vanishes identically."""
    modulus, root = _modulus_and_root(coherence, first, second)
    return None if modulus.is_zero else program.add(modulus, -root)


def _negative_part(state: SteadyState, coherence: tuple[Node, Node], first: Node, second: Node) -> Node:
    """Moduli of the negative eigenvalues of [[a, w], [w*, d]], m -+ r with m = (a + d)/2.

    (|w|^2 - a d)/(|m| + r), its numerator a product of gaps, and -2 m where m < 0, which a state that need not be
    positive may have.
    """
    modulus, root = _modulus_and_root(coherence, first, second)
    if modulus.is_zero:
        return program.add(*(program.call("positive_part", -population) for population in (first, second)))
    half = Fraction(1, 2)
    mean = program.mul(half, program.call("abs", program.add(first, second)))
    spread = program.mul(half, program.add(first, -second))
    entangled = program.mul(program.call("positive_part", program.add(modulus, -root)), program.add(modulus, root))
    numerator = program.add(entangled, program.call("positive_part", program.mul(-1, first, second)))
    total = program.div(numerator, program.add(mean, program.call("hypot", spread, modulus)))
    if state.generator.kind in ("secular", "local"):  # of Lindblad form: populations of any basis are positive
        return total
    return program.add(total, program.call("positive_part", program.mul(-1, program.add(first, second))))
