"""``symness new``: a derivation file to start from."""

from __future__ import annotations

import keyword
import shlex
import sys
from pathlib import Path

import click

from symness import cli_files, derive

__all__ = ["new_command", "starting_text"]

#: what the file imports: a file of this name would stand in its place for everything else in the folder
_IMPORTED = frozenset(("symness", "numpy"))


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def new_command(name: str, force: bool) -> int:
    """Write NAME.py, a commented derivation file that runs as it is; NAME may be a path."""
    path = Path(name)
    path = path if path.suffix == ".py" or not path.name else path.with_name(path.name + ".py")
    _check(path, name)
    if path.exists() and not force:
        raise click.UsageError(f"NAME {name!r}: {str(path)!r} is there already; pass another name, or --force")
    cli_files.prepare(path.parent, "NAME")
    cli_files.write(path, starting_text(path), "NAME")
    click.echo(f"{path}: written")
    click.echo(f"try: symness derive {shlex.quote(str(path))}", err=True)
    return 0


def _check(path: Path, given: str) -> None:
    """Refuse names under which the file could not be used."""
    name = path.stem
    reason = None
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        reason = "is no Python identifier without a leading '_'; pass letters, digits and '_', such as my_model"
    elif name in derive.names():
        reason = "is a derivation that comes with symness; pass another name, such as my_" + name
    elif name in sys.stdlib_module_names | _IMPORTED:
        reason = "is a Python module that the file would hide; pass another name, such as my_" + name
    if reason is not None:
        raise click.UsageError(f"NAME {given!r}: {name!r} {reason}")
    if path.is_dir():
        raise click.UsageError(f"NAME {given!r}: {str(path)!r} is a folder; pass the name of a file in it")


def starting_text(path: Path) -> str:
    """The file: its commands name it as it is called from its own folder."""
    import jinja2  # the other commands need not wait for it

    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = environment.get_template("new.py.j2")
    return template.render(file=path.name, module=f"{path.stem}_evaluator")
