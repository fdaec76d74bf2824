"""What Khandelwal et al. (2020) print, typed as printed: for comparison and counting, never used in a derivation.

Names as in ``symness.derivations.claims.khandelwal2020``.
"""

from __future__ import annotations

#: product states in the order of Eq. (6)
KETS = ("11", "10", "01", "00")
#: Eq. (9)
SUMS = {
    "delta": "eps_c - eps_h",
    "Gamma": "gamma_h_m + gamma_h_p + gamma_c_m + gamma_c_p",
    "Gamma_h": "gamma_h_m + gamma_h_p",
    "Gamma_c": "gamma_c_m + gamma_c_p",
    "chi": "(4*g**2 + Gamma_h*Gamma_c)*Gamma**2 + 4*delta**2*Gamma_h*Gamma_c",
}
#: Eq. (4)
RATES = {
    f"gamma_{j}_{s}": f"gamma_{j}*{n}"
    for j, N in (("h", "N_h_m"), ("c", "N_c_p"))
    for s, n in (("p", N), ("m", f"(1 + {N})"))
}
#: Eqs. (7) and (8)
STATE = {
    "r_1": "(4*g**2*(gamma_h_p + gamma_c_p)**2 + gamma_h_p*gamma_c_p*(Gamma**2 + 4*delta**2))/chi",
    "r_2": "(4*g**2*(gamma_h_m + gamma_c_m)*(gamma_h_p + gamma_c_p) + gamma_h_p*gamma_c_m*(Gamma**2 + 4*delta**2))/chi",
    "r_3": "(4*g**2*(gamma_h_m + gamma_c_m)*(gamma_h_p + gamma_c_p) + gamma_h_m*gamma_c_p*(Gamma**2 + 4*delta**2))/chi",
    "r_4": "(4*g**2*(gamma_h_m + gamma_c_m)**2 + gamma_h_m*gamma_c_m*(Gamma**2 + 4*delta**2))/chi",
    "c": "2*g*(gamma_h_p*gamma_c_m - gamma_h_m*gamma_c_p)*(i*Gamma - 2*delta)/chi",
}
#: Eq. (17)
NEGATIVITY = {
    "A": "gamma_h**2 + gamma_c**2 + 2*(gamma_h_p + gamma_c_m)*(gamma_h_m + gamma_c_p)",
    "B": "gamma_h_m*gamma_c_m + gamma_h_p*gamma_c_p",
    "C": "gamma_h_p*gamma_c_p*(gamma_h_p**2 + gamma_c_p**2) + gamma_h_m*gamma_c_m*(gamma_h_m**2 + gamma_c_m**2)"
    " + 2*(gamma_h_m**2 + gamma_h_p**2)*(gamma_c_m**2 + gamma_c_p**2)"
    " - (gamma_h_m*gamma_h_p + gamma_c_m*gamma_c_p)*(gamma_h_m*gamma_c_p + gamma_h_p*gamma_c_m)"
    " - 8*gamma_h_m*gamma_h_p*gamma_c_m*gamma_c_p",
    "D": "(gamma_h_m*gamma_c_m - gamma_h_p*gamma_c_p)**2",
    "n": "(-4*g**2*A - B*(4*delta**2 + Gamma**2) + sqrt(16*g**4*(gamma_h + gamma_c)**2*Gamma**2"
    " + 8*g**2*C*(4*delta**2 + Gamma**2) + D*(4*delta**2 + Gamma**2)**2))/(2*chi)",
}
#: below Eqs. (19) and (24)
STRONG_SUMS = {
    "eps_m": "eps - g",
    "eps_p": "eps + g",
    **{f"Gamma_{w}_{s}": f"gamma_h_{w}_{s} + gamma_c_{w}_{s}" for w in ("up", "down") for s in "mp"},
    **{f"Gamma_{s}": f"Gamma_down_{s} + Gamma_up_{s}" for s in "mp"},
    "chi_gl": "Gamma_m*Gamma_p",
}
STRONG_RATES = {
    f"gamma_{j}_{w}_{s}": f"gamma_{j}*{'N' if w == 'up' else '(1 + N'}_{j}_{s}{')' if w == 'down' else ''}"
    for j in "hc"
    for w in ("up", "down")
    for s in "mp"
}
#: Eqs. (23) and (24)
STRONG_STATE = {
    "s_1": "Gamma_up_m*Gamma_up_p/chi_gl",
    "s_2": "(Gamma_up_m*Gamma_down_p + Gamma_down_m*Gamma_up_p)/(2*chi_gl)",
    "s_3": "(Gamma_up_m*Gamma_down_p + Gamma_down_m*Gamma_up_p)/(2*chi_gl)",
    "s_4": "Gamma_down_m*Gamma_down_p/chi_gl",
    "d": "(Gamma_down_m*Gamma_up_p - Gamma_up_m*Gamma_down_p)/(2*chi_gl)",
}
#: the bracket of Eqs. (25) and (27)
FLOW = "(eps_m*Gamma_p*(N_h_m - N_c_m) + eps_p*Gamma_m*(N_h_p - N_c_p))"


def lines(*parts, without=()):
    """Printed lines in order, those that nothing below uses left out."""
    return {name: text for part in parts for name, text in part.items() if name not in without}


PUBLISHED = {
    "local, state, Eqs. (7)-(9)": lines(SUMS, STATE),
    "local, heat current, Eq. (11)": lines(
        SUMS,
        {"J_ss": "8*g**2*(gamma_h_p*gamma_c_m - gamma_h_m*gamma_c_p)/chi*(eps_h*Gamma_c + eps_c*Gamma_h)"},
    ),
    "local, heat current, Eq. (12)": lines(
        RATES, SUMS, {"J_ss": "8*g**2/chi*gamma_h*gamma_c*(eps_h*Gamma_c + eps_c*Gamma_h)*(N_h_m - N_c_p)"}
    ),
    "local, coherence per heat current, Eq. (13)": lines(
        SUMS, {"c_over_J": "(i*Gamma - 2*delta)/(4*g*(eps_h*Gamma_c + eps_c*Gamma_h))"}, without=("chi",)
    ),
    "local, negativity, Eq. (17)": lines(SUMS, NEGATIVITY),
    "local, critical heat current, Eq. (18)": lines(
        SUMS,
        {key: STATE[key] for key in ("r_1", "r_4")},
        {"J_c": "4*g*(eps_h*Gamma_c + eps_c*Gamma_h)*sqrt(r_1*r_4/(Gamma**2 + 4*delta**2))"},
    ),
    "global, state, Eqs. (23), (24)": lines(STRONG_SUMS, STRONG_STATE, without=("eps_m", "eps_p")),
    "global, heat current, Eq. (25)": lines(STRONG_RATES, STRONG_SUMS, {"J_ss": f"gamma_h*gamma_c/chi_gl*{FLOW}"}),
    "global, negativity, Eq. (26)": lines(
        STRONG_SUMS,
        {key: STRONG_STATE[key] for key in ("s_1", "s_4", "d")},
        {"n": "(sqrt(4*abs(d)**2 + (s_1 - s_4)**2) - (s_1 + s_4))/2"},
        without=("eps_m", "eps_p"),
    ),
    "global, critical heat current, Eq. (27)": lines(
        STRONG_SUMS,
        {key: STRONG_STATE[key] for key in ("s_1", "s_4")},
        {"J_c": f"2*gamma_c*gamma_h*{FLOW}/(Gamma_down_m*Gamma_up_p - Gamma_up_m*Gamma_down_p)*sqrt(s_1*s_4)"},
    ),
}

WEAK = {**RATES, **SUMS}
STRONG = {**STRONG_RATES, **STRONG_SUMS}
TRANSFER = "(gamma_h_p*gamma_c_m - gamma_h_m*gamma_c_p)"
EIGENSTATES = {"p_01": "1/sqrt(2)", "p_10": "1/sqrt(2)", "m_01": "1/sqrt(2)", "m_10": "-1/sqrt(2)"}

#: rows of Eq. (29): column -> entry, as far as the scan shows them; columns are counted as scanned
SCANNED = {
    1: {1: "-gamma_h_m - gamma_c_m", 6: "gamma_c_p", 11: "gamma_h_p"},
    2: {2: "(-2*gamma_h_m - Gamma_c)/2 - i*eps_c", 3: "i*g", 12: "gamma_h_p"},
    3: {2: "i*g", 3: "(-Gamma_h - 2*gamma_c_m)/2 - i*eps_h", 8: "gamma_c_p"},
    4: {4: "-Gamma/2 - i*(eps_h + eps_c)"},
    5: {4: "(-2*gamma_h_m - Gamma_c)/2 + i*eps_c", 9: "-i*g", 15: "gamma_h_p"},
    6: {1: "gamma_c_m - gamma_h_p", 5: "-Gamma_h - gamma_c_p", 6: "i*g", 9: "-i*g", 10: "-gamma_h_p"},
    7: {5: "i*g", 6: "-Gamma/2 + i*delta", 10: "-i*g"},
    8: {7: "(-Gamma_h - 2*gamma_c_p)/2 - i*eps_h", 11: "-i*g"},
    9: {5: "-i*g", 8: "(-Gamma_h - 2*gamma_c_m)/2 + i*eps_h", 14: "gamma_c_p"},
}
#: (row, scanned column) that belong one column further right: the scan dropped a zero before them
MOVED = {(5, 4), *((6, c) for c in (5, 6, 9, 10)), *((7, c) for c in (5, 6, 10)), (8, 7), (8, 11), (9, 8)}


def reading(moved):
    """Eq. (29) in one reading, with the places that the other reading fills as zeros."""
    places = {(row, column) for row, entries in SCANNED.items() for column in entries}
    places |= {(row, column + 1) for row, column in MOVED}
    lines = dict(WEAK)
    found = {}
    for row, entries in SCANNED.items():
        for column, text in entries.items():
            found[row, column + (moved and (row, column) in MOVED)] = text
    for row, column in sorted(places):
        lines[f"M_{row}_{column}"] = found.get((row, column), "0")
    return lines


def operators():
    """Eq. (20) in the states of Eq. (33): |0><0|sigma|eps><eps| and |eps><eps|sigma|2><2|, element by element."""
    kets, lines = KETS, dict(EIGENSTATES)
    left_behind = {"h": "01", "c": "10"}  # sigma^(j)|11>
    for j in "hc":
        excited = "10" if j == "h" else "01"  # sigma^(j) takes it to |00>
        for low, high in (("m", "p"), ("p", "m")):
            for row in kets:
                for column in kets:
                    text = "0"
                    if row == "00" and column in ("01", "10"):
                        text = f"{low}_{excited}*{low}_{column}"
                    elif row in ("01", "10") and column == "11":
                        text = f"{high}_{row}*{high}_{left_behind[j]}"
                    lines[f"L_{j}_{low}_{row}_{column}"] = text
    return lines


#: Eq. (31) and the symmetric functions of its four lines
EIGENVALUES = {
    "lambda_1": "r_2",
    "lambda_2": "r_3",
    "lambda_3": "(-sqrt(4*abs(c)**2 + (r_1 - r_4)**2) + r_1 + r_4)/2",
    "lambda_4": "(sqrt(4*abs(c)**2 + (r_1 - r_4)**2) + r_1 + r_4)/2",
}
SYMMETRIC = {
    "e_1": "lambda_1 + lambda_2 + lambda_3 + lambda_4",
    "e_2": "lambda_1*lambda_2 + lambda_3*lambda_4 + (lambda_1 + lambda_2)*(lambda_3 + lambda_4)",
    "e_3": "lambda_1*lambda_2*(lambda_3 + lambda_4) + (lambda_1 + lambda_2)*lambda_3*lambda_4",
    "e_4": "lambda_1*lambda_2*lambda_3*lambda_4",
}
GIBBS = {
    "scale": "1/(2*(cosh(eps/T_h) + cosh(g/T_h)))",
    "r_1": "exp(-eps/T_h)*scale",
    "r_2": "cosh(g/T_h)*scale",
    "r_3": "cosh(g/T_h)*scale",
    "r_4": "exp(eps/T_h)*scale",
    "c": "-sinh(g/T_h)*scale",
}
GLOBAL_THRESHOLD = f"2*gamma_c*gamma_h*{FLOW}/(Gamma_down_m*Gamma_up_p - Gamma_up_m*Gamma_down_p)*sqrt(s_1*s_4)"
NO_ELEMENT = {f"{part}_{i}{j}": "0" for i, j in ("12", "13", "14", "24", "34") for part in ("re", "im")}
