"""Whether the Lamb shift, which is off, would move a steady state with coherences between degenerate levels.

The imaginary part S of a half-sided rate adds i S (A rho B^+ - B^+ A rho) + h.c. for every term of that rate.  Where no
levels are degenerate this is of higher order in the coupling; between degenerate levels it competes with the rates.
What it does to the steady state is a polynomial identity for each S, decided at a random exact point.
"""

from __future__ import annotations

from symness import program
from symness.generators import Generator, Term
from symness.program import Node
from symness.residues import at_random_point
from symness.sparse import Sparse, dagger
from symness.state import SteadyState

__all__ = ["moved_by_lamb_shift", "warning_text"]


def moved_by_lamb_shift(state: SteadyState) -> list[tuple[int, int]]:
    """Pairs of degenerate levels with a coherence, where some Lamb shift would change this steady state."""
    generator = state.generator
    if generator.basis != "energy":
        return []
    coherent = dict.fromkeys((i, j) for axis, i, j in state.sector if axis != "p")
    pairs = [(i, j) for i, j in coherent if not len(generator.table.gap(i, j))]
    if not pairs:
        return []
    inside = {k for pair in pairs for k in pair}
    places = [*pairs, *((k, k) for k in sorted(inside))]
    by_rate: dict[str, list[Term]] = {}
    for part in generator.parts[: len(generator.model.baths)]:
        for term in part.terms:
            by_rate.setdefault(term.rate, []).append(term)
    roots = [root for terms in by_rate.values() for place in places for root in _change(state, terms, place)]
    memo: dict[Node, Node] = {}
    _, values = at_random_point([program.substitute(root, state.expanded_definitions, memo) for root in roots], seed=13)
    return pairs if any(int(value) for value in values) else []


def _change(state: SteadyState, terms: list[Term], place: tuple[int, int]) -> tuple[Node, Node]:
    """Real and imaginary part of <i| i (A rho B^+ - B^+ A rho) + h.c. |j>, summed over the terms of one rate."""
    i, j = place
    total = []
    for term in terms:
        A, B = term.left, term.right
        direct = [program.mul(program.I, x) for x in (_sandwich(state, A, B, i, j), -_product(state, A, B, i, j))]
        mirrored = [
            program.mul(-1, program.I, program.conjugate(x))
            for x in (_sandwich(state, A, B, j, i), -_product(state, A, B, j, i))
        ]
        total += [*direct, *mirrored]
    return program.real_imag(program.add(*total))


def _rho(state: SteadyState, i: int, j: int) -> Node:
    re, im = state.parts(i, j, state.generator.basis)
    return program.add(re, program.mul(program.I, im))


def _sandwich(state: SteadyState, A: Sparse, B: Sparse, i: int, j: int) -> Node:
    """<i|A rho B^+|j>."""
    ring = state.generator.ring
    right = dagger(ring, B)
    return program.add(
        *(
            program.mul(ring.collect(a), _rho(state, k, m), ring.collect(b))
            for (row, k), a in A.items()
            if row == i
            for (m, column), b in right.items()
            if column == j
        )
    )


def _product(state: SteadyState, A: Sparse, B: Sparse, i: int, j: int) -> Node:
    """<i|B^+ A rho|j>."""
    ring = state.generator.ring
    left = dagger(ring, B)
    return program.add(
        *(
            program.mul(ring.collect(b), ring.collect(a), _rho(state, k, j))
            for (row, m), b in left.items()
            if row == i
            for (n, k), a in A.items()
            if n == m
        )
    )


def warning_text(generator: Generator, pairs: list[tuple[int, int]]) -> str:
    """What to say."""
    labels = generator.model.labels or [str(k + 1) for k in range(generator.dimension)]
    named = ", ".join(f"{labels[i]} and {labels[j]}" for i, j in pairs)
    return (
        f"{generator.kind}: levels {named} are degenerate and keep a coherence that the Lamb shift would change; it is "
        "off, so the result holds where the principal-value shifts are equal or small against the rates"
    )
