"""The command line: ``symness list | derive | generate | verify | latex | claims | figure | sweep | report``.

Results go to stdout, everything else to stderr.  Exit status 0: fine, 1: a check failed or a model is not well defined,
2: the command was called wrongly, 130: interrupted.  A mistake of the user is one line; a traceback is a defect.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from symness import cli_complete, cli_files, derive
from symness.cli_claims import claims_command
from symness.cli_figure import figure_command
from symness.cli_latex import document, fragment
from symness.cli_new import new_command
from symness.cli_report import report_command
from symness.cli_sweep import sweep_command
from symness.cli_terminal import POINTS, as_data, formula_text, progress, show_json, show_table
from symness.errors import SymnessError
from symness.stamps import stamped

__all__ = ["main"]


#: of an error that names no file: files are written by functions that name them, so it is about stdout
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class _Interrupted(Exception):
    """Ctrl-C, on its way to the one line that tells of it."""


class _Program(click.Group):
    """Commands whose return value is the exit status, and whose errors are one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _Interrupted from error

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run one command and exit (with ``standalone_mode=False``: return its status, errors as they are)."""
        standalone = extra.pop("standalone_mode", True)
        extra["standalone_mode"] = False
        if not standalone:
            return super().main(*args, **extra)
        _prepare_streams()
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                status = super().main(*args, **extra)
            except click.UsageError as error:
                where = f"; see '{error.ctx.command_path} --help'" if error.ctx else ""
                _fail(error.format_message().rstrip(".") + where, 2)
            except click.ClickException as error:
                _fail(error.format_message(), 2)
            except (_Interrupted, click.Abort, KeyboardInterrupt):
                _fail("interrupted; finished files are whole, and a sweep resumes where it stopped", 130)
            except MemoryError as error:
                _fail(f"not enough memory: {str(error) or 'pass fewer points'}", 1)
            except (derive.UnknownDerivationError, cli_files.FileError) as error:
                _fail(str(error), 2)
            except SymnessError as error:
                _fail(str(error), 1)
            except OSError as error:  # a name that is too long, a folder that may not be entered, a full disk
                if error.filename is not None:
                    _fail(f"cannot use {str(error.filename)!r}: {error.strerror or error}; pass another name", 2)
                if error.errno not in _UNWRITABLE:
                    raise
                _give_up_stdout()
                _fail(f"cannot write to stdout: {error.strerror or error}; make room, or send it elsewhere", 2)
        sys.exit(status or 0)


def _prepare_streams() -> None:
    """Streams that can be written to, whatever the shell has passed on."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed; without this the next file to be opened takes its number
            setattr(sys, name, _nowhere())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a letter that the terminal lacks is no reason to stop


def _nowhere() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def _give_up_stdout() -> None:
    """What could not be written is not tried again when Python ends, which would give a status of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = _nowhere()


def _fail(message: str, status: int) -> NoReturn:
    with contextlib.suppress(OSError):  # where stderr cannot be written to, the status still tells
        click.echo(f"symness: {' '.join(message.split())}", err=True)
    sys.exit(status)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"symness: warning: {' '.join(str(message).split())}", err=True)


def _chosen(name: str | None) -> list[derive.Derivation]:
    return [derive.load(name)] if name is not None else [derive.load(known) for known in derive.names()]


def _shared(function: Callable[..., int]) -> Callable[..., int]:
    """The argument and the option that all commands take."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    return click.argument("name", required=False, metavar="[NAME]", shell_complete=cli_complete.names)(function)


@click.group(cls=_Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sys.modules["symness"].__version__, prog_name="symness", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> int:
    """Closed forms for the non-equilibrium steady states of small open quantum systems.

    NAME is a derivation that comes with symness (see `symness list`), or the path of your own derivation file;
    without it a command works on all that come with symness.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return 0


@main.command("list")
@_shared
def list_command(name: str | None, as_json: bool) -> int:
    """List derivations, and the modules generated from each."""
    found = [derive.outline(known) for known in ([name] if name is not None else derive.names())]
    if as_json:
        show_json([{"name": o.name, "summary": o.summary, "modules": o.modules} for o in found])
        return 0
    for item in found:
        click.echo(f"{click.style(item.name, bold=True)}: {item.summary or '(no docstring)'}")
        for module in item.modules:
            click.echo(f"    {module}")
    return 0


def _formulas(derivations: list[derive.Derivation], *kinds: str) -> list[tuple[derive.Derivation, derive.Derived]]:
    """Formulas of these kinds, one derivation after the other; modules also where a file has nothing else."""
    jobs = []
    for derivation in derivations:
        found = [(derivation, kind, title) for kind in kinds for title in derivation.recipes(kind)]
        jobs += found or [(derivation, "MODULES", module) for module in derivation.modules]
    derived = []
    with progress("deriving") as advance:
        for place, (derivation, kind, title) in enumerate(jobs):
            advance(place, len(jobs), title)
            derived.append((derivation, derive.derive(derivation, kind, title)))
    return derived


@main.command("derive")
@_shared
@click.option("--stats", is_flag=True, help="Print the table of counts and times only.")
@click.option("--modules", "with_modules", is_flag=True, help="Derive the formulas of the generated modules, too.")
def derive_command(name: str | None, as_json: bool, stats: bool, with_modules: bool) -> int:
    """Derive closed forms and print them with their operation counts, ours and published."""
    derivations = _chosen(name)
    found = _formulas(derivations, "CLOSED_FORMS", *["MODULES"] * with_modules)
    if as_json:
        groups = [(d, [as_data(item, stats) for owner, item in found if owner is d]) for d in derivations]
        show_json([{"derivation": d.name, "formulas": formulas} for d, formulas in groups])
        return 0
    for derivation in derivations:
        if not stats:
            summary = next(iter(derivation.doc.splitlines()), "")
            click.echo(click.style(derivation.name, bold=True) + (f": {summary}" if summary else "") + "\n")
        for owner, item in found:
            if owner is derivation and not stats:
                click.echo(formula_text(item) + "\n")
    rows = [
        (
            d.name,
            i.title,
            str(i.operations),
            "-" if i.published is None else str(i.published),
            str(i.executed),
            f"{i.seconds:.3f}",
        )
        for d, i in found
    ]
    show_table(("derivation", "formula", "operations", "published", "as a program", "seconds"), rows)
    return 0


@main.command("latex")
@_shared
@click.option("--modules", "with_modules", is_flag=True, help="Print the formulas of the generated modules, too.")
@click.option("--standalone", is_flag=True, help="Print a complete document.")
@click.option("--macros", is_flag=True, help="Define a macro for every symbol of more than one letter.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Overwrite a file that was edited or comes from elsewhere.")
def latex_command(
    name: str | None, as_json: bool, with_modules: bool, standalone: bool, macros: bool, output: str | None, force: bool
) -> int:
    """Print the closed forms as LaTeX."""
    if as_json and (standalone or output is not None):
        raise click.UsageError("--json prints one text for each formula: leave out --standalone and --output")
    if output is not None and not force:
        cli_files.refuse_edited([Path(output)], "--output")
    derivations = _chosen(name)
    found = _formulas(derivations, "CLOSED_FORMS", *["MODULES"] * with_modules)
    parts = [(d, item, fragment(d, item, macros)) for d, item in found]
    if as_json:
        show_json([{"derivation": d.name, "title": item.title, "latex": text} for d, item, text in parts])
        return 0
    text = document(parts, standalone)
    if output is None:
        click.echo(text, nl=False)
        return 0
    owners = ", ".join(d.name for d in derivations)
    cli_files.write(Path(output), stamped(text, owners, command="latex", comment="%"), "--output")
    click.echo(f"{output}: written", err=True)
    return 0


@main.command("verify")
@_shared
@click.option("--points", default=200, show_default=True, type=POINTS, help="Points for each module.")
@click.option("--digits", default=50, show_default=True, type=click.IntRange(min=15), help="Digits of the reference.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same points.")
def verify_command(name: str | None, as_json: bool, points: int, digits: int, seed: int) -> int:
    """Compare every module with an independent reference of many digits."""
    reports = []
    for derivation in _chosen(name):
        formulas = [item.formula for _, item in _formulas([derivation], "MODULES")]
        ranges = [derive.ranges_for(derivation, formula, formulas) for formula in formulas]
        for formula, allowed in zip(formulas, ranges, strict=True):
            report = _verified(derivation, formula, allowed, points=points, digits=digits, seed=seed)
            reports.append({"derivation": derivation.name, **report.as_dict()})
            if not as_json:
                click.echo(report.text() + "\n")
    if as_json:
        show_json(reports)
    return 0 if all(report["passed"] for report in reports) else 1


def _verified(derivation: derive.Derivation, formula: Any, ranges: Any, **options: int) -> Any:
    from symness.verify import verify

    with progress("verifying") as advance, derivation.blamed(f"MODULES[{formula.name!r}]"):
        return verify(
            formula, ranges=ranges, progress=lambda done, total: advance(done, total, formula.name), **options
        )


@main.command("generate")
@_shared
@click.option("--check", is_flag=True, help="Write nothing; show what differs, and fail if anything does.")
@click.option("-o", "--output", default="generated", show_default=True, metavar="DIR", help="Folder of the modules.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited or come from elsewhere.")
def generate_command(name: str | None, as_json: bool, check: bool, output: str, force: bool) -> int:
    """Write the evaluators, one numpy module each, or check that they are up to date."""
    if check and force:
        raise click.UsageError("--check writes nothing: leave out --force")
    folder = Path(output)
    jobs = derive.jobs(_chosen(name))
    if not check:
        cli_files.prepare(folder, "--output")
        if not force:
            cli_files.refuse_edited({folder / f"{module}.py": d.name for module, d in jobs.items()}, "--output")
    targets = []
    with progress("checking" if check else "generating") as advance:
        for place, (module, derivation) in enumerate(jobs.items()):
            advance(place, len(jobs), module)
            text = stamped(derive.source(derivation, module), derivation.name)
            target = cli_files.compare(folder / f"{module}.py", text, derivation.name, "--output")
            if not check and target.status != "up to date":
                cli_files.write(folder / f"{module}.py", text, "--output")
                target = cli_files.Target(target.file, target.derivation, "written")
            targets.append(target)
    only = None if name is None else next(iter(jobs.values())).name
    targets += cli_files.stale(folder, jobs, only, "--output")
    if as_json:
        show_json([target.as_dict() for target in targets])
    for target in [] if as_json else targets:
        click.echo("\n".join(filter(None, [target.diff, f"{target.file}: {cli_files.MEANING[target.status]}"])))
    return int(check and any(target.status != "up to date" for target in targets))


main.add_command(claims_command)
main.add_command(figure_command)
main.add_command(new_command)
main.add_command(report_command)
main.add_command(sweep_command)

if __name__ == "__main__":
    main()
