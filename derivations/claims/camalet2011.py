"""What Camalet (2011) states, equation by equation; prose and figures stand in ``camalet2011_prose``.

The paper numbers (1) to (26) and (A1) to (A4).  Names of the printed lines: ``g_1_p`` is gamma~_1^+, ``beta_4`` is
beta_4 and ``beta_4c`` its conjugate, ``etap`` is eta'; ``p_k`` are the populations and c = x + i y.  Level shifts (the
principal values in Eqs. (9), (15), (A1) and beta~) are off in the engine, and left out of the printed lines.
"""

from __future__ import annotations

import warnings
from functools import cache
from itertools import product

import sympy as sp

import symness as sn
from symness import program
from symness.convert import from_sympy, to_sympy
from symness.derivations import camalet2011 as paper
from symness.derivations.claims.camalet2011_lines import (
    ALPHA,
    ELEMENTS,
    GOLDEN,
    ROWS,
    diagonal_sums,
    matrix_equation,
    second_order,
    spectral,
)
from symness.derivations.claims.camalet2011_prose import STATEMENTS

# -- what the engine derived -----------------------------------------------------------------------------------------


def in_occupations(generator, expressions):
    """Expressions in the rates of a generator, in the couplings and occupations of the baths."""
    rates = {rate.name: rate.expression for rate in generator.rates.values()}
    symbols = {**generator.symbols, **{s.name: s for s in generator.model.symbols}}
    return {
        name: to_sympy(program.substitute(from_sympy(value), rates), symbols) for name, value in expressions.items()
    }


@cache
def general():
    """Equal splittings, unequal J_n^(1) and J_n^(2), complex K_n."""
    return sn.secular(paper.model(paper.GENERAL))


def loss(generator, elements=ELEMENTS):
    """-d u_kl/dt as a row of coefficients: (kl, k'l') -> SymPy expression in the opaque rates."""
    L, n = generator.matrix("energy"), generator.dimension
    place = {kl: int(kl[0]) - 1 + n * (int(kl[1]) - 1) for kl in elements}
    return {(kl, other): -L[place[kl], place[other]] for kl in elements for other in elements}


def motion(generator, elements=ELEMENTS):
    """-d u_kl/dt of p_k and c = x + i y, in occupations."""
    x, y = sn.parameters("x y")
    values = {f"{k}{k}": sn.parameters(f"p_{k}") for k in range(1, 5)} | {"23": x + sp.I * y, "32": x - sp.I * y}
    rows = loss(generator, elements)
    sums = {kl: sum(rows[kl, other] * values[other] for other in elements) for kl in elements}
    return in_occupations(generator, {f"loss_{kl}": sp.expand(value) for kl, value in sums.items() if kl != "32"})


def coefficients():
    """beta_1, beta_4 (with real K_n) and the rates gamma~ from the generators, in temperatures."""
    generator = sn.secular(paper.model(paper.REAL))
    rows = loss(generator)
    found = {"beta_1": -rows["23", "11"], "beta_4": -rows["23", "44"]}
    return {**in_temperatures(generator, found), "beta_2": in_temperatures(generator, {"b": -rows["23", "22"]})["b"]}


def in_temperatures(generator, expressions):
    known = {}
    for item in (*generator.definitions, *generator.rates.values()):
        known[item.name] = program.substitute(item.expression, known)
    symbols = {s.name: s for s in generator.model.symbols}
    return {n: to_sympy(program.substitute(from_sympy(v), known), symbols) for n, v in expressions.items()}


def golden_rates():
    """gamma~_i^+ and gamma~_i^- for unequal splittings: rates of the flips of one system."""
    generator = paper.different().generator
    rows = loss(generator, ELEMENTS[:4])
    flips = {"g_1_p": ("11", "33"), "g_1_m": ("33", "11"), "g_2_p": ("11", "22"), "g_2_m": ("22", "11")}
    return in_temperatures(generator, {name: -rows[key] for name, key in flips.items()})


def decay_of_coherence():
    """alpha with longitudinal couplings v_i to an Ohmic bath whose rates have the slopes V_ij at zero frequency."""
    a, b = sn.qubits("1 2")
    V = sp.Matrix([sn.parameters("V_11 V_12"), sn.parameters("V_12 V_22")])
    source = paper.model(paper.REAL)
    bath = sn.Bath("v", [a.z, b.z], rate=lambda w: V * w, temperature=paper.T_1)
    generator = sn.secular(sn.Model(source.H, baths=[*source.baths, bath], eigenbasis=paper.BASIS, labels="1234"))
    return in_occupations(generator, {"alpha": loss(generator)["23", "23"]})


def stationary():
    """x, y of the coherence, in parameters, and what Eq. (18) says of it."""
    with warnings.catch_warnings():
        # The imaginary part of alpha and beta~, which the Lamb shift would give, are left out on both sides.
        warnings.simplefilter("ignore", sn.LambShiftWarning)
        state = sn.steady_state(general())
    c = state.element(1, 2)
    return {"x": c.real, "y": c.imag, "left_side": sp.Integer(0)}


def low_temperatures():
    """p_1 p_4 - c^2 in units of the squared Boltzmann factor of bath 1, for T_2 << T_1 << Delta and xi = 0."""
    n = sn.parameters("n", positive=True)
    slopes = paper.paper_symbols(N_1=n, N_2=0)
    slopes = {
        name: sp.factor(value / n if name.startswith("eta") else value).subs(n, 0) for name, value in slopes.items()
    }
    q = paper.elements({name: n * v if name.startswith("eta") else v for name, v in slopes.items()}, xi=0)
    leading = sp.factor(q["p_1"] * q["p_4"] - q["c"] ** 2)
    J, K = paper.J_1 + paper.J_2, paper.K_1 + paper.K_2
    return {"squares": sp.cancel(leading / n**2).subs(n, 0) * (J * (J**2 - K**2) / paper.J_1) ** 2}


def hot_and_cold():
    """Eq. (26): N_2 = 0, N_1 = theta J_2/J_1, K_1 = xi = 0 and J_1/J_2 -> 0."""
    theta, kappa, r = sn.parameters("theta kappa r", positive=True)
    J_2 = paper.J_2
    known = paper.paper_symbols(J_1=r * J_2, N_1=theta / r, N_2=0, K_1=0, K_2=kappa * J_2)
    q = paper.elements({name: sp.cancel(value).subs(r, 0) for name, value in known.items()}, xi=0)
    return {name: q[name] for name in ("p_1", "p_2", "p_4", "c")}


def zero_splitting():
    """The sums (A1) for Delta_2 = 0 and p_1 = p_2, p_3 = p_4, and the difference of the rates of system 2."""
    generator = sn.secular(paper.one_splitting())
    elements = ("11", "22", "33", "44", "12", "21", "34", "43")
    rows = loss(generator, elements)
    rates = {"difference": rows["11", "22"] - rows["22", "11"]}
    first, second = sn.parameters("p_1 p_3")
    for kl in ("12", "21", "34", "43"):
        rates[f"sum_{kl}"] = (rows[kl, "11"] + rows[kl, "22"]) * first + (rows[kl, "33"] + rows[kl, "44"]) * second
    return in_occupations(generator, {name: sp.expand(value) for name, value in rates.items()})


def generator_elements():
    generator = sn.secular(paper.model(paper.REAL))
    rows = loss(generator)
    return in_occupations(generator, {f"gamma_{a}_{b}": -rows[a, b] for a, b in product(ELEMENTS, ELEMENTS)})


def of_populations():
    """Sum over k' of gamma_kl,k'k' p_k', which is + d u_kl/dt for u = diag(p)."""
    found = motion(sn.secular(paper.model(paper.REAL)))
    diagonal = {sn.parameters("x"): 0, sn.parameters("y"): 0}
    return {name: sp.expand(-value).subs(diagonal) for name, value in found.items()}


def different_motion():
    """-d p_k/dt for unequal splittings."""
    generator = paper.different().generator
    rows = loss(generator, ELEMENTS[:4])
    p = {f"{k}{k}": sn.parameters(f"p_{k}") for k in range(1, 5)}
    return in_occupations(generator, {f"loss_{kl}": sum(rows[kl, other] * p[other] for other in p) for kl in p})


CLAIMS = (
    sn.Definitions(("(1)", "(2)", "(3)"), "the model: Hamiltonian, names of the states, initial state"),
    sn.Definitions(
        ("(4)", "(5)", "(6)", "(7)", "(8)"),
        "the exact dynamics as a resolvent, before a model is chosen: definitions of r, Gamma, u and gamma",
    ),
    sn.Equation("(9)-(10)", second_order(), generator_elements, note="gamma_23_11: kl = 23, k'l' = 11"),
    sn.Equation(
        "(11)",
        {**paper.RATES, **{f"loss_{k}{k}": row for k, row in ROWS.items()}},
        different_motion,
        note="the order of its rows: see Eq. (14)",
    ),
    sn.Definitions(("(12)",), "the golden-rule rates; their values for bosons are Eq. (21)"),
    sn.Equation("(13)", {**paper.RATES, **paper.PRODUCT}, lambda: paper.different().closed_form),
    sn.Equation(
        "(14)",
        matrix_equation("4321"),
        lambda: motion(general()),
        note="with the rows of Eq. (11) as in the scan, those of p_4, p_3, p_2, p_1; see Eq. (18)",
    ),
    sn.Equation(
        "(15)",
        {**GOLDEN, "longitudinal": "2*T_1*(V_11 + V_22 - 2*V_12)", "alpha": f"{ALPHA['alpha']} + longitudinal"},
        decay_of_coherence,
        note="v = 2 sqrt(pi) (v_1 - v_2), Ohmic with the slopes V_ij; the imaginary part, a level shift, is off",
    ),
    sn.Equation(
        "(16)",
        {
            "beta_1": "-K_1/(1 - exp(Delta/T_1)) - K_2/(1 - exp(Delta/T_2))",
            "beta_4": "K_1/(1 - exp(-Delta/T_1)) + K_2/(1 - exp(-Delta/T_2))",
            "beta_2": "-(beta_1 + beta_4)/2",
        },
        coefficients,
        note="with the K_n defined below Eq. (21)",
    ),
    sn.Definitions(("(17)",), "the Bell states"),
    sn.Equation(
        "(18)",
        "alpha c - beta^T (psi_0 - sum over n > 0 of psi_n phi_n^T (beta* c + beta c*)/lambda_n)",
        stationary,
        readings=(spectral("1234"), spectral("4321")),
        note="holds for the matrix of Eq. (14), rows of p_4 .. p_1, whose eigenvalues are 0, -lambda_1, -lambda_2, "
        "lambda_1 + lambda_2; the text has them without the minus signs, as for rows of p_1 .. p_4, with which beta_k "
        "would belong to the row of p_(5-k)",
    ),
    sn.Definitions(("(19)", "(20)"), "the environment: harmonic modes and linear couplings"),
    sn.Equation(
        "(21)",
        {
            f"g_{i}_{s}": f"{o}J_1{i}/(1 - exp({m}Delta_{i}/T_1)) {o or '+'} J_2{i}/(1 - exp({m}Delta_{i}/T_2))"
            for i in (1, 2)
            for s, o, m in (("p", "", "-"), ("m", "-", ""))
        },
        golden_rates,
    ),
    sn.Definitions(("(22)",), "gamma, eta, beta, eta', xi"),
    sn.Equation("(23)", {**paper.DEFINED, "rho_23": paper.COHERENCE}, lambda: paper.state().closed_form),
    sn.Equation(
        "(24)",
        {**paper.DEFINED, **paper.IDENTICAL},
        lambda: paper.state().closed_form,
        note="first and second are the brackets before its two vectors; eta' eta + eta' - eta - 1 = z (eta' - 1), so "
        "that one power of z cancels",
    ),
    sn.Equation(
        "(25)",
        {
            "printed": "(J_1 + J_2)**2 - (K_1 + K_2)**2 - (K_1 + K_2)*(K_2 - K_1*J_2/J_1)",
            "mirrored": "(J_1 + J_2)**2 - (K_1 + K_2)**2 + (K_1 + K_2)*(K_2 - K_1*J_2/J_1)",
            "squares": "printed*mirrored",
        },
        low_temperatures,
        note="the left side for both signs of what stands in its moduli: their product has the sign of p_1 p_4 - c^2 "
        "at low temperatures, which is negative where the state is entangled",
    ),
    sn.Equation(
        "(26)",
        {
            "sigma": "1/((1 + 2*theta)**3 - kappa**2)",
            "p_1": "sigma*((1 + theta)**2*(1 + 2*theta) - kappa**2)",
            "p_2": "sigma*theta*(1 + theta)*(1 + 2*theta)",
            "p_4": "sigma*theta**2*(1 + 2*theta)",
            "c": "-sigma*kappa*theta",
        },
        hot_and_cold,
    ),
    sn.Equation(
        "(A1)",
        diagonal_sums(""),
        of_populations,
        corrected=diagonal_sums("-"),
        note="the overall sign is opposite to that of Eq. (9); it does not matter where the sums vanish",
    ),
    sn.Equation("(A2), (A3)", {"difference": "0"}, lambda: {"difference": zero_splitting()["difference"]}),
    sn.Equation(
        "(A4)",
        {f"sum_{kl}": "0" for kl in ("12", "21", "34", "43")},
        lambda: {k: v for k, v in zero_splitting().items() if k != "difference"},
        note="that the sums vanish, for two Ohmic baths with any transverse and longitudinal couplings; the right side "
        "has the sign of (A1)",
    ),
    *STATEMENTS,
)
