"""Steady states: against exact solutions, null vectors built elsewhere, and inputs that have no answer."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import foreign
import numpy as np
import pytest
import sympy as sp
import systems
from scipy.integrate import quad

import symness as sn
from symness import program, steady
from symness.composites import composite_matrix
from symness.elimination import straight_line
from symness.errors import ObservableError, VerificationError
from symness.liouville import liouvillian, values_at_random_point

qutip = pytest.importorskip("qutip")

# -- exactly solvable transport --------------------------------------------------------------------------------------


def lead(name: str, operator: Any, symbols: Any) -> Any:
    gamma, T, mu = symbols
    return sn.Bath(name, operator, gamma, T, mu, statistics="fermi")


def single_level() -> Any:
    eps = sn.parameters("eps")
    gl, gr, tl, tr = sn.parameters("gamma_L gamma_R T_L T_R", positive=True)
    ml, mr = sn.parameters("mu_L mu_R")
    (d,) = sn.fermions("d")
    return sn.Model(
        eps * d.number,
        baths=[lead("L", d.annihilation, (gl, tl, ml)), lead("R", d.annihilation, (gr, tr, mr))],
    )


def double_dot() -> Any:
    e1, e2, t, ml, mr = sn.parameters("e_1 e_2 t mu_L mu_R")
    gl, gr, tl, tr = sn.parameters("gamma_L gamma_R T_L T_R", positive=True)
    c, d = sn.fermions("1 2")
    return sn.Model(
        e1 * c.number + e2 * d.number,
        interaction=t * (c.creation * d.annihilation + d.creation * c.annihilation),
        baths=[lead("L", c.annihilation, (gl, tl, ml)), lead("R", d.annihilation, (gr, tr, mr))],
    )


LEADS = {"T_L": 0.9, "T_R": 0.5, "mu_L": 0.6, "mu_R": -0.3}


def landauer(transmission: Any, breaks: list[float], weight: Any = lambda E: 1.0) -> float:
    """Integral of dE/(2 pi) T(E) (f_L - f_R) weight(E): exact for leads of one flat band and no interaction."""

    def integrand(E: float) -> float:
        window = systems.fermi(E, 0.9, 0.6) - systems.fermi(E, 0.5, -0.3)
        return transmission(E) * window * weight(E) / (2 * np.pi)

    return float(quad(integrand, -30, 30, points=breaks, limit=2000, epsabs=1e-14, epsrel=1e-11)[0])


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("eps", [0.7, -0.4, 0.0])
def test_a_single_level_carries_the_rate_equation_current(make: Any, eps: float) -> None:
    """n' = sum_j gamma_j (f_j - n) = 0, I_L = gamma_L (f_L - n), prefactor gamma_L gamma_R/(gamma_L + gamma_R)."""
    state = sn.steady_state(make(single_level()))
    f = sn.evaluator(state, {"I": sn.particle_current(state, "L"), "Q": sn.energy_current(state, "L", "total")})
    found = f(eps=eps, gamma_L=0.3, gamma_R=0.2, **LEADS)
    expected = 0.3 * 0.2 / 0.5 * (systems.fermi(eps, 0.9, 0.6) - systems.fermi(eps, 0.5, -0.3))
    assert found["I"] == pytest.approx(expected, rel=1e-13)
    assert found["Q"] == pytest.approx(eps * expected, rel=1e-13, abs=1e-16)


def test_a_single_level_is_the_weak_coupling_limit_of_landauer() -> None:
    """T(E) = gamma_L gamma_R/((E - eps)^2 + gamma^2/4), gamma = gamma_L + gamma_R; the error vanishes with gamma."""
    state = sn.steady_state(sn.secular(single_level()))
    f = sn.evaluator(state, {"I": sn.particle_current(state, "L")})
    errors = []
    for gamma in (0.08, 0.04, 0.02):
        gl, gr, eps = gamma, gamma / 2, 0.35
        exact = landauer(lambda E, gl=gl, gr=gr: gl * gr / ((E - 0.35) ** 2 + (gl + gr) ** 2 / 4), [0.35])
        errors.append(abs(f(eps=eps, gamma_L=gl, gamma_R=gr, **LEADS)["I"] / exact - 1))
    assert errors[0] < 0.06
    assert errors[1] < 0.6 * errors[0]
    assert errors[2] < 0.6 * errors[1]


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
def test_a_double_dot_is_the_weak_coupling_limit_of_landauer(make: Any) -> None:
    """End-coupled dots, one level above zero and one below.

    T(E) = g_L g_R t^2/|(E - e_1 + i g_L/2)(E - e_2 + i g_R/2) - t^2|^2 from the Green function of the 2 x 2 matrix H
    with self-energies -i g/2; particle and energy currents both, error of order gamma.
    """
    state = sn.steady_state(make(double_dot()))
    f = sn.evaluator(state, {"I": sn.particle_current(state, "L"), "E": sn.energy_current(state, "L")})
    e1, e2, t = -0.4, 0.3, 0.6
    levels = np.linalg.eigvalsh([[e1, t], [t, e2]])
    assert levels[0] < 0 < levels[1]
    errors = {"I": [], "E": []}
    for gamma in (0.08, 0.04, 0.02, 0.01):
        gl, gr = gamma, 0.7 * gamma

        def transmission(E: float, gl: float = gl, gr: float = gr) -> float:
            return gl * gr * t**2 / abs((E - e1 + 0.5j * gl) * (E - e2 + 0.5j * gr) - t**2) ** 2

        found = f(e_1=e1, e_2=e2, t=t, gamma_L=gl, gamma_R=gr, **LEADS)
        for name, weight in (("I", lambda E: 1.0), ("E", lambda E: E)):
            exact = landauer(transmission, list(levels), weight)
            errors[name].append(abs(float(found[name]) - exact) / gamma)
    for name, listed in errors.items():
        assert listed[0] < 0.05, name
        assert all(later < 0.65 * earlier for earlier, later in pairwise(listed)), (name, listed)


# -- chains ----------------------------------------------------------------------------------------------------------

CHAIN = {"omega": 2.0, "lam": 0.7, "gamma": 0.1, "T_1": 1.0, "T_2": 2.0}


def test_resonant_chain_of_three_in_the_secular_generator() -> None:
    """Three qubits, sqrt(2) in the spectrum: against the null vector of a Davies generator made with numpy."""
    model = systems.chain(3)
    generator = sn.secular(model)
    assert not generator.spectrum.numerical
    state = sn.steady_state(generator)
    H = systems.numeric(model.total, CHAIN)
    baths = [
        (
            systems.numeric(bath.coupling[0]),
            lambda w, T=T: 0.1 * (1 + systems.bose(w, T)),
            lambda w, T=T: 0.1 * systems.bose(w, T),
        )
        for bath, T in zip(model.baths, (1.0, 2.0), strict=True)
    ]
    expected = systems.stationary(systems.davies(H, baths))
    assert np.abs(systems.density(state, CHAIN) - expected).max() < 1e-12
    assert [str(c) for c in state.conditions] == ["sqrt(2)*lam < 2*omega"]


def test_local_chain_of_three_against_qutip() -> None:
    """The program form of the local generator of 8 levels (its derivation takes some tens of milliseconds)."""
    model = systems.chain(3)
    state = sn.steady_state(sn.local(model))
    H = qutip.Qobj(systems.numeric(model.total, CHAIN))
    jumps = []
    for bath, T in zip(model.baths, (1.0, 2.0), strict=True):
        N, L = systems.bose(2.0, T), systems.numeric(bath.coupling[0])
        jumps += [qutip.Qobj(np.sqrt(0.1 * (1 + N)) * L), qutip.Qobj(np.sqrt(0.1 * N) * L.T)]
    expected = qutip.steadystate(H, jumps).full()
    assert np.abs(systems.density(state, CHAIN) - expected).max() < 1e-12
    by_program = systems.run_formula(state.program, CHAIN)
    for output in state.program.outputs:
        i, j = output.observable.indices
        assert by_program[output.name] == pytest.approx(expected[i, j], abs=1e-12), output.name


@pytest.mark.slow
def test_redfield_chain_of_three() -> None:
    """All pairs: the null vector of the same generator written out as a matrix."""
    state = sn.steady_state(sn.redfield(systems.chain(3)))
    expected = systems.stationary(systems.superoperator(state.generator, CHAIN))
    assert np.abs(systems.density(state, CHAIN) - expected).max() < 1e-12


# -- both forms, and the Gibbs state ---------------------------------------------------------------------------------

POINT = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}
FERMI = {**POINT, "mu_1": 0.4, "mu_2": 1.1}


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_closed_form_program_and_null_vector_agree(make: Any, statistics: str) -> None:
    values = POINT if statistics == "bose" else FERMI
    state = sn.steady_state(make(systems.two_qubits(statistics)))
    assert state.has_paper_form
    expected = systems.stationary(systems.superoperator(state.generator, values))
    assert np.abs(systems.density(state, values) - expected).max() < 1e-13
    closed, straight = (systems.run_formula(f, values) for f in (state.closed_form, state.program))
    assert closed.keys() == straight.keys()
    for name, value in closed.items():
        assert value == pytest.approx(straight[name], rel=1e-10, abs=1e-13), name


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
@pytest.mark.parametrize("omegas", [(3.0, 2.0), (2.0, 3.0), (2.5, 2.5)])
def test_equal_baths_give_the_gibbs_state(make: Any, statistics: str, omegas: tuple[float, float]) -> None:
    """Unequal rates, detuned either way: exp(-(H + V - mu N)/T)/Z with coherences that vanish exactly."""
    model = systems.two_qubits(statistics)
    values = {**POINT, "omega_1": omegas[0], "omega_2": omegas[1], "T_1": 1.1, "T_2": 1.1}
    mu = 0.6 if statistics == "fermi" else 0.0
    if statistics == "fermi":
        values |= {"mu_1": mu, "mu_2": mu}
    a, b = sn.qubits("1 2")
    H = systems.numeric(model.total, values) - mu * systems.numeric(a.number + b.number)
    state = sn.steady_state(make(model))
    expected = systems.gibbs(H, 1.1)
    assert np.abs(systems.density(state, values) - expected).max() < 1e-13
    inside = systems.density(state, values, "energy")
    assert np.abs(inside - np.diag(np.diag(inside))).max() == 0


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("phase", [sp.Integer(1), sp.I])
def test_degenerate_levels_keep_their_coherence(make: Any, phase: Any) -> None:
    """V system with two degenerate excited states and a correlated bath: w = w' includes the coherence between them.

    It is purely real or purely imaginary: the other part is outside the sector and vanishes.
    """
    omega, T1, T2, g, h = sn.parameters("omega T_1 T_2 g h", positive=True)
    v = sn.levels("V", 3)
    first, second = v.transition(2, 0), v.transition(2, 1)
    model = sn.Model(
        omega * (v.projector(0) + v.projector(1)),
        baths=[
            sn.Bath("C", [first, phase * second], rate=sp.Matrix([[g**2, g * h], [g * h, h**2]]), temperature=T1),
            sn.Bath("S", first, rate=g, temperature=T2),
        ],
    )
    values = {"omega": 1.5, "T_1": 2.0, "T_2": 0.7, "g": 0.6, "h": 0.4}
    with pytest.warns(sn.LambShiftWarning):  # the couplings of the two levels are unequal
        state = sn.steady_state(make(model))
    coherences = [c for c in state.sector if c[0] != "p"]
    assert coherences == [("x" if phase == 1 else "y", 0, 1)]
    N1, N2 = systems.bose(1.5, 2.0), systems.bose(1.5, 0.7)
    L, S = systems.numeric(0.6 * first + 0.4 * phase * second), systems.numeric(first)
    whole = systems.commutator(np.diag([1.5, 1.5, 0.0]))
    for rate, jump in ((1 + N1, L), (N1, L.conj().T), (0.6 * (1 + N2), S), (0.6 * N2, S.T)):
        whole = whole + rate * systems.lindblad(jump)
    expected = systems.stationary(whole)
    assert abs(expected[0, 1]) > 1e-2
    for basis in ("product", "energy"):
        assert np.abs(systems.density(state, values, basis) - expected).max() < 1e-13


@pytest.mark.parametrize("detuning", range(1, 6))
def test_a_hamiltonian_of_plain_numbers(detuning: int) -> None:
    """Roots of numbers, sqrt(5) and roots that hold sqrt(5), exist modulo some primes only: the check finds one."""
    gamma, T1, T2 = sn.parameters("gamma T_1 T_2", positive=True)
    level = sn.levels("l", 3)
    model = sn.Model(
        sp.Matrix([[20 + detuning, 1, 0], [1, 20, 0], [0, 0, 0]]),
        baths=[sn.Bath("1", level.transition(2, 0), gamma, T1), sn.Bath("2", level.transition(2, 1), gamma, T2)],
    )
    values = {"gamma": 0.3, "T_1": 9.0, "T_2": 14.0}
    for make in (sn.redfield, sn.secular):
        state = sn.steady_state(make(model))
        expected = systems.stationary(systems.superoperator(state.generator, values))
        assert np.abs(systems.density(state, values) - expected).max() < 1e-13


def test_specialise_derives_the_model_anew() -> None:
    state = sn.steady_state(sn.redfield(systems.two_qubits("bose")))
    symbols = {s.name: s for s in state.generator.model.symbols}
    special = state.specialise({symbols["gamma_2"]: symbols["gamma_1"], symbols["omega_2"]: symbols["omega_1"]})
    assert "gamma_2" not in {s.name for s in special.generator.model.symbols}
    assert special.closed_form.count_ops() < state.closed_form.count_ops()
    values = {**POINT, "gamma_2": POINT["gamma_1"], "omega_2": POINT["omega_1"]}
    fewer = {k: v for k, v in values.items() if k not in ("gamma_2", "omega_2")}
    assert np.abs(systems.density(special, fewer) - systems.density(state, values)).max() < 1e-13


def test_specialise_takes_names_and_refuses_what_is_no_parameter() -> None:
    """A symbol that only looks like a parameter would be replaced nowhere, without a word."""
    state = sn.steady_state(sn.secular(foreign.thermal()))
    assert "T" not in {s.name for s in state.specialise({"T": 1}).generator.model.symbols}
    for stranger in ("T_1", sp.Symbol("T"), 3):
        with pytest.raises(ObservableError, match=r"is no parameter of the model; there are omega, gamma, T"):
            state.specialise({stranger: 1})


# -- inputs without an answer ----------------------------------------------------------------------------------------

MAKERS = [sn.redfield, sn.secular, sn.local]


@pytest.mark.parametrize("make", MAKERS)
def test_an_uncoupled_part_is_not_unique(make: Any) -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(omega * (a.number + 2 * b.number), baths=[sn.Bath("1", a.lowering, gamma, T)])
    with pytest.raises(sn.NonUniqueSteadyState, match=r"2 stationary states.*couple a bath.*Jump.*decoupled part"):
        sn.steady_state(make(model))


@pytest.mark.parametrize("make", MAKERS)
def test_a_dark_state_is_not_unique(make: Any) -> None:
    """Two equal qubits in a common bath: the singlet never decays."""
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    a, b = sn.qubits("1 2")
    common = sn.Bath("C", [a.lowering, b.lowering], gamma * sp.ones(2, 2), T)
    with pytest.raises(sn.NonUniqueSteadyState, match=r"stationary states"):
        sn.steady_state(make(sn.Model(omega * (a.number + b.number), baths=[common])))


@pytest.mark.parametrize("make", MAKERS)
def test_a_closed_system_is_not_unique(make: Any) -> None:
    omega = sn.parameters("omega", positive=True)
    (q,) = sn.qubits("1")
    with pytest.raises(sn.NonUniqueSteadyState, match=r"bath"):
        sn.steady_state(make(sn.Model(omega * q.number)))


def hermitian_pair(detuned: bool, assume: Any = ()) -> Any:
    omega, omega_2, lam, gamma, T1, T2 = sn.parameters("omega omega_2 lam gamma T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")
    return sn.Model(
        omega * a.number + (omega_2 if detuned else omega) * b.number,
        lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.x, lambda w: gamma * w, T1), sn.Bath("2", b.x, lambda w: gamma * w, T2)],
        assume=list(assume),
    )


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("detuned", [False, True])
def test_an_undecided_sign_prints_the_inequality_that_decides_it(make: Any, detuned: bool) -> None:
    """What the message says can be passed, and so can its opposite."""
    model = hermitian_pair(detuned)
    with pytest.raises(sn.UndecidedError, match=r"bath '1'.*undecided.*pass assume=") as caught:
        make(model)
    text = re.search(r"assume=\[(.*?)\] or the opposite", str(caught.value))
    relation = sp.sympify(text[1], locals={s.name: s for s in model.symbols})
    for chosen in (relation, sp.Not(relation)):
        generator = make(hermitian_pair(detuned, [chosen]))
        assert generator.pairs
        assert generator.model.assume == (chosen,)


def test_assume_decides_and_is_stated_with_the_result() -> None:
    omega, omega_2, lam = sn.parameters("omega omega_2 lam", positive=True)
    relation = lam**2 < 4 * omega * omega_2
    state = sn.steady_state(sn.redfield(hermitian_pair(True, [relation])))
    assert relation in state.conditions
    values = {"omega": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma": 0.05, "T_1": 0.8, "T_2": 1.9}
    rho = systems.density(state, values)
    expected = systems.stationary(systems.superoperator(state.generator, values))
    assert np.abs(rho - expected).max() < 1e-12
    assert np.isnan(systems.density(state, {**values, "lam": 6.0}).real).any()


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
def test_a_flat_rate_at_zero_frequency_names_its_remedy(make: Any) -> None:
    omega, gamma, T, g0 = sn.parameters("omega gamma T g_0", positive=True)
    (q,) = sn.qubits("1")
    with pytest.raises(sn.UndecidedError, match=r"diverges at omega = 0.*zero_frequency_rate="):
        make(sn.Model(omega * q.number, baths=[sn.Bath("1", q.x + q.z, gamma, T)]))
    given = sn.Model(omega * q.number, baths=[sn.Bath("1", q.x + q.z, gamma, T, zero_frequency_rate=g0)])
    values = {"omega": 1.3, "gamma": 0.1, "T": 0.9, "g_0": 0.2}
    state = sn.steady_state(make(given))
    rho = systems.density(state, values)
    assert np.abs(rho - systems.stationary(systems.superoperator(state.generator, values))).max() < 1e-13


def test_one_zero_frequency_rate_does_not_correlate_couplings() -> None:
    """Two qubits in a common reservoir: whether they dephase together at omega = 0 is not the engine's guess."""
    omega, gamma, T, g0 = sn.parameters("omega gamma T g_0", positive=True)
    a, b = sn.qubits("1 2")
    couplings = [a.x + a.z, b.x + b.z]
    for rate, refused in ((gamma * sp.ones(2, 2), True), (gamma, False)):
        bath = sn.Bath("C", couplings, rate, T, zero_frequency_rate=g0)
        model = sn.Model(omega * (a.number + b.number), baths=[bath])
        if refused:
            with pytest.raises(sn.ModelError, match="zero_frequency_rate=g_0 does not say how couplings 1 and 2"):
                sn.secular(model)
        else:
            assert sn.secular(model).rates


def test_local_with_several_bohr_frequencies_is_an_error() -> None:
    omega_1, omega_2, gamma, T = sn.parameters("omega_1 omega_2 gamma T", positive=True)
    v = sn.levels("3", 3)
    H = omega_1 * v.projector(1) + omega_2 * v.projector(2)
    bath = sn.Bath("1", v.transition(0, 1) + v.transition(1, 2), gamma, T)
    with pytest.raises(sn.ModelError, match=r"2 Bohr frequencies.*frequency="):
        sn.local(sn.Model(H, baths=[bath]))


# -- the check of the check ------------------------------------------------------------------------------------------


def derivation() -> tuple[Any, dict[Any, Any]]:
    generator = sn.redfield(systems.two_qubits("fermi"))
    matrix = liouvillian(generator)
    point, numbers = values_at_random_point(generator, matrix)
    made = steady._Derivation(generator, composite_matrix(generator, matrix), None, point, numbers)
    entries = {k: made.matrix.ring.collect(v) for k, v in made.matrix.matrix.items()}
    return made, straight_line(entries, made.matrix.sector, made.matrix.ground)


def test_verification_accepts_the_solution() -> None:
    made, values = derivation()
    made.check(values, made.base, "program form")


@pytest.mark.parametrize("corruption", ["population", "coherence", "norm", "swap", "definition"])
def test_verification_fails_on_a_corrupted_solution(corruption: str) -> None:
    made, values = derivation()
    definitions = list(made.base)
    if corruption == "population":
        values["p", 0, 0] = program.mul(values["p", 0, 0], 1 + program.number(1) / 10**9)
    elif corruption == "coherence":
        values["y", 1, 2] = -values["y", 1, 2]
    elif corruption == "norm":
        values = {c: program.mul(2, v) for c, v in values.items()}
    elif corruption == "swap":
        values["p", 1, 1], values["p", 2, 2] = values["p", 2, 2], values["p", 1, 1]
    else:
        k = next(k for k, d in enumerate(definitions) if d.name == "cos_half")
        definitions[k] = steady.replace(definitions[k], expression=program.number(1))
    with pytest.raises(VerificationError, match=r"does not solve its own equations"):
        made.check(values, definitions, "program form")


# -- models that are in no paper, with public names only -------------------------------------------------------------


def test_three_level_maser() -> None:
    """Hot, cold and work bath on one transition each: every cycle moves one quantum through all three.

    The currents are J (omega_h, -omega_c, -omega_w) with one flux J, which vanishes where omega_h/T_h equals
    omega_c/T_c + omega_w/T_w; with N_j = N(omega_j, T_j) the populations solve the three rate equations.
    """
    w_c, w_w, g_h, g_c, g_w, T_h, T_c, T_w = sn.parameters(
        "omega_c omega_w gamma_h gamma_c gamma_w T_h T_c T_w", positive=True
    )
    level = sn.levels("maser", 3)
    model = sn.Model(
        w_c * level.projector(1) + (w_c + w_w) * level.projector(2),
        baths=[
            sn.Bath("h", level.transition(0, 2), g_h, T_h),
            sn.Bath("c", level.transition(0, 1), g_c, T_c),
            sn.Bath("w", level.transition(1, 2), g_w, T_w),
        ],
        labels=["g", "m", "u"],
    )
    for make in (sn.redfield, sn.secular, sn.local):
        state = sn.steady_state(make(model))
        assert state.conditions == []
        outputs = {f"I_{b}": sn.energy_current(state, b) for b in "hcw"}
        outputs |= {"S": sn.entropy_production(state), "p_u": state.element(2, 2)}
        f = sn.evaluator(state, outputs)
        values = {
            "omega_c": 1.0,
            "omega_w": 2.0,
            "gamma_h": 0.1,
            "gamma_c": 0.2,
            "gamma_w": 0.3,
            "T_h": 3.0,
            "T_c": 0.5,
        }
        found = f(T_w=5.0, **values)
        flux = found["I_h"] / 3
        assert found["I_c"] == pytest.approx(-flux, rel=1e-12)
        assert found["I_w"] == pytest.approx(-2 * flux, rel=1e-12)
        assert found["S"] > 0
        up = {"h": 0.1 * systems.bose(3, 3), "c": 0.2 * systems.bose(1, 0.5), "w": 0.3 * systems.bose(2, 5)}
        down = {"h": up["h"] + 0.1, "c": up["c"] + 0.2, "w": up["w"] + 0.3}
        W = np.array([[0, down["c"], down["h"]], [up["c"], 0, down["w"]], [up["h"], up["w"], 0]])
        W -= np.diag(W.sum(axis=0))
        p = np.linalg.solve(np.vstack([W[:2], np.ones(3)]), [0, 0, 1])
        assert found["p_u"] == pytest.approx(p[2], rel=1e-12)
        assert flux == pytest.approx(up["h"] * p[0] - down["h"] * p[2], rel=1e-11)
        # reversible point: 3/T_h = 1/T_c + 2/T_w with T_h = 1, T_c = 1/2, T_w = 2
        still = f(**{**values, "T_h": 1.0, "T_c": 0.5, "T_w": 2.0})
        assert abs(float(still["I_h"])) < 1e-17
        text = state.closed_form.latex()
        assert r"\rho_{uu} &= \frac{" in text
        assert "gamma is the golden-rule rate" in text


def test_v_type_level_with_interference() -> None:
    """Both excited levels share two baths, in and out of phase: all pairs give a coherence, equal pairs do not."""
    e1, e2, g1, g2, T1, T2 = sn.parameters("epsilon_1 epsilon_2 gamma_1 gamma_2 T_1 T_2", positive=True)
    level = sn.levels("V", 3)
    first, second = level.transition(2, 0), level.transition(2, 1)
    model = sn.Model(
        e1 * level.projector(0) + e2 * level.projector(1),
        baths=[sn.Bath("1", first + second, g1, T1), sn.Bath("2", first - second, g2, T2)],
        labels=["a", "b", "g"],
    )
    values = {"epsilon_1": 2.0, "epsilon_2": 1.8, "gamma_1": 0.1, "gamma_2": 0.05, "T_1": 1.0, "T_2": 2.0}
    for make, coherent in ((sn.redfield, True), (sn.secular, False)):
        state = sn.steady_state(make(model))
        assert (r"\rho_{ab} &= \frac{" in state.closed_form.latex()) is coherent
        f = sn.evaluator(state, {"c": state.element(0, 1), "n": sn.particle_current(state, "1")})
        found = f(**values)
        assert bool(abs(found["c"]) > 1e-2) is coherent
        expected = systems.stationary(systems.superoperator(state.generator, values))
        assert np.abs(systems.density(state, values) - expected).max() < 1e-13
        # no bias: Gibbs populations, and no coherence
        equal = f(**{**values, "T_2": 1.0})
        assert equal["c"] == 0
        assert equal["n"] == 0
    with pytest.raises(sn.ModelError, match=r"2 Bohr frequencies under H \(epsilon_1, epsilon_2\); pass Bath"):
        sn.local(model)


def test_a_root_against_its_own_terms_has_a_sign() -> None:
    """lam - sqrt(lam**2 + om**2) < 0 < sqrt(lam**2 + om**2) - lam without any assumption."""
    from symness.assumptions import sign_of

    lam, om = sn.parameters("lam om", positive=True)
    root = sp.sqrt(4 * lam**2 + 4 * om**2) / 2
    assert sign_of(lam - root) == -1
    assert sign_of(root - lam) == 1
    assert sign_of(lam - sp.sqrt(om**2 + 1)) is None
    assert sign_of(lam - sp.sqrt(om**2 + 1), [lam**2 > om**2 + 1]) == 1
    x = sn.parameters("x")
    assert sign_of(lam**2 - om**2, [om < lam]) == 1
    assert sign_of(lam**2 - x**2, [x < lam]) is None  # x = -2 lam
