"""Data figures of Wang, Wu and Wang, Phys. Rev. A 99, 042320 (2019); Figs. 1 and 2 are drawings of the model.

Energies, temperatures and chemical potentials in units of the spectral density J = J_1 = J_2; in Fig. 8, where the
baths are Ohmic, in units of omega/10.  Generated modules are imported when a figure is drawn: this file must load
without them.
"""

from __future__ import annotations

import numpy as np

from symness.figures import Figure, axis_label, curves, density, legend, panels

QUBITS = {"omega_1": 10, "omega_2": 10}


def boson(**parameters):
    from symness.generated import wang2019_boson

    return wang2019_boson.evaluate(**{**QUBITS, "J_1": 1, "J_2": 1, **parameters})


def fermion(**parameters):
    """Both baths at T = 1.5, as in all figures with fermions."""
    from symness.generated import wang2019_fermion

    return wang2019_fermion.evaluate(**{**QUBITS, "J_1": 1, "J_2": 1, "T_1": 1.5, "T_2": 1.5, **parameters})


# -- what is shown, by axis label --------------------------------------------------------------------------------------

CONCURRENCE = {axis_label("concurrence", r"\mathcal{C}"): lambda result: result["concurrence"]}
EIGENSTATES = {axis_label("eigenstate coherence", r"|\rho_{34}|"): lambda result: abs(result["rho_34"])}
BARE_STATES = {axis_label("bare-state coherence", "|w|"): lambda result: abs(result["w"])}
POPULATIONS = {
    axis_label("population", r"a = \rho_{11}"): lambda result: result["rho_11"],
    axis_label("population", r"d = \rho_{22}"): lambda result: result["rho_22"],
    axis_label("", r"\sqrt{ad}"): lambda result: np.sqrt(result["rho_11"] * result["rho_22"]),
}
CURRENT = {axis_label("energy current", "I_2", "J^2"): lambda result: result["energy_current_2"]}
((CONCURRENCE_LABEL, _),) = CONCURRENCE.items()


def differences(unit="J"):
    """Labels of the temperature difference and of that of the chemical potentials."""
    return axis_label("temperature difference", r"\Delta T", unit), axis_label(
        "potential difference", r"\Delta\mu", unit
    )


def family(symbol, values, evaluate):
    """One result for each value of a parameter, by the label of its line."""
    return {f"${symbol} = {value:g}\\,J$": evaluate(value) for value in values}


def draw(axes, x, results, quantity, x_label=""):
    """Lines of one quantity; those of coherences, concurrence and currents start at zero."""
    ((label, of),) = quantity.items()
    curves(axes, x, {name: of(result) for name, result in results.items()}, place=None)
    axes.set(xlabel=x_label, ylabel=label)
    if axes.get_ylim()[0] < 0.05:
        axes.set_ylim(bottom=0)


# -- the figures -------------------------------------------------------------------------------------------------------


def figure_3(figure):
    T = np.linspace(0, 10, 401)
    results = family(r"\lambda", (2, 6, 10, 14), lambda lam: boson(lam=lam, T_1=T, T_2=T))
    equilibrium(figure, T, results, axis_label("temperature", "T", "J"))


def figure_4(figure):
    mu = np.linspace(-5, 25, 401)
    results = family(r"\lambda", (2, 6, 10, 14), lambda lam: fermion(lam=lam, mu_1=mu, mu_2=mu))
    equilibrium(figure, mu, results, axis_label("chemical potential", r"\mu", "J"))


def equilibrium(figure, x, results, x_label):
    left, right = panels(figure, 1, 2)
    draw(left, x, results, CONCURRENCE, x_label)
    draw(right, x, results, BARE_STATES, x_label)
    legend(figure, left)


def figure_5(figure):
    difference = np.linspace(0, 5, 301)
    results = family("T_1", (1.2, 2, 3), lambda T: boson(lam=6, T_1=T, T_2=T + difference))
    shown = {**CONCURRENCE, **EIGENSTATES, **BARE_STATES, **POPULATIONS}
    found = panels(figure, 2, 3, sharex=True)
    for place, (axes, (label, of)) in enumerate(zip(found, shown.items(), strict=True)):
        draw(axes, difference, results, {label: of}, differences()[0] if place > 2 else "")
    legend(figure, found[0])


def figure_6(figure):
    difference = np.linspace(0, 25, 401)
    results = family(r"\mu_1", (4, 8, 14, 22), lambda mu: fermion(lam=6, mu_1=mu, mu_2=mu + difference))
    found = panels(figure, 1, 3)
    for axes, quantity in zip(found, (CONCURRENCE, EIGENSTATES, BARE_STATES), strict=True):
        draw(axes, difference, results, quantity, differences()[1])
    legend(figure, found[0])


def figure_7(figure):
    detuning = np.linspace(-12, 12, 145)
    qubits = {"omega_1": 10 + detuning[:, None] / 2, "omega_2": 10 - detuning[:, None] / 2, "lam": 6}
    left, right = panels(figure, 1, 2)
    dT = np.linspace(-6, 6, 145)
    result = boson(**qubits, T_1=3 - dT / 2, T_2=3 + dT / 2)
    density(left, dT, detuning, result["concurrence"], CONCURRENCE_LABEL, levels=(0.01, 0.03, 0.06, 0.1))
    dmu = np.linspace(-20, 20, 161)
    result = fermion(**qubits, mu_1=4 - dmu / 2, mu_2=4 + dmu / 2)
    density(right, dmu, detuning, result["concurrence"], CONCURRENCE_LABEL, levels=(0.1, 0.2, 0.3, 0.4))
    right.contour(dmu, detuning, result["rho_11"], levels=[0], colors="black", linestyles="dashed", linewidths=1.2)
    for axes, label in zip((left, right), differences(), strict=True):
        axes.set(xlabel=label, ylabel=axis_label("detuning", r"\Delta", "J"), yticks=range(-10, 11, 5))


def figure_8(figure):
    from symness.generated import wang2019_boson_ohmic, wang2019_fermion_ohmic

    dT, dmu = np.linspace(0, 5, 301), np.linspace(0, 25, 301)
    settings = (
        (wang2019_boson_ohmic, dT, {"T_1": 2, "T_2": 2 + dT}),
        (wang2019_fermion_ohmic, dmu, {"T_1": 1.5, "T_2": 1.5, "mu_1": 4, "mu_2": 4 + dmu}),
    )
    found = panels(figure, 2, 2)
    for row, (module, x, baths), label in zip(
        (found[:2], found[2:]), settings, differences(r"(\omega/10)"), strict=True
    ):
        results = {
            rf"$\alpha_2 = {ratio}\alpha_1$": module.evaluate(
                **QUBITS, lam=6, omega_c1=40, omega_c2=40, alpha_1=0.1, alpha_2=second, **baths
            )
            for ratio, second in ((r"\frac{1}{2}", 0.05), ("", 0.1), ("2", 0.2))
        }
        draw(row[0], x, results, EIGENSTATES, label)
        draw(row[1], x, results, CONCURRENCE, label)
    legend(figure, found[0])


def figure_9(figure):
    dT, dmu = np.linspace(0, 5, 301), np.linspace(0, 25, 301)
    couplings = (2, 4, 6)
    left, right = panels(figure, 1, 2)
    warm = family(r"\lambda", couplings, lambda lam: boson(lam=lam, T_1=2, T_2=2 + dT))
    charged = family(r"\lambda", couplings, lambda lam: fermion(lam=lam, mu_1=4, mu_2=4 + dmu))
    for axes, x, results, label in zip((left, right), (dT, dmu), (warm, charged), differences(), strict=True):
        draw(axes, x, results, CURRENT, label)
    legend(figure, left)


FIGURES = {
    "3": Figure(
        "Concurrence and coherence in equilibrium, boson baths",
        """(a) Concurrence, (b) bare-state coherence |w| over the common temperature T. omega_1 = omega_2 = 10 J.
        Chosen: lambda = 2, 6, 10, 14 J, of which the text names 2 and 6, and the range of T. Agrees with the
        text: for lambda = 2 J the concurrence is positive but below 2e-5; it ends at T = lambda / (2 ln(1 +
        sqrt 2)); for lambda = 6 J it is largest at T = 2.41 J.""",
        figure_3,
        (6.8, 3.2),
    ),
    "4": Figure(
        "Concurrence and coherence in equilibrium, fermion baths",
        """(a) Concurrence, (b) bare-state coherence |w| over the common chemical potential mu. omega_1 = omega_2
        = 10 J, T_1 = T_2 = 1.5 J. Chosen: lambda = 2, 6, 10, 14 J, of which the text names 2, and the range
        of mu. Agrees with the text: symmetric about the maximum at mu = omega; no entanglement for lambda = 2
        J.""",
        figure_4,
        (6.8, 3.2),
    ),
    "5": Figure(
        "Steady state over the temperature difference, boson baths",
        """(a) Concurrence, (b) eigenstate coherence, (c) bare-state coherence, (d, e) populations of ee and gg,
        (f) root of their product, over Delta T = T_2 - T_1. omega_1 = omega_2 = 10 J, lambda = 6 J; T_1 =
        1.2, 2, 3 J and the range of Delta T from the text. Nothing had to be chosen. Agrees with the text,
        panel by panel.""",
        figure_5,
        (6.8, 4.6),
    ),
    "6": Figure(
        "Concurrence and coherences over the potential difference, fermion baths",
        """(a) Concurrence, (b) eigenstate coherence, (c) bare-state coherence over Delta mu = mu_2 - mu_1.
        omega_1 = omega_2 = 10 J, lambda = 6 J, T_1 = T_2 = 1.5 J. Chosen: mu_1 = 4, 8, 14, 22 J, of which the
        text names 22, and the range of Delta mu. Differs from the text: for mu_1 = 14 J the concurrence is
        not monotonic, it falls from 0.239 to 0.156 at Delta mu = 4.2 J and rises to 0.163; for mu_1 = 22 J
        the state is not positive from Delta mu = 3.7 J on (eigenvalues down to -9.1e-6, rho_22 to -1.2e-8; the
        concurrence takes the product of populations as zero there); the root of the product is not monotonic
        for mu_1 = 8 J (0.177 at Delta mu = 7.2 J, 0.173 later).""",
        figure_6,
        (6.8, 2.8),
    ),
    "7": Figure(
        "Entanglement phase diagrams: detuning and temperature or potential difference",
        """Concurrence over the detuning Delta = omega_1 - omega_2 and (a) Delta T = T_2 - T_1 of boson baths
        with mean temperature 3 J, (b) Delta mu = mu_2 - mu_1 of fermion baths with mean potential 4 J and T_1
        = T_2 = 1.5 J. Mean frequency 10 J, lambda = 6 J. Dashed: rho_11 = 0, inside it is negative, down to
        -8e-5, and the concurrence takes the product of populations as zero. Chosen: |Delta| < 12 J, |Delta
        mu| < 20 J. Agrees with the text: largest concurrence 0.117 in the corners of (a), 0.496 in (b).
        Beyond the ranges drawn, not mentioned in the text: in (a) parts of |Delta| > 14.5 J have no positive
        state, with populations below -1 near the bound 19.1 J; in (b) concurrence returns in the other two
        quadrants beyond |Delta mu| = 23 J.""",
        figure_7,
        (6.8, 2.9),
    ),
    "8": Figure(
        "Coherence and concurrence with Ohmic baths",
        """(a, c) Eigenstate coherence, (b, d) concurrence; (a, b) boson baths, T_1 = 2, over Delta T = T_2 -
        T_1, and (c, d) fermion baths, T_1 = T_2 = 1.5, mu_1 = 4, over Delta mu = mu_2 - mu_1. Energies in
        units of omega/10: omega_1 = omega_2 = 10, omega_c1 = omega_c2 = 40. Chosen: lambda = 6 as in the
        figures before, alpha_1 = 0.1 and alpha_2 = 0.05, 0.1, 0.2, which makes J(omega) close to 1, and the
        ranges. Agrees with the text where alpha_1 is kept: coherence and largest concurrence grow with
        alpha_2. Differs from it: in (b) the order of the lines turns round before the concurrence vanishes;
        with alpha_1 + alpha_2 kept instead, the coherence is largest for equal couplings.""",
        figure_8,
        (6.8, 4.8),
    ),
    "9": Figure(
        "Energy current",
        """Energy current from bath 2 into the qubits, (a) boson baths, T_1 = 2 J, over Delta T = T_2 - T_1, (b)
        fermion baths, T_1 = T_2 = 1.5 J, mu_1 = 4 J, over Delta mu = mu_2 - mu_1. omega_1 = omega_2 = 10 J.
        Chosen: lambda = 2, 4, 6 J and the ranges. Agrees with the text: positive, growing with the
        difference, in (b) saturated. Differs from it: the current does not always grow with lambda; in (b)
        the lines for 4 and 6 J cross twice, in (a) the current falls again above lambda = 7 J where Delta T
        is large.""",
        figure_9,
        (6.8, 3.2),
    ),
}
