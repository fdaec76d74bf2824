"""Marks at the top of written files, by which an edited file is told from one that may be written again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

__all__ = ["Stamp", "comparable", "read_stamp", "stamped"]

_STAMP = re.compile(
    r"(?:#|%) Written by `symness (?:generate|latex)` from the derivation (?P<derivation>[^\n]*)\n"
    r"(?:#|%) sha256 of the text below this line: (?P<digest>[0-9a-f]{64})\n"
)
_VERSION = re.compile(r'^( {4}"(?:sympy|python-flint|symness)": )".*",$', re.MULTILINE)


@dataclass(frozen=True)
class Stamp:
    """What the mark of a file says; ``intact`` is False where the text below it was edited."""

    derivation: str
    intact: bool


def stamped(text: str, derivation: str, command: str = "generate", comment: str = "#") -> str:
    """The text below a mark that names the derivation and holds the digest of the text."""
    return (
        f"{comment} Written by `symness {command}` from the derivation {derivation}\n"
        f"{comment} sha256 of the text below this line: {_digest(text)}\n{text}"
    )


def read_stamp(text: str) -> Stamp | None:
    """The mark of a file; None for a file that symness did not write."""
    found = _STAMP.match(text)
    if found is None:
        return None
    return Stamp(found["derivation"], found["digest"] == _digest(text[found.end() :]))


def comparable(text: str) -> str:
    """The text without its mark and with the versions of packages left out: what `generate --check` compares."""
    found = _STAMP.match(text)
    return _VERSION.sub(r'\1"not compared",', text[found.end() if found else 0 :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
