"""Sweeps: an evaluator on a grid, as a labelled dataset; block by block, on a cluster, to a file that can be resumed.

What travels to a worker is the text of the generated module and a few numbers, so a worker needs numpy alone.  The
blocks are the same however they are computed, and so are the results, bit for bit.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from symness.errors import SweepError
from symness.grid import Block, Grid, grid
from symness.sweep_store import Store, needed

if TYPE_CHECKING:
    import xarray

__all__ = ["refuse_hidden", "required", "sweep"]

_TYPES = {"complex": np.complex128, "bool": np.bool_}
#: blocks that a cluster holds at a time, for each of its threads
_AHEAD = 3
Progress = Callable[[int, int], None]
#: arguments that a parameter of a model cannot be named after
_OPTIONS = ("source", "outputs", "to", "client", "block", "lazy", "progress")


def sweep(
    source: Any,
    *,
    outputs: Sequence[str] | None = None,
    to: str | Path | None = None,
    client: Any = None,
    block: int = 2**18,
    lazy: bool = False,
    progress: Progress | None = None,
    **parameters: Any,
) -> xarray.Dataset:
    """Evaluate on a grid.

    Parameters
    ----------
    source : evaluator, formula, or generated module
        ``sn.evaluator(...)``, a Formula, or e.g. ``symness.generated.wang2019_boson``.
    outputs : sequence of str, optional
        Names of its ``OUTPUTS``; all by default.
    to : path, optional
        A ``.zarr`` folder or ``.nc`` file, written as the sweep goes.  An interrupted sweep goes on where it stopped
        when it is called again with the same arguments; a finished one is opened.
    client : dask.distributed.Client, optional
        Where to compute; in this process by default.
    block : int
        Points that are computed at a time.
    lazy : bool
        Return at once, with dask arrays that are computed when they are used.
    progress : callable, optional
        ``progress(blocks done, all blocks)``.
    **parameters
        A number; an array, which spans an axis of that name; or an xarray.DataArray along dimensions of its own
        (two parameters may share one).  Axes are in the order of the arguments.

    Returns
    -------
    xarray.Dataset
        One variable for each output, with its meaning and unit; the parameters as coordinates.

    Raises
    ------
    SweepError
        For arguments that do not fit together, or a file of something else.
    MissingPackageError
        Where xarray (dask, distributed, zarr, netCDF4, where they are needed) is not installed.
    """
    text = _text(source)
    module = _module(text)
    names, points = _chosen(module, outputs), _points(module, parameters, block)
    if lazy:
        if to is not None or client is not None:
            raise SweepError("sweep: lazy=True computes when the result is used; leave out to= and client=")
        return _labelled(points, module, _delayed(points, module, text, names, block))
    blocks = points.blocks(block)
    if to is None:
        arrays = {name: np.empty(points.shape, dtype(module, name)) for name in names}
        for done, (cut, found) in enumerate(_computed(points, text, names, blocks, client), 1):
            for name in names:
                arrays[name][cut] = found[name]
            _tell(progress, done, len(blocks))
        return _labelled(points, module, arrays)
    template = _labelled(points, module, _unwritten(points, module, names, block))
    store = Store(Path(to), template, points.digest(text, *names, str(block)))
    todo = [cut for cut in blocks if cut not in store]
    for done, (cut, found) in enumerate(_computed(points, text, names, todo, client), len(blocks) - len(todo) + 1):
        store.write(cut, found)
        _tell(progress, done, len(blocks))
    return store.finish()


def _points(module: Any, parameters: Mapping[str, Any], block: int) -> Grid:
    """The grid of the parameters; SweepError for what does not fit the module, or a block that is no number."""
    refuse_hidden(module)
    points = grid(module.PARAMETERS, parameters)
    missing = [p for p in required(module) if p not in parameters]
    if missing:
        raise SweepError(f"sweep: no value for {missing[0]!r}; pass a number or an array")
    if not isinstance(block, int) or block < 1:
        raise SweepError(f"sweep: block={block!r} must be a number of points, at least 1")
    return points


def refuse_hidden(module: Any) -> None:
    """SweepError where a parameter of the module has the name of an argument of :func:`sweep`."""
    hidden = [p for p in module.PARAMETERS if p in _OPTIONS]
    if hidden:
        raise SweepError(f"sweep: {hidden[0]!r} is an argument of sweep itself; give this parameter another name")


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


# -- what is evaluated -----------------------------------------------------------------------------------------------


def _text(source: Any) -> str:
    """Text of the generated module."""
    if isinstance(source, ModuleType) and hasattr(source, "evaluate"):
        return inspect.getsource(source)
    if isinstance(getattr(source, "source", None), str):
        return str(source.source)
    if hasattr(source, "numpy_source"):
        return str(source.numpy_source())
    raise SweepError(
        f"sweep: {source!r} cannot be evaluated; pass sn.evaluator(...), a Formula, or a module of symness.generated"
    )


def _module(text: str) -> ModuleType:
    module = ModuleType("symness_sweep")
    exec(compile(text, "<symness sweep>", "exec"), module.__dict__)
    return module


def required(module: ModuleType) -> list[str]:
    """Parameters of a generated module that have no default."""
    arguments = inspect.signature(module.evaluate).parameters
    return [name for name in module.PARAMETERS if arguments[name].default is module._REQUIRED]


def _chosen(module: ModuleType, outputs: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(module.OUTPUTS if outputs is None else [outputs] if isinstance(outputs, str) else outputs)
    for name in names:
        if name not in module.OUTPUTS:
            raise SweepError(f"sweep: {name!r} is no output; there are {', '.join(module.OUTPUTS)}")
    return names


def dtype(module: ModuleType, name: str) -> Any:
    """Type of the numbers of an output."""
    return _TYPES.get(module.OUTPUTS[name]["domain"], np.float64)


# -- where it is evaluated -------------------------------------------------------------------------------------------


def _task() -> Callable[..., dict[str, Any]]:
    """The function that a worker runs.

    It is made here so that it travels by value: a worker has numpy, and need not have symness.
    """

    def run(text: str, key: str, names: Sequence[str], arguments: dict[str, Any]) -> dict[str, Any]:
        import sys
        from types import ModuleType

        module = sys.modules.get(key)
        if module is None:
            module = ModuleType(key)
            exec(compile(text, key, "exec"), module.__dict__)
            sys.modules[key] = module
        found: dict[str, Any] = module.evaluate(outputs=list(names), **arguments)
        return found

    return run


def _key(text: str) -> str:
    return f"symness_sweep_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _computed(
    points: Grid, text: str, names: Sequence[str], blocks: Sequence[Block], client: Any
) -> Iterator[tuple[Block, dict[str, Any]]]:
    """Blocks as they are ready."""
    run, key = _task(), _key(text)
    if client is None:
        for cut in blocks:
            yield cut, run(text, key, names, points.arguments(cut))
        return
    distributed = needed("distributed")
    waiting = list(reversed(blocks))
    ready = distributed.as_completed()
    cuts = {}

    def submit() -> None:
        if waiting:
            cut = waiting.pop()
            # The text goes with every task: data that is scattered is lost with the workers that hold it.
            future = client.submit(run, text, key, names, points.arguments(cut), pure=False)
            cuts[future.key] = cut
            ready.add(future)

    for _ in range(_AHEAD * max(1, sum(client.nthreads().values()))):
        submit()
    for future in ready:
        found = future.result()
        cut = cuts.pop(future.key)
        future.release()
        submit()
        yield cut, found


def _unwritten(points: Grid, module: ModuleType, names: Sequence[str], block: int) -> dict[str, Any]:
    """Arrays that say how a file is laid out: shapes, types and blocks, without a task for each block."""
    empty, lengths = needed("dask.array").empty, points.chunks(block)
    if not all(points.shape):
        return {name: np.empty(points.shape, dtype(module, name)) for name in names}
    return {name: empty(points.shape, dtype=dtype(module, name), chunks=lengths) for name in names}


def _delayed(points: Grid, module: ModuleType, text: str, names: Sequence[str], block: int) -> dict[str, Any]:
    """Dask arrays, one task for each block and all outputs of it."""
    dask, array = needed("dask"), needed("dask.array")
    run, key, lengths = dask.delayed(_task(), pure=False), _key(text), points.chunks(block)
    made = {}
    for cut in points.blocks(block):
        made[tuple(s.start // n for s, n in zip(cut, lengths, strict=True))] = (
            tuple(s.stop - s.start for s in cut),
            run(text, key, names, points.arguments(cut)),
        )

    def nested(name: str, place: tuple[int, ...]) -> Any:
        if len(place) == len(points.shape):
            shape, task = made[place]
            return array.from_delayed(task[name], shape, dtype(module, name))
        count = -(-points.shape[len(place)] // lengths[len(place)])
        return [nested(name, (*place, k)) for k in range(count)]

    return {name: array.block(nested(name, ())) if made else np.empty(points.shape) for name in names}


# -- what comes back -------------------------------------------------------------------------------------------------


def _labelled(points: Grid, module: ModuleType, arrays: dict[str, Any]) -> xarray.Dataset:
    """The dataset, with meanings, units and parameters."""
    labels = needed("xarray")
    coordinates: dict[str, Any] = {axis: ((axis,), values) for axis, values in points.coordinates.items()}
    for name, (axes, values) in points.parameters.items():
        if name not in coordinates:
            coordinates[name] = (axes, values)
    variables = {}
    for name, values in arrays.items():
        about = module.OUTPUTS[name]
        attributes = {"long_name": about["meaning"], "units": about["unit"], "latex": about["latex"]}
        variables[name] = (points.axes, values, attributes)
    about_all = {"title": str(module.__doc__ or "").partition("\n")[0], "digest": str(module.SOURCE["digest"])}
    dataset: xarray.Dataset = labels.Dataset(variables, coordinates, about_all)
    return dataset
