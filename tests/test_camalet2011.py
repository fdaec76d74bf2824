"""Independent two-level systems in correlated baths: closed forms, limits, the register of claims; rate matrices."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from systems import davies, density, lindblad, stationary, superoperator

import symness as sn
from symness import program
from symness.affine import affine_form, shorter
from symness.derivations import camalet2011, wang2019
from symness.derivations.claims import camalet2011 as claims
from symness.derivations.claims import camalet2011_lines as lines
from symness.names import Names
from symness.notation import apply
from symness.paperform import Naming
from symness.proof import Refuted, compared
from symness.published import compare
from symness.reference import Reference
from symness.reference_numbers import semidefinite
from symness.scope import Side
from symness.verdicts import decide
from symness.verify import verify

POINT = {"J_1": 0.4, "J_2": 1.7, "K_1": -0.3, "K_2": 1.5, "T_1": 2.3, "T_2": 0.6, "Delta": 1.2, "xi": 0.7}
NAMES = ("p_1", "p_2", "p_3", "p_4", "c", "negativity")
LOWERING = np.array([[0, 0], [1, 0]])  # excited state first


def evaluate(**changes):
    from symness.generated import camalet2011 as module

    return module.evaluate(**{**POINT, **changes})


@pytest.fixture(scope="module")
def formula():
    return camalet2011.module()


# -- closed forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", sorted(camalet2011.PUBLISHED))
def test_closed_forms_are_the_printed_ones_and_no_longer(title):
    """Eqs. (13), (23), (24)."""
    result = compare(camalet2011.CLOSED_FORMS[title](), camalet2011.PUBLISHED[title])
    assert result.differing == ()
    assert result.ours <= result.published
    assert result.definitions <= result.published_definitions


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("rho_23", camalet2011.COHERENCE.replace("4*(etap", "2*(etap")),
        ("second", "etap*eta + etap + eta - 1"),
        ("rho_44", "eta**2/z**2 + shared*(first - 2*eta*second)"),
    ],
)
def test_a_wrong_line_is_refuted(line, text):
    title = "identical two-level systems"
    assert compare(camalet2011.CLOSED_FORMS[title](), {**camalet2011.PUBLISHED[title], line: text}).differing


def test_populations_are_affine_in_the_coherence():
    form = camalet2011.state().closed_form
    assert form.output("rho_23").expression is program.symbol("c")
    own = {d.name: d.expression for d in form.definitions}
    assert set(program.symbols_of([own["c_scaled"]])) == {"c", "beta", "gamma"}
    assert not {"c", "c_scaled"} & set(program.symbols_of([own["c"]]))
    assert "R" not in own


# -- the module ------------------------------------------------------------------------------------------------------


def test_contract_of_the_module(formula):
    assert {i.name for i in formula.inputs} == set(POINT)
    assert tuple(o.name for o in formula.outputs) == NAMES
    assert {i.name: i.domain for i in formula.inputs}["K_1"] == "real"
    assert not np.iscomplexobj(evaluate()["c"])


def test_the_module_keeps_the_promise(formula):
    report = verify(formula, points=24, digits=50, ranges=camalet2011.RANGES)
    assert report.passed, report.text()
    assert not report.skipped


@pytest.mark.slow
def test_the_module_keeps_the_promise_at_a_thousand_points(formula):
    report = verify(formula, points=1000, digits=50, seed=5, ranges=camalet2011.RANGES)
    assert report.passed, report.text()


def in_numpy(J_1, J_2, K_1, K_2, T_1, T_2, Delta, xi):
    """Steady state from the collective couplings, whose rates J +- K are the eigenvalues of the rate matrices."""
    first, second = np.kron(LOWERING, np.eye(2)), np.kron(np.eye(2), LOWERING)
    sigma = np.diag([0.0, 2.0, -2.0, 0.0])  # sigma_z^(1) - sigma_z^(2)
    baths, gamma = [], 0.0
    for J, K, T in ((J_1, K_1, T_1), (J_2, K_2, T_2)):
        N = 1 / np.expm1(Delta / T)
        gamma += J * (1 + N)
        for sign in (1, -1):
            rate = J + sign * K
            S = (first + sign * second) / np.sqrt(2)
            baths.append((S, lambda w, r=rate, N=N: r * (1 + N), lambda w, r=rate, N=N: r * N))
    H = Delta * np.diag([1.0, 0.0, 0.0, -1.0])
    return stationary(davies(H, baths) + xi * gamma / 8 * lindblad(sigma))


@pytest.mark.parametrize("changes", [{}, {"K_1": 0.0, "xi": 0.0}, {"K_2": -1.7, "T_1": 9.0, "T_2": 0.2}])
def test_collective_jumps_give_the_same_state(changes):
    rho, out = in_numpy(**{**POINT, **changes}), evaluate(**changes)
    ee, eg, ge, gg = range(4)
    expected = (rho[gg, gg], rho[ge, ge], rho[eg, eg], rho[ee, ee], rho[ge, eg])
    for name, value in zip(NAMES, expected, strict=False):
        np.testing.assert_allclose(out[name], value.real, rtol=1e-10, atol=1e-14, err_msg=name)
    flipped = rho.reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)
    np.testing.assert_allclose(out["negativity"], max(0.0, -np.linalg.eigvalsh(flipped)[0]), atol=1e-13)


def test_equal_temperatures_give_the_gibbs_state():
    T = np.geomspace(0.05, 50, 200)
    out = evaluate(T_1=T, T_2=T)
    x = np.exp(-POINT["Delta"] / T)
    for name, weight in (("p_1", np.ones_like(x)), ("p_2", x), ("p_3", x), ("p_4", x**2)):
        np.testing.assert_allclose(out[name], weight / (1 + x) ** 2, rtol=1e-12)
    assert not out["c"].any()
    assert not out["negativity"].any()


def test_symmetries():
    """Exchange of the baths; the sign of both K_n; the sum of the populations."""
    out = evaluate()
    mirrored = {f"{k[:-1]}{'12'['21'.index(k[-1])]}" if k[-1] in "12" else k: v for k, v in POINT.items()}
    exchanged, turned = evaluate(**mirrored), evaluate(K_1=0.3, K_2=-1.5)
    for name in NAMES:
        np.testing.assert_allclose(exchanged[name], out[name], rtol=1e-13)
        np.testing.assert_allclose(turned[name], -out[name] if name == "c" else out[name], rtol=1e-13)
    np.testing.assert_allclose(out["p_1"] + 2 * out["p_2"] + out["p_4"], 1, rtol=1e-15)


@pytest.mark.parametrize("sign", [1, -1])
def test_where_the_steady_state_is_not_unique_there_is_no_number(sign):
    """K_n = +-J_n and xi = 0: a Bell state is dark."""
    J = camalet2011.J_1, camalet2011.J_2
    model = camalet2011.model([[[x, sign * x], [sign * x, x]] for x in J])
    with pytest.raises(sn.NonUniqueSteadyState):
        sn.steady_state(sn.secular(model))
    rng = np.random.default_rng(2)
    J_1, J_2, T_1, T_2 = 10 ** rng.uniform(-2, 1, (4, 500))
    same = {"J_1": J_1, "J_2": J_2, "K_1": sign * J_1, "K_2": sign * J_2, "T_1": T_1, "T_2": T_2, "xi": 0.0}
    for temperatures in ({}, {"T_1": 0.0}, {"T_2": T_1}):
        out = evaluate(**{**same, **temperatures})
        assert all(np.isnan(out[name]).all() for name in NAMES)
    assert all(np.isfinite(evaluate(**{**same, "xi": 1e-9})[name]).all() for name in NAMES)
    close = evaluate(**{**same, "K_1": sign * J_1 * (1 - 1e-12)})
    assert all(np.isfinite(close[name]).all() for name in NAMES)


def test_small_populations_and_coherences_keep_their_digits():
    """Just beside the singular point, against the reference."""
    values = {**POINT, "J_1": 0.5, "K_1": 0.5 * (1 - 2.0**-40), "J_2": 2.0, "K_2": 2.0, "xi": 0.0, "T_2": 0.05}
    form = camalet2011.module()
    exact = Reference(form.reference).solve(values, [o.observable for o in form.outputs], 30)
    out = evaluate(**values)
    for name, expected in zip(NAMES[:5], exact, strict=False):
        assert abs(out[name] - float(expected.value)) <= 1e-13 * max(1, float(expected.condition)) * abs(expected.value)


# -- the register and the figures -------------------------------------------------------------------------------------

EXPECTED = {
    "(18)": "unreadable",
    "(A1)": "refuted",
    "below Eq. (13), Appendix": "fails",
    "below Eq. (18)": "fails",
    "below Eq. (21)": "fails",
    "Fig. 4, caption": "fails",
}


@pytest.mark.parametrize(
    "entry",
    [c for c in camalet2011.CLAIMS if not isinstance(c, sn.Definitions)],
    ids=lambda c: c.text[:40] if isinstance(c, sn.Statement) else c.number,
)
def test_claims(entry):
    verdict = decide(entry)
    place = entry.number if isinstance(entry, sn.Equation) else entry.place
    default = "proved" if isinstance(entry, sn.Equation) else "holds"
    assert verdict.verdict == EXPECTED.get(place, default), verdict


def test_the_order_of_the_rows_decides():
    """Eq. (14) does not hold with the rows of p_1 .. p_4, nor Eq. (18) with the signs of one order only."""
    wrong = compared(lines.matrix_equation("1234"), Side(claims.motion(claims.general())))
    refuted = {name for name, decision in wrong.items() if isinstance(decision, Refuted)}
    assert refuted == {"loss_11", "loss_44"}  # beta_2 = beta_3 without level shifts
    scan = lines.spectral("4321")
    mixed = {**scan, "left_side": scan["left_side"].replace("(-lambda_1)", "lambda_1")}
    assert isinstance(compared(mixed, Side(claims.stationary()))["left_side"], Refuted)


@pytest.mark.parametrize("name", sorted(camalet2011.FIGURES))
def test_figures_are_drawn(name):
    pytest.importorskip("matplotlib")
    axes = camalet2011.FIGURES[name].drawn().axes
    assert len(axes[0].lines) + len(axes[0].collections) >= 5


# -- rate matrices -----------------------------------------------------------------------------------------------------

omega, T = sn.parameters("omega T", positive=True)
x, y = sn.parameters("x y", positive=True)
k, s = sn.parameters("k s")
a, b = sn.qubits("1 2")


def correlated(rate, couplings=(a.lowering, b.lowering), H=omega * (a.number + b.number), **options):
    return sn.Model(H, baths=[sn.Bath("B", list(couplings), rate=rate, temperature=T, **options)])


@pytest.mark.filterwarnings("ignore::symness.errors.LambShiftWarning")
@pytest.mark.parametrize("hermitian", [False, True])
@pytest.mark.parametrize("kind", [sn.secular, sn.redfield])
def test_complex_rate_matrix(kind, hermitian):
    """Against collective jumps: the eigenvectors of gamma_ab are complex, sum_a v_a* X_a."""
    rates = [sp.Matrix([[x, k + sp.I * s], [k - sp.I * s, y]]), sp.Matrix([[y, s], [s, x]])]
    T_2 = sn.parameters("T_2", positive=True)
    couplings = [a.x, b.x] if hermitian else [a.lowering, b.lowering]
    baths = [sn.Bath(n, couplings, rate=r, temperature=t) for n, r, t in (("A", rates[0], T), ("B", rates[1], T_2))]
    state = sn.steady_state(kind(sn.Model(omega * (a.number + b.number), baths=baths)))
    assert [str(c) for c in state.conditions] == ["k**2 + s**2 <= x*y", "s**2 <= x*y"][: len(state.conditions)]
    values = {"omega": 1.3, "x": 0.3, "y": 0.5, "k": 0.1, "s": -0.2, "T": 0.7, "T_2": 2.0}
    S = [np.kron(LOWERING, np.eye(2)), np.kron(np.eye(2), LOWERING)]
    H = values["omega"] * np.diag([1.0, 0.0, 0.0, -1.0])
    baths = []
    for rate, t in zip(rates, (0.7, 2.0), strict=True):
        sizes, vectors = np.linalg.eigh(np.array(rate.subs({x: 0.3, y: 0.5, k: 0.1, s: -0.2}), complex))
        N = 1 / np.expm1(1.3 / t)
        for size, v in zip(sizes, vectors.T, strict=True):
            # gamma_ab = sum size v_a v_b*, and X_a rho X_b^+ goes with gamma_ab
            baths.append((v[0] * S[0] + v[1] * S[1], lambda w, g=size, N=N: g * (1 + N), lambda w, g=size, N=N: g * N))
    expected = davies(H, baths)
    if kind is sn.secular or not hermitian:
        np.testing.assert_allclose(superoperator(state.generator, values), expected, atol=1e-13)
        np.testing.assert_allclose(density(state, values), stationary(expected), atol=1e-12)
    report = sn.formula(state).check(
        points=6, digits=25, ranges={n: (-0.02, 0.02) for n in "ks"} | {n: (0.05, 1) for n in "xy"}
    )
    assert report.passed, report.text()


@pytest.mark.filterwarnings("ignore::symness.errors.LambShiftWarning")
def test_complex_rate_matrix_against_qutip():
    """Collective jumps with complex coefficients, two baths that are out of phase."""
    qutip = pytest.importorskip("qutip")
    state = sn.steady_state(sn.secular(camalet2011.model(camalet2011.GENERAL)))
    values = {"Delta": 1.1, "T_1": 2.0, "T_2": 0.5, "J_11": 0.3, "J_12": 0.5, "J_21": 0.9, "J_22": 0.4}
    values |= {"K_1": 0.2, "L_1": -0.3, "K_2": -0.1, "L_2": 0.5}
    S = [qutip.Qobj(np.kron(*pair)) for pair in ((LOWERING, np.eye(2)), (np.eye(2), LOWERING))]
    jumps = []
    for n in "12":
        gamma = values[f"K_{n}"] + 1j * values[f"L_{n}"]
        matrix = np.array([[values[f"J_{n}1"], gamma], [np.conj(gamma), values[f"J_{n}2"]]])
        N = 1 / np.expm1(values["Delta"] / values[f"T_{n}"])
        sizes, vectors = np.linalg.eigh(matrix)
        for size, v in zip(sizes, vectors.T, strict=True):
            X = v[0] * S[0] + v[1] * S[1]
            jumps += [np.sqrt(size * (1 + N)) * X, np.sqrt(size * N) * X.dag()]
    H = qutip.Qobj(values["Delta"] * np.diag([1.0, 0.0, 0.0, -1.0]))
    expected = qutip.steadystate(H, jumps).full()
    rho = density(state, values)
    assert abs(rho[1, 2].imag) > 1e-3
    np.testing.assert_allclose(rho, expected, atol=1e-10)


@pytest.mark.filterwarnings("ignore::symness.errors.LambShiftWarning")
def test_gibbs_state_of_a_complex_rate_matrix():
    state = sn.steady_state(sn.secular(correlated(sp.Matrix([[x, k + sp.I * s], [k - sp.I * s, x]]))))
    rho = density(state, {"omega": 1.3, "x": 0.3, "k": 0.1, "s": -0.2, "T": 0.7})
    weights = np.exp(-1.3 * np.array([2, 1, 1, 0]) / 0.7)
    np.testing.assert_allclose(rho, np.diag(weights / weights.sum()), atol=1e-14)


def test_the_rate_matrix_has_to_be_positive():
    state = sn.steady_state(sn.secular(correlated(sp.Matrix([[x, k], [k, y]]))))
    (condition,) = state.conditions
    assert str(condition) == "k**2 <= x*y"
    f = sn.evaluator(state)
    point = {"omega": 1.0, "x": 4.0, "y": 1.0, "T": 1.0}
    edge = f(k=[-2.1, -2.0, 0.0, 1.9, 2.1], **point)["rho_11"]
    assert np.isnan(edge).tolist() == [True, False, False, False, True]
    with pytest.raises(ValueError, match=r"condition k\*\*2 <= x\*y"):
        f(k=2.1, strict=True, **point)
    with pytest.raises(sn.ModelError, match="not positive semidefinite at this point"):
        Reference(sn.formula(state).reference).solve({**point, "k": 2.1}, [])
    # rank one is positive for all parameters; numbers decide at once
    assert sn.secular(correlated(sp.Matrix([[x, sp.sqrt(x * y)], [sp.sqrt(x * y), y]]))).conditions == ()
    with pytest.raises(sn.ModelError, match=r"not positive semidefinite \(the minor -3 is negative\)"):
        sn.secular(correlated(sp.Matrix([[1, 2], [2, 1]])))


def test_semidefinite_elimination():
    rng = np.random.default_rng(0)
    for _ in range(50):
        v = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
        sizes = rng.uniform(0.1, 1, 3) * rng.choice((-1, 0, 1), 3)
        q, _ = np.linalg.qr(v)
        matrix = q @ np.diag(sizes) @ q.conj().T
        with mpmath.workdps(20):
            assert semidefinite([mpmath.mpc(z) for z in matrix.ravel()]) == (sizes.min() >= 0)


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (sp.Matrix([[x, sp.I * k], [sp.I * k, x]]), "not Hermitian"),
        (sp.Matrix([[x + sp.I * x, k], [k, x]]), "not Hermitian"),
        (sp.Matrix([[-x, k], [k, x]]), "-x is negative"),
        (sp.I * x, "is complex"),
    ],
)
def test_refused_rate_matrices(rate, message):
    with pytest.raises(sn.ModelError, match=message):
        correlated(rate)


def test_an_imaginary_part_that_jumps_at_zero_frequency_is_refused():
    rate = [[lambda w: x * w, lambda w: sp.I * k * w], [lambda w: -sp.I * k * w, lambda w: x * w]]
    with pytest.raises(sn.UndecidedError, match="jumps at omega = 0"):
        sn.secular(correlated(rate, (a.z, b.z)))


def test_equal_entries_are_one_rate():
    generator = sn.secular(correlated(sp.Matrix([[x, k], [k, x]])))
    assert sorted(generator.rates) == ["down_B_11", "down_B_12", "up_B_11", "up_B_12"]


def test_a_closed_condition_of_the_user():
    q = sn.qubits("q")[0]
    bath = sn.Bath("B", q.lowering, rate=x, temperature=T)
    for relation, at_the_edge in ((x <= omega, False), (x < omega, True)):
        state = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[bath], assume=[relation])))
        value = sn.evaluator(state)(omega=[1, 2, 3], x=2, T=1)["rho_11"]
        assert np.isnan(value).tolist() == [True, at_the_edge, False]


# -- the affine form on its own --------------------------------------------------------------------------------------


def test_a_pair_of_coordinates_in_affine_form():
    """Two coupled qubits, complex coherence: the form that was not chosen solves the same equations."""
    generator = sn.redfield(wang2019.model("fermi", (wang2019.omega, wang2019.omega), rates=(2 * wang2019.J,) * 2))
    state = sn.steady_state(generator, notation=wang2019.notation(generator, False))
    noted = apply(state.matrix, state.notation)
    form = affine_form(noted.ring, noted.matrix, state.sector, Naming(), Names(set()))
    assert form is not None
    rng = np.random.default_rng(4)
    values = {name: rng.uniform(0.2, 0.8) for name in noted.ring.names}

    def number(node):
        return program.evaluate([node], values, None, float, 1j)[0]

    for definition in form.definitions:
        values[definition.name] = number(definition.expression)
    rho = {("p", j, j): number(p) for j, p in enumerate(form.populations)}
    for (i, j), node in form.coherences.items():
        rho["x", i, j], rho["y", i, j] = number(node).real, number(node).imag
    assert sum(v for c, v in rho.items() if c[0] == "p") == pytest.approx(1)
    for row in state.sector:
        total = sum(
            number(noted.ring.collect(noted.matrix[row, c])) * rho[c] for c in state.sector if (row, c) in noted.matrix
        )
        assert total == pytest.approx(0, abs=1e-12)
    assert shorter(None) is None
    assert shorter(None, form) is form


def test_a_ratio_over_a_sum_is_no_notation():
    generator = sn.secular(camalet2011.identical())
    N = generator.symbols
    define = {"gamma": camalet2011.J_1 * (1 + N["N_1"]), "eta": camalet2011.J_1 * N["N_1"] / (1 + camalet2011.gamma)}
    with pytest.raises(sn.ModelError, match="no product of earlier names"):
        sn.steady_state(generator, notation=sn.Notation(define))


def test_parameters_in_the_order_of_the_paper():
    """``kernel`` takes them by position."""
    from importlib import import_module

    expected = {
        "camalet2011": "J_1 J_2 K_1 K_2 T_1 T_2 Delta xi",
    }
    for name, parameters in expected.items():
        assert list(import_module(f"symness.generated.{name}").PARAMETERS) == parameters.split()
