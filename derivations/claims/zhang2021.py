"""What Zhang and Wang (2021) state, equation by equation; prose and figures stand in ``zhang2021_prose``.

The paper numbers (1) to (36) and has no appendix.  Names of the printed lines: ``c``, ``s`` are cos(theta), sin(theta);
``alpha_1_m`` is alpha_1(epsilon_-), ``eta_1_34`` is <3|eta_1|4>, ``r_23`` is <2|rho|3> of a general rho, ``q_23`` is
rho_23 of Eq. (2), in the local basis 11, 10, 01, 00, with the real and imaginary parts ``x_23``, ``y_23``.
"""

from __future__ import annotations

from itertools import product

import sympy as sp

import symness as sn
from symness import program
from symness.convert import from_sympy, to_sympy
from symness.derivations import zhang2021 as paper
from symness.derivations.claims.zhang2021_prose import STATEMENTS

STATES = "1234"
#: Eq. (14)
NOTATION = {"eps_bar": "(eps_1 + eps_2)/2", "Omega": "sqrt((eps_2 - eps_1)**2 + kappa**2)/2"}
#: Eq. (13)
ENERGIES = {"E_1": "-eps_bar", "E_2": "-Omega", "E_3": "Omega", "E_4": "eps_bar"}
#: Eqs. (24) and (26)
WEAK_FREQUENCIES = {**NOTATION, "omega_p": "eps_bar + Omega", "omega_m": "eps_bar - Omega"}
STRONG_FREQUENCIES = {**NOTATION, "omega_p": "Omega + eps_bar", "omega_m": "Omega - eps_bar"}
#: the single flips between |1>, |2>, |3>, |4>
FLIPS = ("12", "21", "13", "31", "24", "42", "34", "43")
#: Eqs. (25) and (27): operator -> transitions "ij" = |i><j| with their weights
WEAK_OPERATORS = {
    "eta_1": {"34": "s", "12": "-s"},
    "eta_2": {"34": "c", "12": "c"},
    "xi_1": {"24": "c", "13": "c"},
    "xi_2": {"13": "s", "24": "-s"},
}
STRONG_OPERATORS = {
    "eta_1": {"43": "s", "21": "-s"},
    "eta_2": {"43": "c", "21": "c"},
    "xi_1": {"24": "c", "13": "c"},
    "xi_2": {"13": "s", "24": "-s"},
}

# -- what the engine derived -----------------------------------------------------------------------------------------


def in_parameters(generator, expressions):
    """SymPy expressions in the symbols of a generator, expanded to the parameters of the model."""
    known = {}
    for item in (*generator.definitions, *generator.rates.values()):
        known[item.name] = program.substitute(item.expression, known)
    symbols = {s.name: s for s in generator.model.symbols}
    return {
        name: to_sympy(program.substitute(from_sympy(value) if isinstance(value, sp.Basic) else value, known), symbols)
        for name, value in expressions.items()
    }


def angle(generator):
    """cos(theta) = <10|3> and sin(theta) = <01|3> of the engine's eigenstates."""
    upper = paper.STATE["3"]
    return {"c": generator.spectrum.vectors[1][upper], "s": generator.spectrum.vectors[2][upper]}


def levels():
    """Energies of H_S with its constant -(eps_1 + eps_2)/2, and the components of |2> and |3>."""
    generator = paper.generator("boson_strong")
    spectrum, mean = generator.spectrum, from_sympy((paper.eps_1 + paper.eps_2) / 2)
    found = {f"E_{k}": program.add(spectrum.energies[paper.STATE[k]], -mean) for k in STATES}
    for k in "23":
        found[f"ket_{k}_01"] = spectrum.vectors[2][paper.STATE[k]]
        found[f"ket_{k}_10"] = spectrum.vectors[1][paper.STATE[k]]
    return in_parameters(generator, {**found, **angle(generator)})


def tangent():
    """tan(2 theta) from the components of |3>."""
    generator = paper.generator("boson_strong")
    c, s = angle(generator).values()
    return in_parameters(generator, {"tan_2theta": 2 * s * c / (c**2 - s**2)})


def frequencies(regime):
    generator = paper.generator(regime)
    return in_parameters(generator, {k: program.symbol(k) for k in ("omega_p", "omega_m")})


def operators(regime):
    """Every element of eta_j, xi_j between |1>, |2>, |3>, |4>: the part of the coupling that emits at that "
    "frequency."""
    generator = paper.generator(regime)
    found = {}
    for bath, (name, mark) in product("12", (("eta", "m"), ("xi", "p"))):
        (left,) = (t.left for t in generator.part(bath).terms if t.rate == f"down_{bath}_{mark}")
        stray = [f"{i}{j}" for i, j in product(STATES, STATES) if f"{i}{j}" not in FLIPS]
        assert not any((paper.STATE[i], paper.STATE[j]) in left for i, j in stray)
        for i, j in FLIPS:
            value = left.get((paper.STATE[i], paper.STATE[j]))
            found[f"{name}_{bath}_{i}{j}"] = program.number(0) if value is None else generator.ring.collect(value)
    return in_parameters(generator, {**found, **angle(generator)})


def motion(regime):
    """d rho_ij/dt of a general rho, linear in its elements r_ij."""
    generator = paper.generator(regime)
    L, n = generator.matrix("energy"), generator.dimension
    found = {}
    for i, j in product(STATES, STATES):
        row = L[paper.STATE[i] + n * paper.STATE[j], :]
        terms = (
            row[paper.STATE[a] + n * paper.STATE[b]] * sp.Symbol(f"r_{a}{b}", real=True)
            for a, b in product(STATES, STATES)
        )
        found[f"d_rho_{i}{j}"] = sp.Add(*terms)
    return in_parameters(generator, {**found, **angle(generator)})


def local_elements(state):
    """Elements of Eq. (2), with the moduli's real and imaginary parts."""
    found = {f"q_{k + 1}{k + 1}": state.element(k, k, "product") for k in range(4)}
    for name, (i, j) in {"14": (0, 3), "23": (1, 2)}.items():
        found[f"x_{name}"] = state.element(i, j, "product").real
        found[f"y_{name}"] = state.element(i, j, "product").imag
    return found


def x_state(*names):
    """Witnesses of a state with both coherences of Eq. (2)."""
    state = paper.steady("boson_strong")
    witnesses = {"concurrence": sn.concurrence, "M": sn.horodecki, "bell": sn.chsh}
    return {**{name: witnesses[name](state) for name in names}, **local_elements(state)}


def equal_baths(regime):
    """Populations and coherence at T_1 = T_2 and mu_1 = mu_2."""
    replaced = {paper.T_2: paper.T_1, paper.mu_2: paper.mu_1} if regime == "fermion" else {paper.T_2: paper.T_1}
    state = paper.steady(regime).specialise(replaced)
    first, second = "14" if regime == "boson_strong" else "23"
    found = {f"rho_{k}{k}": state.element(paper.STATE[k], paper.STATE[k]) for k in STATES}
    return {**found, "coherence": state.element(paper.STATE[first], paper.STATE[second])}


def sums():
    """Currents of both baths added up."""
    weak, strong, fermion = (paper.steady(k) for k in ("boson_weak", "boson_strong", "fermion"))
    return {
        "weak": sn.energy_current(weak, "1") + sn.energy_current(weak, "2"),
        "strong": sn.energy_current(strong, "1") + sn.energy_current(strong, "2"),
        "particles": sn.particle_current(fermion, "1") + sn.particle_current(fermion, "2"),
    }


def reversed_bias():
    """I_2 of symmetric qubits, and with the temperatures exchanged."""
    found = {}
    for regime in ("weak", "strong"):
        state = paper.steady(f"boson_{regime}").specialise({paper.eps_2: paper.eps_1, paper.gamma_2: paper.gamma_1})
        exchanged = state.specialise({paper.T_1: paper.T_2, paper.T_2: paper.T_1})
        found[regime] = sn.energy_current(state, "2")
        found[f"{regime}_reversed"] = sn.energy_current(exchanged, "2")
    return found


def entropy(regime):
    """Entropy production and the currents that Eqs. (33), (34) are made of."""
    state = paper.steady(regime)
    if regime == "fermion":
        state = state.specialise({paper.T_2: paper.T_1})
    current = sn.particle_current if regime == "fermion" else sn.energy_current
    return {"sigma": sn.entropy_production(state), "I_1": current(state, "1"), "I_2": current(state, "2")}


# -- what is printed, where it is long -------------------------------------------------------------------------------


def elements(operators_):
    """Eqs. (25), (27) element by element."""
    return {f"{name}_{i}{j}": moves.get(f"{i}{j}", "0") for name, moves in operators_.items() for i, j in FLIPS}


def dissipator(operators_, energies, statistics):
    """Eqs. (19)-(22) with the operators put in: d rho_ij/dt in r_ij, alpha, beta, c and s, term by term."""
    mu, sign = (("mu_1", "mu_2"), "-") if statistics == "fermi" else (("0", "0"), "+")
    lines = {**energies, **ENERGIES}
    terms = {f"{i}{j}": [f"i*r_{i}{j}*(E_{j} - E_{i})"] for i, j in product(STATES, STATES)}
    for bath, potential in zip("12", mu, strict=True):
        for mark in "mp":
            occupied = f"{statistics}(omega_{mark}, T_{bath}, {potential})"
            lines[f"alpha_{bath}_{mark}"] = f"gamma_{bath}*{occupied}"
            lines[f"beta_{bath}_{mark}"] = f"gamma_{bath}*(1 {sign} {occupied})"
        for rate, weight, *factors in printed_products(operators_[f"eta_{bath}"], operators_[f"xi_{bath}"]):
            name, mark = rate.split("_")
            # the Hermitian conjugate: c and s are real
            for ordered in (factors, [adjoint(X) for X in reversed(factors)]):
                for place, text in multiplied(*ordered):
                    terms[place].append(f"({weight}{name}_{bath}_{mark}*{text})")
    return lines | {f"d_rho_{place}": " + ".join(found) for place, found in terms.items()}


#: a general rho
RHO = {f"{i}{j}": f"r_{i}{j}" for i, j in product(STATES, STATES)}


def printed_products(eta, xi):
    """Eq. (20), product by product: rate, sign, three factors."""
    eta_d, xi_d = adjoint(eta), adjoint(xi)
    lines = (
        ("alpha_m", (eta_d, RHO, eta), (eta_d, RHO, xi), (eta, eta_d, RHO), (xi, eta_d, RHO)),
        ("alpha_p", (xi_d, RHO, xi), (eta_d, RHO, xi), (xi, xi_d, RHO), (eta, xi_d, RHO)),
        ("beta_m", (eta, RHO, eta_d), (eta, RHO, xi_d), (eta_d, eta, RHO), (xi_d, eta, RHO)),
        ("beta_p", (xi, RHO, xi_d), (eta, RHO, xi_d), (xi_d, xi, RHO), (eta_d, xi, RHO)),
    )
    return [
        (rate, weight, *p) for rate, *products in lines for weight, p in zip(("", "", "-", "-"), products, strict=True)
    ]


def adjoint(moves):
    """Of a real operator; rho is its own."""
    return moves if moves is RHO else {place[::-1]: weight for place, weight in moves.items()}


def multiplied(A, B, C):
    """Terms of the elements of A B C."""
    for (first, x), (second, y), (third, z) in product(A.items(), B.items(), C.items()):
        if first[1] == second[0] and second[1] == third[0]:
            yield first[0] + third[1], f"({x})*({y})*({z})"


def gibbs(regime):
    """Eq. (28) in the energies (13) and the numbers of excitations 0, 1, 1, 2."""
    mu = {k: f" - {n}*mu_1" if regime == "fermion" else "" for k, n in zip(STATES, (0, 1, 1, 2), strict=True)}
    weights = {f"weight_{k}": f"exp(-(E_{k}{mu[k]})/T_1)" for k in STATES}
    populations = {f"rho_{k}{k}": f"weight_{k}/Z" for k in STATES}
    return {**NOTATION, **ENERGIES, **weights, "Z": " + ".join(weights), **populations, "coherence": "0"}


MODULI = {"abs_14": "sqrt(x_14**2 + y_14**2)", "abs_23": "sqrt(x_23**2 + y_23**2)"}
HORODECKI = {
    **MODULI,
    "M": "maximum(8*(abs_14**2 + abs_23**2), (q_11 + q_44 - q_22 - q_33)**2 + 4*(abs_23 + abs_14)**2)",
}
NAMES = {"fermion": "fermions", "boson_weak": "bosons, weak", "boson_strong": "bosons, strong"}

EQUATIONS = (
    sn.Definitions(
        "(2) (3) (4) (5) (6) (7) (8)",
        "X states, the two Bell operators, the inequalities of local models that are quoted, and the Bell functions",
    ),
    sn.Definitions(
        "(11) (12) (14) (16) (17) (18)", "Hamiltonians, notation, and the Bloch-Redfield equation in general"
    ),
    sn.Definitions("(21) (22) (23)", "rates, coupling spectrum and occupations, put into the proof of (19), (20)"),
    sn.Definitions("(29) (30) (35) (36)", "currents, critical temperature difference and rectification ratio"),
    sn.Equation(
        "(1)",
        {
            **MODULI,
            "concurrence": "2*maximum(0, maximum(abs_23 - sqrt(q_11*q_44), abs_14 - sqrt(q_22*q_33)))",
        },
        lambda: x_state("concurrence"),
        note="for the steady state of the strong regime, which has both coherences",
    ),
    sn.Equation(
        "(9)",
        {**HORODECKI, "bell": "2*sqrt(M)"},
        lambda: x_state("bell"),
        note="for the steady state of the strong regime, which has both coherences",
    ),
    sn.Equation("(10)", HORODECKI, lambda: x_state("M"), note="for the same state"),
    sn.Equation(
        "(13)",
        {
            **NOTATION,
            **ENERGIES,
            "ket_2_01": "c",
            "ket_2_10": "-s",
            "ket_3_01": "s",
            "ket_3_10": "c",
        },
        levels,
    ),
    sn.Equation(
        "(15)",
        {"tan_2theta": "-kappa/(eps_2 - eps_1)"},
        tangent,
        note="both branches of the printed arctangent are the theta between 0 and pi/2 with this tan(2 theta)",
    ),
    *(
        sn.Equation(
            "(19)-(20)",
            dissipator(operators_, energies, statistics),
            lambda regime=regime: motion(regime),
            note=f"{NAMES[regime]}: every element of d rho/dt with the operators {where} put in; gamma is twice the "
            "paper's",
        )
        for regime, operators_, energies, statistics, where in (
            ("boson_weak", WEAK_OPERATORS, WEAK_FREQUENCIES, "bose", "(25)"),
            ("fermion", WEAK_OPERATORS, WEAK_FREQUENCIES, "fermi", "(25)"),
            ("boson_strong", STRONG_OPERATORS, STRONG_FREQUENCIES, "bose", "(27)"),
        )
    ),
    sn.Equation("(24)", WEAK_FREQUENCIES, lambda: frequencies("boson_weak")),
    sn.Equation("(25)", elements(WEAK_OPERATORS), lambda: operators("boson_weak")),
    sn.Equation("(26)", STRONG_FREQUENCIES, lambda: frequencies("boson_strong")),
    sn.Equation("(27)", elements(STRONG_OPERATORS), lambda: operators("boson_strong")),
    *(
        sn.Equation("(28)", gibbs(regime), lambda regime=regime: equal_baths(regime), note=NAMES[regime])
        for regime in NAMES
    ),
    sn.Equation("(31)", {"weak": "0", "strong": "0", "particles": "0"}, sums),
    sn.Equation("(32)", {"weak": "-weak_reversed", "strong": "-strong_reversed"}, reversed_bias),
    *(
        sn.Equation("(33)", {"sigma": "-I_1/T_1 - I_2/T_2"}, lambda regime=regime: entropy(regime), note=NAMES[regime])
        for regime in ("boson_weak", "boson_strong")
    ),
    sn.Equation("(34)", {"sigma": "mu_1*I_1/T_1 + mu_2*I_2/T_1"}, lambda: entropy("fermion"), note="T is T_1 = T_2"),
)
CLAIMS = (*EQUATIONS, *STATEMENTS)
