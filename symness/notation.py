"""A paper's own symbols: an exact change of variables applied before factoring.

A notation defines symbols as polynomials in parameters and occupations (with weights in the mixing angle), or as such
a polynomial over a product of earlier symbols.  Every composite of the generator is then solved for them by linear
algebra and division; nothing is matched by shape and nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from symness import program
from symness.composites import CompositeMatrix
from symness.convert import from_sympy
from symness.display import Displayed
from symness.errors import ModelError
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.generators import Generator
from symness.liouville import Coordinate
from symness.paperform import Naming
from symness.parameters import default_latex
from symness.program import Node
from symness.rates import Rate

__all__ = ["Notation", "NotedMatrix", "apply"]


@dataclass(frozen=True, repr=False)
class Notation(Displayed):
    """How a paper writes the result.

    Parameters
    ----------
    define : mapping name -> expression
        In order; each in the symbols of ``generator.symbols`` (occupations, cos_theta, ...), parameters and earlier
        names.  A ratio has a product of earlier names below: eta = (J_1 N_1 + J_2 N_2)/gamma.
    unit : expression, optional
        Energies and rates are measured in it (the paper's J); an energy difference such as Omega becomes Omega/unit.
    latex : mapping name -> LaTeX
        For defined names and for ``<energy>_scaled``.
    schur : LaTeX
        Of the Schur factor R.
    normalisation, product : (name, LaTeX)
        Of the common denominator of the populations, and of a correction that they share.
    factors : sequence of (name, LaTeX)
        Of the factors that recur, in order of occurrence.
    """

    define: Mapping[str, Any]
    unit: Any = None
    latex: Mapping[str, str] = field(default_factory=dict)
    schur: str = "R"
    normalisation: tuple[str, str] = ("norm", r"\mathcal{N}")
    factors: Sequence[tuple[str, str]] = ()
    product: tuple[str, str] = ("correction", r"\tilde{R}")

    @property
    def naming(self) -> Naming:
        return Naming(self.normalisation, self.factors, self.product, self.schur)


@dataclass(frozen=True)
class NotedMatrix:
    """The sector in a notation."""

    ring: Ring = field(repr=False)
    matrix: Mapping[tuple[Coordinate, Coordinate], Polynomial] = field(repr=False)
    definitions: tuple[Definition, ...] = ()


def apply(source: CompositeMatrix, notation: Notation) -> NotedMatrix:
    """Rewrite every entry of the sector in the notation.

    Raises
    ------
    ModelError
        When a composite is not a combination of the defined symbols, naming it.
    """
    return _Writer(source, notation).result()


class _Writer:
    def __init__(self, source: CompositeMatrix, notation: Notation) -> None:
        self.source, self.notation = source, notation
        self.generator: Generator = source.generator
        base = self.generator.ring
        occupations = [d.name for d in self.generator.definitions if d.name not in base.index]
        self.order = [*base.names, *occupations]
        relations = {base.names[place]: base.collect(square) for place, square in base.relations}
        self.ring = Ring([*self.order, *notation.define], relations)
        self.occupations = {r.occupation.args[0] for r in self.generator.rates.values() if r.occupation is not None}
        self.aliases = self.generator.spectrum.aliases
        self.unit = None if notation.unit is None else from_sympy(notation.unit, self.order)
        if self.unit is not None and self.unit.op != "symbol":
            raise ModelError(f"notation: unit={notation.unit} must be a parameter")
        self.expressions: dict[str, Node] = {}
        self.values: dict[str, Polynomial] = {}
        self.scales: dict[str, Node] = {}
        for name, value in notation.define.items():
            above, below = sp.fraction(value)
            if below.is_Number:
                above, below = value, sp.Integer(1)
            if not {s.name for s in below.free_symbols} <= set(self.expressions) or below.is_Add:
                raise ModelError(f"notation: {name} is divided by {below}, which is no product of earlier names")
            self.expressions[name] = from_sympy(value, [*self.order, *self.expressions])
            self.values[name] = self.polynomial(from_sympy(above, [*self.order, *self.expressions]))
            self.scales[name] = program.mul(from_sympy(below), program.symbol(name))

    def polynomial(self, node: Node) -> Polynomial:
        """In the ring of parameters, angles and occupations, with earlier names and aliases put in."""
        mapping: dict[str, Node] = dict(self.aliases)
        node = program.substitute(node, mapping)
        value = self.ring.from_node(node)
        known = [*self.values]
        if self.ring.uses(value) & set(known):
            images = [self.values.get(n, g) for n, g in self.ring.generators.items()]
            value = value.compose(*images, ctx=self.ring.context)
        return self.ring.reduce(value)

    def result(self) -> NotedMatrix:
        images: dict[str, Node] = {}
        weights = {c.name: c.weights for c in self.source.combinations}
        one = self.generator.ring.one
        for name in self.source.ring.names:
            if name in weights:
                images[name] = self.solve(name, weights[name])
            elif name in self.generator.rates:
                images[name] = self.solve(name, ((name, one),))
        definitions = [Definition(n, e, self.latex(n)) for n, e in self.expressions.items()]
        for name in self.source.ring.names:
            if name not in images:
                images[name] = self.scaled(name, definitions)
        names = [*self.notation.define, *(s for node in images.values() for s in program.symbols_of([node]))]
        ring = Ring(names)
        polynomials = [ring.from_node(images.get(name, program.symbol(name))) for name in self.source.ring.names]
        matrix = {k: v.compose(*polynomials, ctx=ring.context) for k, v in self.source.matrix.items()}
        return NotedMatrix(ring, matrix, tuple(definitions))

    def latex(self, name: str) -> str:
        return self.notation.latex.get(name) or default_latex(name)

    def scaled(self, name: str, definitions: list[Definition]) -> Node:
        """An energy in the chosen unit."""
        if self.unit is None:
            return program.symbol(name)
        new = f"{name}_scaled"
        known = {d.name: d.latex for d in (*self.generator.definitions, *self.source.gaps)}
        latex = self.notation.latex.get(new) or known.get(name, default_latex(name)) + "'"
        definitions.append(Definition(new, program.div(program.symbol(name), self.unit), latex))
        return program.symbol(new)

    def rate(self, rate: Rate) -> Polynomial:
        """gamma (1 +- N) or gamma N, in units of the unit."""
        N = program.number(0) if rate.occupation is None else rate.occupation
        node = rate.gamma
        if rate.direction == "down":
            node = program.mul(rate.gamma, program.add(1, program.mul(rate.sign, N)))
        elif rate.direction == "up":
            node = program.mul(rate.gamma, N)
        value = self.polynomial(node)
        if self.unit is None:
            return value
        parts = self.ring.split(value, [self.unit.args[0]])
        if set(parts) - {(1,)}:
            raise ModelError(f"notation: the rate {rate.name} = {node!r} is not proportional to the unit {self.unit!r}")
        return parts.get((1,), self.ring.zero)

    def solve(self, name: str, weights: Sequence[tuple[str, Polynomial]]) -> Node:
        """Rational coefficients times the defined symbols; a defined symbol times parameters; the first plus a rest."""
        total = self.ring.zero
        for rate, weight in weights:
            total = total + weight.project_to_context(self.ring.context) * self.rate(self.generator.rates[rate])
        total = self.ring.reduce(total)
        found = self.combination(total) or self.product(total)
        if found is None:
            listed = [n for n in self.occupations if n in self.ring.index]
            free = self.ring.split(total, listed).get((0,) * len(listed), self.ring.zero)
            rest = self.combination(total - free)
            found = None if rest is None else program.add(self.ring.collect(free) if len(free) else 0, rest)
        if found is None:
            raise ModelError(
                f"notation: the composite {name} = {self.ring.collect(total)!r} is not a combination of "
                f"{', '.join(self.values)}; define a symbol for it"
            )
        return found

    def combination(self, target: Polynomial) -> Node | None:
        """Sum of rational coefficients times the defined symbols."""
        columns = [(n, v.to_dict()) for n, v in self.values.items()]
        wanted = target.to_dict()
        rows = sorted({m for _, column in columns for m in column} | set(wanted))
        system = [[_q(column.get(m, 0)) for _, column in columns] + [_q(wanted.get(m, 0))] for m in rows]
        solution = _solve(system, len(columns))
        if solution is None:
            return None
        return program.add(*(program.mul(c, self.scales[n]) for c, (n, _) in zip(solution, columns, strict=True) if c))

    def product(self, total: Polynomial) -> Node | None:
        """A defined symbol times parameters; None where no symbol divides."""
        for name, value in self.values.items():
            quotient, remainder = divmod(total, value) if len(value) else (total, total)
            if not len(remainder) and not self.ring.uses(quotient) & {*self.occupations, *self.values}:
                return program.mul(self.ring.collect(quotient), self.scales[name])
        return None


def _q(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else Fraction(int(value))


def _solve(system: list[list[Fraction]], unknowns: int) -> list[Fraction] | None:
    """Gaussian elimination over the rationals; free unknowns are zero, None where there is no solution."""
    pivots: list[tuple[int, int]] = []
    row = 0
    for column in range(unknowns):
        found = next((r for r in range(row, len(system)) if system[r][column]), None)
        if found is None:
            continue
        system[row], system[found] = system[found], system[row]
        lead = system[row][column]
        system[row] = [x / lead for x in system[row]]
        for r in range(len(system)):
            if r != row and system[r][column]:
                factor = system[r][column]
                system[r] = [x - factor * y for x, y in zip(system[r], system[row], strict=True)]
        pivots.append((row, column))
        row += 1
    if any(line[-1] for line in system[row:]):
        return None
    solution = [Fraction(0)] * unknowns
    for r, column in pivots:
        solution[column] = system[r][-1]
    return solution
