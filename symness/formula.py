"""The waist of the engine: a formula with ordered inputs, named intermediates and named outputs.

Everything above this module (printers, generated modules, the verifier) knows formulas only; everything below it knows
nothing of text.  A :class:`Formula` holds expressions as :class:`symness.program.Node`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symness import program
from symness.display import Displayed
from symness.program import Node

if TYPE_CHECKING:
    import sympy

__all__ = ["Condition", "Definition", "Formula", "Input", "Output"]


@dataclass(frozen=True)
class Input:
    """A parameter.  ``domain`` is ``"nonnegative"`` (zero included) or ``"real"``; ``default`` may be None."""

    name: str
    latex: str
    domain: str = "real"
    default: float | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Definition:
    """A named intermediate.  Later definitions and outputs use it as ``program.symbol(name)``.

    ``atom`` marks what belongs to the model rather than to the solution (frequencies, occupations, mixing angle):
    printed, but not counted as length of the closed form.
    """

    name: str
    expression: Node
    latex: str
    atom: bool = False


@dataclass(frozen=True)
class Output:
    """A result: its expression (complex where ``is_complex``), how it is printed and what it means.

    ``observable`` says what the independent reference has to compute to check it (None: nothing can).
    """

    name: str
    expression: Node
    latex: str
    meaning: str = ""
    unit: str = "1"
    domain: str = "real"
    observable: Any = None

    @property
    def is_complex(self) -> bool:
        return self.domain == "complex"


@dataclass(frozen=True)
class Condition:
    """``expression > 0``: where a formula is valid; ``text`` is how it reads, e.g. ``"lam < 2*omega"``.

    Zero is allowed too where it is not ``strict`` (``"K**2 <= J**2"``).
    """

    expression: Node
    text: str
    latex: str = ""
    strict: bool = True


@dataclass(frozen=True, repr=False)
class Formula(Displayed):
    """Ordered inputs, definitions and outputs, with where they come from.

    Attributes
    ----------
    inputs : tuple of Input
        In the order in which evaluators take them.
    definitions : tuple of Definition
        In the order in which they must be computed and are printed.
    outputs : tuple of Output
    conditions : tuple of Condition
        Outside them the formula has no meaning; evaluators return NaN there.
    provenance : mapping
        Which generator, which pairs, what gamma means, which energy the currents count.
    reference : object
        What :mod:`symness.reference` builds the independent check from (a model and the name of its generator).
    """

    name: str
    inputs: tuple[Input, ...]
    definitions: tuple[Definition, ...]
    outputs: tuple[Output, ...]
    conditions: tuple[Condition, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reference: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {i.name for i in self.inputs}
        items: tuple[Definition | Output, ...] = (*self.definitions, *self.outputs)
        for item in items:
            missing = [s for s in program.symbols_of([item.expression]) if s not in known]
            if missing:
                raise ValueError(
                    f"{item.name}: unknown symbol {missing[0]!r}; pass it as an input or define it before its use"
                )
            if isinstance(item, Definition):
                known.add(item.name)

    def output(self, name: str) -> Output:
        """The output of that name; KeyError with the names there are."""
        for item in self.outputs:
            if item.name == name:
                return item
        raise KeyError(f"no output {name!r}; there are {', '.join(o.name for o in self.outputs)}")

    def select(self, names: Sequence[str]) -> Formula:
        """The same formula with only these outputs, and only the definitions that they need."""
        outputs = tuple(self.output(name) for name in names)
        needed = set(program.symbols_of([o.expression for o in outputs]))
        kept: list[Definition] = []
        for definition in reversed(self.definitions):
            if definition.name in needed:
                kept.append(definition)
                needed.update(program.symbols_of([definition.expression]))
        return replace(self, outputs=outputs, definitions=tuple(reversed(kept)))

    def arranged(self, parameters: str) -> Formula:
        """The same formula with its inputs in this order: names separated by blanks, each of them once."""
        places = {name: k for k, name in enumerate(parameters.split())}
        if sorted(parameters.split()) != sorted(i.name for i in self.inputs):
            raise ValueError(
                f"parameters={parameters!r}: pass {' '.join(i.name for i in self.inputs)} in another order"
            )
        return replace(self, inputs=tuple(sorted(self.inputs, key=lambda item: places[item.name])))

    def count_ops(self, outputs: Sequence[str] | None = None) -> int:
        """Length as displayed: binary operations and powers, every definition once, atoms of the model not counted."""
        chosen = self if outputs is None else self.select(outputs)
        counted = [d.expression for d in chosen.definitions if not d.atom]
        return program.count_ops([*counted, *(o.expression for o in chosen.outputs)])

    def expanded(self) -> dict[str, Node]:
        """Every output as one program in the inputs alone (definitions put in; shared, so it does not grow)."""
        values: dict[str, Node] = {}
        memo: dict[Node, Node] = {}
        for definition in self.definitions:
            values[definition.name] = program.substitute(definition.expression, values)
        return {o.name: program.substitute(o.expression, values, memo) for o in self.outputs}

    # The printers stand above this module; a formula only knows that they exist.

    def expression(self, name: str) -> sympy.Expr:
        """One output as a SymPy expression in the parameters as they were declared, definitions put in.

        ``sn.bose`` and ``sn.fermi`` stand for occupations; with numbers for the parameters it has a value (``evalf``).
        """
        from symness.baths import bose, fermi
        from symness.convert import cos_half, sin_half, to_sympy
        from symness.parameters import Parameter

        functions = {
            "bose": bose,
            "fermi": fermi,
            "fermi_hole": lambda *bath: 1 - fermi(*bath),
            "bose_difference": lambda omega, T, mu, *other: bose(omega, T, mu) - bose(omega, *other),
            "fermi_difference": lambda omega, T, mu, *other: fermi(omega, T, mu) - fermi(omega, *other),
            "cos_half": cos_half,
            "sin_half": sin_half,
        }

        symbols = {
            i.name: Parameter(i.name, i.latex, **{"positive" if i.domain == "nonnegative" else "real": True})
            for i in self.inputs
        }
        return to_sympy(self.select([name]).expanded()[name], symbols, functions)

    def __str__(self) -> str:
        """Equations in the notation of Python, where they hold, and what they rest on."""
        from symness.plain import text

        return f"{self.name}\n{text(self, 110)}"

    def latex(self, **options: Any) -> str:
        """LaTeX of the whole formula (:func:`symness.latex.latex`)."""
        from symness.latex import latex

        return latex(self, **options)

    def numpy_source(self, **options: Any) -> str:
        """Source of a self-contained numpy module (:func:`symness.numpy_code.module_source`)."""
        from symness.numpy_code import module_source

        return module_source(self, **options)

    def check(self, points: int = 200, digits: int = 50, **options: Any) -> Any:
        """Compare the numpy evaluator with the mpmath reference (:func:`symness.verify.verify`)."""
        from symness.verify import verify

        return verify(self, points=points, digits=digits, **options)

    def _repr_latex_(self) -> str:
        return self.latex(notebook=True)
