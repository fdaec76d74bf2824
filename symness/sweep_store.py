"""The file of a sweep: written block by block, resumed where it stopped, never taken for another sweep's.

A ``.zarr`` folder is written in place.  A ``.nc`` file is collected in a folder beside it and appears when it is
complete, because HDF5 does not survive an interrupted write.  The record stands beside the folder: whose it is, that
the folder is laid out, and every finished block, each line after what it says is true.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from symness.errors import MissingPackageError, SweepError
from symness.grid import Block

if TYPE_CHECKING:
    import xarray

__all__ = ["Store", "needed"]

_MARK = "symness_sweep"
_LAID_OUT = "laid out"


class Store:
    """One sweep on disk; ``digest`` says which.  Every block is on disk when it is recorded: nothing is to be closed.

    Raises
    ------
    SweepError
        When the path holds something else, cannot be written, or has another suffix than .zarr and .nc.
    """

    def __init__(self, path: Path, template: xarray.Dataset, digest: str) -> None:
        if path.suffix not in (".zarr", ".nc"):
            raise SweepError(f"sweep: to={str(path)!r}; pass a path that ends in .zarr (a folder) or .nc (netCDF)")
        if not path.absolute().parent.is_dir():
            raise SweepError(f"sweep: to={str(path)!r}: there is no folder {str(path.absolute().parent)!r}")
        self.path, self.digest = path, digest
        self.folder = path if path.suffix == ".zarr" else path.with_suffix(".nc.part")
        self.record = path.with_name(path.name + ".progress")
        self.axes = tuple(map(str, next(iter(template.data_vars.values())).dims))
        self.template = _without_complex(template) if path.suffix == ".nc" else template
        self.template.attrs[_MARK] = digest
        needed("zarr")
        if path.suffix == ".nc":
            needed("netCDF4")
        self.complete = self._is_complete()
        self.done: set[str] = set()
        if not self.complete:
            with self._written():
                self._begin()

    def __contains__(self, cut: Block) -> bool:
        return self.complete or _text(cut) in self.done

    def write(self, cut: Block, found: dict[str, Any]) -> None:
        """Write one block, then record it."""
        import xarray

        block = xarray.Dataset({name: (self.axes, np.asarray(values)) for name, values in found.items()})
        if self.path.suffix == ".nc":
            block = _without_complex(block)
        where: dict[str, Any] = {"region": dict(zip(self.axes, cut, strict=True))} if self.axes else {"mode": "r+"}
        with self._written():
            block.to_zarr(self.folder, consolidated=False, **where)
            self._note(_text(cut))

    def _note(self, line: str) -> None:
        """Add a line to the record, on disk before anything else happens."""
        with self.record.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _written(self) -> Iterator[None]:
        """A disk that is full or forbidden is told in one line."""
        try:
            yield
        except OSError as error:
            raise SweepError(
                f"sweep: cannot write to={str(self.path)!r}: {error.strerror or error}; call again with the same "
                "arguments to go on, or pass another path"
            ) from error

    def finish(self) -> xarray.Dataset:
        """The finished dataset, opened."""
        with self._written():
            if self.path.suffix == ".nc":
                if not self.complete:
                    self._convert()
                if self.record.exists() and self.folder.exists():
                    _remove(self.folder)
            self.record.unlink(missing_ok=True)
        return self._opened()

    def _convert(self) -> None:
        """The netCDF file, from the folder."""
        import xarray

        whole = xarray.open_zarr(self.folder, consolidated=False)
        for variable in whole.variables.values():
            variable.encoding.clear()
        draft = self.path.with_name(self.path.name + ".draft")
        whole.to_netcdf(draft, engine="netcdf4")
        whole.close()
        os.replace(draft, self.path)

    def _opened(self) -> xarray.Dataset:
        import xarray

        if self.path.suffix == ".nc":
            found = xarray.open_dataset(self.path, engine="netcdf4")
        else:
            found = xarray.open_zarr(self.path, consolidated=False)
        order = [name for name in self.template.data_vars if name in found]
        return found[order] if len(order) == len(found.data_vars) else found

    def _is_complete(self) -> bool:
        """True where the path holds this sweep, finished."""
        if not self.path.exists() or (self.path.suffix == ".zarr" and self.record.exists()):
            return False
        try:
            with self._opened() as found:
                own = found.attrs.get(_MARK)
        except (OSError, ValueError, KeyError) as error:
            raise SweepError(
                f"sweep: to={str(self.path)!r} exists and is no sweep; remove it or pass another"
            ) from error
        if own != self.digest:
            raise SweepError(
                f"sweep: to={str(self.path)!r} holds another sweep (other parameters, outputs, block or formula); "
                "remove it or pass another path"
            )
        return True

    def _begin(self) -> None:
        """Resume this sweep, or lay out an empty one."""
        first, *lines = (self.record.read_text(encoding="utf-8") if self.record.exists() else "").splitlines() or [""]
        if first:
            if first != self.digest:
                raise SweepError(
                    f"sweep: to={str(self.path)!r} was begun with other parameters, outputs, block or formula; remove "
                    f"{str(self.record)!r} and {str(self.folder)!r}, or pass another path"
                )
            if _LAID_OUT in lines:
                self.done = set(lines)
                return
        elif self.folder.exists():
            raise SweepError(f"sweep: to={str(self.path)!r}: {str(self.folder)!r} is in the way; remove it")
        # The record makes the folder ours, so it comes first; what an interruption left of the folder is laid out anew.
        self.record.write_text(self.digest + "\n", encoding="utf-8")
        if self.folder.exists():
            _remove(self.folder)
        self.template.to_zarr(self.folder, compute=False, consolidated=False)
        self._note(_LAID_OUT)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


def _text(cut: Block) -> str:
    return json.dumps([[s.start, s.stop] for s in cut])


def _without_complex(dataset: xarray.Dataset) -> xarray.Dataset:
    """netCDF has no complex numbers: real and imaginary part under names of their own."""
    made = dataset
    for name in list(dataset.data_vars):
        values = dataset[name]
        if values.dtype.kind == "c":
            parts = {f"{name}_re": values.real, f"{name}_im": values.imag}
            for word, part in zip(("real", "imaginary"), parts.values(), strict=True):
                part.attrs = {**values.attrs, "long_name": f"{word} part of {values.attrs.get('long_name', name)}"}
            made = made.drop_vars([name]).assign(parts)
    return made


def needed(package: str, extra: str = "sweep") -> Any:
    """A package of an extra, imported; MissingPackageError with the command that installs it."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        name = package.partition(".")[0]
        raise MissingPackageError(f"sweep needs {name}: pip install 'symness[{extra}]'") from error
