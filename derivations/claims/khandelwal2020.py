"""What Khandelwal et al. (2020) state, equation by equation; prose and figures stand in ``khandelwal2020_prose``
(Secs. 2-5) and ``khandelwal2020_strong`` (Sec. 6).

The paper numbers (1) to (35), appendices included.  Names of the printed lines: ``gamma_h_p``, ``gamma_h_m`` are
gamma_h^+, gamma_h^-; in the global model ``gamma_h_up_m`` is gamma_h^+(eps_-), ``Gamma_down_p`` is Gamma^-(eps_+);
``N_h_m``, ``N_c_p`` are n_B^h(eps_h), n_B^c(eps_c) of the local model, ``N_h_m``, ``N_h_p`` are n_B^h(eps_-),
n_B^h(eps_+) of the global one.
"""

from __future__ import annotations

import sympy as sp

import symness as sn
from symness.convert import from_sympy
from symness.derivations import khandelwal2020 as paper
from symness.derivations.claims import khandelwal2020_printed as printed
from symness.derivations.claims.khandelwal2020_prose import STATEMENTS
from symness.derivations.claims.khandelwal2020_strong import STATEMENTS as STRONG_STATEMENTS
from symness.program import add, mul, substitute

# -- what the engine derived -----------------------------------------------------------------------------------------


def local_elements():
    return paper.elements(paper.local(), "r", "c")


def strong_elements():
    return paper.elements(paper.strong(), "s", "d")


def zeros(state):
    """Elements that Eqs. (6) and (22) print as zero."""
    places = ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3))
    found = {}
    for i, j in places:
        found[f"re_{i + 1}{j + 1}"] = state.element(i, j, "product").real
        found[f"im_{i + 1}{j + 1}"] = state.element(i, j, "product").imag
    return found


def bare_flows():
    """Eq. (10) as it stands: H_S alone."""
    Q = {j: sn.heat_current(paper.local(), j, energy="bare") for j in "hc"}
    return {"Q_sum": Q["h"] + Q["c"], "J_ss": Q["h"] - Q["c"]}


def total_flow(state):
    return paper.currents(state)["J_ss"]


def weak_negativity():
    return {**local_elements(), "N": sn.negativity(paper.local())}


def matrix():
    """Entries of M and b: rows of the generator for rho_11, rho_12, ... without rho_44, which the trace gives."""
    generator = sn.local(paper.model())
    L, n = generator.matrix("product"), generator.dimension
    known = {}
    for item in (*generator.definitions, *generator.rates.values()):
        known[item.name] = substitute(item.expression, known)
    order = [divmod(k, n) for k in range(n * n)]
    found = {}
    for row, (i, j) in enumerate(order[:-1], 1):
        last = L[i + n * j, n * n - 1]
        found[f"b_{row}"] = last
        for column, (k, m) in enumerate(order[:-1], 1):
            found[f"M_{row}_{column}"] = L[i + n * j, k + n * m] - (last if k == m else 0)
    # the generator tells which parameters are positive, and what its occupations are
    return {"generator": generator, **{key: substitute(from_sympy(value), known) for key, value in found.items()}}


def transposed():
    """Coefficients of the characteristic polynomial of the partial transpose of Eq. (6), built from rho itself."""
    state = paper.local()
    rho = state.density_matrix("product")
    swapped = sp.Matrix(4, 4, lambda i, j: rho[2 * (i // 2) + j % 2, 2 * (j // 2) + i % 2])
    x = sp.Symbol("x")
    coefficients = swapped.charpoly(x).all_coeffs()[1:]
    found = {f"e_{k}": (-1) ** k * sp.expand(value) for k, value in enumerate(coefficients, 1)}
    return {**local_elements(), **found}


def lindblad_operators():
    """Elements of every L_j(eps_+-) between product states, from the couplings in the eigenbasis."""
    generator = paper.strong().generator
    vectors, ring, n = generator.spectrum.vectors, generator.ring, generator.dimension
    found = {}
    for j in "hc":
        for s in "mp":
            (left,) = (t.left for t in generator.part(j).terms if t.rate == f"down_{j}_{s}")
            for row in range(n):
                for column in range(n):
                    terms = (
                        mul(vectors[row][a], ring.collect(value), vectors[column][b]) for (a, b), value in left.items()
                    )
                    name = f"L_{j}_{s}_{paper.KETS[row]}_{paper.KETS[column]}"
                    found[name] = substitute(add(*terms), _constants(generator))
    return found


def _constants(generator):
    known = {}
    for item in generator.definitions:
        known[item.name] = substitute(item.expression, known)
    return known


def eigenstates():
    """Energies and projectors |E><E| of H_S + H_int between |01> and |10>: a phase of |E> does not matter."""
    generator = paper.strong().generator
    spectrum, known = generator.spectrum, _constants(generator)
    upper, lower = 1, 2
    energies = {"2": 0, "p": upper, "m": lower, "0": 3}
    found = {f"E_{name}": spectrum.energies[k] for name, k in energies.items()}
    for name, k in (("p", upper), ("m", lower)):
        for a, b in ((2, 2), (1, 1), (2, 1)):
            found[f"P_{name}_{paper.KETS[a]}_{paper.KETS[b]}"] = mul(spectrum.vectors[a][k], spectrum.vectors[b][k])
    return {name: substitute(value, known) for name, value in found.items()}


def thermal():
    """The global steady state at T_h = T_c: Eq. (34) is its Gibbs state."""
    state = paper.strong().specialise({paper.T_c: paper.T_h})
    own = paper.elements(state, "r", "c")
    return {"state": state, **own, "N": sn.negativity(state)}


def shown_matrix():
    derived = matrix()
    return {key: derived[key] for key in ("generator", *printed.reading(True)) if key.startswith(("M_", "generator"))}


EQUATIONS = (
    sn.Definitions(
        "(1) (2) (3) (4) (5) (9) (14) (19) (21) (28)",
        "Hamiltonians, master equations, rates, vectorisation, sums of rates (put into the proofs), negativity",
    ),
    sn.Equation("(6)", printed.NO_ELEMENT, lambda: zeros(paper.local()), note="all other elements vanish"),
    sn.Equation(
        "(7)",
        {**printed.WEAK, **{k: v for k, v in printed.STATE.items() if k != "c"}},
        lambda: {k: v for k, v in local_elements().items() if k != "c"},
    ),
    sn.Equation("(8)", {**printed.WEAK, "c": printed.STATE["c"]}, lambda: {"c": local_elements()["c"]}),
    sn.Equation(
        "(10)",
        {**printed.WEAK, "Q_sum": "0", "J_ss": f"8*g**2*{printed.TRANSFER}/chi*(eps_h*Gamma_c + eps_c*Gamma_h)"},
        bare_flows,
        corrected={
            **printed.WEAK,
            "Q_sum": f"-4*g**2*{printed.TRANSFER}*Gamma*delta/chi",
            "J_ss": f"4*g**2*{printed.TRANSFER}*Gamma*(eps_h + eps_c)/chi",
        },
        note="the text inserts (6) into (10), which weighs the dissipators with the bare H_S, and concludes the first "
        "law and Eq. (11).  Both hold with H_S + H_int in place of H_S; with H_S the first law holds at delta = 0 only "
        "(or without a current), Eq. (11) there and for Gamma_h = Gamma_c",
    ),
    sn.Equation(
        "(11)",
        {**printed.WEAK, "J_ss": f"8*g**2*{printed.TRANSFER}/chi*(eps_h*Gamma_c + eps_c*Gamma_h)"},
        lambda: {"J_ss": total_flow(paper.local())},
        note="with H_S + H_int in Eq. (10)",
    ),
    sn.Equation(
        "(12)",
        printed.PUBLISHED["local, heat current, Eq. (12)"],
        lambda: {"J_ss": total_flow(paper.local())},
        note="with H_S + H_int in Eq. (10)",
    ),
    sn.Equation(
        "(13)",
        {**printed.WEAK, "c": "J_ss*(i*Gamma - 2*delta)/(4*g*(eps_h*Gamma_c + eps_c*Gamma_h))"},
        lambda: {"J_ss": total_flow(paper.local()), "c": local_elements()["c"]},
        note="J_ss is the derived one",
    ),
    sn.Equation(
        "(15), (16)",
        {
            "n": "(sqrt(4*abs(c)**2 + (r_1 - r_4)**2) - (r_1 + r_4))/2",
            "N": "maximum(0, n)",
        },
        lambda: {k: v for k, v in weak_negativity().items() if k in ("r_1", "r_4", "c", "N")},
    ),
    sn.Equation(
        "(17)",
        {**printed.WEAK, **printed.NEGATIVITY},
        lambda: {"n": paper.transposed_eigenvalue(paper.local())},
        note="gamma_j = gamma_j^- - gamma_j^+, as for bosons",
    ),
    sn.Equation(
        "(18)",
        {**printed.WEAK, "J_c": "4*g*(eps_h*Gamma_c + eps_c*Gamma_h)*sqrt(r_1*r_4/(Gamma**2 + 4*delta**2))"},
        lambda: {"J_c": paper.threshold(paper.local()), **{k: local_elements()[k] for k in ("r_1", "r_4")}},
    ),
    sn.Equation("(20)", printed.operators(), lindblad_operators, note="in the states of Eq. (33)"),
    sn.Equation("(22)", printed.NO_ELEMENT, lambda: zeros(paper.strong()), note="all other elements vanish"),
    sn.Equation(
        "(23)",
        {**printed.STRONG, **{k: v for k, v in printed.STRONG_STATE.items() if k != "d"}},
        lambda: {k: v for k, v in strong_elements().items() if k != "d"},
    ),
    sn.Equation("(24)", {**printed.STRONG, "d": printed.STRONG_STATE["d"]}, lambda: {"d": strong_elements()["d"]}),
    sn.Equation(
        "(25)",
        {**printed.STRONG, "J_ss": f"gamma_h*gamma_c/chi_gl*{printed.FLOW}"},
        lambda: {"J_ss": total_flow(paper.strong())},
        note="with H_S + H_int in Eq. (10); the bare H_S puts eps in place of eps_- and eps_+",
    ),
    sn.Equation(
        "(26)",
        {"N": "maximum(0, (sqrt(4*abs(d)**2 + (s_1 - s_4)**2) - (s_1 + s_4))/2)"},
        lambda: {
            **{k: strong_elements()[k] for k in ("s_1", "s_4", "d")},
            "N": sn.negativity(paper.strong()),
        },
    ),
    sn.Equation(
        "(27)",
        {**printed.STRONG, "J_c": printed.GLOBAL_THRESHOLD},
        lambda: {"J_c": paper.threshold(paper.strong()), **{k: strong_elements()[k] for k in ("s_1", "s_4")}},
        corrected={
            **printed.STRONG,
            "J_c": f"2*gamma_c*gamma_h*abs({printed.FLOW})"
            "/(Gamma_up_m*Gamma_down_p - Gamma_down_m*Gamma_up_p)*sqrt(s_1*s_4)",
        },
        note="d is negative at all temperatures, so that the printed bound is negative for T_h > T_c and every state "
        "would be entangled; the modulus of d, which |d|^2 > s_1 s_4 asks for, is missing",
    ),
    sn.Equation(
        "(29)",
        "a 15 x 15 matrix; rows 1-9, of which the scan keeps the entries but drops zeros between them",
        shown_matrix,
        readings=(printed.reading(False), printed.reading(True)),
        note="rows 10-15 of the scan keep neither places nor all entries and are not compared; row 8 lost gamma_c^- in "
        "column 3",
    ),
    sn.Equation(
        "(30)",
        {**printed.WEAK, **{f"b_{k}": {6: "gamma_h_p", 11: "gamma_c_p"}.get(k, "0") for k in range(1, 16)}},
        lambda: {key: value for key, value in matrix().items() if not key.startswith("M_")},
    ),
    sn.Equation(
        "(31)",
        {**printed.EIGENVALUES, **printed.SYMMETRIC},
        transposed,
        note="by the symmetric functions of the four eigenvalues, which are the coefficients of the characteristic "
        "polynomial of the partial transpose",
    ),
    sn.Equation(
        "(32)",
        {**printed.EIGENVALUES, "N": "maximum(0, -lambda_3)"},
        weak_negativity,
    ),
    sn.Equation(
        "(33)",
        {
            **printed.EIGENSTATES,
            "E_0": "0",
            "E_m": "eps - g",
            "E_p": "eps + g",
            "E_2": "2*eps",
            **{
                f"P_{s}_{a}_{b}": f"{s}_{a}*{s}_{b}"
                for s in "pm"
                for a, b in (("01", "01"), ("10", "10"), ("01", "10"))
            },
        },
        eigenstates,
        note="as projectors, with the eigenenergies below Eq. (19)",
    ),
    sn.Equation("(34)", printed.GIBBS, lambda: {k: v for k, v in thermal().items() if k not in ("N", "state")}),
    sn.Equation(
        "(35)",
        "maximum(0, (sqrt(cosh(eps/T_h)**2 + sinh(g/T_h)**2 - 1) - cosh(eps/T_h))/(2*(cosh(eps/T_h) + cosh(g/T_h))))",
        lambda: thermal()["N"],
    ),
)

CLAIMS = (*EQUATIONS, *STATEMENTS, *STRONG_STATEMENTS)
