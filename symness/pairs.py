"""Which pairs (omega, omega') of Bohr frequencies a generator keeps.

A frequency is a key (index, sign) of the table: sign -1 for the absorbing half of a Hermitian coupling, 0 for its part
at zero frequency, and +1 for every frequency of an exchange coupling (of either sign itself).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from symness.errors import ModelError
from symness.frequencies import FrequencyTable
from symness.parameters import check_parameters

__all__ = ["Key", "Rule", "co_rotating", "equal", "every", "near", "such_that"]

Key = tuple[int, int]
#: decides for one table; what is kept is symmetric in the two frequencies
Rule = Callable[[FrequencyTable], Callable[[Key, Key], bool]]


def every(table: FrequencyTable) -> Callable[[Key, Key], bool]:
    """All pairs."""
    return lambda first, second: True


def equal(table: FrequencyTable) -> Callable[[Key, Key], bool]:
    """omega = omega' only."""
    table.refuse_crossings()
    return lambda first, second: first == second


def co_rotating(table: FrequencyTable) -> Callable[[Key, Key], bool]:
    """Not the pairs of opposite sign, which only a Hermitian coupling has."""
    return lambda first, second: first[1] * second[1] >= 0


def near(small: Sequence[Any]) -> Rule:
    """The pairs whose difference vanishes with the named parameters (or expressions, such as omega_1 - omega_2)."""
    expressions = [sp.sympify(s) for s in small]
    check_parameters("partial_secular, small", *expressions)

    def rule(table: FrequencyTable) -> Callable[[Key, Key], bool]:
        limits = _limits(expressions, set(table.model.symbols))

        def decide(first: Key, second: Key) -> bool:
            gap = signed(table, first) - signed(table, second)
            return bool(sp.simplify(gap.subs(limits)) == 0)

        return decide

    return rule


def such_that(keep: Callable[[Any, Any], Any]) -> Rule:
    """The pairs for which ``keep(omega, omega')``, called with SymPy expressions in the parameters, is true."""

    def rule(table: FrequencyTable) -> Callable[[Key, Key], bool]:
        def decide(first: Key, second: Key) -> bool:
            verdict = keep(signed(table, first), signed(table, second))
            if verdict not in (True, False, sp.true, sp.false):
                raise ModelError(
                    f"partial_secular, keep: returns {verdict!r} for the frequencies {signed(table, first)} and "
                    f"{signed(table, second)}; return True or False"
                )
            return bool(verdict)

        def symmetric(first: Key, second: Key) -> bool:
            kept = decide(first, second)
            if kept != decide(second, first):
                raise ModelError(
                    f"partial_secular, keep: decides differently for ({signed(table, first)}, {signed(table, second)}) "
                    "and the same pair reversed; a generator needs both (its Hermitian conjugate) or none"
                )
            return kept

        return symmetric

    return rule


def signed(table: FrequencyTable, key: Key) -> Any:
    """A frequency with its sign, as an expression in the parameters."""
    index, sign = key
    return sp.Integer(0) if index < 0 else sign * table.in_parameters(table.frequencies[index])


def _limits(expressions: Sequence[Any], known: set[Any]) -> list[tuple[Any, Any]]:
    """Substitutions that make the expressions vanish, one parameter after the other."""
    if not expressions:
        raise ModelError("partial_secular, small: the list is empty; name what is small, or use redfield or secular")
    limits: list[tuple[Any, Any]] = []
    for expression in expressions:
        rest = sp.expand(expression.subs(limits))
        unknown = sorted({s.name for s in expression.free_symbols - known})
        if unknown:
            raise ModelError(f"partial_secular, small: {unknown[0]!r} is no parameter of the model")
        chosen = next((s for s in sorted(rest.free_symbols, key=str) if sp.degree(rest, s) == 1), None)
        if chosen is None or not sp.diff(rest, chosen).is_number:
            raise ModelError(
                f"partial_secular, small: {expression} is not linear in a parameter; pass parameters or differences of "
                "parameters"
            )
        # By hand: a solver would not put a positive parameter to zero.
        limits.append((chosen, sp.expand(chosen - rest / sp.diff(rest, chosen))))
    return limits
