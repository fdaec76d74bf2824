"""Generators against QuTiP, an independent Davies generator and the printed matrix elements of a paper."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness.liouville import coordinates, liouvillian, values_at_random_point
from symness.residues import deficit

qutip = pytest.importorskip("qutip")

# -- Hermitian couplings: QuTiP's Bloch-Redfield tensor --------------------------------------------------------------


def rational_matrix(rng: random.Random, size: int, blocks: tuple[int, ...] | None = None) -> sp.Matrix:
    """A real symmetric matrix of exact rational numbers, block diagonal where asked."""
    matrix = sp.zeros(size, size)
    starts = {0: size} if blocks is None else {sum(blocks[:k]): sum(blocks[: k + 1]) for k in range(len(blocks))}
    for start, stop in starts.items():
        for i in range(start, stop):
            for j in range(i, stop):
                matrix[i, j] = matrix[j, i] = sp.Rational(rng.randint(1, 9), rng.choice([1, 2, 3, 5])) * rng.choice(
                    [-1, 1]
                )
    return matrix


def correlation(alpha: float, cutoff: float, T: float) -> Any:
    """C(w) of an Ohmic bath gamma(w) = alpha w exp(-w/cutoff), gamma odd; C(0) = alpha T (QuTiP wants the name w)."""

    def C(w: float) -> float:
        if abs(w) < 1e-9:
            return alpha * T
        gamma = alpha * abs(w) * np.exp(-abs(w) / cutoff)
        return gamma * (1 + systems.bose(w, T)) if w > 0 else gamma * systems.bose(-w, T)

    return C


@pytest.mark.parametrize(
    ("seed", "size", "blocks", "baths", "numerical"),
    [
        (1, 2, None, 1, False),
        (2, 2, None, 2, False),
        (3, 3, (2, 1), 2, False),
        (4, 3, None, 2, True),
        (5, 4, (3, 1), 1, True),
        (6, 4, (2, 2), 2, False),
    ],
)
def test_redfield_is_the_tensor_of_qutip(
    seed: int, size: int, blocks: tuple[int, ...] | None, baths: int, numerical: bool
) -> None:
    """All pairs of a Hermitian coupling: bloch_redfield_tensor(sec_cutoff=-1), compared on the product space."""
    rng = random.Random(seed)
    H = rational_matrix(rng, size, blocks)
    couplings = [rational_matrix(rng, size) for _ in range(baths)]
    alphas = sn.parameters("alpha_1 alpha_2", positive=True)
    temperatures = sn.parameters("T_1 T_2", positive=True)
    values = {"alpha_1": 0.3, "alpha_2": 0.7, "T_1": 1.3, "T_2": 2.1}
    model = sn.Model(
        H,
        baths=[
            sn.Bath(str(k), S, rate=lambda w, k=k: alphas[k] * w * sp.exp(-w / 10), temperature=temperatures[k])
            for k, S in enumerate(couplings)
        ],
    )
    generator = sn.redfield(model)
    assert generator.spectrum.numerical is numerical
    mine = systems.superoperator(generator, values)
    operators = [
        [qutip.Qobj(systems.numeric(S).real), correlation(values[f"alpha_{k + 1}"], 10, values[f"T_{k + 1}"])]
        for k, S in enumerate(couplings)
    ]
    theirs = qutip.bloch_redfield_tensor(qutip.Qobj(systems.numeric(H).real), operators, sec_cutoff=-1, fock_basis=True)
    assert np.abs(mine - theirs.full()).max() < 1e-12 * max(1, np.abs(mine).max())


def test_the_comparison_with_qutip_can_fail() -> None:
    """The same comparison sees a single rate that is off by a millionth."""
    H = sp.Matrix([[2, 1], [1, 0]])
    alpha, T = sn.parameters("alpha T", positive=True)
    model = sn.Model(H, baths=[sn.Bath("1", sp.Matrix([[0, 1], [1, 0]]), rate=lambda w: alpha * w, temperature=T)])
    mine = systems.superoperator(sn.redfield(model), {"alpha": 0.3, "T": 1.3})
    other = systems.superoperator(sn.redfield(model), {"alpha": 0.3 * (1 + 1e-6), "T": 1.3})
    assert np.abs(mine - other).max() > 1e-8


def test_redfield_and_secular_agree_where_all_pairs_are_equal() -> None:
    """A qubit with an exchange coupling has one Bohr frequency: one pair, one generator."""
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model(omega * q.number, baths=[sn.Bath("1", q.lowering, gamma, T)])
    values = {"omega": 1.7, "gamma": 0.2, "T": 0.9}
    expected = systems.commutator(np.diag([1.7, 0.0])) + 0.2 * (
        (1 + systems.bose(1.7, 0.9)) * systems.lindblad(systems.numeric(q.lowering))
        + systems.bose(1.7, 0.9) * systems.lindblad(systems.numeric(q.raising))
    )
    for make in (sn.redfield, sn.secular, sn.local):
        assert np.abs(systems.superoperator(make(model), values) - expected).max() < 1e-14


# -- exchange couplings: Davies and Lindblad built with numpy --------------------------------------------------------

POINT = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_secular_is_the_davies_generator(statistics: str) -> None:
    model = systems.two_qubits(statistics)
    values = {**POINT, **({"mu_1": 0.4, "mu_2": 1.1} if statistics == "fermi" else {})}
    occupied, sign = (systems.bose, 1) if statistics == "bose" else (systems.fermi, -1)
    baths = []
    for k, S in enumerate((model.baths[0].coupling[0], model.baths[1].coupling[0]), 1):
        g, T, mu = values[f"gamma_{k}"], values[f"T_{k}"], values.get(f"mu_{k}", 0.0)
        baths.append(
            (
                systems.numeric(S),
                lambda w, g=g, T=T, mu=mu: g * (1 + sign * occupied(w, T, mu)),
                lambda w, g=g, T=T, mu=mu: g * occupied(w, T, mu),
            )
        )
    expected = systems.davies(systems.numeric(model.total, values), baths)
    assert np.abs(systems.superoperator(sn.secular(model), values) - expected).max() < 1e-13


def independent_davies(model: Any, values: dict[str, float], statistics: str) -> np.ndarray:
    """Every bath with rate gamma, bath by bath, frequencies grouped by their numbers."""
    occupied, sign = (systems.bose, 1) if statistics == "bose" else (systems.fermi, -1)
    baths = [
        (
            systems.numeric(bath.coupling[0]),
            lambda w, T=values[bath.temperature.name]: values["gamma"] * (1 + sign * occupied(w, T)),
            lambda w, T=values[bath.temperature.name]: values["gamma"] * occupied(w, T),
        )
        for bath in model.baths
    ]
    return systems.davies(systems.numeric(model.total, values), baths)


def test_equal_frequencies_of_two_numerical_blocks_are_one_pair() -> None:
    """Detuned chain of three: the blocks of one and of two excitations have no closed form, but share their gaps."""
    w1, w2, w3, lam, gamma, T1, T2 = sn.parameters("w_1 w_2 w_3 lam gamma T_1 T_2", positive=True)
    a, b, c = sn.qubits("1 2 3")
    hop = a.raising * b.lowering + b.raising * c.lowering
    model = sn.Model(
        w1 * a.number + w2 * b.number + w3 * c.number,
        interaction=lam / 2 * (hop + hop.T),
        baths=[sn.Bath("L", a.lowering, gamma, T1), sn.Bath("R", c.lowering, gamma, T2)],
    )
    values = {"w_1": 2.0, "w_2": 2.3, "w_3": 1.9, "lam": 0.7, "gamma": 0.1, "T_1": 1.0, "T_2": 2.0}
    generator = sn.secular(model)
    assert generator.spectrum.numerical
    assert np.abs(systems.superoperator(generator, values) - independent_davies(model, values, "bose")).max() < 1e-13


def test_equal_frequencies_are_one_pair_across_a_jordan_wigner_string() -> None:
    """A hop over an occupied mode changes its sign: the same root must not count as two frequencies."""
    w1, w2, w3, t, gamma, T1, T2 = sn.parameters("w_1 w_2 w_3 t gamma T_1 T_2", positive=True)
    c = sn.fermions("1 2 3")
    hop = c[0].creation * c[2].annihilation
    model = sn.Model(
        sum((w * mode.number for w, mode in zip((w1, w2, w3), c, strict=True)), sp.zeros(8, 8)),
        interaction=t * (hop + hop.T),
        baths=[
            sn.Bath(str(k), c[k].annihilation, gamma, T, statistics="fermi") for k, T in ((0, T1), (1, T1), (2, T2))
        ],
    )
    values = {"w_1": 2.0, "w_2": 0.7, "w_3": 1.9, "t": 0.4, "gamma": 0.1, "T_1": 1.0, "T_2": 2.0}
    generator = sn.secular(model)
    assert len([d for d in generator.definitions if d.name.startswith("Omega")]) == 1
    assert np.abs(systems.superoperator(generator, values) - independent_davies(model, values, "fermi")).max() < 1e-13
    # free fermions: mode 2 sees nothing of the others
    assert len([pair for pair in generator.pairs if pair[0] == "1"]) == 1


@pytest.mark.slow
def test_frequencies_that_are_equal_for_some_parameters_only_are_refused() -> None:
    """Four modes: the order of the levels with two particles depends on the parameters, and with it what is equal."""
    e, f, t, gamma, T1, T2 = sn.parameters("e f t gamma T_1 T_2", positive=True)
    c = sn.fermions("1 2 3 4")
    hop = sum((p.creation * q.annihilation for p, q in pairwise(c)), sp.zeros(16, 16))
    model = sn.Model(
        e * c[0].number + f * c[2].number,
        interaction=t * (hop + hop.T),
        baths=[
            sn.Bath("1", c[0].annihilation, gamma, T1, statistics="fermi"),
            sn.Bath("2", c[3].annihilation, gamma, T2, statistics="fermi"),
        ],
    )
    with pytest.raises(sn.UndecidedError, match=r"levels cross.*eigenbasis="):
        sn.secular(model)
    assert sn.redfield(model).spectrum.numerical


def test_local_takes_each_coupling_at_its_bare_frequency() -> None:
    model = systems.two_qubits("bose")
    expected = systems.commutator(systems.numeric(model.total, POINT))
    for k, S in ((1, model.baths[0].coupling[0]), (2, model.baths[1].coupling[0])):
        N, L = systems.bose(POINT[f"omega_{k}"], POINT[f"T_{k}"]), systems.numeric(S)
        expected = expected + POINT[f"gamma_{k}"] * ((1 + N) * systems.lindblad(L) + N * systems.lindblad(L.conj().T))
    assert np.abs(systems.superoperator(sn.local(model), POINT) - expected).max() < 1e-14


def test_local_takes_the_frequency_that_is_named() -> None:
    omega, gamma, T, nu = sn.parameters("omega gamma T nu", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model(omega * q.number, baths=[sn.Bath("1", q.lowering, gamma, T, frequency=nu)])
    generator = sn.local(model)
    values = systems.known_values(generator, {"omega": 2.0, "nu": 0.7, "gamma": 1.0, "T": 0.5})
    assert values["up_1"] == pytest.approx(systems.bose(0.7, 0.5), rel=1e-14)


def test_jumps_enter_every_generator_verbatim() -> None:
    omega, lam, gamma, T, kappa = sn.parameters("omega lam gamma T kappa", positive=True)
    a, b = sn.qubits("1 2")
    V = lam / 2 * (a.raising * b.lowering + a.lowering * b.raising)
    H = omega * (a.number + b.number)
    bath = sn.Bath("1", a.lowering, gamma, T)
    jump = sn.Jump("dephasing", [a.z, b.z], rate=kappa)
    values = {"omega": 2.0, "lam": 0.6, "gamma": 0.3, "T": 1.1, "kappa": 0.17}
    expected = 0.17 * sum(systems.lindblad(systems.numeric(q.z)) for q in (a, b))
    for make in (sn.redfield, sn.secular, sn.local):
        with_jump = systems.superoperator(make(sn.Model(H, V, [bath], [jump])), values)
        without = systems.superoperator(make(sn.Model(H, V, [bath])), values)
        assert np.abs(with_jump - without - expected).max() < 1e-14


def test_a_common_bath_of_rank_one_is_one_collective_jump() -> None:
    """gamma_ab = g_a g_b: the dissipator of the one operator g_1 S_1 + g_2 S_2."""
    omega, T, g, h = sn.parameters("omega T g h", positive=True)
    a, b = sn.qubits("1 2")
    rates = sp.Matrix([[g**2, g * h], [g * h, h**2]])
    H = omega * (a.number + b.number)
    common = sn.Model(H, baths=[sn.Bath("C", [a.lowering, b.lowering], rate=rates, temperature=T)])
    values = {"omega": 1.2, "T": 0.9, "g": 0.4, "h": 0.7}
    L = systems.numeric(0.4 * a.lowering + 0.7 * b.lowering)
    N = systems.bose(1.2, 0.9)
    expected = systems.commutator(systems.numeric(H, values)) + (1 + N) * systems.lindblad(L)
    expected = expected + N * systems.lindblad(L.conj().T)
    for make in (sn.redfield, sn.secular, sn.local):
        assert np.abs(systems.superoperator(make(common), values) - expected).max() < 1e-14


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_every_generator_preserves_the_trace_exactly(make: Any, statistics: str) -> None:
    """Columns of the population rows add up to the zero polynomial, rate by rate."""
    generator = make(systems.two_qubits(statistics))
    matrix = liouvillian(generator)
    n = generator.dimension
    for column in coordinates(n):
        total: dict[str, Any] = {}
        for k in range(n):
            for rate, value in matrix.entry(("p", k, k), column).items():
                total[rate] = total.get(rate, matrix.ring.zero) + value
        assert all(not len(matrix.ring.reduce(v)) for v in total.values()), column


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_the_whole_liouvillian_has_one_null_vector(make: Any) -> None:
    generator = make(systems.two_qubits("fermi"))
    point, numbers = values_at_random_point(generator, liouvillian(generator))
    assert deficit(point, numbers, coordinates(4)) == 1


# -- which pairs are kept --------------------------------------------------------------------------------------------


def test_pairs_say_what_was_kept() -> None:
    model = systems.two_qubits("fermi")
    secular, redfield = sn.secular(model), sn.redfield(model)
    assert len(secular.pairs) == 4
    assert all(w == v for _, w, v in secular.pairs)
    assert len(redfield.pairs) == 8
    assert set(secular.pairs) < set(redfield.pairs)


def test_opposite_frequencies_of_a_hermitian_coupling_are_pairs_of_redfield() -> None:
    omega, alpha, T = sn.parameters("omega alpha T", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model(omega * q.number, baths=[sn.Bath("1", q.x, rate=lambda w: alpha * w, temperature=T)])
    assert {(w, v) for _, w, v in sn.redfield(model).pairs} == {
        ("omega", "omega"),
        ("omega", "-omega"),
        ("-omega", "omega"),
        ("-omega", "-omega"),
    }
    assert {(w, v) for _, w, v in sn.secular(model).pairs} == {("omega", "omega"), ("-omega", "-omega")}


def test_a_negative_frequency_reads_as_one() -> None:
    """The two frequencies add up to zero as they are printed: -(omega + lam/2) is not -omega + lam/2."""
    omega, lam, alpha, T = sn.parameters("omega lam alpha T", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model((omega + lam / 2) * q.number, baths=[sn.Bath("1", q.x, rate=lambda w: alpha * w, temperature=T)])
    found = {sp.sympify(w) for _, w, _ in sn.secular(model).pairs}
    assert len(found) == 2
    assert sum(found) == 0


# -- shifting the zero of energy -------------------------------------------------------------------------------------


def observables(state: Any, values: dict[str, float]) -> dict[str, float]:
    outputs = {f"p_{k}": state.element(k, k) for k in range(4)}
    outputs |= {f"n_{b}": sn.particle_current(state, b) for b in "12"}
    outputs |= {f"Q_{b}": sn.heat_current(state, b) for b in "12"}
    return {k: float(v) for k, v in sn.evaluator(state, outputs)(**values).items()}


def double_dot() -> Any:
    e1, e2, t, mu1, mu2 = sn.parameters("e_1 e_2 t mu_1 mu_2")
    g1, g2, T1, T2 = sn.parameters("g_1 g_2 T_1 T_2", positive=True)
    c, d = sn.fermions("1 2")
    return sn.Model(
        e1 * c.number + e2 * d.number,
        interaction=t * (c.creation * d.annihilation + d.creation * c.annihilation),
        baths=[
            sn.Bath("1", c.annihilation, g1, T1, mu1, statistics="fermi"),
            sn.Bath("2", d.annihilation, g2, T2, mu2, statistics="fermi"),
        ],
    )


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("energy", [-1.5, 1.5])
def test_rates_of_fermions_are_functions_of_a_frequency_of_either_sign(make: Any, energy: float) -> None:
    """A level between two leads is filled as sum of gamma f over the sum of gamma, gamma = g |E| for one of them."""
    e = sn.parameters("e")
    g1, g2, T1, T2 = sn.parameters("g_1 g_2 T_1 T_2", positive=True)
    (c,) = sn.fermions("c")
    baths = [
        sn.Bath("1", c.annihilation, lambda w: g1 * sp.Abs(w), T1, statistics="fermi"),
        sn.Bath("2", c.annihilation, g2, T2, statistics="fermi"),
    ]
    state = sn.steady_state(make(sn.Model(e * c.number, baths=baths)))
    found = sn.evaluator(state, {"n": state.element(0, 0)})(e=energy, g_1=0.3, g_2=0.7, T_1=1.0, T_2=2.0)
    rates = [0.3 * abs(energy), 0.7]
    filled = sum(rate * systems.fermi(energy, T) for rate, T in zip(rates, (1.0, 2.0), strict=True)) / sum(rates)
    assert float(found["n"]) == pytest.approx(filled, rel=1e-13)


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("shift", [0.37, -2.9, -6.4])
def test_the_zero_of_single_particle_energies_is_arbitrary(make: Any, shift: float) -> None:
    """Energies and chemical potentials move together; levels end up on both sides of zero and nothing changes."""
    state = sn.steady_state(make(double_dot()))
    values = {
        "e_1": 1.3,
        "e_2": 0.6,
        "t": 0.45,
        "g_1": 0.3,
        "g_2": 0.2,
        "T_1": 0.8,
        "T_2": 0.5,
        "mu_1": 0.9,
        "mu_2": 0.1,
    }
    moved = {k: v + shift if k.startswith(("e_", "mu_")) else v for k, v in values.items()}
    before, after = observables(state, values), observables(state, moved)
    for name in before:
        assert after[name] == pytest.approx(before[name], rel=1e-12, abs=1e-13), name


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("shift", [1.5, -2.9, -6.4])
def test_shift_of_two_qubits(make: Any, shift: float) -> None:
    """The papers' model: omega_j are declared real here, since the shift takes them through zero."""
    w1, w2, mu1, mu2, lam = sn.parameters("omega_1 omega_2 mu_1 mu_2 lam")
    g1, g2, T1, T2 = sn.parameters("g_1 g_2 T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        w1 * a.number + w2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, g1, T1, mu1, statistics="fermi"),
            sn.Bath("2", b.lowering, g2, T2, mu2, statistics="fermi"),
        ],
    )
    state = sn.steady_state(make(model))
    values = {
        "omega_1": 2.0, "omega_2": 2.6, "lam": -0.7, "g_1": 0.3, "g_2": 0.2,
        "T_1": 0.8, "T_2": 0.5, "mu_1": 0.9, "mu_2": 1.7,
    }  # fmt: skip
    moved = {k: v + shift if k.startswith(("omega_", "mu_")) else v for k, v in values.items()}
    before, after = observables(state, values), observables(state, moved)
    for name in before:
        assert after[name] == pytest.approx(before[name], rel=1e-12, abs=1e-13), name


# -- a published matrix ----------------------------------------------------------------------------------------------


def test_appendix_a_of_wang2019() -> None:
    """(A2)-(A23) of Wang et al. (2019) as polynomial identities; gamma = 2 J, so the paper's 2 Gamma is our rate.

    The paper orders |1> = ee, |2> = gg, |3> = upper, |4> = lower; ours are ee, upper, lower, gg.  Its Gamma^+-_i
    (emission) and gamma^+-_i (absorption) are down_i_p, down_i_m and up_i_p, up_i_m divided by two.
    """
    generator = sn.redfield(systems.two_qubits("fermi"))
    matrix = liouvillian(generator)
    ring = matrix.ring
    c, s = ring.generators["cos_half"], ring.generators["sin_half"]
    names = {
        letter + sign + str(bath): f"{direction}_{bath}_{'pm'[sign == '-']}"
        for letter, direction in (("G", "down"), ("g", "up"))
        for sign in "+-"
        for bath in (1, 2)
    }
    place = {1: 0, 2: 3, 3: 1, 4: 2}
    c2, s2, sine = c * c, s * s, 2 * c * s

    def form(*terms: tuple[Any, str]) -> dict[str, Any]:
        """sum weight * (sum of the paper's rates) -> rate name: polynomial (halved: gamma = 2 J)."""
        total: dict[str, Any] = {}
        for weight, rates in terms:
            for token in rates.split():
                sign, name = (-1, names[token[1:]]) if token[0] == "!" else (1, names[token])
                total[name] = total.get(name, ring.zero) + sign * weight / 2
        reduced = {name: ring.reduce(v) for name, v in total.items()}
        return {name: v for name, v in reduced.items() if len(v)}

    populations = {
        (1, 1): form((-2 * s2, "G-1 G+2"), (-2 * c2, "G+1 G-2")),
        (1, 3): form((2 * s2, "g-1"), (2 * c2, "g-2")),
        (1, 4): form((2 * c2, "g+1"), (2 * s2, "g+2")),
        (2, 2): form((-2 * s2, "g-1 g+2"), (-2 * c2, "g+1 g-2")),
        (2, 3): form((2 * c2, "G+1"), (2 * s2, "G+2")),
        (2, 4): form((2 * c2, "G-2"), (2 * s2, "G-1")),
        (3, 1): form((2 * s2, "G-1"), (2 * c2, "G-2")),
        (3, 2): form((2 * c2, "g+1"), (2 * s2, "g+2")),
        (3, 3): form((-2 * s2, "g-1 G+2"), (-2 * c2, "g-2 G+1")),
        (4, 1): form((2 * c2, "G+1"), (2 * s2, "G+2")),
        (4, 2): form((2 * s2, "g-1"), (2 * c2, "g-2")),
        (4, 4): form((-2 * c2, "g+1 G-2"), (-2 * s2, "g+2 G-1")),
        **{pair: {} for pair in ((1, 2), (2, 1), (3, 4), (4, 3))},  # (A23)
    }
    for (i, j), expected in populations.items():
        found = matrix.entry(("p", place[i], place[i]), ("p", place[j], place[j]))
        assert found == expected, f"M_{i}{i}^{j}{j}"
    half = ring.constant(1) / 2
    # M_kk^34 = M_kk^43: the population gains 2 Re rho_34 times the element
    drives = {
        1: form((half * sine, "g+1 g-1 !g+2 !g-2")),
        2: form((-half * sine, "G+1 G-1 !G+2 !G-2")),
        3: form((-half * sine, "g+1 !G-1 !g+2 G-2")),
        4: form((-half * sine, "g-1 !G+1 !g-2 G+2")),
    }
    for k, expected in drives.items():
        found = matrix.entry(("p", place[k], place[k]), ("x", 1, 2))
        assert found == {name: 2 * v for name, v in expected.items()}, f"M_{k}{k}^34"
        assert matrix.entry(("p", place[k], place[k]), ("y", 1, 2)) == {}
    sources = {
        1: form((half * sine, "G+1 G-1 !G+2 !G-2")),
        2: form((-half * sine, "g+1 g-1 !g+2 !g-2")),
        3: form((-half * sine, "g-1 !G+1 !g-2 G+2")),
        4: form((-half * sine, "g+1 !G-1 !g+2 G-2")),
    }
    for k, expected in sources.items():
        assert matrix.entry(("x", 1, 2), ("p", place[k], place[k])) == expected, f"M_34^{k}{k}"
        assert matrix.entry(("y", 1, 2), ("p", place[k], place[k])) == {}
    decay = form((-s2, "g-1 G-1 g+2 G+2"), (-c2, "g+1 G+1 g-2 G-2"))
    Omega = ring.generators["Omega"]
    assert matrix.entry(("x", 1, 2), ("x", 1, 2)) == decay
    assert matrix.entry(("y", 1, 2), ("y", 1, 2)) == decay
    # -i Omega rho_34: d Re = + Omega Im, d Im = - Omega Re; no rate mixes rho_34 with rho_43
    assert matrix.entry(("x", 1, 2), ("y", 1, 2)) == {"": Omega}
    assert matrix.entry(("y", 1, 2), ("x", 1, 2)) == {"": -Omega}
