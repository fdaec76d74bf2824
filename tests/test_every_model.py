"""Every observable on the papers' models and on four that are in none, each by a second route.

Routes: superoperators in mpmath (:mod:`routes`), QuTiP with operators of its own, covariance matrices of free fermions,
textbook formulas.  The lighter models are here, the others behind the marker ``slow``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import catalogue
import foreign
import numpy as np
import pytest
import qutip
import sympy as sp
import systems
from catalogue import CASES, DOTS, DRIVEN, FRIDGE, THREE, Case, exchanging, route_of
from mpmath import mp
from test_identities import value as right_side

import symness as sn
from symness.errors import LimitError, ObservableError
from symness.evaluator import Evaluator

LIGHT = ("khandelwal2020 local", "camalet2011", "driven qubit local", "driven qubit redfield", "maser local",
         "maser of three baths", "refrigerator local", "double dot local")  # fmt: skip
#: light enough for what needs one solution, not for what needs several
SEVERAL = ("camalet2011", "refrigerator local")
DIGITS = 30


def models(wanted: Callable[[Case], bool] | Iterable[str] = lambda case: True, heavy: Iterable[str] = ()) -> Any:
    """Models by name, those that take long behind the marker."""
    names = [n for n, case in CASES.items() if (wanted(case) if callable(wanted) else n in wanted)]
    quick = [n for n in LIGHT if n not in heavy]
    return pytest.mark.parametrize(
        "name", [pytest.param(n, marks=[] if n in quick else [pytest.mark.slow]) for n in names]
    )


@cache
def identities_of(name: str) -> Any:
    return sn.identities(CASES[name].state.generator)


def numbers(state: Any, outputs: dict[str, Any], values: dict[str, float]) -> dict[str, Any]:
    return {key: found.item() for key, found in sn.evaluator(state, outputs)(**values).items()}


def close(found: Any, expected: Any, rel: float = 1e-13, scale: float = 1e-6) -> bool:
    """Relative agreement; ``scale`` is what an expected zero is compared with."""
    return bool(abs(complex(found) - complex(expected)) <= rel * max(abs(complex(expected)), scale))


# -- currents, laws ----------------------------------------------------------------------------------------------------


def thermodynamics_by(route: Any, case: Case) -> dict[str, Any]:
    """What ``catalogue.thermodynamics`` lists, as traces over the parts of the superoperator."""
    found: dict[str, Any] = {}
    for energy in ("total", "bare"):
        for part in (*case.model.baths, *case.model.jumps):
            found[f"I_{energy}_{part.name}"] = route.energy_current(part.name, energy)
        for bath in case.model.baths:
            found[f"Q_{energy}_{bath.name}"] = route.heat_current(bath.name, energy)
        found[f"entropy_{energy}"] = route.entropy_production(energy)
    for name in exchanging(case):
        found[f"n_{name}"] = route.particle_current(name)
    found["power"] = route.trace(1j * (route.V * route.bare - route.bare * route.V), route.vec)
    return found


@models()
def test_state_and_thermodynamics(name: str) -> None:
    """Elements, currents of every bath and jump, entropy production and power of the interaction."""
    case = CASES[name]
    route = route_of(case, DIGITS)
    assert np.abs(systems.density(case.state, case.values) - route.array()).max() < 1e-15
    with mp.workdps(DIGITS):
        expected = thermodynamics_by(route, case)
    outputs = catalogue.thermodynamics(case)
    found = numbers(case.state, outputs, case.values)
    assert found.keys() == expected.keys()
    for key, value in found.items():
        assert close(value, expected[key]), (key, value, expected[key])
    balance = sum(found[f"I_bare_{p.name}"] for p in case.state.generator.parts) + found["power"]
    assert abs(balance) < 1e-15


def test_the_comparison_sees_a_changed_rate() -> None:
    case = CASES["khandelwal2020 local"]
    found = numbers(case.state, catalogue.thermodynamics(case), case.values)
    with mp.workdps(DIGITS):
        expected = thermodynamics_by(case.route(gamma_h=case.values["gamma_h"] * (1 + 1e-11)), case)
    assert not any(close(found[key], expected[key]) for key in ("I_bare_h", "entropy_total", "n_c", "power"))


@models()
def test_laws(name: str) -> None:
    """The first law is proved; the second holds by theorem, or its worst point is one by the other route as well."""
    case = CASES[name]
    for energy in ("total", "bare"):
        assert sn.first_law(case.state.generator, energy).holds
    law = sn.second_law(case.state, points=60)
    assert law.points >= 10
    assert law.theorem == (case.kind == "secular" and not case.model.jumps)
    if law.theorem:
        assert law.holds
    if not law.holds:
        with mp.workdps(DIGITS):
            assert case.route(**law.place).entropy_production("bare" if case.kind == "local" else "total") < 0


def test_no_bare_entropy_at_equilibrium_where_h_commutes_with_v() -> None:
    """Resonance: the bare currents add up to zero, and what rounding leaves of them is not counted as entropy."""
    state = CASES["refrigerator local"].state
    values = FRIDGE | {"e_1": 0.404, "e_2": 6.306, "T_1": 0.317, "T_2": 0.317, "T_3": 0.317}
    assert numbers(state, {"sigma": sn.entropy_production(state)}, values)["sigma"] == 0
    assert sn.second_law(state, points=60).holds


def equilibrium(case: Case) -> dict[str, float]:
    """The point of the case with all baths like the first."""
    values, first = dict(case.values), case.model.baths[0]
    for bath in case.model.baths[1:]:
        values[str(bath.temperature)] = values[str(first.temperature)]
        if bath.chemical_potential != 0:
            values[str(bath.chemical_potential)] = values[str(first.chemical_potential)]
    return values


@models(heavy=SEVERAL)
def test_conductance(name: str) -> None:
    """dI/dT at equilibrium against a difference quotient of the other route, in 40 digits."""
    case, values = CASES[name], equilibrium(CASES[name])
    bath = case.model.baths[0]
    formula = sn.conductance(sn.energy_current(case.state, bath.name, "total"), bath.temperature)
    inputs = {i.name for i in formula.inputs}
    found = Evaluator(formula)(**{k: v for k, v in values.items() if k in inputs})["conductance"]
    with mp.workdps(40):
        step, T = mp.mpf("1e-13"), mp.mpf(values[str(bath.temperature)])
        low, high = (
            case.route(**{**values, str(bath.temperature): T + sign * step}).energy_current(bath.name, "total")
            for sign in (-1, 1)
        )
        assert close(found, (high - low) / (2 * step), 1e-12)


@models([name for name in CASES if name != "driven qubit local"], heavy=SEVERAL)
def test_rectification(name: str) -> None:
    """Forward and backward current of two baths by the other route."""
    case = CASES[name]
    first, second = case.model.baths[:2]
    swapped = {first.temperature: second.temperature}
    if first.chemical_potential != 0:
        swapped[first.chemical_potential] = second.chemical_potential
    found = Evaluator(sn.rectification(sn.energy_current(case.state, first.name, "total"), swapped))(**case.values)
    back = {str(a): case.values[str(b)] for x, y in swapped.items() for a, b in ((x, y), (y, x))}
    with mp.workdps(DIGITS):
        one = route_of(case, DIGITS).energy_current(first.name, "total")
        two = case.route(**back).energy_current(first.name, "total")
        assert close(found["forward"], one)
        assert close(found["backward"], two)
        assert close(found["rectification"], abs(one + two) / (abs(one) + abs(two)), 1e-12, 1e-2)
    if len(case.model.baths) > 2:
        with pytest.raises(ObservableError, match=r"has not two baths.*exchange="):
            sn.rectification(sn.energy_current(case.state, first.name))


# -- QuTiP, free fermions, textbooks -----------------------------------------------------------------------------------


def thermal(gamma: float, n: float, lowering: Any, sign: int = 1) -> list[Any]:
    """QuTiP jump operators of one bath: emission gamma (1 +- n), absorption gamma n."""
    return [np.sqrt(gamma * (1 + sign * n)) * lowering, np.sqrt(gamma * n) * lowering.dag()]


def driven_by_qutip(v: dict[str, float]) -> tuple[Any, dict[str, list[Any]], Any]:
    n = qutip.sigmap() * qutip.sigmam()
    bath = thermal(v["gamma"], systems.bose(v["omega"], v["T"]), qutip.sigmam())
    return v["omega"] * n + v["F"] * qutip.sigmax(), {"B": bath, "dephasing": [np.sqrt(v["kappa"]) * qutip.sigmaz()]}, n


def maser_by_qutip(v: dict[str, float]) -> tuple[Any, dict[str, list[Any]], Any]:
    zero, one, two = (qutip.basis(3, k) for k in range(3))
    hot, cold = zero * two.dag(), one * two.dag()
    H = v["delta"] * one * one.dag() + (v["E"] + v["delta"]) * two * two.dag()
    H = H + v["F"] * (zero * one.dag() + one * zero.dag())
    baths = {
        "h": thermal(v["gamma_h"], systems.bose(v["E"] + v["delta"], v["T_h"]), hot),
        "c": thermal(v["gamma_c"], systems.bose(v["E"], v["T_c"]), cold),
    }
    return H, baths, two * two.dag()


def refrigerator_by_qutip(v: dict[str, float]) -> tuple[Any, dict[str, list[Any]], Any]:
    def site(k: int) -> Any:
        return qutip.tensor([qutip.sigmam() if k == j else qutip.qeye(2) for j in range(3)])

    lowering, energies = [site(k) for k in range(3)], (v["e_1"], v["e_2"], v["e_1"] + v["e_2"])
    swap = lowering[0].dag() * lowering[1].dag() * lowering[2]
    H = v["g"] * (swap + swap.dag())
    for e, s in zip(energies, lowering, strict=True):
        H = H + e * s.dag() * s
    baths = {
        str(k): thermal(v[f"gamma_{k}"], systems.bose(e, v[f"T_{k}"]), s)
        for k, (e, s) in enumerate(zip(energies, lowering, strict=True), 1)
    }
    return H, baths, lowering[0].dag() * lowering[0]


def dots_by_qutip(v: dict[str, float]) -> tuple[Any, dict[str, list[Any]], Any]:
    a, b = qutip.fdestroy(2, 0), qutip.fdestroy(2, 1)
    H = v["eps_1"] * a.dag() * a + v["eps_2"] * b.dag() * b + v["t"] * (a.dag() * b + b.dag() * a)
    H = H + v.get("U", 0.0) * a.dag() * a * b.dag() * b
    baths = {
        lead: thermal(v[f"gamma_{k}"], systems.fermi(v[f"eps_{k}"], v[f"T_{k}"], v[f"mu_{k}"]), d, -1)
        for k, (lead, d) in enumerate((("L", a), ("R", b)), 1)
    }
    return H, baths, a.dag() * a


QUTIP = {
    "driven qubit local": driven_by_qutip,
    "maser local": maser_by_qutip,
    "refrigerator local": refrigerator_by_qutip,
    "double dot local": dots_by_qutip,
    "double dot charging": dots_by_qutip,
}


@pytest.mark.parametrize("name", sorted(QUTIP))
def test_energy_currents_and_purity_by_qutip(name: str) -> None:
    """Operators, steady state and traces of QuTiP, written without the model."""
    case = CASES[name]
    H, parts, _ = QUTIP[name](case.values)
    rho = qutip.steadystate(H, [c for listed in parts.values() for c in listed])
    outputs = {f"I_{part}": sn.energy_current(case.state, part, "total") for part in parts}
    found = numbers(case.state, outputs | {"purity": sn.purity(case.state)}, case.values)
    for part, listed in parts.items():
        change = sum(c * rho * c.dag() - (c.dag() * c * rho + rho * c.dag() * c) / 2 for c in listed)
        assert found[f"I_{part}"] == pytest.approx((H * change).tr().real, rel=1e-10, abs=1e-14), part
    assert found["purity"] == pytest.approx((rho * rho).tr().real, rel=1e-12)


def covariance(h: np.ndarray, gammas: dict[int, float], occupied: dict[int, np.ndarray]) -> np.ndarray:
    """C_ij = <c_j^+ c_i> of free fermions: -i[h, C] - {G, C}/2 + {P_k, f_k}/2 gamma_k summed over the leads k = 0."""
    size, one = len(h), np.eye(len(h))
    G = np.diag([gammas.get(k, 0.0) for k in range(size)])
    source = sum(_gain(k, gammas, occupied) for k in gammas)
    left = -1j * h - G / 2
    total = np.kron(one, left) + np.kron(left.conj(), one)
    return np.linalg.solve(total, -source.reshape(-1, order="F")).reshape(size, size, order="F")


def _gain(k: int, gammas: dict[int, float], occupied: dict[int, np.ndarray]) -> np.ndarray:
    """{P_k, f_k} gamma_k/2, P_k the projector on the site of lead k."""
    P = np.zeros_like(occupied[k])
    P[k, k] = 1
    return gammas[k] / 2 * (P @ occupied[k] + occupied[k] @ P)


def lead_currents(h: np.ndarray, C: np.ndarray, k: int, gammas: Any, occupied: Any) -> tuple[float, float]:
    """Particles and total energy that lead k hands over."""
    P = np.zeros_like(h)
    P[k, k] = 1
    change = _gain(k, gammas, occupied) - gammas[k] / 2 * (P @ C + C @ P)
    return float(np.trace(change).real), float(np.trace(h @ change).real)


@pytest.mark.parametrize("make", ["local", "redfield"])
def test_double_dot_by_its_covariance_matrix(make: str) -> None:
    """Lyapunov equation of free fermions; f at the bare energy (local) or f(h) (redfield)."""
    state = sn.steady_state(getattr(sn, make)(foreign.dots()))
    leads = "LR"
    outputs = {f"n_{x}": sn.particle_current(state, x) for x in leads}
    outputs |= {f"I_{x}": sn.energy_current(state, x, "total") for x in leads}
    run = sn.evaluator(state, outputs)
    rng = np.random.default_rng(5)
    for _ in range(5):
        v = {k: float(rng.uniform(0.2, 1.5)) for k in DOTS}
        h = np.array([[v["eps_1"], v["t"]], [v["t"], v["eps_2"]]])
        gammas = {0: v["gamma_1"], 1: v["gamma_2"]}
        energies, V = np.linalg.eigh(h)
        occupied = {}
        for k in (0, 1):
            if make == "local":
                occupied[k] = np.eye(2) * systems.fermi(h[k, k], v[f"T_{k + 1}"], v[f"mu_{k + 1}"])
            else:
                own = [systems.fermi(e, v[f"T_{k + 1}"], v[f"mu_{k + 1}"]) for e in energies]
                occupied[k] = V @ np.diag(own) @ V.T
        C = covariance(h, gammas, occupied)
        found = run(**v)
        for k, x in enumerate(leads):
            n, energy = lead_currents(h, C, k, gammas, occupied)
            assert float(found[f"n_{x}"]) == pytest.approx(n, rel=1e-11, abs=1e-15)
            assert float(found[f"I_{x}"]) == pytest.approx(energy, rel=1e-11, abs=1e-15)


@pytest.mark.slow
def test_chain_of_three_dots_by_its_covariance_matrix() -> None:
    """Leads at the ends, local generator: strings of Jordan and Wigner, and a program instead of a closed form."""
    state = sn.steady_state(sn.local(foreign.chain_of_dots()))
    outputs = {f"n_{x}": sn.particle_current(state, x) for x in "LR"}
    outputs |= {f"I_{x}": sn.energy_current(state, x, "total") for x in "LR"}
    v = {"eps": 1.0, "t": 0.3, "gamma_L": 0.2, "gamma_R": 0.1, "T_L": 0.3, "T_R": 0.5, "mu_L": 1.5, "mu_R": 0.2}
    h = np.diag([v["eps"]] * 3) + v["t"] * (np.eye(3, k=1) + np.eye(3, k=-1))
    gammas = {0: v["gamma_L"], 2: v["gamma_R"]}
    occupied = {k: np.eye(3) * systems.fermi(v["eps"], v[f"T_{x}"], v[f"mu_{x}"]) for k, x in ((0, "L"), (2, "R"))}
    C = covariance(h, gammas, occupied)
    found = numbers(state, outputs, v)
    for k, x in ((0, "L"), (2, "R")):
        n, energy = lead_currents(h, C, k, gammas, occupied)
        assert found[f"n_{x}"] == pytest.approx(n, rel=1e-11)
        assert found[f"I_{x}"] == pytest.approx(energy, rel=1e-11)


def test_bloch_equations_of_the_driven_qubit() -> None:
    """w = w_eq (G2**2 + omega**2)/(G2**2 + omega**2 + 4 F**2 G2/G1), G1 = gamma (1 + 2 N), G2 = G1/2 + 2 kappa."""
    state = CASES["driven qubit local"].state
    rng = np.random.default_rng(3)
    v = {k: rng.uniform(0.1, 2, 20) for k in DRIVEN}
    found = sn.evaluator(state, {"I": sn.energy_current(state, "B"), "P": sn.interaction_power(state)})(**v)
    N = 1 / np.expm1(v["omega"] / v["T"])
    G1 = v["gamma"] * (1 + 2 * N)
    G2 = G1 / 2 + 2 * v["kappa"]
    below = G2**2 + v["omega"] ** 2 + 4 * v["F"] ** 2 * G2 / G1
    absorbed = -v["omega"] * G1 / 2 * 4 * v["F"] ** 2 * G2 / G1 / below / (1 + 2 * N)
    np.testing.assert_allclose(found["I"], absorbed, rtol=1e-12)
    np.testing.assert_allclose(found["P"], -absorbed, rtol=1e-12)


def test_cycle_of_the_maser_of_three_baths() -> None:
    """Flux of a single cycle: (product of the rates one way - the other way)/(sum over spanning trees)."""
    state = CASES["maser of three baths"].state
    rng = np.random.default_rng(4)
    outputs = {x: sn.energy_current(state, x) for x in "hcw"}
    for _ in range(10):
        v = {k: float(rng.uniform(0.2, 1)) for k in THREE}
        v["e_2"] += 1.0
        links = {(0, 2): ("h", v["e_2"]), (1, 2): ("c", v["e_2"] - v["e_1"]), (0, 1): ("w", v["e_1"])}
        rate = {}
        for (low, high), (bath, energy) in links.items():
            n = systems.bose(energy, v[f"T_{bath}"])
            rate[high, low], rate[low, high] = v[f"gamma_{bath}"] * n, v[f"gamma_{bath}"] * (1 + n)
        # rate[i, j]: from j to i; the trees that lead to k
        trees = sum(
            rate[k, i] * rate[k, j] + rate[k, i] * rate[i, j] + rate[k, j] * rate[j, i]
            for k, i, j in ((0, 1, 2), (1, 0, 2), (2, 0, 1))
        )
        flux = (rate[2, 0] * rate[1, 2] * rate[0, 1] - rate[0, 2] * rate[2, 1] * rate[1, 0]) / trees
        found = sn.evaluator(state, outputs)(**v)
        expected = {"h": v["e_2"] * flux, "c": -(v["e_2"] - v["e_1"]) * flux, "w": -v["e_1"] * flux}
        for bath, value in expected.items():
            assert float(found[bath]) == pytest.approx(value, rel=1e-12)


# -- identities --------------------------------------------------------------------------------------------------------


def by_name(route: Any, text: str) -> Any:
    """The current that an identity names."""
    words = text.split()
    part = words[words.index("into") - 1]
    return route.particle_current(part) if words[0] == "particle" else route.energy_current(part, words[0])


@models()
def test_identities(name: str) -> None:
    """Each holds for the state and the currents of the other route; their number is the rank of its generator."""
    case = CASES[name]
    generator, route = case.state.generator, route_of(case, DIGITS)
    found = identities_of(name)
    assert found.dimension == route.coherence_relations()
    assert len(found) + len(found.unfound) >= len(generator.parts)
    known, rho = systems.known_values(generator, case.values), route.array()
    for identity in found:
        with mp.workdps(DIGITS):
            left = by_name(route, identity.current)
        right = right_side(identity, rho, known)
        assert close(right, left, 1e-9), str(identity)
        assert (identity.form == "zero") == (abs(left) < 1e-12)
    for relation in found.relations:
        assert abs(right_side(relation, rho, known)) < 1e-10, str(relation)


#: identities of the papers and of the four models, as they come out untold
UNTOLD = {
    "wang2019 bosons": ["particle current from bath 2 into the system = -lam*Im <2|rho|3>"],
    "wang2019 fermions": ["particle current from bath 2 into the system = -lam*Im <2|rho|3>"],
    "zhang2021 weak": ["particle current from bath 2 into the system = -kappa*Im <2|rho|3>"],
    "zhang2021 fermions": ["particle current from bath 2 into the system = -kappa*Im <2|rho|3>"],
    "khandelwal2020 local": [
        "bare energy current from h into the system = 2*eps_h*g*Im <2|rho|3>",
        "bare energy current from c into the system = -2*eps_c*g*Im <2|rho|3>",
    ],
    "driven qubit redfield": ["total energy current from x into the system = 2*F*omega*Im <1|rho|2>"],
    "driven qubit secular": ["0 = Im <1|rho|2>"],
    "maser local": ["particle current from bath h into the system = -2*F*Im <1|rho|2>"],
    "refrigerator local": ["bare energy current from 1 into the system = 2*e_1*g*Im <2|rho|7>"],
    "double dot redfield": ["particle current from bath R into the system = 2*t*Im <2|rho|3>"],
    "double dot charging redfield": ["particle current from bath R into the system = 2*t*Im <2|rho|3>"],
}


@models(UNTOLD)
def test_identities_that_come_out_untold(name: str) -> None:
    found = identities_of(name)
    listed = [str(i) for i in (*found, *found.relations)]
    for text in UNTOLD[name]:
        assert text in listed, listed


def test_coefficients_that_vanish_by_the_mixing_angle_are_left_out() -> None:
    """F cos(theta) = omega/2 sin(theta): the coherence of a Davies qubit is real, and nothing else is said of it."""
    found = identities_of("driven qubit secular")
    assert [len(r.terms) for r in found.relations] == [1]
    assert len(found.unfound) == 4


# -- critical current --------------------------------------------------------------------------------------------------

#: with a current that is tied to the coherence (camalet2011: none is)
TIED = [name for name, case in CASES.items() if case.qubits == 2 and case.is_x and name != "camalet2011"]


@models(TIED)
def test_critical_current(name: str) -> None:
    """|J|/|w| sqrt(p q), exceeded where the concurrence is positive; J_c and J/J_c as outputs, one at a time."""
    case, route = CASES[name], route_of(CASES[name], DIGITS)
    current = sn.energy_current(case.state, case.model.baths[0].name)
    kind = "single" if name == "zhang2021 strong" else None
    outputs = {"C": sn.concurrence(case.state)}
    with mp.workdps(DIGITS):
        J = route.energy_current(case.model.baths[0].name, "bare" if case.kind == "local" else "total")
        rho = route.rho
        J_c = abs(J) / abs(rho[1, 2]) * mp.sqrt((rho[0, 0] * rho[3, 3]).real)
        expected = {"J_c": J_c, "ratio": J / J_c}
    critical = sn.critical_current(case.state, current, kind)
    outputs |= {"J_c": critical, "ratio": current / critical}
    run = sn.evaluator(case.state, outputs)
    for key, value in expected.items():
        assert close(run(**case.values, outputs=[key])[key], value)
    found = run(**case.values)
    assert (found["C"] > 0) == (abs(found["ratio"]) > 1)


# -- entanglement, coherence -------------------------------------------------------------------------------------------


def transposed(rho: np.ndarray, qubits: int, part: int) -> np.ndarray:
    """Partial transpose of one qubit."""
    split = rho.reshape((2,) * (2 * qubits))
    return np.swapaxes(split, part, qubits + part).reshape(rho.shape)


def measures_by(rho: np.ndarray, qubits: int) -> dict[str, float]:
    """Purity, entropy, coherence and entanglement of a matrix, by numpy and QuTiP."""
    values = np.linalg.eigvalsh(rho)
    found = {
        "purity": float(np.sum(np.abs(rho) ** 2)),
        "entropy_of_state": float(-sum(x * np.log(x) for x in values if x > 0)),
        "l1_product": float(np.abs(rho).sum() - np.abs(np.diag(rho)).sum()),
        "positive": float(values[0] > -1e-14),
    }
    if qubits == 2:
        pauli = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
        T = [[np.trace(rho @ np.kron(a, b)).real for b in pauli] for a in pauli]
        first, second, _ = np.linalg.svd(T)[1]
        found["horodecki"], found["chsh"] = first**2 + second**2, 2 * np.hypot(first, second)
        found["concurrence"] = float(qutip.concurrence(qutip.Qobj(rho, dims=[[2, 2], [2, 2]])))
    for part in range(qubits if qubits > 1 else 0):
        lowest = np.linalg.eigvalsh(transposed(rho, qubits, part))
        found["negativity" if qubits == 2 else f"negativity_{part}"] = float(-lowest[lowest < 0].sum())
    return found


@models()
def test_measures(name: str) -> None:
    """Against numpy and QuTiP for the state of the other route."""
    case = CASES[name]
    found = numbers(case.state, catalogue.measures(case), case.values)
    expected = measures_by(route_of(case, DIGITS).array(), case.qubits)
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-7 if key == "concurrence" else 1e-12), key
    assert found["relative"] >= -1e-14
    assert found.keys() - expected.keys() == {"l1", "relative"}


def test_no_entanglement_is_plus_zero() -> None:
    """Of the blocks, of the kernel, and of the elements that are recomputed near equilibrium."""
    case = CASES["khandelwal2020 local"]
    run = sn.evaluator(case.state, {"C": sn.concurrence(case.state), "N": sn.negativity(case.state)})
    values = case.values | {"eps_c": 1.0, "T_h": 0.3 * (1 + np.geomspace(1e-15, 1, 40))}
    for found in (run(**values), run.kernel(np, *(values[name] for name in run.PARAMETERS))):
        for value in found.values():
            assert not np.any(value)
            assert not np.signbit(value).any()


def refused(make: Callable[[], Any], pattern: str) -> None:
    with pytest.raises(ObservableError, match=pattern):
        make()


@pytest.mark.parametrize("name", ["maser local", "driven qubit local", "refrigerator local"])
def test_what_does_not_exist_names_the_alternative(name: str) -> None:
    """Two-qubit measures of a qutrit, a qubit and three qubits."""
    case = CASES[name]
    levels, state = case.state.generator.dimension, case.state
    current = sn.energy_current(state, case.model.baths[0].name)
    for measure in (sn.concurrence, sn.horodecki, sn.chsh, lambda s: sn.critical_current(s, current)):
        refused(lambda m=measure: m(state), rf"{levels} levels, not two qubits; use sn.coherence_l1, sn.purity")
    if levels == 8:
        refused(lambda: sn.concurrence(state), r"sn.negativity with dimensions= and partition=")
        refused(lambda: sn.negativity(state), r"3 parts can be divided in more than one way; pass partition=\[0\]")
        return
    refused(
        lambda: sn.negativity(state),
        rf"{levels} levels, not two qubits or more, and no parts.*sn.coherence_l1, sn.purity",
    )
    with pytest.raises(ObservableError) as caught:
        sn.concurrence(state)
    assert "negativity" not in str(caught.value)


def test_states_without_a_critical_current_name_the_alternative() -> None:
    """No X form, two coherences, a current that is not tied to the coherence."""
    tunnelling = CASES["khandelwal2020 tunnelling"].state
    refused(
        lambda: sn.critical_current(tunnelling, sn.heat_current(tunnelling, "h")),
        r"no X form \(element \(1, 2\).*sn.concurrence, sn.negativity.*sn.threshold",
    )
    strong = CASES["zhang2021 strong"].state
    heat = sn.heat_current(strong, "1")
    refused(lambda: sn.critical_current(strong, heat), r"coherence='single' or 'double'")
    refused(lambda: sn.critical_current(strong, heat, "double"), r"too many terms.*abs\(current\) \* sn.sqrt")
    single = abs(heat) * sn.sqrt(strong.element(0, 0, "product") * strong.element(3, 3, "product"))
    both = {
        "own": sn.critical_current(strong, heat, "single"),
        "by_hand": single / abs(strong.element(1, 2, "product")),
    }
    found = numbers(strong, both, CASES["zhang2021 strong"].values)
    assert close(found["own"], found["by_hand"])
    common = CASES["camalet2011"].state
    refused(
        lambda: sn.critical_current(common, sn.heat_current(common, "1")),
        r"no factor of the current; pass a current that is tied.*abs\(current\) \* sn.sqrt",
    )


def test_currents_and_bases_that_do_not_exist_name_the_alternative() -> None:
    hermitian = CASES["driven qubit redfield"].state
    refused(lambda: sn.particle_current(hermitian, "x"), r"no countable quanta.*use energy_current")
    refused(lambda: sn.noise(hermitian, "x"), r"no countable quanta")
    local = CASES["maser local"].state
    refused(lambda: sn.coherence_l1(local, "energy"), r"pass basis='product'")
    refused(lambda: sn.particle_current(CASES["driven qubit local"].state, "dephasing"), r"use energy_current")
    redfield = CASES["double dot redfield"].state
    refused(lambda: sn.noise(redfield, "L", "energy"), r"pairs of different energies\); use secular, or local")


# -- limits, series, thresholds, maxima --------------------------------------------------------------------------------

#: model -> parameter, where it goes, and a number as good as that
LIMITS = {
    "wang2019 bosons": ("T_1", 0, "1e-25"),
    "man2019": ("T_C", 0, "1e-25"),
    "camalet2011": ("xi", sp.oo, "1e25"),
    "khandelwal2020 local": ("T_c", 0, "1e-25"),
    "khandelwal2020 global": ("gamma_c", sp.oo, "1e25"),
    "zhang2021 strong": ("T_1", 0, "1e-25"),
    "driven qubit local": ("F", sp.oo, "1e25"),
    "driven qubit redfield": ("T_z", 0, "1e-25"),
    "maser local": ("T_c", 0, "1e-25"),
    "maser of three baths": ("T_w", sp.oo, "1e25"),
    "refrigerator local": ("T_2", sp.oo, "1e25"),
    "double dot local": ("mu_1", sp.oo, "1e5"),
    "double dot redfield": ("mu_1", sp.oo, "1e5"),
}


@models(LIMITS, heavy=SEVERAL)
def test_limit(name: str) -> None:
    """Energy current of the first bath, against the other route very far out in 90 digits."""
    case, (parameter, target, far) = CASES[name], LIMITS[name]
    bath = case.model.baths[0].name
    formula = sn.limit(sn.energy_current(case.state, bath, "total"), **{parameter: target})
    inputs = [i.name for i in formula.inputs]
    assert parameter not in inputs
    found = next(iter(Evaluator(formula)(**{k: case.values[k] for k in inputs}).values()))
    with mp.workdps(90):
        expected = case.route(**{parameter: mp.mpf(far)}).energy_current(bath, "total")
    assert close(found, expected, 1e-12)


#: model -> parameter, about
SERIES = {
    "wang2019 fermions": ("lam", 0),
    "man2019": ("Gamma_A", 0),
    "camalet2011": ("xi", 0),
    "khandelwal2020 local": ("g", 0),
    "zhang2021 strong": ("T_1", "T_2"),
    "driven qubit local": ("F", 0),
    "driven qubit secular": ("T_x", "T_z"),
    "maser local": ("F", 0),
    "maser of three baths": ("gamma_w", 0),
    "refrigerator local": ("g", 0),
    "double dot local": ("t", 0),
}


@models(SERIES, heavy=SEVERAL)
def test_series(name: str) -> None:
    """Coefficients up to the second power against the other route at a small distance."""
    case, (parameter, about) = CASES[name], SERIES[name]
    symbols = {s.name: s for s in case.model.symbols}
    bath, step = case.model.baths[0].name, 2.0**-12
    formula = sn.series(sn.energy_current(case.state, bath, "total"), parameter, symbols.get(about, about), 2)
    values = {i.name: case.values[i.name] for i in formula.inputs}
    found = {key: float(c) for key, c in Evaluator(formula)(**values).items()}
    total = sum(c * step ** int(key.rsplit("_", 1)[1]) for key, c in found.items())
    with mp.workdps(DIGITS):
        expected = case.route(**{parameter: case.values.get(about, 0) + step}).energy_current(bath, "total")
    size = max(map(abs, found.values()))
    assert size > 1e-3
    assert abs(total - expected) < 300 * step**3 * size


def test_threshold_of_the_maser_in_closed_form() -> None:
    """Where it stops: (E + delta)/T_h = E/T_c."""
    state = CASES["maser local"].state
    s = {p.name: p for p in state.generator.model.symbols}
    found = sn.threshold(sn.particle_current(state, "h"), "T_h")
    assert sp.simplify(found - s["T_c"] * (s["E"] + s["delta"]) / s["E"]) == 0


@pytest.mark.slow
def test_threshold_of_the_refrigerator() -> None:
    """Where cooling stops: e_1/T_1 = (e_1 + e_2)/T_3 - e_2/T_2."""
    state = CASES["refrigerator local"].state
    v = {k: x for k, x in FRIDGE.items() if k != "T_1"}
    found = sn.threshold(sn.energy_current(state, "1"), "T_1", bracket=(0.5, 2.0), **v)
    reversible = v["e_1"] / ((v["e_1"] + v["e_2"]) / v["T_3"] - v["e_2"] / v["T_2"])
    assert found == pytest.approx([reversible], rel=1e-13)


#: model -> quantity of the first bath's energy current where it takes the value
THRESHOLDS = {
    "wang2019 fermions": ("mu_1", (-3.0, 3.0), 0.0),
    "man2019": ("T_A", (0.1, 6.0), 0.0),
    "camalet2011": ("T_1", (0.1, 6.0), 0.0),
    "khandelwal2020 tunnelling": ("g", (0.001, 0.5), 0.006),
    "zhang2021 strong": ("T_1", (0.1, 6.0), 0.0),
    "driven qubit local": ("F", (0.01, 2.0), -0.004),
    "driven qubit redfield": ("T_x", (0.1, 6.0), 0.0),
    "maser local": ("T_h", (0.1, 6.0), 0.0),
    "refrigerator local": ("T_1", (0.1, 6.0), 0.0),
    "double dot redfield": ("mu_1", (-2.0, 3.0), 0.0),
}


@models(THRESHOLDS, heavy=SEVERAL)
def test_threshold(name: str) -> None:
    """The energy current of the other route passes the value there."""
    case, (parameter, bracket, value) = CASES[name], THRESHOLDS[name]
    bath = case.model.baths[0].name
    fixed = {k: v for k, v in case.values.items() if k != parameter}
    found = sn.threshold(sn.energy_current(case.state, bath, "total"), parameter, value, bracket=bracket, **fixed)
    assert len(found) >= 1
    with mp.workdps(DIGITS):
        sides = [
            case.route(**{parameter: mp.mpf(float(found[0])) * (1 + sign * mp.mpf("1e-12"))}).energy_current(
                bath, "total"
            )
            - mp.mpf(value)
            for sign in (-1, 1)
        ]
    assert sides[0] * sides[1] < 0


#: model -> parameter over which the purity or a current is largest, and between what
MAXIMA = {
    "wang2019 fermions": ("J_2", (0.01, 3.0)),
    "man2019": ("Omega", (0.02, 1.1)),
    "camalet2011": ("J_2", (0.16, 5.0)),
    "khandelwal2020 local": ("gamma_c", (0.001, 3.0)),
    "zhang2021 strong": ("T_1", (0.05, 4.0)),
    "driven qubit local": ("kappa", (0.001, 5.0)),
    "maser local": ("gamma_c", (0.001, 5.0)),
    "refrigerator local": ("gamma_3", (0.001, 5.0)),
    "double dot local": ("gamma_2", (0.001, 5.0)),
}


@models(MAXIMA, heavy=SEVERAL)
def test_argmax(name: str) -> None:
    """No point of a scan by the other route, nor a neighbour, lies above it."""
    case, (parameter, (low, high)) = CASES[name], MAXIMA[name]
    bath = case.model.baths[0].name
    current = sn.energy_current(case.state, bath, "total") ** 2
    fixed = {k: v for k, v in case.values.items() if k != parameter}
    place, value = sn.argmax(current, parameter, (low, high), **fixed)
    with mp.workdps(DIGITS):
        best = case.route(**{parameter: place}).energy_current(bath, "total") ** 2
        assert close(value, best, 1e-12)
        near = [place * (1 - 1e-5), place * (1 + 1e-5)]
        for x in (*near, *np.linspace(low, high, 5)):
            if low <= x <= high:
                assert case.route(**{parameter: float(x)}).energy_current(bath, "total") ** 2 <= best


def test_thresholds_without_a_closed_form_ask_for_a_bracket() -> None:
    state = CASES["driven qubit redfield"].state
    with pytest.raises(LimitError, match=r"no closed form.*pass bracket="):
        sn.threshold(sn.energy_current(state, "x"), "F", 0.01)
