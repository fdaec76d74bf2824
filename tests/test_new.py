"""The file that ``symness new`` writes runs as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from symness.cli import main


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    try:
        result = CliRunner().invoke(main, list(arguments))
    except SystemExit as error:
        return int(error.code or 0), ""
    return result.exit_code, result.output


def test_a_new_file_derives_verifies_and_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "new", "mine")[0] == 0
    assert "MODULES" in (tmp_path / "mine.py").read_text(encoding="utf-8")
    for command in (["derive"], ["latex"], ["verify", "--points", "5"], ["generate", "--output", "out"]):
        status, output = run(tmp_path, monkeypatch, command[0], "mine.py", *command[1:])
        assert status == 0, output
    assert list((tmp_path / "out").glob("*.py"))


def test_a_new_file_sweeps_draws_and_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("xarray", "dask", "netCDF4", "matplotlib"):
        pytest.importorskip(package)
    assert run(tmp_path, monkeypatch, "new", "mine")[0] == 0
    assert run(tmp_path, monkeypatch, "figure", "mine.py", "bias", "-o", "bias.png")[0] == 0
    assert "1 proved, 1 holds" in run(tmp_path, monkeypatch, "claims", "mine.py")[1]
    values = "--set omega=10 --set lam=4 --set gamma=1 --set T_1=2 --over T_2=2:7:5 -o a.nc --plot sweep.png".split()
    status, output = run(tmp_path, monkeypatch, "sweep", "mine.py", *values)
    assert status == 0, output
    assert {path.name for path in tmp_path.iterdir()} == {"mine.py", "bias.png", "a.nc", "sweep.png"}


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_path_without_a_name_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = run(tmp_path, monkeypatch, "new", name)
    assert (status, output.count("\n")) == (2, 1)
    assert f"NAME {name!r}: '' is no Python identifier" in output


def test_a_file_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text("notes", encoding="utf-8")
    status, output = run(tmp_path, monkeypatch, "new", "mine")
    assert status == 2
    assert "is there already" in output
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == "notes"
