"""The steady state: derived in two forms, checked exactly, ready for observables.

``steady_state`` eliminates the coherences and then the populations of the sector that the populations couple to, and
checks both results (M rho = 0 and trace 1) at random points where every relation holds exactly.  Uniqueness is
certified on the full Liouvillian, not on the sector alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sympy as sp

from symness import generators, program
from symness.composites import CompositeMatrix, composite_matrix, tidy
from symness.convert import from_sympy, to_sympy
from symness.differences import Differences
from symness.elimination import schur, straight_line
from symness.errors import NonUniqueSteadyState, ObservableError, VerificationError
from symness.exact import ResiduePoint, Ring, at_random_point, residue
from symness.formula import Condition, Definition, Formula, Input, Output
from symness.generators import Generator
from symness.linear import LinearForms
from symness.liouville import Coordinate, full_rank_deficit, liouvillian, values_at_random_point
from symness.notation import Notation, apply
from symness.observable import Observable, Setup
from symness.paperform import Naming, PaperForm, paper_form
from symness.parameters import default_latex
from symness.program import Node
from symness.quantity import Quantity

__all__ = ["SteadyState", "steady_state"]


def steady_state(generator: Generator, notation: Notation | None = None) -> SteadyState:
    """Closed form of the non-equilibrium steady state.

    Parameters
    ----------
    generator : Generator
        From ``redfield``, ``secular`` or ``local``.
    notation : Notation, optional
        A paper's symbols for the closed form.  Evaluators do not depend on it.

    Raises
    ------
    NonUniqueSteadyState
        When the full Liouvillian has more than one stationary state.
    ModelError
        When the notation does not fit the model.
    """
    matrix = liouvillian(generator)
    point, numbers = values_at_random_point(generator, matrix)
    deficit = full_rank_deficit(matrix, numbers)
    if deficit != 1:
        raise NonUniqueSteadyState(
            f"{generator.kind}: the Liouvillian has {deficit} stationary states, so the steady state depends on the "
            "initial state; couple a bath that breaks the symmetry, add a Jump, or remove the decoupled part"
        )
    composite = composite_matrix(generator, matrix)
    return _Derivation(generator, composite, notation, point, numbers).state()


@dataclass(frozen=True, eq=False)
class SteadyState:
    """The result; elements are symbols defined in ``definitions``.

    Attributes
    ----------
    closed_form : Formula
        Factored, intermediates named, in the notation if one was given.
    program : Formula
        Straight-line form (coherences by minimum degree, populations by Grassmann, Taksar and Heyman).
    definitions : tuple of Definition
        Everything from frequencies to the elements of rho, in order; observables build on it.
    elements : mapping coordinate -> Node
        Symbols of populations, real and imaginary parts, in the basis of the generator.
    """

    generator: Generator
    matrix: CompositeMatrix = field(repr=False)
    closed_form: Formula = field(repr=False)
    program: Formula = field(repr=False)
    definitions: tuple[Definition, ...] = field(repr=False)
    elements: Mapping[Coordinate, Node] = field(repr=False)
    has_paper_form: bool = True
    notation: Notation | None = field(repr=False, default=None)
    linear: LinearForms | None = field(repr=False, default=None)

    @property
    def conditions(self) -> list[Any]:
        """Inequalities under which the result is valid, as SymPy relations: the user's assumptions first."""
        derived = [sp.sympify(c.text, locals=self._symbols, evaluate=False) for c in self.generator.conditions]
        return [*self.generator.model.assume, *(d for d in derived if d not in self.generator.model.assume)]

    @property
    def _symbols(self) -> dict[str, Any]:
        return {s.name: s for s in self.generator.model.symbols}

    @cached_property
    def sector(self) -> tuple[Coordinate, ...]:
        """The coordinates that the populations couple to; all others vanish in the steady state."""
        return self.matrix.sector

    def element(self, i: int, j: int, basis: str = "energy") -> Quantity:
        """<i|rho|j>, counted from 0; ``basis`` is ``"energy"`` (eigenstates of H + V) or ``"product"``."""
        n = self.generator.dimension
        if not (0 <= i < n and 0 <= j < n):
            raise ObservableError(f"element({i}, {j}): indices run from 0 to {n - 1}")
        re, im = self.parts(i, j, basis)
        expression = program.add(re, program.mul(program.I, im))
        shown = f"{i + 1}{j + 1}" if n < 10 else f"{i + 1},{j + 1}"
        observable = Observable("element", basis, (i, j))
        domain = "real" if i == j else "complex"
        meaning = f"<{i + 1}|rho|{j + 1}>, {basis} basis"
        return Quantity(self, expression, observable, rf"\rho_{{{shown}}}", meaning, "1", domain)

    def parts(self, i: int, j: int, basis: str = "energy") -> tuple[Node, Node]:
        """Real and imaginary part of an element as programs."""
        if basis not in ("energy", "product"):
            raise ObservableError(f"basis={basis!r}: pass 'energy' or 'product'")
        if basis == self.generator.basis or not self.generator.spectrum.vectors:
            return self._own(i, j)
        return self._product(i, j) if self.generator.basis == "energy" else self._energy(i, j)

    def _own(self, i: int, j: int) -> tuple[Node, Node]:
        zero = program.number(0)
        if i == j:
            return self.elements["p", i, i], zero
        low, high = min(i, j), max(i, j)
        re = self.elements.get(("x", low, high), zero)
        im = self.elements.get(("y", low, high), zero)
        return re, im if i < j else -im

    def _product(self, i: int, j: int) -> tuple[Node, Node]:
        """U rho U^+ element by element, coefficients reduced by the relations of the mixing angle."""
        ring, vectors = self.generator.ring, self.generator.spectrum.vectors
        columns = [[ring.from_node(v) for v in row] for row in vectors]
        return self._rotate(lambda k, m: columns[i][k] * generators.conjugate_in(ring, columns[j][m]), ring)

    def _energy(self, i: int, j: int) -> tuple[Node, Node]:
        raise ObservableError(
            "element(basis='energy'): the local generator never needs the spectrum of H + V; pass basis='product'"
        )

    def _rotate(self, weight: Any, ring: Ring) -> tuple[Node, Node]:
        n = self.generator.dimension
        sums: dict[Coordinate, Any] = {}
        i_unit = ring.generators["i"]
        for k in range(n):
            for m in range(n):
                factor = weight(k, m)
                if not len(factor):
                    continue
                low, high = min(k, m), max(k, m)
                sign = 1 if k < m else -1
                parts = [("p", factor)] if k == m else [("x", factor), ("y", sign * i_unit * factor)]
                for axis, value in parts:
                    if (axis, low, high) in self.elements:
                        sums[axis, low, high] = sums.get((axis, low, high), ring.zero) + value
        re: list[Node] = []
        im: list[Node] = []
        for coordinate, value in sums.items():
            symbol = self.elements[coordinate]
            if symbol.is_zero:
                continue
            split = ring.split(ring.reduce(value), ["i"])
            for power, target in (((0,), re), ((1,), im)):
                if power in split and len(split[power]):
                    target.append(program.mul(self._tidy(split[power]), symbol))
        return program.add(*re), program.add(*im)

    def _tidy(self, value: Any) -> Node:
        """Coefficient with cos(theta), sin(theta) where they are shorter."""
        ring = self.generator.ring
        for name, node in self.generator.spectrum.aliases.items():
            alias = ring.reduce(ring.from_node(node))
            for sign in (1, -1):
                if value == sign * alias:
                    return program.mul(sign, program.symbol(name))
        return tidy(ring, value)

    def equal(self, first: Node, second: Node) -> bool:
        """Whether two expressions in ``definitions`` are identical, decided at a random point of a prime field."""
        known: dict[str, Node] = self._expanded
        memo: dict[Node, Node] = {}
        difference = [program.substitute(node, known, memo) for node in (first, second)]
        _, values = at_random_point(difference, seed=11)
        return bool(values[0] == values[1])

    @cached_property
    def _expanded(self) -> dict[str, Node]:
        known: dict[str, Node] = {}
        for definition in self.definitions:
            known[definition.name] = program.substitute(definition.expression, known)
        return known

    def density_matrix(self, basis: str = "energy") -> Any:
        """rho as a SymPy matrix in the symbols of the elements (``"energy"`` or ``"product"``).

        The elements' own formulas are in ``closed_form``; ``sn.formula`` and ``sn.evaluator`` give values.
        """
        n = self.generator.dimension
        rows = []
        for i in range(n):
            row = []
            for j in range(n):
                re, im = self.parts(i, j, basis)
                row.append(to_sympy(program.add(re, program.mul(program.I, im)), self._named_symbols))
            rows.append(row)
        return sp.ImmutableMatrix(rows)

    @cached_property
    def _named_symbols(self) -> dict[str, Any]:
        from symness.parameters import Parameter

        return {**self._symbols, **{d.name: Parameter(d.name, d.latex, real=True) for d in self.definitions}}

    def specialise(self, replacements: Mapping[Any, Any]) -> SteadyState:
        """The steady state of the model with parameters replaced, e.g. ``{J_2: J_1}``; derived and checked anew."""
        model = substituted(self.generator.model, replacements)
        kind = {"redfield": generators.redfield, "secular": generators.secular, "local": generators.local}
        return steady_state(kind[self.generator.kind](model))

    def _repr_latex_(self) -> str:
        return self.closed_form.latex(notebook=True)


def substituted(model: Any, replacements: Mapping[Any, Any]) -> Any:
    """A model with symbols replaced everywhere, rate functions included."""

    def put(value: Any) -> Any:
        if value is None or isinstance(value, (str, int)):
            return value
        if isinstance(value, (list, tuple)):
            return [put(v) for v in value]
        if callable(value) and not isinstance(value, sp.Basic):
            return lambda omega: put(value(omega))
        return value.subs(replacements, simultaneous=True) if hasattr(value, "subs") else value

    baths = [
        replace(
            b,
            **{f: put(getattr(b, f)) for f in ("coupling", "rate", "temperature", "chemical_potential")},
            **{f: put(getattr(b, f)) for f in ("frequency", "zero_frequency_rate")},
        )
        for b in model.baths
    ]
    jumps = [replace(j, operator=put(j.operator), rate=put(j.rate)) for j in model.jumps]
    return replace(
        model,
        H=put(model.H),
        interaction=put(model.interaction),
        baths=baths,
        jumps=jumps,
        assume=[r for r in put(model.assume) if r not in (True, sp.true)],
        eigenbasis=put(model.eigenbasis),
    )


class _Derivation:
    """Builds both forms and checks them against the numbers of the random point."""

    def __init__(
        self,
        generator: Generator,
        matrix: CompositeMatrix,
        notation: Notation | None,
        point: ResiduePoint,
        numbers: Mapping[Any, Any],
    ) -> None:
        self.generator, self.matrix, self.notation = generator, matrix, notation
        self.point, self.numbers = point, numbers
        atoms = [replace(d, atom=True) for d in generator.definitions]
        rates = [Definition(r.name, r.expression, r.latex, atom=True) for r in generator.rates.values()]
        self.base = [*atoms, *rates, *matrix.definitions]
        n = generator.dimension
        self.labels = list(generator.model.labels or [str(k + 1) for k in range(n)])

    def state(self) -> SteadyState:
        order = [c for c in self.matrix.sector]
        entries = {k: self.matrix.ring.collect(v) for k, v in self.matrix.matrix.items()}
        straight = straight_line(entries, order, self.ground())
        program_form = self.formula("program", self.base, self.elements_of(straight))
        self.check(straight, self.base, "program form")
        differences = Differences(self.matrix)
        generic = self.paper(self.matrix.ring, self.matrix.matrix, Naming(), differences)
        if generic is None:
            definitions, values, linear = self.base, straight, None
        else:
            kept = {d.name for d in generic.definitions}
            schur_factors = [d for d in generic.schur if d.name not in kept]
            head = [d for d in generic.definitions if d.name in {n.args[0] for n in generic.named.values()}]
            rest = [d for d in generic.definitions if d not in head]
            definitions = [*self.base, *differences.definitions.values(), *head, *schur_factors, *rest]
            values = self.flat(generic)
            linear = LinearForms(self.matrix, self.elimination, differences, generic.named, generic.norm)
            self.check(values, definitions, "closed form")
        closed = program_form if generic is None else self.closed(definitions, generic)
        if self.notation is not None and generic is not None:
            closed = self.noted()
        named, elements = self.name_elements(values)
        return SteadyState(
            self.generator,
            self.matrix,
            closed,
            program_form,
            (*definitions, *named),
            MappingProxyType(elements),
            generic is not None,
            self.notation,
            linear,
        )

    def paper(self, ring: Ring, matrix: Any, naming: Naming, differences: Differences | None) -> PaperForm | None:
        names = self.generator.names
        elimination = schur(ring, matrix, self.matrix.sector, names)
        if elimination is None:
            return None
        self.elimination = elimination
        if differences is None:
            return paper_form(elimination, naming, names)
        wide = elimination.ring
        return paper_form(
            elimination, naming, names, lambda p: differences.rewrite(wide, p), lambda p: differences.shorten(wide, p)
        )

    def noted(self) -> Formula:
        """The closed form in the user's notation, checked on its own."""
        assert self.notation is not None
        noted = apply(self.matrix, self.notation)
        form = self.paper(noted.ring, noted.matrix, self.notation.naming, None)
        if form is None:
            raise VerificationError("the notation makes the closed form longer than the term budget")
        definitions = [*self.base, *noted.definitions, *form.definitions]
        values = {("p", k, k): v for k, v in enumerate(form.populations)}
        for (i, j), value in form.coherences.items():
            values["x", i, j], values["y", i, j] = program.real_imag(value)
        self.check(values, definitions, "closed form in the given notation")
        return self.closed(definitions, form)

    # -- elements -------------------------------------------------------------------------------------------------

    def ground(self) -> Coordinate:
        """The population that only absorption leaves: never removed, so T = 0 has no zero pivot."""
        populations = [c for c in self.matrix.sector if c[0] == "p"]
        matrix, rates = self.matrix.liouvillian, self.generator.rates

        def emissions(c: Coordinate) -> int:
            return sum(
                1
                for r in populations
                if r != c
                for name in matrix.entry(r, c)
                if name and rates[name].direction != "up"
            )

        return min(populations, key=lambda c: (emissions(c), -populations.index(c)))

    def flat(self, form: PaperForm) -> dict[Coordinate, Node]:
        """Populations, real and imaginary parts."""
        values: dict[Coordinate, Node] = {("p", k, k): v for k, v in enumerate(form.populations)}
        return {**values, **form.real}

    def subscript(self, i: int, j: int) -> str:
        a, b = self.labels[i], self.labels[j]
        return a + b if len(a) == len(b) == 1 else f"{a},{b}"

    def identifier(self, prefix: str, i: int, j: int) -> str:
        return prefix + self.subscript(i, j).replace(",", "_")

    def name_elements(self, values: Mapping[Coordinate, Node]) -> tuple[list[Definition], dict[Coordinate, Node]]:
        """A symbol for every element of the sector."""
        definitions, symbols = [], {}
        for coordinate in self.matrix.sector:
            value = values[coordinate]
            if value.is_zero:
                symbols[coordinate] = value
                continue
            axis, i, j = coordinate
            prefix = {"p": "rho_", "x": "re_rho_", "y": "im_rho_"}[axis]
            latex = rf"\rho_{{{self.subscript(i, j)}}}"
            latex = {"p": latex, "x": rf"\mathrm{{Re}}\,{latex}", "y": rf"\mathrm{{Im}}\,{latex}"}[axis]
            name = self.generator.names.fresh(self.identifier(prefix, i, j))
            definitions.append(Definition(name, value, latex))
            symbols[coordinate] = program.symbol(name)
        return definitions, symbols

    def elements_of(self, values: Mapping[Coordinate, Node]) -> list[tuple[int, int, Node]]:
        """(i, j, complex value) for populations and the coherences of the sector, by label."""
        listed = [(i, i, values["p", i, i]) for i in range(self.generator.dimension)]
        for axis, i, j in self.matrix.sector:
            if axis == "x" or (axis == "y" and ("x", i, j) not in values):
                re, im = values.get(("x", i, j), program.number(0)), values.get(("y", i, j), program.number(0))
                if not (re.is_zero and im.is_zero):
                    listed.append((i, j, program.add(re, program.mul(program.I, im))))
        return sorted(listed, key=lambda e: (e[0] != e[1], self.labels[e[0]], self.labels[e[1]]))

    def closed(self, definitions: list[Definition], form: PaperForm) -> Formula:
        values = [(k, k, v) for k, v in enumerate(form.populations)]
        values += [(i, j, v) for (i, j), v in form.coherences.items() if not v.is_zero]
        values.sort(key=lambda e: (e[0] != e[1], self.labels[e[0]], self.labels[e[1]]))
        return self.formula("closed_form", definitions, values)

    def formula(self, name: str, definitions: list[Definition], elements: list[tuple[int, int, Node]]) -> Formula:
        outputs = []
        for i, j, value in elements:
            latex = rf"\rho_{{{self.subscript(i, j)}}}"
            domain = "real" if i == j else "complex"
            basis = self.generator.basis
            meaning = f"<{self.labels[i]}|rho|{self.labels[j]}> in the {basis} basis"
            observable = Observable("element", basis, (i, j))
            outputs.append(Output(self.identifier("rho_", i, j), value, latex, meaning, "1", domain, observable))
        return build_formula(self.generator, f"{self.generator.kind}_{name}", definitions, outputs)

    def check(self, values: Mapping[Coordinate, Node], definitions: list[Definition], what: str) -> None:
        """M rho = 0 and trace 1 at the random point."""
        known: dict[str, Node] = {}
        for definition in definitions:
            known[definition.name] = program.substitute(definition.expression, known)
        shared: dict[Node, Node] = {}
        sector = self.matrix.sector
        listed = [c for c in sector if c in values]
        numbers = self.point.evaluate([program.substitute(values[c], known, shared) for c in listed])
        rho = dict(zip(listed, numbers, strict=True))
        trace = sum((rho[c] for c in listed if c[0] == "p"), residue(0))
        defects = [
            row
            for row in sector
            if sum((self.numbers[row, c] * rho[c] for c in listed if (row, c) in self.numbers), residue(0)) != 0
        ]
        if defects or trace != 1:
            raise VerificationError(
                f"the {what} of {self.generator.kind} does not solve its own equations (rows {defects[:3]}, trace "
                f"{'1' if trace == 1 else 'not 1'}); please report the model"
            )


def build_formula(generator: Generator, name: str, definitions: list[Definition], outputs: list[Output]) -> Formula:
    """Inputs, conditions and provenance of a generator around some outputs; unused definitions dropped."""
    model = generator.model
    potentials = {b.chemical_potential for b in model.baths}
    inputs = tuple(
        Input(
            s.name,
            getattr(s, "latex", None) or default_latex(s.name),
            "nonnegative" if s.is_nonnegative else "real",
            0.0 if s in potentials else None,
        )
        for s in model.symbols
    )
    extra = tuple(
        Condition(from_sympy(r.gts - r.lts, [s.name for s in model.symbols]), str(r), sp.latex(r)) for r in model.assume
    )
    provenance = {
        "generator": generator.kind,
        "basis": generator.basis,
        "pairs": "; ".join(f"{b}: ({w}, {v})" for b, w, v in generator.pairs),
        "rates": "gamma is the golden-rule rate: a two-level system decays at gamma (1 + N)",
        "Lamb shift": "off",
        "units": "hbar = k_B = 1; energies, rates and temperatures in one unit",
    }
    whole = Formula(
        name,
        inputs,
        tuple(definitions),
        tuple(outputs),
        (*extra, *generator.conditions),
        MappingProxyType(provenance),
        Setup(model, generator.kind),
    )
    return whole.select([o.name for o in outputs])
