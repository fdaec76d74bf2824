"""``symness report``: one page about a derivation, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from symness import cli_complete, cli_files, derive
from symness.cli_terminal import POINTS, progress, show_json
from symness.stamps import stamped

__all__ = ["report_command"]

_PARTS = ("verification", "figures", "claims")


@click.command("report")
@click.argument("name", metavar="NAME", shell_complete=cli_complete.names)
@click.option("-o", "--output", metavar="FILE", help="The file; NAME.html if not given.")
@click.option("--points", default=20, show_default=True, type=POINTS, help="Points for each module.")
@click.option("--digits", default=30, show_default=True, type=click.IntRange(min=15), help="Digits of the reference.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same points.")
@click.option("--without", multiple=True, type=click.Choice(_PARTS), help="Leave this part out; may be repeated.")
@click.option("--force", is_flag=True, help="Overwrite a file that was edited or comes from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report_command(
    name: str,
    output: str | None,
    points: int,
    digits: int,
    seed: int,
    without: Sequence[str],
    force: bool,
    as_json: bool,
) -> int:
    """Write one self-contained HTML page: models, formulas, verification, figures, claims, provenance.

    NAME is a derivation or the path of your own file.  The page needs neither a network nor a script.  A failed
    verification is shown on the page and is no error here: `symness verify` tests.
    """
    derivation = derive.load(name)
    path = Path(output if output is not None else f"{derivation.name}.html")
    if path.is_dir():
        raise click.UsageError(f"--output {str(path)!r}: a folder; pass the name of a file in it")
    cli_files.prepare(path.parent, "--output")
    if not force:
        cli_files.refuse_edited([path], "--output")
    from symness.report import report  # with SymPy: what is wrong with the arguments is told before

    with progress("reporting") as advance:
        text = report(derivation, points=points, digits=digits, seed=seed, without=without, progress=advance)
    cli_files.write(path, stamped(text, derivation.name, command="report", comment="<!--"), "--output")
    if as_json:
        show_json({"file": str(path), "derivation": derivation.name, "status": "written"})
    else:
        click.echo(f"{path}: written")
    return 0
