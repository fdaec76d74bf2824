"""The critical current: the value that a current has where a two-qubit X state becomes entangled.

An X state with w = <eg|rho|ge> is entangled where |w|^2 > rho_ee rho_gg (and with z = <ee|rho|gg> where |z|^2 >
rho_eg rho_ge).  A current J that is tied to the coherence has the ratio J/|w|, so the state is entangled where |J|
exceeds J_c = (|J|/|w|) sqrt(rho_ee rho_gg) (Khandelwal et al., New J. Phys. 22, 073039 (2020), Sec. 4.1).
"""

from __future__ import annotations

from typing import Any

from symness import program
from symness.arithmetic import maximum, sqrt
from symness.entanglement import x_state
from symness.errors import ObservableError
from symness.exact import Polynomial, common_content
from symness.program import Node
from symness.quantity import Quantity
from symness.rational import Rational, expanded
from symness.residues import at_random_point
from symness.state import SteadyState

__all__ = ["critical_current"]

#: coherence -> its place in the product basis ee, eg, ge, gg, and the populations that it is compared with
_BLOCKS = {"single": ((1, 2), (0, 3)), "double": ((0, 3), (1, 2))}


def critical_current(state: SteadyState, current: Quantity, coherence: str | None = None) -> Quantity:
    """The value of ``|current|`` at the entanglement threshold of a two-qubit X state; positive.

    ``|current|/|w| * sqrt(rho_ee rho_gg)``, with every polynomial factor that the current and the coherence w share
    cancelled before numbers are put in: where both vanish together (no bias) the value stays finite.  Where only the
    coherence vanishes it is infinite: no current of that kind goes with entanglement.

    Parameters
    ----------
    state : SteadyState
        Two qubits, X form.
    current : Quantity
        A current of this state (``sn.heat_current(...)``, a difference of currents, ...), of either sign.
    coherence : {"single", "double"}, optional
        ``"single"`` is w = <eg|rho|ge>, ``"double"`` is z = <ee|rho|gg> with the threshold sqrt(rho_eg rho_ge).
        Default: the one that does not vanish identically.

    Returns
    -------
    Quantity
        In the unit of the current.

    Raises
    ------
    ObservableError
        When the state is no two-qubit X state, has no coherence or two, when the current belongs to another state, is
        no rational function of the rates, or when a factor of the coherence that vanishes in equilibrium is no factor
        of the current (the message shows it).

    Notes
    -----
    Khandelwal et al. 2020, Eqs. (13), (18) and (27).
    """
    _check(state, current)
    place, others = _BLOCKS[_chosen(state, coherence)]
    re, im = state.parts(*place, "product")
    ratio = _ratio(state, current, re, im)
    first, second = (state.element(k, k, "product") for k in others)
    product = program.mul(first.expression, second.expression)
    root = program.sqrt(program.call("positive_part", product))
    # What the reference computes: the ratio as it stands, at points where both have digits.
    plain = abs(current) * sqrt(maximum(first * second, 0)) / abs(state.element(*place, "product"))
    return Quantity(
        state,
        program.mul(ratio, root),
        plain.observable,
        r"J_{\mathrm{c}}",
        f"value of |{current.meaning}| above which the qubits are entangled",
        current.unit,
        "nonnegative",
    )


def _check(state: SteadyState, current: Any) -> None:
    if not isinstance(current, Quantity) or current.state is not state:
        raise ObservableError(
            f"critical_current: current={current!r} is no quantity of this state; pass e.g. sn.heat_current(state, '1')"
        )
    if current.domain == "complex":
        raise ObservableError("critical_current: the current is complex; pass a real quantity")


def _chosen(state: SteadyState, coherence: str | None) -> str:
    *_, w, z = x_state(state, "critical_current")
    present = [name for name, parts in (("single", w), ("double", z)) if not all(p.is_zero for p in parts)]
    if coherence is None:
        if len(present) != 1:
            raise ObservableError(
                "critical_current: the state has both <eg|rho|ge> and <ee|rho|gg>; pass coherence='single' or 'double'"
                if present
                else "critical_current: the state has no coherence in the product basis, hence no entanglement at any "
                "current"
            )
        return present[0]
    if coherence not in _BLOCKS:
        raise ObservableError(
            f"critical_current: coherence={coherence!r}; pass 'single' (<eg|rho|ge>) or 'double' (<ee|rho|gg>)"
        )
    if coherence not in present:
        raise ObservableError(
            f"critical_current: the {coherence} coherence of this state vanishes identically; pass {present[0]!r}"
            if present
            else "critical_current: both coherences of this state vanish identically"
        )
    return coherence


def _ratio(state: SteadyState, current: Quantity, re: Node, im: Node) -> Node:
    """|current|/|re + i im| without common factors."""
    direct = program.div(program.call("abs", current.expression), program.call("hypot", re, im))
    try:
        field = Rational(state, [current.expression, re, im])
        flow, x, y = field.quotients
        if not len(flow.top):
            raise ObservableError("critical_current: the current vanishes identically; pass one that flows")
        shared = flow.top.gcd(x.top).gcd(y.top)
        x, y = x / flow, y / flow
    except OverflowError:
        if not all(_vanishes_in_equilibrium(state, part) for part in expanded(state, [re, im])):
            return direct
        raise ObservableError(
            "critical_current: the current has too many terms to cancel what it shares with the coherence; away from "
            "equilibrium abs(current) * sn.sqrt(p * q) / abs(coherence) of quantities has the same value"
        ) from None
    # (x, y) = common (a, b)/bottom with a and b coprime, without fractions
    bottom = x.bottom * y.bottom / x.bottom.gcd(y.bottom)
    a, b = x.top * (bottom / x.bottom), y.top * (bottom / y.bottom)
    common = a.gcd(b)
    a, b = a / common, b / common
    content = common_content(field.ring.primitive(p)[0] for p in (a, b) if len(p))
    a, b = a * field.ring.constant(1 / content), b * field.ring.constant(1 / content)
    if _vanishes_in_equilibrium(state, field.ring.collect(common)):
        raise ObservableError(
            "critical_current: the coherence vanishes in equilibrium by the factor "
            f"{field.show(common)!r}, which is no factor of the current; pass a current that is tied to the coherence, "
            "or away from equilibrium abs(current) * sn.sqrt(p * q) / abs(coherence) of quantities"
        )
    if not _signed(field, shared):
        # Nothing that can vanish cancels, and each closed form keeps its digits.
        return direct
    factor = field.ring.factors(bottom)[0] / (field.ring.factors(common)[0] * content)
    return program.div(
        program.mul(abs(factor), _modulus(field, bottom)), program.mul(_modulus(field, common), _hypot(field, a, b))
    )


def _hypot(field: Rational, a: Polynomial, b: Polynomial) -> Node:
    """|a + i b| for real a and b."""
    if not len(a) or not len(b):
        return program.mul(abs(field.ring.factors(a + b)[0]), _modulus(field, a + b))
    return program.call("hypot", *(field.show(p) if field.ring.factors(p)[0] > 0 else field.show(-p) for p in (a, b)))


def _signed(field: Rational, polynomial: Polynomial) -> list[tuple[Polynomial, int]]:
    """Factors that are not known to be positive."""
    return [(f, k) for f, k in field.ring.factors(polynomial)[1] if k % 2 and not field.is_nonnegative(f)]


def _modulus(field: Rational, polynomial: Polynomial) -> Node:
    """|polynomial| without its content, the bars around what may be negative only."""
    signed = field.ring.one
    for factor, exponent in _signed(field, polynomial):
        signed = signed * factor**exponent
    plain = field.ring.primitive(polynomial / signed)[1]
    shown = [field.show(plain)]
    if signed != field.ring.one:
        shown.append(program.call("abs", field.show(signed)))
    return program.mul(*shown)


def _vanishes_in_equilibrium(state: SteadyState, expression: Node) -> bool:
    """Whether it is zero where all baths have one ratio of absorption to emission at every frequency."""
    balanced: dict[str, Node] = {}
    for name, rate in state.generator.rates.items():
        if rate.frequency is not None and rate.direction in ("up", "down"):
            strength = program.symbol(f"strength {rate.bath} {rate.channel} {rate.frequency}")
            ratio = program.symbol(f"ratio {rate.frequency}") if rate.direction == "up" else program.number(1)
            balanced[name] = program.mul(ratio, strength)
    value = at_random_point([program.substitute(expression, balanced)], seed=17)[1][0]
    return bool(value == 0)
