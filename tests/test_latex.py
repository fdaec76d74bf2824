"""Printed formulas: exact strings, values read back from the text, and real LaTeX parsers on all of it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest

from symness.formula import Condition, Definition, Formula, Input, Output
from symness.latex import expression_latex, latex, matrix_latex
from symness.linebreak import Breaker
from symness.parameters import default_latex
from symness.program import FUNCTIONS, I, Node, add, call, div, evaluate, mul, number, power, sqrt, symbol

ROOT = Path(__file__).parent.parent
HALF = Fraction(1, 2)
NAMES = {"a": "a", "b": r"\beta", "c": r"\bar c_{+}", "d": "d_1", "e": r"\Omega'", "h": "h^{+}"}
a, b, c, d, e, h = (symbol(name) for name in NAMES)


def two_qubits() -> Formula:
    """Two coupled qubits with a bath each: every kind of line that a paper has."""
    inputs = {
        "omega_1": r"\omega_1",
        "omega_2": r"\omega_2",
        "lam": r"\lambda",
        "J_1": "J_1",
        "T_1": "T_1",
        "T_2": "T_2",
    }
    w1, w2, lam, j1, t1, t2 = map(symbol, inputs)
    definitions: list[Definition] = []

    def name(key: str, text: str, value: Node) -> Node:
        definitions.append(Definition(key, value, text))
        return symbol(key)

    delta = name("Delta", r"\Delta", w1 - w2)
    gap = name("Omega", r"\Omega'", sqrt(delta**2 + lam**2))
    ep = name("eps_p", r"\varepsilon_{+}", HALF * (w1 + w2 + gap))
    em = name("eps_m", r"\varepsilon_{-}", HALF * (w1 + w2 - gap))
    cos, sin = call("cos_half", delta, lam), call("sin_half", delta, lam)
    np = name("Nbar_p", r"\bar N_{+}", cos**2 * call("bose", ep, t1, 0) + sin**2 * call("bose", ep, t2, 0))
    nm = name("Nbar_m", r"\bar N_{-}", sin**2 * call("bose", em, t1, 0) + cos**2 * call("bose", em, t2, 0))
    tp = name("Nt_p", r"\tilde N_{+}", cos * sin * call("bose_difference", ep, t1, 0, t2, 0))
    tm = name("Nt_m", r"\tilde N_{-}", cos * sin * call("bose_difference", em, t1, 0, t2, 0))
    r1, r2 = name("r_1", "r_1", tp * (1 + 2 * nm) + tm), name("r_2", "r_2", tp - tm * (np + nm))
    s1 = name("s_1", "s_1", -Fraction(3, 4) * (tp + tm) * (1 + np + nm))
    width = 2 * (1 + np + nm)
    r = name("R", "R", div(width, width**2 + gap**2))
    norm = name("norm", r"\mathcal{N}", (1 + 2 * np) * (1 + 2 * nm) - 4 * (tp + tm) ** 2 * r * (1 + np) + s1 * r1 * r)
    long = tp * (1 + 2 * nm) * (s1 + r1) * ep - tm * (1 + 2 * np) * (r2 + s1) * em + ep * (tp - tm) ** 2 * (1 + np) * r
    outputs = (
        Output("rho_11", div(np * nm - r1 * r2 * r, norm), r"\rho_{11}"),
        Output("rho_34", -div((tp + tm) * (1 + 2 * np), norm * (width + I * gap)), r"\rho_{34}", domain="complex"),
        Output("I_1", j1 * div(long - em * (tp + tm) ** 2 * r + (ep - em) * (1 + np), norm), r"\mathcal{I}_1"),
        Output("g", div(tp, long + norm * ep**2 * (np - nm)), "g"),
        Output(
            "level", call("eigenvalue", 0, 2, np, tp, tp, nm) * call("eigenvector", 0, 1, 2, np, tp, tp, nm) ** 2, "q"
        ),
    )
    return Formula(
        "two_qubits",
        tuple(Input(key, text) for key, text in inputs.items()),
        tuple(definitions),
        outputs,
        (Condition(em, "2*eps_m > 0"), Condition(lam, "lam > 0", r"\lambda > 0")),
        MappingProxyType({"generator": "redfield, all pairs", "rates": "golden rule\n100 % of them"}),
    )


# --- exact strings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (number(Fraction(-3, 4)), r"-\frac{3}{4}"),
        (a - b, r"a - \beta"),
        (b - a, r"\beta - a"),
        (-a + b, r"-a + \beta"),
        (a + (b - c), r"a + \beta - \bar c_{+}"),
        (a - (b - c), r"a - (\beta - \bar c_{+})"),
        (HALF * a, r"\frac{1}{2}a"),
        (2 * a * b, r"2a\,\beta"),
        (b * a, r"\beta\,a"),
        (2 * I * e, r"2\mathrm{i}\Omega'"),
        (a * (b + c), r"a(\beta + \bar c_{+})"),
        ((b + c) * a, r"(\beta + \bar c_{+})a"),
        (-(b + c), r"-(\beta + \bar c_{+})"),
        (a * ((b + c) * d + 1), r"a[(\beta + \bar c_{+})d_1 + 1]"),
        (div(a, b), r"\frac{a}{\beta}"),
        (div(-a, b), r"-\frac{a}{\beta}"),
        (-div(-a, b), r"-\left( -\frac{a}{\beta} \right)"),
        (mul(c, div(-a, b)), r"\bar c_{+}\left( -\frac{a}{\beta} \right)"),
        (div(a, -b), r"\frac{a}{-\beta}"),
        (div(b - a, a), r"\frac{\beta - a}{a}"),
        (div(-(b + c), a), r"-\frac{\beta + \bar c_{+}}{a}"),
        (div(-2 * (b + c), a), r"-\frac{2(\beta + \bar c_{+})}{a}"),
        (power(a, 2), "a^{2}"),
        (power(h, 2), "(h^{+})^{2}"),
        (power(a + b, 2), r"(a + \beta)^{2}"),
        (power(power(a, 2), 3), "(a^{2})^{3}"),
        (power(2 * a, 2), "(2a)^{2}"),
        (power(div(a, b), 2), r"\left( \frac{a}{\beta} \right)^{2}"),
        (sqrt(a) * b, r"\sqrt{a}\,\beta"),
        (call("abs", a), r"\lvert a\rvert"),
        (call("positive_part", a), r"\max(0, a)"),
        (call("minimum", a, b), r"\min(a, \beta)"),
        (call("exp", -a), r"\mathrm{e}^{-a}"),
        (power(call("sin", a), 2), r"\sin^{2}(a)"),
        (call("bose", a, b, 0), r"n_{\mathrm{B}}(a, \beta)"),
        (call("fermi", a, b, d), r"n_{\mathrm{F}}(a, \beta, d_1)"),
        (call("fermi_hole", a, b, 0), r"1 - n_{\mathrm{F}}(a, \beta)"),
        (c * call("fermi_hole", a, b, 0), r"\bar c_{+}[1 - n_{\mathrm{F}}(a, \beta)]"),
        (
            -call("bose_difference", a, b, 0, d, e),
            r"-[n_{\mathrm{B}}(a, \beta) - n_{\mathrm{B}}(a, d_1, \Omega')]",
        ),
        (a * call("cos_half", a, b), r"a\cos\tfrac{\mathrm{atan2}(\beta, a)}{2}"),
        (
            call("eigenvalue", 0, 2, a, b, b, d),
            r"E_{1}\!\left( \begin{matrix} a & \beta \\ \beta & d_1 \end{matrix} \right)",
        ),
    ],
)
def test_small_nodes(node: Node, text: str) -> None:
    assert expression_latex(node, NAMES) == text


@pytest.mark.parametrize("text", [r"\mathrm{Im}\,\rho_{23}", r"\operatorname{Re} c"])
def test_the_square_of_a_part_is_not_the_part_of_a_square(text: str) -> None:
    assert expression_latex(power(a, 2) + a, {"a": text}) == f"({text})^{{2}} + {text}"
    assert expression_latex(power(a, 2), {"a": r"\mathrm{T}_{1}"}) == r"\mathrm{T}_{1}^{2}"


def test_matrix() -> None:
    assert matrix_latex([[a, -b], [number(0), I]], NAMES) == (
        r"\begin{pmatrix} a & -\beta \\ 0 & \mathrm{i} \end{pmatrix}"
    )


def test_errors_say_what_to_pass() -> None:
    with pytest.raises(ValueError, match="no LaTeX for the symbol 'missing'"):
        expression_latex(symbol("missing"), NAMES)
    with pytest.raises(ValueError, match="notebook=True"):
        latex(two_qubits(), notebook=True, macros=True)
    with pytest.raises(ValueError, match="width=3"):
        latex(two_qubits(), width=3)
    with pytest.raises(TypeError, match="pass a list"):
        latex(two_qubits(), outputs="rho_11")
    with pytest.raises(KeyError, match="rho_99"):
        latex(two_qubits(), outputs=["rho_99"])


# --- the value read back from the text ----------------------------------------------------------------------------


class Reader:
    """An evaluator of printed arithmetic that shares nothing with the printer: the text alone decides."""

    def __init__(self, text: str, values: Mapping[str, complex]) -> None:
        noise = r"\\left(?![a-z])|\\right(?![a-z])|\\[bB]igg?[lr]|\\[!,]|\\quad|\\nonumber|&|\\\\|\s"
        self.rest = re.sub(noise, lambda m: " " if m[0].isspace() else "", text)
        self.values = sorted(values.items(), key=lambda item: -len(item[0]))

    def take(self, *marks: str) -> str:
        self.rest = self.rest.lstrip()
        for mark in marks:
            if self.rest.startswith(mark):
                self.rest = self.rest[len(mark) :]
                return mark
        return ""

    def between(self, left: str, right: str) -> complex:
        assert self.take(left), self.rest
        value = self.total()
        assert self.take(right), self.rest
        return value

    def total(self) -> complex:
        value = -self.product() if self.take("-") else self.product()
        while sign := self.take("+", "-"):
            value += self.product() if sign == "+" else -self.product()
        return value

    def product(self) -> complex:
        value = self.raised()
        while self.rest.strip() and not self.rest.lstrip().startswith(("+", "-", "}", ")", "]", r"\}", r"\rvert")):
            self.take(r"\cdot", r"\times")
            value *= self.raised()
        return value

    def raised(self) -> complex:
        value = self.atom()
        return value ** self.between("{", "}") if self.take("^") else value

    def atom(self) -> complex:
        for left, right in (("(", ")"), ("[", "]"), (r"\{", r"\}")):
            if self.take(left):
                self.rest = left + self.rest
                return self.between(left, right)
        if self.take(r"\frac"):
            return self.between("{", "}") / self.between("{", "}")
        if self.take(r"\sqrt"):
            return self.between("{", "}") ** 0.5
        if self.take(r"\lvert"):
            self.rest = r"\lvert" + self.rest
            return complex(abs(self.between(r"\lvert", r"\rvert")))
        if self.take(r"\mathrm{i}"):
            return 1j
        if digits := re.match(r"\s*(\d+)", self.rest):
            self.rest = self.rest[digits.end() :]
            return complex(digits[1])
        for name, value in self.values:
            if self.take(name):
                return value
        raise AssertionError(f"cannot read {self.rest!r}")

    def value(self) -> complex:
        value = self.total()
        assert not self.rest.strip(), self.rest
        return value


VALUES = {"a": 1.3, "b": -0.7, "c": 2.9, "d": 0.41, "e": 1.77, "h": -2.3}
READ = {NAMES[key]: complex(value) for key, value in VALUES.items()}


def run(node: Node) -> complex:
    functions: dict[str, Callable[[complex], complex]] = {"sqrt": lambda x: x**0.5, "abs": lambda x: complex(abs(x))}
    values = {key: complex(value) for key, value in VALUES.items()}
    return evaluate([node], values, lambda name, x, node: functions[name](x), lambda q: complex(float(q)), 1j)[0]


def random_node(rng: random.Random, depth: int) -> Node:
    if depth == 0:
        return rng.choice([a, b, c, d, e, h, I, number(rng.randint(-3, 3)), number(Fraction(rng.randint(-5, 5), 3))])
    parts = [random_node(rng, rng.randrange(depth)) for _ in range(rng.randint(2, 4))]
    choice = rng.randrange(8)
    if choice < 3:
        return add(*parts)
    if choice < 6:
        return mul(*parts)
    if choice == 6:
        return power(parts[0], rng.randint(2, 3))
    return call("abs", parts[0]) * parts[1] if parts[1].is_zero else div(*parts[:2])


@pytest.mark.parametrize("width", [None, 20, 45])
def test_text_has_the_value_of_the_expression(width: int | None) -> None:
    rng = random.Random(7)
    compared, broken, named = 0, 0, 0
    while compared < 300:
        try:
            node = random_node(rng, rng.randint(1, 6))
            expected = run(node)
        except (ZeroDivisionError, OverflowError):
            continue
        known = dict(READ)
        if width is None:
            text = expression_latex(node, NAMES)
        else:
            inputs = tuple(Input(key, value) for key, value in NAMES.items())
            printed = latex(Formula("f", inputs, (), (Output("y", node, "y"),)), width=width, labels=False)
            text, _, rest = printed.split("&=", 1)[1].partition(r"\end{align")
            parts = re.split(r"(X_\{\d+\}) &=", rest)[1:]  # what stands in for parts that no line holds
            for name, value in zip(parts[::2], parts[1::2], strict=True):
                known[name] = Reader(value.split(r"\end{align")[0], known).value()
            broken, named = broken + ("&" in text), named + len(parts) // 2
        assert Reader(text, known).value() == pytest.approx(expected, rel=1e-8, abs=1e-9), text
        compared += 1
    assert width is None or broken > 20
    assert (named > 3) is (width == 20)


def test_every_long_factor_of_a_product_is_broken() -> None:
    long = [add(*(mul(x, y, k + 2) for x in (a, b, c) for y in (d, e, h))) for k in range(3)]
    node = mul(div(long[0], call("abs", long[1])), div(add(div(long[2], a), b), add(c, d)), call("abs", -long[0]))
    inputs = tuple(Input(key, value) for key, value in NAMES.items())
    text = latex(Formula("f", inputs, (), (Output("y", node, "y"),)), width=50, labels=False)
    lines = text.split(r"\begin{align*}")[1].split(r"\end")[0].splitlines()
    assert max(map(Breaker(NAMES).width, lines)) < 60
    assert Reader("".join(lines).split("&=", 1)[1], READ).value() == pytest.approx(run(node), rel=1e-8)


def test_the_reader_notices_a_lost_bracket() -> None:
    assert Reader(r"a\beta + \bar c_{+}", READ).value() != pytest.approx(run(a * (b + c)))
    with pytest.raises(AssertionError):
        Reader(r"a(\beta + 1", READ).value()


# --- whole formulas -----------------------------------------------------------------------------------------------


def test_blocks_and_labels() -> None:
    formula = two_qubits()
    text = latex(formula)
    assert text.startswith("% generator: redfield, all pairs\n% rates: golden rule\n% rates: 100 % of them\n")
    labels = re.findall(r"\\label\{eq:two_qubits:(\w+)\}", text)
    expected = [o.name for o in formula.outputs] + [x.name for x in formula.definitions] + ["theta", "H", "bose"]
    assert labels == expected
    assert text.count(r"\begin{align}") == 2
    assert "\nwhere\n" in text
    assert r"q &= E_{1}(H)[v_{2}(H)]_{1}^{2}" in text
    assert text.endswith("valid for $\\varepsilon_{-} > 0$, $\\lambda > 0$.\n")
    assert text == latex(two_qubits())
    bare = latex(formula, labels=False)
    assert r"\label" not in bare
    assert r"\nonumber" not in bare
    assert r"\begin{align*}" in bare
    assert formula.latex(width=50) == latex(formula, width=50)


def test_long_lines_are_broken_at_signs_only() -> None:
    for width in (25, 50, 90):
        for line in latex(two_qubits(), width=width).splitlines():
            if line.startswith(r"&\quad"):
                assert line[6:].lstrip().startswith(("+ ", "- ", r"+\b", r"-\b"))
            assert line.count(r"\left") == line.count(r"\right")
            groups = re.sub(r"\\[{}]", "", line)
            assert groups.count("{") == groups.count("}")
    wide = latex(two_qubits(), width=60, outputs=["I_1"])
    assert r"\mathcal{I}_1 &= J_1\frac{1}{\mathcal{N}}\bigl[" in wide
    assert r"\bigr]" in wide
    assert r" \nonumber \\" in wide
    assert r"\bigr]^{-1}" in latex(two_qubits(), width=60, outputs=["g"])


def test_a_hole_beside_its_occupation_needs_no_line() -> None:
    definitions = (Definition("N", call("fermi", a, b, 0), "N"), Definition("M", call("fermi_hole", a, b, 0), "(1-N)"))
    inputs = tuple(Input(key, NAMES[key]) for key in "ab")
    N, hole = symbol("N"), symbol("M")
    both = latex(Formula("f", inputs, definitions, (Output("y", N * hole, "y"),)))
    assert "y &= N(1-N)" in both.replace(r"\,", "")
    assert "N &= n" in both
    assert "(1-N) &=" not in both
    alone = latex(Formula("f", inputs, definitions, (Output("y", 2 * hole, "y"),)).select(["y"]))
    assert "(1-N) &= 1 - n" in alone


def test_selection_prints_what_is_needed() -> None:
    formula = Formula(
        "f",
        (Input("x", "x"),),
        (Definition("u", symbol("x") + 1, "u"), Definition("v", symbol("u") * 2, r"v_{0}")),
        (Output("y", symbol("u"), "y"), Output("z", symbol("v"), "z")),
        (Condition(symbol("v"), "v > 0"),),
    )
    assert latex(formula, outputs=["y"]) == (
        "\\begin{align}\ny &= u \\label{eq:f:y}\n\\end{align}\nwhere\n"
        "\\begin{align}\nu &= x + 1 \\label{eq:f:u}\n\\end{align}\nvalid for $2u > 0$.\n"
    )
    assert r"v_{0} &= 2u" in latex(formula, outputs=["z"])


def test_macros_are_letters_and_unique() -> None:
    text = latex(two_qubits(), macros=True)
    names = re.findall(r"\\newcommand\{\\(sym\w+)\}", text)
    assert r"\newcommand{\symRhoOneOne}{\rho_{11}}" in text
    assert len(names) == len(set(names))
    assert all(name.isalpha() for name in names)
    body = text.split(r"\begin{align}", 1)[1]
    assert all(rf"\{name}" in body for name in names)
    assert r"\bar N" not in body
    assert r"\lambda" not in "".join(names)
    clash = Formula(
        "f", (Input("x_1", "x_1"), Input("x1", "x^1")), (), (Output("y", symbol("x_1") * symbol("x1") ** 2, "y"),)
    )
    assert r"\symXOne(\symXOneX)^{2}" in latex(clash, macros=True)


@pytest.mark.parametrize("macros", [False, True])
def test_definitions_that_name_an_angle_give_its_name(macros: bool) -> None:
    x, y, cos = symbol("x"), symbol("y"), symbol("cos_half_2")
    formula = Formula(
        "f",
        (Input("x", "x"), Input("y", "y")),
        (
            Definition("cos_half_2", call("cos_half", x, y), r"\cos\tfrac{\theta_{2}}{2}"),
            Definition("root", sqrt(x), r"\sqrt{x}"),
        ),
        (Output("z", symbol("root") ** 2 * cos**2 * (x + y), "z"),),
    )
    text = latex(formula, labels=False, macros=macros)
    assert r"\theta_{2} &= \mathrm{atan2}(y, x)" in text
    assert text.count("&=") == 2
    power = (
        r"(\symRoot)^{2}(\symCosHalfTwo)^{2}(x + y)"
        if macros
        else (r"(\sqrt{x})^{2}\cos^{2}\tfrac{\theta_{2}}{2}\,(x + y)")
    )
    assert power in text


def test_a_program_too_long_to_print_is_refused() -> None:
    node = symbol("x")
    for _ in range(40):
        node = node * node + 1
    with pytest.raises(ValueError, match="name recurring parts"):
        latex(Formula("f", (Input("x", "x"),), (), (Output("y", node, "y"),)))


def test_long_sums_need_no_deep_stack() -> None:
    total = sum((symbol("x") * (symbol("x") + k) for k in range(2, 1500)), symbol("x"))
    text = latex(Formula("f", (Input("x", "x"),), (), (Output("y", total, "y"),)))
    assert r"x(x + 1499) \label" in text


# --- real parsers -------------------------------------------------------------------------------------------------

SCRIPT = """
const katex = require(process.argv[1] + "/katex");
const found = [];
for (const text of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(text, {displayMode: true, strict: "error", throwOnError: true}); }
  catch (error) { found.push(String(error.message)); }
}
console.log(JSON.stringify(found));
"""


def math_of(text: str) -> list[str]:
    """Everything that is mathematics in a block or notebook text, each with the macros that it uses."""
    macros = "".join(re.findall(r"^\\newcommand.*$", text, re.MULTILINE))
    pieces = re.findall(r"\\begin\{align\*?\}.*?\\end\{align\*?\}|\$[^$]*\$", text, re.DOTALL)
    # Labels belong to the document around the mathematics; KaTeX has none.
    return [macros + re.sub(r" \\label\{[\w:]+\}", "", piece.strip("$")) for piece in pieces]


def katex_folder() -> str | None:
    for folder in (ROOT / "node_modules", Path(os.environ.get("SYMNESS_KATEX", ""))):
        if folder.name and (folder / "katex").is_dir() and shutil.which("node"):
            return str(folder.resolve())
    return None


def katex_problems(texts: list[str], folder: Path) -> list[str]:
    pieces = [piece for text in texts for piece in math_of(text)]
    assert pieces
    command = ["node", "-e", SCRIPT, str(katex_folder())]
    done = subprocess.run(command, input=json.dumps(pieces), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def tex_problems(texts: list[str], folder: Path) -> list[str]:
    body = "\n\n".join(
        "{" + text.replace("$\\begin{aligned}", "$\\displaystyle\\begin{aligned}") + "}" for text in texts
    )
    document = (
        body[1:-1]
        if r"\documentclass" in body
        else ("\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + body + "\n\\end{document}\n")
    )
    (folder / "check.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "check.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    return [line for line in done.stdout.splitlines() if line.startswith(("!", "Overfull"))]


PARSERS = {"katex": katex_problems} if katex_folder() else {}
PARSERS |= {"pdflatex": tex_problems} if shutil.which("pdflatex") else {}
needs_parser = pytest.mark.skipif(not PARSERS, reason="neither KaTeX (npm install katex) nor pdflatex is installed")
each_parser = pytest.mark.parametrize("parser", list(PARSERS) or ["none"])


def samples() -> list[str]:
    formula = two_qubits()
    every = [
        call(name, *[a + b, c, d, e, h][: max(FUNCTIONS[name][0], 0)]) for name in FUNCTIONS if FUNCTIONS[name][0] > 0
    ]
    every += [call("eigenvalue", 0, 2, a, b, b, d), call("eigenvector", 1, 0, 2, a, b, b, div(d, c))]
    every += [power(node, 2) * div(a, node) * node for node in every]
    texts = [f"${expression_latex(node, NAMES)}$" for node in every] + [f"${matrix_latex([[a, b], [c, h]], NAMES)}$"]
    texts += [latex(formula, width=width, labels=labels) for width in (25, 60) for labels in (True, False)]
    return [*texts, latex(formula, macros=True, width=60), latex(formula, notebook=True, width=60)]


@needs_parser
@each_parser
def test_everything_parses(parser: str, tmp_path: Path) -> None:
    texts = [text.replace("eq:two_qubits", f"eq:{k}") for k, text in enumerate(samples())]
    problems = PARSERS[parser](texts, tmp_path)
    assert [line for line in problems if not line.startswith("Overfull")] == []


@needs_parser
@each_parser
@pytest.mark.parametrize(
    "broken",
    [
        r"$\frac{a}{b$",
        r"$\left( a$",
        r"$\undefinedsymbol$",
        r"$a_1_2$",
        r"$\begin{aligned} a &= \left( b \\ &\quad + c \right) \end{aligned}$",
    ],
)
def test_the_parsers_refuse_broken_text(parser: str, broken: str, tmp_path: Path) -> None:
    assert PARSERS[parser]([broken], tmp_path)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("macros", [False, True])
def test_standalone_document_compiles_without_overfull_lines(macros: bool, tmp_path: Path) -> None:
    assert tex_problems([latex(two_qubits(), standalone=True, macros=macros)], tmp_path) == []
    assert (tmp_path / "check.pdf").stat().st_size > 10_000


def test_notebook_text_is_one_expression() -> None:
    text = latex(two_qubits(), notebook=True)
    assert text.startswith("$\\begin{aligned}\n")
    assert text.endswith("\n\\end{aligned}$")
    assert not re.search(r"\\label|\\nonumber|%", text)
    assert two_qubits()._repr_latex_() == text


# -- parts with a name of their own --------------------------------------------------------------------------------


def rooted(names: list[str]) -> Formula:
    """A root of a sum of squares that no line holds unless it is short, and max(0, almost the same)."""
    letters = [symbol(name) for name in names]
    total = add(*((x + y) ** 2 for x, y in pairwise(letters)))
    outputs = (
        Output("f", call("sqrt", total) + letters[0], "f"),
        Output("g", call("maximum", number(0), total - 1), "g"),
    )
    return Formula("roots", tuple(Input(name, default_latex(name), "nonnegative") for name in names), (), outputs)


def test_what_no_line_holds_under_a_root_gets_a_name() -> None:
    text = rooted([f"alpha_{k}" for k in range(1, 13)]).latex(labels=False)
    assert r"f &= \sqrt{X_{1}} + \alpha_{1}" in text
    assert r"g &= \max(0, X_{1} - 1)" in text
    assert text.index("where") < text.index("X_{1} &=")
    assert text.count(r"\sqrt") == 1
    assert all(Breaker({}).width(line) < 100 for line in text.splitlines())


def test_the_letter_of_a_named_part_is_free() -> None:
    """A model with a parameter X_1 has its parts under another letter."""
    text = rooted(["X_1", *(f"alpha_{k}" for k in range(2, 13))]).latex(labels=False)
    assert r"f &= \sqrt{Y_{1}} + X_{1}" in text


def test_named_parts_have_macros_too() -> None:
    text = rooted([f"alpha_{k}" for k in range(1, 13)]).latex(macros=True)
    assert r"\newcommand{\symXOne}{X_{1}}" in text
    assert r"f &= \sqrt{\symXOne} + \symAlphaOne" in text
    assert r"\symXOne &=" in text


def test_many_letters_taken() -> None:
    """Where every single letter is the beginning of some name, two of them are not."""
    text = rooted([f"{letter}_1" for letter in "XYZABCDEFGPQUVW"]).latex(labels=False)
    assert r"\sqrt{XX_{1}}" in text


def test_short_roots_stay() -> None:
    assert "X_{1}" not in rooted(["alpha_1", "alpha_2", "alpha_3"]).latex()
