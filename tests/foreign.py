"""Models that are in none of the papers: a driven qubit, a three-level maser, an absorption refrigerator, a double dot.

Builders only; states, points and second routes are in ``test_every_model`` and in :mod:`routes`.
"""

from __future__ import annotations

from typing import Any

import symness as sn


def driven() -> Any:
    """A driven qubit that also dephases (rotating frame)."""
    omega, F, gamma, T, kappa = sn.parameters("omega F gamma T kappa", positive=True)
    (q,) = sn.qubits("q")
    return sn.Model(
        omega * q.number,
        interaction=F * q.x,
        baths=[sn.Bath("B", q.lowering, gamma, T)],
        jumps=[sn.Jump("dephasing", q.z, kappa)],
    )


def driven_between() -> Any:
    """A driven qubit (or biased: omega and F are components of a static field) between two Ohmic baths.

    Bath x couples to sigma_x, bath z to sigma_z: neither commutes with H, and both have a part at zero frequency.
    """
    omega, F, a_x, a_z, T_x, T_z = sn.parameters("omega F alpha_x alpha_z T_x T_z", positive=True)
    (q,) = sn.qubits("q")
    return sn.Model(
        omega / 2 * q.z,
        interaction=F * q.x,
        baths=[sn.Bath("x", q.x, lambda w: a_x * w, T_x), sn.Bath("z", q.z, lambda w: a_z * w, T_z)],
    )


def maser() -> Any:
    """Three levels: 0-2 in contact with a hot bath, 1-2 with a cold one, 0-1 driven in the rotating frame."""
    delta, E, F, gh, gc, Th, Tc = sn.parameters("delta E F gamma_h gamma_c T_h T_c", positive=True)
    m = sn.levels("m", 3)
    return sn.Model(
        delta * m.projector(1) + (E + delta) * m.projector(2),
        interaction=F * (m.transition(0, 1) + m.transition(1, 0)),
        baths=[sn.Bath("h", m.transition(0, 2), gh, Th), sn.Bath("c", m.transition(1, 2), gc, Tc)],
    )


def maser_of_three_baths() -> Any:
    """Scovil and Schulz-DuBois: the drive is replaced by a third bath on 0-1; one cycle of rates, no coherence."""
    e_1, e_2, gh, gc, gw, Th, Tc, Tw = sn.parameters("e_1 e_2 gamma_h gamma_c gamma_w T_h T_c T_w", positive=True)
    m = sn.levels("m", 3)
    return sn.Model(
        e_1 * m.projector(1) + e_2 * m.projector(2),
        baths=[
            sn.Bath("h", m.transition(0, 2), gh, Th),
            sn.Bath("c", m.transition(1, 2), gc, Tc),
            sn.Bath("w", m.transition(0, 1), gw, Tw),
        ],
        assume=[e_1 < e_2],
    )


def refrigerator() -> Any:
    """Absorption refrigerator of three qubits: |1 1 0> and |0 0 1> are exchanged."""
    e1, e2, g, g1, g2, g3, T1, T2, T3 = sn.parameters("e_1 e_2 g gamma_1 gamma_2 gamma_3 T_1 T_2 T_3", positive=True)
    a, b, c = sn.qubits("1 2 3")
    swap = a.raising * b.raising * c.lowering
    return sn.Model(
        e1 * a.number + e2 * b.number + (e1 + e2) * c.number,
        interaction=g * (swap + swap.H),
        baths=[
            sn.Bath(str(k), q.lowering, gamma, T)
            for k, (q, gamma, T) in enumerate(((a, g1, T1), (b, g2, T2), (c, g3, T3)), 1)
        ],
    )


def dots(charging: bool = False) -> Any:
    """Double quantum dot between leads with chemical potentials, with a charging energy U on request."""
    eps_1, eps_2, t, U, g1, g2, T1, T2 = sn.parameters("eps_1 eps_2 t U gamma_1 gamma_2 T_1 T_2", positive=True)
    mu1, mu2 = sn.parameters("mu_1 mu_2")
    a, b = sn.fermions("1 2")
    hop = t * (a.creation * b.annihilation + b.creation * a.annihilation)
    return sn.Model(
        eps_1 * a.number + eps_2 * b.number,
        interaction=hop + U * a.number * b.number if charging else hop,
        baths=[
            sn.Bath("L", a.annihilation, g1, T1, mu1, statistics="fermi"),
            sn.Bath("R", b.annihilation, g2, T2, mu2, statistics="fermi"),
        ],
    )


def chain_of_dots() -> Any:
    """Three dots in series, leads at the ends."""
    eps, t, gl, gr, T_L, T_R = sn.parameters("eps t gamma_L gamma_R T_L T_R", positive=True)
    mu_L, mu_R = sn.parameters("mu_L mu_R")
    a, b, c = sn.fermions("1 2 3")
    hop = a.creation * b.annihilation + b.creation * c.annihilation
    return sn.Model(
        eps * (a.number + b.number + c.number),
        interaction=t * (hop + hop.H),
        baths=[
            sn.Bath("L", a.annihilation, gl, T_L, mu_L, statistics="fermi"),
            sn.Bath("R", c.annihilation, gr, T_R, mu_R, statistics="fermi"),
        ],
    )


def thermal() -> Any:
    """A qubit and one bath."""
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    return sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])
