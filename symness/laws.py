"""The laws of thermodynamics for a generator: the first proved, the second tested where no theorem holds.

First law: sum over baths and jumps of Tr[E D_j rho] = -<i[H + V, E]> in the steady state, as an identity of rows.  For
E = H + V the right side is zero; for E = H it is the power that the interaction takes from the bare energy, so that
bare currents do not add up to zero in general.

Second law: a ``secular`` (Davies) generator has the Gibbs state of H + V as the fixed point of each bath's part, so the
entropy production is not negative (Spohn, J. Math. Phys. 19, 1227 (1978)).  ``local`` and ``redfield`` generators have
no such property.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from symness.balances import Balances, Combination
from symness.display import Displayed
from symness.errors import ModelError, ObservableError
from symness.generators import Generator
from symness.liouville import expectation_row, functional, values_at_random_point
from symness.outputs import evaluator
from symness.progress import watched
from symness.quantity import Quantity
from symness.sampling import Range, Sampler, roles
from symness.state import SteadyState
from symness.thermodynamics import entropy_production, expectation, heat_current

__all__ = ["FirstLaw", "SecondLaw", "first_law", "interaction_power", "second_law"]

_POINTS = (3, 5)
#: a negative entropy production counts beyond this share of its terms
_NEGATIVE = 1e-10


def interaction_power(state: SteadyState) -> Quantity:
    """Power that the interaction feeds into the bare energy, <i[V, H]>; zero where V commutes with H.

    In the steady state the bare energy currents of all baths and jumps add up to minus this.
    """
    model = state.generator.model
    H, V = sp.Matrix(model.H), sp.Matrix(model.interaction)
    operator = (sp.I * (V * H - H * V)).applyfunc(sp.expand)
    power = expectation(state, operator)
    return replace(
        power, latex=r"P_{V}", meaning="power that the interaction feeds into the bare energy", unit="energy^2"
    )


@dataclass(frozen=True, repr=False)
class FirstLaw(Displayed):
    """``holds`` is exact (random points of a prime field); ``text`` says what adds up to what."""

    holds: bool
    text: str

    def __str__(self) -> str:
        return f"{self.text}: {'proved' if self.holds else 'refuted'}"


def first_law(source: SteadyState | Generator, energy: str = "total") -> FirstLaw:
    """Prove the sum rule of the energy currents of a generator.

    Parameters
    ----------
    energy : {"total", "bare"}
        ``"total"``: the currents of H + V add up to zero.  ``"bare"``: those of H add up to -<i[V, H]>.

    Returns
    -------
    FirstLaw
        ``holds`` (exact, decided at random points of a prime field) and the law as ``text``.

    Raises
    ------
    ModelError, ObservableError
        For a source that is neither state nor generator; for another kind of energy.
    """
    generator = source.generator if isinstance(source, SteadyState) else source
    if not isinstance(generator, Generator):
        raise ModelError(f"first_law: {source!r} is neither a steady state nor a generator; pass one of them")
    if energy not in ("total", "bare"):
        raise ObservableError(f"first_law: energy={energy!r}: pass 'total' (H + V) or 'bare' (H)")
    model, balances = generator.model, Balances.of(generator)
    H, V = sp.Matrix(model.H), sp.Matrix(model.interaction)
    if energy == "total":
        operator = generator.hamiltonian
        text = "the energy currents (H + V) of all baths and jumps add up to zero"
        drive: Combination = {}
    else:
        operator = generator.to_basis(model.H)
        turned = (sp.I * (V * H - H * V)).applyfunc(sp.expand)
        drive = _row(balances, generator.to_basis(sp.ImmutableMatrix(turned)))
        text = "the bare energy currents (H) of all baths and jumps add up to -<i[V, H]>"
        if not drive:
            text = "the bare energy currents (H) of all baths and jumps add up to zero, as <i[V, H]> does in this state"
    flows = [_flow(balances, part.name, operator) for part in generator.parts]
    change = balances.applied({}, _row(balances, operator))
    holds = True
    for seed in _POINTS:
        point, _ = values_at_random_point(generator, balances.matrix, seed)
        parts = [balances.values(point, row, balances.sector) for row in (*flows, drive)]
        whole = balances.values(point, change, balances.sector)
        holds = holds and all(sum(column, point.number(0)) == own for own, *column in zip(whole, *parts, strict=True))
    return FirstLaw(holds, text)


def _row(balances: Balances, operator: Any) -> Combination:
    """Tr(operator rho) on the sector."""
    row = expectation_row(balances.generator.ring, operator)
    return balances.combination({c: {"": value} for c, value in row.items()})


def _flow(balances: Balances, part: str, operator: Any) -> Combination:
    return balances.combination(functional(balances.generator, part, "energy", operator))


@dataclass(frozen=True, repr=False)
class SecondLaw(Displayed):
    """What was found about the sign of the entropy production.

    Attributes
    ----------
    holds : bool
        No negative value was found.
    theorem : bool
        Spohn's inequality applies, whatever the points say.
    points, negative : int
        How many points had a value, and how many a negative one.
    worst : float
        Smallest entropy production over the sum of the magnitudes of its terms (-1 to 1).
    place : mapping
        Where.
    """

    holds: bool
    theorem: bool
    points: int
    negative: int
    worst: float
    place: Mapping[str, float] = field(repr=False)

    def __str__(self) -> str:
        where = ", ".join(f"{name}={value:.6g}" for name, value in self.place.items())
        count = f"negative at {self.negative} of {self.points} points" if self.negative else f"{self.points} points"
        because = "Spohn's inequality applies; " if self.theorem else ""
        return f"{because}{count}; smallest share {self.worst:.3g} at {where}"


@watched("second law")
def second_law(
    state: SteadyState,
    energy: str | None = None,
    points: int = 500,
    seed: int = 0,
    ranges: Mapping[str, Range] | None = None,
) -> SecondLaw:
    """Look for a negative entropy production at points that cycle through wide and special regimes.

    Parameters
    ----------
    energy : {"total", "bare"}, optional
        As in :func:`symness.entropy_production`.
    points, seed : int
        The same seed gives the same points.
    ranges : mapping, optional
        Name -> (low, high), or a function of the point so far returning it.

    Returns
    -------
    SecondLaw
        ``holds``, the number of ``points`` and of ``negative`` ones, and the ``worst`` with its ``place``.

    Raises
    ------
    ModelError
        When no point meets the conditions of the state.
    """
    model = state.generator.model
    heats = {f"Q_{k}": heat_current(state, b.name, energy) for k, b in enumerate(model.baths)}
    run = evaluator(state, {"sigma": entropy_production(state, energy), **heats})
    names = [s.name for s in model.symbols]
    signed = frozenset(s.name for s in model.symbols if not s.is_nonnegative)
    sampler = Sampler(names, roles(model), signed, ranges or {}, points, seed)
    places = [sampler.point(k, 0) for k in range(points)]
    columns: dict[str, Any] = {name: np.array([place[name] for place in places]) for name in names}
    found = run(**columns)
    terms = np.zeros(points)
    for k, bath in enumerate(model.baths):
        temperature = sp.lambdify(model.symbols, bath.temperature, "numpy")(*(columns[n] for n in names))
        terms = terms + np.abs(np.broadcast_to(found[f"Q_{k}"], points) / temperature)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(terms > 0, np.broadcast_to(found["sigma"], points) / terms, np.nan)
    valid = np.isfinite(share)
    if not valid.any():
        raise ModelError("second_law: no point has a value; pass ranges= that meet the conditions of the state")
    worst = int(np.nanargmin(np.where(valid, share, np.inf)))
    negative = int((share[valid] < -_NEGATIVE).sum())
    theorem = state.generator.kind == "secular" and not model.jumps and energy in (None, "total")
    return SecondLaw(negative == 0, theorem, int(valid.sum()), negative, float(share[worst]), places[worst])
