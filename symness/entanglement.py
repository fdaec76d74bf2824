"""Entanglement witnesses of a two-party state in closed form.

For an X state (only the diagonal and the anti-diagonal of rho in the product basis) with w = <eg|rho|ge>, z =
<ee|rho|gg>:

    concurrence = 2 max(0, |w| - sqrt(rho_ee rho_gg), |z| - sqrt(rho_eg rho_ge))
    negativity  = sum over both blocks of max(0, (|w|^2 - rho_ee rho_gg)/(m + sqrt(d^2 + |w|^2))), m, d = (rho_ee +-
    rho_gg)/2

Negativity is the sum of |negative eigenvalues| of the partial transpose (Bell state: 1/2).  Redfield states may be
slightly non-positive: a negative product under a root counts as zero, and the mask ``positive`` says so.
"""

from __future__ import annotations

from fractions import Fraction

from symness import program
from symness.errors import ObservableError
from symness.graph import components
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["concurrence", "negativity", "positive"]

#: entries of rho of order one carry about this much rounding
EIGENVALUE_ERROR = Fraction(1, 10**14)


def concurrence(state: SteadyState) -> Quantity:
    """Wootters concurrence of a two-qubit X state.

    Raises
    ------
    ObservableError
        When the state is not that of two qubits or has no X form.
    """
    ee, eg, ge, gg, w, z = _x_state(state, "concurrence")
    gaps = [gap for gap in (_gap(w, ee, gg), _gap(z, eg, ge)) if gap is not None]
    largest: Node = program.number(0)
    if len(gaps) == 2:
        largest = program.call("maximum", *gaps)
    elif gaps:
        largest = gaps[0]
    expression = program.mul(2, program.call("positive_part", largest)) if gaps else largest
    return Quantity(
        state,
        expression,
        Observable("concurrence"),
        r"\mathcal{C}",
        "concurrence of the two qubits",
        "1",
        "nonnegative",
    )


def negativity(state: SteadyState) -> Quantity:
    """Negativity of a two-qubit X state (Bell state: 1/2)."""
    ee, eg, ge, gg, w, z = _x_state(state, "negativity")
    terms = [_negative_part(w, ee, gg), _negative_part(z, eg, ge)]
    return Quantity(
        state,
        program.add(*terms),
        Observable("negativity"),
        r"\mathcal{N}_{e}",
        "negativity of the two qubits",
        "1",
        "nonnegative",
    )


def positive(state: SteadyState) -> Quantity:
    """True where the smallest eigenvalue of rho is not below minus its rounding error."""
    n = state.generator.dimension
    pairs = [(i, j) for axis, i, j in state.sector if axis != "p" and not state.elements[axis, i, j].is_zero]
    lowest: list[Node] = []
    for block in components(n, pairs):
        own = [state.elements["p", k, k] for k in block]
        if len(block) == 1:
            lowest += own
        elif len(block) == 2:
            re, im = _own(state, *block)
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
            lowest.append(_smallest_eigenvalue(state, block))
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


def _smallest_eigenvalue(state: SteadyState, block: list[int]) -> Node:
    """Of the real symmetric form [[Re, -Im], [Im, Re]], whose eigenvalues are those of rho, twice."""
    size = len(block)
    re = [[_own(state, i, j)[0] for j in block] for i in block]
    im = [[_own(state, i, j)[1] for j in block] for i in block]
    rows = [[*re[k], *(-x for x in im[k])] for k in range(size)] + [[*im[k], *re[k]] for k in range(size)]
    return program.call("eigenvalue", 2 * size - 1, 2 * size, *(entry for row in rows for entry in row))


def _own(state: SteadyState, i: int, j: int) -> tuple[Node, Node]:
    return state.parts(i, j, state.generator.basis)


def _x_state(state: SteadyState, what: str) -> tuple[Node, Node, Node, Node, tuple[Node, Node], tuple[Node, Node]]:
    if state.generator.dimension != 4:
        raise ObservableError(
            f"{what}: the system has {state.generator.dimension} levels, not two qubits; use state.element(i, j) "
            "or sn.expectation"
        )
    elements = {(i, j): state.parts(i, j, "product") for i in range(4) for j in range(i, 4)}
    stray = [
        (i + 1, j + 1)
        for (i, j), (re, im) in elements.items()
        if i != j and i + j != 3 and not (re.is_zero and im.is_zero)
    ]
    if stray:
        raise ObservableError(
            f"{what}: the state has no X form (element {stray[0]} of the product basis is not zero); "
            "evaluate density_matrix('product') and use a numerical measure"
        )
    diagonal = [elements[k, k][0] for k in range(4)]
    return diagonal[0], diagonal[1], diagonal[2], diagonal[3], elements[1, 2], elements[0, 3]


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


def _negative_part(coherence: tuple[Node, Node], first: Node, second: Node) -> Node:
    """max(0, -(lower eigenvalue)) of [[a, w], [w*, d]]: (|w|^2 - a d)/(m + r), its numerator a product of gaps."""
    modulus, root = _modulus_and_root(coherence, first, second)
    if modulus.is_zero:
        return program.add(*(program.call("positive_part", -population) for population in (first, second)))
    half = Fraction(1, 2)
    mean = program.mul(half, program.call("abs", program.add(first, second)))
    spread = program.mul(half, program.add(first, -second))
    entangled = program.mul(program.call("positive_part", program.add(modulus, -root)), program.add(modulus, root))
    numerator = program.add(entangled, program.call("positive_part", program.mul(-1, first, second)))
    return program.div(numerator, program.add(mean, program.call("hypot", spread, modulus)))
