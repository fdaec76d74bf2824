"""The verifier: it passes what is right, and it fails what is wrong in any of the ways a formula can be wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symness as sn
from symness import program
from symness.conditions import violated
from symness.errors import ModelError
from symness.formula import Condition, Formula, Input, Output
from symness.observable import Observable, Setup
from symness.program import Node
from symness.reference import Reference
from symness.sampling import REGIMES, Sampler, roles
from symness.verify import Report, verify

NAMES = ("omega", "gamma_1", "gamma_2", "T_1", "T_2")


def model(statistics: str = "bose") -> sn.Model:
    omega, g1, g2, t1, t2 = sn.parameters(" ".join(NAMES), positive=True)
    (a,) = sn.qubits("1")
    baths = [
        sn.Bath("1", a.lowering, rate=g1, temperature=t1, statistics=statistics),
        sn.Bath("2", a.lowering, rate=g2, temperature=t2, statistics=statistics),
    ]
    return sn.Model(omega * a.number, baths=baths)


def formula(current: Node | None = None, **changes: Any) -> Formula:
    """One qubit between two baths, written by hand."""
    omega, g1, g2, t1, t2 = map(program.symbol, NAMES)
    n1, n2 = program.call("bose", omega, t1, 0), program.call("bose", omega, t2, 0)
    norm = g1 * (1 + 2 * n1) + g2 * (1 + 2 * n2)
    difference = program.call("bose_difference", omega, t1, 0, t2, 0)
    if current is None:
        current = omega * g1 * g2 * difference / norm
    outputs = (
        Output("p", (g1 * n1 + g2 * n2) / norm, "p", observable=Observable("element", indices=(0, 0))),
        Output("Q_1", current, "Q_1", observable=Observable("energy_current", bath="1")),
        Output("note", omega, "n"),
    )
    fields: dict[str, Any] = {
        "name": "one_qubit",
        "inputs": tuple(Input(name, name, "nonnegative") for name in NAMES),
        "definitions": (),
        "outputs": outputs,
        "reference": Setup(model(), "redfield"),
    }
    return Formula(**{**fields, **changes})


def evaluate(f: Formula) -> Any:
    """A float64 evaluator of the programs above that shares no line with the generated modules."""

    def function(name: str, omega: Any, t1: Any, mu: Any, t2: Any = 1, mu2: Any = 0, node: Any = None) -> Any:
        if name == "bose":
            return 1 / np.expm1(omega / t1)
        d = omega * (t1 - t2) / (t1 * t2)
        hot, cold = 1 / np.expm1(omega / np.maximum(t1, t2)), 1 / np.expm1(omega / np.minimum(t1, t2))
        return np.sign(d) * hot * (cold + 1) * -np.expm1(-abs(d))

    def run(**values: Any) -> dict[str, Any]:
        with np.errstate(all="ignore"):
            results = program.evaluate([o.expression for o in f.outputs], values, function, float)
        return {o.name: result for o, result in zip(f.outputs, results, strict=True)}

    return run


def check(f: Formula, **options: Any) -> Report:
    return verify(f, **{"points": 48, "evaluator": evaluate(f), **options})


def test_a_right_formula_passes() -> None:
    report = check(formula())
    assert report.passed
    assert [row.output for row in report.rows] == ["p", "Q_1"]
    assert all(row.points == 48 and 0 < row.error < 1e-11 for row in report.rows)
    assert "passed" in report.text()


def test_what_is_not_checked_is_said() -> None:
    report = check(formula())
    assert list(report.skipped) == ["note"]
    assert "not checked: note" in str(report)
    assert not check(formula(outputs=formula().outputs[2:])).passed


def broken(kind: str) -> Formula:
    omega, g1, g2, t1, t2 = map(program.symbol, NAMES)
    n1, n2 = program.call("bose", omega, t1, 0), program.call("bose", omega, t2, 0)
    norm = g1 * (1 + 2 * n1) + g2 * (1 + 2 * n2)
    difference = program.call("bose_difference", omega, t1, 0, t2, 0)
    return formula(
        {
            "sign": -omega * g1 * g2 * difference / norm,
            "factor": 2 * omega * g1 * g2 * difference / norm,
            # Right in exact arithmetic; it has no digits near equilibrium.
            "digits": omega * g1 * g2 * (n1 - n2) / norm,
            "slightly": omega * g1 * g2 * difference / norm * (1 + program.number(1) / 10**9),
            "symmetric only": omega * g1 * g1 * difference / norm,
            "zero": program.number(0) * omega,
        }[kind]
    )


@pytest.mark.parametrize("kind", ["sign", "factor", "digits", "slightly", "symmetric only", "zero"])
def test_a_wrong_formula_fails(kind: str) -> None:
    report = check(broken(kind))
    assert not report.passed
    assert [row.output for row in report.rows if not row.passed] == ["Q_1"]
    assert "FAILED" in report.text()
    assert set(report.rows[1].point) == set(NAMES)


def test_digits_are_lost_near_equilibrium_and_nowhere_else() -> None:
    row = check(broken("digits")).rows[1]
    assert "equilibrium" in row.regime
    assert row.ratio > 1e3


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_fails(value: float) -> None:
    f = formula()
    run = evaluate(f)

    def spoiled(**values: Any) -> dict[str, Any]:
        results = run(**values)
        results["p"][5] = value
        return results

    assert not check(f, evaluator=spoiled).passed


def test_a_module_is_an_evaluator() -> None:
    f = formula()
    assert check(f, evaluator=SimpleNamespace(evaluate=evaluate(f))).passed
    with pytest.raises(ModelError, match="cannot be called"):
        check(f, evaluator=3)


def test_generated_evaluator() -> None:
    assert verify(formula(), points=36).passed
    assert formula().check(points=12, digits=30).passed


def test_report_is_data() -> None:
    done: list[tuple[int, int]] = []
    report = check(formula(), points=5, progress=lambda k, n: done.append((k, n)))
    assert done == [(k, 5) for k in range(1, 6)]
    data = json.loads(json.dumps(report.as_dict()))
    assert data["passed"] is True
    assert data["points"] == 5
    assert data["rows"][0]["output"] == "p"


def test_the_same_seed_gives_the_same_points() -> None:
    assert check(formula(), points=12).as_dict() == check(formula(), points=12).as_dict()
    assert check(formula(), points=12).as_dict() != check(formula(), points=12, seed=1).as_dict()


def test_masks_are_compared() -> None:
    f = formula()
    mask = Output("positive", program.symbol("omega"), "P", domain="boolean", observable=Observable("positive"))
    f = replace(f, outputs=(mask,))
    for answer in (True, False):
        run = {"positive": np.full(8, answer)}
        assert verify(f, points=8, evaluator=lambda run=run, **values: run).passed is answer


# -- points --------------------------------------------------------------------------------------------------------


def points_of(seen: list[dict[str, Any]]) -> Any:
    run = evaluate(formula())

    def record(**values: Any) -> Any:
        seen.append(values)
        return run(**values)

    return record


def test_every_regime_is_visited() -> None:
    seen: list[dict[str, Any]] = []
    check(formula(), points=2 * len(REGIMES), evaluator=points_of(seen))
    t1, t2 = seen[0]["T_1"], seen[0]["T_2"]
    apart = abs(t2 / t1 - 1)
    for k in range(2 * len(REGIMES)):
        regime = REGIMES[k % len(REGIMES)]
        assert (apart[k] == 0) == (regime == "equilibrium")
        if "near equilibrium" in regime:
            assert 1e-10 < apart[k] < 0.2
        symmetric = seen[0]["gamma_1"][k] == seen[0]["gamma_2"][k]
        assert symmetric == regime.startswith("symmetric")


def test_ranges_are_kept() -> None:
    seen: list[dict[str, Any]] = []
    ranges = {"T_1": (1.0, 2.0), "T_2": lambda point: (point["T_1"], 2 * point["T_1"]), "omega": (3, 3)}
    check(formula(), points=40, evaluator=points_of(seen), ranges=ranges)
    t1, t2 = seen[0]["T_1"], seen[0]["T_2"]
    assert np.all((t1 >= 1) & (t1 <= 2) & (t2 >= t1) & (t2 <= 2 * t1))
    assert np.all(seen[0]["omega"] == 3)
    with pytest.raises(ModelError, match="names 'T_3', which is no parameter"):
        check(formula(), ranges={"T_3": (1, 2)})
    with pytest.raises(ModelError, match="empty"):
        check(formula(), ranges={"T_1": (2, 1)})


def test_conditions_are_met_or_named() -> None:
    omega, t1 = program.symbol("omega"), program.symbol("T_1")
    seen: list[dict[str, Any]] = []
    f = formula(conditions=(Condition(omega - t1, "omega > T_1"),))
    check(f, points=30, evaluator=points_of(seen))
    assert np.all(seen[0]["omega"] > seen[0]["T_1"])
    with pytest.raises(ModelError, match=r"because of: omega > T_1\."):
        check(f, points=3, ranges={"omega": (0.1, 1.0), "T_1": (2.0, 3.0)})
    with pytest.raises(ModelError, match="bosons of bath '1' have no quantum"):
        check(formula(), points=1, ranges={"omega": (-2.0, -1.0)})


def test_only_a_condition_that_allows_zero_holds_at_zero() -> None:
    x = program.symbol("x")
    for strict, expected in ((True, "x > 0"), (False, None)):
        condition = Condition(x, "x > 0", strict=strict)
        made = Formula("f", (Input("x", "x"),), (), (Output("y", x, "y"),), (condition,))
        assert violated(made, {"x": 0.0}) == expected
        assert violated(made, {"x": 1.0}) is None
        assert violated(made, {"x": -1.0}) == "x > 0"


def test_no_regime_leaves_a_range_that_was_given() -> None:
    """Equilibrium ties temperatures only where their ranges meet."""
    kinds = {"T_1": "temperature", "T_2": "temperature", "g_1": "rate", "g_2": "rate"}
    ranges = {"T_1": (5.0, 6.0), "T_2": (1.0, 2.0), "g_1": (1.0, 2.0), "g_2": (5.0, 6.0)}
    sampler = Sampler(tuple(kinds), kinds, frozenset(), ranges, len(REGIMES), 0)
    for index in range(len(REGIMES)):
        point = sampler.point(index, 0)
        assert all(low <= point[name] <= high for name, (low, high) in ranges.items()), sampler.regime(index)


def test_missing_pieces_are_named() -> None:
    with pytest.raises(ModelError, match="carries no reference"):
        check(formula(reference=None))
    with pytest.raises(ModelError, match="pass at least 1"):
        check(formula(), points=0)
    inputs = tuple(i for i in formula().inputs if i.name != "gamma_2")
    with pytest.raises(ModelError, match="needs 'gamma_2'"):
        check(formula(inputs=inputs, outputs=formula().outputs[2:]))


def test_roles_are_read_off_the_model() -> None:
    w1, w2, lam, alpha, cut, t, tj, delta, xi = sn.parameters("w_1 w_2 lam alpha cut T T_j Delta xi", positive=True)
    mu = sn.parameters("mu")
    a, b = sn.qubits("1 2")
    bath = sn.Bath(
        "1",
        a.lowering,
        rate=lambda w: alpha * w * sp.exp(-w / cut),
        temperature=t,
        chemical_potential=mu,
        statistics="fermi",
    )
    jump = sn.Jump("d", a.z - b.z, rate=xi * (1 + sn.bose(delta, tj)))
    found = roles(
        sn.Model(
            w1 * a.number + w2 * b.number,
            interaction=lam * (a.raising * b.lowering + a.lowering * b.raising),
            baths=[bath],
            jumps=[jump],
        )
    )
    expected = {
        "w_1": "energy",
        "w_2": "energy",
        "lam": "coupling",
        "alpha": "rate",
        "cut": "cutoff",
        "T": "temperature",
    }
    assert found == {**expected, "mu": "fermi potential", "T_j": "temperature", "xi": "rate", "Delta": "energy"}


def test_resonance_puts_a_chemical_potential_on_a_frequency() -> None:
    omega, g, t = sn.parameters("omega gamma T", positive=True)
    mu = sn.parameters("mu")
    (a,) = sn.qubits("1")
    bath = sn.Bath("1", a.lowering, rate=g, temperature=t, chemical_potential=mu, statistics="fermi")
    m = sn.Model(omega * a.number, baths=[bath])
    names = ("omega", "gamma", "T", "mu")
    o, _, tt, mm = map(program.symbol, names)
    observable = Observable("element", indices=(0, 0))
    f = Formula(
        "level",
        tuple(Input(n, n, "real" if n == "mu" else "nonnegative") for n in names),
        (),
        (Output("p", program.call("fermi", o, tt, mm), "p", observable=observable),),
        reference=Setup(m, "secular"),
    )
    seen: list[dict[str, Any]] = []

    def run(**values: Any) -> dict[str, Any]:
        seen.append(values)
        with np.errstate(over="ignore"):
            return {"p": 1 / (np.exp((values["omega"] - values["mu"]) / values["T"]) + 1)}

    assert verify(f, points=24, evaluator=run).passed
    on = [k for k in range(24) if seen[0]["omega"][k] == seen[0]["mu"][k]]
    assert on == [k for k in range(24) if REGIMES[k % len(REGIMES)] == "resonance"]
    assert Reference(f.reference).parameters == ("omega", "gamma", "T", "mu")


def test_strata_cover_a_range() -> None:
    sampler = Sampler(("T",), {"T": "temperature"}, frozenset(), {"T": (1.0, 1e4)}, 100, 0)
    drawn = sorted(np.log10(sampler.point(k, 0)["T"]) for k in range(100))
    assert all(0.04 * k <= x <= 0.04 * (k + 1) + 1e-12 for k, x in enumerate(drawn))


def test_a_point_without_a_unique_state_wants_nan() -> None:
    """The second qubit is coupled to nothing."""
    omega, g, t = sn.parameters("omega gamma T", positive=True)
    a, b = sn.qubits("1 2")
    idle = sn.Model(omega * (a.number + b.number), baths=[sn.Bath("1", a.lowering, rate=g, temperature=t)])
    f = Formula(
        "idle",
        tuple(Input(n, n, "nonnegative") for n in ("omega", "gamma", "T")),
        (),
        (Output("p", program.symbol("omega"), "p", observable=Observable("element")),),
        reference=Setup(idle, "redfield"),
    )
    assert verify(f, points=2, evaluator=lambda **values: {"p": np.full(2, np.nan)}).passed
    report = verify(f, points=2, evaluator=lambda **values: {"p": np.full(2, 0.5)})
    assert not report.passed
    assert "no unique steady state" in report.text()
