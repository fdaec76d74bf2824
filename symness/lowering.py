"""From a formula to numpy operations, one per statement, with the tests for lost digits beside them.

Bath functions and mixing angles become operations here, in forms that do not cancel; the tests come from
:mod:`symness.cancellation`.  What an element is recomputed with when a test fails is in :mod:`symness.careful`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from symness import program
from symness.cancellation import Analysis, Test
from symness.formula import Formula
from symness.program import Node
from symness.realise import fresh, realise
from symness.signs import absolute
from symness.statements import Operand, Program, Statement

__all__ = ["fast_program"]

#: The smallest normal number: a temperature of zero is replaced by it, so that (omega - mu)/T is 0 or infinite.
SMALLEST_TEMPERATURE = 2.2250738585072014e-308
#: The threshold of a test grows with (omega - mu)/T up to this factor.
LARGEST_STRETCH = 32.0
#: Stands for the threshold of the tests, which the module reads when it is called.
THRESHOLD = "_TAU"


def fast_program(formula: Formula, outputs: Sequence[str] | None = None, tests: bool = True) -> Program:
    """Lower a formula to numpy operations.

    Operations are names of numpy functions of one or two arguments and ``at_most`` (a test of magnitude, threshold and
    size: ``m <= t * s`` elementwise), ``eigh`` (of n and the n*n entries of a matrix), ``eigenvalue`` (of its target
    and k), ``eigenvector`` (of its target, i and k) and ``wootters`` (of its target).

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
    made: dict[tuple[Operand, Test], str] = {}
    implied: dict[str, list[tuple[Operand, Test]]] = {}
    for output in formula.outputs:
        if output.name not in wanted:
            continue
        nodes = real.expanded[output.name]
        result.parts[output.name] = tuple(writer.lower(node) for node in nodes)
        result.tests[output.name] = ()
        if not tests or output.domain == "bool":
            continue
        # A part of a complex output is compared with both: the error counts against the modulus.
        modulus = program.add(*(absolute(part, analysis.sign(part)) for part in nodes)) if len(nodes) > 1 else None
        threshold = writer.threshold(nodes)
        found: dict[str, None] = {}
        for root, test in ((part, test) for part in nodes for test in analysis.tests(part, modulus)):
            magnitude, size = writer.lower(test[0]), writer.lower(analysis.size(test[1]))
            target = str(writer.emit("at_most", magnitude, threshold, size, prefix="test"))
            found[target] = None
            made[threshold, test] = target
            others = [(threshold, other) for other in analysis.implied(root, test)]
            implied[target] = others if implied.get(target, others) == others else []
        result.tests[output.name] = tuple(found)
    result.implied = {
        target: tuple(made[other] for other in others)
        for target, others in implied.items()
        if others and all(other in made for other in others)
    }
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
        self._energies: dict[Node, Operand] = {}

    def threshold(self, roots: Sequence[Node]) -> Operand:
        """The threshold of the tests of an output, in proportion to the largest (omega - mu)/T of its baths.

        An occupation has a relative error of (omega - mu)/T roundings from its argument alone, so a sum may amplify by
        as much before it is the one that loses digits.
        """
        met = set(program.walk(roots))
        reduced: dict[tuple[Node, ...], Operand] = {}
        for node, energy in self._energies.items():
            if node in met:  # one frequency of each bath is enough: a lower threshold only makes a test stricter
                reduced.setdefault(node.args[2:], energy)
        if not reduced:
            return THRESHOLD
        largest: Operand = 1.0
        for x in sorted(reduced.values(), key=str):
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
            base, exponent = node.args
            if exponent % 2 == 0 and _is_half_angle(base):
                return self._power(self._squared_half(*base.args), exponent // 2)
            return self._power(self._get(base), exponent)
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
        angles = {f.args[0]: f for f in factors if _is_half_angle(f)}
        operands: list[Operand] = []
        if len(angles) == 2 and angles["cos_half"].args[1:] == angles["sin_half"].args[1:]:
            delta, lam = (self._get(item) for item in angles["cos_half"].operands)
            rest = list(factors)
            while all(half in rest for half in angles.values()):  # cos(theta/2)**2 has one partner for each sine only
                operands.append(self.emit("divide", lam, self._splittings(delta, lam)[1]))
                for half in angles.values():
                    rest.remove(half)
            factors = rest
        factors = [f for f in factors if f.op != "number"]
        hole = next((f for f in factors if _is_hole(f)), None) if len(factors) + len(operands) > 1 else None
        operands += [self._get(f) for f in factors if f is not hole]
        total = operands[0]
        for other in operands[1:]:
            total = self.emit("square", total) if other == total else self.emit("multiply", total, other)
        if hole is not None:  # J (1 + N) as J + J N: beside J N, which is there as well, one addition
            filled = next(term for term in hole.args if term.op == "call")
            total = self.emit("add", total, self.emit("multiply", total, self._get(filled)))
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
            self._energies[node] = energy if name == "bose" else self.emit("absolute", energy)
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
        if mu_a == mu_b or name.startswith("bose"):
            d = self.emit("multiply", self._reduced(omega, t_a, mu_a), warmer)
        else:
            # In this order (omega - mu_a)(T_a - T_b)/T_a vanishes at T_a = T_b = 0: d has the sign of mu_a - mu_b.
            energy = omega if mu_a == 0 else self.emit("subtract", omega, mu_a)
            d = self._reduced(self.emit("multiply", energy, warmer), t_a, 0)
        if mu_a != mu_b:
            d = self.emit("add", d, self.emit("subtract", mu_a, mu_b))
        d = self._reduced(d, t_b, 0)
        single = name.removesuffix("_difference")
        n_a, n_b = self._occupation(single, omega, t_a, mu_a), self._occupation(single, omega, t_b, mu_b)
        hot = self.emit("maximum", n_a, n_b)
        if single == "bose":
            product = self.emit("add", hot, self.emit("multiply", n_a, n_b))
        else:
            holes = [self._occupation("fermi_hole", omega, t_a, mu_a), self._occupation("fermi_hole", omega, t_b, mu_b)]
            product = self.emit("multiply", hot, self.emit("maximum", *holes))
        # Two baths at T = 0 that do not differ (bosons never do there) have d = 0/0: fmax drops the NaN.
        distance = self.emit("fmax", self.emit("absolute", d), 0.0)
        share = self.emit("expm1", self.emit("negative", distance))  # its sign goes with copysign
        return self.emit("copysign", self.emit("multiply", product, share), d)

    def _half_angle(self, name: str, delta: Operand, lam: Operand) -> Operand:
        """The larger half from a sum, the smaller one from their product |lam|/(2 Omega)."""
        omega, twice = self._splittings(delta, lam)
        above = self.emit("add", omega, self.emit("absolute", delta))
        large = self.emit("sqrt", self.emit("divide", above, twice))
        plain = lam in self._nonnegative
        small = self.emit("divide", lam if plain else self.emit("absolute", lam), self.emit("multiply", twice, large))
        half = self._larger_or_smaller(name, delta, large, small)
        return half if plain or name == "cos_half" else self.emit("copysign", half, lam)

    def _squared_half(self, name: str, delta: Node, lam: Node) -> Operand:
        """The square of a half without the root in it."""
        x, y = self._get(delta), self._get(lam)
        omega, twice = self._splittings(x, y)
        large = self.emit("divide", self.emit("add", omega, self.emit("absolute", x)), twice)
        small = self.emit("divide", self.emit("square", self.emit("divide", y, twice)), large)
        return self._larger_or_smaller(name, x, large, small)

    def _splittings(self, delta: Operand, lam: Operand) -> tuple[Operand, Operand]:
        """Omega and 2 Omega."""
        omega = self.emit("sqrt", self.emit("add", self.emit("square", delta), self.emit("square", lam)))
        return omega, self.emit("multiply", 2.0, omega)

    def _larger_or_smaller(self, name: str, delta: Operand, large: Operand, small: Operand) -> Operand:
        """With the sign of delta (or the other one) the larger is above the smaller, or below zero and dropped."""
        turned = self.emit("copysign", large, delta)
        return self.emit("maximum", turned if name == "cos_half" else self.emit("negative", turned), small)


def _is_half_angle(node: Node) -> bool:
    return node.op == "call" and node.args[0] in ("cos_half", "sin_half")


def _is_hole(node: Node) -> bool:
    """1 + N of bosons."""
    calls = [term.args[0] for term in node.args if term.op == "call"] if node.op == "add" else []
    return calls == ["bose"] and len(node.args) == 2 and program.number(1) in node.args
