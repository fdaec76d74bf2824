"""Generated modules: values against mpmath, the contract of evaluate, and what happens where digits are lost."""

from __future__ import annotations

import itertools
import math
import os
import pickle
import subprocess
import sys
import tracemalloc
import warnings
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from symness import program
from symness.evaluator import Evaluator
from symness.formula import Condition, Definition, Formula, Input, Output
from symness.numpy_code import digest, main_kernel_statements, module_source
from symness.program import Node, call, symbol

EPS = 2.0**-52


# ---- a second route: the same program in mpmath, with enough digits to forget about rounding ----


def _mp_function(name: str, *x: Any, node: Any = None) -> Any:
    if name in ("bose", "fermi", "fermi_hole"):
        omega, temperature, mu = x
        energy = omega - mu
        if temperature == 0:
            filled = mpmath.mpf(0) if energy > 0 else mpmath.mpf(1 if energy < 0 else "0.5")
            return 1 - filled if name == "fermi_hole" else filled
        sign = -1 if name == "bose" else 1
        return 1 / (mpmath.exp((-energy if name == "fermi_hole" else energy) / temperature) + sign)
    if name.endswith("difference"):
        single = name.removesuffix("_difference")
        return _mp_function(single, x[0], x[1], x[2]) - _mp_function(single, x[0], x[3], x[4])
    if name in ("cos_half", "sin_half"):
        return getattr(mpmath, name[:3])(mpmath.atan2(x[1], x[0]) / 2)
    if name == "positive_part":
        return max(x[0], mpmath.mpf(0))
    if name in ("minimum", "maximum"):
        return {"minimum": min, "maximum": max}[name](*x)
    if name.startswith("eigen"):
        places = 1 if name == "eigenvalue" else 2
        n = int(x[places])
        values, vectors = mpmath.eigsy(mpmath.matrix(n, n) + mpmath.matrix(_rows(x[places + 1 :], n)))
        k = n - 1 - int(x[places - 1])
        column = [vectors[row, k] for row in range(n)]
        flip = -1 if max(column, key=abs) < 0 else 1
        return values[k] if places == 1 else flip * column[int(x[0])]
    return abs(x[0]) if name == "abs" else getattr(mpmath, name)(*x)


def _rows(entries: Any, n: int) -> list[list[Any]]:
    return [list(entries[k * n : (k + 1) * n]) for k in range(n)]


def exact(formula: Formula, point: Mapping[str, float], digits: int = 400) -> dict[str, Any]:
    with mpmath.workdps(digits):
        expanded = formula.expanded()
        values = {name: mpmath.mpf(float(value)) for name, value in point.items()}
        results = program.evaluate(
            list(expanded.values()),
            values,
            _mp_function,
            lambda q: mpmath.mpf(q.numerator) / q.denominator,
            mpmath.mpc(0, 1),
        )
        return dict(zip(expanded, results, strict=True))


def worst(formula: Formula, evaluate: Any, points: Mapping[str, np.ndarray], name: str) -> float:
    """Largest relative error of one output over 1-d arrays of parameters."""
    found = evaluate(**points, outputs=[name])[name]
    largest = 0.0
    for k in range(len(found)):
        truth = exact(formula, {key: value[k] for key, value in points.items()})[name]
        if abs(truth) > 1e-290:
            largest = max(largest, float(abs(mpmath.mpmathify(found[k].item()) - truth) / abs(truth)))
        else:
            assert abs(found[k]) < 1e-280
    return largest


def simple(name: str, outputs: Mapping[str, Node], inputs: str, real: str = "", **options: Any) -> Formula:
    """A formula without definitions: inputs non-negative but for those in ``real``."""
    items = tuple(Input(i, i, "real" if i in real.split() else "nonnegative") for i in inputs.split())
    domains = options.pop("domains", {})
    values = tuple(Output(k, v, k, domain=domains.get(k, "real")) for k, v in outputs.items())
    return Formula(name, items, (), values, **options)


W, T, U, MU, NU = (symbol(s) for s in ("w", "T", "U", "mu", "nu"))
A, B, C, D = (symbol(s) for s in "abcd")


def log_uniform(rng: np.random.Generator, low: float, high: float, n: int) -> np.ndarray:
    return np.exp(rng.uniform(math.log(low), math.log(high), n))


# ---- atoms ----


def atoms() -> Formula:
    outputs = {
        "bose": call("bose", W, T, 0),
        "bose_difference": call("bose_difference", W, T, 0, U, 0),
        "fermi": call("fermi", W, T, MU),
        "hole": call("fermi_hole", W, T, MU),
        "fermi_difference": call("fermi_difference", W, T, MU, U, NU),
    }
    return simple("atoms", outputs, "w T U mu nu", real="mu nu")


@pytest.mark.parametrize("name", ["bose", "bose_difference", "fermi", "hole", "fermi_difference"])
@pytest.mark.parametrize("near", [0.0, 1e-12, 1e-9, 1e-3])
def test_bath_functions_keep_their_digits(name: str, near: float) -> None:
    rng = np.random.default_rng(7)
    n = 40
    t = log_uniform(rng, 0.05, 50, n)
    mu = rng.uniform(-3, 3, n)
    points = {"w": log_uniform(rng, 0.1, 20, n), "T": t, "mu": mu}
    points["U"] = t * (1 + near) if near else log_uniform(rng, 0.05, 50, n)
    points["nu"] = mu if near else rng.uniform(-3, 3, n)
    scale = np.max(np.abs(points["w"] - mu) / np.minimum(t, points["U"]))
    assert worst(atoms(), Evaluator(atoms()), points, name) < 10 * EPS * max(1, scale)


def test_zero_temperature_is_exact() -> None:
    evaluate = Evaluator(atoms())
    grid = evaluate(w=1.0, T=0.0, U=[0.0, 2.0], mu=np.array([[0.5], [1.0], [1.5]]), nu=0.25)
    assert np.all(grid["bose"] == 0)
    assert grid["fermi"][:, 0].tolist() == [0.0, 0.5, 1.0]
    assert grid["hole"][:, 0].tolist() == [1.0, 0.5, 0.0]
    np.testing.assert_allclose(grid["bose_difference"], [[0, -1 / math.expm1(0.5)]] * 3, rtol=4 * EPS)
    other = 1 / (math.exp(0.75 / 2) + 1)
    expected = [[0.0, -other], [0.5, 0.5 - other], [1.0, 1 - other]]
    np.testing.assert_allclose(grid["fermi_difference"], expected, rtol=8 * EPS)
    swapped = evaluate(w=1.0, U=0.0, T=[0.0, 2.0], nu=np.array([[0.5], [1.0], [1.5]]), mu=0.25)
    np.testing.assert_allclose(-swapped["fermi_difference"], expected, rtol=8 * EPS)


def test_fermi_function_is_one_half_at_resonance() -> None:
    assert np.all(Evaluator(atoms())(w=1, T=[0, 1e-300, 1, 1e300], U=1, mu=1, nu=1)["fermi"] == 0.5)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("coupling", [-1, 1])
def test_mixing_angle(sign: int, coupling: int) -> None:
    x, y = symbol("delta"), symbol("lam")
    formula = simple("angle", {k: call(k, x, y) for k in ("cos_half", "sin_half")}, "delta lam", real="delta lam")
    ratio = np.array([1e-12, 1e-5, 0.3, 1.0, 7.0, 1e9])
    points = {"delta": sign * np.ones(6), "lam": coupling * ratio}
    for name in ("cos_half", "sin_half"):
        assert worst(formula, Evaluator(formula), points, name) < 5 * EPS


@pytest.mark.parametrize("scale", [0.0, 1e-320, 1e-200, 1e-146, 1.0, 1e150, 1e200])
def test_moduli_of_any_size(scale: float) -> None:
    formula = simple("modulus", {"m": call("abs", A + program.I * B)}, "a b", real="a b")
    points = {"a": scale * np.array([3.0, -1.0, 0.0, 0.1]), "b": scale * np.array([-4.0, 1e-9, 2.0, 0.3])}
    found = Evaluator(formula)(**points)["m"]
    np.testing.assert_allclose(found, np.hypot(points["a"], points["b"]), rtol=3 * EPS, atol=5e-324)


@pytest.mark.parametrize("sign", [-1, 1])
def test_squares_and_products_of_half_angles(sign: int) -> None:
    x, y = symbol("delta"), symbol("lam")
    cos, sin = call("cos_half", x, y), call("sin_half", x, y)
    formula = simple("angle", {"c": cos**2, "s": sin**4, "p": 3 * cos * sin}, "delta lam", real="delta lam")
    points = {"delta": sign * np.ones(6), "lam": np.array([1e-12, -1e-5, 0.3, -1.0, 7.0, 1e9])}
    for name in "csp":
        assert worst(formula, Evaluator(formula), points, name) < 12 * EPS


def test_eigensystem() -> None:
    entries = [A, B, 0, B, C, B, 0, B, D]
    outputs = {f"value_{k}": call("eigenvalue", k, 3, *entries) for k in range(3)}
    outputs |= {f"vector_{i}{k}": call("eigenvector", i, k, 3, *entries) for i in range(3) for k in (0, 2)}
    formula = simple("eigen", outputs, "a b c d", real="a b c d")
    rng = np.random.default_rng(0)
    points = {name: rng.normal(size=7) for name in "abcd"}
    evaluate = Evaluator(formula)
    for name in outputs:
        assert worst(formula, evaluate, points, name) < 1e-13
    block = evaluate(a=points["a"][:, None], b=1.0, c=2.0, d=points["d"])
    vectors = evaluate.kernel(np, *np.broadcast_arrays(points["a"][:, None], 1.0, 2.0, points["d"]))
    for name in outputs:
        np.testing.assert_allclose(block[name], vectors[name], atol=1e-13)
    assert np.isnan(evaluate(a=np.nan, b=1, c=1, d=1)["value_0"])


def test_small_eigenvalues_are_refined() -> None:
    matrix = [A * C, B * C, B * C, D]
    outputs = {"low": call("eigenvalue", 1, 2, *matrix), "gap": call("eigenvalue", 0, 2, *matrix) - A * C - D}
    formula = simple("eigen", outputs, "a b c d")
    rng = np.random.default_rng(4)
    points = {name: rng.uniform(1, 2, 12) for name in "abc"}
    points["d"] = points["b"] ** 2 * points["c"] / points["a"] * (1 + np.logspace(-10, -1, 12))
    evaluate = Evaluator(formula)
    for name in outputs:
        assert worst(formula, evaluate, points, name) < 10 * EPS
    evaluate.module._TAU = math.inf
    assert worst(formula, evaluate, points, "low") > 1e-8
    components = {f"v_{i}": call("eigenvector", i, 0, 2, A + B - C, D, D, 3 * B) for i in range(2)}
    formula = simple("vectors", components, "a b c d")
    small = np.logspace(-12, -6, 5)
    points = {"a": np.full(5, 0.1), "b": small, "c": np.full(5, 0.1), "d": 0.7 * small}
    for name in components:
        assert worst(formula, Evaluator(formula), points, name) < 1e-14


# ---- cancellation and the careful path ----


def opaque_current() -> Formula:
    """Current of two rates gamma N, gamma (1+N): written as a difference of products, zero at equilibrium."""
    g, h = symbol("g"), symbol("h")
    n, m = call("bose", W, T, 0), call("bose", W, U, 0)
    current = g * h * ((1 + n) * m - (1 + m) * n) / (g * (1 + 2 * n) + h * (1 + 2 * m))
    return simple("opaque", {"current": current}, "w T U g h")


def near_equilibrium() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    t = log_uniform(rng, 0.3, 30, 30)
    closeness = np.repeat([1e-9, 1e-12, 1e-5], 10)
    return {"w": rng.uniform(1, 3, 30), "T": t, "U": t * (1 + closeness), "g": np.full(30, 0.3), "h": np.full(30, 1.7)}


def test_a_cancelling_current_is_recomputed() -> None:
    formula, points = opaque_current(), near_equilibrium()
    evaluate = Evaluator(formula)
    assert worst(formula, evaluate, points, "current") < 1e-14
    evaluate.module._TAU = math.inf
    assert worst(formula, evaluate, points, "current") > 1e-9


def test_fermions_near_equilibrium_on_both_sides_of_half_filling() -> None:
    n, m = call("fermi", W, T, MU), call("fermi", W, U, NU)
    k, hole = call("fermi", W, B, MU), call("fermi_hole", W, T, MU)
    outputs = {
        "difference": n - m,
        "current": n * (1 - m) - m * (1 - n),
        "full": 1 - n,
        "three": (n - m) * (1 - k) + (m - k) * (1 - n) + (k - n) * hole,
    }
    formula = simple("fermions", outputs, "w T U b mu nu", real="w mu nu")
    rng = np.random.default_rng(2)
    t, mu = log_uniform(rng, 0.1, 5, 40), rng.uniform(-2, 2, 40)
    points = {"w": rng.uniform(-4, 4, 40), "T": t, "U": t * (1 + 1e-9), "mu": mu, "nu": mu + 1e-10}
    points["b"] = np.where(rng.random(40) < 0.5, t * (1 + 1e-7), 3.0)
    points["nu"][::2] = mu[::2]
    evaluate = Evaluator(formula)
    scale = np.max(np.abs(points["w"] - mu) / t)
    for name in ("difference", "current", "full"):
        assert worst(formula, evaluate, points, name) < 30 * EPS * scale
    evaluate.module._TAU = math.inf
    assert worst(formula, evaluate, points, "difference") > 1e-9


def test_frequencies_that_cancel() -> None:
    """Half the sum minus half the splitting, close to zero: the occupation needs an accurate frequency."""
    x, y, lam = symbol("x"), symbol("y"), symbol("lam")
    low = Fraction(1, 2) * (x + y) - Fraction(1, 2) * program.sqrt((x - y) ** 2 + lam**2)
    formula = simple("low", {"n": call("bose", low, T, 0), "low": low}, "x y lam T")
    x_values = np.linspace(1, 3, 12)
    y_values = np.linspace(2, 1.5, 12)
    lam_values = 2 * np.sqrt(x_values * y_values) * (1 - np.logspace(-12, -1, 12))
    points = {"x": x_values, "y": y_values, "lam": lam_values, "T": np.ones(12)}
    evaluate = Evaluator(formula)
    for name in ("n", "low"):
        assert worst(formula, evaluate, points, name) < 10 * EPS
    evaluate.module._TAU = math.inf
    assert worst(formula, evaluate, points, "n") > 1e-6


def test_algebraic_cancellation() -> None:
    outputs = {
        "square": (A + B) ** 2 - A**2 - 2 * A * B - B**2 + C,
        "product": (A + B) * (C + D) - A * C - A * D - B * C + D * Fraction(1, 10**9),
        "root": program.sqrt(A**2 + C) - A,
        "clipped": call("positive_part", A * B - C),
        "third": Fraction(1, 3) * A - A * Fraction(1, 3) * (1 + B * Fraction(1, 10**12)),
        "exponential": call("exp", A - B) - 1 - call("sinh", A - B),
        "extremes": call("maximum", A, B) - call("minimum", A, B),
    }
    formula = simple("algebra", outputs, "a b c d")
    rng = np.random.default_rng(11)
    points = {"a": rng.uniform(1, 2, 30), "b": rng.uniform(1, 2, 30), "d": rng.uniform(1, 2, 30)}
    points["c"] = points["a"] * points["b"] * (1 - 1e-12 * rng.uniform(-1, 1, 30))
    for name in ("product", "root", "clipped", "third", "extremes"):
        assert worst(formula, Evaluator(formula), points, name) < 5e-15, name
    assert worst(formula, Evaluator(formula), {**points, "c": np.full(30, 1e-9)}, "square") < 1e-14


def test_detuning_of_two_inputs_is_not_cancellation() -> None:
    formula = simple("detuning", {"x": (A - B) / C}, "a b c")
    evaluate = Evaluator(formula)
    assert evaluate.module._STATEMENTS == (("v1", "subtract", "a", "b"), ("v2", "divide", "v1", "c"))
    assert evaluate.module._TESTS == {"x": ()}


def test_no_current_produces_no_entropy() -> None:
    n, m = call("bose", W, T, 0), call("bose", W, U, 0)
    q, g = symbol("q") * (1 + n), symbol("g") * (1 + m)
    formula = simple(
        "entropy",
        {"s": -q / T - g / U},
        "w T U q g",
        real="q g",
    )
    evaluate = Evaluator(formula)
    found = evaluate(w=1, T=0, U=[0, 0, 2, 2], q=[0, -1, 0, -1], g=[0, 0, 0, 1])["s"]
    assert found.tolist() == [0, math.inf, 0, math.inf]
    # Elsewhere 0/0 stays undefined and 1/0 infinite.
    plain = Evaluator(simple("plain", {"x": A / B}, "a b"))
    ratios = plain(a=[0.0, 1.0], b=0.0)["x"]
    assert np.isnan(ratios[0])
    assert ratios[1] == math.inf


# ---- the contract of evaluate ----


def two_level() -> Formula:
    """Definitions, a complex and a boolean output, a default, a condition."""
    n = symbol("N")
    definitions = (
        Definition("N", call("bose", W, T, MU), "N"),
        Definition("q", (1 + program.I * A) / (2 * n + 1 + program.I * W), "q"),
    )
    outputs = (
        Output("p", n / (1 + 2 * n), "p", "population"),
        Output("c", symbol("q") * A, "c", "coherence", domain="complex"),
        Output("modulus", 2 * call("positive_part", call("abs", symbol("q")) - n), r"\abs{q}"),
        Output("positive", n - A, "", domain="bool"),
        Output("one", program.number(1), "1"),
        Output("same", A, "a"),
    )
    inputs = (
        Input("w", r"\omega", "nonnegative"),
        Input("T", "T", "nonnegative"),
        Input("a", "a"),
        Input("mu", r"\mu", default=0.0, meaning="chemical potential"),
    )
    condition = Condition(W - MU, "mu < w")
    return Formula("two_level", inputs, definitions, outputs, (condition,), {"generator": 'local "test" \\ one'})


def plainly(w: float, t: float, a: float, mu: float = 0.0) -> dict[str, Any]:
    n = 1 / math.expm1((w - mu) / t)
    q = (1 + 1j * a) / (2 * n + 1 + 1j * w)
    return {
        "p": n / (1 + 2 * n),
        "c": q * a,
        "modulus": 2 * max(abs(q) - n, 0),
        "positive": n - a >= 0,
        "one": 1.0,
        "same": a,
    }


SHAPES = [(), (1,), (0,), (5,), (4, 1), (1, 5), (4, 5), (3, 1, 5), (3, 4, 1)]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(SHAPES, repeat=2)))
def test_broadcasting(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    w, t = rng.uniform(1, 3, first), rng.uniform(1, 3, second)
    try:
        shape = np.broadcast_shapes(first, second)
    except ValueError:
        with pytest.raises(ValueError, match=r"do not broadcast: w \("):
            Evaluator(two_level())(w=w, T=t, a=0.5)
        return
    found = EVALUATE(w=w, T=t, a=0.5)
    wide, warm = np.broadcast_arrays(w, t)
    for name, value in found.items():
        assert isinstance(value, np.ndarray)
        assert value.shape == shape
        assert value.dtype == {"c": np.complex128, "positive": np.bool_}.get(name, np.float64)
        for index in np.ndindex(*shape):
            assert value[index] == pytest.approx(plainly(wide[index], warm[index], 0.5)[name], rel=1e-13)


EVALUATE = Evaluator(two_level())


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float32", "float16", ">f8", "longdouble"])
def test_types_and_strides(dtype: str) -> None:
    w = np.arange(2, 14).reshape(3, 4).astype(dtype)
    expected = EVALUATE(w=w.astype(float), T=1.5, a=1)["c"]
    for variant in (w, np.asfortranarray(w), np.repeat(np.repeat(w, 2, 0), 3, 1)[::2, ::3], w[::-1, ::-1][::-1, ::-1]):
        np.testing.assert_array_equal(EVALUATE(w=variant, T=1.5, a=1)["c"], expected)
    np.testing.assert_array_equal(EVALUATE(w=w.tolist(), T=1.5, a=1)["c"], expected)


def test_blocks_do_not_show() -> None:
    """Blocked, hoisted on a product grid, and broadcast over short rows: the same numbers as point by point."""
    rng = np.random.default_rng(3)
    w, t = rng.uniform(1, 3, 700), rng.uniform(1, 3, 300)
    grid = EVALUATE(w=w[:, None], T=t, a=0.1)
    flat = EVALUATE(w=np.repeat(w, 300), T=np.tile(t, 700), a=np.full(210000, 0.1))
    short = EVALUATE(w=w[:, None], T=t[:3], a=0.1)
    transposed = EVALUATE(w=w, T=t[:, None], a=0.1)
    long = rng.uniform(1, 3, (1, 20000, 1))  # a sub-grid too large to be kept whole
    deep = EVALUATE(w=long, T=t[:3], a=np.array([0.1, 0.2]).reshape(2, 1, 1))
    every = EVALUATE(
        **dict(zip("wTa", map(np.ravel, np.broadcast_arrays(long, t[:3], [[[0.1]], [[0.2]]])), strict=True))
    )
    for name, value in grid.items():
        np.testing.assert_array_equal(deep[name].ravel(), every[name])
        np.testing.assert_array_equal(value.ravel(), flat[name])
        np.testing.assert_array_equal(short[name], value[:, :3])
        np.testing.assert_array_equal(transposed[name].T, value)


def test_memory_is_that_of_the_results() -> None:
    n = 10**6
    w = np.linspace(1, 3, n, dtype=np.float32)
    tracemalloc.start()
    try:
        found = EVALUATE(w=w, T=1.5, a=0.5, outputs=["p", "modulus"])
        grid = EVALUATE(w=w[:1000, None], T=w[::1000], a=0.5, outputs=["p"])
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held >= sum(value.nbytes for value in (*found.values(), *grid.values()))
    assert peak - held < 8 * 2**20


def test_results_are_fresh_and_arguments_untouched() -> None:
    a = np.linspace(0, 1, 5)
    before = a.copy()
    found = EVALUATE(w=2, T=1, a=a)
    assert not any(np.shares_memory(x, y) for x, y in itertools.combinations([a, *found.values()], 2))
    found["same"][:] = 7
    np.testing.assert_array_equal(a, before)
    a.flags.writeable = False
    assert EVALUATE(w=2, T=1, a=a)["same"].flags.writeable


def test_a_subset_computes_only_what_it_needs() -> None:
    module = EVALUATE.module
    found = EVALUATE(w=[1.0, 2.0], T=1, a=1, outputs=["p"])
    assert list(found) == ["p"]
    steps = [step for plan in module._PLANS.values() if [n for n, _, _ in plan.parts] == ["p"] for step in plan.steps]
    assert 0 < len(steps) < len(module._STATEMENTS) / 2
    assert EVALUATE(w=2, T=1, a=1, outputs=[]) == {}
    assert list(EVALUATE(w=2, T=1, a=1, outputs=("c", "p", "c"))) == ["c", "p"]


def test_outside_the_domain_is_nan_in_that_element() -> None:
    found = EVALUATE(w=[2, -1, 2, 2, 2, np.nan], T=[1, 1, -1, 1, np.nan, 1], a=1, mu=[0, 0, 0, 3, 0, 0])
    for name, value in found.items():
        if name == "positive":
            assert value.dtype == bool
            assert not value[1:].any()
        else:
            assert np.isfinite(value[0])
            assert np.isnan(value[1:]).all()
    assert np.isnan(EVALUATE(w=2, T=-1, a=[1, 2])["p"]).all()
    assert np.isnan(EVALUATE(w=2, T=1, a=np.nan)["one"])  # a parameter that the output does not use
    assert np.isnan(EVALUATE(w=2, T=1, a=1, mu=2)["p"])


def test_strict_names_parameter_and_index() -> None:
    w = np.full((3, 4), 2.0)
    w[1, 2] = -1.5
    with pytest.raises(ValueError, match=r"w must be >= 0; got -1.5 at index \(1, 2\)"):
        EVALUATE(w=w, T=1, a=1, strict=True)
    with pytest.raises(ValueError, match=r"T must be >= 0; got -1.0 at index \(0, 0\)"):
        EVALUATE(w=abs(w), T=-1.0, a=1, strict=True)
    with pytest.raises(ValueError, match=r"mu < w is violated at index \(1, 0\)"):
        EVALUATE(w=abs(w), T=1, a=1, mu=[[0], [2.5], [0]], strict=True)
    with pytest.raises(ValueError, match=r"a must be a number; got nan at index \(\)"):
        EVALUATE(w=1, T=1, a=np.nan, strict=True)
    assert np.isfinite(EVALUATE(w=abs(w), T=1, a=1, strict=True)["p"]).all()


def test_strict_names_an_undefined_output_and_its_index() -> None:
    """Arguments inside the domain, and yet 0/0: as at a point without a unique steady state."""
    evaluate = Evaluator(simple("u", {"x": program.div(A, A + B), "y": A + B}, "a b"))
    a = np.array([[1.0, 2.0], [0.0, 1.0]])
    assert np.isnan(evaluate(a=a, b=[1.0, 0.0])["x"]).sum() == 0
    assert np.isnan(evaluate(a=a, b=0.0)["x"]).sum() == 1
    with pytest.raises(ValueError, match=r"x is undefined at index \(1, 0\).*strict=False"):
        evaluate(a=a, b=0.0, strict=True)
    assert evaluate(a=a, b=0.0, strict=True, outputs=["y"])["y"].tolist() == a.tolist()
    with pytest.raises(ValueError, match=r"x is undefined at index \(\)"):
        evaluate(a=0, b=0.0, strict=True)


def test_outputs_that_are_no_list_of_names() -> None:
    with pytest.raises(TypeError, match=r"outputs=3: pass a list of names out of p"):
        EVALUATE(w=1, T=1, a=1, outputs=3)


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"w": 1, "T": 1}, TypeError, "needs a: pass every one of w, T, a, mu"),
        ({"w": 1, "T": 1, "a": 1, "t": 1}, TypeError, "no parameter 't'"),
        ({"w": 1, "T": 1, "a": 1, "mu_": 1}, TypeError, "did you mean mu?"),
        ({"w": 1, "T": 1, "a": 1, "outputs": ["pp"]}, ValueError, "'pp': outputs may hold p, c, modulus"),
        ({"w": 1j, "T": 1, "a": 1}, TypeError, "w has type complex128"),
        ({"w": "hot", "T": 1, "a": 1}, TypeError, "w has type <U3"),
        ({"w": None, "T": 1, "a": 1}, TypeError, "w has type object"),
        ({"w": [[1], [1, 2]], "T": 1, "a": 1}, TypeError, "w is not an array of numbers"),
        ({"w": [1, 2], "T": [1, 2, 3], "a": 1}, ValueError, r"w \(2,\), T \(3,\)"),
    ],
)
def test_errors_say_what_to_pass(arguments: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        EVALUATE(**arguments)


def test_no_warning_and_no_global_state() -> None:
    state = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Evaluator(atoms())(w=[0, 1, 1e300], T=[0, 1e-310, 1e308], U=0, mu=[0, 1, -1e308], nu=1e300)
        EVALUATE(w=[0, 5e-324, np.inf], T=[0, np.inf, 1], a=[0, 1e308, -np.inf])
    assert np.geterr() == state


def test_boolean_outputs_forgive_rounding_only() -> None:
    outputs = {"ok": A + B - C, "not_negative": A}
    evaluate = Evaluator(simple("flag", outputs, "a b c", domains={"ok": "bool", "not_negative": "bool"}, real="a"))
    found = evaluate(a=[0.1, 0.1, 0.1], b=0.2, c=[0.3, 0.3 + 1e-12, 0.2])
    assert found["ok"].tolist() == [True, False, True]
    assert evaluate(a=[0.0, -1e-300, 1.0], b=0, c=0)["not_negative"].tolist() == [True, False, True]


# ---- the text ----


def test_the_text_is_deterministic_and_says_where_it_comes_from() -> None:
    code = "import sys; sys.path.insert(0, 'tests'); import test_numpy_code as t; print(t.module_source(t.two_level()))"
    root = Path(__file__).parent.parent
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {module_source(two_level()) + "\n"}
    assert str(root) not in texts.pop()
    source = Evaluator(two_level(), "levels").SOURCE
    assert source["derivation"] == "levels"
    assert source["digest"] == digest(two_level()) != digest(opaque_current())
    assert source["operations"] == two_level().count_ops()
    assert {"sympy", "python-flint", "symness"} < set(source)
    assert EVALUATE.OUTPUTS["c"] == {"latex": "c", "meaning": "coherence", "unit": "1", "domain": "complex"}
    assert EVALUATE.PARAMETERS == ("w", "T", "a", "mu")


def test_a_module_needs_numpy_only(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(module_source(two_level()), encoding="utf-8")
    code = (
        "import sys, numpy\nbefore = set(sys.modules)\nimport alone\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "assert new - set(sys.stdlib_module_names) == {'alone'}, new\n"
        "print(repr(alone.evaluate(w=1, T=2, a=0.5)['p'].item()))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == EVALUATE(w=1, T=2, a=0.5)["p"]


def test_pickles_by_its_source() -> None:
    copy = pickle.loads(pickle.dumps(EVALUATE))
    assert copy.source == EVALUATE.source
    np.testing.assert_array_equal(copy(w=1, T=[1, 2], a=1)["c"], EVALUATE(w=1, T=[1, 2], a=1)["c"])
    assert repr(copy) == "Evaluator(w, T, a, mu -> p, c, modulus, positive, one, same)"


def test_the_kernel_is_the_same_formula() -> None:
    w, t = np.linspace(1, 3, 7), np.linspace(0.5, 2, 7)
    found = EVALUATE.kernel(np, w, t, 0.4 + 0 * w, 0 * w)
    expected = EVALUATE(w=w, T=t, a=0.4)
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-14)
    points = {"w": w, "T": t, "U": t[::-1].copy(), "mu": w - 1, "nu": 0 * w}
    formula = Evaluator(atoms())
    for name, value in formula(**points).items():
        np.testing.assert_allclose(formula.kernel(np, *points.values())[name], value, rtol=1e-13)


def test_the_kernel_runs_in_a_strict_array_namespace() -> None:
    xp = pytest.importorskip("array_api_strict")
    points = {"w": [1.0, 2.0], "T": [1.0, 0.5], "a": [0.3, 0.2], "mu": [0.0, 0.1]}
    found = EVALUATE.kernel(xp, *map(xp.asarray, points.values()))
    for name, value in EVALUATE(**points).items():
        np.testing.assert_allclose(np.asarray(found[name]), value, rtol=1e-14)


def test_the_formula_knows_its_source() -> None:
    assert two_level().numpy_source(derivation="x") == module_source(two_level(), "x")


@pytest.mark.parametrize("name", ["lambda", "outputs", "strict", "x y", "_x", "xp"])
def test_parameters_that_cannot_be_keywords(name: str) -> None:
    with pytest.raises(ValueError, match="give the parameter another name"):
        module_source(Formula("bad", (Input(name, name),), (), (Output("x", symbol(name), "x"),)))


def test_an_undeclared_imaginary_part_is_an_error() -> None:
    with pytest.raises(ValueError, match="declare domain='complex'"):
        module_source(simple("bad", {"x": A + program.I * B}, "a b"))


def test_kernel_statements_for_other_languages() -> None:
    statements = main_kernel_statements(two_level(), ["p"])
    expected = "subtract maximum divide expm1 divide multiply add divide"
    assert sorted(s.operation for s in statements) == sorted(expected.split())
    assert not any(s.operation == "at_most" for s in main_kernel_statements(opaque_current()))


# ---- zero temperature, shared plans, masked arrays, divisors without digits ----


@pytest.mark.parametrize("omega", [0.5, 8.7])
@pytest.mark.parametrize("mu", [3.0, -3.0, 20.0, 8.7])
def test_fermi_difference_at_zero_temperature(omega: float, mu: float) -> None:
    a, b = call("fermi", W, T, MU), call("fermi", W, U, 0)
    both = simple("d", {"x": call("fermi_difference", W, T, MU, U, 0), "y": a - b}, "w T U mu", real="mu")
    evaluate = Evaluator(both)
    inputs = {"w": omega, "T": [0.0, 0.0, 1.0], "U": [0.0, 1.0, 0.0], "mu": mu}
    found = evaluate(**inputs, outputs=["x"])["x"]
    assert found == pytest.approx(evaluate(**inputs, outputs=["y"])["y"], rel=1e-12)
    with np.errstate(all="ignore"):
        plain = evaluate.kernel(np, *(np.asarray(inputs[name], dtype=float) for name in evaluate.PARAMETERS))["x"]
    assert plain == pytest.approx(found, rel=1e-12)


def test_a_plan_that_another_thread_drops_is_still_used() -> None:
    class Forgetful(dict):  # type: ignore[type-arg]
        def __setitem__(self, key: Any, value: Any) -> None:
            """As if another thread had cleared the plans right after."""

    evaluate = Evaluator(simple("p", {"x": A + B}, "a b"))
    evaluate.module._PLANS = Forgetful()
    assert evaluate(a=1, b=2)["x"] == 3


def test_masked_elements_are_not_numbers() -> None:
    evaluate = Evaluator(simple("m", {"x": A + B}, "a b"))
    found = evaluate(a=np.ma.array([1, 2, 3], mask=[0, 1, 0]), b=1)["x"]
    assert np.isnan(found).tolist() == [False, True, False]
    assert not isinstance(found, np.ma.MaskedArray)


def test_a_divisor_without_digits_is_not_a_number() -> None:
    # What is left of 1 + x - 1 below 2**-92 has too few digits in pairs of doubles.
    square = program.power(call("sqrt", A), 2)
    evaluate = Evaluator(simple("q", {"x": (B + 1) / program.add(square * (1 + B), -square, -(square * B), B)}, "a b"))
    found = evaluate(a=3.0, b=np.array([1.0, 1e-3, 1e-28]))["x"]
    assert found[:2] == pytest.approx([2.0, 1001.0], rel=1e-13)
    assert np.isnan(found[2])
