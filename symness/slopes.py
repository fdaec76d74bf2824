"""Derivatives of the functions that a program may call."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symness.node import Node, add, call, div, mul, power

__all__ = ["call_slope"]


def call_slope(node: Node, ops: Sequence[Node], slopes: Sequence[Node]) -> Node:
    """Derivative of a call, given its operands and their derivatives.

    Raises
    ------
    ValueError
        For a function that is not differentiable.
    """
    function = node.args[0]
    if function in ("bose", "fermi"):
        # dN/dx = -N (1 +- N) with x = (omega - mu)/T; each quotient by T has the occupation above it, so that it is 0
        # at T = 0 too.
        omega, temperature, mu = ops
        weight = mul(node, add(1, node) if function == "bose" else call("fermi_hole", *ops))
        warmer = div(mul(weight, omega - mu, slopes[1]), temperature)
        return div(add(warmer, mul(weight, slopes[2] - slopes[0])), temperature)
    if function == "fermi_hole":
        return -call_slope(call("fermi", *ops), ops, slopes)
    if function in ("bose_difference", "fermi_difference"):
        single = function.removesuffix("_difference")
        first, second = (0, 1, 2), (0, 3, 4)
        parts = [
            call_slope(call(single, *(ops[k] for k in part)), [ops[k] for k in part], [slopes[k] for k in part])
            for part in (first, second)
        ]
        return parts[0] - parts[1]
    outer = {
        "sqrt": lambda x: div(Fraction(1, 2), node),
        "exp": lambda x: node,
        "log": lambda x: div(1, x),
        "sin": lambda x: call("cos", x),
        "cos": lambda x: -call("sin", x),
        "tan": lambda x: add(1, power(node, 2)),
        "sinh": lambda x: call("cosh", x),
        "cosh": lambda x: call("sinh", x),
        "tanh": lambda x: 1 - power(node, 2),
        "xlogx": lambda x: add(1, call("log", x)),
        "abs": lambda x: div(x, node),
    }
    if function in ("cos_half", "sin_half"):
        # theta = atan2(lam, delta): d theta = (delta d lam - lam d delta)/(delta^2 + lam^2)
        delta, lam = ops
        turn = div(mul(delta, slopes[1]) - mul(lam, slopes[0]), add(power(delta, 2), power(lam, 2)))
        half = -call("sin_half", *ops) if function == "cos_half" else call("cos_half", *ops)
        return mul(Fraction(1, 2), half, turn)
    if function == "hypot":
        return div(add(*(mul(x, slope) for x, slope in zip(ops, slopes, strict=True))), node)
    if function in ("eigenvalue", "eigenvector"):
        return _spectral_slope(node, ops, slopes)
    if function == "positive_part":
        return mul(div(node, ops[0]), slopes[0])
    if function in ("maximum", "minimum"):
        # (x + y +- |x - y|)/2
        x, y = ops
        turn = mul(div(x - y, call("abs", x - y)), slopes[0] - slopes[1])
        return mul(Fraction(1, 2), add(*slopes, turn if function == "maximum" else -turn))
    if function not in outer:
        raise ValueError(f"{function} has no derivative here: differentiate the smooth expressions inside it")
    return mul(outer[function](ops[0]), slopes[0])


def _spectral_slope(node: Node, ops: Sequence[Node], slopes: Sequence[Node]) -> Node:
    """Perturbation theory for a Hermitian matrix h with distinct eigenvalues.

    dE_k = v_k . dh v_k and dv_k = sum over m != k of v_m (v_m . dh v_k)/(E_k - E_m).  Complex vectors keep their phase
    in the sense that dv_k has no part along v_k: what depends on phases alone is not differentiated.
    """
    indices = 1 if node.args[0] == "eigenvalue" else 2
    size = int(ops[indices].args[0])
    entries, moved = ops[indices + 1 :], slopes[indices + 1 :]
    k = int(ops[indices - 1].args[0])
    # Of a complex h with vectors x + i y: the pairs (x, y) and (-y, x) of [[Re h, -Im h], [Im h, Re h]].
    halves = len(entries) // size**2

    def component(i: int, m: int) -> Node:
        turned, m = divmod(m, size)
        row = call("eigenvector", (i + turned * size) % (halves * size), m, size, *entries)
        return -row if turned and i < size else row

    def change(i: int, j: int) -> Node:
        (a, i), (b, j) = divmod(i, size), divmod(j, size)
        value = moved[size * i + j + (size**2 if a != b else 0)]
        return -value if a < b else value

    def matrix_element(m: int) -> Node:
        places = range(halves * size)
        pairs = [(i, j, change(i, j)) for i in places for j in places]
        return add(*(mul(component(i, m), value, component(j, k)) for i, j, value in pairs if not value.is_zero))

    if indices == 1:
        return matrix_element(k)
    i, own = int(ops[0].args[0]), call("eigenvalue", k, size, *entries)
    return add(
        *(
            div(mul(component(i, m), matrix_element(m)), own - call("eigenvalue", m % size, size, *entries))
            for m in range(halves * size)
            if m % size != k
        )
    )
