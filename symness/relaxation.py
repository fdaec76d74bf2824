"""How a generator relaxes: characteristic polynomials of its decoupled sectors, eigenvalues and the gap.

Coordinates that do not couple form sectors: one (or more) of the populations, with the coherences that they drive, and
sectors of coherences alone.  The characteristic polynomial det(z - M) of each is a polynomial in the composites of
rates and is factored over the rationals; factors of degree one and two give eigenvalues in closed form.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy as sp

from symness import program
from symness.characteristic import Factor, Sector, factors
from symness.composites import CompositeMatrix, composite_matrix
from symness.convert import to_sympy
from symness.display import Displayed
from symness.errors import ModelError, ObservableError
from symness.evaluator import Evaluator
from symness.exact import Ring
from symness.formula import Definition, Formula, Output
from symness.generators import Generator
from symness.graph import components
from symness.liouville import Coordinate, coordinates, liouvillian, values_at_random_point
from symness.names import Names
from symness.observable import Observable
from symness.parameters import Parameter
from symness.program import Node
from symness.progress import watched
from symness.quantity import Quantity
from symness.residues import deficit
from symness.state import SteadyState, build_formula

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Factor", "Relaxation", "Sector", "relaxation", "relaxation_gap"]


@dataclass(frozen=True, repr=False)
class Relaxation(Displayed):
    """Sectors of a generator, in the order of their first coordinate; what they are written in is ``definitions``."""

    generator: Generator
    matrix: CompositeMatrix = field(repr=False)
    definitions: tuple[Definition, ...] = field(repr=False)
    sectors: tuple[Sector, ...]

    @property
    def stationary(self) -> int:
        """Number of stationary states (1 where the steady state is unique)."""
        return sum(sector.stationary for sector in self.sectors)

    @property
    def has_closed_gap(self) -> bool:
        """Whether every factor has degree one or two."""
        return all(sector.decays is not None for sector in self.sectors)

    @cached_property
    def formula(self) -> Formula:
        """The gap as a formula, for LaTeX and evaluators.

        Raises
        ------
        ObservableError
            Where a factor has a degree above two; ``gap`` computes the number.
        """
        if not self.has_closed_gap:
            raise ObservableError(
                "relaxation: a characteristic polynomial has a factor of degree above two, so the gap has no closed "
                "form; relaxation.gap(...) computes it from the eigenvalues"
            )
        decays: dict[Node, None] = {}
        for sector in self.sectors:
            decays |= dict.fromkeys(sector.decays or ())
        total, *rest = decays
        for decay in rest:
            total = program.call("minimum", total, decay)
        output = Output(
            "gap", total, r"\Delta_{\mathrm{gap}}", "relaxation gap", "energy", "real", Observable("relaxation_gap")
        )
        return build_formula(self.generator, "relaxation", list(self.definitions), [output])

    @cached_property
    def _entries(self) -> tuple[Evaluator, dict[tuple[Coordinate, Coordinate], str]]:
        ring, names, outputs = self.matrix.ring, {}, []
        for k, (place, value) in enumerate(self.matrix.matrix.items()):
            names[place] = f"entry_{k}"
            outputs.append(Output(names[place], ring.collect(value), names[place]))
        return Evaluator(build_formula(self.generator, "entries", list(self.definitions), outputs)), names

    def eigenvalues(self, **parameters: Any) -> list[np.ndarray]:
        """Eigenvalues of each sector, found numerically; the last axis of each array counts them."""
        import numpy as np

        evaluator, names = self._entries
        values = evaluator(**parameters)
        shape = np.broadcast_shapes(
            *(np.shape(v) for v in values.values()), *(np.shape(v) for v in parameters.values())
        )
        found = []
        for sector in self.sectors:
            size = len(sector.coordinates)
            matrix = np.zeros((*shape, size, size))
            for i, row in enumerate(sector.coordinates):
                for j, column in enumerate(sector.coordinates):
                    if (row, column) in names:
                        matrix[..., i, j] = values[names[row, column]]
            found.append(np.linalg.eigvals(matrix))
        return found

    def gap(self, **parameters: Any) -> np.ndarray:
        """Smallest -Re of the eigenvalues but the stationary ones: the slowest decay towards the steady state.

        Negative where the generator amplifies (a Redfield generator may).  Closed form where there is one.
        """
        import numpy as np

        if self.has_closed_gap:
            return np.asarray(self._evaluator(**parameters)["gap"])
        decays = []
        for sector, values in zip(self.sectors, self.eigenvalues(**parameters), strict=True):
            order = np.argsort(np.abs(values), axis=-1)
            kept = np.take_along_axis(values, order, axis=-1)[..., sector.stationary :]
            if kept.shape[-1]:
                decays.append((-kept.real).min(axis=-1))
        return np.minimum.reduce(decays)

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self.formula)

    # -- text ----------------------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        lines = [f"relaxation of {self.generator.kind} ({self.generator.basis} basis)"]
        for sector in self.sectors:
            lines.append("  " + ", ".join(_coordinate(c) for c in sector.coordinates))
            if sector.factors is None:
                lines.append(f"    {len(sector.coordinates)} eigenvalues, beyond the term budget: numerically")
                continue
            for factor in sector.factors:
                power = "" if factor.power == 1 else f"  (power {factor.power})"
                lines.append(f"    {factor.text(str)}{power}")
        named = [d for d in self.definitions if d.name in self._shown and not d.atom]
        if named:
            lines.append("where")
            lines += [f"  {d.name} = {to_sympy(d.expression)}" for d in named]
        return "\n".join(lines)

    @cached_property
    def _shown(self) -> set[str]:
        roots = [c for s in self.sectors for f in s.factors or () for c in f.coefficients]
        return set(program.symbols_of(roots))

    def latex(self) -> str:
        """Characteristic polynomials, one line for each sector, and the composites in them."""
        symbols = {d.name: Parameter(d.name, d.latex, real=True) for d in self.definitions}
        symbols |= {s.name: s for s in self.generator.model.symbols}

        def text(node: Any) -> str:
            return str(sp.latex(node.xreplace({s: symbols[s.name] for s in node.free_symbols if s.name in symbols})))

        lines = []
        for k, sector in enumerate(self.sectors, 1):
            if sector.factors is None:
                lines.append(rf"\chi_{{{k}}}(z) &: \text{{degree }} {len(sector.coordinates)}")
                continue
            product = r"\,".join(
                ("z" if f.is_zero else rf"\left({f.text(text)}\right)") + (f"^{{{f.power}}}" if f.power > 1 else "")
                for f in sector.factors
            )
            lines.append(rf"\chi_{{{k}}}(z) &= {product}")
        for d in self.definitions:
            if d.name in self._shown and not d.atom:
                lines.append(rf"{d.latex} &= {text(to_sympy(d.expression))}")
        body = " \\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@watched("relaxation")
def relaxation(generator: Generator | SteadyState) -> Relaxation:
    """Characteristic polynomials of the decoupled sectors of a Liouvillian, factored, and its relaxation gap.

    >>> import symness as sn
    >>> omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    >>> (q,) = sn.qubits("1")
    >>> model = sn.Model(omega * q.number, baths=[sn.Bath("1", q.lowering, rate=gamma, temperature=T)])
    >>> print(sn.relaxation(sn.secular(model)))
    relaxation of secular (energy basis)
      rho_11, rho_22
        z
        z + down_1 + up_1
      Re rho_12, Im rho_12
        z**2 + z*(down_1 + up_1) + omega**2 + (down_1 + up_1)**2/4

    Raises
    ------
    ModelError
        For something that is neither a generator nor a steady state.
    """
    if isinstance(generator, SteadyState):
        generator = generator.generator
    if not isinstance(generator, Generator):
        raise ModelError(
            f"relaxation: {type(generator).__name__} is no generator; pass e.g. sn.redfield(model) or a steady state"
        )
    table = copy(generator.table)
    table.names = Names(set(table.names.taken))
    generator = replace(generator, table=table)
    full = liouvillian(generator)
    listed = coordinates(full.dimension)
    matrix = composite_matrix(generator, replace(full, sector=tuple(listed)))
    point, numbers = values_at_random_point(generator, full)
    place = {c: k for k, c in enumerate(listed)}
    ring = Ring([generator.names.fresh("z"), *matrix.ring.names])
    sectors = []
    for group in components(len(listed), [(place[r], place[c]) for r, c in matrix.matrix]):
        own = tuple(listed[k] for k in group)
        sectors.append(Sector(own, factors(ring, matrix, own), deficit(point, numbers, own)))
    atoms = [replace(d, atom=True) for d in generator.definitions]
    rates = [Definition(r.name, r.expression, r.latex, atom=True) for r in generator.rates.values()]
    return Relaxation(generator, matrix, (*atoms, *rates, *matrix.definitions), tuple(sectors))


def relaxation_gap(state: SteadyState) -> Quantity:
    """The gap, smallest -Re of the eigenvalues of the generator but the one that is zero, beside other observables.

    Raises
    ------
    ObservableError
        Where it has no closed form; ``sn.relaxation(state).gap(...)`` computes the number.
    """
    found = relaxation(state)
    known = {d.name: d.expression for d in state.definitions}
    values: dict[str, Node] = {}
    added = []
    for definition in found.definitions:
        if known.get(definition.name) is definition.expression:
            continue
        if definition.atom:
            added.append(definition)
        else:
            values[definition.name] = program.substitute(definition.expression, values)
    output = found.formula.output("gap")
    return Quantity(
        state,
        program.substitute(output.expression, values),
        output.observable,
        output.latex,
        output.meaning,
        output.unit,
        output.domain,
        definitions=tuple(added),
    )


def _coordinate(c: Coordinate) -> str:
    label = f"{c[1] + 1}{c[2] + 1}" if max(c[1:]) < 9 else f"{c[1] + 1},{c[2] + 1}"
    return {"p": "", "x": "Re ", "y": "Im "}[c[0]] + f"rho_{label}"
