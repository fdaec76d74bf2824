"""``symness figure``: which figures there are, and their files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from symness import cli_complete, cli_files, derive
from symness.cli_terminal import line_width, progress, show_json
from symness.figures import KINDS, Figure
from symness.stamps import stamped_picture

__all__ = ["figure_command"]

#: a figure, the derivation it belongs to and its identifier there
Entry = tuple[derive.Derivation, str, Figure]


@click.command("figure")
@click.argument("name", required=False, metavar="[NAME]", shell_complete=cli_complete.names)
@click.argument("identifier", required=False, metavar="[ID]", shell_complete=cli_complete.figure_ids)
@click.option("-o", "--output", metavar="FILE", help="The file, .png, .pdf or .svg; with --all, the folder.")
@click.option("--format", "kind", type=click.Choice(KINDS), help="Kind of file; png where no suffix says otherwise.")
@click.option("--list", "only_list", is_flag=True, help="List, and draw nothing.")
@click.option("--all", "draw_all", is_flag=True, help="Draw every figure.")
@click.option("--force", is_flag=True, help="Overwrite a file that was edited or comes from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def figure_command(
    name: str | None,
    identifier: str | None,
    output: str | None,
    kind: str | None,
    only_list: bool,
    draw_all: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Draw a figure of a derivation, to NAME_ID.png if not told otherwise; without ID, list the figures."""
    if draw_all and (only_list or identifier is not None):
        raise click.UsageError("--all draws every figure: leave out ID and --list")
    listing = only_list or not (draw_all or identifier is not None)
    if listing and (output is not None or kind is not None or force):
        raise click.UsageError("a list is not a file: pass ID or --all, or leave out --output, --format and --force")
    entries = _entries(name, identifier)
    if listing:
        return _show_list(entries, as_json)
    if draw_all:
        folder = Path(output if output is not None else ".")
        cli_files.prepare(folder, "--output")
        files = {folder / f"{owner.name}_{key}.{kind or 'png'}": (owner, key, figure) for owner, key, figure in entries}
    else:
        files = {_file(entries[0], output, kind): entries[0]}
    if not force:
        cli_files.refuse_edited(list(files), "--output")
    with progress("drawing") as advance:
        for place, (path, (owner, key, figure)) in enumerate(files.items()):
            advance(place, len(files), f"{owner.name} {key}")
            with owner.blamed(f"FIGURES[{key!r}]"):
                data = figure.render(kind or _kind(path) or "png")
            cli_files.write(path, stamped_picture(data, owner.name), "--output")
    _show_files(files, as_json)
    return 0


def _entries(name: str | None, identifier: str | None) -> list[Entry]:
    derivations = [derive.load(name)] if name is not None else [derive.load(known) for known in derive.names()]
    found = [(owner, key, figure) for owner in derivations for key, figure in owner.figures.items()]
    if identifier is None:
        return found
    chosen = [entry for entry in found if entry[1] == identifier]
    if not chosen:
        there = ", ".join(key for _, key, _ in found)
        raise click.UsageError(
            f"ID {identifier!r}: {name} has no such figure; "
            + (f"pass one of {there}" if there else f"its derivation defines no FIGURES: pass another NAME than {name}")
        )
    return chosen


def _file(entry: Entry, output: str | None, kind: str | None) -> Path:
    """Where one figure goes; a suffix and a format that contradict each other are refused."""
    owner, key, _ = entry
    if output is None:
        return Path(f"{owner.name}_{key}.{kind or 'png'}")
    path = Path(output)
    suffix = _kind(path)
    if kind is None and suffix is None:
        raise click.UsageError(
            f"--output {output!r}: cannot tell the kind of file; pass a name ending in "
            f"{', '.join('.' + known for known in KINDS)}, or --format"
        )
    if kind is not None and suffix not in (None, kind):
        raise click.UsageError(f"--output {output!r} and --format {kind} contradict each other: leave out --format")
    return path


def _kind(path: Path) -> str | None:
    suffix = path.suffix.lower().removeprefix(".")
    return suffix if suffix in KINDS else None


def _show_list(entries: list[Entry], as_json: bool) -> int:
    if as_json:
        show_json(
            [
                {"derivation": owner.name, "id": key, "title": figure.title, "description": figure.description}
                for owner, key, figure in entries
            ]
        )
        return 0
    if not entries:
        click.echo("no figures: the derivation defines no FIGURES", err=True)
    width = line_width()
    for owner, key, figure in entries:
        click.echo(click.style(f"{owner.name} {key}", bold=True) + f": {figure.title}")
        indent = " " * 4
        click.echo(
            textwrap.fill(" ".join(figure.description.split()), width, initial_indent=indent, subsequent_indent=indent)
        )
    return 0


def _show_files(files: dict[Path, Entry], as_json: bool) -> None:
    if as_json:
        show_json(
            [
                {"file": str(path), "derivation": owner.name, "id": key, "status": "written"}
                for path, (owner, key, _) in files.items()
            ]
        )
        return
    for path in files:
        click.echo(f"{path}: written")
