"""Strength reduction: the same values from fewer operations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from symness.statements import Operand, Program, Statement
from symness.strength import reduced

INPUTS = ("a", "b", "c", "d", "x", "y")


def program(text: str, *parts: Operand, tests: Sequence[str] = (), conditions: Sequence[Operand] = ()) -> Program:
    """One statement a line: ``target operation operands``; the output ``o`` has the given parts."""
    statements = []
    for line in filter(None, map(str.strip, text.splitlines())):
        target, operation, *items = line.split()
        operands = tuple(item if item[0].isalpha() or item[0] == "_" else float(item) for item in items)
        statements.append(Statement(target, operation, operands))
    return Program(statements, {"o": parts}, {"o": tuple(tests)}, {}, tuple(conditions))


def run(given: Program, values: Mapping[str, float]) -> dict[Operand, float]:
    known: dict[Operand, float] = {"_TAU": 64.0, **values}
    for target, operation, operands in given.statements:
        x = [known[item] if isinstance(item, str) else item for item in operands]
        assert target not in known
        known[target] = x[0] <= x[1] * x[2] if operation == "at_most" else float(getattr(np, operation)(*x))
    return known


def agree(given: Program, tolerance: float = 4e-15) -> Program:
    """The reduced program, after it gave the same numbers at random points of either sign."""
    shorter = reduced(given, INPUTS)
    rng = np.random.default_rng(1)
    for _ in range(20):
        values = dict(zip(INPUTS, rng.normal(size=len(INPUTS)).tolist(), strict=True))
        old, new = run(given, values), run(shorter, values)
        for before, after in zip(given.parts["o"], shorter.parts["o"], strict=True):
            one, other = (known.get(item, item) for known, item in ((old, before), (new, after)))
            assert other == pytest.approx(one, rel=tolerance, abs=0, nan_ok=True)
        for test in given.tests["o"]:
            assert new[test] == old[test]
        for before, after in zip(given.conditions, shorter.conditions, strict=True):
            assert (old[before] > 0) == (new[after] > 0)
    return shorter


def counts(given: Program) -> Counter[str]:
    return Counter(statement.operation for statement in given.statements)


def test_powers_of_two_cancel() -> None:
    shorter = agree(
        program(
            """
            p multiply 2 a
            q multiply 2 b
            r multiply p q
            s multiply 4 c
            t subtract r s
            u multiply 0.25 t
            v divide u d
            """,
            "v",
        ),
        tolerance=0,
    )
    assert counts(shorter) == {"multiply": 1, "subtract": 1, "divide": 1}
    assert shorter.parts["o"] == ("v",)


def test_signs_and_factors_through_every_operation() -> None:
    lines = """
        p multiply -2 a
        q multiply 4 b
        r negative c
        s1 add p q
        s2 subtract r p
        s3 add p 1
        s4 subtract 3 q
        n1 absolute p
        n2 square p
        n3 absolute q
        n4 sqrt n3
        n5 multiply 2 n3
        n6 sqrt n5
        m1 maximum p 0
        m2 minimum p q
        m3 maximum p r
        m4 maximum q 0
        m5 fmax p p
        c1 copysign p r
        c2 copysign x p
        h1 hypot p r
        h2 hypot r c
        e1 exp p
        d1 divide 1 p
        d2 divide p q
        d3 divide r 3
        g1 greater_equal q 0
        g2 greater_equal p 0
        t1 at_most n1 _TAU n3
        t2 at_most n3 _TAU n2
        k multiply 0.5 q
        """
    names = [line.split()[0] for line in lines.split("\n") if line.strip()]
    parts = [name for name in names if not name.startswith("t")]
    agree(program(lines, *parts, tests=("t1", "t2"), conditions=("k", "p")))


def test_one_reciprocal_for_three_divisions() -> None:
    text = "p divide a d\nq divide b d\nr divide c d"
    assert counts(agree(program(text, "p", "q", "r"))) == {"divide": 1, "multiply": 3}
    assert counts(agree(program(text, "p", "q"))) == {"divide": 2}
    existing = "i divide 1 d\n" + text
    assert counts(agree(program(existing, "i", "p", "q", "r"))) == {"divide": 1, "multiply": 3}


def test_products_share_their_pairs() -> None:
    text = """
        p multiply a b
        q multiply p x
        r multiply c d
        s multiply r x
        t multiply b c
        u multiply t x
        v multiply a d
        w multiply v x
        """
    assert counts(agree(program(text, "q", "s", "u", "w"))) == {"multiply": 6}
    powers = "p square a\nq multiply p b\nr multiply q b\ns multiply a b"
    assert counts(agree(program(powers, "r", "s"))) == {"square": 1, "multiply": 3}


def test_sums_are_not_regrouped() -> None:
    """(a - b) + c keeps the digits of a difference that is exact."""
    given = program("p subtract a b\nq add p c\nr add a c", "q", "r")
    shorter = reduced(given, INPUTS)
    values = dict.fromkeys(INPUTS, 0.0) | {"a": 1.0, "b": 1.0 - 2.0**-53, "c": 1e-30}
    assert run(shorter, values)[shorter.parts["o"][0]] == 2.0**-53 + 1e-30
    assert shorter.statements == given.statements


def test_what_nobody_needs_is_dropped() -> None:
    shorter = reduced(program("p exp a\nq exp b", "q", "x", 2.0), INPUTS)
    assert [statement.target for statement in shorter.statements] == ["q"]
    assert shorter.parts["o"] == ("q", "x", 2.0)


def test_long_chains_of_doublings_do_not_overflow_a_factor() -> None:
    text = "v0 add a b\n" + "\n".join(f"v{k + 1} multiply 1024 v{k}" for k in range(100)) + "\nz subtract v100 v100"
    shorter = reduced(program(text, "v100", "z"), INPUTS)
    found = run(shorter, dict.fromkeys(INPUTS, 0.0) | {"a": math.ldexp(1.0, -900)})
    assert found[shorter.parts["o"][0]] == 2.0**100
