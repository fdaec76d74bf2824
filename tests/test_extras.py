"""Without the extras: what needs none works, and what needs one says in one line how to install it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_derive import level_file

import symness

EXTRAS = ("matplotlib", "xarray", "dask", "distributed", "zarr", "netCDF4", "qutip", "sphinx", "myst_nb", "pandas")
# A finder before all others, as if the packages were not installed.
_BLOCK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""
_LIBRARY = """
import numpy as np
import symness as sn
from symness.generated import wang2019_boson as module

omega, gamma, T = sn.parameters("omega gamma T", positive=True)
(q,) = sn.qubits("q")
generator = sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)]))
values = {"omega": 1, "gamma": 1, "T": 1}
grid = dict(omega_1=10, omega_2=9, lam=6, J_1=1, J_2=1, T_1=2, T_2=np.linspace(2, 7, 3))
figure = sn.Figure("title", "description", lambda canvas: canvas.subplots().plot([1, 2]))
"""
_COMMANDS = """
import io, json
from contextlib import redirect_stderr, redirect_stdout
from symness.cli import main

found = []
for line in sys.argv[1:]:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            main(line.split(), prog_name="symness")
        except SystemExit as error:
            found.append((error.code, out.getvalue(), err.getvalue()))
print(json.dumps(found))
"""
FIXED = "--set omega_1=10 --set omega_2=9 --set lam=6 --set J_1=1 --set J_2=1 --set T_1=2 --over T_2=2:7:3"


def python(code: str, missing: tuple[str, ...], *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that lacks some packages."""
    path = os.pathsep.join([str(Path(symness.__file__).parents[1]), *sys.path])
    return subprocess.run(
        [sys.executable, "-c", _BLOCK.format(missing=missing) + code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )


def commands(lines: Sequence[str], missing: tuple[str, ...], folder: Path) -> list[tuple[int, str, str]]:
    """(status, stdout, stderr) of commands, one after the other in one interpreter."""
    done = python(_COMMANDS, missing, *lines, folder=folder)
    assert done.returncode == 0, done.stderr
    return [tuple(item) for item in json.loads(done.stdout)]


def test_the_blocker_blocks(tmp_path: Path) -> None:
    assert "No module named 'zarr'" in python("import zarr.core", ("zarr",), folder=tmp_path).stderr
    assert python("import json", ("zarr",), folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("missing", "statements"),
    [
        (
            EXTRAS,
            {
                "sn.sweep(module, **grid)": "sweep",
                "sn.sweep(module, lazy=True, **grid)": "sweep",
                "sn.to_qutip(generator, values)": "qutip",
                "sn.to_qutip(sn.steady_state(generator), values)": "qutip",
                "figure.render()": "plot",
                "figure.drawn()": "plot",
                "figure._repr_png_()": "plot",
            },
        ),
        (("dask",), {"sn.sweep(module, lazy=True, **grid)": "sweep", "sn.sweep(module, to='a.zarr', **grid)": "sweep"}),
        (("zarr", "netCDF4"), {"sn.sweep(module, to='a.zarr', **grid)": "sweep"}),
        (("netCDF4",), {"sn.sweep(module, to='a.nc', **grid)": "sweep"}),
        (("distributed",), {"sn.sweep(module, client=object(), **grid)": "sweep"}),
    ],
)
def test_functions_name_their_extra(missing: tuple[str, ...], statements: dict[str, str], tmp_path: Path) -> None:
    tries = [f"try:\n    {statement}\nexcept sn.SymnessError as error:\n    print(error)" for statement in statements]
    done = python("\n".join([_LIBRARY, *tries]), missing, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == [
        f"pip install 'symness[{extra}]'" for extra in statements.values()
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("missing", "lines"),
    [
        (EXTRAS, {"figure wang2019 3": "plot", "figure --all": "plot", f"sweep wang2019_boson {FIXED}": "sweep"}),
        (("zarr",), {f"sweep wang2019_boson {FIXED} -o a.zarr": "sweep"}),
        (("netCDF4",), {f"sweep wang2019_boson {FIXED} -o a.nc": "sweep"}),
        (("distributed",), {f"sweep wang2019_boson {FIXED} --workers 2": "sweep"}),
        (("matplotlib",), {f"sweep wang2019_boson {FIXED} --plot a.png": "plot"}),
    ],
)
def test_commands_name_their_extra(missing: tuple[str, ...], lines: dict[str, str], tmp_path: Path) -> None:
    for (status, out, err), extra in zip(commands(list(lines), missing, tmp_path), lines.values(), strict=True):
        assert (status, out) == (1, "")
        assert err.startswith("symness: ")
        assert err.endswith(f": pip install 'symness[{extra}]'\n")
        assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_everything_else_works_without_extras(tmp_path: Path) -> None:
    level_file(tmp_path)
    said = {
        "--version": "symness ",
        "list": "wang2019",
        "derive mine.py": "rho_11",
        "generate mine.py": "level.py: written",
        "verify mine.py --points 2": "passed",
        "latex mine.py": r"\begin{align}",
        "claims mine.py": "",
        "figure wang2019": "wang2019 3",
        "new other": "other.py: written",
        "derive other.py --stats": "steady state",
    }
    for (status, out, err), (line, text) in zip(commands(list(said), EXTRAS, tmp_path), said.items(), strict=True):
        assert (status, text in out) == (0, True), (line, out, err)


def test_a_state_is_printed_and_evaluated_without_extras(tmp_path: Path) -> None:
    code = """
state = sn.steady_state(generator)
print(state, sn.evaluator(state, {"p": state.element(0, 0)})(**values), repr(generator.model), repr(figure))
"""
    done = python(_LIBRARY + code, EXTRAS, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "rho" in done.stdout
