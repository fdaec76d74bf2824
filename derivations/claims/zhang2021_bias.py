"""Statements of Zhang and Wang (2021) in Secs. 5.1 and 5.2: transport and bosons, tested in numbers.

Units of the mean frequency of the qubits.  Unless said otherwise kappa = 3, mean temperature 0.4, mean coupling 0.1 for
bosons, as in the captions of Figs. 8 to 11.
"""

from __future__ import annotations

from functools import cache

import numpy as np

import symness as sn
from symness.derivations.figures.zhang2021_states import boson, concurrence, fermion, i_2, i_3, peak

FINE, COARSE = np.linspace(-0.79, 0.79, 801), np.linspace(-0.79, 0.79, 61)
DETUNINGS, IMBALANCES = np.linspace(0.1, 1.5, 8), np.linspace(-0.02, -0.18, 9)


@cache
def critical(name):
    """CNTDs of C, I_2, I_3, Eq. (35), over the detuning or the (negative) imbalance."""
    asymmetry = {name: {"detuning": DETUNINGS, "imbalance": IMBALANCES}[name][:, None]}
    state, coarse = boson(**asymmetry, dT=FINE), boson(**asymmetry, dT=COARSE)
    return peak(FINE, concurrence(state)), peak(FINE, i_2(state)), peak(COARSE, i_3(coarse))


def coherence():
    state = {d: abs(boson(detuning=d, imbalance=np.array([0, 0.1]), dT=0.4)["coherence_14"]) for d in (0, 1)}
    return sn.Outcome(
        state[1].min() > 1e-4,
        f"kappa = 3, Delta T = 0.4, Delta gamma = 0 and 0.1: |rho_14| = {state[1].round(5).tolist()} for 3 "
        "eps_1 = eps_2; "
        f"{state[0].max():g} for eps_1 = eps_2, whatever the baths",
    )


def boundary():
    state = boson(kappa=1.5, T=0.05)
    return sn.Outcome(
        bool(state["rho_22"] > state["rho_11"]),
        f"eps_1 = eps_2, kappa = 1.5 between the two bounds, T = 0.05: p_1 = {state['rho_11']:.4f}, p_2 = "
        f"{state['rho_22']:.4f}: |1> is the ground state, the regime is the weak one",
    )


def fourier():
    dT = np.linspace(0.01, 1, 100)
    currents = {k: boson(kappa=k, T=1, dT=dT)["energy_current_2"] / dT for k in (0.2, 1, 3)}
    off = {k: float(abs(v / v[0] - 1).max()) for k, v in currents.items()}
    text = ", ".join(f"{100 * v:.1f} % for kappa = {k:g}" for k, v in off.items())
    return sn.Outcome(max(off.values()) < 0.1, f"I/Delta T changes up to Delta T = mean T = 1 by {text}")


def quadratic_cost():
    dT = np.linspace(0.01, 0.5, 50)
    off = {}
    for kappa in (0.2, 1, 3):
        ratio = boson(kappa=kappa, T=1, dT=dT)["entropy_production"] / dT**2
        off[kappa] = float(abs(ratio / ratio[0] - 1).max())
    text = ", ".join(f"{100 * v:.1f} % for kappa = {k:g}" for k, v in off.items())
    return sn.Outcome(max(off.values()) < 0.1, f"sigma/Delta T^2 changes up to Delta T = 0.5 (mean T = 1) by {text}")


def current_and_coupling():
    kappa = np.array([0.5, 1.0, 1.5, 1.8])
    weak = boson(kappa=kappa, T=1, dT=0.4)["energy_current_2"]
    strong = boson(kappa=np.array([2.5, 4.75, 7.0]), T=1, dT=0.4)["energy_current_2"]
    return sn.Outcome(
        bool((np.diff(weak) > 0).all() and (np.diff(strong) > 0).all()),
        f"T = 0.8, 1.2, gamma = 0.1: I_2 = {weak.round(4).tolist()} at kappa = {kappa.tolist()} (largest at 0.9), "
        f"{strong.round(4).tolist()} at 2.5, 4.75, 7",
    )


def particles_and_coupling():
    kappa = np.array([0.2, 0.5, 1.15, 1.9])
    flow = fermion(kappa=kappa, mu=0, dmu=2, T=0.5)["particle_current_2"]
    return sn.Outcome(
        bool((np.diff(flow) > 0).all()),
        f"T = 0.5, mu = -1, 1: I_2 = {flow.round(5).tolist()} at kappa = {kappa.tolist()}; it grows up to 1.15",
    )


def saturation():
    dmu = np.array([8.0, 16.0, 24.0])
    state = fermion(kappa=0.4, mu=0, dmu=dmu, T=0.5)
    flow, slope = state["particle_current_2"], np.diff(state["entropy_production"])
    return sn.Outcome(
        abs(flow[1] / flow[0] - 1) < 0.01 and abs(slope[1] / slope[0] - 1) < 0.01,
        f"kappa = 0.4, T = 0.5: I_2 = {flow.round(6).tolist()} at Delta mu = 8, 16, 24, sigma grows by "
        f"{slope.round(4).tolist()}",
    )


def second_law():
    """Symmetric qubits in the weak regime; random points of the strong one, which Sec. 5.2 is about."""
    kappa = np.linspace(0.05, 1.99, 195)
    sigma = boson(kappa=kappa, T=1, dT=0.4)["entropy_production"]
    place, first = int(sigma.argmin()), kappa[sigma < 0].min()
    at = boson(kappa=1.8, T=1, dT=0.4)
    draw, n = np.random.default_rng(4).uniform, 20_000
    T = draw(0.1, 1.5, n)
    strong = boson(draw(2.0, 8, n), draw(-1.8, 1.8, n), draw(-0.19, 0.19, n), T, 1.9 * T * draw(-1, 1, n))
    valid = strong["entropy_production"][strong["positive"]]
    return sn.Outcome(
        bool(sigma.min() >= 0 and valid.min() >= 0),
        f"eps_1 = eps_2, gamma = 0.1, T = 0.8, 1.2: negative from kappa = {first:.2f} on, {sigma.min():.4f} at kappa = "
        f"{kappa[place]:.2f}; at kappa = 1.8, sigma = {at['entropy_production']:.6f} with I_2 = "
        f"{at['energy_current_2']:.6f} from cold to hot, and rho is positive ({bool(at['positive'])}); strong regime, "
        f"{valid.size} random points with positive rho: at least {valid.min():.2g}",
    )


def symmetric_bias():
    state = boson(dT=np.linspace(0, 0.79, 80))
    worst = max(np.diff(v).max() for v in (concurrence(state), i_2(state), state["rho_22"]))
    return sn.Outcome(
        worst <= 1e-12, f"C, I_2 and the population of |2>, Delta T from 0 to 0.79: largest step upward {worst:.1e}"
    )


def symmetric_i3():
    dT = np.linspace(-0.4, 0.4, 41)
    three = i_3(boson(dT=dT))
    return sn.Outcome(
        abs(dT[three.argmax()]) > 1e-9,
        f"I_3 is largest at Delta T = {abs(dT[three.argmax()]):.2f}, {three.max():.5f} (at 0.02: "
        f"{three[21]:.5f}); it is "
        f"even, I_3(Delta T) - I_3(-Delta T) = {abs(three - three[::-1]).max():.0e}",
    )


def subset():
    dT = np.linspace(-0.78, 0.78, 53)
    panels = [{}, {"detuning": 1}, {"detuning": -1}, {"imbalance": -0.1}, {"imbalance": 0.1}]
    states = [boson(**asymmetry, dT=dT) for asymmetry in panels]
    alone = sum(int(((i_3(s) > 0) & (i_2(s) == 0)).sum()) for s in states)
    beyond = boson(detuning=1.8, dT=-0.3)
    return sn.Outcome(
        alone == 0,
        f"265 states of Fig. 8: {alone} violate I_3322 alone; beyond it some do: Delta eps = 1.8, Delta T = "
        "-0.3 has I_2 = "
        f"{i_2(beyond):g}, I_3 = {i_3(beyond):.4f}",
    )


def direction():
    lowest = min(v.min() for name in ("detuning", "imbalance") for v in critical(name))
    return sn.Outcome(
        lowest > 0,
        f"Delta eps from 0.1 to 1.5, Delta gamma from -0.02 to -0.18: Delta T_0 of C, I_2, I_3 at least {lowest:.4f}",
    )


def monotonic_cntd():
    steps = [np.diff(v).min() for name in ("detuning", "imbalance") for v in critical(name)]
    return sn.Outcome(
        min(steps) > 0, f"|Delta T_0| grows at every step, by at least {min(steps):.4f}, for C, I_2 and I_3"
    )


def smaller_for_entanglement():
    gaps = []
    for name in ("detuning", "imbalance"):
        C, two, three = critical(name)
        gaps.append(min((two - C).min(), (three - C).min()))
    return sn.Outcome(
        min(gaps) > 0, f"smallest |Delta T_0| of I_2, I_3 minus that of C: {gaps[0]:.4f} (eps), {gaps[1]:.4f} (gamma)"
    )


def nearly_equal_bell():
    """The panels of Fig. 8, and the line of Fig. 11(a)."""
    off, text = [], []
    for panel, asymmetry in (("(b)", {"detuning": 1}), ("(d)", {"imbalance": -0.1})):
        state, coarse = boson(**asymmetry, dT=FINE), boson(**asymmetry, dT=COARSE)
        C, two, three = (
            float(v) for v in (peak(FINE, concurrence(state)), peak(FINE, i_2(state)), peak(COARSE, i_3(coarse)))
        )
        off.append(abs(1 - three / two))
        text.append(f"{two:.3f} and {three:.3f} in Fig. 8{panel}, {100 * off[-1]:.0f} % apart (that of C: {C:.3f})")
    _, two, three = critical("detuning")
    wide = abs(1 - three / two)
    k = int(wide.argmax())
    return sn.Outcome(
        max(off) < 0.1,
        f"{'; '.join(text)}; up to {100 * wide[k]:.0f} % in Fig. 11(a), at Delta eps = {DETUNINGS[k]:.1f}",
    )


def most_sensitive():
    C, two, three = critical("detuning")
    return sn.Outcome(
        bool((two > three).all() and (two > C).all()),
        f"Delta T_0 at Delta eps = 0.1: C {C[0]:.4f}, I_2 {two[0]:.4f}, I_3 {three[0]:.4f}; the same order up to 1.5",
    )


def one_bath():
    state = boson(imbalance=-0.2, dT=0.8)
    C, bell = float(state["concurrence"]), float(state["chsh_max"])
    return sn.Outcome(
        abs(C - 1) < 1e-12 and abs(bell - 2 * np.sqrt(2)) < 1e-12,
        f"gamma_2 = 0, T_1 = 0, T_2 = 0.8: C = {C:.12f}, CHSH {bell:.12f}",
    )


STATEMENTS = (
    sn.Statement(
        "Sec. 5, first paragraph",
        "in the strong regime different baths can maintain a coherence between |1> and |4>",
        coherence,
        "not for symmetric frequencies: its source is proportional to cos(2 theta)",
    ),
    sn.Statement(
        "Sec. 5, first paragraph, Secs. 5.2 and 5.3",
        "the strong regime begins at kappa = sqrt(eps_1 eps_2)",
        boundary,
        "the 2 of Sec. 3.1 is missing: kappa = 2 sqrt(eps_1 eps_2)",
    ),
    sn.Statement("Fig. 6(a)", "the heat current is linear in Delta T (within 10 %)", fourier),
    sn.Statement("Fig. 6(b)", "the entropy production is proportional to Delta T^2 (within 10 %)", quadratic_cost),
    sn.Statement(
        "below Eq. (32)",
        "bosons: a stronger coupling kappa gives a stronger current",
        current_and_coupling,
        "what the text expects intuitively; it does not name the kappa of the curves in Figs. 6 and 7",
    ),
    sn.Statement(
        "below Eq. (32)",
        "fermions: a stronger coupling kappa gives a stronger current",
        particles_and_coupling,
        "the same",
    ),
    sn.Statement("Fig. 7", "the particle current saturates, and sigma becomes linear in Delta mu", saturation),
    sn.Statement(
        "Sec. 5.2",
        "the entropy production rate is always positive",
        second_law,
        "a Redfield generator does not guarantee it: near the boundary of the weak regime gamma n(epsilon_-) is no "
        "longer small against the splitting; Sec. 5.2 looks at the strong regime, where no exception was found",
    ),
    sn.Statement(
        "Fig. 8(a)", "symmetric qubits: C, I_2 and the ground state's population fall with |Delta T|", symmetric_bias
    ),
    sn.Statement(
        "Figs. 8(a) and 9(a), Secs. 5.2 and 6",
        "symmetric qubits: I_3 is largest away from Delta T = 0",
        symmetric_i3,
        "I_3 is even in Delta T and largest at equilibrium, see the symmetry of the inequality",
    ),
    sn.Statement("Fig. 8", "what violates I_3322 violates CHSH, too (bosons)", subset),
    sn.Statement("Sec. 5.2", "the qubit of higher frequency or weaker coupling wants the hotter bath", direction),
    sn.Statement("Fig. 11", "the CNTDs are monotonic in Delta eps and in Delta gamma", monotonic_cntd),
    sn.Statement("Fig. 11, Sec. 6", "the CNTD of C is always smaller than those of I_2, I_3", smaller_for_entanglement),
    sn.Statement(
        "Fig. 8",
        "the CNTDs of I_2 and I_3 are almost the same (within 10 %)",
        nearly_equal_bell,
        "the tolerance is ours; it is met in Fig. 8(d)",
    ),
    sn.Statement("below Fig. 12", "CHSH is the most sensitive indicator of the detuning", most_sensitive),
    sn.Statement("below Fig. 12", "for gamma_2 = 0, T_1 = 0 gives the pure ground state and all maxima", one_bath),
)
