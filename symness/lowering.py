"""From a formula to numpy operations, one per statement, with the tests for lost digits beside them.

Bath functions and mixing angles become operations here, in forms that do not cancel; the tests come from
:mod:`symness.cancellation`.  What an element is recomputed with when a test fails is in :mod:`symness.careful`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from symness import program
from symness.cancellation import Analysis, absolute
from symness.formula import Formula
from symness.program import Node
from symness.realise import fresh, realise

__all__ = ["Program", "Statement", "fast_program"]

Operand = str | float | int

#: The smallest normal number: a temperature of zero is replaced by it, so that (omega - mu)/T is 0 or infinite.
SMALLEST_TEMPERATURE = 2.2250738585072014e-308
#: The threshold of a test grows with (omega - mu)/T up to this factor.
LARGEST_STRETCH = 32.0
#: Stands for the threshold of the tests, which the module reads when it is called.
THRESHOLD = "_TAU"


class Statement(NamedTuple):
    """``target = operation(operands)``; an operand is the name of a parameter or of a target, or a number."""

    target: str
    operation: str
    operands: tuple[Operand, ...]


@dataclass
class Program:
    """Statements in the order of execution.

    Attributes
    ----------
    parts : dict
        Output -> its value (or real and imaginary part): names of parameters or targets, or numbers.
    tests : dict
        Output -> targets of the ``at_most`` statements that vouch for its digits.
    conditions : tuple
        Values that have to be positive, in the order of ``Formula.conditions``.
    """

    statements: list[Statement] = field(default_factory=list)
    parts: dict[str, tuple[Operand, ...]] = field(default_factory=dict)
    tests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Operand, ...] = ()


def fast_program(formula: Formula, outputs: Sequence[str] | None = None, tests: bool = True) -> Program:
    """Lower a formula to numpy operations.

    Operations are names of numpy functions of one or two arguments and ``at_most`` (a test: ``m <= t`` elementwise),
    ``choose`` (``a if delta >= 0 else b`` of ``(delta, a, b)``), ``eigh`` (of n and the n*n entries of a matrix),
    ``eigenvalue`` (of its target and k), ``eigenvector`` (of its target, i and k) and ``wootters`` (of its target).

    Parameters
    ----------
    outputs : sequence of str, optional
        Which outputs; all by default.
    tests : bool
        Whether to look for lost digits.
    """
    real = realise(formula)
    nonnegative = [item.name for item in formula.inputs if item.domain == "nonnegative"]
    analysis = Analysis(nonnegative)
    writer = _Writer(real.named, [item.name for item in formula.inputs], nonnegative)
    result = Program(writer.statements)
    result.conditions = tuple(
        writer.lower(node) if condition.strict else writer.emit("greater_equal", writer.lower(node), 0.0)
        for node, condition in zip(real.expanded_conditions, formula.conditions, strict=True)
    )
    wanted = set(outputs if outputs is not None else real.expanded)
    for output in formula.outputs:
        if output.name not in wanted:
            continue
        nodes = real.expanded[output.name]
        result.parts[output.name] = tuple(writer.lower(node) for node in nodes)
        found: dict[str, None] = {}
        if tests and output.domain != "bool":
            threshold = writer.threshold(nodes)
            for node in nodes:
                for magnitude, value in analysis.tests(node):
                    if len(nodes) > 1 and value is node:
                        # A part of a complex output is compared with both: the error counts against the modulus.
                        value = program.add(*(absolute(part, analysis.sign(part)) for part in nodes))
                    scale = writer.emit("multiply", threshold, writer.lower(analysis.size(value)))
                    found[str(writer.emit("at_most", writer.lower(magnitude), scale, prefix="test"))] = None
        result.tests[output.name] = tuple(found)
    return result


class _Writer:
    """Emits each operation once; targets carry the name of the definition that they compute where there is one."""

    def __init__(self, named: Mapping[Node, str], taken: Iterable[str], nonnegative: Iterable[str] = ()) -> None:
        self._nonnegative = frozenset(nonnegative)
        self.statements: list[Statement] = []
        self._named = named
        self._taken = {*taken, *named.values(), THRESHOLD}
        self._known: dict[tuple[object, ...], str] = {}
        self._memo: dict[Node, Operand] = {}
        self._used: set[str | None] = set()
        self._count = 0
        self._energies: dict[Node, tuple[Operand, ...]] = {}

    def threshold(self, roots: Sequence[Node]) -> Operand:
        """The threshold of the tests of an output, in proportion to the largest (omega - mu)/T that it depends on.

        An occupation has a relative error of (omega - mu)/T roundings from its argument alone, so a sum may amplify by
        as much before it is the one that loses digits.
        """
        reduced: dict[Operand, None] = {}
        for node in program.walk(roots):
            reduced.update(dict.fromkeys(self._energies.get(node, ())))
        if not reduced:
            return THRESHOLD
        largest: Operand = 1.0
        for x in sorted(reduced, key=str):
            largest = self.emit("maximum", x, largest)
        return self.emit("multiply", THRESHOLD, self.emit("minimum", largest, LARGEST_STRETCH))

    def emit(self, operation: str, *operands: Operand, prefix: str = "v", name: str | None = None) -> Operand:
        """The target of this operation, written now unless it exists."""
        commutes = operation in ("add", "multiply", "minimum", "maximum")
        key = (operation, *(sorted(operands, key=str) if commutes else operands))
        if key not in self._known:
            if name is None:
                self._count += 1
                name = fresh(f"{prefix}{self._count}", self._taken)
            self._known[key] = name
            self._used.add(name)
            self.statements.append(Statement(name, operation, operands))
        return self._known[key]

    def lower(self, root: Node) -> Operand:
        """The operand that holds ``root``."""
        for node in program.walk([root]):
            if node in self._memo or (node.op == "mul" and node is not root and node.args[0].op == "number"):
                continue  # a coefficient is taken care of where it is used: a sum may subtract
            self._memo[node] = self._lower(node)
        return self._memo[root]

    def _get(self, node: Node) -> Operand:
        if node not in self._memo:
            self._memo[node] = self._lower(node)
        return self._memo[node]

    def _lower(self, node: Node) -> Operand:
        if node.op == "number":
            return float(node.args[0])
        if node.op == "symbol":
            return str(node.args[0])
        if node.op == "add":
            return self._sum(node)
        if node.op == "mul":
            return self._product(node.args)
        if node.op == "div":
            return self.emit("divide", self._get(node.args[0]), self._get(node.args[1]), name=self._name(node))
        if node.op == "pow":
            return self._power(self._get(node.args[0]), node.args[1])
        if node.op == "call":
            return self._call(node.args[0], [self._get(child) for child in node.args[1:]], node)
        raise ValueError(f"{node!r} is not real: split complex expressions first")

    def _name(self, node: Node) -> str | None:
        name = self._named.get(node)
        return None if name in self._used else name

    def _sum(self, node: Node) -> Operand:
        terms = [(1, term) for term in node.args]
        for k, term in enumerate(node.args):
            if term.op == "mul" and term.args[0].op == "number" and term.args[0].args[0] < 0:
                terms[k] = (-1, program.mul(-term.args[0].args[0], *term.args[1:]))
            elif term.op == "number" and term.args[0] < 0:
                terms[k] = (-1, program.number(-term.args[0]))
        first = next((k for k, (sign, _) in enumerate(terms) if sign > 0), -1)
        start = self._get(terms.pop(max(first, 0))[1])
        total = self.emit("negative", start) if first < 0 else start
        for k, (sign, term) in enumerate(terms):
            name = self._name(node) if k == len(terms) - 1 else None
            total = self.emit("add" if sign > 0 else "subtract", total, self._get(term), name=name)
        return total

    def _product(self, factors: Sequence[Node]) -> Operand:
        numbers = [float(f.args[0]) for f in factors if f.op == "number"]
        operands = [self._get(f) for f in factors if f.op != "number"]
        total = operands[0]
        for other in operands[1:]:
            total = self.emit("square", total) if other == total else self.emit("multiply", total, other)
        for value in numbers:
            total = self.emit("negative", total) if value == -1 else self.emit("multiply", value, total)
        return total

    def _power(self, base: Operand, exponent: int) -> Operand:
        if exponent == 1:
            return base
        half = self._power(base, exponent // 2)
        whole = self.emit("square", half)
        return self.emit("multiply", whole, base) if exponent % 2 else whole

    def _call(self, name: str, x: list[Operand], node: Node) -> Operand:
        direct = {"sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "minimum", "maximum", "hypot"}
        if name in direct:
            return self.emit(name, *x, name=self._name(node))
        if name == "abs":
            return self.emit("absolute", *x)
        if name == "positive_part":
            return self.emit("maximum", x[0], 0.0)
        if name in ("bose", "fermi", "fermi_hole"):
            energy = self._reduced(x[0], x[1], x[2])
            self._energies[node] = (energy if name == "bose" else self.emit("absolute", energy),)
            return self._occupation(name, x[0], x[1], x[2], self._name(node))
        if name in ("bose_difference", "fermi_difference"):
            return self._difference(name, x)
        if name in ("cos_half", "sin_half"):
            return self._half_angle(name, x[0], x[1])
        if name == "xlogx":
            positive = self.emit("maximum", x[0], 0.0)
            return self.emit("multiply", positive, self.emit("log", self.emit("maximum", x[0], SMALLEST_TEMPERATURE)))
        if name == "wootters":
            return self.emit(name, self.emit("eigh", math.isqrt(len(x)), *x, prefix="system"))
        # eigenvalue and eigenvector: indices, the size, the entries
        indices = 1 if name == "eigenvalue" else 2
        size = int(x[indices])
        system = self.emit("eigh", size, *x[indices + 1 :], prefix="system")
        return self.emit(name, system, *(int(k) for k in x[:indices]))

    def _reduced(self, omega: Operand, temperature: Operand, mu: Operand) -> Operand:
        """(omega - mu)/T, infinite at T = 0 unless omega = mu."""
        energy = omega if mu == 0 else self.emit("subtract", omega, mu)
        return self.emit("divide", energy, self.emit("maximum", temperature, SMALLEST_TEMPERATURE))

    def _occupation(
        self, name: str, omega: Operand, temperature: Operand, mu: Operand, target: str | None = None
    ) -> Operand:
        x = self._reduced(omega, temperature, mu)
        if name == "bose":
            return self.emit("divide", 1.0, self.emit("expm1", x), name=target)
        exponential = self.emit("exp", x if name == "fermi" else self.emit("negative", x))
        return self.emit("divide", 1.0, self.emit("add", exponential, 1.0), name=target)

    def _difference(self, name: str, x: Sequence[Operand]) -> Operand:
        """N_a - N_b = sign(d) N_hot (1 +- N_cold) (1 - exp(-abs(d))) with d = x_b - x_a, no occupations subtracted."""
        omega, t_a, mu_a, t_b, mu_b = x
        if (t_a, mu_a) == (t_b, mu_b):
            return 0.0
        warmer = self.emit("subtract", t_a, t_b)
        d = self.emit("multiply", self._reduced(omega, t_a, mu_a), warmer)
        if mu_a != mu_b:
            d = self.emit("add", d, self.emit("subtract", mu_a, mu_b))
        d = self.emit("divide", d, self.emit("maximum", t_b, SMALLEST_TEMPERATURE))
        single = name.removesuffix("_difference")
        n_a, n_b = self._occupation(single, omega, t_a, mu_a), self._occupation(single, omega, t_b, mu_b)
        hot = self.emit("maximum", n_a, n_b)
        if single == "bose":
            partner = self.emit("add", self.emit("minimum", n_a, n_b), 1.0)
        else:
            holes = [self._occupation("fermi_hole", omega, t_a, mu_a), self._occupation("fermi_hole", omega, t_b, mu_b)]
            partner = self.emit("maximum", *holes)
        # Two baths at T = 0 have d = 0/0 and no difference: fmax drops the NaN.
        distance = self.emit("fmax", self.emit("absolute", d), 0.0)
        share = self.emit("expm1", self.emit("negative", distance))  # its sign goes with copysign
        return self.emit("copysign", self.emit("multiply", self.emit("multiply", hot, partner), share), d)

    def _half_angle(self, name: str, delta: Operand, lam: Operand) -> Operand:
        """The larger half from a sum, the smaller one from their product |lam|/(2 Omega)."""
        squares = self.emit("add", self.emit("square", delta), self.emit("square", lam))
        twice = self.emit("multiply", 2.0, self.emit("sqrt", squares))
        size = self.emit("absolute", delta)
        large = self.emit("sqrt", self.emit("divide", self.emit("add", self.emit("sqrt", squares), size), twice))
        plain = lam in self._nonnegative
        small = self.emit("divide", lam if plain else self.emit("absolute", lam), self.emit("multiply", twice, large))
        if name == "cos_half":
            return self.emit("choose", delta, large, small)
        sine = self.emit("choose", delta, small, large)
        return sine if plain else self.emit("copysign", sine, lam)
