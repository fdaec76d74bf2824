r"""LaTeX of formulas: equations that can go into a paper as they are (:mod:`symness.typeset` prints expressions)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import jinja2

from symness import program
from symness.formula import Definition, Formula, Input
from symness.linebreak import Breaker, Row
from symness.program import Node
from symness.typeset import OCCUPATION, TOKEN, Printer, key_of

__all__ = ["Equations", "equations", "expression_latex", "latex", "matrix_latex"]

_LONGEST = 100_000  # operations; a shared program written out as text can be longer than any memory
_DIGITS = "Zero One Two Three Four Five Six Seven Eight Nine".split()


def expression_latex(node: Node, names: Mapping[str, str]) -> str:
    """LaTeX of one expression, unbroken; ``names`` holds the LaTeX of every symbol (ValueError where it does not)."""
    return Printer(names)(node).whole


def matrix_latex(rows: Sequence[Sequence[Node]], names: Mapping[str, str]) -> str:
    """LaTeX of a matrix, row by row, in round brackets."""
    printer = Printer(names)
    text = r" \\ ".join(" & ".join(printer(entry).whole for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {text} \end{{pmatrix}}"


def _symbols(
    roots: Sequence[Node], named: Sequence[tuple[str, str]], items: Sequence[tuple[str, str, Node]]
) -> dict[tuple[Node, ...], str]:
    """Names for mixing angles and matrices in order of first use: what a definition calls them, or a free name."""
    found: dict[tuple[Node, ...], str] = {}
    for _, text, node in items:
        half = re.fullmatch(r"\\(?:cos|sin)\\tfrac\{(.+)\}\{2\}", text)
        if half and key_of(node):
            found[key_of(node)] = half[1]
    taken = {text for _, text in named} | set(found.values())
    keys = [key for key in dict.fromkeys(map(key_of, program.walk(roots))) if key and key not in found]
    states = {key_of(node) for node in program.walk(roots) if node.op == "call" and node.args[0] == "wootters"}
    groups = (
        (r"\theta", [k for k in keys if len(k) == 2]),
        ("H", [k for k in keys if len(k) != 2 and k not in states]),
        (r"\varrho", [k for k in keys if k in states]),
    )
    for letter, group in groups:
        candidates = [letter] if len(group) == 1 else []
        candidates += [f"{letter}_{{{k}}}" for k in range(1, len(taken) + len(group) + 1)]
        found |= dict(zip(group, (c for c in candidates if c not in taken), strict=False))
    return found


def _occupations(nodes: Sequence[Node]) -> Iterator[tuple[str, list[str]]]:
    """What the occupation numbers mean that occur among these nodes."""
    for name, sign in (("bose", "-"), ("fermi", "+")):
        calls = [node for node in nodes if node.op == "call" and node.args[0].startswith(name)]
        shown = {mu.is_zero for node in calls for mu in node.args[3::2]}
        symbol = OCCUPATION[name]
        if False in shown:
            text = rf"{symbol}(\omega, T, \mu) &= \frac{{1}}{{\mathrm{{e}}^{{(\omega - \mu)/T}} {sign} 1}}"
            yield name, [text + (rf", \quad {symbol}(\omega, T) = {symbol}(\omega, T, 0)" if True in shown else "")]
        elif shown:
            yield name, [rf"{symbol}(\omega, T) &= \frac{{1}}{{\mathrm{{e}}^{{\omega/T}} {sign} 1}}"]


def _macros(named: Sequence[tuple[str, str]]) -> dict[str, str]:
    r"""``\symName`` for every LaTeX of more than one token, from pairs (name, LaTeX)."""
    found: dict[str, str] = {}
    for name, text in named:
        words = re.findall(r"[A-Za-z]+|[0-9]", name)
        macro = r"\sym" + "".join(_DIGITS[int(w)] if w.isdigit() else w[0].upper() + w[1:] for w in words)
        while macro in found.values():
            macro += "X"
        if len(TOKEN.findall(text)) > 1:
            found.setdefault(text, macro)
    return found


def _distinct(items: Sequence[Input | Definition]) -> dict[str, str]:
    """LaTeX by name; of two that would print alike (a parameter Delta and the engine's) the later one gets a prime."""
    found: dict[str, str] = {}
    for item in items:
        text = item.latex
        while text in found.values():
            text = rf"{{{text}}}'" if "^" in text else text + "'"
        found[item.name] = text
    return found


def _without_echo(results: Sequence[Row], items: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """rho_11 = rho_11 says nothing: such an output takes the place of the definition of its symbol."""
    own = {name: (text, node) for name, text, node in items}
    shown, taken = [], set()
    for name, text, node in results:
        symbol = node.args[0] if node.op == "symbol" else None
        if symbol in own and own[symbol][0] == text:
            taken.add(symbol)
            node = own[symbol][1]
        shown.append((name, text, node))
    return shown, [item for item in items if item[0] not in taken]


def _named_parts(
    printer: Breaker, results: list[Row], items: list[Row], letter: str, width: float, macros: dict[str, str] | None
) -> tuple[list[Row], list[Row]]:
    """Outputs and definitions, with what no line holds under a root or in a function as definitions of their own."""

    def new(k: int) -> tuple[str, str]:
        name, text = f"{letter}_{k}", f"{letter}_{{{k}}}"
        if macros is None:
            return name, text
        macro = _macros([(name, text)])[text]
        macros[macro] = text
        return name, macro

    renamed: dict[Node, Node] = {}
    items = printer.named_parts(items, new, width, renamed)
    own = {name for name, *_ in results}
    rows = printer.named_parts(results, new, width, renamed)
    return [row for row in rows if row[0] in own], [*items, *(row for row in rows if row[0] not in own)]


@dataclass(frozen=True)
class Equations:
    """The parts of a printed formula.

    Attributes
    ----------
    outputs, definitions : tuple of (name, lines)
        Each an equation, ``left &= right``, broken into lines that fit the width.
    conditions : tuple of str
        Inequalities.
    macros : mapping LaTeX -> macro
        What the equations use instead of symbols of more than one token.
    """

    outputs: tuple[tuple[str, list[str]], ...]
    definitions: tuple[tuple[str, list[str]], ...]
    conditions: tuple[str, ...]
    macros: Mapping[str, str]


def equations(
    formula: Formula, *, outputs: Sequence[str] | None = None, macros: bool = False, width: float = 90
) -> Equations:
    """The equations of a formula one by one; parameters as of :func:`latex`."""
    if isinstance(outputs, str):
        raise TypeError(f"outputs={outputs!r} is one name: pass a list, [{outputs!r}]")
    if width < 20:
        raise ValueError(f"width={width}: fewer than 20 letters hold no equation; a page holds about 90")
    chosen = formula if outputs is None else formula.select(outputs)
    letters = _distinct([*formula.inputs, *formula.definitions])
    items = [(item.name, letters[item.name], item.expression) for item in chosen.definitions]
    results = [(item.name, item.latex, item.expression) for item in chosen.outputs]
    results, items = _without_echo(results, items)
    known = list(letters.items())
    limits = _conditions(formula, chosen)
    roots = [*(node for *_, node in items + results), *(node for text, node, _ in limits if not text)]
    if program.count_ops(roots) > _LONGEST:
        raise ValueError(
            f"{formula.name}: more than {_LONGEST} operations to print; name recurring parts as definitions"
        )
    used = program.symbols_of(roots)
    named = [pair for pair in known if pair[0] in used] + [(name, text) for name, text, _ in results]
    short = _macros(named) if macros else {}
    names = {name: short.get(text, text) for name, text in known}
    symbols = _symbols(roots, named, items)
    meant = {macro: text for text, macro in short.items()}
    printer = Breaker(names, symbols, meant)
    letters_left = chain("XYZABCDEFGPQUVW", ("X" * k for k in count(2)))
    letter = next(c for c in letters_left if not any(text.startswith(c) for pair in known for text in pair))
    results, items = _named_parts(printer, results, items, letter, width, meant if macros else None)
    short = {text: macro for macro, text in meant.items()}

    items = [item for item in items if printer(item[2]).whole != item[1]]  # cos(theta/2) = cos(theta/2) says nothing
    taken = {(f"(1-{text})", node.args[1:]) for _, text, node in items if node.op == "call"}  # and so does 1 - N
    items = [item for item in items if (item[1], item[2].args[1:]) not in taken]
    shown, where = (
        [(name, printer.lines(short.get(text, text), node, width)) for name, text, node in part]
        for part in (results, items)
    )
    where += [(_plain(text), [f"{text} &= {printer.shown(key)}"]) for key, text in symbols.items()]
    where += _occupations(list(program.walk(roots)))
    conditions = [text or f"{printer(node).whole} {sign} 0" for text, node, sign in limits]
    return Equations(tuple(shown), tuple(where), tuple(conditions), short)


def latex(
    formula: Formula,
    *,
    standalone: bool = False,
    notebook: bool = False,
    labels: bool = True,
    macros: bool = False,
    width: float = 90,
    outputs: Sequence[str] | None = None,
) -> str:
    r"""The equations of a formula: its outputs, then its definitions, then where it is valid.

    Parameters
    ----------
    standalone : bool
        A complete document for pdflatex.
    notebook : bool
        One ``$\begin{aligned}...$`` for MathJax or KaTeX, without labels and comments.
    labels : bool
        ``\label{eq:FORMULA:NAME}`` on every equation; without them the equations are not numbered.
    macros : bool
        A ``\newcommand`` for every symbol of more than one token.
    width : float
        Longest line, in letters.
    outputs : sequence of str, optional
        Print these, and only the definitions that they need.
    """
    if notebook and (standalone or macros):
        raise ValueError("notebook=True is one expression without a preamble: leave out standalone= and macros=")
    found = equations(formula, outputs=outputs, macros=macros, width=width)
    rows, valid = (found.outputs, found.definitions), found.conditions
    if notebook:
        return _notebook(rows, valid)
    blocks = [_align(formula.name, part, labels) for part in rows if part]
    body = "where\n".join(blocks) + ("valid for " + ", ".join(f"${text}$" for text in valid) + ".\n" if valid else "")
    comments = "".join(f"% {key}: {line}\n" for key, text in formula.provenance.items() for line in text.splitlines())
    definitions = "".join(rf"\newcommand{{{macro}}}{{{text}}}" + "\n" for text, macro in found.macros.items())
    if not standalone:
        return comments + definitions + body
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = environment.get_template("document.tex.j2")
    return template.render(comments=comments, macros=definitions, title=formula.name, body=body)


def _conditions(formula: Formula, chosen: Formula) -> list[tuple[str, Node, str]]:
    """LaTeX (where there is some), expression and sign of each condition, in terms of what is printed."""
    hidden: dict[str, Node] = {}
    for definition in formula.definitions:
        if definition not in chosen.definitions:
            hidden[definition.name] = program.substitute(definition.expression, hidden)
    return [
        (item.latex, program.substitute(item.expression, hidden), ">" if item.strict else r"\geq")
        for item in chosen.conditions
    ]


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "", text)


def _align(name: str, rows: Sequence[tuple[str, list[str]]], labels: bool) -> str:
    """One equation after the other; the last line of each has its number."""
    environment, broken = ("align", r" \nonumber") if labels else ("align*", "")
    texts = [
        f"{broken} \\\\\n".join(lines) + (rf" \label{{eq:{name}:{label}}}" if labels else "") for label, lines in rows
    ]
    return f"\\begin{{{environment}}}\n" + " \\\\\n".join(texts) + f"\n\\end{{{environment}}}\n"


def _notebook(rows: Sequence[Sequence[tuple[str, list[str]]]], valid: Sequence[str]) -> str:
    outputs, where = ([line for _, lines in part for line in lines] for part in rows)
    lines = [*outputs, *([r"&\text{where}", *where] if where else [])]
    if valid:
        lines.append(r"&\text{valid for } " + r",\ ".join(valid))
    return "$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$"
