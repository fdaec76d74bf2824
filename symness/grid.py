"""The grid of a sweep: which parameters vary along which axis, and how the points are cut into blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from symness.errors import SweepError

__all__ = ["Grid", "grid"]

Block = tuple[slice, ...]
_MOST_BLOCKS = 10**6


@dataclass(frozen=True)
class Grid:
    """Axes in order, and each parameter as an array over some of them.

    Attributes
    ----------
    sizes : dict
        Axis -> number of points.
    coordinates : dict
        Axis -> its values, where it has some.
    parameters : dict
        Parameter -> (its axes, its values).
    """

    sizes: Mapping[str, int]
    coordinates: Mapping[str, np.ndarray]
    parameters: Mapping[str, tuple[tuple[str, ...], np.ndarray]]

    @property
    def axes(self) -> tuple[str, ...]:
        return tuple(self.sizes)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.sizes.values())

    def chunks(self, points: int) -> tuple[int, ...]:
        """Lengths of a block of at most so many points: the last axes whole, one cut, the first ones of length 1."""
        lengths: list[int] = []
        room = max(1, points)
        for size in reversed(self.shape):
            lengths.insert(0, max(1, min(size, room)))
            room //= lengths[0]
        return tuple(lengths)

    def blocks(self, points: int) -> list[Block]:
        """The blocks in order; SweepError where they are too many to list."""
        count = prod(-(-size // length) for size, length in zip(self.shape, self.chunks(points), strict=True))
        if count > _MOST_BLOCKS:
            raise SweepError(
                f"sweep: {prod(self.shape)} points are {count} blocks, and {_MOST_BLOCKS} can be kept account of; pass "
                f"fewer points, or more than block={points} at a time"
            )
        starts: list[Block] = [()]
        for size, length in zip(self.shape, self.chunks(points), strict=True):
            cuts = [slice(first, min(first + length, size)) for first in range(0, size, length)]
            starts = [(*head, cut) for head in starts for cut in cuts]
        return starts if prod(self.shape) else []

    def arguments(self, block: Block) -> dict[str, Any]:
        """The parameters on a block, as arrays that broadcast to its shape (scalars stay scalars)."""
        where = dict(zip(self.axes, block, strict=True))
        return {name: self._on(axes, values, where) for name, (axes, values) in self.parameters.items()}

    def _on(self, axes: Sequence[str], values: np.ndarray, where: Mapping[str, slice]) -> Any:
        if not axes:
            return values[()]
        cut = values[tuple(where[axis] for axis in axes)]
        order = [axes.index(axis) for axis in self.axes if axis in axes]
        places = tuple(slice(None) if axis in axes else np.newaxis for axis in self.axes)
        return cut.transpose(order)[places]

    def digest(self, *more: str) -> str:
        """Of everything that determines the numbers of the sweep."""
        sha = hashlib.sha256("\n".join([*more, *(f"{axis} {size}" for axis, size in self.sizes.items())]).encode())
        for name, (axes, values) in sorted(self.parameters.items()):
            sha.update(f"\n{name} {axes} ".encode())
            sha.update(np.ascontiguousarray(values).tobytes())
        return sha.hexdigest()


def grid(known: Sequence[str], parameters: Mapping[str, Any]) -> Grid:
    """Read the arguments of a sweep.

    Parameters
    ----------
    known : sequence of str
        Parameters of the evaluator.
    parameters : mapping
        Number; one-dimensional array: an axis of the parameter's name; xarray.DataArray: along its own dimensions.

    Raises
    ------
    SweepError
        For an unknown parameter, an array of several dimensions, or axes of different lengths.
    """
    sizes: dict[str, int] = {}
    coordinates: dict[str, np.ndarray] = {}
    read: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for name, given in parameters.items():
        if name not in known:
            raise SweepError(f"sweep: {name!r} is no parameter; there are {', '.join(known)}")
        axes, values, own = _read(name, given)
        for axis, size in zip(axes, values.shape, strict=True):
            if sizes.setdefault(axis, size) != size:
                raise SweepError(f"sweep: the axis {axis!r} has {sizes[axis]} points, but {size} in {name!r}")
        for axis, numbers in own:
            if axis in coordinates and not np.array_equal(coordinates[axis], numbers):
                raise SweepError(f"sweep: the values along {axis!r} differ between {name!r} and another parameter")
            coordinates[axis] = numbers
        read[name] = axes, values
    return Grid(sizes, coordinates, read)


def _read(name: str, given: Any) -> tuple[tuple[str, ...], np.ndarray, Iterator[tuple[str, np.ndarray]]]:
    labelled = hasattr(given, "dims") and hasattr(given, "coords")
    try:
        values = np.array(given, float)  # a copy: the caller's array may change while a cluster computes
    except (TypeError, ValueError) as error:
        raise SweepError(f"sweep: {name}={given!r} is no number or array of numbers") from error
    if labelled:
        axes = tuple(map(str, given.dims))
        return axes, values, ((a, np.array(given.coords[a], float)) for a in axes if a in given.coords)
    if values.ndim > 1:
        raise SweepError(
            f"sweep: {name} has {values.ndim} dimensions; pass a number, a one-dimensional array (an axis of its own), "
            "or an xarray.DataArray with named dimensions"
        )
    axes = (name,) * values.ndim
    return axes, values, iter([(name, values)] if axes else [])
