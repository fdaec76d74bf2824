"""What the shell completes: names of derivations, their modules and figures, parameters and outputs of modules.

A shell asks at every press of a key, so nothing here derives anything or imports what it lists: files are read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from symness import loading

__all__ = ["axis_names", "figure_ids", "module_names", "name_or_module", "names", "output_names"]

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def _starting(found: Iterable[str], incomplete: str) -> list[str]:
    return [text for text in found if text.startswith(incomplete)]


def _quiet(function: Completer) -> Completer:
    """A file that cannot be read completes to nothing: the command itself says what is wrong with it."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        try:
            return function(context, parameter, incomplete)
        except Exception:
            return []

    return complete


def _paths(incomplete: str) -> list[str]:
    """Folders and Python files that the words could lead to."""
    head, _, tail = incomplete.rpartition("/")
    folder = Path(f"{head}/" if "/" in incomplete else ".")
    shown = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".") or tail.startswith(".")]
    front = f"{head}/" if "/" in incomplete else ""
    files = [front + entry.name for entry in shown if entry.suffix == ".py" and entry.is_file()]
    return _starting([*files, *(f"{front}{entry.name}/" for entry in shown if entry.is_dir())], incomplete)


@_quiet
def names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Derivations that come with symness, and the user's own files."""
    known = [] if "/" in incomplete else _starting(loading.names(), incomplete)
    own = _paths(incomplete)
    # Folders only where nothing else fits: most of them hold no derivation.
    files = [path for path in own if not path.endswith("/")]
    return known + files or own


@_quiet
def name_or_module(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Those, and the modules that are written in derivation files of symness."""
    modules = [module for name in loading.names() for module in loading.outline(name).modules]
    found = names(context, parameter, incomplete)
    return list(dict.fromkeys([*found, *_starting(modules, incomplete)]))


@_quiet
def module_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Modules of the derivation that is named before."""
    return _starting(_modules(context), incomplete)


@_quiet
def figure_ids(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Figures of the derivation that is named before, where its file writes them out."""
    name, path, packaged = loading.find(_name(context))
    files = [path, *[path.parent / "figures" / f"{name}.py"] * packaged]
    keys = [key for file in files if file.is_file() for key in _written_keys(file)]
    return _starting(dict.fromkeys(keys), incomplete)


@_quiet
def output_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Outputs of the module that is swept, after the last comma."""
    before, comma, last = incomplete.rpartition(",")
    given = before.split(",")
    found = [name for name in _literal(context, "OUTPUTS") if name not in given]
    return [before + comma + name for name in _starting(found, last)]


@_quiet
def axis_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Parameters of the module that is swept, without those that have a value or an axis."""
    given = [str(text).partition("=")[0] for key in ("fixed", "axes") for text in context.params.get(key) or ()]
    found = [name for name in _literal(context, "PARAMETERS") if name not in given]
    return [f"{name}=" for name in _starting(found, incomplete)]


def _name(context: click.Context) -> str:
    """The word before: while the value of an option is typed, click has not yet assigned it to the argument."""
    return str(context.params.get("name") or context.args[0])


def _modules(context: click.Context) -> Sequence[str]:
    return loading.outline(_name(context)).modules


def _written_keys(file: Path) -> list[str]:
    """Keys of FIGURES where it is a dict of literal names."""
    for statement in ast.parse(file.read_bytes()).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Dict) and any(getattr(target, "id", None) == "FIGURES" for target in targets):
            return [str(key.value) for key in value.keys if isinstance(key, ast.Constant)]
    return []


def _literal(context: click.Context, table: str) -> Any:
    """``PARAMETERS`` or ``OUTPUTS`` at the head of the generated module that a sweep is about."""
    name = _name(context)
    module = context.params.get("module")
    if module is None:
        module = name if name.isidentifier() and name not in loading.names() else next(iter(_modules(context)))
    folders = [*import_module("symness.generated").__path__, "generated", "."]
    file = next(path for folder in folders if (path := Path(folder) / f"{module}.py").is_file())
    text = file.read_text(encoding="utf-8")
    start = text.index(f"\n{table} = ") + len(table) + 4
    end = min(place for mark in ("\n}\n", "\n)\n") if (place := text.find(mark, start)) > 0) + 2
    return ast.literal_eval(text[start:end])
