"""Sweeps: the same numbers in memory, lazily, on a cluster and in a file that was interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from systems import hearing_interrupts

import symness as sn
from symness import sweep_store
from symness.cli import main
from symness.generated import wang2019_boson

xarray = pytest.importorskip("xarray")
pytest.importorskip("dask")
pytest.importorskip("zarr")

FIXED = {"omega_1": 10.0, "omega_2": 9.0, "lam": 6.0, "J_1": 0.1, "J_2": 0.2}
T_1, T_2 = np.linspace(1, 5, 31), np.linspace(0.5, 6, 43)
NAMES = ["concurrence", "rho_34", "positive"]


def whole(names: list[str] = NAMES) -> dict[str, Any]:
    """The evaluator on the whole grid at once: what every sweep has to be."""
    found: dict[str, Any] = wang2019_boson.evaluate(outputs=names, T_1=T_1[:, None], T_2=T_2[None, :], **FIXED)
    return found


def swept(**options: Any) -> Any:
    return sn.sweep(wang2019_boson, outputs=NAMES, T_1=T_1, T_2=T_2, block=200, **FIXED, **options)


def test_blocks_give_the_whole_bit_for_bit_with_labels() -> None:
    found, expected = swept(), whole()
    assert all(np.array_equal(found[name].values, expected[name]) for name in NAMES)
    assert found["concurrence"].dims == ("T_1", "T_2")
    assert found["concurrence"].attrs["long_name"] == "concurrence of the two qubits"
    assert (found["rho_34"].dtype, found["positive"].dtype) == (complex, bool)
    assert float(found["lam"]) == 6.0
    assert found.attrs["digest"] == wang2019_boson.SOURCE["digest"]


def test_lazy_arrays_are_computed_when_they_are_used() -> None:
    found = swept(lazy=True)
    assert found["concurrence"].chunks is not None
    assert np.array_equal(found["concurrence"].values, whole()["concurrence"])


def test_parameters_may_share_an_axis_of_their_own() -> None:
    bias = xarray.DataArray(np.linspace(0, 2, 9), dims="bias", coords={"bias": np.linspace(0, 2, 9)})
    rest = {name: value for name, value in FIXED.items() if name != "lam"}
    found = sn.sweep(
        wang2019_boson, outputs="concurrence", lam=np.array([2.0, 6.0]), T_1=3 - bias / 2, T_2=3 + bias / 2, **rest
    )
    assert found["concurrence"].dims == ("lam", "bias")
    direct = wang2019_boson.evaluate(outputs=["concurrence"], **{**FIXED, "T_1": 3 - 0.625, "T_2": 3 + 0.625})
    assert found["concurrence"].values[1, 5] == direct["concurrence"]
    assert found["T_1"].dims == ("bias",)


@pytest.mark.parametrize("suffix", [".zarr", ".nc"])
def test_an_interrupted_file_goes_on_where_it_stopped(tmp_path: Path, suffix: str) -> None:
    target, seen = tmp_path / f"sweep{suffix}", []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(to=target, progress=stop)
    assert not target.exists() if suffix == ".nc" else target.exists()
    later: list[int] = []
    with swept(to=target, progress=lambda done, total: later.append(done)) as found:
        total = seen[0][1]
        assert later == list(range(4, total + 1))
        expected = whole()
        assert np.array_equal(found["concurrence"].values, expected["concurrence"])
        pair = found["rho_34"] if suffix == ".zarr" else found["rho_34_re"] + 1j * found["rho_34_im"]
        assert np.array_equal(pair.values, expected["rho_34"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name]
    again: list[int] = []
    swept(to=target, progress=lambda done, total: again.append(done)).close()
    assert again == []


@pytest.mark.parametrize("suffix", [".zarr", ".nc"])
@pytest.mark.parametrize("moment", ["before the folder", "in the folder", "after the folder"])
def test_interrupted_while_a_file_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, moment: str
) -> None:
    """A folder that is laid out and empty must never pass for a finished sweep."""
    target = tmp_path / f"sweep{suffix}"
    lay_out = xarray.Dataset.to_zarr

    def interrupted(self: Any, folder: Any, **options: Any) -> Any:
        if moment == "in the folder":
            Path(folder).mkdir()
            (Path(folder) / "zarr.json").write_text("{")
        elif moment == "after the folder":
            lay_out(self, folder, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(xarray.Dataset, "to_zarr", interrupted)
        with pytest.raises(KeyboardInterrupt):
            swept(to=target)
    with swept(to=target) as found:
        assert np.array_equal(found["concurrence"].values, whole()["concurrence"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name]


def test_a_netcdf_file_that_was_killed_while_it_was_tidied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "sweep.nc"

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sweep_store, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            swept(to=target)
    swept(to=target).close()
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_full_disk_is_told_and_the_sweep_goes_on_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "sweep.zarr"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sweep_store.os, "fsync", full)
        with pytest.raises(sn.SweepError, match=r"cannot write to='.*sweep.zarr': No space left on device; call again"):
            swept(to=target)
    with swept(to=target) as found:
        assert np.array_equal(found["concurrence"].values, whole()["concurrence"])


def test_a_folder_in_the_way_is_kept(tmp_path: Path) -> None:
    other = tmp_path / "sweep.nc.part"
    other.mkdir()
    (other / "notes").write_text("notes")
    with pytest.raises(sn.SweepError, match=r"sweep.nc.part' is in the way"):
        swept(to=tmp_path / "sweep.nc")
    assert (other / "notes").read_text() == "notes"


def test_a_parameter_named_like_an_argument_is_named() -> None:
    block, gamma, T = sn.parameters("block gamma T", positive=True)
    (q,) = sn.qubits("q")
    state = sn.steady_state(sn.secular(sn.Model(block * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])))
    run = sn.evaluator(state, {"p": state.element(0, 0)})
    with pytest.raises(sn.SweepError, match="'block' is an argument of sweep itself; give this parameter another name"):
        sn.sweep(run, block=2, gamma=1, T=1)


def test_the_command_names_such_a_parameter_as_well(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        """import symness as sn
source, gamma, T = sn.parameters("source gamma T", positive=True)
level = sn.levels("d", 2)
bath = sn.Bath("1", level.transition(0, 1), gamma, T)
model = sn.Model(source * level.projector(1), baths=[bath])
MODULES = {"level": lambda: sn.steady_state(sn.secular(model)).closed_form}
""",
        encoding="utf-8",
    )
    words = ["sweep", str(path), "--set", "source=1", "--set", "gamma=1", "--set", "T=1"]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "'source' is an argument of sweep itself" in result.stderr


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "sweep.zarr"
    swept(to=target).close()
    with pytest.raises(sn.SweepError, match="holds another sweep"):
        sn.sweep(wang2019_boson, outputs=NAMES, T_1=T_1, T_2=T_2 + 1, to=target, block=200, **FIXED)
    mine = tmp_path / "mine.nc"
    mine.write_text("notes")
    with pytest.raises(sn.SweepError, match="is no sweep"):
        swept(to=mine)
    assert mine.read_text() == "notes"
    folder = tmp_path / "folder.zarr"
    folder.mkdir()
    (folder / "notes").write_text("notes")
    with pytest.raises(sn.SweepError, match="is no sweep"):
        swept(to=folder)
    assert (folder / "notes").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"T_1": T_1}, "no value for 'omega_1'"),
        ({**FIXED, "T_1": T_1, "T_2": 2, "temperature": 3}, "'temperature' is no parameter"),
        ({**FIXED, "T_1": np.ones((2, 2)), "T_2": 2}, "T_1 has 2 dimensions"),
        ({**FIXED, "T_1": "hot", "T_2": 2}, "is no number"),
        ({**FIXED, "T_1": T_1, "T_2": 2, "outputs": ["entropy"]}, "'entropy' is no output"),
        ({**FIXED, "T_1": T_1, "T_2": 2, "to": "a.csv"}, "ends in .zarr"),
        ({**FIXED, "T_1": T_1, "T_2": 2, "to": "nowhere/a.nc"}, "there is no folder"),
        ({**FIXED, "T_1": T_1, "T_2": 2, "block": 0}, "block=0"),
        ({**FIXED, "T_1": np.ones(10**6), "T_2": np.ones(10**6), "mu_1": np.ones(10**6)}, "4000000000000 blocks"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(sn.SweepError, match=message):
        sn.sweep(wang2019_boson, **options)
    with pytest.raises(sn.SweepError, match="cannot be evaluated"):
        sn.sweep(3, **options)


COMMAND = ["--set", "omega_1=10", "--set", "omega_2=9", "--set", "lam=6", "--set", "J_1=0.1", "--set", "J_2=0.2"]


def test_the_command_writes_and_draws(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    line = [sys.executable, "-m", "symness.cli", "sweep", "wang2019_boson", *COMMAND, "--over", "T_1=1:5:9"]
    line += ["--over", "T_2=log:0.5:6:7", "--outputs", "concurrence,positive", "-o", "a.nc", "--plot", "a.png"]
    run = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    with xarray.open_dataset(tmp_path / "a.nc", engine="netcdf4") as found:
        direct = wang2019_boson.evaluate(outputs=["concurrence"], **FIXED, T_1=1.5, T_2=np.geomspace(0.5, 6, 7))
        assert np.array_equal(found["concurrence"].values[1], direct["concurrence"])
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    wrong = subprocess.run([*line[:5], "--set", "lam"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "pass NAME=NUMBER" in wrong.stderr


COMMON = [*COMMAND, "--set", "T_1=2"]
LINE = "--over T_2=2:7:3"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no value for 'T_2': pass --set T_2=VALUE or --over T_2=START:STOP:COUNT"),
        (f"{LINE} --set temperature=3", "--set or --over 'temperature': no such parameter; there are omega_1"),
        (f"{LINE} --set block=3", "--set or --over 'block': no such parameter"),
        (f"{LINE} --set T_2=3", "a parameter is given twice"),
        (f"{LINE} --set T_1=3", "a parameter is given twice"),
        ("--over T_2=2:7:0", "--over 'T_2=2:7:0': pass NAME=START:STOP:COUNT"),
        ("--over T_2=2:7:-1", "--over 'T_2=2:7:-1'"),
        ("--over T_2=log:0:7:3", "--over 'T_2=log:0:7:3'"),
        ("--over T_2=log:-1:7:3", "--over 'T_2=log:-1:7:3'"),
        ("--over T_2=inf:7:3", "--over 'T_2=inf:7:3'"),
        ("--over T_2=1e308:-1e308:3", "--over 'T_2=1e308:-1e308:3'"),
        ("--over T_2=1,nan", "all of them are finite"),
        ("--set T_2=1e400", "--set 'T_2=1e400': pass NAME=NUMBER, a finite one"),
        ("--over T_2=2:7:3000000 --block 1", "3000000 points are 3000000 blocks, and 1000000 can be kept account of"),
        ("--over T_2", "or NAME=V1,V2;"),
        (f"{LINE} --outputs concurrence,entropy", "--outputs 'entropy': no such output; there are rho_11"),
        (f"{LINE} --module nothing", "--module 'nothing'"),
        (f"{LINE} -o a.csv", "--output 'a.csv'; pass a path that ends in .zarr (a folder) or .nc"),
        (f"{LINE} -o no/a.nc", "--output 'no/a.nc': there is no folder"),
        (f"{LINE} --plot a.gif", "--plot 'a.gif'"),
        (f"{LINE} --plot no/a.png", "--plot 'no/a.png': there is no folder 'no'"),
        (f"{LINE} --over mu_1=-1,-2 --over mu_2=-1,-2 --plot a.png", "one or two parameters, not 3"),
    ],
)
def test_wrong_calls_are_one_line(words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["sweep", "wang2019", "--module", "wang2019_boson", *COMMON, *words.split()])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_more_points_than_memory_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 745. GiB")

    monkeypatch.setattr(np, "linspace", exhausted)
    result = CliRunner().invoke(main, ["sweep", "wang2019_boson", *COMMON, "--over", "T_2=2:7:100000000000"])
    assert (result.exit_code, result.stderr) == (1, "symness: not enough memory: Unable to allocate 745. GiB\n")


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.slow
def test_interrupted_from_the_terminal(tmp_path: Path, group: bool) -> None:
    """Ctrl-C reaches the workers as well; one line, status 130, and the next call goes on."""
    line = [sys.executable, "-m", "symness.cli", "sweep", "wang2019_boson", *COMMAND, "--outputs", "concurrence"]
    line += ["--over", "T_1=1:5:120", "--over", "T_2=1:5:3000", "-o", "a.zarr", "--block", "3000", "--workers", "2"]
    record = tmp_path / "a.zarr.progress"
    options: dict[str, Any] = {"start_new_session": True, "preexec_fn": hearing_interrupts}
    with subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True, **options) as process:
        while process.poll() is None and not (record.exists() and record.read_text().count("\n") > 4):
            time.sleep(0.05)
        (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (
        130,
        "symness: interrupted; finished files are whole, and a sweep resumes where it stopped\n",
    )
    before = record.read_text().count("\n")
    assert before > 4
    again = subprocess.run([*line, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert not record.exists()


@pytest.mark.slow
def test_workers_that_die_are_replaced(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(_DYING)
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=200)
    assert (run.returncode, run.stdout) == (0, "True\n"), run.stderr[-2000:]


_DYING = """
import os, signal
import numpy as np
from distributed import Client, LocalCluster
import symness as sn
from symness.generated import wang2019_boson
if __name__ == "__main__":
    grid = dict(omega_1=10.0, omega_2=9.0, lam=6.0, J_1=0.1, J_2=0.2)
    grid |= dict(T_1=np.linspace(1, 5, 100), T_2=np.linspace(0.5, 6, 1000))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
        def progress(done, total):
            if done in (10, 40):
                os.kill(workers.pop(), signal.SIGKILL)
        found = sn.sweep(wang2019_boson, outputs="concurrence", client=client, block=1000, progress=progress, **grid)
    alone = sn.sweep(wang2019_boson, outputs="concurrence", **grid)
    print(np.array_equal(found["concurrence"].values, alone["concurrence"].values) and not workers)
"""

_CLUSTER = """
import sys
import numpy as np
from distributed import Client, LocalCluster
import symness as sn
from symness.generated import wang2019_boson
if __name__ == "__main__":
    size, kill = int(sys.argv[2]), int(sys.argv[3])
    fixed = dict(omega_1=10.0, omega_2=9.0, lam=6.0, J_1=0.1, J_2=0.2)
    def progress(done, total):
        if done == kill:
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        sn.sweep(wang2019_boson, outputs=["concurrence", "rho_34", "entropy_production"], client=client, to=sys.argv[1],
                 T_1=np.linspace(1, 5, size), T_2=np.linspace(0.5, 6, size), progress=progress, **fixed,
                 block=size * size // 16)
"""


@pytest.mark.slow
def test_a_cluster_killed_half_way_resumes_to_the_same_numbers(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    script, target = tmp_path / "run.py", tmp_path / "a.zarr"
    script.write_text(_CLUSTER)
    for kill, status in ((8, -9), (-1, 0)):
        run = subprocess.run(
            [sys.executable, str(script), str(target), "512", str(kill)], capture_output=True, text=True, check=False
        )
        assert run.returncode == status, run.stderr[-2000:]
    names = ["concurrence", "rho_34", "entropy_production"]
    expected = sn.sweep(
        wang2019_boson, outputs=names, T_1=np.linspace(1, 5, 512), T_2=np.linspace(0.5, 6, 512), **FIXED
    )
    with xarray.open_zarr(target, consolidated=False) as found:
        assert all(np.array_equal(found[name].values, expected[name].values) for name in names)
