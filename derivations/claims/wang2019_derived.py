"""The right sides of the register of wang2019: what the engine derives for each equation."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

import symness as sn
from symness.composites import tidy
from symness.convert import from_sympy
from symness.derivations import wang2019 as paper
from symness.program import substitute, symbol

omega, T, mu = (*sn.parameters("omega T", positive=True), sn.parameters("mu"))
#: places of the paper's |1>, |2>, |3>, |4> in the energy basis
PLACE = {"1": 0, "2": 3, "3": 1, "4": 2}
EE, EG, GE, GG = range(4)
#: the paper's rates are half of the golden-rule rates
RATES = {
    f"{letter}_{bath}_{sign}": f"{direction}_{bath}_{sign}/2"
    for letter, direction in (("gamma", "up"), ("Gamma", "down"))
    for bath in "12"
    for sign in "mp"
}


@cache
def general(statistics="bose"):
    """Any detuning, any J_1, J_2."""
    return sn.steady_state(sn.redfield(paper.model(statistics)))


@cache
def symmetric(statistics):
    """Sec. V: omega_1 = omega_2 = omega, J_1 = J_2 = J."""
    model = paper.model(statistics, (omega, omega), (2 * paper.J, 2 * paper.J))
    return sn.steady_state(sn.redfield(model))


@cache
def equilibrium(statistics, potential):
    """Sec. IV: symmetric qubits, both baths at T and mu; J_1 and J_2 as they are."""
    same = {paper.omega_1: omega, paper.omega_2: omega, paper.T_1: T, paper.T_2: T}
    return general(statistics).specialise({**same, paper.mu_1: potential, paper.mu_2: potential})


def rho(state, i, j):
    """<i|rho|j> in the paper's labels."""
    return state.element(PLACE[i], PLACE[j], "energy")


def populations(state):
    return {f"rho_{k}{k}": rho(state, k, k) for k in "1234"}


def bare(state):
    """a, b, c, d, w of Eq. (17)."""
    places = {"a": (EE, EE), "b": (EG, EG), "c": (GE, GE), "d": (GG, GG), "w": (EG, GE)}
    return {name: state.element(*place, "product") for name, place in places.items()}


def only(found, *names):
    """These entries, and the generator that defines their symbols."""
    return {name: item for name, item in found.items() if name in (*names, "of")}


def energies():
    """Eigenvalues of H + V from the spectrum of the generator."""
    generator = general().generator
    names = "E_1 E_3 E_4 E_2".split()
    return {**dict(zip(names, generator.spectrum.energies, strict=True)), "of": generator}


def vectors(columns):
    """Components of the eigenvectors on |eg> and |ge>, by the paper's labels."""
    generator = general().generator
    rows = {"eg": EG, "ge": GE}
    found = {f"{row}_{k}": generator.spectrum.vectors[rows[row]][PLACE[k]] for k in columns for row in rows}
    return {**found, "of": generator}


def lowering(qubit, *elements):
    """<i|sigma_-|j> of a qubit in the energy basis."""
    generator = general().generator
    operator = sn.qubits("1 2")[qubit - 1].lowering
    matrix = generator.to_basis(operator)
    entries = {f"s_{i}{j}": tidy(generator.ring, matrix[PLACE[i], PLACE[j]]) for i, j in elements}
    return {**entries, "of": generator}


def vanishing(basis):
    """The elements above the diagonal that Eqs. (16) and (17) print as zero."""
    state = general()
    kept = {(1, 2)}
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4) if (i, j) not in kept]
    return {f"element_{i}{j}": state.element(i, j, basis) for i, j in pairs}


def equilibrium_population(name):
    return lambda: only(populations(equilibrium("fermi", mu)), name)


def rates_at_equilibrium(statistics, potential, sign):
    """gamma and Gamma of both baths, J_1 = J_2 = J."""

    def derive():
        state = equilibrium(statistics, potential).specialise({paper.J_1: paper.J, paper.J_2: paper.J})
        found = {
            f"{name}_{bath}": symbol(f"{direction}_{bath}_{sign}") / 2
            for name, direction in (("gamma", "up"), ("Gamma", "down"))
            for bath in "12"
        }
        return {**found, "of": state}

    return derive


def equilibrium_w(statistics, potential):
    return lambda: only(bare(equilibrium(statistics, potential)), "w")


def balance(statistics, potential):
    """2 (|w| - sqrt(ad)), whose positive part is the concurrence."""

    def derive():
        found = bare(equilibrium(statistics, potential))
        return 2 * (abs(found["w"]) - sn.sqrt(found["a"] * found["d"]))

    return derive


def equilibrium_concurrence(statistics, potential):
    return lambda: sn.concurrence(equilibrium(statistics, potential))


def vanishing_at(statistics, potential):
    """2 (|w| - sqrt(ad)) where lam = 2 T ln(1 + sqrt 2), T_max and lam_min alike."""
    quantity = balance(statistics, potential)()
    table = {"lam": from_sympy(2 * T * sp.log(1 + sp.sqrt(2)))}
    return substitute(quantity.formula("E").expanded()["E"], table)


def closed(statistics, is_detuned):
    return lambda: paper.closed_form(statistics, is_detuned)


@cache
def liouvillian():
    """On column-stacked rho in the energy basis."""
    return general().generator.matrix("energy")


def elements_of_m(names):
    """M_ij_lk, the coefficient of rho_lk in the equation of rho_ij."""

    def place(pair):
        return PLACE[pair[0]] + 4 * PLACE[pair[1]]

    def derive():
        entries = {name: liouvillian()[place(name[2:4]), place(name[5:7])] for name in names}
        return {**entries, "of": general().generator}

    return derive


def master_equation_as_printed():
    """Eqs. (10)-(13) with the operators (7), applied to every |a><b| with random rates, against the generator."""
    rng = np.random.default_rng(5)
    w_1, w_2, lam = 3.0, 2.0, 1.3
    delta, Omega, theta = w_1 + w_2, np.hypot(w_1 - w_2, lam), np.arctan2(lam, w_1 - w_2)
    c, s = np.cos(theta / 2), np.sin(theta / 2)
    rates = {name: rng.uniform(0.1, 1) for name in RATES}

    def outer(i, j):
        matrix = np.zeros((4, 4))
        matrix[PLACE[i], PLACE[j]] = 1
        return matrix

    A = {"1": s * (outer("3", "1") - outer("2", "4")), "2": c * (outer("3", "1") + outer("2", "4"))}
    B = {"1": c * (outer("4", "1") + outer("2", "3")), "2": s * (outer("2", "3") - outer("4", "1"))}
    H = np.diag([delta, (delta + Omega) / 2, (delta - Omega) / 2, 0])

    def rhs(rho):
        result = -1j * (H @ rho - rho @ H)
        for i in "12":
            a, b = A[i], B[i]
            for rate, x, y in ((f"gamma_{i}_p", b.T, a.T), (f"gamma_{i}_m", a.T, b.T)):
                result = result + rates[rate] * printed_terms(x, y, rho)
            for rate, x, y in ((f"Gamma_{i}_p", b, a), (f"Gamma_{i}_m", a, b)):
                result = result + rates[rate] * printed_terms(x, y, rho)
        return result

    columns = [rhs(np.eye(16)[k].reshape(4, 4, order="F")).reshape(16, order="F") for k in range(16)]
    values = {"omega_1": w_1, "omega_2": w_2, "lam": lam, "Omega": Omega, "cos_half": c, "sin_half": s}
    values |= {text.removesuffix("/2"): 2 * rates[name] for name, text in RATES.items()}
    matrix = liouvillian().subs({symbol: values[symbol.name] for symbol in liouvillian().free_symbols})
    error = float(np.max(np.abs(np.array(matrix.evalf(), dtype=complex) - np.array(columns).T)))
    return sn.Outcome(error < 1e-13, "all 256 matrix elements at one random set of rates: equal to 1e-13")


def printed_terms(x, y, rho):
    """The terms of one rate in Eqs. (12) and (13): x is the operator of its own frequency, y that of the other."""
    own = 2 * x @ rho @ x.T - x.T @ x @ rho - rho @ x.T @ x
    return own + x @ rho @ y.T + y @ rho @ x.T - y.T @ x @ rho - rho @ x.T @ y
