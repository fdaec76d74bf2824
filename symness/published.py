"""Published formulas, parsed as printed: counted and compared, never used in a derivation.

A published formula is an ordered mapping name -> text in Python syntax.  It is parsed term by term without
evaluation, so that its length is that of the print.  Comparison is exact, at random points where all relations hold.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symness import program
from symness.errors import ModelError
from symness.formula import Formula
from symness.program import Node
from symness.residues import at_random_point

__all__ = ["Comparison", "compare", "parse", "published_length", "unequal"]


def parse(text: str) -> Node:
    """Python arithmetic (``**`` with an integer, ``i`` the imaginary unit, functions of a program) as printed."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ModelError(f"published formula {text!r}: {error.msg}") from error
    return _node(tree, text)


def _node(tree: ast.expr, text: str) -> Node:
    if isinstance(tree, ast.BinOp):
        left, right = _node(tree.left, text), tree.right
        if isinstance(tree.op, ast.Pow):
            if isinstance(right, ast.Constant) and isinstance(right.value, int):
                return program.power(left, right.value)
            raise ModelError(f"published formula {text!r}: powers are integers; write sqrt(...) for a root")
        other = _node(right, text)
        if isinstance(tree.op, ast.Add):
            return program.add(left, other)
        if isinstance(tree.op, ast.Sub):
            return program.add(left, program.mul(-1, other))
        if isinstance(tree.op, ast.Mult):
            return program.mul(left, other)
        if isinstance(tree.op, ast.Div):
            return program.div(left, other)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return program.mul(-1, _node(tree.operand, text))
    if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)):
        return program.number(Fraction(str(tree.value)))
    if isinstance(tree, ast.Name):
        return program.I if tree.id == "i" else program.symbol(tree.id)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        arguments = [_node(a, text) for a in tree.args]
        if tree.func.id in ("bose", "fermi") and len(arguments) == 2:
            arguments.append(program.number(0))  # mu = 0, as in sn.bose
        return program.call(tree.func.id, *arguments)
    raise ModelError(f"published formula {text!r}: {ast.unparse(tree)!r} is not arithmetic")


def published_length(lines: Mapping[str, str]) -> int:
    """Operations as displayed, every line once."""
    return program.count_ops([parse(text) for text in lines.values()])


@dataclass(frozen=True)
class Comparison:
    """Our length and the published one; ``differing`` names the outputs that are not identical."""

    ours: int
    published: int
    definitions: int
    published_definitions: int
    differing: tuple[str, ...]


def compare(formula: Formula, lines: Mapping[str, str]) -> Comparison:
    """Compare a closed form with its published lines; outputs are matched by name.

    Symbols of the published lines that they do not define (occupations, angles, parameters) are those of the formula.
    """
    atoms: dict[str, Node] = {}
    for definition in formula.definitions:
        if definition.atom:
            atoms[definition.name] = program.substitute(definition.expression, atoms)
    theirs: dict[str, Node] = {}
    for name, text in lines.items():
        theirs[name] = program.substitute(parse(text), {**atoms, **theirs})
    ours = formula.expanded()
    shared = [name for name in ours if name in theirs]
    differing = unequal(ours, theirs)
    counted = [d for d in formula.definitions if not d.atom]
    return Comparison(
        formula.count_ops(),
        published_length(lines),
        len(counted),
        len(lines) - len(shared),
        differing,
    )


def unequal(first: Mapping[str, Node], second: Mapping[str, Node]) -> tuple[str, ...]:
    """Names under which two sets of expressions are not identical, decided at a random exact point."""
    shared = [name for name in first if name in second]
    parts = [part for name in shared for node in (first[name], second[name]) for part in program.real_imag(node)]
    _, values = at_random_point(parts, seed=7)
    return tuple(name for k, name in enumerate(shared) if values[4 * k : 4 * k + 2] != values[4 * k + 2 : 4 * k + 4])
