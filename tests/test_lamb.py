"""When the Lamb shift, which is off, would change a steady state."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import sympy as sp

import symness as sn

Delta, J_1, J_2, T_1, T_2 = sn.parameters("Delta J_1 J_2 T_1 T_2", positive=True)
K = sn.parameters("K")


def pair(first: Any, second: Any, energies: tuple[Any, Any] = (Delta, Delta)) -> sn.Model:
    """Two qubits without interaction in two common baths with the rate matrices ``first`` and ``second``."""
    a, b = sn.qubits("1 2")
    return sn.Model(
        energies[0] * a.number + energies[1] * b.number,
        baths=[
            sn.Bath("1", [a.x, b.x], rate=first, temperature=T_1),
            sn.Bath("2", [a.x, b.x], rate=second, temperature=T_2),
        ],
    )


EQUAL = sp.Matrix([[J_1, K], [K, J_1]])
OTHER = sp.Matrix([[J_2, J_2 / 2], [J_2 / 2, J_2]])
UNEQUAL = sp.Matrix([[J_2, J_2 / 2], [J_2 / 2, 2 * J_2]])


def test_degenerate_levels_with_unequal_couplings_warn() -> None:
    with pytest.warns(sn.LambShiftWarning, match="levels 2 and 3 are degenerate"):
        sn.steady_state(sn.secular(pair(EQUAL, UNEQUAL)))


@pytest.mark.parametrize("model", [
    pair(EQUAL, OTHER),
    pair(EQUAL, UNEQUAL, (Delta, 2 * Delta)),
])  # fmt: skip
def test_equal_couplings_or_split_levels_do_not(model: sn.Model) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sn.steady_state(sn.secular(model))


def test_the_shift_of_the_warning_does_move_the_state() -> None:
    """A principal-value shift put in by hand, S_1 n_1 + S_2 n_2 with the weights of UNEQUAL, changes the coherence."""
    values = {"Delta": 1.0, "J_1": 0.1, "J_2": 0.3, "T_1": 0.2, "T_2": 0.9, "K": 0.02}
    _, b = sn.qubits("1 2")
    found = []
    for shift in (sp.Integer(0), sp.Rational(1, 10)):
        model = pair(EQUAL, UNEQUAL)
        jumps = model.baths
        # local takes the couplings at Delta whatever the small shift of one level is
        shifted = sn.Model(model.H, interaction=shift * b.number, baths=jumps)
        state = sn.steady_state(sn.local(shifted))
        found.append(complex(sn.evaluator(state, {"c": state.element(1, 2)})(**values)["c"]))
    assert abs(found[0] - found[1]) > 1e-3 * abs(found[0])
