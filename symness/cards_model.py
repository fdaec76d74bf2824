"""Cards of what a user builds a model of, and of generators."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import sympy as sp

from symness.baths import RATES
from symness.cards_matrices import coupling, expression, operator
from symness.display import Card, Content, Math, Table
from symness.parameters import Parameter
from symness.program import count_ops

if TYPE_CHECKING:
    from symness.baths import Bath, Jump
    from symness.generators import Generator
    from symness.model import Model
    from symness.space import Part

__all__ = [
    "RATES",
    "bath",
    "baths_table",
    "conditions",
    "generator",
    "jump",
    "jumps_table",
    "model",
    "part",
]

_TERMS = 12
_PAIRS = 24
_STATES = {
    "Qubit": "excited e, ground g",
    "Fermion": "occupied, empty",
    "Levels": "0, 1, 2, ...",
    "Spin": "m = j, j - 1, ..., -j",
    "Mode": "most quanta first, vacuum last",
}
_NUMBERS = ("dimension", "count", "j")  # of a part; everything else that it has is an operator


# -- spaces ----------------------------------------------------------------------------------------------------------


def part(shown: Part) -> Card:
    """Place in the product space, and the operators there are, each with the first line of its docstring."""
    from symness.space import Part as Base

    kind = type(shown)
    listed = [
        (name, (value.__doc__ or "").split("\n")[0])
        for base in (kind, Base)
        for name, value in vars(base).items()
        if not name.startswith("_") and name not in _NUMBERS and (isinstance(value, property) or callable(value))
    ]
    place = f"factor {shown.position + 1} of {len(shown.dimensions)}, on a space of {prod(shown.dimensions)} states"
    return Card(
        f"{kind.__name__} {shown.name!r}: {shown.dimension} states",
        (
            ("place", place),
            ("order of states", _STATES.get(kind.__name__, "as numbered")),
            ("operators", Table(("name", "meaning"), tuple(listed))),
        ),
    )


# -- model -----------------------------------------------------------------------------------------------------------


def _rate(shown: Bath) -> Content:
    """gamma at a frequency w, or at w' where a parameter has that name."""
    probe = Parameter("w", positive=True)
    if "w" in {s.name for s in shown.rate_matrix(Parameter("w'", positive=True)).free_symbols}:
        probe = Parameter("w'", "w'", positive=True)
    rates = shown.rate_matrix(probe)
    scalar = rates.is_diagonal() and all(rates[k, k] == rates[0, 0] for k in range(rates.rows))
    return expression(rates[0, 0]) if scalar else operator(rates)


def _kind(shown: Bath) -> str:
    return "exchange, S b^+ + S^+ b" if shown.is_exchange else "Hermitian, S (b + b^+)"


def _listed(matrices: Sequence[Any]) -> Content:
    return coupling(matrices[0]) if len(matrices) == 1 else [coupling(item) for item in matrices]


def bath(shown: Bath) -> Card:
    """What it couples to, how fast, and how it is occupied."""
    rows: list[tuple[str, Content]] = [
        ("coupling", _kind(shown)),
        ("S", [operator(item) for item in shown.coupling]),
        ("rate gamma(w)", _rate(shown)),
        ("temperature", expression(shown.temperature)),
        ("chemical potential", expression(shown.chemical_potential)),
        ("statistics", shown.statistics),
    ]
    if shown.frequency is not None:
        rows.append(("frequency for local", expression(shown.frequency)))
    if shown.zero_frequency_rate is not None:
        rows.append(("rate at omega = 0", expression(shown.zero_frequency_rate)))
    return Card(f"Bath {shown.name!r}: {shown.statistics}, {_kind(shown).partition(',')[0]} coupling",
                (*rows, ("convention", RATES)))  # fmt: skip


def jump(shown: Jump) -> Card:
    """Operators and rate."""
    count = len(shown.operator)
    return Card(
        f"Jump {shown.name!r}: {count} operator{'s' * (count > 1)}",
        (
            ("L", [operator(item) for item in shown.operator]),
            ("rate", expression(shown.rate)),
            ("convention", "rate (L rho L^+ - {L^+ L, rho}/2) for each L"),
        ),
    )


def baths_table(shown: Model) -> Table:
    """One row for each bath."""
    head = ("bath", "coupling", "S", "rate gamma(w)", "temperature", "chemical potential", "statistics")
    return Table(
        head,
        tuple(
            (b.name, _kind(b).partition(",")[0], _listed(b.coupling), _rate(b), expression(b.temperature),
             expression(b.chemical_potential), b.statistics)
            for b in shown.baths
        ),
    )  # fmt: skip


def jumps_table(shown: Model) -> Table:
    """One row for each jump."""
    return Table(("jump", "L", "rate"), tuple((j.name, _listed(j.operator), expression(j.rate)) for j in shown.jumps))


def _names(label: str, items: Sequence[Any]) -> str:
    return f"{label} {', '.join(item.name for item in items)}" if items else ""


def model(shown: Model) -> Card:
    """Hamiltonian, interaction, baths, jumps, assumptions, parameters."""
    rows: list[tuple[str, Content]] = [("H", operator(shown.H))]
    if any(entry != 0 for entry in shown.interaction):
        rows.append(("interaction V", operator(shown.interaction)))
    if shown.baths:
        rows.append(("baths", baths_table(shown)))
    if shown.jumps:
        rows.append(("jumps", jumps_table(shown)))
    if shown.assume:
        rows.append(("assumptions", [expression(relation) for relation in shown.assume]))
    if shown.labels:
        rows.append(("energy eigenstates", ", ".join(shown.labels)))
    latex = ", ".join(sp.latex(s) for s in shown.symbols)
    rows.append(("parameters", Math(latex, ", ".join(s.name for s in shown.symbols)) if latex else "none"))
    rows.append(("evolution", "d rho/dt = -i [H + V, rho] + baths + jumps, hbar = k_B = 1"))
    title = [f"{shown.dimension} levels", _names("baths", shown.baths), _names("jumps", shown.jumps)]
    return Card(f"Model: {'; '.join(filter(None, title))}", tuple(rows))


# -- generator -------------------------------------------------------------------------------------------------------


def conditions(shown: Any) -> Content:
    """Of a generator or a formula."""
    listed = [Math(item.latex or item.text, item.text) for item in shown.conditions]
    return listed or "all values of the parameters"


def _pairs(shown: Generator) -> Content:
    symbols: dict[str, Any] = {s.name: s for s in shown.model.symbols}
    symbols |= shown.symbols

    def written(words: str) -> str:
        name = words.removeprefix("-")
        sign = "-" * (words != name)
        return sign + (str(sp.latex(symbols[name])) if name in symbols else name)

    found: list[Content] = []
    names = dict.fromkeys(name for name, *_ in shown.pairs)
    for name in names:
        own = [(first, second) for bath_name, first, second in shown.pairs if bath_name == name]
        more = "" if len(own) <= _PAIRS else f", ... ({len(own)} pairs)"
        texts = ", ".join(f"({first}, {second})" for first, second in own[:_PAIRS])
        latex = r",\ ".join(f"({written(first)}, {written(second)})" for first, second in own[:_PAIRS])
        mark = rf"\text{{{_safe(name)}: }}"
        found.append(Math(mark + latex + rf"\text{{{more}}}" * bool(more), f"{name}: {texts}{more}"))
    return found or "no bath"


def _safe(words: str) -> str:
    """Words inside ``\\text``."""
    return "".join("\\" + c if c in "_&%#$" else "" if c in "\\{}^~" else c for c in words)


def _arguments(shown: Generator) -> Content:
    """Definitions of frequencies, angles and occupations in the parameters."""
    from symness.latex import expression_latex
    from symness.plain import expression_text

    names = {s.name: str(sp.latex(s)) for s in shown.model.symbols} | {d.name: d.latex for d in shown.definitions}
    found: list[Content] = []
    for item in shown.definitions[:_PAIRS]:
        latex = "" if count_ops([item.expression]) > _TERMS else expression_latex(item.expression, names)
        if latex and latex != item.latex:
            found.append(Math(f"{item.latex} = {latex}", f"{item.name} = {expression_text(item.expression)}"))
    more = len(shown.definitions) - _PAIRS
    return [*found, f"and {more} more"] if more > 0 else found


def _parts(shown: Generator) -> Table:
    """Bath or jump, kind, and the opaque rates of its terms."""
    rows = []
    for item in shown.parts:
        names = list(dict.fromkeys(term.rate for term in item.terms))
        rates = [shown.rates[name] for name in names[:_TERMS]]
        kind = "jump" if any(r.direction == "jump" for r in rates) else "exchange" if item.exchange else "Hermitian"
        dots = r",\ \ldots" * (len(names) > _TERMS)
        latex = r",\ ".join(r.latex for r in rates) + dots
        words = ", ".join(names[:_TERMS]) + ", ..." * bool(dots)
        rows.append((item.name, kind, str(len(item.terms)), Math(latex, words) if rates else "none"))
    return Table(("part", "coupling", "terms", "rates"), tuple(rows))


def generator(shown: Generator) -> Card:
    """Equation of motion, parts, pairs, what the rates are, conditions."""
    from symness.rates import default_latex_text

    names = [default_latex_text(item.name) for item in shown.parts]
    latex = "".join(rf" + \mathcal{{D}}_{{{name}}}[\rho]" for name in names)
    words = "".join(f" + D_{item.name}[rho]" for item in shown.parts)
    dissipator = (
        r"\mathcal{D}[\rho] = \tfrac{1}{2} \sum_{\omega, \omega'} c(\omega) \left(X_{\omega} \rho X_{\omega'}^{\dagger}"
        r" - X_{\omega'}^{\dagger} X_{\omega} \rho\right) + \text{h.c.}"
    )
    plain = "D[rho] = 1/2 sum over (w, w') of c(w) (X_w rho X_w'^+ - X_w'^+ X_w rho) + h.c."
    rows: list[tuple[str, Content]] = [
        ("equation", Math(rf"\dot\rho = -i[H + V, \rho]{latex}", f"d rho/dt = -i [H + V, rho]{words}")),
        ("of a bath", Math(dissipator, plain)),
        ("parts", _parts(shown)),
        ("pairs kept", _pairs(shown)),
        ("rates", RATES),
        ("basis", shown.basis),
        ("Lamb shift", "off"),
        ("valid for", _valid(shown)),
    ]
    defined = _arguments(shown)
    if defined:
        rows.append(("where", defined))
    return Card(f"Generator {shown.kind}: {shown.dimension} levels, {_names('parts', shown.parts)}", tuple(rows))


def _valid(shown: Generator) -> Content:
    assumed = [expression(relation) for relation in shown.model.assume]
    own = conditions(shown)
    return [*assumed, *(own if isinstance(own, list) else [])] if assumed else own
