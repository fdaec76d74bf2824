"""Cards of steady states, of what is computed from them, and of notations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symness import program
from symness.cards_matrices import expression, matrix
from symness.cards_model import conditions
from symness.display import Card, Content, Math, Table
from symness.parameters import Parameter, default_latex

if TYPE_CHECKING:
    from symness.characteristic import Sector
    from symness.evaluator import Evaluator
    from symness.formula import Formula, Output
    from symness.identity import Identities, Identity
    from symness.notation import Notation
    from symness.quantity import Quantity
    from symness.relaxation import Relaxation
    from symness.state import SteadyState

__all__ = [
    "conventions",
    "equations",
    "evaluator",
    "formula",
    "identities",
    "identity",
    "inputs_table",
    "outputs_table",
    "quantity",
    "relaxation",
    "sector",
    "steady_state",
]

_LONGEST = 2500  # operations of a formula that is written out on a screen
_ROWS = 80
_DOMAINS = {"nonnegative": ">= 0", "real": "real", "complex": "complex", "bool": "True or False"}


def equations(shown: Formula, rows: int | None = _ROWS) -> Content:
    """Outputs and definitions, ``rows`` lines of them; of a formula too long to read, how long it is."""
    nodes = [item.expression for item in shown.outputs] + [item.expression for item in shown.definitions]
    operations = program.count_ops(nodes)
    if operations > _LONGEST:
        return f"{operations} operations: too long to read; .numpy_source() and sn.evaluator compute it"
    from symness.latex import equations as printed
    from symness.plain import equations as plain

    found = printed(shown)
    outputs = [line for _, lines in found.outputs for line in lines]
    where = [line for _, lines in found.definitions for line in lines]
    words = "\n".join(line.removeprefix("  ") for line in plain(shown, 106))
    lines = [*outputs, *([r"&\text{where}", *where] if where else [])]
    if rows is not None and len(lines) > rows:
        lines = [*lines[:rows], rf"&\text{{and {len(lines) - rows} more lines: .latex()}}"]
    body = " \\\\\n".join(lines)
    return Math(rf"\begin{{aligned}} {body} \end{{aligned}}", words)


def inputs_table(shown: Formula) -> Table:
    """One row for each parameter."""
    return Table(
        ("parameter", "symbol", "domain", "default", "meaning"),
        tuple(
            (i.name, Math(i.latex, i.name), _DOMAINS.get(i.domain, i.domain),
             "" if i.default is None else f"{i.default:g}", i.meaning)
            for i in shown.inputs
        ),
    )  # fmt: skip


def outputs_table(shown: Formula) -> Table:
    """One row for each output."""
    return Table(("output", "symbol", "meaning", "unit", "domain"), tuple(_output(item) for item in shown.outputs))


def _output(item: Output) -> tuple[Content, ...]:
    return (item.name, Math(item.latex, item.name), item.meaning, item.unit, _DOMAINS.get(item.domain, item.domain))


def conventions(shown: Formula) -> tuple[tuple[str, Content], ...]:
    """What the formula rests on: generator, pairs, rates, units."""
    return tuple((key, value) for key, value in shown.provenance.items())


def formula(shown: Formula) -> Card:
    """Equations, where they hold, the outputs in words, conventions."""
    rows: tuple[tuple[str, Content], ...] = (
        ("equations", equations(shown)),
        ("valid for", conditions(shown)),
        ("outputs", outputs_table(shown)),
        ("parameters", Math(", ".join(i.latex for i in shown.inputs), ", ".join(i.name for i in shown.inputs))),
        ("length", f"{shown.count_ops()} operations as displayed"),
        *conventions(shown),
    )
    title = "Formula" if shown.name == "formula" else f"Formula {shown.name}"
    return Card(f"{title}: {', '.join(o.name for o in shown.outputs)}", rows)


def quantity(shown: Quantity) -> Card:
    """Its equation, meaning and unit."""
    own = shown.formula()
    return Card(
        f"Quantity: {shown.meaning}",
        (
            ("equation", equations(own)),
            ("unit", shown.unit),
            ("domain", _DOMAINS.get(shown.domain, shown.domain)),
            ("valid for", conditions(own)),
            ("generator", shown.state.generator.kind),
        ),
    )


def steady_state(shown: SteadyState) -> Card:
    """The matrix in the basis of the generator, its elements, where it is valid, conventions."""
    generator, closed = shown.generator, shown.closed_form
    symbols = {item.observable.indices: item for item in closed.outputs if not item.expression.is_zero}
    size = generator.dimension

    def entry(i: int, j: int) -> tuple[str, str]:
        item = symbols.get((i, j))
        if item is not None:
            return item.latex, item.name
        item = symbols.get((j, i))
        return (f"{item.latex}^{{*}}", f"{item.name}*") if item is not None else ("0", "0")

    filled = sum(1 if i == j else 2 for i, j in symbols)
    shape = matrix(size, entry, filled)
    rows: list[tuple[str, Content]] = [
        ("rho", shape),
        ("states", ", ".join(shown.labels[:_ROWS]) + (", ..." if size > _ROWS else "")),
        ("elements", equations(closed)),
        ("valid for", conditions(closed)),
        ("length", _length(shown)),
        *conventions(closed),
    ]
    return Card(f"SteadyState of {generator.kind}: {size} levels, {generator.basis} basis", tuple(rows))


def _length(shown: SteadyState) -> str:
    form = "closed form" if shown.has_paper_form else "program form, the closed form being too long for a page"
    return f"{form}, {shown.closed_form.count_ops()} operations as displayed"


def evaluator(shown: Evaluator) -> Card:
    """What goes in and what comes out."""
    nonnegative = shown.module.__dict__["_NONNEGATIVE"]
    given = shown.module.evaluate.__kwdefaults__.items()
    defaults = {name: value for name, value in given if isinstance(value, (int, float))}

    def domain(name: str) -> str:
        return _DOMAINS["nonnegative" if name in nonnegative else "real"]

    inputs = tuple(
        (name, Math(default_latex(name), name), domain(name), f"{defaults[name]:g}" if name in defaults else "")
        for name in shown.PARAMETERS
    )
    outputs = tuple(
        (name, Math(about["latex"], name), about["meaning"], about["unit"],
         _DOMAINS.get(about["domain"], about["domain"]))
        for name, about in shown.OUTPUTS.items()
    )  # fmt: skip
    return Card(
        repr(shown),
        (
            ("parameters", Table(("parameter", "symbol", "domain", "default"), inputs)),
            ("outputs", Table(("output", "symbol", "meaning", "unit", "domain"), outputs)),
            ("call", "parameters by name, arrays broadcast; NaN outside the domain, strict=True raises"),
        ),
    )


def identity(shown: Identity) -> Card:
    """The equation, and what kind it is."""
    return Card(f"Identity of {shown.current}", (("", Math(shown.latex(), str(shown))), ("form", shown.form)))


def identities(shown: Identities) -> Card:
    """Currents, then relations among coherences, then what has none."""
    rows: list[tuple[str, Content]] = [(item.current, Math(item.latex(), str(item))) for item in shown.found]
    rows += [("relation", Math(item.latex(), str(item))) for item in shown.relations]
    rows += [(current, "no identity short enough to be shown") for current in shown.unfound]
    rows.append(("relations among coherences", f"{len(shown.relations)} of {shown.dimension} shown"))
    return Card(f"Identities: {len(shown.found)} of currents, {len(shown.relations)} among coherences", tuple(rows))


def relaxation(shown: Relaxation) -> Card:
    """Sectors, characteristic polynomials, the gap where it is closed."""
    rows: list[tuple[str, Content]] = [
        ("characteristic polynomials", Math(shown.latex(), str(shown))),
        ("stationary states", str(shown.stationary)),
        ("gap", "closed form: .formula" if shown.has_closed_gap else "numerically: .gap(...)"),
        ("generator", f"{shown.generator.kind}, {shown.generator.basis} basis"),
    ]
    return Card(f"Relaxation of {shown.generator.kind}: {len(shown.sectors)} sectors", tuple(rows))


def sector(shown: Sector) -> Card:
    """Its coordinates and factors."""
    names = ", ".join({"p": "", "x": "Re ", "y": "Im "}[a] + f"rho_{i + 1},{j + 1}" for a, i, j in shown.coordinates)
    found = [f.text(str) + (f"  (power {f.power})" if f.power > 1 else "") for f in shown.factors or ()]
    return Card(
        f"Sector of {len(shown.coordinates)} coordinates",
        (("coordinates", names), ("factors", found or "beyond the term budget: numerically")),
    )


def notation(shown: Notation) -> Card:
    """The symbols that it defines, and the names that it gives."""
    symbols = {name: Parameter(name, shown.latex.get(name), real=True) for name in shown.define}
    rows = []
    for name, value in shown.define.items():
        value = sp.sympify(value)
        named = value.xreplace({s: symbols[s.name] for s in value.free_symbols if s.name in symbols})
        rows.append((name, Math(rf"{symbols[name].latex} = {sp.latex(named)}", f"{name} = {value}")))
    found: list[tuple[str, Content]] = [("defines", Table(("name", "definition"), tuple(rows)))] if rows else []
    if shown.unit is not None:
        found.append(("unit of energies and rates", expression(sp.sympify(shown.unit))))
    further = [(n, text) for n, text in shown.latex.items() if n not in shown.define]
    if further:
        found.append(("also printed", Table(("name", "symbol"), tuple((n, Math(t, t)) for n, t in further))))
    names = [("Schur factor", ("", shown.schur)), ("normalisation", shown.normalisation), ("product", shown.product)]
    found.append(("names", Table(("of", "symbol"), tuple((what, Math(t, t)) for what, (_, t) in names))))
    return Card(f"Notation: {', '.join(shown.define) or 'no definitions'}", tuple(found))
