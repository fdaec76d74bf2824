"""Plain text of formulas: it reads back as the same expression, with no bracket too many."""

from __future__ import annotations

import cmath
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symness import program
from symness.formula import Definition, Formula, Input, Output
from symness.plain import LONGEST, equations, expression_text
from symness.program import Node

a, b, c = (program.symbol(name) for name in "abc")
VALUES = {"a": 1.25, "b": -0.75, "c": 0.5}


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (a * b + c, "a*b + c"),
        ((a + b) * c, "(a + b)*c"),
        (a - (b - c), "a - (b - c)"),
        (program.mul(Fraction(-3, 4), a, b), "-3*a*b/4"),
        (program.mul(a, program.mul(-1, b)), "-a*b"),
        (a / (b * c), "a/(b*c)"),
        (a / b * c, "a/b*c"),
        ((a + b) ** 2, "(a + b)**2"),
        (1 / (a**2 + program.I * b), "1/(a**2 + i*b)"),
        (program.call("bose", a, b, 0), "bose(a, b)"),
        (program.call("fermi", a, b, c), "fermi(a, b, c)"),
        (c * program.call("fermi_hole", a, b, 0), "c*(1 - fermi(a, b))"),
        (c * program.call("bose_difference", a, b, 0, c, 0), "c*(bose(a, b) - bose(a, c))"),
        (program.call("sin_half", a, b), "sin(atan2(b, a)/2)"),
        (program.call("positive_part", a - b), "max(0, a - b)"),
    ],
)
def test_brackets_and_meaning(node: Node, text: str) -> None:
    assert expression_text(node) == text


numbers = st.fractions(min_value=-3, max_value=3, max_denominator=5)
leaves = st.sampled_from([a, b, c, program.I]) | numbers.map(program.number)
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner, inner).map(lambda t: program.add(*t)),
        st.tuples(numbers, inner, inner).map(lambda t: program.mul(*t)),
        st.tuples(inner, inner).map(lambda t: t[0] if t[1].is_zero else program.div(*t)),
        st.tuples(inner, st.integers(1, 3)).map(lambda t: program.power(*t)),
        st.tuples(inner, inner).map(lambda t: t[0] - t[1]),
    ),
    max_leaves=12,
)


@given(nodes)
def test_the_text_means_what_the_program_computes(node: Node) -> None:
    def never(name: str, *_: Any, node: Node) -> complex:
        raise AssertionError(name)

    text = expression_text(node)
    try:
        value = program.evaluate([node], VALUES, never, float, 1j)[0]
    except ZeroDivisionError:
        return
    assert cmath.isclose(eval(text, {**VALUES, "i": 1j}), value, rel_tol=1e-6, abs_tol=1e-6)


def example(output: Node) -> Formula:
    inputs = tuple(Input(name, name) for name in "abc")
    return Formula("f", inputs, (Definition("d", program.call("bose", a, b, 0), "d"),), (Output("y", output, "y"),))


def test_equations_in_order_with_their_meaning() -> None:
    assert list(equations(example(program.symbol("d") * c), 80)) == [
        "  y = d*c",
        "where",
        "  d = bose(a, b)",
        "  bose(omega, T, mu=0) = 1/(exp((omega - mu)/T) - 1)",
    ]


def test_long_lines_break_before_a_term_and_lose_nothing() -> None:
    total = program.add(*(program.mul(k, a, b) for k in range(2, 60)))
    text = next(equations(example(total), 60))
    lines = text.split("\n")
    assert len(lines) > 2
    assert max(map(len, lines)) <= 60
    assert all(line.lstrip().startswith("+ ") for line in lines[1:])
    assert " ".join(text.split()) == "y = " + expression_text(total)


def test_what_nobody_can_read_is_not_written_out() -> None:
    node = a
    for _ in range(60):
        node = node * node + b
    (line,) = equations(example(node), 80)
    assert "too long" in line
    assert program.count_ops([node]) > LONGEST
