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
import re
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2

from symness import program
from symness.careful import careful_program
from symness.formula import Formula
from symness.kernel_text import RESERVED, kernel_text
from symness.lowering import fast_program
from symness.program import Node
from symness.statements import Statement
from symness.strength import reduced

__all__ = ["digest", "main_kernel_statements", "module_source", "provenance"]

#: Elements whose sum of magnitudes exceeds this many times their value are recomputed.
THRESHOLD = 64.0
_TEMPLATES = Path(__file__).parent / "templates"


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
        if not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED or name.startswith("_"):
            raise ValueError(f"{name!r} cannot be a keyword of evaluate(): give the parameter another name")
    fast, careful = reduced(fast_program(formula), names), careful_program(formula)
    lines, results = kernel_text(formula)
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
                (_quote(key), repr(v) if isinstance(v, int) else _quote(v))
                for key, v in provenance(formula, derivation).items()
            ],
            kernel_functions=_used(_template("kernel.py.j2"), "\n".join([*lines, *results.values()])).rstrip(),
            kernel_arguments=", ".join(names),
            kernel_lines=lines,
            kernel_results=[f"{_quote(name)}: {text}" for name, text in results.items()],
            nonnegative=_tuple(item.name for item in formula.inputs if item.domain == "nonnegative"),
            condition_texts=_tuple(c.text for c in formula.conditions),
            conditions=_tuple(fast.conditions),
            statements=[_row(statement) for statement in fast.statements],
            parts=[f"{_quote(name)}: {_tuple(parts)}" for name, parts in fast.parts.items()],
            tests=[f"{_quote(name)}: {_tuple(tests)}" for name, tests in fast.tests.items()],
            implied=[f"{_quote(name)}: {_tuple(tests)}" for name, tests in fast.implied.items()],
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
    """Three-address statements for the outputs and the conditions, without tests (for other languages, for counting).

    :func:`symness.lowering.fast_program` lists the operations; with :func:`symness.strength.reduced`, as here, the
    names of the results are in ``parts`` of what it returns.
    """
    inputs = [item.name for item in formula.inputs]
    return reduced(fast_program(formula, outputs, tests=False), inputs).statements


def digest(formula: Formula) -> str:
    """sha256 of a canonical text: equal for equal formulas, on any machine and with any versions."""
    fields: list[Any] = [formula.name]
    fields += [(i.name, i.latex, i.domain, i.default, i.meaning) for i in formula.inputs]
    fields += [(d.name, d.latex) for d in formula.definitions]
    fields += [(o.name, o.latex, o.meaning, o.unit, o.domain) for o in formula.outputs]
    fields += [(c.text, c.latex, *([] if c.strict else ["zero allowed"])) for c in formula.conditions]
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


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_template), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )


def provenance(formula: Formula, derivation: str) -> dict[str, str | int]:
    """``SOURCE`` of a generated module: derivation, digest of the formula, versions, operations as displayed."""
    versions = {package: _version(package) for package in ("sympy", "python-flint", "symness")}
    return {
        "derivation": derivation,
        "digest": digest(formula),
        **versions,
        "operations": formula.count_ops(),
    }


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


def _used(functions: str, text: str) -> str:
    """Those of the functions that ``text`` calls, and what they call, in their order."""
    head, *rest = re.split(r"(?m)^(?=def )", functions)
    bodies = {piece[4 : piece.index("(")]: piece for piece in rest}
    wanted, waiting = set(), [text]
    while waiting:
        called = [name for name in re.findall(r"\b(_\w+)\(", waiting.pop()) if name in bodies and name not in wanted]
        wanted.update(called)
        waiting.extend(bodies[name] for name in called)
    return head + "".join(piece for name, piece in bodies.items() if name in wanted)
