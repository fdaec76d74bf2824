"""A formula as the source of a self-contained numpy module.

The module holds the formula three times, each for its own purpose: ``kernel``, straight-line code for any array
namespace; a table of numpy calls that ``evaluate`` runs on blocks; and a table in which bath functions are whole, with
which elements that lose digits are recomputed in double-double arithmetic.  This module assembles the text; the
templates beside it hold what does not depend on the formula.
"""

from __future__ import annotations

import functools
import hashlib
import keyword
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2

from symness import program
from symness.cancellation import Analysis
from symness.careful import careful_program
from symness.formula import Formula
from symness.lowering import Statement, fast_program
from symness.program import Node
from symness.realise import fresh, realise

__all__ = ["digest", "main_kernel_statements", "module_source"]

#: Elements whose sum of magnitudes exceeds this many times their value are recomputed.
THRESHOLD = 64.0
_RESERVED = frozenset({"outputs", "strict", "unknown", "given", "xp", "np", "functools"})
_WIDTH = 96
_DIRECT = frozenset("sqrt exp log sin cos tan sinh cosh tanh abs".split())
_HELPERS = {"eigenvalue": "_matrix_eigenvalue", "eigenvector": "_matrix_eigenvector"}


def module_source(formula: Formula, derivation: str = "") -> str:
    """Source of a module with ``evaluate``, ``kernel``, ``PARAMETERS``, ``OUTPUTS`` and ``SOURCE``.

    Parameters
    ----------
    formula : Formula
        Boolean outputs are true where their expression is not certainly negative.
    derivation : str
        Name of the derivation that the formula comes from, recorded in ``SOURCE``.

    Raises
    ------
    ValueError
        If a parameter has a name that ``evaluate`` cannot take.
    """
    names = [item.name for item in formula.inputs]
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name) or name in _RESERVED or name.startswith("_"):
            raise ValueError(f"{name!r} cannot be a keyword of evaluate(): give the parameter another name")
    fast, careful = fast_program(formula), careful_program(formula)
    lines, results = _kernel_text(formula)
    required = [item.name for item in formula.inputs if item.default is None]
    return (
        _environment()
        .get_template("module.py.j2")
        .render(
            documentation=_documentation(formula),
            parameters=[_quote(name) for name in names],
            outputs=[
                (
                    _quote(o.name),
                    [(_quote(key), _quote(getattr(o, key))) for key in ("latex", "meaning", "unit", "domain")],
                )
                for o in formula.outputs
            ],
            source=[
                (_quote(key), repr(v) if isinstance(v, int) else _quote(v)) for key, v in _source(formula, derivation)
            ],
            kernel_arguments=", ".join(names),
            kernel_lines=lines,
            kernel_results=results,
            nonnegative=_tuple(item.name for item in formula.inputs if item.domain == "nonnegative"),
            condition_texts=_tuple(c.text for c in formula.conditions),
            conditions=_tuple(fast.conditions),
            statements=[_row(statement) for statement in fast.statements],
            parts=[f"{_quote(name)}: {_tuple(parts)}" for name, parts in fast.parts.items()],
            tests=[f"{_quote(name)}: {_tuple(tests)}" for name, tests in fast.tests.items()],
            careful=[_row(statement) for statement in careful.statements],
            careful_parts=[f"{_quote(name)}: {_tuple(parts)}" for name, parts in careful.parts.items()],
            threshold=repr(THRESHOLD),
            signature=[
                (i.name, "_REQUIRED" if i.name in required else repr(float(i.default or 0))) for i in formula.inputs
            ],
            parameter_lines=_parameter_lines(formula),
        )
    )


def main_kernel_statements(formula: Formula, outputs: Sequence[str] | None = None) -> list[Statement]:
    """Three-address statements that compute the outputs, without tests (:func:`symness.lowering.fast_program`)."""
    return fast_program(formula, outputs, tests=False).statements


def digest(formula: Formula) -> str:
    """sha256 of a canonical text: equal for equal formulas, whatever the session, machine or versions."""
    fields: list[Any] = [formula.name]
    fields += [(i.name, i.latex, i.domain, i.default, i.meaning) for i in formula.inputs]
    fields += [(d.name, d.latex) for d in formula.definitions]
    fields += [(o.name, o.latex, o.meaning, o.unit, o.domain) for o in formula.outputs]
    fields += [(c.text, c.latex) for c in formula.conditions]
    fields += sorted((str(key), str(value)) for key, value in formula.provenance.items())
    roots = [item.expression for item in formula.definitions]
    roots += [item.expression for item in formula.outputs] + [item.expression for item in formula.conditions]
    place: dict[Node, int] = {}
    for node in program.walk(roots):
        place[node] = len(place)
        own = [str(item) for item in node.args if not isinstance(item, Node)]
        fields.append((node.op, *own, *(place[child] for child in node.operands)))
    fields.append([place[root] for root in roots])
    return hashlib.sha256("\n".join(map(repr, fields)).encode()).hexdigest()


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)


def _source(formula: Formula, derivation: str) -> list[tuple[str, str | int]]:
    entries: list[tuple[str, str | int]] = [("derivation", derivation), ("digest", digest(formula))]
    entries += [(package, _version(package)) for package in ("sympy", "python-flint", "symness")]
    return [*entries, ("operations", formula.count_ops())]


def _version(package: str) -> str:
    if package == "symness":
        return str(getattr(sys.modules["symness"], "__version__", "unknown"))
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _quote(text: object) -> str:
    """A double-quoted Python literal."""
    body = repr(str(text))[1:-1].replace("\\'", "'").replace('\\"', '"')
    return '"' + body.replace('"', '\\"') + '"'


def _literal(item: object) -> str:
    if isinstance(item, str):
        return _quote(item)
    return repr(item)


def _tuple(items: Iterable[object]) -> str:
    texts = [_literal(item) for item in items]
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _row(statement: Statement) -> str:
    return _tuple((statement.target, statement.operation, *statement.operands))


def _safe(text: str) -> str:
    """Text that can stand in a docstring."""
    return " ".join(text.replace("\\", "\\\\").replace('"""', "'''").split())


def _documentation(formula: Formula) -> str:
    lines = [f"{_safe(formula.name)}: steady-state quantities in closed form."]
    if formula.provenance:
        lines.append("")
        lines += [f"{_safe(str(key))}: {_safe(str(value))}" for key, value in formula.provenance.items()]
    if formula.conditions:
        lines += ["", "Valid where " + ", ".join(_safe(c.text) for c in formula.conditions) + " (NaN elsewhere)."]
    return "\n".join(lines)


def _parameter_lines(formula: Formula) -> list[str]:
    lines = []
    for item in formula.inputs:
        kind = ">= 0" if item.domain == "nonnegative" else "real"
        default = "" if item.default is None else f", default {float(item.default)!r}"
        lines.append(f"{item.name} : array_like, {kind}{default}")
        if item.meaning:
            lines.append(f"    {_safe(item.meaning)}")
    return lines


def _kernel_text(formula: Formula) -> tuple[list[str], list[str]]:
    """Assignments and the entries of the dict that the kernel returns."""
    real = realise(formula)
    analysis = Analysis(item.name for item in formula.inputs if item.domain == "nonnegative")
    parts = dict(real.parts)
    for output in formula.outputs:
        if output.domain == "bool":
            parts[output.name] = tuple(analysis.forgiving(node) for node in parts[output.name])
    names = [item.name for item in formula.inputs]
    printer = _Printer(names, real.definitions, parts.values())
    for name, node in real.definitions:
        printer.define(name, node)
    results = []
    for output in formula.outputs:
        # An output that is a plain number still answers with an array.
        texts = [
            printer.text(node) if node.op != "number" else " + 0.0 * ".join([printer.text(node), *names[:1]])
            for node in parts[output.name]
        ]
        joined = {"complex": "({}) + 1j * ({})", "bool": "({}) >= 0"}.get(output.domain, "{}").format(*texts)
        results.append(f"{_quote(output.name)}: {joined}")
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
        self._taken = {*inputs, *_RESERVED}
        self._names: dict[str, str] = {}
        self._memo: dict[Node, tuple[str, int]] = {}

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

    def text(self, root: Node) -> str:
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
            texts = [self._get(f, 2 if k == 0 and not sign else 3) for k, f in enumerate(factors)]
            return sign + " * ".join(texts), 2
        if node.op == "div":
            if node.args[0] in self._thermal and node.args[1] in self._temperatures:
                return f"_per_temperature(xp, {self._get(node.args[0], 0)}, {self._get(node.args[1], 0)})", 9
            return f"{self._get(node.args[0], 2)} / {self._get(node.args[1], 4)}", 2
        if node.op == "pow":
            return f"{self._get(node.args[0], 9)}**{node.args[1]}", 4
        return self._call(node)

    def _call(self, node: Node) -> tuple[str, int]:
        name, arguments = node.args[0], node.args[1:]
        if name in _DIRECT and arguments[0].op == "number":
            value = arguments[0].args[0]
            return repr(float(getattr(math, "fabs" if name == "abs" else name)(value))), 9
        plain = 0
        if name.startswith("eigen"):  # indices and the size are integers
            plain = 2 if name == "eigenvalue" else 3
        texts = [str(a.args[0]) if k < plain else self._get(a, 0) for k, a in enumerate(arguments)]
        if name in _DIRECT:
            return f"xp.{name}({', '.join(texts)})", 9
        return f"{_HELPERS.get(name, '_' + name)}(xp, {', '.join(texts)})", 9
