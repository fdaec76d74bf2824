"""Exact equality of two programs: exponentials, occupations and moduli as algebraic numbers.

Occupations and hyperbolic functions are rational functions of exponentials.  Exponents are written as rational
combinations of as few as possible, b_1 ... b_n, that no rational combination relates; exp(b_1) ... exp(b_n) are then
independent variables (Ax's theorem), and two programs are equal as functions exactly where they are equal as algebraic
expressions, which a random point of a prime field decides.  Parameters that are positive are squares there, so that
roots of squares are what they are for positive numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Any

import mpmath
from mpmath import mp

from symness import program
from symness.conditions import function_value
from symness.program import Node
from symness.residues import NoRoot, ResiduePoint

__all__ = ["branches", "equal", "has_roots", "numbers", "opaque", "without_transcendents"]

#: Functions that an exact comparison takes as they stand: equal where their arguments are.
_OPAQUE = ("log", "sin", "cos", "tan", "eigenvalue", "eigenvector", "wootters")
_ROOTS = ("sqrt", "hypot", "cos_half", "sin_half")
_TRIES = 60
#: digits with which signs are found, and below what a number may be all rounding
_SIGN_DIGITS, _LOST = 400, mpmath.mpf(10) ** -300
_TINY = mpmath.mpf(10) ** -40
_LARGEST_DENOMINATOR = 96


def numbers(roots: Sequence[Node], point: Mapping[str, Any]) -> list[Any]:
    """Values of programs at a point, in mpmath at the precision that is set.

    Raises
    ------
    ValueError
        For the root or the logarithm of a negative number.
    """

    def convert(value: Any) -> Any:
        return mpmath.mpf(value.numerator) / value.denominator

    values = {name: convert(value) if isinstance(value, Fraction) else value for name, value in point.items()}

    def function(name: str, *arguments: Any, node: Node) -> Any:
        if name in ("sqrt", "log") and isinstance(arguments[0], mpmath.mpf) and arguments[0] < 0:
            raise ValueError(f"{name}({arguments[0]})")
        return function_value(name, *arguments, node=node)

    return program.evaluate(roots, values, function, convert, mpmath.mpc(0, 1))


def has_roots(nodes: Sequence[Node]) -> bool:
    """Whether a root occurs, whose sign exact arithmetic has to be told."""
    return any(node.op == "call" and node.args[0] in _ROOTS for node in program.walk(nodes))


def opaque(nodes: Sequence[Node]) -> list[str]:
    """Functions that occur and that an exact comparison takes as they stand."""
    return sorted({n.args[0] for n in program.walk(nodes) if n.op == "call" and n.args[0] in _OPAQUE})


def branches(roots: Sequence[Node], points: Sequence[Mapping[str, Any]]) -> list[list[Node]]:
    """The programs without moduli, maxima and minima, once for every combination of signs that occurs at the points."""
    changed, arguments = _moduli(roots)
    found: dict[tuple[bool, ...], None] = {}
    for point in points:
        with mp.workdps(_SIGN_DIGITS):
            values = numbers(arguments, point)
            # The sign of what cancels to the last digit is noise.
            if all(abs(value) > _LOST for value in values):
                found[tuple(bool(value > 0) for value in values)] = None
    patterns = found or dict.fromkeys(product((True, False), repeat=len(arguments)))
    return [_signed(changed, dict(zip(arguments, pattern, strict=True))) for pattern in patterns]


def _moduli(roots: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """max, min and positive parts written with moduli, and the arguments of these."""
    memo: dict[Node, Node] = {}
    found: dict[Node, None] = {}

    def modulus(x: Node) -> Node:
        found[x] = None
        return program.call("abs", x)

    for node in program.walk(roots):
        name, a = (node.args[0] if node.op == "call" else ""), [memo[child] for child in node.operands]
        if name == "abs":
            memo[node] = modulus(a[0])
        elif name == "positive_part":
            memo[node] = (a[0] + modulus(a[0])) / 2
        elif name in ("maximum", "minimum"):
            difference = modulus(a[0] - a[1])
            memo[node] = (a[0] + a[1] + (difference if name == "maximum" else -difference)) / 2
        else:
            memo[node] = program.rebuild(node, a) if a else node
    return [memo[root] for root in roots], list(found)


def _signed(roots: Sequence[Node], positive: Mapping[Node, bool]) -> list[Node]:
    memo: dict[Node, Node] = {}
    for node in program.walk(roots):
        a = [memo[child] for child in node.operands]
        if node.op == "call" and node.args[0] == "abs":
            memo[node] = a[0] if positive[node.args[1]] else -a[0]
        else:
            memo[node] = program.rebuild(node, a) if a else node
    return [memo[root] for root in roots]


def without_transcendents(roots: Sequence[Node], points: Sequence[Mapping[str, Any]]) -> tuple[list[Node], list[str]]:
    """Programs without exponentials, and the names of the exp(b_k), all positive, that stand for them.

    ``points`` are generic values of the parameters: relations between exponents are found there and then checked
    exactly; what fails the check stays a variable of its own.
    """
    memo: dict[Node, Node] = {}
    for node in program.walk(roots):
        memo[node] = _in_exponentials(node, [memo[child] for child in node.operands])
    changed = [memo[root] for root in roots]
    calls = [node for node in program.walk(changed) if node.op == "call" and node.args[0] == "exp"]
    # An exponent with an exponential in it is left whole.
    exponents = [c.args[1] for c in calls if not any(n in calls for n in program.walk([c.args[1]]))]
    # Logarithms come first, so that exp(log(y)) is y.
    logarithms = [n for n in program.walk(changed) if n.op == "call" and n.args[0] == "log"] if exponents else []
    basis, combinations = _independent([*logarithms, *exponents], points)
    scale = [lcm(1, *(row[k].denominator for row in combinations)) for k in range(len(basis))]
    names = [f"exp({b!r})" for b in basis]
    atoms = [b.args[1] if b in logarithms and scale[k] == 1 else program.symbol(names[k]) for k, b in enumerate(basis)]
    table: dict[Node, Node] = {}
    for exponent, row in zip(exponents, combinations[len(logarithms) :], strict=True):
        powers = [(atoms[k], int(c * scale[k])) for k, c in enumerate(row) if c]
        above = [program.power(atom, p) for atom, p in powers if p > 0]
        below = [program.power(atom, -p) for atom, p in powers if p < 0]
        table[program.call("exp", exponent)] = program.div(program.mul(*above), program.mul(*below))
    return [program.replace(root, table) for root in changed], names


def _in_exponentials(node: Node, a: Sequence[Node]) -> Node:
    """Occupations and hyperbolic functions by their definitions."""
    name = node.args[0] if node.op == "call" else ""
    if name in ("bose", "fermi", "fermi_hole"):
        return _occupation(name, *a)
    if name in ("bose_difference", "fermi_difference"):
        single = name.removesuffix("_difference")
        return _occupation(single, a[0], a[1], a[2]) - _occupation(single, a[0], a[3], a[4])
    if name in ("sinh", "cosh", "tanh"):
        e = program.call("exp", a[0])
        odd, even = e - 1 / e, e + 1 / e
        return {"sinh": odd / 2, "cosh": even / 2, "tanh": odd / even}[name]
    return program.rebuild(node, a) if a else node


def _occupation(name: str, omega: Node, temperature: Node, mu: Node) -> Node:
    e = program.call("exp", (omega - mu) / temperature)
    return {"bose": 1 / (e - 1), "fermi": 1 / (e + 1), "fermi_hole": e / (e + 1)}[name]


def _independent(
    exponents: Sequence[Node], points: Sequence[Mapping[str, Any]]
) -> tuple[list[Node], list[list[Fraction]]]:
    """A basis over the rationals, and every exponent as a combination of it."""
    with mp.workdps(70):
        samples = [numbers(exponents, point) for point in points]
        chosen: list[int] = []
        rows: list[list[Fraction]] = []
        for j, exponent in enumerate(exponents):
            row = _combination(samples, chosen, j)
            if row is None or not _related(exponent, row, [exponents[k] for k in chosen]):
                chosen.append(j)
                row = [Fraction(0)] * (len(chosen) - 1) + [Fraction(1)]
            rows.append(row)
    return [exponents[j] for j in chosen], [row + [Fraction(0)] * (len(chosen) - len(row)) for row in rows]


def _combination(samples: Sequence[Sequence[Any]], chosen: Sequence[int], j: int) -> list[Fraction] | None:
    """Rational coefficients of exponent j in those chosen, from values at points; None where there are none."""
    size = len(chosen)
    if size + 1 >= len(samples):
        return None
    row: list[Fraction] = []
    if size:
        matrix = mpmath.matrix([[sample[k] for k in chosen] for sample in samples[:size]])
        try:
            solution = mp.lu_solve(matrix, mpmath.matrix([sample[j] for sample in samples[:size]]))
        except (ZeroDivisionError, TypeError):  # mpmath's TypeError: a column of zeros
            return None
        for value in solution:
            nearest = Fraction(int(mp.nint(value * 2**100)), 2**100).limit_denominator(_LARGEST_DENOMINATOR)
            row.append(nearest)
    for sample in samples:
        rest = sample[j] - sum((c.numerator * sample[k] / c.denominator for c, k in zip(row, chosen, strict=True)), 0)
        if abs(rest) > _TINY * max(1, abs(sample[j])):
            return None
    return row


def _related(exponent: Node, row: Sequence[Fraction], basis: Sequence[Node]) -> bool:
    """The relation found in numbers, checked exactly."""
    return equal([(exponent, program.add(*(c * b for c, b in zip(row, basis, strict=True))))])


def equal(pairs: Sequence[tuple[Node, Node]], positive: Collection[str] = (), most: int = _TRIES) -> bool:
    """Whether the two real programs of every pair are the same algebraic function, for one choice of signs of roots.

    False says that no such choice was met at ``most`` random points.  Where there are no roots, one point decides.
    """
    nodes = [node for pair in pairs for node in pair]
    tries = most if has_roots(nodes) else 1
    names = [name for name in program.symbols_of(nodes) if name in set(positive)]
    missed = 0
    for seed in range(100 * tries):
        point = ResiduePoint(seed)
        for name in names:
            point.values[name] = point.draw(name) ** 2
        try:
            values = point.evaluate(nodes)
        except (NoRoot, ZeroDivisionError):
            continue
        if values[::2] == values[1::2]:
            return True
        missed += 1
        if missed == tries:
            break
    return False
