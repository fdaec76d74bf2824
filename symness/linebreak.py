r"""Where a long expression may be broken, and the lines of an equation.

Breaks come before a ``+`` or ``-``, of a sum or inside a bracket that makes a product long, and between factors
(``\times``) that no line holds together.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symness import program
from symness.program import Node
from symness.typeset import TOKEN, Printer, wrapped

__all__ = ["Breaker", "Row"]

#: name, LaTeX and right-hand side of an equation
Row = tuple[str, str, Node]

# Widths in average letters, as TeX sets them; a command that is not listed is one letter wide.
_WIDTHS = dict.fromkeys(r"^ _ { } & ' \! \\ \bar \tilde \hat \vec \dot \mathcal \mathrm \text".split(), 0.0)
_WIDTHS |= dict.fromkeys(r"\operatorname \frac \tfrac \left \right \bigl \bigr \Bigl \Bigr \biggl \biggr".split(), 0.0)
_WIDTHS |= {"+": 2.4, "-": 2.4, "=": 2.4, "<": 2.4, ">": 2.4, r"\quad": 2.0, r"\,": 0.4, r"\sqrt": 1.7}
_WIDTHS |= dict.fromkeys(r"\max \min \sin \cos \tan".split(), 3.0)


#: What stands inside these cannot be broken; a part of a line that is wider than this share gets a name of its own.
_CLOSED = frozenset("sqrt log xlogx maximum minimum positive_part".split())
_WIDE = 0.3


def _is_modulus(node: Node) -> bool:
    return node.op == "call" and node.args[0] == "abs"


def _is_closed(node: Node) -> bool:
    return node.op == "pow" or (node.op == "call" and node.args[0] in _CLOSED)


class Breaker(Printer):
    """A printer that breaks an equation into lines.

    ``parts`` holds the LaTeX of parts that got a name because no line holds what they stand in.
    """

    def __init__(self, names: Mapping[str, str], *arguments: Mapping[Any, str]) -> None:
        self.parts: dict[str, str] = {}
        super().__init__(ChainMap(self.parts, dict(names)), *arguments)

    def width(self, text: str) -> float:
        """Visible length of a line, in letters; scripts are small, a fraction is as wide as its wider half."""
        groups, halves, before = [("", 0.0)], [0.0], ""
        for token in TOKEN.findall(" ".join(self.macros.get(t, t) for t in TOKEN.findall(text))):
            if token == "{":
                groups.append((before, 0.0))
            elif token == "}" and len(groups) > 1:
                role, size = groups.pop()
                if role in (r"\frac", r"\tfrac"):
                    halves.append(size)
                    token, size = "half", 0.0
                elif role == "half":
                    size = max(halves.pop(), size)
                groups[-1] = (groups[-1][0], groups[-1][1] + (0.7 if role in ("^", "_") else 1) * size)
            else:
                size = _WIDTHS.get(token, 1.0) * (0.7 if before in ("^", "_") else 1)
                groups[-1] = (groups[-1][0], groups[-1][1] + size)
            before = token
        return groups[0][1]

    def named_parts(
        self, rows: Iterable[Row], new: Callable[[int], tuple[str, str]], width: float, memo: dict[Node, Node]
    ) -> list[Row]:
        """Rows whose roots, powers and functions fit a line: long arguments have rows of their own in front.

        ``new(k)`` gives name and LaTeX of part number k; ``memo`` is shared by all rows of a formula, so that what
        occurs twice has one name.
        """
        found: list[Row] = []
        for name, text, root in rows:
            for node in program.walk([root]):
                if node in memo:
                    continue
                operands = [memo[child] for child in node.operands]
                same = all(a is b for a, b in zip(operands, node.operands, strict=True))
                memo[node] = rebuilt = node if same else program.rebuild(node, operands)
                if not _is_closed(rebuilt) or self.width(self(rebuilt).text) <= width:
                    continue
                for k, operand in enumerate(operands):
                    if operand.op != "symbol" and self.width(self(operand).text) > _WIDE * width:
                        if operand not in memo or memo[operand].op != "symbol":
                            part, mark = new(len(self.parts) + 1)
                            self.parts[part] = mark
                            found.append((part, mark, operand))
                            memo[operand] = program.symbol(part)
                        operands[k] = memo[operand]
                memo[node] = program.rebuild(node, operands)
            found.append((name, text, memo[root]))
        return found

    def pieces(self, node: Node, room: float) -> tuple[bool, list[str]]:
        """Sign and text; if it is wider than ``room``, in pieces, of which each but the first may start a line."""
        done = self(node)
        if not (node.op in ("add", "mul", "div") or _is_modulus(node)) or self.width(done.text) <= room:
            return done.negative, [done.text]
        if node.op == "add":
            return False, self._sum(node, room)
        if node.op == "call":
            negative, parts = self._inside("", node, "", room)
        elif node.op == "div":
            num, den = node.args
            # A fraction cannot be broken, its inverse can.
            if (den.op == "add" or _is_modulus(den)) and self.width(self(den).text) > room:
                one = self(num).text == "1"
                negative, parts = (self(num).negative, [""]) if one else self._inside("", num, "", room)
                inverse = self._inside("", den, "^{-1}", room)[1]
                return negative, [*parts[:-1], parts[-1] + inverse[0], *inverse[1:]]
            negative, parts = self._inside("", num, "", room)
            if len(parts) > 1:
                parts = self._joined([rf"\frac{{1}}{{{self(den).whole}}}"], parts, room)
        else:
            factors = program.flat(node)
            widths = [self.width(self(factor).text) * (factor.op in ("add", "div")) for factor in factors]
            place = widths.index(max(widths))
            negative, parts = self._inside("", factors[place], "", room)
            before, after = (program.mul(*part) for part in (factors[:place], factors[place + 1 :]))
            if len(parts) > 1:
                (minus, first), (turned, last) = self._beside(before, room), self._beside(after, room, leads=False)
                parts = self._joined(self._joined(first, parts, room), last, room)
                negative ^= minus ^ turned
        return (negative, parts) if len(parts) > 1 else (done.negative, [done.text])

    def _beside(self, node: Node, room: float, leads: bool = True) -> tuple[bool, list[str]]:
        """Sign and pieces of the factors before (``leads``) or after the one that is broken; no pieces for 1."""
        done = self(node)
        if done.text == "1":
            return done.negative, []
        if self.width(done.text) > room:
            negative, parts = self._inside("", node, "", room)
            if len(parts) > 1:
                return negative, parts
        return (done.negative, [done.head]) if leads else (False, [done.factor])

    def _joined(self, left: list[str], right: list[str], room: float) -> list[str]:
        """Pieces of a product; where two are too wide for one line the second may start the next."""
        if not left or not right:
            return left or right
        if self.width(left[-1] + right[0]) > room:
            return [*left, r"\times " + right[0], *right[1:]]
        return [*left[:-1], left[-1] + right[0], *right[1:]]

    def _sum(self, node: Node, room: float) -> list[str]:
        found = []
        for k, term in enumerate(program.flat(node)):
            (negative, parts), whole = self.pieces(term, room), self(term)
            found += [self._signed(term, k).strip()] if parts == [whole.text] else ["+-"[negative] + " " + parts[0]]
            found += parts[1:]
        return [found[0].removeprefix("+ "), *found[1:]]

    def _inside(self, before: str, node: Node, after: str, room: float) -> tuple[bool, list[str]]:
        inner = node.args[1] if _is_modulus(node) else node
        negative, parts = (False, self._sum(inner, room)) if inner.op == "add" else self.pieces(inner, room)
        text, left, right = " ".join(parts), "", ""
        if inner is not node:
            size = r"\bigg" if r"\frac" in text else r"\big"
            left, right = rf"{size}l\lvert " + "-" * negative, rf"{size}r\rvert"
            negative = False
        elif node.op == "add":
            left, right = wrapped(text, fixed=True).split(text)
        elif self(node).kind == "difference":
            parts = [wrapped(parts[0])]
        parts[0], parts[-1] = before + left + parts[0], parts[-1] + right + after
        return negative, parts

    def lines(self, left: str, node: Node, width: float) -> list[str]:
        """``left &= node`` on as few lines as fit the width, and those as even as they can be."""
        indent = self.width(left + "=")
        negative, (first, *rest) = self.pieces(node, width - indent)
        start = f"{left} &= {'-' if negative else ''}{first}"
        best: list[str] = []
        for share in range(20, 8, -1):
            found, used = [start], self.width(start)
            for part in rest:
                size = self.width(part)
                if used + size > width * share / 20:
                    found.append(r"&\quad " + part)
                    used = indent + 2 + size
                else:
                    found[-1] += " " + part
                    used += size
            if best and len(found) > len(best):
                break
            best = found
        return best
