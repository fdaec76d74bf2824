"""What one emission, absorption or jump event hands over to the system: quanta, energy, or heat."""

from __future__ import annotations

from symness.errors import ObservableError
from symness.exact import Polynomial
from symness.generators import Part, Term
from symness.liouville import energy_operator
from symness.rational import polynomial_weight
from symness.sparse import Sparse
from symness.state import SteadyState

__all__ = ["amounts_of"]


def amounts_of(state: SteadyState, part: Part, kind: str, energy: str) -> list[tuple[Term, Polynomial]]:
    """(term, amount handed to the system per event)."""
    generator = state.generator
    ring = generator.ring
    if kind == "particle":
        return [(term, ring.constant(term.quanta)) for term in part.terms]
    operator = energy_operator(generator, energy)
    potential = ring.zero
    if kind == "heat":
        mu = next((b.chemical_potential for b in generator.model.baths if b.name == part.name), 0)
        found = polynomial_weight(generator, mu)
        if found is None:
            raise ObservableError(
                f"noise: the chemical potential {mu} of bath {part.name!r} is no polynomial of the parameters; make it "
                "a parameter of its own"
            )
        potential = found
    listed = []
    for term in part.terms:
        amounts = [_gained(state, operator, matrix) for matrix in (term.left, term.right)]
        if amounts[0] is None or amounts[1] is None or len(ring.reduce(amounts[0] - amounts[1])):
            raise ObservableError(
                f"noise: the {energy} energy that bath {part.name!r} hands over has no definite amount per event "
                f"(the generator {generator.kind} keeps pairs of different energies); use secular, or local with "
                "energy='bare', or count quanta with kind='particle'"
            )
        listed.append((term, ring.reduce(amounts[0] - term.quanta * potential)))
    return listed


def _gained(state: SteadyState, energy: Sparse, matrix: Sparse) -> Polynomial | None:
    """e with [E, A] = e A; None where A changes the energy by different amounts."""
    ring = state.generator.ring
    if all(i == j for i, j in energy):
        found = None
        for i, j in matrix:
            gained = ring.reduce(energy.get((i, i), ring.zero) - energy.get((j, j), ring.zero))
            if found is not None and found != gained:
                return None
            found = gained
        return found
    change: Sparse = {}
    for (i, k), value in energy.items():
        for (a, b), other in matrix.items():
            if k == a:
                change[i, b] = change.get((i, b), ring.zero) + value * other
            if b == i:
                change[a, k] = change.get((a, k), ring.zero) - other * value
    place = next(iter(matrix))
    gained = ring.divide(ring.reduce(change.get(place, ring.zero)), matrix[place])
    if gained is None:
        return None
    wrong = [
        p
        for p in {**change, **matrix}
        if len(ring.reduce(change.get(p, ring.zero) - gained * matrix.get(p, ring.zero)))
    ]
    return None if wrong else gained
