"""Exact tests at random points of a prime field.

A formula is evaluated at residues of random integers.  Square roots, and with them mixing angles, are solved for in the
field, so every relation between the named quantities of a model holds exactly.  A polynomial identity of degree d that
holds at such a point is false with probability below d / 2**61; one that fails is false for certain.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from symness import program
from symness.errors import ZeroPivotError
from symness.program import Node

__all__ = ["NoRoot", "ResiduePoint", "at_random_point", "deficit", "prime", "rank"]

_PRIMES: list[int] = []
_ATTEMPTS = 400


def prime(k: int) -> int:
    """The k-th prime below 2**62 that is 3 mod 4 (roots are powers) and has the roots of 2, 3, 5 and 7.

    Every point has its own: a root of other constants, such as sqrt(5 + sqrt(5)), exists modulo half of them only.
    """
    candidate = _PRIMES[-1] - 4 if _PRIMES else 2**62 - 1
    while len(_PRIMES) <= k:
        if flint.fmpz(candidate).is_prime() and all(pow(p, (candidate - 1) // 2, candidate) == 1 for p in (2, 3, 5, 7)):
            _PRIMES.append(candidate)
        candidate -= 4
    return _PRIMES[k]


class NoRoot(ArithmeticError):
    """The point has no square root that a formula needs; draw another."""


class ResiduePoint:
    """A random point; the same symbol or bath function has the same value in every formula evaluated there.

    Raises
    ------
    NoRoot
        From ``evaluate``, where a square root does not exist modulo the prime of this point.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.prime = prime(seed % _ATTEMPTS)
        self.values: dict[str, Any] = {}
        self.calls: dict[Any, Any] = {}

    def number(self, value: int | Fraction) -> Any:
        """A rational number modulo the prime."""
        value = Fraction(value)
        top, bottom = (flint.nmod(part % self.prime, self.prime) for part in (value.numerator, value.denominator))
        return top / bottom

    def draw(self, key: object) -> Any:
        """A residue that depends on the point and the key alone, not on what was drawn before."""
        return flint.nmod(random.Random(f"{self.seed} {key}").randrange(2, self.prime), self.prime)

    def evaluate(self, roots: Sequence[Node]) -> list[Any]:
        """Values of programs."""
        for name in program.symbols_of(roots):
            if name not in self.values:
                self.values[name] = self.draw(name)
        return program.evaluate(roots, self.values, self._function, self.number)

    def _function(self, name: str, *arguments: Any, node: Node) -> Any:
        key = (name, *map(int, arguments))
        if key not in self.calls:
            self.calls[key] = self._new(name, arguments, node, key)
        return self.calls[key]

    def _new(self, name: str, a: Sequence[Any], node: Node, key: object) -> Any:
        if name == "sqrt":
            return self._root(a[0])
        if name == "sin":
            return self._root(self.number(1) - self._function("cos", *a, node=node) ** 2)
        if name == "hypot":
            return self._root(a[0] ** 2 + a[1] ** 2)
        if name == "fermi_hole":
            return self.number(1) - self._function("fermi", *a, node=node)
        if name in ("bose_difference", "fermi_difference"):
            single = name.removesuffix("_difference")
            first = self._function(single, a[0], a[1], a[2], node=node)
            return first - self._function(single, a[0], a[3], a[4], node=node)
        if name in ("cos_half", "sin_half"):
            delta, lam = a
            omega = self._function("sqrt", delta**2 + lam**2, node=node)
            cosine = self._function("sqrt", (omega + delta) / (2 * omega), node=node)
            return cosine if name == "cos_half" else lam / (2 * omega * cosine)
        if name in ("eigenvalue", "eigenvector"):
            return self._spectral(name, node)
        return self.draw(key)

    def _root(self, value: Any) -> Any:
        residue = int(value)
        root = pow(residue, (self.prime + 1) // 4, self.prime)
        if root * root % self.prime != residue:
            raise NoRoot
        return flint.nmod(root, self.prime)

    def _spectral(self, name: str, node: Node) -> Any:
        """A random orthogonal matrix (Cayley transform) for the eigenvectors, random numbers for the energies.

        Of a complex block a random unitary one, U as [[Re U, -Im U], [Im U, Re U]].
        """
        numbers = [int(operand.args[0]) for operand in node.operands[: 3 if name == "eigenvector" else 2]]
        entries, size = node.operands[len(numbers) :], numbers[-1]
        key = ("spectrum", *map(repr, entries))
        if key not in self.calls:
            halves = len(entries) // size**2
            n = size * halves
            skew = [[0] * n for _ in range(n)]
            for i in range(size):
                for j in range(i):
                    value = int(self.draw((key, i, j)))
                    for start in range(0, n, size):
                        skew[start + i][start + j], skew[start + j][start + i] = value, self.prime - value
                for j in range(i + 1 if halves == 2 else 0):
                    value = int(self.draw((key, i, j, "imaginary")))
                    for row, column in {(i, j), (j, i)}:
                        skew[size + row][column], skew[row][size + column] = value, self.prime - value
            plus, minus = (
                flint.nmod_mat(
                    n,
                    n,
                    [(int(i == j) + sign * skew[i][j]) % self.prime for i in range(n) for j in range(n)],
                    self.prime,
                )
                for sign in (1, -1)
            )
            self.calls[key] = (minus * plus.inv(), [self.draw((key, k)) for k in range(size)])
        vectors, energies = self.calls[key]
        return energies[numbers[0]] if name == "eigenvalue" else vectors[numbers[0], numbers[1]]


def at_random_point(roots: Sequence[Node], seed: int = 1) -> tuple[ResiduePoint, list[Any]]:
    """Values at the first random point where every root exists and no denominator vanishes.

    Raises
    ------
    ZeroPivotError
        When hundreds of points in a row fail: a denominator is identically zero.
    """
    for attempt in range(_ATTEMPTS):
        point = ResiduePoint(seed + attempt)
        try:
            return point, point.evaluate(roots)
        except (NoRoot, ZeroDivisionError):
            continue
    raise ZeroPivotError("a formula has no value at any random point: a denominator vanishes identically")


def rank(point: ResiduePoint, rows: Sequence[Sequence[Any]]) -> int:
    """Rank of a matrix of residues of one point."""
    flat = [int(x) for row in rows for x in row]
    return int(flint.nmod_mat(len(rows), len(rows[0]), flat, point.prime).rank())


def deficit(point: ResiduePoint, entries: Mapping[tuple[Any, Any], Any], listed: Sequence[Any]) -> int:
    """Dimension of the null space of a square sparse matrix of residues."""
    zero = point.number(0)
    return len(listed) - rank(point, [[entries.get((r, c), zero) for c in listed] for r in listed])
