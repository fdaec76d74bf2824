r"""Expressions as LaTeX text (:mod:`symness.linebreak` breaks what is too long for a line).

Nothing is expanded, reordered or factored: terms and factors come in the order in which they were built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isqrt
from types import MappingProxyType

from symness import program
from symness.program import Node

__all__ = ["OCCUPATION", "TOKEN", "Printer", "key_of", "wrapped"]

_NONE: Mapping[str, str] = MappingProxyType({})
_NAMED = {"log": r"\ln", "minimum": r"\min", "maximum": r"\max", "positive_part": r"\max"}
_NAMED |= {name: "\\" + name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
_OPERATOR = re.compile(r"\\(?:sin|cos|tan|max|min|ln)h?(?![A-Za-z])")  # TeX spaces these by itself
_TRIGONOMETRIC = re.compile(r"\\(?:sin|cos|tan)h?(?![A-Za-z])")
_PART = re.compile(r"\\(?:mathrm|operatorname)\{(?:Re|Im)\}")
OCCUPATION = {"bose": r"n_{\mathrm{B}}", "fermi": r"n_{\mathrm{F}}"}
_KEY_START = {"cos_half": 1, "sin_half": 1, "eigenvalue": 3, "eigenvector": 4, "wootters": 1}

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)


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
        return wrapped(self.text) if self.kind in ("sum", "difference") else self.text

    @property
    def factor(self) -> str:
        return wrapped(self.whole) if self.negative else self.head


def wrapped(text: str, fixed: bool = False) -> str:
    """Brackets unlike those inside, with a gap at either end if ``fixed``: those may stand on different lines."""
    used = max((k + 1 for k, mark in enumerate(("(", "[", r"\{")) if mark in text), default=0)
    left, right = (("(", ")"), ("[", "]"), (r"\{", r"\}"))[max(used, fixed) % 3]
    tall = r"\frac" in text or r"\begin" in text
    if fixed:
        size = r"\bigg" if tall or r"\Big" in text else r"\Big" if r"\big" in text else r"\big"
        return f"{size}l{left}{text}{size}r{right}"
    return rf"\left{left} {text} \right{right}" if tall or used > 2 else left + text + right


def _apply(*arguments: str) -> str:
    text = wrapped(", ".join(arguments))
    return r"\!" + text if text.startswith(r"\left") else text


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
            return _Text(rf"\frac{{{self._above(node.args[0])}}}{{{parts[1].whole}}}", "fraction", parts[0].negative)
        return self._power(node, parts[0]) if node.op == "pow" else self._call(node.args[0], node, parts)

    def _above(self, numerator: Node) -> str:
        """A numerator without its sign; all of it, -(a + b), needs no bracket once the sign stands before the bar."""
        factors = program.flat(numerator) if numerator.op == "mul" else [numerator]
        alone = self(factors[-1])
        bracket = len(factors) == 2 and self(factors[0]).text == "1" and alone.kind in ("sum", "difference")
        return alone.text if bracket else self(numerator).text

    def _signed(self, term: Node, place: int) -> str:
        printed = self(term)
        text = wrapped(printed.text) if printed.kind == "difference" else printed.text
        return (("-", " - ") if printed.negative else ("", " + "))[place > 0] + text

    def _power(self, node: Node, base: _Text) -> _Text:
        exponent, inner = f"^{{{node.args[1]}}}", node.args[0]
        function = _TRIGONOMETRIC.match(base.text) if inner.op in ("call", "symbol") else None
        if function:
            return _Text(base.text[: function.end()] + exponent + base.text[function.end() :], base.kind)
        # A symbol that is a root, has a superscript (in a macro, perhaps) or is Re rho needs the bracket.
        name = self.macros.get(base.text, base.text) if inner.op == "symbol" else ""
        compound = inner.op == "pow" or re.search(r"\^|\\t?frac|\\sqrt", name) or _PART.match(name)
        plain = base.kind in ("letter", "unit", "closed") and not compound
        return _Text((base.text if plain else wrapped(base.whole)) + exponent, "letter")

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
            part, i = divmod(int(node.args[1].args[0]), size := int(node.args[3].args[0]))
            component = wrapped(f"v_{second}{_apply(symbol)}") + f"_{{{i + 1}}}"
            is_real = len(key_of(node)) == size**2
            return _Text(component if is_real else rf"\operatorname{{{('Re', 'Im')[part]}}}{component}", "letter")
        if name == "xlogx":
            inner = parts[0]
            simple = node.args[1].op == "symbol" or inner.kind == "closed"
            return _Text(inner.factor + r" \ln " + (inner.whole if simple else wrapped(inner.whole)), "open")
        return _Text(_NAMED[name] + _apply(*(["0", *text] if name == "positive_part" else text)), "function")

    def occupation(self, name: str, arguments: Sequence[str]) -> str:
        """An occupation number; a chemical potential that is the number 0 is not shown."""
        return OCCUPATION[name] + _apply(*(arguments[:-1] if arguments[-1] == "0" else arguments))

    def meaning(self, key: tuple[Node, ...]) -> str:
        """The angle of (delta, lam), or the matrix with these entries."""
        if len(key) == 2:
            return r"\mathrm{atan2}" + _apply(*(self(entry).whole for entry in reversed(key)))
        size = isqrt(len(key))
        if size**2 != len(key):  # Re and then Im
            size = isqrt(len(key) // 2)
            halves = zip(key[: size**2], key[size**2 :], strict=True)
            key = tuple(program.add(real, program.mul(program.I, imaginary)) for real, imaginary in halves)
        cells = [self(entry).whole for entry in key]
        rows = r" \\ ".join(" & ".join(cells[k : k + size]) for k in range(0, len(cells), size))
        return rf"\begin{{matrix}} {rows} \end{{matrix}}"

    def shown(self, key: tuple[Node, ...]) -> str:
        """The meaning as the right-hand side of an equation, with what has been printed of a matrix."""
        if len(key) == 2:
            return self.meaning(key)
        text, symbol, used = wrapped(self.meaning(key)), self.symbols[key], self._uses.get(key, set())
        if used - {"wootters"}:
            text += rf", \quad {symbol} v_{{k}} = E_{{k}} v_{{k}}, \quad E_{{1}} \geq E_{{2}} \geq \dots"
        if "wootters" in used:
            flip = r"\,(\sigma_{y} \otimes \sigma_{y})\,"
            text += r", \quad \Lambda = s_{1} - s_{2} - s_{3} - s_{4}, \quad s_{1} \geq s_{2} \geq \dots"
            text += rf", \quad {symbol}{flip}{symbol}^{{*}}{flip}u_{{k}} = s_{{k}}^{{2}}\,u_{{k}}"
        return text
