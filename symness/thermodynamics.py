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
from symness.convert import from_sympy
from symness.errors import ObservableError, VerificationError
from symness.exact import Polynomial
from symness.generators import Generator
from symness.liouville import Coordinate, Entry, expectation_row, functional
from symness.model import Model
from symness.observable import Observable
from symness.program import Node
from symness.quantity import Quantity
from symness.rates import default_latex_text
from symness.rational import one_product
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
    expression = _energy_expression(state, bath, chosen)
    meaning = f"{chosen} energy current from bath {bath} into the system"
    return Quantity(
        state,
        expression,
        Observable("energy_current", bath=bath, energy=chosen),
        rf"I_{{{default_latex_text(bath)}}}",
        meaning,
        "energy^2",
        row=_energy_row(state.generator, bath, chosen),
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
    if mu == 0:
        return row
    if not sp.sympify(mu).is_polynomial():
        return None
    weight = generator.ring.from_node(_node(state, mu))
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
    if not state.generator.model.jumps and _conserved(state.generator, chosen):
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


def _conserved(generator: Generator, energy: str) -> bool:
    """Total energy commutes with H + V, so its currents add up to zero; bare energy does where H commutes with V."""
    H, V = sp.Matrix(generator.model.H), sp.Matrix(generator.model.interaction)
    if energy == "bare" and not (H * V - V * H).applyfunc(sp.expand).is_zero_matrix:
        return False
    return all(b.chemical_potential == 0 for b in generator.model.baths) or _quanta_conserved(generator.model)


def _quanta_conserved(model: Model) -> bool:
    """Whether every coupling lowers one number that H + V conserves, so that the quanta of all baths add up to 0.

    Looks for a diagonal n with n(i) = n(j) - 1 for every <i|S|j> and n(i) = n(j) for every <i|H + V|j>.
    """
    lowered = [c for b in model.baths if b.is_exchange for c in b.coupling]
    if not lowered or not all(b.is_exchange for b in model.baths):
        return False
    size = model.dimension
    links = [(i, j, 1) for S in lowered for i in range(size) for j in range(size) if S[i, j] != 0]
    links += [(i, j, 0) for i in range(size) for j in range(size) if i != j and model.total[i, j] != 0]
    value: dict[int, int] = {}
    for start in range(size):
        if start in value:
            continue
        value[start] = 0
        stack = [start]
        while stack:
            k = stack.pop()
            for i, j, step in links:
                for here, there, change in ((i, j, step), (j, i, -step)):
                    if here == k and there not in value:
                        value[there] = value[k] + change
                        stack.append(there)
    return all(value[i] == value[j] - step for i, j, step in links)


def _affinities(state: SteadyState, baths: Any, energy: str) -> Node:
    first, terms = baths[0], []
    T1, mu1 = _node(state, first.temperature), _node(state, first.chemical_potential)
    for bath in baths[1:]:
        T, mu = _node(state, bath.temperature), _node(state, bath.chemical_potential)
        product = program.mul(T1, T)
        terms.append(program.div(program.mul(energy_current(state, bath.name, energy).expression, T - T1), product))
        if not (mu.is_zero and mu1.is_zero):
            # mu/T - mu_1/T_1, with the differences taken first
            force = program.add(program.mul(mu - mu1, T1), -program.mul(mu1, T - T1))
            terms.append(program.div(program.mul(particle_current(state, bath.name).expression, force), product))
    return program.add(*terms)


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
    if energy == "total" and generator.basis == "energy":
        operator = generator.hamiltonian
    else:
        operator = generator.to_basis(generator.model.total if energy == "total" else generator.model.H)
    return functional(generator, part, "energy", operator)


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
