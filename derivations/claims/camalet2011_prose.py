"""What Camalet (2011) states in prose, in captions and in the Appendix, as numbers and signs that can be tested.

Energies and temperatures in units of Delta; where nothing else is said, K_1 = 0 and xi = 0.
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import symness as sn
from symness.claims import Outcome, Statement
from symness.derivations.claims import camalet2011_exact as exact


def evaluate(**values):
    from symness.generated import camalet2011

    return camalet2011.evaluate(**{"Delta": 1, "J_1": 1, "K_1": 0, "xi": 0, **values})


def gap(**values):
    """(|c| - sqrt(p_1 p_4))/(|c| + sqrt(p_1 p_4)): positive where the state is entangled, smooth where it is not."""
    out = evaluate(**values)
    root, modulus = np.sqrt(out["p_1"] * out["p_4"]), np.abs(out["c"])
    return (modulus - root) / (modulus + root)


def root(function, low, high, steps=60):
    """Where a function that is positive at ``low`` and negative at ``high`` changes sign: bisection, on arrays too."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    for _ in range(steps):
        middle = (low + high) / 2
        inside = function(middle) > 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return (low + high) / 2


def _drawn(count, seed, ratio):
    """Random couplings and temperatures; ``ratio`` is the range of J_2/J_1, |K_n|/J_n comes close to one."""
    rng = np.random.default_rng(seed)
    J_2 = np.exp(rng.uniform(*np.log(ratio), count))
    share = rng.choice((-1, 1), (2, count)) * (1 - 10 ** rng.uniform(-8, 0, (2, count)))
    T = 10 ** rng.uniform((-1.5, -1.5), (4, 0.5), (count, 2)).T
    return {"J_2": J_2, "K_1": share[0], "K_2": share[1] * J_2, "T_1": T[0], "T_2": T[1]}


# -- Sec. IV C: numbers ----------------------------------------------------------------------------------------------


def low_temperature_requirements(ohmic=0.0):
    """Sign of the gap at T_1 = Delta/30, T_2 = T_1/2 against the two inequalities, K_1 = 0."""
    share, J_2 = np.meshgrid(np.linspace(-1, 1, 41) * 0.9999, np.geomspace(1.1, 1000, 60))
    bound = np.sqrt(2) * np.abs(share) - 1
    printed = (bound > 0) & (J_2 * bound > 1)
    T_1, T_2 = 1 / 30, 1 / 60
    found = gap(J_2=J_2, K_2=share * J_2, T_1=T_1, T_2=T_2, xi=ohmic * (T_1 + T_2)) > 0
    return printed, found, np.abs(J_2 * bound - 1) > 0.3 * (1 if ohmic else 0.01)


def requirements():
    printed, found, clear = low_temperature_requirements()
    evidence = f"{clear.sum()} points of |K_2| < J_2, 1.1 <= J_2/J_1 <= 1000, T_1 = Delta/30, T_2 = Delta/60"
    return Outcome((printed == found)[clear].all(), evidence)


def ohmic_requirements():
    printed, found, clear = low_temperature_requirements(0.01)
    evidence = f"xi = 0.01 (T_1 + T_2)/Delta, {clear.sum()} points not too close to the border"
    return Outcome((printed == found)[clear].all(), evidence)


def hottest(J_2, share):
    """Largest T_1 with entanglement for T_2 = 0."""
    return root(lambda T: gap(J_2=J_2, K_2=share * J_2, T_1=T, T_2=0), 1e-2 * J_2, 10.0 * J_2)


def highest_first_temperature():
    listed = {share: [float(hottest(J, share) / J) for J in (1e3, 1e4, 1e5)] for share in (0.8, 1.0)}
    text = "; ".join(f"K_2 = {share} J_2: {', '.join(f'{x:.4f}' for x in row)}" for share, row in listed.items())
    holds = all(abs(row[1] / row[2] - 1) < 2e-3 for row in listed.values())
    return Outcome(holds, f"largest T_1 in Delta J_2/J_1 for J_2/J_1 = 1e3, 1e4, 1e5: {text}")


def highest_second_temperature():
    """Largest T_2 with entanglement for K_2 = J_2 -> oo, over T_1; and a search over finite couplings, K_1 = 0."""
    theta = np.geomspace(1e-4, 1, 4001)
    J_2 = 1e7
    limit = root(lambda T: np.max(gap(J_2=J_2, K_2=J_2, T_1=theta * J_2, T_2=float(T))), 0.3, 0.9)
    points = {**_drawn(200_000, 3, (1e-3, 1e6)), "K_1": 0.0}
    entangled = gap(**points) > 0
    highest = points["T_2"][entangled].max()
    holds = abs(limit - 0.567) < 6e-4 and highest <= limit
    return Outcome(
        holds, f"{float(limit):.5f} Delta; highest of the entangled among 2e5 random points {highest:.4f} Delta"
    )


def particular_ratio():
    """Smallest J_2/J_1 at which Eq. (25) can be met, and a search below it at any temperature."""
    share = np.linspace(-1, 1, 20001)

    def margin(s):
        return np.max(np.abs(share + s) * s * np.abs(1 - share) - (1 + s) ** 2 + (share + s) ** 2)

    smallest = root(lambda s: -margin(float(s)) + 1e-9, 1.5, 2.6)
    points = _drawn(200_000, 5, (1.0, 2.0))
    found = int((gap(**points) > 0).sum())
    evidence = f"Eq. (25) needs J_2/J_1 > {float(smallest):.3f}; entangled among 2e5 random points below 2: {found}"
    return Outcome(found == 0, evidence)


def asymptotic_region():
    """Least K_2/J_2 with entanglement over K_1/J_1, for J_2/J_1 = 1000 against 1e6."""
    share = np.linspace(-1, 1, 81)

    def border(J_2):
        return root(lambda k: -gap(J_2=J_2, K_1=share, K_2=k * J_2, T_1=1 / 30, T_2=0), 0.3, 0.9999)

    worst = np.abs(border(1e3) - border(1e6)).max()
    return Outcome(worst < 5e-3, f"the border moves by at most {worst:.1e} in K_2/J_2")


def mixture():
    """K_2 = +-J_2 and Delta << T_1 << Delta J_2/J_1: the limit theta -> 0 of Eq. (26), and the evaluator."""
    from symness.derivations.claims.camalet2011 import hot_and_cold

    form, theta, kappa = hot_and_cold(), *sn.parameters("theta kappa", positive=True)
    for sign in (1, -1):
        q = {name: sp.limit(sp.cancel(value.subs(kappa, sign)), theta, 0) for name, value in form.items()}
        weights = q["p_1"], q["p_2"] - sign * q["c"], q["p_2"] + sign * q["c"], q["p_4"]
        if weights != (sp.Rational(2, 3), sp.Rational(1, 3), 0, 0):
            return Outcome(False, f"weights {weights}")
    out = evaluate(J_2=1e10, K_2=1e10, T_1=1e5, T_2=0)
    limit = (np.sqrt(5) - 2) / 6
    holds = abs(out["negativity"] / limit - 1) < 1e-3
    number = f"N = {float(out['negativity']):.6f} at J_2/J_1 = 1e10, T_1 = 1e5 Delta; (sqrt(5) - 2)/6 = {limit:.6f}"
    return Outcome(holds, f"exact weights 2/3, 1/3 for theta -> 0; {number}")


def largest_negativity():
    """A search over all couplings and temperatures."""
    limit, highest = (np.sqrt(5) - 2) / 6, 0.0
    for seed in range(4):
        points = _drawn(100_000, seed, (1e-6, 1e6))
        points["xi"] = np.where(np.arange(100_000) % 2, 0.0, 10 ** np.random.default_rng(seed).uniform(-6, 1, 100_000))
        highest = max(highest, float(np.nanmax(evaluate(**points)["negativity"])))
    return Outcome(highest <= limit, f"largest of 4e5 random points: {highest:.5f}, (sqrt(5) - 2)/6 = {limit:.5f}")


def monotonic():
    theta = np.geomspace(1e-4, 1e4, 2001)
    for share in (0.0, 0.3, 0.7, 0.9, 0.99, 0.999):
        out = evaluate(J_2=1e12, K_2=share * 1e12, T_1=theta * 1e12, T_2=0)
        turns = np.sum(np.diff(np.sign(np.diff(np.abs(out["c"])))) != 0)
        rising = all((np.diff(out[name]) > 0).all() for name in ("p_2", "p_4"))
        if not ((np.diff(out["p_1"]) < 0).all() and rising and (share == 0 or turns == 1)):
            return Outcome(False, f"kappa = {share}: turns of |c| {turns}")
    return Outcome(True, "kappa = 0 .. 0.999, theta = 1e-4 .. 1e4, J_2/J_1 = 1e12")


def unit_of_figure_4():
    """Where the maxima stand for J_2/J_1 = 1e5 and 1e6: the dotted lines of the figure are their limit, Eq. (26)."""
    theta, ratios = np.geomspace(1e-3, 10, 2001), (1e5, 1e6)
    tops = [theta[evaluate(J_2=J, K_2=0.95 * J, T_1=theta * J, T_2=0.1)["negativity"].argmax()] for J in ratios]
    inverse = [top * J**2 for top, J in zip(tops, ratios, strict=True)]  # the same T_1 in units of Delta J_1/J_2
    evidence = (
        f"K_2 = 0.95 J_2, J_2/J_1 = 1e5 and 1e6: maxima at T_1 = {tops[0]:.4f} and {tops[1]:.4f} Delta J_2/J_1, or "
        f"{inverse[0]:.2g} and {inverse[1]:.2g} Delta J_1/J_2, so that only the former unit has a limit for large J_2"
    )
    return Outcome(abs(np.log(inverse[1] / inverse[0])) < abs(np.log(tops[1] / tops[0])) + 0.1, evidence)


def distance():
    """Average of cos(k.d) over the directions of k in D dimensions."""
    d, x = np.linspace(0.1, 12, 50)[:, None], (np.arange(4000) + 0.5) / 4000
    sphere, circle = np.cos(d * (2 * x - 1)).mean(1), np.cos(d * np.cos(2 * np.pi * x)).mean(1)
    bessel = [float(sp.besselj(0, sp.Float(v)).evalf()) for v in d[:, 0]]
    worst = max(np.abs(sphere - np.sin(d[:, 0]) / d[:, 0]).max(), np.abs(circle - bessel).max())
    return Outcome(worst < 1e-5, f"quadrature over directions, 0.1 <= d <= 12: largest difference {worst:.0e}")


def temperature_scale():
    T = 1.054571817e-34 * 1e3 / 1e-6 / 1.380649e-23
    return Outcome(5e-3 < T < 2e-2, f"hbar v/(k_B d) = {1e3 * T:.1f} mK")


STATEMENTS = (
    Statement(
        "Sec. III A 2", "A common temperature gives the Gibbs state, degenerate levels included.", exact.thermal_state
    ),
    Statement(
        "below Eq. (13), Appendix",
        "For Delta_2 = 0 rho_1 x I/4 is steady, I the 2 x 2 identity.",
        exact.product_with_identity,
    ),
    Statement("Appendix, end", "For Delta_1 = Delta_2 = 0 the state u_kl = delta_kl/4 is steady.", exact.no_splitting),
    Statement(
        "below Eq. (17)", "Rates between Bell and product states are (g_1 + g_2)/2 +- Re beta.", exact.golden_rule_rates
    ),
    Statement(
        "below Eq. (17)",
        "The eigenvalues of gamma~ are 0, lambda_1, lambda_2 and lambda_1 + lambda_2.",
        exact.independent_decay,
        note="so the text and Eqs. (11), (14), (18) do not go together with one order of rows",
    ),
    Statement(
        "below Eq. (18)",
        "A small detuning delta = Delta_1 - Delta_2 puts alpha + i delta in the place of alpha.",
        exact.small_detuning,
        note="with c = u_23 it is alpha - i delta; populations and |c| do not depend on the sign where beta is real",
    ),
    Statement(
        "below Eq. (21)",
        "|K_n|^2 < J_n^(1) J_n^(2).",
        exact.order_of_rates,
        note="the scan may have lost a bar; the text below has 1 as the maximum of the ratio",
    ),
    Statement(
        "below Eq. (24)",
        "The state is a product with c = 0 for eta' = eta or eta = 1, I/4 for eta = 1.",
        exact.uncorrelated,
    ),
    Statement(
        "below Eq. (24)", "The steady state is not unique for gamma = beta, eta' = eta, xi = 0.", exact.not_unique
    ),
    Statement(
        "Sec. IV C 1",
        "For K_1 = 0 and low temperatures entanglement needs |K_2| > J_2/sqrt(2), J_2 > J_1/(sqrt(2)|K_2|/J_2 - 1).",
        requirements,
    ),
    Statement("Sec. IV C 1", "The same requirements hold for an Ohmic xi.", ohmic_requirements),
    Statement("Sec. IV C 1", "The largest T_1 grows as Delta J_2/J_1.", highest_first_temperature),
    Statement("Sec. IV C 1", "The state is separable for T_2 above about 0.567 Delta.", highest_second_temperature),
    Statement("Sec. IV C 2", "There is a value of J_2/J_1 below which the state is separable.", particular_ratio),
    Statement("Fig. 3", "The region has its asymptotic size practically at J_2 = 1000 J_1.", asymptotic_region),
    Statement("Sec. IV C 2", "K_2/J_2 is sin(d)/d in three, J_0(d) in two dimensions.", distance),
    Statement("Sec. IV C 2", "d = 1 micrometre and v = 1000 m/s give about 10 mK.", temperature_scale),
    Statement("Sec. IV C 3", "The largest negativity found is (sqrt(5) - 2)/6, about 0.04.", largest_negativity),
    Statement(
        "abstract, Sec. IV C 3", "For K_2 = +-J_2, Delta << T_1 << Delta J_2/J_1 the weights are 2/3, 1/3.", mixture
    ),
    Statement(
        "below Eq. (26)", "For |kappa| < 1: p_1 falls, p_2 and p_4 rise with theta, |c| rises and decays.", monotonic
    ),
    Statement("Fig. 4, caption", "T_1 is in units of Delta J_1/J_2.", unit_of_figure_4, note="it is Delta J_2/J_1"),
)
