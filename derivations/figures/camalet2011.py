"""Data figures of Camalet (2011); Fig. 1 is a drawing of the model.

Energies and temperatures in units of Delta, rates in units of J_1.  The generated module is imported when a figure is
drawn: this file must load without it.
"""

from __future__ import annotations

import numpy as np

from symness.figures import LINES, Figure, axis_label, curves, panels


def evaluate(**values):
    from symness.generated import camalet2011

    return camalet2011.evaluate(**{"Delta": 1, "J_1": 1, "K_1": 0, "xi": 0, **values})


def gap(**values):
    """(|c| - sqrt(p_1 p_4))/(|c| + sqrt(p_1 p_4)): positive where the state is entangled; its zero is the border."""
    out = evaluate(**values)
    root, modulus = np.sqrt(out["p_1"] * out["p_4"]), np.abs(out["c"])
    return (modulus - root) / (modulus + root)


def border(axes, x, y, z, label, line):
    """The line z = 0, with a label for the legend."""
    colour, dashes = LINES[line]
    axes.contour(x, y, z, levels=[0.0], colors=[colour], linestyles=[dashes], linewidths=1.4)
    axes.plot([], [], color=colour, linestyle=dashes, label=label)


def ratio(share):
    """K_2 = 0.72 J_2, K_2 = J_2."""
    return "K_2 = J_2" if share == 1 else rf"K_2 = {share:g}\,J_2"


# -- Fig. 2 ------------------------------------------------------------------------------------------------------------

#: J_2/J_1, K_2/J_2, xi/T_1
REGIONS = ((5, 1.0, 0.0), (10, 1.0, 0.0), (50, 1.0, 0.0), (500, 0.72, 0.0), (150, 0.8, 0.0), (50, 1.0, 0.01))


def temperatures(figure):
    (axes,) = panels(figure)
    x = np.concatenate([np.linspace(0.03, 1, 200), np.linspace(1.02, 9, 400)])
    y = np.linspace(0, 0.6, 301)
    T_1, T_2 = np.meshgrid(x, y)
    for k, (J_2, share, slope) in enumerate(REGIONS):
        z = gap(J_2=J_2, K_2=share * J_2, T_1=T_1, T_2=T_2, xi=slope * T_1)
        label = f"${ratio(share)},\\ J_2 = {J_2}\\,J_1" + (rf",\ \xi = {slope:g}\,T_1/\Delta$" if slope else "$")
        border(axes, x, y, z, label, k)
    axes.plot([0, 0.6], [0, 0.6], color="0.65", linewidth=0.7)
    axes.set(
        xlabel=axis_label("temperature of bath 1", "T_1", r"\Delta"),
        ylabel=axis_label("temperature of bath 2", "T_2", r"\Delta"),
        xlim=(0, 9),
        ylim=(0, 0.6),
    )
    axes.legend(loc="upper right")


# -- Fig. 3 ------------------------------------------------------------------------------------------------------------

RATIOS = (2.4, 2.7, 3, 5, 10, 100, 1000)


def couplings(figure):
    (axes,) = panels(figure)
    x, y = np.linspace(-1, 1, 401), np.linspace(0.5, 0.99999, 401)
    first, second = np.meshgrid(x, y)
    for k, J_2 in enumerate(RATIOS):
        border(axes, x, y, gap(J_2=J_2, K_1=first, K_2=second * J_2, T_1=1 / 30, T_2=0), f"${J_2:g}$", k)
    axes.set(
        xlabel=axis_label("correlation of bath 1", "K_1/J_1"),
        ylabel=axis_label("correlation of bath 2", "K_2/J_2"),
        xlim=(-1, 1),
        ylim=(0.5, 1),
    )
    axes.legend(title="$J_2/J_1$", loc="center left", bbox_to_anchor=(1.01, 0.5))


# -- Fig. 4 ------------------------------------------------------------------------------------------------------------

#: K_2/J_2 and J_2/J_1
CASES = ((1.0, 100), (1.0, 1000), (0.95, 10), (0.95, 100))
#: stands for J_2/J_1 -> oo, T_2 -> 0 at T_1 >> Delta
LARGE = 1e12


def hot(theta, share, J_2, T_2=0.1):
    return evaluate(J_2=J_2, K_2=share * J_2, T_1=theta * J_2, T_2=T_2)


def negativities(figure):
    (axes,) = panels(figure)
    theta = np.concatenate([np.geomspace(1e-7, 1e-3, 200), np.linspace(1.05e-3, 0.16, 400)])
    curves(
        axes,
        theta,
        {rf"${ratio(k)},\ J_2 = {J}\,J_1$": hot(theta, k, J)["negativity"] for k, J in CASES},
        place=None,
    )
    for share in (1.0, 0.95):
        label = r"$J_2/J_1 \to \infty,\ T_2 = 0$" if share == 1.0 else None
        axes.plot(theta, hot(theta, share, LARGE, 0)["negativity"], color="0.5", linewidth=0.8, label=label)
    axes.set(
        xlabel=axis_label("temperature of bath 1", "T_1", r"(\Delta J_2/J_1)"),
        ylabel=axis_label("negativity", r"\mathcal{N}"),
        xlim=(0, 0.16),
        ylim=(0, 0.045),
    )
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.38))
    inset = axes.inset_axes((0.52, 0.62, 0.46, 0.36))
    for line, (share, J_2) in enumerate(CASES):
        if (share, J_2) != (0.95, 10):
            out = hot(theta, share, J_2)
            colour, dashes = LINES[line]
            inset.plot(theta, out["p_1"], color=colour, linestyle=dashes, linewidth=1.0)
            inset.plot(theta, out["p_2"] - out["c"], color=colour, linestyle=dashes, linewidth=1.0)
    inset.set(xlim=(0, 0.1), ylim=(0, 1), xticks=[0, 0.05, 0.1], yticks=[0, 1 / 3, 2 / 3, 1])
    inset.set_yticklabels(["0", "1/3", "2/3", "1"])
    inset.tick_params(labelsize=7)
    inset.text(0.05, 0.85, "ground state", fontsize=7)
    inset.text(0.05, 0.4, "singlet", fontsize=7)


FIGURES = {
    "2": Figure(
        "Entanglement region in the plane of the temperatures, K_1 = 0",
        "Fig. 2: the border of entanglement for K_2 = J_2 and J_2/J_1 = 5, 10, 50, for K_2 = 0.72 J_2 with J_2 = "
        "500 J_1, K_2 = 0.8 J_2 with J_2 = 150 J_1 (xi = 0), and for xi = 0.01 T_1/Delta with K_2 = J_2 = 50 J_1.  "
        "The caption states all parameters; the thin line is T_1 = T_2.  As in the text, the borders are tangent to"
        " it at low temperatures and vertical at T_2 << Delta.",
        temperatures,
    ),
    "3": Figure(
        "Couplings for which the steady state can be entangled",
        "Fig. 3: the border in the plane of K_1/J_1 and K_2/J_2 for J_2/J_1 = 2.4 to 1000.  Drawn at T_1 = "
        "Delta/30, T_2 = 0, in the vicinity of T_1 = T_2 = 0 that Eq. (25) is about; xi = 0 chosen (it has no "
        "influence there, if it vanishes at low temperatures).  The paper does not say where its own borders are "
        "drawn.",
        couplings,
    ),
    "4": Figure(
        "Negativity over the temperature of the hot bath",
        "Fig. 4: negativity for K_2 = J_2 = 100 J_1, 1000 J_1 and K_2 = 0.95 J_2, J_2 = 10 J_1, 100 J_1 with xi = "
        "K_1 = 0, T_2 = 0.1 Delta; thin, the limit of Eq. (26).  Inset: populations of the ground state and of the "
        "singlet, same axis.  The caption gives the unit of T_1 as Delta J_1/J_2; the text and the numbers say "
        "Delta J_2/J_1.",
        negativities,
    ),
}
