"""SymPy expressions to programs and back.  SymPy models and prints; programs compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from symness import program
from symness.errors import ModelError
from symness.parameters import Parameter
from symness.program import FUNCTIONS, Node

__all__ = ["cos_half", "from_sympy", "sin_half", "to_sympy"]


class cos_half(sp.Function):
    """cos(theta/2) of (delta, lam), theta = atan2(lam, delta)."""

    is_real = True

    def _eval_evalf(self, prec: int) -> Any:
        delta, lam = self.args
        return sp.cos(sp.atan2(lam, delta) / 2)._eval_evalf(prec)


class sin_half(sp.Function):
    """sin(theta/2); see :class:`cos_half`."""

    is_real = True

    def _eval_evalf(self, prec: int) -> Any:
        delta, lam = self.args
        return sp.sin(sp.atan2(lam, delta) / 2)._eval_evalf(prec)


def _key(term: sp.Expr, order: Sequence[str]) -> tuple[Any, ...]:
    """Sort key of a term: declared symbols first, in declared order, higher powers before lower."""
    powers = {}
    for factor in sp.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if base.is_Symbol and exponent.is_Rational:
            powers[base.name] = Fraction(int(exponent.p), int(exponent.q))
    inside = {s.name for s in term.free_symbols}
    return *((-powers.get(name, Fraction(0)), name not in inside) for name in order), str(term)


def from_sympy(expression: Any, order: Sequence[str] = ()) -> Node:
    """Convert, with the terms of sums and the factors of products in declared order.

    Raises
    ------
    ModelError
        For a float (pass ``sympy.Rational``) or a function that evaluators do not know.
    """
    expr = sp.sympify(expression)
    memo: dict[sp.Basic, Node] = {}
    return _convert(expr, tuple(order), memo)


def _convert(expr: Any, order: tuple[str, ...], memo: dict[Any, Node]) -> Node:
    if expr in memo:
        return memo[expr]
    if expr.is_Rational:
        node = program.number(Fraction(int(expr.p), int(expr.q)))
    elif expr.is_Float:
        raise ModelError(
            f"the number {expr} is a float; pass an exact one, e.g. sympy.Rational('{sp.nsimplify(expr)}')"
        )
    elif expr is sp.I:
        node = program.I
    elif expr.is_Symbol:
        node = program.symbol(expr.name)
    elif expr.is_Add:
        # SymPy distributes 1/2*(a + b); taking the content out again shortens the sum.
        content, primitive = expr.primitive()
        terms = sorted(sp.Add.make_args(primitive), key=lambda a: _key(a, order))
        total = program.add(*(_convert(a, order, memo) for a in terms))
        node = program.mul(Fraction(int(content.p), int(content.q)), total)
    elif expr.is_Mul:
        node = _product(expr, order, memo)
    elif expr.is_Pow:
        node = _power(expr, order, memo)
    elif isinstance(expr, sp.exp):
        node = _exponential(expr.args[0], order, memo)
    else:
        node = _function(expr, order, memo)
    memo[expr] = node
    return node


def _product(expr: Any, order: tuple[str, ...], memo: dict[Any, Node]) -> Node:
    coefficient, rest = expr.as_coeff_Mul()
    above, below = [], []
    for factor in sorted(sp.Mul.make_args(rest), key=lambda a: _key(a, order)):
        base, exponent = factor.as_base_exp()
        if exponent.is_Rational and exponent < 0 and base is not sp.E:
            below.append(_convert(base**-exponent, order, memo))
        else:
            above.append(_convert(factor, order, memo))
    top = program.mul(_convert(coefficient, order, memo), *above)
    return program.div(top, program.mul(*below)) if below else top


def _power(expr: Any, order: tuple[str, ...], memo: dict[Any, Node]) -> Node:
    base, exponent = expr.as_base_exp()
    if exponent.is_Integer:
        return program.power(_convert(base, order, memo), int(exponent))
    if exponent.is_Rational and exponent.q == 2:
        root = _rational_root(base) if base.is_Rational else program.sqrt(_convert(base, order, memo))
        return program.power(root, int(exponent.p))
    raise ModelError(f"{expr}: only integer and half-integer powers can be evaluated; rewrite it with exp and log")


def _exponential(exponent: Any, order: tuple[str, ...], memo: dict[Any, Node]) -> Node:
    """exp(x); a phase as exp(i x) = cos(x) + i sin(x)."""
    if not exponent.has(sp.I):
        return program.call("exp", _convert(exponent, order, memo))
    real, phase = exponent.as_real_imag()
    return _convert(sp.exp(real) * (sp.cos(phase) + sp.I * sp.sin(phase)), order, memo)


def _rational_root(value: Any) -> Node:
    """Prime by prime, so that sqrt(2)*sqrt(3) and sqrt(6) are the same program."""
    integer = int(value.p * value.q)
    if integer < 0:
        raise ModelError(f"sqrt({value}): the root of a negative number is not real")
    outside, inside = Fraction(1, int(value.q)), []
    for prime, exponent in sorted(sp.factorint(integer).items()):
        outside *= int(prime) ** (exponent // 2)
        inside += [program.sqrt(int(prime))] * (exponent % 2)
    return program.mul(outside, *inside)


def _function(expr: Any, order: tuple[str, ...], memo: dict[Any, Node]) -> Node:
    name = {"Abs": "abs", "Max": "maximum", "Min": "minimum"}.get(type(expr).__name__, type(expr).__name__)
    if name not in FUNCTIONS:
        raise ModelError(f"{expr}: the function {name} is not known to evaluators; known are {', '.join(FUNCTIONS)}")
    return program.call(name, *(_convert(a, order, memo) for a in expr.args))


def to_sympy(
    root: Node,
    symbols: dict[str, sp.Symbol] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Any:
    """Convert back.  ``symbols`` maps names to symbols; others become real symbols of that name.

    ``functions`` says what stands for a function of programs; one that SymPy does not know is undefined otherwise.
    """
    table = symbols or {}
    memo: dict[Node, Any] = {}
    special = {"hypot": lambda x, y: sp.sqrt(x**2 + y**2), "abs": sp.Abs, "minimum": sp.Min, "maximum": sp.Max}
    special |= functions or {}
    for node in program.walk([root]):
        arguments = [memo[child] for child in node.operands]
        if node.op == "number":
            memo[node] = sp.Rational(node.args[0].numerator, node.args[0].denominator)
        elif node.op == "symbol":
            memo[node] = table.get(node.args[0]) or Parameter(node.args[0], real=True)
        elif node.op == "i":
            memo[node] = sp.I
        elif node.op == "add":
            memo[node] = sp.Add(*arguments)
        elif node.op == "mul":
            memo[node] = sp.Mul(*arguments)
        elif node.op == "div":
            memo[node] = arguments[0] / arguments[1]
        elif node.op == "pow":
            memo[node] = arguments[0] ** node.args[1]
        elif node.args[0] == "positive_part":
            memo[node] = sp.Max(arguments[0], 0)
        elif node.args[0] == "xlogx":
            memo[node] = arguments[0] * sp.log(arguments[0])
        else:
            name = node.args[0]
            memo[node] = (special.get(name) or getattr(sp, name, None) or sp.Function(name))(*arguments)
    return memo[root]
