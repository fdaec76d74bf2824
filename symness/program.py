"""Expressions as hash-consed straight-line programs.

A :class:`Node` is immutable and interned: two equal expressions are one object, so a directed graph of nodes
*is* a straight-line program, and shared subexpressions are found without a search.  Nothing is ever reordered or
expanded: the order in which a sum was built is the order in which it is displayed, which is what makes printed
formulas and generated files identical from run to run.  Simplification is local (``x + 0``, ``x * 1``, numbers).

The functions that a program may call are listed in :data:`FUNCTIONS`.  Each printer knows all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any
from weakref import WeakValueDictionary

__all__ = [
    "FUNCTIONS",
    "I",
    "Node",
    "Value",
    "add",
    "call",
    "conjugate",
    "count_ops",
    "differentiate",
    "div",
    "evaluate",
    "mul",
    "name_recurring",
    "number",
    "power",
    "real_imag",
    "replace",
    "sqrt",
    "substitute",
    "symbol",
    "symbols_of",
    "walk",
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
    "eigenvalue": (-1, "(k, n, entries of a real symmetric n x n matrix row by row): its k-th largest eigenvalue"),
    "eigenvector": (-1, "(i, k, n, entries ...): component i of the normalised eigenvector of the k-th largest"),
}

Value = "Node | int | Fraction"


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
    return _intern("call", (name, *map(_node, arguments)))


def sqrt(value: Any) -> Node:
    """Square root; exact for the square of a rational number."""
    node = _node(value)
    if node.op == "number" and node.args[0] >= 0:
        n, d = node.args[0].numerator, node.args[0].denominator
        if math.isqrt(n) ** 2 == n and math.isqrt(d) ** 2 == d:
            return number(Fraction(math.isqrt(n), math.isqrt(d)))
    return call("sqrt", node)


def walk(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node that the roots need, once, operands before users (iterative: programs are deep)."""
    seen: set[Node] = set()
    for root in roots:
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in seen:
                continue
            if ready:
                seen.add(node)
                yield node
            else:
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node.operands) if child not in seen)


def symbols_of(roots: Iterable[Node]) -> list[str]:
    """Names of the symbols used, in order of first use."""
    return [node.args[0] for node in walk(roots) if node.op == "symbol"]


def _rebuild(node: Node, operands: Sequence[Any]) -> Any:
    if node.op == "pow":
        return power(operands[0], node.args[1])
    if node.op == "call":
        return call(node.args[0], *operands)
    if node.op == "mul" and not any(factor.op == "number" for factor in operands):
        # A coefficient inside a factor stays there: the factor may be shared.
        return _intern("mul", tuple(operands))
    return {"add": add, "mul": mul, "div": div}[node.op](*operands)


def substitute(root: Node, mapping: Mapping[str, Any], memo: dict[Node, Node] | None = None) -> Node:
    """Replace symbols by name, all at once; pass one ``memo`` for several roots with the same mapping."""
    memo = {} if memo is None else memo
    for node in walk([root]):
        if node in memo:
            continue
        if node.op == "symbol" and node.args[0] in mapping:
            memo[node] = _node(mapping[node.args[0]])
        elif node.operands:
            memo[node] = _rebuild(node, [memo[child] for child in node.operands])
        else:
            memo[node] = node
    return memo[root]


def replace(root: Node, mapping: Mapping[Node, Node]) -> Node:
    """Replace whole subexpressions."""
    memo: dict[Node, Node] = {}
    for node in walk([root]):
        if node in mapping:
            memo[node] = mapping[node]
        elif node.operands:
            memo[node] = _rebuild(node, [memo[child] for child in node.operands])
        else:
            memo[node] = node
    return memo[root]


def name_recurring(roots: Sequence[Node], names: Iterator[str]) -> tuple[list[tuple[str, Node]], list[Node]]:
    """Every operation that is used more than once gets the next name: (name, expression) in order, and the new roots.

    Occupations and other functions of several arguments count as operations; signs and numbers are left where they are.
    """
    uses: dict[Node, int] = dict.fromkeys(roots, 0)
    for node in walk(roots):
        for child in node.operands:
            uses[child] = uses.get(child, 0) + 1
    for root in roots:
        uses[root] += 1
    memo: dict[Node, Node] = {}
    named: list[tuple[str, Node]] = []
    for node in walk(roots):
        memo[node] = _rebuild(node, [memo[child] for child in node.operands]) if node.operands else node
        if uses[node] > 1 and count_ops([memo[node]]):
            named.append((next(names), memo[node]))
            memo[node] = symbol(named[-1][0])
    return named, [memo[root] for root in roots]


def evaluate(
    roots: Sequence[Node],
    values: Mapping[str, Any],
    function: Callable[..., Any],
    convert: Callable[[Fraction], Any] = lambda value: value,
    imaginary_unit: Any = None,
) -> list[Any]:
    """Run the program in any arithmetic (fractions, residues, mpmath, arrays).

    Parameters
    ----------
    values : mapping
        Value of each symbol.
    function : callable
        ``function(name, *arguments, node=...)`` computes a call.
    convert : callable
        Turns an exact Fraction into a number of that arithmetic.
    """
    memo: dict[Node, Any] = {}
    for node in walk(roots):
        arguments = [memo[child] for child in node.operands]
        result: Any
        if node.op == "number":
            result = convert(node.args[0])
        elif node.op == "symbol":
            result = values[node.args[0]]
        elif node.op == "i":
            result = imaginary_unit
        elif node.op == "add":
            result = arguments[0]
            for other in arguments[1:]:
                result = result + other
        elif node.op == "mul":
            result = arguments[0]
            for other in arguments[1:]:
                result = result * other
        elif node.op == "div":
            result = arguments[0] / arguments[1]
        elif node.op == "pow":
            result = arguments[0] ** node.args[1]
        else:
            result = function(node.args[0], *arguments, node=node)
        memo[node] = result
    return [memo[root] for root in roots]


def real_imag(root: Node) -> tuple[Node, Node]:
    """Real and imaginary part, for real symbols.  ``n/(D + i W)`` becomes ``n D/(D**2 + W**2)`` and so on."""
    memo: dict[Node, tuple[Node, Node]] = {}
    for node in walk([root]):
        parts = [memo[child] for child in node.operands]
        if node.op == "i":
            memo[node] = (_ZERO, _ONE)
        elif all(im.is_zero for _, im in parts):
            # A real function of something complex (a modulus) stands below: take its real form.
            same = all(re is child for (re, _), child in zip(parts, node.operands, strict=True))
            memo[node] = (node if same else _rebuild(node, [re for re, _ in parts]), _ZERO)
        elif node.op == "add":
            memo[node] = (add(*(re for re, _ in parts)), add(*(im for _, im in parts)))
        elif node.op in ("mul", "pow"):
            product = parts[0]
            for factor in parts[1:] if node.op == "mul" else parts * (node.args[1] - 1):
                product = _complex_product(product, factor)
            memo[node] = product
        elif node.op == "div":
            (a, b), (c, d) = parts
            if d.is_zero:
                memo[node] = (div(a, c), div(b, c))
            else:
                modulus = add(power(c, 2), power(d, 2))
                re, im = _complex_product((a, b), (c, -d))
                memo[node] = (div(re, modulus), div(im, modulus))
        elif node.op == "call" and node.args[0] == "abs":
            re, im = parts[0]
            memo[node] = (call("hypot", re, im), _ZERO)
        else:
            raise ValueError(f"{node!r}: no function of a complex number but abs is defined here")
    return memo[root]


def _complex_product(x: tuple[Node, Node], y: tuple[Node, Node]) -> tuple[Node, Node]:
    (a, b), (c, d) = x, y
    return mul(a, c) - mul(b, d), add(mul(a, d), mul(b, c))


def conjugate(root: Node) -> Node:
    """Complex conjugate, for real symbols."""
    memo: dict[Node, Node] = {}
    for node in walk([root]):
        children = [memo[child] for child in node.operands]
        memo[node] = mul(-1, I) if node.op == "i" else _rebuild(node, children) if children else node
    return memo[root]


def differentiate(root: Node, name: str) -> Node:
    """Exact derivative with respect to one symbol (algebraic operations, sqrt, exp, log, bose, fermi)."""
    memo: dict[Node, Node] = {}
    for node in walk([root]):
        ops = node.operands
        slopes = [memo[child] for child in ops]
        if node.op == "symbol":
            memo[node] = _ONE if node.args[0] == name else _ZERO
        elif all(slope.is_zero for slope in slopes):
            memo[node] = _ZERO
        elif node.op == "add":
            memo[node] = add(*slopes)
        elif node.op == "mul":
            memo[node] = add(*(mul(*ops[:k], slope, *ops[k + 1 :]) for k, slope in enumerate(slopes)))
        elif node.op == "pow":
            memo[node] = mul(node.args[1], power(ops[0], node.args[1] - 1), slopes[0])
        elif node.op == "div":
            memo[node] = div(slopes[0] - mul(node, slopes[1]), ops[1])
        else:
            memo[node] = _call_slope(node, ops, slopes)
    return memo[root]


def _call_slope(node: Node, ops: Sequence[Node], slopes: Sequence[Node]) -> Node:
    function = node.args[0]
    if function in ("bose", "fermi"):
        # dN/dx = -N (1 +- N) with x = (omega - mu)/T
        omega, temperature, mu = ops
        factor = add(1, node) if function == "bose" else call("fermi_hole", *ops)
        slope = div(slopes[0] - slopes[2] - mul(div(omega - mu, temperature), slopes[1]), temperature)
        return mul(-1, node, factor, slope)
    if function == "fermi_hole":
        return -_call_slope(call("fermi", *ops), ops, slopes)
    if function in ("bose_difference", "fermi_difference"):
        single = function.removesuffix("_difference")
        first, second = (0, 1, 2), (0, 3, 4)
        parts = [
            _call_slope(call(single, *(ops[k] for k in part)), [ops[k] for k in part], [slopes[k] for k in part])
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
    if function not in outer:
        raise ValueError(f"{function} has no derivative here: differentiate the smooth expressions inside it")
    return mul(outer[function](ops[0]), slopes[0])


def count_ops(roots: Iterable[Node], shared: bool = False) -> int:
    """Binary operations, powers and function calls.

    Counted as displayed (every root as a tree; a sign and a rational literal are free, a coefficient is a product),
    or, with ``shared=True``, as executed (every node once).
    """

    def cost(node: Node) -> int:
        if node.op in ("add", "mul"):
            signed = node.op == "mul" and node.args[0].op == "number" and node.args[0].args[0] == -1
            return len(node.args) - 1 - signed
        if node.op == "call" and node.args[0] == "hypot":
            return 4  # displayed as a root of two squares
        return int(node.op in ("pow", "div", "call"))

    roots = list(roots)
    if shared:
        return sum(cost(node) for node in walk(roots))
    total: dict[Node, int] = {}
    for node in walk(roots):
        total[node] = cost(node) + sum(total[child] for child in node.operands)
    return sum(total[root] for root in roots)
