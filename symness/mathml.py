r"""LaTeX of formulas as MathML, which browsers show without a script and without a network.

The package latex2mathml (extra ``report``) converts.  What comes out is mended to what TeX sets: signs that belong to
one operand, functions and the space around them, bars of a modulus, accents, upright letters, no space in indices, sums
with their index below, and rows that are aligned at ``&``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from xml.etree import ElementTree as ET

from symness.display import escape
from symness.errors import MissingPackageError

__all__ = ["converter", "mathml"]

_TOKEN = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\[A-Za-z]+|\\.|[{}&]|[^\\{}&]+", re.DOTALL)
_ALIGNED = re.compile(r"\s*\\begin\{aligned\}(.*)\\end\{aligned\}\s*", re.DOTALL)
#: words set upright, in which blanks and underscores may be escaped
_UPRIGHT = re.compile(r"\\(mathrm|operatorname|text)\{((?:[^{}\\]|\\[_&%#$ ])*)\}")
# Letters of the private area mark what the converter would not tell from something else.
_OPERATOR, _LEFT_BAR, _RIGHT_BAR = "\ue000", "\ue001", "\ue002"
_FUNCTIONS = frozenset("sin cos tan sinh cosh tanh max min ln log exp".split())
_ROWS = frozenset(("math", "mrow", "mstyle", "msqrt", "mtd"))
_SCRIPTS = {"msub": (1,), "msup": (1,), "msubsup": (1, 2), "munder": (1,), "mover": (), "munderover": (1, 2)}
_CHILDREN = {"mfrac": (2,), **{tag: (3,) if tag in ("msubsup", "munderover") else (2,) for tag in _SCRIPTS}}
_BRACKETS = {**dict.fromkeys("([{", "prefix"), **dict.fromkeys(")]}", "postfix")}
_THIN = "0.167em"


@cache
def converter() -> Callable[..., str]:
    """The function of latex2mathml.

    Raises
    ------
    MissingPackageError
        Where it is not installed.
    """
    try:
        from latex2mathml.converter import convert
    except ImportError as error:
        raise MissingPackageError("a report needs latex2mathml: pip install 'symness[report]'") from error
    found: Callable[..., str] = convert
    return found


def mathml(latex: str) -> str:
    r"""A ``<math>`` element, or the LaTeX itself where it holds something that cannot be converted.

    Parameters
    ----------
    latex : str
        Without delimiters; ``\begin{aligned}`` around all of it becomes a table of two columns.
    """
    found = _ALIGNED.fullmatch(latex)
    convert = converter()
    try:
        if found is None:
            body = _converted(latex, convert)
        else:
            rows = (_split(row, "&") for row in _split(found[1], r"\\"))
            cells = ("".join(_cell(cell, k, convert) for k, cell in enumerate(row)) for row in rows)
            lines = "".join(f"<mtr>{row}</mtr>\n" for row in cells)
            body = f'<mtable class="aligned" displaystyle="true">\n{lines}</mtable>'
    except Exception:  # the converter documents none; what it cannot do is a symbol that a user wrote
        return f"<code>{escape(latex)}</code>"
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{body}</math>'


def _split(latex: str, separator: str) -> list[str]:
    """Parts between separators that stand in no group and in no inner environment."""
    parts, depth = [""], 0
    for token in _TOKEN.findall(latex):
        depth += (token == "{" or token.startswith(r"\begin")) - (token == "}" or token.startswith(r"\end"))
        if token == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _cell(latex: str, place: int, convert: Callable[..., str]) -> str:
    """An empty letter before an operator keeps it between two operands, as TeX does after ``&``."""
    return _converted(latex, convert, "mtd", "<mi></mi>" * (place > 0)) if latex.strip() else "<mtd></mtd>"


def _converted(latex: str, convert: Callable[..., str], tag: str = "mrow", before: str = "") -> str:
    """The element ``tag`` that holds the expression."""

    def upright(match: re.Match[str]) -> str:
        words = re.sub(r"\\(.)", r"\1", match[2])
        return rf"\text{{{_OPERATOR * (match[1] == 'operatorname')}{words}}}"

    text = _UPRIGHT.sub(upright, latex.strip())
    text = re.sub(r"(?<!\\left)\\lvert(?![A-Za-z])", rf"\\text{{{_LEFT_BAR}}}", text)
    text = re.sub(r"(?<!\\right)\\rvert(?![A-Za-z])", rf"\\text{{{_RIGHT_BAR}}}", text)
    text = re.sub(r"\\!", "", text)  # cancels the space between a function and a bracket, which is not there
    whole = convert(text)
    root = ET.fromstring(f"<{tag}>{before}{whole[whole.index('>') + 1 : whole.rindex('</math>')]}</{tag}>")
    root[-1:] = list(root[-1])  # browsers do not align a row inside a cell
    _refuse(root, latex)
    _names(root)
    _rows(root)
    for scripted in root.iter():
        for place in _SCRIPTS.get(scripted.tag, ()):
            for operator in scripted[place].iter("mo"):
                operator.attrib |= {"lspace": "0", "rspace": "0"}
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _refuse(root: ET.Element, latex: str) -> None:
    """The converter leaves unknown commands and missing arguments as they are."""
    for item in root.iter():
        bracket = item.text in (r"\{", r"\}")
        if ("\\" in (item.text or "") and not bracket) or len(item) not in _CHILDREN.get(item.tag, (len(item),)):
            raise ValueError(latex)


def _names(root: ET.Element) -> None:
    """Functions, bars, accents, capital Greek letters."""
    for item in root.iter():
        words = item.text or ""
        if item.tag == "mtext" and words.startswith(_OPERATOR):
            item.tag, item.text = "mi", words[1:]
            item.set("class", "function")
        elif item.tag == "mtext" and words in (_LEFT_BAR, _RIGHT_BAR):
            form = "prefix" if words == _LEFT_BAR else "postfix"
            item.tag, item.text = "mo", "|"
            item.attrib |= {"form": form, "fence": "true", "stretchy": "false"}
        elif item.tag in ("mo", "mi") and words in _FUNCTIONS:
            item.tag = "mi"
            item.set("class", "function")
        elif item.tag == "mo" and words.removeprefix("\\") in _BRACKETS:
            item.text = words.removeprefix("\\")
            item.attrib |= {"form": _BRACKETS[item.text], "lspace": "0", "rspace": "0"}
        elif item.tag == "mi" and len(words) == 1 and "Α" <= words <= "Ω":
            item.set("mathvariant", "normal")
        elif item.tag == "mover" and item[1].text == "¯":
            item[1].text = "‾"  # a macron is hard to tell from a dot, and as an accent it touches the letter
        elif item.tag == "mover":
            item.set("accent", "true")
        elif item.tag == "msub" and item[0].text == "∑":
            item.tag = "munder"


def _rows(root: ET.Element) -> None:
    """Signs of one operand, and the space around functions."""
    for row in [item for item in root.iter() if item.tag in _ROWS]:
        before: ET.Element | None = None
        operand: ET.Element | None = None  # the last thing that is no space
        made: list[ET.Element] = []
        for item in row:
            if item.tag == "mo" and item.text in ("−", "+", "±") and (operand is None or _opens(operand)):
                item.set("form", "prefix")
            if before is not None and _spaced(before, item):
                made.append(ET.Element("mspace", {"width": _THIN}))
            made.append(item)
            before = item
            operand = operand if item.tag == "mspace" else item
        row[:] = made


def _opens(item: ET.Element) -> bool:
    """Whether a sign after it belongs to what follows."""
    return item.tag == "mo" and item.get("form") != "postfix"


def _is_function(item: ET.Element) -> bool:
    base = item[0] if item.tag in ("msup", "msub") else item
    return base.get("class") == "function"


def _spaced(left: ET.Element, right: ET.Element) -> bool:
    """TeX sets a thin space between a function and what is no bracket, and before a function that follows a factor."""
    bracket = right[0] if right.tag == "mrow" and len(right) else right
    if _is_function(left):
        return bracket.tag not in ("mo", "mspace") or (bracket.text == "|" and bracket.get("form") == "prefix")
    if not _is_function(right) or left.tag == "mspace" or not (left.text or len(left)):
        return False
    return not _opens(left)
