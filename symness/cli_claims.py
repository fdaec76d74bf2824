"""``symness claims``: the command; what it prints is made in :mod:`symness.cli_registers`."""

from __future__ import annotations

import click

from symness import cli_complete
from symness.cli_terminal import show_json

__all__ = ["claims_command"]


@click.command("claims")
@click.argument("name", required=False, metavar="[NAME]", shell_complete=cli_complete.names)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page of the documentation.")
def claims_command(name: str | None, as_json: bool, as_markdown: bool) -> int:
    """Decide what a paper states: proved, refuted, unreadable, unknown; statements in numbers hold or fail."""
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown: choose one")
    from symness.cli_registers import as_data, decided, markdown, summary, text  # with SymPy: other commands do without

    registers = decided(name)
    if as_json:
        show_json([as_data(item) for item in registers])
    elif as_markdown:
        click.echo(markdown(registers), nl=False)
    else:
        for item in registers:
            click.echo(text(item))
        for item in summary(registers):
            click.echo(item.totals())
    return int(any(v.verdict == "error" for item in registers for v in item.verdicts))
