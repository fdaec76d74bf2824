"""Formulas as plain text, in the notation of Python: names as users type them, brackets only where they are needed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from symness import program
from symness.formula import Formula
from symness.program import Node

__all__ = ["LONGEST", "equations", "expression_text", "text"]

#: Operations; a shared program written out as text can be longer than any memory.
LONGEST = 20_000
_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_Printed = tuple[str, int]  # text, and how tightly it binds


def expression_text(root: Node) -> str:
    """One expression on one line; ``i`` is the imaginary unit."""
    memo: dict[Node, _Printed] = {}
    for node in program.walk([root]):
        memo[node] = _print(node, [memo[child] for child in node.operands])
    return memo[root][0]


def _print(node: Node, parts: list[_Printed]) -> _Printed:
    if node.op == "number":
        return str(node.args[0]), _ATOM if node.args[0] >= 0 and node.args[0].denominator == 1 else _PRODUCT
    if node.op in ("symbol", "i"):
        return "".join(node.args) or "i", _ATOM
    if node.op == "add":
        first, *others = (text for text, _ in parts)
        return first + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in others), _SUM
    if node.op == "mul":
        return _product(node, parts), _PRODUCT
    if node.op == "div":
        return f"{_factor(parts[0], _PRODUCT, signed=True)}/{_factor(parts[1], _POWER)}", _PRODUCT
    if node.op == "pow":
        return f"{_factor(parts[0], _ATOM)}**{node.args[1]}", _POWER
    return _call(node.args[0], [text for text, _ in parts])


def _call(name: str, texts: list[str]) -> _Printed:
    """Functions that a program has for the sake of its digits are shown as what they mean."""
    if name in ("cos_half", "sin_half"):
        return f"{name[:3]}(atan2({texts[1]}, {texts[0]})/2)", _ATOM
    if name in ("bose", "fermi"):
        return f"{name}({', '.join(texts if texts[2] != '0' else texts[:2])})", _ATOM
    if name == "fermi_hole":
        return f"1 - {_call('fermi', texts)[0]}", _SUM
    if name in ("bose_difference", "fermi_difference"):
        single, omega = name.removesuffix("_difference"), texts[0]
        return f"{_call(single, [omega, *texts[1:3]])[0]} - {_call(single, [omega, *texts[3:]])[0]}", _SUM
    if name == "xlogx":
        factor = texts[0] if texts[0].isidentifier() else f"({texts[0]})"
        return f"{factor}*log({texts[0]})", _PRODUCT
    if name == "hypot":
        squares = (text if text.isidentifier() else f"({text})" for text in texts)
        return f"sqrt({' + '.join(f'{text}**2' for text in squares)})", _ATOM
    shown = {"positive_part": "max", "maximum": "max", "minimum": "min"}.get(name, name)
    return f"{shown}({', '.join(['0'] * (name == 'positive_part') + texts)})", _ATOM


def _factor(part: _Printed, rank: int, signed: bool = False) -> str:
    text, own = part
    return text if own >= rank and (signed or not text.startswith("-")) else f"({text})"


def _product(node: Node, parts: list[_Printed]) -> str:
    """A rational coefficient p/q is p in front and q behind: 3*x/4."""
    sign, denominator, texts = "", 1, []
    if node.args[0].op == "number":
        value, parts = node.args[0].args[0], parts[1:]
        sign, denominator = "-" if value < 0 else "", value.denominator
        texts = [str(abs(value.numerator))] if abs(value.numerator) != 1 else []
    for part in parts:
        texts.append(_factor(part, _PRODUCT, signed=not texts and not sign))
    return sign + "*".join(texts) + (f"/{denominator}" if denominator != 1 else "")


def equations(formula: Formula, width: int) -> Iterator[str]:
    """Outputs, then definitions in the order in which they are computed, in lines that break before a term."""
    roots = [item.expression for item in formula.outputs] + [item.expression for item in formula.definitions]
    operations = program.count_ops(roots)
    if operations > LONGEST:
        yield f"{operations} operations: too long to read; its generated module computes it"
        return
    for output in formula.outputs:
        yield _wrapped(output.name, output.expression, width)
    if formula.definitions:
        yield "where"
    for definition in formula.definitions:
        yield _wrapped(definition.name, definition.expression, width)
    called = {node.args[0].split("_")[0] for node in program.walk(roots) if node.op == "call"}
    for name, sign in (("bose", "-"), ("fermi", "+")):
        if name in called:
            yield f"  {name}(omega, T, mu=0) = 1/(exp((omega - mu)/T) {sign} 1)"


def text(formula: Formula, width: int) -> str:
    """Equations, where they hold, and what they rest on."""
    lines = [*equations(formula, width)]
    if formula.conditions:
        lines.append("valid for " + ", ".join(condition.text for condition in formula.conditions))
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in formula.provenance.items())])


def _wrapped(name: str, expression: Node, width: int) -> str:
    text = f"  {name} = {expression_text(expression)}"
    # A sign stays with the term that follows it.
    glued = text.replace(" + ", " +\0").replace(" - ", " -\0").replace(" = ", "\0=\0")
    lines = textwrap.wrap(
        glued, width, subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(lines).replace("\0", " ")
