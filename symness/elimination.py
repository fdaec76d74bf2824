"""Eliminating coherences, then populations.

Two products from one matrix M (sector of the populations, real coordinates):

``schur``: polynomials.  Coherences are removed block by block, and the determinant of each block enters only through
its reciprocal R, a symbol (the Schur factor).  The cofactors of what is left are polynomials in R with small
coefficients that factor by themselves: an average-equilibrium product plus R times a product of linear forms.

``straight_line``: a program.  Coherences in minimum-degree order, then the populations by Grassmann, Taksar and Heyman
(no subtraction among rates that are not negative), the ground state last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symness import program
from symness.errors import NonUniqueSteadyState
from symness.exact import Polynomial, Ring, adjugate, determinant, minors_of_first_row, nonzero_pivot
from symness.graph import components
from symness.liouville import Coordinate
from symness.names import Names
from symness.program import Node
from symness.progress import step

__all__ = [
    "TERM_BUDGET",
    "Block",
    "Elimination",
    "degree",
    "degree_among",
    "remove_number",
    "schur",
    "straight_line",
    "without_determinants",
]

#: beyond this many terms a paper form is no longer readable: the program form is the answer
TERM_BUDGET = 10_000
#: beyond this many terms in all numerators together, factoring and printing take longer than the reader would
DISPLAY_BUDGET = 4_000
#: largest coherence block whose inverse is expanded
BLOCK_LIMIT = 6
#: most populations whose cofactors are expanded (complete graphs of 9 have 4 million terms)
POPULATION_LIMIT = 8

Matrix = Mapping[tuple[Coordinate, Coordinate], Polynomial]


@dataclass(frozen=True)
class Block:
    """Coherences that couple to each other.  ``factor`` is the symbol R = 1/determinant (of minus an odd block).

    ``rotation`` is (K, W) where the block is one pair (x, y) with dx = -K x + W y, dy = -W x - K y.
    """

    coordinates: tuple[Coordinate, ...]
    factor: str
    determinant: Polynomial
    rotation: tuple[Polynomial, Polynomial] | None


@dataclass(frozen=True)
class Elimination:
    """Unnormalised steady state as polynomials in the ring (with the Schur factors as symbols).

    ``populations[k]`` are numerators, ``norm`` their sum; ``sources[coordinate]`` is the drive of a coherence row by
    the populations, so that a block's coherences are -(adjugate R) source; ``adjugates`` in the order of ``blocks``.
    """

    ring: Ring
    populations: tuple[Polynomial, ...]
    norm: Polynomial
    blocks: tuple[Block, ...]
    sources: Mapping[Coordinate, Polynomial]
    adjugates: tuple[list[list[Polynomial]], ...] = field(repr=False, default=())


def schur(
    ring: Ring, matrix: Matrix, sector: Sequence[Coordinate], names: Names, stem: str = "R"
) -> Elimination | None:
    """Polynomial elimination; None where it would exceed the term budget."""
    populations = [c for c in sector if c[0] == "p"]
    coherences = [c for c in sector if c[0] != "p"]
    place = {c: k for k, c in enumerate(coherences)}
    links = [(place[r], place[c]) for (r, c), v in matrix.items() if r in place and c in place and len(v)]
    groups = [[coherences[k] for k in group] for group in components(len(coherences), links)]
    if len(populations) > POPULATION_LIMIT or any(len(group) > BLOCK_LIMIT for group in groups):
        return None
    factors = [names.fresh(stem if len(groups) == 1 else f"{stem}_{k + 1}") for k in range(len(groups))]
    wide = Ring([*ring.names, *factors])
    M = {key: value.project_to_context(wide.context) for key, value in matrix.items()}
    try:
        return _schur(wide, M, populations, groups, factors)
    except OverflowError:
        return None


def _schur(
    ring: Ring, M: Matrix, populations: list[Coordinate], groups: list[list[Coordinate]], factors: list[str]
) -> Elimination:
    zero = ring.zero
    reduced = [[M.get((r, c), zero) for c in populations] for r in populations]
    blocks, adjugates = [], []
    for group, factor in zip(groups, factors, strict=True):
        inner = [[M.get((r, c), zero) for c in group] for r in group]
        # A block of odd size has a negative determinant where it decays: both signs are turned, so that R > 0.
        sign = -1 if len(group) % 2 else 1
        inverse = [[sign * entry for entry in row] for row in adjugate(inner, zero, TERM_BUDGET)]
        R = ring.generators[factor]
        for i, row in enumerate(populations):
            out = [M.get((row, c), zero) for c in group]
            # out * adjugate, once per row
            left = [_dot(out, [inverse[k][m] for k in range(len(group))], zero) for m in range(len(group))]
            for j, column in enumerate(populations):
                correction = _dot(left, [M.get((c, column), zero) for c in group], zero)
                if len(correction):
                    reduced[i][j] = reduced[i][j] - R * correction
        det = sign * determinant(inner, zero, TERM_BUDGET)
        if not len(det):
            raise NonUniqueSteadyState(f"the coherences {group} neither decay nor rotate; give them a rate")
        blocks.append(Block(tuple(group), factor, det, _rotation(inner, group)))
        adjugates.append(inverse)
    numerators = [without_determinants(ring, n, blocks) for n in minors_of_first_row(reduced, zero, TERM_BUDGET)]
    numerators = _without_common_factor(ring, numerators, M)
    if sum(len(numerator) for numerator in numerators) > DISPLAY_BUDGET:
        raise OverflowError
    sources = {
        c: without_determinants(ring, _dot([M.get((c, p), zero) for p in populations], numerators, zero), blocks)
        for group in groups
        for c in group
    }
    norm = zero
    for numerator in numerators:
        norm = norm + numerator
    if not len(norm):
        raise NonUniqueSteadyState("the populations are not determined: every cofactor vanishes")
    return Elimination(ring, tuple(numerators), norm, tuple(blocks), sources, tuple(adjugates))


def without_determinants(ring: Ring, polynomial: Polynomial, blocks: Sequence[Block]) -> Polynomial:
    """R times the determinant of its block is one: what holds both as factors is written with neither.

    Only whole coefficients of a power of R are divided; a remainder would make two terms out of one.
    """
    for block in blocks:
        R, place = ring.generators[block.factor], ring.index[block.factor]
        if len(block.determinant) and len(polynomial) and (top := int(polynomial.degrees()[place])):
            parts = ring.split(polynomial, [block.factor])
            kept = {k: parts.get((k,), ring.zero) for k in range(top + 1)}
            for power in range(top, 0, -1):
                quotient, remainder = divmod(kept[power], block.determinant)
                if not len(remainder):
                    kept[power - 1], kept[power] = kept[power - 1] + quotient, ring.zero
            polynomial = sum((part * R**power for power, part in kept.items()), ring.zero)
    return polynomial


def _dot(left: Sequence[Polynomial], right: Sequence[Polynomial], zero: Polynomial) -> Polynomial:
    total = zero
    for a, b in zip(left, right, strict=True):
        if len(a) and len(b):
            total = total + a * b
    return total


def _without_common_factor(ring: Ring, numerators: list[Polynomial], M: Matrix) -> list[Polynomial]:
    """Divide by the greatest common divisor; the sign makes the secular part of the norm positive."""
    common = ring.zero
    for numerator in numerators:
        common = common.gcd(numerator) if len(common) else numerator
    if not len(common):
        return numerators
    numerators = [numerator / common for numerator in numerators]
    total = sum(numerators, ring.zero)
    secular = ring.split(total, [n for n in ring.names if n not in _plain_names(M, ring)])
    content, _ = ring.primitive(next(iter(secular.values()), total))
    return [numerator * ring.constant(1 / content) for numerator in numerators]


def _plain_names(M: Matrix, ring: Ring) -> set[str]:
    used: set[str] = set()
    for value in M.values():
        used |= ring.uses(value)
    return used


def _rotation(inner: list[list[Polynomial]], group: list[Coordinate]) -> tuple[Polynomial, Polynomial] | None:
    if len(group) != 2 or group[0][1:] != group[1][1:]:
        return None
    if inner[0][0] != inner[1][1] or len(inner[0][1] + inner[1][0]):
        return None
    return -inner[0][0], inner[0][1]


# -- straight-line programs ------------------------------------------------------------------------------------------


def straight_line(
    entries: Mapping[tuple[Coordinate, Coordinate], Node],
    sector: Sequence[Coordinate],
    ground: Coordinate,
    numbers: Mapping[tuple[Coordinate, Coordinate], Any] | None = None,
) -> dict[Coordinate, Node]:
    """Steady state of the sector as a program in the entries, normalised to trace one.

    ``numbers`` are the entries at a random point: a coherence whose pivot vanishes there (a symmetry of the model)
    waits until the removal of others has given it one.
    """
    shadow = None if numbers is None else {r: {c: numbers[r, c] for c in sector if (r, c) in numbers} for r in sector}
    W: dict[Coordinate, dict[Coordinate, Node]] = {r: {} for r in sector}
    for (row, column), value in entries.items():
        if not value.is_zero:
            W[row][column] = value
    removed: list[tuple[Coordinate, dict[Coordinate, Node]]] = []
    left = {c for c in sector if c[0] != "p"}
    while left:
        step(f"program form, {len(left)} coherences to eliminate")
        usable = left if shadow is None else {c for c in left if shadow[c].get(c, 0) != 0}
        if not usable:
            nonzero_pivot(program.number(0), f"the coherences {sorted(left)}")
        pivot = min(usable, key=lambda c: (degree(W, c), sector.index(c)))
        left.remove(pivot)
        if shadow is not None:
            remove_number(shadow, pivot)
        removed.append((pivot, _remove_coherence(W, pivot)))
    weights = _grassmann(W, [c for c in sector if c[0] == "p"], ground)
    total = program.add(*weights.values())
    state = {c: program.div(w, total) for c, w in weights.items()}
    for pivot, own in reversed(removed):
        state[pivot] = program.add(*(program.mul(v, state[c]) for c, v in own.items()))
    return state


def degree(W: Mapping[Coordinate, Mapping[Coordinate, Node]], c: Coordinate) -> int:
    """Markowitz count: how many products the removal of this element costs."""
    out = sum(1 for r, row in W.items() if r != c and c in row)
    return out * len([k for k in W[c] if k != c])


def degree_among(W: Mapping[Coordinate, Mapping[Coordinate, Node]], c: Coordinate, left: Sequence[Coordinate]) -> int:
    """The same count among the populations that are left."""
    out = sum(1 for r in left if r != c and c in W[r])
    return out * sum(1 for k in left if k != c and k in W[c])


def remove_number(W: dict[Coordinate, dict[Coordinate, Any]], c: Coordinate) -> None:
    """Removal of a coherence in numbers."""
    row = W.pop(c)
    pivot = row.pop(c)
    for other in W.values():
        factor = other.pop(c, None)
        if factor is not None:
            for k, v in row.items():
                other[k] = other.get(k, 0) - factor * v / pivot


def _remove_coherence(W: dict[Coordinate, dict[Coordinate, Node]], c: Coordinate) -> dict[Coordinate, Node]:
    """c = sum(row[k] k) from its own equation, put into all others."""
    row = W.pop(c)
    pivot = nonzero_pivot(row.pop(c, program.number(0)), f"the coherence {c}")
    scaled = {k: program.mul(-1, program.div(v, pivot)) for k, v in row.items()}
    for other in W.values():
        factor = other.pop(c, None)
        if factor is None:
            continue
        for k, v in scaled.items():
            product = program.mul(factor, v)
            # Diagonal entries of populations are never used: the outflow is the sum of what arrives elsewhere.
            other[k] = program.add(other[k], product) if k in other else product
    return scaled


def _grassmann(
    W: Mapping[Coordinate, dict[Coordinate, Node]], populations: Sequence[Coordinate], ground: Coordinate
) -> dict[Coordinate, Node]:
    left = [ground, *(p for p in populations if p != ground)]
    steps: list[tuple[Coordinate, dict[Coordinate, Node]]] = []
    while len(left) > 1:
        # Few ways in times few ways out: least fill-in.  The ground state stays, whatever its degree.
        last = min(left[1:], key=lambda p: (degree_among(W, p, left), -left.index(p)))
        left.remove(last)
        rest = list(left)
        outflow = program.add(*(W[r][last] for r in rest if last in W[r]))
        if outflow.is_zero:
            raise NonUniqueSteadyState(
                f"population {last[1] + 1} has no way out to the others: the steady state is not unique; "
                "couple it to a bath or remove it from the model"
            )
        inflow = {r: program.div(W[last][r], outflow) for r in rest if r in W[last]}
        for source, value in inflow.items():
            for target in rest:
                if target != source and last in W[target]:
                    product = program.mul(W[target][last], value)
                    W[target][source] = program.add(W[target][source], product) if source in W[target] else product
        steps.append((last, inflow))
    weights: dict[Coordinate, Node] = {ground: program.number(1)}
    for last, inflow in reversed(steps):
        weights[last] = program.add(*(program.mul(v, weights[r]) for r, v in inflow.items()))
    return {p: weights[p] for p in populations}
