r"""What an object shows of itself: a card, printed as text in a terminal and as HTML in a notebook.

A :class:`Card` has a title and named contents: words, mathematics, tables, or lists of these.  What the card of each
class holds is written in the rooms of :data:`CARDS`; here is only how a card is printed.  Mathematics goes into HTML as
``$...$``, which notebooks typeset, unless the caller brings another way (the report: MathML).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["CARDS", "Card", "Content", "Displayed", "Math", "Table", "card_of", "dollars", "escape", "html", "text"]

#: room -> classes; the card of class ``SteadyState`` is made by the function ``steady_state`` there
CARDS = {
    "cards_model": "Part Bath Jump Model Generator",
    "cards_formula": "Formula Quantity SteadyState Evaluator Identity Identities Relaxation Sector Notation",
    "cards_checks": (
        "Report Row Refuted Unknown FirstLaw SecondLaw Equation Statement Definitions Outcome Verdict Figure"
    ),
}
#: where what is asked of an earlier stage is to be found
LATER = {
    "Model": "states and observables come from sn.steady_state(sn.redfield(model))",
    "Generator": "states and observables come from sn.steady_state(generator)",
}
_DISPLAY = r"\displaystyle "
_HOME = {name: room for room, names in CARDS.items() for name in names.split()}


@dataclass(frozen=True)
class Math:
    """LaTeX without delimiters, and the same as plain text."""

    latex: str
    text: str


@dataclass(frozen=True)
class Table:
    """Cells row by row under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]


@dataclass(frozen=True)
class Card:
    """``title`` in words, without a full stop; ``rows`` of (name, content)."""

    title: str
    rows: tuple[tuple[str, Content], ...] = ()


#: of a card; a list is printed one item after the other
Content = str | Math | Table | Card | Sequence[Any]


class Displayed:
    """Base of the public classes: ``repr`` is one line, ``str`` and a notebook show the card."""

    def __repr__(self) -> str:
        return f"<{card_of(self).title}>"

    def __str__(self) -> str:
        return text(card_of(self))

    def __dir__(self) -> list[str]:
        return [name for name in sorted(object.__dir__(self)) if not name.startswith("_")]

    if not TYPE_CHECKING:  # a type checker that saw it would accept any name

        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            hint = f"; {LATER[kind]}" if kind in LATER and not name.startswith("_") else ""
            raise AttributeError(f"{kind} has no attribute {name!r}{hint}", name=name, obj=self)

    def _repr_html_(self) -> str | None:
        return html(card_of(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython in a terminal: the card for an object alone, one line for an object in a list."""
        printer.text(repr(self) if cycle or len(printer.stack) > 1 else str(self))


def card_of(shown: Any) -> Card:
    """The card of an object."""
    name = next(kind.__name__ for kind in type(shown).__mro__ if kind.__name__ in _HOME)
    make = getattr(import_module(f"symness.{_HOME[name]}"), re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    card: Card = make(shown)
    return card


# -- HTML ------------------------------------------------------------------------------------------------------------


def escape(words: str) -> str:
    """Words as HTML; a dollar sign is no delimiter of mathematics."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("$", "<span>$</span>")):
        words = words.replace(character, entity)
    return words


def dollars(latex: str) -> str:
    """Mathematics for the typesetter of a notebook, which reads the text between dollar signs."""
    return f"${escape(_DISPLAY + latex)}$"


def html(card: Card, math: Callable[[str], str] = dollars, titled: bool = True) -> str:
    """One ``div``; ``math`` turns LaTeX into HTML."""
    rows = "".join(
        f'<tr><th style="{_CELL};white-space:nowrap">{escape(name)}</th>'
        f'<td style="{_CELL}">{_html(content, math)}</td></tr>'
        for name, content in card.rows
    )
    title = f"<p><strong>{escape(card.title)}</strong></p>" if titled else ""
    table = f'<table class="symness-card"><tbody>{rows}</tbody></table>' if rows else ""
    return f'<div class="symness" style="overflow-x:auto">{title}{table}</div>'


# In the element, since a notebook has its own style for tables: centred or right-aligned cells.
_CELL = "text-align:left;vertical-align:top"


def _html(content: Content, math: Callable[[str], str]) -> str:
    if isinstance(content, str):
        return escape(content).replace("\n", "<br>")
    if isinstance(content, Math):
        return math(content.latex)
    if isinstance(content, Card):
        return html(content, math)
    if isinstance(content, Table):
        content = _filled(content)
        head = "".join(f'<th style="{_CELL}">{escape(name)}</th>' for name in content.head)
        rows = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{_html(cell, math)}</td>' for cell in row) + "</tr>"
            for row in content.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return "".join(f'<div style="margin-bottom:.3em">{_html(item, math)}</div>' for item in content)


def _filled(table: Table) -> Table:
    """Without the columns in which every cell is empty."""
    kept = [k for k in range(len(table.head)) if not table.rows or any(row[k] != "" for row in table.rows)]
    return Table(tuple(table.head[k] for k in kept), tuple(tuple(row[k] for k in kept) for row in table.rows))


# -- text ------------------------------------------------------------------------------------------------------------


def text(card: Card) -> str:
    """The title, and under it each name with its content; several lines of content stand below their name."""
    lines = [card.title]
    for name, content in card.rows:
        own = _lines(content)
        short = len(own) == 1 and not isinstance(content, Table)
        lines += [f"  {name}: {own[0]}" if name else f"  {own[0]}"] if short else [f"  {name}:"] if name else []
        lines += [] if short else [f"    {line}".rstrip() for line in own]
    return "\n".join(lines)


def _lines(content: Content) -> list[str]:
    if isinstance(content, (str, Math)):
        return (content if isinstance(content, str) else content.text).split("\n")
    if isinstance(content, Card):
        return text(content).split("\n")
    if isinstance(content, Table):
        content = _filled(content)
        cells = [list(content.head), *([" ".join(" ".join(_lines(c)).split()) for c in row] for row in content.rows)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(content.head))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return [line for item in content for line in _lines(item)]
