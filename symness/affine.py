"""Closed forms that are affine in the coherence: p = p_0 + c p_1, and c by itself.

The populations solve M_pp p + M_pc c = 0 with trace one, so they are affine in the coherences, with coefficients in
which no determinant of a coherence block stands; the coherences then follow from their own equations.  Where there is
one coherence (one or two real coordinates) this can be shorter than the form with a Schur factor
(:mod:`symness.paperform`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symness import program
from symness.elimination import TERM_BUDGET
from symness.exact import Polynomial, Ring, determinant
from symness.formula import Definition
from symness.liouville import Coordinate
from symness.names import Names
from symness.paperform import Naming, PaperForm
from symness.program import Node

__all__ = ["affine_form", "length", "shorter"]

#: most real coordinates of coherences, and most populations, that are solved this way
COHERENCES, POPULATIONS = 2, 5


def affine_form(
    ring: Ring,
    matrix: Mapping[tuple[Coordinate, Coordinate], Polynomial],
    sector: Sequence[Coordinate],
    naming: Naming,
    names: Names,
) -> PaperForm | None:
    """The steady state of a sector, affine in its one coherence; None where there are more, or the budget is exceeded.

    Parameters
    ----------
    ring, matrix, sector
        As for :func:`symness.elimination.schur`.
    naming : Naming
        Its normalisation names the common denominator of the populations.
    """
    populations = [c for c in sector if c[0] == "p"]
    coherences = [c for c in sector if c[0] != "p"]
    one_pair = len({c[1:] for c in coherences}) == 1
    if not one_pair or len(coherences) > COHERENCES or len(populations) > POPULATIONS:
        return None
    try:
        return _Affine(ring, matrix, populations, coherences, naming.normalisation).form(names)
    except OverflowError:
        return None


def shorter(*forms: PaperForm | None) -> PaperForm | None:
    """The form with the fewest operations as displayed, the first of equals; None where there is none."""
    found = [form for form in forms if form is not None]
    return min(found, key=length, default=None)


def length(form: PaperForm) -> int:
    """Operations as displayed, each definition once."""
    shown = [d.expression for d in form.definitions]
    return program.count_ops([*shown, *form.populations, *form.coherences.values()])


class _Affine:
    """Cramer's rule on the populations, then on the coherences.

    ``free[j]``/``scale`` is p_0; ``slopes[c][j]`` ``shared[c]``/(``scale`` ``below[c]``) is the slope of p_j in c.
    """

    def __init__(
        self,
        ring: Ring,
        matrix: Mapping[tuple[Coordinate, Coordinate], Polynomial],
        populations: Sequence[Coordinate],
        coherences: Sequence[Coordinate],
        norm: tuple[str, str],
    ) -> None:
        self.norm = norm
        self.ring, self.populations, self.coherences = ring, populations, coherences
        self.entry = lambda row, column: matrix.get((row, column), ring.zero)
        rows = [[self.entry(r, c) for c in populations] for r in populations]
        rows[0] = [ring.one] * len(populations)
        whole = self._determinant(rows)
        trace = [ring.one, *([ring.zero] * (len(populations) - 1))]
        self.free, self.scale = self._reduced(self._replaced(rows, trace), whole)
        self.slopes, self.shared, self.below = [], [], []
        for c in coherences:
            drive = [ring.zero, *(-self.entry(r, c) for r in populations[1:])]
            slope, under = self._reduced(self._replaced(rows, drive), whole)
            # Over the normalisation of the populations: the rest of the denominator belongs to the coherence.
            quotient, remainder = divmod(under, self.scale)
            if len(remainder):
                raise OverflowError
            common = self._gcd(slope)
            if len(common):
                slope = [s / common for s in slope]
            self.slopes.append(slope)
            self.shared.append(common)
            self.below.append(quotient)

    def _determinant(self, rows: list[list[Polynomial]]) -> Polynomial:
        value = determinant(rows, self.ring.zero, TERM_BUDGET)
        if not len(value):
            raise OverflowError
        return value

    def _replaced(self, rows: list[list[Polynomial]], column: list[Polynomial]) -> list[Polynomial]:
        """Numerators of Cramer's rule."""
        found = []
        for k in range(len(rows)):
            swapped = [[*row[:k], value, *row[k + 1 :]] for row, value in zip(rows, column, strict=True)]
            found.append(determinant(swapped, self.ring.zero, TERM_BUDGET))
        return found

    def _gcd(self, values: Sequence[Polynomial]) -> Polynomial:
        common = self.ring.zero
        for value in values:
            if len(value):
                common = common.gcd(value) if len(common) else self.ring.primitive(value)[1]
        return common

    def _reduced(self, tops: list[Polynomial], bottom: Polynomial) -> tuple[list[Polynomial], Polynomial]:
        """Over the common divisor, with integer coefficients below and the simplest term there positive."""
        common = self._gcd([bottom, *tops])
        content, primitive = self.ring.primitive(bottom / common)
        return [top / common * self.ring.constant(1 / content) for top in tops], primitive

    # -- coherences -----------------------------------------------------------------------------------------------

    def solved(self) -> list[tuple[Polynomial, list[Polynomial]]]:
        """Numerator and denominator of every coherence, the denominator as parts that are shown one by one."""
        zero = self.ring.zero
        source = [-self._dot(row, self.free) for row in self.coherences]
        parts = [
            [
                (self.entry(row, c) * self.scale * below, shared * self._dot(row, slope))
                for c, slope, shared, below in zip(self.coherences, self.slopes, self.shared, self.below, strict=True)
            ]
            for row in self.coherences
        ]
        system = [[own + fed for own, fed in row] for row in parts]
        whole = self._determinant(system)
        found = []
        for k, below in enumerate(self.below):
            swapped = [[*row[:k], value, *row[k + 1 :]] for row, value in zip(system, source, strict=True)]
            top = below * determinant(swapped, zero, TERM_BUDGET)
            listed = list(parts[0][0]) if len(parts) == 1 else [whole]
            common = self._gcd([top, *listed])
            content = self.ring.primitive(listed[0])[0]
            unit = self.ring.constant(1 / content)
            found.append((top / common * unit, [part / common * unit for part in listed if len(part)]))
        return found

    def _dot(self, row: Coordinate, values: Sequence[Polynomial]) -> Polynomial:
        total = self.ring.zero
        for column, value in zip(self.populations, values, strict=True):
            total = total + self.entry(row, column) * value
        return total

    # -- display --------------------------------------------------------------------------------------------------

    def form(self, names: Names) -> PaperForm:
        show, definitions = self.ring.display, []
        values: list[Node] = []
        scaled: list[Node] = []
        for (axis, *_), (top, parts) in zip(self.coherences, self.solved(), strict=True):
            whole = self.ring.zero
            for part in parts:
                whole = whole + part
            below = min((show(whole), program.add(*map(show, parts))), key=lambda node: program.count_ops([node]))
            tag, mark = ("", "") if len(self.coherences) == 1 else {"x": ("_re", "'"), "y": ("_im", "''")}[axis]
            value = program.symbol(names.fresh(f"c{tag}"))
            definitions.append(Definition(value.args[0], program.div(show(top), below), f"c{mark}"))
            values.append(value)
            k = len(scaled)
            node = program.div(program.mul(value, show(self.shared[k])), show(self.below[k]))
            if program.count_ops([node]):
                name = names.fresh(f"c{tag}_scaled")
                definitions.append(Definition(name, node, rf"\tilde{{c}}{mark}"))
                node = program.symbol(name)
            scaled.append(node)
        scale = show(self.scale)
        if program.count_ops([scale]) > 1:
            definitions.append(Definition(names.fresh(self.norm[0]), scale, self.norm[1]))
            scale = program.symbol(definitions[-1].name)
        populations = []
        for j, free in enumerate(self.free):
            terms = [program.mul(c, show(slope[j])) for c, slope in zip(scaled, self.slopes, strict=True)]
            populations.append(program.div(program.add(show(free), *terms), scale))
        for node in dict.fromkeys(populations):
            if populations.count(node) > 1 and program.count_ops([node]):
                definitions.append(Definition(names.fresh("p"), node, "p"))
                populations = [program.symbol(definitions[-1].name) if p is node else p for p in populations]
        parts = [
            value if axis == "x" else program.mul(program.I, value)
            for (axis, *_), value in zip(self.coherences, values, strict=True)
        ]
        pair = self.coherences[0][1], self.coherences[0][2]
        return PaperForm(tuple(definitions), tuple(populations), {pair: program.add(*parts)})
