"""Data figures of Khandelwal, Palazzo, Brunner and Haack (2020); Fig. 1 is a drawing of the model.

Energies in units of eps_h (eps in Fig. 6).  The captions of Figs. 2-5 name T_h or the detuning as "constant" or "for
different values" without the numbers: those here are chosen, and said in the descriptions.  Generated modules are
imported when a figure is drawn.
"""

from __future__ import annotations

import numpy as np

from symness.figures import LINES, Figure, axis_label, curves, density, guide, legend, panels

#: captions of Figs. 2-5
ENGINE = {"eps_h": 1.0, "T_c": 0.1, "g": 1.6e-3, "gamma_h": 1e-3, "gamma_c": 1.1e-2}
#: chosen for Figs. 2 and 4
TEMPERATURES = (0.3, 0.5, 0.7, 0.9)
#: caption of Fig. 6
STRONG = {"eps": 1.0, "gamma_h": 0.01}
COLD = 0.01

DETUNING = axis_label("detuning", r"\delta", r"\varepsilon_h")
TUNNELLING = axis_label("tunnelling", r"\kappa_h", r"\varepsilon_h")
HOT = axis_label("hot temperature", "T_h", r"\varepsilon_h")
CURRENT = axis_label("heat current", "J_{ss}", r"\varepsilon_h^2")
NEGATIVITY = axis_label("negativity", r"N(\rho_{ss})")


def local(**parameters):
    from symness.generated import khandelwal2020_local

    delta = parameters.pop("delta")
    return khandelwal2020_local.evaluate(**{**ENGINE, "eps_c": 1 + delta, **parameters})


def tunnelling(**parameters):
    from symness.generated import khandelwal2020_tunnelling

    delta = parameters.pop("delta")
    outputs = ["J_ss", "negativity"]
    return khandelwal2020_tunnelling.evaluate(
        **{**ENGINE, "eps_c": 1 + delta, "kappa_c": 0, "outputs": outputs, **parameters}
    )


def strong(**parameters):
    from symness.generated import khandelwal2020_global

    return khandelwal2020_global.evaluate(**{**STRONG, "outputs": ["negativity"], **parameters})["negativity"]


def thermal(**parameters):
    """Negativity of the Gibbs state of H_S + H_int at T: both baths at T."""
    T = parameters.pop("T")
    return strong(gamma_c=0.01, T_h=T, T_c=T, **parameters)


def hot_label(T):
    return rf"$T_h = {T:g}\,\varepsilon_h$"


def figure_2(figure):
    delta = np.linspace(0, 0.05, 401)
    results = {hot_label(T): local(delta=delta, T_h=T) for T in TEMPERATURES}
    both = panels(figure, 1, 2)
    for axes, key, label in zip(both, ("J_ss", "negativity"), (CURRENT, NEGATIVITY), strict=True):
        curves(axes, delta, {name: out[key] for name, out in results.items()}, place=None)
        axes.set(xlabel=DETUNING, ylabel=label)
        axes.set_ylim(bottom=0)
    legend(figure, both[0])


def figure_3(figure):
    delta, T = np.linspace(0, 0.08, 801), np.linspace(0.1, 0.9, 801)
    sweeps = ((delta, local(delta=delta, T_h=0.3), DETUNING), (T, local(delta=0.05, T_h=T), HOT))
    for axes, (x, out, label) in zip(panels(figure, 1, 2), sweeps, strict=True):
        with np.errstate(invalid="ignore"):
            ratio = out["J_ss"] / out["J_c"]
        (first, dashes), (second, other) = LINES[:2]
        axes.plot(x, ratio, color=first, linestyle=dashes)
        axes.set(xlabel=label)
        axes.set_ylabel(axis_label("heat current", r"J_{ss}/J_c"), color=first)
        axes.set_ylim(bottom=0)
        guide(axes, y=1)
        guide(axes, x=x[np.flatnonzero(np.diff(np.sign(ratio - 1)) != 0)[-1]])
        right = axes.twinx()
        right.plot(x, out["negativity"], color=second, linestyle=other)
        right.set_ylabel(NEGATIVITY, color=second)
        right.set_ylim(bottom=0)


def figure_4(figure):
    kappa = np.linspace(0, 0.2, 801)
    both = panels(figure, 1, 2)
    results = {hot_label(T): tunnelling(delta=0.01, kappa_h=kappa, T_h=T) for T in TEMPERATURES}
    for axes, key, label in zip(both, ("J_ss", "negativity"), (CURRENT, NEGATIVITY), strict=True):
        curves(axes, kappa, {name: out[key] for name, out in results.items()}, place=None)
        for T, (colour, _) in zip(TEMPERATURES, LINES, strict=False):
            axes.axhline(local(delta=0, T_h=T)[key], color=colour, linestyle=(0, (3, 3)), linewidth=0.8)
        axes.set(xlabel=TUNNELLING, ylabel=label)
        axes.set_ylim(bottom=0)
    legend(figure, both[0])


def figure_5(figure):
    kappa, delta = np.linspace(0, 0.25, 251), np.linspace(0, 0.05, 201)
    out = tunnelling(delta=delta[:, None], kappa_h=kappa, T_h=0.7)
    for axes, key, label in zip(panels(figure, 1, 2), ("J_ss", "negativity"), (CURRENT, NEGATIVITY), strict=True):
        density(axes, kappa, delta, out[key], label)
        axes.axhline(0.01, color="white", linestyle="dashed", linewidth=0.8)
        axes.set(xlabel=TUNNELLING, ylabel=DETUNING)


def figure_6(figure):
    first, second = panels(figure, 1, 2)
    T = np.linspace(0.01, 1.2, 300)
    gamma_c = np.geomspace(1e-3, 0.1, 41)[:, None]
    # Solid and dashed mean steady and thermal state, as in the paper: the values of g stand at the lines.
    for g, (colour, _) in zip((0.5, 0.6, 0.7, 0.8), LINES, strict=False):
        best = strong(g=g, gamma_c=gamma_c, T_h=T, T_c=COLD).max(axis=0)
        first.plot(T, best, color=colour)
        own = thermal(g=g, T=T)
        first.plot(T, own, color=colour, linestyle=(0, (4, 2)), linewidth=0.9)
        first.annotate(f"$g = {g:g}$", (T[own.argmax()], own.max()), (0, 2), textcoords="offset points", ha="center")
    first.plot(T, best_local(T), color="black", linestyle="dotted")
    first.annotate("local", (1.0, best_local(T[T <= 1])[-1]), (0, 3), textcoords="offset points", ha="center")
    first.set(xlabel=axis_label("hot temperature", "T_h", r"\varepsilon"), ylabel=NEGATIVITY)
    first.set_ylim(0, 0.052)

    g, hot = np.linspace(0.005, 0.95, 190), np.geomspace(0.02, 3, 240)[:, None]
    best = {
        rf"$\gamma_c = {rate:g}$": strong(g=g, gamma_c=rate, T_h=hot, T_c=COLD).max(axis=0)
        for rate in (0.1, 0.03, 0.01, 0.001)
    }
    curves(second, g, {**best, "thermal state": thermal(g=g, T=hot).max(axis=0)})
    second.set(xlabel=axis_label("coupling", "g", r"\varepsilon"), ylabel=NEGATIVITY)
    second.set_ylim(bottom=0)


def best_local(T):
    """Largest negativity of the local model over g and gamma_c, gamma_h = 0.001, at resonance."""
    g, gamma_c = np.geomspace(1e-3, 1e-1, 41)[:, None, None], np.geomspace(1e-3, 1, 41)[:, None]
    out = local(delta=0, g=g, gamma_c=gamma_c, T_h=T, T_c=COLD, outputs=["negativity"])
    return out["negativity"].max(axis=(0, 1))


WIDE = (7.2, 3.2)
SHARED = "eps_h = 1, T_c = 0.1, g = 0.0016, gamma_h = 0.001, gamma_c = 0.011"

FIGURES = {
    "2": Figure(
        "Fig. 2: heat current and negativity over the detuning",
        f"Local model, {SHARED}.  Chosen: T_h = 0.3, 0.5, 0.7, 0.9 and the range of delta; the caption has neither.  "
        "The paper labels the current J_ss/eps_h; with hbar = 1 it is an energy squared.",
        figure_2,
        WIDE,
    ),
    "3": Figure(
        "Fig. 3: heat current over its critical value, and negativity",
        f"Local model, {SHARED}.  Chosen: (a) T_h = 0.3, where the ratio rises from 2.14 to 2.30 and falls to 1 at "
        "delta = 0.0556; (b) delta = 0.05, with the threshold at T_h = 0.287.  For T_h = 0.5 and above the ratio "
        "does not fall to 1 at any delta > 0, and for delta = 0 it has a maximum at T_h = 0.47.",
        figure_3,
        WIDE,
    ),
    "4": Figure(
        "Fig. 4: heat current and negativity over the tunnelling",
        f"Tunnelling model, {SHARED}, kappa_c = 0, delta = 0.01.  Chosen: T_h = 0.3, 0.5, 0.7, 0.9 and the range of "
        "kappa_h.  Dashed: delta = kappa_h = 0.  J_ss counts H_S + H_int with the tunnelling terms.",
        figure_4,
        WIDE,
    ),
    "5": Figure(
        "Fig. 5: heat current and negativity over tunnelling and detuning",
        f"Tunnelling model, {SHARED}, kappa_c = 0, T_h = 0.7.  Chosen: the ranges of kappa_h and delta.  Dashed: "
        "delta = 0.01, the curves T_h = 0.7 of Fig. 4.",
        figure_5,
        WIDE,
    ),
    "6": Figure(
        "Fig. 6: negativity of the global model, the thermal state and the local model",
        "Global model, eps = 1, T_c = 0.01, gamma_h = 0.01.  (a) Solid: gamma_c optimised between 0.001 and 0.1; "
        "dashed, same colour: thermal state at T = T_h; chosen: g = 0.5 ... 0.8.  Local: gamma_h = 0.001, g optimised "
        "between 0.001 and 0.1, gamma_c between 0.001 and 1 (the caption names no bounds).  (b) T_h optimised; "
        "chosen: gamma_c = 0.1, 0.03, 0.01, 0.001.",
        figure_6,
        (7.2, 3.4),
    ),
}
