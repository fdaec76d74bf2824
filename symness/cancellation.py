"""Where a formula may lose digits: signs, and the sum of magnitudes beside each value.

Beside a node stands its *magnitude*: the same formula with every subtraction turned into an addition of absolute
values (a product of such sums in place of a product).  Rounding errors are of the order of ``eps * magnitude``, so
``magnitude/|value|`` is the factor by which cancellation amplifies them.  A node is *clean* when that factor is one by
construction (inputs, occupations, sums of non-negative terms, products of clean nodes); its magnitude then costs
nothing.  A *test* is a pair of nodes (magnitude, value): digits were lost where ``magnitude > threshold * |value|``.

A quotient hands its denominator on: what the denominator loses, all terms of a sum over it lose together, so that such
a sum loses what the sum of numerators does, and the denominator has a test of its own.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from symness import program
from symness.program import Node
from symness.signs import absolute, find_sign, is_exact

__all__ = ["Analysis", "Test"]

Test = tuple[Node, Node]

_SMOOTH = frozenset("exp log sin cos tan sinh cosh tanh".split())
_BATH = frozenset("bose fermi fermi_hole bose_difference fermi_difference".split())
#: Keeps magnitude/sqrt(value) finite at zero without touching any value of practical size.
_TINY = Fraction(1, 2**500)
#: A value below zero by its magnitude over this is certainly negative.
_CERTAIN = 2**30


class Analysis:
    """Signs, clean nodes, magnitudes and tests of a set of real expressions.

    Parameters
    ----------
    nonnegative : iterable of str
        Inputs known to be at least zero.
    """

    def __init__(self, nonnegative: Iterable[str]) -> None:
        self._nonnegative = frozenset(nonnegative)
        self._sign: dict[Node, int] = {}
        self._exact: dict[Node, bool] = {}
        self._magnitude: dict[Node, Node] = {}  # of nodes that are not clean, times the denominators they hand on
        self._over: dict[Node, tuple[Node, ...]] = {}
        self._total: dict[Node, Node] = {}
        self._hard: dict[Node, tuple[Test, ...]] = {}

    def learn(self, roots: Iterable[Node]) -> None:
        """Work out every node that the roots need (operands first, so nothing here recurses)."""
        for node in program.walk(roots):
            if node in self._sign:
                continue
            self._sign[node] = find_sign(node, self._sign, self._nonnegative)
            self._exact[node] = is_exact(node, self._exact)
            if node.op == "call":
                self._call(node)
            elif node.op == "add":
                self._sum(node)
            elif node.op in ("mul", "pow", "div"):
                self._product(node)

    def sign(self, node: Node) -> int:
        """1: never negative, -1: never positive, 0: unknown."""
        if node not in self._sign:
            self.learn([node])
        return self._sign[node]

    def clean(self, node: Node) -> bool:
        """Whether the relative error is a few roundings whatever the inputs."""
        if node not in self._sign:
            self.learn([node])
        return node not in self._magnitude

    def magnitude(self, node: Node) -> Node:
        """Sum of magnitudes; the absolute value of a clean node."""
        if self.clean(node):
            return absolute(node, self.sign(node))
        if node not in self._total:
            total, size = self._magnitude[node], absolute(node, self.sign(node))
            over = self._over.get(node, ())
            sizes = [absolute(bottom, self.sign(bottom)) for bottom in over]
            for k, bottom in enumerate(over):
                lost = program.mul(size, self.magnitude(bottom), *sizes[:k], *sizes[k + 1 :])
                total = program.add(total, lost)
            self._total[node] = program.div(total, program.mul(*sizes)) if over else total
        return self._total[node]

    def tests(self, root: Node, modulus: Node | None = None) -> list[Test]:
        """What must hold for the digits of ``root``: its own sums, and the arguments of what it calls.

        Parameters
        ----------
        modulus : Node, optional
            What ``root`` itself is compared with in place of its absolute value (a part of a complex number).
        """
        self.learn([root])
        found = dict.fromkeys(self._soft([root], {} if modulus is None else {root: modulus}))
        for node in program.walk([root]):
            found.update(dict.fromkeys(self._hard.get(node, ())))
        return list(found)

    def implied(self, root: Node, test: Test) -> list[Test]:
        """Tests that together leave nothing for ``test`` (one of those of ``root``) to find; [] if there are none."""
        for node in program.walk([root]):
            if node.op == "call" and node.args[0] == "positive_part" and not self.clean(node):
                for term, own in self._clipped(node.args[1]) or ():
                    if own == test:
                        return self._soft([term])
        return []

    def size(self, node: Node) -> Node:
        """The absolute value as it is computed: a call only where the sign is unknown."""
        return node if self.sign(node) > 0 else program.call("abs", node)

    def _soft(self, roots: Iterable[Node], against: Mapping[Node, Node] | None = None) -> list[Test]:
        """Tests of a product are those of its factors: relative errors add, they do not multiply."""
        found: dict[Test, None] = {}
        seen: set[Node] = set()
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node in seen or self.clean(node):
                continue
            seen.add(node)
            if node.op == "call" and node.args[0] == "positive_part":
                clipped = self._clipped(node.args[1])
                if clipped is not None:
                    found.update(dict.fromkeys(test for _, test in clipped))
                    stack.extend(bottom for term, _ in clipped for bottom in self._over.get(term, ()))
                    continue
            squares = all(term.op == "pow" and term.args[1] % 2 == 0 for term in node.operands)
            if node.op == "add" and not squares and {self._sign[term] for term in node.args} in ({1}, {-1}):
                # Terms of one sign do not cancel.  Squares make up a modulus, of which one part may be all but nothing.
                stack.extend(reversed(node.args))
                continue
            passes = node.op in ("mul", "pow", "div") or (
                node.op == "call" and node.args[0] in ("sqrt", "abs", "positive_part")
            )
            if passes:
                stack.extend(reversed(node.operands))
            else:
                value = (against or {}).get(node, node)
                found[self._magnitude[node], self._times(node, value)] = None
                stack.extend(reversed(self._over.get(node, ())))
        return list(found)

    def _times(self, node: Node, value: Node) -> Node:
        """``value`` in the measure of the magnitude of ``node``: times the denominators that it hands on."""
        over = [absolute(bottom, self.sign(bottom)) for bottom in self._over.get(node, ())]
        return program.mul(absolute(value, self.sign(value)), *over) if over else value

    def _clipped(self, total: Node) -> list[tuple[Node, Test]] | None:
        """Tests of max(0, |w| - sqrt(a d)): sums of roots and moduli; None for any other sum.

        Where such terms cancel, the zero itself moves with the inputs, and the condition number says so: the terms have
        to be accurate, each for itself, and only where the sum is not far below zero.
        """
        roots = [term.args[-1] if term.op == "mul" and len(term.args) == 2 else term for term in total.operands]
        if total.op != "add" or any(r.op != "call" or r.args[0] not in ("sqrt", "hypot", "abs") for r in roots):
            return None
        size = program.call("abs", total)
        rough = [term for term in total.operands if not self.clean(term)]
        values = [self._times(term, program.add(absolute(term, self._sign[term]), size)) for term in rough]
        return [(term, (self._magnitude[term], value)) for term, value in zip(rough, values, strict=True)]

    def _sum(self, node: Node) -> None:
        signs = {self._sign[term] for term in node.args}
        terms_clean = all(term not in self._magnitude for term in node.args)
        # The sum of two exact numbers is rounded once, however close it is to zero.
        exact = len(node.args) == 2 and all(self._exact[term] for term in node.args)
        if not exact and not (terms_clean and (signs == {1} or signs == {-1})):
            self._set(node, *self._joined(program.add, node.args))

    def _joined(self, function: Callable[..., Node], operands: Sequence[Node]) -> tuple[Node, tuple[Node, ...]]:
        """A sum (or maximum) of magnitudes, over denominators that all operands hand on."""
        shared = self._over.get(operands[0], ())
        if shared and all(self._over.get(child, ()) == shared for child in operands):
            return function(*(self._magnitude[child] for child in operands)), shared
        return function(*(self.magnitude(child) for child in operands)), ()

    def _numerator(self, node: Node) -> Node:
        """The magnitude times the denominators that are handed on."""
        return self._magnitude[node] if node in self._magnitude else self.magnitude(node)

    def _product(self, node: Node) -> None:
        operands = node.operands
        if all(child not in self._magnitude for child in operands):
            return
        over = tuple(bottom for child in operands for bottom in self._over.get(child, ()))
        if node.op == "pow":
            base, size = operands[0], absolute(operands[0], self._sign[operands[0]])
            self._set(node, program.mul(self._magnitude[base], program.power(size, node.args[1] - 1)), over)
        elif node.op == "mul":
            self._set(node, program.mul(*(self._numerator(child) for child in operands)), over)
        elif operands[1] in self._magnitude:
            top, bottom = operands
            self._set(node, self._numerator(top), (*self._over.get(top, ()), bottom))
        else:
            top, bottom = operands
            self._set(node, program.div(self._numerator(top), absolute(bottom, self._sign[bottom])), over)

    def _call(self, node: Node) -> None:
        name, arguments = node.args[0], node.args[1:]
        if name in _BATH:
            self._bath(node)
            return
        if name in ("cos_half", "sin_half"):
            delta, lam = arguments
            tests = self._soft([lam])
            if delta in self._magnitude:
                size = self.magnitude(lam)
                tests.append((self.magnitude(delta) + size, absolute(delta, self._sign[delta]) + size))
            self._hard[node] = tuple(tests)
            return
        if name in ("eigenvalue", "eigenvector", "wootters"):
            self._eigen(node)
            return
        rough = any(child in self._magnitude for child in arguments)
        over = self._over.get(arguments[0], ())
        if name == "sqrt" and rough:
            self._set(node, program.div(self._magnitude[arguments[0]], node + _TINY), over)
        elif name == "hypot" and rough:
            self._set(node, *self._joined(program.add, arguments))
        elif name == "abs" and rough:
            self._set(node, self._magnitude[arguments[0]], over)
        elif name == "positive_part" and rough:
            # Nothing where the argument is certainly negative; its magnitude where it is positive.
            sizes = [absolute(bottom, self.sign(bottom)) for bottom in over]
            below = program.mul(_CERTAIN, program.call("minimum", arguments[0], 0), *sizes)
            self._set(node, program.call("positive_part", self._magnitude[arguments[0]] + below), over)
        elif name in ("minimum", "maximum") and rough:
            self._set(node, *self._joined(functools.partial(program.call, "maximum"), arguments))
        elif name == "xlogx":
            logarithm = program.call("abs", program.call("log", program.call("maximum", arguments[0], _TINY)))
            self._set(node, program.mul(self.magnitude(arguments[0]), logarithm + 1))
        elif name in _SMOOTH and not self._exact[arguments[0]] and (rough or name != "exp"):
            # An exponent rounded once costs |x| roundings, which its condition number allows; the rest are bounded.
            inner = program.symbol("_argument")
            slope = program.differentiate(program.call(name, inner), "_argument")
            slope = program.substitute(slope, {"_argument": arguments[0]})
            change = program.mul(absolute(slope, self.sign(slope)), self.magnitude(arguments[0]))
            self._set(node, program.add(absolute(node, self._sign[node]), change))

    def _eigen(self, node: Node) -> None:
        """An eigenvalue is good to a rounding of the norm, a component to one of the norm over the nearest gap.

        What is made of the roots of eigenvalues is good to a rounding of the norm, times the root of the condition.
        """
        indices = {"eigenvalue": 2, "eigenvector": 3, "wootters": 0}[node.args[0]]
        matrix = node.operands[indices:]
        entries = list(dict.fromkeys(matrix))
        norm = program.add(*(absolute(entry, self._sign[entry]) for entry in entries))
        rough = [entry for entry in entries if entry in self._magnitude]
        self._hard[node] = tuple((self.magnitude(entry), norm) for entry in rough)
        if node.args[0] == "eigenvalue":
            self._set(node, norm)
        elif node.args[0] == "eigenvector":
            k, size = (int(index.args[0]) for index in node.operands[1:3])
            levels = [program.call("eigenvalue", m, size, *matrix) for m in range(max(k - 1, 0), min(k + 2, size))]
            gaps = [high - low for high, low in itertools.pairwise(levels)]
            nearest = gaps[0] if len(gaps) == 1 else program.call("minimum", *gaps)
            self._set(node, program.div(norm, nearest + _TINY))
        elif node.args[0] == "wootters":
            size = math.isqrt(len(matrix))
            lowest = program.call("eigenvalue", size - 1, size, *matrix)
            spread = program.div(norm, program.call("positive_part", lowest) + _TINY)
            self._set(node, program.mul(norm, program.sqrt(spread)))

    def _bath(self, node: Node) -> None:
        """Occupations are atoms: clean once their argument omega - mu (and x_b - x_a of a difference) is."""
        name, (omega, *rest) = node.args[0], node.args[1:]
        baths = list(zip(rest[::2], rest[1::2], strict=True))
        tests: dict[Test, None] = {}
        for temperature, mu in baths:
            argument = omega - mu
            self.learn([argument, temperature])
            tests.update(dict.fromkeys(self._soft([temperature])))
            if argument not in self._magnitude:
                continue
            if name.startswith("bose"):
                tests.update(dict.fromkeys(self._soft([argument])))
            else:  # near its resonance a Fermi function does not notice: compare with max(T, |omega - mu|)
                size = absolute(argument, self._sign[argument])
                tests[temperature + self.magnitude(argument), temperature + size] = None
        if name.endswith("difference"):
            (t_a, mu_a), (t_b, mu_b) = baths
            distance = program.add(program.mul(omega - mu_a, t_a - t_b), program.mul(t_a, mu_a - mu_b))
            self.learn([distance])
            tests.update(dict.fromkeys(self._soft([distance])))
        self._hard[node] = tuple(tests)

    def _set(self, node: Node, magnitude: Node, over: tuple[Node, ...] = ()) -> None:
        self._magnitude[node] = magnitude
        if over:
            self._over[node] = over
