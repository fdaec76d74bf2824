"""Which pairs of Bohr frequencies are kept: counter-rotating, nearly resonant, chosen by the user."""

from __future__ import annotations

from typing import Any

import foreign
import numpy as np
import pytest
import sympy as sp
import systems
from test_generators import correlation

import symness as sn

qutip = pytest.importorskip("qutip")

omega_1, omega_2, lam = sn.parameters("omega_1 omega_2 lam", positive=True)
alpha_1, alpha_2, T_1, T_2 = sn.parameters("alpha_1 alpha_2 T_1 T_2", positive=True)
VALUES = {"omega_1": 1.1, "omega_2": 0.9, "lam": 0.2, "alpha_1": 0.03, "alpha_2": 0.07, "T_1": 1.3, "T_2": 0.6}
POINT = {s: VALUES[s.name] for s in (omega_1, omega_2, lam)}


def ohmic(alpha: Any) -> Any:
    return lambda w: alpha * w * sp.exp(-w / 10)


def model(hermitian: bool = True, **extra: Any) -> sn.Model:
    """Two coupled qubits; the couplings are sigma_x or sigma_minus."""
    a, b = sn.qubits("1 2")
    couplings = (a.x, b.x) if hermitian else (a.lowering, b.lowering)
    temperatures = zip(couplings, (alpha_1, alpha_2), (T_1, T_2), strict=True)
    return sn.Model(
        omega_1 * a.number + omega_2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath(str(k), S, rate=ohmic(g), temperature=T) for k, (S, g, T) in enumerate(temperatures, 1)],
        assume=[lam**2 < 4 * omega_1 * omega_2],
        **extra,
    )


def tensor(cutoff: float) -> Any:
    """QuTiP's full Bloch-Redfield tensor, cut where abs(omega_ab - omega_cd) >= cutoff."""
    made = model()
    H = systems.numeric(made.total.subs({s: VALUES[s.name] for s in made.symbols})).real
    operators = [
        [qutip.Qobj(systems.numeric(S).real), correlation(VALUES[f"alpha_{k}"], 10, VALUES[f"T_{k}"])]
        for k, S in enumerate((made.baths[0].coupling[0], made.baths[1].coupling[0]), 1)
    ]
    full = qutip.bloch_redfield_tensor(qutip.Qobj(H), operators, sec_cutoff=-1, fock_basis=True).full()
    energies, vectors = np.linalg.eigh(H)
    into = np.kron(vectors, vectors)
    bohr = np.subtract.outer(energies, energies).T.reshape(-1)
    near = np.abs(np.subtract.outer(bohr, bohr)) < cutoff
    return into @ ((into.T @ full @ into) * near) @ into.T


def distance(generator: sn.Generator, expected: Any) -> float:
    return float(np.abs(systems.superoperator(generator, VALUES) - expected).max())


def test_without_counter_rotating_pairs_is_qutips_tensor_without_the_fast_elements() -> None:
    """omega_+ - omega_- = 0.28 and all opposite-sign gaps are above 1.7."""
    generator = sn.redfield(model(), counter_rotating=False)
    assert distance(generator, tensor(1.0)) < 1e-13
    assert distance(sn.redfield(model()), tensor(1.0)) > 1e-3
    assert all(first.startswith("-") == second.startswith("-") for _, first, second in generator.pairs)


def test_small_detuning_and_coupling_keep_the_same_pairs() -> None:
    near = sn.partial_secular(model(), small=[lam, omega_1 - omega_2])
    assert distance(near, tensor(1.0)) < 1e-13
    assert near.kind == "partial_secular"


def test_small_coupling_alone_keeps_equal_frequencies_only() -> None:
    """At lam -> 0 the frequencies are omega_1 and omega_2."""
    generator = sn.partial_secular(model(False), small=[lam])
    assert distance(generator, systems.superoperator(sn.secular(model(False)), VALUES)) < 1e-15


def test_resonant_qubits_are_near_in_the_coupling_alone() -> None:
    """omega_+ - omega_- = lam: all pairs of an exchange coupling."""
    a, b = sn.qubits("1 2")
    resonant = sn.Model(
        omega_1 * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, rate=alpha_1, temperature=T_1)],
    )
    assert sn.partial_secular(resonant, small=[lam]).pairs == sn.redfield(resonant).pairs


def test_predicate_that_keeps_all_or_equal_frequencies() -> None:
    for keep, other in ((lambda w, v: True, sn.redfield), (lambda w, v: sp.simplify(w - v) == 0, sn.secular)):
        chosen = sn.partial_secular(model(), keep=keep)
        assert distance(chosen, systems.superoperator(other(model()), VALUES)) < 1e-15
        assert chosen.pairs == other(model()).pairs


def test_a_part_at_zero_frequency_has_no_opposite() -> None:
    full, kept = (set(sn.redfield(foreign.driven_between(), counter_rotating=c).pairs) for c in (True, False))
    opposite = {(b, w, v) for b, w, v in full if "0" not in (w, v) and w.startswith("-") != v.startswith("-")}
    assert opposite
    assert kept == full - opposite
    assert any("0" in pair for pair in kept)


def test_exchange_couplings_have_no_counter_rotating_pairs() -> None:
    assert sn.redfield(model(False), counter_rotating=False).pairs == sn.redfield(model(False)).pairs


@pytest.mark.parametrize("make", [
    lambda m: sn.redfield(m, counter_rotating=False),
    lambda m: sn.partial_secular(m, keep=lambda w, v: sp.simplify(w - v) == 0),
])  # fmt: skip
def test_the_reference_builds_the_same_generator(make: Any) -> None:
    state = sn.steady_state(make(model()))
    outputs = {"upper": state.element(1, 1), "coherence": state.element(1, 2), "I": sn.energy_current(state, "1")}
    report = sn.formula(state, outputs).check(
        points=6, digits=40, ranges={"lam": (0.01, 0.1), "omega_1": (1, 3), "omega_2": (1, 3)}
    )
    assert report.passed, report.text()


def test_the_reference_sees_a_pair_too_many() -> None:
    """A formula of all pairs fails against the reference of the rotating pairs."""
    from dataclasses import replace

    full, rotating = sn.steady_state(sn.redfield(model())), sn.redfield(model(), counter_rotating=False)
    formula = sn.formula(full, {"upper": full.element(1, 1)})
    wrong = replace(formula, reference=replace(formula.reference, kept=rotating.kept))
    assert not wrong.check(points=6, digits=30).passed


def test_specialising_keeps_the_choice_of_pairs() -> None:
    state = sn.steady_state(sn.partial_secular(model(False), small=[lam, omega_1 - omega_2]))
    same = state.specialise({alpha_2: alpha_1})
    assert same.generator.kind == "partial_secular"
    assert same.generator.pairs == state.generator.pairs


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either small="),
        ({"small": [lam], "keep": lambda w, v: True}, "either small="),
        ({"small": []}, "list is empty"),
        ({"small": [lam * alpha_1]}, "not linear in a parameter"),
        ({"small": sn.parameters("other")}, "'other' is no parameter"),
        ({"keep": lambda w, v: w - v}, "return True or False"),
        ({"keep": lambda w, v: w.subs(POINT) < v.subs(POINT)}, "decides differently"),
    ],
)
def test_bad_choices_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(sn.ModelError, match=message):
        sn.partial_secular(model(), **options)
