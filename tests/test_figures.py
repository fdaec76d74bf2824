"""Figures: what is drawn, that it is the same on every run, and the command that writes the files."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure as Canvas
from test_derive import level_file

import symness as sn
from symness import figures
from symness.cli import main
from symness.derivations.figures.wang2019 import FIGURES
from symness.errors import FigureError, MissingPackageError
from symness.stamps import Stamp, read_picture_stamp, stamped_picture

SCRIPT = """
import hashlib, sys
import symness as sn
from symness.cli import main
assert "matplotlib" not in sys.modules
def draw(figure):
    left, right = figures.panels(figure, 1, 2)
    figures.curves(left, [0, 1], {"$a$": [0, 1], "$b$": [1, 2]})
    figures.density(right, [0, 1, 2], [0, 1], [[0, 1, 2], [2, 3, 4]], "z", levels=[1.5])
from symness import figures
figure = sn.Figure("two panels", "a line and a map", draw)
print([hashlib.sha256(figure.render(kind)).hexdigest() for kind in figures.KINDS])
assert "matplotlib.pyplot" not in sys.modules
"""
OWN = """
def draw(figure):
    figure.subplots().plot([0, 1], [0, 1])
FIGURES = {"a": sn.Figure("one line", "from 0 to 1", draw), "b": sn.Figure("broken", "fails", lambda figure: 1 / 0)}
"""


def line_figure(*shift: float) -> sn.Figure:
    def draw(figure: Any) -> None:
        (axes,) = figures.panels(figure)
        figures.curves(axes, [0, 1, 2], {"a": [0, 1 + sum(shift), 0], "b": 1})

    return sn.Figure("line", "a broken line", draw)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["figure", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


def refused(*arguments: str | Path, status: int) -> str:
    result = run(*arguments, status=status)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


# -- drawing -------------------------------------------------------------------------------------


def test_the_same_bytes_whatever_the_hash_seed_and_the_settings_of_the_user(folder: Path) -> None:
    (folder / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\n")
    paths = os.pathsep.join([str(Path(sn.__file__).parents[1]), *sys.path])
    found = set()
    for seed, place in (("1", Path(sn.__file__).parents[1]), ("2", folder)):
        settings = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, env=settings, cwd=place
        )
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("kind", figures.KINDS)
def test_other_numbers_give_other_bytes(kind: str) -> None:
    assert line_figure().render(kind) == line_figure().render(kind) != line_figure(0.5).render(kind)


def test_the_settings_of_the_user_come_back() -> None:
    with matplotlib.rc_context({"font.size": 31.0}):
        drawn = line_figure().render()
        assert matplotlib.rcParams["font.size"] == 31
    assert drawn == line_figure().render() == line_figure()._repr_png_()


def test_lines_are_told_apart_without_colour() -> None:
    (axes,) = line_figure().drawn().axes
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert len({str(dashes) for _, dashes in figures.LINES}) == len({colour for colour, _ in figures.LINES})
    with pytest.raises(FigureError, match="8 lines, of which 7"):
        figures.curves(axes, [0, 1], dict.fromkeys("abcdefgh", 0))
    with pytest.raises(FigureError, match="8 lines"):
        figures.curves(axes, [0, 1], {"a": 0}, first=7)


def test_panels_have_letters_where_there_are_several() -> None:
    assert [axes.get_title(loc="left") for axes in figures.panels(Canvas(), 2, 2)] == ["(a)", "(b)", "(c)", "(d)"]
    assert [axes.get_title(loc="left") for axes in figures.panels(Canvas())] == [""]


def test_labels() -> None:
    assert figures.axis_label("temperature", "T", "J") == r"temperature $T\,/\,J$"
    assert figures.axis_label("concurrence", r"\mathcal{C}") == r"concurrence $\mathcal{C}$"
    assert figures.axis_label("", "x") == "$x$"
    assert figures.axis_label("time") == "time"


def test_maps() -> None:
    canvas = Canvas()
    left, right = figures.panels(canvas, 1, 2)
    z = np.array([[0.0, 1, 2], [3, np.nan, 5]])
    figures.density(left, [0, 1, 2], [0, 1], z, "z", levels=(2.5, 99))
    figures.density(right, [0, 1, 2], [0, 1], z, "z", limits=(1, 4), centre=2)
    shades, lines = left.collections
    assert lines.levels == [2.5]  # what is not reached is left out without a warning
    assert np.array_equal(shades.get_array().filled(np.nan), z, equal_nan=True)
    assert [axes.get_ylabel() for axes in canvas.axes[2:]] == ["z", "z"]
    assert (right.collections[0].norm.vmin, right.collections[0].norm.vmax) == (0, 4)
    assert shades.get_cmap().name != right.collections[0].get_cmap().name
    with pytest.raises(FigureError, match=r"z has the shape \(2, 3\), x \(2,\) and y \(3,\)"):
        figures.density(left, [0, 1], [0, 1, 2], z, "z")


def test_guides_lie_behind_the_data() -> None:
    (axes,) = figures.panels(Canvas())
    figures.guide(axes, x=1, y=2)
    assert [line.get_zorder() < 1 for line in axes.lines] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", "text", print), "title is ''"),
        (("text", None, print), "description is None"),
        (("text", "text", 3), "draw is 3"),
        (("text", "text", print, (3, -1)), r"size is \(3, -1\)"),
        (("text", "text", print, (3,)), r"size is \(3,\)"),
    ],
)
def test_figures_that_are_not_well_defined(arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(FigureError, match=said):
        sn.Figure(*arguments)


def test_kinds_of_files() -> None:
    with pytest.raises(FigureError, match="kind 'gif' is not known; pass one of 'png', 'pdf', 'svg'"):
        line_figure().render("gif")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'symness\[plot\]'"):
        line_figure().render()
    assert "pip install 'symness[plot]'" in refused("wang2019", "3", status=1)
    assert "wang2019 3:" in run("wang2019").stdout
    assert list(folder.iterdir()) == []


# -- marks ---------------------------------------------------------------------------------------


def chunks(data: bytes) -> list[bytes]:
    """Kinds of the chunks of a PNG file; fails on a wrong length or checksum."""
    found, place = [], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        chunk = data[place + 4 : place + 8 + length]
        assert struct.unpack_from(">I", data, place + 8 + length) == (zlib.crc32(chunk),)
        found.append(chunk[:4])
        place += length + 12
    return found


@pytest.mark.parametrize("kind", figures.KINDS)
@pytest.mark.parametrize("name", ["wang2019", "mein--système", "a\nb"])
def test_marks(kind: str, name: str) -> None:
    plain = line_figure().render(kind)
    marked = stamped_picture(plain, name)
    stamp = read_picture_stamp(marked)
    assert stamp is not None
    assert stamp.intact
    assert read_picture_stamp(plain) is None
    for place in (len(plain) // 2, len(plain) - 20):  # one bit of the picture
        edited = bytes([*marked[:place], marked[place] ^ 1, *marked[place + 1 :]])
        assert edited != marked
        assert not (read_picture_stamp(edited) or Stamp("", False)).intact
    assert not (read_picture_stamp(marked + b"\n") or Stamp("", False)).intact


def test_marked_files_are_well_formed() -> None:
    from xml.etree import ElementTree

    assert chunks(stamped_picture(line_figure().render(), "wang2019"))[-2:] == [b"tEXt", b"IEND"]
    assert ElementTree.fromstring(stamped_picture(line_figure().render("svg"), "a--b")).tag.endswith("svg")
    assert b"%%EOF" in stamped_picture(line_figure().render("pdf"), "wang2019")[-1024:]


# -- the command ---------------------------------------------------------------------------------


def test_lists() -> None:
    shown = run("wang2019").stdout
    assert run("wang2019", "--list").stdout == shown
    assert run("wang2019", "4", "--list").stdout in shown
    data = json.loads(run("wang2019", "--json").stdout)
    assert [item["id"] for item in data] == list(FIGURES)
    assert all(item["title"] in shown for item in data)
    assert "wang2019 3" in run().stdout


def test_one_file(folder: Path) -> None:
    assert run("wang2019", "3").stdout == "wang2019_3.png: written\n"
    content = (folder / "wang2019_3.png").read_bytes()
    assert content == stamped_picture(FIGURES["3"].render(), "wang2019")
    run("wang2019", "3")  # our own file may be written again
    assert (folder / "wang2019_3.png").read_bytes() == content
    assert json.loads(run("wang2019", "3", "-o", "x.PDF", "--json").stdout) == [
        {"file": "x.PDF", "derivation": "wang2019", "id": "3", "status": "written"}
    ]
    assert (folder / "x.PDF").read_bytes().startswith(b"%PDF")
    run("wang2019", "3", "--format", "svg", "-o", "plain")
    assert b"<svg" in (folder / "plain").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["plain", "wang2019_3.png", "x.PDF"]


def test_nobodys_work_is_overwritten(folder: Path) -> None:
    path = folder / "wang2019_3.png"
    path.write_bytes(line_figure().render())
    assert "was not written by symness" in refused("wang2019", "3", status=1)
    path.write_bytes(stamped_picture(line_figure().render(), "wang2019")[:-1] + b"\0")
    assert "was edited by hand" in refused("wang2019", "3", status=1)
    assert "was edited by hand" in refused("wang2019", "--all", status=1)
    assert len(list(folder.iterdir())) == 1
    run("wang2019", "3", "--force")
    run("wang2019", "3")


def test_a_users_file(folder: Path) -> None:
    path = level_file(folder, OWN)
    run(path, "a", "-o", "a.svg")
    assert (folder / "a.svg").is_file()
    assert "mine.py:23: FIGURES['b']: ZeroDivisionError" in refused(path, "b", status=1)
    assert not (folder / "mine_b.png").exists()
    text = path.read_text(encoding="utf-8").replace('"b": sn.Figure("broken", "fails", lambda figure: 1 / 0)', "")
    path.write_text(text, encoding="utf-8")
    run(path, "--all", "--format", "svg", "-o", "drawn")
    assert [found.name for found in (folder / "drawn").iterdir()] == ["mine_a.svg"]
    assert (folder / "drawn" / "mine_a.svg").read_bytes() == (folder / "a.svg").read_bytes()


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("FIGURES = {'a': 3}", "FIGURES['a'] is int (3); pass, for a name, a Figure"),
        ("FIGURES = [3]", "FIGURES is list; pass a dict"),
        ("FIGURES = {'../a': sn.Figure('a', 'b', print)}", "FIGURES['../a'] becomes part of a file name"),
        ("FIGURES = {'a': sn.Figure('', 'b', print)}", "title is ''"),
    ],
)
def test_files_whose_figures_are_not_well_defined(extra: str, said: str, folder: Path) -> None:
    assert said in refused(level_file(folder, extra), status=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("wang2019", "12"), "ID '12': wang2019 has no such figure; pass one of 3, 4"),
        (("wang2019", "3", "-o", "x.txt"), "cannot tell the kind of file"),
        (("wang2019", "3", "-o", "x.png", "--format", "pdf"), "contradict each other"),
        (("wang2019", "3", "--all"), "leave out ID and --list"),
        (("wang2019", "-o", "x.png"), "a list is not a file"),
        (("wang2019", "3", "-o", "nowhere/x.png"), "cannot write 'nowhere/x.png'"),
        (("wang2019", "--format", "gif"), "'gif' is not one of"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments, status=2)


def test_a_derivation_without_figures(folder: Path) -> None:
    path = level_file(folder)
    result = run(path)
    assert (result.stdout, result.stderr) == ("", "no figures: the derivation defines no FIGURES\n")
    assert json.loads(run(path, "--json").stdout) == []
    assert "defines no FIGURES" in refused(path, "1", status=2)


# -- the figures of wang2019 ---------------------------------------------------------------------


def drawn(identifier: str) -> list[Any]:
    return FIGURES[identifier].drawn().axes


def data(axes: Any) -> dict[str, Any]:
    """Label without markup -> ordinates."""
    return {line.get_label().strip("$").replace(r"\,", ""): np.asarray(line.get_ydata()) for line in axes.lines}


@pytest.mark.parametrize("identifier", FIGURES)
def test_every_axis_is_labelled_and_every_line_drawn(identifier: str) -> None:
    for axes in drawn(identifier):
        assert axes.get_ylabel()
        assert axes.get_xlabel() or identifier == "5" or axes.get_label() == "<colorbar>"
        assert all(np.isfinite(line.get_ydata()).all() for line in axes.lines)
        looks = [(line.get_color(), line.get_linestyle(), str(line._dash_pattern)) for line in axes.lines]
        assert len({dashes for _, _, dashes in looks}) == len(looks)
        assert axes.lines or axes.collections


@pytest.mark.parametrize(("identifier", "bosons"), [("3", True), ("4", False)])
def test_equilibrium_figures_show_gibbs_states(identifier: str, bosons: bool) -> None:
    """Grand canonical state of four levels, written down without the generator: Eqs. (29), (31), (36), (38)."""
    left, right = drawn(identifier)
    x = np.asarray(left.lines[0].get_xdata())[1:]
    T, gap = (x, 10) if bosons else (1.5, 10 - x)
    for lam in (2, 6, 10, 14):
        norm = np.cosh(gap / T) + np.cosh(lam / 2 / T)
        entanglement = np.maximum(0, np.sinh(lam / 2 / T) - 1) / norm
        label = rf"\lambda = {lam}J"
        np.testing.assert_allclose(data(left)[label][1:], entanglement, atol=1e-13)
        np.testing.assert_allclose(data(right)[label][1:], np.sinh(lam / 2 / T) / norm / 2, atol=1e-13)


def test_figure_5_is_what_its_description_and_the_text_say() -> None:
    concurrence, eigen, bare, a, d, root = map(data, drawn("5"))
    for label in concurrence:
        w = bare[label]
        np.testing.assert_allclose(root[label] ** 2, a[label] * d[label], atol=1e-15)
        np.testing.assert_allclose(concurrence[label], 2 * np.maximum(0, w - root[label]), atol=1e-13)
        assert all((np.diff(values[label]) > 0).all() for values in (eigen, bare, root))
    rising = [label for label, values in concurrence.items() if values[1] > values[0]]
    assert rising == ["T_1 = 1.2J", "T_1 = 2J"]
    assert all(values[-1] == 0 for values in concurrence.values())


def test_figure_6_is_what_its_description_says() -> None:
    concurrence, eigen, _ = map(data, drawn("6"))
    assert all((np.diff(values) > -1e-14).all() for values in eigen.values())
    dip = concurrence[r"\mu_1 = 14J"]
    assert [f"{value:.3f}" for value in (dip[0], dip.min(), dip[-1])] == ["0.239", "0.156", "0.163"]
    assert "0.239 to 0.156" in FIGURES["6"].description
    assert concurrence[r"\mu_1 = 22J"].max() < 0.002


def test_figure_7_is_symmetric_about_the_origin() -> None:
    left, right, *_ = drawn("7")
    for axes, largest in ((left, "0.117"), (right, "0.496")):
        values = axes.collections[0].get_array()
        np.testing.assert_allclose(values, values[::-1, ::-1], atol=1e-13)
        assert f"{values.max():.3f}" == largest
        assert largest in FIGURES["7"].description


def test_figures_8_and_9_are_what_their_descriptions_say() -> None:
    for place, axes in enumerate(drawn("8")):
        weak, equal, strong = data(axes).values()
        assert weak.max() < equal.max() < strong.max()
        assert (place == 1) == bool((weak > strong + 1e-6).any())
    warm, charged = map(data, drawn("9"))
    assert all((np.diff(values) > -1e-12).all() for values in (*warm.values(), *charged.values()))
    assert all(values[0] == 0 for values in (*warm.values(), *charged.values()))
    four, six = charged[r"\lambda = 4J"], charged[r"\lambda = 6J"]
    assert np.count_nonzero(np.diff(np.sign(six - four)[1:])) == 2
    assert (warm[r"\lambda = 6J"] >= warm[r"\lambda = 4J"]).all()


def test_digest_of_marks_is_that_of_the_picture() -> None:
    plain = line_figure().render()
    assert hashlib.sha256(plain).hexdigest().encode() in stamped_picture(plain, "wang2019")
