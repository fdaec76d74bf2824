"""Lowering: signs, magnitudes and tests for lost digits; one operation per statement; the careful program."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symness import program
from symness.cancellation import Analysis
from symness.careful import careful_program
from symness.formula import Condition, Definition, Formula, Input, Output
from symness.lowering import fast_program
from symness.program import I, Node, call, symbol
from symness.realise import realise
from symness.signs import absolute
from symness.statements import Statement
from symness.strength import reduced

A, B, C, T, U, W, X, Y = (symbol(name) for name in "a b c T U w x y".split())
HALF = Fraction(1, 2)


def analysis() -> Analysis:
    return Analysis("a b c T U w".split())


def formula(
    outputs: dict[str, Node],
    definitions: tuple[Definition, ...] = (),
    conditions: tuple[Condition, ...] = (),
    **domains: str,
) -> Formula:
    """``a b c T U w`` are non-negative, ``x y`` real; the domain of an output is given by its name."""
    inputs = tuple(Input(n, n, "real" if n in "xy" else "nonnegative") for n in "a b c T U w x y".split())
    items = tuple(Output(k, v, k, domain=domains.get(k, "real")) for k, v in outputs.items())
    return Formula("f", inputs, definitions, items, conditions)


def operations(outputs: dict[str, Node]) -> list[str]:
    return [statement.operation for statement in fast_program(formula(outputs), tests=False).statements]


# ---- signs and magnitudes ----


@pytest.mark.parametrize(
    ("node", "sign"),
    [
        (A * B / C, 1),
        (-A * B, -1),
        (A - B, 0),
        (A + 1, 1),
        (-A - 2 * B, -1),
        (X**2, 1),
        (X**3, 0),
        ((-A) ** 3, -1),
        (call("exp", X), 1),
        (call("log", A), 0),
        (call("maximum", X, A), 1),
        (call("minimum", X, A), 0),
        (call("minimum", X, -A), -1),
        (call("sin_half", X, A), 1),
        (call("sin_half", A, X), 0),
        (call("bose_difference", W, T, 0, U, 0), 0),
        (call("tanh", -A), -1),
        (call("sinh", A), 1),
        (call("sinh", X), 0),
    ],
)
def test_signs(node: Node, sign: int) -> None:
    assert analysis().sign(node) == sign


@pytest.mark.parametrize(
    "node",
    [
        A + B * C,
        A - B,  # one rounding
        2 * X - Y,
        (A - B) * X / (1 + A),
        program.sqrt((A - B) ** 2 + C**2),
        call("bose", W, T, 0) * X,
        call("bose", A - B, T, X),
        call("fermi_difference", X, T, Y, U, Y),
        call("exp", A * B),
        call("cos", X),
        call("positive_part", X - Y),
    ],
)
def test_clean_nodes_need_no_test(node: Node) -> None:
    known = analysis()
    assert known.clean(node)
    assert known.magnitude(node) is absolute(node, known.sign(node))


def test_magnitudes_are_the_formula_without_subtractions() -> None:
    known = analysis()
    difference = A * B - C
    assert known.magnitude(difference) is A * B + C
    assert known.magnitude(difference * X) is program.mul(A * B + C, call("abs", X))
    assert known.magnitude(difference / A) is (A * B + C) / A
    assert known.magnitude(difference**2) is (A * B + C) * call("abs", difference)
    assert known.magnitude(call("abs", difference)) is A * B + C
    assert known.magnitude(3 * X * Y - 1) is program.mul(3, call("abs", X * Y)) + 1
    assert known.magnitude(call("maximum", difference, A)) is call("maximum", A * B + C, A)


def test_tests_of_products_are_those_of_their_factors() -> None:
    known = analysis()
    first, second = A * B - C, 1 - A * C
    expected = [(A * B + C, first), (1 + A * C, second)]
    assert sorted(known.tests(first / second), key=repr) == sorted(expected, key=repr)
    assert known.tests(program.sqrt(first) * X) == [expected[0]]
    assert known.tests(2 * call("positive_part", first)) == [expected[0]]


def test_what_a_shared_denominator_loses_is_lost_once() -> None:
    known = analysis()
    first, second, norm = A * B - C, A - B * C, 1 - A * C
    norm_test = (1 + A * C, norm)
    total = first / norm + X * (second / norm)
    value = program.mul(call("abs", total), call("abs", norm))
    magnitude = (A * B + C) + program.mul(call("abs", X), A + B * C)
    assert known.tests(total) == [(magnitude, value), norm_test]
    modulus = call("hypot", first / norm, second / norm)
    value = program.mul(modulus, call("abs", norm))
    assert known.tests(modulus) == [((A * B + C) + (A + B * C), value), norm_test]
    # With a term beside the quotients the denominator counts where it stands.
    beside = first / norm + 1
    loss = program.mul(call("abs", first / norm), 1 + A * C)
    assert known.tests(beside) == [(((A * B + C) + loss) / call("abs", norm) + 1, beside)]
    assert known.magnitude(first / norm) is ((A * B + C) + loss) / call("abs", norm)


def test_tests_that_others_imply_are_named() -> None:
    p, q = (A * B - C) / (1 - A * C), (A - B * C) / (1 - A * C)
    clipped = call("positive_part", call("abs", X) - program.sqrt(call("positive_part", p * q)))
    whole = fast_program(formula({"p": p, "q": q, "c": clipped}))
    (only,) = set(whole.tests["c"]) - set(whole.tests["p"])
    assert {only: set(whole.implied[only])} == {only: {*whole.tests["p"], *whole.tests["q"]}}
    assert fast_program(formula({"p": p, "c": clipped})).implied == {}


def test_half_angles_need_no_root_in_squares_and_products() -> None:
    cos, sin = call("cos_half", X, Y), call("sin_half", X, Y)
    outputs = {"c": cos**2, "s": sin**2, "p": cos * sin * A}
    statements = reduced(fast_program(formula(outputs)), "a b c T U w x y".split()).statements
    kinds = [statement.operation for statement in statements]
    assert kinds.count("sqrt") == 1
    assert kinds.count("copysign") == 1


@pytest.mark.parametrize(("cosines", "sines"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1)])
def test_half_angles_in_a_product_keep_their_number(cosines: int, sines: int) -> None:
    halves = [call("cos_half", X, Y)] * cosines + [call("sin_half", X, Y)] * sines
    found = fast_program(formula({"p": program.mul(*halves, A)}), tests=False)
    known: dict[object, float] = {"a": 0.7, "x": 0.8, "y": -1.3}
    for target, operation, operands in found.statements:
        known[target] = getattr(np, operation)(*(known.get(item, item) for item in operands))
    half = np.arctan2(-1.3, 0.8) / 2
    assert known[found.parts["p"][0]] == pytest.approx(0.7 * np.cos(half) ** cosines * np.sin(half) ** sines, rel=1e-14)


def test_occupations_are_tested_at_their_argument() -> None:
    known = analysis()
    low = HALF * (A + B) - HALF * program.sqrt((A - B) ** 2 + C**2)
    high = HALF * (A + B) + HALF * program.sqrt((A - B) ** 2 + C**2)
    assert known.tests(call("bose", high, T, 0)) == []
    assert known.tests(call("bose", low, T, 0)) == [(high, low)]
    # A Fermi function at its resonance is insensitive: the comparison is with the temperature as well.
    assert known.tests(call("fermi", high, T, X)) == [
        (T + (high + call("abs", X)), T + call("abs", high - X)),
    ]
    distance = W * (T - U) - X * (T - U) + T * (X - Y)
    (magnitude, value), *rest = known.tests(call("bose_difference", W, T, X, U, Y))
    assert rest == []
    assert set(program.symbols_of([value])) == set(program.symbols_of([distance]))
    assert known.sign(magnitude) == 1


# ---- statements ----


def test_sums_subtract_and_powers_square() -> None:
    assert operations({"o": A - B}) == ["subtract"]
    assert operations({"o": -A + B}) == ["subtract"]
    assert operations({"o": -A - B}) == ["negative", "subtract"]
    assert operations({"o": A - HALF * B * C}) == ["multiply", "multiply", "subtract"]
    assert operations({"o": A**4}) == ["square", "square"]
    assert operations({"o": A**5}) == ["square", "square", "multiply"]
    assert operations({"o": -A}) == ["negative"]
    assert operations({"o": A}) == []


def test_shared_work_is_done_once() -> None:
    n, m = call("bose", W, T, 0), call("bose", W, U, 0)
    once = operations({"n": n, "m": m})
    assert once.count("expm1") == 2
    both = operations({"n": n, "m": m, "d": call("bose_difference", W, T, 0, U, 0)})
    assert both.count("expm1") == 3
    angle = operations({"c": call("cos_half", X, Y), "s": call("sin_half", X, Y)})
    assert angle.count("sqrt") == 2
    assert angle.count("copysign") == 2  # one of them for the sign of y
    assert operations({"p": A * B, "q": B * A}).count("multiply") == 1
    assert operations({"d": call("bose_difference", W, T, X, T, X)}) == []
    eigen = {"v": call("eigenvalue", 0, 2, A, X, X, B), "u": call("eigenvector", 1, 0, 2, A, X, X, B)}
    assert operations(eigen) == ["eigh", "eigenvalue", "eigenvector"]


def test_targets_carry_the_names_of_definitions() -> None:
    definitions = (Definition("v1", A + B, "v"), Definition("n", call("bose", W, T, 0), "n"))
    result = fast_program(formula({"o": symbol("v1") * symbol("n")}, definitions))
    targets = [statement.target for statement in result.statements]
    assert {"v1", "n"} < set(targets)
    assert len(set(targets)) == len(targets)
    assert result.parts["o"][0] in targets


def test_every_operand_exists_before_its_use() -> None:
    definitions = (Definition("q", (A + I * X) / (B - C * A + I * Y), "q"),)
    outputs = {"q": symbol("q"), "m": call("abs", symbol("q")) - A * B, "ok": A * B - C, "e": A - B * C}
    whole = formula(outputs, definitions, (Condition(A * B - C, "c < a b"),), q="complex", ok="bool")
    for result in (fast_program(whole), careful_program(whole)):
        known = {"_TAU", *(item.name for item in whole.inputs)}
        for statement in result.statements:
            assert {x for x in statement.operands if isinstance(x, str)} - {"bose", "fermi"} <= known
            known.add(statement.target)
        assert {x for parts in result.parts.values() for x in parts if isinstance(x, str)} <= known
    fast = fast_program(whole)
    assert len(fast.parts["q"]) == 2
    assert len(fast.conditions) == 1
    assert fast.tests["ok"] == ()
    assert len(fast.tests["e"]) == 1
    assert fast_program(whole, ["e"]).parts.keys() == {"e"}


# ---- complex numbers, careful statements ----


def test_realise_splits_complex_definitions() -> None:
    definitions = (Definition("q", A + I * X, "q"), Definition("r", symbol("q") ** 2, "r"))
    real = realise(formula({"o": symbol("r") / B, "m": call("abs", symbol("q"))}, definitions, o="complex"))
    assert [name for name, _ in real.definitions] == ["q_re", "q_im", "r_re", "r_im"]
    values = {"a": 2.0, "b": 4.0, "x": 3.0}
    re, im = program.evaluate(list(real.expanded["o"]), values, lambda *_, **__: None, float)
    assert complex(re, im) == (2 + 3j) ** 2 / 4
    (modulus,) = real.expanded["m"]
    assert modulus is call("hypot", A, X)


def test_baths_that_meet_one_frequency_are_one_group() -> None:
    outputs = {
        "d": call("bose_difference", W, T, 0, U, 0) * call("bose", W, C, 0),
        "h": call("fermi_hole", W, T, X) + call("fermi", W, T, X) + call("fermi", A, T, X),
    }
    statements = careful_program(formula(outputs)).statements
    groups = [statement for statement in statements if statement.operation == "baths"]
    assert [group.operands[0] for group in groups] == ["bose", "fermi", "fermi"]
    assert groups[0].operands == ("bose", "w", "T", 0.0, "U", 0.0, "c", 0.0)
    first = groups[0].target
    assert Statement("", "difference", (first, 0, 1))[1:] in {s[1:] for s in statements}
    assert Statement("", "occupation", (first, 2))[1:] in {s[1:] for s in statements}


def test_only_currents_vanish_with_the_temperature() -> None:
    n = call("bose", W, T, 0)
    kinds = {s.operation for s in careful_program(formula({"s": A * n / T})).statements}
    assert "per_temperature" in kinds
    assert "divide" not in kinds
    assert "per_temperature" not in {s.operation for s in careful_program(formula({"s": n + U / T})).statements}


def test_numbers_are_exact_in_the_careful_program() -> None:
    statements = careful_program(formula({"o": Fraction(1, 3) * A + 2 * B})).statements
    assert Statement("c1", "number", (1, 3)) in statements
    assert np.isfinite([x for s in statements for x in s.operands if isinstance(x, float)]).all()
