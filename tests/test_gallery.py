"""The gallery: the same steady states from QuTiP, and every model as a derivation file for the command line."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

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
    assert len(lines) < LONGEST


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


# -- what was in a new user's way, on these models -------------------------------------------------------------------


def test_a_parameter_and_a_symbol_of_the_engine_print_differently() -> None:
    Delta, delta, Omega, Gamma = sn.parameters("Delta delta Omega Gamma", positive=True)
    atom = sn.levels("atom", 3)
    p, c = atom.transition(0, 2), atom.transition(1, 2)
    light = Omega * (p + p.H + c + c.H)
    H = delta * atom.projector(1) + Delta * atom.projector(2)
    state = sn.steady_state(sn.local(sn.Model(H, interaction=light, jumps=[sn.Jump("decay", [p, c], Gamma)])))
    text = state.closed_form.latex()
    assert r"\Delta' &= " in text
    assert r"\Delta &= " not in text
    printed = re.findall(r"^(.*?) &= ", text, re.MULTILINE)
    assert len(printed) == len(set(printed))


def test_a_determinant_cancels_its_reciprocal() -> None:
    page = namespace("lambda-system")
    dark = page["dark"].closed_form
    assert dark.count_ops() < 10
    Omega_p, Omega_c = page["Omega_p"], page["Omega_c"]
    assert sp.simplify(dark.expression("rho_12") + Omega_p * Omega_c / (Omega_p**2 + Omega_c**2)) == 0
    assert namespace("three-level-maser")["state"].closed_form.latex().count(r"\frac{1}{\frac") == 0


def test_a_current_of_named_factors_shows_where_it_vanishes() -> None:
    page = namespace("three-level-maser")
    assert page["J"].expression.op == "div"
    assert page["P"].expression.op == "mul"
    point = {**page["values"], "T_h": page["values"]["T_c"] * 3}
    assert page["f"](**point)["P"] == 0  # omega_h/T_h = omega_c/T_c


def test_a_long_closed_form_gives_way_to_the_program_form() -> None:
    state = namespace("absorption-refrigerator")["state"]
    assert not state.has_paper_form
    assert state.closed_form.count_ops() < 200
    assert namespace("v-type-atom")["state"].has_paper_form


def test_pairs_of_a_shared_bath_join_its_couplings() -> None:
    pairs = namespace("v-type-atom")["generator"].pairs
    assert ("h", "omega_p", "E") in pairs
    assert ("h", "E", "omega_p") in pairs


def test_uncorrelated_couplings_of_a_bath_are_not_paired() -> None:
    E, delta, gamma, T = sn.parameters("E delta gamma T", positive=True)
    atom = sn.levels("atom", 3)
    bath = sn.Bath("B", [atom.transition(0, 1), atom.transition(0, 2)], gamma, T)
    model = sn.Model((E + delta) * atom.projector(1) + E * atom.projector(2), baths=[bath])
    assert all(first == second for _, first, second in sn.redfield(model).pairs)


def test_no_minus_under_a_square_and_no_factor_twice() -> None:
    tau, Gamma, T = sn.parameters("tau Gamma T", positive=True)
    eps_L, eps_R, mu_L, mu_R = sn.parameters("eps_L eps_R mu_L mu_R")
    L, R = sn.fermions("L R")
    hop = tau * (L.creation * R.annihilation + R.creation * L.annihilation)  # the strings give it a minus sign
    baths = [
        sn.Bath(name, dot.annihilation, Gamma, T, mu, "fermi") for name, dot, mu in (("L", L, mu_L), ("R", R, mu_R))
    ]
    state = sn.steady_state(sn.redfield(sn.Model(eps_L * L.number + eps_R * R.number, interaction=hop, baths=baths)))
    text = sn.formula(state, {"I": sn.particle_current(state, "L")}).latex()
    assert r"(2\tau)^{2}" in text
    assert r"(-2\tau)" not in re.findall(r"^\\Omega &=.*$", text, re.MULTILINE)[0]
    assert r"\Gamma\,\Gamma" not in text
