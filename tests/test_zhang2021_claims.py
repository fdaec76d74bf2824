"""The register, the figures and the length of the closed forms of Zhang and Wang (2021)."""

from __future__ import annotations

import numpy as np
import pytest

from symness.claims import Equation, Statement
from symness.derivations import zhang2021
from symness.derivations.claims import zhang2021 as claims
from symness.derivations.figures import zhang2021_states
from symness.proof import compared

#: places of the statements that do not hold
FAILING = {
    "below Eq. (10) and Sec. 5.2, Fig. 10",
    "Sec. 4.2",
    "Sec. 5, first paragraph, Secs. 5.2 and 5.3",
    "below Eq. (32)",
    "Sec. 5.2",
    "Figs. 8(a) and 9(a), Secs. 5.2 and 6",
    "Fig. 8",
    "Fig. 14(b)",
    "Fig. 15",
    "Sec. 5.4 and 6",
}


def test_every_numbered_equation_is_in_the_register():
    numbers = []
    for entry in zhang2021.CLAIMS:
        if not isinstance(entry, Statement):
            for part in entry.number.split("-") if isinstance(entry, Equation) else entry.numbers:
                numbers.append(part)
    assert {n.strip("()") for n in numbers} == {str(k) for k in range(1, 37)}


@pytest.mark.parametrize("number", ["(9)", "(13)", "(15)", "(25)", "(27)", "(31)"])
def test_short_equations_are_proved(number):
    for entry in claims.EQUATIONS:
        if isinstance(entry, Equation) and entry.number == number:
            assert all(verdict is True for verdict in compared(dict(entry.printed), entry.derived()).values())


def test_a_wrong_sign_in_the_operators_is_refuted():
    wrong = {**claims.STRONG_OPERATORS, "eta_1": {"43": "s", "21": "s"}}
    verdicts = compared(claims.elements(wrong), claims.operators("boson_strong"))
    assert [name for name, verdict in verdicts.items() if verdict is not True] == ["eta_1_21"]


@pytest.mark.slow
def test_verdicts():
    """The whole register: 20 proofs, and the statements that do not hold."""
    for entry in zhang2021.CLAIMS:
        if isinstance(entry, Equation):
            assert all(verdict is True for verdict in compared(dict(entry.printed), entry.derived()).values()), entry
    outcomes = [(entry.place, entry.test().holds) for entry in zhang2021.CLAIMS if isinstance(entry, Statement)]
    assert {place for place, holds in outcomes if not holds} == FAILING
    assert sum(not holds for _, holds in outcomes) == 11


def test_i_3322_is_largest_without_bias_for_symmetric_qubits():
    """Secs. 5.2 and 6 say away from it; the maximum over observables is even in Delta T."""
    values = zhang2021_states.i_3(zhang2021_states.boson(dT=np.array([-0.1, -0.02, 0, 0.02, 0.1])))
    assert values.argmax() == 2
    np.testing.assert_allclose(values, values[::-1], rtol=1e-10)


@pytest.mark.parametrize("name", ["6", "12", "15"])
def test_quick_figures_are_drawn(name):
    assert zhang2021.FIGURES[name].render("png").startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(zhang2021.FIGURES))
def test_figures_are_drawn(name):
    assert len(zhang2021.FIGURES[name].drawn().axes) >= 2


@pytest.mark.parametrize("title", sorted(zhang2021.CLOSED_FORMS))
def test_closed_forms_stay_short(title):
    """As many operations as displayed; the paper prints none to compare with."""
    bounds = {"fermions": 115, "fermions, equal couplings": 36, "bosons, strong inter-qubit coupling": 124}
    bounds |= {"bosons, weak inter-qubit coupling": 115, "bosons, weak inter-qubit coupling, equal couplings": 95}
    assert zhang2021.CLOSED_FORMS[title]().count_ops() <= bounds[title]
    assert not zhang2021.PUBLISHED
