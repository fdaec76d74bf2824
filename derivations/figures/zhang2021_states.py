"""States of Zhang and Wang (2021) in the variables of its figures, for figures and for statements of the text.

Everything in units of the mean frequency: eps_1 + eps_2 = 2.  Differences are second minus first, Delta eps, Delta
gamma, Delta T, Delta mu.  Generated modules are imported at the first state: they need not exist before.
"""

from __future__ import annotations

import numpy as np

import symness as sn

__all__ = ["boson", "concurrence", "critical", "fermion", "i_2", "i_3", "local_state", "peak", "rectification"]

OUTPUTS = ("rho_11", "rho_22", "rho_33", "rho_44", "concurrence", "chsh_max", "horodecki_M", "energy_current_2")


def boson(kappa=3.0, detuning=0.0, imbalance=0.0, T=0.4, dT=0.0, gamma=0.1):
    """Outputs of the weak or the strong regime, whichever holds at a point; arrays broadcast.

    Returns
    -------
    dict name -> ndarray
        OUTPUTS, entropy_production, positive, coherence_23 and coherence_14 (eigenbasis), and the parameters.
    """
    from symness.generated import zhang2021_boson_strong, zhang2021_boson_weak

    point = _point(kappa, detuning, imbalance, gamma, T_1=T - dT / 2, T_2=T + dT / 2)
    weak = zhang2021_boson_weak.evaluate(**point)
    strong = zhang2021_boson_strong.evaluate(**point)
    is_weak = np.asarray(point["kappa"]) ** 2 < 4 * np.asarray(point["eps_1"]) * point["eps_2"]
    names = (*OUTPUTS, "entropy_production", "positive")
    chosen = {name: np.where(is_weak, weak[name], strong[name]) for name in names}
    chosen["coherence_23"] = np.where(is_weak, weak["rho_23"], 0)
    chosen["coherence_14"] = np.where(is_weak, 0, strong["rho_14"])
    return {**point, **chosen}


def fermion(kappa=0.6, detuning=0.0, imbalance=0.0, mu=1.0, dmu=0.0, T=0.15, gamma=0.1):
    """The same for fermions at one temperature, with particle_current_2."""
    from symness.generated import zhang2021_fermion

    point = _point(kappa, detuning, imbalance, gamma, T_1=T, T_2=T, mu_1=mu - dmu / 2, mu_2=mu + dmu / 2)
    found = dict(zhang2021_fermion.evaluate(**point))
    return {**point, **found, "coherence_23": found["rho_23"], "coherence_14": np.zeros_like(found["rho_23"])}


def _point(kappa, detuning, imbalance, gamma, **baths):
    qubits = {"eps_1": 1 - detuning / 2, "eps_2": 1 + detuning / 2, "kappa": kappa}
    return {**qubits, "gamma_1": gamma - imbalance / 2, "gamma_2": gamma + imbalance / 2, **baths}


def local_state(result):
    """rho in the basis 11, 10, 01, 00, shape (..., 4, 4), from the eigenbasis of Eq. (13)."""
    half = np.arctan2(result["kappa"], np.subtract(result["eps_1"], result["eps_2"])) / 2
    c, s = np.cos(half), np.sin(half)  # Eq. (15): this is the paper's theta
    p2, p3, q = result["rho_22"], result["rho_33"], result["coherence_23"]
    shape = np.broadcast_shapes(np.shape(p2), np.shape(half))
    rho = np.zeros((*shape, 4, 4), complex)
    rho[..., 0, 0], rho[..., 3, 3] = result["rho_44"], result["rho_11"]
    rho[..., 1, 1] = c**2 * p3 + s**2 * p2 - 2 * c * s * q.real
    rho[..., 2, 2] = s**2 * p3 + c**2 * p2 + 2 * c * s * q.real
    rho[..., 1, 2] = c * s * (p3 - p2) + c**2 * q.conj() - s**2 * q
    rho[..., 2, 1] = rho[..., 1, 2].conj()
    rho[..., 3, 0] = result["coherence_14"]
    rho[..., 0, 3] = rho[..., 3, 0].conj()
    return rho


def concurrence(result):
    """Eq. (1)."""
    return result["concurrence"]


def i_2(result):
    """Eq. (5)."""
    return np.maximum(0, result["chsh_max"] - 2) / (2 * np.sqrt(2) - 2)


def i_3(result):
    """Eq. (8): over observables that are not degenerate, as in the paper.  A separable state violates nothing."""
    rho, entangled = local_state(result), result["concurrence"] > 0
    values = np.zeros(entangled.shape)
    values[entangled] = np.maximum(0, sn.bell_i3322(rho[entangled]) - 4)
    return values


def peak(x, values):
    """Place of the largest value over the last axis, by the parabola through it and its neighbours.

    NaN where the largest value is not positive or stands at an end.
    """
    k = np.clip(np.argmax(values, axis=-1), 1, len(x) - 2)[..., None]
    left, top, right = (np.take_along_axis(values, k + d, axis=-1)[..., 0] for d in (-1, 0, 1))
    bend = left - 2 * top + right
    step = np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1), 0.0)
    inside = (top > 0) & (top >= left) & (top >= right)
    return np.where(inside, x[k[..., 0]] + step * (x[1] - x[0]), np.nan)


def rectification(dT, **asymmetry):
    """Eq. (36), from the heat current of bath 2."""
    forward, backward = (boson(**asymmetry, dT=sign * dT)["energy_current_2"] for sign in (1, -1))
    return (forward + backward) / np.maximum(abs(forward), abs(backward))


def critical(measure, count, **asymmetry):
    """CNTD of a measure, Eq. (35), from ``count`` temperature differences; the asymmetries are arrays."""
    dT = np.linspace(-0.79, 0.79, count)
    return peak(dT, measure(boson(**{name: values[..., None] for name, values in asymmetry.items()}, dT=dT)))
