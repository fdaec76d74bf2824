"""Expressions, matrices and operators on cards: written out while they are short, then by their corners or terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from symness.display import Content, Math

__all__ = ["coupling", "expression", "matrix", "operator"]

_WIDEST = 8  # levels; of a wider matrix the corners are shown
_CORNER = (4, 2)  # first and last rows and columns
_WRITTEN = 4  # levels up to which a coupling is a matrix; above, a sum of transitions
_LONGEST = 400  # letters of LaTeX of one entry
_TERMS = 12  # of a sum of transitions


def expression(value: Any) -> Math:
    """One expression; a very long one by its length."""
    latex, words = str(sp.latex(value)), str(value)
    if len(latex) <= 4 * _LONGEST:
        return Math(latex, words)
    return Math(rf"\text{{{sp.count_ops(value)} operations}}", f"{sp.count_ops(value)} operations")


def matrix(rows: int, entry: Callable[[int, int], tuple[str, str]], filled: int) -> Content:
    """A square matrix of entries (LaTeX, text); of more than eight levels the corners and the number of entries."""
    if rows <= _WIDEST:
        return _written(list(range(rows)), entry)
    first, last = _CORNER
    places: list[int | None] = [*range(first), None, *range(rows - last, rows)]
    return [_written(places, entry), f"{rows} x {rows}, {filled} entries are not zero"]


def _written(places: Sequence[int | None], entry: Callable[[int, int], tuple[str, str]]) -> Math:
    def at(i: int | None, j: int | None) -> tuple[str, str]:
        if i is None or j is None:
            return (r"\ddots" if i is j else r"\vdots" if i is None else r"\cdots"), "..."
        latex, words = entry(i, j)
        return (latex, words) if len(latex) <= _LONGEST else (r"\ast", "*")

    cells = [[at(i, j) for j in places] for i in places]
    latex = r" \\ ".join(" & ".join(cell for cell, _ in row) for row in cells)
    widths = [max(len(row[k][1]) for row in cells) for k in range(len(places))]
    words = "\n".join(
        "[" + "  ".join(cell.ljust(width) for (_, cell), width in zip(row, widths, strict=True)).rstrip() + "]"
        for row in cells
    )
    return Math(rf"\begin{{pmatrix}} {latex} \end{{pmatrix}}", words)


def operator(value: Any) -> Content:
    """An operator as a matrix."""
    filled = sum(1 for entry in value if entry != 0)
    return matrix(int(value.rows), lambda i, j: (str(sp.latex(value[i, j])), str(value[i, j])), filled)


def coupling(value: Any) -> Content:
    """An operator in a table: a small one as a matrix, another as a sum of transitions, |i><j| counted from 1."""
    if value.rows <= _WRITTEN:
        return operator(value)
    places = [(i, j) for i in range(value.rows) for j in range(value.cols) if value[i, j] != 0]
    latex, words = [], []
    for i, j in places[:_TERMS]:
        entry = value[i, j]
        one = {1: "", -1: "-"}.get(entry)
        above, plain = (rf"\left({sp.latex(entry)}\right)", f"({entry})") if entry.is_Add else (sp.latex(entry), entry)
        latex.append(rf"{above + ' ' if one is None else one}|{i + 1}\rangle\langle {j + 1}|")
        words.append(f"{f'{plain}*' if one is None else one}|{i + 1}><{j + 1}|")
    if len(places) > _TERMS:
        latex.append(rf"\cdots \text{{ ({len(places)} terms)}}")
        words.append(f"... ({len(places)} terms)")
    return Math(" + ".join(latex).replace("+ -", "- ") or "0", " + ".join(words).replace("+ -", "- ") or "0")
