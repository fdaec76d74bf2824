"""What Khandelwal et al. (2020) state in Sec. 6 and Fig. 6, tested with the generated evaluators; eps = 1."""

from __future__ import annotations

import numpy as np

import symness as sn
from symness.derivations.claims.khandelwal2020_prose import POINTS, SEED, local
from symness.derivations.figures.khandelwal2020 import COLD, STRONG


def strong(**parameters):
    from symness.generated import khandelwal2020_global

    return khandelwal2020_global.evaluate(**{**STRONG, **parameters})


def thermal(g, T):
    """Negativity of the Gibbs state."""
    return strong(g=g, gamma_c=0.01, T_h=T, T_c=T, outputs=["negativity"])["negativity"]


def thermal_threshold():
    g = np.linspace(0.05, 0.95, 181)
    above, below = (thermal(g, factor * g / np.arcsinh(1)) for factor in (1 + 1e-6, 1 - 1e-6))
    return sn.Outcome(
        not above.any() and bool(np.all(below > 0)),
        "g/eps = 0.05 to 0.95: N = 0 at T = (1 + 1e-6) g/arcsinh(1), N > 0 at (1 - 1e-6) of it",
    )


def no_current_in_equilibrium():
    draw = np.random.default_rng(SEED)
    T = 10 ** draw.uniform(-2, 1, POINTS)
    points = {"g": draw.uniform(0.01, 0.99, POINTS), "gamma_c": 10 ** draw.uniform(-3, 0, POINTS)}
    out = strong(**points, T_h=T, T_c=T)
    return sn.Outcome(
        not np.any(out["J_ss"]) and not np.any(out["J_c"]) and bool(np.any(out["negativity"] > 0)),
        f"{POINTS} points with T_h = T_c: J_ss = J_c = 0 exactly, while N > 0 at {np.mean(out['negativity'] > 0):.0%}",
    )


def negative_coherence():
    draw = np.random.default_rng(SEED)
    points = {
        "g": draw.uniform(0.01, 0.99, POINTS),
        "gamma_c": 10 ** draw.uniform(-3, 0, POINTS),
        "T_h": 10 ** draw.uniform(-1.5, 1, POINTS),
        "T_c": 10 ** draw.uniform(-1.5, 1, POINTS),
    }
    out = strong(**points)
    forward = points["T_h"] > points["T_c"]
    printed = out["J_ss"] / out["c"].real * np.sqrt(out["p_11"] * out["p_00"])
    above, entangled = (out["J_ss"] > printed)[forward], out["negativity"][forward] > 0
    return sn.Outcome(
        bool(np.all(entangled[above])),
        f"{POINTS} points: d < 0 at all of them ({bool(np.all(out['c'].real < 0))}), so that for T_h > T_c the "
        f"printed J_c^gl is negative and J_ss exceeds it at {np.mean(above):.0%} of the points, of which "
        f"{np.mean(entangled[above]):.0%} are entangled",
    )


def global_witness():
    draw = np.random.default_rng(SEED)
    points = {
        "g": draw.uniform(0.05, 0.95, POINTS),
        "gamma_c": 10 ** draw.uniform(-3, 0, POINTS),
        "T_h": draw.uniform(0.1, 1, POINTS),
        "T_c": draw.uniform(0.05, 0.5, POINTS),
    }
    out = strong(**points)
    ratio = np.abs(out["J_ss"]) / out["J_c"]
    far = np.abs(ratio - 1) > 1e-9
    return sn.Outcome(
        bool(np.all(((ratio > 1) == (out["negativity"] > 0))[far])),
        f"{POINTS} points, of which {np.mean(out['negativity'] > 0):.0%} are entangled, J_c with |d|: |J_ss| > J_c "
        "where N > 0 and nowhere else",
    )


def weak_against_strong():
    T = np.linspace(0.02, 2, 100)
    rates = np.geomspace(1e-3, 0.1, 31)[:, None]
    g, wide = np.geomspace(1e-3, 0.1, 31)[:, None, None], np.geomspace(1e-3, 1, 31)[:, None]
    weak = local(delta=0.0, g=g, gamma_c=wide, T_h=T, T_c=COLD, outputs=["negativity"])["negativity"].max()
    best = {
        coupling: strong(g=coupling, gamma_c=rates, T_h=T, T_c=COLD, outputs=["negativity"])["negativity"].max()
        for coupling in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    }
    first = next(coupling for coupling, N in best.items() if weak < N)
    return sn.Outcome(
        first >= 0.5,
        f"T_c = 0.01, T_h <= 2: largest N is {weak:.4f} in the weak regime (g <= 0.1, gamma_c <= 1), in the strong one "
        + ", ".join(f"{N:.2g} (g = {c:g})" for c, N in best.items()),
    )


def thermal_is_best():
    draw = np.random.default_rng(SEED)
    T = np.geomspace(0.02, 3, 600)[:, None]
    g = np.linspace(0.1, 0.98, 45)
    best = thermal(g, T).max(axis=0)
    n = 4000
    shape = (n, len(g))
    out = strong(
        g=np.broadcast_to(g, shape),
        gamma_h=10 ** draw.uniform(-4, 0, shape),
        gamma_c=10 ** draw.uniform(-4, 0, shape),
        T_h=10 ** draw.uniform(-1.5, 1, shape),
        T_c=10 ** draw.uniform(-2, 0, shape),
        outputs=["negativity"],
    )["negativity"]
    ratio = float(np.max(out / best))
    own = float(strong(g=0.8, gamma_c=0.1, T_h=1.0, T_c=COLD)["negativity"])
    return sn.Outcome(
        ratio < 1 + 1e-3,
        f"g/eps = 0.1 to 0.98, {n} random baths each: N is at most {ratio:.4f} of the largest thermal N at that g.  At "
        f"one T_h the steady state can have more (g = 0.8, T = T_h = 1, gamma_c = 0.1: {own:.3f} against "
        f"{float(thermal(0.8, 1.0)):.3f})",
    )


def approaches_thermal():
    g, T = np.linspace(0.3, 0.95, 14), np.geomspace(0.05, 3, 400)[:, None]
    best = thermal(g, T).max(axis=0)
    rates = (0.1, 0.03, 0.01, 1e-3, 1e-5)
    shares = np.array(
        [
            strong(g=g, gamma_c=rate, T_h=T, T_c=COLD, outputs=["negativity"])["negativity"].max(axis=0) / best
            for rate in rates
        ]
    )
    return sn.Outcome(
        bool(np.all(np.diff(shares, axis=0) > 0)) and bool(np.all(shares[-1] > 0.99)),
        "0.3 <= g <= 0.95, T_h optimised: the share of the thermal optimum rises as gamma_c falls, at g = 0.6 "
        + ", ".join(f"{row[6]:.4f} (gamma_c = {rate:g})" for rate, row in zip(rates, shares, strict=True)),
    )


STATEMENTS = (
    sn.Statement(
        "Sec. 6, below Eq. (35)",
        "the thermal state is entangled where T < g/arcsinh(1) and only there",
        thermal_threshold,
    ),
    sn.Statement(
        "below Eqs. (25) and (27)",
        "for T_h = T_c the current vanishes, and the critical one, also where the state is entangled",
        no_current_in_equilibrium,
    ),
    sn.Statement(
        "below Eq. (27)",
        "a current above the J_c^gl of Eq. (27), as printed, guarantees entanglement",
        negative_coherence,
        note="with |d| in place of d it does, see the next statement",
    ),
    sn.Statement("Sec. 6.2", "J_ss^gl above J_c^gl goes with entanglement, away from equilibrium", global_witness),
    sn.Statement(
        "Fig. 6(a)",
        "strong coupling gives no more entanglement than weak coupling unless g is comparable with eps",
        weak_against_strong,
    ),
    sn.Statement(
        "Fig. 6(b)",
        "no out-of-equilibrium state has more entanglement than the best thermal state at that g",
        thermal_is_best,
    ),
    sn.Statement(
        "Fig. 6(b)", "as gamma_c is reduced, the optimal steady state approaches the thermal one", approaches_thermal
    ),
)
