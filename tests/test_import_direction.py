"""Imports go one way: a room may import the rooms below it only, and the isolated ones only those named for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import symness

ROOMS = (
    "errors display progress graph names node slopes program formula parameters convert exact residues laurent "
    "asymptotics space baths model observable assumptions gauge closed_levels eigenbasis spectrum coincidence "
    "frequencies sparse pairs rates generators liouville collective composites differences elimination paperform "
    "affine notation shortest linear quantity state lamb orders limits hermitian steady rational conserved "
    "thermodynamics arithmetic response events cumulant counting sensitivity fisher resolvent spectra "
    "entanglement nonlocality bell coherence balances identity identities critical translation noted published "
    "signs cancellation realise statements lowering strength typeset linebreak latex careful kernel_text "
    "numpy_code evaluator characteristic relaxation reference_matrices reference_numbers reference_entries "
    "reference_generator reference_rates reference_forms reference_terms reference_counting "
    "reference_sensitivity reference_spectra reference_measures reference_observables reference conditions "
    "crossings thresholds algebraic scope proof repairs claims verdicts sampling verify outputs transport laws "
    "interop grid sweep_store sweep figures cards_matrices cards_model cards_formula cards_checks mathml stamps "
    "blame loading derive plain report cli_files cli_terminal cli_complete cli_latex cli_new cli_registers "
    "cli_claims cli_figure cli_report cli_sweep cli"
).split()
TEXT = {
    "errors",
    "node",
    "program",
    "formula",
    "signs",
    "cancellation",
    "realise",
    "statements",
    "lowering",
    "strength",
    "typeset",
    "linebreak",
    "careful",
    "kernel_text",
}
PRINTERS = "typeset linebreak latex cancellation realise lowering careful kernel_text numpy_code".split()
ORACLE = [room for room in ROOMS if room.startswith("reference")]
ISOLATED = {
    "node": set(),
    "slopes": {"node"},
    "program": {"node", "slopes"},
    "formula": {"display", "errors", "program"},
    # Drawing knows numbers only.
    "figures": {"display", "errors"},
    # Printing knows no physics.
    **{room: TEXT for room in PRINTERS},
    # The oracle shares no algebra with what it checks.
    **{room: {"errors", "parameters", "convert", "space", "baths", "model", "observable", *ORACLE} for room in ORACLE},
}
SOURCES = sorted(path for path in Path(symness.__file__).parent.glob("*.py") if path.stem != "__init__")


def _statements(body: list[ast.stmt], functions: bool) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from _statements(node.orelse, functions)
        elif functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            for block in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from _statements(getattr(node, block, []), functions)


def imported(source: str, functions: bool = False) -> Iterator[str]:
    """What a module takes from symness: names of rooms, or of anything else that it should take from a room."""
    for node in _statements(ast.parse(source).body, functions):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, ["symness" if node.level else "", node.module]))
            paths = [f"symness.{alias.name}" for alias in node.names] if base == "symness" else [base]
        else:
            continue
        for path in paths:
            package, _, rest = path.partition(".")
            if package == "symness":
                yield rest.split(".")[0] or "symness"


def violations(room: str, source: str) -> list[str]:
    if room not in ROOMS:
        return [f"{room} has no place in ROOMS: put it above what it imports"]
    below = set(ROOMS[: ROOMS.index(room)])
    allowed = ISOLATED.get(room, below) & below
    # Formula offers its printers as methods, which import them when called.
    functions = room in ISOLATED and room != "formula"
    return [f"{room} imports {name}" for name in imported(source, functions) if name not in allowed]


def test_rooms_import_only_what_lies_below() -> None:
    assert SOURCES
    assert [line for path in SOURCES for line in violations(path.stem, path.read_text(encoding="utf-8"))] == []


def test_the_checker_sees_what_is_wrong() -> None:
    assert violations("program", "from symness.model import Model") == ["program imports model"]
    assert violations("baths", "try:\n    from . import cli\nexcept ImportError:\n    pass") == ["baths imports cli"]
    assert violations("reference", "def f():\n    import symness.exact") == ["reference imports exact"]
    assert violations("latex", "from .baths import Bath") == ["latex imports baths"]
    assert violations("model", "from symness import Bath") == ["model imports Bath"]
    assert violations("leftovers", "")
    assert violations("model", "if TYPE_CHECKING:\n    from symness.cli import main\nfrom symness import baths") == []
