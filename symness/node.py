"""The nodes of programs: immutable, interned expressions and the functions that build them.

Two equal expressions are one object.  Nothing is ever reordered or expanded: the order in which a sum was built is the
order in which it is displayed.  Simplification is local (``x + 0``, ``x * 1``, numbers).  The functions that a program
may call are listed in :data:`FUNCTIONS`; each printer knows all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from weakref import WeakValueDictionary

__all__ = [
    "FUNCTIONS",
    "I",
    "Node",
    "add",
    "call",
    "div",
    "mul",
    "nested_product",
    "number",
    "power",
    "real_form",
    "sqrt",
    "symbol",
]

#: name -> (number of arguments, meaning).  Bath functions have hbar = k_B = 1.
FUNCTIONS: dict[str, tuple[int, str]] = {
    "sqrt": (1, "square root of a non-negative number"),
    "hypot": (2, "sqrt(x**2 + y**2) without underflow: the modulus of a complex number"),
    "abs": (1, "absolute value"),
    "exp": (1, "exponential"),
    "log": (1, "natural logarithm"),
    "sin": (1, "sine"),
    "cos": (1, "cosine"),
    "tan": (1, "tangent"),
    "sinh": (1, "hyperbolic sine"),
    "cosh": (1, "hyperbolic cosine"),
    "tanh": (1, "hyperbolic tangent"),
    "positive_part": (1, "max(x, 0)"),
    "minimum": (2, "the smaller of two numbers"),
    "maximum": (2, "the larger of two numbers"),
    "bose": (3, "Bose-Einstein occupation 1/(exp((omega - mu)/T) - 1) of (omega, T, mu)"),
    "fermi": (3, "Fermi-Dirac occupation 1/(exp((omega - mu)/T) + 1) of (omega, T, mu)"),
    "fermi_hole": (3, "1 - fermi(omega, T, mu), without cancellation"),
    "bose_difference": (5, "bose(omega, T_a, mu_a) - bose(omega, T_b, mu_b) of (omega, T_a, mu_a, T_b, mu_b)"),
    "fermi_difference": (5, "fermi(omega, T_a, mu_a) - fermi(omega, T_b, mu_b), same arguments"),
    "cos_half": (2, "cos(theta/2) of (delta, lam), theta = atan2(lam, delta)"),
    "sin_half": (2, "sin(theta/2) of (delta, lam), theta = atan2(lam, delta)"),
    "xlogx": (1, "x log(x), and 0 where x <= 0"),
    "eigenvalue": (
        -1,
        "(k, n, entries of a real n x n matrix row by row, or Re and then Im): its k-th largest eigenvalue",
    ),
    "eigenvector": (
        -1,
        "(i, k, n, entries ...): component i (n + i: its imaginary part) of the normalised eigenvector",
    ),
    "wootters": (-1, "entries of rho of two qubits row by row: s_1 - s_2 - s_3 - s_4; concurrence where positive"),
}


class Node:
    """One interned expression.

    Attributes
    ----------
    op : str
        ``number``, ``symbol``, ``i`` (imaginary unit), ``add``, ``mul``, ``pow``, ``div`` or ``call``.
    args : tuple
        ``(Fraction,)``; ``(name,)``; ``()``; operands; operands; ``(base, int)``; ``(numerator, denominator)``;
        ``(function name, *operands)``.
    """

    __slots__ = ("__weakref__", "args", "op")
    op: str
    args: tuple[Any, ...]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Node is immutable")

    @property
    def operands(self) -> tuple[Node, ...]:
        """The nodes that this one is computed from."""
        if self.op in ("add", "mul", "div"):
            return self.args
        if self.op == "pow":
            return (self.args[0],)
        return self.args[1:] if self.op == "call" else ()

    @property
    def is_zero(self) -> bool:
        return self.op == "number" and self.args[0] == 0

    def __add__(self, other: Any) -> Node:
        return add(self, other)

    def __radd__(self, other: Any) -> Node:
        return add(other, self)

    def __sub__(self, other: Any) -> Node:
        return add(self, mul(-1, other))

    def __rsub__(self, other: Any) -> Node:
        return add(other, mul(-1, self))

    def __mul__(self, other: Any) -> Node:
        return mul(self, other)

    def __rmul__(self, other: Any) -> Node:
        return mul(other, self)

    def __truediv__(self, other: Any) -> Node:
        return div(self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return div(other, self)

    def __neg__(self) -> Node:
        return mul(-1, self)

    def __pow__(self, exponent: int) -> Node:
        return power(self, exponent)

    def __reduce__(self) -> tuple[Any, ...]:
        return _intern, (self.op, self.args)

    def __repr__(self) -> str:
        if self.op in ("number", "symbol"):
            return str(self.args[0])
        if self.op == "i":
            return "i"
        if self.op == "pow":
            return f"{self.args[0]!r}**{self.args[1]}"
        if self.op == "call":
            return f"{self.args[0]}({', '.join(map(repr, self.args[1:]))})"
        sign = {"add": " + ", "mul": "*", "div": "/"}[self.op]
        return "(" + sign.join(map(repr, self.args)) + ")"


_TABLE: WeakValueDictionary[tuple[Any, ...], Node] = WeakValueDictionary()


def _intern(op: str, args: tuple[Any, ...]) -> Node:
    key = (op, args)
    node = _TABLE.get(key)
    if node is None:
        node = object.__new__(Node)
        object.__setattr__(node, "op", op)
        object.__setattr__(node, "args", args)
        _TABLE[key] = node
    return node


def number(value: int | Fraction) -> Node:
    """An exact rational number."""
    if not isinstance(value, (int, Fraction)):
        raise TypeError(f"a program holds exact numbers only; got {value!r}: pass an int or a Fraction")
    return _intern("number", (Fraction(value),))


def symbol(name: str) -> Node:
    """A named input or intermediate."""
    return _intern("symbol", (name,))


I = _intern("i", ())  # noqa: E741 (the imaginary unit)
_ZERO, _ONE = number(0), number(1)


def _node(value: Any) -> Node:
    return value if isinstance(value, Node) else number(value)


def _coefficient(node: Node) -> tuple[Fraction, tuple[Node, ...]]:
    """Split ``3*x*y`` into 3 and (x, y)."""
    if node.op == "number":
        return node.args[0], ()
    if node.op == "mul" and node.args[0].op == "number":
        return node.args[0].args[0], node.args[1:]
    return Fraction(1), node.args if node.op == "mul" else (node,)


def add(*terms: Any) -> Node:
    """Sum in the order given; numbers are gathered at the place of the first."""
    kept: list[Node] = []
    constant, place = Fraction(0), -1
    for term in map(_node, terms):
        if term.op == "number":
            constant += term.args[0]
            place = len(kept) if place < 0 else place
        else:
            kept.append(term)
    if constant:
        kept.insert(place, number(constant))
    if len(kept) == 2 and _opposite(kept[0], kept[1]):
        return _ZERO
    return _ZERO if not kept else kept[0] if len(kept) == 1 else _intern("add", tuple(kept))


def _opposite(a: Node, b: Node) -> bool:
    (ca, fa), (cb, fb) = _coefficient(a), _coefficient(b)
    return ca == -cb and fa == fb


def mul(*factors: Any) -> Node:
    """Product in the order given, the rational coefficient first."""
    coefficient = Fraction(1)
    kept: list[Node] = []
    for factor in map(_node, factors):
        c, rest = _coefficient(factor)
        coefficient *= c
        # A factor that carries no number stays one operand: it may be shared.
        kept.extend((factor,) if c == 1 and rest and factor.op == "mul" else rest)
    if coefficient == 0:
        return _ZERO
    kept = [k for k in kept if k is not _ONE]
    if not kept:
        return number(coefficient)
    if coefficient != 1:
        kept.insert(0, number(coefficient))
    return kept[0] if len(kept) == 1 else _intern("mul", tuple(kept))


def div(numerator: Any, denominator: Any) -> Node:
    """Quotient; division by the number zero is an error."""
    num, den = _node(numerator), _node(denominator)
    if den.op == "number":
        if den.is_zero:
            raise ZeroDivisionError(f"division of {num!r} by zero")
        return mul(1 / den.args[0], num)
    if num.is_zero:
        return _ZERO
    return _ONE if num is den else _intern("div", (num, den))


def power(base: Any, exponent: int) -> Node:
    """Integer power; a negative one is a quotient."""
    base = _node(base)
    if not isinstance(exponent, int):
        raise TypeError(f"powers are integers; got {exponent!r}: use sqrt for a root")
    if exponent < 0:
        return div(1, power(base, -exponent))
    if exponent == 0:
        return _ONE
    if exponent == 1:
        return base
    if base.op == "number":
        return number(base.args[0] ** exponent)
    return _intern("pow", (base, exponent))


def call(name: str, *arguments: Any) -> Node:
    """A function of :data:`FUNCTIONS` (arguments checked by number)."""
    if name not in FUNCTIONS:
        raise ValueError(f"unknown function {name!r}: a program may call {', '.join(sorted(FUNCTIONS))}")
    expected = FUNCTIONS[name][0]
    if expected >= 0 and len(arguments) != expected:
        raise TypeError(f"{name} takes {expected} arguments, got {len(arguments)}")
    if name == "hypot":
        kept = [node for node in map(_node, arguments) if not node.is_zero]
        if len(kept) < 2:
            return call("abs", *kept) if kept else number(0)
    return _intern("call", (name, *map(_node, arguments)))


def sqrt(value: Any) -> Node:
    """Square root; exact for the square of a rational number."""
    node = _node(value)
    if node.op == "number" and node.args[0] >= 0:
        n, d = node.args[0].numerator, node.args[0].denominator
        if math.isqrt(n) ** 2 == n and math.isqrt(d) ** 2 == d:
            return number(Fraction(math.isqrt(n), math.isqrt(d)))
    return call("sqrt", node)


def nested_product(factors: tuple[Node, ...]) -> Node:
    """A product whose factors stay as they are, coefficients inside them included: they may be shared."""
    return _intern("mul", factors)


def real_form(function: str, parts: Sequence[tuple[Node, Node]]) -> Node:
    """A function of a Hermitian matrix, entries as (Re, Im), in terms of [[Re, -Im], [Im, Re]].

    That real symmetric matrix has every eigenvalue twice, so an eigenvalue keeps its place when k and n are doubled.
    """
    indices = 2 if function == "eigenvalue" else 0
    size = math.isqrt(len(parts) - indices)
    upper, lower = [], []
    for k in range(indices, len(parts), size):
        re, im = ([pair[axis] for pair in parts[k : k + size]] for axis in (0, 1))
        upper += [*re, *(-x for x in im)]
        lower += [*im, *re]
    return call(function, *(mul(2, count) for count, _ in parts[:indices]), *upper, *lower)
