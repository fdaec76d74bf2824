"""The door of the package: what an import costs, and that every public name is what it says."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import symness as sn
from symness import derivations, generated

GENERATED = sorted(path.stem for path in Path(generated.__path__[0]).glob("*.py") if path.stem != "__init__")
HEAVY = {"sympy", "flint", "mpmath", "scipy", "jinja2", "click", "rich", "qutip", "matplotlib"}
SHARED_NAMES = ("parameters", "formula", "evaluator", "identities", "relaxation", "spectrum", "sweep", "verify")


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_import_loads_neither_sympy_nor_numpy() -> None:
    assert not loaded_by("import symness") & (HEAVY | {"numpy"})


def test_generated_modules_load_numpy_and_nothing_heavier() -> None:
    loaded = loaded_by("\n".join(f"from symness.generated import {name}" for name in GENERATED))
    assert GENERATED, "no generated modules: run `symness generate`"
    assert "numpy" in loaded
    assert not loaded & HEAVY


def test_the_cost_of_an_import_is_seen() -> None:
    assert "sympy" in loaded_by("import symness\nsymness.parameters")


@pytest.mark.parametrize("name", sn.__all__)
def test_public_names_resolve(name: str) -> None:
    value = getattr(sn, name)
    assert callable(value)
    assert value.__name__ == name
    assert value.__module__.startswith("symness.")
    assert value.__doc__
    assert name in dir(sn)


def test_public_names_are_those_of_the_table() -> None:
    assert sorted(sn._HOME) == sn.__all__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sn.nothing


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_functions_win_over_modules_of_their_name(name: str) -> None:
    module = importlib.import_module(f"symness.{name}")
    assert isinstance(module, ModuleType)
    assert not isinstance(getattr(sn, name), ModuleType)
    assert getattr(sn, name).__name__ == name
    with pytest.raises(AttributeError, match="cannot be replaced"):
        setattr(sn, name, None)


def test_functions_win_in_a_fresh_interpreter() -> None:
    imports = "\n".join(f"import symness.{name}" for name in SHARED_NAMES)
    checks = "\n".join(f"from symness import {name}; assert callable({name}), {name}" for name in SHARED_NAMES)
    assert "symness" in loaded_by(f"{imports}\n{checks}")


def test_every_module_with_a_public_name_of_its_own_is_handled() -> None:
    modules = {path.stem for path in Path(sn.__file__).parent.glob("*.py")}
    assert modules & set(sn.__all__) == set(SHARED_NAMES)


def test_derivations_are_installed_with_the_package() -> None:
    assert derivations.__name__ == "symness.derivations"


def test_version_is_the_installed_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", sn.__version__)
    # None is installed where the source tree is merely on the path.
    assert {found.version for found in metadata.distributions(name="symness")} <= {sn.__version__}
