"""Two independent two-level systems, several baths: Camalet, "Non-equilibrium entangled steady state ..." (2011).

H = -Delta_i/2 sigma_z^(i), Eq. (1): |+> is the ground state, and |1>, |2>, |3>, |4> = |++>, |+->, |-+>, |-->, Eq. (2).
Every bath couples to sigma_x of both systems, Eqs. (19), (20), with the golden-rule rates J_n^(i) of Eq. (21) on the
diagonal of its rate matrix and K_n beside it (here gamma = J: no factor of 2).  Weak coupling, Eqs. (8)-(10), is the
secular generator, which keeps the coherence c = <+-|rho|-+> where the two energies are equal.

The generated module is the case of Sec. IV B: J_n^(1) = J_n^(2) = J_n.  The longitudinal coupling v_i enters through xi
alone, alpha = gamma (1 + eta + xi), Eqs. (15) and (22): a jump L = sigma_z^(1) - sigma_z^(2) with the rate k makes c
decay at k (2 - (-2))^2/2 = 8 k, hence k = xi gamma/8.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

import symness as sn
from symness import program
from symness.convert import to_sympy

Delta, J_1, J_2, T_1, T_2, xi = sn.parameters("Delta J_1 J_2 T_1 T_2 xi", positive=True)
K_1, K_2 = sn.parameters("K_1 K_2")

#: the paper's |1>, |2>, |3>, |4> as columns: |++> = |gg>, |+-> = |ge>, |-+> = |eg>, |--> = |ee>
BASIS = sp.Matrix([[0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]])


def model(rates, splittings=(Delta, Delta), jumps=(), assume=()):
    """Eqs. (1), (19), (20): baths that couple to sigma_x of both systems, with one 2x2 rate matrix each."""
    a, b = sn.qubits("1 2")
    baths = [
        sn.Bath(str(n), [a.x, b.x], rate=sp.Matrix(rate), temperature=T)
        for n, (rate, T) in enumerate(zip(rates, (T_1, T_2), strict=True), 1)
    ]
    energy = (splittings[0] * a.z + splittings[1] * b.z) / 2
    return sn.Model(energy, baths=baths, jumps=jumps, assume=assume, eigenbasis=BASIS, labels="1234")


def identical():
    """Sec. IV B: two baths, J_n^(1) = J_n^(2) = J_n, and xi."""
    a, b = sn.qubits("1 2")
    downward = J_1 * (1 + sn.bose(Delta, T_1)) + J_2 * (1 + sn.bose(Delta, T_2))  # gamma of Eq. (22)
    rates = [[[J_1, K_1], [K_1, J_1]], [[J_2, K_2], [K_2, J_2]]]
    return model(rates, jumps=[sn.Jump("longitudinal", a.z - b.z, rate=xi * downward / 8)])


def outputs(state):
    """Populations p_k = u_kk, coherence c = u_23, and the negativity of Sec. IV C 3."""
    populations = {
        f"p_{k}": state.element(k - 1, k - 1).renamed(f"p_{{{k}}}", f"<{k}|rho|{k}>, |{k}> = |{signs}>")
        for k, signs in enumerate(("++", "+-", "-+", "--"), 1)
    }
    return {
        **populations,
        "c": state.element(1, 2).real.renamed("c", "<+-|rho|-+>, real here"),
        "negativity": sn.negativity(state).renamed(
            r"\mathcal{N}", "minus the negative eigenvalue of the partial transpose"
        ),
    }


def module():
    state = sn.steady_state(sn.secular(identical()))
    return sn.formula(state, outputs(state), name="camalet2011").arranged("J_1 J_2 K_1 K_2 T_1 T_2 Delta xi")


MODULES = {"camalet2011": module}


def _correlation(n):
    return lambda point: (-point[f"J_{n}"], point[f"J_{n}"])


RANGES = {
    "J_1": (1e-3, 10.0),
    "J_2": (1e-3, 10.0),
    "K_1": _correlation(1),
    "K_2": _correlation(2),
    "T_1": (0.05, 50.0),
    "T_2": (0.05, 50.0),
    "Delta": (0.05, 20.0),
    "xi": (1e-4, 10.0),
}


# -- the paper's notation, Eq. (22) ----------------------------------------------------------------------------------

gamma, beta = sn.parameters("gamma beta")
LATEX = {"etap": r"\eta'"}


def notation(generator):
    """gamma, eta, beta = beta_4 and eta' with beta_1 = beta eta'."""
    N = generator.symbols
    N_1, N_2 = N["N_1"], N["N_2"]
    define = {
        "gamma": J_1 * (1 + N_1) + J_2 * (1 + N_2),
        "eta": (J_1 * N_1 + J_2 * N_2) / gamma,
        "beta": K_1 * (1 + N_1) + K_2 * (1 + N_2),
        "etap": (K_1 * N_1 + K_2 * N_2) / beta,
    }
    return sn.Notation(define, latex=LATEX)


@cache
def state():
    """The steady state of Sec. IV B, its closed form in the paper's notation."""
    generator = sn.secular(identical())
    return sn.steady_state(generator, notation=notation(generator))


# -- other cases: Secs. III B and III C, and the Appendix ------------------------------------------------------------

Delta_1, Delta_2, J_11, J_12, J_21, J_22 = sn.parameters("Delta_1 Delta_2 J_11 J_12 J_21 J_22", positive=True)
L_1, L_2 = sn.parameters("L_1 L_2")
#: J_n^(i) is J_ni; K_n + i L_n is 2 pi sum k^(1) conj(k^(2)), real for the real couplings of Eq. (20)
GENERAL = (
    [[J_11, K_1 + sp.I * L_1], [K_1 - sp.I * L_1, J_12]],
    [[J_21, K_2 + sp.I * L_2], [K_2 - sp.I * L_2, J_22]],
)
REAL = tuple([[entry.subs({L_1: 0, L_2: 0}) for entry in row] for row in rate] for rate in GENERAL)


@cache
def different():
    """Sec. III B: two splittings, with the golden-rule rates g_i_p and g_i_m of Eq. (21)."""
    generator = sn.secular(model(REAL, (Delta_1, Delta_2)))
    N = generator.symbols
    define = {}
    for i in (1, 2):
        N_1, N_2 = (N[f"N_{n}_{'pm'[i - 1]}"] for n in (1, 2))
        first, second = ((J_11, J_21), (J_12, J_22))[i - 1]
        define[f"g_{i}_p"] = first * (1 + N_1) + second * (1 + N_2)
        define[f"g_{i}_m"] = first * N_1 + second * N_2
    latex = {f"g_{i}_{mark}": rf"\tilde{{\gamma}}_{{{i}}}^{{{sign}}}" for i in (1, 2) for mark, sign in ("p+", "m-")}
    return sn.steady_state(generator, notation=sn.Notation(define, latex=latex))


@cache
def in_paper_symbols():
    """p_1 .. p_4 and c of Sec. IV B as SymPy expressions in gamma, eta, beta, eta' and xi."""
    form = state().closed_form
    symbols = {name: sn.parameters(name) for name in ("gamma", "eta", "beta", "etap")} | {"xi": xi}
    known = {}
    for definition in form.definitions:
        if definition.name not in symbols and definition.expression.op != "call":
            known[definition.name] = program.substitute(definition.expression, known)
    names = {"p_1": "rho_11", "p_2": "rho_22", "p_3": "rho_33", "p_4": "rho_44", "c": "rho_23"}
    return {
        name: sp.factor(to_sympy(program.substitute(form.output(key).expression, known), symbols))
        for name, key in names.items()
    }


def paper_symbols(**values):
    """gamma, eta, beta and eta' in J_n, K_n and N_n, some of which are replaced."""
    generator = state().generator
    symbols = {**generator.symbols, **{s.name: s for s in generator.model.symbols}}
    replaced = {symbols[name]: value for name, value in values.items()}
    found = {}
    for name, value in notation(generator).define.items():
        earlier = {sn.parameters(key): known for key, known in found.items()}
        found[name] = sp.factor(value.subs(replaced, simultaneous=True).subs(earlier))
    return found


def elements(known, **others):
    """p_1 .. p_4 and c with values for the paper's symbols (and for xi)."""
    values = {sn.parameters(name): value for name, value in known.items()} | {xi: others.get("xi", xi)}
    return {name: sp.factor(value.subs(values, simultaneous=True)) for name, value in in_paper_symbols().items()}


def one_splitting(first=Delta_1):
    """Delta_2 = 0: two Ohmic baths, each coupled to any combination of the transverse and longitudinal operators."""
    a, b = sn.qubits("1 2")
    baths = []
    for n, T in ((1, T_1), (2, T_2)):
        weights = sn.parameters(f"x_{n}1 x_{n}2 z_{n}1 z_{n}2")
        coupling = sum((w * s for w, s in zip(weights, (a.x, b.x, a.z, b.z), strict=True)), sp.zeros(4, 4))
        baths.append(sn.Bath(str(n), coupling, rate=lambda w: w, temperature=T))
    return sn.Model(first * a.z / 2, baths=baths, eigenbasis=BASIS, labels="1234")


CLOSED_FORMS = {
    "identical two-level systems": lambda: state().closed_form,
    "different splitting energies": lambda: different().closed_form,
}

# -- what the paper prints, for comparison only: never used in a derivation ------------------------------------------

#: Eq. (22) with the rates of Eq. (21), 1/(1 - exp(-Delta/T)) = 1 + N
DEFINED = {
    "gamma": "J_1*(1 + N_1) + J_2*(1 + N_2)",
    "eta": "(J_1*N_1 + J_2*N_2)/gamma",
    "beta": "K_1*(1 + N_1) + K_2*(1 + N_2)",
    "etap": "(K_1*N_1 + K_2*N_2)/beta",
}
COHERENCE = (
    "gamma/beta*(etap - eta)*(1 - eta**2)/(4*(etap - eta)**2 + gamma**2/beta**2*(1 + eta)**3*(1 + eta + xi)"
    " - (1 + etap)*(1 + 3*eta**2 + 3*etap + etap*eta**2))"
)
#: Eqs. (23), (24); ``shared``, ``first`` and ``second`` stand before the two vectors of Eq. (24), once for all entries
IDENTICAL = {
    "rho_23": COHERENCE,
    "z": "1 + eta",
    "shared": "rho_23*beta/(gamma*z**3)",
    "first": "z*(eta + etap)",
    "second": "etap*eta + etap - eta - 1",
    "rho_11": "1/z**2 + shared*(first - 2*second)",
    "rho_22": "eta/z**2 + shared*(-first + (1 - eta)*second)",
    "rho_33": "rho_22",
    "rho_44": "eta**2/z**2 + shared*(first + 2*eta*second)",
}

#: Eq. (21)
RATES = {
    "g_1_p": "J_11*(1 + N_1_p) + J_21*(1 + N_2_p)",
    "g_1_m": "J_11*N_1_p + J_21*N_2_p",
    "g_2_p": "J_12*(1 + N_1_m) + J_22*(1 + N_2_m)",
    "g_2_m": "J_12*N_1_m + J_22*N_2_m",
}
#: Eq. (13), rho = rho_1 x rho_2 with the elements of rho_i
PRODUCT = {
    "plus_1": "g_1_p/(g_1_p + g_1_m)",
    "minus_1": "g_1_m/(g_1_p + g_1_m)",
    "plus_2": "g_2_p/(g_2_p + g_2_m)",
    "minus_2": "g_2_m/(g_2_p + g_2_m)",
    "rho_11": "plus_1*plus_2",
    "rho_22": "plus_1*minus_2",
    "rho_33": "minus_1*plus_2",
    "rho_44": "minus_1*minus_2",
}

PUBLISHED = {
    "identical two-level systems": {**DEFINED, **IDENTICAL},
    "different splitting energies": {**RATES, **PRODUCT},
}

from symness.derivations.claims.camalet2011 import CLAIMS  # noqa: E402, F401
from symness.derivations.figures.camalet2011 import FIGURES  # noqa: E402, F401
