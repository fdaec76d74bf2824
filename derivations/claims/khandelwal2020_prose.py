"""What Khandelwal et al. (2020) state in Secs. 2-5 and Figs. 2-5, tested with the generated evaluators.

Energies in units of eps_h.  The captions of Figs. 2-5 leave T_h and ranges open; every test says what
it took.
"""

from __future__ import annotations

import numpy as np

import symness as sn
from symness.derivations.figures.khandelwal2020 import ENGINE, TEMPERATURES

SEED = 20
POINTS = 20_000


def local(**parameters):
    from symness.generated import khandelwal2020_local

    delta = parameters.pop("delta")
    return khandelwal2020_local.evaluate(**{**ENGINE, "eps_c": 1 + delta, **parameters})


def tunnelling(**parameters):
    from symness.generated import khandelwal2020_tunnelling

    delta = parameters.pop("delta")
    return khandelwal2020_tunnelling.evaluate(**{**ENGINE, "eps_c": 1 + delta, "kappa_c": 0, **parameters})


def random_points(detuned=0.2):
    """Weakly coupled qubits in the regime of Sec. 2, T_h > T_c."""
    draw = np.random.default_rng(SEED)
    cold = draw.uniform(0.05, 1, POINTS)
    return {
        "delta": draw.uniform(-detuned, detuned, POINTS),
        "T_c": cold,
        "T_h": cold * draw.uniform(1.01, 5, POINTS),
        "g": 10 ** draw.uniform(-4, -2, POINTS),
        "gamma_h": 10 ** draw.uniform(-4, -2, POINTS),
        "gamma_c": 10 ** draw.uniform(-4, -2, POINTS),
    }


def at(points, k):
    return ", ".join(f"{name} = {values[k]:.6g}" for name, values in points.items())


def falls(values):
    return bool(np.all(np.diff(values) < 0))


def rises(values):
    return bool(np.all(np.diff(values) > 0))


def _ratio(out):
    return out["J_ss"] / out["J_c"]


# -- Secs. 2 and 3 ---------------------------------------------------------------------------------------------------


def no_detuning():
    out = local(**{**random_points(), "delta": 0.0})
    worst = np.max(np.abs(out["c"].real))
    return sn.Outcome(worst == 0, f"{POINTS} points at delta = 0, T_c/eps_h 0.05 to 1: largest |Re c| = {worst:g}")


def decoupled():
    points = random_points()
    out = local(**{**points, "g": 0.0})
    hot, cold = (1 / (np.exp(e / points[T]) + 1) for e, T in ((1, "T_h"), (1 + points["delta"], "T_c")))
    excited = np.stack([out["p_11"] + out["p_10"], out["p_11"] + out["p_01"]])
    error = np.max(np.abs(excited / np.stack([hot, cold]) - 1))
    return sn.Outcome(
        error < 1e-13 and not np.any(out["c"]),
        f"{POINTS} points at g = 0: c = 0, populations of the qubits Gibbs within {error:.1g} (relative)",
    )


def sign_of_heat():
    points = random_points()
    out = local(**points)
    wrong = out["heat_current_h"] <= 0
    first = int(np.argmin(np.where(wrong, np.abs(points["delta"]), np.inf)))
    positive = points["delta"] >= 0
    return sn.Outcome(
        not wrong.any(),
        f"{POINTS} points with T_h > T_c, |delta| <= 0.2: Q_h <= 0 at {np.mean(wrong):.1%}, smallest |delta| at "
        f"{at(points, first)}: the sign is that of n_B^h(eps_h) - n_B^c(eps_c), and Q_h < 0 where eps_h/T_h > "
        f"eps_c/T_c; for delta >= 0 all of {positive.sum()} points have Q_h > 0: {not wrong[positive].any()}",
    )


def first_law():
    out = local(**random_points())
    total = np.max(np.abs(out["heat_current_h"] + out["heat_current_c"]) / np.abs(out["heat_current_h"]))
    bare = np.max(np.abs(out["bare_heat_current_h"] + out["bare_heat_current_c"]) / np.abs(out["bare_heat_current_h"]))
    return sn.Outcome(
        bare < 1e-9,
        f"{POINTS} points, |delta| <= 0.2: largest |Q_h + Q_c|/|Q_h| is {bare:.3g} with H_S, as Eq. (10) has it, and "
        f"{total:.1g} with H_S + H_int",
    )


def same_zeros():
    points = random_points()
    out = local(**points)
    level = {**points, "T_h": points["T_c"] / (1 + points["delta"])}
    balanced = local(**level)
    error = np.max(np.abs(balanced["c"]) / np.abs(out["c"]))
    return sn.Outcome(
        bool(np.all((out["J_ss"] != 0) == (out["c"] != 0))) and error < 1e-9,
        f"{POINTS} points: J_ss and c vanish together; at eps_h/T_h = eps_c/T_c |c| is below {error:.1g} of a generic "
        "value",
    )


def current_over_detuning():
    delta = np.linspace(0, 0.05, 501)
    curves = [local(delta=delta, T_h=T)["J_ss"] for T in TEMPERATURES]
    return sn.Outcome(
        all(falls(J) for J in curves),
        f"T_h = {TEMPERATURES}: J_ss falls over 0 <= delta <= 0.05; at 0.01 it is "
        f"{min(J[100] / J[0] for J in curves):.2f} to {max(J[100] / J[0] for J in curves):.2f} of its value at 0",
    )


def rises_with_heat():
    T = np.linspace(0.1, 1, 901)
    holds = all(rises(local(delta=delta, T_h=T)["J_ss"]) for delta in (0, 0.01, 0.02, 0.05))
    T = np.linspace(1, 10, 901)
    wide = local(delta=0.0, T_h=T)["J_ss"]
    return sn.Outcome(
        holds,
        "0.1 <= T_h <= 1, delta = 0, 0.01, 0.02, 0.05: J_ss rises; beyond, at delta = 0, it has a maximum at T_h = "
        f"{T[wide.argmax()]:.2f}",
    )


def negativity_over_detuning():
    delta = np.linspace(0, 0.05, 501)
    curves = [local(delta=delta, T_h=T)["negativity"] for T in TEMPERATURES]
    ends = [N[-1] / N[0] for N in curves]
    rise = max(N.max() / N[0] - 1 for N in curves)
    late = all(falls(N[100:]) for N in curves)
    return sn.Outcome(
        late and max(ends) < 0.2,
        f"T_h = {TEMPERATURES}: at delta = 0.05 N is {min(ends):.2g} to {max(ends):.2g} of its value at 0 and falls "
        f"from 0.01 on; near 0 it may rise first, by {rise:.1%} at most (T_h = 0.3)",
    )


def negativity_rises_with_heat():
    T = np.linspace(0.2, 1, 801)
    holds = all(np.all(np.diff(local(delta=d, T_h=T)["negativity"]) >= 0) for d in (0, 0.01, 0.02, 0.05))
    T = np.linspace(1, 10, 901)
    wide = local(delta=0.0, T_h=T)["negativity"]
    return sn.Outcome(
        bool(holds),
        "0.2 <= T_h <= 1, delta = 0, 0.01, 0.02, 0.05: N does not fall; beyond, at delta = 0, it has a maximum at "
        f"T_h = {T[wide.argmax()]:.2f}",
    )


# -- Sec. 4 ----------------------------------------------------------------------------------------------------------


def one_eigenvalue():
    out = local(**random_points())
    margin = np.min(out["p_10"] * out["p_01"] - np.abs(out["c"]) ** 2)
    return sn.Outcome(margin > 0, f"{POINTS} points: r_2 r_3 - |c|^2 is at least {margin:.3g}")


def witness():
    points = random_points(0.05)
    points["T_c"] = points["T_c"] * 0.2
    out = local(**points)
    ratio = np.abs(out["J_ss"]) / out["J_c"]
    far = np.abs(ratio - 1) > 1e-9
    agree = (ratio > 1) == (out["negativity"] > 0)
    return sn.Outcome(
        bool(np.all(agree[far])),
        f"{POINTS} points, of which {np.mean(out['negativity'] > 0):.0%} are entangled: |J_ss| > J_c where N > 0 and "
        "nowhere else",
    )


def figure_3a():
    delta = np.linspace(0, 0.08, 8001)
    out = local(delta=delta, T_h=0.3)
    ratio = _ratio(out)
    top = int(ratio.argmax())
    crossing, end = delta[np.argmax(ratio < 1)], delta[np.argmax(out["negativity"] == 0)]
    return sn.Outcome(
        rises(ratio[: top + 1]) and falls(ratio[top:]) and crossing == end,
        f"T_h = 0.3: from {ratio[0]:.4f} to {ratio[top]:.4f} at delta = {delta[top]:.4f}, then down; J_ss = J_c and "
        f"N = 0 from delta = {crossing:.4f} on (step 1e-5).  At T_h = 0.5 and above N > 0 for all delta > 0",
    )


def figure_3b():
    T = np.linspace(0.1, 0.96, 861)
    out = local(delta=0.05, T_h=T)
    ratio = _ratio(out)
    crossing, start = T[np.argmax(ratio > 1)], T[np.argmax(out["negativity"] > 0)]
    hot = np.linspace(0.1, 2, 1901)
    tops = {d: hot[np.nanargmax(_ratio(local(delta=d, T_h=hot)))] for d in (0.0, 0.01, 0.02, 0.05)}
    return sn.Outcome(
        rises(ratio) and crossing == start,
        f"delta = 0.05, 0.1 <= T_h <= 0.96: J_ss/J_c rises, N > 0 from T_h = {start:.3f} on, where J_ss/J_c > 1.  The "
        "rise ends at T_h = " + ", ".join(f"{T:.2f} (delta = {d:g})" for d, T in tops.items()),
    )


# -- Sec. 5 ----------------------------------------------------------------------------------------------------------


def _tunnelling_curves(delta=0.01, temperatures=TEMPERATURES):
    kappa = np.linspace(0, 0.2, 1001)
    return kappa, {T: tunnelling(delta=delta, kappa_h=kappa, T_h=T) for T in temperatures}


def tunnelling_counters():
    _, curves = _tunnelling_curves()
    single = True
    for out in curves.values():
        for values in (out["J_ss"], out["negativity"]):
            top = int(values.argmax())
            single = single and rises(values[1 : top + 1]) and bool(np.all(np.diff(values[top:]) <= 0))
    return sn.Outcome(
        single, f"delta = 0.01, T_h = {TEMPERATURES}, 0 <= kappa_h <= 0.2: J_ss and N rise to one maximum, then fall"
    )


def tunnelling_recovers():
    _, curves = _tunnelling_curves()
    shares = []
    for T, out in curves.items():
        own = local(delta=0.0, T_h=T)
        shares += [out[key].max() / own[key] for key in ("J_ss", "negativity")]
    low, high = min(shares), max(shares)
    return sn.Outcome(
        abs(low - 1) < 0.02 and abs(high - 1) < 0.02,
        f"delta = 0.01, T_h = {TEMPERATURES}: the maxima are {low:.4f} to {high:.4f} of the values at delta = "
        "kappa = 0 (equal within 2%, not exactly)",
    )


def tunnelling_place():
    kappa, curves = _tunnelling_curves()
    places = {T: (kappa[out["J_ss"].argmax()], kappa[out["negativity"].argmax()]) for T, out in curves.items()}
    every = np.array(list(places.values()))
    text = ", ".join(f"{J:.4f}/{N:.4f} (T_h = {T:g})" for T, (J, N) in places.items())
    return sn.Outcome(
        np.ptp(every) / every.mean() < 0.1,
        f"delta = 0.01: kappa_max of J_ss/N is {text}; sqrt(eps_h^2 + 4 kappa_h^2) = eps_c gives "
        f"{0.5 * np.sqrt(1.01**2 - 1):.4f}",
    )


def tunnelling_bright_line():
    delta = np.linspace(0.002, 0.05, 25)
    kappa = np.linspace(0, 0.2, 801)
    out = tunnelling(delta=delta[:, None], kappa_h=kappa, T_h=0.7)
    J, N = (kappa[out[key].argmax(axis=1)] for key in ("J_ss", "negativity"))
    own = 0.5 * np.sqrt((1 + delta) ** 2 - 1)
    return sn.Outcome(
        rises(J) and rises(N),
        "T_h = 0.7, 0.002 <= delta <= 0.05: kappa_max rises from "
        f"{J[0]:.4f} to {J[-1]:.4f} (J_ss) and {N[0]:.4f} to {N[-1]:.4f} (N), within {np.max(np.abs(J - own)):.1g} and "
        f"{np.max(np.abs(N - own)):.1g} of sqrt((eps_c^2 - eps_h^2)/4)",
    )


STATEMENTS = (
    sn.Statement("below Eq. (9)", "without detuning the coherence is purely imaginary", no_detuning),
    sn.Statement("Secs. 2 and 3.1", "for g = 0 there is no coherence and the qubits are thermal", decoupled),
    sn.Statement(
        "below Eq. (10)",
        "the heat flows of Eq. (10) add up to zero",
        first_law,
        note="with the Hamiltonian as Eq. (10) has it; see the entries (10) and (11)",
    ),
    sn.Statement(
        "below Eq. (10)",
        "for T_h > T_c heat flows from the hot bath into the hot qubit, Q_h > 0 > Q_c",
        sign_of_heat,
        note="it holds for delta >= 0, as in the figures; else the local master equation lets heat flow from cold to "
        "hot where eps_h/T_h > eps_c/T_c",
    ),
    sn.Statement("below Eq. (13)", "heat current and coherence vanish under the same conditions", same_zeros),
    sn.Statement("Fig. 2(a)", "detuning reduces the heat current", current_over_detuning),
    sn.Statement("Fig. 2(a)", "the heat current rises with T_h at constant T_c", rises_with_heat),
    sn.Statement("Fig. 2(b)", "the negativity is reduced already by a detuning of 5%", negativity_over_detuning),
    sn.Statement("Fig. 2(b)", "the negativity rises with T_h", negativity_rises_with_heat),
    sn.Statement("Sec. 4.1, App. A.2", "r_2 r_3 > |c|^2: only lambda_3 can be negative", one_eigenvalue),
    sn.Statement("Sec. 4.1", "the qubits are entangled where J_ss/J_c > 1", witness),
    sn.Statement(
        "Fig. 3(a)",
        "J_ss/J_c rises a little and then falls monotonically with the detuning; N vanishes where it is 1",
        figure_3a,
    ),
    sn.Statement(
        "Fig. 3(b)", "J_ss/J_c rises monotonically with T_h, which gives a lower bound on T_h for N > 0", figure_3b
    ),
    sn.Statement("Fig. 4", "tunnelling raises J_ss and N up to kappa_max; beyond they fall", tunnelling_counters),
    sn.Statement("Fig. 4", "at kappa_max both reach their values for delta = kappa_j = 0", tunnelling_recovers),
    sn.Statement("Fig. 4", "kappa_max is about the same for J_ss and N and hardly depends on T_h", tunnelling_place),
    sn.Statement("Fig. 5", "kappa_max rises monotonically with the detuning", tunnelling_bright_line),
)
