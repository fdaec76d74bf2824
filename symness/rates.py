"""Bohr frequencies and the opaque rates that baths have there.

A rate symbol stands for gamma(w) (1 +- N(w)) (``down``), gamma(w) N(w) (``up``), a zero-frequency limit or the rate
of a jump.  It stays opaque through the elimination; its definition is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symness import program
from symness.assumptions import inequality, sign_of
from symness.baths import Bath, Jump
from symness.convert import from_sympy, to_sympy
from symness.errors import ModelError, UndecidedError
from symness.exact import Polynomial, Ring
from symness.formula import Condition, Definition
from symness.model import Model
from symness.parameters import Parameter
from symness.program import Node
from symness.spectrum import Names, Spectrum

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


class RateTable:
    """All frequencies and rates of one generator."""

    def __init__(self, model: Model, solved: Spectrum, names: Names) -> None:
        self.model, self.spectrum, self.names = model, solved, names
        self.order = [s.name for s in model.symbols]
        self.symbols = {s.name: s for s in model.symbols}
        self.named = {d.expression: program.symbol(d.name) for d in solved.definitions}
        self.operator_roots: list[Definition] = []
        relations = dict(solved.relations)
        for operator in _operators(model):
            for entry in operator:
                self.plain(entry, relations)
        known = [d.name for d in (*solved.definitions, *self.operator_roots)]
        self.ring = Ring([*self.order, *known, "i"], {**relations, "i": program.number(-1)})
        self.energies = [self.ring.reduce(self.ring.from_node(e)) for e in solved.energies]
        self.keys: list[Polynomial] = []
        self.frequencies: list[Node] = []
        self.rates: dict[str, Rate] = {}
        self.definitions: list[Definition] = list(self.operator_roots)
        self.conditions: dict[str, Condition] = {}
        self._signed: dict[tuple[str, str], tuple[int, int]] = {}
        self._occupations: dict[tuple[str, int], tuple[Node, Node]] = {}
        self._gammas: dict[tuple[str, int, int, int], Node | None] = {}

    def plain(self, entry: Any, relations: dict[str, Node] | None = None) -> Node:
        """An operator entry as a polynomial: every root in it becomes a named symbol."""
        node = from_sympy(entry, self.order)
        for part in list(program.walk([node])):
            if part.op == "call" and part not in self.named:
                if relations is None:
                    raise ModelError(f"the operator entry {entry} is not known to this generator")
                name = self.names.fresh(f"root_{part.args[1]!r}" if part.args[1].op == "number" else "root")
                name = re.sub(r"\W", "_", name)
                self.operator_roots.append(Definition(name, part, sp.latex(to_sympy(part, self.symbols))))
                self.named[part] = program.symbol(name)
                if part.args[0] == "sqrt":
                    relations[name] = part.args[1]
        replaced = {part: self.named[part] for part in program.walk([node]) if part in self.named}
        return program.replace(node, replaced)

    # -- frequencies ----------------------------------------------------------------------------------------------

    def gap(self, i: int, j: int) -> Polynomial:
        """E_j - E_i: the Bohr frequency of |i><j|."""
        return self.ring.reduce(self.energies[j] - self.energies[i])

    def diagonal(self) -> dict[tuple[int, int], Polynomial]:
        return {(k, k): energy for k, energy in enumerate(self.energies) if len(energy)}

    def register(self, elements: Iterable[tuple[Bath, int, int]]) -> None:
        """Find the distinct frequencies of all couplings, the largest first."""
        found: dict[str, Polynomial] = {}
        for bath, i, j in elements:
            gap = self.gap(i, j)
            sign = 1 if bath.is_exchange else self._sign(bath, gap)
            self._signed[bath.name, str(gap)] = (0, sign)
            if sign:
                found.setdefault(str(sign * gap), sign * gap)
        self.add_frequencies(list(found.values()))

    def add_frequencies(self, keys: list[Polynomial]) -> None:
        keys.sort(key=self._sample, reverse=True)
        self.keys = keys
        count = len(keys)
        for k, key in enumerate(keys):
            node = self.ring.collect(key) if len(key) else program.number(0)
            content, _ = self.ring.primitive(key) if len(key) else (1, None)
            if abs(content) != 1 and len(key) > 1:
                node = self.ring.display(key)
            if node.op == "symbol" and node.args[0] in self.order:
                self.frequencies.append(node)
                continue
            stem, latex = (
                ("omega_" + "pm"[k], r"\omega_{" + "+-"[k] + "}")
                if count == 2
                else (f"nu_{k + 1}", rf"\nu_{{{k + 1}}}")
            )
            name = self.names.fresh(stem)
            self.definitions.append(Definition(name, node, latex))
            self.frequencies.append(program.symbol(name))

    def _sample(self, key: Polynomial) -> Any:
        """Value at a fixed generic point: only the order of display depends on it."""
        expression = self.in_parameters(self.ring.collect(key)) if len(key) else sp.Integer(0)
        point = {s: sp.Rational(2 * k + 31, k + 5) for k, s in enumerate(self.model.symbols)}
        value = sp.N(expression.subs(point), 20)
        return value if value.is_real else sp.Integer(0)

    def in_parameters(self, node: Node) -> Any:
        """A program as a SymPy expression in the model's parameters."""
        values: dict[str, Node] = {}
        for definition in (*self.spectrum.definitions, *self.definitions):
            values[definition.name] = program.substitute(definition.expression, values)
        return to_sympy(program.substitute(node, values), self.symbols)

    def _sign(self, bath: Bath, gap: Polynomial) -> int:
        if not len(gap):
            return 0
        expression = self.in_parameters(self.ring.collect(gap))
        sign = sign_of(expression, self.model.assume)
        if sign is None:
            raise UndecidedError(
                f"bath {bath.name!r}: the sign of the Bohr frequency {expression} is undecided, and the grouping of a "
                f"Hermitian coupling depends on it; pass assume=[{inequality(expression)}] or the opposite"
            )
        return sign

    def signed_frequency(self, bath: Bath, gap: Polynomial) -> tuple[int, int]:
        """(index, sign); index -1 for zero frequency of a Hermitian coupling."""
        sign = self._signed[bath.name, str(gap)][1]
        return (self.keys.index(sign * gap), sign) if sign else (-1, 0)

    def frequency_text(self, index: int, sign: int = 1) -> str:
        return "0" if index < 0 else str(sp.expand_mul(sign * self.in_parameters(self.frequencies[index]), deep=False))

    def label(self, index: int) -> tuple[str, str]:
        """Suffix of names and LaTeX superscript of a frequency."""
        if len(self.keys) == 1:
            return "", ""
        if len(self.keys) == 2:
            return "_" + "pm"[index], "+-"[index]
        return f"_{index + 1}", f"({index + 1})"

    # -- rates ----------------------------------------------------------------------------------------------------

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

    def frequency_key(self, name: str) -> Polynomial | None:
        """The energy difference behind the name of a frequency; None for other names."""
        for key, node in zip(self.keys, self.frequencies, strict=True):
            if node.op == "symbol" and node.args[0] == name:
                return key
        return None

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
            condition = Condition(from_sympy(expression, self.order), str(relation), sp.latex(relation))
            self.conditions.setdefault(condition.text, condition)

    def gamma(self, bath: Bath, a: int, b: int, index: int) -> Node | None:
        """gamma_ab at a frequency; None where it vanishes identically."""
        key = (bath.name, a, b, index)
        if key not in self._gammas:
            omega = self.frequencies[index]
            value = sp.expand(bath.rate_matrix(Parameter(omega.args[0], positive=True))[a, b])
            known = {**self.symbols}
            unknown = {s.name for s in value.free_symbols} - set(known) - {omega.args[0]}
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

    # -- local ----------------------------------------------------------------------------------------------------

    def local_frequency(self, bath: Bath) -> int:
        """Index of the one Bohr frequency that the coupling has under the bare H (or of ``frequency=``)."""
        return self.keys.index(self._local_key(bath))

    def register_local(self, baths: Sequence[Bath]) -> None:
        found = {str(key): key for key in (self._local_key(bath) for bath in baths)}
        self.add_frequencies(list(found.values()))

    def _local_key(self, bath: Bath) -> Polynomial:
        if bath.frequency is not None:
            return self.ring.reduce(self.ring.from_node(self.plain(bath.frequency)))
        found = {sp.expand(value) for S in bath.coupling for value in self._bare_frequencies(bath, S)}
        if len(found) != 1:
            listed = ", ".join(sorted(map(str, found))) or "none"
            raise ModelError(
                f"local: the coupling of bath {bath.name!r} has {len(found)} Bohr frequencies under H ({listed}); pass "
                "Bath(..., frequency=...) to choose one, or use redfield or secular"
            )
        return self.ring.reduce(self.ring.from_node(self.plain(found.pop())))

    def _bare_frequencies(self, bath: Bath, S: Any) -> list[Any]:
        H = self.model.H
        commutator = (S * H - H * S).applyfunc(sp.expand)
        entries = [(i, j) for i in range(S.rows) for j in range(S.cols) if S[i, j] != 0]
        if bath.is_exchange:
            values = {sp.simplify(commutator[i, j] / S[i, j]) for i, j in entries}
            stray = [
                commutator[i, j] for i in range(S.rows) for j in range(S.cols) if S[i, j] == 0 and commutator[i, j] != 0
            ]
            if stray:
                raise ModelError(
                    f"local: the coupling of bath {bath.name!r} is no eigenoperator of H ({stray[0]} is left over); "
                    "pass Bath(..., frequency=...), or put the term that mixes into interaction="
                )
            return list(values)
        return [self.bare_sign(bath, i, j) * (H[j, j] - H[i, i]) for i, j in entries]

    def bare_sign(self, bath: Bath, i: int, j: int) -> int:
        """Sign of H_jj - H_ii: +1 where |i><j| lowers the bare energy."""
        gap = sp.expand(self.model.H[j, j] - self.model.H[i, i])
        sign = sign_of(gap, self.model.assume)
        if sign is None:
            raise UndecidedError(
                f"local: the sign of the bare Bohr frequency {gap} of bath {bath.name!r} is undecided; "
                f"pass assume=[{inequality(gap)}] or the opposite"
            )
        return sign


def _operators(model: Model) -> list[Any]:
    operators = [model.H, model.interaction, *(c for b in model.baths for c in b.coupling)]
    operators += [o for j in model.jumps for o in j.operator]
    return operators + [sp.Matrix([[b.frequency]]) for b in model.baths if b.frequency is not None]


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def default_latex_text(name: str) -> str:
    """A bath's name as a subscript."""
    return name if len(name) <= 1 or name.isdigit() else rf"\mathrm{{{name}}}"
