"""Noise: textbook results, counting fields in mpmath, conservation, fluctuation and dissipation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
import systems
from catalogue import CASES
from mpmath import mp
from routes import Route

import symness as sn
from symness import program
from symness.errors import ObservableError
from symness.reference import Reference

RNG = np.random.default_rng(11)


def lead(name: str, operator: Any) -> Any:
    """A Fermi bath with parameters of its own."""
    gamma, T = sn.parameters(f"Gamma_{name} T_{name}", positive=True)
    mu = sn.parameters(f"mu_{name}")
    return sn.Bath(name, operator, gamma, T, mu, statistics="fermi")


@cache
def single_level() -> Any:
    """A resonant level between two leads."""
    epsilon = sp.Symbol("epsilon", positive=True)
    (d,) = sn.fermions("d")
    model = sn.Model(epsilon * d.number, baths=[lead("L", d.annihilation), lead("R", d.annihilation)])
    return sn.steady_state(sn.secular(model))


@cache
def double_dot(interaction: bool = True) -> Any:
    """Two dots in series between two leads, local generator; with a charging energy U."""
    e1, e2, lam, U = sn.parameters("epsilon_1 epsilon_2 lam U", positive=True)
    a, b = sn.fermions("1 2")
    charging = U * a.number * b.number if interaction else sp.zeros(4, 4)
    model = sn.Model(
        e1 * a.number + e2 * b.number,
        interaction=lam * (a.creation * b.annihilation + b.creation * a.annihilation) + charging,
        baths=[lead("L", a.annihilation), lead("R", b.annihilation)],
    )
    return sn.steady_state(sn.local(model))


@cache
def maser() -> Any:
    """Three levels: a hot bath drives 1-3, a cold one 2-3, a coherent field g couples 1 and 2 (rotating frame)."""
    Delta, g, w_h, w_c, gh, gc, Th, Tc = sn.parameters("Delta g omega_h omega_c gamma_h gamma_c T_h T_c", positive=True)
    three = sn.levels("m", 3)
    model = sn.Model(
        Delta * three.projector(1),
        interaction=g * (three.transition(0, 1) + three.transition(1, 0)),
        baths=[
            sn.Bath("h", three.transition(2, 0), gh, Th, frequency=w_h),
            sn.Bath("c", three.transition(2, 1), gc, Tc, frequency=w_c),
        ],
    )
    return sn.steady_state(sn.local(model))


def values(state: Any, seed: int = 1) -> dict[str, float]:
    draw = np.random.default_rng(seed)
    return {
        s.name: draw.uniform(-1, 1) if s.name.startswith("mu") else draw.uniform(0.3, 2)
        for s in state.generator.model.symbols
    }


# -- textbook ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["closed", "program"])
def test_resonant_level(form: str) -> None:
    """S = (G_L G_R/G) [f_L (1 - f_R) + f_R (1 - f_L) - 2 G_L G_R (f_L - f_R)**2/G**2], G = G_L + G_R.

    Blanter and Buettiker, Phys. Rep. 336, 1 (2000), in the limit of sequential tunnelling, halved: theirs is the
    symmetrised noise power 2 S.
    """
    state = single_level()
    found = sn.evaluator(state, {"S": sn.noise(state, "L", form=form), "F": sn.fano(state, "L")})
    count = 40
    point = {"epsilon": RNG.uniform(0.1, 3, count)}
    for name in "LR":
        point |= {f"Gamma_{name}": RNG.uniform(0.1, 2, count), f"T_{name}": RNG.uniform(0.2, 2, count)}
        point[f"mu_{name}"] = RNG.uniform(-3, 3, count)
    L, R = point["Gamma_L"], point["Gamma_R"]
    fL, fR = (1 / (np.exp((point["epsilon"] - point[f"mu_{n}"]) / point[f"T_{n}"]) + 1) for n in "LR")
    total = L + R
    expected = L * R / total * (fL * (1 - fR) + fR * (1 - fL) - 2 * L * R * (fL - fR) ** 2 / total**2)
    np.testing.assert_allclose(found(**point)["S"], expected, rtol=1e-12)
    biased = point | {"mu_L": 500.0, "mu_R": -500.0}
    np.testing.assert_allclose(found(**biased)["F"], (L**2 + R**2) / total**2, rtol=1e-12)


def test_rare_events_are_poissonian() -> None:
    """A level that is emptied at once: the current is a Poisson process, S = k and F = 1."""
    state = single_level()
    outputs = {"S": sn.noise(state, "L"), "F": sn.fano(state, "R"), "I": sn.particle_current(state, "L")}
    point = values(state) | {"Gamma_L": 1e-12, "Gamma_R": 1.0, "mu_L": 900.0, "mu_R": -900.0}
    found = sn.evaluator(state, outputs)(**point)
    assert found["F"] == pytest.approx(1, abs=1e-11)
    assert found["S"] == pytest.approx(1e-12, rel=1e-11)


def test_resonance_fluorescence_is_sub_poissonian() -> None:
    """F = 1 - 6 O**2 G**2/(G**2 + 2 O**2)**2 at resonance and T = 0 (Mandel, Opt. Lett. 4, 205 (1979))."""
    Omega, omega, Gamma, T = sn.parameters("Omega omega Gamma T", positive=True)
    (q,) = sn.qubits("q")
    model = sn.Model(Omega / 2 * q.x, baths=[sn.Bath("B", q.lowering, Gamma, T, frequency=omega)])
    state = sn.steady_state(sn.local(model))
    O, G = RNG.uniform(0.1, 3, (2, 20))  # noqa: E741
    found = sn.evaluator(state, {"F": sn.fano(state, "B")})(Omega=O, Gamma=G, omega=1.0, T=1e-3)["F"]
    np.testing.assert_allclose(found, 1 - 6 * O**2 * G**2 / (G**2 + 2 * O**2) ** 2, rtol=1e-12)


# -- counting fields in mpmath -----------------------------------------------------------------------------------------


def dominant(matrix: Any) -> Any:
    """The eigenvalue near zero, by inverse iteration."""
    n = matrix.rows
    shift = mp.mpf(10) ** -12
    vector = mp.matrix([1 + mp.mpf(k) / 7 for k in range(n)])
    value = mp.mpf(0)
    for _ in range(12):
        solved = mp.lu_solve(matrix - shift * mp.eye(n), vector)
        value = shift + (vector.H * vector)[0] / (vector.H * solved)[0]
        vector = solved / mp.norm(solved)
    return value


def cumulants(route: Route, bath: str, what: str) -> tuple[Any, Any]:
    """First and second derivative of the dominant eigenvalue in i chi, by central differences and Richardson's step."""

    def second(h: Any) -> tuple[Any, Any]:
        up, down = (dominant(route.tilted(bath, sign * h, what)) for sign in (1, -1))
        return (up - down) / (2j * h), -(up + down) / h**2

    h = mp.mpf(10) ** -9
    one, two = second(h), second(2 * h)
    return tuple((4 * a - b).real / 3 for a, b in zip(one, two, strict=True))


def two_routes(state: Any, kind: str, point: dict[str, float], bath: str, what: str = "particle") -> None:
    """Derivatives with a counting field, the Drazin inverse, and the reference of the engine: 30 digits."""
    current = (sn.particle_current if what == "particle" else sn.energy_current)(state, bath)
    noise = sn.noise(state, bath, what)
    solved = Reference(sn.formula(state).reference).solve(point, [current.observable, noise.observable], 35)
    with mp.workdps(90):
        route = Route(state.generator.model, kind, point)
        expected = cumulants(route, bath, what)
        drazin = route.counted_current(bath, what), route.noise(bath, what)
        for own, *others in zip(solved, expected, drazin, strict=True):
            assert all(abs(own.value - other) < mpmath.mpf("1e-30") * abs(other) for other in others)
    found = sn.evaluator(state, {"S": noise})(**point)["S"]
    assert float(found) == pytest.approx(float(expected[1]), rel=1e-13)


@pytest.mark.parametrize(("make", "bath"), [(double_dot, "L"), (maser, "c")])
def test_two_routes_in_mpmath(make: Any, bath: str) -> None:
    state = make()
    two_routes(state, "local", values(state), bath)


#: no quanta to be counted: energy, where every event has a definite one
BY_ENERGY = ("camalet2011", "driven qubit secular")
#: Hermitian couplings whose kept pairs mix energies: neither
NEITHER = ("zhang2021 strong", "driven qubit redfield")
QUICK = (*BY_ENERGY, "khandelwal2020 local", "driven qubit local", "maser of three baths", "double dot secular")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in CASES if n not in NEITHER]
)
def test_two_routes_for_every_model(name: str) -> None:
    case = CASES[name]
    two_routes(
        case.state, case.kind, case.values, case.model.baths[0].name, "energy" if name in BY_ENERGY else "particle"
    )


@pytest.mark.parametrize("name", NEITHER)
def test_energy_without_a_definite_amount_is_refused_for_hermitian_couplings(name: str) -> None:
    state = CASES[name].state
    with pytest.raises(ObservableError, match=r"no definite amount per event.*use secular"):
        sn.noise(state, state.generator.model.baths[0].name, "energy")


def test_energy_noise_of_the_secular_generator() -> None:
    """Counting energy: the same eigenvalue with the superoperators of the engine, exp(chi e) on each event (floats)."""
    state = sn.steady_state(sn.secular(systems.two_qubits("fermi")))
    point = values(state, 3)
    omega = np.hypot(point["omega_1"] - point["omega_2"], point["lam"])
    energies = [(point["omega_1"] + point["omega_2"] + sign * omega) / 2 for sign in (1, -1)]
    angle = np.arctan2(point["lam"], point["omega_1"] - point["omega_2"]) / 2
    weights = {"1": (np.cos(angle) ** 2, np.sin(angle) ** 2), "2": (np.sin(angle) ** 2, np.cos(angle) ** 2)}

    def eigenvalue(x: float) -> float:
        """Populations alone: two independent modes, each with its own rates."""
        total = 0.0
        for k, e in enumerate(energies):
            up, down, counted_up, counted_down = 0.0, 0.0, 0.0, 0.0
            for b in "12":
                f = systems.fermi(e, point[f"T_{b}"], point[f"mu_{b}"])
                rate = point[f"gamma_{b}"] * weights[b][k]
                up, down = up + rate * f, down + rate * (1 - f)
                counted_up += rate * f * (np.exp(x * e) if b == "1" else 1)
                counted_down += rate * (1 - f) * (np.exp(-x * e) if b == "1" else 1)
            total += -(up + down) / 2 + np.sqrt((up - down) ** 2 / 4 + counted_up * counted_down)
        return total

    h = 1e-3
    fine = [eigenvalue(k * h) for k in (-2, -1, 0, 1, 2)]
    first = (fine[0] - 8 * fine[1] + 8 * fine[3] - fine[4]) / (12 * h)
    second = (-fine[0] + 16 * fine[1] - 30 * fine[2] + 16 * fine[3] - fine[4]) / (12 * h * h)
    outputs = {"I": sn.energy_current(state, "1"), "S": sn.noise(state, "1", kind="energy")}
    found = sn.evaluator(state, outputs)(**point)
    assert float(found["I"]) == pytest.approx(first, rel=1e-8)
    assert float(found["S"]) == pytest.approx(second, rel=1e-7)


# -- exact properties --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "ends"), [(double_dot, "LR"), (maser, "hc")])
def test_conserved_quanta_fluctuate_together(make: Any, ends: str) -> None:
    """What enters at one end leaves at the other: S_a = S_b = -S_ab."""
    state = make()
    first, second = ends
    outputs = {
        "one": sn.noise(state, first),
        "two": sn.noise(state, second),
        "cross": sn.noise(state, first, other=second),
        "mirrored": sn.noise(state, second, other=first),
    }
    for seed in range(5):
        found = sn.evaluator(state, outputs)(**values(state, seed))
        np.testing.assert_allclose([found["two"], -found["cross"], -found["mirrored"]], found["one"], rtol=1e-12)


def test_energy_of_one_frequency_is_quanta_times_energy() -> None:
    state = double_dot()
    point = values(state)
    outputs = {k: sn.noise(state, "L", kind=k) for k in ("particle", "energy", "heat")}
    found = sn.evaluator(state, outputs)(**point)
    epsilon, mu = point["epsilon_1"], point["mu_L"]
    assert found["energy"] == pytest.approx(epsilon**2 * found["particle"], rel=1e-12)
    assert found["heat"] == pytest.approx((epsilon - mu) ** 2 * found["particle"], rel=1e-12)


def test_noise_of_the_heat_is_that_of_the_reference() -> None:
    """The chemical potential of a lead counts with every quantum, on both routes."""
    state = single_level()
    assert sn.formula(state, {"heat": sn.noise(state, "L", kind="heat")}).check(points=6, digits=20).passed


@pytest.mark.parametrize("make", ["secular", "redfield"])
def test_fluctuation_and_dissipation(make: str) -> None:
    """At equilibrium S = 2 T dI/dmu; out of equilibrium the two differ."""
    state = sn.steady_state(getattr(sn, make)(systems.two_qubits("fermi")))
    outputs = {"S": sn.noise(state, "1"), "G": sn.derivative(sn.particle_current(state, "1"), "mu_1")}
    point = values(state, 2) | {"T_1": 0.7, "T_2": 0.7, "mu_1": 0.3, "mu_2": 0.3}
    found = sn.evaluator(state, outputs)(**point)
    assert found["S"] == pytest.approx(2 * 0.7 * found["G"], rel=1e-12)
    found = sn.evaluator(state, outputs)(**(point | {"T_2": 1.4}))
    assert abs(found["S"] - 1.4 * found["G"]) > 1e-3 * found["S"]


def test_uncertainty_product_of_a_rate_equation() -> None:
    """At least 2 for classical rates, and 2 in the limit of equilibrium."""
    state = single_level()
    product = sn.evaluator(state, {"Q": sn.uncertainty_product(state, "L")})
    found = [float(product(**values(state, seed))["Q"]) for seed in range(50)]
    assert min(found) >= 2
    near = values(state) | {"T_L": 1.0, "T_R": 1.0, "mu_L": 0.2, "mu_R": 0.2 + 1e-7}
    assert product(**near)["Q"] == pytest.approx(2, rel=1e-6)


# -- verification ------------------------------------------------------------------------------------------------------


def outputs_of(state: Any, bath: str, other: str) -> dict[str, Any]:
    return {
        "S": sn.noise(state, bath),
        "S_program": sn.noise(state, bath, form="program"),
        "S_cross": sn.noise(state, bath, other=other),
        "F": sn.fano(state, bath),
        "Q": sn.uncertainty_product(state, bath),
    }


def test_noise_is_verified_by_the_reference() -> None:
    state = double_dot()
    report = sn.formula(state, outputs_of(state, "L", "R")).check(points=12, digits=30)
    assert report.passed, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("make", ["redfield", "secular", "local"])
def test_noise_is_verified_widely(make: str) -> None:
    for statistics in ("bose", "fermi"):
        state = sn.steady_state(getattr(sn, make)(systems.two_qubits(statistics)))
        outputs = outputs_of(state, "1", "2")
        if make != "redfield":
            outputs["S_E"] = sn.noise(state, "1", kind="energy")
            outputs["S_Q"] = sn.noise(state, "1", kind="heat", other="2")
        report = sn.formula(state, outputs).check(points=48, digits=30)
        assert report.passed, str(report)


@pytest.mark.slow
def test_noise_of_a_chain_is_a_program() -> None:
    state = sn.steady_state(sn.local(systems.chain(3)))
    report = sn.formula(state, {"S": sn.noise(state, "L")}).check(points=6, digits=20)
    assert report.passed, str(report)
    with pytest.raises(ObservableError, match="term budget"):
        sn.noise(state, "L", form="closed")


def test_a_wrong_noise_fails() -> None:
    state = single_level()
    good = sn.noise(state, "L")
    bad = replace(good, expression=program.mul(2, good.expression))
    report = sn.formula(state, {"good": good, "bad": bad}).check(points=3, digits=20)
    assert [row.passed for row in report.rows] == [True, False]


def test_the_closed_form_is_short() -> None:
    """One current, one normalisation, products of named factors."""
    state = double_dot(interaction=False)
    closed = sn.noise(state, "L", form="closed")
    assert program.count_ops([closed.expression]) < 60
    assert "I_particle_L" in program.symbols_of([closed.expression])
    assert r"\dot{n}_{L}" in sn.formula(state, {"S": closed}).latex()


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_counted_is_refused() -> None:
    state = sn.steady_state(sn.redfield(systems.two_qubits("fermi")))
    with pytest.raises(ObservableError, match=r"no definite amount per event.*secular"):
        sn.noise(state, "1", kind="energy")
    with pytest.raises(ObservableError, match=r"kind='charge'.*'particle'"):
        sn.noise(state, "1", kind="charge")
    with pytest.raises(ObservableError, match=r"form='short'.*'shortest'"):
        sn.noise(state, "1", form="short")
    with pytest.raises(ObservableError, match=r"no bath or jump is called '3'"):
        sn.noise(state, "3")
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    hermitian = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.x, gamma, T)])))
    for count in (sn.noise, sn.fano, sn.uncertainty_product):
        with pytest.raises(ObservableError, match=r"exchanges no countable quanta.*kind='energy'"):
            count(hermitian, "B")
    assert sn.noise(hermitian, "B", kind="energy").unit == "energy^3"


def test_nothing_is_divided_by_a_current_that_always_vanishes() -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    alone = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])))
    for ratio in (sn.fano, sn.uncertainty_product):
        with pytest.raises(ObservableError, match=rf"{ratio.__name__}: the particle current.*vanishes for all param"):
            ratio(alone, "B")
    with pytest.raises(ObservableError, match=r"division of .* by zero"):
        sn.purity(alone) / sn.particle_current(alone, "B")
