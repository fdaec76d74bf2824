"""What objects show of themselves: HTML that is well formed, text that is readable, nothing that takes long."""

from __future__ import annotations

import copy
import os
import pty
import re
import subprocess
import sys
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

import symness as sn
from symness import display, progress
from symness.proof import Unknown
from symness.verdicts import decide

omega, lam, gamma, kappa, T_1, T_2 = sn.parameters("omega lam gamma kappa T_1 T_2", positive=True)
VOID = {"br", "meta", "img"}


@cache
def model(cold: str = "2") -> sn.Model:
    a, b = sn.qubits("1 2")
    return sn.Model(
        omega * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, rate=gamma, temperature=T_1),
            sn.Bath(cold, b.lowering, rate=lambda w: gamma * w / omega, temperature=T_2),
        ],
        assume=[lam < 2 * omega],
    )


@cache
def shown() -> dict[str, Any]:
    """One object of every class that shows a card."""
    generator = sn.redfield(model())
    state = sn.steady_state(generator)
    current = sn.particle_current(state, "1")
    formula = sn.formula(state, {"n_1": current, "C": sn.concurrence(state)})
    wrong = sn.Equation("(7)", "1/(exp(omega/T_1) + 1)", lambda: sn.bose(omega, T_1))
    report = formula.check(points=3, digits=20)
    (mode,) = sn.modes("m", 3)
    relaxation = sn.relaxation(sn.secular(model()))
    return {
        "Qubit": sn.qubits("1 2")[0],
        "Fermion": sn.fermions("L R")[1],
        "Levels": sn.levels("atom", 3),
        "Spin": sn.spins("s", 1)[0],
        "Mode": mode,
        "Bath": model().baths[1],
        "Jump": sn.Jump("dephasing", [sn.qubits("1")[0].z], rate=kappa),
        "Model": model(),
        "Generator": generator,
        "Notation": sn.Notation({"x": generator.symbols["N_1_p"] / 2}, unit=gamma, latex={"x": r"\bar{x}"}),
        "SteadyState": state,
        "Quantity": current,
        "Formula": formula,
        "Evaluator": sn.evaluator(state, {"n_1": current}),
        "Identities": sn.identities(state),
        "Identity": sn.identities(state)[0],
        "Relaxation": relaxation,
        "Sector": relaxation.sectors[0],
        "Report": report,
        "Row": report.rows[0],
        "Refuted": sn.prove("omega + 1", omega),
        "Unknown": Unknown("x", "no reason"),
        "FirstLaw": sn.first_law(state),
        "SecondLaw": sn.second_law(state, points=20),
        "Equation": wrong,
        "Statement": sn.Statement("Fig. 1", "a < b & c", lambda: sn.Outcome(True, "tested")),
        "Definitions": sn.Definitions(("(1)", "(2)"), "the model"),
        "Outcome": sn.Outcome(False, "costs 3 $ and 4 $"),
        "Verdict": decide(wrong),
        "Figure": sn.Figure("a line", "of nothing", lambda canvas: None),
    }


class Checker(HTMLParser):
    """Unclosed and unexpected tags; formulas between dollar signs, with the entities decoded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.data: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += self.open
        joined = "\0".join(self.data)  # a typesetter does not look across tags
        self.formulas = re.findall(r"\$([^$\0]+)\$", joined)
        self.words = re.sub(r"\$[^$\0]+\$", "", joined)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def balanced(latex: str) -> bool:
    """Braces, environments and \\left ... \\right in pairs."""
    plain = re.sub(r"\\[{}]", "", latex)
    pairs = ((r"\{", r"\}"), (r"\\begin\{", r"\\end\{"), (r"\\left(?![a-z])", r"\\right(?![a-z])"))
    return all(len(re.findall(a, plain)) == len(re.findall(b, plain)) for a, b in pairs)


def test_the_checkers_see_what_is_wrong() -> None:
    assert Checker("<div><p></div>").wrong
    assert Checker("<div>$x_1$</div>").formulas == ["x_1"]
    assert Checker("<p>3 <span>$</span> 4 <span>$</span></p>").formulas == []
    assert not balanced(r"\frac{1}{2")
    assert not balanced(r"\left( x")
    assert balanced(r"\left\{ x \right\}")


def test_every_class_has_a_card() -> None:
    expected = {name for names in display.CARDS.values() for name in names.split()} - {"Part"}
    expected |= {"Qubit", "Fermion", "Levels", "Spin", "Mode"}
    assert set(shown()) == expected
    assert all(type(item).__name__ == name for name, item in shown().items())
    public = {name for name in sn.__all__ if isinstance(getattr(sn, name), type)}
    public -= {name for name in public if issubclass(getattr(sn, name), (Exception, sp.Basic))}
    assert public <= set(shown())


@pytest.mark.parametrize("name", sorted(name for names in display.CARDS.values() for name in names.split()))
def test_html_and_text(name: str) -> None:
    item = shown()["Qubit" if name == "Part" else name]
    html = item._repr_html_()
    if name != "Figure":  # which is a picture
        found = Checker(html)
        assert found.wrong == []
        assert all(balanced(latex) for latex in found.formulas)
        assert "$\\" not in found.words
    assert (repr(item).startswith("<") and repr(item).endswith(">")) or name == "Evaluator"
    assert "\n" not in repr(item)
    assert len(repr(item)) < 200
    assert str(item)
    assert "object at 0x" not in f"{html}{item}{item!r}"


def test_the_same_on_every_run_and_at_once() -> None:
    for name, item in shown().items():
        start = time.perf_counter()
        first = item._repr_html_()
        assert time.perf_counter() - start < 2, name
        assert item._repr_html_() == first


def test_what_the_cards_say() -> None:
    html = {name: item._repr_html_() for name, item in shown().items()}
    assert r"\frac{\gamma w}{\omega}" in html["Bath"]  # the frequency is not the parameter omega
    assert r"\lambda &lt; 2 \omega" in html["Model"]
    assert "golden-rule rate" in html["Generator"]
    assert r"(\omega_{+}, \omega_{-})" in html["Generator"]
    assert r"\rho_{23}^{*}" in html["SteadyState"]
    assert r"\begin{aligned}" in html["Formula"]
    assert "passed" in html["Report"]
    assert "counterexample" in html["Verdict"]
    assert "a &lt; b &amp; c" in html["Statement"]
    assert Checker(html["Outcome"]).formulas == []
    assert "particle current from bath 1" in html["Evaluator"]
    assert "baths 1, 2" in repr(shown()["Model"])


def test_a_wide_matrix_shows_its_corners() -> None:
    (mode,) = sn.modes("m", 9)
    wide = sn.Model(omega * mode.number, baths=[sn.Bath("1", mode.annihilation, rate=gamma, temperature=T_1)])
    html = wide._repr_html_()
    assert r"\ddots" in html
    assert "10 x 10, 9 entries are not zero" in html
    assert r"\sqrt{7} |4\rangle\langle 3|" in html
    assert r"\ddots" not in model()._repr_html_()


def test_names_are_escaped() -> None:
    odd = sn.steady_state(sn.local(model("<b>$x_2$")))
    assert "<b>" not in odd.generator._repr_html_()
    assert Checker(odd.generator._repr_html_()).wrong == []
    assert all(balanced(latex) for latex in Checker(odd._repr_html_()).formulas)


def test_a_formula_too_long_to_read_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    from symness import cards_formula

    monkeypatch.setattr(cards_formula, "_LONGEST", 10)
    html = shown()["SteadyState"]._repr_html_()
    assert "too long to read" in html
    assert "aligned" not in html


def test_an_earlier_stage_says_where_to_go() -> None:
    generator = sn.redfield(model())
    with pytest.raises(
        AttributeError, match=r"^Generator has no attribute .*; states .* sn.steady_state\(generator\)$"
    ):
        sn.concurrence(generator)
    with pytest.raises(AttributeError, match=r"sn.steady_state\(sn.redfield\(model\)\)$"):
        sn.heat_current(model(), "1")
    with pytest.raises(AttributeError, match=r"^Generator has no attribute '_nothing'$"):
        getattr(generator, "_nothing")  # noqa: B009
    # Copying makes an empty object first and asks it for what it has not.
    assert copy.copy(generator).kind == "redfield"
    assert copy.deepcopy(model()).dimension == 4


def test_tab_completion_shows_public_names() -> None:
    for name, item in shown().items():
        assert dir(item), name
        assert not [entry for entry in dir(item) if entry.startswith("_")], name
        assert all(hasattr(type(item), entry) or entry in vars(item) for entry in dir(item)), name
    assert "closed_form" in dir(shown()["SteadyState"])
    assert "latex" in dir(shown()["Formula"])
    assert set(dir(sn)) == {*sn.__all__, "__version__"}


def test_ipython_prints_the_card_alone_and_one_line_in_a_list() -> None:
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    assert pretty(model()).startswith("Model: 4 levels; baths 1, 2\n")
    assert pretty([model()]) == "[<Model: 4 levels; baths 1, 2>]"


# -- progress --------------------------------------------------------------------------------------------------------

_SLOW = """
import time
from symness.progress import step, watched

@watched("work")
def work(seconds):
    step("first")
    with watched("inner work"):
        step("second")
        time.sleep(seconds)
    return seconds

assert work({seconds}) == {seconds}
print("done")
"""


def in_a_terminal(seconds: float, **environment: str) -> str:
    """What a process writes whose stderr is a terminal."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(sn.__file__).parent.parent), "TERM": "xterm", **environment}
    code = _SLOW.format(seconds=seconds)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=writer, env=environment
    ) as process:
        os.close(writer)
        text = b""
        while True:
            try:
                part = os.read(reader, 4096)
            except OSError:
                break
            if not part:
                break
            text += part
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
    os.close(reader)
    return text.decode(errors="replace")


def test_long_work_shows_itself_in_a_terminal_and_short_work_does_not() -> None:
    assert "work: second" in in_a_terminal(2.0)
    assert in_a_terminal(0.05) == ""
    assert in_a_terminal(1.6, SYMNESS_PROGRESS="0") == ""


def test_nothing_is_shown_where_nobody_looks(capfd: pytest.CaptureFixture[str]) -> None:
    with progress.watched("work"):
        progress.step("first")
        assert progress._current is None
    with progress.bar("work") as advance:
        advance(1, 2, "first")
    assert capfd.readouterr() == ("", "")


def test_an_error_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    class View:
        closed = False

        def show(self, *_: Any) -> None: ...

        def close(self) -> None:
            self.closed = True

    view = View()
    monkeypatch.setattr(progress, "_view", lambda: view)
    monkeypatch.setattr(progress, "_DELAY", 0.0)

    @progress.watched("work")
    def failing() -> float:
        time.sleep(0.05)
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        failing()
    assert view.closed
    assert progress._current is None


def test_a_notebook_shows_one_line_and_clears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("IPython")
    seen: list[str] = []

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            seen.append(data["text/plain"])

    def show(data: dict[str, str], raw: bool, display_id: bool) -> Handle:
        seen.append(data["text/plain"])
        return Handle()

    monkeypatch.setattr("IPython.display.display", show)
    view = progress._Notebook()
    view.close()
    assert seen == []
    view.show("steady state", "closed form", 1.2)
    view.show("steady state", "closed form", 1.4)
    view.show("steady state", "check", 2.6)
    view.close()
    assert seen == ["steady state: closed form (1 s)", "steady state: check (3 s)", ""]


def test_a_formula_says_which_energy_its_currents_count():
    (q,) = sn.qubits("q")
    E, g, T, U = sn.parameters("E g T U", positive=True)
    baths = [sn.Bath("1", q.lowering, g, T), sn.Bath("2", q.lowering, g, U)]
    state = sn.steady_state(sn.local(sn.Model(E * q.number, baths=baths)))
    total, bare = (sn.heat_current(state, "1", energy=kind) for kind in ("total", "bare"))
    shown = sn.formula(state, {"I": total, "J": bare, "twice": 2 * total, "n": sn.particle_current(state, "1")})
    said = "currents: positive into the system; energy of H + V (total) in I, twice, of H (bare) in J"
    assert said in str(shown)
    assert f"% {said}" in shown.latex()
    assert "currents:" not in str(state)
    assert "fermions at gamma (1 - N)" in str(state)
