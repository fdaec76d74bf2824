"""Formulas as a paper prints them: named factors, one normalisation, one quotient per coherence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symness import program
from symness.elimination import Block, Elimination, without_determinants
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.liouville import Coordinate
from symness.names import Names
from symness.program import Node

__all__ = ["Naming", "PaperForm", "paper_form"]

#: a factor shorter than this is written out wherever it occurs
NAMED_FROM = 3


@dataclass(frozen=True)
class Naming:
    """Names of what the engine finds, each with its LaTeX; ``factors`` are used in order of first occurrence."""

    normalisation: tuple[str, str] = ("norm", r"\mathcal{N}")
    factors: Sequence[tuple[str, str]] = ()
    product: tuple[str, str] = ("correction", r"\tilde{R}")
    schur_latex: str = "R"


@dataclass(frozen=True)
class PaperForm:
    """``definitions`` in order; ``populations`` and ``coherences`` (complex, by pair) in terms of them.

    ``real`` holds the same coherences as real and imaginary parts, by coordinate; ``schur`` are the Schur factors
    (also where a short form did without their names), ``named`` the symbols of factors by the text of their
    polynomial, ``norm`` the normalisation.
    """

    definitions: tuple[Definition, ...]
    populations: tuple[Node, ...]
    coherences: Mapping[tuple[int, int], Node] = field(default_factory=dict)
    real: Mapping[Coordinate, Node] = field(default_factory=dict)
    schur: tuple[Definition, ...] = ()
    named: Mapping[str, Node] = field(default_factory=dict)
    norm: Node = field(default_factory=lambda: program.number(1))


@dataclass(frozen=True)
class _Term:
    """content * product of factors (by key) * Schur factors."""

    content: Fraction
    factors: tuple[tuple[str, int], ...]
    schur: tuple[int, ...]

    @property
    def signature(self) -> tuple[object, ...]:
        return abs(self.content), self.factors, self.schur


#: offered a polynomial, gives a form of it in other symbols, or None
Rewrite = Callable[[Polynomial], "Node | None"]


def paper_form(
    elimination: Elimination,
    naming: Naming,
    names: Names,
    rewrite: Rewrite | None = None,
    shorten: Rewrite | None = None,
) -> PaperForm:
    """Collect the elimination into named factors.

    Parameters
    ----------
    rewrite : callable, optional
        Offered every coherence numerator; may return a form that shows where it vanishes.
    shorten : callable, optional
        Offered every factor.
    """
    return _Collector(elimination, naming, names, rewrite, shorten).result()


class _Collector:
    def __init__(
        self,
        elimination: Elimination,
        naming: Naming,
        names: Names,
        rewrite: Rewrite | None,
        shorten: Rewrite | None,
    ) -> None:
        self.e, self.naming, self.names = elimination, naming, names
        self.rewrite, self.shorten = rewrite, shorten
        self.ring: Ring = elimination.ring
        self.schur = [b.factor for b in elimination.blocks]
        self.polynomials: dict[str, Polynomial] = {}
        self.uses: dict[str, int] = {}
        self.named: dict[str, Definition] = {}
        self.products: dict[tuple[object, ...], Definition] = {}
        self.free = list(naming.factors)

    def result(self) -> PaperForm:
        numerators = [self.terms(p) for p in self.e.populations]
        norm = self.terms(self.e.norm)
        for block in self.e.blocks:
            for poly in self.block_polynomials(block):
                self.note(poly)
        constant = norm[0].content if len(norm) == 1 and not norm[0].factors and not any(norm[0].schur) else None
        self.name_products(numerators)
        populations = [program.add(*(self.show(t) for t in terms)) for terms in numerators]
        total = program.add(*(self.show(t) for t in norm))
        tail: list[Definition] = []
        if constant is not None:
            scale: Node = program.number(constant)
        elif total.op == "symbol" and total in {program.symbol(d.name) for d in self.named.values()}:
            scale = total  # a factor that has a name needs no second one
        else:
            scale = program.symbol(self.names.fresh(self.naming.normalisation[0]))
            tail = [Definition(scale.args[0], total, self.naming.normalisation[1])]
        coherences: dict[tuple[int, int], Node] = {}
        real: dict[Coordinate, Node] = {}
        for block, adjugate in zip(self.e.blocks, self.e.adjugates, strict=True):
            coherences.update(self.block(block, adjugate, scale))
            real.update(self.real_parts(block, adjugate, scale))
        schur = [self.schur_definition(block) for block in self.e.blocks]
        ordered = [*self.nested(), *schur, *self.products.values(), *tail]
        values = [program.div(p, scale) for p in populations]
        form = _inline(ordered, values, coherences, set(self.schur))
        named = {key: program.symbol(d.name) for key, d in self.named.items()}
        return replace(form, real=real, schur=tuple(schur), named=named, norm=scale)

    # -- terms and factors ----------------------------------------------------------------------------------------

    def terms(self, polynomial: Polynomial) -> list[_Term]:
        listed = []
        for powers, part in self.ring.split(polynomial, self.schur).items():
            content, factors = self.ring.factors(part)
            keys = []
            for factor, power in factors:
                key = str(factor)
                self.polynomials[key] = factor
                self.uses[key] = self.uses.get(key, 0) + 1
                keys.append((key, power))
            listed.append(_Term(content, tuple(keys), powers))
        return listed

    def note(self, polynomial: Polynomial) -> None:
        for factor, _ in self.ring.factors(polynomial)[1]:
            self.polynomials[str(factor)] = factor
            self.uses[str(factor)] = self.uses.get(str(factor), 0) + 1

    def factor(self, key: str) -> Node:
        """The factor written out, or its name where that is shorter."""
        shorter = self.shorten(self.polynomials[key]) if self.shorten else None
        node = shorter if shorter is not None else self.ring.collect(self.polynomials[key])
        if program.count_ops([node]) < NAMED_FROM or self.uses[key] < 2:
            return node
        if key not in self.named:
            k = len(self.named) + 1
            wanted, latex = self.free.pop(0) if self.free else (f"r_{k}", f"r_{{{k}}}")
            self.named[key] = Definition(self.names.fresh(wanted), node, latex)
        return program.symbol(self.named[key].name)

    def nested(self) -> list[Definition]:
        """Named factors, the short ones first, so that the long ones can use their names."""
        done: list[Definition] = []
        for definition in sorted(self.named.values(), key=lambda d: program.count_ops([d.expression])):
            mapping = {d.expression: program.symbol(d.name) for d in done}
            done.append(replace(definition, expression=program.replace(definition.expression, mapping)))
        return done

    def show(self, term: _Term) -> Node:
        if term.signature in self.products:
            sign = 1 if term.content > 0 else -1
            return program.mul(sign, program.symbol(self.products[term.signature].name))
        return self.product(term.content, term)

    def product(self, content: Fraction, term: _Term) -> Node:
        factors = [program.power(self.factor(key), power) for key, power in term.factors]
        schur = [program.power(program.symbol(n), k) for n, k in zip(self.schur, term.schur, strict=True)]
        return program.mul(content, *factors, *schur)

    def name_products(self, numerators: list[list[_Term]]) -> None:
        """A correction that all populations share up to sign gets one name."""
        counts: dict[tuple[object, ...], list[_Term]] = {}
        for terms in numerators:
            for term in terms:
                if any(term.schur) and term.factors:
                    counts.setdefault(term.signature, []).append(term)
        for signature, terms in counts.items():
            if len(terms) > 1:
                wanted, latex = self.naming.product
                node = self.product(abs(terms[0].content), terms[0])
                self.products[signature] = Definition(self.names.fresh(wanted), node, latex)

    # -- coherences -----------------------------------------------------------------------------------------------

    def block_polynomials(self, block: Block) -> list[Polynomial]:
        return [block.rotation[0]] if block.rotation else [block.determinant]

    def schur_definition(self, block: Block) -> Definition:
        if block.rotation:
            decay, turn = (self.whole(p) for p in block.rotation)
            determinant = program.add(program.power(decay, 2), program.power(turn, 2))
        else:
            determinant = self.whole(block.determinant)
        index = self.schur.index(block.factor)
        latex = self.naming.schur_latex if len(self.schur) == 1 else f"{self.naming.schur_latex}_{{{index + 1}}}"
        if determinant.op == "mul" and determinant.args[0].op == "number":  # 2/a, not 1/(a/2)
            content = determinant.args[0].args[0]
            return Definition(block.factor, program.div(1 / content, program.mul(*determinant.args[1:])), latex)
        return Definition(block.factor, program.div(1, determinant), latex)

    def whole(self, polynomial: Polynomial) -> Node:
        """Factored, with names where factors have them."""
        parts = []
        for term in self.terms(polynomial):
            parts.append(self.product(term.content, term))
        return program.add(*parts)

    def block(self, block: Block, adjugate: list[list[Polynomial]], scale: Node) -> dict[tuple[int, int], Node]:
        sources = [self.e.sources[c] for c in block.coordinates]
        if block.rotation:
            decay, turn = block.rotation
            contents = [self.ring.primitive(s)[0] for s in sources if len(s)]
            if not contents:
                return {block.coordinates[0][1:]: program.number(0)}
            # Both sides over the content of the numerator, so that no stray fraction is printed.
            unit = self.ring.constant(1 / abs(contents[0]))
            top = [self.numerator(s * unit) for s in sources]
            bottom = program.add(self.whole(decay * unit), program.mul(program.I, self.whole(turn * unit)))
            source = program.add(top[0], program.mul(program.I, top[1]))
            return {block.coordinates[0][1:]: program.div(source, program.mul(scale, bottom))}
        found: dict[tuple[int, int], Node] = {}
        for (axis, i, j), part in self.real_parts(block, adjugate, scale).items():
            shown = part if axis == "x" else program.mul(program.I, part)
            found[i, j] = program.add(found.get((i, j), program.number(0)), shown)
        return found

    def real_parts(self, block: Block, adjugate: list[list[Polynomial]], scale: Node) -> dict[Coordinate, Node]:
        """-(adjugate source) R / norm for every coordinate; a pair as (K s, -W s) R / norm."""
        sources = [self.e.sources[c] for c in block.coordinates]
        R = program.symbol(block.factor)
        parts = {}
        for k, coordinate in enumerate(block.coordinates):
            if block.rotation:
                # Decay and rotation times sources that are displayed once, not their expanded products.
                decay, turn = (self.whole(p) for p in block.rotation)
                x, y = (self.numerator(s) for s in sources)
                top = program.mul(decay * x + turn * y if k == 0 else decay * y - turn * x, R)
            else:
                total = self.ring.zero
                for m, source in enumerate(sources):
                    total = total - adjugate[k][m] * source
                whole = total * self.ring.generators[block.factor]
                short = without_determinants(self.ring, whole, [block])
                top = program.mul(self.numerator(total), R) if short == whole else self.numerator(short)
            parts[coordinate] = program.div(top, scale)
        return parts

    def numerator(self, polynomial: Polynomial) -> Node:
        if not len(polynomial):
            return program.number(0)
        shorter = self.rewrite(polynomial) if self.rewrite else None
        return shorter if shorter is not None else self.whole(polynomial)


def _inline(
    definitions: list[Definition],
    values: list[Node],
    coherences: dict[tuple[int, int], Node],
    candidates: set[str],
) -> PaperForm:
    """A Schur factor that is used once needs no name; one that is not used disappears."""
    roots = [d.expression for d in definitions] + values + list(coherences.values())
    for name in sorted(candidates):
        count = sum(_occurrences(root, name) for root in roots)
        if count > 1:
            continue
        own = next(d for d in definitions if d.name == name)
        definitions = [d for d in definitions if d.name != name]
        mapping = {name: own.expression}

        def put(node: Node, mapping: dict[str, Node] = mapping) -> Node:
            return _quotient(program.substitute(node, mapping))

        definitions = [Definition(d.name, put(d.expression), d.latex) for d in definitions]
        values = [put(v) for v in values]
        coherences = {k: put(v) for k, v in coherences.items()}
        roots = [d.expression for d in definitions] + values + list(coherences.values())
    return PaperForm(tuple(definitions), tuple(values), coherences)


def _occurrences(root: Node, name: str) -> int:
    count: dict[Node, int] = {}
    for node in program.walk([root]):
        own = int(node.op == "symbol" and node.args[0] == name)
        count[node] = own + sum(count[child] for child in node.operands)
    return count[root]


def _quotient(node: Node) -> Node:
    """a * (1/b) as a/b."""
    if node.op != "mul":
        return node
    below = [f.args[1] for f in node.args if f.op == "div" and f.args[0] is program.number(1)]
    if not below:
        return node
    above = [f for f in node.args if not (f.op == "div" and f.args[0] is program.number(1))]
    return program.div(program.mul(*above), program.mul(*below))
