"""The models of the five papers and four that are in none, each with its generators, a generic point, and what it has.

Shared by ``test_every_model``, ``test_every_model_slow`` and ``test_counting``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import foreign
import routes
from mpmath import mp

import symness as sn
from symness.derivations import camalet2011, khandelwal2020, man2019, wang2019, zhang2021


@dataclass(frozen=True)
class Case:
    """A generator, a point where its conditions hold, and the name of its second route (:class:`routes.Route`)."""

    kind: str
    make: Callable[[], Any] = field(repr=False)
    values: dict[str, float] = field(repr=False)
    #: number of qubits, 0 for what is no product of qubits
    qubits: int = 2
    #: whether the state is an X state with one coherence
    is_x: bool = True

    @property
    def state(self) -> Any:
        return state_of(self)

    @property
    def model(self) -> Any:
        return self.state.generator.model

    def __hash__(self) -> int:
        return id(self)

    def route(self, **values: Any) -> routes.Route:
        return routes.Route(self.model, self.kind, {**self.values, **values})


@cache
def state_of(case: Case) -> Any:
    return sn.steady_state(case.make())


@cache
def route_of(case: Case, digits: int = 30) -> routes.Route:
    """The route at the point of the case, solved with that many digits."""
    with mp.workdps(digits):
        route = case.route()
        assert route.vec is not None
    return route


WANG = {"omega_1": 1.3, "omega_2": 1.05, "lam": 0.4, "J_1": 0.11, "J_2": 0.07, "T_1": 0.6, "T_2": 1.7}
BOSE, FERMI = WANG | {"mu_1": -0.2, "mu_2": -0.5}, WANG | {"mu_1": 1.4, "mu_2": 0.3}
MAN = {"eps_A": 1.4, "eps_B": 1.0, "Omega": 0.3, "Gamma_A": 0.05, "Gamma_B": 0.08, "Gamma_CA": 0.03, "Gamma_CB": 0.06,
       "T_A": 0.5, "T_B": 1.9, "T_C": 0.8}  # fmt: skip
ENGINE = {"eps_h": 1.0, "eps_c": 1.2, "g": 0.15, "gamma_h": 0.08, "gamma_c": 0.12, "T_h": 1.6, "T_c": 0.3}
ZHANG = {"eps_1": 1.3, "eps_2": 0.7, "kappa": 0.8, "gamma_1": 0.1, "gamma_2": 0.23, "T_1": 0.4, "T_2": 0.9}
DRIVEN = {"omega": 1.1, "F": 0.35, "gamma": 0.2, "T": 0.7, "kappa": 0.05}
BETWEEN = {"omega": 1.1, "F": 0.35, "alpha_x": 0.1, "alpha_z": 0.15, "T_x": 0.6, "T_z": 1.8}
MASER = {"delta": 0.3, "E": 1.2, "F": 0.25, "gamma_h": 0.1, "gamma_c": 0.2, "T_h": 2.5, "T_c": 0.4}
THREE = {"e_1": 0.7, "e_2": 1.9, "gamma_h": 0.1, "gamma_c": 0.2, "gamma_w": 0.15, "T_h": 2.5, "T_c": 0.4, "T_w": 1.1}
FRIDGE = {"e_1": 1.0, "e_2": 0.6, "g": 0.12, "gamma_1": 0.2, "gamma_2": 0.1, "gamma_3": 0.3, "T_1": 0.9, "T_2": 3.0,
          "T_3": 1.2}  # fmt: skip
DOTS = {"eps_1": 1.0, "eps_2": 1.4, "t": 0.3, "gamma_1": 0.2, "gamma_2": 0.1, "T_1": 0.3, "T_2": 0.5, "mu_1": 1.5,
        "mu_2": 0.2}  # fmt: skip

CASES = {
    "wang2019 bosons": Case("redfield", lambda: sn.redfield(wang2019.model("bose")), BOSE),
    "wang2019 fermions": Case("redfield", lambda: sn.redfield(wang2019.model("fermi")), FERMI),
    "man2019": Case("secular", lambda: man2019.state().generator, MAN),
    "man2019 dephasing": Case("secular", lambda: man2019.state(dephasing=True).generator, MAN | {"gamma": 0.04}),
    "camalet2011": Case(
        "secular",
        lambda: camalet2011.state().generator,
        {"Delta": 1.1, "J_1": 0.3, "J_2": 0.2, "T_1": 0.6, "T_2": 2.0, "xi": 0.1, "K_1": 0.2, "K_2": -0.15},
    ),
    "khandelwal2020 local": Case("local", lambda: khandelwal2020.local().generator, ENGINE),
    "khandelwal2020 tunnelling": Case(
        "local", lambda: khandelwal2020.tunnelling().generator, ENGINE | {"kappa_h": 0.2, "kappa_c": -0.3}, is_x=False
    ),
    "khandelwal2020 global": Case(
        "secular",
        lambda: khandelwal2020.strong().generator,
        {"eps": 1.0, "g": 0.4, "gamma_h": 0.08, "gamma_c": 0.12, "T_h": 1.6, "T_c": 0.3},
    ),
    "zhang2021 fermions": Case("redfield", lambda: zhang2021.generator("fermion"), ZHANG | {"mu_1": 0.8, "mu_2": -0.3}),
    "zhang2021 weak": Case("redfield", lambda: zhang2021.generator("boson_weak"), ZHANG),
    "zhang2021 strong": Case(
        "co_rotating", lambda: zhang2021.generator("boson_strong"), ZHANG | {"eps_1": 0.6, "eps_2": 1.4, "kappa": 3.1}
    ),
    "driven qubit local": Case("local", lambda: sn.local(foreign.driven()), DRIVEN, 1),
    "driven qubit redfield": Case("redfield", lambda: sn.redfield(foreign.driven_between()), BETWEEN, 1),
    "driven qubit secular": Case("secular", lambda: sn.secular(foreign.driven_between()), BETWEEN, 1),
    "maser local": Case("local", lambda: sn.local(foreign.maser()), MASER, 0),
    "maser of three baths": Case("secular", lambda: sn.secular(foreign.maser_of_three_baths()), THREE, 0),
    "refrigerator local": Case("local", lambda: sn.local(foreign.refrigerator()), FRIDGE, 3),
    "refrigerator secular": Case("secular", lambda: sn.secular(foreign.refrigerator()), FRIDGE, 3),
    "double dot local": Case("local", lambda: sn.local(foreign.dots()), DOTS),
    "double dot redfield": Case("redfield", lambda: sn.redfield(foreign.dots()), DOTS),
    "double dot secular": Case("secular", lambda: sn.secular(foreign.dots()), DOTS),
    "double dot charging": Case("local", lambda: sn.local(foreign.dots(True)), DOTS | {"U": 0.8}),
    "double dot charging redfield": Case("redfield", lambda: sn.redfield(foreign.dots(True)), DOTS | {"U": 0.8}),
}  # fmt: skip


def exchanging(case: Case) -> list[str]:
    """Baths that hand over quanta."""
    return [b.name for b in case.model.baths if b.is_exchange]


def thermodynamics(case: Case) -> dict[str, Any]:
    """Currents of every bath and jump, entropy production, power of the interaction."""
    state, found = case.state, {}
    for energy in ("total", "bare"):
        for part in state.generator.parts:
            found[f"I_{energy}_{part.name}"] = sn.energy_current(state, part.name, energy)
        for bath in case.model.baths:
            if bath.is_exchange or bath.chemical_potential == 0:
                found[f"Q_{energy}_{bath.name}"] = sn.heat_current(state, bath.name, energy)
        found[f"entropy_{energy}"] = sn.entropy_production(state, energy)
    for name in exchanging(case):
        found[f"n_{name}"] = sn.particle_current(state, name)
    found["power"] = sn.interaction_power(state)
    return found


def measures(case: Case) -> dict[str, Any]:
    """Entanglement, nonlocality, purity and coherence, where they exist."""
    state = case.state
    found = {
        "purity": sn.purity(state),
        "entropy_of_state": sn.von_neumann_entropy(state),
        "l1": sn.coherence_l1(state),
        "relative": sn.coherence_relative_entropy(state),
        "l1_product": sn.coherence_l1(state, "product"),
        "positive": sn.positive(state),
    }
    if case.qubits == 2:
        for function in (sn.concurrence, sn.negativity, sn.horodecki, sn.chsh):
            found[function.__name__] = function(state)
    if case.qubits == 3:
        found |= {f"negativity_{k}": sn.negativity(state, [k]) for k in range(3)}
    return found


def fluctuations(case: Case) -> dict[str, Any]:
    """Noise, Fano factor and uncertainty product of the quanta of the first bath that hands some over."""
    found: dict[str, Any] = {}
    for name in exchanging(case)[:1]:
        state = case.state
        found |= {"noise": sn.noise(state, name), "fano": sn.fano(state, name)}
        found["uncertainty"] = sn.uncertainty_product(state, name)
    return found
