"""Data figures of Zhang and Wang (2021); Figs. 1 and 2 are drawings of the model.

Energies, rates, temperatures and chemical potentials in units of the mean frequency of the qubits.
"""

from __future__ import annotations

import numpy as np

from symness.derivations.figures.zhang2021_states import boson, concurrence, critical, fermion, i_2, i_3, rectification
from symness.figures import LINES, Figure, axis_label, curves, density, guide, legend, panels

UNIT = r"\bar{\varepsilon}"
MEASURES = {r"$\mathcal{C}$": concurrence, r"$\mathcal{I}_2$": i_2, r"$\mathcal{I}_3$": i_3}
BIAS = axis_label("temperature difference", r"\Delta T", UNIT)
POTENTIAL = axis_label("potential difference", r"\Delta\mu", UNIT)
DETUNING = axis_label("detuning", r"\Delta\varepsilon", UNIT)
IMBALANCE = axis_label("imbalance", r"\Delta\gamma", UNIT)
COST = axis_label("entropy production", r"\sigma", UNIT)
CRITICAL = axis_label("critical difference", r"\Delta T_0", UNIT)
QUANTUM = "entanglement, nonlocality"
#: Figs. 8 and 9: symmetric, 3 eps_1 = eps_2, 3 eps_2 = eps_1, 3 gamma_2 = gamma_1, 3 gamma_1 = gamma_2
ASYMMETRIES = ({}, {"detuning": 1}, {"detuning": -1}, {"imbalance": -0.1}, {"imbalance": 0.1})


def draw(axes, x, result, x_label, dots=False):
    """The three measures of one family of states, with their maxima."""
    measured = {label: measure(result) for label, measure in MEASURES.items()}
    curves(axes, x, measured, place=None)
    axes.set(xlabel=x_label, ylim=(0, None))
    if dots:
        for (colour, _), values in zip(LINES, measured.values(), strict=False):
            if values.max() > 0:
                k = values.argmax()
                axes.plot(x[k], values[k], "o", color=colour, markersize=4, clip_on=False)


def finish(figure, found, columns):
    """Ordinate of the first panel of each row, and the legend."""
    for axes in found[::columns]:
        axes.set(ylabel=QUANTUM)
    legend(figure, found[0])


def figure_3(figure):
    found = panels(figure, 2, 2)
    for axes, kappa, detuning in zip(found, (1, 1, 3, 3), (0, 1, 0, 1), strict=True):
        T = np.linspace(0, 0.8 if kappa == 1 else 2, 121)
        draw(axes, T, boson(kappa=kappa, detuning=detuning, T=T), axis_label("temperature", "T", UNIT))
        axes.set(ylim=(0, 0.2 if kappa == 1 else 1), xlim=(0, T[-1]))
    finish(figure, found, 2)


def figure_4(figure):
    left, right = panels(figure, 1, 2)
    label = axis_label("inter-qubit coupling", r"\kappa", UNIT)
    kappa = np.linspace(0, 8, 160)  # none of them on the boundary of the regimes
    draw(left, kappa, boson(kappa=kappa, T=0.5), label)
    guide(left, x=2)
    kappa = np.linspace(0, 2, 121)
    draw(right, kappa, fermion(kappa=kappa, T=0.1), label)
    finish(figure, [left, right], 2)


def figure_5(figure):
    left, right = panels(figure, 1, 2, sharey=True)
    mu = np.linspace(0, 2, 161)
    for axes, detuning in ((left, 0), (right, 1)):
        state = fermion(detuning=detuning, mu=mu, T=0.1)
        draw(axes, mu, state, axis_label("chemical potential", r"\mu", UNIT), dots=True)
        guide(axes, x=1)
    finish(figure, [left, right], 2)


def transport(figure, x, x_label, current, results):
    left, right = panels(figure, 1, 2)
    curves(left, x, {k: r[current[0]] for k, r in results.items()}, place=None)
    curves(right, x, {k: r["entropy_production"] for k, r in results.items()}, place=None)
    left.set(xlabel=x_label, ylabel=current[1])
    right.set(xlabel=x_label, ylabel=COST)
    guide(left, x=0, y=0)
    legend(figure, left)


def figure_6(figure):
    dT = np.linspace(-1, 1, 201)
    results = {rf"$\kappa = {k:g}$": boson(kappa=k, T=1, dT=dT) for k in (0.2, 0.5, 1, 2.5, 4)}
    label = axis_label("heat current", "I_2^b", UNIT + "^2")
    transport(figure, dT, BIAS, ("energy_current_2", label), results)


def figure_7(figure):
    dmu = np.linspace(-10, 10, 401)
    results = {rf"$\kappa = {k:g}$": fermion(kappa=k, mu=0, dmu=dmu, T=0.5) for k in (0.1, 0.2, 0.4, 0.8)}
    label = axis_label("particle current", "I_2^f", UNIT)
    transport(figure, dmu, POTENTIAL, ("particle_current_2", label), results)


def figure_8(figure):
    found = panels(figure, 2, 3)
    dT = np.linspace(-0.8, 0.8, 161)
    for axes, asymmetry in zip(found, ASYMMETRIES, strict=False):
        draw(axes, dT, boson(**asymmetry, dT=dT), BIAS, dots=True)
        guide(axes, x=0)
    found.pop().remove()
    finish(figure, found, 3)


def figure_9(figure):
    found = panels(figure, 2, 3)
    for axes, asymmetry, sign in zip(found, ASYMMETRIES, (1, 1, -1, 1, -1), strict=False):
        state = boson(**asymmetry, dT=sign * np.linspace(0, 0.7, 141))
        draw(axes, state["entropy_production"], state, COST, dots=True)
    found.pop().remove()
    finish(figure, found, 3)


def maps(axes, x, y, state, x_label, y_label):
    for one, (label, measure) in zip(axes, MEASURES.items(), strict=True):
        values = measure(state)
        density(one, x, y, values, label, levels=[v for v in (0.1, 0.2, 0.3, 0.5, 0.7, 0.9) if v < values.max()])
        one.set(xlabel=x_label, ylabel=y_label)


def figure_10(figure):
    found = panels(figure, 2, 3)
    dT = np.linspace(-0.78, 0.78, 31)
    detuning, imbalance = np.linspace(-1.5, 1.5, 27), np.linspace(-0.18, 0.18, 27)
    maps(found[:3], dT, detuning, boson(detuning=detuning[:, None], dT=dT), BIAS, DETUNING)
    maps(found[3:], dT, imbalance, boson(imbalance=imbalance[:, None], dT=dT), BIAS, IMBALANCE)


def figure_11(figure):
    left, right = panels(figure, 1, 2)
    for axes, name, end, label in (
        (left, "detuning", 1.5, DETUNING),
        (right, "imbalance", 0.18, IMBALANCE),
    ):
        x = np.linspace(-end, end, 31)
        lines = {}
        for title, measure in MEASURES.items():
            lines[title] = critical(measure, 33 if measure is i_3 else 401, **{name: x})
        curves(axes, x, lines, place=None)
        axes.set(xlabel=label, ylabel=CRITICAL)
        guide(axes, x=0, y=0)
    legend(figure, left)


def row(figure, label, states):
    """Three panels: abscissa and family of states of each."""
    found = panels(figure, 1, 3, sharey=True)
    for axes, (x, state) in zip(found, states, strict=True):
        draw(axes, x, state, label, dots=True)
    finish(figure, found, 3)


def figure_12(figure):
    dmu = np.linspace(-2, 2, 161)
    row(figure, POTENTIAL, [(dmu, fermion(detuning=detuning, dmu=dmu)) for detuning in (0, 1, -1)])


def figure_13(figure):
    dmu = np.linspace(0, 1.2, 121)
    states = [fermion(detuning=detuning, dmu=sign * dmu) for detuning, sign in ((0, 1), (1, -1), (-1, 1))]
    row(figure, COST, [(state["entropy_production"], state) for state in states])


def figure_14(figure):
    found = panels(figure, 1, 3)
    dmu, detuning = np.linspace(-2, 2, 37), np.linspace(-1.8, 1.8, 41)
    maps(found, dmu, detuning, fermion(detuning=detuning[:, None], dmu=dmu), POTENTIAL, DETUNING)


def figure_15(figure):
    left, right = panels(figure, 1, 2)
    for axes, name, end, label in ((left, "detuning", 1.5, DETUNING), (right, "imbalance", 0.15, IMBALANCE)):
        x = np.linspace(-end, end, 121)
        lines = {rf"$\Delta T = {dT:g}$": rectification(dT, **{name: x}) for dT in (0.2, 0.4, 0.6)}
        curves(axes, x, lines, place=None)
        axes.set(xlabel=label, ylabel=axis_label("rectification ratio", "R"))
        guide(axes, x=0, y=0)
    legend(figure, left)


def figure_16(figure):
    detuning, imbalance = np.linspace(-1.5, 1.5, 61), np.linspace(-0.15, 0.15, 61)
    asymmetry = {"detuning": detuning, "imbalance": imbalance[:, None]}
    quantities = {
        r"$\Delta T_{0,\mathcal{C}}\,/\,\bar{\varepsilon}$": critical(concurrence, 161, **asymmetry),
        r"$\Delta T_{0,\mathcal{I}_2}\,/\,\bar{\varepsilon}$": critical(i_2, 161, **asymmetry),
        "$R$": rectification(0.6, **asymmetry),
    }
    for axes, (label, values) in zip(panels(figure, 1, 3), quantities.items(), strict=True):
        density(axes, detuning, imbalance, values, label, levels=[0], centre=0)
        axes.set(xlabel=DETUNING, ylabel=IMBALANCE)


FIGURES = {
    "3": Figure(
        "Entanglement and nonlocality over the temperature, boson baths in equilibrium",
        """Concurrence C and Bell functions I_2, I_3 over T = T_1 = T_2; (a), (c) eps_1 = eps_2, (b), (d) 3 eps_1 =
        eps_2; (a), (b) kappa = 1, (c), (d) kappa = 3. Chosen: the ranges of T. Agrees with the text: no violation in
        (a), (b), where the concurrence ends at T = 0.567 and 0.617 and is larger for detuned qubits (0.141 against
        0.093); monotonic decrease in (c), (d), where C ends at 1.70, I_2 at 0.54 and I_3 at 0.44.""",
        figure_3,
        (6.8, 5.2),
    ),
    "4": Figure(
        "Entanglement and nonlocality over the inter-qubit coupling, equilibrium",
        """Over kappa with eps_1 = eps_2; (a) bosons, T = 0.5, (b) fermions, T = 0.1, mu = 1. Grey line: boundary of the
        weak and the strong regime, across which the curves are continuous. Chosen: the ranges of kappa. Agrees with the
        text: monotonic, thresholds in the order C, I_2, I_3; that of C is 2 T ln(1 + sqrt 2) in both.""",
        figure_4,
        (6.8, 3.2),
    ),
    "5": Figure(
        "Entanglement and nonlocality over the chemical potential, fermion baths in equilibrium",
        """Over mu = mu_1 = mu_2; (a) eps_1 = eps_2, (b) 3 eps_1 = eps_2; kappa = 0.6, T = 0.1. Dots: maxima. Chosen:
        the range of mu. Agrees with the text: maxima at mu = 1 (grey), C = 0.815 in (a); a plateau in (b), with the
        maximum of I_3 slightly away from mu = 1. All curves are even about mu = 1, so that I_3 has two equal maxima,
        0.95 and 1.05.""",
        figure_5,
        (6.8, 3.2),
    ),
    "6": Figure(
        "Heat current and entropy production, boson baths",
        """(a) Heat current from bath 2, (b) entropy production over Delta T = T_2 - T_1 with mean temperature 1; eps_1
        = eps_2, gamma_1 = gamma_2 = 0.1. Chosen, as the caption names none: kappa = 0.2, 0.5, 1 (weak), 2.5, 4
        (strong), and the range. Agrees with the text for these: nearly linear and nearly quadratic, growing with kappa.
        It does not grow for every kappa: in the weak regime it falls from 0.9 on and flows from cold to hot above 1.73
        (rho is positive), in the strong one it falls from 4.75 on.""",
        figure_6,
        (6.8, 3.2),
    ),
    "7": Figure(
        "Particle current and entropy production, fermion baths",
        """(a) Particle current from bath 2, (b) entropy production over Delta mu = mu_2 - mu_1 with mean potential 0;
        eps_1 = eps_2, gamma_1 = gamma_2 = 0.1, T = 0.5. Chosen, as the caption names none: kappa = 0.1, 0.2, 0.4, 0.8,
        and the range. Agrees with the text: the current saturates, the entropy production becomes linear.""",
        figure_7,
        (6.8, 3.2),
    ),
    "8": Figure(
        "Entanglement and nonlocality over the temperature difference, boson baths",
        """Over Delta T = T_2 - T_1, kappa = 3, mean temperature 0.4; (a) symmetric, (b) 3 eps_1 = eps_2, (c) 3 eps_2 =
        eps_1, both with gamma_j = 0.1, (d) 3 gamma_2 = gamma_1 = 0.15, (e) 3 gamma_1 = gamma_2 = 0.15, both with eps_1
        = eps_2. Dots: maxima. Nothing was chosen. Agrees with the text in C and I_2. Differs from it: in (a) I_3
        is largest at Delta T = 0 and even in Delta T, as the maximum over observables is symmetric between the parties;
        in (b) the maxima of I_2 and I_3 stand at 0.354 and 0.294.""",
        figure_8,
        (6.8, 4.8),
    ),
    "9": Figure(
        "Entanglement and nonlocality over the entropy production, boson baths",
        """The states of Fig. 8 over their entropy production. Chosen: Delta T > 0 in (a), (b), (d), Delta T < 0 in (c),
        (e), where the maxima (dots) stand, and |Delta T| up to 0.7, short of the divergence at 0.8, where one T_j = 0.
        Agrees with the text but for I_3 in (a), which is largest without entropy production.""",
        figure_9,
        (6.8, 4.8),
    ),
    "10": Figure(
        "Entanglement and nonlocality over temperature difference and asymmetry, boson baths",
        """(a), (d) C, (b), (e) I_2, (c), (f) I_3; over Delta T and (a)-(c) Delta eps = eps_2 - eps_1 with gamma_j =
        0.1, (d)-(f) Delta gamma = gamma_2 - gamma_1 with mean 0.1 and eps_1 = eps_2; kappa = 3, mean temperature 0.4.
        Chosen: the ranges; the mean coupling in (d)-(f) is that of Fig. 11. Agrees with the text: hotter bath at the
        qubit of higher frequency or weaker coupling. All three are symmetric under exchange of the qubits.""",
        figure_10,
        (7.4, 4.8),
    ),
    "11": Figure(
        "Critical nonequilibrium temperature differences",
        """Delta T at which C, I_2, I_3 are largest, Eq. (35), over (a) Delta eps with gamma_j = 0.1, (b) Delta gamma
        with mean 0.1 and eps_1 = eps_2; kappa = 3, mean temperature 0.4. Chosen: the ranges. Agrees with the text:
        monotonic, smallest for C. I_2 and I_3 differ visibly, by up to 29 %.""",
        figure_11,
        (6.8, 3.2),
    ),
    "12": Figure(
        "Entanglement and nonlocality over the potential difference, fermion baths",
        """Over Delta mu = mu_2 - mu_1; (a) eps_1 = eps_2, (b) 3 eps_1 = eps_2, (c) 3 eps_2 = eps_1; kappa = 0.6,
        gamma_j = 0.1, T = 0.15, mean potential 1. Dots: maxima. Chosen: the range. Agrees with the text: no I_3 in (a);
        the maxima in (b), at Delta mu = -0.398, -0.404, -0.405, cannot be told apart by eye. C returns at the far side
        in (b), (c).""",
        figure_12,
        (6.8, 2.9),
    ),
    "13": Figure(
        "Entanglement and nonlocality over the entropy production, fermion baths",
        """The states of Fig. 12 over their entropy production, Delta mu > 0 in (a), (c) and < 0 in (b), as in the
        caption. Chosen: |Delta mu| up to 1.2. Agrees with the text.""",
        figure_13,
        (6.8, 2.9),
    ),
    "14": Figure(
        "Entanglement and nonlocality over potential difference and detuning, fermion baths",
        """(a) C, (b) I_2, (c) I_3 over Delta mu and Delta eps; kappa = 0.6, gamma_j = 0.1, T = 0.15, mean potential 1.
        Chosen: the ranges. Agrees with the text: in (b) the middle is due to pure coherence, upper left and lower right
        to imbalance. Differs from it: the three regions are not separated but joined by necks, where I_2 = 0.07 (Delta
        eps = 0.36).""",
        figure_14,
        (7.4, 2.6),
    ),
    "15": Figure(
        "Rectification ratio",
        """R(Delta T), Eq. (36), over (a) Delta eps with gamma_j = 0.1, (b) Delta gamma with mean 0.1 and eps_1 = eps_2;
        kappa = 3, mean temperature 0.4. Chosen, as the caption names none: Delta T = 0.2, 0.4, 0.6, and the ranges.
        Agrees with the text in signs and order; "almost linear" is good to 10 % up to about half of the ranges.""",
        figure_15,
        (6.8, 3.2),
    ),
    "16": Figure(
        "Critical temperature differences and rectification over both asymmetries",
        """(a) CNTD of C, (b) CNTD of I_2, Eq. (35), (c) rectification ratio for Delta T = 0.6, over Delta eps and Delta
        gamma; mean coupling 0.1, kappa = 3, mean temperature 0.4. Line: zero. Chosen: the ranges. Agrees with the text:
        the lines are nearly straight. Differs from it: Delta gamma/Delta eps is 0.060 on those of R and I_2, but 0.03
        on that of C, so that without rectification the concurrence is not largest at equilibrium.""",
        figure_16,
        (7.4, 2.6),
    ),
}
