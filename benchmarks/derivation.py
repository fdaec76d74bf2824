"""What it takes to derive a formula and to write its evaluator: ``python benchmarks/derivation.py``.

Medians in one process, after one round to warm up; the time to import a generated module is taken in fresh processes.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import sympy as sp

import symness as sn
from symness import program
from symness.composites import composite_matrix
from symness.derivations import wang2019
from symness.elimination import straight_line
from symness.formula import Formula
from symness.generators import Generator
from symness.liouville import liouvillian
from symness.lowering import fast_program

#: spectral densities and statistics of the generated modules
MODULES = {
    "wang2019_boson": ("bose", (2 * wang2019.J_1, 2 * wang2019.J_2)),
    "wang2019_fermion": ("fermi", (2 * wang2019.J_1, 2 * wang2019.J_2)),
    "wang2019_boson_ohmic": ("bose", wang2019.OHMIC),
    "wang2019_fermion_ohmic": ("fermi", wang2019.OHMIC),
}
STAGES = ("generator", "state", "formula", "source", "exec", "sum")


class Clock:
    """Seconds spent in each stage, round by round."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def time(self, stage: str, call: Callable[[], Any]) -> Any:
        """Run ``call``, add its seconds to ``stage``, and return what it returned."""
        start = time.perf_counter()
        result = call()
        self.seconds.setdefault(stage, []).append(time.perf_counter() - start)
        return result

    def milliseconds(self, stage: str) -> float:
        """Median."""
        return median(self.seconds[stage]) * 1e3


def formula_of(state: Any, name: str) -> Formula:
    """All outputs of the generated module."""
    return sn.formula(state, wang2019.outputs(state), name=name)


def execute(source: str) -> None:
    """Run the text of a module, as the evaluator in memory does."""
    exec(compile(source, "<benchmark>", "exec"), {"__name__": "benchmark"})


def derive_module(name: str, rounds: int) -> tuple[Clock, Formula, Any]:
    """From operators to an executed module; the formula and the state of the last round."""
    statistics, rates = MODULES[name]
    model = wang2019.model(statistics, rates=rates)
    clock = Clock()
    for k in range(rounds + 1):
        clock = Clock() if k == 1 else clock
        generator = clock.time("generator", partial(sn.redfield, model))
        state = clock.time("state", partial(sn.steady_state, generator))
        formula = clock.time("formula", partial(formula_of, state, name))
        source = clock.time("source", formula.numpy_source)
        clock.time("exec", partial(execute, source))
    clock.seconds["sum"] = [sum(parts) for parts in zip(*clock.seconds.values(), strict=True)]
    return clock, formula, state


def operations(state: Any) -> dict[str, int]:
    """Operations of the elements of rho, given the rates: as displayed and as executed."""

    def executed(formula: Formula) -> int:
        roots = [d.expression for d in formula.definitions if not d.atom] + [o.expression for o in formula.outputs]
        return program.count_ops(roots, shared=True)

    return {
        "program form": executed(state.program),
        "closed form, executed": executed(state.closed_form),
        "closed form, displayed": state.closed_form.count_ops(),
    }


def chain() -> sn.Model:
    """Three qubits in a row, all different, exchange between neighbours, a boson bath at either end."""
    energies = sn.parameters("omega_1 omega_2 omega_3", positive=True)
    couplings = sn.parameters("g_12 g_23", positive=True)
    gamma_1, gamma_3, T_1, T_3 = sn.parameters("gamma_1 gamma_3 T_1 T_3", positive=True)
    sites = sn.qubits("1 2 3")
    zero = sp.zeros(8, 8)
    hops = [a.raising * b.lowering + b.raising * a.lowering for a, b in itertools.pairwise(sites)]
    return sn.Model(
        sum((e * s.number for e, s in zip(energies, sites, strict=True)), zero),
        interaction=sum((g * hop for g, hop in zip(couplings, hops, strict=True)), zero),
        baths=[
            sn.Bath("1", sites[0].lowering, rate=gamma_1, temperature=T_1),
            sn.Bath("3", sites[2].lowering, rate=gamma_3, temperature=T_3),
        ],
    )


def program_form(generator: Generator) -> tuple[int, int]:
    """Size of the connected sector, and operations of the straight-line program for it."""
    matrix = composite_matrix(generator, liouvillian(generator))
    entries = {place: matrix.ring.collect(value) for place, value in matrix.matrix.items()}
    values = straight_line(entries, matrix.sector, matrix.ground)
    return len(matrix.sector), program.count_ops(values.values(), shared=True)


def import_time(module: str, rounds: int) -> tuple[float, float, bool]:
    """Milliseconds of a generated module over numpy, those of numpy (``-X importtime``), whether SymPy stayed out."""
    code = f"import numpy, sys; import symness.generated.{module}; sys.exit('sympy' in sys.modules)"
    own, numpy, light = [], [], True
    with TemporaryDirectory() as cache:
        # Compiled once, as after an installation; the first process, which compiles, does not count.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for k in range(rounds + 1):
            command = [sys.executable, "-X", "importtime", "-c", code]
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            light = light and done.returncode == 0
            lines = re.findall(r"import time:\s+\d+ \|\s+(\d+) \|\s+(\S+)", done.stderr)
            cumulative = {name: int(microseconds) / 1e3 for microseconds, name in lines}
            if k:
                own.append(cumulative[f"symness.generated.{module}"])
                numpy.append(cumulative["numpy"])
    return median(own), median(numpy), light


def run(names: list[str], rounds: int, imports: int) -> None:
    """Measure and print."""
    print(f"milliseconds, median of {rounds} rounds\n")
    print(f"{'module':26}" + "".join(f"{stage:>11}" for stage in STAGES))
    counted = []
    for name in names:
        clock, formula, state = derive_module(name, rounds)
        counted.append((name, formula, state))
        print(f"{name:26}" + "".join(f"{clock.milliseconds(stage):11.1f}" for stage in STAGES))
    print("\noperations\n")
    for name, formula, state in counted:
        texts = [f"{count} ({what})" for what, count in operations(state).items()]
        kernel = len(fast_program(formula, tests=False).statements)
        print(f"{name:26}{', '.join(texts)}; {kernel} numpy calls for its {len(formula.outputs)} outputs")
    clock, model = Clock(), chain()
    for _ in range(rounds):
        generator = clock.time("generator", partial(sn.local, model))
        size, count = clock.time("program", partial(program_form, generator))
    print(
        f"\nthree-qubit XX chain, local, all parameters different: sector of {size}, {count} operations, generator "
        f"{clock.milliseconds('generator'):.1f} ms, program form {clock.milliseconds('program'):.1f} ms"
    )
    if imports:
        own, numpy, light = import_time(names[0], imports)
        print(
            f"\nimport of symness.generated.{names[0]}: {own:.1f} ms over numpy ({numpy:.0f} ms); "
            f"SymPy {'not ' if light else ''}imported"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)} (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default 7)")
    parser.add_argument("--imports", type=int, default=11, help="fresh processes for the import time (default 11)")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.modules if name not in MODULES]
    if unknown:
        parser.error(f"no module {unknown[0]!r}; there are {', '.join(MODULES)}")
    run(chosen.modules or list(MODULES), chosen.rounds, chosen.imports)


if __name__ == "__main__":
    main()
