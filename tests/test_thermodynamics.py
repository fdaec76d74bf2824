"""Currents: signs, balances, entropy production, and the identity between current and coherence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness.errors import ModelError, ObservableError

RNG = np.random.default_rng(7)


def points(count: int, statistics: str) -> dict[str, np.ndarray]:
    """Random parameters with lam < 2 sqrt(omega_1 omega_2)."""
    omegas = RNG.uniform(1, 4, (2, count))
    values = {
        "omega_1": omegas[0],
        "omega_2": omegas[1],
        "lam": 2 * np.sqrt(omegas[0] * omegas[1]) * RNG.uniform(0.05, 0.95, count),
        **{f"gamma_{k}": RNG.uniform(0.01, 1, count) for k in (1, 2)},
        **{f"T_{k}": RNG.uniform(0.3, 3, count) for k in (1, 2)},
    }
    if statistics == "fermi":
        values |= {f"mu_{k}": RNG.uniform(-2, 4, count) for k in (1, 2)}
    return values


CASES = [(sn.redfield, "bose"), (sn.redfield, "fermi"), (sn.secular, "bose"), (sn.secular, "fermi")]


@pytest.mark.parametrize(("make", "statistics"), CASES)
def test_energy_and_quanta_balance(make: Any, statistics: str) -> None:
    """Tr[(H + V) L rho] = 0 is the sum of the total energy currents; the same for the conserved number."""
    state = sn.steady_state(make(systems.two_qubits(statistics)))
    outputs = {f"I_{b}": sn.energy_current(state, b) for b in "12"}
    outputs |= {f"n_{b}": sn.particle_current(state, b) for b in "12"}
    outputs |= {f"Q_{b}": sn.heat_current(state, b) for b in "12"}
    values = points(200, statistics)
    found = sn.evaluator(state, outputs)(**values)
    for name in ("I", "n"):
        first, second = found[f"{name}_1"], found[f"{name}_2"]
        assert np.all(np.isfinite(first))
        assert np.all(np.abs(first + second) <= 1e-12 * np.maximum(np.abs(first), 1e-6))
    for b in "12":
        expected = found[f"I_{b}"] - values.get(f"mu_{b}", 0.0) * found[f"n_{b}"]
        assert np.allclose(found[f"Q_{b}"], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_currents_by_the_trace(make: Any) -> None:
    """Tr[E D_j rho] and the quanta, from the parts of the generator as matrices on the product space."""
    model = systems.two_qubits("fermi")
    values = {
        "omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5,
        "T_1": 0.8, "T_2": 1.9, "mu_1": 0.4, "mu_2": 1.1,
    }  # fmt: skip
    state = sn.steady_state(make(model))
    rho = systems.density(state, values).reshape(-1, order="F")
    a, b = sn.qubits("1 2")
    number = systems.numeric(a.number + b.number)
    for k, bath in enumerate(("1", "2")):
        # the dissipator of one bath: the generator minus that of the model with this rate switched off
        off = {**values, f"gamma_{k + 1}": 0.0}
        part = systems.superoperator(state.generator, values) - systems.superoperator(state.generator, off)
        change = (part @ rho).reshape(4, 4, order="F")
        outputs = {
            "total": sn.energy_current(state, bath, "total"),
            "bare": sn.energy_current(state, bath, "bare"),
            "n": sn.particle_current(state, bath),
        }
        found = sn.evaluator(state, outputs)(**values)
        for name, operator in (("total", model.total), ("bare", model.H), ("n", None)):
            E = number if operator is None else systems.numeric(operator, values)
            assert float(found[name]) == pytest.approx(np.trace(E @ change).real, rel=1e-11), (bath, name)


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_heat_flows_from_hot_to_cold(make: Any) -> None:
    """Positive into the system: the hot bath gives, the cold one takes (resonant qubits, bare energy for local)."""
    state = sn.steady_state(make(systems.two_qubits("bose")))
    f = sn.evaluator(state, {f"Q_{b}": sn.heat_current(state, b) for b in "12"})
    common = {"omega_1": 2.0, "omega_2": 2.0, "lam": 0.5, "gamma_1": 0.1, "gamma_2": 0.2}
    found = f(T_1=2.0, T_2=1.0, **common)
    assert found["Q_1"] > 0 > found["Q_2"]
    found = f(T_1=1.0, T_2=2.0, **common)
    assert found["Q_1"] < 0 < found["Q_2"]


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_secular_entropy_production(statistics: str) -> None:
    """Never negative (Spohn), zero at equilibrium, equal to - sum Q/T."""
    state = sn.steady_state(sn.secular(systems.two_qubits(statistics)))
    outputs = {"S": sn.entropy_production(state), **{f"Q_{b}": sn.heat_current(state, b) for b in "12"}}
    f = sn.evaluator(state, outputs)
    values = points(300, statistics)
    found = f(**values)
    assert np.all(found["S"] > 0)
    expected = -found["Q_1"] / values["T_1"] - found["Q_2"] / values["T_2"]
    assert np.allclose(found["S"], expected, rtol=1e-9, atol=1e-13)
    values["T_2"] = values["T_1"]
    if statistics == "fermi":
        values["mu_2"] = values["mu_1"]
    assert np.all(f(**values)["S"] == 0)


def test_entropy_production_of_two_and_three_cold_baths() -> None:
    """Infinite where a cold bath takes up heat, 0 where nothing flows: a level between two or three leads."""
    e, m1, m2, m3 = sn.parameters("e mu_1 mu_2 mu_3")
    g, T1, T2, T3 = sn.parameters("g T_1 T_2 T_3", positive=True)
    (c,) = sn.fermions("c")
    leads = list(zip("123", (T1, T2, T3), (m1, m2, m3), strict=True))
    baths = [sn.Bath(k, c.annihilation, g, T, m, statistics="fermi") for k, T, m in leads]
    two, three = (sn.steady_state(sn.redfield(sn.Model(e * c.number, baths=baths[:n]))) for n in (2, 3))
    f = sn.evaluator(two, {"S": sn.entropy_production(two)})
    points = dict(T_1=[0, 0, 0, 1, 0, 1], T_2=[0, 0, 1, 0, 1, 0], mu_1=[3, 2, 2, 3, 0, 2], mu_2=[1, 2, 2, 1, 3, 2])
    cold = f(e=2, g=1, **points)
    assert cold["S"].tolist() == [np.inf, 0, 0, np.inf, np.inf, 0]
    f = sn.evaluator(three, {"S": sn.entropy_production(three)})
    points = dict(T_1=[0, 0, 1, 0], T_2=[0, 1, 0, 0], T_3=[0, 2, 1, 1], mu_1=1, mu_2=[1, 1, 3, 3], mu_3=[1, 2, 2, 0])
    cold = f(e=2, g=1, **points)
    assert cold["S"].tolist() == [0, np.inf, np.inf, np.inf]
    (q,) = sn.qubits("q")
    pairs = [("1", T1), ("2", T2), ("3", T3)]
    bosons = [sn.Bath(k, q.lowering, g, T) for k, T in pairs]
    E = sn.parameters("E", positive=True)
    state = sn.steady_state(sn.secular(sn.Model(E * q.number, baths=bosons)))
    f = sn.evaluator(state, {"S": sn.entropy_production(state)})
    cold = f(E=2, g=1, T_1=[0, 0, 1, 0, 1, 1], T_2=[0, 1, 0, 0, 2, 0], T_3=[0, 2, 1, 1, 0, 0])
    assert cold["S"].tolist() == [0, *[np.inf] * 5]


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_entropy_production_keeps_its_digits_near_equilibrium(statistics: str) -> None:
    """Quadratic in the bias: a thousandth of it gives a millionth, down to biases of 1e-9."""
    state = sn.steady_state(sn.secular(systems.two_qubits(statistics)))
    f = sn.evaluator(state, {"S": sn.entropy_production(state), "n": sn.particle_current(state, "1")})
    common = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 1.0}
    if statistics == "fermi":
        common |= {"mu_1": 0.5, "mu_2": 0.5}
    bias = np.array([2.0**-20, 2.0**-30])
    found = f(T_2=1.0 + bias, **common)
    assert found["n"][0] / found["n"][1] == pytest.approx(2.0**10, rel=2e-5)
    assert found["S"][0] / found["S"][1] == pytest.approx(2.0**20, rel=2e-5)
    # the Richardson-free check: linear response is symmetric in the sign of the bias
    back = f(T_2=1.0 - bias, **common)
    assert back["n"][1] == pytest.approx(-found["n"][1], rel=1e-7)


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_entropy_production_at_zero_temperature(statistics: str) -> None:
    """Infinite where heat flows into a bath at T = 0, zero without a current, with one bath or both at T = 0."""
    state = sn.steady_state(sn.secular(systems.two_qubits(statistics)))
    f = sn.evaluator(state, {"S": sn.entropy_production(state), "n": sn.particle_current(state, "1")})
    common = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5}
    mu = {"mu_1": 0.5, "mu_2": 0.5} if statistics == "fermi" else {}
    cold = {"T_1": [0.0, 1.0, 0.0], "T_2": [1.0, 0.0, 0.0]}
    assert f(**common, **mu, **cold)["S"].tolist() == [np.inf, np.inf, 0.0]
    if statistics == "fermi":
        # a current without thermal excitation: the bias alone
        found = f(**common, mu_1=9.0, mu_2=-9.0, **cold)
        assert found["S"].tolist() == [np.inf] * 3
        alone = f(**common, mu_1=9.0, mu_2=-9.0, T_1=0.0, T_2=0.0, outputs=["n"])["n"]
        assert alone == pytest.approx(found["n"][2], rel=1e-13)
        assert alone > 0.01


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
@pytest.mark.parametrize("lam", [1.4, -0.9])
def test_the_particle_current_is_the_coherence_between_the_qubits(statistics: str, lam: float) -> None:
    """From bath 2 it is -lam Im w, w = <eg|rho|ge>.

    d<n_2>/dt = 0 holds the current of bath 2 and i[V, n_2] = i lam/2 (s_1^- s_2^+ - s_1^+ s_2^-), which is lam Im w.
    """
    w1, w2, h, g1, g2, T1, T2 = sn.parameters("omega_1 omega_2 lam gamma_1 gamma_2 T_1 T_2")
    a, b = sn.qubits("1 2")
    model = sn.Model(
        w1 * a.number + w2 * b.number,
        interaction=h / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, g1, T1, statistics=statistics),
            sn.Bath("2", b.lowering, g2, T2, statistics=statistics),
        ],
    )
    values = {"omega_1": 3.0, "omega_2": 2.0, "lam": lam, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}
    for make in (sn.redfield, sn.local):
        state = sn.steady_state(make(model))
        outputs = {"w": state.element(1, 2, "product"), "n": sn.particle_current(state, "2")}
        found = sn.evaluator(state, outputs)(**values)
        assert abs(found["n"]) > 1e-4
        assert float(found["n"]) == pytest.approx(-lam * found["w"].imag, rel=1e-12)


def test_expectation_of_the_energy() -> None:
    model = systems.two_qubits("bose")
    values = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}
    a, b = sn.qubits("1 2")
    for make in (sn.redfield, sn.secular, sn.local):
        state = sn.steady_state(make(model))
        operators = {"E": model.total, "xx": a.x * b.x, "xy": a.x * b.y, "z": a.z}
        found = sn.evaluator(state, {k: sn.expectation(state, op) for k, op in operators.items()})(**values)
        rho = systems.density(state, values)
        for name, operator in operators.items():
            expected = np.trace(systems.numeric(operator, values) @ rho).real
            assert float(found[name]) == pytest.approx(expected, rel=1e-12, abs=1e-15), name


def test_a_jump_carries_energy_too() -> None:
    """Dephasing of one qubit in a delocalised pair: the energy that it gives closes the balance."""
    omega, lam, gamma, T1, T2, kappa = sn.parameters("omega lam gamma T_1 T_2 kappa", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma, T1), sn.Bath("2", b.lowering, gamma, T2)],
        jumps=[sn.Jump("dephasing", a.z, kappa)],
    )
    state = sn.steady_state(sn.redfield(model))
    outputs = {f"I_{k}": sn.energy_current(state, name) for k, name in enumerate(("1", "2", "dephasing"))}
    found = sn.evaluator(state, outputs)(omega=2.0, lam=0.9, gamma=0.1, T_1=1.0, T_2=2.0, kappa=0.3)
    assert abs(found["I_2"]) > 1e-4
    assert float(found["I_0"] + found["I_1"] + found["I_2"]) == pytest.approx(0, abs=1e-15)


# -- what does not exist ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state() -> Any:
    return sn.steady_state(sn.redfield(systems.two_qubits("bose")))


def test_unknown_bath_names_the_known_ones(state: Any) -> None:
    for function in (sn.energy_current, sn.particle_current, sn.heat_current):
        with pytest.raises(ObservableError, match=r"'3'.*'1', '2'"):
            function(state, "3")


def test_unknown_energy(state: Any) -> None:
    with pytest.raises(ObservableError, match=r"'free'.*'total'.*'bare'"):
        sn.energy_current(state, "1", "free")


def test_no_entropy_at_the_number_zero() -> None:
    omega, gamma, kappa, T = sn.parameters("omega gamma kappa T", positive=True)
    (q,) = sn.qubits("q")
    baths = [sn.Bath("cold", q.lowering, kappa, 0), sn.Bath("hot", q.lowering, gamma, T)]
    state = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=baths)))
    with pytest.raises(ObservableError, match=r"bath 'cold' has temperature 0.*make it a parameter"):
        sn.entropy_production(state)


def test_hermitian_couplings_have_no_quanta() -> None:
    omega, alpha, T = sn.parameters("omega alpha T", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model(omega * q.number, baths=[sn.Bath("1", q.x, lambda w: alpha * w, T)])
    with pytest.raises(ObservableError, match=r"energy_current"):
        sn.particle_current(sn.steady_state(sn.secular(model)), "1")


def test_expectation_of_an_operator_of_another_space(state: Any) -> None:
    with pytest.raises(ObservableError, match=r"\(2, 2\).*\(4, 4\)"):
        sn.expectation(state, sp.ImmutableMatrix([[0, 1], [1, 0]]))


@pytest.mark.parametrize("energy", ["total", "bare"])
def test_entropy_production_where_a_drive_makes_quanta(energy: str) -> None:
    """The currents of quanta do not add up to zero: no bath can be eliminated."""
    omega, F, g_1, g_2, T_1, T_2 = sn.parameters("omega F g_1 g_2 T_1 T_2", positive=True)
    mu_1, mu_2 = sn.parameters("mu_1 mu_2")
    (q,) = sn.qubits("q")
    leads = ((g_1, T_1, mu_1), (g_2, T_2, mu_2))
    baths = [sn.Bath(str(k), q.lowering, *given, statistics="fermi") for k, given in enumerate(leads, 1)]
    state = sn.steady_state(sn.redfield(sn.Model(omega * q.number, interaction=F * q.x, baths=baths)))
    outputs = {"S": sn.entropy_production(state, energy), "n_1": sn.particle_current(state, "1")}
    outputs |= {f"Q_{k}": sn.heat_current(state, k, energy) for k in "12"} | {"n_2": sn.particle_current(state, "2")}
    point = {"omega": 1.0, "F": 0.4, "g_1": 0.1, "g_2": 0.2, "T_1": 0.7, "T_2": 1.3, "mu_1": 0.5, "mu_2": -0.3}
    found = sn.evaluator(state, outputs)(**point)
    assert found["S"] == pytest.approx(-found["Q_1"] / 0.7 - found["Q_2"] / 1.3, rel=1e-12)
    assert abs(found["n_1"] + found["n_2"]) > 1e-3 * abs(found["n_1"])


def test_expectation_of_what_the_model_does_not_hold(state: Any) -> None:
    with pytest.raises(ModelError, match=r"sqrt\(5\).*in front of the quantity"):
        sn.expectation(state, sp.sqrt(5) * sp.eye(4))
    with pytest.raises(ModelError, match=r"'phi' is no parameter of the model"):
        sn.expectation(state, sn.parameters("phi") * sp.eye(4))


def test_element_outside_the_space(state: Any) -> None:
    with pytest.raises(ObservableError, match=r"0 to 3"):
        state.element(0, 4)
    with pytest.raises(ObservableError, match=r"'energy' or 'product'"):
        state.element(0, 0, "local")


def test_local_has_no_energy_basis() -> None:
    local = sn.steady_state(sn.local(systems.two_qubits("bose")))
    for attempt in (lambda: local.element(0, 0, "energy"), lambda: local.density_matrix("energy")):
        with pytest.raises(ObservableError, match=r"basis='product'"):
            attempt()
    assert local.element(0, 0).observable.basis == "product"
    assert local.density_matrix() == local.density_matrix("product")


def test_quantities_of_another_state_are_refused(state: Any) -> None:
    other = sn.steady_state(sn.secular(systems.two_qubits("bose")))
    with pytest.raises(ObservableError, match=r"no quantity of this state|not a quantity of this state"):
        sn.formula(state, {"I": sn.energy_current(other, "1")})
    with pytest.raises(ObservableError, match=r"identifier"):
        sn.formula(state, {"T_1": sn.energy_current(state, "1")})
