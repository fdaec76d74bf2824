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
from symness.baths import Bath, Jump
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
    """One opaque rate.  ``gamma`` is its golden-rule rate, ``occupation`` the N of its bath there (None for a jump)."""

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
        self._gammas: dict[tuple[str, int, int, int], Node | None] = {}

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
                self._require(arguments[0], arguments[2])
        return self._occupations[key]

    def occupation_call(self, rate: Rate) -> Node:
        """The occupation of the bath of a rate as a call (omega, T, mu)."""
        name = rate.occupation.args[0] if rate.occupation is not None else ""
        return next(d.expression for d in self.definitions if d.name == name)

    def _require(self, omega: Node, mu: Node) -> None:
        bounds = [omega] if mu.is_zero else [omega, omega - mu]
        for bound in bounds:
            expression = sp.expand_mul(self.in_parameters(bound), deep=False)
            if sign_of(expression) == 1:
                continue
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

    def gamma(self, bath: Bath, a: int, b: int, index: int) -> Node | None:
        """gamma_ab at a frequency; None where it vanishes identically."""
        key = (bath.name, a, b, index)
        if key not in self._gammas:
            omega = self.frequencies[index]
            value = sp.expand(bath.rate_matrix(Parameter(omega.args[0], positive=True))[a, b])
            unknown = {s.name for s in value.free_symbols} - set(self.symbols) - {omega.args[0]}
            if unknown:
                raise ModelError(f"Bath {bath.name!r}, rate: unknown symbol {sorted(unknown)[0]!r}")
            node = from_sympy(value, [*self.order, omega.args[0]])
            if program.count_ops([node]) > 1:
                tag, mark = self.label(index)
                pair = "" if len(bath.coupling) == 1 else f"_{a + 1}{b + 1}"
                name = self.names.fresh(f"gamma_{_identifier(bath.name)}{pair}{tag}")
                latex = f"\\gamma_{{{default_latex_text(bath.name)}{pair.replace('_', ',')}}}"
                self.definitions.append(Definition(name, node, latex + (f"^{{{mark}}}" if mark else "")))
                node = program.symbol(name)
            self._gammas[key] = None if value == 0 else node
        return self._gammas[key]

    def exchange(self, bath: Bath, a: int, b: int, index: int) -> tuple[str, str] | None:
        """Names of the emission and absorption rate."""
        down = self._rate(bath, a, b, index, "down")
        up = self._rate(bath, a, b, index, "up")
        return (down, up) if down and up else None

    def correlation(self, bath: Bath, a: int, b: int, index: int, sign: int) -> str | None:
        """Name of C(w) of a Hermitian coupling: down for w > 0, up for w < 0, the limit at w = 0."""
        if sign:
            return self._rate(bath, a, b, index, "down" if sign > 0 else "up")
        value = self._zero_frequency(bath, a, b)
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
        if bath.zero_frequency_rate is not None:
            return bath.zero_frequency_rate if a == b else sp.Integer(0)
        omega = Parameter("omega_limit", positive=True)
        gamma = bath.rate_matrix(omega)[a, b]
        if gamma == 0:
            return gamma
        value = sp.limit(gamma * bath.temperature / omega, omega, 0, "+")
        if not value.is_finite:
            raise UndecidedError(
                f"bath {bath.name!r}: gamma(omega) (1 + N(omega)) diverges at omega = 0, where the coupling has a "
                "diagonal part; pass zero_frequency_rate= (its limit), or an Ohmic rate"
            )
        return value

    def _rate(self, bath: Bath, a: int, b: int, index: int, direction: str) -> str | None:
        gamma = self.gamma(bath, min(a, b), max(a, b), index)
        if gamma is None:
            return None
        tag, mark = self.label(index)
        pair = "" if len(bath.coupling) == 1 else f"_{min(a, b) + 1}{max(a, b) + 1}"
        name = f"{direction}_{_identifier(bath.name)}{pair}{tag}"
        if name not in self.rates:
            N, complement = self.occupation(bath, index)
            arrow = r"\downarrow" if direction == "down" else r"\uparrow"
            subscript = default_latex_text(bath.name) + pair.replace("_", ",") + (f",{mark}" if mark else "")
            expression = program.mul(gamma, complement if direction == "down" else N)
            latex = rf"\gamma_{{{subscript}}}^{{{arrow}}}"
            self.rates[name] = Rate(
                name, bath.name, direction, index, expression, latex, gamma, N, bath.kind.sign, (min(a, b), max(a, b))
            )
        return name

    def jump(self, jump: Jump) -> str:
        name = f"rate_{_identifier(jump.name)}"
        if name not in self.rates:
            node = from_sympy(jump.rate, self.order)
            latex = rf"\gamma_{{{default_latex_text(jump.name)}}}"
            self.rates[name] = Rate(name, jump.name, "jump", None, node, latex, node)
        return name


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def default_latex_text(name: str) -> str:
    """A bath's name as a subscript; what LaTeX would take for a command is escaped."""
    shown = re.sub(r"[_&%#$ ]", lambda match: "\\" + match[0], re.sub(r"[\\{}^~]", "", name))
    return name if name.isdigit() or (name.isalpha() and len(name) == 1) else rf"\mathrm{{{shown}}}"
