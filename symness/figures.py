"""Figures for print, drawn from numbers: the style, and the few shapes that data figures have.

A derivation file may define ``FIGURES``, a dict from an identifier to a :class:`Figure`, whose ``draw`` fills an empty
matplotlib figure.  matplotlib is the extra ``plot``; it is imported when something is drawn and never before.  Drawing
goes through matplotlib's objects alone, without pyplot and its state, and the same numbers give the same bytes.
"""

from __future__ import annotations

import io
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symness.display import Displayed
from symness.errors import FigureError, MissingPackageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

__all__ = ["KINDS", "LINES", "Figure", "axis_label", "curves", "density", "guide", "legend", "panels", "print_style"]

#: kinds of files, by suffix
KINDS = ("png", "pdf", "svg")

#: colour (Okabe and Ito, told apart with any colour vision) and dashes (told apart without colour), line by line
LINES: tuple[tuple[str, Any], ...] = (
    ("#0072B2", "solid"),
    ("#D55E00", (0, (5, 1.8))),
    ("#009E73", (0, (6, 1.6, 1.2, 1.6))),
    ("#CC79A7", (0, (1.2, 1.2))),
    ("#000000", (0, (9, 2))),
    ("#E69F00", (0, (6, 1.4, 1.2, 1.4, 1.2, 1.4))),
    ("#56B4E9", (0, (2.5, 1.2))),
)

# Fonts that come with matplotlib, so that every machine draws the same letters; TrueType in PDF, as journals ask.
_STYLE: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.title_fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "lines.linewidth": 1.4,
    "axes.linewidth": 0.7,
    "axes.xmargin": 0.0,
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-3, 4),
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "figure.constrained_layout.wspace": 0.05,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.hashsalt": "symness",
}
# No date and no version: the same numbers give the same bytes.
_METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": "symness"},
    "pdf": {"Creator": "symness", "Producer": None, "CreationDate": None},
    "svg": {"Creator": "symness", "Date": None},
}


@dataclass(frozen=True, repr=False)
class Figure(Displayed):
    """A figure that can be drawn at any time.

    Parameters
    ----------
    title : str
        One line, for lists.
    description : str
        What is shown with which parameters, which of them had to be chosen, and what differs from a published figure.
    draw : callable
        Fills the empty ``matplotlib.figure.Figure`` that it gets, in the style of :func:`print_style`.
    size : (float, float), default (6.4, 4.0)
        Width and height in inches.

    Raises
    ------
    FigureError
        When one of them is something else.
    """

    title: str
    description: str
    draw: Callable[[Canvas], object]
    size: tuple[float, float] = (6.4, 4.0)

    def __post_init__(self) -> None:
        for name in ("title", "description"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise FigureError(f"Figure: {name} is {text!r}, which tells the reader nothing; pass a text")
        if not callable(self.draw):
            raise FigureError(f"Figure {self.title!r}: draw is {self.draw!r}; pass a callable that takes a figure")
        if not (len(self.size) == 2 and all(isinstance(side, (int, float)) and 0 < side < 100 for side in self.size)):
            raise FigureError(f"Figure {self.title!r}: size is {self.size!r}; pass (width, height) in inches")

    def drawn(self) -> Canvas:
        """A new matplotlib figure, filled."""
        with print_style():
            return self._drawn()

    def render(self, kind: str = "png") -> bytes:
        """The content of a file of this kind, ``"png"`` (300 dpi), ``"pdf"`` or ``"svg"``; the same on every run."""
        if kind not in KINDS:
            raise FigureError(f"Figure.render: kind {kind!r} is not known; pass one of {', '.join(map(repr, KINDS))}")
        with print_style():
            canvas = self._drawn()
            data = io.BytesIO()
            canvas.savefig(data, format=kind, metadata=_METADATA[kind])
        return data.getvalue()

    def _drawn(self) -> Canvas:
        from matplotlib.figure import Figure as Canvas

        canvas = Canvas(figsize=self.size, layout="constrained")
        self.draw(canvas)
        return canvas

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        return self.render("png")

    def _repr_html_(self) -> None:
        """No card, which a notebook would show in the place of the picture."""


@contextmanager
def print_style() -> Iterator[None]:
    """matplotlib's defaults with the style for print, whatever the user's own settings; these come back afterwards.

    Raises
    ------
    MissingPackageError
        Without matplotlib.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingPackageError("drawing needs matplotlib: pip install 'symness[plot]'") from error
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def axis_label(name: str, symbol: str = "", unit: str = "") -> str:
    """Name, symbol (LaTeX without dollars) and unit (likewise) of an axis, as in "temperature T / J".

    Where hbar = k_B = 1 a unit is a power of one rate or energy; leave it out for pure numbers.
    """
    quantity = f"{symbol}\\,/\\,{unit}" if unit else symbol
    return " ".join(filter(None, [name, f"${quantity}$" if quantity else ""]))


def panels(figure: Canvas, rows: int = 1, columns: int = 1, **options: Any) -> list[Axes]:
    """Axes row by row, lettered (a), (b), … where there are several; options as of ``Figure.subplots``."""
    found = list(figure.subplots(rows, columns, squeeze=False, **options).flat)
    if len(found) > 1:
        for axes, letter in zip(found, string.ascii_lowercase, strict=False):
            axes.set_title(f"({letter})", loc="left")
    return found


def curves(
    axes: Axes, x: Any, values: Mapping[str, Any], *, title: str = "", place: str | None = "best", first: int = 0
) -> None:
    """Lines over ``x``, one for each label, with a legend.

    Parameters
    ----------
    axes : matplotlib Axes
    x : array_like, shape (n,)
    values : mapping
        Label -> array_like that broadcasts to (n,).  The order is that of the legend.
    title : str
        Of the legend: what the labels are values of.
    place : str or None
        ``loc`` of the legend; None leaves it out, for one :func:`legend` of several panels.
    first : int
        Which of :data:`LINES` the first line gets, where a second call adds lines.

    Raises
    ------
    FigureError
        For more lines than can be told apart.
    """
    import numpy as np

    if first + len(values) > len(LINES):
        raise FigureError(
            f"curves: {first + len(values)} lines, of which {len(LINES)} can be told apart; pass fewer, or use panels"
        )
    points = np.asarray(x, dtype=float)
    for (label, y), (colour, dashes) in zip(values.items(), LINES[first:], strict=False):
        axes.plot(points, np.broadcast_to(y, points.shape), label=label, color=colour, linestyle=dashes)
    if place is not None:
        options: Any = {"loc": place, "title": title or None}
        axes.legend(**options)


def legend(figure: Canvas, axes: Axes) -> None:
    """One legend in a row above all panels, with the lines of one of them."""
    lines, labels = axes.get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside upper center", ncols=len(labels))


def guide(axes: Axes, *, x: float | None = None, y: float | None = None) -> None:
    """A thin grey line behind the data at a value of x or y that has a meaning."""
    line: Any = {"color": "0.65", "linewidth": 0.7, "zorder": 0.5}
    if x is not None:
        axes.axvline(x, **line)
    if y is not None:
        axes.axhline(y, **line)


def density(
    axes: Axes,
    x: Any,
    y: Any,
    z: Any,
    label: str,
    *,
    levels: Sequence[float] = (),
    limits: tuple[float, float] | None = None,
    centre: float | None = None,
) -> None:
    """A map of z over x and y with a labelled colour bar; where z is NaN the ground is grey.

    Parameters
    ----------
    axes : matplotlib Axes
    x, y : array_like, shapes (n,) and (m,)
        Increasing.
    z : array_like, shape (m, n)
    label : str
        Of the colour bar.
    levels : sequence of float
        Where labelled contours are drawn, those that the values reach.
    limits : (float, float), optional
        Ends of the colour scale; what lies beyond gets the colour of the end.
    centre : float, optional
        For quantities with a sign: the value in the middle of a diverging scale.

    Raises
    ------
    FigureError
        When the shapes do not fit.
    """
    import numpy as np
    from matplotlib.colors import CenteredNorm, Normalize

    points, rows, heights = np.asarray(x, dtype=float), np.asarray(y, dtype=float), np.asarray(z, dtype=float)
    if heights.shape != (*rows.shape, *points.shape) or heights.ndim != 2:
        raise FigureError(
            f"density: z has the shape {heights.shape}, x {points.shape} and y {rows.shape}; pass z of shape "
            "(len(y), len(x))"
        )
    low, high = limits if limits is not None else (np.nanmin(heights), np.nanmax(heights))
    scale = Normalize(low, high) if centre is None else CenteredNorm(centre, max(high - centre, centre - low))
    axes.set_facecolor("0.85")
    # Pixels even in a PDF: a patch for each point would show seams, and take minutes to open.
    shades = axes.pcolormesh(
        points, rows, heights, norm=scale, cmap="cividis" if centre is None else "PuOr", rasterized=True
    )
    bar = axes.figure.colorbar(shades, ax=axes, label=label, pad=0.02, extend=_beyond(heights, low, high))
    bar.outline.set_linewidth(0.7)
    reached = [level for level in levels if np.nanmin(heights) < level < np.nanmax(heights)]
    if reached:
        # Light lines on dark ground and dark ones on light ground; the scale runs from dark to light.
        shade = ["white" if centre is None and level < (low + high) / 2 else "black" for level in reached]
        lines = axes.contour(points, rows, heights, levels=reached, colors=shade, linewidths=0.7)
        axes.clabel(lines, fontsize=8, fmt="%g")


def _beyond(heights: Any, low: float, high: float) -> str:
    """Which ends of the colour bar are pointed: where values lie beyond them."""
    below, above = bool((heights < low).any()), bool((heights > high).any())
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[below, above]
