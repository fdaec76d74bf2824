"""Data figures of Man et al. (2019); Figs. 1 and 6 are drawings of the model.

Energies, temperatures and rates in units of Gamma = Gamma_A = Gamma_B = Gamma_C^(A) = Gamma_C^(B), in Fig. 7 in GHz.
Without the common bath is Gamma_C = 0.  Generated modules are imported when a figure is drawn.
"""

from __future__ import annotations

import numpy as np

from symness.figures import LINES, Figure, axis_label, curves, density, guide, legend, panels

#: Fig. 7: 3.5e-2 MHz
DEPHASING = 3.5e-5
#: Figs. 4 and 5: T_A, detuning of thermalisation as printed; T_B = 8, Omega = 6, eps_m = 20
THERMALISATION = ((5, 0.95), (4, 1.43), (3, 1.86), (2, 2.08))

CONCURRENCE = axis_label("concurrence", r"\mathcal{C}")
CHANGE = axis_label("change of concurrence", r"\Delta\mathcal{C}")
CURRENT = axis_label("heat current", "Q_C", r"\Gamma^2")


# -- what the evaluators say at the paper's parameters ----------------------------------------------------------------


def evaluate(common=1.0, **parameters):
    """All rates one, those of the common bath ``common``."""
    from symness.generated import man2019

    rates = {"Gamma_A": 1, "Gamma_B": 1, "Gamma_CA": common, "Gamma_CB": common}
    return man2019.evaluate(**{**rates, **parameters})


def resonant(T, T_C, Omega, common=1.0):
    """Figs. 2 and 3."""
    return evaluate(common, eps_A=20, eps_B=20, Omega=Omega, T_A=T, T_B=T, T_C=T_C)


def detuned(T_A, T_C, detuning, common=1.0, T_B=8.0, Omega=6.0):
    """Figs. 4 and 5."""
    return evaluate(common, eps_A=20 + detuning / 2, eps_B=20 - detuning / 2, Omega=Omega, T_A=T_A, T_B=T_B, T_C=T_C)


def circuit(T, T_C, Omega=0.7, Gamma=0.01, common=True):
    """Fig. 7, in GHz."""
    from symness.generated import man2019_dephasing

    shared = Gamma if common else 0.0
    rates = {"Gamma_A": Gamma, "Gamma_B": Gamma, "Gamma_CA": shared, "Gamma_CB": shared, "gamma": DEPHASING}
    return man2019_dephasing.evaluate(eps_A=1, eps_B=1, Omega=Omega, T_A=T, T_B=T, T_C=T_C, **rates)


def best(Omega, Gamma, T, T_C):
    """Largest concurrence over T and T_C, and over T = T_C, for every Omega, with the common bath present."""
    levels = np.asarray(Omega)[:, None, None]
    free = circuit(T[None, :, None], T_C[None, None, :], levels, Gamma)["concurrence"]
    equal = circuit(T[None, :], T[None, :], levels[..., 0], Gamma)["concurrence"]
    return free.max(axis=(1, 2)), equal.max(axis=1)


def effective_temperatures(T_A, detuning, T_B=8.0, Omega=6.0, mean=20.0):
    """Eqs. (19) and (20) with equal rates, at omega_1 and omega_2."""
    half = np.hypot(detuning / 2, Omega)
    cosine, found = detuning / (2 * half), []
    for omega, share in ((mean - half, (1 - cosine) / 2), (mean + half, (1 + cosine) / 2)):
        absorbed = share / np.expm1(omega / T_A) + (1 - share) / np.expm1(omega / T_B)
        found.append(omega / np.log1p(1 / absorbed))
    return found


def thermalisation(T_A):
    """Detuning at which both effective temperatures agree, by bisection, and the temperature there."""
    low, high = 0.0, 5.0
    for _ in range(80):
        middle = (low + high) / 2
        first, second = effective_temperatures(T_A, middle)
        low, high = (middle, high) if first < second else (low, middle)
    return low, effective_temperatures(T_A, low)[0]


# -- the figures -------------------------------------------------------------------------------------------------------


def figure_2(figure):
    left, right = panels(figure, 1, 2)
    T = np.linspace(0.1, 16, 240)
    change = resonant(T, T[:, None], 10)["concurrence"] - resonant(T, T[:, None], 10, 0)["concurrence"]
    density(left, T, T, change, CHANGE, centre=0)
    left.plot(T, T, color="black", linestyle="dashed", linewidth=1)
    left.set(xlabel=axis_label("temperature", "T", r"\Gamma"), ylabel=axis_label("", "T_C", r"\Gamma"))
    T = np.linspace(0.1, 16, 600)
    lines = {f"$T_C = {T_C}\\,\\Gamma$": resonant(T, T_C, 10)["concurrence"] for T_C in (2, 4, 6, 8)}
    curves(right, T, {"without $R_C$": resonant(T, T, 10, 0)["concurrence"], **lines}, place=None)
    for T_C in (4, 6, 8):
        right.plot(T_C, resonant(T_C, T_C, 10)["concurrence"], "o", color="black", markersize=4)
    right.set(xlabel=axis_label("temperature", "T", r"\Gamma"), ylabel=CONCURRENCE, ylim=(0, None))
    legend(figure, right)


def figure_3(figure):
    top, bottom = panels(figure, 2, 1, sharex=True)
    T = np.linspace(0.1, 14, 600)
    temperatures = (2, 4, 6)
    results = {f"$T_C = {T_C}\\,\\Gamma$": resonant(T, T_C, 6) for T_C in temperatures}
    curves(top, T, {label: found["Q_C"] for label, found in results.items()}, place=None, first=1)
    guide(top, y=0)
    bare = resonant(T, T, 6, 0)["concurrence"]
    curves(bottom, T, {"without $R_C$": bare}, place=None)
    curves(bottom, T, {label: found["concurrence"] for label, found in results.items()}, place=None, first=1)
    for T_C in temperatures:
        top.plot(T_C, 0, "o", color="black", markersize=4)
        bottom.plot(T_C, resonant(T_C, T_C, 6)["concurrence"], "o", color="black", markersize=4)
    top.set(ylabel=CURRENT)
    bottom.set(xlabel=axis_label("temperature", "T", r"\Gamma"), ylabel=CONCURRENCE, ylim=(0, None))
    legend(figure, bottom)


def figure_4(figure):
    found = panels(figure, 2, 2, sharex=True)
    detuning = np.linspace(-5, 5, 401)
    for axes, (T_A, printed) in zip(found, THERMALISATION, strict=True):
        first, second = effective_temperatures(T_A, detuning)
        labels = (r"$T_{\mathrm{eff}}(\omega_1)$", r"$T_{\mathrm{eff}}(\omega_2)$")
        curves(axes, detuning, dict(zip(labels, (first, second), strict=True)), place=None)
        exact, T_eff = thermalisation(T_A)
        axes.plot(exact, T_eff, "o", color="black", markersize=4)
        axes.set_title(rf"$T_A = {T_A}\,\Gamma$, $\Delta\epsilon = {printed}\,\Gamma$", loc="right")
    for axes in found[2:]:
        axes.set(xlabel=axis_label("detuning", r"\Delta\epsilon", r"\Gamma"))
    for axes in found[::2]:
        axes.set(ylabel=axis_label("", r"T_{\mathrm{eff}}", r"\Gamma"))
    legend(figure, found[0])


def figure_5(figure):
    found = panels(figure, 2, 4, sharex=True, sharey="row")
    T_C = np.linspace(0.1, 12, 400)
    for column, (T_A, detuning) in enumerate(THERMALISATION):
        top, bottom = found[column], found[4 + column]
        on, off = detuned(T_A, T_C, detuning), detuned(T_A, T_C, detuning, 0)
        curves(top, T_C, {"with $R_C$": on["Q_C"]}, place=None)
        guide(top, y=0)
        shown = {"with $R_C$": on["concurrence"], "without $R_C$": off["concurrence"]}
        curves(bottom, T_C, shown, place=None)
        _, T_eff = thermalisation(T_A)
        for axes in (top, bottom):
            axes.axvline(T_eff, color=LINES[4][0], linewidth=0.7, linestyle="dotted")
        top.set_title(rf"$T_A = {T_A}\,\Gamma$", loc="right")
        bottom.set_title("", loc="left")  # one letter for each pair, as in the paper
        bottom.set(xlabel=axis_label("", "T_C", r"\Gamma"), ylim=(0, None))
    found[0].set(ylabel=CURRENT)
    found[4].set(ylabel=CONCURRENCE)
    legend(figure, found[4])


def figure_7(figure):
    first, second, third, fourth = panels(figure, 2, 2)
    T = np.linspace(0.01, 1.6, 200)
    on, off = circuit(T, T[:, None])["concurrence"], circuit(T, T[:, None], common=False)["concurrence"]
    density(first, T, T, on, CONCURRENCE, levels=(0.05, 0.1, 0.15, 0.2))
    density(second, T, T, on - off, CHANGE, centre=0)
    for axes in (first, second):
        axes.plot(T, T, color="black", linestyle="dashed", linewidth=1)
        axes.set(xlabel=axis_label("temperature", "T", r"\mathrm{GHz}"), ylabel=axis_label("", "T_C", r"\mathrm{GHz}"))
    Omega = np.linspace(0.2, 0.98, 79)
    T, T_C = np.geomspace(0.03, 3, 120), np.geomspace(1e-3, 3, 16)
    found = {f"$\\Gamma = {1e3 * Gamma:g}$ MHz": best(Omega, Gamma, T, T_C) for Gamma in (1e-4, 1e-2)}
    curves(third, Omega, {label: free / equal for label, (free, equal) in found.items()})
    curves(fourth, Omega, {label: free - equal for label, (free, equal) in found.items()}, place=None)
    third.set(ylim=(1, 10), ylabel=axis_label("ratio", r"\mathcal{C}_{\mathrm{neq}}/\mathcal{C}_{\mathrm{eq}}"))
    fourth.set(ylim=(0, None), ylabel=axis_label("difference", r"\mathcal{C}_{\mathrm{neq}}-\mathcal{C}_{\mathrm{eq}}"))
    for axes in (third, fourth):
        axes.set(xlabel=axis_label("interaction", r"\Omega", r"\mathrm{GHz}"))


FIGURES = {
    "2": Figure(
        "Concurrence with and without the common bath, equal temperatures of the others",
        """(a) Change of the concurrence by the common bath over T = T_A = T_B and T_C; dashed: T_C = T. (b)
        Concurrence over T without and with the common bath; dots: T = T_C. eps_A = eps_B = 20 Gamma, Omega = 10
        Gamma. Chosen: T_C = 2, 4, 6, 8 Gamma in (b), and the ranges. Agrees with the text: positive below the dashed
        line, negative above it; the largest value is 0.136 with a cold common bath, 0.093 without. The peak lies at
        larger T than without the common bath, and the warmer that is, the farther.""",
        figure_2,
        (6.8, 3.0),
    ),
    "3": Figure(
        "Heat current from the common bath, and concurrence",
        """Heat current Q_C from the common bath into the qubits (top) and concurrence (bottom) over T = T_A = T_B;
        dots: T = T_C. eps_A = eps_B = 20 Gamma, Omega = 6 Gamma. Chosen: T_C = 2, 4, 6 Gamma and the range of T.
        Agrees with the text: Q_C changes from positive to negative where T passes T_C, and there the concurrence
        passes that without the common bath.""",
        figure_3,
        (4.6, 5.0),
    ),
    "4": Figure(
        "Effective temperatures without the common bath",
        """Effective temperatures at omega_1 and omega_2, Eq. (19), over the detuning; T_B = 8 Gamma, T_A = 5, 4, 3,
        2 Gamma, Omega = 6 Gamma, mean energy 20 Gamma. Chosen: the range of the detuning. The dots, found by
        bisection, agree with the printed 0.95, 1.43, 1.86, 2.08 Gamma to two decimals.""",
        figure_4,
        (6.4, 4.6),
    ),
    "5": Figure(
        "Heat current and concurrence over the temperature of the common bath",
        """Q_C (top) and concurrence (bottom) over T_C at the four thermalisation points of Fig. 4; dotted: T_C =
        T_eff = 6.74, 6.50, 6.37, 6.33 Gamma. T_B = 8 Gamma, Omega = 6 Gamma, mean energy 20 Gamma. Chosen: the range
        of T_C. Agrees with the text: the current vanishes and the concurrences with and without the common bath are
        equal at T_eff; the concurrence falls with T_C.""",
        figure_5,
        (7.2, 4.0),
    ),
    "7": Figure(
        "Superconducting circuit with dephasing",
        """(a) Concurrence and (b) its change by the common bath over T = T_A = T_B and T_C; dashed: T_C = T. The
        largest concurrence over T and T_C, C_neq, beside that at T = T_C, C_eq: (c) ratio, (d) difference, which the
        paper does not draw. eps_A = eps_B = 1 GHz; (a, b) Omega = 0.7 GHz, Gamma = 10 MHz; gamma = 3.5e-2 MHz.
        hbar = k_B = 1, frequencies taken as energies. Chosen: the ranges, and C_eq with the common bath present.
        Differs from the text, which has the improvement peak: the ratio grows without bound where Omega is small,
        because C_eq vanishes faster than C_neq; the difference peaks, at 0.48 GHz for 10 MHz and 0.72 GHz for 0.1
        MHz. In (b) the change is positive slightly above the dashed line, too: dephasing heats the qubits, so that
        they give heat to the common bath there.""",
        figure_7,
        (6.4, 5.2),
    ),
}
