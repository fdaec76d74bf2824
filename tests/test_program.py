"""Programs: local simplification, evaluation that commutes with rewriting, derivatives against finite differences."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
import systems
from hypothesis import assume, given
from hypothesis import strategies as st

import symness as sn
from symness import program
from symness.convert import from_sympy, to_sympy
from symness.formula import Formula, Input, Output
from symness.program import I, Node, add, call, div, mul, number, power, sqrt, symbol

X, Y, Z = (symbol(name) for name in "xyz")
NAMES = ("x", "y", "z")
FRACTIONS = st.fractions(min_value=-4, max_value=4, max_denominator=6)
POSITIVE = st.fractions(min_value=Fraction(1, 6), max_value=4, max_denominator=6)


def leaves(imaginary: bool) -> Any:
    chosen = [FRACTIONS.map(number), st.sampled_from([X, Y, Z])]
    return st.one_of(*chosen, st.just(I)) if imaginary else st.one_of(*chosen)


def expressions(imaginary: bool = False) -> Any:
    """Random expressions of sums, products, powers and quotients."""

    def extend(children: Any) -> Any:
        return st.one_of(
            st.lists(children, min_size=2, max_size=3).map(lambda c: add(*c)),
            st.lists(children, min_size=2, max_size=3).map(lambda c: mul(*c)),
            st.tuples(children, st.integers(0, 3)).map(lambda c: power(*c)),
            st.tuples(children, children).filter(lambda c: not c[1].is_zero).map(lambda c: div(*c)),
        )

    return st.recursive(leaves(imaginary), extend, max_leaves=12)


VALUES = st.fixed_dictionaries({name: POSITIVE for name in NAMES})


def exact(node: Node, values: dict[str, Any]) -> Any:
    """In Gaussian rationals, or reject where a denominator vanishes."""
    try:
        return program.evaluate([node], values, no_function, Gaussian, Gaussian(0, 1))[0]
    except ZeroDivisionError:
        assume(False)


def no_function(name: str, *arguments: Any, node: Node) -> Any:
    raise AssertionError(name)


class Gaussian:
    """A rational complex number: exact arithmetic of another make."""

    def __init__(self, re: Any, im: Any = 0) -> None:
        self.re, self.im = Fraction(re), Fraction(im)

    def __add__(self, other: Gaussian) -> Gaussian:
        return Gaussian(self.re + other.re, self.im + other.im)

    def __mul__(self, other: Gaussian) -> Gaussian:
        return Gaussian(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)

    def __truediv__(self, other: Gaussian) -> Gaussian:
        size = other.re**2 + other.im**2
        return self * Gaussian(other.re / size, -other.im / size)

    def __pow__(self, exponent: int) -> Gaussian:
        result = Gaussian(1)
        for _ in range(exponent):
            result = result * self
        return result

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Gaussian) and (self.re, self.im) == (other.re, other.im)

    def __hash__(self) -> int:
        return hash((self.re, self.im))


def gaussian(values: dict[str, Fraction]) -> dict[str, Gaussian]:
    return {name: Gaussian(value) for name, value in values.items()}


# -- building --------------------------------------------------------------------------------------------------------


def test_equal_expressions_are_one_object() -> None:
    assert add(X, mul(2, Y)) is add(X, mul(2, Y))
    assert X + Y is not Y + X  # nothing is reordered


def test_copies_are_the_same_object() -> None:
    node = div(add(X, Y), sqrt(Z))
    assert pickle.loads(pickle.dumps(node)) is node
    assert copy.deepcopy(node) is node


def test_nodes_are_immutable() -> None:
    with pytest.raises(AttributeError, match=r"immutable"):
        X.op = "number"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (add(X, 0), X),
        (mul(X, 1), X),
        (mul(X, 0), number(0)),
        (add(X, -X), number(0)),
        (add(mul(3, X), mul(-3, X)), number(0)),
        (add(1, X, 2), add(3, X)),
        (mul(2, X, Fraction(1, 2)), X),
        (power(X, 0), number(1)),
        (power(X, 1), X),
        (power(2, 3), number(8)),
        (div(X, X), number(1)),
        (div(X, 2), mul(Fraction(1, 2), X)),
        (div(0, X), number(0)),
        (sqrt(Fraction(9, 4)), number(Fraction(3, 2))),
        (program.mul(-1, -X), X),
        (X - X, number(0)),
        (2 - X, add(2, -X)),
        (1 / X, div(1, X)),
        (X**-2, div(1, power(X, 2))),
    ],
)
def test_local_simplification(built: Node, expected: Node) -> None:
    assert built is expected


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: number(0.5), TypeError, "exact numbers only.*Fraction"),
        (lambda: X + 0.5, TypeError, "exact numbers only"),
        (lambda: div(X, 0), ZeroDivisionError, "by zero"),
        (lambda: power(X, Fraction(1, 2)), TypeError, "use sqrt"),
        (lambda: call("gamma", X), ValueError, "unknown function 'gamma'.*sqrt"),
        (lambda: call("bose", X), TypeError, "bose takes 3 arguments, got 1"),
        (lambda: program.real_imag(call("exp", I)), ValueError, "no function of a complex number but abs"),
        (lambda: program.differentiate(call("wootters", X, Y, Y, X), "x"), ValueError, "wootters has no derivative"),
    ],
)
def test_misuse_is_named(build: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()


def test_a_deep_program_does_not_recurse() -> None:
    node = X
    for _ in range(20_000):
        node = add(mul(node, Y), 1)
    assert program.symbols_of([node]) == ["x", "y"]
    assert program.substitute(node, {"y": 0}) is number(1)
    assert program.count_ops([node], shared=True) == 40_000


# -- rewriting commutes with evaluation ------------------------------------------------------------------------------


@given(expressions(), st.sampled_from(NAMES), expressions(), VALUES)
def test_substitute_commutes_with_evaluation(node: Node, name: str, inner: Node, values: dict[str, Fraction]) -> None:
    point = gaussian(values)
    value = exact(inner, point)
    expected = exact(node, {**point, name: value})
    try:
        replaced = program.substitute(node, {name: inner})
    except ZeroDivisionError:
        assume(False)
    assert exact(replaced, point) == expected


def test_substitution_is_simultaneous() -> None:
    assert program.substitute(div(X, Y), {"x": Y, "y": X}) is div(Y, X)


@given(expressions(imaginary=True), VALUES)
def test_real_and_imaginary_part(node: Node, values: dict[str, Fraction]) -> None:
    point = gaussian(values)
    expected = exact(node, point)
    try:
        re, im = program.real_imag(node)
    except ZeroDivisionError:
        assume(False)
    assert exact(re, point) == Gaussian(expected.re)
    assert exact(im, point) == Gaussian(expected.im)
    assert all(part is not I for root in (re, im) for part in program.walk([root]))


@given(expressions(imaginary=True), VALUES)
def test_conjugate(node: Node, values: dict[str, Fraction]) -> None:
    point = gaussian(values)
    expected = exact(node, point)
    assert exact(program.conjugate(node), point) == Gaussian(expected.re, -expected.im)


def test_modulus() -> None:
    re, im = program.real_imag(call("abs", add(X, mul(I, Y))))
    assert im.is_zero
    assert systems.run([re], {"x": 3.0, "y": 4.0}) == [5.0]


@given(expressions(), VALUES)
def test_sympy_and_back(node: Node, values: dict[str, Fraction]) -> None:
    point = gaussian(values)
    expected = exact(node, point)
    expr = to_sympy(node)
    assume(not expr.has(sp.S.ComplexInfinity, sp.nan))
    assert exact(from_sympy(expr, NAMES), point) == expected


def test_the_expression_of_an_output_has_a_value() -> None:
    """Occupations, their differences and half angles in SymPy, against mpmath; T = 0 included."""
    w, T, U, m = (symbol(name) for name in ("w", "T", "U", "m"))
    outputs = {
        "bose": call("bose", w, T, m),
        "hole": call("fermi_hole", w, T, m),
        "bosons": call("bose_difference", w, T, m, U, 0),
        "fermions": call("fermi_difference", w, T, m, U, 0),
        "angle": call("cos_half", m, w) + 2 * call("sin_half", m, w),
    }
    inputs = (*(Input(name, name, "nonnegative") for name in ("w", "T", "U")), Input("m", "m"))
    formula = Formula("f", inputs, (), tuple(Output(name, node, name) for name, node in outputs.items()))
    point = {"w": sp.Rational(3, 2), "T": 2, "U": sp.Rational(5, 4), "m": sp.Rational(-1, 3)}
    x, y, half = (1.5 + 1 / 3) / 2, 1.5 / 1.25, mpmath.atan2(1.5, -1 / 3) / 2
    expected = {
        "bose": 1 / mpmath.expm1(x),
        "hole": 1 / (mpmath.exp(-x) + 1),
        "bosons": 1 / mpmath.expm1(x) - 1 / mpmath.expm1(y),
        "fermions": 1 / (mpmath.exp(x) + 1) - 1 / (mpmath.exp(y) + 1),
        "angle": mpmath.cos(half) + 2 * mpmath.sin(half),
    }
    for name, value in expected.items():
        expression = formula.expression(name)
        numbers = {s: point[s.name] for s in expression.free_symbols}
        assert float(expression.subs(numbers).evalf()) == pytest.approx(float(value), rel=1e-13)
        assert sn.prove(expression, formula.select([name]))
    assert [float(n.evalf()) for n in (sn.bose(1, 0), sn.fermi(1, 0, 2), sn.fermi(1, 0, 1))] == [0, 1, 0.5]
    assert sn.bose(1, 0, 2).evalf() is sp.nan


def test_replace_whole_subexpressions() -> None:
    node = add(div(X + Y, Z), power(X + Y, 2))
    assert program.replace(node, {X + Y: Z}) is add(1, power(Z, 2))


# -- counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "count"),
    [
        (X, 0),
        (number(7), 0),
        (-X, 0),
        (X + Y + Z, 2),
        (X - Y, 1),
        (mul(2, X, Y), 2),
        (mul(-1, X, Y), 1),
        (power(X, 3), 1),
        (div(X + Y, sqrt(Z)), 3),
        (call("bose", X, Y, 0), 1),
        (call("hypot", X, Y), program.count_ops([sqrt(X**2 + Y**2)])),
    ],
)
def test_count_ops(node: Node, count: int) -> None:
    assert program.count_ops([node]) == count


def test_count_ops_shared_and_displayed() -> None:
    shared = X + Y
    node = mul(shared, power(shared, 2))
    assert program.count_ops([node]) == 4
    assert program.count_ops([node], shared=True) == 3


# -- derivatives -----------------------------------------------------------------------------------------------------

T, MU = symbol("T"), symbol("mu")
SMOOTH = {
    "polynomial": 3 * X**3 * Y - X * Z + Y**2,
    "quotient": (X + Y) / (X * Y + Z),
    "sqrt": sqrt(X**2 + Y * Z),
    "exp": call("exp", X * Y) * X,
    "log": call("log", X + Y**2),
    "trigonometric": call("sin", X * Y) + call("cos", X) * call("tan", X / 4),
    "hyperbolic": call("sinh", X) - call("cosh", X * Y) * call("tanh", X),
    "abs": call("abs", X - 3 * Y),
    "largest": call("maximum", X * Y, Z) * call("maximum", X, Y**2),
    "smallest": call("minimum", X * Y, Z) * call("minimum", X, Y**2),
    "positive part": call("positive_part", X - 3 * Y) + call("positive_part", 3 * Y - X * Z),
    "modulus": call("hypot", X - Y, X * Z),
    "bose": call("bose", X + Y, X * Z, mul(Fraction(1, 9), X)),
    "fermi": call("fermi", X * Y, X + Z, X**2),
    "fermi_hole": call("fermi_hole", X * Y, X + Z, X**2),
    "bose_difference": call("bose_difference", X + Y, X, 0, Z * X, mul(Fraction(1, 9), X)),
    "fermi_difference": call("fermi_difference", X + Y, X, Y, Z * X, X),
    "half angles": call("cos_half", X - Y, Z) * call("sin_half", Y - X, X * Z),
}


def high_precision(name: str, *a: Any, node: Any = None) -> Any:
    """The functions of a program in mpmath, from their definitions."""

    def bose(w: Any, t: Any, m: Any) -> Any:
        return 1 / mpmath.expm1((w - m) / t)

    def fermi(w: Any, t: Any, m: Any) -> Any:
        return 1 / (mpmath.exp((w - m) / t) + 1)

    table = {
        "abs": abs,
        "maximum": max,
        "minimum": min,
        "positive_part": lambda x: max(x, mpmath.mpf(0)),
        "bose": bose,
        "fermi": fermi,
        "fermi_hole": lambda w, t, m: 1 - fermi(w, t, m),
        "bose_difference": lambda w, s, m, t, n: bose(w, s, m) - bose(w, t, n),
        "fermi_difference": lambda w, s, m, t, n: fermi(w, s, m) - fermi(w, t, n),
        "cos_half": lambda d, h: mpmath.cos(mpmath.atan2(h, d) / 2),
        "sin_half": lambda d, h: mpmath.sin(mpmath.atan2(h, d) / 2),
    }
    return table[name](*a) if name in table else getattr(mpmath, name)(*a)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("variable", NAMES)
def test_derivative_against_finite_differences(name: str, variable: str) -> None:
    node = SMOOTH[name]
    with mpmath.workdps(60):
        point = {"x": mpmath.mpf("0.83"), "y": mpmath.mpf("1.37"), "z": mpmath.mpf("0.59")}

        def value(root: Node, **changes: Any) -> Any:
            def convert(f: Fraction) -> Any:
                return mpmath.mpf(f.numerator) / f.denominator

            return program.evaluate([root], {**point, **changes}, high_precision, convert, mpmath.mpc(0, 1))[0]

        step = mpmath.mpf(10) ** -15
        up, down = (value(node, **{variable: point[variable] + s * step}) for s in (1, -1))
        slope = value(program.differentiate(node, variable))
        # the error of the central difference is of order step^2
        assert abs(slope - (up - down) / (2 * step)) < mpmath.mpf(10) ** -25 * max(1, abs(slope))


@given(expressions(), VALUES)
def test_the_derivative_of_a_product_with_an_expression(node: Node, values: dict[str, Fraction]) -> None:
    """(x f)' = f + x f' exactly, and the derivative does not see symbols that are not there."""
    point = gaussian(values)
    f, slope = exact(node, point), exact(program.differentiate(node, "x"), point)
    assert exact(program.differentiate(mul(X, node), "x"), point) == f + point["x"] * slope
    assert program.differentiate(node, "w").is_zero


def test_terms_with_one_bracket_are_gathered() -> None:
    bracket = add(Y, Z)
    found = program.gathered(add(add(X, mul(X, bracket)), mul(-1, Y, bracket)))
    assert found == add(X, mul(add(X, mul(-1, Y)), bracket))
    assert program.gathered(add(mul(-1, X, bracket), mul(-2, Y, bracket))) == mul(-1, add(X, mul(2, Y)), bracket)


@given(st.lists(expressions(), min_size=2, max_size=4), VALUES)
def test_gathering_changes_no_value(terms: list[Node], values: dict[str, Fraction]) -> None:
    whole = add(*terms, *(mul(term, add(X, Y)) for term in terms))
    found = program.gathered(whole)
    assert program.count_ops([found]) <= program.count_ops([whole])
    same = exact(add(found, mul(-1, whole)), gaussian(values))
    assert (same.re, same.im) == (0, 0)


# -- conversion ------------------------------------------------------------------------------------------------------


def test_unknown_functions_and_floats_are_refused() -> None:
    x = sn.parameters("x", positive=True)
    with pytest.raises(sn.ModelError, match=r"erf is not known to evaluators"):
        from_sympy(sp.erf(x))
    with pytest.raises(sn.ModelError, match=r"a float; pass an exact one"):
        from_sympy(sp.Float(0.1) * x)
    with pytest.raises(sn.ModelError, match=r"only integer and half-integer powers"):
        from_sympy(x ** sp.Rational(1, 3))


def test_roots_of_numbers_are_taken_prime_by_prime() -> None:
    assert from_sympy(sp.sqrt(6)) is from_sympy(sp.sqrt(2) * sp.sqrt(3, evaluate=False))
    assert from_sympy(sp.sqrt(sp.Rational(9, 2))) is mul(Fraction(3, 2), sqrt(2))
