"""The same statements with fewer and cheaper operations.

Powers of two are carried along instead of multiplied in (they round nothing), divisions by one denominator become
multiplications by its reciprocal, and products share the pairs of factors that they have in common.  Every value is the
same up to a few roundings relative to itself; sums are not regrouped, because that could cancel.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from symness.realise import fresh
from symness.statements import Operand, Program, Statement

__all__ = ["reduced"]

#: A reciprocal takes the place of this many divisions: it costs one of them, and a rounding.
_SHARED_DIVISIONS = 3
#: A factor beyond this (or below its inverse) is multiplied in.
_LARGEST_FACTOR = 2.0**100
_COMMUTE = ("add", "multiply", "minimum", "maximum", "fmax", "hypot")

Scaled = tuple[float, Operand]


def reduced(program: Program, inputs: Iterable[str]) -> Program:
    """A program of fewer statements with the same parts, tests and conditions.

    Parameters
    ----------
    inputs : iterable of str
        Names of the parameters, which no target may take.
    """
    taken = {*inputs, *(statement.target for statement in program.statements)}
    scales = _Scales(program.statements, taken)
    parts = {name: tuple(scales.whole(part) for part in parts) for name, parts in program.parts.items()}
    conditions = tuple(scales.positive(item) for item in program.conditions)
    statements = scales.statements
    kept = [item for items in (*parts.values(), *program.tests.values(), conditions) for item in items]
    statements = _by_reciprocals(_needed(statements, kept), taken)
    statements = _Products(statements, kept, taken).statements()
    return dataclasses.replace(program, statements=statements, parts=parts, conditions=conditions)


def _needed(statements: Sequence[Statement], kept: Iterable[Operand]) -> list[Statement]:
    """The statements that ``kept`` needs, in their order."""
    wanted, found = set(kept), []
    for statement in reversed(statements):
        if statement.target in wanted:
            found.append(statement)
            wanted.update(statement.operands)
    return found[::-1]


class _Scales:
    """Every value as a power of two, with a sign, times a target or a number."""

    def __init__(self, statements: Sequence[Statement], taken: set[str]) -> None:
        self.statements: list[Statement] = []
        self._taken, self._used = taken, set[str]()
        self._known: dict[tuple[object, ...], str] = {}
        self._scaled: dict[Operand, Scaled] = {}
        for target, operation, operands in statements:
            factor, value = self._rewrite(target, operation, operands)
            if not 1 / _LARGEST_FACTOR < abs(factor) < _LARGEST_FACTOR:
                factor, value = 1.0, self._times(factor, value)
            self._scaled[target] = factor, value

    def whole(self, item: Operand) -> Operand:
        """The operand that holds ``item`` itself."""
        return self._times(*self._get(item), name=item if isinstance(item, str) else None)

    def positive(self, item: Operand) -> Operand:
        """An operand with the sign of ``item``."""
        factor, value = self._get(item)
        return value if factor > 0 else self._times(factor, value)

    def _get(self, item: Operand) -> Scaled:
        return self._scaled.get(item, (1.0, item))

    def _emit(self, operation: str, *operands: Operand, name: str | None = None) -> str:
        key = (operation, *(sorted(operands, key=str) if operation in _COMMUTE else operands))
        if key not in self._known:
            if name is None or name in self._used:
                name = fresh(f"s{len(self.statements) + 1}", self._taken)
            self._used.add(name)
            self._known[key] = name
            self.statements.append(Statement(name, operation, operands))
        return self._known[key]

    def _times(self, factor: float, value: Operand, name: str | None = None) -> Operand:
        if factor == 1 or not isinstance(value, str):
            return value if factor == 1 else factor * float(value)
        return self._emit("negative", value, name=name) if factor == -1 else self._emit("multiply", factor, value)

    def _rewrite(self, target: str, operation: str, operands: Sequence[Operand]) -> Scaled:
        items = [self._get(item) for item in operands]
        factors, values = [factor for factor, _ in items], [value for _, value in items]
        factor = factors[0] if factors else 1.0
        if operation in ("multiply", "divide"):
            return self._product(target, operation, *items)
        if operation in ("add", "subtract"):
            return self._sum(target, items[0], (items[1][0] * (1 if operation == "add" else -1), items[1][1]))
        if operation == "negative":
            return -factor, values[0]
        if operation == "square":
            return factor**2, self._emit(operation, *values, name=target if abs(factor) == 1 else None)
        if operation == "absolute":
            return abs(factor), self._emit(operation, *values, name=target if abs(factor) == 1 else None)
        if operation == "sqrt" and factor > 0 and math.frexp(factor)[1] % 2:
            return math.sqrt(factor), self._emit(operation, *values, name=target if factor == 1 else None)
        if operation == "copysign":
            sign = math.copysign(abs(factor), factors[1])
            return sign, self._emit(operation, *values, name=target if sign == 1 else None)
        if operation == "at_most":
            threshold = self._times(factors[1] * factors[2] / factor, values[1])
            return 1.0, self._emit(operation, values[0], threshold, values[2], name=target)
        if operation in ("maximum", "minimum", "fmax", "greater_equal"):
            alike = {abs(f) for f, v in items if v != 0.0}
            if len(alike) == 1 and all(isinstance(v, str) or v == 0.0 for v in values):
                signed = [self._times(math.copysign(1.0, f), v) if v != 0.0 else v for f, v in items]
                result = self._emit(operation, *signed, name=target if alike == {1.0} else None)
                return (1.0 if operation == "greater_equal" else alike.pop()), result
        if operation == "hypot" and abs(factors[0]) == abs(factors[1]):
            return abs(factor), self._emit(operation, *values, name=target if abs(factor) == 1 else None)
        return 1.0, self._emit(operation, *(self._times(*item) for item in items), name=target)

    def _product(self, target: str, operation: str, first: Scaled, second: Scaled) -> Scaled:
        (f, a), (g, b) = (_split(item) for item in (first, second))
        factor = f * g if operation == "multiply" else f / g
        if b == 1.0:
            return factor, a
        if a == 1.0 and operation == "multiply":
            return factor, b
        return factor, self._emit(operation, a, b, name=target if factor == 1 else None)

    def _sum(self, target: str, first: Scaled, second: Scaled) -> Scaled:
        (f, a), (g, b) = first, second
        if not isinstance(a, str):
            (f, a), (g, b) = second, first
        if not isinstance(b, str):
            b = g * float(b) / f  # exact, as f is a power of two
            operation, b = ("subtract", -b) if b < 0 else ("add", b)
            return f, self._emit(operation, a, b, name=target if f == 1 else None)
        if abs(f) != abs(g):
            ratio = abs(g / f)
            if ("multiply", *sorted((1 / ratio, a), key=str)) in self._known or (f != 1 and abs(g) == 1):
                f, a = math.copysign(g, f), self._times(1 / ratio, a)
            else:
                g, b = math.copysign(f, g), self._times(ratio, b)
        if f == g:
            return f, self._emit("add", a, b, name=target if f == 1 else None)
        if f < 0 or ("subtract", b, a) in self._known:
            (f, a), (g, b) = (g, b), (f, a)
        return f, self._emit("subtract", a, b, name=target if f == 1 else None)


def _split(item: Scaled) -> Scaled:
    """A power of two is all factor."""
    factor, value = item
    if isinstance(value, str) or value == 0 or abs(math.frexp(value)[0]) != 0.5:
        return item
    return factor * float(value), 1.0


def _by_reciprocals(statements: Sequence[Statement], taken: set[str]) -> list[Statement]:
    """Divisions by one denominator as multiplications by its reciprocal."""
    count = Counter(s.operands[1] for s in statements if s.operation == "divide")
    inverse: dict[Operand, str] = {}
    found: list[Statement] = []
    for statement in statements:
        target, operation, operands = statement
        if operation != "divide" or count[operands[1]] < _SHARED_DIVISIONS:
            found.append(statement)
            continue
        above, below = operands
        if below not in inverse:
            inverse[below] = target if above == 1.0 else fresh(f"inverse_{below}", taken)
            found.append(Statement(inverse[below], "divide", (1.0, below)))
        if target != inverse[below]:
            found.append(Statement(target, "multiply", (above, inverse[below])))
    return found


class _Products:
    """Products of many factors, which share the pairs that most of them hold."""

    def __init__(self, statements: Sequence[Statement], kept: Iterable[Operand], taken: set[str]) -> None:
        self._taken = taken
        self._kept = list(kept)
        self._given = {s.target: s for s in statements}
        uses = Counter(item for s in statements for item in s.operands)
        uses.update(self._kept)
        self._rows: dict[str, list[Operand]] = {}
        for target, operation, operands in statements:
            if operation == "square":
                self._rows[target] = [operands[0]] * 2
            elif operation == "multiply":
                row: list[Operand] = []
                for item in operands:
                    inner = self._given.get(str(item))
                    single = inner is not None and inner.operation == "multiply" and uses[item] == 1
                    row.extend(self._rows.pop(str(item)) if single else [item])
                self._rows[target] = row

    def statements(self) -> list[Statement]:
        """All statements, each before its first use."""
        while True:
            count = Counter(pair for row in self._rows.values() for pair in _pairs(row))
            pair, most = max(count.items(), key=lambda item: item[1], default=((0, 0), 0))
            if most < 2:
                break
            self._share(pair)
        return list(self._ordered())

    def _share(self, pair: tuple[Operand, Operand]) -> None:
        """Give the product of a pair a target of its own, and put it into all rows."""
        rows = [target for target, row in self._rows.items() if pair in _pairs(row)]
        exact = next((target for target in rows if len(self._rows[target]) == 2), None)
        shared = exact or fresh(f"s{len(self._given) + 1}", self._taken)
        for target in rows:
            if target != exact:
                row = self._rows[target]
                while pair in _pairs(row) and len(row) >= 2:
                    place = min(row.index(item) for item in pair)
                    for item in pair:
                        row.remove(item)
                    row.insert(place, shared)
        self._rows[shared] = list(pair)
        self._given.setdefault(shared, Statement(shared, "multiply", pair))

    def _ordered(self) -> Iterator[Statement]:
        done: set[Operand] = set()
        stack: list[tuple[Operand, bool]] = [(item, False) for item in reversed(self._kept)]
        while stack:
            target, ready = stack.pop()
            if target in done or not isinstance(target, str) or target not in self._given:
                continue
            row = self._rows.get(target)
            operands = self._given[target].operands if row is None else tuple(row)
            if not ready:
                stack.append((target, True))
                stack.extend((item, False) for item in reversed(operands))
                continue
            done.add(target)
            if row is None:
                yield self._given[target]
            else:
                yield from self._chain(target, row)

    def _chain(self, target: str, row: Sequence[Operand]) -> Iterator[Statement]:
        total: Operand = row[0]
        for k, item in enumerate(row[1:], 1):
            name = target if k == len(row) - 1 else fresh(f"s{len(self._given) + 1}", self._taken)
            operation, operands = ("square", (total,)) if item == total else ("multiply", (total, item))
            yield Statement(name, operation, operands)
            total = name
        if len(row) == 1:
            yield Statement(target, "multiply", (1.0, total))


def _pairs(row: Sequence[Operand]) -> dict[tuple[Operand, Operand], None]:
    """Every unordered pair of a row once, in order."""
    return dict.fromkeys((a, b) if str(a) <= str(b) else (b, a) for a, b in combinations(row, 2))
