r"""Expressions as LaTeX text, and where a long one may be broken.

Nothing is expanded, reordered or factored: terms and factors come in the order in which they were built.  Breaks come
before a ``+`` or ``-``, of a sum or inside the one bracket that makes a product long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from symness import program
from symness.program import Node

__all__ = ["OCCUPATION", "TOKEN", "Printer", "key_of"]

_NONE: Mapping[str, str] = MappingProxyType({})
_NAMED = {"log": r"\ln", "minimum": r"\min", "maximum": r"\max", "positive_part": r"\max"}
_NAMED |= {name: "\\" + name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
_OPERATOR = re.compile(r"\\(?:sin|cos|tan|max|min|ln)h?(?![A-Za-z])")  # TeX spaces these by itself
_TRIGONOMETRIC = re.compile(r"\\(?:sin|cos|tan)h?(?![A-Za-z])")
OCCUPATION = {"bose": r"n_{\mathrm{B}}", "fermi": r"n_{\mathrm{F}}"}
_KEY_START = {"cos_half": 1, "sin_half": 1, "eigenvalue": 3, "eigenvector": 4, "wootters": 1}

# Widths in average letters, as TeX sets them; a command that is not listed is one letter wide.
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
_WIDTHS = dict.fromkeys(r"^ _ { } & ' \! \\ \bar \tilde \hat \vec \dot \mathcal \mathrm \text".split(), 0.0)
_WIDTHS |= dict.fromkeys(r"\operatorname \frac \tfrac \left \right \bigl \bigr \Bigl \Bigr \biggl \biggr".split(), 0.0)
_WIDTHS |= {"+": 2.4, "-": 2.4, "=": 2.4, "<": 2.4, ">": 2.4, r"\quad": 2.0, r"\,": 0.4, r"\sqrt": 1.7}
_WIDTHS |= dict.fromkeys(r"\max \min \sin \cos \tan".split(), 3.0)


@dataclass(frozen=True)
class _Text:
    """One printed node; ``negative``: a minus sign belongs in front of ``text``."""

    text: str
    kind: str
    negative: bool = False

    @property
    def whole(self) -> str:
        return "-" + self.text if self.negative else self.text

    @property
    def head(self) -> str:
        """The text as a first factor, whose sign becomes that of the product."""
        return _wrap(self.text) if self.kind in ("sum", "difference") else self.text

    @property
    def factor(self) -> str:
        return _wrap(self.whole) if self.negative else self.head


def _wrap(text: str, fixed: bool = False) -> str:
    """Brackets unlike those inside, with a gap at either end if ``fixed``: those may stand on different lines."""
    used = max((k + 1 for k, mark in enumerate(("(", "[", r"\{")) if mark in text), default=0)
    left, right = (("(", ")"), ("[", "]"), (r"\{", r"\}"))[max(used, fixed) % 3]
    tall = r"\frac" in text or r"\begin" in text
    if fixed:
        size = r"\bigg" if tall or r"\Big" in text else r"\Big" if r"\big" in text else r"\big"
        return f"{size}l{left}{text}{size}r{right}"
    return rf"\left{left} {text} \right{right}" if tall or used > 2 else left + text + right


def _apply(*arguments: str) -> str:
    wrapped = _wrap(", ".join(arguments))
    return r"\!" + wrapped if wrapped.startswith(r"\left") else wrapped


def _product(factors: Sequence[_Text]) -> str:
    """Thin spaces between letters; a number, a fraction and a bracket separate by themselves."""
    text = factors[0].head
    for left, factor in pairwise(factors):
        new = factor.factor
        apart = text.endswith((")", "]", r"\}")) or new.startswith(("(", "[", r"\{", r"\left", r"\frac"))
        tight = ("number", "fraction") if new.startswith(r"\mathrm") else ("number", "fraction", "unit")  # i Re rho
        if new[0].isdigit():
            text += r" \cdot "
        elif not _OPERATOR.match(new) and (left.kind == "open" or not (apart or left.kind in tight)):
            text += r"\,"
        elif re.search(r"\\[A-Za-z]+$", text) and new[0].isalpha():
            text += " "
        text += new
    return text


def key_of(node: Node) -> tuple[Node, ...]:
    """What an angle (delta, lam) or a matrix (its entries) is known by; empty for other nodes."""
    return node.args[_KEY_START[node.args[0]] :] if node.op == "call" and node.args[0] in _KEY_START else ()


class Printer:
    """Nodes to text, operands first (programs are deep), each shared node once.

    ``symbols`` holds the LaTeX of named angles and matrices, ``macros`` what a macro among ``names`` stands for.
    """

    def __init__(
        self,
        names: Mapping[str, str],
        symbols: Mapping[tuple[Node, ...], str] = MappingProxyType({}),
        macros: Mapping[str, str] = _NONE,
    ) -> None:
        self.names, self.symbols, self.macros = names, symbols, macros
        self.memo: dict[Node, _Text] = {}
        self._uses: dict[tuple[Node, ...], set[str]] = {}

    def __call__(self, root: Node) -> _Text:
        for node in program.walk([] if root in self.memo else [root]):
            if node not in self.memo:
                self.memo[node] = self._print(node)
        return self.memo[root]

    def _print(self, node: Node) -> _Text:
        parts = [self.memo[child] for child in node.operands]
        if node.op == "number":
            value = abs(node.args[0])
            text = str(value) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
            return _Text(text, "number", node.args[0] < 0)
        if node.op == "symbol":
            if node.args[0] not in self.names:
                there = ", ".join(self.names) or "none"
                raise ValueError(f"names has no LaTeX for the symbol {node.args[0]!r}, only for {there}: add it")
            text = self.names[node.args[0]]
            return _Text(text, "open" if _TRIGONOMETRIC.match(self.macros.get(text, text)) else "letter")
        if node.op == "i":
            return _Text(r"\mathrm{i}", "unit")
        if node.op == "add":
            return _Text("".join(self._signed(term, k) for k, term in enumerate(program.flat(node))), "sum")
        if node.op == "mul":
            parts = [self.memo[factor] for factor in program.flat(node)]
            negative = parts[0].negative
            if parts[0].text == "1":  # only the sign is left of -1
                parts = [_Text(parts[1].factor, "letter") if parts[1].negative else parts[1], *parts[2:]]
            if len(parts) == 2 and parts[0].kind == "unit":  # -i a, not i (-a)
                negative, parts = negative ^ parts[1].negative, [parts[0], replace(parts[1], negative=False)]
            return _Text(_product(parts), "open" if parts[-1].kind == "open" else "product", negative)
        if node.op == "div":
            return _Text(rf"\frac{{{parts[0].text}}}{{{parts[1].whole}}}", "fraction", parts[0].negative)
        return self._power(node, parts[0]) if node.op == "pow" else self._call(node.args[0], node, parts)

    def _signed(self, term: Node, place: int) -> str:
        printed = self(term)
        text = _wrap(printed.text) if printed.kind == "difference" else printed.text
        return (("-", " - ") if printed.negative else ("", " + "))[place > 0] + text

    def _power(self, node: Node, base: _Text) -> _Text:
        exponent, inner = f"^{{{node.args[1]}}}", node.args[0]
        function = _TRIGONOMETRIC.match(base.text) if inner.op in ("call", "symbol") else None
        if function:
            return _Text(base.text[: function.end()] + exponent + base.text[function.end() :], base.kind)
        # A symbol that is a root or has a superscript (in a macro, perhaps) needs the bracket.
        name = self.macros.get(base.text, base.text) if inner.op == "symbol" else ""
        compound = inner.op == "pow" or re.search(r"\^|\\t?frac|\\sqrt", name)
        plain = base.kind in ("letter", "unit", "closed") and not compound
        return _Text((base.text if plain else _wrap(base.whole)) + exponent, "letter")

    def _call(self, name: str, node: Node, parts: Sequence[_Text]) -> _Text:
        text = [part.whole for part in parts]
        if name == "hypot":
            squares = program.add(*(program.power(part, 2) for part in node.args[1:]))
            return self(program.call("sqrt", squares))
        if name in ("sqrt", "exp"):
            return _Text((r"\sqrt" if name == "sqrt" else r"\mathrm{e}^") + f"{{{text[0]}}}", name)
        if name == "abs":
            left, right = (r"\left\lvert", r" \right\rvert") if r"\frac" in text[0] else (r"\lvert", r"\rvert")
            return _Text(f"{left} {text[0]}{right}", "closed")
        if name in ("bose", "fermi", "fermi_hole"):
            occupation = self.occupation(name.removesuffix("_hole"), text)
            return _Text("1 - " + occupation, "difference") if name == "fermi_hole" else _Text(occupation, "closed")
        if name in ("bose_difference", "fermi_difference"):
            single = name.removesuffix("_difference")
            first, second = (self.occupation(single, [text[0], *text[k : k + 2]]) for k in (1, 3))
            return _Text(f"{first} - {second}", "difference")
        if name in _KEY_START:
            symbol = self.symbols.get(key_of(node)) or self.meaning(key_of(node))
            self._uses.setdefault(key_of(node), set()).add(name)
            if name.endswith("_half"):
                return _Text(rf"\{name.removesuffix('_half')}\tfrac{{{symbol}}}{{2}}", "open")
            if name == "wootters":
                return _Text(r"\Lambda" + _apply(symbol), "closed")
            first, second = (f"{{{int(index.args[0]) + 1}}}" for index in node.args[1:3])  # readers count from one
            if name == "eigenvalue":
                return _Text(f"E_{first}" + _apply(symbol), "closed")
            return _Text(_wrap(f"v_{second}{_apply(symbol)}") + f"_{first}", "letter")
        if name == "xlogx":
            inner = parts[0]
            simple = node.args[1].op == "symbol" or inner.kind == "closed"
            return _Text(inner.factor + r" \ln " + (inner.whole if simple else _wrap(inner.whole)), "open")
        return _Text(_NAMED[name] + _apply(*(["0", *text] if name == "positive_part" else text)), "function")

    def occupation(self, name: str, arguments: Sequence[str]) -> str:
        """An occupation number; a chemical potential that is the number 0 is not shown."""
        return OCCUPATION[name] + _apply(*(arguments[:-1] if arguments[-1] == "0" else arguments))

    def meaning(self, key: tuple[Node, ...]) -> str:
        """The angle of (delta, lam), or the matrix with these entries."""
        cells = [self(entry).whole for entry in key]
        if len(key) == 2:
            return r"\operatorname{atan2}" + _apply(*reversed(cells))
        size = round(len(cells) ** 0.5)
        rows = r" \\ ".join(" & ".join(cells[k : k + size]) for k in range(0, len(cells), size))
        return rf"\begin{{matrix}} {rows} \end{{matrix}}"

    def shown(self, key: tuple[Node, ...]) -> str:
        """The meaning as the right-hand side of an equation, with what has been printed of a matrix."""
        if len(key) == 2:
            return self.meaning(key)
        text, symbol, used = _wrap(self.meaning(key)), self.symbols[key], self._uses.get(key, set())
        if used - {"wootters"}:
            text += rf", \quad {symbol} v_{{k}} = E_{{k}} v_{{k}}, \quad E_{{1}} \geq E_{{2}} \geq \dots"
        if "wootters" in used:
            flip = r"\,(\sigma_{y} \otimes \sigma_{y})\,"
            text += r", \quad \Lambda = s_{1} - s_{2} - s_{3} - s_{4}, \quad s_{1} \geq s_{2} \geq \dots"
            text += rf", \quad {symbol}{flip}{symbol}^{{*}}{flip}u_{{k}} = s_{{k}}^{{2}}\,u_{{k}}"
        return text

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

    def pieces(self, node: Node, room: float) -> tuple[bool, list[str]]:
        """Sign and text; if it is wider than ``room``, in pieces, of which each but the first may start a line."""
        done = self(node)
        if node.op not in ("add", "mul", "div") or self.width(done.text) <= room:
            return done.negative, [done.text]
        if node.op == "add":
            return False, self._sum(node, room)
        if node.op == "div":
            num, den = node.args
            if den.op == "add" and self.width(self(den).text) > room:  # a fraction cannot be broken, its inverse can
                one = self(num).text == "1"
                negative, parts = (self(num).negative, [""]) if one else self._inside("", num, "", room)
                inverse = self._inside("", den, "^{-1}", room)[1]
                return negative, [*parts[:-1], parts[-1] + inverse[0], *inverse[1:]]
            negative, parts = self._inside(rf"\frac{{1}}{{{self(den).whole}}}", num, "", room)
        else:
            factors = program.flat(node)
            widths = [self.width(self(factor).text) * (factor.op in ("add", "div")) for factor in factors]
            place = widths.index(max(widths))
            before, after = (self(program.mul(*part)) for part in (factors[:place], factors[place + 1 :]))
            texts = ("" if before.text == "1" else before.head, "" if after.text == "1" else after.factor)
            negative, parts = self._inside(texts[0], factors[place], texts[1], room)
            negative ^= before.negative
        return (negative, parts) if len(parts) > 1 else (done.negative, [done.text])

    def _sum(self, node: Node, room: float) -> list[str]:
        found = []
        for k, term in enumerate(program.flat(node)):
            (negative, parts), whole = self.pieces(term, room), self(term)
            found += [self._signed(term, k).strip()] if parts == [whole.text] else ["+-"[negative] + " " + parts[0]]
            found += parts[1:]
        return [found[0].removeprefix("+ "), *found[1:]]

    def _inside(self, before: str, node: Node, after: str, room: float) -> tuple[bool, list[str]]:
        if node.op != "add":
            negative, parts = self.pieces(node, room)
            left = right = ""
            if self(node).kind == "difference":
                parts = [_wrap(parts[0])]
        else:
            negative, parts = False, self._sum(node, room)
            text = " ".join(parts)
            left, right = _wrap(text, fixed=True).split(text)
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
