"""The opaque rates that baths have at the Bohr frequencies.

A rate symbol stands for gamma(w) (1 +- N(w)) (``down``), gamma(w) N(w) (``up``), a zero-frequency limit or the rate of
a jump.  It stays opaque through the elimination; its definition is kept beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symness import program
from symness.assumptions import inequality, sign_of
from symness.baths import Bath, Jump, principal_minors
from symness.convert import from_sympy
from symness.errors import ModelError, UndecidedError
from symness.formula import Condition, Definition
from symness.frequencies import FrequencyTable
from symness.model import Model
from symness.names import Names
from symness.parameters import Parameter
from symness.program import Node
from symness.spectrum import Spectrum

__all__ = ["Rate", "RateTable"]


@dataclass(frozen=True)
class Rate:
    """One opaque rate.  ``gamma`` is its golden-rule rate, ``occupation`` the N of its bath there (None for a jump).

    ``channel`` (a, b) with a <= b is the real part of gamma_ab, with a > b the imaginary part of gamma_ba.
    """

    name: str
    bath: str
    direction: str
    frequency: int | None
    expression: Node
    latex: str
    gamma: Node
    occupation: Node | None = None
    sign: int = 0
    channel: tuple[int, int] = (0, 0)


class RateTable(FrequencyTable):
    """All rates of one generator, each made when it is first asked for."""

    def __init__(self, model: Model, solved: Spectrum, names: Names) -> None:
        super().__init__(model, solved, names)
        self.rates: dict[str, Rate] = {}
        self.conditions: dict[str, Condition] = {}
        self._occupations: dict[tuple[str, int], tuple[Node, Node]] = {}
        self._gammas: dict[tuple[str, int, int, int, bool], Node | None] = {}

    def occupation(self, bath: Bath, index: int) -> tuple[Node, Node]:
        """N and 1 +- N of a bath at a frequency; the condition under which N is finite is recorded."""
        key = (bath.name, index)
        if key not in self._occupations:
            kind = bath.kind
            arguments = (
                self.frequencies[index],
                from_sympy(bath.temperature, self.order),
                from_sympy(bath.chemical_potential, self.order),
            )
            tag, mark = self.label(index)
            stem = _identifier(bath.name)
            name = self.names.fresh(f"N_{stem}{tag}")
            latex = f"N_{{{default_latex_text(bath.name)}}}" + (f"^{{{mark}}}" if mark else "")
            self.definitions.append(Definition(name, program.call(kind.function, *arguments), latex))
            N = program.symbol(name)
            if kind.sign > 0:
                complement = program.add(1, N)
            else:
                hole = self.names.fresh(f"hole_{stem}{tag}")
                self.definitions.append(Definition(hole, program.call("fermi_hole", *arguments), f"(1-{latex})"))
                complement = program.symbol(hole)
            self._occupations[key] = (N, complement)
            if kind.bounded_below:
                self._require(bath, arguments[0], arguments[2])
        return self._occupations[key]

    def occupation_call(self, rate: Rate) -> Node:
        """The occupation of the bath of a rate as a call (omega, T, mu)."""
        name = rate.occupation.args[0] if rate.occupation is not None else ""
        return next(d.expression for d in self.definitions if d.name == name)

    def _require(self, bath: Bath, omega: Node, mu: Node) -> None:
        bounds = [omega] if mu.is_zero else [omega, omega - mu]
        for bound in bounds:
            expression = sp.expand_mul(self.in_parameters(bound), deep=False)
            sign = sign_of(expression, self.model.assume)
            if sign == 1:  # the assumptions are conditions already
                continue
            if sign is not None:
                raise ModelError(
                    f"Bath {bath.name!r}: an exchange of bosons needs Bohr frequencies above max(0, mu), and "
                    f"{expression} is never positive; pass a Hermitian coupling S + S^dagger, or use local with "
                    "Bath(frequency=...)"
                )
            relation = inequality(expression)
            condition = Condition(self.expanded(bound), str(relation), sp.latex(relation))
            self.conditions.setdefault(condition.text, condition)

    def needed_conditions(self) -> tuple[Condition, ...]:
        """Conditions that do not follow from another one."""
        listed = list(self.conditions.values())
        expressions = [self.in_parameters(c.expression) for c in listed]
        kept = []
        for k, (condition, expression) in enumerate(zip(listed, expressions, strict=True)):
            gaps = [sign_of(sp.expand_mul(expression - other, deep=False)) for other in expressions]
            implied = any(gap == 1 or (gap == 0 and m < k) for m, gap in enumerate(gaps))
            if not implied:
                kept.append(condition)
        return tuple(kept)

    def gamma(self, bath: Bath, a: int, b: int, index: int, imaginary: bool = False) -> Node | None:
        """Real (or imaginary) part of gamma_ab at a frequency; None where it vanishes identically."""
        key = (bath.name, a, b, index, imaginary)
        if key not in self._gammas:
            omega = self.frequencies[index]
            # A fermion has Bohr frequencies of either sign: |omega| must not become omega.
            sign = "positive" if bath.kind.bounded_below else "real"
            matrix = bath.rate_matrix(Parameter(omega.args[0], None, **{sign: True})).applyfunc(sp.expand)
            if a != b:
                self._require_positive(bath, matrix)
            value = _part(matrix[a, b], imaginary)
            for (name, i, j, k, part), node in self._gammas.items():
                # Equal entries are one rate under one name.
                if (name, k) == (bath.name, index) and _part(matrix[i, j], part) == value:
                    self._gammas[key] = node
                    return node
            unknown = {s.name for s in value.free_symbols} - set(self.symbols) - {omega.args[0]}
            if unknown:
                raise ModelError(f"Bath {bath.name!r}, rate: unknown symbol {sorted(unknown)[0]!r}")
            node = from_sympy(value, [*self.order, omega.args[0]])
            if program.count_ops([node]) > 1:
                tag, mark = self.label(index)
                pair = _pair(bath, a, b, imaginary)
                name = self.names.fresh(f"gamma_{_identifier(bath.name)}{pair}{tag}")
                latex = f"\\gamma_{{{default_latex_text(bath.name)}{pair.replace('_', ',')}}}"
                self.definitions.append(Definition(name, node, latex + (f"^{{{mark}}}" if mark else "")))
                node = program.symbol(name)
            self._gammas[key] = None if value == 0 else node
        return self._gammas[key]

    def _require_positive(self, bath: Bath, matrix: Any) -> None:
        """A rate matrix is positive semidefinite; where parameters decide it, the inequality becomes a condition."""
        for minor in principal_minors(matrix):
            node = from_sympy(minor, [*self.order, *(n.args[0] for n in self.frequencies)])
            expression = sp.expand_mul(self.in_parameters(node), deep=False)
            sign = sign_of(expression, self.model.assume)
            if sign == -1:
                raise ModelError(
                    f"Bath {bath.name!r}, rate: the matrix {matrix.tolist()} is not positive semidefinite (the minor "
                    f"{minor} is negative); pass abs(gamma_ab)**2 <= gamma_aa*gamma_bb, or less correlated couplings"
                )
            if sign is None and not expression.is_nonnegative:
                strict = inequality(expression)
                relation = sp.LessThan(strict.lhs, strict.rhs, evaluate=False)
                condition = Condition(self.expanded(node), str(relation), sp.latex(relation), strict=False)
                self.conditions.setdefault(condition.text, condition)

    def exchange(self, bath: Bath, a: int, b: int, index: int, imaginary: bool = False) -> tuple[str, str] | None:
        """Names of the emission and absorption rate: real (or imaginary) part of the entry above the diagonal."""
        down = self._rate(bath, a, b, index, "down", imaginary)
        up = self._rate(bath, a, b, index, "up", imaginary)
        return (down, up) if down and up else None

    def correlation(self, bath: Bath, a: int, b: int, index: int, sign: int, imaginary: bool = False) -> str | None:
        """Name of C(w) of a Hermitian coupling: down for w > 0, up for w < 0, the limit at w = 0."""
        if sign:
            return self._rate(bath, a, b, index, "down" if sign > 0 else "up", imaginary)
        value = sp.Integer(0) if imaginary else self._zero_frequency(bath, a, b)
        if value == 0:
            return None
        tag = "" if len(bath.coupling) == 1 else f"_{a + 1}{b + 1}"
        name = f"zero_{_identifier(bath.name)}{tag}"
        if name not in self.rates:
            node = from_sympy(value, self.order)
            latex = rf"\gamma^{{0}}_{{{default_latex_text(bath.name)}}}"
            self.rates[name] = Rate(name, bath.name, "zero", None, node, latex, node, channel=(a, b))
        return name

    def _zero_frequency(self, bath: Bath, a: int, b: int) -> Any:
        omega = Parameter("omega_limit", positive=True)
        gamma = bath.rate_matrix(omega)[a, b]
        if bath.zero_frequency_rate is not None:
            if a != b and gamma != 0:
                raise ModelError(
                    f"bath {bath.name!r}: zero_frequency_rate={bath.zero_frequency_rate} does not say how couplings "
                    f"{a + 1} and {b + 1}, which the rate matrix correlates, are correlated at omega = 0; pass an "
                    "Ohmic rate matrix, or couplings without diagonal parts"
                )
            return bath.zero_frequency_rate if a == b else sp.Integer(0)
        if gamma == 0:
            return gamma
        value = sp.limit(gamma * bath.temperature / omega, omega, 0, "+")
        if not value.is_finite:
            raise UndecidedError(
                f"bath {bath.name!r}: gamma(omega) (1 + N(omega)) diverges at omega = 0, where the coupling has a "
                "diagonal part; pass zero_frequency_rate= (its limit), or an Ohmic rate"
            )
        if sp.im(value) != 0:
            raise UndecidedError(
                f"bath {bath.name!r}: the imaginary part of gamma_{a + 1}{b + 1}(omega) (1 + N(omega)) jumps at omega "
                "= 0, where the couplings have diagonal parts; pass one that vanishes faster than omega, or "
                "zero_frequency_rate="
            )
        return value

    def _rate(self, bath: Bath, a: int, b: int, index: int, direction: str, imaginary: bool = False) -> str | None:
        first, second = min(a, b), max(a, b)
        gamma = self.gamma(bath, first, second, index, imaginary)
        if gamma is None:
            return None
        for rate in self.rates.values():
            if (rate.bath, rate.direction, rate.frequency, rate.gamma) == (bath.name, direction, index, gamma):
                return rate.name
        tag, mark = self.label(index)
        pair = _pair(bath, first, second, imaginary)
        name = f"{direction}_{_identifier(bath.name)}{pair}{tag}"
        N, complement = self.occupation(bath, index)
        arrow = r"\downarrow" if direction == "down" else r"\uparrow"
        subscript = default_latex_text(bath.name) + pair.replace("_", ",") + (f",{mark}" if mark else "")
        expression = program.mul(gamma, complement if direction == "down" else N)
        latex = rf"\gamma_{{{subscript}}}^{{{arrow}}}"
        channel = (second, first) if imaginary else (first, second)
        self.rates[name] = Rate(name, bath.name, direction, index, expression, latex, gamma, N, bath.kind.sign, channel)
        return name

    def jump(self, jump: Jump) -> str:
        name = f"rate_{_identifier(jump.name)}"
        if name not in self.rates:
            # Occupations that the baths have are the same symbols here.
            known = {d.expression: program.symbol(d.name) for d in self.definitions if d.expression.op == "call"}
            node = program.replace(from_sympy(jump.rate, self.order), known)
            latex = rf"\gamma_{{{default_latex_text(jump.name)}}}"
            self.rates[name] = Rate(name, jump.name, "jump", None, node, latex, node)
        return name


def _part(value: Any, imaginary: bool) -> Any:
    """Real or imaginary part of an entry; a real one is left as it stands."""
    if not value.has(sp.I):
        return sp.Integer(0) if imaginary else value
    return sp.expand(value.as_real_imag()[int(imaginary)])


def _pair(bath: Bath, a: int, b: int, imaginary: bool) -> str:
    """Suffix of the names of gamma_ab."""
    return "" if len(bath.coupling) == 1 else f"_{a + 1}{b + 1}" + ("i" if imaginary else "")


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def default_latex_text(name: str) -> str:
    """A bath's name as a subscript; what LaTeX would take for a command is escaped."""
    shown = re.sub(r"[_&%#$ ]", lambda match: "\\" + match[0], re.sub(r"[\\{}^~]", "", name))
    return name if name.isdigit() or (name.isalpha() and len(name) == 1) else rf"\mathrm{{{shown}}}"
