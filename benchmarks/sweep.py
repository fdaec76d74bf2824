"""A sweep on a cluster, killed half-way, resumed, and compared with one process: ``python benchmarks/sweep.py``.

Three outputs of wang2019_boson over T_1 x T_2 go to zarr, computed by worker processes.  When the wanted share of the
blocks is on disk, the process and its workers get SIGKILL; a new process takes up what is there.  Then this process
computes everything once more, alone and in other blocks, and compares the bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import symness as sn
from symness.generated import wang2019_boson

OUTPUTS = ("concurrence", "rho_34", "entropy_production")
FIXED = {"omega_1": 10.0, "omega_2": 9.0, "lam": 6.0, "J_1": 0.1, "J_2": 0.2}
#: points of a band of rows that is compared at a time, so that any size fits into memory
BAND = 2**20


def axes(size: int) -> dict[str, np.ndarray]:
    """Both temperatures; the diagonal T_1 = T_2 is crossed, where the digits of the entropy production are lost."""
    return {"T_1": np.linspace(1, 5, size), "T_2": np.linspace(0.5, 6, size)}


def recorded(target: Path) -> list[str]:
    """Blocks on disk of a sweep that is not finished, as its record has them."""
    record = target.with_name(target.name + ".progress")
    lines = record.read_text(encoding="utf-8").split("\n")[:-1] if record.exists() else []
    return [line for line in lines if line.startswith("[")]


def compute(target: Path, size: int, workers: int, block: int) -> dict[str, Any]:
    """Sweep to the target on a cluster of processes here, and say what it took."""
    from distributed import Client, LocalCluster

    counts: list[tuple[int, int]] = []
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        start = time.perf_counter()
        sn.sweep(
            wang2019_boson,
            outputs=OUTPUTS,
            to=target,
            client=client,
            block=block,
            progress=lambda done, total: counts.append((done, total)),
            **axes(size),
            **FIXED,
        ).close()
        seconds = time.perf_counter() - start
        memory = client.run(peak_memory)
    return {
        "computed": len(counts),
        "total": counts[-1][1] if counts else 0,
        "seconds": seconds,
        "memory": peak_memory(),
        "worker memory": max(memory.values()),
    }


def peak_memory() -> float:
    """MiB that this process had at most."""
    import resource  # it also runs on the workers

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def start_child(arguments: argparse.Namespace, target: Path) -> subprocess.Popen[str]:
    """The sweep in a process group of its own, so that one signal reaches the workers, too."""
    command = [sys.executable, __file__, "--child", str(target)]
    command += [f"--{name}={getattr(arguments, name)}" for name in ("size", "workers", "block")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def run_until_killed(arguments: argparse.Namespace, target: Path, blocks: int) -> int:
    """Kill the sweep when so many blocks are on disk; returns how many there are."""
    with start_child(arguments, target) as child:
        while child.poll() is None and len(recorded(target)) < blocks:
            time.sleep(0.01)
        if child.poll() is not None:
            raise SystemExit(
                f"the sweep ended (status {child.returncode}) before {blocks} blocks: pass a smaller --kill"
            )
        os.killpg(child.pid, signal.SIGKILL)
    return len(recorded(target))


def run_to_the_end(arguments: argparse.Namespace, target: Path) -> dict[str, Any]:
    with start_child(arguments, target) as child:
        output, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"the sweep failed with status {child.returncode}")
    result: dict[str, Any] = json.loads(output)
    return result


def differing(target: Path, size: int) -> tuple[dict[str, int], float]:
    """Points whose bytes are not those of a single process, output by output, and the seconds that process took."""
    import xarray

    counts, seconds, grid = dict.fromkeys(OUTPUTS, 0), 0.0, axes(size)
    rows = max(1, BAND // size)
    with xarray.open_zarr(target, consolidated=False) as stored:
        for first in range(0, size, rows):
            band = slice(first, first + rows)
            start = time.perf_counter()
            alone = sn.sweep(wang2019_boson, outputs=OUTPUTS, T_1=grid["T_1"][band], T_2=grid["T_2"], **FIXED)
            seconds += time.perf_counter() - start
            for name in OUTPUTS:
                ours, theirs = alone[name].values, np.ascontiguousarray(stored[name][band].values)
                if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
                    raise SystemExit(f"{name}: {theirs.dtype}{theirs.shape} on disk, {ours.dtype}{ours.shape} alone")
                # Bytes, so that NaN equals NaN and 0.0 is not -0.0.
                unequal = ours.view(np.uint8) != theirs.view(np.uint8)
                counts[name] += int(unequal.reshape(ours.size, -1).any(axis=1).sum())
    return counts, seconds


def main(arguments: argparse.Namespace) -> int:
    points = arguments.size**2
    text = Path(wang2019_boson.__file__).read_bytes()
    with TemporaryDirectory(dir=arguments.folder) as folder:
        target = Path(folder) / "sweep.zarr"
        rows = max(1, min(arguments.size, arguments.block // arguments.size))
        columns = min(arguments.size, arguments.block)
        total = -(-arguments.size // rows) * -(-arguments.size // columns)
        start = time.perf_counter()
        kept = run_until_killed(arguments, target, max(1, int(arguments.kill * total)))
        print(f"killed after {time.perf_counter() - start:.1f} s with {kept} of {total} blocks on disk", flush=True)
        second = run_to_the_end(arguments, target)
        print(
            f"resumed: {second['computed']} blocks in {second['seconds']:.1f} s, "
            f"{second['memory']:.0f} MiB here and at most {second['worker memory']:.0f} MiB in a worker",
            flush=True,
        )
        print(f"blocks on disk computed again: {second['computed'] + kept - second['total']}")
        counts, seconds = differing(target, arguments.size)
        if Path(wang2019_boson.__file__).read_bytes() != text:
            raise SystemExit("wang2019_boson was generated anew in the meantime: run again")
        print(f"one process: {seconds:.1f} s, {seconds / points * 1e9:.0f} ns per point, {peak_memory():.0f} MiB")
        for name, count in counts.items():
            print(f"{name}: {count} of {points} points differ")
    return int(any(counts.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=4096, help="values of each temperature (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--block", type=int, default=2**18, help="points at a time (default: %(default)s)")
    parser.add_argument("--kill", type=float, default=0.5, help="share of blocks before it (default: %(default)s)")
    parser.add_argument("--folder", help="where the files go for the time being (default: that of temporary files)")
    parser.add_argument("--child", type=Path, metavar="TARGET", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        print(json.dumps(compute(given.child, given.size, given.workers, given.block)))
        sys.exit(0)
    sys.exit(main(given))
