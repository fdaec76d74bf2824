"""The door of the package: what an import costs, and that every public name is what it says."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import symness as sn
from symness import derivations, generated

GENERATED = sorted(path.stem for path in Path(generated.__path__[0]).glob("*.py") if path.stem != "__init__")
HEAVY = {"sympy", "flint", "mpmath", "scipy", "jinja2", "click", "rich", "qutip", "matplotlib"}
ROOT = Path(__file__).parent.parent
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


def test_every_folder_of_python_files_is_a_package_of_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {"symness": "symness", "derivations": "symness.derivations", "generated": "symness.generated"}
    found = set()
    for top, package in folders.items():
        for init in (ROOT / top).rglob("__init__.py"):
            found.add(".".join([package, *init.parent.relative_to(ROOT / top).parts]))
    assert set(settings["packages"]) == found
    kept = {path for pattern in settings["package-data"]["symness"] for path in (ROOT / "symness").glob(pattern)}
    others = {p for p in (ROOT / "symness").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert others == kept, "a file of the package that the wheel would lack"


def test_the_citation_names_this_version() -> None:
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what the format requires
    assert (citation["cff-version"], citation["type"], citation["license"]) == ("1.2.0", "software", "MIT")
    assert citation["version"] == sn.__version__
    assert citation["authors"] == [{"name": "The symness authors"}]


# -- built and installed ---------------------------------------------------------------------------


def ran(*line: str | Path, folder: Path, **environment: str) -> str:
    """Output of a command that succeeds, in a folder and an environment that know nothing of the source tree."""
    known = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in line], cwd=folder, capture_output=True, text=True, env={**known, **environment}
    )
    assert done.returncode == 0, f"{' '.join(map(str, line))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def interpreter(folder: Path) -> Path:
    """Python of a new, empty environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist, and the wheel that is built from the sdist, as an index would get them."""
    folder = tmp_path_factory.mktemp("build")
    tree = folder / "tree"
    skipped = shutil.ignore_patterns(".*", "node_modules", "build", "dist", "*.egg-info", "__pycache__", "_build")
    shutil.copytree(ROOT, tree, ignore=skipped)
    if (ROOT / ".ci").is_dir():
        shutil.copytree(ROOT / ".ci", tree / ".ci")
    python = interpreter(folder / "tools")
    ran(python, "-m", "pip", "install", "-q", "build", folder=folder)
    ran(python, "-m", "build", "--outdir", folder / "dist", tree, folder=folder)
    return folder / "dist"


@pytest.mark.slow
def test_the_wheel_passes_a_smoke_test_in_an_empty_environment(distributions: Path, tmp_path: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert all(name.startswith(("symness/", "symness-")) for name in names)
    assert "symness/py.typed" in names
    python = interpreter(tmp_path / "environment")
    ran(python, "-m", "pip", "install", "-q", wheel, folder=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    program = python.with_name("symness")
    assert ran(program, "--version", folder=empty) == f"symness {sn.__version__}\n"
    assert "wang2019_boson" in ran(program, "list", folder=empty)
    assert "detuned qubits" in ran(program, "derive", "wang2019", "--stats", folder=empty)
    assert "wang2019_boson.py: written" in ran(program, "generate", "wang2019", "--output", "out", folder=empty)
    assert "passed" in ran(program, "verify", "wang2019", "--points", "2", folder=empty)
    assert r"\begin{align}" in ran(program, "latex", "wang2019", folder=empty)
    assert "out" in {path.name for path in empty.iterdir()}
    (empty / "out" / "__init__.py").touch()
    values = "omega_1=10, omega_2=9, lam=6, J_1=1, J_2=1, T_1=2, T_2=5"
    code = f"""
import sys
from out import wang2019_boson as ours
from symness.generated import wang2019_boson as theirs
assert "sympy" not in sys.modules and "environment" in theirs.__file__, theirs.__file__
print(ours.evaluate({values})["concurrence"] == theirs.evaluate({values})["concurrence"] > 0)
"""
    assert ran(python, "-c", code, folder=empty) == "True\n"
    found = ran(python, "-m", "pip", "list", "--format=freeze", folder=empty).lower()
    assert not {"qutip", "matplotlib", "xarray", "dask"} & {line.partition("==")[0] for line in found.splitlines()}
    # A project of the user's, checked against the installed package.
    ran(python, "-m", "pip", "install", "-q", "mypy", folder=tmp_path)
    (empty / "right.py").write_text("import symness as sn\nmodel: sn.Model\nstate: sn.SteadyState\n")
    ran(python, "-m", "mypy", "--strict", "right.py", folder=empty)
    (empty / "wrong.py").write_text("import symness as sn\nx: int = sn.qubits('1')\nsn.nothing\n")
    done = subprocess.run([python, "-m", "mypy", "wrong.py"], cwd=empty, capture_output=True, text=True, check=False)
    assert "Incompatible types" in done.stdout
    assert 'has no attribute "nothing"' in done.stdout


@pytest.mark.slow
def test_the_source_distribution_holds_what_its_tests_need(distributions: Path, tmp_path: Path) -> None:
    (archive,) = distributions.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    built = distributions.parent / "tree"
    for name in ("CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "pyproject.toml"):
        assert (tree / name).is_file(), name
    for folder in ("tests", "benchmarks", "docs", "symness", "derivations", "generated"):
        ours = {
            path.relative_to(built).as_posix()
            for path in (built / folder).rglob("*")
            if path.is_file() and not {"__pycache__", "_build", ".ipynb_checkpoints"} & set(path.parts)
        }
        theirs = {path.relative_to(tree).as_posix() for path in (tree / folder).rglob("*") if path.is_file()}
        assert ours <= theirs, sorted(ours - theirs)
    # Its own tests run from it: those that read files beside the packages.
    chosen = ["tests/test_docs.py", "tests/test_import_direction.py", "tests/test_lengths.py", "tests/test_package.py"]
    ran(sys.executable, "-m", "pytest", "-q", "--collect-only", folder=tree, PYTHONPATH=str(tree))
    chosen = [*chosen[1:], f"{chosen[0]}::test_links_lead_to_files"]
    ran(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen, folder=tree, PYTHONPATH=str(tree))
