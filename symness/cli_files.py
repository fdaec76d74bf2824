"""Files that the command line reads and writes: whole or not at all, and never over somebody's work."""

from __future__ import annotations

import difflib
import os
import secrets
import stat
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from symness.errors import SymnessError
from symness.stamps import comparable, read_picture_stamp, read_stamp

__all__ = ["MEANING", "FileError", "RefusedError", "Target", "compare", "prepare", "refuse_edited", "stale", "write"]

#: status -> what it tells the reader
MEANING = {
    "written": "written",
    "up to date": "up to date",
    "missing": "missing; run `symness generate`",
    "different": "differs from what its derivation gives; run `symness generate`",
    "edited": "edited: its mark does not fit its text; run `symness generate --force`",
    "stale": "stale: no derivation defines this module any more; delete the file",
}


class FileError(SymnessError):
    """A file or folder that cannot be read or written; the message names the option to change."""


class RefusedError(SymnessError):
    """A file that holds somebody's work and would be overwritten."""


@dataclass(frozen=True)
class Target:
    """One generated file and how it stands; ``status`` is a key of :data:`MEANING`."""

    file: str
    derivation: str
    status: str
    diff: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def prepare(folder: Path, option: str) -> None:
    """Make the folder, and find out now, before any derivation, whether a file can be put there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _failure("write to", folder, error, option) from error


def _bytes(path: Path, option: str) -> bytes | None:
    """The content of a file, None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failure("read", path, error, option) from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")


def _read(path: Path, option: str) -> str | None:
    """The text of a file, None where there is none."""
    data = _bytes(path, option)
    return None if data is None else _text(data)


def write(path: Path, content: str | bytes, option: str) -> None:
    """Replace the file in one step; an interruption leaves the old one, and nothing beside it."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        real = Path(os.path.realpath(path))  # a link stays a link
        if real.exists() and not stat.S_ISREG(real.stat().st_mode):
            real.write_bytes(data)  # a device or pipe: nothing to replace
        else:
            _replace(real, data)
    except OSError as error:
        raise _failure("write", path, error, option) from error


def _replace(path: Path, data: bytes) -> None:
    # The name is known before the file is there, so that an interruption at any moment finds what to remove.
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with scratch.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            scratch.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _failure(verb: str, path: Path, error: OSError, option: str) -> FileError:
    return FileError(f"cannot {verb} {str(path)!r}: {error.strerror or error}; pass another {option}")


def refuse_edited(paths: Collection[Path], option: str) -> None:
    """RefusedError when one of them is there and was edited, or was not written by symness.

    Where ``paths`` maps them to the derivations that they belong to, those of other derivations are refused as well.
    """
    owners = paths if isinstance(paths, Mapping) else {}
    for path in paths:
        device = path.exists() and not (path.is_file() or path.is_dir())
        data = None if device else _bytes(path, option)
        mark = None if data is None else read_picture_stamp(data) or read_stamp(_text(data))
        if data is not None and (mark is None or not mark.intact):
            what = "was not written by symness" if mark is None else "was edited by hand"
            raise RefusedError(f"{str(path)!r} {what}: move it away, or pass --force to overwrite it")
        if mark is not None and owners.get(path, mark.derivation) != mark.derivation:
            raise RefusedError(
                f"{str(path)!r} comes from the derivation {mark.derivation!r}: rename the module or pass another "
                f"{option}, or --force to overwrite it"
            )


def compare(path: Path, text: str, derivation: str, option: str) -> Target:
    """How the file that is there differs from the text that would be written; versions of packages may differ."""
    there = _read(path, option)
    if there is None:
        return Target(str(path), derivation, "missing")
    old, new = comparable(there), comparable(text)
    if old == new:
        mark = read_stamp(there)
        return Target(str(path), derivation, "up to date" if mark is not None and mark.intact else "edited")
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), str(path), f"derived from {derivation}", lineterm=""
    )
    return Target(str(path), derivation, "different", "\n".join(lines).encode("utf-8", "replace").decode())


def stale(folder: Path, current: Collection[str], derivation: str | None, option: str) -> list[Target]:
    """Files of ours in the folder of which no derivation (or not this one any more) defines the module."""
    found = []
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else []:
        mark = read_stamp(_read(path, option) or "") if path.stem not in current and path.is_file() else None
        if mark is not None and derivation in (None, mark.derivation):
            found.append(Target(str(path), mark.derivation, "stale"))
    return found
