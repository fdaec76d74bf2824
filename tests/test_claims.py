"""Proofs, counterexamples, repairs, verdicts, and the register of the first paper."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import symness as sn
from symness import algebraic, program
from symness.claims import numbers
from symness.cli import main
from symness.derive import DerivationError, load
from symness.errors import ModelError
from symness.proof import Refuted, Unknown, compared
from symness.published import parse
from symness.repairs import edits, repaired
from symness.scope import Side
from symness.verdicts import decide, equations

x, y, T = sn.parameters("x y T", positive=True)
z = sn.parameters("z")


def level() -> Any:
    """A fermion mode between two leads."""
    eps, gamma_L, gamma_R, T_L, T_R = sn.parameters("eps gamma_L gamma_R T_L T_R", positive=True)
    (mode,) = sn.fermions("d")
    baths = [
        sn.Bath("L", mode.annihilation, rate=gamma_L, temperature=T_L, statistics="fermi"),
        sn.Bath("R", mode.annihilation, rate=gamma_R, temperature=T_R, statistics="fermi"),
    ]
    return sn.steady_state(sn.secular(sn.Model(eps * mode.number, baths=baths)))


@pytest.fixture(scope="module")
def state() -> Any:
    return level()


# -- prove -----------------------------------------------------------------------------------------------------------

PROVED = [
    ("a*(b + c)", "a*b + a*c"),
    ("1/(a + i*b)", "(a - i*b)/(a**2 + b**2)"),
    ("1 + 2*bose(w, T, 0)", "1/tanh(w/(2*T))"),
    ("bose(w, T) + fermi(w, T)", "bose(w, T, 0) + fermi(w, T, 0)"),
    ("fermi_hole(w, T, m)", "fermi(-w, T, -m)"),
    ("exp(a + b/3)", "exp(a)*exp(b/6)**2"),
    ("exp((a - b)/c)*exp(b/c)", "exp(a/c)"),
    ("sinh(log(1 + sqrt(2)))", "1"),
    ("2*cos_half(d, l)*sin_half(d, l)", "l/sqrt(d**2 + l**2)"),
    ("bose_difference(w, T, 0, S, 0)", "sinh(w/(2*S) - w/(2*T))/(2*sinh(w/(2*T))*sinh(w/(2*S)))"),
    ("sqrt(a**2)", "abs(a)"),
    ("maximum(a, b)", "(a + b + abs(a - b))/2"),
    ("positive_part(sinh(a)/cosh(b))", "positive_part(sinh(a))/cosh(b)"),
    ("log(a*(b + 1))", "log(a*b + a)"),
]


@pytest.mark.parametrize(("mine", "derived"), PROVED)
def test_identities_are_proved(mine: str, derived: str) -> None:
    assert sn.prove(mine, derived) is True


@pytest.mark.parametrize(
    ("mine", "derived"),
    [
        ("a*(b + c)", "a*b - a*c"),
        ("bose(w, T, 0)", "1/(exp(w/T) + 1)"),
        ("1 + 2*bose(w, T, 0)", "1/tanh(w/T)"),
        ("sqrt(a**2)", "a"),
        ("exp(a/2)*exp(b)", "exp(a + b)"),
        ("maximum(a, b)", "a"),
        ("1/(a + i*b)", "1/(a - i*b)"),
        ("b", "b + a/10**30"),
    ],
)
def test_a_counterexample_is_one(mine: str, derived: str) -> None:
    """The point is rational, and mpmath finds other values there when it evaluates the texts in its own way."""
    found = sn.prove(mine, derived)
    assert isinstance(found, Refuted)
    assert not found
    assert all(isinstance(value, Fraction) for value in found.point.values())
    table = {
        **{name: getattr(mpmath.mp, name) for name in ("exp", "tanh", "sqrt")},
        "bose": lambda w, T, mu: 1 / (mpmath.exp((w - mu) / T) - 1),
        "maximum": max,
        "i": mpmath.mpc(0, 1),
    }
    with mpmath.workdps(40):
        point = {name: mpmath.mpf(v.numerator) / v.denominator for name, v in found.point.items()}
        left, right = (eval(text, {**table, **point}) for text in (mine, derived))
        assert abs(left - right) > 1e-35 * max(abs(left), abs(right))
        assert mpmath.almosteq(left, found.mine, 1e-30)
        assert mpmath.almosteq(right, found.derived, 1e-30)


def test_positivity_of_parameters_decides_roots() -> None:
    assert sn.prove("sqrt(x**2)", x) is True
    assert sn.prove("sqrt(x**2 + 2*x*y + y**2)", x + y) is True
    assert not sn.prove("sqrt(x**2 - 2*x*y + y**2)", x - y)
    assert not sn.prove("sqrt(z**2)", z)
    assert not sn.prove("sqrt((x - 100)**2)", 100 - x)
    assert not sn.prove("abs(x - y/1000)", x - y / 1000)
    assert sn.prove(sp.sqrt(x) * sp.sqrt(y), sp.sqrt(x * y)) is True


def test_lost_digits_refute_nothing() -> None:
    """At x = 5000 both terms have more than 100 digits, their difference has one."""
    assert sn.prove("sqrt(y**2)*((x + 1)**30 - (x + 1)**30*(1 - 1/(x + 1)**30))", y) is True


LOST = (
    "maximum(sqrt(cosh(x/T)**2 + sinh(y/T)**2 - 1) - cosh(x/T), 0)",
    sp.Max(0, (sp.cosh(2 * y / T) - 3) / 2 / (sp.sqrt(sp.cosh(x / T) ** 2 + sp.sinh(y / T) ** 2 - 1) + sp.cosh(x / T))),
)


def test_signs_of_lost_digits_are_no_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A root minus a cosine of thousands of digits has no sign in 70 of them; over their sum it has."""
    assert sn.prove(*LOST) is True
    monkeypatch.setattr(algebraic, "_SIGN_DIGITS", 70)
    monkeypatch.setattr(algebraic, "_LOST", -1)
    assert isinstance(sn.prove(*LOST), Unknown)


def test_what_cannot_be_decided_says_why() -> None:
    """log(a b) = log a + log b: equal in numbers, no exact rule for it."""
    found = sn.prove(sp.log(x * y), sp.log(x) + sp.log(y))
    assert isinstance(found, Unknown)
    assert not found
    assert "40 digits" in found.reason
    assert "log" in found.reason
    assert isinstance(sn.prove("exp(i*a)**2", "exp(2*i*a)"), Unknown)


def test_kinds_of_sides(state: Any) -> None:
    occupation = "(gamma_L*fermi(eps, T_L, 0) + gamma_R*fermi(eps, T_R, 0))/(gamma_L + gamma_R)"
    quantity = state.element(0, 0)
    formula = sn.formula(state, {"n": quantity, "I": sn.particle_current(state, "L")})
    for derived in (quantity, formula.select(["n"]), formula.expanded()["n"], formula.expression("n"), {"n": quantity}):
        assert sn.prove(occupation if not isinstance(derived, dict) else {"n": occupation}, derived) is True
    assert sn.prove({"n": occupation}, formula) is True
    assert sn.prove(quantity, parse(occupation)) is True
    assert sn.prove({"n": occupation, "I": "0"}, formula).name == "I"
    wrong = sn.prove(occupation.replace("+", "-"), quantity)
    assert set(wrong.point) == {"eps", "gamma_L", "gamma_R", "T_L", "T_R"}
    assert all(value > 0 for value in wrong.point.values())


def test_symbols_of_a_text_are_those_of_the_state(state: Any) -> None:
    """Definitions of the state, intermediates, and what is derived beside."""
    current = sn.particle_current(state, "L")
    lines = {"f": "fermi(eps, T_R, 0)", "I": "gamma_L*gamma_R*(N - f)/(gamma_L + gamma_R)"}
    assert sn.prove(lines, {"I": current, "N": sn.fermi(*sp.symbols("eps T_L"))}) is True
    generator = state.generator
    name = next(iter(generator.rates))
    assert sn.prove({"rate": name}, {"rate": sp.Symbol(name), "of": generator}) is True


@pytest.mark.parametrize(
    ("mine", "derived", "message"),
    [
        ({"a": "1"}, {"b": 1}, "nothing of that name is derived; there is b"),
        ({"a": "1"}, {"a": 1, "b": 2}, "'b' is derived, but neither printed nor used"),
        ("1/(a - a)", "b", "division of 1 by zero"),
        ("a +", "b", "invalid syntax"),
        ("a", 0.5, "0.5 cannot be compared"),
    ],
)
def test_mistakes_are_named(mine: Any, derived: Any, message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(message)):
        sn.prove(mine, derived)


def test_an_unknown_symbol_is_a_slip_not_a_parameter(state: Any) -> None:
    with pytest.raises(ModelError, match="unknown symbol 'gamma_l'"):
        sn.prove("gamma_l", state.element(0, 0))


def test_a_name_with_two_meanings_is_refused(state: Any) -> None:
    other = state.specialise({})
    hotter = sn.steady_state(sn.secular(_bosonic()))
    name = next(d.name for d in hotter.definitions if d.name in {d.name for d in state.definitions})
    assert sn.prove({"a": name}, {"a": sp.Symbol(name), "of": state, "too": other}) is True
    with pytest.raises(ModelError, match="differs between two of the states"):
        sn.prove({"a": name}, {"a": 1, "of": state, "too": hotter})


def _bosonic() -> Any:
    eps, gamma_L, T_L = sn.parameters("eps gamma_L T_L", positive=True)
    (q,) = sn.qubits("q")
    return sn.Model(eps * q.number, baths=[sn.Bath("L", q.lowering, rate=gamma_L, temperature=T_L)])


@given(st.integers(-4, 4), st.integers(1, 6), st.integers(-4, 4))
def test_exponentials_obey_their_rule_and_no_other(a: int, b: int, c: int) -> None:
    text = f"exp({a}*p/{b} + {c}*q)"
    assert sn.prove(text, f"exp(p/{b})**{a % 7}*exp(p)**0*exp({a - a % 7}*p/{b})*exp(q)**2*exp(({c} - 2)*q)") is True
    assert not sn.prove(text, f"exp({a}*p/{b} + {c}*q + p/60)")


# -- repairs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "derived"),
    [
        ("a*b - c*d/2", "a*b + c*d/2"),
        ("-a/(b + c)", "a/(b + c)"),
        ("2*a*(b + c)", "a*(b + c)"),
        ("a*(b + c)", "a*(b + c)/2"),
        ("sinh(a/2)/(cosh(a) + N_p)", "sinh(a/2)/(cosh(a/2) + N_p)"),
        ("3*(N_1_p + N_2_m)", "3*(N_1_p + N_1_m)"),
        ("a + b*c", "a + b*c**2"),
        ("a/(b**3 + c)", "a/(b**2 + c)"),
        ("J_1*N_2 - J_1**2", "J_2*N_1 - J_2**2"),
        ("Nbar_p*a + 1", "Ntilde_p*a + 1"),
    ],
)
def test_single_slips_are_found(printed: str, derived: str) -> None:
    side = Side({"r": derived})
    wrong = compared({"r": printed}, side)
    found = repaired({"r": printed}, wrong, side)
    assert found is not None
    assert sn.prove(found, {"r": derived}) is True
    assert found["r"] in {*edits(printed)}


def test_a_slip_in_an_intermediate_is_found_there_and_once() -> None:
    lines = {"s": "a - b", "first": "s**2 + 1", "second": "3*s"}
    side = Side({"first": "(a + b)**2 + 1", "second": "3*a + 3*b"})
    found = repaired(lines, compared(lines, side), side)
    assert found is not None
    assert all(decision is True for decision in compared(found, side).values())


def test_two_slips_are_not_repaired() -> None:
    side = Side({"r": "a*b + c**2"})
    lines = {"r": "2*a*b - c"}
    assert repaired(lines, compared(lines, side), side) is None


# -- entries and verdicts --------------------------------------------------------------------------------------------


def one(value: Any) -> Any:
    return lambda: value


def test_verdicts_of_equations() -> None:
    assert decide(sn.Equation("(1)", "x + x", one(2 * x))).verdict == "proved"
    found = decide(sn.Equation("(2)", "x + y", one(x - y)))
    assert (found.verdict, found.found, dict(found.corrected)) == ("refuted", True, {"result": "x - y"})
    given = decide(sn.Equation("(3)", "x + y", one(x**2 * y), corrected="y*x**2"))
    assert (given.verdict, given.found) == ("refuted", False)
    unreadable = decide(sn.Equation("(4)", "x ? y", one(x - y), readings=("x + y", "x - y")))
    assert (unreadable.verdict, unreadable.reading) == ("unreadable", 1)
    assert decide(sn.Equation("(5)", "log(x*y)", one(sp.log(x) + sp.log(y)))).verdict == "unknown"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (sn.Equation("(1)", "x", one(x), corrected="x"), "the printed form is not refuted"),
        (sn.Equation("(1)", "x", one(y), corrected="x*y"), "corrected= is not proved"),
        (sn.Equation("(1)", "?", one(y), readings=("x", "2*x")), "no reading is proved"),
        (sn.Statement("Fig. 1", "is one", one(True)), "return sn.Outcome"),
    ],
)
def test_an_entry_that_contradicts_itself_is_an_error(entry: Any, reason: str) -> None:
    found = decide(entry)
    assert found.verdict == "error"
    assert reason in found.evidence


def test_verdicts_of_statements() -> None:
    holds = decide(sn.Statement("Fig. 1", "is positive", one(sn.Outcome(True, "x from 0 to 1: at least 2"))))
    fails = decide(sn.Statement("Fig. 1", "is positive", one(sn.Outcome(False, "-1 at x = 3"))))
    assert (holds.verdict, fails.verdict, fails.evidence) == ("holds", "fails", "-1 at x = 3")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sn.Equation("", "x", one(1)), "number is ''"),
        (lambda: sn.Equation("(1)", "x +", one(1)), "Equation '(1)': printed"),
        (lambda: sn.Equation("(1)", {"a b": "x"}, one(1)), "the name a Python identifier"),
        (lambda: sn.Equation("(1)", "x", 1), "pass a callable without arguments"),
        (lambda: sn.Equation("(1)", "x", one(1), readings=("x",)), "pass at least two"),
        (lambda: sn.Equation("(1)", "x", one(1), corrected="y", readings=("x", "y")), "pass one of them"),
        (lambda: sn.Statement("Fig. 1", "text", None), "pass a callable"),
        (lambda: sn.Outcome(True, ""), "evidence"),
        (lambda: sn.Definitions((), "why"), "numbers is empty"),
    ],
)
def test_slips_in_entries_are_reported_where_they_are_typed(build: Any, message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(message)):
        build()


def test_numbers_of_entries() -> None:
    assert numbers(sn.Equation("(A3)", "1", one(1))) == ["(A3)"]
    assert numbers(sn.Equation("(41)-(44)", "1", one(1))) == ["(41)", "(42)", "(43)", "(44)"]
    assert numbers(sn.Equation("below (31), T_max", "1", one(1))) == []
    assert numbers(sn.Definitions("(1) (4a)", "model")) == ["(1)", "(4a)"]
    assert numbers(sn.Statement("Eq. (32)", "text", one(1))) == ["(32)"]
    assert numbers(sn.Statement("below Eq. (32)", "text", one(1))) == []


# -- the command -----------------------------------------------------------------------------------------------------

OWN = """
import symness as sn
eps, gamma, T = sn.parameters("eps gamma T", positive=True)
(q,) = sn.qubits("q")
state = sn.steady_state(sn.secular(sn.Model(eps*q.number, baths=[sn.Bath("B", q.lowering, rate=gamma, temperature=T)])))
MODULES = {"own": lambda: sn.formula(state)}
CLAIMS = [
    sn.Definitions("(1)", "the model"),
    sn.Equation("(2)", "1/(exp(eps/T) + 1)", lambda: state.element(0, 0)),
    sn.Equation("(3)", "1/(exp(eps/T) - 1)", lambda: state.element(0, 0), note="a sign"),
    sn.Statement("Fig. 1", "below 1/2", lambda: sn.Outcome(True, "sampled")),
]
"""


def run(*arguments: Any, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["claims", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result.stdout


def own(tmp_path: Path, more: str = "") -> Path:
    path = tmp_path / "own.py"
    path.write_text(OWN + more, encoding="utf-8")
    return path


def test_the_command_on_a_users_file(tmp_path: Path) -> None:
    shown = run(own(tmp_path))
    assert re.search(r"^\(2\) +proved", shown, re.MULTILINE)
    assert re.search(r"^\(3\) +refuted", shown, re.MULTILINE)
    assert "corrected (found) 1/(exp(eps/T) + 1)" in shown
    assert re.search(r"at eps = \d+, T = \d+", shown)
    assert "note: a sign" in shown
    assert shown.rstrip().endswith(
        "own: 1 proved, 1 refuted, 1 holds; numbered equations with a result: 2, skipped as pure definitions: 1 ((1))"
    )
    (data,) = json.loads(run(own(tmp_path), "--json"))
    assert data["counts"] == {"proved": 1, "refuted": 1, "holds": 1}
    assert data["entries"][1]["corrected"] == {"result": "1/(exp(eps/T) + 1)"}
    assert Fraction(data["entries"][1]["counterexamples"]["result"]["point"]["eps"]) > 0
    assert "| (2) | proved | `1/(exp(eps/T) + 1)` |  |" in run(own(tmp_path), "--markdown")


def test_an_entry_that_fails_is_shown_and_the_others_are_decided(tmp_path: Path) -> None:
    more = 'CLAIMS.append(sn.Equation("(4)", "1", lambda: 1/0))\nCLAIMS.append(sn.Equation("(5)", "1", lambda: 1))\n'
    shown = run(own(tmp_path, more), status=1)
    assert re.search(r"^\(4\) +error", shown, re.MULTILINE)
    assert "ZeroDivisionError" in shown
    assert re.search(r"^\(5\) +proved", shown, re.MULTILINE)


def test_a_register_holds_entries_only(tmp_path: Path) -> None:
    with pytest.raises(DerivationError, match=r"CLAIMS\[4\] is str"):
        load(own(tmp_path, 'CLAIMS.append("(6)")\n'))
    result = CliRunner().invoke(main, ["claims", "--json", "--markdown"])
    assert result.exit_code == 2


# -- the first paper -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wang() -> Any:
    from symness.cli_registers import decided

    (found,) = decided("wang2019")
    return found


def test_every_number_of_the_paper_is_in_the_register() -> None:
    """(1)-(79) with 4, 7 and 18 in four parts, (A1)-(A23), (B1)-(B5)."""
    results, definitions = equations(load("wang2019").claims)
    parted = {n: [f"({n}{part})" for part in "abcd"] for n in (4, 7, 18)}
    wanted = [number for n in range(1, 80) for number in parted.get(n, [f"({n})"])]
    wanted += [f"(A{n})" for n in range(1, 24)] + [f"(B{n})" for n in range(1, 6)]
    assert sorted([*results, *definitions]) == sorted(wanted)


def test_verdicts_on_the_paper(wang: Any) -> None:
    by_kind = {kind: [v for v in wang.verdicts if v.verdict == kind] for kind in wang.counts}
    assert set(by_kind) == {"proved", "unreadable", "holds", "fails"}
    assert [v.place for v in by_kind["unreadable"]] == (
        "(47) (48) (56) (64) (65) (69) (70) (71) (72) (73) (75) (77)".split()
    )
    assert all(v.reading == 1 for v in by_kind["unreadable"])  # the copy's own reading stands first
    assert {v.place for v in by_kind["fails"]} == {
        "Eq. (33)",
        "Fig. 6(a)",
        "Sec. V B",
        "Sec. VI",
        "Sec. VII B",
    }


def test_the_page_is_current(wang: Any) -> None:
    from symness.cli_registers import section

    page = Path(__file__).parent.parent / "docs" / "claims.md"
    assert section(wang) in page.read_text(encoding="utf-8"), "run: symness claims --markdown > docs/claims.md"


@pytest.mark.parametrize("place", ["(18d)", "(45)", "(60)", "(A13)"])
def test_a_changed_equation_of_the_paper_is_refuted(place: str) -> None:
    """Every sign flipped, one by one."""
    (entry,) = (e for e in load("wang2019").claims if isinstance(e, sn.Equation) and e.number == place)
    side = Side(entry.derived())
    name = next(iter(side.match(entry.printed)))
    text = entry.printed[name]
    places = [m.start() for m in re.finditer(r" [+-] ", text)]
    assert places
    for start in places:
        sign = "-" if text[start + 1] == "+" else "+"
        wrong = text[: start + 1] + sign + text[start + 2 :]
        assert isinstance(compared({**entry.printed, name: wrong}, side)[name], Refuted)


def test_programs_of_texts_and_of_the_state_share_nodes() -> None:
    assert sn.prove(program.symbol("x"), "x") is True
