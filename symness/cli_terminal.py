"""What the commands show: equations, tables, JSON on stdout; progress on stderr."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from symness.derive import Derived
from symness.progress import bar as progress

__all__ = ["POINTS", "as_data", "formula_text", "line_width", "progress", "show_json", "show_table"]

_WIDTH = 110  # of lines that go to a file or another program
#: points at which a module is verified; all of them are drawn before the first is computed
POINTS = click.IntRange(min=1, max=10**6)


def line_width(least: int = 40) -> int:
    """Letters of a line on stdout: those of the terminal, but no fewer than ``least``."""
    return max(least, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _WIDTH


def show_json(data: object) -> None:
    """JSON that every parser reads: infinities and NaN as text."""
    click.echo(json.dumps(_plain(data), indent=2, allow_nan=False))


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    return str(data) if isinstance(data, float) and not math.isfinite(data) else data


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns; the first two hold names."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(head):
        table.add_column(Text(name), justify="right" if place > 1 else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(table)


def formula_text(derived: Derived) -> str:
    """Equations, where they hold, what they rest on, and how long they are."""
    from symness.plain import text

    formula = derived.formula
    lines = [click.style(derived.title, bold=True), text(formula, line_width())]
    published = "" if derived.published is None else f" (published: {derived.published}{_agreement(derived)})"
    lines.append(
        f"{derived.operations} operations as displayed{published}, {derived.executed} as a program; "
        f"derived in {derived.seconds:.3f} s"
    )
    return "\n".join(lines)


def _agreement(derived: Derived) -> str:
    if derived.differing is None:
        return ""
    return ", identical" if not derived.differing else f", not the same: {', '.join(derived.differing)}"


def as_data(derived: Derived, stats: bool) -> dict[str, Any]:
    """A formula for a program to read; with ``stats`` the counts only."""
    from symness.plain import LONGEST, expression_text
    from symness.program import Node, count_ops

    def text(node: Node) -> str | None:
        return expression_text(node) if count_ops([node]) <= LONGEST else None

    formula = derived.formula
    data: dict[str, Any] = {
        "title": derived.title,
        "operations": derived.operations,
        "published": derived.published,
        "differing": derived.differing,
        "executed": derived.executed,
        "seconds": derived.seconds,
    }
    if stats:
        return data
    return {
        **data,
        "parameters": [item.name for item in formula.inputs],
        "outputs": {item.name: text(item.expression) for item in formula.outputs},
        "definitions": {item.name: text(item.expression) for item in formula.definitions},
        "conditions": [condition.text for condition in formula.conditions],
        "provenance": dict(formula.provenance),
    }
