"""The documentation is run: every Python block of README.md and docs/, in order, one namespace for each page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)\s]*\)")
MARKERS = ("run", "tests")


def python_blocks(text: str) -> list[tuple[int, str]]:
    """(line of the first statement, source) of every block marked as Python."""
    return [
        (text.count("\n", 0, match.start(2)) + 1, match.group(2))
        for match in _BLOCK.finditer(text)
        if match.group(1) == "python"
    ]


def run_page(text: str, name: str) -> dict[str, Any]:
    """Execute the blocks of a page; tracebacks show the lines of the page."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for line, source in python_blocks(text):
        exec(compile("\n" * (line - 1) + source, name, "exec"), namespace)
    return namespace


def command_after(text: str, marker: str) -> str:
    """The shell block that follows a marker comment, with nothing between them."""
    found = re.findall(rf"^<!-- {marker} -->\n```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"<!-- {marker} --> is followed by {len(found)} sh blocks, not 1"
    return str(found[0]).strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text(encoding="utf-8")
    assert python_blocks(text)
    monkeypatch.chdir(tmp_path)  # pages may write files
    run_page(text, page.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    missing = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert missing == []


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
    with pytest.raises(NameError, match="undefined_name"):
        run_page("text\n```python\nx = 1\n```\nmore\n```python\nundefined_name\n```\n", "page")
    assert run_page("```python\nx = 1\n```\n```sh\nexit\n```\n```python\ny = x + 1\n```\n", "page")["y"] == 2
    assert python_blocks("one\n```python\nx\n```\n") == [(3, "x\n")]
    for text in ("<!-- run -->\n\n```sh\nls\n```\n", "<!-- run -->\n```python\nx\n```\n", "```sh\nls\n```\n"):
        with pytest.raises(AssertionError, match="followed by 0"):
            command_after(text, "run")
    assert _LINK.findall("[a](b.md) [c](https://d.org/e) [f](g.md#h)") == ["b.md", "g.md"]
