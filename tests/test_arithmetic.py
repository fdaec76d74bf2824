"""Arithmetic of quantities: values, closed forms of linear combinations, the reference's own route."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symness as sn
from symness.program import number

POINT = {"omega_1": 1.1, "omega_2": 0.9, "lam": 0.4, "gamma_1": 0.03, "gamma_2": 0.05, "T_1": 0.6, "T_2": 1.9}
omega_1, omega_2, lam, gamma_1, gamma_2, T_1, T_2 = sn.parameters(" ".join(POINT), positive=True)


@pytest.fixture(scope="module")
def state() -> Any:
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega_1 * a.number + omega_2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma_1, T_1), sn.Bath("2", b.lowering, gamma_2, T_2)],
    )
    return sn.steady_state(sn.redfield(model))


def values(state: Any, outputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value[()] for name, value in sn.evaluator(state, outputs)(**POINT).items()}


def test_values_are_those_of_the_parts(state: Any) -> None:
    p, q, c = state.element(0, 0), state.element(3, 3), state.element(1, 2, "product")
    found = values(
        state,
        {"p": p, "q": q, "c": c, "sum": p + q, "difference": 1 - p, "product": 2 * p * q, "ratio": p / (q + p),
         "root": sn.sqrt(p * q), "power": p**2, "minus": -p, "modulus": abs(c), "re": c.real, "im": c.imag,
         "largest": sn.maximum(p, q), "smallest": sn.minimum(p, sp.Rational(1, 10**6)), "weighted": omega_1 * p,
         "complex": c / p},
    )  # fmt: skip
    p, q, c = found["p"], found["q"], found["c"]
    expected = {"sum": p + q, "difference": 1 - p, "product": 2 * p * q, "ratio": p / (p + q), "root": (p * q) ** 0.5,
                "power": p**2, "minus": -p, "modulus": abs(c), "re": c.real, "im": c.imag, "largest": max(p, q),
                "smallest": min(p, 1e-6), "weighted": 1.1 * p, "complex": c / p}  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-13)
    assert np.iscomplexobj(found["complex"])
    assert not np.iscomplexobj(found["modulus"])


def test_a_scaled_current_keeps_its_short_form(state: Any) -> None:
    current = sn.particle_current(state, "2")
    scaled = (omega_1 - omega_2) * current
    assert sn.formula(state, {"J": scaled}).count_ops() <= sn.formula(state, {"J": current}).count_ops() + 2


def test_weights_with_roots_keep_the_sum(state: Any) -> None:
    """A root is no coefficient of the generator: such a combination has no closed form of its own."""
    first, second = (sn.energy_current(state, name) for name in "12")
    outputs = {"a": first, "b": second, "sum": sp.sqrt(5) * first + second / 3}
    found = values(state, outputs)
    assert found["sum"] == pytest.approx(5**0.5 * found["a"] + found["b"] / 3, rel=1e-12)
    assert outputs["sum"].row is None


def test_the_reference_agrees_and_computes_the_parts_itself(state: Any) -> None:
    current = sn.heat_current(state, "2")
    outputs = {"gap": current - sn.heat_current(state, "1"), "q": current / sn.sqrt(state.element(0, 0))}
    formula = sn.formula(state, outputs)
    assert formula.check(points=8, digits=30).passed
    observable = formula.outputs[0].observable
    wrong = replace(formula.outputs[0], observable=replace(observable, function=-observable.function))
    assert not replace(formula, outputs=(wrong, formula.outputs[1])).check(points=4, digits=30).passed


def test_a_linear_combination_of_currents_gets_one_closed_form(state: Any) -> None:
    """Energy is conserved: the difference is twice one current, exactly, and no longer."""
    first, second = sn.energy_current(state, "1"), sn.energy_current(state, "2")
    total = second - first
    assert state.equal(total.expression, (2 * second).expression)
    assert sn.formula(state, {"total": total}).count_ops() <= sn.formula(state, {"second": second}).count_ops() + 1
    assert state.equal((first + second).expression, number(0))


def test_composites_of_composites_name_each_part_once(state: Any) -> None:
    p, q = state.element(0, 0), state.element(3, 3)
    nested = (p + q) * (p - q) / (p + q)
    assert len(nested.observable.parts) == 2
    assert state.equal(nested.expression, (p - q).expression)
    assert nested.unit == "1"
    assert (sn.heat_current(state, "1") / sn.particle_current(state, "1")).unit == "energy"
    assert (p + sn.heat_current(state, "1")).unit == "mixed"
    assert "parameter" not in (omega_1 * p).latex
    assert r"\omega_{1}" in (omega_1 * p).latex


def test_bad_operands_are_named(state: Any) -> None:
    p = state.element(0, 0)
    other = state.specialise({gamma_2: gamma_1}).element(0, 0)
    with pytest.raises(sn.ObservableError, match="different steady states"):
        p + other
    with pytest.raises(sn.ObservableError, match="'x' is no parameter"):
        p * sn.parameters("x")
    with pytest.raises(sn.ObservableError, match="cannot be evaluated"):
        p ** sp.Rational(1, 3)
    with pytest.raises(sn.ObservableError, match="is a float"):
        p * 0.3
