"""Energies and eigenvectors: every way to a closed form, the numerical block, and bases that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness import program
from symness.gauge import real_gauge
from symness.graph import components
from symness.names import Names
from symness.rates import RateTable
from symness.spectrum import spectrum


def solved(model: Any, values: dict[str, float]) -> tuple[np.ndarray, np.ndarray, Any]:
    """Energies and eigenvectors in floats."""
    found = spectrum(model, Names({s.name for s in model.symbols} | {"i"}))
    known: dict[str, Any] = dict(values)
    for definition in found.definitions:
        known[definition.name] = systems.run([definition.expression], known)[0]
    energies = np.array(systems.run(found.energies, known), complex)
    vectors = np.array([systems.run(row, known) for row in found.vectors], complex)
    return energies, vectors, found


def check(model: Any, values: dict[str, float]) -> Any:
    """H V = V E and V^+ V = 1, whatever the route."""
    energies, V, found = solved(model, values)
    H = systems.numeric(model.total, values)
    assert np.abs(H @ V - V @ np.diag(energies)).max() < 1e-13 * max(1, np.abs(H).max())
    assert np.abs(V.conj().T @ V - np.eye(len(H))).max() < 1e-13
    return found


def pair(coupling: Any, delta: Any) -> Any:
    return sn.Model(sp.Matrix([[delta, coupling], [sp.conjugate(coupling), 0]]))


def test_components() -> None:
    assert components(5, [(0, 3), (3, 4)]) == [[0, 3, 4], [1], [2]]


@pytest.mark.parametrize("delta", [1.7, -1.7, 1e-9, -1e-9, 0.0])
@pytest.mark.parametrize("lam", [0.8, -0.8])
def test_mixing_angle_of_a_pair(delta: float, lam: float) -> None:
    """theta = atan2(lam, delta): both signs of detuning and coupling; the first state is the upper one."""
    d, h = sn.parameters("delta lam")
    model = pair(h / 2, d)
    values = {"delta": delta, "lam": lam}
    check(model, values)
    energies, V, _ = solved(model, values)
    assert energies[0].real > energies[1].real
    theta = np.arctan2(lam, delta)
    assert np.allclose(V[:, 0], [np.cos(theta / 2), np.sin(theta / 2)], rtol=1e-14, atol=0)
    assert np.allclose(V[:, 1], [-np.sin(theta / 2), np.cos(theta / 2)], rtol=1e-14, atol=0)


@pytest.mark.parametrize("sign", [1, -1])
def test_resonant_pair_needs_no_angle(sign: int) -> None:
    """Equal energies, a coupling of known sign: 1/sqrt(2) exactly, upper state first."""
    omega, lam = sn.parameters("omega lam", positive=True)
    found = check(sn.Model(sp.Matrix([[omega, sign * lam], [sign * lam, omega]])), {"omega": 2.0, "lam": 0.7})
    assert [d.name for d in found.definitions] == ["root_2"]


def test_resonant_pair_with_a_coupling_of_unknown_sign() -> None:
    omega, lam = sn.parameters("omega lam")
    for value in (0.7, -0.7):
        check(sn.Model(sp.Matrix([[omega, lam], [lam, omega]])), {"omega": 2.0, "lam": value})


@pytest.mark.parametrize("p", [0.4, -0.4])
@pytest.mark.parametrize("q", [0.9, -0.9])
@pytest.mark.parametrize("delta", [1.7, -0.3])
def test_complex_coupling(p: float, q: float, delta: float) -> None:
    d, x, y = sn.parameters("delta p q")
    check(pair(x + sp.I * y, d), {"delta": delta, "p": p, "q": q})


@pytest.mark.parametrize("q", [0.9, -0.9])
@pytest.mark.parametrize("delta", [1.7, 0.0])
def test_imaginary_coupling(q: float, delta: float) -> None:
    d, y = sn.parameters("delta q")
    check(pair(sp.I * y, d), {"delta": delta, "q": q})


def test_two_complex_pairs_of_different_phase() -> None:
    """Each block has its own phase."""
    d, x, y, u = sn.parameters("delta x y u")
    H = sp.zeros(4, 4)
    H[0, 0], H[2, 2] = d, 2 * d
    H[0, 1], H[1, 0] = x + sp.I * y, x - sp.I * y
    H[2, 3], H[3, 2] = u - sp.I * x, u + sp.I * x
    check(sn.Model(H), {"delta": 0.8, "x": 0.3, "y": -0.5, "u": 1.1})


def test_two_blocks_of_the_same_pair_share_their_names() -> None:
    d, h = sn.parameters("delta lam")
    block = sp.Matrix([[d, h / 2], [h / 2, 0]])
    found = check(sn.Model(sp.diag(block, block + sp.eye(2))), {"delta": 0.8, "lam": 0.3})
    assert len([d for d in found.definitions if d.expression.op == "call" and d.expression.args[0] == "sqrt"]) == 1


def test_chain_of_three_has_a_closed_form_with_root_2() -> None:
    omega, lam = sn.parameters("omega lam", positive=True)
    H = omega * sp.eye(3) + lam / 2 * sp.Matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    found = check(sn.Model(H), {"omega": 2.0, "lam": 0.7})
    assert not found.numerical
    assert "root_2" in found.relations


def test_products_of_roots_are_known() -> None:
    """sqrt(2), sqrt(3) and sqrt(6) in one block."""
    lam = sn.parameters("lam", positive=True)
    H = lam * sp.Matrix([[0, sp.sqrt(2), 0], [sp.sqrt(2), 0, 2], [0, 2, 0]])
    found = check(sn.Model(H), {"lam": 0.7})
    assert not found.numerical


def test_block_without_a_closed_form_is_numerical() -> None:
    e, f, lam = sn.parameters("e f lam")
    H = sp.Matrix([[e, lam, 0], [lam, f, lam], [0, lam, 0]])
    found = check(sn.Model(H), {"e": 2.0, "f": 0.9, "lam": -0.6})
    assert found.numerical
    energies, _, _ = solved(sn.Model(H), {"e": 2.0, "f": 0.9, "lam": -0.6})
    assert list(energies.real) == sorted(energies.real, reverse=True)


def test_complex_block_without_a_closed_form_is_numerical() -> None:
    e, lam = sn.parameters("e lam")
    H = sp.Matrix([[e, sp.I * lam, lam], [-sp.I * lam, 0, lam], [lam, lam, 1]])
    found = check(sn.Model(H), {"e": 0.3, "lam": 0.8})
    assert found.numerical
    assert any(d.name == "v_1_1_im" for d in found.definitions)


PHASES = {"e": 1.3, "t": 0.7, "x": 0.4, "y": -0.9, "phi": 2.1}


def chain_with_phases() -> tuple[Any, Any]:
    e, t = sn.parameters("e t", positive=True)
    x, y, phi = sn.parameters("x y phi")
    H = sp.zeros(3, 3)
    H[0, 1], H[1, 2] = t * sp.exp(sp.I * phi), x + sp.I * y
    return H + H.H + e * sp.eye(3), (t, x, y, phi)


def test_phases_along_a_chain_leave_its_closed_form() -> None:
    """exp(i phi) and x + i y, of which the states take the phases."""
    H, _ = chain_with_phases()
    found = check(sn.Model(H), PHASES)
    assert not found.numerical


def test_a_loop_without_flux_has_a_closed_form() -> None:
    """The phases of two couplings are opposite on the way round."""
    t, phi = sn.parameters("t phi", positive=True)
    phase = sp.exp(sp.I * phi)
    H = t * sp.Matrix([[0, phase, phase], [1 / phase, 0, 1], [1 / phase, 1, 0]])
    V = sp.diag(1, 1 / phase, 1 / phase) * degenerate_ring()[1]
    real, paths = real_gauge(sp.Matrix(H))
    assert real == t * (sp.ones(3, 3) - sp.eye(3))
    assert [len(path) for path in paths] == [0, 1, 1]
    for model in (sn.Model(H), sn.Model(H, eigenbasis=V)):
        assert not check(model, {"t": 0.7, "phi": 0.4}).numerical


@pytest.mark.parametrize("flux", [0.4, 2.5])
def test_a_loop_with_flux_is_numerical(flux: float) -> None:
    t, phi = sn.parameters("t phi", positive=True)
    H = t * sp.Matrix([[1, 1, sp.exp(-sp.I * phi)], [1, 0, 1], [sp.exp(sp.I * phi), 1, 2]])
    assert real_gauge(H) is None
    assert check(sn.Model(H), {"t": 0.7, "phi": flux}).numerical


def test_degenerate_complex_levels_without_a_closed_form_are_refused() -> None:
    """Two copies of a loop with flux, coupled so that each level stays double."""
    t, phi = sn.parameters("t phi", positive=True)
    loop = t * sp.Matrix([[1, 1, sp.exp(-sp.I * phi)], [1, 0, 1], [sp.exp(sp.I * phi), 1, 2]])
    c, s = sp.Rational(3, 5), sp.Rational(4, 5)
    turn = sp.Matrix(sp.kronecker_product(sp.Matrix([[c, -s], [s, c]]), sp.diag(1, 1, 0)))
    turn += sp.Matrix(sp.kronecker_product(sp.eye(2), sp.diag(0, 0, 1)))
    H = (turn * sp.Matrix(sp.kronecker_product(sp.eye(2), loop)) * turn.T).applyfunc(sp.expand)
    with pytest.raises(sn.ModelError, match="exactly degenerate levels"):
        spectrum(sn.Model(H), Names({"t", "phi", "i"}))


def test_exactly_degenerate_levels() -> None:
    """Uncoupled equal levels are their own eigenvectors, and their gap is exactly zero."""
    omega = sn.parameters("omega", positive=True)
    model = sn.Model(sp.diag(omega, omega, 0))
    names = Names({"omega", "i"})
    table = RateTable(model, spectrum(model, names), names)
    assert not len(table.gap(0, 1))
    assert len(table.gap(2, 0))


def test_accidental_degeneracy_is_decided_exactly() -> None:
    """lam_1^2 - (lam_1 - 1)(lam_1 + 1) - 1 = 0: equal energies written in two ways."""
    x = sn.parameters("x", positive=True)
    model = sn.Model(sp.diag(x**2, (x - 1) * (x + 1) + 1, 0))
    names = Names({"x", "i"})
    table = RateTable(model, spectrum(model, names), names)
    assert not len(table.gap(0, 1))


# -- supplied eigenbasis ---------------------------------------------------------------------------------------------


def degenerate_ring() -> tuple[Any, Any]:
    """Three equal levels on a ring: energies 2 t, -t, -t; any basis of the last two is an eigenbasis."""
    t = sn.parameters("t", positive=True)
    H = t * (sp.ones(3, 3) - sp.eye(3))
    r = sp.sqrt
    V = sp.Matrix([[1 / r(3), 1 / r(2), 1 / r(6)], [1 / r(3), -1 / r(2), 1 / r(6)], [1 / r(3), 0, -2 / r(6)]])
    return H, V


def test_supplied_eigenbasis_is_used_as_it_stands() -> None:
    H, V = degenerate_ring()
    model = sn.Model(H, eigenbasis=V)
    energies, found, _ = solved(model, {"t": 0.7})
    assert np.allclose(energies.real, [1.4, -0.7, -0.7], rtol=1e-14)
    assert np.abs(found - systems.numeric(V)).max() < 1e-15
    check(model, {"t": 0.7})


def flux_ring() -> tuple[Any, Any]:
    """Three equal levels on a ring with the same phase on every bond: plane waves."""
    t, phi = sn.parameters("t phi", positive=True)
    H = sp.zeros(3, 3)
    H[0, 1] = H[1, 2] = H[2, 0] = t * sp.exp(sp.I * phi)
    waves = sp.Matrix(3, 3, lambda i, k: sp.exp(2 * sp.pi * sp.I * i * k / 3) / sp.sqrt(3))
    return H + H.H, waves


def test_supplied_complex_eigenbasis() -> None:
    """Energies 2 t cos(phi + 2 pi k/3)."""
    H, waves = flux_ring()
    model, values = sn.Model(H, eigenbasis=waves), {"t": 0.7, "phi": 0.4}
    energies, found, _ = solved(model, values)
    assert np.allclose(energies, 1.4 * np.cos(0.4 + 2 * np.pi * np.arange(3) / 3), rtol=1e-14, atol=1e-14)
    assert np.abs(found - systems.numeric(waves)).max() < 1e-15
    assert not check(model, values).numerical


def test_a_wrong_complex_eigenbasis_is_refused() -> None:
    H, waves = flux_ring()
    with pytest.raises(sn.ModelError, match="not orthonormal: column 0 with column 0"):
        spectrum(sn.Model(H, eigenbasis=waves * sp.diag(1 + sp.I, 1, 1)), Names({"t", "phi", "i"}))
    wrong = sp.Matrix(waves)
    wrong[:, 0] = sp.I * waves[:, 1]
    with pytest.raises(sn.ModelError, match="not orthonormal: column 0 with column 1"):
        spectrum(sn.Model(H, eigenbasis=wrong), Names({"t", "phi", "i"}))
    turned = waves * sp.Matrix([[1, sp.I, 0], [sp.I, 1, 0], [0, 0, sp.sqrt(2)]]) / sp.sqrt(2)
    with pytest.raises(sn.ModelError, match=r"does not diagonalise H [+] V: columns 0 and 1"):
        spectrum(sn.Model(H, eigenbasis=turned.applyfunc(sp.expand)), Names({"t", "phi", "i"}))


@pytest.mark.parametrize("angle", ["numbers", "parameters"])
def test_a_wrong_eigenbasis_is_refused(angle: str) -> None:
    H, V = degenerate_ring()
    c, s = (sp.Rational(3, 5), sp.Rational(4, 5))
    turned = V * sp.Matrix([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    if angle == "numbers":
        with pytest.raises(sn.ModelError, match=r"does not diagonalise H [+] V: columns 0 and 1"):
            spectrum(sn.Model(H, eigenbasis=turned), Names({"t", "i"}))
    else:
        d, h = sn.parameters("delta lam")
        omega = sp.sqrt(d**2 + h**2)
        half = [sp.sqrt((omega + d) / (2 * omega)), sp.sqrt((omega - d) / (2 * omega))]
        basis = sp.Matrix([[half[0], -half[1]], [half[1], half[0]]])
        model = sn.Model(sp.Matrix([[d, h], [h, 0]]), eigenbasis=basis)  # belongs to h/2
        with pytest.raises(sn.ModelError, match=r"does not diagonalise"):
            spectrum(model, Names({"delta", "lam", "i"}))


def test_an_eigenbasis_that_is_not_normalised_is_refused() -> None:
    H, V = degenerate_ring()
    with pytest.raises(sn.ModelError, match=r"not orthonormal: column 0"):
        spectrum(sn.Model(H, eigenbasis=V * sp.diag(2, 1, 1)), Names({"t", "i"}))


# Degenerate levels with unequal couplings: the warning is the subject of test_lamb.
@pytest.mark.filterwarnings("ignore::symness.errors.LambShiftWarning")
def test_supplied_eigenbasis_of_a_degenerate_block_solves_the_steady_state() -> None:
    """Ring of three levels above a ground state, baths on two sites: against the numpy null vector."""
    H, V = degenerate_ring()
    gamma, T1, T2, e = sn.parameters("gamma T_1 T_2 e", positive=True)
    level = sn.levels("ring", 4)
    whole = sp.diag(H + e * sp.eye(3), 0)
    model = sn.Model(
        whole,
        baths=[
            sn.Bath("1", level.transition(3, 0), gamma, T1),
            sn.Bath("2", level.transition(3, 1), gamma, T2),
        ],
        eigenbasis=sp.diag(V, 1),
    )
    values = {"t": 0.3, "e": 2.0, "gamma": 0.1, "T_1": 1.0, "T_2": 2.0}
    baths = [
        (
            systems.numeric(b.coupling[0]),
            lambda w, T=T: 0.1 * (1 + systems.bose(w, T)),
            lambda w, T=T: 0.1 * systems.bose(w, T),
        )
        for b, T in zip(model.baths, (1.0, 2.0), strict=True)
    ]
    expected = systems.davies(systems.numeric(whole, values), baths)
    generator = sn.secular(model)
    assert np.abs(systems.superoperator(generator, values) - expected).max() < 1e-13
    state = sn.steady_state(generator)
    assert np.abs(systems.density(state, values) - systems.stationary(expected)).max() < 1e-12


# -- the numerical block end to end ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
def test_numerical_block_in_the_evaluator(make: Any) -> None:
    """Three coupled levels without a closed form above a ground state, baths at both ends."""
    e1, e2, e3, lam, gamma, T1, T2 = sn.parameters("e_1 e_2 e_3 lam gamma T_1 T_2", positive=True)
    level = sn.levels("l", 4)
    hop = level.transition(0, 1) + level.transition(1, 2)
    model = sn.Model(
        sum((e * level.projector(k) for k, e in enumerate((e1, e2, e3))), sp.zeros(4, 4)),
        interaction=lam * (hop + hop.T),
        baths=[
            sn.Bath("1", level.transition(3, 0), gamma, T1),
            sn.Bath("2", level.transition(3, 2), gamma, T2),
        ],
    )
    values = {"e_1": 3.0, "e_2": 2.5, "e_3": 2.0, "lam": 0.4, "gamma": 0.1, "T_1": 1.0, "T_2": 2.0}
    generator = make(model)
    assert generator.spectrum.numerical
    state = sn.steady_state(generator)
    H = systems.numeric(model.total, values)
    if make is sn.secular:
        baths = [
            (
                systems.numeric(b.coupling[0]),
                lambda w, T=T: 0.1 * (1 + systems.bose(w, T)),
                lambda w, T=T: 0.1 * systems.bose(w, T),
            )
            for b, T in zip(model.baths, (1.0, 2.0), strict=True)
        ]
        expected = systems.stationary(systems.davies(H, baths))
    else:
        expected = systems.stationary(systems.superoperator(generator, values))
    assert np.abs(systems.density(state, values) - expected).max() < 1e-12
    currents = {b: sn.energy_current(state, b) for b in "12"}
    found = sn.evaluator(state, {f"I_{b}": c for b, c in currents.items()})(**values)
    assert float(found["I_1"]) == pytest.approx(-float(found["I_2"]), rel=1e-9)
    # at equal temperatures the Gibbs state
    equal = {**values, "T_1": 1.3, "T_2": 1.3}
    assert np.abs(systems.density(state, equal) - systems.gibbs(H, 1.3)).max() < 1e-12


def test_two_eigenvalues_of_one_numerical_block_are_ordered() -> None:
    """A Hermitian coupling needs the signs of gaps: within one block the order of the eigenvalues decides them."""
    e, f, lam, gamma, T = sn.parameters("e f lam gamma T", positive=True)
    H = sp.Matrix([[e, lam, 0], [lam, f, lam], [0, lam, 0]])
    x = sp.Matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    model = sn.Model(H, baths=[sn.Bath("1", x, lambda w: gamma * w, T)])
    values = {"e": 2.0, "f": 0.9, "lam": 0.6, "gamma": 0.1, "T": 0.8}
    state = sn.steady_state(sn.secular(model))
    assert np.abs(systems.density(state, values) - systems.gibbs(systems.numeric(H, values), 0.8)).max() < 1e-12


# Degenerate levels with unequal couplings: the warning is the subject of test_lamb.
@pytest.mark.filterwarnings("ignore::symness.errors.LambShiftWarning")
@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("kind", ["path of four", "star", "two hoppings", "detuned middle"])
def test_larger_blocks_with_a_closed_form(make: Any, kind: str) -> None:
    """Golden-ratio levels, dark states, sqrt(g^2 + h^2) and a quadratic pair beside a dark level, end to end."""
    e, d, g, h, gamma, T1, T2 = sn.parameters("e d g h gamma T_1 T_2", positive=True)
    if kind == "path of four":
        n, hops = 4, {(0, 1): g, (1, 2): g, (2, 3): g}
    elif kind == "star":
        n, hops = 4, {(0, 1): g, (0, 2): g, (0, 3): g}
    else:
        n, hops = 3, {(0, 1): g, (1, 2): h if kind == "two hoppings" else g}
    H = e * sp.eye(n)
    for (i, j), value in hops.items():
        H[i, j] = H[j, i] = value
    if kind == "detuned middle":
        H[1, 1] += d
    level = sn.levels("l", n + 1)
    ends = (1, 2, 3) if kind == "star" else (0, n - 1)
    model = sn.Model(
        sp.diag(H, 0),
        baths=[
            sn.Bath(str(k), level.transition(n, site), gamma * (k + 1), T1 if k == 0 else T2)
            for k, site in enumerate(ends)
        ],
    )
    values = {"e": 5.0, "d": 0.8, "g": 0.7, "h": 0.4, "gamma": 0.05, "T_1": 1.0, "T_2": 2.0}
    used = {s.name: values[s.name] for s in model.symbols}
    assert not check(model, used).numerical
    generator = make(model)
    state = sn.steady_state(generator)
    expected = systems.stationary(systems.superoperator(generator, used))
    assert np.abs(systems.density(state, used) - expected).max() < 1e-12
    if make is sn.secular:
        baths = [
            (
                systems.numeric(b.coupling[0]),
                lambda w, T=T, k=k: 0.05 * (k + 1) * (1 + systems.bose(w, T)),
                lambda w, T=T, k=k: 0.05 * (k + 1) * systems.bose(w, T),
            )
            for k, (b, T) in enumerate(zip(model.baths, (1.0, 2.0, 2.0), strict=False))
        ]
        independent = systems.davies(systems.numeric(model.total, used), baths)
        assert np.abs(expected - systems.stationary(independent)).max() < 1e-12


PHASE = {"omega": 1.1, "F": 0.3, "phi": 0.9, "alpha": 0.04, "gamma": 0.06, "T_1": 0.7, "T_2": 1.9}


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
def test_a_phase_in_the_hamiltonian(make: Any) -> None:
    """F exp(i phi), in the drive and in the coupling, turns the qubit about z: the current does not know phi."""
    omega, F, phi, alpha, gamma, T_1, T_2 = sn.parameters(" ".join(PHASE), positive=True)
    (q,) = sn.qubits("q")

    def driven(angle: Any) -> Any:
        S = sp.exp(sp.I * angle) * q.lowering
        drive = F * (S + S.H)
        baths = [sn.Bath("x", S + S.H, lambda w: alpha * w, T_1), sn.Bath("z", q.z, lambda w: gamma * w, T_2)]
        return sn.Model(omega / 2 * q.z, interaction=drive, baths=baths)

    found = check(driven(phi), PHASE)
    assert found.relations["sin_phi"] == 1 - program.power(program.symbol("cos_phi"), 2)
    turned, plain = (sn.steady_state(make(driven(angle))) for angle in (phi, 0))
    formula = sn.formula(turned, {"I_x": sn.energy_current(turned, "x"), "c": turned.element(0, 1, "product")})
    assert formula.check(points=6, digits=25).passed
    expected = sn.evaluator(plain, {"I_x": sn.energy_current(plain, "x")})
    values = {name: value for name, value in PHASE.items() if name != "phi"}
    assert sn.evaluator(formula)(**PHASE)["I_x"] == pytest.approx(expected(**values)["I_x"], rel=1e-13)


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_a_coupling_that_a_flux_tunes(make: Any) -> None:
    """J cos(phi) between two qubits: the function stands in the radicand of Omega."""
    omega, delta, J, phi, gamma, T_1, T_2 = sn.parameters("omega delta J phi gamma T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega * (a.number + b.number) + delta * a.number,
        interaction=J * sp.cos(phi) * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma, T_1), sn.Bath("2", b.lowering, gamma, T_2)],
    )
    state = sn.steady_state(make(model))
    assert sn.formula(state, {"c": state.element(1, 2, "product")}).check(points=6, digits=25).passed


def test_bosons_at_a_frequency_that_is_never_positive_are_refused() -> None:
    """A driven qubit has the Bohr frequencies Omega, 0 and -Omega: an exchange coupling has no meaning there."""
    omega, F, gamma, T = sn.parameters("omega F gamma T", positive=True)
    (q,) = sn.qubits("q")
    model = sn.Model(omega / 2 * q.z, interaction=F * q.x, baths=[sn.Bath("B", q.lowering, gamma, T)])
    with pytest.raises(sn.ModelError, match=r"Bath 'B'.*never positive.*Hermitian coupling"):
        sn.redfield(model)
