"""Bad input at the door: each mistake is a ModelError that names the argument and the remedy."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symness as sn
from symness.baths import principal_minors

OMEGA, LAM, GAMMA, T = sn.parameters("omega lam gamma T", positive=True)
(Q,) = sn.qubits("1")
A, B = sn.qubits("a b")


def bath(**changes: Any) -> Any:
    given = {"name": "1", "coupling": Q.lowering, "rate": GAMMA, "temperature": T}
    return sn.Bath(**{**given, **changes})


#: case -> (what is built, words of the message: the argument, and what to pass)
CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "H not Hermitian": (
        lambda: sn.Model(OMEGA * Q.number + LAM * Q.lowering),
        r"H is not Hermitian: entry \[0,1\] is 0, entry \[1,0\] is lam; add the Hermitian conjugate",
    ),
    "interaction not Hermitian": (
        lambda: sn.Model(OMEGA * Q.number, interaction=sp.I * LAM * Q.x),
        "interaction is not Hermitian.*add the Hermitian conjugate",
    ),
    "H not square": (lambda: sn.Model(sp.zeros(2, 3)), r"H has shape \(2, 3\).*square"),
    "H not a matrix": (lambda: sn.Model("omega"), "H=.*not a matrix.*pass"),
    "interaction of another size": (
        lambda: sn.Model(OMEGA * Q.number, interaction=sp.zeros(4, 4)),
        r"interaction has shape \(4, 4\); pass a 2 x 2",
    ),
    "coupling of another size": (
        lambda: sn.Model(OMEGA * Q.number, baths=[bath(coupling=A.lowering)]),
        "bath '1' is 4 x 4 but H is 2 x 2.*same space",
    ),
    "jump of another size": (
        lambda: sn.Model(OMEGA * Q.number, jumps=[sn.Jump("d", A.z, GAMMA)]),
        "jump 'd' is 4 x 4 but H is 2 x 2.*same space",
    ),
    "unknown symbol in H": (
        lambda: sn.Model(sp.Symbol("w") * Q.number),
        r"H: unknown symbol 'w'; declare it with symness.parameters",
    ),
    "unknown symbol in a rate": (
        lambda: bath(rate=sp.Symbol("g")),
        r"Bath '1', rate: unknown symbol 'g'; declare it with symness.parameters",
    ),
    "unknown symbol in a rate function": (
        lambda: sn.Model(OMEGA * Q.number, baths=[bath(rate=lambda w: sp.Symbol("g") * w)]),
        r"Bath '1', rate: unknown symbol 'g'; declare it with symness.parameters",
    ),
    "unknown symbol in a temperature": (
        lambda: bath(temperature=sp.Symbol("K")),
        r"Bath '1', temperature: unknown symbol 'K'; declare it with symness.parameters",
    ),
    "unknown symbol in an assumption": (
        lambda: sn.Model(OMEGA * Q.number, assume=[sp.Symbol("x") < OMEGA]),
        r"assume: unknown symbol 'x'; declare it with symness.parameters",
    ),
    "one name, two parameters": (
        lambda: sn.Model(OMEGA * Q.number, baths=[bath(rate=sn.parameters("omega"))]),
        "two different parameters are called 'omega'.*declare it once",
    ),
    "one name, two kinds of LaTeX": (
        lambda: sn.Model(
            OMEGA * Q.number, baths=[bath(rate=sn.parameters("omega", positive=True, latex={"omega": "w"}))]
        ),
        "two different parameters are called 'omega'.*declare it once",
    ),
    "rate as a string": (lambda: bath(rate="gamma"), r"Bath '1', rate: 'gamma' is a string; pass an expression"),
    "rate of a jump as a string": (
        lambda: sn.Jump("d", Q.z, "kappa"),
        "Jump 'd', rate: 'kappa' is a string; pass an expression",
    ),
    "negative rate": (lambda: bath(rate=-GAMMA), "Bath '1', rate: -gamma is negative; a rate is not"),
    "negative rate of a jump": (lambda: sn.Jump("d", Q.z, -1), "Jump 'd', rate: -1 is negative"),
    "rate of a jump as a function": (
        lambda: sn.Jump("d", Q.z, lambda w: w),
        "Jump 'd': rate is a function.*pass an expression",
    ),
    "negative temperature": (lambda: bath(temperature=-T), "Bath '1': temperature=-T is negative; pass T >= 0"),
    "rate matrix of another size": (
        lambda: bath(coupling=[A.lowering, B.lowering], rate=sp.Matrix([[GAMMA]])),
        r"Bath '1', rate: the matrix has shape \(1, 1\) for 2 coupling",
    ),
    "rate matrix that is not symmetric": (
        lambda: bath(coupling=[A.lowering, B.lowering], rate=sp.Matrix([[GAMMA, GAMMA], [0, GAMMA]])),
        "Bath '1', rate: the matrix .* is not symmetric",
    ),
    "float in H": (
        lambda: sn.Model(0.70710678 * OMEGA * Q.number),
        r"H: the entry 0.70710678\*omega is a float; pass exact numbers \(sympy.Rational",
    ),
    "float in a coupling": (
        lambda: bath(coupling=np.array([[0, 0], [0.7071067811865476, 0]])),
        "Bath '1', coupling: the entry 0.707.* is a float; pass exact numbers",
    ),
    "float in a rate": (
        lambda: bath(rate=0.333333 * GAMMA),
        "Bath '1', rate: the entry 0.333333.*gamma is a float; pass exact",
    ),
    "fermi with a Hermitian coupling": (
        lambda: bath(coupling=Q.x, statistics="fermi"),
        "Bath '1': a Hermitian coupling exchanges no fermion; pass the annihilation operator",
    ),
    "unknown statistics": (
        lambda: bath(statistics="boson"),
        "Bath '1': statistics='boson' is unknown; pass one of 'bose', 'fermi'",
    ),
    "mixed couplings": (
        lambda: bath(coupling=[Q.x, Q.lowering]),
        "Bath '1': couplings are all Hermitian or all exchange; split them",
    ),
    "no coupling": (lambda: bath(coupling=[]), "Bath '1', coupling: the list of operators is empty; pass at least one"),
    "coupling not a matrix": (lambda: bath(coupling="sigma"), "Bath '1', coupling: 'sigma' is not a matrix; pass"),
    "empty name": (lambda: bath(name=""), "name='' must be a non-empty string"),
    "duplicate bath names": (
        lambda: sn.Model(OMEGA * Q.number, baths=[bath(), bath()]),
        "two baths or jumps are called '1'; give each its own name",
    ),
    "bath and jump of one name": (
        lambda: sn.Model(OMEGA * Q.number, baths=[bath()], jumps=[sn.Jump("1", Q.z, GAMMA)]),
        "two baths or jumps are called '1'; give each its own name",
    ),
    "a jump among the baths": (
        lambda: sn.Model(OMEGA * Q.number, baths=[sn.Jump("d", Q.z, GAMMA)]),
        "baths holds .*; pass symness.Bath objects",
    ),
    "labels of wrong length": (
        lambda: sn.Model(OMEGA * Q.number, labels=["e", "g", "f"]),
        r"labels=\('e', 'g', 'f'\) must be 2 different names",
    ),
    "labels that repeat": (
        lambda: sn.Model(OMEGA * Q.number, labels=["e", "e"]),
        r"labels=\('e', 'e'\) must be 2 different names",
    ),
    "an assumption that is no inequality": (
        lambda: sn.Model(OMEGA * Q.number, assume=[LAM]),
        r"assume holds lam; pass inequalities such as lam < 2\*omega",
    ),
    "eigenbasis of another size": (
        lambda: sn.Model(OMEGA * Q.number, eigenbasis=sp.eye(3)),
        r"eigenbasis has shape \(3, 3\); pass a 2 x 2",
    ),
    "a keyword as a parameter": (
        lambda: sn.parameters("omega lambda"),
        "'lambda' is not a usable name.*lam for lambda",
    ),
    "LaTeX of a parameter that is not declared": (
        lambda: sn.parameters("omega", latex={"lam": "x"}),
        "latex= names 'lam', which is not declared here",
    ),
    "two qubits of one name": (lambda: sn.qubits("1 1"), "qubits: '1 1' must be different names"),
    "one level": (lambda: sn.levels("v", 1), "levels: count=1 must be an integer of at least 2"),
    "a temperature that is nothing": (
        lambda: bath(temperature=None),
        "Bath '1', temperature: None is not an expression; pass a number",
    ),
    "a rate that is nothing": (lambda: bath(rate=None), "Bath '1', rate: None is not an expression; pass a number"),
    "a list as a chemical potential": (
        lambda: bath(chemical_potential=[T]),
        r"Bath '1', chemical_potential: \[T\] is not an expression",
    ),
    "a matrix as a zero-frequency rate": (
        lambda: bath(coupling=Q.x, zero_frequency_rate=GAMMA * sp.eye(2)),
        "Bath '1', zero_frequency_rate: .* is not an expression",
    ),
    "a chemical potential of quanta that are not conserved": (
        lambda: bath(coupling=Q.x, chemical_potential=OMEGA),
        "Bath '1': chemical_potential=omega, but a Hermitian coupling .* does not conserve the quanta; pass 0",
    ),
    "a jump whose name is a number": (lambda: sn.Jump(3, Q.z, GAMMA), "Jump: name=3 must be a non-empty string"),
    "labels that are a number": (lambda: sn.Model(OMEGA * Q.number, labels=3), "labels=3 must be 2 different names"),
    "a number as the name of a parameter": (lambda: sn.parameters(["a", 1]), "1 is not a usable name"),
    "a level that does not exist": (lambda: sn.levels("v", 3).projector(3), "levels 'v': no level 3; pass 0 to 2"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input(case: str) -> None:
    build, words = CASES[case]
    with pytest.raises(sn.ModelError, match=f"(?s){words}"):
        build()


def test_labels_longer_than_the_space_are_refused_even_when_they_repeat() -> None:
    """Three labels of which two are equal are not two names."""
    with pytest.raises(sn.ModelError, match=r"labels="):
        sn.Model(OMEGA * Q.number, labels=["e", "g", "g"])


def test_floats_that_are_exact_small_fractions_are_numbers() -> None:
    """numpy matrices of 0.0, 1.0, 0.5 are as good as integers."""
    model = sn.Model(OMEGA * sp.Matrix(np.diag([1.0, 0.5])), baths=[bath(coupling=np.array([[0.0, 0.0], [1.0, 0.0]]))])
    assert sp.Matrix([[OMEGA, 0], [0, OMEGA / 2]]) == model.H
    assert model.baths[0].coupling[0] == Q.lowering
    assert bath(rate=0.1 * GAMMA).rate_matrix(OMEGA)[0, 0] == GAMMA / 10


def test_a_rate_matrix_is_tested_by_its_minors_of_every_size() -> None:
    """Of three couplings that repel each other every pair may be correlated by -3/5, the three together may not."""
    matrix = sp.Matrix(3, 3, lambda i, j: 1 if i == j else -sp.Rational(3, 5))
    assert [bool(minor > 0) for minor in principal_minors(matrix)] == [True, True, True, False]


def test_a_rate_may_be_zero_or_of_unknown_sign() -> None:
    g = sn.parameters("g")
    assert bath(rate=0).rate_matrix(OMEGA) == sp.Matrix([[0]])
    assert bath(rate=g).rate_matrix(OMEGA) == sp.Matrix([[g]])


def test_one_coupling_and_one_assumption_need_not_be_a_list() -> None:
    assert bath().coupling == bath(coupling=[Q.lowering]).coupling
    assert sn.Model(OMEGA * Q.number, assume=LAM < OMEGA).assume == (LAM < OMEGA,)


def test_symbols_in_reading_order() -> None:
    w1, w2, lam, g1, g2, T1, T2 = sn.parameters("w_1 w_2 lam g_1 g_2 T_1 T_2", positive=True)
    model = sn.Model(
        w1 * A.number + w2 * B.number,
        interaction=lam * A.x * B.x,
        baths=[sn.Bath("1", A.lowering, g1, T1), sn.Bath("2", B.lowering, g2, T2)],
    )
    names = [s.name for s in model.symbols]
    assert sorted(names[:2]) == ["w_1", "w_2"]
    assert names[2:] == ["lam", "g_1", "g_2", "T_1", "T_2"]


def test_a_model_is_frozen_and_does_not_share_what_it_was_given() -> None:
    H = sp.Matrix([[OMEGA, 0], [0, 0]])
    baths = [bath()]
    model = sn.Model(H, baths=baths)
    H[0, 0] = 0
    baths.append(bath(name="2"))
    assert model.H[0, 0] == OMEGA
    assert len(model.baths) == 1
    with pytest.raises(AttributeError):
        model.H = H


def test_parameters_survive_pickling() -> None:
    for symbol in sn.parameters("omega eps_1", positive=True):
        again = pickle.loads(pickle.dumps(symbol))
        assert again == symbol
        assert again.latex == symbol.latex
        assert again.is_positive


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_a_hamiltonian_alone_is_no_model(make) -> None:
    (a,) = sn.qubits("1")
    with pytest.raises(sn.ModelError, match=r"is no model; pass symness\.Model"):
        make(a.number)
