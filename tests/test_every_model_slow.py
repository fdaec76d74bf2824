"""All observables of every model as outputs of one evaluator: verified, computed on demand, in a module of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import catalogue
import numpy as np
import pytest
from catalogue import CASES, Case

import symness as sn

QUICK = ("driven qubit local", "maser of three baths")
MODELS = pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in CASES]
)


def everything(case: Case) -> dict[str, Any]:
    """Currents, laws, measures, fluctuations, identities as coherences, critical current, elements."""
    found = {**catalogue.thermodynamics(case), **catalogue.measures(case), **catalogue.fluctuations(case)}
    state = case.state
    found["population"], found["coherence"] = state.element(0, 0, "product"), state.element(0, 1, "product")
    if case.qubits == 2 and case.is_x and state is not CASES["camalet2011"].state:
        kind = "single" if state is CASES["zhang2021 strong"].state else None
        current = sn.energy_current(state, case.model.baths[0].name)
        found["J_c"] = sn.critical_current(state, current, kind)
        found["ratio"] = current / found["J_c"]
    return found


@MODELS
def test_every_output_is_verified(name: str) -> None:
    case = CASES[name]
    formula = sn.formula(case.state, everything(case))
    report = formula.check(points=13, digits=30)
    assert report.passed, str(report)
    assert not report.skipped


class Counting:
    """numpy, with the calls of its universal functions counted."""

    def __init__(self) -> None:
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        return Counted(self, found) if isinstance(found, np.ufunc) else found


class Counted:
    """A universal function."""

    def __init__(self, namespace: Counting, function: Any) -> None:
        self.namespace, self.function = namespace, function

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.namespace.calls += 1
        return self.function(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


def executed(formula: Any, values: dict[str, float], outputs: list[str]) -> int:
    """Calls of universal functions that an evaluation takes."""
    run = sn.evaluator(formula[0], formula[1])
    counting = Counting()
    run.module.__dict__["np"] = counting
    found = run(**values, outputs=outputs)
    assert list(found) == outputs
    return counting.calls


@MODELS
def test_one_output_costs_what_it_needs(name: str) -> None:
    """One at a time: fewer calls than all, about as many as in an evaluator of its own, and the same number."""
    case = CASES[name]
    outputs = everything(case)
    whole = (case.state, outputs)
    complete = executed(whole, case.values, list(outputs))
    every = sn.evaluator(*whole)
    together = every(**case.values)
    for one in ("population", "purity", f"I_total_{case.model.baths[0].name}"):
        alone = executed(whole, case.values, [one])
        assert alone < complete / 2
        # A name that others share may keep two operations apart that an evaluator of its own joins.
        assert alone <= 1.1 * executed((case.state, {one: outputs[one]}), case.values, [one]) + 3
        np.testing.assert_allclose(every(**case.values, outputs=[one])[one], together[one], rtol=1e-14)


PROGRAM = """
import json, sys
sys.modules["symness"] = sys.modules["sympy"] = None
sys.path.insert(0, sys.argv[1])
import standalone
found = standalone.evaluate(**json.loads(sys.argv[2]))
print(json.dumps({key: [complex(value).real, complex(value).imag] for key, value in found.items()}))
"""


@MODELS
def test_the_module_stands_alone(name: str, tmp_path: Path) -> None:
    """Written, imported where neither symness nor SymPy can be, and evaluated: the same numbers to the last bit."""
    case = CASES[name]
    formula = sn.formula(case.state, everything(case), name="standalone")
    (tmp_path / "standalone.py").write_text(formula.numpy_source(), encoding="utf-8")
    command = [sys.executable, "-I", "-c", PROGRAM, str(tmp_path), json.dumps(case.values)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {key: complex(*value) for key, value in json.loads(answer.stdout).items()}
    own = sn.evaluator(case.state, everything(case))(**case.values)
    assert found == {key: complex(value) for key, value in own.items()}
