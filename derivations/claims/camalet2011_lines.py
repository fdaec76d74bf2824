"""Sums and matrices of Camalet (2011) written out line by line; the names are explained in ``camalet2011``."""

from __future__ import annotations

from itertools import product

#: elements of u_kl between states of equal energy, for equal splittings
ELEMENTS = ("11", "22", "33", "44", "23", "32")
#: Eq. (21) for equal splittings, with 1/(1 - exp(-Delta/T)) = 1 + N
GOLDEN = {
    "g_1_p": "J_11*(1 + N_1) + J_21*(1 + N_2)",
    "g_1_m": "J_11*N_1 + J_21*N_2",
    "g_2_p": "J_12*(1 + N_1) + J_22*(1 + N_2)",
    "g_2_m": "J_12*N_1 + J_22*N_2",
}
#: beta_1 .. beta_4 below Eq. (21), for complex K_n + i L_n, and their conjugates
BETA = {
    "beta_1": "(K_1 + i*L_1)*N_1 + (K_2 + i*L_2)*N_2",
    "beta_4": "(K_1 + i*L_1)*(1 + N_1) + (K_2 + i*L_2)*(1 + N_2)",
    "beta_2": "-(beta_1 + beta_4)/2",
    "beta_3": "-(beta_1 + beta_4)/2",
    "beta_1c": "(K_1 - i*L_1)*N_1 + (K_2 - i*L_2)*N_2",
    "beta_4c": "(K_1 - i*L_1)*(1 + N_1) + (K_2 - i*L_2)*(1 + N_2)",
    "beta_2c": "-(beta_1c + beta_4c)/2",
    "beta_3c": "-(beta_1c + beta_4c)/2",
}
ALPHA = {"alpha": "(g_1_m + g_1_p + g_2_m + g_2_p)/2"}
COHERENCE = {"c": "x + i*y", "cc": "x - i*y"}
#: rows of Eq. (11), by the population whose change they are
ROWS = {
    "1": "(g_1_m + g_2_m)*p_1 - g_2_p*p_2 - g_1_p*p_3",
    "2": "-g_2_m*p_1 + (g_1_m + g_2_p)*p_2 - g_1_p*p_4",
    "3": "-g_1_m*p_1 + (g_1_p + g_2_m)*p_3 - g_2_p*p_4",
    "4": "-g_1_m*p_2 - g_2_m*p_3 + (g_1_p + g_2_p)*p_4",
}


def second_order():
    """Eq. (9) at z = i 0, element by element; C(t) integrated over t > 0 gives half its spectrum."""
    flips = {"13": 1, "24": 1, "31": 1, "42": 1, "12": 2, "34": 2, "21": 2, "43": 2}
    energy = {"1": -1, "2": 0, "3": 0, "4": 1}

    def half(first, second, frequency):
        """Half the spectrum of <h_first(t) h_second> at +-Delta: J or K with 1 + N or N."""
        if first not in flips or second not in flips:
            return None
        pair = "".join(sorted(f"{flips[first]}{flips[second]}"))
        return f"S_{pair}_{'p' if frequency > 0 else 'm'}/2"

    lines = {}
    for (i, j), sign in product((("1", "1"), ("1", "2"), ("2", "2")), "pm"):
        rate = [f"{f'J_{n}{i}' if i == j else f'K_{n}'}*{f'(1 + N_{n})' if sign == 'p' else f'N_{n}'}" for n in (1, 2)]
        lines[f"S_{i}{j}_{sign}"] = " + ".join(rate)
    for (k, m), (k2, m2) in product(ELEMENTS, ELEMENTS):
        terms = [half(m2 + m, k + k2, energy[m2] - energy[k]), half(m2 + m, k + k2, energy[k2] - energy[m])]
        losses = [half(k + j, j + k2, energy[m2] - energy[j]) for j in "1234" if m == m2]
        losses += [half(m2 + j, j + m, energy[k] - energy[j]) for j in "1234" if k == k2]
        text = " + ".join(filter(None, terms)) or "0"
        lines[f"gamma_{k}{m}_{k2}{m2}"] = " - ".join([text, *filter(None, losses)])
    return lines


def matrix_equation(order):
    """Eq. (14) with the rows of Eq. (11) in a given order: which population changes by the first row, and so on."""
    lines = {**GOLDEN, **BETA, **ALPHA, **COHERENCE}
    for row, k in enumerate(order, 1):
        lines[f"loss_{k}{k}"] = f"{ROWS[k]} - beta_{row}c*c - beta_{row}*cc"
    return {**lines, "loss_23": "-(beta_1*p_1 + beta_2*p_2 + beta_3*p_3 + beta_4*p_4) + alpha*c"}


def spectral(order):
    """Eq. (18) with eigenvalues and eigenvectors of gamma~, its rows in a given order, shares p_i + m_i = 1.

    In the order ``"1234"`` two systems relax alone: lambda_1, lambda_2 and their sum.  In the order ``"4321"`` of the
    scan the first two change their sign, and their vectors mix with the third.
    """
    shares = {f"{s}_{i}": f"g_{i}_{s}/(g_{i}_p + g_{i}_m)" for i in (1, 2) for s in "pm"}
    lines = {**GOLDEN, **BETA, **ALPHA, **COHERENCE, **shares}
    lines |= {"lambda_1": "g_1_m + g_1_p", "lambda_2": "g_2_m + g_2_p", "lambda_3": "lambda_1 + lambda_2"}
    sign = ""
    if order == "1234":
        lines |= {"a_1": "0", "a_2": "0"}
    else:
        sign = "-"
        lines |= {f"a_{i}": f"lambda_{i}*(m_{j} - p_{j})/(lambda_{i} + lambda_3)" for i, j in ((1, 2), (2, 1))}
    right = {
        0: ("p_1*p_2", "p_1*m_2", "m_1*p_2", "m_1*m_2"),
        1: ("p_2 + a_1", "m_2 - a_1", "-p_2 - a_1", "-m_2 + a_1"),
        2: ("p_1 + a_2", "-p_1 - a_2", "m_1 - a_2", "-m_1 + a_2"),
        3: ("1", "-1", "-1", "1"),
    }
    left = {
        1: ("m_1", "m_1", "-p_1", "-p_1"),
        2: ("m_2", "-p_2", "m_2", "-p_2"),
        3: (
            "m_1*m_2 - a_1*m_1 - a_2*m_2",
            "-m_1*p_2 - a_1*m_1 + a_2*p_2",
            "-p_1*m_2 + a_1*p_1 - a_2*m_2",
            "p_1*p_2 + a_1*p_1 + a_2*p_2",
        ),
    }
    for n, vector in right.items():
        lines[f"beta_psi_{n}"] = " + ".join(f"beta_{k}*({value})" for k, value in enumerate(vector, 1))
    for n, vector in left.items():
        terms = (f"(beta_{k}c*c + beta_{k}*cc)*({value})" for k, value in enumerate(vector, 1))
        lines[f"phi_beta_{n}"] = " + ".join(terms)
    eigenvalues = {1: f"({sign}lambda_1)", 2: f"({sign}lambda_2)", 3: "lambda_3"}
    sums = " - ".join(f"beta_psi_{n}*phi_beta_{n}/{value}" for n, value in eigenvalues.items())
    return {**lines, "left_side": f"alpha*c - beta_psi_0 - {sums}"}


def diagonal_sums(sign):
    """Eq. (A1) for k = l and for (2, 3), with the golden-rule rates for its sums over A and B."""
    lines = {**GOLDEN, **{k: v.replace("i*L_1", "0").replace("i*L_2", "0") for k, v in BETA.items() if k[-1] != "c"}}
    lines |= {f"loss_{k}{k}": f"{sign}({row})" for k, row in ROWS.items()}
    return {**lines, "loss_23": f"{sign}((beta_1 + beta_4)/2*(p_2 + p_3) - beta_1*p_1 - beta_4*p_4)"}
