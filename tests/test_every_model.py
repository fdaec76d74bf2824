"""Every observable on the papers' models and on four that are in none, each by a second route.

Routes: superoperators in mpmath (:mod:`routes`), QuTiP with operators of its own, covariance matrices of free fermions,
textbook formulas.  The lighter models are here, the others behind the marker ``slow``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import catalogue
import foreign
import mpmath
import numpy as np
import pytest
import qutip
import sympy as sp
import systems
from catalogue import CASES, DOTS, DRIVEN, FRIDGE, MASER, THREE, Case, exchanging, route_of
from mpmath import mp

import symness as sn
from symness.errors import LimitError, ObservableError
from symness.evaluator import Evaluator

LIGHT = ("khandelwal2020 local", "zhang2021 strong", "camalet2011", "driven qubit local", "driven qubit redfield",
         "driven qubit secular", "maser local", "maser of three baths", "refrigerator local", "double dot local",
         "double dot secular")  # fmt: skip
DIGITS = 30


def models(wanted: Callable[[Case], bool] = lambda case: True) -> Any:
    """All models by name, those that take long behind the marker."""
    slow = [pytest.mark.slow]
    return pytest.mark.parametrize(
        "name", [pytest.param(n, marks=[] if n in LIGHT else slow) for n, case in CASES.items() if wanted(case)]
    )


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
    broken = numbers(case.state, {"x": 1.0001 * outputs["entropy_total"]}, case.values)["x"]
    assert not close(broken, expected["entropy_total"])


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


def equilibrium(case: Case) -> dict[str, float]:
    """The point of the case with all baths like the first."""
    values, first = dict(case.values), case.model.baths[0]
    for bath in case.model.baths[1:]:
        values[str(bath.temperature)] = values[str(first.temperature)]
        if bath.chemical_potential != 0:
            values[str(bath.chemical_potential)] = values[str(first.chemical_potential)]
    return values


@models()
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


@models(lambda case: len(case.model.baths) > 1)
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
        with pytest.raises(ObservableError, match="has not two baths.*exchange="):
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
