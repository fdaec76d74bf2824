"""Signs of real expressions that hold whatever the inputs, and which of them are held without rounding."""

from __future__ import annotations

from collections.abc import Mapping

from symness import program
from symness.program import Node

__all__ = ["absolute", "find_sign", "is_exact"]

_NONNEGATIVE = frozenset("sqrt hypot abs exp cosh positive_part bose fermi fermi_hole cos_half".split())


def find_sign(node: Node, known: Mapping[Node, int], nonnegative: frozenset[str]) -> int:
    """1: never negative, -1: never positive, 0: unknown; from the signs of the operands."""
    if node.op == "number":
        return 1 if node.args[0] >= 0 else -1
    if node.op == "symbol":
        return int(node.args[0] in nonnegative)
    signs = [known[child] for child in node.operands]
    if node.op == "add":
        return signs[0] if len(set(signs)) == 1 else 0
    if node.op in ("mul", "div"):
        result = 1
        for sign in signs:
            result *= sign
        return result
    if node.op == "pow":
        return 1 if node.args[1] % 2 == 0 else signs[0]
    name = node.args[0]
    if name in _NONNEGATIVE or (name == "maximum" and 1 in signs):
        return 1
    if name == "minimum":
        return 1 if set(signs) == {1} else -1 if -1 in signs else 0
    return {"sin_half": signs[-1], "sinh": signs[0], "tanh": signs[0]}.get(name, 0)


def is_exact(node: Node, known: Mapping[Node, bool]) -> bool:
    """Held without rounding: an input, a dyadic number, an input times a power of two."""
    if node.op == "number":
        value = node.args[0]
        return _power_of_two(value.denominator) and abs(value.numerator) < 2**53
    if node.op == "mul" and len(node.args) == 2 and node.args[0].op == "number":
        value = node.args[0].args[0]
        return _power_of_two(value.denominator) and _power_of_two(abs(value.numerator)) and known[node.args[1]]
    return node.op == "symbol"


def absolute(node: Node, sign: int) -> Node:
    """``|node|`` as a program, without a call where the sign is known."""
    if sign > 0 or node.op == "number":
        return program.number(abs(node.args[0])) if node.op == "number" else node
    if node.op == "mul" and node.args[0].op == "number":
        coefficient = node.args[0].args[0]
        rest = absolute(program.mul(*node.args[1:]), sign if coefficient > 0 else -sign)
        return program.mul(abs(coefficient), rest)
    return -node if sign < 0 else program.call("abs", node)


def _power_of_two(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0
