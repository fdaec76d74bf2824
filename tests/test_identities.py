"""Current-coherence identities: the known ones come out by themselves, all of them hold, and the family is complete."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems
from foreign import dots, driven, maser, refrigerator

import symness as sn
from symness.balances import Balances, in_product_basis
from symness.errors import ModelError, ObservableError
from symness.liouville import functional


def engine() -> Any:
    """Two detuned qubits, each with its own bath (the local engine of khandelwal2020)."""
    eps_h, eps_c, g, gamma_h, gamma_c, T_h, T_c = sn.parameters("eps_h eps_c g gamma_h gamma_c T_h T_c", positive=True)
    h, c = sn.qubits("h c")
    return sn.Model(
        eps_h * h.number + eps_c * c.number,
        interaction=g * (h.raising * c.lowering + h.lowering * c.raising),
        baths=[sn.Bath("h", h.lowering, gamma_h, T_h), sn.Bath("c", c.lowering, gamma_c, T_c)],
    )


def pair() -> Any:
    """Two detuned qubits between bosonic baths."""
    return systems.two_qubits("bose")


@cache
def found_for(make: Any, model: Any) -> tuple[Any, Any]:
    """A generator and its identities."""
    generator = make(model())
    return generator, sn.identities(generator)


def named(found: Any, *words: str) -> list[Any]:
    return [i for i in found if all(word in i.current for word in words)]


def numbers(generator: Any, values: dict[str, float]) -> tuple[np.ndarray, dict[Any, float]]:
    """The stationary state by singular values, and the numbers of all symbols of a coefficient."""
    rho = systems.stationary(systems.superoperator(generator, values))
    return rho, systems.known_values(generator, values)


def value(identity: Any, rho: np.ndarray, known: dict[str, float]) -> complex:
    """The right side in floats."""
    total: complex = 0.0
    for term in identity.terms:
        amount = sum(sign * rho[j, k] for sign, j, k in term.elements)
        part = {"Im": np.imag, "Re": np.real, "": lambda z: z}[term.part](amount)
        total += complex(term.coefficient.subs({s: known[s.name] for s in term.coefficient.free_symbols})) * part
    return total


def current(generator: Any, identity: Any, values: dict[str, float], rho: np.ndarray) -> float:
    """The current that an identity names, as a trace over the part of its bath."""
    words = identity.current.split()
    name = words[words.index("into") - 1]
    rate = next(r for r in generator.rates.values() if r.bath == name)
    off = {**values, rate.gamma.args[0]: 0.0}
    part = systems.superoperator(generator, values) - systems.superoperator(generator, off)
    change = (part @ rho.reshape(-1, order="F")).reshape(rho.shape, order="F")
    model = generator.model
    if words[0] == "particle":
        n = len(rho).bit_length() - 1
        operator = sum(np.diag([1.0 - (k >> b & 1) for k in range(2**n)]) for b in range(n))
    else:
        operator = systems.numeric(model.H if words[0] == "bare" else model.total, values)
    return float(np.trace(operator @ change).real)


ENGINE = {"eps_h": 1.0, "eps_c": 1.3, "g": 0.2, "gamma_h": 0.11, "gamma_c": 0.23, "T_h": 1.7, "T_c": 0.4}
PAIR = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}
CHAIN = {"omega": 2.0, "lam": 0.7, "gamma_L": 0.3, "gamma_R": 0.2, "T_L": 0.8, "T_R": 1.9}


def chain() -> Any:
    """Three resonant qubits with unequal rates at the ends."""
    omega, lam, gl, gr, tl, tr = sn.parameters("omega lam gamma_L gamma_R T_L T_R", positive=True)
    a, b, c = sn.qubits("1 2 3")
    hop = a.raising * b.lowering + b.raising * c.lowering
    return sn.Model(
        omega * (a.number + b.number + c.number),
        interaction=lam / 2 * (hop + hop.H),
        baths=[sn.Bath("L", a.lowering, gl, tl), sn.Bath("R", c.lowering, gr, tr)],
    )


OTHERS = [
    (dots, {"eps_1": 1.0, "eps_2": 1.4, "t": 0.3, "gamma_1": 0.2, "gamma_2": 0.1, "T_1": 0.3, "T_2": 0.5, "mu_1": 1.5,
            "mu_2": 0.2}, "bath R into the system = 2*t*Im <2|rho|3>"),
    (refrigerator, {"e_1": 1.0, "e_2": 0.6, "g": 0.1, "gamma_1": 0.2, "gamma_2": 0.1, "gamma_3": 0.3, "T_1": 0.5,
                    "T_2": 3.0, "T_3": 0.9}, "bath 3 into the system = -2*g*Im <2|rho|7>"),
    (driven, {"omega": 1.0, "F": 0.2, "gamma": 0.1, "T": 0.7, "kappa": 0.05},
     "bath B into the system = 2*F*Im <1|rho|2>"),
    (maser, {"delta": 0.4, "E": 1.0, "F": 0.2, "gamma_h": 0.1, "gamma_c": 0.3, "T_h": 3.0, "T_c": 0.3},
     "bath h into the system = -2*F*Im <1|rho|2>"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "values", "expected"), OTHERS)
def test_models_of_no_paper(model: Any, values: dict[str, float], expected: str) -> None:
    """Every current of the local generator, by the trace over its part."""
    generator = sn.local(model())
    found = sn.identities(generator)
    assert any(str(i).endswith(expected) for i in found), str(found)
    rho, known = numbers(generator, values)
    for identity in found:
        if identity.current.startswith("particle") and model is maser:
            continue  # the quanta of the maser are no excitations of its sites
        right, left = value(identity, rho, known), current(generator, identity, values, rho)
        assert right == pytest.approx(left, rel=1e-9, abs=1e-13), str(identity)
    for relation in found.relations:
        assert abs(value(relation, rho, known)) < 1e-12, str(relation)


CASES = [(sn.local, engine, ENGINE), (sn.redfield, pair, PAIR), (sn.local, chain, CHAIN)]
MORE = [(sn.redfield, chain, CHAIN), (sn.redfield, engine, ENGINE)]


@pytest.mark.parametrize(("make", "model", "values"), [*CASES, *MORE])
def test_identities_hold_for_a_state_found_without_them(make: Any, model: Any, values: dict[str, float]) -> None:
    generator, found = found_for(make, model)
    rho, known = numbers(generator, values)
    assert len(found) >= 4
    for identity in found:
        right = value(identity, rho, known)
        left = current(generator, identity, values, rho)
        assert (abs(left) > 1e-5) == (identity.form != "zero")
        assert right.real == pytest.approx(left, rel=1e-9, abs=1e-14), str(identity)
        assert abs(right.imag) < 1e-12
    for relation in found.relations:
        assert abs(value(relation, rho, known)) < 1e-12, str(relation)


def test_the_checker_sees_a_wrong_coefficient() -> None:
    generator = sn.local(engine())
    rho, known = numbers(generator, ENGINE)
    identity = sn.identities(generator)[0]
    wrong = type(identity.terms[0])(2 * identity.coefficient, "Im", identity.terms[0].elements)
    broken = type(identity)(identity.current, identity.symbol, (wrong,), "Im", {}, identity.labels)
    assert abs(value(broken, rho, known) - current(generator, broken, ENGINE, rho)) > 1e-3


def test_the_engine_of_two_qubits() -> None:
    """Bare heat from the hot bath 2 g eps_h Im c; total heat tied to the complex c as in Eq. (13)."""
    model = engine()
    symbols = {s.name: s for s in model.symbols}
    state = sn.steady_state(sn.local(model))
    found = sn.identities(state)
    bare = named(found, "bare", "from h")
    assert [i.form for i in bare] == ["Im", "Re", "complex"]
    assert bare[0].coefficient == 2 * symbols["g"] * symbols["eps_h"]
    assert bare[0].terms[0].elements == ((1, 1, 2),)
    flow = sn.heat_current(state, "h", "total") - sn.heat_current(state, "c", "total")
    tied = next(i for i in sn.identities(state, flow) if i.form == "complex")
    G = {name: sp.Symbol(name) for name in ("down_h", "up_h", "down_c", "up_c")}
    own = {s: next((G[k] for k in G if s.name.startswith(k)), s) for s in tied.coefficient.free_symbols}
    G_h, G_c = G["down_h"] + G["up_h"], G["down_c"] + G["up_c"]
    eps_h, eps_c, g = (symbols[n] for n in ("eps_h", "eps_c", "g"))
    printed = (sp.I * (G_h + G_c) - 2 * (eps_c - eps_h)) / (4 * g * (eps_h * G_c + eps_c * G_h))
    assert sp.simplify(1 / tied.coefficient.subs(own) - printed) == 0
    assert found.dimension == len(found.relations) == 1


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_the_particle_current_of_two_qubits_in_redfield(statistics: str) -> None:
    """-lam Im w from bath 2, all pairs, any spectra (the rates are opaque and frequency-dependent here)."""
    omega_1, omega_2, lam, T_1, T_2 = sn.parameters("omega_1 omega_2 lam T_1 T_2", positive=True)
    alpha_1, alpha_2 = sn.parameters("alpha_1 alpha_2", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega_1 * a.number + omega_2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, lambda w: alpha_1 * w * sp.exp(-w), T_1, statistics=statistics),
            sn.Bath("2", b.lowering, lambda w: alpha_2 * w**3, T_2, statistics=statistics),
        ],
    )
    second = named(sn.identities(sn.redfield(model)), "particle", "bath 2")
    assert str(second[0]) == "particle current from bath 2 into the system = -lam*Im <2|rho|3>"
    assert second[0].latex() == r"\dot{n}_{2} = - \lambda\,\operatorname{Im} \rho_{2,3}"


@pytest.mark.parametrize("make", [sn.local, sn.redfield])
def test_the_chain_of_three(make: Any) -> None:
    """The current through each bond is lam Im of its coherence, whatever the spectator does."""
    _, found = found_for(make, chain)
    left, right = named(found, "particle", "bath L")[0], named(found, "particle", "bath R")[0]
    assert str(left).endswith("= lam*Im (<3|rho|5> + <4|rho|6>)")
    assert str(right).endswith("= -lam*Im (<2|rho|3> + <6|rho|7>)")
    assert str(found.relations[0]) == "0 = Im (<2|rho|3> - <3|rho|5> - <4|rho|6> + <6|rho|7>)"


def test_total_energy_in_redfield_has_a_term_of_second_order() -> None:
    """Through the next-nearest coherence: the interaction energy that a bath puts in."""
    total = named(found_for(sn.redfield, chain)[1], "total", "from L")[0]
    assert {len(term.elements) for term in total.terms} == {2}
    lam = sn.parameters("lam", positive=True)
    assert sp.simplify(total.terms[0].coefficient / lam**2).is_Rational


@pytest.mark.parametrize(("make", "model", "values"), CASES)
def test_dimension_is_the_rank_in_floats(make: Any, model: Any, values: dict[str, float]) -> None:
    """Functionals on the coherences alone among the rows of the generator, counted by singular values."""
    generator, found = found_for(make, model)
    product = in_product_basis(generator)
    b = Balances.of(product)
    M = systems.hermitian_matrix(product, values)
    place = {c: k for k, c in enumerate(systems.coordinates(product.dimension))}
    inside = [place[c] for c in b.sector]
    rows = M[np.ix_(inside, [place[c] for c in b.populations])]
    free = len(inside) - np.linalg.matrix_rank(rows)
    assert free - 1 == found.dimension
    if make is sn.local:
        assert len(found.relations) == found.dimension


def test_the_relations_are_independent() -> None:
    generator, found = found_for(sn.local, chain)
    known = systems.known_values(generator, CHAIN)
    keys = sorted({(t.part, j, k) for r in found.relations for t in r.terms for _, j, k in t.elements})
    table = np.zeros((len(found.relations), len(keys)))
    for row, relation in enumerate(found.relations):
        for term in relation.terms:
            c = float(term.coefficient.subs({s: known[s.name] for s in term.coefficient.free_symbols}))
            for sign, j, k in term.elements:
                table[row, keys.index((term.part, j, k))] += sign * c
    assert np.linalg.matrix_rank(table) == len(found.relations) == 5


def test_the_same_identity_from_state_and_generator() -> None:
    generator, known = found_for(sn.redfield, pair)
    state = sn.steady_state(generator)
    for bath in "12":
        one = sn.identities(state, sn.particle_current(state, bath))[0]
        two = named(known, "particle", f"bath {bath}")[0]
        assert one.terms == two.terms


def test_product_basis_is_a_rotation_of_the_generator() -> None:
    """Trace of the particle functional on the product space against the one of the energy basis."""
    generator = sn.redfield(systems.two_qubits("bose"))
    turned = in_product_basis(generator)
    ours = systems.hermitian_matrix(turned, PAIR)
    into, back = systems._coordinate_maps(4)
    assert np.allclose(back @ ours @ into, systems.superoperator(generator, PAIR), atol=1e-12)
    assert functional(turned, "1", "particle")


def test_heat_with_a_chemical_potential() -> None:
    """energy - mu * particles as one functional: 2 t (eps_2 - mu_2) Im c for the bare heat from lead R."""
    state = sn.steady_state(sn.local(dots()))
    found = sn.identities(state, sn.heat_current(state, "R"))
    s = {p.name: p for p in state.generator.model.symbols}
    assert found[0].form == "Im"
    assert sp.expand(found[0].coefficient - 2 * s["t"] * (s["eps_2"] - s["mu_2"])) == 0


def test_a_current_without_a_short_identity_is_named() -> None:
    _, found = found_for(sn.redfield, pair)
    assert any("total energy current from 1" in text for text in found.unfound)
    assert "no identity short enough" in str(found)


def test_energy_basis() -> None:
    """The coherence between the eigenstates, with the populations of the eigenstates removed."""
    generator, _ = found_for(sn.redfield, pair)
    found = sn.identities(generator, basis="energy")
    rho, known = numbers(generator, PAIR)
    V = np.array([systems.run(row, known) for row in generator.spectrum.vectors])
    inside = V.T @ rho @ V
    assert len(found) >= 4
    assert {i.form for i in found} == {"Im", "Re", "complex"}
    for identity in found:
        right = value(identity, inside, known)
        assert right == pytest.approx(current(generator, identity, PAIR, rho), rel=1e-9), str(identity)
    assert abs(value(found.relations[0], inside, known)) < 1e-12


def test_energy_basis_without_coherences() -> None:
    """In the eigenbasis of a secular pair no coherence is left: nothing ties a current to it."""
    model = systems.two_qubits("bose")
    found = sn.identities(sn.secular(model), basis="energy")
    assert len(found) == 0
    assert found.dimension == 0


def test_errors() -> None:
    state = sn.steady_state(sn.local(engine()))
    with pytest.raises(ObservableError, match=r"basis='energy'; for local pass 'product'"):
        sn.identities(state, basis="energy")
    with pytest.raises(ModelError, match=r"neither a steady state nor a generator"):
        sn.identities(engine())
    with pytest.raises(ObservableError, match=r"no linear functional"):
        sn.identities(state, sn.heat_current(state, "h") ** 2)
    with pytest.raises(ObservableError, match=r"no quantity of this steady state"):
        sn.identities(state.generator, sn.heat_current(state, "h"))


def test_relations_too_long_to_read_are_counted_only() -> None:
    """Two Hermitian couplings in a tilted basis: one relation of hundreds of terms, which once was an overflow."""
    E, F, alpha, T_1, T_2 = sn.parameters("E F alpha T_1 T_2", positive=True)
    eta = sn.parameters("eta")
    (q,) = sn.qubits("q")
    baths = [sn.Bath(name, S, lambda w: alpha * w, T) for name, S, T in (("1", q.z, T_1), ("2", q.x + eta * q.z, T_2))]
    found = sn.identities(sn.redfield(sn.Model(E * q.z + F * q.x, baths=baths)))
    assert (found.relations, found.dimension) == ((), 1)
