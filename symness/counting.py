"""Zero-frequency noise of what a bath hands over, from a counting field on its emission and absorption terms.

A term rate/2 (A rho B^+ + B rho A^+) that carries the amount c (quanta, energy or heat, positive into the system) gets
the factor exp(i chi c).  With J_k = sum over the terms of one bath of c**k rate/2 (A rho B^+ + B rho A^+),

    I = <1|J_1|rho>,     S = <1|J_2|rho> + 2 <1|J_1 - I|sigma>,     M sigma = (I - J_1) rho,

are the rates at which mean and variance of the counted amount grow (Poisson process of rate k: S = k).  The noise of
two baths a and b, d/dt of the covariance, is <1|J_a - I_a|sigma_b> + <1|J_b - I_b|sigma_a>.

Source of the method: full counting statistics of Markovian generators, Bagrets and Nazarov, Phys. Rev. B 67, 085316
(2003), Flindt et al., Phys. Rev. Lett. 100, 150601 (2008); here sigma is found by the elimination of the steady state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from symness import program
from symness.arithmetic import combined
from symness.cumulant import second_cumulant
from symness.errors import ObservableError, VerificationError
from symness.events import amounts_of
from symness.formula import Definition
from symness.liouville import Coordinate, Entry, jump_rows
from symness.names import Names
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.rates import default_latex_text
from symness.residues import at_random_point
from symness.response import response
from symness.state import SteadyState
from symness.thermodynamics import (
    energy_current,
    energy_kind,
    entropy_production,
    heat_current,
    particle_current,
    rate_of,
    sum_of_elements,
    value_of_row,
)

__all__ = ["KINDS", "fano", "noise", "uncertainty_product"]

#: what can be counted -> its letter
KINDS = {"particle": "n", "energy": "E", "heat": "Q"}

Rows = Mapping[Coordinate, Mapping[Coordinate, Entry]]


def noise(
    state: SteadyState,
    bath: str,
    kind: str = "particle",
    *,
    other: str | None = None,
    energy: str | None = None,
    form: str = "shortest",
) -> Quantity:
    """Zero-frequency noise of the current from a bath: rate at which the variance of the transferred amount grows.

    A Poisson process of rate k has S = k; at equilibrium, S = 2 T G with the conductance G.  (The noise power of some
    papers is twice this.)

    Parameters
    ----------
    kind : {"particle", "energy", "heat"}
        Count quanta (exchange couplings, any generator), energy, or energy minus mu per quantum.
    other : str, optional
        A second bath or jump: the rate of the covariance of the two amounts (cross noise).
    energy : {"total", "bare"}, optional
        For energy and heat, H + V or H; default ``"bare"`` for ``local``, else ``"total"``.
    form : {"shortest", "closed", "program"}
        The closed form from the determinant of the generator, where it is under the term budget, or the straight-line
        program of the second linear solve, which always exists.  Cross noise is a program.

    Raises
    ------
    ObservableError
        For quanta of a Hermitian coupling or a jump; for energy where a term of the generator mixes different
        energies (coherent pairs of Bohr frequencies), so that no definite amount is handed over per event.
    """
    if kind not in KINDS:
        raise ObservableError(f"noise: kind={kind!r}; pass one of {', '.join(map(repr, KINDS))}")
    if form not in ("shortest", "closed", "program"):
        raise ObservableError(f"noise: form={form!r}; pass 'shortest', 'closed' or 'program'")
    chosen = energy_kind(state, energy) if kind != "particle" else "total"
    second = bath if other is None else other
    solved = [_counted(state, name, kind, chosen) for name in dict.fromkeys((bath, second))]
    marks = ",".join(default_latex_text(c.bath) for c in solved)
    shown = KINDS[kind]
    whose = f"bath {bath}" if second == bath else f"baths {bath} and {second}"
    expression = _cumulant(solved)
    if second == bath and form != "program":
        expression = _shorter(state, solved[0], expression, form == "closed")
    return Quantity(
        state,
        expression,
        Observable("noise", bath=bath, other=second, counted=kind, energy=chosen),
        rf"S^{{{shown}}}_{{{marks}}}",
        f"zero-frequency {kind} noise of {whose} ({'rate of the variance' if second == bath else 'covariance'})",
        "energy" if kind == "particle" else "energy^3",
        definitions=tuple(d for c in solved for d in c.definitions),
    )


def fano(state: SteadyState, bath: str, kind: str = "particle", *, energy: str | None = None) -> Quantity:
    """Fano factor ``S/|I|`` of the current from a bath, in units of the quantum where energy is counted.

    1 for a Poisson process; diverges where the current vanishes (thermal noise): infinite there, NaN where the noise
    vanishes too, and "undefined" for the reference, which then compares no number.
    """
    current = _flowing("fano", state, bath, kind, energy)
    found = combined(lambda s, i: s / abs(i), noise(state, bath, kind, energy=energy), current)
    unit = "1" if kind == "particle" else "energy"
    return found.renamed(
        rf"F_{{{default_latex_text(bath)}}}", f"Fano factor of the {kind} current from bath {bath}", unit
    )


def uncertainty_product(
    state: SteadyState, bath: str, kind: str = "particle", *, energy: str | None = None
) -> Quantity:
    """S * entropy production / I**2: at least 2 for classical Markov processes (thermodynamic uncertainty relation).

    Barato and Seifert, Phys. Rev. Lett. 114, 158101 (2015), bound it from below by 2 for rate equations; coherence may
    undercut the bound.  Entropy is counted with the energy of ``entropy_production``.  0/0 (NaN) without a current.
    """
    current = _flowing("uncertainty_product", state, bath, kind, energy)
    spread = noise(state, bath, kind, energy=energy)
    entropy = entropy_production(state, energy)
    found = combined(lambda s, e, i: s * e / i**2, spread, entropy, current)
    # Factor by factor: where occupations are small, the square of the current underflows long before the ratios do.
    found = replace(
        found, expression=program.mul(*(program.div(q.expression, current.expression) for q in (spread, entropy)))
    )
    return found.renamed(
        rf"\mathcal{{Q}}_{{{default_latex_text(bath)}}}",
        f"thermodynamic uncertainty product of the {kind} current from bath {bath}",
        "1",
    )


def _current(state: SteadyState, bath: str, kind: str, energy: str | None) -> Quantity:
    if kind == "particle":
        if not state.generator.part(bath).exchange:
            raise ObservableError(
                f"{bath!r} exchanges no countable quanta (Hermitian coupling or jump); pass kind='energy'"
            )
        return particle_current(state, bath)
    return (heat_current if kind == "heat" else energy_current)(state, bath, energy)


def _flowing(asked: str, state: SteadyState, bath: str, kind: str, energy: str | None) -> Quantity:
    """The current that ``asked`` divides by."""
    current = _current(state, bath, kind, energy)
    if current.expression.is_zero:
        raise ObservableError(
            f"{asked}: the {kind} current from bath {bath!r} vanishes for all parameters, so that there is nothing to "
            "divide by; use sn.noise, or a bath whose current flows"
        )
    return current


# -- first and second cumulant -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Counted:
    """One counted bath: the row <1|J_1, its current as a symbol, <1|J_2|rho>, and sigma by coordinate."""

    bath: str
    first: Rows
    second: Rows
    leaving: Mapping[Coordinate, Node]
    current: Node
    activity: Node
    sigma: Mapping[Coordinate, Node]
    definitions: tuple[Definition, ...]


@lru_cache(maxsize=64)
def _counted(state: SteadyState, bath: str, kind: str, energy: str) -> _Counted:
    generator = state.generator
    quantity = _current(state, bath, kind, energy)
    amounts = amounts_of(state, generator.part(bath), kind, energy)
    squares = [(term, generator.ring.reduce(weight * weight)) for term, weight in amounts]
    first, second = jump_rows(generator, amounts), jump_rows(generator, squares)
    names = Names({*generator.names.taken, *(d.name for d in state.definitions)})
    stem = "".join(c if c.isalnum() else "_" for c in f"{kind}_{bath}") + ("_bare" if energy == "bare" else "")
    populations = [c for c in state.sector if c[0] == "p"]
    row = _summed([first[p] for p in populations if p in first])
    current = Definition(names.fresh(f"I_{stem}"), value_of_row(state, row), quantity.latex)
    I = program.symbol(current.name)  # noqa: E741
    image = {c: _applied(state, columns) for c, columns in first.items()}
    if not state.equal(current.expression, quantity.expression):
        raise VerificationError(f"the first cumulant of bath {bath!r} is not its current; please report the model")
    source = {c: program.mul(I, state.elements[c]) for c in state.sector if not state.elements[c].is_zero}
    for c, value in image.items():
        source[c] = source[c] - value if c in source else -value
    system = response(state, _sector(state, first))
    solved = system.solve(source)
    known = state.expanded_definitions
    known = {**known, current.name: program.substitute(current.expression, known)}
    system.check(solved, source, known, f"the noise of bath {bath!r}")
    listed = [c for c in system.sector if not solved[c].is_zero]
    mark = default_latex_text(bath)
    steps = (names.fresh(f"x_{stem}_{k}") for k in count(1))
    named, roots = program.name_recurring([solved[c] for c in listed], steps)
    inner = [Definition(n, v, rf"x^{{({mark})}}_{{{k}}}") for k, (n, v) in enumerate(named, 1)]
    sigma: dict[Coordinate, Node] = {}
    for c, root in zip(listed, roots, strict=True):
        latex = {"p": "", "x": r"\mathrm{Re}\,", "y": r"\mathrm{Im}\,"}[c[0]]
        label = f"{c[1] + 1}{c[2] + 1}" if generator.dimension < 10 else f"{c[1] + 1},{c[2] + 1}"
        name = names.fresh(f"sigma_{stem}_{c[0]}{c[1] + 1}_{c[2] + 1}")
        inner.append(Definition(name, root, rf"{latex}\sigma^{{({mark})}}_{{{label}}}"))
        sigma[c] = program.symbol(name)
    activity = program.add(*(_applied(state, second[c]) for c in populations if c in second))
    leaving = {c: rate_of(state, row[c]) for c in sigma if c in row}
    return _Counted(bath, first, second, leaving, I, activity, sigma, (current, *inner))


def _summed(rows: Sequence[Mapping[Coordinate, Entry]]) -> dict[Coordinate, Entry]:
    """Rows added up, rate by rate."""
    total: dict[Coordinate, Entry] = {}
    for row in rows:
        for c, entry in row.items():
            own = total.setdefault(c, {})
            for rate, value in entry.items():
                own[rate] = own[rate] + value if rate in own else value
    return total


def _sector(state: SteadyState, rows: Rows) -> tuple[Coordinate, ...]:
    """The sector of the populations, and what a jump reaches from it (there, the equations are uniquely solvable)."""
    reached = list(state.sector)
    matrix = state.matrix.liouvillian.rows
    for c in reached:
        near = [r for r, row in rows.items() if c in row]
        near += [r for r, row in matrix.items() if c in row]
        reached += [r for r in dict.fromkeys([*near, *matrix.get(c, {})]) if r not in reached]
    return tuple(reached)


def _applied(state: SteadyState, columns: Mapping[Coordinate, Entry]) -> Node:
    """One row of a superoperator times rho."""
    return sum_of_elements(state, {c: e for c, e in columns.items() if c in state.elements})


def _cumulant(solved: list[_Counted]) -> Node:
    """<1|J_2|rho> where one bath is counted, and <1|J_1 - I|sigma> of each with the sigma of the other."""
    terms = [solved[0].activity] if len(solved) == 1 else []
    for own, other in (solved, solved[::-1]) if len(solved) == 2 else (solved * 2,):
        weight = 2 if len(solved) == 1 else 1
        for c, value in other.sigma.items():
            rates = [own.leaving[c]] if c in own.leaving else []
            if c[0] == "p":
                rates.append(-own.current)
            terms.append(program.mul(weight, program.add(*rates), value))
    return program.add(*terms)


def _shorter(state: SteadyState, counted: _Counted, straight: Node, closed: bool) -> Node:
    """The closed form where it has fewer operations as displayed, with the definitions that each needs."""
    found = second_cumulant(state, counted.first, counted.second, counted.current)
    if found is None:
        if closed:
            raise ObservableError(
                f"noise: the closed form for bath {counted.bath!r} exceeds the term budget; pass form='program'"
            )
        return straight
    known = dict(state.expanded_definitions)
    for definition in counted.definitions:
        known[definition.name] = program.substitute(definition.expression, known)
    _, values = at_random_point([program.substitute(node, known) for node in (found, straight)], seed=19)
    if values[0] != values[1]:
        raise VerificationError(f"the two forms of the noise of bath {counted.bath!r} differ; please report the model")
    inner = [d.expression for d in counted.definitions[1:]]
    return found if closed or program.count_ops([found]) < program.count_ops([straight, *inner]) else straight
