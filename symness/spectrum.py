"""Energies and eigenvectors of H + V, block by block.

A block is a connected component of the non-zero pattern.  Blocks of one and two states are solved in closed form; a
larger block is, when its characteristic polynomial factors into degree <= 2 and no loop of couplings keeps a phase;
otherwise it is diagonalised numerically inside the evaluator and stays opaque in formulas.  A supplied eigenbasis is
verified and used as it stands.

Order: a block keeps its places, higher energies first.  Two states i, j: theta = atan2(2 h_ij, h_ii - h_jj), upper
state cos(theta/2)|i> + sin(theta/2)|j>, lower state -sin(theta/2)|i> + cos(theta/2)|j>; valid for both signs of the
detuning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from symness import program
from symness.closed_levels import closed_levels
from symness.convert import from_sympy, to_sympy
from symness.eigenbasis import check_eigenbasis
from symness.formula import Definition
from symness.gauge import polar, real_gauge, real_imag
from symness.graph import components
from symness.model import Model
from symness.names import Names
from symness.parameters import default_latex
from symness.program import Node

__all__ = ["Spectrum", "spectrum"]


@dataclass(frozen=True)
class Spectrum:
    """Eigen-decomposition of H + V as programs.

    Attributes
    ----------
    energies : tuple of Node
    vectors : tuple of tuple of Node
        ``vectors[i][k]``: component of eigenstate k on basis state i.
    definitions : tuple of Definition
        Omega, the mixing angle and other named roots, in terms of the parameters.
    relations : dict
        Square of a named root: name -> Node.
    numerical : bool
        True where a block is diagonalised inside the evaluator.
    aliases : dict
        cos(theta) and sin(theta) as polynomials in the half-angle symbols.
    """

    energies: tuple[Node, ...]
    vectors: tuple[tuple[Node, ...], ...]
    definitions: tuple[Definition, ...] = ()
    relations: dict[str, Node] = field(default_factory=dict)
    numerical: bool = False
    aliases: dict[str, Node] = field(default_factory=dict)


def spectrum(model: Model, names: Names) -> Spectrum:
    """Diagonalise H + V (see the module docstring)."""
    builder = _Builder(model, names)
    if model.eigenbasis is not None:
        builder.supplied()
    else:
        H, n = model.total, model.dimension
        pattern = [(i, j) for i in range(n) for j in range(i) if sp.expand(H[i, j]) != 0]
        for block in components(n, pattern):
            builder.block(block)
    return builder.result()


class _Builder:
    def __init__(self, model: Model, names: Names) -> None:
        self.model, self.names = model, names
        self.H = model.total
        self.order = [s.name for s in model.symbols]
        n = model.dimension
        self.energies: list[Node] = [program.number(0)] * n
        self.vectors = [[program.number(0)] * n for _ in range(n)]
        self.definitions: dict[str, Definition] = {}
        self.relations: dict[str, Node] = {}
        self.named: dict[Node, Node] = {}
        self.squares: dict[Any, Node] = {}
        self.numerical = False
        self.aliases: dict[str, Node] = {}
        self.angles: dict[tuple[Any, Any], tuple[Node, Node, Node]] = {}

    def result(self) -> Spectrum:
        return Spectrum(
            tuple(self.energies),
            tuple(map(tuple, self.vectors)),
            tuple(self.definitions.values()),
            self.relations,
            self.numerical,
            self.aliases,
        )

    def node(self, expression: Any) -> Node:
        """Roots in the Hamiltonian itself (spins, modes) are named, so that exact tests know their squares."""
        return self.radicals(sp.expand(expression))

    def name(self, wanted: str, expression: Node, latex: str, square: Node | None = None) -> Node:
        """Symbol for an expression; the same expression gets the same symbol."""
        if expression not in self.named:
            name = self.names.fresh(wanted)
            self.definitions[name] = Definition(name, expression, latex)
            if square is not None:
                self.relations[name] = square
            self.named[expression] = program.symbol(name)
        return self.named[expression]

    def root(self, value: Fraction) -> Node:
        """sqrt of a rational number: a number or a named radical."""
        node = program.sqrt(program.number(value))
        if node.op == "number":
            return node
        # Prime by prime, so that the product of two roots is again a root that is known.
        integer = value.numerator * value.denominator
        outside, inside = Fraction(1, value.denominator), []
        for prime, power in sorted(sp.factorint(integer).items()):
            outside *= int(prime) ** (power // 2)
            if power % 2:
                radical = program.sqrt(program.number(int(prime)))
                inside.append(self.name(f"root_{prime}", radical, rf"\sqrt{{{prime}}}", program.number(int(prime))))
        return program.mul(outside, *inside)

    # -- blocks ---------------------------------------------------------------------------------------------------

    def block(self, places: list[int]) -> None:
        if len(places) == 1:
            (i,) = places
            self.energies[i] = self.node(self.H[i, i])
            self.vectors[i][i] = program.number(1)
        elif len(places) == 2:
            self.pair(*places)
        elif not self.factored(places):
            self.opaque(places)

    def pair(self, i: int, j: int) -> None:
        mean = sp.expand((self.H[i, i] + self.H[j, j]) / 2)
        delta = sp.expand(self.H[i, i] - self.H[j, j])
        coupling = sp.expand(2 * self.H[i, j])
        phase = program.number(1)
        if coupling.has(sp.I):
            coupling, phase = self.phase(coupling)
        sign = 1 if coupling.is_positive else -1 if coupling.is_negative else 0
        if delta == 0 and sign:
            omega: Node = self.node(sign * coupling)
            c = self.root(Fraction(1, 2))
            s = program.mul(sign, c)
        else:
            omega, c, s = self.angle(delta, coupling)
        half = program.mul(Fraction(1, 2), omega)
        self.energies[i] = program.add(self.node(mean), half)
        self.energies[j] = program.add(self.node(mean), -half)
        conjugate = program.conjugate(phase)
        self.vectors[i][i], self.vectors[j][i] = c, program.mul(s, conjugate)
        self.vectors[i][j], self.vectors[j][j] = program.mul(-1, s, phase), c

    def angle(self, delta: Any, coupling: Any) -> tuple[Node, Node, Node]:
        """Omega, cos(theta/2), sin(theta/2); the other sign of the coupling turns the sine only (Jordan-Wigner)."""
        if (delta, -coupling) in self.angles:
            omega, c, s = self.angles[delta, -coupling]
            return omega, c, program.mul(-1, s)
        if (delta, coupling) in self.angles:
            return self.angles[delta, coupling]
        count = len(self.angles) + 1
        tag = "" if count == 1 else f"_{count}"
        d, h = self.node(delta), self.node(coupling)
        radicand = sp.expand(delta**2 + coupling**2)
        if radicand not in self.squares:
            size = self.node(-coupling) if coupling.is_Mul and coupling.could_extract_minus_sign() else h
            square = program.add(program.power(d, 2), program.power(size, 2))  # (2 tau)**2, not (-2 tau)**2
            # A paper may use the letter for the interaction.
            taken = {getattr(symbol, "latex", None) or default_latex(symbol.name) for symbol in self.model.symbols}
            latex = default_latex(f"Omega{tag}")
            latex += "'" if latex in taken else ""
            self.squares[radicand] = self.name(f"Omega{tag}", program.sqrt(square), latex, square)
        omega = self.squares[radicand]
        theta = default_latex(f"theta{tag}")
        c = self.name(f"cos_half{tag}", program.call("cos_half", d, h), rf"\cos\tfrac{{{theta}}}{{2}}")
        s = self.name(
            f"sin_half{tag}",
            program.call("sin_half", d, h),
            rf"\sin\tfrac{{{theta}}}{{2}}",
            program.add(1, -program.power(c, 2)),
        )
        cosine = self.name(f"cos_theta{tag}", program.div(d, omega), rf"\cos{theta}")
        sine = self.name(f"sin_theta{tag}", program.div(h, omega), rf"\sin{theta}")
        self.aliases[cosine.args[0]] = program.add(program.mul(2, program.power(c, 2)), -1)
        self.aliases[sine.args[0]] = program.mul(2, c, s)
        self.angles[delta, coupling] = omega, c, s
        return omega, c, s

    def phase(self, coupling: Any) -> tuple[Any, Node]:
        """|h| and h/|h| of a complex coupling; p + i q with p**2 + q**2 = 1."""
        modulus, phase = polar(coupling)
        if phase == sp.I:
            return modulus, program.I
        if not any(power.exp == sp.Rational(1, 2) for power in modulus.atoms(sp.Pow)):
            # F exp(i phi): the phase stands there
            return modulus, self.node(sp.cancel(phase))
        p, q = map(self.node, real_imag(coupling))
        size = program.sqrt(program.add(program.power(p, 2), program.power(q, 2)))
        cosine = self.name("cos_phase", program.div(p, size), r"\cos\varphi")
        sine = self.name("sin_phase", program.div(q, size), r"\sin\varphi", program.add(1, -program.power(cosine, 2)))
        return modulus, program.add(cosine, program.mul(program.I, sine))

    def factored(self, places: list[int]) -> bool:
        """Closed form where the characteristic polynomial factors into degree <= 2."""
        block = sp.Matrix([[self.H[i, j] for j in places] for i in places])
        gauge = real_gauge(block) if block.has(sp.I) else (block, [[] for _ in places])
        levels = closed_levels(block, places) if gauge is None else closed_levels(gauge[0], places)
        if gauge is None or levels is None:
            return False
        phases = [program.mul(*(program.conjugate(self.phase(h)[1]) for h in path)) for path in gauge[1]]
        for place, (root, column) in zip(places, levels, strict=True):
            self.energies[place] = self.radicals(root)
            for i, phase, component in zip(places, phases, self.normalised(column), strict=True):
                self.vectors[i][place] = program.mul(phase, component)
        return True

    def normalised(self, column: list[Any]) -> list[Node]:
        """As it stands, over its norm; where the squares are numbers, its last non-zero component is positive."""
        last = next(c for c in reversed(column) if c != 0)
        size = sp.expand(sum(c**2 for c in column))
        squares = [sp.simplify(c**2 / size) for c in column]
        if all(s.is_Rational for s in squares):
            signs = [sp.sign(sp.simplify(c / last)) for c in column]
            if all(s in (-1, 0, 1) for s in signs):
                return [
                    program.mul(int(sign), self.root(Fraction(int(s.p), int(s.q))))
                    for s, sign in zip(squares, signs, strict=True)
                ]
        norm = self.radicals(sp.sqrt(size))
        return [
            self.name(f"v_{k}_{len(self.definitions)}", program.div(self.radicals(c), norm), rf"v_{{{k}}}")
            if c != 0
            else program.number(0)
            for k, c in enumerate(column)
        ]

    def radicals(self, expression: Any) -> Node:
        """Convert, naming every square root, inner ones first, so that exact tests know its square."""
        roots = sorted((p for p in expression.atoms(sp.Pow) if p.exp == sp.Rational(1, 2)), key=str)
        replaced, nodes = {}, {}
        for k, pow_ in enumerate(roots):
            if pow_.base.is_Rational:
                # a product of prime roots where the radicand is composite
                node = self.root(Fraction(int(pow_.base.p), int(pow_.base.q)))
            else:
                inside = self.radicals(sp.expand(pow_.base))
                node = self.name("root", program.sqrt(inside), rf"\sqrt{{{sp.latex(pow_.base)}}}", inside)
            replaced[pow_] = sp.Symbol(f"radical {k}", positive=True)
            nodes[f"radical {k}"] = node
        node = program.substitute(from_sympy(sp.expand(expression.xreplace(replaced)), self.order), nodes)
        angles = [part for part in program.walk([node]) if part.op == "call" and part.args[0] in ("cos", "sin")]
        return program.replace(node, {part: self.trigonometric(part) for part in angles})

    def trigonometric(self, call: Node) -> Node:
        """cos(x) or sin(x) as a symbol; the square of the sine is known."""
        function, argument = call.args
        stem = f"{function}_{argument.args[0]}" if argument.op == "symbol" else function
        square = None
        if function == "sin":
            cosine = self.trigonometric(program.call("cos", argument))
            square = program.add(1, -program.power(cosine, 2))
        angle = sp.latex(to_sympy(argument, {s.name: s for s in self.model.symbols}))
        return self.name(stem, call, rf"\{function}({angle})", square)

    def opaque(self, places: list[int]) -> None:
        """Numbers for the evaluator, symbols for the formula; real and imaginary parts of a complex block."""
        self.numerical = True
        parts = [real_imag(self.H[i, j]) for i in places for j in places]
        axes = (0, 1) if any(self.H[i, j].has(sp.I) for i in places for j in places) else (0,)
        entries = [self.node(part[axis]) for axis in axes for part in parts]
        size = len(places)
        for k, place in enumerate(places):
            energy = program.call("eigenvalue", k, size, *entries)
            self.energies[place] = self.name(f"E_{place + 1}", energy, f"E_{{{place + 1}}}")
            for row, i in enumerate(places):
                latex = rf"\langle {i + 1}|E_{{{place + 1}}}\rangle"
                real, *imaginary = (program.call("eigenvector", row + a * size, k, size, *entries) for a in axes)
                tag = "_re" if imaginary else ""
                shown = rf"\operatorname{{Re}}{latex}" if imaginary else latex
                component = self.name(f"v_{i + 1}_{place + 1}{tag}", real, shown)
                for part in imaginary:
                    name = self.name(f"v_{i + 1}_{place + 1}_im", part, rf"\operatorname{{Im}}{latex}")
                    component = program.add(component, program.mul(program.I, name))
                self.vectors[i][place] = component

    # -- supplied eigenbasis ----------------------------------------------------------------------------------------

    def supplied(self) -> None:
        basis = self.model.eigenbasis
        n = self.model.dimension
        self.vectors = [[self.entry(basis[i, k], i, k) for k in range(n)] for i in range(n)]
        for k, energy in enumerate(check_eigenbasis(self.model)):
            self.energies[k] = self.radicals(energy)

    def entry(self, value: Any, i: int, k: int, part: str = "") -> Node:
        value = sp.sympify(value)
        if value.has(sp.I):
            real, imaginary = real_imag(value)
            imaginary = program.mul(program.I, self.entry(imaginary, i, k, "_im"))
            return program.add(self.entry(real, i, k, "_re"), imaginary)
        if value.is_Rational:
            return program.number(Fraction(int(value.p), int(value.q)))
        square = sp.expand(value**2)
        if square.is_Rational:
            root = self.root(Fraction(int(square.p), int(square.q)))
            return root if value.is_positive else -root
        latex = rf"v_{{{i + 1}{k + 1}}}"
        shown = {"_re": rf"\operatorname{{Re}}{latex}", "_im": rf"\operatorname{{Im}}{latex}"}.get(part, latex)
        return self.name(f"v_{i + 1}_{k + 1}{part}", from_sympy(value, self.order), shown)
