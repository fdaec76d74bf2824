"""Bohr frequencies: the distinct energy differences at which couplings act, found exactly and named.

For ``redfield`` and ``secular`` they come from the spectrum of H + V; ``local`` takes the one frequency that a coupling
has under H alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from symness import program
from symness.assumptions import inequality, sign_of
from symness.baths import Bath
from symness.coincidence import Coincidences
from symness.convert import from_sympy, to_sympy
from symness.errors import ModelError, UndecidedError
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.model import Model
from symness.names import Names
from symness.program import Node
from symness.spectrum import Spectrum

__all__ = ["FrequencyTable"]


class FrequencyTable:
    """The ring of a generator's coefficients, and its Bohr frequencies in descending order."""

    def __init__(self, model: Model, solved: Spectrum, names: Names) -> None:
        self.model, self.spectrum, self.names = model, solved, names
        self.order = [s.name for s in model.symbols]
        self.symbols = {s.name: s for s in model.symbols}
        self.named = {d.expression: program.symbol(d.name) for d in solved.definitions}
        self.operator_roots: list[Definition] = []
        relations = dict(solved.relations)
        for operator in _operators(model):
            for entry in operator:
                self._polynomial(from_sympy(entry, self.order), relations)
        for name, square in list(relations.items()):
            relations[name] = self._polynomial(square, relations)
        energies = [self._polynomial(e, relations) for e in solved.energies]
        known = [d.name for d in (*solved.definitions, *self.operator_roots)]
        self.ring = Ring([*self.order, *known, "i"], {**relations, "i": program.number(-1)})
        self.energies = [self.ring.reduce(self.ring.from_node(e)) for e in energies]
        self.keys: list[Polynomial] = []
        self.frequencies: list[Node] = []
        self.definitions: list[Definition] = list(self.operator_roots)
        self._signed: dict[tuple[str, str], tuple[int, int]] = {}
        self.coincidences = self._coincidences()

    def plain(self, entry: Any) -> Node:
        """An operator entry as a polynomial: every root and function in it is a named symbol."""
        node = self._polynomial(from_sympy(entry, self.order), None)
        unknown = [name for name in program.symbols_of([node]) if name not in self.ring.index]
        if unknown:
            raise ModelError(f"the operator entry {entry}: {unknown[0]!r} is no parameter of the model")
        return node

    def _polynomial(self, node: Node, relations: dict[str, Node] | None) -> Node:
        """Roots and functions as named symbols; new ones are named only while ``relations`` are gathered."""
        for part in list(program.walk([node])):
            if part.op == "call" and part not in self.named:
                if relations is None:
                    shown = to_sympy(node, self.symbols)
                    raise ModelError(
                        f"the operator entry {shown}: only roots and functions that the model holds may stand in an "
                        "operator; put this one in front of the quantity, as a factor"
                    )
                self._name(part, relations)
        replaced = {part: self.named[part] for part in program.walk([node]) if part in self.named}
        return program.replace(node, replaced)

    def _name(self, call: Node, relations: dict[str, Node]) -> None:
        function, argument = call.args[:2]
        stem = "root" if function == "sqrt" else function
        plain = argument.op in ("number", "symbol") and len(call.args) == 2
        name = self.names.fresh(re.sub(r"\W", "_", f"{stem}_{argument!r}" if plain else stem))
        self.operator_roots.append(Definition(name, call, sp.latex(to_sympy(call, self.symbols))))
        self.named[call] = program.symbol(name)
        if function == "sqrt":
            relations[name] = argument
        elif function == "sin":
            cosine = program.call("cos", argument)
            if cosine not in self.named:
                self._name(cosine, relations)
            relations[name] = program.add(1, program.mul(-1, program.power(self.named[cosine], 2)))

    # -- H + V ----------------------------------------------------------------------------------------------

    def gap(self, i: int, j: int) -> Polynomial:
        """E_j - E_i: the Bohr frequency of |i><j|."""
        gap = self.ring.reduce(self.energies[j] - self.energies[i])
        return gap if self.coincidences is None else self.coincidences.representative(self.ring, i, j, gap)

    def _coincidences(self) -> Coincidences | None:
        """Needed where the energies hold more than one root or eigenvalue: polynomials alone do not decide equality."""
        named = {d.name for d in self.spectrum.definitions}
        used = {name for energy in self.energies for name in self.ring.uses(energy)} & named
        if len(used) < 2:
            return None
        values: dict[str, Node] = {}
        for definition in self.spectrum.definitions:
            values[definition.name] = program.substitute(definition.expression, values)
        return Coincidences(self.model, [program.substitute(energy, values) for energy in self.spectrum.energies])

    def refuse_crossings(self) -> None:
        """Error where two Bohr frequencies are equal for some parameters and different for others."""
        if self.coincidences is not None and self.coincidences.crossing is not None:
            first, second = (
                str(self.in_parameters(self.ring.collect(g))) if len(g) else "0" for g in self.coincidences.crossing
            )
            raise UndecidedError(
                f"secular: whether the Bohr frequencies {first} and {second} are equal depends on the parameters "
                "(levels cross); pass eigenbasis= with one order of levels, assume= inequalities that exclude the "
                "crossing, or use redfield"
            )

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
            content = Fraction(abs(self.ring.primitive(key)[0])) if len(key) else Fraction(1)
            node = program.number(0)
            if len(key):
                node = program.mul(content, self.ring.collect(key * self.ring.constant(1 / content)))
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
        return to_sympy(self.expanded(node), self.symbols)

    def expanded(self, node: Node) -> Node:
        """A program in the model's parameters alone."""
        values: dict[str, Node] = {}
        for definition in (*self.spectrum.definitions, *self.definitions):
            values[definition.name] = program.substitute(definition.expression, values)
        return program.substitute(node, values)

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
        """Its name; the definition of the name is printed with the formula."""
        return "0" if index < 0 else "-" * (sign < 0) + str(self.frequencies[index].args[0])

    def label(self, index: int) -> tuple[str, str]:
        """Suffix of names and LaTeX superscript of a frequency."""
        if len(self.keys) == 1:
            return "", ""
        if len(self.keys) == 2:
            return "_" + "pm"[index], "+-"[index]
        return f"_{index + 1}", f"({index + 1})"

    def frequency_key(self, name: str) -> Polynomial | None:
        """The energy difference behind the name of a frequency; None for other names."""
        for key, node in zip(self.keys, self.frequencies, strict=True):
            if node.op == "symbol" and node.args[0] == name:
                return key
        return None

    # -- H alone ----------------------------------------------------------------------------------------------------

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
