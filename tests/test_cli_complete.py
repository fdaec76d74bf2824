"""What the shell completes, and that it does so without the engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from test_derive import level_file

import symness
from symness import derive
from symness.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(line: str) -> list[str]:
    """Words that the shell would offer at the end of the line."""
    *before, last = line.split(" ")
    items = BashComplete(main, {}, "symness", "_SYMNESS_COMPLETE").get_completions(before, last)
    return [item.value for item in items]


@pytest.mark.parametrize("command", ["list", "derive", "latex", "verify", "generate", "claims", "figure", "sweep"])
def test_names_of_derivations_and_own_files(command: str, folder: Path) -> None:
    assert completed(f"{command} wang")[0] == "wang2019"
    (folder / "wang_mine.py").touch()
    (folder / "notes.txt").touch()
    (folder / "papers").mkdir()
    level_file(folder / "papers")
    assert "wang_mine.py" in completed(f"{command} wang")
    assert completed(f"{command} papers/") == ["papers/mine.py"]
    assert completed(f"{command} pap") == ["papers/"]
    assert completed(f"{command} notes") == []


def test_every_derivation_is_offered() -> None:
    assert completed("derive ") == derive.names()


def test_figures(folder: Path) -> None:
    for name in derive.names():
        assert completed(f"figure {name} ") == list(derive.load(name).figures)
    level_file(folder, "FIGURES = {'one': sn.Figure('t', 'd', print), 'two': sn.Figure('t', 'd', print)}\n")
    assert completed("figure mine.py t") == ["two"]


def test_modules_parameters_and_outputs_of_a_sweep() -> None:
    from symness.generated import wang2019_boson

    assert "wang2019_boson" in completed("sweep wang2019_b")
    assert completed("sweep wang2019 --module wang2019_f") == ["wang2019_fermion", "wang2019_fermion_ohmic"]
    assert completed("sweep wang2019_boson --set ") == [f"{name}=" for name in wang2019_boson.PARAMETERS]
    assert completed("sweep wang2019_boson --set omega_1=3 --over omega") == ["omega_2="]
    assert completed("sweep wang2019_boson --outputs ") == list(wang2019_boson.OUTPUTS)
    assert completed("sweep wang2019 --module wang2019_boson --outputs rho_11,conc") == ["rho_11,concurrence"]
    assert "rho_11,rho_11" not in completed("sweep wang2019_boson --outputs rho_11,rho")


@pytest.mark.parametrize("line", ["figure nothing ", "sweep nothing --outputs ", "sweep --set ", "figure mine.py "])
def test_what_cannot_be_read_completes_to_nothing(line: str, folder: Path) -> None:
    (folder / "mine.py").write_text("FIGURES = {")
    assert completed(line) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_program_prints_the_script_and_completes(shell: str) -> None:
    def ran(**extra: str) -> str:
        code = "import sys; from symness.cli import main\ntry:\n    main(prog_name='symness')\n"
        code += "finally:\n    print(*sys.modules, file=sys.stderr)"
        path = os.pathsep.join([str(Path(symness.__file__).parents[1]), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path, **extra}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        assert not {"sympy", "numpy", "flint", "mpmath", "rich", "jinja2"} & set(done.stderr.split())
        return done.stdout

    if shell != "bash" or shutil.which("bash"):  # for bash, the script depends on the version that is there
        assert "_symness_completion" in ran(_SYMNESS_COMPLETE=f"{shell}_source")
    words = {"fish": "symness sweep wang2019_boson --outputs"}.get(shell, "symness sweep wang2019_boson --outputs ")
    found = ran(_SYMNESS_COMPLETE=f"{shell}_complete", COMP_WORDS=words, COMP_CWORD="" if shell == "fish" else "4")
    assert "concurrence" in found
