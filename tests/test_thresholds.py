"""Thresholds and maxima: closed forms that come out by themselves, and numbers that fit the evaluator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import symness as sn

omega, lam, J, T, T_2, g = sn.parameters("omega lam J T T_2 g", positive=True)


def pair(make: Any = sn.redfield, statistics: str = "bose", other: Any = T) -> Any:
    """Two resonant qubits at temperatures T and ``other``."""
    a, b = sn.qubits("1 2")
    return sn.steady_state(
        make(
            sn.Model(
                omega * (a.number + b.number),
                interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
                baths=[
                    sn.Bath("1", a.lowering, 2 * J, T, statistics=statistics),
                    sn.Bath("2", b.lowering, 2 * J, other, statistics=statistics),
                ],
            )
        )
    )


@pytest.mark.parametrize("make", [sn.redfield, sn.secular])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_thermal_entanglement_ends_at_a_temperature_set_by_the_coupling_alone(make: Any, statistics: str) -> None:
    """T_max = lam/(2 ln(1 + sqrt 2)), Wang et al. (2019), below Eq. (31)."""
    found = sn.threshold(sn.concurrence(pair(make, statistics)), T)
    assert sp.simplify(found - lam / (2 * sp.log(1 + sp.sqrt(2)))) == 0


def test_the_same_threshold_in_the_coupling_and_in_numbers() -> None:
    C = sn.concurrence(pair())
    assert sp.simplify(sn.threshold(C, lam) - 2 * T * sp.log(1 + sp.sqrt(2))) == 0
    (number,) = sn.threshold(C, T, bracket=(0.5, 10), omega=10, lam=6, J=0.1)
    assert number == pytest.approx(3 / np.log(1 + np.sqrt(2)), rel=1e-10)


def test_a_value_other_than_zero() -> None:
    """A thermal qubit is excited with probability 1/4 at T = omega/ln 3."""
    (q,) = sn.qubits("q")
    state = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, g, T)])))
    assert sp.simplify(sn.threshold(state.element(0, 0), T, sp.Rational(1, 4)) - omega / sp.log(3)) == 0


def test_several_crossings_in_order() -> None:
    """Between a cold and a warm bath the concurrence is positive in a window of T."""
    C = sn.concurrence(pair(other=T_2))
    fixed = {"omega": 10, "lam": 6, "J": 0.1, "T_2": 3.55}
    ends = sn.threshold(C, T, bracket=(0.2, 9), **fixed)
    f = sn.evaluator(C.state, {"C": C})
    for end in ends:
        left, right = f(T=np.array([end * (1 - 1e-9), end * (1 + 1e-9)]), **fixed)["C"]
        assert (left > 0) != (right > 0)
    assert len(ends) >= 1
    assert np.all(np.diff(ends) > 0)


def test_the_largest_value_is_where_the_exact_slope_vanishes() -> None:
    C = sn.concurrence(pair(other=T_2))
    fixed = {"omega": 10, "lam": 6, "J": 0.1, "T_2": 1.0}
    place, top = sn.argmax(C, T, (0.1, 10), **fixed)
    f = sn.evaluator(C.state, {"C": C})
    values = f(T=place * np.array([1 - 1e-4, 1, 1 + 1e-4]), **fixed)["C"]
    assert values[1] == top
    assert values[1] >= values[[0, 2]].max()
    step = place * 1e-5
    ends = f(T=np.array([place - step, place + step]), **fixed)["C"]
    assert abs(ends[1] - ends[0]) / (2 * step) < 1e-9
    edge, _ = sn.argmax(C, T, (5.0, 6.0), **fixed)
    assert 5.0 <= edge <= 6.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda C: sn.threshold(C, "mu"), "'mu' is no parameter"),
        (lambda C: sn.threshold(C, T, omega=1), "need a bracket"),
        (lambda C: sn.threshold(C, T, bracket=(0.1, 9), omega=1), "no value for"),
        (lambda C: sn.threshold(C, T, bracket=(9, 1), omega=1, lam=1, J=1), "low < high"),
        (lambda C: sn.threshold(C, T, value=T, bracket=(0.1, 9), omega=1, lam=1, J=1), "with a bracket pass a number"),
        (lambda C: sn.threshold(C, T, bracket=3, omega=1, lam=1, J=1), r"pass \(low, high\)"),
        (lambda C: sn.threshold(C, T, bracket=(0.1, 9), omega=1, lam=1, J=1, K=3), "'K' is no other parameter"),
        (lambda C: sn.argmax(C, T, (0.1, 1), omega=1, lam=9, J=1), "has no value"),
        (lambda C: sn.threshold(sn.formula(C.state), T), "several outputs"),
    ],
)
def test_bad_requests_are_named(call: Any, message: str) -> None:
    with pytest.raises(sn.LimitError, match=message):
        call(sn.concurrence(pair()))


def test_no_closed_form_says_what_to_pass() -> None:
    with pytest.raises(sn.LimitError, match="pass bracket="):
        sn.threshold(sn.concurrence(pair(other=T_2)), T)
