"""Generators of the reduced dynamics, side by side: ``redfield``, ``partial_secular``, ``secular``, ``local``.

All have the form  d rho/dt = -i [H + V, rho] + sum over parts  with, for a bath and its coupling S = sum_w X_w,
[H + V, X_w] = -w X_w,

    D rho = 1/2 sum_{w, w'} c(w) (X_w rho X_w'^+ - X_w'^+ X_w rho) + h.c.

``redfield`` keeps all pairs (w, w'); ``secular`` keeps w = w' (and with it the coherences of degenerate levels);
``partial_secular`` what is named (:mod:`symness.pairs`); ``local`` takes each coupling whole, at its one Bohr
frequency under H alone.  Exchange couplings: c(w) = gamma(w) (1 +- N(w)) for S (emission) and gamma(w) N(w) for S^+
(absorption), with w of either sign.  Hermitian couplings: C(w) = gamma(w) (1 + N(w)) for w > 0 and C(-w) = gamma(w)
N(w).  The Lamb shift is off.

Rates stay opaque symbols; every entry of the generator is linear in them with exact coefficients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symness.display import Displayed
from symness.errors import ModelError, ObservableError
from symness.exact import Polynomial, Ring
from symness.formula import Condition, Definition
from symness.model import Model, as_model
from symness.names import Names
from symness.pairs import Key, Rule, co_rotating, equal, every, near, signed, such_that
from symness.parameters import Parameter
from symness.progress import watched
from symness.rates import Rate, RateTable
from symness.sparse import Sparse, dagger, merge, rotated, transform
from symness.spectrum import Spectrum, spectrum

__all__ = ["Generator", "Part", "Row", "Term", "local", "partial_secular", "redfield", "secular"]

#: a linear functional of rho or one row of the generator: ((i, j) of rho) -> polynomial
Row = dict[tuple[int, int], Polynomial]


@dataclass(frozen=True)
class Term:
    """rate/2 (A rho B^+ - B^+ A rho) + h.c.; ``quanta`` (-1, 0, +1) is what one event adds to the system."""

    rate: str
    left: Sparse
    right: Sparse
    quanta: int


@dataclass(frozen=True)
class Part:
    """The dissipator of one bath or jump."""

    name: str
    exchange: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True, repr=False)
class Generator(Displayed):
    """A Liouvillian with named parts.

    Attributes
    ----------
    kind : str
        ``redfield``, ``partial_secular``, ``secular`` or ``local``.
    basis : str
        Basis of its matrix elements: ``energy`` (redfield, secular) or ``product`` (local).
    parts : tuple of Part
        One per bath and jump.
    rates : mapping name -> Rate
    pairs : tuple of (bath, omega, omega')
        Which pairs of Bohr frequencies were kept, as text.
    conditions : tuple of Condition
    """

    model: Model
    kind: str
    basis: str
    spectrum: Spectrum
    table: RateTable = field(repr=False, compare=False)
    hamiltonian: Sparse = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    rates: Mapping[str, Rate] = field(repr=False)
    definitions: tuple[Definition, ...] = field(repr=False)
    conditions: tuple[Condition, ...] = ()
    pairs: tuple[tuple[str, str, str], ...] = ()
    #: the function that made it, with its options: what a change of the model calls again
    rebuild: Callable[[Model], Generator] = field(repr=False, compare=False, kw_only=True)
    #: (bath, omega, omega') in the parameters, where ``kind`` alone does not say which pairs were kept
    kept: tuple[tuple[str, Any, Any], ...] | None = field(default=None, repr=False, compare=False, kw_only=True)

    @property
    def ring(self) -> Ring:
        """The ring of its coefficients: parameters, angles, roots and i."""
        return self.table.ring

    @property
    def names(self) -> Names:
        return self.table.names

    @property
    def dimension(self) -> int:
        return self.model.dimension

    def part(self, name: str) -> Part:
        """The part of that bath or jump."""
        for part in self.parts:
            if part.name == name:
                return part
        known = ", ".join(repr(p.name) for p in self.parts)
        raise ObservableError(f"no bath or jump is called {name!r}; there are {known}")

    def label(self, frequency: int) -> tuple[str, str]:
        """Suffix of names and LaTeX mark of a Bohr frequency."""
        return self.table.label(frequency)

    @property
    def symbols(self) -> dict[str, Parameter]:
        """SymPy symbols of every named quantity (occupations, mixing angle, ...), for use in a notation."""
        return {d.name: Parameter(d.name, d.latex, real=True) for d in self.definitions}

    def to_basis(self, operator: Any) -> Sparse:
        """An operator given on the product space, in the basis of the generator."""
        return transform(self.table, operator, self.spectrum.vectors if self.basis == "energy" else None)

    def matrix(self, basis: str | None = None) -> Any:
        """The Liouvillian as an n**2 x n**2 SymPy matrix on column-stacked rho, rates as symbols.

        ``basis`` is ``"energy"`` or ``"product"`` (default: that of the generator).
        """
        from symness.liouville import superoperator

        return superoperator(self, basis or self.basis)


def redfield(model: Model, counter_rotating: bool = True) -> Generator:
    """Bloch-Redfield generator with all pairs of Bohr frequencies.

    For Hermitian couplings this is the tensor that QuTiP calls ``bloch_redfield_tensor(sec_cutoff=-1)``.  It need not
    be positive: evaluators return the mask ``positive``.

    Parameters
    ----------
    counter_rotating : bool
        False drops the pairs of opposite sign of a Hermitian coupling (the rotating-wave form of the dissipator, e.g.
        Eq. (20) of Zhang and Wang, Quantum Inf. Process. 20, 2021).
    """
    return _global(model, "redfield", every) if counter_rotating else _global(model, "redfield", co_rotating)


def partial_secular(
    model: Model, small: Sequence[Any] | None = None, keep: Callable[[Any, Any], Any] | None = None
) -> Generator:
    """Redfield generator with the nearly resonant pairs only.

    Parameters
    ----------
    small : list of parameters or of differences of parameters
        Keeps the pairs whose omega - omega' vanishes with all of them, e.g. ``[lam]`` or ``[omega_1 - omega_2, lam]``.
    keep : callable of (omega, omega')
        Instead of ``small``: is called with SymPy expressions and returns whether the pair is kept; symmetric.

    Raises
    ------
    ModelError
        Unless exactly one of the two is given, or where what is small cannot be put to zero.
    """
    if (small is None) == (keep is None):
        raise ModelError("partial_secular: pass either small=[parameters] or keep=function of (omega, omega')")
    listed = list(small) if isinstance(small, (list, tuple, set, frozenset)) else [small]
    return _global(model, "partial_secular", near(listed) if keep is None else such_that(keep))


def secular(model: Model) -> Generator:
    """Secular (Davies) generator: pairs with equal Bohr frequencies only, decided exactly."""
    return _global(model, "secular", equal)


def local(model: Model) -> Generator:
    """Local Lindblad generator: each coupling as it stands, at its one Bohr frequency under H alone (product basis).

    Raises
    ------
    ModelError
        When a coupling has several Bohr frequencies under H and no ``frequency=`` was given.
    """
    builder = _Builder(as_model("local", model), "local", "product", None)
    builder.rates.register_local(model.baths)
    for bath in model.baths:
        omega = builder.rates.local_frequency(bath)
        matrices = [builder.matrix(c) for c in bath.coupling]
        terms: list[Term] = []
        for a, left in enumerate(matrices):
            for b, right in enumerate(matrices):
                if bath.is_exchange:
                    terms += builder.emission_and_absorption(bath, a, b, omega, left, right, 1)
                else:
                    lower_a, lower_b = builder.lowering(bath, left), builder.lowering(bath, right)
                    terms += builder.emission_and_absorption(bath, a, b, omega, lower_a, lower_b, 0)
        builder.pair(bath.name, omega, omega)
        builder.add(bath.name, bath.is_exchange, terms)
    return builder.result(local)


@watched("generator")
def _global(model: Model, kind: str, rule: Rule) -> Generator:
    names = Names({s.name for s in as_model(kind, model).symbols} | {"i"})
    solved = spectrum(model, names)
    builder = _Builder(model, kind, "energy", solved, names)
    matrices = {bath.name: [builder.matrix(c) for c in bath.coupling] for bath in model.baths}
    builder.rates.register((bath, i, j) for bath in model.baths for m in matrices[bath.name] for i, j in m)
    keeps = rule(builder.rates)
    kept: dict[tuple[str, Key, Key], None] = {}
    for bath in model.baths:
        terms: list[Term] = []
        groups = [builder.eigenoperators(bath, matrix) for matrix in matrices[bath.name]]
        for a, left_groups in enumerate(groups):
            for b, right_groups in enumerate(groups):
                for key, left in left_groups.items():
                    partners = [other for other in right_groups if keeps(key, other)]
                    kept |= dict.fromkeys((bath.name, key, other) for other in partners)
                    right = merge(right_groups[other] for other in partners)
                    found = builder.terms_at(bath, a, b, key, left, right) if partners else []
                    terms += found
                    if a == b or found:  # couplings of one bath may be uncorrelated
                        for other in partners:
                            builder.pair(bath.name, key[0], other[0], key[1], other[1])
        builder.add(bath.name, bath.is_exchange, terms)
    table = builder.rates
    listed = tuple((name, signed(table, first), signed(table, second)) for name, first, second in kept)
    return builder.result(lambda other: _global(other, kind, rule), None if rule in (every, equal) else listed)


class _Builder:
    def __init__(
        self, model: Model, kind: str, basis: str, solved: Spectrum | None, names: Names | None = None
    ) -> None:
        self.model, self.kind, self.basis = model, kind, basis
        self.names = names or Names({s.name for s in model.symbols} | {"i"})
        self.spectrum = solved or Spectrum((), ())
        self.rates = RateTable(model, self.spectrum, self.names)
        self.ring = self.rates.ring
        self.parts: list[Part] = []
        self.pairs: dict[tuple[str, str, str], None] = {}

    def matrix(self, operator: Any) -> Sparse:
        vectors = self.spectrum.vectors if self.basis == "energy" else None
        return transform(self.rates, operator, vectors)

    def pair(self, bath: str, first: int, second: int, sign: int = 1, other: int = 1) -> None:
        text = self.rates.frequency_text
        self.pairs[bath, text(first, sign), text(second, other)] = None

    def eigenoperators(self, bath: Any, matrix: Sparse) -> dict[tuple[int, int], Sparse]:
        """(frequency index, sign) -> the part of S at that Bohr frequency."""
        groups: dict[tuple[int, int], Sparse] = {}
        for (i, j), value in matrix.items():
            gap = self.rates.gap(i, j)
            key = self.rates.signed_frequency(bath, gap)
            groups.setdefault(key, {})[i, j] = value
        return groups

    def terms_at(self, bath: Any, a: int, b: int, key: tuple[int, int], left: Sparse, right: Sparse) -> list[Term]:
        index, sign = key
        if bath.is_exchange:
            return self.emission_and_absorption(bath, a, b, index, left, right, 1)
        terms = []
        for imaginary in (False, True)[: 1 + (a != b)]:
            rate = self.rates.correlation(bath, a, b, index, sign, imaginary)
            part = rotated(self.ring, left, (a < b) == (sign > 0)) if imaginary else left  # absorption: gamma_ba
            terms += [Term(rate, part, right, 0)] if rate else []
        return terms

    def emission_and_absorption(
        self, bath: Any, a: int, b: int, index: int, left: Sparse, right: Sparse, quanta: int
    ) -> list[Term]:
        terms = []
        for imaginary in (False, True)[: 1 + (a != b)]:
            rates = self.rates.exchange(bath, a, b, index, imaginary)
            if rates is not None:
                part = rotated(self.ring, left, a < b) if imaginary else left
                up, other = dagger(self.ring, part), dagger(self.ring, right)
                terms += [Term(rates[0], part, right, -quanta), Term(rates[1], up, other, quanta)]
        return terms

    def lowering(self, bath: Any, matrix: Sparse) -> Sparse:
        """The part of a Hermitian coupling that lowers the bare energy."""
        return {(i, j): v for (i, j), v in matrix.items() if self.rates.bare_sign(bath, i, j) > 0}

    def add(self, name: str, exchange: bool, terms: list[Term]) -> None:
        self.parts.append(Part(name, exchange, tuple(terms)))

    def result(
        self, rebuild: Callable[[Model], Generator], kept: tuple[tuple[str, Any, Any], ...] | None = None
    ) -> Generator:
        for jump in self.model.jumps:
            terms = []
            for operator in jump.operator:
                matrix = self.matrix(operator)
                terms.append(Term(self.rates.jump(jump), matrix, matrix, 0))
            self.add(jump.name, False, terms)
        hamiltonian = self.matrix(self.model.total) if self.basis == "product" else self.rates.diagonal()
        return Generator(
            self.model,
            self.kind,
            self.basis,
            self.spectrum,
            self.rates,
            hamiltonian,
            tuple(self.parts),
            self.rates.rates,
            (*self.spectrum.definitions, *self.rates.definitions),
            self.rates.needed_conditions(),
            tuple(self.pairs),
            rebuild=rebuild,
            kept=kept,
        )
