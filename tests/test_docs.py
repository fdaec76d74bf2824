"""The documentation is run: every Python block and cell of README.md and docs/, in order, one namespace a page."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import symness
from symness import space

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SITE = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)
PAGES = [ROOT / "README.md", *SITE]
_BLOCK = re.compile(r"^```(python|\{code-cell\})[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"(?::[\w-]+:[^\n]*\n)+")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)\s]*\)")
_DOCUMENTED = re.compile(r"^\.\. auto(?:function|class|exception):: symness\.(\w+)(?:\(.*\))?$", re.MULTILINE)
_CONTENTS = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARKERS = ("run", "tests")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def python_blocks(text: str) -> list[tuple[int, str, bool]]:
    """(line of the first statement, source, whether it has to raise) of every Python block and code cell."""
    found = []
    for match in _BLOCK.finditer(text):
        options = _OPTIONS.match(match[2]) if match[1] != "python" else None
        start = match.start(2) + (options.end() if options else 0)
        raises = options is not None and "raises-exception" in options[0]
        found.append((text.count("\n", 0, start) + 1, text[start : match.end(2)], raises))
    return found


def run_page(text: str, name: str) -> dict[str, Any]:
    """Execute the blocks of a page; tracebacks show the lines of the page."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for line, source, raises in python_blocks(text):
        with pytest.raises(Exception) if raises else contextlib.nullcontext():  # noqa: PT011
            exec(compile("\n" * (line - 1) + source, name, "exec"), namespace)
    return namespace


def command_after(text: str, marker: str) -> str:
    """The shell block that follows a marker comment, with nothing between them."""
    found = re.findall(rf"^<!-- {marker} -->\n```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"<!-- {marker} --> is followed by {len(found)} sh blocks, not 1"
    return str(found[0]).strip()


def listed_pages(page: Path) -> Iterator[Path]:
    """The pages in the tables of contents of a page, and in theirs."""
    for block in _CONTENTS.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line and not line.startswith(":"):
                child = page.parent / f"{line}.md"
                yield child
                if child.exists():
                    yield from listed_pages(child)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text(encoding="utf-8")
    if not python_blocks(text):
        assert page.parent.name == "api" or page.stem in ("installation", "index"), "a page without an example"
        return
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)  # pages may write files
    try:
        run_page(text, page.name)
    finally:
        if "plt" in text:
            from matplotlib import pyplot

            pyplot.close("all")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page: Path) -> None:
    missing = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert missing == []


def test_every_page_is_in_the_table_of_contents_once() -> None:
    listed = Counter(path.resolve() for path in listed_pages(DOCS / "index.md"))
    assert set(listed) == {page.resolve() for page in SITE} - {(DOCS / "index.md").resolve()}
    assert set(listed.values()) == {1}


def test_every_public_name_is_in_the_reference_once() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in sorted((DOCS / "api").glob("*.md")))
    documented = Counter(_DOCUMENTED.findall(text))
    assert set(documented) == set(symness.__all__)
    assert set(documented.values()) == {1}
    overview = set(re.findall(r"<symness\.(\w+)>", (DOCS / "api" / "index.md").read_text(encoding="utf-8")))
    errors = {name for name in symness.__all__ if name.endswith(("Error", "Warning")) or name == "NonUniqueSteadyState"}
    assert overview == set(symness.__all__) - errors | {"SymnessError"}


def test_the_operators_of_the_reference_are_those_of_the_parts() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|.*\|(.*)\|$", (DOCS / "api" / "models.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {name: set(re.findall(r"`(\w+)[`(]", cells)) for name, cells in rows}
    assert set(listed) == {"Qubit", "Levels", "Spin", "Fermion", "Mode"}
    for name, operators in listed.items():
        own = {key for key in vars(getattr(space, name)) if not key.startswith("_")}
        assert operators == own, name


@pytest.mark.parametrize("name", symness.__all__)
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert len((getattr(symness, name).__doc__ or "").strip()) > 40


def test_the_design_page_names_every_room() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\w+)(…?)`", text)
    whole, starts = {name for name, more in named if not more}, tuple(name for name, more in named if more)
    rooms = {path.stem for path in (ROOT / "symness").glob("*.py")} - {"__init__"}
    assert {room for room in rooms if room not in whole and not room.startswith(starts)} == set()


@pytest.mark.parametrize("marker", MARKERS)
def test_marked_commands_are_single_lines_of_shell(marker: str) -> None:
    command = command_after((ROOT / "README.md").read_text(encoding="utf-8"), marker)
    assert "\n" not in command, "one command: it is pasted as it stands"
    subprocess.run(["bash", "-n", "-c", command], check=True)  # parses; .ci/run executes it


def test_the_checkers_fail_on_what_is_wrong() -> None:
    for fence in ("python", "{code-cell}", "{code-cell} ipython3"):
        with pytest.raises(NameError, match="undefined_name"):
            run_page(f"text\n```{fence}\nx = 1\n```\nmore\n```{fence}\nundefined_name\n```\n", "page")
        assert run_page(f"```{fence}\nx = 1\n```\n```sh\nexit\n```\n```{fence}\ny = x + 1\n```\n", "page")["y"] == 2
        assert python_blocks(f"one\n```{fence}\nx\n```\n") == [(3, "x\n", False)]
    cell = "```{code-cell}\n:tags: [raises-exception]\nundefined_name\n```\n"
    assert python_blocks(cell) == [(3, "undefined_name\n", True)]
    run_page(cell, "page")
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        run_page(cell.replace("undefined_name", "x = 1"), "page")
    for text in ("<!-- run -->\n\n```sh\nls\n```\n", "<!-- run -->\n```python\nx\n```\n", "```sh\nls\n```\n"):
        with pytest.raises(AssertionError, match="followed by 0"):
            command_after(text, "run")
    assert _LINK.findall("[a](b.md) [c](https://d.org/e) [f](g.md#h)") == ["b.md", "g.md"]
