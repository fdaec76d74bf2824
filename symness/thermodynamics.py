"""Currents and entropy production, from the generator's part of each bath.

Currents are positive into the system.  ``energy="total"`` counts H + V, ``"bare"`` counts H alone (the default for
``local``, where the total heat current can flow from cold to hot).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp

from symness import program
from symness.baths import Bath, exact_matrix
from symness.composites import tidy
from symness.conserved import conserved, without_potentials
from symness.convert import from_sympy
from symness.errors import ObservableError, VerificationError
from symness.exact import Polynomial
from symness.generators import Generator
from symness.liouville import Coordinate, Entry, energy_operator, expectation_row, functional
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.rates import default_latex_text
from symness.rational import one_product, polynomial_weight
from symness.state import SteadyState

__all__ = [
    "energy_current",
    "energy_kind",
    "entropy_production",
    "expectation",
    "heat_current",
    "particle_current",
    "rate_of",
    "sum_of_elements",
    "value_of_row",
]


def energy_current(state: SteadyState, bath: str, energy: str | None = None) -> Quantity:
    """Energy that a bath or jump hands to the system per time, Tr[E D_bath rho]; unit: energy**2 (hbar = 1).

    Parameters
    ----------
    energy : {"total", "bare"}, optional
        E = H + V or E = H; default ``"bare"`` for ``local``, else ``"total"``.
    """
    chosen = energy_kind(state, energy)
    row = _energy_row(state.generator, bath, chosen)
    expression = _energy_expression(state, bath, chosen)
    meaning = f"{chosen} energy current from bath {bath} into the system"
    return Quantity(
        state,
        expression,
        Observable("energy_current", bath=bath, energy=chosen),
        rf"I_{{{default_latex_text(bath)}}}",
        meaning,
        "energy^2",
        row=row,
    )


def particle_current(state: SteadyState, bath: str) -> Quantity:
    """Quanta that a bath hands to the system per time, a rate; ObservableError unless its coupling is an exchange."""
    part = state.generator.part(bath)
    if not part.exchange:
        raise ObservableError(
            f"particle_current: {bath!r} exchanges no countable quanta (Hermitian coupling or jump); use energy_current"
        )
    expression = _particle_expression(state, bath)
    return Quantity(
        state,
        expression,
        Observable("particle_current", bath=bath),
        rf"\dot{{n}}_{{{default_latex_text(bath)}}}",
        f"particle current from bath {bath} into the system",
        "energy",
        row=functional(state.generator, bath, "particle"),
    )


def heat_current(state: SteadyState, bath: str, energy: str | None = None) -> Quantity:
    """energy_current - mu * particle_current of one bath, positive into the system; unit: energy**2 (hbar = 1)."""
    chosen = energy_kind(state, energy)
    expression = energy_current(state, bath, chosen).expression
    mu = _bath(state, bath).chemical_potential
    if mu != 0:
        own = particle_current(state, bath).expression
        expression = program.add(expression, -program.mul(_node(state, mu), own))
    return Quantity(
        state,
        expression,
        Observable("heat_current", bath=bath, energy=chosen),
        rf"\dot{{Q}}_{{{default_latex_text(bath)}}}",
        f"heat current from bath {bath} into the system ({chosen} energy)",
        "energy^2",
        row=_heat_row(state, bath, chosen, mu),
    )


def _heat_row(state: SteadyState, bath: str, energy: str, mu: Any) -> Mapping[Coordinate, Entry] | None:
    """The heat current as one functional; None where mu is no polynomial of the parameters."""
    generator = state.generator
    row = {c: dict(e) for c, e in _energy_row(generator, bath, energy).items()}
    weight = polynomial_weight(generator, mu)
    if weight is None:
        return None
    if not len(weight):
        return row
    for coordinate, entry in functional(generator, bath, "particle").items():
        own = row.setdefault(coordinate, {})
        for rate, value in entry.items():
            own[rate] = own.get(rate, generator.ring.zero) - weight * value
    return row


def entropy_production(state: SteadyState, energy: str | None = None) -> Quantity:
    """Minus the sum over baths of heat_current / T; unit: energy (hbar = k_B = 1).  Needs at least one bath.

    Where every part is a bath, energy and quanta are conserved in the steady state and the currents of the first bath
    are eliminated: sum over the others of I_j (1/T_1 - 1/T_j) - n_j (mu_1/T_1 - mu_j/T_j), which keeps its digits
    near equilibrium.
    """
    chosen = energy_kind(state, energy)
    baths = state.generator.model.baths
    if not baths:
        raise ObservableError("entropy_production: the model has no bath; add one with a temperature")
    if frozen := [b.name for b in baths if b.temperature == 0]:
        at_zero = "has temperature 0, where heat is infinite entropy; make it a parameter, whose value may be 0"
        raise ObservableError(f"entropy_production: bath {frozen[0]!r} {at_zero}")
    paired = len(baths) == 2 or without_potentials(baths)
    if paired and not state.generator.model.jumps and conserved(state.generator, chosen):
        expression = _affinities(state, baths, chosen)
    else:
        expression = program.add(
            *(
                program.mul(
                    -1, program.div(heat_current(state, b.name, chosen).expression, _node(state, b.temperature))
                )
                for b in baths
            )
        )
    return Quantity(
        state,
        expression,
        Observable("entropy_production", energy=chosen),
        r"\dot{\Sigma}",
        "entropy production rate",
        "energy",
    )


def _affinities(state: SteadyState, baths: Any, energy: str) -> Node:
    """One temperature divides after the other: at T = 0 each quotient is infinite, or zero without a current."""
    T1, mu1 = _node(state, baths[0].temperature), _node(state, baths[0].chemical_potential)
    if without_potentials(baths):  # the first bath, whose heat is the sum, divides last
        terms = []
        for bath in baths[1:]:
            T, flow = _node(state, bath.temperature), energy_current(state, bath.name, energy).expression
            terms.append(program.div(program.mul(flow, T - T1), T))
        return program.div(program.add(*terms), T1)
    (bath,) = baths[1:]
    T, mu = _node(state, bath.temperature), _node(state, bath.chemical_potential)
    flow = energy_current(state, bath.name, energy).expression
    quanta = particle_current(state, bath.name).expression
    handed = program.div(program.mul(flow - program.mul(mu1, quanta), T - T1), T1)
    return program.div(program.add(handed, program.mul(mu - mu1, quanta)), T)


def expectation(state: SteadyState, operator: Any) -> Quantity:
    """Tr(operator rho) for a Hermitian n x n matrix on the product space (else ObservableError), in its unit."""
    generator = state.generator
    try:
        operator = sp.ImmutableMatrix(operator)
    except (TypeError, ValueError) as error:
        raise ObservableError(f"expectation: {operator!r} is not a matrix; pass one on the space of H") from error
    operator = exact_matrix("expectation, operator", operator)
    if operator.shape != generator.model.H.shape:
        raise ObservableError(f"expectation: the operator has shape {operator.shape}, H has {generator.model.H.shape}")
    if (operator - operator.H).applyfunc(sp.expand) != sp.zeros(*operator.shape):
        raise ObservableError("expectation: the operator is not Hermitian; pass its Hermitian parts one by one")
    row = {c: {"": v} for c, v in expectation_row(generator.ring, generator.to_basis(operator)).items()}
    return Quantity(
        state,
        value_of_row(state, row),
        Observable("expectation", operator=operator),
        r"\langle O\rangle",
        "expectation value",
        "1",
        row=row,
    )


@lru_cache(maxsize=64)
def _energy_expression(state: SteadyState, bath: str, energy: str) -> Node:
    return value_of_row(state, _energy_row(state.generator, bath, energy))


@lru_cache(maxsize=64)
def _particle_expression(state: SteadyState, bath: str) -> Node:
    return value_of_row(state, functional(state.generator, bath, "particle"))


# -- rows to programs ------------------------------------------------------------------------------------------------


def energy_kind(state: SteadyState, energy: str | None) -> str:
    """``"total"`` or ``"bare"``; the default depends on the generator."""
    chosen = energy or ("bare" if state.generator.kind == "local" else "total")
    if chosen not in ("total", "bare"):
        raise ObservableError(f"energy={energy!r}: pass 'total' (H + V) or 'bare' (H)")
    return chosen


def _bath(state: SteadyState, name: str) -> Bath:
    for bath in state.generator.model.baths:
        if bath.name == name:
            return bath
    known = ", ".join(repr(b.name) for b in state.generator.model.baths)
    raise ObservableError(f"no bath is called {name!r}; there are {known}")


def _node(state: SteadyState, expression: Any) -> Node:
    return from_sympy(expression, [s.name for s in state.generator.model.symbols])


def _energy_row(generator: Generator, part: str, energy: str) -> Mapping[Coordinate, Entry]:
    return functional(generator, part, "energy", energy_operator(generator, energy))


def value_of_row(state: SteadyState, row: Mapping[Coordinate, Entry]) -> Node:
    """The closed form with differences factored out, or the sum over the elements where there is none."""
    direct = sum_of_elements(state, row)
    if state.linear is None:
        return direct
    own = {c: entry for c, entry in row.items() if c in state.elements}
    short = state.linear.closed_form(own) or one_product(state, direct)
    if short is None:
        return direct
    # Factored differences keep all digits where the direct sum cancels: worth twice its length, not more.
    if program.count_ops([short]) > 2 * program.count_ops([direct]):
        return direct
    if not state.equal(short, direct):
        raise VerificationError("the closed form of a current differs from its definition; please report the model")
    return short


def sum_of_elements(state: SteadyState, row: Mapping[Coordinate, Entry]) -> Node:
    """Sum over the coordinates of the sector, rates gathered per coordinate."""
    terms = []
    for coordinate in state.sector:
        element = state.elements[coordinate]
        if element.is_zero:
            continue
        rate = rate_of(state, row.get(coordinate, {}))
        if not rate.is_zero:
            terms.append(program.mul(rate, element))
    return program.add(*terms)


def rate_of(state: SteadyState, entry: Entry) -> Node:
    """An entry of a row: the sum of its rates with their weights."""
    ring, rates = state.generator.ring, []
    for rate, weight in entry.items():
        value = ring.reduce(weight)
        if len(value):
            factor = _coefficient(state, value)
            rates.append(program.mul(factor, program.symbol(rate)) if rate else factor)
    return program.add(*rates)


def _coefficient(state: SteadyState, value: Polynomial) -> Node:
    """A weight with energies written as Bohr frequencies where that is shorter."""
    ring = state.generator.ring
    best = tidy(ring, value)
    for definition in state.generator.definitions:
        key = state.generator.table.frequency_key(definition.name)
        if key is None or not len(key):
            continue
        quotient, remainder = divmod(value, key)
        if not len(remainder):
            shorter = program.mul(tidy(ring, quotient), program.symbol(definition.name))
            if program.count_ops([shorter]) < program.count_ops([best]):
                best = shorter
    return best
