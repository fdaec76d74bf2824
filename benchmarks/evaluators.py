"""Evaluators of one steady state against each other, in one process: ``python benchmarks/evaluators.py``.

Two coupled qubits with boson baths, Bloch-Redfield (``wang2019_boson``), on flat arrays of random parameters.  Every
method computes the same outputs from the same parameters and returns new arrays; rounds are interleaved, and only
ratios within one run mean anything.  What each line includes is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rivals

from symness.derivations.wang2019 import MODULES
from symness.evaluator import Evaluator
from symness.formula import Formula

Points = Mapping[str, Any]
#: seven real numbers: four populations, the complex coherence, the concurrence
STATE = ("rho_11", "rho_22", "rho_33", "rho_44", "rho_34", "concurrence")
#: compiler flags -> how the line is called
COMPILED = {("-O3", "-march=native"): "C", ("-O3", "-march=native", "-ffast-math"): "C, -ffast-math"}
MEMORY_LIMIT = 64 * 2**20


@dataclass
class Method:
    """One line of a table.

    Attributes
    ----------
    call : callable
        ``call(points)`` returns the outputs, as a dict or as a list of real arrays in the order of the outputs.
    share : int
        It is run on the first ``1/share`` of the points.
    """

    name: str
    includes: str
    call: Callable[[Points], Any]
    share: int = 1
    seconds: list[float] = field(default_factory=list)
    count: int = 0
    result: Any = None

    @property
    def nanoseconds(self) -> float:
        """Median per point."""
        return median(self.seconds) / self.count * 1e9


@dataclass(frozen=True)
class Goal:
    """``value`` against a bound that it must not exceed (or, with ``at_least``, reach).

    ``untested`` is the same ratio for the evaluator without tests, which does what its rivals do and no more.
    """

    text: str
    value: float
    bound: float
    at_least: bool = False
    untested: float | None = None

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def random_points(count: int, seed: int = 0) -> dict[str, Any]:
    """Random parameters with lam below 0.9 of its bound 2 sqrt(omega_1 omega_2)."""
    generator = np.random.default_rng(seed)

    def uniform(low: float, high: float) -> np.ndarray:
        return generator.uniform(low, high, count)

    points = {"omega_1": uniform(5, 15), "omega_2": uniform(5, 15), "lam": uniform(0.1, 8)}
    points["lam"] = np.minimum(points["lam"], 1.8 * np.sqrt(points["omega_1"] * points["omega_2"]))
    points |= {"J_1": uniform(0.05, 1), "J_2": uniform(0.05, 1), "T_1": uniform(0.5, 20), "T_2": uniform(0.5, 20)}
    return points


def flat(formula: Formula, names: Sequence[str], result: Any) -> list[np.ndarray]:
    """The outputs as real arrays: a complex one as two, a boolean one (``expression >= 0``) as zeros and ones."""
    parts: list[np.ndarray] = []
    if isinstance(result, dict):
        for name in names:
            values = result[name]
            parts += [values.real, values.imag] if formula.output(name).is_complex else [values]
        return parts
    given = iter(result)
    for name in names:
        output = formula.output(name)
        parts += [next(given) for _ in range(1 + output.is_complex)]
        if output.domain == "bool":
            parts[-1] = parts[-1] >= 0
    return parts


def untested(evaluator: Evaluator, names: Sequence[str]) -> Callable[[Points], Any]:
    """The evaluator without its tests for lost digits, and hence without recomputing anything."""

    def call(points: Points) -> Any:
        settings = vars(evaluator.module)
        kept, settings["_TAU"] = settings["_TAU"], np.inf
        try:
            return evaluator(outputs=names, **points)
        finally:
            settings["_TAU"] = kept

    return call


def methods(formula: Formula, names: Sequence[str], folder: Path, linear_algebra: bool) -> list[Method]:
    """The lines of one table; those in C only where there is a compiler."""
    evaluator = Evaluator(formula)
    chosen = [
        Method(
            "evaluator",
            "domain, conditions, tests for lost digits, double-double where they fail",
            lambda points: evaluator(outputs=names, **points),
        ),
        Method("evaluator, no tests", "domain, conditions", untested(evaluator, names)),
    ]
    for flags, name in COMPILED.items():
        for tests, includes in ((True, "conditions and tests as a mask"), (False, "nothing but the formula")):
            kernel = rivals.c_kernel(formula, names, folder, flags, tests)
            if kernel is not None:
                chosen.append(Method(name if tests else f"{name}, no tests", includes, kernel))
    compiled = rivals.lambdified(formula, names)
    chosen.append(Method("lambdify", "nothing but the formula, cse=True, whole arrays", compiled))
    chosen.append(Method("lambdify, blocks", "the same, called on blocks of 8192", rivals.in_blocks(compiled)))
    if linear_algebra:
        chosen.append(Method("solve", "6 x 6 generators assembled, numpy.linalg.solve", rivals.batched_solve, share=10))
    return chosen


def measure(lines: Sequence[Method], points: Points, rounds: int) -> None:
    """One call each to warm up (its result is kept), then interleaved rounds."""
    total = len(next(iter(points.values())))
    subsets = {id(line): {k: v[: max(1, total // line.share)] for k, v in points.items()} for line in lines}
    for line in lines:
        line.count = max(1, total // line.share)
        line.result = line.call(subsets[id(line)])
    for _ in range(rounds):
        for line in lines:
            start = time.perf_counter()
            line.call(subsets[id(line)])
            line.seconds.append(time.perf_counter() - start)


def print_table(formula: Formula, names: Sequence[str], lines: Sequence[Method]) -> None:
    """Times, their ratio to the evaluator, and how far the numbers lie from the evaluator's."""
    expected = flat(formula, names, lines[0].result)
    print(f"{'method':26}{'ns/point':>10}{'min':>10}{'ratio':>9}{'typical':>10}{'largest':>10}  includes")
    for line in lines:
        per_point = [second / line.count * 1e9 for second in line.seconds]
        typical, largest = distance(expected, flat(formula, names, line.result))
        ratio = median(per_point) / lines[0].nanoseconds
        print(
            f"{line.name:26}{median(per_point):10.1f} {min(per_point):9.1f}{ratio:9.3g}{typical:10.0e}{largest:10.0e}"
            f"  {line.includes}"
        )


def distance(expected: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> tuple[float, float]:
    """Median relative and largest absolute difference (scaled by the largest value of each output)."""
    typical, largest = [], []
    for a, b in zip(expected, found, strict=True):
        a, b = a[: len(b)].astype(float), np.asarray(b, dtype=float)
        kept = np.isfinite(a) & np.isfinite(b)
        gap = np.abs(a - b)[kept]
        if gap.size:
            size = np.abs(a)[kept]
            typical.append(float(np.median(gap / np.maximum(size, 1e-300))))
            largest.append(float(gap.max() / max(size.max(), 1e-300)))
    return max(typical, default=0.0), max(largest, default=0.0)


def peak_memory(evaluator: Evaluator, names: Sequence[str], count: int) -> int:
    """Bytes that one call needs at its peak beyond parameters and outputs (numpy reports its arrays to tracemalloc)."""
    points = random_points(count, seed=1)
    evaluator(outputs=names, **{name: values[:1000] for name, values in points.items()})
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        result = evaluator(outputs=names, **points)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before - sum(values.nbytes for values in result.values())


def grid_gain(evaluator: Evaluator, names: Sequence[str], side: int, rounds: int) -> float:
    """How much faster a grid of two temperatures is than the same points as flat arrays."""
    fixed = {"omega_1": 10.0, "omega_2": 9.0, "lam": 3.0, "J_1": 0.5, "J_2": 0.4}
    warm = np.linspace(0.5, 20, side)
    grid: dict[str, Any] = {**fixed, "T_1": warm[:, None], "T_2": warm + 0.01}
    points = {name: np.ascontiguousarray(np.broadcast_to(v, (side, side))).ravel() for name, v in grid.items()}
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for given, times in zip((points, grid), seconds, strict=True):
            start = time.perf_counter()
            evaluator(outputs=names, **given)
            times.append(time.perf_counter() - start)
    return median(seconds[0]) / median(seconds[1])


def goals(lines: Sequence[Method]) -> list[Goal]:
    """Ratios that the evaluator has to keep; the first two lines are the evaluator, with and without tests."""
    own, bare = lines[0].nanoseconds, lines[1].nanoseconds
    rivals_of = {line.name: line.nanoseconds for line in lines}
    found = []
    if "C" in rivals_of:
        found.append(Goal("evaluator / C", own / rivals_of["C"], 8, untested=bare / rivals_of["C, no tests"]))
    for name, bound in (("lambdify", 5), ("solve", 8), ("QuTiP", 5000)):
        if name in rivals_of:
            other = rivals_of[name]
            found.append(Goal(f"{name} / evaluator", other / own, bound, at_least=True, untested=other / bare))
    return found


def print_goals(found: Sequence[Goal]) -> None:
    """One line each."""
    print(f"\n{'goal':44}{'measured':>10}{'no tests':>10}")
    for goal in found:
        bound = f"{'at least' if goal.at_least else 'at most'} {goal.bound:g}"
        untested = "" if goal.untested is None else f"{goal.untested:.3g}"
        print(f"{goal.text:44}{goal.value:10.3g}{untested:>10}   {bound:15} {'met' if goal.met else 'MISSED'}")


def run(count: int, rounds: int, memory_points: int, qutip_points: int, side: int = 1000) -> list[Goal]:
    """Measure, print, and return the goals with their values."""
    formula = MODULES["wang2019_boson"]()
    points = random_points(count)
    checked: list[Goal] = []
    with TemporaryDirectory() as folder:
        for names in (STATE, tuple(output.name for output in formula.outputs)):
            state_only = names == STATE
            lines = methods(formula, names, Path(folder), linear_algebra=state_only)
            if state_only and qutip_points:
                share = max(1, count // qutip_points)
                for name, assembled in (("QuTiP", False), ("QuTiP, solver only", True)):
                    best = rivals.best_qutip(random_points(qutip_points), assembled)
                    source = "generator added up by numpy" if assembled else "generator added up from superoperators"
                    lines.append(Method(name, f"{source}, {best[0]}, concurrence", best[1], share))
            measure(lines, points, rounds)
            print(f"\n{', '.join(names)}\n{count} points, {rounds} interleaved rounds, ratio to the evaluator;")
            print("typical, largest: median relative, largest scaled difference from the evaluator\n")
            print_table(formula, names, lines)
            failed = next((line.call.failed for line in lines if isinstance(line.call, rivals.CKernel)), None)
            if failed is not None:
                print(f"points that fail a test: {100 * failed:.3g} % (recomputed by the evaluator, marked by C)")
            if state_only:
                checked += goals(lines)
    evaluator = Evaluator(formula)
    memory = peak_memory(evaluator, STATE, memory_points)
    checked.append(Goal(f"MiB beyond the outputs, {memory_points} points", memory / 2**20, MEMORY_LIMIT / 2**20))
    gain = grid_gain(evaluator, STATE, side, rounds)
    checked.append(Goal(f"flat / grid of {side} x {side} temperatures", gain, 1.4, at_least=True))
    print_goals(checked)
    return checked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=1_000_000, help="points per call (default 1000000)")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--memory-points", type=int, default=10_000_000, help="points of the memory test")
    parser.add_argument("--qutip-points", type=int, default=200, help="points for QuTiP (0: leave it out)")
    chosen = parser.parse_args()
    if "OPENBLAS_NUM_THREADS" not in os.environ:
        # One core for every method; the library behind numpy.linalg reads this when it is loaded.
        one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **one})
    run(chosen.points, chosen.rounds, chosen.memory_points, chosen.qutip_points)


if __name__ == "__main__":
    main()
