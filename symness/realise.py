"""A formula in real arithmetic: everything complex split into real and imaginary parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symness import program
from symness.formula import Formula
from symness.program import Node

__all__ = ["RealFormula", "fresh", "realise"]


@dataclass(frozen=True)
class RealFormula:
    """A formula in real arithmetic.

    Attributes
    ----------
    definitions : tuple of (name, expression)
        In order; a complex one became two, ``name_re`` and ``name_im``.
    parts : mapping
        Output -> (value,) or (real part, imaginary part), in the inputs and definitions.
    conditions : tuple of Node
    expanded, expanded_conditions
        The same in the inputs alone.
    named : mapping
        Expanded definition -> its name, so that statements read like the formula.
    """

    definitions: tuple[tuple[str, Node], ...]
    parts: Mapping[str, tuple[Node, ...]]
    conditions: tuple[Node, ...]
    expanded: Mapping[str, tuple[Node, ...]]
    expanded_conditions: tuple[Node, ...]
    named: Mapping[Node, str]


def realise(formula: Formula) -> RealFormula:
    """Split definitions and outputs into real and imaginary parts.

    Raises
    ------
    ValueError
        If an output that is not declared complex has an imaginary part.
    """
    taken = {item.name for item in formula.inputs} | {item.name for item in formula.definitions}
    halves: dict[str, Node] = {}
    definitions: list[tuple[str, Node]] = []
    for item in formula.definitions:
        re, im = program.real_imag(program.substitute(item.expression, halves))
        if im.is_zero:
            definitions.append((item.name, re))
            continue
        names = [fresh(f"{item.name}_{part}", taken) for part in ("re", "im")]
        halves[item.name] = program.symbol(names[0]) + program.I * program.symbol(names[1])
        definitions.extend(zip(names, (re, im), strict=True))
    parts: dict[str, tuple[Node, ...]] = {}
    for output in formula.outputs:
        re, im = program.real_imag(program.substitute(output.expression, halves))
        if not im.is_zero and not output.is_complex:
            raise ValueError(
                f"output {output.name!r} has an imaginary part but domain {output.domain!r}: "
                "declare domain='complex', or pass its real part or its absolute value"
            )
        parts[output.name] = (re, im) if output.is_complex else (re,)
    conditions = tuple(program.real_imag(program.substitute(c.expression, halves))[0] for c in formula.conditions)

    values: dict[str, Node] = {}
    named: dict[Node, str] = {}
    for name, node in definitions:
        values[name] = program.substitute(node, values)
        named.setdefault(values[name], name)
    memo: dict[Node, Node] = {}
    return RealFormula(
        tuple(definitions),
        parts,
        conditions,
        {name: tuple(program.substitute(node, values, memo) for node in nodes) for name, nodes in parts.items()},
        tuple(program.substitute(node, values, memo) for node in conditions),
        named,
    )


def fresh(name: str, taken: set[str]) -> str:
    """``name``, with underscores until it is new; recorded in ``taken``."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
