"""A formula with one statement per node, for arithmetic of higher precision.

Where an output loses digits in double precision, generated modules recompute the element with these statements in
double-double arithmetic.  Bath functions and mixing angles stay whole: they have their own accurate evaluation there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from symness import program
from symness.formula import Formula
from symness.lowering import SMALLEST_TEMPERATURE
from symness.program import Node
from symness.realise import fresh, realise
from symness.statements import Operand, Program, Statement

__all__ = ["careful_program"]

Bath = tuple[Node, Node]


def careful_program(formula: Formula) -> Program:
    """The outputs (but boolean ones) in operations on real numbers of any precision.

    Operations are those of :mod:`symness.program` (``add`` of any number of operands, ``multiply`` of two) and
    ``number`` (numerator, denominator), ``baths`` (family, omega, T_1, mu_1, ...: every bath that meets this
    frequency, so that their occupations agree with their differences), ``occupation`` and ``hole`` (of its target and
    an index), ``difference`` (two indices), ``half_angle`` (delta, lam) with ``cosine`` and ``sine``, ``divisor`` (a
    sum to divide by and its terms, which say whether any digits of it are left), and ``per_temperature``, the quotient
    of something with occupations in it by the temperature of a bath, 0 where both are: no current, no entropy, at T = 0
    too.
    """
    real = realise(formula)
    names = [output.name for output in formula.outputs if output.domain != "bool"]
    roots = [node for name in names for node in real.expanded[name]]
    writer = _Writer(roots, {item.name for item in formula.inputs})
    parts = {name: tuple(writer.memo[node] for node in real.expanded[name]) for name in names}
    return Program(writer.statements, parts)


def baths_by_frequency(roots: Iterable[Node]) -> dict[tuple[str, Node], list[Bath]]:
    """(``bose`` or ``fermi``, frequency) -> the pairs of temperature and chemical potential that occur with it."""
    groups: dict[tuple[str, Node], list[Bath]] = {}
    for node in program.walk(roots):
        family = _family(node)
        if family:
            baths = groups.setdefault((family, node.args[1]), [])
            baths.extend(dict.fromkeys(bath for bath in _baths_of(node) if bath not in baths))
    return groups


def _family(node: Node) -> str:
    first = node.args[0].split("_")[0] if node.op == "call" else ""
    return first if first in ("bose", "fermi") else ""


def _baths_of(node: Node) -> list[Bath]:
    return list(zip(node.args[2::2], node.args[3::2], strict=True))


class _Writer:
    def __init__(self, roots: list[Node], taken: set[str]) -> None:
        self.statements: list[Statement] = []
        self.memo: dict[Node, Operand] = {}
        self._taken = taken
        self._shared: dict[object, str] = {}
        self._groups = baths_by_frequency(roots)
        self._temperatures = {temperature for baths in self._groups.values() for temperature, _ in baths}
        # A group is computed with its first member: temperatures and chemical potentials of all its baths come before.
        first = [item for baths in self._groups.values() for bath in baths for item in bath]
        self._thermal: set[Node] = set()
        for node in program.walk([*first, *roots]):
            if _family(node) or any(child in self._thermal for child in node.operands):
                self._thermal.add(node)
            self.memo[node] = self._write(node, [self.memo[child] for child in node.operands])

    def _emit(self, operation: str, *operands: Operand, key: object = None) -> Operand:
        if key is not None and key in self._shared:
            return self._shared[key]
        target = fresh(f"c{len(self.statements) + 1}", self._taken)
        self.statements.append(Statement(target, operation, operands))
        if key is not None:
            self._shared[key] = target
        return target

    def _write(self, node: Node, x: list[Operand]) -> Operand:
        if node.op == "number":
            value = node.args[0]
            simple = float(value) == value  # exactly a double
            return float(value) if simple else self._emit("number", value.numerator, value.denominator)
        if node.op == "symbol":
            return str(node.args[0])
        if node.op == "add":
            return self._emit("add", *x)
        if node.op == "mul":
            return self._product(node, x)
        if node.op == "div":
            below = node.args[1]
            current = node.args[0] in self._thermal and below in self._temperatures
            if not current and below.op == "add" and any(t.op not in ("symbol", "number") for t in below.args):
                terms = [self.memo[term] for term in below.args]
                return self._emit("divide", x[0], self._emit("divisor", x[1], *terms, key=("divisor", x[1])))
            return self._emit("per_temperature" if current else "divide", *x)
        if node.op == "pow":
            return self._emit("power", x[0], node.args[1])
        return self._call(node, x)

    def _product(self, node: Node, x: list[Operand]) -> Operand:
        """One factor after the other, the number last, so that products share what they begin with."""
        numbers = [item for item, child in zip(x, node.args, strict=True) if child.op == "number"]
        total, *rest = (item for item, child in zip(x, node.args, strict=True) if child.op != "number")
        for item in rest:
            total = self._emit("multiply", total, item, key=("multiply", total, item))
        for item in numbers:
            total = self._emit("multiply", item, total, key=("multiply", item, total))
        return total

    def _call(self, node: Node, x: list[Operand]) -> Operand:
        name = node.args[0]
        if name in ("cos_half", "sin_half"):
            angle = self._emit("half_angle", *x, key=node.args[1:])
            return self._emit("cosine" if name == "cos_half" else "sine", angle)
        if name in ("eigenvalue", "eigenvector"):
            indices = 1 if name == "eigenvalue" else 2
            key = ("eigh", *node.args[1 + indices :])
            system = self._emit("eigh", int(x[indices]), *x[indices + 1 :], key=key)
            return self._emit(name, system, *(int(k) for k in x[:indices]))
        if name == "wootters":
            size = math.isqrt(len(x))
            return self._emit(name, self._emit("eigh", size, *x, key=("eigh", *node.args[1:])))
        if name == "xlogx":
            logarithm = self._emit("log", self._emit("maximum", x[0], SMALLEST_TEMPERATURE))
            return self._emit("multiply", self._emit("positive_part", x[0]), logarithm)
        family = _family(node)
        if family:
            baths = self._groups[family, node.args[1]]
            operands = [self.memo[item] for bath in baths for item in bath]
            group = self._emit("baths", family, x[0], *operands, key=(family, node.args[1]))
            places = [baths.index(bath) for bath in _baths_of(node)]
            kind = "difference" if len(places) == 2 else "hole" if name == "fermi_hole" else "occupation"
            return self._emit(kind, group, *places)
        return self._emit("absolute" if name == "abs" else name, *x)
