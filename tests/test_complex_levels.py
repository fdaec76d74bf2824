"""Levels of complex blocks (a flux through a loop), and the order and phases of levels in general."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness.reference import Reference

VALUES = {"E_1": 2.0, "E_2": 1.6, "E_3": 1.1, "t": 0.3, "phi": 0.8, "g_1": 0.2, "g_2": 0.1, "T_1": 0.9, "T_2": 2.1}


def ring(flux: Any) -> Any:
    """An empty state and three levels on a ring, a boson bath at two of them."""
    t, g1, g2, T1, T2 = sn.parameters("t g_1 g_2 T_1 T_2", positive=True)
    levels = sn.parameters("E_1 E_2 E_3", positive=True)
    site = sn.levels("site", 4)
    V = t * (site.transition(1, 2) + site.transition(2, 3) + sp.exp(sp.I * flux) * site.transition(3, 1))
    return sn.Model(
        sum((e * site.projector(k + 1) for k, e in enumerate(levels)), sp.zeros(4)),
        interaction=V + V.H,
        baths=[
            sn.Bath("L", site.transition(0, 1), rate=g1, temperature=T1),
            sn.Bath("R", site.transition(0, 2), rate=g2, temperature=T2),
        ],
    )


@cache
def flux_state(kind: str) -> Any:
    return sn.steady_state(getattr(sn, kind)(ring(sn.parameters("phi"))))


def foreign(model: Any, kind: str) -> np.ndarray:
    """The generator in numpy, from eigenvectors of LAPACK's phases."""
    H = systems.numeric(model.total, VALUES)
    energies, V = np.linalg.eigh(H)
    total, unit = systems.commutator(H), np.eye(4)
    for bath, g, T in zip(model.baths, (0.2, 0.1), (0.9, 2.1), strict=True):
        S = systems.numeric(bath.coupling[0])

        def down(w: float, g: float = g, T: float = T) -> float:
            return g * (1 + systems.bose(w, T)) if w > 1e-9 else 0.0

        def up(w: float, g: float = g, T: float = T) -> float:
            return g * systems.bose(w, T) if w > 1e-9 else 0.0

        if kind == "secular":
            total = total + systems.davies(H, [(S, down, up)]) - systems.commutator(H)
            continue
        inside, gaps = V.conj().T @ S @ V, energies[None, :] - energies[:, None]
        for rate, coupling in ((down, S), (up, S.conj().T)):
            weights = np.vectorize(rate)(gaps)
            A = V @ (inside * weights) @ V.conj().T
            A = A if rate is down else A.conj().T
            half = np.kron(coupling.conj(), A) - np.kron(unit, coupling.conj().T @ A)
            other = np.kron(A.conj(), coupling) - np.kron((coupling.conj().T @ A).conj(), unit)
            total = total + (half + other) / 2
    return total


@pytest.mark.parametrize("kind", ["secular", "redfield"])
def test_the_steady_state_of_a_ring_with_flux(kind: str) -> None:
    """Against numpy, where no phase of an eigenvector shows; and the flux matters."""
    state = flux_state(kind)
    expected = systems.stationary(foreign(state.generator.model, kind))
    found = systems.density(state, VALUES)
    assert np.abs(found - expected).max() < 1e-13
    assert abs(found[1, 2].imag) > 1e-7
    without = systems.density(state, VALUES | {"phi": 0.0})
    assert np.abs(found - without).max() > 1e-3


@pytest.mark.parametrize("kind", ["secular", "redfield"])
def test_complex_levels_keep_the_promise_on_digits(kind: str) -> None:
    """Elements between levels too, whose phases are a convention that the reference follows."""
    formula = sn.formula(flux_state(kind))
    assert len(formula.outputs) == (4 if kind == "secular" else 7)
    report = formula.check(points=12, digits=20)
    assert report.passed, report.text()


def test_the_kernel_diagonalises_complex_blocks() -> None:
    run = sn.evaluator(flux_state("redfield"))
    found = run(**VALUES)
    kernel = run.module.kernel(np, *(np.float64(VALUES[p]) for p in run.module.PARAMETERS))
    for name, value in found.items():
        assert complex(kernel[name]) == pytest.approx(complex(value), rel=1e-9), name


@pytest.mark.parametrize("parameter", ["phi", "t"])
def test_derivatives_along_complex_levels(parameter: str) -> None:
    """Of what depends on no phase: a central difference."""
    state = flux_state("redfield")
    element = state.element(1, 2, "product")
    run = sn.evaluator(state, {"value": element, "slope": sn.derivative(element, parameter)})
    step = 1e-5
    near = [run(**VALUES | {parameter: VALUES[parameter] + sign * step})["value"] for sign in (1, -1)]
    assert complex(run(**VALUES)["slope"]) == pytest.approx(complex(near[0] - near[1]) / (2 * step), rel=1e-6)


def test_latex_shows_the_complex_matrix() -> None:
    text = sn.formula(flux_state("secular")).latex()
    assert r"t\cos(\phi) - \mathrm{i}t\sin(\phi)" in text
    assert r"\operatorname{Im}[v_{1}(H)]_{2}" in text


# -- functions of parameters in a block ------------------------------------------------------------------------------


def test_functions_of_parameters_on_the_diagonal() -> None:
    """Four coupled levels, whose characteristic polynomial holds functions that no quotient of it would lose."""
    x, w = sn.parameters("x w")
    t, g, T, U = sn.parameters("t g T U", positive=True)
    site = sn.levels("site", 5)
    V = t * (site.transition(1, 2) + site.transition(2, 3) + site.transition(3, 4))
    for function in (sp.Abs(x), sp.Max(x, w), sp.sqrt(x**2 + w**2)):
        H = sum(((10 + k * function) * site.projector(k) for k in (1, 2, 3, 4)), sp.zeros(5))
        baths = [sn.Bath("a", site.transition(0, 1), g, T), sn.Bath("b", site.transition(0, 4), g, U)]
        model = sn.Model(H, interaction=V + V.H, baths=baths)
        values = {"x": -0.3, "w": 0.7, "t": 0.4, "g": 0.2, "T": 3.0, "U": 6.0}
        found = systems.density(sn.steady_state(sn.secular(model)), {s.name: values[s.name] for s in model.symbols})
        rates = [
            (systems.numeric(b.coupling[0]), lambda w, T=T: 0.2 * (1 + systems.bose(w, T)) if w > 0 else 0.0,
             lambda w, T=T: 0.2 * systems.bose(w, T) if w > 0 else 0.0)
            for b, T in zip(baths, (3.0, 6.0), strict=True)
        ]  # fmt: skip
        H_number = np.array(sp.Matrix(model.total).subs({s: values[s.name] for s in model.symbols}).evalf(), complex)
        assert np.abs(found - systems.stationary(systems.davies(H_number, rates))).max() < 1e-12, function


# -- order and phases ------------------------------------------------------------------------------------------------


def chain(phase: Any = 0) -> Any:
    """Levels e, e +- sqrt(2) t in closed form."""
    e, t, g1, g2, T1, T2 = sn.parameters("e t g_1 g_2 T_1 T_2", positive=True)
    site = sn.levels("site", 4)
    V = t * (sp.exp(sp.I * phase) * site.transition(1, 2) + site.transition(2, 3))
    baths = [sn.Bath("L", site.transition(0, 1), rate=g1, temperature=T1)]
    baths.append(sn.Bath("R", site.transition(0, 2), rate=g2, temperature=T2))
    H = e * (site.projector(1) + site.projector(2) + site.projector(3))
    return sn.Model(H, interaction=V + V.H, baths=baths, assume=[e > 2 * t])


@pytest.mark.parametrize("phase", [False, True])
def test_elements_between_closed_levels(phase: bool) -> None:
    """The sign of an eigenvector in closed form is that of a formula, not of the largest component."""
    state = sn.steady_state(sn.redfield(chain(sn.parameters("phi") if phase else 0)))
    assert not state.generator.spectrum.numerical
    formula = sn.formula(state)
    assert any(o.name == "rho_23" for o in formula.outputs)
    report = formula.check(points=12, digits=20)
    assert report.passed, report.text()


def test_where_a_closed_form_of_levels_is_undefined_the_reference_has_its_own() -> None:
    """Without the coupling t the printed eigenvectors are 0/0, and the bath at site 2 is left alone."""
    state = sn.steady_state(sn.redfield(chain()))
    formula = sn.formula(state)
    reference = Reference(formula.reference)
    point = {"e": 3.0, "g_1": 0.2, "g_2": 0.1, "T_1": 0.9, "T_2": 2.1}
    observables = [o.observable for o in formula.outputs[:1]]
    with pytest.raises(sn.NonUniqueSteadyState):  # site 3 meets no bath
        reference.solve({**point, "t": 0.0}, observables, 20)
    assert 0 < float(reference.solve({**point, "t": 1e-3}, observables, 20)[0].value) < 1


def test_closed_levels_that_cross() -> None:
    """Energies e +- t +- g: which of the middle two is higher depends on the point; a level keeps its number."""
    e, t, g, g1, g2, T1, T2 = sn.parameters("e t g g_1 g_2 T_1 T_2", positive=True)
    site = sn.levels("site", 5)
    V = t * (site.transition(1, 2) + site.transition(3, 4)) + g * (site.transition(1, 3) + site.transition(2, 4))
    baths = [sn.Bath("L", site.transition(0, 1), rate=g1, temperature=T1)]
    baths.append(sn.Bath("R", site.transition(0, 2) + 2 * site.transition(0, 4), rate=g2, temperature=T2))
    H = e * sum((site.projector(k) for k in (1, 2, 3, 4)), sp.zeros(5))
    state = sn.steady_state(sn.secular(sn.Model(H, interaction=V + V.H, baths=baths, assume=[e > t + g])))
    formula = sn.formula(state)
    point = {"e": 3.0, "g_1": 0.2, "g_2": 0.1, "T_1": 0.9, "T_2": 2.1}
    observables = [o.observable for o in formula.outputs]
    values = []
    for t_value, g_value in ((0.9, 0.4), (0.4, 0.9)):
        here = {**point, "t": t_value, "g": g_value}
        exact = Reference(formula.reference).solve(here, observables, 20)
        values.append([float(r.value) for r in exact])
        found = sn.evaluator(state)(**here)
        for output, result in zip(formula.outputs, exact, strict=True):
            assert float(found[output.name]) == pytest.approx(float(result.value), rel=1e-13), output.name
    assert not math.isclose(values[0][2], values[1][2], rel_tol=1e-3)


def test_points_where_numerical_levels_coincide_are_not_drawn() -> None:
    """Three equal levels on a ring without flux: two coincide, and elements in their basis say nothing."""
    state = sn.steady_state(sn.redfield(ring(0)))
    formula = sn.formula(state)
    reference = Reference(formula.reference)
    point = {name: value for name, value in VALUES.items() if name != "phi"}
    assert not reference.crossing(point)
    assert reference.crossing(point | {"E_1": 2.0, "E_2": 2.0, "E_3": 2.0})
    report = formula.check(points=12, digits=20)
    assert report.passed, report.text()


def test_a_wrong_phase_between_levels_fails_the_check() -> None:
    """The reference takes order and phases from the formula, and nothing else: another sign is another element."""
    state = sn.steady_state(sn.redfield(chain()))
    formula = sn.formula(state)
    run = sn.evaluator(state)

    def turned(**point: Any) -> dict[str, Any]:
        found = dict(run(**point))
        return found | {"rho_23": -found["rho_23"]}

    report = formula.check(points=3, digits=20, evaluator=turned)
    assert [row.output for row in report.rows if row.ratio > 1] == ["rho_23"]
