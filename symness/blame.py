"""Whose mistake an error is: one in a user's derivation file is told in one line, a defect of symness is traced."""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from symness.errors import SymnessError

__all__ = ["DerivationError", "UnknownDerivationError", "blamed", "users_mistakes"]


class DerivationError(SymnessError):
    """A derivation file that does not do what it should, or a model in it that is not well defined."""


class UnknownDerivationError(SymnessError):
    """A name that is no derivation, or a path where there is no file."""


@contextmanager
def blamed(name: str, what: str) -> Iterator[None]:
    """In a file that comes with symness: errors of the model as DerivationError, everything else is a defect."""
    try:
        yield
    except SymnessError as error:
        raise DerivationError(f"{name}: {what}: {error}") from error


@contextmanager
def users_mistakes(path: Path, what: str = "") -> Iterator[None]:
    """In a user's file: every mistake as DerivationError with file, line and ``what``; a defect of symness as it is.

    What the file prints goes to stderr: stdout holds results, which a program may read.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except SyntaxError as error:
        place = f"{error.filename}:{error.lineno}" if error.filename else str(path)
        raise DerivationError(f"{place}: syntax error: {error.msg}") from error
    except SystemExit as error:
        raise DerivationError(
            f"{_place(path, error, what)}: calls exit({error.code}); a derivation file returns"
        ) from error
    except Exception as error:
        if not _on_purpose(error, path):
            raise
        message = str(error) if isinstance(error, SymnessError) else f"{type(error).__name__}: {error}"
        raise DerivationError(f"{_place(path, error, what)}: {message}") from error


def _place(path: Path, error: BaseException, what: str) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return f"{path}{f':{lines[-1]}' if lines else ''}{f': {what}' if what else ''}"


def _on_purpose(error: Exception, path: Path) -> bool:
    """No defect of symness: raised by the user's code, by a library it calls, or by a ``raise`` about an argument."""
    if isinstance(error, SymnessError):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    users = [k for k, frame in enumerate(frames) if frame.filename == str(path)]
    ours = str(Path(__file__).parent)
    inside = [k for k, frame in enumerate(frames) if str(Path(frame.filename).parent) == ours]
    if users and not any(k > users[-1] for k in inside):
        return True
    last = frames[-1]
    raised = linecache.getline(last.filename, last.lineno or 0).lstrip().startswith("raise ")
    return isinstance(error, (TypeError, ValueError, KeyError, AttributeError)) and raised and len(frames) - 1 in inside
