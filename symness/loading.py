"""Derivation files: found by name or path, loaded and checked once.

A derivation file is Python that defines

- ``MODULES``: name of a generated module -> callable returning a :class:`symness.formula.Formula`,
- ``CLOSED_FORMS`` (optional): title -> callable returning a Formula, in the notation of a paper,
- ``PUBLISHED`` (optional): title of a closed form -> what is printed for it: a mapping name -> right-hand side, a count
  of operations, or a callable of the Formula returning that count,
- ``RANGES`` (optional): parameter -> (low, high), or a callable of the point so far, for ``verify``,
- ``FIGURES`` (optional): identifier -> :class:`symness.figures.Figure`,
- ``CLAIMS`` (optional): what the paper states, entries of :mod:`symness.claims`.

Whoever wrote the file reads the errors: they are one line, with the file and the line where it is known.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import keyword
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from symness.blame import DerivationError, UnknownDerivationError, blamed, users_mistakes
from symness.figures import Figure

__all__ = ["Derivation", "Outline", "find", "is_range", "load", "names", "outline"]

Recipe = Callable[[], Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_RECIPE = "a callable without arguments that returns a Formula: write lambda: ..."


@dataclass(frozen=True)
class Derivation:
    """A loaded derivation file.

    Attributes
    ----------
    name : str
        Recorded in what is generated from it: for a user's file, its name without ``.py``.
    path : Path
    modules, closed_forms : mapping
        Name or title -> callable returning a Formula.
    published : mapping
        Title -> printed lines, a count, or a callable of the Formula.
    ranges : mapping
        Parameter -> (low, high) or callable.
    figures : mapping
        Identifier -> Figure.
    claims : tuple
        Equations, statements and definitions, in order.
    doc : str
        The docstring of the file.
    packaged : bool
        False for a user's file, whose mistakes are reported and not traced.
    """

    name: str
    path: Path
    modules: Mapping[str, Recipe]
    closed_forms: Mapping[str, Recipe] = field(default_factory=lambda: _NOTHING)
    published: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    ranges: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    figures: Mapping[str, Figure] = field(default_factory=lambda: _NOTHING)
    doc: str = ""
    packaged: bool = True
    claims: tuple[Any, ...] = ()

    def recipes(self, kind: str) -> Mapping[str, Recipe]:
        """The table of that name, ``"MODULES"`` or ``"CLOSED_FORMS"``."""
        return {"MODULES": self.modules, "CLOSED_FORMS": self.closed_forms}[kind]

    def blamed(self, what: str) -> AbstractContextManager[None]:
        """Errors in ``what`` become DerivationError (:mod:`symness.blame`)."""
        return blamed(self.name, what) if self.packaged else users_mistakes(self.path, what)


@dataclass(frozen=True)
class Outline:
    """What a listing shows."""

    name: str
    summary: str
    modules: tuple[str, ...]


def names() -> list[str]:
    """Names of the derivations that come with symness."""
    package = importlib.import_module("symness.derivations")
    found = pkgutil.iter_modules(package.__path__)
    return sorted(item.name for item in found if not item.ispkg and not item.name.startswith("_"))


def find(name_or_path: str | Path) -> tuple[str, Path, bool]:
    """(name, path, whether it comes with symness); UnknownDerivationError where there is none."""
    text = str(name_or_path)
    known = names()
    if text in known:
        package = importlib.import_module("symness.derivations")
        return text, Path(package.__path__[0]) / f"{text}.py", True
    path = Path(name_or_path)
    if not path.name.isprintable():  # it becomes part of a comment in what is generated
        raise UnknownDerivationError(f"NAME {text!r}: the name holds what cannot be printed; rename the file")
    if text and path.is_dir():
        raise UnknownDerivationError(f"NAME {text!r}: a folder; pass the path of one derivation file in it")
    if path.suffix != ".py" and len(path.parts) < 2 and not path.is_file():
        beside = path.with_suffix(".py") if path.name else path
        if beside.is_file():
            raise UnknownDerivationError(f"NAME {text!r}: for a file of your own pass its path, {str(beside)!r}")
        close = difflib.get_close_matches(text, known, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise UnknownDerivationError(
            f"NAME {text!r}: no such derivation; {hint}there is {', '.join(known) or 'none'}, or pass the path of your "
            "own file, ending in .py"
        )
    if not path.exists():
        raise UnknownDerivationError(
            f"NAME {text!r}: no such file; pass the path of a derivation file, or a name that `symness list` shows"
        )
    return path.stem, path, False


def load(name_or_path: str | Path) -> Derivation:
    """Load and check a derivation file.

    Parameters
    ----------
    name_or_path : str or Path
        A name from :func:`names`, or the path of a user's file.

    Raises
    ------
    UnknownDerivationError
        When there is no such derivation or file.
    DerivationError
        When a user's file cannot be read or run, or does not define what a derivation file defines.
    """
    name, path, packaged = find(name_or_path)
    module = importlib.import_module(f"symness.derivations.{name}") if packaged else _run(name, path)
    recipes = _table(module, path, "MODULES", _is_recipe, _RECIPE)
    if not recipes:
        raise DerivationError(f"{path}: defines no MODULES; add MODULES = {{'name': callable returning a Formula}}")
    for key in recipes:
        if not key.isidentifier() or keyword.iskeyword(key) or key.startswith("_"):
            raise DerivationError(
                f"{path}: MODULES[{key!r}] names a Python file; pass an identifier that does not start with '_'"
            )
    closed = _table(module, path, "CLOSED_FORMS", _is_recipe, _RECIPE)
    printed = _table(module, path, "PUBLISHED", _is_published, "a count, a callable of the Formula, or a dict of lines")
    for title in printed:
        if title not in closed:
            raise DerivationError(
                f"{path}: PUBLISHED[{title!r}] belongs to no closed form; pass one of {', '.join(map(repr, closed))}"
            )
    ranges = _table(module, path, "RANGES", is_range, "(low, high) with low <= high, or a callable of the point")
    figures = _table(
        module,
        path,
        "FIGURES",
        lambda value: isinstance(value, Figure),
        "a Figure: sn.Figure(title, description, draw)",
    )
    for key in figures:
        if not re.fullmatch(r"\w[\w.+-]*", key):
            raise DerivationError(
                f"{path}: FIGURES[{key!r}] becomes part of a file name; pass letters, digits, '_' or '-'"
            )
    doc = (module.__doc__ or "").strip()
    claims = _claims(getattr(module, "CLAIMS", ()), path)
    return Derivation(name, path, recipes, closed, printed, ranges, figures, doc, packaged, claims)


def _run(name: str, path: Path) -> ModuleType:
    """A user's file as a module, without leaving compiled files beside it."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UnknownDerivationError(f"NAME {str(path)!r}: {error.strerror}; pass a file that can be read") from error
    module = ModuleType(f"symness_derivation_{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses and pickle look their module up there
    folder = str(path.resolve().parent)
    sys.path.append(folder)  # the file may import its neighbours, but not put them in the place of a library
    try:
        with users_mistakes(path):
            exec(compile(source, str(path), "exec"), module.__dict__)
    finally:
        sys.path.remove(folder)
    return module


def _table(
    module: ModuleType, path: Path, name: str, accept: Callable[[Any], bool], expected: str
) -> Mapping[str, Any]:
    table = getattr(module, name, _NOTHING)
    if not isinstance(table, Mapping):
        raise DerivationError(f"{path}: {name} is {_kind(table)}; pass a dict")
    for key, value in table.items():
        if not isinstance(key, str) or not accept(value):
            raise DerivationError(f"{path}: {name}[{key!r}] is {_kind(value)}; pass, for a name, {expected}")
    return MappingProxyType(dict(table))


def _claims(given: Any, path: Path) -> tuple[Any, ...]:
    if not isinstance(given, (tuple, list)):
        raise DerivationError(f"{path}: CLAIMS is {_kind(given)}; pass a tuple of entries")
    if given:
        from symness.claims import Definitions, Equation, Statement  # a file without claims does not pay for them

        for place, entry in enumerate(given):
            if not isinstance(entry, (Equation, Statement, Definitions)):
                raise DerivationError(
                    f"{path}: CLAIMS[{place}] is {_kind(entry)}; pass sn.Equation, sn.Statement or sn.Definitions"
                )
    return tuple(given)


def _kind(value: object) -> str:
    return (
        f"{type(value).__name__} ({value!r})" if isinstance(value, (int, float, str, tuple)) else type(value).__name__
    )


def _takes(value: Any, count: int) -> bool:
    """Callable with that many arguments, as far as that can be known without a call."""
    try:
        inspect.signature(value).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # written in C
        return callable(value)
    return True


def _is_recipe(value: Any) -> bool:
    return _takes(value, 0)


def _is_published(value: Any) -> bool:
    return isinstance(value, (int, Mapping)) or _takes(value, 1)


def is_range(value: Any) -> bool:
    """(low, high) with low <= high, or a callable of one argument."""
    if isinstance(value, (tuple, list)) and len(value) == 2 and all(isinstance(v, (int, float)) for v in value):
        return bool(value[0] <= value[1])
    return _takes(value, 1)


def outline(name_or_path: str | Path) -> Outline:
    """Summary and modules; a file that writes its ``MODULES`` out is read and not run, which is quick."""
    name, path, _ = find(name_or_path)
    try:
        tree = ast.parse(path.read_bytes())
        keys, doc = _written_keys(tree), ast.get_docstring(tree)
    except (OSError, SyntaxError, ValueError):
        keys = None  # load says what is wrong
    if keys is None:
        derivation = load(name_or_path)
        keys, doc = tuple(derivation.modules), derivation.doc
    return Outline(name, next(iter((doc or "").strip().splitlines()), ""), keys)


def _written_keys(tree: ast.Module) -> tuple[str, ...] | None:
    """Keys of the only assignment to MODULES where it is a dict of literal names, None where it is anything else."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "MODULES"]
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if len(found) == 1 and targets == found and isinstance(value, ast.Dict):
            keys = [getattr(key, "value", None) for key in value.keys]
            if all(isinstance(key, str) for key in keys):
                return tuple(map(str, keys))
    return None
