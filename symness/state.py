"""The steady state as an object: elements, density matrix, conditions, and the formula around any of its quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sympy as sp

from symness import program
from symness.baths import RATES
from symness.composites import CompositeMatrix, tidy
from symness.convert import from_sympy, to_sympy
from symness.display import Displayed
from symness.eigenbasis import frame
from symness.errors import ObservableError
from symness.exact import Ring
from symness.formula import Condition, Definition, Formula, Input, Output
from symness.generators import Generator
from symness.linear import LinearForms
from symness.liouville import Coordinate
from symness.names import subscript
from symness.notation import Notation
from symness.observable import Observable, Setup, energies_counted
from symness.parameters import Parameter, default_latex
from symness.program import Node
from symness.quantity import Quantity
from symness.residues import at_random_point
from symness.sparse import conjugate_in

__all__ = ["SteadyState", "build_formula"]


@dataclass(frozen=True, eq=False, repr=False)
class SteadyState(Displayed):
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

    def __str__(self) -> str:
        return str(self.closed_form)

    @property
    def conditions(self) -> list[Any]:
        """Inequalities under which the result is valid, as SymPy relations, the user's assumptions first."""
        derived = [sp.sympify(c.text, locals=self._symbols, evaluate=False) for c in self.generator.conditions]
        return [*self.generator.model.assume, *(d for d in derived if d not in self.generator.model.assume)]

    @property
    def _symbols(self) -> dict[str, Any]:
        return {s.name: s for s in self.generator.model.symbols}

    @cached_property
    def sector(self) -> tuple[Coordinate, ...]:
        """The coordinates that the populations couple to; all others vanish in the steady state."""
        return self.matrix.sector

    def element(self, i: int, j: int, basis: str | None = None) -> Quantity:
        """<i|rho|j>, counted from 0; ``basis`` is ``"energy"`` (eigenstates of H + V) or ``"product"``.

        Default: the basis of the generator, ``"product"`` for ``local`` and ``"energy"`` for the others.
        """
        basis = basis or self.generator.basis
        n = self.generator.dimension
        if not (i in range(n) and j in range(n)):
            raise ObservableError(f"element({i!r}, {j!r}): pass two indices from 0 to {n - 1}")
        re, im = self.parts(i, j, basis)
        expression = program.add(re, program.mul(program.I, im))
        labels = self.labels if basis == self.generator.basis else tuple(str(k + 1) for k in range(n))
        first, second = labels[i], labels[j]
        observable = Observable("element", basis, (i, j))
        domain = "real" if i == j else "complex"
        meaning = f"<{first}|rho|{second}>, {basis} basis"
        return Quantity(self, expression, observable, rf"\rho_{{{subscript(first, second)}}}", meaning, "1", domain)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the states in the basis of the generator."""
        return tuple(self.generator.model.labels or map(str, range(1, self.generator.dimension + 1)))

    def parts(self, i: int, j: int, basis: str | None = None) -> tuple[Node, Node]:
        """Real and imaginary part of an element as programs."""
        basis = basis or self.generator.basis
        if basis not in ("energy", "product"):
            raise ObservableError(f"basis={basis!r}: pass 'energy' or 'product'")
        if basis == self.generator.basis:
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
        return self._rotate(lambda k, m: columns[i][k] * conjugate_in(ring, columns[j][m]), ring)

    def _energy(self, i: int, j: int) -> tuple[Node, Node]:
        raise ObservableError(
            "basis='energy': the local generator never needs the spectrum of H + V; pass basis='product'"
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
        known: dict[str, Node] = self.expanded_definitions
        memo: dict[Node, Node] = {}
        difference = [program.substitute(node, known, memo) for node in (first, second)]
        _, values = at_random_point(difference, seed=11)
        return bool(values[0] == values[1])

    @cached_property
    def expanded_definitions(self) -> dict[str, Node]:
        """Every definition in the parameters alone."""
        known: dict[str, Node] = {}
        for definition in self.definitions:
            known[definition.name] = program.substitute(definition.expression, known)
        return known

    def density_matrix(self, basis: str | None = None) -> Any:
        """rho as a SymPy matrix in the symbols of the elements (``"energy"``, ``"product"``; default the generator's).

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
        return {**self._symbols, **{d.name: Parameter(d.name, d.latex, real=True) for d in self.definitions}}

    def specialise(self, replacements: Mapping[Any, Any]) -> SteadyState:
        """The steady state of the model with parameters replaced, e.g. ``{J_2: J_1}``; derived and checked anew.

        Keys are parameters or their names (else ObservableError), values expressions in parameters, or numbers.
        """
        from symness.steady import steady_state

        known, table = self._symbols, {}
        for key, value in dict(replacements).items():
            symbol = known.get(key if isinstance(key, str) else getattr(key, "name", ""))
            if symbol is None or (key != symbol and not isinstance(key, str)):
                raise ObservableError(f"specialise: {key!r} is no parameter of the model; there are {', '.join(known)}")
            table[symbol] = value
        return steady_state(self.generator.rebuild(substituted(self.generator.model, table)))

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


def build_formula(
    generator: Generator,
    name: str,
    definitions: list[Definition],
    outputs: list[Output],
    further: tuple[Input, ...] = (),
) -> Formula:
    """Inputs, conditions and provenance of a generator around some outputs; unused definitions dropped.

    ``further`` inputs come after the parameters of the model.
    """
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
        Condition(
            from_sympy(r.gts - r.lts, [s.name for s in model.symbols]),
            str(r),
            sp.latex(r),
            isinstance(r, (sp.StrictGreaterThan, sp.StrictLessThan)),
        )
        for r in model.assume
    )
    provenance = {
        "generator": generator.kind,
        "basis": generator.basis,
        "pairs": "; ".join(f"{b}: ({w}, {v})" for b, w, v in generator.pairs) or "none",
        "rates": RATES,
        "Lamb shift": "off",
        "units": "hbar = k_B = 1; energies, rates and temperatures in one unit",
        **energies_counted({o.name: o.observable for o in outputs}),
    }
    vectors = generator.spectrum.vectors if generator.basis == "energy" and model.eigenbasis is None else ()
    whole = Formula(
        name,
        (*inputs, *further),
        tuple(definitions),
        tuple(outputs),
        (*extra, *generator.conditions),
        MappingProxyType(provenance),
        Setup(model, generator.kind, generator.kept, frame(model.symbols, vectors, generator.spectrum.definitions)),
    )
    return whole.select([o.name for o in outputs])
