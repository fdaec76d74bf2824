"""Statements of Zhang and Wang (2021) in Secs. 2 to 4, tested in numbers.

Secs. 5.1 and 5.2 stand in ``zhang2021_bias``, Secs. 5.3 and 5.4 in ``zhang2021_asymmetry``.

Units of the mean frequency of the qubits; C is the concurrence, I_2 and I_3 are the Bell functions (5) and (8).
"""

from __future__ import annotations

import numpy as np

import symness as sn
from symness.derivations.claims.zhang2021_asymmetry import STATEMENTS as ASYMMETRIC
from symness.derivations.claims.zhang2021_bias import STATEMENTS as BIASED
from symness.derivations.figures.zhang2021_states import boson, concurrence, fermion, i_2, i_3

MEASURES = {"C": concurrence, "I_2": i_2, "I_3": i_3}
ROUNDING = 1e-9
#: sinh(kappa/2T) = 1
THRESHOLD = 2 * np.log(1 + np.sqrt(2))


def end(x, values):
    """The last x where a decreasing curve is positive."""
    return x[values > 0].max()


def start(x, values):
    return x[values > 0].min()


def largest_step(values, sign):
    """The worst step in the wrong direction, 0 for a monotonic curve."""
    return max(0.0, float((-sign * np.diff(values)).max()))


def quantum_maximum():
    """Random pure states, and the singlet."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(100, 4)) + 1j * rng.normal(size=(100, 4))
    vectors[0] = [0, 1, -1, 0]
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    values = sn.bell_i3322(vectors[:, :, None] * vectors[:, None].conj())
    return sn.Outcome(
        abs(values[0] - 5) < ROUNDING and values.max() < 5 + ROUNDING,
        f"singlet {values[0]:.12f}; largest of 100 pure states {values.max():.12f}",
    )


def exchange_of_the_parties():
    rng = np.random.default_rng(2)
    A = rng.normal(size=(200, 4, 4)) + 1j * rng.normal(size=(200, 4, 4))
    rho = A @ A.conj().swapaxes(1, 2)
    rho /= np.trace(rho, axis1=1, axis2=2)[:, None, None]
    order = [0, 2, 1, 3]
    worst = abs(sn.bell_i3322(rho) - sn.bell_i3322(rho[:, order][:, :, order])).max()
    return sn.Outcome(
        worst > ROUNDING,
        f"200 random states: exchanging the qubits changes the largest <B_3322> by at most {worst:.1e}; Eq. (6) goes "
        "over into itself when the parties are exchanged and all six results change sign",
    )


def thermal_states(detuning, kappa_share, T):
    """Equilibrium in the weak regime; kappa as a share of its bound."""
    return boson(kappa=kappa_share * np.sqrt(4 - detuning**2), detuning=detuning, T=T)


def thermal_nonlocality():
    state = thermal_states(
        np.linspace(0, 1.9, 6)[:, None, None], np.linspace(0.05, 0.99, 6)[:, None], np.geomspace(0.01, 3, 20)
    )
    two, three = state["chsh_max"].max(), i_3(state).max()
    return sn.Outcome(
        two <= 2 + ROUNDING and three == 0,
        "720 states, Delta eps up to 1.9, kappa up to 0.99 of its bound, T from 0.01 to 3: largest CHSH value "
        f"{two:.9f}, "
        f"largest I_3 {three:g}",
    )


def nonequilibrium_nonlocality():
    rng = np.random.default_rng(3)
    count = 20000
    detuning, share = rng.uniform(-1.9, 1.9, count), rng.uniform(0.02, 0.98, count)
    T_1, T_2, gamma_1, gamma_2 = (10 ** rng.uniform(*r, count) for r in ((-2, 0.5), (-2, 0.5), (-4, -0.5), (-4, -0.5)))
    state = boson(
        share * np.sqrt(4 - detuning**2),
        detuning,
        gamma_2 - gamma_1,
        (T_1 + T_2) / 2,
        T_2 - T_1,
        (gamma_1 + gamma_2) / 2,
    )
    valid = state["positive"]
    two, C = state["chsh_max"][valid].max(), state["concurrence"][valid].max()
    return sn.Outcome(
        two <= 2 + ROUNDING,
        f"{valid.sum()} positive states of the weak regime, T_j from 0.01 to 3, gamma_j from 1e-4 to 0.3: largest CHSH "
        f"value {two:.9f}, largest concurrence {C:.3f}",
    )


def mixtures_of_two():
    """p |2><2| + (1 - p) |1><1|, with s = sin(2 theta): M = max(2 p^2 s^2, (1 - 2p)^2 + p^2 s^2), Eq. (10)."""
    s, p = np.linspace(0.02, 1, 50)[:, None], np.linspace(0, 1, 100001)
    M = np.maximum(2 * (p * s) ** 2, (1 - 2 * p) ** 2 + (p * s) ** 2)
    first = np.array([p[(row > 1 + ROUNDING) & (p > 0.1)].min() for row in M])
    return sn.Outcome(
        first.min() >= 1 / np.sqrt(2),
        f"smallest p_2 with M > 1: {first[-1]:.5f} for symmetric qubits, where 1/sqrt(2) is the threshold; "
        "above it for "
        f"detuned ones (largest {first.max():.4f}), where it is the smaller of 1/(sqrt(2) s) and 4/(4 + s^2)",
    )


def share_of_entangled_states():
    state = thermal_states(
        np.linspace(-1.9, 1.9, 9)[:, None, None], np.linspace(0.05, 0.99, 12)[:, None], np.geomspace(0.01, 100, 40)
    )
    share = (state["rho_22"] + state["rho_33"]).max()
    return sn.Outcome(
        share < 0.5, f"largest p_2 + p_3 is 1/2 - {0.5 - share:.1e} (T up to 100): Omega is below the mean frequency"
    )


def ending_temperature():
    T = np.linspace(0.01, 1.5, 29801)
    found = [end(T, boson(detuning=d, kappa=1, T=T)["concurrence"]) for d in (0, 1)]
    return sn.Outcome(
        all(abs(T_c - 0.5) < 0.15 for T_c in found),
        f"kappa = 1: T = {found[0]:.4f} for symmetric qubits, kappa/(2 ln(1 + sqrt(2))) exactly, and "
        f"{found[1]:.4f} for "
        "3 eps_1 = eps_2",
    )


def detuned_thermal_entanglement():
    T = np.linspace(0.01, 1, 1001)
    found = [boson(detuning=d, kappa=1, T=T)["concurrence"].max() for d in (0, 1)]
    return sn.Outcome(
        found[1] > found[0], f"kappa = 1: {found[0]:.4f} for symmetric qubits, {found[1]:.4f} for 3 eps_1 = eps_2"
    )


def cooling():
    T = np.linspace(0.02, 2, 67)
    steps = {k: max(largest_step(f(boson(detuning=d, T=T)), -1) for d in (0, 1)) for k, f in MEASURES.items()}
    worst = max(steps.values())
    return sn.Outcome(
        worst <= ROUNDING, f"kappa = 3, both detunings, T from 0.02 to 2: largest step upward {worst:.1e}"
    )


def order_of_temperatures():
    T = np.linspace(0.01, 2, 200)
    ends = [[end(T, f(boson(detuning=d, T=T))) for f in MEASURES.values()] for d in (0, 1)]
    text = "; ".join(", ".join(f"{k} until T = {t:.3f}" for k, t in zip(MEASURES, row, strict=True)) for row in ends)
    return sn.Outcome(all(max(rest) < C for C, *rest in ends), f"kappa = 3: {text} (3 eps_1 = eps_2)")


def growth_with_coupling():
    k_b, k_f = np.linspace(0.1, 7.9, 79), np.linspace(0.02, 2, 100)
    states = ((k_b, boson(kappa=k_b, T=0.5)), (k_f, fermion(kappa=k_f, T=0.1)))
    worst = max(largest_step(f(state), 1) for _, state in states for f in MEASURES.values())
    starts = [", ".join(f"{k} from {start(x, f(state)):.2f}" for k, f in MEASURES.items()) for x, state in states]
    return sn.Outcome(
        worst <= ROUNDING,
        f"largest step downward {worst:.1e}; bosons, T = 0.5: {starts[0]}; fermions, T = 0.1: {starts[1]}",
    )


def thresholds():
    """Those of Fig. 4, T = 0.5 for bosons and 0.1 for fermions, and at one temperature."""
    fine, coarse = np.linspace(0.005, 5, 1000), np.linspace(0.05, 5, 100)  # I_3 takes its time
    cases = ((boson, 0.5), (fermion, 0.1), (boson, 0.1))
    b, f, cold = (
        [start(x, measure(state(kappa=x, T=T))) for x, measure in ((fine, concurrence), (fine, i_2), (coarse, i_3))]
        for state, T in cases
    )
    shown = [", ".join(f"{x:.3f}" for x in row[:2]) + f", {row[2]:.2f}" for row in (b, f, cold)]
    return sn.Outcome(
        all(x > y for x, y in zip(b, f, strict=True)),
        f"C, I_2, I_3 > 0 from kappa = {shown[0]} with bosons of T = 0.5 and {shown[1]} with fermions of T = 0.1; "
        f"bosons of T = 0.1: {shown[2]}",
    )


def printed_threshold():
    T = np.array([0.1, 0.2, 0.4])
    below, above = (fermion(kappa=THRESHOLD * T * f, T=T)["concurrence"] for f in (0.999, 1.001))
    between = fermion(kappa=np.sqrt(THRESHOLD * T * THRESHOLD / T), T=T)["concurrence"]
    return sn.Outcome(
        bool(between.max() == 0),
        f"T = 0.1, 0.2, 0.4: C = {between.round(3).tolist()} far below the printed bound; with 2 T ln(1 + sqrt(2)) "
        f"instead, C = {below.max():g} at 0.999 of it and at least {above.min():.1e} at 1.001",
    )


def resonance():
    mu = np.linspace(0, 2, 161)
    symmetric = fermion(mu=mu, T=0.1)
    places = {k: mu[f(symmetric).argmax()] for k, f in MEASURES.items()}
    top = symmetric["concurrence"].max()
    return sn.Outcome(
        all(abs(x - 1) < 1e-9 for x in places.values()) and top > 0.5,
        f"kappa = 0.6, T = 0.1: all three largest at mu = 1, where C = {top:.4f}",
    )


def detuned_resonance():
    mu = np.linspace(0.5, 1.5, 101)
    state = fermion(detuning=1, mu=mu, T=0.1)
    C, three = state["concurrence"], i_3(state)
    place = mu[three.argmax()]
    return sn.Outcome(
        abs(mu[C.argmax()] - 1) < 1e-9 and 0.01 < abs(place - 1) < 0.2,
        f"3 eps_1 = eps_2: C is largest at mu = 1, I_3 = {three.max():.4f} at mu = {place:.2f} and, the curve "
        "being even, at "
        f"{2 - place:.2f}; {three[50]:.4f} at mu = 1",
    )


STATEMENTS = (
    sn.Statement("below Eq. (7)", "the largest value of the I_3322 operator is 5", quantum_maximum),
    sn.Statement(
        "below Eq. (10) and Sec. 5.2, Fig. 10",
        "C and I_2 are symmetric in the two qubits, I_3 is not",
        exchange_of_the_parties,
        "the operator is not, its maximum over the observables is",
    ),
    sn.Statement("Sec. 4.1", "thermal states of the weak regime violate neither inequality", thermal_nonlocality),
    sn.Statement("Sec. 6", "bosonic steady states are nonlocal in the strong regime only", nonequilibrium_nonlocality),
    sn.Statement("Sec. 4.1", "p_1 |1> + p_2 |2> violates CHSH only for p_2 > 1/sqrt(2)", mixtures_of_two),
    sn.Statement(
        "Sec. 4.1", "entangled states are at most 1/2 of a thermal state (weak regime)", share_of_entangled_states
    ),
    sn.Statement(
        "Sec. 4.1", "thermal entanglement vanishes around T = kappa/2 (within 0.15 kappa)", ending_temperature
    ),
    sn.Statement("Fig. 3(a), (b)", "detuned qubits have the larger thermal entanglement", detuned_thermal_entanglement),
    sn.Statement("Fig. 3(c), (d)", "C, I_2, I_3 fall monotonically with the temperature (strong regime)", cooling),
    sn.Statement(
        "Fig. 3(c), (d)", "entanglement survives to higher temperatures than nonlocality", order_of_temperatures
    ),
    sn.Statement("Fig. 4", "C, I_2, I_3 grow monotonically with kappa, bosons and fermions", growth_with_coupling),
    sn.Statement(
        "end of Sec. 4.2, Fig. 4",
        "the thresholds of kappa for entanglement and nonlocality are smaller with fermions than with bosons",
        thresholds,
        "of Fig. 4, whose temperatures differ; at one temperature that of C is 2 T ln(1 + sqrt(2)) for both, and those "
        "of I_2 and I_3 still differ",
    ),
    sn.Statement(
        "Sec. 4.2",
        "fermions: no concurrence unless kappa > 2 ln(1 + sqrt(2))/T",
        printed_threshold,
        "right is kappa > 2 T ln(1 + sqrt(2)), from sinh(kappa/2T) > 1",
    ),
    sn.Statement("Fig. 5(a)", "C, I_2, I_3 are largest at mu = mean frequency, and C exceeds 1/2", resonance),
    sn.Statement("Fig. 5(b)", "detuned: C is largest at resonance, I_3 slightly away from it", detuned_resonance),
    *BIASED,
    *ASYMMETRIC,
)
