"""Two regimes, both statistics: the printed dissipator by numpy, limits, wang2019, witnesses."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from systems import stationary, superoperator

import symness as sn
from symness import program
from symness.derivations import wang2019, zhang2021
from symness.derivations.figures import zhang2021_states
from symness.published import unequal
from symness.reference import Reference
from symness.verify import verify

REGIMES = ("fermion", "boson_weak", "boson_strong")
COHERENCE = {"fermion": "23", "boson_weak": "23", "boson_strong": "14"}
POINT = {"eps_1": 1.3, "eps_2": 0.7, "kappa": 0.8, "gamma_1": 0.1, "gamma_2": 0.23, "T_1": 0.4, "T_2": 0.9}
POINTS = {
    "fermion": {**POINT, "mu_1": 0.8, "mu_2": -0.3},
    "boson_weak": POINT,
    "boson_strong": {**POINT, "eps_1": 0.6, "eps_2": 1.4, "kappa": 3.1},
}


def module(regime):
    return import_module(f"symness.generated.zhang2021_{regime}")


# -- Eqs. (12)-(15), (19)-(27) with numpy alone ----------------------------------------------------------------------


def printed(regime, eps_1, eps_2, kappa, gamma_1, gamma_2, T_1, T_2, mu_1=0.0, mu_2=0.0, cross=1.0, flip=1.0):
    """H_S, [D_1, D_2], the eigenstates as columns; basis 11, 10, 01, 00, column-stacked.

    ``cross=0`` leaves out the terms with both frequencies; ``flip=-1`` breaks the sign in (25a) and (27a).
    """
    mean, detuning = (eps_1 + eps_2) / 2, eps_2 - eps_1
    Omega = np.hypot(detuning, kappa) / 2
    theta = np.arctan(-kappa / detuning) / 2 + (np.pi / 2 if detuning > 0 else 0)
    s, c = np.sin(theta), np.cos(theta)
    e11, e10, e01, e00 = np.eye(4)
    level = {1: e00, 2: c * e01 - s * e10, 3: s * e01 + c * e10, 4: e11}
    H = -mean * np.outer(e00, e00) + mean * np.outer(e11, e11)
    H += Omega * (np.outer(level[3], level[3]) - np.outer(level[2], level[2]))

    def move(i, j):
        return np.outer(level[i], level[j])

    if regime == "boson_strong":
        high, low = Omega + mean, Omega - mean
        eta = (s * (move(4, 3) - flip * move(2, 1)), c * (move(4, 3) + move(2, 1)))
    else:
        high, low = mean + Omega, mean - Omega
        eta = (s * (move(3, 4) - flip * move(1, 2)), c * (move(3, 4) + move(1, 2)))
    xi = (c * (move(2, 4) + move(1, 3)), s * (move(1, 3) - move(2, 4)))
    sign = -1 if regime == "fermion" else 1
    parts = []
    for j, (gamma, T, mu) in enumerate(((gamma_1, T_1, mu_1), (gamma_2, T_2, mu_2))):
        total = np.zeros((16, 16))
        for omega, X, Y in ((low, eta[j], xi[j]), (high, xi[j], eta[j])):
            n = 1 / (np.exp((omega - mu) / T) - sign)
            for rate, A, B in ((gamma * n, X.T, Y.T), (gamma * (1 + sign * n), X, Y)):
                total = total + rate * (pair(A, A) + cross * pair(A, B))
        parts.append(total)
    return H, parts, np.array([level[k] for k in (1, 2, 3, 4)]).T


def pair(A, B):
    """A rho B^+ - B^+ A rho + h.c. for real matrices."""
    one = np.eye(4)
    return np.kron(B, A) - np.kron(one, B.T @ A) + np.kron(A, B) - np.kron((A.T @ B).T, one)


def total(H, parts):
    one = np.eye(4)
    return -1j * (np.kron(one, H) - np.kron(H.T, one)) + sum(parts)


@pytest.mark.parametrize("regime", REGIMES)
def test_generator_is_the_printed_dissipator(regime):
    """Eq. (20) with the operators (25) or (27) is the engine's generator, entry by entry."""
    values = POINTS[regime]
    H, parts, _ = printed(regime, **values)
    ours = superoperator(zhang2021.generator(regime), values)
    np.testing.assert_allclose(ours, total(H, parts), atol=1e-14)
    broken = total(*printed(regime, **values, flip=-1.0)[:2])
    assert abs(ours - broken).max() > 1e-3


@pytest.mark.parametrize("regime", REGIMES)
def test_without_cross_terms_it_is_the_secular_generator(regime):
    values = POINTS[regime]
    H, parts, _ = printed(regime, **values, cross=0.0)
    model = zhang2021.generator(regime).model
    np.testing.assert_allclose(superoperator(sn.secular(model), values), total(H, parts), atol=1e-14)


@pytest.mark.parametrize("regime", REGIMES)
def test_outputs_are_those_of_the_printed_generator(regime):
    values = POINTS[regime]
    H, parts, levels = printed(regime, **values)
    rho = stationary(total(H, parts))
    inside = levels.T @ rho @ levels
    out = module(regime).evaluate(**values)
    for k in range(4):
        np.testing.assert_allclose(out[f"rho_{k + 1}{k + 1}"], inside[k, k].real, rtol=1e-11)
    first, second = COHERENCE[regime]
    name = f"rho_{first}{second}"
    np.testing.assert_allclose(out[name], inside[int(first) - 1, int(second) - 1], rtol=1e-10)
    flows = [(part @ rho.ravel("F")).reshape(4, 4, order="F") for part in parts]
    energy = [np.trace(H @ flow).real for flow in flows]
    np.testing.assert_allclose([out["energy_current_1"], out["energy_current_2"]], energy, rtol=1e-10)
    entropy = -sum(flow / values[f"T_{j}"] for j, flow in zip("12", energy, strict=True))
    if regime == "fermion":
        number = np.diag([2, 1, 1, 0])
        particles = [np.trace(number @ flow).real for flow in flows]
        np.testing.assert_allclose([out["particle_current_1"], out["particle_current_2"]], particles, rtol=1e-10)
        entropy += sum(values[f"mu_{j}"] / values[f"T_{j}"] * n for j, n in zip("12", particles, strict=True))
    np.testing.assert_allclose(out["entropy_production"], entropy, rtol=1e-10)
    np.testing.assert_allclose(out["concurrence"], wootters(rho), atol=1e-8)
    np.testing.assert_allclose(out["negativity"], negativity(rho), atol=1e-12)
    np.testing.assert_allclose(out["horodecki_M"], horodecki(rho), rtol=1e-12)
    np.testing.assert_allclose(out["chsh_max"], 2 * np.sqrt(horodecki(rho)), rtol=1e-12)


def wootters(rho):
    """max(0, 2 largest - sum) of the roots of the eigenvalues of rho (Y x Y) rho* (Y x Y)."""
    flip = np.fliplr(np.diag([-1, 1, 1, -1]))
    roots = np.sqrt(np.abs(np.linalg.eigvals(rho @ flip @ rho.conj() @ flip)))
    return max(0.0, 2 * roots.max() - roots.sum())


def negativity(rho):
    transposed = rho.reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)
    values = np.linalg.eigvalsh(transposed)
    return -values[values < 0].sum()


def horodecki(rho):
    """Sum of the two larger squared singular values of Tr(rho sigma_a x sigma_b)."""
    X, Y, Z = (np.array(m) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]))
    T = [[np.trace(rho @ np.kron(a, b)).real for b in (X, Y, Z)] for a in (X, Y, Z)]
    return (np.linalg.svd(T, compute_uv=False)[:2] ** 2).sum()


def test_local_state_of_the_figures():
    """Back from the eigenbasis of Eq. (13), both regimes and fermions, against the printed generator."""
    cases = {
        "boson_weak": zhang2021_states.boson(kappa=0.8, detuning=-0.6, imbalance=0.06, T=0.6, dT=0.3),
        "boson_strong": zhang2021_states.boson(kappa=2.9, detuning=0.5, imbalance=0.06, T=0.6, dT=0.3),
        "fermion": zhang2021_states.fermion(kappa=0.8, detuning=-0.6, imbalance=0.06, mu=0.7, dmu=0.5, T=0.3),
    }
    names = ("eps_1", "eps_2", "kappa", "gamma_1", "gamma_2", "T_1", "T_2", "mu_1", "mu_2")
    for regime, result in cases.items():
        H, parts, _ = printed(regime, **{k: result[k] for k in names if k in result})
        rho = stationary(total(H, parts))
        np.testing.assert_allclose(zhang2021_states.local_state(result), rho, atol=1e-13)
        assert abs(rho[0, 3] if regime == "boson_strong" else rho[1, 2].imag) > 1e-4


# -- limits and relations, exactly -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def formulas():
    return {regime: zhang2021.MODULES[f"zhang2021_{regime}"]() for regime in REGIMES}


def test_weak_regime_is_the_generator_of_wang2019(formulas):
    """eps_j = omega_j, kappa = lam, gamma_j = J_j; |1>, |2>, |3>, |4> here are |2>, |4>, |3>, |1> there."""
    symbols = {"eps_1": "omega_1", "eps_2": "omega_2", "kappa": "lam", "gamma_1": "J_1", "gamma_2": "J_2"}
    renamed = {here: program.symbol(there) for here, there in symbols.items()}
    states = {"rho_11": "rho_22", "rho_22": "rho_44", "rho_33": "rho_33", "rho_44": "rho_11", "rho_23": "rho_34"}
    for regime, theirs in (("boson_weak", "wang2019_boson"), ("fermion", "wang2019_fermion")):
        mine = {k: program.substitute(v, renamed) for k, v in formulas[regime].expanded().items()}
        mine["rho_23"] = program.conjugate(mine["rho_23"])  # |2> is the lower state here, |3> the upper one there
        potentials = {"mu_1": program.number(0), "mu_2": program.number(0)} if regime == "boson_weak" else {}
        known = {
            name: program.substitute(node, potentials) for name, node in wang2019.MODULES[theirs]().expanded().items()
        }
        listed = [k for k in mine if k not in ("positive", "negativity", "concurrence", *states)]
        listed = [k for k in listed if k in known]
        pairs = {**states, **{k: k for k in listed}}
        assert {"energy_current_1", "energy_current_2", "entropy_production"} <= set(listed)
        theirs_renamed = {k: known[v] for k, v in pairs.items()}
        assert unequal({k: mine[k] for k in pairs}, theirs_renamed) == ()
        swapped = {**theirs_renamed, "rho_11": known["rho_11"]}
        assert unequal({k: mine[k] for k in pairs}, swapped) == ("rho_11",)


@pytest.mark.parametrize("regime", REGIMES)
def test_equal_baths_give_the_gibbs_state(formulas, regime):
    """n/(1 - n) = exp(-(omega - mu)/T) for each of the two frequencies, and the levels fill independently."""
    same = {"T_2": program.symbol("T_1"), "mu_2": program.symbol("mu_1")}
    found = {k: program.substitute(v, same) for k, v in formulas[regime].expanded().items() if k.startswith("rho_")}
    levels = {d.name: d.expression for d in formulas[regime].definitions}
    omega = {k: program.substitute(levels[k], {"Omega": levels["Omega"]}) for k in ("omega_p", "omega_m")}
    n = {}
    for key, node in omega.items():
        mu = program.symbol("mu_1") if regime == "fermion" else program.number(0)
        N = program.call("fermi" if regime == "fermion" else "bose", node, program.symbol("T_1"), mu)
        n[key] = N if regime == "fermion" else program.div(N, program.add(1, program.mul(2, N)))
    high, low = n["omega_p"], n["omega_m"]
    empty = [program.add(1, -x) for x in (high, low)]
    product = program.mul
    ground, first, second, top = "2143" if regime == "boson_strong" else "1234"
    gibbs = {
        f"rho_{ground}{ground}": product(*empty),
        f"rho_{first}{first}": product(low, empty[0]),
        f"rho_{second}{second}": product(high, empty[1]),
        f"rho_{top}{top}": product(high, low),
        f"rho_{COHERENCE[regime]}": program.number(0),
    }
    assert set(gibbs) == set(found)
    assert unequal(found, gibbs) == ()
    gibbs[f"rho_{ground}{ground}"] = product(low, empty[0])
    assert unequal(found, gibbs) == (f"rho_{ground}{ground}",)


@pytest.mark.parametrize("regime", REGIMES)
def test_populations_without_the_coherence_are_the_secular_ones(regime):
    """R is the coherence's Schur factor: with R = 0 the closed form is that of the secular generator."""
    closed = zhang2021.steady(regime).closed_form
    secular = sn.steady_state(sn.secular(zhang2021.generator(regime).model)).closed_form.expanded()
    values = {}
    for d in closed.definitions:
        values[d.name] = program.number(0) if d.name == "R" else program.substitute(d.expression, values)
    ours = {o.name: program.substitute(o.expression, values) for o in closed.outputs if o.name in secular}
    assert len(ours) == 4
    assert unequal(ours, secular) == ()
    assert unequal(closed.expanded(), secular) != ()


def test_uncoupled_qubits_have_the_local_master_equation():
    """Below Eq. (23): for kappa = 0 each bath acts on its own qubit only."""
    for eps_2, kappa in ((POINT["eps_2"], 0.0), (POINT["eps_1"], 1e-12)):
        for regime in ("fermion", "boson_weak"):
            values = {**POINTS[regime], "eps_2": eps_2, "kappa": kappa}
            model = zhang2021.generator(regime).model
            here = superoperator(sn.redfield(model), values)
            np.testing.assert_allclose(here, superoperator(sn.local(model), values), atol=1e-11)


def test_generator_is_that_of_wang2019():
    """The same superoperator on the product space, where no name of a state shows."""
    names = {"eps_1": "omega_1", "eps_2": "omega_2", "kappa": "lam", "gamma_1": "J_1", "gamma_2": "J_2"}
    for regime, statistics in (("boson_weak", "bose"), ("fermion", "fermi")):
        theirs = {names.get(k, k): v for k, v in {"mu_1": 0.0, "mu_2": 0.0, **POINTS[regime]}.items()}
        here = superoperator(zhang2021.generator(regime), POINTS[regime])
        there = superoperator(sn.redfield(wang2019.model(statistics)), theirs)
        np.testing.assert_allclose(here, there, atol=1e-15)


def test_fermions_have_no_boundary_between_the_regimes():
    values = {**POINTS["fermion"], "kappa": 4.0}
    H, parts, levels = printed("fermion", **values)
    inside = levels.T @ stationary(total(H, parts)) @ levels
    out = module("fermion").evaluate(**values)
    np.testing.assert_allclose([out[f"rho_{k}{k}"] for k in range(1, 5)], np.diag(inside).real, rtol=1e-10)


def test_each_module_says_where_it_holds():
    for regime, kappa in (("boson_weak", 3.1), ("boson_strong", 0.8)):
        values = {**POINTS[regime], "kappa": kappa}
        assert all(np.isnan(v).all() for k, v in module(regime).evaluate(**values).items() if k != "positive")
        with pytest.raises(ValueError, match="kappa"):
            module(regime).evaluate(**values, strict=True)


# -- contract --------------------------------------------------------------------------------------------------------


def test_contract_of_the_modules(formulas):
    parameters = "eps_1 eps_2 kappa gamma_1 gamma_2 T_1 T_2".split()
    for regime, formula in formulas.items():
        assert [i.name for i in formula.inputs] == parameters + ["mu_1", "mu_2"] * (regime == "fermion")
        names = [f"rho_{k}{k}" for k in range(1, 5)] + [f"rho_{COHERENCE[regime]}"]
        names += "concurrence negativity horodecki_M chsh_max energy_current_1 energy_current_2".split()
        names += ["particle_current_1", "particle_current_2"] * (regime == "fermion")
        assert [o.name for o in formula.outputs] == [*names, "entropy_production", "positive"]


@pytest.mark.parametrize("regime", REGIMES)
def test_modules_keep_the_promise(formulas, regime):
    check(formulas[regime], points=24, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_modules_keep_the_promise_at_a_thousand_points(formulas, regime):
    check(formulas[regime], points=1000, seed=5)


def check(formula, points, seed):
    own = {i.name for i in formula.inputs}
    ranges = {k: v for k, v in zhang2021.RANGES.items() if k in own}
    report = verify(formula, points=points, digits=50, seed=seed, ranges=ranges)
    assert report.passed, report.text()
    assert not report.skipped


def test_reference_follows_rates_that_two_precisions_lose(formulas):
    """Empty levels of weight 1e-145 and 1e-256: both currents come from these, and add up to zero."""
    cold = {"eps_1": 2.2, "eps_2": 2.2, "kappa": 140.0, "gamma_1": 2e-3, "gamma_2": 2e-3, "T_1": 0.152, "T_2": 0.154}
    fermion = formulas["fermion"].select(["energy_current_1", "energy_current_2", "rho_11"])
    found = Reference(fermion.reference).solve(
        {**cold, "mu_1": -17.5, "mu_2": -17.5}, [o.observable for o in fermion.outputs]
    )
    first, second, empty = (item.value for item in found)
    assert first != 0
    assert abs(first + second) < 1e-40 * abs(first)
    assert empty > 0
