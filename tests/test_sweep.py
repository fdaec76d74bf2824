"""Sweeps: the same numbers in memory, lazily, on a cluster and in a file that was interrupted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symness as sn
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
