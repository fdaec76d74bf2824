"""Quantities in a paper's symbols: exact, refused where they do not fit, and shown to notice what is wrong."""

from __future__ import annotations

import random

import pytest

import symness as sn
from symness import program
from symness.derivations import khandelwal2020 as paper
from symness.derivations import wang2019
from symness.exact import Ring
from symness.published import parse
from symness.residues import at_random_point
from symness.shortest import Shortest, length

SYMBOLS = ("g", "d", "a", "b", "c", "e")
SUMS = {"A": "a + b", "C": "c + e", "G": "A + C", "E": "G**2 + 4*d**2"}


@pytest.fixture(scope="module")
def named():
    """Names of sums, one of them quadratic."""
    ring = Ring([*SYMBOLS, *SUMS])
    values: dict[str, object] = {}
    for name, text in SUMS.items():
        images = [values.get(n, g) for n, g in ring.generators.items()]
        values[name] = ring.from_node(parse(text)).compose(*images, ctx=ring.context)
    return ring, values


def plain(named, text):
    ring, values = named
    images = [values.get(n, g) for n, g in ring.generators.items()]
    return ring.from_node(parse(text)).compose(*images, ctx=ring.context)


@pytest.mark.parametrize(
    "text",
    [
        "4*g**2*A*C + a*c*E",
        "4*g**2*(a + c)**2 + a*c*E",
        "(4*g**2 + A*C)*G**2 + 4*d**2*A*C",
        "g*(a*e - b*c)",
        "(d*A + g*C)*E",
        "G**3",
    ],
)
def test_a_form_in_names_is_found_again(named, text):
    """The polynomial without names is displayed in no more operations than the text with them."""
    ring, values = named
    polynomial = plain(named, text)
    shown = Shortest(ring, values).show(polynomial)
    assert plain(named, repr(shown)) == polynomial
    assert program.count_ops([shown]) <= program.count_ops([parse(text)])
    assert length(shown) <= length(Shortest(ring, {}).show(polynomial))


def test_every_display_is_exact(named):
    ring, values = named
    draw = random.Random(3)
    shortest = Shortest(ring, values)
    for _ in range(12):
        monomials = [[draw.choice((*SYMBOLS, "A", "G")) for _ in range(draw.randint(1, 3))] for _ in range(4)]
        text = " + ".join(f"({draw.randint(-3, 3)})*" + "*".join(m) for m in monomials)
        polynomial = plain(named, text)
        assert plain(named, repr(shortest.show(polynomial))) == polynomial


def test_no_symbol_of_the_engine_is_taken_for_one_of_the_paper():
    """The engine calls the sum of all rates r_1, the paper a population."""
    state = paper.local()
    assert "r_1" in {d.name for d in state.definitions}
    formula = paper.local_formula().select(["J_c"])
    (population,) = (d.expression for d in formula.definitions if d.name == "r_1")
    chi = program.symbol("chi")
    assert chi in set(program.walk([population]))
    assert program.symbol("Gamma") in set(program.walk([formula.output("J_c").expression]))


def test_fermions_with_unequal_rates():
    """Differences of Fermi functions become rates; the particle current is the same function."""
    generator = sn.redfield(wang2019.model("fermi", (wang2019.omega, wang2019.omega)))
    state = sn.steady_state(generator)
    N = generator.symbols
    define = {}
    for j, J in (("1", wang2019.J_1), ("2", wang2019.J_2)):
        for s in "pm":
            define[f"in_{j}_{s}"] = 2 * J * N[f"N_{j}_{s}"]
            define[f"out_{j}_{s}"] = 2 * J * (1 - N[f"N_{j}_{s}"])
    current = sn.particle_current(state, "2")
    formula = sn.in_notation(state, {"n_2": current}, sn.Notation(define))
    used = set(program.symbols_of([formula.output("n_2").expression]))
    assert used & set(define) or used & {"N_1_p", "N_2_p"}
    ours, known = formula.expanded()["n_2"], state.expanded_definitions
    _, (a, b) = at_random_point([ours, program.substitute(current.expression, known)], seed=5)
    assert a == b


def test_a_jump_whose_rate_holds_an_occupation_is_written_with_it():
    alpha = sn.parameters("alpha", positive=True)
    base = paper.model()
    h, _ = sn.qubits("h c")
    jump = sn.Jump("dephasing", h.z, rate=alpha * sn.bose(paper.eps_h, paper.T_h))
    model = sn.Model(base.H, interaction=base.interaction, baths=base.baths, jumps=[jump])
    state = sn.steady_state(sn.local(model))
    formula = sn.in_notation(state, {"c": state.element(1, 2)}, sn.Notation({}))
    assert {"alpha", "N_h_m"} <= set(program.symbols_of([formula.output("c").expression]))


def test_a_wrong_display_is_noticed(monkeypatch):
    state = paper.local()
    quantity = {"r_1": state.element(0, 0)}
    right = Shortest.show
    monkeypatch.setattr(
        Shortest, "show", lambda self, p: program.mul(2, right(self, p)) if len(p) > 3 else right(self, p)
    )
    monkeypatch.setattr("symness.translation.Translation.show_norm", _norm(right))
    with pytest.raises(sn.SymnessError, match=r"'r_1' differs from the quantity"):
        sn.in_notation(state, quantity, paper.weak_notation())


def _norm(right):
    from symness.formula import Definition

    return lambda self: Definition(self.notation.normalisation[0], right(self._shortest, self.norm), r"\chi")


def test_a_quotient_that_would_be_too_long_is_refused():
    state = sn.steady_state(sn.redfield(wang2019.model("bose")))
    with pytest.raises(sn.ObservableError, match="too many terms; pass the notation"):
        sn.in_notation(state, {"p": state.element(0, 0)}, sn.Notation({}))


def test_what_does_not_fit_is_refused():
    state, other = paper.local(), paper.strong()
    notation = paper.weak_notation()
    with pytest.raises(sn.ObservableError, match="no quantity of this state"):
        sn.in_notation(state, {"J": sn.heat_current(other, "h")}, notation)
    with pytest.raises(sn.ObservableError, match="no closed form"):
        sn.in_notation(paper.tunnelling(), {"p": paper.tunnelling().element(0, 0)}, notation)
    with pytest.raises(sn.ModelError, match="no polynomial"):
        sn.in_notation(state, {"p": state.element(0, 0)}, sn.Notation({"x": 1 / paper.eps_h}))
    with pytest.raises(sn.ModelError, match="symbol of the model"):
        sn.in_notation(state, {"p": state.element(0, 0)}, sn.Notation({"g": paper.eps_h}))
