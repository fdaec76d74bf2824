"""The gallery: the same steady states from QuTiP, and every model as a derivation file for the command line."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import symness as sn
from symness.cli import main

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"
PAGES = sorted(path.stem for path in GALLERY.glob("*.md") if path.stem != "index")
QUICK = ("three-level-maser", "v-type-atom")
AS_FILES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in PAGES]
LONGEST = 40
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

qutip = pytest.importorskip("qutip")
pytest.importorskip("matplotlib")


def cells(name: str) -> list[str]:
    return _CELL.findall((GALLERY / f"{name}.md").read_text(encoding="utf-8"))


def cells_until(name: str, assigned: str) -> str:
    """The cells of a page, up to and including the first that assigns this name."""
    listed = cells(name)
    last = next(k for k, cell in enumerate(listed) if re.search(rf"^{assigned} = ", cell, re.MULTILINE))
    return "\n".join(listed[: last + 1])


@cache
def namespace(name: str) -> dict[str, Any]:
    """What a page has defined by its check, the figures left out."""
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(cells_until(name, "values"), f"{name}.md", "exec"), found)
    return found


def deviation(generator: Any, state: Any, values: dict[str, float]) -> float:
    """Largest difference between QuTiP's steady state of our superoperator and our formula."""
    theirs = qutip.steadystate(sn.to_qutip(generator, values))
    return float(abs((theirs - sn.to_qutip(state, values)).full()).max())


def test_the_index_lists_every_page() -> None:
    text = (GALLERY / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w-]+)\.md\)", text)) == PAGES
    assert sorted(re.search(r":hidden:\n\n(.*?)\n```", text, re.DOTALL)[1].split()) == PAGES  # type: ignore[index]


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_short(name: str) -> None:
    lines = [line for cell in cells(name) for line in cell.splitlines() if line.strip()]
    assert len(lines) <= LONGEST


@pytest.mark.parametrize("name", PAGES)
def test_qutip_has_the_same_steady_state(name: str) -> None:
    page = namespace(name)
    assert deviation(page["generator"], page["state"], page["values"]) < 1e-12


def test_another_point_is_seen_to_deviate() -> None:
    page = namespace("v-type-atom")
    theirs = qutip.steadystate(sn.to_qutip(page["generator"], page["values"]))
    ours = sn.to_qutip(page["state"], {**page["values"], "T_h": page["values"]["T_h"] * (1 + 1e-9)})
    assert abs((theirs - ours).full()).max() > 1e-12


@pytest.mark.parametrize("name", AS_FILES)
def test_as_a_derivation_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = name.replace("-", "_")
    body = "\n    ".join(cells_until(name, "formula").splitlines())
    source = f'"""{name}"""\n\n\ndef derive():\n    {body}\n    return formula\n\n\nMODULES = {{"{module}": derive}}\n'
    Path(f"{module}.py").write_text(re.sub(r"(?m)^ +$", "", source), encoding="utf-8")
    for command in (
        f"derive {module}.py",
        f"generate {module}.py --output modules",
        f"generate {module}.py --output modules --check",
        f"verify {module}.py --points 20",
        f"latex {module}.py -o {module}.tex",
    ):
        assert main(command.split(), standalone_mode=False) == 0, command
    assert (tmp_path / "modules" / f"{module}.py").exists()
    assert r"\begin{align}" in Path(f"{module}.tex").read_text(encoding="utf-8")
