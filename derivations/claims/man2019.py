"""What Man et al. (2019) state: Eqs. (1)-(21); what prose and figures state is tested over stated ranges.

The paper prints no closed form of its steady state.  Names of the printed lines: ``c`` and ``s`` are the cosine and the
sine of theta/2, ``n_A1`` is the occupation of bath A at omega_1, ``l_ij`` and ``eta_ij`` are matrix elements in the
basis of H_S and of H_0, ``A1_21`` is <lambda_2|V_{A,1}|lambda_1>, and ``L_ijkl`` is the coefficient of rho_kl in the
ij element of a dissipator applied to a general rho.  Energies and temperatures of the figures are in units of Gamma.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import sympy as sp

import symness as sn
from symness import program
from symness.claims import Definitions, Equation
from symness.convert import from_sympy, to_sympy
from symness.derivations import man2019 as paper
from symness.derivations.claims.man2019_prose import STATEMENTS

LEVELS = range(1, 5)
#: below Eq. (4) and above Eq. (7); tan(theta) = 2 Omega / Delta_eps, 0 < theta < pi
NAMES = {
    "eps_m": "(eps_A + eps_B)/2",
    "Delta_eps": "eps_A - eps_B",
    "omega_1": "eps_m - sqrt(Delta_eps**2/4 + Omega**2)",
    "omega_2": "eps_m + sqrt(Delta_eps**2/4 + Omega**2)",
    "c": "cos_half(Delta_eps, 2*Omega)",
    "s": "sin_half(Delta_eps, 2*Omega)",
}
#: Eq. (11)
OCCUPATIONS = {f"n_{bath}{j}": f"1/(exp(omega_{j}/T_{bath}) - 1)" for bath in "ABC" for j in (1, 2)}
#: Eq. (7): <lambda_row|V|lambda_column>
V = {
    ("A", 1): {(2, 1): "s", (4, 3): "-s"},
    ("A", 2): {(3, 1): "c", (4, 2): "c"},
    ("B", 1): {(2, 1): "c", (4, 3): "c"},
    ("B", 2): {(3, 1): "-s", (4, 2): "s"},
}
ELEMENTS = {f"{q}{j}_{row}{column}": text for (q, j), v in V.items() for (row, column), text in v.items()}
#: Eq. (20)
EFFECTIVE = {
    "Gamma_1m": "s**2*Gamma_A*(n_A1 + 1) + c**2*Gamma_B*(n_B1 + 1)",
    "Gamma_1p": "s**2*Gamma_A*n_A1 + c**2*Gamma_B*n_B1",
    "Gamma_2m": "c**2*Gamma_A*(n_A2 + 1) + s**2*Gamma_B*(n_B2 + 1)",
    "Gamma_2p": "c**2*Gamma_A*n_A2 + s**2*Gamma_B*n_B2",
}


def independent(*baths):
    """The lines that an equation with these baths needs."""
    return {**NAMES, **{name: text for name, text in OCCUPATIONS.items() if name[2] in baths}}


# -- dissipators as printed ------------------------------------------------------------------------------------------


def printed_dissipator(terms):
    """Coefficients of sum rate (2 X rho Y^+ - {Y^+ X, rho}), written out with the elements of Eq. (7)."""
    found = {}
    for i, j, k, m in product(LEVELS, repeat=4):
        parts = []
        for rate, X, Y in terms:
            inner = []
            if (i, k) in X and (j, m) in Y:
                inner.append(f"2*({X[i, k]})*({Y[j, m]})")
            if j == m:
                inner += [f"-({Y[n, i]})*({X[n, k]})" for n in LEVELS if (n, i) in Y and (n, k) in X]
            if i == k:
                inner += [f"-({Y[n, m]})*({X[n, j]})" for n in LEVELS if (n, m) in Y and (n, j) in X]
            parts += [f"{rate}*({' + '.join(inner)})"] if inner else []
        if parts and i <= j:
            found[f"L_{i}{j}{k}{m}"] = " + ".join(parts)
    return found


def emission_and_absorption(rate, bath, first, second):
    """The terms of Eqs. (9), (10), (12) and (13), and with two qubits half of those of Eq. (14)."""
    terms = []
    for j in (1, 2):
        X, Y = V[first, j], V[second, j]
        terms.append((f"{rate}*(n_{bath}{j} + 1)", X, Y))
        terms.append((f"{rate}*n_{bath}{j}", raised(X), raised(Y)))
    return terms


def raised(operator):
    return {(column, row): value for (row, column), value in operator.items()}


COMMON = printed_dissipator(
    [
        *emission_and_absorption("Gamma_CA", "C", "A", "A"),
        *emission_and_absorption("Gamma_CB", "C", "B", "B"),
        *emission_and_absorption("sqrt(Gamma_CA*Gamma_CB)", "C", "A", "B"),
        *emission_and_absorption("sqrt(Gamma_CA*Gamma_CB)", "C", "B", "A"),
    ]
)


OWN_A = printed_dissipator(emission_and_absorption("Gamma_A", "A", "A", "A"))
OWN_B = printed_dissipator(emission_and_absorption("Gamma_B", "B", "B", "B"))


# -- what the engine derived -----------------------------------------------------------------------------------------


def named(**nodes):
    """Programs in the paper's parameters as quantities, so that the domain is known."""
    carrier = paper.state().element(0, 0)
    return {name: replace(carrier, expression=node) for name, node in nodes.items()}


def dissipator(bath, lines):
    """Every element of the secular dissipator of one bath that is printed or does not vanish, rows i <= j."""
    whole = paper.model()
    only = [item for item in whole.baths if item.name == bath]
    generator = sn.secular(sn.Model(whole.H, interaction=whole.interaction, baths=only))
    symbols = {**generator.table.symbols, **generator.symbols}
    energies = [to_sympy(e, symbols) for e in generator.spectrum.energies]
    known = {}
    for item in (*generator.definitions, *generator.rates.values()):
        known[item.name] = program.substitute(item.expression, known)
    matrix, found = generator.matrix("energy"), {}
    for i, j, k, m in product(range(4), repeat=4):
        value = matrix[i + 4 * j, k + 4 * m]
        if (i, j) == (k, m):
            value += sp.I * (energies[i] - energies[j])
        if i <= j and (value := value.expand()) != 0:
            node = from_sympy(value, sorted(s.name for s in value.free_symbols))
            found[f"L_{i + 1}{j + 1}{k + 1}{m + 1}"] = program.substitute(node, known)
    return named(**{name: found.get(name, program.number(0)) for name in {**lines, **found}})


def eigenoperators(lines):
    """Elements of the lowering operators between eigenstates, by frequency: omega_- is the paper's omega_1."""
    generator = paper.state().generator
    table, ring, found = generator.table, generator.ring, {}
    for qubit, operator in zip("AB", sn.qubits("A B"), strict=True):
        for (row, column), value in generator.to_basis(operator.lowering).items():
            number = {0: 2, 1: 1}[table.keys.index(table.gap(row, column))]
            found[f"{qubit}{number}_{row + 1}{column + 1}"] = table.expanded(ring.collect(value))
    return named(**{name: found.get(name, program.number(0)) for name in {**lines, **found}})


def energies():
    generator = paper.state().generator
    return named(**{f"E_{k}": generator.table.expanded(e) for k, e in enumerate(generator.spectrum.energies, 1)})


def in_product_basis():
    """Elements in both bases; Eq. (15) says how they are related."""
    state = paper.state()
    found = {f"l_{k}{k}": state.element(k - 1, k - 1) for k in LEVELS}
    found |= {f"eta_{k}{k}": state.element(k - 1, k - 1, "product") for k in LEVELS}
    return {**found, "eta_23": state.element(1, 2, "product"), "eta_32": state.element(2, 1, "product")}


def other_coherences():
    """Elements above the diagonal that Eq. (16) says to vanish."""
    state = paper.state()
    return {
        f"eta_{i}{j}": state.element(i - 1, j - 1, "product")
        for i, j in product(LEVELS, repeat=2)
        if i < j and (i, j) != (2, 3)
    }


def concurrence():
    state = paper.state()
    elements = {f"eta_{i}{j}": state.element(i - 1, j - 1, "product") for i, j in ((1, 1), (4, 4), (2, 3))}
    return {"C": sn.concurrence(state), **elements}


def effective_rates():
    """Half of the transition rates between eigenstates without the common bath: the paper's Gamma is half a rate."""
    state = paper.state(common=False)
    place = {("up", 1): "Gamma_1p", ("down", 1): "Gamma_1m", ("up", 0): "Gamma_2p", ("down", 0): "Gamma_2m"}
    return {
        place[c.direction, c.frequency]: replace(
            state.element(0, 0), expression=program.mul(Fraction(1, 2), c.expression)
        )
        for c in state.matrix.combinations
    }


def effective_temperatures():
    """omega / ln(population below / population above) for the two transitions at each frequency."""
    state = paper.state(common=False)
    p = [state.element(k, k).expression for k in range(4)]
    minus, plus = (program.symbol(f"omega_{sign}") for sign in "mp")

    def temperature(omega, below, above):
        return replace(
            state.element(0, 0), expression=program.div(omega, program.call("log", program.div(below, above)))
        )

    return {
        "T_1": temperature(minus, p[3], p[2]),
        "T_1_above": temperature(minus, p[1], p[0]),
        "T_2": temperature(plus, p[3], p[1]),
        "T_2_above": temperature(plus, p[2], p[0]),
    }


# -- the register ----------------------------------------------------------------------------------------------------

EQUATIONS = (
    Definitions(("(1)", "(2)", "(3)", "(4)"), "Hamiltonians of the qubits and the baths, and their coupling"),
    Equation(
        "(5)",
        {**NAMES, "E_1": "eps_A + eps_B", "E_2": "omega_2", "E_3": "omega_1", "E_4": "0"},
        energies,
        note="eigenvalues, printed between Eqs. (4) and (5): E_2, E_3 = eps_m +- sqrt(Delta_eps^2/4 + Omega^2)",
    ),
    Definitions(("(6)",), "Eq. (4) with the couplings split into the eigenoperators of Eq. (7)"),
    Equation(
        "(7)",
        {**NAMES, **ELEMENTS},
        lambda: eigenoperators(ELEMENTS),
        note="the sign of |lambda_3> is the paper's; all other elements vanish",
    ),
    Definitions(("(8)",), "the generator as a sum of the parts of Eqs. (9), (10) and (12)-(14)"),
    Equation(
        "(9)",
        {**independent("A"), **OWN_A},
        lambda: dissipator("A", OWN_A),
        note="every coefficient of the secular dissipator of bath A; the rate gamma of the engine is 2 Gamma_A",
    ),
    Equation(
        "(10)",
        {**independent("B"), **OWN_B},
        lambda: dissipator("B", OWN_B),
    ),
    Definitions(("(11)",), "Bose-Einstein occupation"),
    Equation(
        "(12)-(14)",
        {**independent("C"), **COMMON},
        lambda: dissipator("C", COMMON),
        note="the three parts together, with Gamma_C^(AB) = sqrt(Gamma_C^(A) Gamma_C^(B))",
    ),
    Equation(
        "(15)",
        {
            **NAMES,
            "sin_theta": "2*Omega/sqrt(Delta_eps**2 + 4*Omega**2)",
            "eta_11": "l_11",
            "eta_22": "c**2*l_22 + s**2*l_33",
            "eta_33": "s**2*l_22 + c**2*l_33",
            "eta_44": "l_44",
            "eta_23": "sin_theta*(l_22 - l_33)/2",
            "eta_32": "sin_theta*(l_22 - l_33)/2",
        },
        in_product_basis,
    ),
    Equation("(16)", {f"eta_{i}{j}": "0" for i, j in ((1, 2), (1, 3), (1, 4), (2, 4), (3, 4))}, other_coherences),
    Equation("(17)", {"C": "2*maximum(0, abs(eta_23) - sqrt(eta_11*eta_44))"}, concurrence),
    Definitions(("(18)",), "heat current of a bath, with the whole H_S; positive into the qubits"),
    Equation(
        "(19)",
        {
            **independent("A", "B"),
            **EFFECTIVE,
            "T_1": "omega_1/log(Gamma_1m/Gamma_1p)",
            "T_1_above": "omega_1/log(Gamma_1m/Gamma_1p)",
            "T_2": "omega_2/log(Gamma_2m/Gamma_2p)",
            "T_2_above": "omega_2/log(Gamma_2m/Gamma_2p)",
        },
        effective_temperatures,
        note="derived: from the populations without bath C, for both transitions at each frequency",
    ),
    Equation("(20)", {**independent("A", "B"), **EFFECTIVE}, effective_rates),
    Definitions(("(21)",), "dissipator of pure dephasing, added by hand"),
)

CLAIMS = (*EQUATIONS, *STATEMENTS)
