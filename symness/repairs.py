"""The smallest slip that explains a wrong formula: one edit of the printed text that makes it right.

Edits, in the order in which they are tried: the sign of a term, a factor 2 or 1/2, a symbol in the place of its twin
(``N_p`` and ``N_m``, ``J_1`` and ``J_2``), an exponent or a number that is off by one, a pair of twins exchanged
throughout.  A candidate has to be proved like any other formula.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping

from symness.errors import ModelError
from symness.proof import Refuted, compared, refuted_at
from symness.scope import Side

__all__ = ["edits", "repaired"]

#: endings and letters of names that tell twins apart
_TWINS = (("p", "m"), ("1", "2"), ("h", "c"), ("A", "B"), ("L", "R"), ("down", "up"), ("cos", "sin"))
_ENDINGS = (("bar", "tilde"),)
_FUNCTIONS = (("cos_half", "sin_half"), ("cosh", "sinh"), ("bose", "fermi"), ("cos", "sin"), ("maximum", "minimum"))
_LARGEST = 400  # nodes of a text: a longer one is not repaired


def repaired(lines: Mapping[str, str], refuted: Mapping[str, Refuted], side: Side) -> dict[str, str] | None:
    """The lines with one edit for each that is refuted, after which all are proved; None where there are none.

    Parameters
    ----------
    lines : mapping
        As printed.
    refuted : mapping
        The names that are wrong, with their counterexamples.
    side : Side
        What was derived.
    """
    changed = dict(lines)
    printed = list(changed)
    targets = set(side.match(lines))
    for name, decision in refuted.items():
        if compared(changed, side)[name] is True:  # an intermediate was the cause of several
            continue
        before = [key for key in reversed(printed[: printed.index(name)]) if key not in targets]
        found = _repaired_line(changed, name, [name, *before], decision, side)
        if found is None:
            return None
        changed = found
    return changed if all(decision is True for decision in compared(changed, side).values()) else None


def _repaired_line(
    lines: Mapping[str, str], name: str, editable: list[str], decision: Refuted, side: Side
) -> dict[str, str] | None:
    for key in editable:
        for text in edits(lines[key]):
            candidate = {**lines, key: text}
            try:
                mine, _ = side.match(candidate)[name]
                if not refuted_at(mine, decision) and compared(candidate, side)[name] is True:
                    return candidate
            except (ModelError, ArithmeticError):
                continue  # not a formula: a twin that is not known, a division by zero
    return None


def edits(text: str) -> Iterator[str]:
    """Every single edit of a text, each once."""
    tree = ast.parse(text.strip(), mode="eval")
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    if len(nodes) > _LARGEST:
        return
    fixed = {id(part) for node in nodes for part in _not_factors(node)}
    seen = {_text(tree)}
    for kind in (_signs, _factors, _twins, _exponents):
        for node in nodes:
            for new in kind(node) if id(node) not in fixed or kind is _signs else ():
                edited = copy.deepcopy(tree, {id(node): new})
                shown = _text(ast.fix_missing_locations(edited))
                if shown not in seen:
                    seen.add(shown)
                    yield shown
    for first, second in _TWINS:
        exchanged = _exchanged(tree, first, second)
        if exchanged not in seen:
            seen.add(exchanged)
            yield exchanged


def _not_factors(node: ast.expr) -> list[ast.expr]:
    """Parts of an expression that are no numbers of their own: exponents and names of functions."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return [node.right]
    return [node.func] if isinstance(node, ast.Call) else []


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def _signs(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.BinOp) and _is_sum(node):
        yield ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
        if not _is_sum(node.left) and not isinstance(node.left, ast.UnaryOp):
            yield ast.BinOp(ast.UnaryOp(ast.USub(), node.left), node.op, node.right)
    if isinstance(node, ast.Call) or not isinstance(node, (ast.UnaryOp, ast.Constant)):
        yield ast.UnaryOp(ast.USub(), node)


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        for part, rest in ((node.left, node.right), (node.right, node.left)):
            dropped = isinstance(part, ast.Constant) and part.value == 2
            if dropped and (isinstance(node.op, ast.Mult) or part is node.right):
                yield rest
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, int) and node.value % 2 == 0:
            yield ast.Constant(node.value // 2)
        yield ast.Constant(2 * node.value)
    elif not isinstance(node, ast.UnaryOp):
        yield ast.BinOp(ast.Constant(2), ast.Mult(), node)
        yield ast.BinOp(node, ast.Div(), ast.Constant(2))


def _twins(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Name) and node.id != "i":
        for name in _twin_names(node.id):
            yield ast.Name(name)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for pair in _FUNCTIONS:
            if node.func.id in pair:
                yield ast.Call(ast.Name(pair[1 - pair.index(node.func.id)]), node.args, [])


def _twin_names(name: str) -> Iterator[str]:
    tokens = re.findall(r"[A-Za-z]+|\d+|_+", name)
    for place, token in enumerate(tokens):
        for pair in _TWINS:
            if token in pair:
                yield "".join([*tokens[:place], pair[1 - pair.index(token)], *tokens[place + 1 :]])
        for one, other in (*_ENDINGS, *(pair[::-1] for pair in _ENDINGS)):
            if token.endswith(one):
                yield "".join([*tokens[:place], token.removesuffix(one) + other, *tokens[place + 1 :]])


def _exponents(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
        exponent = int(str(node.right.value))
        yield node.left if exponent == 2 else ast.BinOp(node.left, ast.Pow(), ast.Constant(exponent - 1))
        yield ast.BinOp(node.left, ast.Pow(), ast.Constant(exponent + 1))
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        for step in (1, -1, 2, -2):
            if node.value + step > 0:
                yield ast.Constant(node.value + step)
    elif not isinstance(node, (ast.UnaryOp, ast.Constant)):
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sqrt":
            yield node.args[0]
        else:
            yield ast.Call(ast.Name("sqrt"), [node], [])


def _exchanged(tree: ast.Expression, first: str, second: str) -> str:
    """Every name with one of the two marks gets the other."""
    swapped = copy.deepcopy(tree)
    for node in ast.walk(swapped):
        if isinstance(node, ast.Name):
            tokens = re.findall(r"[A-Za-z]+|\d+|_+", node.id)
            node.id = "".join({first: second, second: first}.get(token, token) for token in tokens)
    return _text(swapped)


def _text(tree: ast.AST) -> str:
    return re.sub(r" (\*\*|\*|/) ", r"\1", ast.unparse(tree))
