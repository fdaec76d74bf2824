"""``symness sweep``: an evaluator on a grid, to a file, and a picture of it."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symness import cli_complete, cli_files, derive
from symness.cli_terminal import progress, show_json
from symness.errors import SweepError
from symness.figures import KINDS, Figure, axis_label, curves, density, panels
from symness.stamps import stamped_picture

if TYPE_CHECKING:
    import numpy as np

    from symness.evaluator import Evaluator

__all__ = ["sweep_command"]

_SHOWN_VALUES = 10  # of a dataset that is not written, each output's first ones are shown


@click.command("sweep")
@click.argument("name", metavar="NAME", shell_complete=cli_complete.name_or_module)
@click.option(
    "--set",
    "fixed",
    multiple=True,
    metavar="P=VALUE",
    help="Value of a parameter.",
    shell_complete=cli_complete.axis_names,
)
@click.option(
    "--over",
    "axes",
    multiple=True,
    metavar="P=START:STOP:COUNT",
    shell_complete=cli_complete.axis_names,
    help="Axis: COUNT values from START to STOP; log:START:STOP:COUNT on a logarithmic scale; V1,V2,... any values.",
)
@click.option(
    "--module",
    metavar="MODULE",
    help="Which module of the derivation, where it has several.",
    shell_complete=cli_complete.module_names,
)
@click.option(
    "--outputs",
    metavar="NAMES",
    help="Outputs, separated by commas; all by default.",
    shell_complete=cli_complete.output_names,
)
@click.option("-o", "--output", metavar="FILE", help="A .nc file or .zarr folder, written as the sweep goes.")
@click.option("--plot", metavar="FILE", help="A picture, .png, .pdf or .svg, of a sweep over one or two parameters.")
@click.option(
    "--workers", default=0, show_default=True, type=click.IntRange(min=0), help="Processes of a cluster here."
)
@click.option("--block", default=2**18, show_default=True, type=click.IntRange(min=1), help="Points at a time.")
@click.option("--force", is_flag=True, help="Overwrite a picture that was edited or comes from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sweep_command(
    name: str,
    fixed: Sequence[str],
    axes: Sequence[str],
    module: str | None,
    outputs: str | None,
    output: str | None,
    plot: str | None,
    workers: int,
    block: int,
    force: bool,
    as_json: bool,
) -> int:
    """Evaluate a module of a derivation on a grid; NAME is a derivation, one of its modules, or your own file."""
    from symness.evaluator import Evaluator  # a listing need not wait for the engine

    _check_packages(output, plot, workers)
    parameters: dict[str, Any] = {**dict(_values(text) for text in fixed), **dict(_axis(text) for text in axes)}
    if len(parameters) < len(fixed) + len(axes):
        raise click.UsageError("a parameter is given twice: leave out one --set or --over")
    if plot is not None:
        _check_picture(plot, len(axes), force)
    derivation, chosen = _module(name, module)
    formula = derive.derive(derivation, "MODULES", chosen).formula
    with derivation.blamed(f"MODULES[{chosen!r}]"):
        evaluator = Evaluator(formula)
    names = [part.strip() for part in outputs.split(",")] if outputs else list(evaluator.OUTPUTS)
    _check_names(evaluator, parameters, names)
    with progress("sweeping") as advance:
        options: dict[str, Any] = {"outputs": names, "to": output, "block": block}
        options["progress"] = lambda done, total: advance(done, total, chosen)
        found = _swept(evaluator, workers, {**options, **parameters})
    if plot is not None:
        latex = {item.name: item.latex for item in formula.inputs}
        picture = _picture(found, {name: latex[name] for name, _ in map(_axis, axes)}, chosen)
        data = picture.render(Path(plot).suffix.removeprefix("."))
        cli_files.write(Path(plot), stamped_picture(data, derivation.name), "--plot")
    if as_json:
        show_json({"module": chosen, "sizes": dict(found.sizes), "outputs": _numbers(found)})
    else:
        click.echo(repr(found))
    for path in filter(None, (output, plot)):
        click.echo(f"{path}: written", err=True)
    return 0


def _check_names(evaluator: Evaluator, parameters: Mapping[str, Any], names: Sequence[str]) -> None:
    """Parameters and outputs are those of the module, and no value is missing."""
    from symness.sweep import refuse_hidden, required

    refuse_hidden(evaluator.module)
    known = ", ".join(evaluator.PARAMETERS)
    for name in parameters:
        if name not in evaluator.PARAMETERS:
            raise click.UsageError(f"--set or --over {name!r}: no such parameter; there are {known}")
    for name in required(evaluator.module):
        if name not in parameters:
            raise click.UsageError(f"no value for {name!r}: pass --set {name}=VALUE or --over {name}=START:STOP:COUNT")
    for name in names:
        if name not in evaluator.OUTPUTS:
            raise click.UsageError(f"--outputs {name!r}: no such output; there are {', '.join(evaluator.OUTPUTS)}")


def _swept(evaluator: Evaluator, workers: int, arguments: dict[str, Any]) -> Any:
    """The dataset; computed here, or by a cluster of processes."""
    from symness.sweep import sweep

    try:
        if not workers:
            return sweep(evaluator, **arguments)
        from distributed import Client, LocalCluster

        with _deaf():
            cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        with cluster, Client(cluster) as client:
            return sweep(evaluator, client=client, **arguments)
    except SweepError as error:  # what remains after the checks is about the file
        said = str(error).removeprefix("sweep: ").replace("to=", "--output ").replace("block=", "--block ")
        raise cli_files.FileError(said) from error


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are started here do not hear Ctrl-C: the terminal sends it to all, and this one ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _module(name: str, module: str | None) -> tuple[derive.Derivation, str]:
    """The derivation and the module that are meant."""
    if name not in derive.names() and module is None:
        for known in derive.names():
            if name in derive.outline(known).modules:
                return derive.load(known), name
    derivation = derive.load(name)
    listed = list(derivation.modules)
    if module is None and len(listed) > 1:
        raise click.UsageError(f"{name} has several modules: pass --module with one of {', '.join(listed)}")
    if module is not None and module not in listed:
        raise click.UsageError(f"--module {module!r}: {name} has {', '.join(listed)}")
    return derivation, module or listed[0]


def _values(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, _number(value)
    except ValueError as error:
        raise click.UsageError(f"--set {text!r}: pass NAME=NUMBER, a finite one, e.g. --set omega=10") from error


def _number(text: str) -> float:
    """ValueError for what is no finite number: an evaluator has nothing but NaN for it."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not finite")
    return value


def _axis(text: str) -> tuple[str, np.ndarray]:
    import numpy as np

    name, _, values = text.partition("=")
    spacing: Any = np.linspace
    try:
        if "," in values or ":" not in values:
            numbers = np.array([_number(part) for part in values.split(",")])
        else:
            parts = values.split(":")
            if parts[0] == "log":
                spacing, parts = np.geomspace, parts[1:]
            start, stop = map(_number, parts[:2])
            (count,) = parts[2:]
            with np.errstate(all="ignore"):
                numbers = spacing(start, stop, int(count))
        if not numbers.size or not np.isfinite(numbers).all():  # a logarithm across zero, a distance beyond 1e308
            raise ValueError("an axis without points, or with one that is no number")
    except ValueError as error:
        raise click.UsageError(
            f"--over {text!r}: pass NAME=START:STOP:COUNT, NAME=log:START:STOP:COUNT (both of one sign) or NAME=V1,V2; "
            "all of them are finite"
        ) from error
    return name, numbers


def _check_packages(output: str | None, plot: str | None, workers: int) -> None:
    """What a sweep of hours would miss at its end is told at its start."""
    from symness.sweep_store import needed

    packages = ["xarray", *["dask.array", "zarr"] * (output is not None), *["distributed"] * (workers > 0)]
    for package in [*packages, *["netCDF4"] * (output is not None and Path(output).suffix == ".nc")]:
        needed(package)
    if plot is not None:
        needed("matplotlib", "plot")


def _check_picture(plot: str, count: int, force: bool) -> None:
    if Path(plot).suffix.removeprefix(".") not in KINDS:
        raise click.UsageError(f"--plot {plot!r}: pass a name that ends in {', '.join('.' + kind for kind in KINDS)}")
    if count not in (1, 2):
        raise click.UsageError(f"--plot draws a sweep over one or two parameters, not {count}: change --over")
    if not force:
        cli_files.refuse_edited([Path(plot)], "--plot")
    if not Path(plot).absolute().parent.is_dir():
        raise click.UsageError(f"--plot {plot!r}: there is no folder {str(Path(plot).parent)!r}; pass another name")
    cli_files.prepare(Path(plot).parent, "--plot")


def _picture(found: Any, axes: Mapping[str, str], title: str) -> Figure:
    """A panel for each real output: a line, or a map of the first axis upwards over the second."""
    import numpy as np

    shown = [name for name, values in found.data_vars.items() if values.dtype.kind in "fb"]
    if not shown:
        raise click.UsageError("--plot draws real outputs: choose some with --outputs")
    columns = 1 if len(shown) == 1 else 2
    rows = -(-len(shown) // columns)

    def draw(figure: Any) -> None:
        frames = panels(figure, rows, columns)
        for frame in frames[len(shown) :]:
            frame.remove()
        for frame, name in zip(frames, shown, strict=False):
            values, about = np.asarray(found[name], float), found[name].attrs
            unit = "" if about["units"] in ("1", "") else rf"\mathrm{{{about['units']}}}"
            _panel(frame, found, axes, values, axis_label("", about["latex"], unit), found[name].dtype.kind == "b")

    return Figure(title, f"{', '.join(shown)} over {', '.join(axes)}", draw, (3.4 * columns, 2.6 * rows))


def _panel(frame: Any, found: Any, axes: Mapping[str, str], values: np.ndarray, label: str, is_mask: bool) -> None:
    import numpy as np

    *upwards, along = axes
    if upwards:
        signs = bool((values < 0).any() and (values > 0).any())
        limits = (0.0, 1.0) if is_mask else None
        density(frame, found[along], found[upwards[0]], values, label, limits=limits, centre=0.0 if signs else None)
        frame.set_ylabel(f"${axes[upwards[0]]}$")
    else:
        curves(frame, found[along], {label: values}, place=None)
        frame.set_ylabel(label)
    frame.set_xlabel(f"${axes[along]}$")
    for name, scale in ((along, frame.set_xscale), *((name, frame.set_yscale) for name in upwards)):
        if _is_logarithmic(np.asarray(found[name])):
            scale("log")


def _is_logarithmic(values: np.ndarray) -> bool:
    """Equal ratios, over more than a factor of two."""
    import numpy as np

    if values.size < 3 or values[0] <= 0 or values[-1] < 2 * values[0]:
        return False
    steps = np.diff(np.log(values))
    return bool(np.ptp(steps) < 1e-6 * abs(steps[0]))


def _numbers(found: Any) -> dict[str, Any]:
    """The first values of every output, complex ones as text."""
    import numpy as np

    heads = {name: np.asarray(values).ravel()[:_SHOWN_VALUES] for name, values in found.data_vars.items()}
    return {str(name): [str(v) if v.dtype.kind == "c" else v.item() for v in head] for name, head in heads.items()}
