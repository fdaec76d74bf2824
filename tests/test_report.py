"""The page about a derivation: whole, self-contained, the same on every run; LaTeX as MathML."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

import symness
from symness import derive, mathml, report
from symness.cli import main
from symness.formula import Formula
from symness.latex import equations
from symness.stamps import read_stamp, stamped

pytest.importorskip("latex2mathml")

FILE = '''
"""A qubit between <two> baths: $3.

H = E |e><e|.
"""

import symness as sn

E, gamma, kappa, T_h, T_c = sn.parameters("E gamma kappa T_h T_c", positive=True)


def state():
    (q,) = sn.qubits("q")
    baths = [sn.Bath("hot_1", q.lowering, gamma, T_h), sn.Bath("c", q.lowering, kappa, T_c)]
    return sn.steady_state(sn.redfield(sn.Model(E * q.number, baths=baths)))


def between():
    found = state()
    return sn.formula(found, {"p": found.element(0, 0), "Q_h": sn.heat_current(found, "hot_1")})


def current():
    found = state()
    return sn.formula(found, {"n": sn.particle_current(found, "hot_1")}).expression("n")


def draw(canvas):
    canvas.subplots().plot([0, 1], [0, 1])


MODULES = {"between": between}
CLOSED_FORMS = {"a qubit": lambda: state().closed_form}
FIGURES = {"1": sn.Figure("a line", "from 0 to 1", draw)}
PRINTED = "gamma*kappa*(bose(E, T_h) - bose(E, T_c))/(gamma*(1 + 2*bose(E, T_h)) + kappa*(1 + 2*bose(E, T_c)))"
CLAIMS = (
    sn.Definitions(("(1)",), "the model"),
    sn.Equation("(2)", PRINTED, current),
    sn.Equation("(3)", PRINTED.replace("gamma*kappa", "2*gamma*kappa", 1), current),
    sn.Statement("Fig. 1", "a < b", lambda: sn.Outcome(True, "tested at one point")),
)
'''
VOID = {"br", "meta", "img"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "between_baths.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    status: int = main(["report", *arguments], standalone_mode=False)
    return status


class Page(HTMLParser):
    """Tags that are not closed, what is fetched, and headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.fetched: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(text)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        self.fetched += [v for k, v in attrs if k in ("src", "href", "data") and not v.startswith(("data:", "#"))]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_the_page_is_whole_and_needs_no_network(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    assert run("between_baths.py", "--points", "2") == 0
    assert capsys.readouterr().out == "between_baths.html: written\n"
    text = (place / "between_baths.html").read_text()
    page = Page(text)
    assert page.wrong == []
    assert page.fetched == []
    assert page.tags["script"] == page.tags["link"] == 0
    assert set(re.findall(r"https?://[^\"'<\s]+", text)) == {"http://www.w3.org/1998/Math/MathML"}
    for section in ("model", "conventions", "formulas", "verification", "figures", "claims", "provenance", "cite"):
        assert f'<section id="{section}">' in text
        assert f'href="#{section}"' in text
    assert "A qubit between &lt;two&gt; baths" in text
    assert page.tags["math"] > 20
    assert page.tags["img"] == 1
    assert '<span class="good">passed</span>' in text
    assert "proved" in text
    assert "refuted" in text
    assert symness.__version__ in text
    assert str(place) not in text


def test_the_page_is_the_same_on_every_run(place: Path) -> None:
    found = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(Path(symness.__file__).parent.parent), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "symness.cli", "report", "between_baths.py", "--points", "2"]
        subprocess.run([*command, "-o", f"{seed}.html"], check=True, env=environment, capture_output=True)
        found.append((place / f"{seed}.html").read_bytes())
    assert found[0] == found[1]


def test_parts_can_be_left_out(place: Path) -> None:
    parts = ("--without", "figures", "--without", "claims", "--without", "verification")
    assert run("between_baths.py", *parts, "-o", "page.html") == 0
    text = (place / "page.html").read_text()
    assert all(f'id="{part}"' not in text for part in report.PARTS)
    assert 'id="formulas"' in text


def test_a_failed_verification_is_shown(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verify = importlib.import_module("symness.verify")
    monkeypatch.setattr(verify, "FACTOR", 0)
    monkeypatch.setattr(verify, "ABSOLUTE_FLOOR", verify.ABSOLUTE_FLOOR / 10**300)
    monkeypatch.setattr(verify, "PAIR_FLOOR", verify.PAIR_FLOOR / 10**300)
    text = report.report(derive.load("between_baths.py"), points=3, without=("figures", "claims"))
    assert '<span class="bad">FAILED</span>' in text


def test_foreign_and_edited_files_are_kept(place: Path) -> None:
    from symness.cli_files import RefusedError

    target = place / "page.html"
    arguments = ("between_baths.py", "-o", "page.html", *(f"--without={part}" for part in report.PARTS))
    target.write_text("<p>mine</p>")
    with pytest.raises(RefusedError, match="not written by symness"):
        run(*arguments)
    assert target.read_text() == "<p>mine</p>"
    assert run(*arguments, "--force") == 0
    first = target.read_text()
    assert run(*arguments) == 0  # its own file is written again
    assert target.read_text() == first
    target.write_text(first.replace("Models", "My models"))
    with pytest.raises(RefusedError, match="edited by hand"):
        run(*arguments)
    assert sorted(path.name for path in place.iterdir()) == ["between_baths.py", "page.html"]


def test_the_mark_of_a_page() -> None:
    marked = stamped("<!doctype html>\n", "my--model", command="report", comment="<!--")
    assert marked.startswith("<!-- Written by `symness report` from the derivation my-")
    assert "--model" not in marked
    mark = read_stamp(marked)
    assert mark is not None
    assert mark.intact
    edited = read_stamp(marked + "more")
    assert edited is not None
    assert not edited.intact
    plain = read_stamp(stamped("text\n", "name"))
    assert plain is not None
    assert plain.derivation == "name"


def test_without_the_extra_one_line_says_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    mathml.converter.cache_clear()
    try:
        with pytest.raises(symness.SymnessError, match=re.escape("pip install 'symness[report]'")):
            run("between_baths.py")
    finally:
        mathml.converter.cache_clear()
    assert not (place / "between_baths.html").exists()


def test_without_matplotlib_the_page_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = report.report(derive.load("between_baths.py"), without=("verification", "claims"))
    assert "pip install 'symness[plot]'" in text
    assert "<img" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("nowhere.py",), "no such file"), (("between_baths.py", "-o", "."), "folder")],
)
def test_wrong_arguments(place: Path, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(Exception, match=words):
        run(*arguments)


# -- MathML ----------------------------------------------------------------------------------------------------------


def tree(latex: str) -> ET.Element:
    return ET.fromstring(re.sub(r' xmlns="[^"]*"', "", mathml.mathml(latex)))


def words(latex: str) -> Counter[str]:
    """Latin letters and digits that a reader sees, commands left out but for the names of functions."""
    text = re.sub(r"\\(?:begin|end)\{\w+\}", "", latex)
    text = re.sub(r"\\(sin|cos|tan|max|min|ln)h?(?![A-Za-z])", r" \1 ", text)
    text = re.sub(r"\\[A-Za-z]+", "", text)
    return Counter(re.findall(r"[A-Za-z0-9]", text))


def seen(element: ET.Element) -> Counter[str]:
    return Counter(re.findall(r"[A-Za-z0-9]", unicodedata.normalize("NFKC", "".join(element.itertext()))))


def lines(formula: Formula) -> Iterator[str]:
    found = equations(formula)
    for _, rows in (*found.outputs, *found.definitions):
        yield "\\begin{aligned} " + " \\\\\n".join(rows) + " \\end{aligned}"
    yield from found.conditions
    yield from (item.latex for item in (*formula.inputs, *formula.outputs, *formula.definitions))


def unconverted(formula: Formula) -> list[str]:
    """What is lost on the way: LaTeX that stays LaTeX, letters and digits that are missing or too many."""
    wrong = []
    for latex in lines(formula):
        text = mathml.mathml(latex)
        if (
            text.startswith("<code>")
            or re.search(r"\\|&(?!\w+;)|[\ue000-\ue0ff]", text)
            or words(latex) != seen(tree(latex))
        ):
            wrong.append(latex)
    return wrong


def test_the_formulas_of_a_paper_convert() -> None:
    derivation = derive.load("wang2019")
    forms = list(derive.closed_forms(derivation))
    assert forms
    assert all(unconverted(item.formula) == [] for item in forms)


@pytest.mark.slow
@pytest.mark.parametrize("name", derive.names())
def test_all_formulas_of_all_papers_convert(name: str) -> None:
    derivation = derive.load(name)
    found = [*derive.closed_forms(derivation), *derive.modules(derivation)]
    assert found
    assert [latex for item in found for latex in unconverted(item.formula)] == []


def test_the_comparison_of_letters_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(r"\frac{a_{1}}{\cos\theta}") == Counter("a1cos")
    formula = next(derive.closed_forms(derive.load("wang2019"))).formula
    whole = mathml.mathml
    monkeypatch.setattr(mathml, "mathml", lambda latex: whole(latex).replace("<mn>2</mn>", "<mn>3</mn>"))
    assert unconverted(formula)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathrm{Re}\,\rho", "<mtext>Re</mtext>"),
        (r"\gamma_{\mathrm{hot\_1}}", "<mtext>hot_1</mtext>"),
        (r"\bigl\{a", ">{</mo>"),
        (r"(-a)", '<mo form="prefix">−</mo>'),
        (r"a - b", "<mo>−</mo>"),
        (r"a, -b", '<mo form="prefix">−</mo>'),
        (r"\cos\tfrac{\theta}{2}", '</mi><mspace width="0.167em"></mspace>'),
        (r"2\max(0, x)", '<mn>2</mn><mspace width="0.167em"></mspace><mi class="function">max</mi><mo'),
        (r"\operatorname{Im} c", '<mi class="function">Im</mi><mspace width="0.167em"></mspace><mi>c</mi>'),
        (r"\lvert x\rvert", 'form="prefix"'),
        (r"\Gamma", '<mi mathvariant="normal">Γ</mi>'),
        (r"\bar{N}", "‾"),
        (r"\tilde{N}", '<mover accent="true">'),
        (r"\sum_{\omega} c", "<munder>"),
        (r"x_{1,-}", 'lspace="0" rspace="0"'),
        (r"\max\!\left[ 0, x \right]", '<mi class="function">max</mi><mrow><mo'),
    ],
)
def test_what_is_mended(latex: str, expected: str) -> None:
    assert expected in mathml.mathml(latex)


def test_aligned_rows_become_a_table() -> None:
    latex = r"\begin{aligned} a &= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \\ &\quad - b \end{aligned}"
    table = tree(latex)[0]
    assert table.tag == "mtable"
    assert [[cell.tag for cell in row] for row in table] == [["mtd", "mtd"], ["mtd", "mtd"]]
    assert len(table[0][1].findall(".//mtr")) == 2  # the matrix stays in its cell
    minus = [item for item in table[1][1].iter("mo") if item.text == "−"]
    assert minus[0].get("form") is None  # between two lines it is a difference


@pytest.mark.parametrize("latex", [r"\frac{1", r"\unheardof{x}"])
def test_what_cannot_be_converted_is_shown_as_it_is(latex: str) -> None:
    assert mathml.mathml(latex) == f"<code>{latex}</code>"


def test_paragraphs_of_the_docstring_flow_and_displays_stay() -> None:
    derivation = SimpleNamespace(name="mine", doc="One line\nand the next.\n\n    symness list  what\n- a point\n")
    page = report._page(cast(Any, derivation), [])
    assert '<p class="about">One line and the next.\n\n    symness list  what\n- a point</p>' in page
