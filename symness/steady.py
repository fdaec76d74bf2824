"""The steady state: derived in two forms, checked exactly, ready for observables.

``steady_state`` eliminates the coherences and then the populations of the sector that the populations couple to, and
checks both results (M rho = 0 and trace 1) at random points where every relation holds exactly.  Uniqueness is
certified on the full Liouvillian, not on the sector alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any

from symness import program
from symness.affine import affine_form, length, shorter
from symness.composites import CompositeMatrix, composite_matrix
from symness.differences import Differences
from symness.elimination import schur, straight_line
from symness.errors import LambShiftWarning, ModelError, NonUniqueSteadyState, VerificationError
from symness.exact import Ring
from symness.formula import Definition, Formula, Output
from symness.generators import Generator
from symness.lamb import moved_by_lamb_shift, warning_text
from symness.linear import LinearForms
from symness.liouville import Coordinate, coordinates, liouvillian, values_at_random_point
from symness.names import Names, spelled, subscript
from symness.notation import Notation, apply
from symness.observable import Observable
from symness.paperform import Naming, PaperForm, paper_form
from symness.program import Node
from symness.progress import step, watched
from symness.residues import ResiduePoint, deficit
from symness.state import SteadyState, build_formula

__all__ = ["SteadyState", "steady_state"]

#: operations that fill two pages; a longer closed form gives way to the program form where that is shorter
PAGE = 1000


def steady_state(generator: Generator, notation: Notation | None = None) -> SteadyState:
    """Closed form of the non-equilibrium steady state.

    Parameters
    ----------
    generator : Generator
        From ``redfield``, ``partial_secular``, ``secular`` or ``local``.
    notation : Notation, optional
        A paper's symbols for the closed form.  Evaluators do not depend on it.

    Raises
    ------
    NonUniqueSteadyState
        When the full Liouvillian has more than one stationary state.
    ModelError
        When the notation does not fit the model.

    Warns
    -----
    LambShiftWarning
        When degenerate levels keep a coherence that the Lamb shift, which is off, would change.
    """
    if not isinstance(generator, Generator):
        raise ModelError(f"steady_state: {type(generator).__name__} is no generator; pass e.g. sn.redfield(model)")
    with watched(f"steady state ({generator.kind}, {generator.dimension} levels)"):
        state = _derived(generator, notation)
    moved = moved_by_lamb_shift(state)
    if moved:
        warnings.warn(warning_text(generator, moved), LambShiftWarning, stacklevel=2)
    return state


def _derived(generator: Generator, notation: Notation | None) -> SteadyState:
    generator = _with_own_names(generator)
    step("Liouvillian")
    matrix = liouvillian(generator)
    step("uniqueness")
    point, numbers = values_at_random_point(generator, matrix)
    free = deficit(point, numbers, coordinates(matrix.dimension))
    if free != 1:
        raise NonUniqueSteadyState(
            f"{generator.kind}: the Liouvillian has {free} stationary states, so the steady state depends on the "
            "initial state; couple a bath that breaks the symmetry, add a Jump, or remove the decoupled part"
        )
    step("sums of rates")
    composite = composite_matrix(generator, matrix)
    return _Derivation(generator, composite, notation, point, numbers).state()


def _with_own_names(generator: Generator) -> Generator:
    """Names given here are not taken in the caller's generator: deriving twice gives the same names."""
    table = copy(generator.table)
    table.names = Names(set(table.names.taken))
    return replace(generator, table=table)


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
        self.names = generator.names
        self.parameters = [s.name for s in generator.model.symbols]
        self.labels = list(generator.model.labels or map(str, range(1, generator.dimension + 1)))
        self.words = spelled(self.labels)

    def state(self) -> SteadyState:
        entries = {k: self.matrix.ring.collect(v) for k, v in self.matrix.matrix.items()}
        step("program form")
        steps, straight = self.steps(straight_line(entries, self.matrix.sector, self.matrix.ground, self.numbers))
        self.zeros = self.check(straight, steps, "program form")
        straight = self.without_zeros(straight)
        program_form = self.formula("program", steps, self.elements_of(straight))
        differences = Differences(self.matrix)
        step("closed form")
        generic = self.paper(self.matrix.ring, self.matrix.matrix, Naming(), differences)
        if generic is not None and self.notation is None and length(generic) > PAGE:
            made = [d.expression for d in steps[len(self.base) :]]
            if program.count_ops([*made, *straight.values()]) < length(generic):
                generic = None
        if generic is None:
            definitions, values, linear = steps, straight, None
        else:
            kept = {d.name for d in generic.definitions}
            schur_factors = [d for d in generic.schur if d.name not in kept]
            head = [d for d in generic.definitions if d.name in {n.args[0] for n in generic.named.values()}]
            rest = [d for d in generic.definitions if d not in head]
            definitions = [*self.base, *differences.definitions.values(), *head, *schur_factors, *rest]
            values = self.without_zeros(self.flat(generic))
            linear = LinearForms(self.matrix, self.elimination, differences, generic.named, generic.norm)
            self.check(values, definitions, "closed form")
        closed = program_form if generic is None else self.closed(definitions, generic)
        if self.notation is not None and generic is not None:
            step("closed form in the notation")
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
        names = self.names
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
        # The notation's names stand in a formula of their own: they may repeat those of the generic form.
        taken = {d.name for d in (*self.base, *noted.definitions)} | set(self.parameters)
        self.names = Names(set(taken))
        form = self.paper(noted.ring, noted.matrix, self.notation.naming, None)
        form = shorter(
            form, affine_form(noted.ring, noted.matrix, self.matrix.sector, self.notation.naming, Names(taken))
        )
        if form is None:
            raise VerificationError("the notation makes the closed form longer than the term budget")
        definitions = [*self.base, *noted.definitions, *form.definitions]
        values = {("p", k, k): v for k, v in enumerate(form.populations)}
        for (i, j), value in form.coherences.items():
            values["x", i, j], values["y", i, j] = program.real_imag(value)
        self.check(values, definitions, "closed form in the given notation")
        return self.closed(definitions, form)

    def steps(self, values: Mapping[Coordinate, Node]) -> tuple[list[Definition], dict[Coordinate, Node]]:
        """A name for every operation that recurs: written out as trees, programs are longer than any page."""
        names = (self.names.fresh(f"x_{k}") for k in count(1))
        named, roots = program.name_recurring(list(values.values()), names)
        made = [Definition(name, value, f"x_{{{k}}}") for k, (name, value) in enumerate(named, 1)]
        return [*self.base, *made], dict(zip(values, roots, strict=True))

    # -- elements -------------------------------------------------------------------------------------------------

    def flat(self, form: PaperForm) -> dict[Coordinate, Node]:
        """Populations, real and imaginary parts."""
        values: dict[Coordinate, Node] = {("p", k, k): v for k, v in enumerate(form.populations)}
        return {**values, **form.real}

    def identifier(self, prefix: str, i: int, j: int) -> str:
        a, b = self.words[i], self.words[j]
        return prefix + (a + b if len(a) == len(b) == 1 else f"{a}_{b}")

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
            latex = rf"\rho_{{{subscript(self.labels[i], self.labels[j])}}}"
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

    def without_zeros(self, values: Mapping[Coordinate, Node]) -> dict[Coordinate, Node]:
        """What vanishes for all parameters is a zero, whatever its closed form looks like."""
        return {c: program.number(0) if c in self.zeros else value for c, value in values.items()}

    def closed(self, definitions: list[Definition], form: PaperForm) -> Formula:
        values = [(k, k, v) for k, v in enumerate(form.populations)]
        values += [(i, j, v) for (i, j), v in form.coherences.items() if not self.zeros >= {("x", i, j), ("y", i, j)}]
        values.sort(key=lambda e: (e[0] != e[1], self.labels[e[0]], self.labels[e[1]]))
        return self.formula("closed_form", definitions, values)

    def formula(self, name: str, definitions: list[Definition], elements: list[tuple[int, int, Node]]) -> Formula:
        outputs = []
        for i, j, value in elements:
            latex = rf"\rho_{{{subscript(self.labels[i], self.labels[j])}}}"
            domain = "real" if i == j else "complex"
            basis = self.generator.basis
            meaning = f"<{self.labels[i]}|rho|{self.labels[j]}> in the {basis} basis"
            observable = Observable("element", basis, (i, j))
            outputs.append(Output(self.identifier("rho_", i, j), value, latex, meaning, "1", domain, observable))
        return build_formula(self.generator, f"{self.generator.kind}_{name}", definitions, outputs)

    def check(self, values: Mapping[Coordinate, Node], definitions: list[Definition], what: str) -> set[Coordinate]:
        """M rho = 0 and trace 1 at the random point; returns the coordinates that vanish there, hence everywhere."""
        known: dict[str, Node] = {}
        for definition in definitions:
            known[definition.name] = program.substitute(definition.expression, known)
        shared: dict[Node, Node] = {}
        sector = self.matrix.sector
        listed = [c for c in sector if c in values]
        numbers = self.point.evaluate([program.substitute(values[c], known, shared) for c in listed])
        rho = dict(zip(listed, numbers, strict=True))
        trace = sum((rho[c] for c in listed if c[0] == "p"), self.point.number(0))
        defects = [
            row
            for row in sector
            if sum((self.numbers[row, c] * rho[c] for c in listed if (row, c) in self.numbers), self.point.number(0))
            != 0
        ]
        if defects or trace != 1:
            raise VerificationError(
                f"the {what} of {self.generator.kind} does not solve its own equations (rows {defects[:3]}, trace "
                f"{'1' if trace == 1 else 'not 1'}); please report the model"
            )
        return {c for c in sector if c not in rho or rho[c] == 0}
