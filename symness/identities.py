"""Current-coherence identities: what the steady-state equations alone say about a current.

``identities`` finds, for any generator, how a current is a combination of coherences: it solves f + y M = 0 on the
populations, f the current as a functional of rho and M the generator in Hermitian coordinates.  What is left, f + y M
on the coherences, is the current.  First a y without rates is looked for (d<A>/dt = 0 for a diagonal operator A), then
one over the rates; relations among the coherences alone then bring the result to imaginary parts only, to real parts
only, or to the complex coherence.  Each identity is checked at random points of a prime field on every coordinate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from symness import program
from symness.balances import Balances, Combination, currents, in_product_basis, in_terms_of, solve
from symness.convert import to_sympy
from symness.errors import ModelError, ObservableError, VerificationError
from symness.generators import Generator
from symness.identity import Identities, Identity, Term
from symness.liouville import Coordinate, Entry, values_at_random_point
from symness.parameters import Parameter
from symness.progress import watched
from symness.quantity import Quantity
from symness.rational import Quotient, affordable
from symness.residues import rank
from symness.state import SteadyState

__all__ = ["identities"]

#: an identity whose coefficients have more terms in all is not reported unless it is the only one
SHOWN_LIMIT = 60
_POINTS = (3, 5)


@watched("identities")
def identities(source: SteadyState | Generator, current: Quantity | None = None, basis: str = "product") -> Identities:
    """Linear identities between currents and coherences that hold in the steady state.

    Parameters
    ----------
    source : SteadyState or Generator
    current : Quantity, optional
        A current, an expectation value or a linear combination of them, of this state.  Default: the particle, bare
        and total energy currents of all baths and the energy currents of all jumps.
    basis : {"product", "energy"}
        Whose populations are removed and whose coherences appear.

    Returns
    -------
    Identities
        For each current the identity with the shortest coefficients, then those in Im only, in Re only and in the
        complex coherence, where the relations among the coherences give them.

    Raises
    ------
    ObservableError
        When the current is no linear functional of this state, or there is no basis of that name.

    Notes
    -----
    Currents are positive into the system.  Coherences are <j|rho|k> with j < k.  With Q = 2 g eps_h Im c this holds
    Eq. (13) of Khandelwal et al., New J. Phys. 22, 073039 (2020).
    """
    given = source.generator if isinstance(source, SteadyState) else source
    if not isinstance(given, Generator):
        raise ModelError(f"identities: {source!r} is neither a steady state nor a generator")
    if basis not in ("product", "energy") or (basis == "energy" and given.basis == "product"):
        allowed = "'product'" if given.basis == "product" else "'product' or 'energy'"
        raise ObservableError(f"identities: basis={basis!r}; for {given.kind} pass {allowed}")
    generator = in_product_basis(given) if basis == "product" else given
    search = _Search(Balances.of(generator), basis)
    wanted = list(currents(generator)) if current is None else [_of_quantity(source, given, current, basis)]
    listed = {text: search.of(text, symbol, row, current is not None) for text, symbol, row in wanted}
    found = tuple(identity for own in listed.values() for identity in own)
    return Identities(found, search.relations, search.dimension, tuple(t for t, own in listed.items() if not own))


def _of_quantity(
    source: Any, given: Generator, current: Any, basis: str
) -> tuple[str, str, Mapping[Coordinate, Entry]]:
    if not isinstance(current, Quantity) or not isinstance(source, SteadyState) or current.state is not source:
        raise ObservableError(
            f"identities: current={current!r} is no quantity of this steady state; pass the state and e.g. "
            "sn.particle_current(state, '1')"
        )
    if current.row is None:
        raise ObservableError(
            f"identities: {current.meaning} is no linear functional of the state with known weights; pass its energy "
            "and particle currents one by one"
        )
    row = in_terms_of(given, current.row) if basis == "product" else current.row
    return current.meaning, current.latex, row


class _Search:
    def __init__(self, balances: Balances, basis: str) -> None:
        self.b, self.basis, self.ring = balances, basis, balances.ring
        generator = balances.generator
        n = generator.dimension
        own = generator.model.labels if basis == "energy" else None
        self.labels = tuple(own or map(str, range(1, n + 1)))
        self.symbols = {s.name: s for s in generator.model.symbols} | generator.symbols
        self.symbols |= {r.name: Parameter(r.name, r.latex, real=True) for r in generator.rates.values()}
        self.points = [values_at_random_point(generator, balances.matrix, seed) for seed in _POINTS]
        self.dimension = self._dimension()
        self._bare = self._coherence_relations()
        cleared = [found for own in self._bare if (found := affordable(self._cleared, *own))]
        self.relations = tuple(self.identity("0", "0", {}, *f) for f in cleared if _weight(f[1]) <= SHOWN_LIMIT)

    # -- relations among coherences -------------------------------------------------------------------------------

    def _dimension(self) -> int:
        """Row vectors y with y M = 0 on the populations, without the trace."""
        point, numbers = self.points[0]
        zero = point.number(0)
        columns = [[numbers.get((r, c), zero) for r in self.b.sector] for c in self.b.populations]
        return len(self.b.sector) - rank(point, columns) - 1

    def _coherence_relations(self) -> list[tuple[Combination, Combination]]:
        """Independent (y, y M), those without rates in y first."""
        candidates = (self.b.operator({}, self.b.sector, self.b.populations) or [{}])[1:]
        chosen = self._independent([], candidates)
        if len(chosen) < self.dimension:
            more = self.b.over_rates({}, self.b.sector, self.b.populations) or [{}]
            chosen = self._independent(chosen, sorted(more[1:], key=_weight))
        return chosen

    def _independent(
        self, chosen: list[tuple[Combination, Combination]], candidates: Sequence[Combination]
    ) -> list[tuple[Combination, Combination]]:
        point, _ = self.points[0]
        rows = [self.b.values(point, h, self.b.coherences) for _, h in chosen]
        for y in candidates:
            h = affordable(self._applied, {}, y)
            if not h:
                continue
            values = self.b.values(point, h, self.b.coherences)
            if rank(point, [*rows, values]) > len(rows):
                rows.append(values)
                chosen = [*chosen, (y, h)]
        return chosen

    def _applied(self, start: Combination, y: Combination) -> Combination:
        """start + y M, without what vanishes only because the mixing angles are those of the parameters."""
        h = self.b.applied(start, y)
        values = [self.b.values(point, h, tuple(h)) for point, _ in self.points]
        return {c: q for c, q, *found in zip(h, h.values(), *values, strict=True) if any(v != 0 for v in found)}

    # -- one current ----------------------------------------------------------------------------------------------

    def of(self, text: str, symbol: str, row: Mapping[Coordinate, Entry], is_asked: bool) -> list[Identity]:
        start = self.b.combination(row)
        y = self._shortest(row, start)
        base = None if y is None else affordable(self._applied, start, y)
        if y is None or base is None:
            return []
        y, base = self._reduced(start, y, base)
        forms = [(y, base)]
        for axis in "xy":
            cleared = affordable(self._without, y, base, axis)
            if cleared is not None and all(cleared[1] != known for _, known in forms):
                forms.append(cleared)
        forms = [f for k, f in enumerate(forms) if _weight(f[1]) <= SHOWN_LIMIT or (k == 0 and is_asked)]
        listed = [self.identity(text, symbol, start, y, h) for y, h in forms]
        combined = affordable(self._complex, text, symbol, start, forms)
        return listed if combined is None else [*listed, combined]

    def _shortest(self, row: Mapping[Coordinate, Entry], start: Combination) -> Combination | None:
        b = self.b
        for attempt in (
            lambda: b.operator(row, b.populations, b.populations),
            lambda: b.operator(row, b.sector, b.populations),
            lambda: b.over_rates(start, b.populations, b.populations),
            lambda: b.over_rates(start, b.sector, b.populations),
        ):
            solutions = attempt()
            if solutions is not None:
                return solutions[0]
        return None

    def _reduced(self, start: Combination, y: Combination, h: Combination) -> tuple[Combination, Combination]:
        """Relations are added where that leaves fewer and shorter terms."""
        for own, relation in self._bare:
            if _weight(relation) > SHOWN_LIMIT:
                continue  # what it shortens is as long
            for coordinate in relation:
                if coordinate in h:
                    found = affordable(self._shifted, start, y, own, h[coordinate], relation[coordinate])
                    if found is not None and _order(found[1]) < _order(h):
                        y, h = found
        return y, h

    def _shifted(
        self, start: Combination, y: Combination, own: Combination, top: Quotient, bottom: Quotient
    ) -> tuple[Combination, Combination]:
        trial = self._added(y, own, top / bottom)
        return trial, self._applied(start, trial)

    def _added(self, y: Combination, other: Combination, factor: Quotient) -> Combination:
        """y - factor * other."""
        minus = Quotient(self.ring, self.ring.constant(-1), self.ring.one) * factor
        total = dict(y)
        for coordinate, value in other.items():
            step = minus * value
            total[coordinate] = total[coordinate] + step if coordinate in total else step
        return {c: q for c, q in total.items() if len(q.top)}

    def _without(self, y: Combination, h: Combination, axis: str) -> tuple[Combination, Combination] | None:
        """With the real (x) or imaginary (y) parts removed by relations; None where they do not allow it."""
        if not any(c[0] == axis for c in h):
            return None
        zero = Quotient(self.ring, self.ring.zero, self.ring.one)
        unknowns: list[Coordinate] = [("r", k, k) for k in range(len(self._bare))]
        equations = []
        for coordinate in self.b.coherences:
            if coordinate[0] == axis:
                left = {u: r[coordinate] for u, (_, r) in zip(unknowns, self._bare, strict=True) if coordinate in r}
                equations.append((left, h.get(coordinate, zero)))
        solutions = solve(self.ring, equations, unknowns)
        if solutions is None:
            return None
        minus = Quotient(self.ring, self.ring.constant(-1), self.ring.one)
        result = h
        for (_, k, _), factor in solutions[0].items():
            y = self._added(y, self._bare[k][0], minus * factor)
            result = self._added(result, self._bare[k][1], minus * factor)
        return (y, result) if result else None

    # -- presentation ---------------------------------------------------------------------------------------------

    def identity(self, text: str, symbol: str, start: Combination, y: Combination, h: Combination) -> Identity:
        """f + y M = h on every coordinate of the sector, proved at random points where all relations hold."""
        if not all(self.b.holds(point, numbers, start, y, h) for point, numbers in self.points):
            raise VerificationError(f"identities: the identity for {text} fails; please report the model")
        axes = {c[0] for c in h}
        made = {0: "zero", 1: "Re" if "x" in axes else "Im"}.get(len(axes), "mixed")
        return Identity(text, symbol, self._terms(h), made, {c: self.shown(q) for c, q in y.items()}, self.labels)

    def _terms(self, h: Combination) -> tuple[Term, ...]:
        """Coherences with the same coefficient up to sign together."""
        groups: list[tuple[str, Quotient, list[tuple[int, int, int]]]] = []
        for coordinate in self.b.coherences:
            if coordinate not in h:
                continue
            axis, j, k = coordinate
            part, value = {"x": "Re", "y": "Im"}[axis], h[coordinate]
            for known, factor, listed in groups:
                total = affordable(factor.__add__, value)  # None: too long to be added, and shown on their own
                sign = 1 if factor == value else -1 if total is not None and not len(total.top) else 0
                if known == part and sign:
                    listed.append((sign, j, k))
                    break
            else:
                groups.append((part, value, [(1, j, k)]))
        return tuple(Term(self.shown(q), part, tuple(listed)) for part, q, listed in groups)

    def shown(self, value: Quotient) -> Any:
        """A coefficient as a factored SymPy expression."""
        return to_sympy(value.node(), self.symbols)

    def _cleared(self, y: Combination, h: Combination) -> tuple[Combination, Combination]:
        """A relation without denominators and common factors, its first coefficient positive."""
        ring, listed = self.ring, [h[c] for c in self.b.coherences if c in h]
        bottom = ring.one
        for q in listed:
            bottom = bottom * (q.bottom / bottom.gcd(q.bottom))
        tops = [q.top * (bottom / q.bottom) for q in listed]
        common = tops[0]
        for top in tops[1:]:
            common = common.gcd(top)
        contents = [ring.primitive(top)[0] for top in tops]
        size = Fraction(gcd(*(c.numerator for c in contents)), lcm(*(c.denominator for c in contents)))
        size = size / abs(ring.primitive(common)[0]) * (1 if contents[0] * ring.primitive(common)[0] > 0 else -1)
        scale = Quotient.of(ring, bottom, common * ring.constant(size))
        return {c: scale * q for c, q in y.items()}, {c: scale * q for c, q in h.items()}

    def _complex(
        self, text: str, symbol: str, start: Combination, forms: Sequence[tuple[Combination, Combination]]
    ) -> Identity | None:
        """current = coefficient * <j|rho|k> where one coherence and one relation x = r y are all there is."""
        pair = {c[1:] for c in self.b.coherences}
        imaginary = next((f for f in forms if {c[0] for c in f[1]} == {"y"}), None)
        if len(pair) != 1 or len(self._bare) != 1 or imaginary is None:
            return None
        (j, k), (_, relation) = pair.pop(), self._bare[0]
        if _weight(relation) > SHOWN_LIMIT:
            return None
        x, y = (relation.get((axis, j, k)) for axis in "xy")
        if x is None or y is None:
            return None
        ratio = Quotient(self.ring, self.ring.constant(-1), self.ring.one) * y / x
        # J = beta y and <j|rho|k> = (r + i) y, r = a/b: J = beta b/(a + i b) <j|rho|k>
        beta = imaginary[1]["y", j, k] * Quotient.of(self.ring, ratio.bottom, self.ring.one)
        (top, _), (bottom, _) = (self.ring.primitive(p) for p in (ratio.top, ratio.bottom))
        unit = Fraction(gcd(top.numerator, bottom.numerator), lcm(top.denominator, bottom.denominator))
        scale = self.ring.constant((1 if top > 0 else -1) / unit)
        real, imag = (self.ring.display(scale * p) for p in (ratio.top, ratio.bottom))
        beta = beta * Quotient.of(self.ring, scale, self.ring.one)
        coefficient = to_sympy(program.div(beta.node(), program.add(real, program.mul(program.I, imag))), self.symbols)
        proved = self.identity(text, symbol, start, *imaginary)
        return replace(proved, terms=(Term(coefficient, "", ((1, j, k),)),), form="complex")


def _order(combination: Combination) -> tuple[int, int, int]:
    """Few coherences, rather imaginary parts (a real part may vanish at a resonance where the current flows)."""
    return len(combination), sum(c[0] == "x" for c in combination), _weight(combination)


def _weight(combination: Combination) -> int:
    return sum(len(q.top) + len(q.bottom) for q in combination.values())
