"""Expressions as hash-consed straight-line programs.

A :class:`Node` is immutable and interned, so a directed graph of nodes *is* a straight-line program, and shared
subexpressions are found without a search.  This module walks programs: substitute, evaluate in any arithmetic, split
into real and imaginary part, differentiate, count.  The nodes themselves are in :mod:`symness.node`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symness.node import FUNCTIONS, I, Node, add, call, div, mul, nested_product, number, power, real_form, sqrt, symbol
from symness.slopes import call_slope

__all__ = [
    "FUNCTIONS",
    "I",
    "Node",
    "add",
    "call",
    "conjugate",
    "count_ops",
    "differentiate",
    "div",
    "evaluate",
    "flat",
    "gathered",
    "mul",
    "name_recurring",
    "number",
    "power",
    "real_imag",
    "rebuild",
    "replace",
    "sqrt",
    "substitute",
    "symbol",
    "symbols_of",
    "walk",
]

_ZERO, _ONE = number(0), number(1)


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


def flat(node: Node) -> list[Node]:
    """The terms of nested sums, or the factors of nested products, from left to right."""
    if node.op not in ("add", "mul"):
        return [node]
    found, stack = [], [node]
    while stack:
        last = stack.pop()
        if last.op == node.op:
            stack.extend(reversed(last.args))
        else:
            found.append(last)
    return found


def gathered(node: Node) -> Node:
    """A sum in which terms with one bracket in common are one term: v*(a + b) + w*(a + b) is (v + w)*(a + b)."""
    terms = flat(node) if node.op == "add" else []
    factors = [[term] if term.op == "add" else flat(term) for term in terms]
    for k, own in enumerate(factors):
        for bracket in (f for f in own if f.op == "add"):
            others = [j for j in range(k + 1, len(factors)) if bracket in factors[j]]
            if others:
                rests = [mul(*_without(factors[j], bracket)) for j in (k, *others)]
                kept = [t for j, t in enumerate(terms) if j != k and j not in others]
                sign = -1 if all(flat(rest)[0].op == "number" and flat(rest)[0].args[0] < 0 for rest in rests) else 1
                kept.insert(k, mul(sign, gathered(add(*(mul(sign, rest) for rest in rests))), bracket))
                return gathered(add(*kept))
    return node


def _without(factors: Sequence[Node], one: Node) -> list[Node]:
    rest = list(factors)
    rest.remove(one)
    return rest


def symbols_of(roots: Iterable[Node]) -> list[str]:
    """Names of the symbols used, in order of first use."""
    return [node.args[0] for node in walk(roots) if node.op == "symbol"]


def rebuild(node: Node, operands: Sequence[Any]) -> Any:
    """The same operation on other operands."""
    if node.op == "pow":
        return power(operands[0], node.args[1])
    if node.op == "call":
        return call(node.args[0], *operands)
    if node.op == "mul" and not any(factor.op == "number" for factor in operands):
        # A coefficient inside a factor stays there: the factor may be shared.
        return nested_product(tuple(operands))
    return {"add": add, "mul": mul, "div": div}[node.op](*operands)


def substitute(root: Node, mapping: Mapping[str, Any], memo: dict[Node, Node] | None = None) -> Node:
    """Replace symbols by name, all at once; pass one ``memo`` for several roots with the same mapping."""
    memo = {} if memo is None else memo
    for node in walk([root]):
        if node in memo:
            continue
        if node.op == "symbol" and node.args[0] in mapping:
            value = mapping[node.args[0]]
            memo[node] = value if isinstance(value, Node) else number(value)
        elif node.operands:
            memo[node] = rebuild(node, [memo[child] for child in node.operands])
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
            memo[node] = rebuild(node, [memo[child] for child in node.operands])
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
        memo[node] = rebuild(node, [memo[child] for child in node.operands]) if node.operands else node
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
            memo[node] = (node if same else rebuild(node, [re for re, _ in parts]), _ZERO)
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
        elif node.op == "call" and node.args[0] in ("eigenvalue", "wootters"):
            memo[node] = (real_form(node.args[0], parts), _ZERO)
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
        memo[node] = mul(-1, I) if node.op == "i" else rebuild(node, children) if children else node
    return memo[root]


def differentiate(root: Node, name: str | Mapping[str, Node]) -> Node:
    """Exact derivative with respect to one symbol, or along given slopes of several symbols (name -> slope)."""
    known = {name: _ONE} if isinstance(name, str) else name
    memo: dict[Node, Node] = {}
    for node in walk([root]):
        ops = node.operands
        slopes = [memo[child] for child in ops]
        if node.op == "symbol":
            memo[node] = known.get(node.args[0], _ZERO)
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
            memo[node] = call_slope(node, ops, slopes)
    return memo[root]


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
