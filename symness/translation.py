"""From rates to a paper's symbols: the ring of a notation, and quotients of polynomials moved into it and displayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symness import program
from symness.convert import from_sympy
from symness.errors import ModelError
from symness.exact import Polynomial, Ring, common_content
from symness.formula import Definition
from symness.notation import Notation
from symness.parameters import default_latex
from symness.program import Node
from symness.rates import Rate
from symness.rational import Quotient, Rational
from symness.shortest import Shortest, length
from symness.state import SteadyState

__all__ = ["Translation"]


class Translation:
    """The symbols of a notation for one steady state.

    A defined symbol that equals a rate of the generator is the symbol of that rate; a rate without one is written out
    as gamma (1 +- N).  All other defined symbols are names that :class:`symness.shortest.Shortest` may use.

    Attributes
    ----------
    definitions : tuple of Definition
        Atoms of the state, then the defined symbols in order; symbols of rates are atoms as the rates are.

    Raises
    ------
    ModelError
        When a defined symbol is no polynomial in parameters, angles and occupations, or is taken.
    """

    def __init__(self, state: SteadyState, notation: Notation) -> None:
        self.state, self.notation = state, notation
        generator = state.generator
        source = generator.ring
        relations = {source.names[place]: source.collect(square) for place, square in source.relations}
        occupations = [d.name for d in generator.definitions if d.name not in source.index]
        self.aliases = dict(generator.spectrum.aliases)
        # What is a frequency (omega_p = eps + g) is written in the parameters, which the notation may name.
        self.aliases |= {
            d.name: d.expression
            for d in generator.definitions
            if not any(n.op == "call" for n in program.walk([d.expression]))
        }
        rates = generator.rates.values()
        order = [*source.names, *occupations, *notation.define]
        taken = [name for name in notation.define if name in {*source.names, *occupations}]
        if taken:
            raise ModelError(f"notation: {taken[0]!r} is a symbol of the model; define it under another name")
        self.ring = Ring(order, relations)
        nodes = {key: from_sympy(value, order) for key, value in notation.define.items()}
        written = {r.name: self._polynomial(r.name, _written_out(r), {}) for r in rates}
        values: dict[str, Polynomial] = {}
        for key, node in nodes.items():
            values[key] = self._polynomial(key, node, values)
        symbols = {r: key for r, rate in written.items() for key, value in values.items() if value == rate}
        own = set(symbols.values())
        self.rates = {r: self.ring.generators[symbols[r]] if r in symbols else value for r, value in written.items()}
        names: dict[str, Polynomial] = {}
        for key, node in nodes.items():
            if key not in own:
                names[key] = self._polynomial(key, node, names)
        self._shortest = Shortest(self.ring, names)
        # The same names with rates written out: gamma_h gamma_c (N_h - N_c) is a product, its rates are a difference.
        self._written_out = Shortest(self.ring, {key: values[key] for key in names})
        self._images = [values[n] if n in own else g for n, g in self.ring.generators.items()]
        self.definitions = (
            *(d for d in state.definitions if d.atom),
            *(
                Definition(key, node, notation.latex.get(key) or default_latex(key), atom=key in own)
                for key, node in nodes.items()
            ),
        )
        self.norm = self.ring.one

    def _polynomial(self, name: str, node: Node, known: Mapping[str, Polynomial]) -> Polynomial:
        for _ in self.aliases:
            node = program.substitute(node, self.aliases)
        unknown = [symbol for symbol in program.symbols_of([node]) if symbol not in self.ring.index]
        if unknown or any(n.op in ("div", "call") for n in program.walk([node])):
            raise ModelError(
                f"notation: {name} = {node!r} is no polynomial in parameters, angles and occupations; pass one"
            )
        value = self.ring.from_node(node)
        images = [known.get(n, g) for n, g in self.ring.generators.items()]
        return self.ring.reduce(value.compose(*images, ctx=self.ring.context))

    # -- quotients ------------------------------------------------------------------------------------------------

    def quotients(self, nodes: Sequence[Node]) -> dict[Node, tuple[Quotient, Quotient]]:
        """Real and imaginary part of each; the common denominator of the populations becomes the normalisation."""
        populations = [v for c, v in self.state.elements.items() if c[0] == "p"]
        scale = self.state.linear.norm if self.state.linear is not None else program.number(1)
        own = {d.name: d.expression for d in self.state.definitions}
        symbol = scale.args[0] if scale.op == "symbol" else ""
        parts = [part for node in nodes for part in program.real_imag(node)]
        field = Rational(self.state, [own.get(symbol, scale), *populations, *parts])
        size = self._moved(field, field.quotients[0], None, "")
        found = [self._moved(field, q, size, symbol) for q in field.quotients[1:]]
        norm = self.ring.one
        for q in found[: len(populations)]:
            norm = norm * q.bottom / norm.gcd(q.bottom)
        self.norm = self.ring.primitive(norm)[1]
        rest = found[len(populations) :]
        return {node: (rest[2 * k], rest[2 * k + 1]) for k, node in enumerate(nodes)}

    def _moved(self, field: Rational, q: Quotient, norm: Quotient | None, symbol: str) -> Quotient:
        """From the ring of rates into that of the notation, with the engine's own normalisation put in."""
        zero, one, context = self.ring.zero, self.ring.one, self.ring.context
        images = [self.rates.get(n, self.ring.generators.get(n, zero)) for n in field.ring.names]

        def moved(polynomial: Polynomial) -> Quotient:
            split = field.ring.split(polynomial, [symbol]) if symbol in field.ring.index else {(0,): polynomial}
            total = Quotient(self.ring, zero, one)
            for (power,), part in split.items():
                value = Quotient.of(self.ring, part.compose(*images, ctx=context), one)
                total = total + (value * norm**power if power and norm is not None else value)
            return total

        return moved(q.top) / moved(q.bottom)

    def shortest(self, polynomial: Polynomial) -> Node:
        """In rates, or with rates written out where that gives factors: up_h down_c - down_h up_c is a product then."""
        found = self._shortest.show(polynomial)
        other = self.ring.reduce(polynomial.compose(*self._images, ctx=self.ring.context))
        if _common_degree(other) <= _common_degree(polynomial):
            return found
        return min(found, self._written_out.show(other), key=length)

    def show_norm(self) -> Definition:
        """The common denominator of the populations under the name that the notation has for it."""
        name, latex = self.notation.normalisation
        return Definition(name, self.shortest(self.norm), latex)

    def show(self, re: Quotient, im: Quotient) -> Node:
        """One quotient, over the normalisation where that divides; a complex value as a common factor times a + i b."""
        ring, show = self.ring, self.shortest
        bottom = re.bottom * im.bottom / re.bottom.gcd(im.bottom)
        a, b = re.top * (bottom / re.bottom), im.top * (bottom / im.bottom)
        if not len(a) and not len(b):
            return program.number(0)
        common = a.gcd(b)
        a, b = a / common, b / common
        common_scale, common = ring.primitive(common)
        below_scale, bottom = ring.primitive(bottom)
        contents = [ring.primitive(p)[0] for p in (a, b) if len(p)]
        # with the sign of the first: the leading part is displayed without minus
        content = common_content(contents) * (1 if contents[0] > 0 else -1)
        a, b = (p * ring.constant(1 / content) for p in (a, b))
        scale = content * common_scale / below_scale
        inner = program.add(show(a), program.mul(program.I, show(b)))
        top = program.mul(scale.numerator, show(common), inner)
        quotient, remainder = divmod(bottom, self.norm)
        below = [show(bottom)]
        if self.norm != ring.one and not len(remainder):
            below = [show(quotient), program.symbol(self.notation.normalisation[0])]
        return program.div(top, program.mul(scale.denominator, *below))


def _common_degree(polynomial: Polynomial) -> int:
    """Degree of the largest monomial that divides every term."""
    terms = polynomial.monoms()
    return sum(min(int(m[k]) for m in terms) for k in range(len(terms[0]))) if terms else 0


def _written_out(rate: Rate) -> Node:
    """gamma (1 +- N), gamma N or the rate of a jump."""
    if rate.occupation is None:
        return rate.gamma
    if rate.direction == "down":
        return program.mul(rate.gamma, program.add(1, program.mul(rate.sign, rate.occupation)))
    return program.mul(rate.gamma, rate.occupation)
