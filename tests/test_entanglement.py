"""Entanglement, Horodecki's M and coherence against QuTiP, their definitions, and the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness import program
from symness.entanglement import positive
from symness.errors import ObservableError
from symness.evaluator import Evaluator
from symness.formula import Formula, Input, Output

qutip = pytest.importorskip("qutip")
PAULI = (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())


def negativity(rho: np.ndarray) -> float:
    """Sum of |negative eigenvalues| of the partial transpose over the second qubit."""
    turned = rho.reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)
    eigenvalues = np.linalg.eigvalsh(turned)
    return float(-eigenvalues[eigenvalues < 0].sum())


def concurrence(rho: np.ndarray) -> float:
    return float(qutip.concurrence(qutip.Qobj(rho, dims=[[2, 2], [2, 2]])))


def test_the_measures_of_this_file() -> None:
    bell = np.zeros((4, 4))
    bell[1:3, 1:3] = 0.5
    assert negativity(bell) == pytest.approx(0.5)
    assert concurrence(bell) == pytest.approx(1)


def points(count: int) -> list[dict[str, float]]:
    """Cold enough for entanglement in about half of them."""
    rng = np.random.default_rng(3)
    listed = []
    for _ in range(count):
        w1, w2 = rng.uniform(1, 4, 2)
        listed.append(
            {
                "omega_1": w1,
                "omega_2": w2,
                "lam": 2 * np.sqrt(w1 * w2) * rng.uniform(0.3, 0.95),
                "gamma_1": rng.uniform(0.01, 0.3),
                "gamma_2": rng.uniform(0.01, 0.3),
                "T_1": rng.uniform(0.05, 0.8),
                "T_2": rng.uniform(0.05, 0.8),
            }
        )
    return listed


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_two_qubits(make: Any, statistics: str) -> None:
    state = sn.steady_state(make(systems.two_qubits(statistics)))
    outputs = {"C": sn.concurrence(state), "N": sn.negativity(state), "positive": positive(state)}
    f = sn.evaluator(state, outputs)
    g = sn.evaluator(state, {f"r{i}{j}": state.element(i, j, "product") for i in range(4) for j in range(i, 4)})
    entangled = 0
    for values in points(40):
        if statistics == "fermi":
            values |= {"mu_1": 0.7, "mu_2": 2.5}
        found, elements = f(**values), g(**values)
        rho = np.zeros((4, 4), complex)
        for name, value in elements.items():
            i, j = int(name[1]), int(name[2])
            rho[i, j], rho[j, i] = value, np.conj(value)
        lowest = np.linalg.eigvalsh(rho)[0]
        assert bool(found["positive"]) is bool(lowest > -1e-14)
        if lowest < 1e-12:
            continue
        entangled += float(found["C"]) > 1e-3
        assert float(found["C"]) == pytest.approx(concurrence(rho), abs=2e-8)  # QuTiP takes roots of eigenvalues
        assert float(found["N"]) == pytest.approx(negativity(rho), abs=1e-14)
    assert entangled >= 3 or make is sn.local


def test_both_blocks_of_an_x_state() -> None:
    """Coherence between ee and gg (a pair jump) as well as between eg and ge."""
    omega, lam, gamma, T1, T2, kappa, eta = sn.parameters("omega lam gamma T_1 T_2 kappa eta", positive=True)
    a, b = sn.qubits("1 2")
    pair = sn.Jump("pair", a.lowering * b.lowering + a.raising * b.raising, kappa)
    squeezed = sn.Jump("squeezed", a.lowering + sp.Rational(1, 2) * b.raising, eta)
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma, T1), sn.Bath("2", b.lowering, gamma, T2)],
        jumps=[pair, squeezed],
    )
    state = sn.steady_state(sn.local(model))
    f = sn.evaluator(
        state, {"C": sn.concurrence(state), "N": sn.negativity(state), "z": state.element(0, 3, "product")}
    )
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(20):
        values = {
            "omega": rng.uniform(0.1, 0.5), "lam": rng.uniform(0, 1), "gamma": rng.uniform(0.001, 0.02),
            "T_1": rng.uniform(0.05, 0.2), "T_2": rng.uniform(0.05, 0.2),
            "kappa": rng.uniform(0, 0.1), "eta": rng.uniform(0.5, 2),
        }  # fmt: skip
        rho = systems.density(state, values, "product")
        found = f(**values)
        seen += abs(found["z"]) > 1e-3
        assert float(found["C"]) == pytest.approx(concurrence(rho), abs=2e-8)
        assert float(found["N"]) == pytest.approx(negativity(rho), abs=1e-13)
    assert seen > 10


def test_maximally_entangled_limit() -> None:
    """Strong coupling, T = 0: the lower one-excitation state is the ground state, a Bell state on resonance."""
    state = sn.steady_state(sn.secular(systems.two_qubits("fermi")))
    f = sn.evaluator(state, {"C": sn.concurrence(state), "N": sn.negativity(state)})
    found = f(
        omega_1=1.0, omega_2=1.0, lam=4.0, gamma_1=0.1, gamma_2=0.2, T_1=0.0, T_2=0.0, mu_1=0.0, mu_2=0.0
    )  # levels at 3 (empty) and -1 (filled)
    assert float(found["C"]) == pytest.approx(1, abs=1e-14)
    assert float(found["N"]) == pytest.approx(0.5, abs=1e-14)


# -- states without X form --------------------------------------------------------------------------------------------


def leads(first: Any, second: Any) -> list[Any]:
    """A full lead and an empty one: their bias drives coherence, and entangles what hardly depends on temperature."""
    (gamma, T), mu = sn.parameters("gamma T", positive=True), sn.parameters("mu")
    return [
        sn.Bath("1", first, gamma, T, mu, statistics="fermi"),
        sn.Bath("2", second, gamma, 2 * T, -mu, statistics="fermi"),
    ]


@cache
def tunnelling() -> Any:
    """Exchange coupling, and sigma_x on each qubit: all ten elements of rho are non-zero, most of them complex."""
    omega, g, kappa_1, kappa_2 = sn.parameters("omega g kappa_1 kappa_2", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=g * (a.raising * b.lowering + a.lowering * b.raising) + kappa_1 * a.x + kappa_2 * b.x,
        baths=leads(a.lowering, b.lowering),
    )
    return sn.steady_state(sn.local(model))


def driven(count: int) -> dict[str, np.ndarray]:
    """Parameters of :func:`tunnelling`; some of the states are entangled, some are not."""
    rng = np.random.default_rng(8)
    gamma = rng.uniform(0.1, 1, count)
    return {
        "omega": rng.uniform(0.5, 2, count),
        "g": gamma * rng.uniform(0.2, 0.9, count),
        "kappa_1": gamma * rng.uniform(0, 0.2, count),
        "kappa_2": gamma * rng.uniform(0, 0.2, count),
        "gamma": gamma,
        "T": rng.uniform(0.1, 1.5, count),
        "mu": rng.uniform(0.5, 3, count),
    }


def all_measures(state: Any) -> dict[str, Any]:
    return {
        "C": sn.concurrence(state),
        "N": sn.negativity(state),
        "M": sn.horodecki(state),
        "B": sn.chsh(state),
        "purity": sn.purity(state),
        "S": sn.von_neumann_entropy(state),
        "l1": sn.coherence_l1(state),
        "relative": sn.coherence_relative_entropy(state),
        "positive": sn.positive(state),
    }


def definitions(rho: np.ndarray) -> dict[str, float]:
    """The same measures of one density matrix, from QuTiP and from their definitions."""
    operator = qutip.Qobj(rho, dims=[[2, 2], [2, 2]])
    T = [[np.trace(rho @ np.kron(s.full(), r.full())).real for r in PAULI] for s in PAULI]
    M = np.sort(np.linalg.svd(T, compute_uv=False) ** 2)[1:].sum()
    diagonal = qutip.Qobj(np.diag(np.diag(rho)))
    return {
        "C": concurrence(rho),
        "N": negativity(rho),
        "M": M,
        "B": 2 * np.sqrt(M),
        "purity": operator.purity(),
        "S": qutip.entropy_vn(operator),
        "l1": np.abs(rho - np.diag(np.diag(rho))).sum(),
        "relative": qutip.entropy_vn(diagonal) - qutip.entropy_vn(operator),
        "positive": bool(np.linalg.eigvalsh(rho)[0] > -1e-14),
    }


def states(state: Any, values: Mapping[str, np.ndarray]) -> np.ndarray:
    n = state.generator.dimension
    places = [(i, j) for i in range(n) for j in range(i, n)]
    found = sn.evaluator(state, {f"r_{i}_{j}": state.element(i, j, "product") for i, j in places})(**values)
    rho = np.zeros((*next(iter(found.values())).shape, n, n), complex)
    for i, j in places:
        rho[..., i, j] = found[f"r_{i}_{j}"]
        rho[..., j, i] = np.conj(rho[..., i, j])
    return rho


def test_every_measure_of_a_state_without_x_form() -> None:
    state, values = tunnelling(), driven(60)
    rho = states(state, values)
    assert np.abs(rho).min() > 1e-9  # all ten elements
    outputs = all_measures(state)
    f = sn.evaluator(state, outputs)
    found = f(**values)
    kernel = f.kernel(np, *(values[s.name] for s in state.generator.model.symbols))
    for k, matrix in enumerate(rho):
        for name, expected in definitions(matrix).items():
            tolerance = 3e-8 if name == "C" else 1e-13  # QuTiP takes roots of eigenvalues
            assert found[name][k] == pytest.approx(expected, abs=tolerance), name
            assert kernel[name][k] == pytest.approx(expected, abs=3e-8), name
        # QuTiP takes the roots of squares
        assert found["N"][k] == pytest.approx(qutip.negativity(qutip.Qobj(matrix, dims=[[2, 2]] * 2), 0), abs=1e-7)
    assert (found["C"] > 1e-3).any()
    assert (found["C"] <= 0).any()
    assert ((found["C"] > 1e-9) == (found["N"] > 1e-9)).all()


def test_digits_of_a_state_without_x_form() -> None:
    """Against the reference, which computes each measure from its definition."""
    report = sn.verify(sn.formula(tunnelling(), all_measures(tunnelling())), points=9, digits=25)
    assert report.passed, report.text()
    assert not report.skipped


def test_the_reference_refuses_wrong_measures() -> None:
    state = tunnelling()
    half = program.number(Fraction(1, 2))
    for name in ("M", "purity", "l1"):
        right = all_measures(state)[name]
        wrong = replace(right, expression=program.mul(half, right.expression))
        assert not sn.verify(sn.formula(state, {name: wrong}), points=2, digits=20).passed


def test_x_states_have_the_values_of_the_general_formulas() -> None:
    """The closed forms against the definitions; the reference knows no X states but for concurrence."""
    state = sn.steady_state(sn.redfield(systems.two_qubits("bose")))
    outputs = all_measures(state)
    found = [sn.evaluator(state, outputs)(**values) for values in points(12)]
    for values, measures in zip(points(12), found, strict=True):
        rho = states(state, {name: np.array(value) for name, value in values.items()})
        expected = definitions(rho)
        inside = systems.density(state, values, "energy")
        expected["l1"] = np.abs(inside - np.diag(np.diag(inside))).sum()
        expected["relative"] = qutip.entropy_vn(qutip.Qobj(np.diag(np.diag(inside)))) - expected["S"]
        unclear = set() if expected["positive"] else {"C", "S", "relative"}  # each clips in its own way
        for name in set(outputs) - unclear:
            assert measures[name] == pytest.approx(expected[name], abs=3e-8 if name == "C" else 1e-13), name
    report = sn.verify(sn.formula(state, outputs), points=11, digits=25)
    assert report.passed, report.text()


def test_small_tunnelling_reaches_the_x_state() -> None:
    state, values = tunnelling(), driven(40)
    f = sn.evaluator(state, {"C": sn.concurrence(state), "N": sn.negativity(state), "M": sn.horodecki(state)})
    found = f(**{**values, "kappa_1": 0.0, "kappa_2": 0.0})
    a, b = sn.qubits("1 2")
    model = tunnelling().generator.model
    g = next(s for s in model.symbols if s.name == "g")
    plain = replace(model, interaction=g * (a.raising * b.lowering + a.lowering * b.raising))
    x_form = sn.steady_state(sn.local(plain))
    x_outputs = {"C": sn.concurrence(x_form), "N": sn.negativity(x_form), "M": sn.horodecki(x_form)}
    expected = sn.evaluator(x_form, x_outputs)(
        **{name: value for name, value in values.items() if not name.startswith("kappa")}
    )
    for name in found:
        np.testing.assert_allclose(found[name], expected[name], atol=3e-15, err_msg=name)
    assert (found["C"] > 1e-3).any()


def test_one_bad_element_spoils_no_other() -> None:
    state, values = tunnelling(), driven(6)
    f = sn.evaluator(state, all_measures(state))
    good = f(**values)
    omega = values["omega"].copy()
    omega[2] = np.nan
    bad = f(**{**values, "omega": omega})
    kernel = f.kernel(np, *({**values, "omega": omega}[s.name] for s in state.generator.model.symbols))
    for name in set(good) - {"positive"}:
        assert np.isnan(bad[name][2])
        assert np.isnan(kernel[name][2])
        np.testing.assert_array_equal(np.delete(bad[name], 2), np.delete(good[name], 2))
        assert np.isfinite(np.delete(kernel[name], 2)).all()


def test_exactly_degenerate_states() -> None:
    """The function on matrices: Bell states, products, the completely mixed state; twice the same eigenvalue."""
    names = [f"r{k}" for k in range(16)]
    rho = [program.symbol(name) for name in names]
    formula = Formula(
        "states",
        tuple(Input(name, name) for name in names),
        (),
        (Output("C", program.call("positive_part", program.call("wootters", *rho)), "C"),),
    )
    bell = np.zeros((4, 4))
    bell[1:3, 1:3] = 0.5
    mixed, product = np.eye(4) / 4, np.diag([1.0, 0, 0, 0])
    listed = [bell, mixed, product, 0.5 * bell + 0.5 * mixed, 0.7 * bell + 0.3 * product, (np.eye(4) - bell) / 3]
    found = Evaluator(formula)(**dict(zip(names, np.array([x.ravel() for x in listed]).T, strict=True)))["C"]
    np.testing.assert_allclose(found, [1, 0, 0, 0.25, 0.7, 0], atol=1e-15)


# -- bipartitions ------------------------------------------------------------------------------------------------------


@cache
def three_sites() -> Any:
    omega, g = sn.parameters("omega g", positive=True)
    a, b, c = sn.qubits("1 2 3")
    hops = a.raising * b.lowering + a.lowering * b.raising + b.raising * c.lowering + b.lowering * c.raising
    model = sn.Model(
        omega * (a.number + b.number + c.number), interaction=g * hops, baths=leads(a.lowering, c.lowering)
    )
    return sn.steady_state(sn.local(model))


def test_negativity_of_a_state_that_is_not_positive() -> None:
    """Fermions far from equilibrium in Redfield: rho_ee + rho_gg < 0, and the partial transpose decides."""
    state = sn.steady_state(sn.redfield(systems.two_qubits()))
    values = {"omega_1": 4.865, "omega_2": 5.088, "lam": 0.138, "gamma_1": 0.0625, "gamma_2": 0.62}
    values |= {"T_1": 0.0, "T_2": 0.0, "mu_1": 7.75, "mu_2": 4.94}
    rho = systems.density(state, values)
    assert (rho[0, 0] + rho[3, 3]).real < -0.01
    found = sn.evaluator(state, {"N": sn.negativity(state)})(**values)["N"]
    assert float(found) == pytest.approx(negativity(rho), rel=1e-9)


@pytest.mark.parametrize("partition", [[0], [1], [2], [0, 1]])
def test_negativity_of_three_qubits(partition: list[int]) -> None:
    state = three_sites()
    values = {name: value for name, value in driven(10).items() if not name.startswith("kappa")}
    measure = sn.negativity(state, partition)
    found = sn.evaluator(state, {"N": measure})(**values)["N"]
    rho = states(state, values)
    mask = [int(k in partition) for k in range(3)]
    for k, matrix in enumerate(rho):
        turned = qutip.partial_transpose(qutip.Qobj(matrix, dims=[[2] * 3] * 2), mask).eigenenergies()
        assert found[k] == pytest.approx(-turned[turned < 0].sum(), abs=1e-14)
    assert (found > 1e-3).any()
    sites = sn.qubits("1 2 3")
    assert sn.negativity(state, [sites[k] for k in partition]).expression is measure.expression


def test_negativity_of_three_qubits_has_its_digits() -> None:
    state = three_sites()
    outputs = {f"N_{k}": sn.negativity(state, [k]) for k in range(2)}
    report = sn.verify(sn.formula(state, outputs), points=5, digits=20)
    assert report.passed, report.text()


def test_negativity_of_a_qubit_and_a_qutrit() -> None:
    """One excitation goes back and forth between a qubit and the lower transition of a qutrit."""
    omega, g = sn.parameters("omega g", positive=True)
    lower = sp.kronecker_product(sp.Matrix([[0, 0], [1, 0]]), sp.eye(3))
    step = sp.kronecker_product(sp.eye(2), sp.Matrix([[0, 0, 0], [1, 0, 0], [0, 1, 0]]))
    model = sn.Model(
        omega * (lower.T * lower + sp.kronecker_product(sp.eye(2), sp.diag(2, 1, 0))),
        interaction=g * (lower.T * step + lower * step.T),
        baths=leads(lower, step),
    )
    state = sn.steady_state(sn.local(model))
    values = {"omega": 1.0, "g": 0.2, "gamma": 0.3, "T": 0.2, "mu": 3.0}
    found = sn.evaluator(state, {"N": sn.negativity(state, [0], (2, 3)), "M": sn.negativity(state, [1], (2, 3))})(
        **values
    )
    operator = qutip.Qobj(systems.density(state, values), dims=[[2, 3], [2, 3]])
    turned = qutip.partial_transpose(operator, [1, 0]).eigenenergies()
    expected = -turned[turned < 0].sum()
    assert expected > 1e-4
    assert float(found["N"]) == pytest.approx(expected, abs=1e-14)
    assert float(found["M"]) == pytest.approx(expected, abs=1e-14)


def test_what_is_no_bipartition() -> None:
    state = three_sites()
    with pytest.raises(ObservableError, match=r"3 parts .* more than one way; pass partition=\[0\]"):
        sn.negativity(state)
    for partition in ([], [0, 1, 2], [3], [-1], "12", [0.5], 0.5, ["a", 0], [[0], [1]]):
        with pytest.raises(ObservableError, match=r"divides nothing; pass some but not all"):
            sn.negativity(state, partition)
    for dimensions in ((2, 2), (8,), (8, 1), 8, "222"):
        with pytest.raises(ObservableError, match=r"have to multiply to 8"):
            sn.negativity(state, [0], dimensions)
    first = sn.negativity(state, [0])
    for same in (0, np.array([0]), sn.qubits("1 2 3")[0]):
        assert sn.negativity(state, same).expression is first.expression
    for measure in (sn.concurrence, sn.horodecki, sn.chsh):
        with pytest.raises(ObservableError, match=r"8 levels, not two qubits.*sn.negativity with dimensions="):
            measure(state)


# -- coherence and purity ----------------------------------------------------------------------------------------------


def test_bases_of_coherence() -> None:
    """In equilibrium nothing is coherent between eigenstates of H + V, but between product states it is."""
    state = sn.steady_state(sn.redfield(systems.two_qubits("bose")))
    outputs = {
        f"{kind}_{basis}": measure(state, basis)
        for kind, measure in (("l1", sn.coherence_l1), ("r", sn.coherence_relative_entropy))
        for basis in ("energy", "product")
    }
    outputs |= {"purity": sn.purity(state), "S": sn.von_neumann_entropy(state)}
    values = {"omega_1": 1.0, "omega_2": 1.3, "lam": 0.9, "gamma_1": 0.1, "gamma_2": 0.2, "T_1": 0.4, "T_2": 0.4}
    found = {name: float(value) for name, value in sn.evaluator(state, outputs)(**values).items()}
    assert found["l1_energy"] == 0
    assert found["r_energy"] == pytest.approx(0, abs=1e-15)
    energies = np.array([2.3, 1.15 + np.hypot(0.15, 0.45), 1.15 - np.hypot(0.15, 0.45), 0.0])
    p = np.exp(-energies / 0.4) / np.exp(-energies / 0.4).sum()
    assert found["purity"] == pytest.approx((p**2).sum(), rel=1e-14)
    assert found["S"] == pytest.approx(-(p * np.log(p)).sum(), rel=1e-13)
    rho = systems.density(state, values, "product")
    assert found["l1_product"] == pytest.approx(2 * abs(rho[1, 2]), rel=1e-14)
    diagonal = np.diag(rho).real
    assert found["r_product"] == pytest.approx(-(diagonal * np.log(diagonal)).sum() - found["S"], abs=1e-15)
    assert found["r_product"] > 0.01
    hotter = sn.evaluator(state, outputs)(**{**values, "T_1": 1.0})
    assert hotter["l1_energy"] > 1e-4
    assert hotter["r_energy"] > 1e-9
    with pytest.raises(ObservableError, match="pass 'energy' or 'product'"):
        sn.coherence_l1(state, "other")


def test_pure_and_mixed_limits() -> None:
    state = sn.steady_state(sn.local(systems.two_qubits("bose")))
    f = sn.evaluator(state, {"purity": sn.purity(state), "S": sn.von_neumann_entropy(state)})
    rest = {"omega_1": 1.0, "omega_2": 1.0, "lam": 0.5, "gamma_1": 0.1, "gamma_2": 0.2}
    cold, hot = f(**rest, T_1=0.0, T_2=0.0), f(**rest, T_1=1e9, T_2=1e9)
    assert (float(cold["purity"]), float(cold["S"])) == (1.0, 0.0)
    assert float(hot["purity"]) == pytest.approx(0.25, abs=1e-9)
    assert float(hot["S"]) == pytest.approx(np.log(4), abs=1e-9)


def test_equations_of_numerical_measures() -> None:
    text = sn.formula(tunnelling(), {"C": sn.concurrence(tunnelling())}).latex(outputs=["C"])
    assert r"&= \max[0, \Lambda(\varrho)]" in text
    assert r"\Lambda = s_{1} - s_{2} - s_{3} - s_{4}" in text
    entropy = sn.formula(tunnelling(), {"S": sn.von_neumann_entropy(tunnelling())}).latex()
    assert r"E_{1}(H) \ln E_{1}(H)" in entropy


def test_systems_that_are_not_two_qubits() -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    v = sn.levels("v", 3)
    model = sn.Model(
        omega * (v.projector(1) + 2 * v.projector(2)),
        baths=[sn.Bath("1", v.transition(0, 1) + v.transition(1, 2), gamma, T)],
    )
    state = sn.steady_state(sn.secular(model))
    for measure in (sn.concurrence, sn.negativity):
        with pytest.raises(ObservableError, match=r"3 levels, not two qubits"):
            measure(state)
    assert bool(sn.evaluator(state, {"ok": positive(state)})(omega=1.0, gamma=0.1, T=0.7)["ok"])
