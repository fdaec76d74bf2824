"""The benchmark scripts run and agree; nothing here asserts a time."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symness.derivations.wang2019 import MODULES

FOLDER = Path(__file__).parent.parent / "benchmarks"
PATH = os.pathsep.join([str(FOLDER.parent), *sys.path])


def script(name: str) -> Any:
    """A benchmark script as a module, found beside its neighbours as when it is run."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        patch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def evaluators():
    return script("evaluators")


@pytest.fixture(scope="module")
def formula():
    return MODULES["wang2019_boson"]()


def test_methods_agree_with_the_evaluator(evaluators, formula, tmp_path):
    names = ("rho_11", "w")
    lines = evaluators.methods(formula, names, tmp_path, linear_algebra=False)
    assert len(lines) == (8 if shutil.which("cc") else 4)
    evaluators.measure(lines, evaluators.random_points(64), rounds=1)
    expected = evaluators.flat(formula, names, lines[0].result)
    for line in lines:
        _, largest = evaluators.distance(expected, evaluators.flat(formula, names, line.result))
        assert largest < 1e-9, line.name
        assert line.nanoseconds > 0


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_c_kernel_computes_every_output(evaluators, formula, tmp_path):
    names = tuple(output.name for output in formula.outputs)
    points = evaluators.random_points(64)
    kernel = evaluators.rivals.c_kernel(formula, names, tmp_path, ("-O3",), True)
    expected = evaluators.flat(formula, names, evaluators.Evaluator(formula)(**points))
    _, largest = evaluators.distance(expected, evaluators.flat(formula, names, kernel(points)))
    assert largest < 1e-9
    assert 0 <= kernel.failed < 1


@pytest.mark.parametrize("method", ["solve", "qutip"])
def test_linear_algebra_agrees_with_the_evaluator(evaluators, formula, method):
    rivals = evaluators.rivals
    if method == "qutip":
        pytest.importorskip("qutip")
    points = evaluators.random_points(4)
    result = evaluators.Evaluator(formula)(outputs=evaluators.STATE, **points)
    found = rivals.qutip_method(False, method="svd")(points) if method == "qutip" else rivals.batched_solve(points)
    expected = evaluators.flat(formula, evaluators.STATE, result)
    assert len(expected) == len(found) == 7
    assert max(evaluators.distance(expected, found)) < 1e-9


def test_memory_beyond_the_outputs_does_not_grow(evaluators, formula):
    evaluator = evaluators.Evaluator(formula)
    small, large = (evaluators.peak_memory(evaluator, ("rho_11", "rho_34"), count) for count in (50_000, 200_000))
    assert large < small + 2**20


def test_distance_sees_a_wrong_answer(evaluators):
    right = [np.linspace(1, 2, 5)]
    assert evaluators.distance(right, right) == (0.0, 0.0)
    assert evaluators.distance(right, [right[0] * 1.01])[1] > 1e-3


def test_derivation_counts(formula):
    derivation = script("derivation")
    _, derived, state = derivation.derive_module("wang2019_boson", rounds=1)
    assert derived == formula
    assert all(count > 0 for count in derivation.operations(state).values())
    size, count = derivation.program_form(derivation.sn.local(derivation.chain()))
    assert size == 20
    assert count < 1000


@pytest.mark.slow
def test_a_killed_sweep_resumes_and_the_comparison_sees_a_wrong_byte(tmp_path):
    zarr = pytest.importorskip("zarr")
    pytest.importorskip("xarray")
    pytest.importorskip("distributed")
    line = [sys.executable, str(FOLDER / "sweep.py"), "--size=64", "--block=128", f"--folder={tmp_path}"]
    run = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": PATH})
    assert run.returncode == 0, run.stderr
    assert "blocks on disk computed again: 0\n" in run.stdout
    assert run.stdout.count(": 0 of 4096 points differ\n") == 3
    assert list(tmp_path.iterdir()) == []
    sweep = script("sweep")
    target = tmp_path / "sweep.zarr"
    sweep.sn.sweep(sweep.wang2019_boson, outputs=sweep.OUTPUTS, to=target, **sweep.axes(16), **sweep.FIXED).close()
    assert set(sweep.differing(target, 16)[0].values()) == {0}
    stored = zarr.open_group(target)["concurrence"]
    stored[3, 5] = np.nextafter(stored[3, 5], 1.0)
    assert sweep.differing(target, 16)[0] == {"concurrence": 1, "rho_34": 0, "entropy_production": 0}
