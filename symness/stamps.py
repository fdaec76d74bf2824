"""Marks at the top of written files, by which an edited file is told from one that may be written again."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass

__all__ = ["Stamp", "comparable", "read_picture_stamp", "read_stamp", "stamped", "stamped_picture"]

_STAMP = re.compile(
    r"(?:#|%|<!--) Written by `symness (?:generate|latex|report)` from the derivation "
    r"(?P<derivation>[^\n]*?)(?: -->)?\n"
    r"(?:#|%|<!--) sha256 of the text below this line: (?P<digest>[0-9a-f]{64})(?: -->)?\n"
)
_PICTURE = re.compile(
    rb"Written by `symness figure` from the derivation (?P<derivation>[^\n]*), "
    rb"sha256 of the file without this mark: (?P<digest>[0-9a-f]{64})"
)
_VERSION = re.compile(r'^( {4}"(?:sympy|python-flint|symness)": )".*",$', re.MULTILINE)


@dataclass(frozen=True)
class Stamp:
    """What the mark of a file says; ``intact`` is False where the text below it was edited."""

    derivation: str
    intact: bool


def stamped(text: str, derivation: str, command: str = "generate", comment: str = "#") -> str:
    """The text below a mark that names the derivation and holds the digest of the text.

    ``comment`` starts a line of comment: ``#``, ``%`` or, of HTML, ``<!--``.
    """
    end = " -->" if comment == "<!--" else ""
    name = derivation.replace("--", r"-\x2d") if end else derivation
    return (
        f"{comment} Written by `symness {command}` from the derivation {name}{end}\n"
        f"{comment} sha256 of the text below this line: {_digest(text)}{end}\n{text}"
    )


def read_stamp(text: str) -> Stamp | None:
    """The mark of a file; None for a file that symness did not write."""
    found = _STAMP.match(text)
    if found is None:
        return None
    return Stamp(found["derivation"], found["digest"] == _digest(text[found.end() :]))


def stamped_picture(data: bytes, derivation: str) -> bytes:
    """A PNG, PDF or SVG file with such a mark: the last text chunk of a PNG, a comment after the end of the others."""
    body, end = _split(data)
    return body + _mark(data, ascii(derivation)[1:-1].encode(), hashlib.sha256(data).hexdigest().encode()) + end


def read_picture_stamp(data: bytes) -> Stamp | None:
    """The mark of a PNG, PDF or SVG file; None for a file that symness did not draw."""
    found = list(_PICTURE.finditer(data))
    if not found:
        return None
    derivation, digest = found[-1]["derivation"], found[-1]["digest"]
    body, end = _split(data)
    rest = body.removesuffix(_mark(data, derivation, digest)) + end
    return Stamp(derivation.decode("ascii", "replace"), hashlib.sha256(rest).hexdigest().encode() == digest)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """What stands before the place of the mark and after it: of a PNG, its last chunk, which is empty."""
    return (data[:-12], data[-12:]) if _is_png(data) else (data, b"")


def _mark(data: bytes, derivation: bytes, digest: bytes) -> bytes:
    text = b"Written by `symness figure` from the derivation %b, sha256 of the file without this mark: %b"
    text %= derivation, digest
    if _is_png(data):
        chunk = b"tEXtComment\0" + text
        return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"%% %b\n" % text if data.startswith(b"%PDF") else b"<!-- %b -->\n" % text.replace(b"--", b"-\\x2d")


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n")


def comparable(text: str) -> str:
    """The text without its mark and with the versions of packages left out: what `generate --check` compares."""
    found = _STAMP.match(text)
    return _VERSION.sub(r'\1"not compared",', text[found.end() if found else 0 :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
