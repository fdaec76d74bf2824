"""What Wang, Wu and Wang (2019) print in Secs. V to VII and Appendix A; names as in the register, ``wang2019``."""

from __future__ import annotations

import symness as sn
from symness.derivations import wang2019 as paper
from symness.derivations.claims.wang2019_derived import RATES, bare, closed, elements_of_m, general, rho, symmetric

# -- Secs. V and VI: out of equilibrium ------------------------------------------------------------------------------

SOLUTION = {"(41)": "rho_11", "(42)": "rho_22", "(43)": "rho_33", "(44)": "rho_44", "(45)": "rho_34"}
#: the symbol of the fermion solution that the engine does not name
RTILDE = paper.FERMIONS["correction"]


def detuned(text):
    """Roman to calligraphic, the map of Eq. (62)."""
    return text.replace("Nbar", "calNbar").replace("Ntilde", "calNtilde")


def nested(text):
    """A text in the symbols of the closed form, and Omega' of the symmetric qubits."""
    return {"Omega_scaled": "lam/J", **text}


BOSONS = (
    sn.Definitions("(39) (40)", "averages and differences of the occupations"),
    *(sn.Equation(n, nested({name: paper.BOSONS[name]}), closed("bose", False)) for n, name in SOLUTION.items()),
    sn.Equation("(46)", {"r_1": paper.BOSONS["r_1"]}, closed("bose", False)),
    *(
        sn.Equation(
            n,
            printed,
            closed("bose", False),
            readings=({name: printed.replace("N_", "Nbar_")}, {name: paper.BOSONS[name]}),
            note="bars and tildes are lost",
        )
        for n, name, printed in (
            ("(47)", "r_2", "N_m + N_p*(1 + 2*N_p + 2*N_m)"),
            ("(48)", "s_1", "N_p - N_m*(3 + 2*N_p + 2*N_m)"),
        )
    ),
    sn.Equation("(49)", {"s_2": paper.BOSONS["s_2"]}, closed("bose", False)),
    sn.Equation("(50)", nested({"R": paper.BOSONS["R"]}), closed("bose", False)),
    sn.Equation("(51)", {"norm": paper.BOSONS["norm"]}, closed("bose", False)),
    sn.Equation("(52)", {"w": "(rho_33 - rho_44)/2 + i*im_rho_34"}, lambda: {"w": bare(symmetric("bose"))["w"]}),
    sn.Equation(
        "(53)",
        {"a": "rho_11", "d": "rho_22", "C": "2*maximum(0, abs(w) - sqrt(a*d))"},
        lambda: {"C": sn.concurrence(symmetric("bose")), "w": bare(symmetric("bose"))["w"]},
    ),
)


def with_rtilde(is_detuned, name, symbol_read="Rtilde"):
    """The lines of Eqs. (60) or (78) and of an element."""
    text = paper.FERMIONS[name].replace("correction", symbol_read)
    lines = {"Rtilde": RTILDE, "Rbar": RTILDE.replace("Ntilde", "Nbar"), name: text}
    lines = {key: line for key, line in lines.items() if key in (name, symbol_read)}
    return {key: detuned(line) for key, line in lines.items()} if is_detuned else nested(lines)


FERMIONS = (
    sn.Equation("(55)", with_rtilde(False, "rho_11"), closed("fermi", False)),
    sn.Equation(
        "(56)",
        "(1 - Nbar_p)*(1 - Nbar_m) - Rbar",
        closed("fermi", False),
        readings=(with_rtilde(False, "rho_22", "Rbar"), with_rtilde(False, "rho_22")),
        note="the copy shows a bar over R",
    ),
    *(
        sn.Equation(n, with_rtilde(False, name), closed("fermi", False))
        for n, name in (("(57)", "rho_33"), ("(58)", "rho_44"))
    ),
    sn.Equation("(59)", nested({"rho_34": paper.FERMIONS["rho_34"]}), closed("fermi", False)),
    sn.Equation(
        "(60)",
        {**paper.OCCUPATIONS, **nested({"Rtilde": RTILDE})},
        lambda: {"Rtilde": abs(rho(symmetric("fermi"), "3", "4")) ** 2},
    ),
)


def detuned_readings(name):
    """Roman letters as the copy shows them, and calligraphic ones."""
    return ({name: paper.BOSONS[name]}, {name: detuned(paper.BOSONS[name])})


DETUNED = (
    sn.Definitions("(62)", "the map from symmetric to detuned qubits; (63)-(78) use it"),
    sn.Equation("(63)", {"rho_11": detuned(paper.BOSONS["rho_11"])}, closed("bose", True)),
    *(
        sn.Equation(
            n,
            paper.BOSONS[name],
            closed("bose", True),
            readings=detuned_readings(name),
            note="calligraphic letters are lost",
        )
        for n, name in (("(64)", "rho_22"), ("(65)", "rho_33"))
    ),
    *(
        sn.Equation(n, {name: detuned(paper.BOSONS[name])}, closed("bose", True))
        for n, name in (("(66)", "rho_44"), ("(67)", "rho_34"))
    ),
    sn.Equation("(68)", {"r_1": detuned(paper.BOSONS["r_1"])}, closed("bose", True)),
    *(
        sn.Equation(
            n,
            text,
            closed("bose", True),
            readings=({name: text.replace("N_", "calNbar_")}, {name: detuned(paper.BOSONS[name])}),
            note="bars and tildes are lost",
        )
        for n, name, text in (
            ("(69)", "r_2", "N_m + N_p*(1 + 2*N_p + 2*N_m)"),
            ("(70)", "s_1", "N_p - N_m*(3 + 2*N_p + 2*N_m)"),
            ("(71)", "s_2", "N_m - N_p*(3 + 2*N_p + 2*N_m)"),
        )
    ),
    sn.Equation(
        "(72)",
        "1/(4*(1 + calNbar_p + calNbar_m)**2 + Omega**2)",
        closed("bose", True),
        readings=(
            {"R": "1/(4*(1 + calNbar_p + calNbar_m)**2 + Omega**2)"},
            {"R": detuned(paper.BOSONS["R"])},
        ),
        note="the copy shows no prime on Omega",
    ),
    *(
        sn.Equation(
            n,
            detuned(paper.FERMIONS[name].replace("correction", "Rbar")),
            closed("fermi", True),
            readings=(with_rtilde(True, name, "Rbar"), with_rtilde(True, name)),
            note="the copy shows a bar over R",
        )
        for n, name in (("(73)", "rho_11"), ("(75)", "rho_33"))
    ),
    *(
        sn.Equation(n, with_rtilde(True, name), closed("fermi", True))
        for n, name in (("(74)", "rho_22"), ("(76)", "rho_44"))
    ),
    sn.Equation(
        "(77)",
        "-(N_p + N_m)/(2 + i*Omega_scaled)",
        closed("fermi", True),
        readings=(
            {"rho_34": "-(calNbar_p + calNbar_m)/(2 + i*Omega_scaled)"},
            {"rho_34": detuned(paper.FERMIONS["rho_34"])},
        ),
        note="tildes are lost",
    ),
    sn.Equation("(78)", {"correction": detuned(RTILDE)}, closed("fermi", True), note="correction is R-tilde"),
    sn.Definitions("(79)", "the Ohmic spectral densities"),
    sn.Equation(
        "Sec. VII B, balance",
        "0",
        lambda: sn.energy_current(general(), "1") + sn.energy_current(general(), "2"),
        note="I_1 + I_2 = 0, for any J_1, J_2 and detuning",
    ),
)

# -- Appendix A ------------------------------------------------------------------------------------------------------

C2, S2 = "cos_half**2", "sin_half**2"
ELEMENTS_OF_M = {
    "(A2)": {"M_11_11": f"-2*({S2}*(Gamma_1_m + Gamma_2_p) + {C2}*(Gamma_1_p + Gamma_2_m))"},
    "(A3)": {"M_11_33": f"2*({S2}*gamma_1_m + {C2}*gamma_2_m)"},
    "(A4)": {"M_11_44": f"2*({C2}*gamma_1_p + {S2}*gamma_2_p)"},
    "(A5)": {f"M_11_{c}": "sin_theta*(gamma_1_p + gamma_1_m - gamma_2_p - gamma_2_m)/2" for c in ("34", "43")},
    "(A6)": {"M_22_22": f"-2*({S2}*(gamma_1_m + gamma_2_p) + {C2}*(gamma_1_p + gamma_2_m))"},
    "(A7)": {"M_22_33": f"2*({C2}*Gamma_1_p + {S2}*Gamma_2_p)"},
    "(A8)": {"M_22_44": f"2*({C2}*Gamma_2_m + {S2}*Gamma_1_m)"},
    "(A9)": {f"M_22_{c}": "-sin_theta*(Gamma_1_p + Gamma_1_m - Gamma_2_p - Gamma_2_m)/2" for c in ("34", "43")},
    "(A10)": {"M_33_11": f"2*({S2}*Gamma_1_m + {C2}*Gamma_2_m)"},
    "(A11)": {"M_33_22": f"2*({C2}*gamma_1_p + {S2}*gamma_2_p)"},
    "(A12)": {"M_33_33": f"-2*({S2}*(gamma_1_m + Gamma_2_p) + {C2}*(gamma_2_m + Gamma_1_p))"},
    "(A13)": {f"M_33_{c}": "-sin_theta*(gamma_1_p - Gamma_1_m - gamma_2_p + Gamma_2_m)/2" for c in ("34", "43")},
    "(A14)": {"M_44_11": f"2*({C2}*Gamma_1_p + {S2}*Gamma_2_p)"},
    "(A15)": {"M_44_22": f"2*({S2}*gamma_1_m + {C2}*gamma_2_m)"},
    "(A16)": {"M_44_44": f"-2*({C2}*(gamma_1_p + Gamma_2_m) + {S2}*(gamma_2_p + Gamma_1_m))"},
    "(A17)": {f"M_44_{c}": "-sin_theta*(gamma_1_m - Gamma_1_p - gamma_2_m + Gamma_2_p)/2" for c in ("34", "43")},
    "(A18)": {f"M_{r}_11": "sin_theta*(Gamma_1_p + Gamma_1_m - Gamma_2_p - Gamma_2_m)/2" for r in ("34", "43")},
    "(A19)": {f"M_{r}_22": "-sin_theta*(gamma_1_p + gamma_1_m - gamma_2_p - gamma_2_m)/2" for r in ("34", "43")},
    "(A20)": {f"M_{r}_33": "-sin_theta*(gamma_1_m - Gamma_1_p - gamma_2_m + Gamma_2_p)/2" for r in ("34", "43")},
    "(A21)": {f"M_{r}_44": "-sin_theta*(gamma_1_p - Gamma_1_m - gamma_2_p + Gamma_2_m)/2" for r in ("34", "43")},
    "(A22)": {
        f"M_{index}_{index}": f"-{S2}*(gamma_1_m + Gamma_1_m + gamma_2_p + Gamma_2_p)"
        f" - {C2}*(gamma_1_p + Gamma_1_p + gamma_2_m + Gamma_2_m) {sign} i*Omega"
        for index, sign in (("34", "-"), ("43", "+"))
    },
    "(A23)": dict.fromkeys("M_11_22 M_22_11 M_33_44 M_44_33 M_34_43 M_43_34".split(), "0"),
}


APPENDIX = (
    sn.Definitions("(A1)", "the matrix elements of the generator"),
    *(sn.Equation(n, {**RATES, **lines}, elements_of_m(tuple(lines))) for n, lines in ELEMENTS_OF_M.items()),
    sn.Definitions("(B1) (B2) (B3) (B4) (B5)", "how the steady state is found"),
)
