"""Statements of Camalet (2011) outside its numerical section: Secs. III, IV B and the Appendix, tested exactly."""

from __future__ import annotations

from itertools import product

import numpy as np
import sympy as sp

import symness as sn
from symness.claims import Outcome
from symness.derivations import camalet2011 as paper


def thermal_state():
    from symness.derivations.claims.camalet2011 import ELEMENTS, general, in_occupations, loss

    rows, N = loss(general()), sp.Symbol("N", positive=True)
    weights = {"11": (1 + N) ** 2, "22": N * (1 + N), "33": N * (1 + N), "44": N**2}
    written = in_occupations(general(), {kl + other: rows[kl, other] for kl in ELEMENTS for other in weights})
    both = {general().symbols[name]: N for name in ("N_1", "N_2")}
    left = [sp.expand(sum(written[kl + other].subs(both) * w for other, w in weights.items())) for kl in ELEMENTS]
    return Outcome(not any(left), "exact, for unequal J_n^(i), complex K_n and equal splittings")


def product_with_identity():
    """rho_1 x I/2 of zero splitting Delta_2; the paper prints I/4 with the 2 x 2 identity."""
    from symness.derivations.claims.camalet2011 import in_occupations, loss

    generator = sn.secular(paper.one_splitting())
    elements = ("11", "22", "33", "44", "12", "21", "34", "43")
    rows = loss(generator, elements)
    p = {"11": -rows["11", "33"], "22": -rows["11", "33"], "33": -rows["33", "11"], "44": -rows["33", "11"]}
    sums = {kl: sum(rows[kl, other] * value for other, value in p.items()) for kl in elements}
    steady = not any(sp.expand(v) for v in in_occupations(generator, sums).values())
    trace = sp.cancel(sum(p.values()) / (p["11"] + p["33"]) / 4)
    evidence = f"rho_1 x I is stationary: {steady} (exact); the trace of rho_1 x I/4 is {trace}, I/2 is meant"
    return Outcome(steady and trace == 1, evidence)


def no_splitting():
    generator = sn.secular(paper.one_splitting(0))
    L = generator.matrix("energy")
    sums = [sp.expand(sum(L[k, 5 * j] for j in range(4))) for k in range(16)]
    return Outcome(not any(sums), "exact: the identity is stationary for two Ohmic baths with any couplings")


def small_detuning():
    delta = sn.parameters("delta")
    model = paper.model(paper.REAL, (paper.Delta + delta, paper.Delta), assume=[delta > -paper.Delta])
    generator = sn.partial_secular(model, small=[delta])
    L, row = generator.matrix("energy"), 1 + 4 * 2  # c = u_23
    turned = sp.im(sp.expand(-L[row, row].subs({s: 0 for s in L.free_symbols if s.name in generator.rates})))
    evidence = f"-dc/dt = (alpha + i ({turned})) c + ... for c = u_23: epsilon_2 - epsilon_3 = -delta"
    return Outcome(sp.simplify(turned - delta) == 0, evidence)


def golden_rule_rates():
    """|4> -> |psi+->, |psi+-> -> |1> with Re beta_4; |1> -> |psi+->, |psi+-> -> |4> with Re beta_1."""
    from symness.derivations.claims.camalet2011 import loss

    generator = sn.secular(paper.model(paper.REAL))
    rows, wrong = loss(generator), []
    for sign, (source, target) in product((1, -1), (("44", "11"), ("11", "44"))):
        bell = {"22": 1, "33": 1, "23": sign, "32": sign}  # 2 |psi><psi|
        into = -sum(weight * rows[kl, source] for kl, weight in bell.items()) / 2
        out = -sum(weight * rows[target, kl] for kl, weight in bell.items()) / 2
        golden = -(rows["22", source] + rows["33", source]) / 2 - sign * rows["23", source]
        wrong += [sp.expand(into - golden), sp.expand(out - golden)]
    return Outcome(not any(wrong), "exact, eight rates")


def order_of_rates():
    """Cauchy and Schwarz for two modes at one frequency."""
    k = sp.symbols("k1:5", real=True)
    J, other, K = k[0] ** 2 + k[1] ** 2, k[2] ** 2 + k[3] ** 2, k[0] * k[2] + k[1] * k[3]
    rest = J * other - K**2
    square = sp.expand(rest - (k[0] * k[3] - k[1] * k[2]) ** 2) == 0
    equal = sp.expand(rest.subs({k[2]: k[0], k[3]: k[1]}))
    return Outcome(square and equal != 0, f"J J' - K^2 is a square ({square}), {equal} for equal couplings: <=")


def uncorrelated():
    """c and p_1 p_4 - p_2 p_3 for eta' = eta, and the state for eta = 1."""
    eta = sn.parameters("eta")
    equal, hot = paper.elements({"etap": eta}), paper.elements({"eta": sp.Integer(1)})
    found = [equal["c"], sp.cancel(equal["p_1"] * equal["p_4"] - equal["p_2"] * equal["p_3"])]
    found += [hot["c"], *(hot[f"p_{k}"] - sp.Rational(1, 4) for k in range(1, 5))]
    N, a = sn.parameters("N a", positive=True)
    cases = (paper.paper_symbols(N_1=N, N_2=N), paper.paper_symbols(K_1=a * paper.J_1, K_2=a * paper.J_2))
    found += [sp.cancel(case["etap"] - case["eta"]) for case in cases]
    return Outcome(not any(found), "exact; eta' = eta for equal temperatures, and for K_n proportional to J_n")


def not_unique():
    """K_n = J_n and xi = 0: what the engine says and what the evaluator says."""
    model = paper.model([[[J, J], [J, J]] for J in (paper.J_1, paper.J_2)])
    try:
        sn.steady_state(sn.secular(model))
        refused = False
    except sn.NonUniqueSteadyState:
        refused = True
    T = np.linspace(0.1, 9, 100)
    from symness.generated import camalet2011

    nan = np.isnan(
        camalet2011.evaluate(Delta=1, xi=0, J_1=0.3, J_2=0.7, K_1=0.3, K_2=0.7, T_1=T, T_2=T[::-1])["p_1"]
    ).all()
    return Outcome(refused and nan, "K_n = J_n, xi = 0: refused by the rank of the Liouvillian; NaN in the evaluator")


def independent_decay():
    """Eigenvalues of the matrix of Eq. (11), in both orders of its rows."""
    a, b, c, d, z = sp.symbols("a b c d z", positive=True)  # g_1_p, g_1_m, g_2_p, g_2_m
    usual = sp.Matrix([[b + d, -c, -a, 0], [-d, b + c, 0, -a], [-b, 0, a + d, -c], [0, -b, -d, a + c]])
    turned = usual[::-1, :]
    text, scan = (z * (z - s * (a + b)) * (z - s * (c + d)) * (z - a - b - c - d) for s in (1, -1))
    holds, signs = (sp.expand((z * sp.eye(4) - m).det() - p) == 0 for m, p in ((usual, text), (turned, scan)))
    evidence = (
        f"rows in the order p_1 .. p_4: {holds}; as in the scan, for which Eq. (14) holds, they are 0, -lambda_1, "
        f"-lambda_2 and lambda_1 + lambda_2: {signs}"
    )
    return Outcome(holds and signs, evidence)
