"""A formula as straight-line Python source in terms of an array namespace ``xp``."""

from __future__ import annotations

import keyword
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from symness import program
from symness.formula import Formula
from symness.program import Node
from symness.realise import fresh, realise

__all__ = ["RESERVED", "kernel_text"]

#: Names that generated modules use themselves.
RESERVED = frozenset({"outputs", "strict", "unknown", "given", "xp", "np", "functools", "math", "collections"})
_WIDTH = 96
_DIRECT = frozenset("sqrt exp log sin cos tan sinh cosh tanh abs".split())
#: number of indices before the size and the entries of the matrix
_SPECTRAL = {"eigenvalue": 1, "eigenvector": 2, "wootters": -1}


def kernel_text(formula: Formula) -> tuple[list[str], dict[str, str]]:
    """Assignments, and output -> expression that the kernel returns for it.

    Definitions keep their names (made identifiers); what is used twice or grows long gets a line ``t1 = ...``.
    """
    real = realise(formula)
    parts = dict(real.parts)
    names = [item.name for item in formula.inputs]
    printer = _Printer(names, real.definitions, parts.values())
    for name, node in real.definitions:
        printer.define(name, node)
    results: dict[str, str] = {}
    for output in formula.outputs:
        # An output that is a plain number still answers with an array.
        texts = [
            printer.text(node) if node.op != "number" else " + 0.0 * ".join([printer.text(node), *names[:1]])
            for node in parts[output.name]
        ]
        if output.domain in ("complex", "bool"):
            texts = [text if text.isidentifier() else f"({text})" for text in texts]
        joined = {"complex": "{} + 1j * {}", "bool": "{} >= 0"}.get(output.domain, "{}").format(*texts)
        results[output.name] = printer.short(joined)
    return printer.lines, results


def _meets_bath(node: Node) -> bool:
    return node.op == "call" and node.args[0].split("_")[0] in ("bose", "fermi")


class _Printer:
    """Nodes as infix text; what is used twice or grows long becomes a line of its own."""

    def __init__(
        self, inputs: list[str], definitions: Sequence[tuple[str, Node]], parts: Iterable[tuple[Node, ...]]
    ) -> None:
        self.lines: list[str] = []
        roots = [node for _, node in definitions] + [node for nodes in parts for node in nodes]
        self._uses = Counter(child for node in program.walk(roots) for child in node.operands)
        self._uses.update(roots)
        self._temperatures = {
            temperature for node in program.walk(roots) if _meets_bath(node) for temperature in node.args[2::2]
        }
        self._thermal: set[Node] = set()
        self._taken = {*inputs, *RESERVED}
        self._names: dict[str, str] = {}
        self._memo: dict[Node, tuple[str, int]] = {}
        self._systems: dict[tuple[Node, ...], str] = {}

    def define(self, name: str, node: Node) -> None:
        """Write ``name = node``."""
        text = self.text(node)
        plain = re.sub(r"\W", "_", name).lstrip("_") or "x"
        safe = plain if plain.isidentifier() and not keyword.iskeyword(plain) else f"x_{plain}"
        self._names[name] = fresh(safe, self._taken)
        self.lines.append(f"{self._names[name]} = {text}")
        if node in self._thermal:
            self._thermal.add(program.symbol(name))
        if node.op not in ("symbol", "number"):
            self._memo[node] = (self._names[name], 9)

    def short(self, text: str) -> str:
        """The text, or a name for it where it is long."""
        if len(text) <= _WIDTH:
            return text
        name = fresh(f"t{len(self.lines) + 1}", self._taken)
        self.lines.append(f"{name} = {text}")
        return name

    def text(self, root: Node) -> str:
        """The expression; assignments that it needs are written."""
        for node in program.walk([root]):
            if node in self._memo and node.op != "symbol":
                continue
            if _meets_bath(node) or any(child in self._thermal for child in node.operands):
                self._thermal.add(node)
            text, rank = self._write(node)
            shared = self._uses[node] > 1 and not (node.op == "mul" and node.args[0].op == "number")
            if node.operands and node is not root and (shared or len(text) > _WIDTH):
                name = fresh(f"t{len(self.lines) + 1}", self._taken)
                self.lines.append(f"{name} = {text}")
                text, rank = name, 9
            self._memo[node] = (text, rank)
        return self._memo[root][0]

    def _get(self, node: Node, rank: int) -> str:
        text, own = self._memo[node]
        return text if own >= rank else f"({text})"

    def _write(self, node: Node) -> tuple[str, int]:
        """Text and how tightly it binds: 1 sum, 2 product, 3 sign, 4 power, 9 name or call."""
        if node.op == "number":
            value = node.args[0]
            simple = value.denominator == 1 and abs(value.numerator) < 2**53
            text = f"{value.numerator}.0" if simple else repr(float(value))
            return text, 9 if value >= 0 else 3
        if node.op == "symbol":
            return self._names.get(node.args[0], node.args[0]), 9
        if node.op == "add":
            text = self._get(node.args[0], 1)
            for term in node.args[1:]:
                piece = self._get(term, 2)
                negative = piece.startswith("-")
                text += f" - {piece[1:]}" if negative else f" + {piece}"
            return text, 1
        if node.op == "mul":
            factors = node.args
            sign = ""
            if factors[0].op == "number" and factors[0].args[0] == -1:
                factors, sign = factors[1:], "-"
            texts = [self._get(f, 2 if k == 0 else 3) for k, f in enumerate(factors)]
            return sign + " * ".join(texts), 2
        if node.op == "div":
            if node.args[0] in self._thermal and node.args[1] in self._temperatures:
                return f"_over_temperature(xp, {self._get(node.args[0], 0)}, {self._get(node.args[1], 0)})", 9
            return f"{self._get(node.args[0], 2)} / {self._get(node.args[1], 4)}", 2
        if node.op == "pow":
            return f"{self._get(node.args[0], 9)}**{node.args[1]}", 4
        return self._call(node)

    def _call(self, node: Node) -> tuple[str, int]:
        name, arguments = node.args[0], node.args[1:]
        if name in _DIRECT and arguments[0].op == "number":
            value = arguments[0].args[0]
            return repr(float(getattr(math, "fabs" if name == "abs" else name)(value))), 9
        if name in _SPECTRAL:
            return self._of_system(name, arguments), 9
        texts = [self._get(a, 0) for a in arguments]
        if name in _DIRECT:
            return f"xp.{name}({', '.join(texts)})", 9
        return f"_{name}(xp, {', '.join(texts)})", 9

    def _of_system(self, name: str, arguments: Sequence[Node]) -> str:
        """A number from the eigensystem of a matrix, which has a line of its own."""
        start = _SPECTRAL[name] + 1
        entries = tuple(arguments[start:])
        size = math.isqrt(len(entries)) if name == "wootters" else int(arguments[start - 1].args[0])
        if entries not in self._systems:
            self._systems[entries] = fresh(f"system{len(self._systems) + 1}", self._taken)
            texts = ", ".join(self._get(a, 0) for a in entries)
            self.lines.append(f"{self._systems[entries]} = _eigen(xp, {size}, {texts})")
        system, places = self._systems[entries], [int(a.args[0]) for a in arguments[: max(start - 1, 0)]]
        if name == "wootters":
            return f"_matrix_wootters(xp, {system})"
        shown = ", ".join(map(str, places))
        return f"{system}[{int(name == 'eigenvector')}][..., {shown}]"
