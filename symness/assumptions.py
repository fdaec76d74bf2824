"""Signs decided from the declared assumptions and the user's inequalities; never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import sympy as sp

__all__ = ["eigenvalue", "inequality", "sign_of"]


def sign_of(expression: Any, assume: Sequence[Any] = ()) -> int | None:
    """+1, 0 or -1 where it is certain, None where it is not.

    Tried in turn: SymPy's assumptions; the expression minus a multiple of an assumed positive quantity; and for
    A - sqrt(B) the sign of A**2 - B (A > 0) or of B - A**2.
    """
    # Only the outermost product is expanded: under a root, a sum of squares shows its sign.
    expr = sp.expand_mul(expression, deep=False)
    direct = _direct(expr) if not _eigenvalues(expr) else _of_eigenvalues(expr)
    if direct is not None:
        return direct
    positive = [sp.expand(_gap(relation)) for relation in assume]
    # as it was printed by `inequality`: what stands under a root is left alone
    positive += [sp.expand_mul(_gap(relation), deep=False) for relation in assume]
    positive += [squared for relation in assume if (squared := _squared(relation)) is not None]
    for sign in (1, -1):
        if _positive(sp.expand_mul(sign * expr, deep=False), positive):
            return sign
    return None


def _direct(expr: Any) -> int | None:
    if expr.is_zero or expr == 0:
        return 0
    if expr.is_positive:
        return 1
    if expr.is_negative:
        return -1
    return None


def _eigenvalues(expr: Any) -> list[Any]:
    """The opaque calls eigenvalue(k, n, entries ...) of numerical blocks."""
    return sorted((f for f in expr.atoms(sp.Function) if f.func.__name__ == "eigenvalue"), key=str)


def _of_eigenvalues(expr: Any) -> int | None:
    """Two eigenvalues of one block are ordered by their index; without parameters the number itself decides."""
    found = _eigenvalues(expr)
    if len(found) == 2 and found[0].args[1:] == found[1].args[1:]:
        high, low = sorted(found, key=lambda f: int(f.args[0]))
        scale = expr.coeff(high)
        if scale.is_Rational and expr == scale * (high - low):
            return int(sp.sign(scale))
    if expr.free_symbols:
        return None
    numbers = {f: _eigenvalue_number(f) for f in found}
    value = sp.N(expr.subs(numbers), 50)
    return int(sp.sign(value)) if abs(value) > sp.Float(10, 50) ** -30 else None


def _eigenvalue_number(call: Any) -> sp.Float:
    """Its value to 60 digits; the error of a symmetric eigenproblem is a rounding of the norm."""
    k, size = (int(a) for a in call.args[:2])
    with mpmath.workdps(70):
        value = eigenvalue(k, size, [mpmath.mpf(str(sp.N(a, 70))) for a in call.args[2:]])
        return sp.Float(str(value), 60)


def eigenvalue(k: int, size: int, entries: Sequence[Any]) -> Any:
    """The k-th largest of a Hermitian matrix, row by row (Re, then Im if it has one), at mpmath's current precision."""
    real, imaginary = entries[: size**2], entries[size**2 :]
    if imaginary:
        real = [mpmath.mpc(*pair) for pair in zip(real, imaginary, strict=True)]
    matrix = mpmath.matrix([real[size * i : size * (i + 1)] for i in range(size)])
    return sorted(mpmath.eigh(matrix, eigvals_only=True), reverse=True)[k]


def _gap(relation: Any) -> Any:
    """The quantity that a relation calls positive."""
    greater = relation.func in (sp.StrictGreaterThan, sp.GreaterThan)
    return relation.lhs - relation.rhs if greater else relation.rhs - relation.lhs


def _squared(relation: Any) -> Any:
    """a < b with positive sides also gives b**2 - a**2 > 0."""
    low, high = (relation.rhs, relation.lhs) if relation.gts is relation.lhs else (relation.lhs, relation.rhs)
    if low.is_nonnegative and high.is_nonnegative:
        return sp.expand(high**2 - low**2)
    return None


def _positive(expr: Any, known: Sequence[Any]) -> bool:
    for gap in known:
        for factor in _ratios(expr, gap):
            rest = sp.expand_mul(expr - factor * gap, deep=False)
            if rest == 0 or rest.is_nonnegative:
                return True
    opposite = _against_root(-expr)
    if opposite is not None:
        # sqrt(B) > A holds wherever B > A**2, whatever the sign of A
        difference = sp.expand(opposite[1] - opposite[0] ** 2)
        if difference.is_positive or _positive(difference, known):
            return True
    split = _against_root(expr)
    if split is None:
        return False
    rest, square = split
    if rest.is_positive or any(sp.expand(rest - f * g).is_nonnegative for g in known for f in _ratios(rest, g)):
        difference = sp.expand(rest**2 - square)
        return bool(difference.is_positive) or _positive(difference, known)
    return False


def _against_root(expr: Any) -> tuple[Any, Any] | None:
    """(A, B) where the expression is A - sqrt(B) with one root."""
    roots = [term for term in expr.args if _is_negative_root(term)] if expr.is_Add else []
    return (expr - roots[0], roots[0] ** 2) if len(roots) == 1 else None


def _ratios(expr: Any, gap: Any) -> list[Any]:
    """Candidate multipliers: ratios of matching coefficients."""
    terms = gap.as_coefficients_dict()
    own = expr.as_coefficients_dict()
    return sorted({own[t] / c for t, c in terms.items() if t in own and own[t] / c > 0}, key=str)


def _is_negative_root(term: Any) -> bool:
    coefficient, rest = term.as_coeff_Mul()
    return bool(coefficient.is_negative and rest.is_Pow and rest.exp == sp.Rational(1, 2))


def inequality(expression: Any) -> Any:
    """``expression > 0`` as a relation that reads well: negative terms on the small side, no fractions.

    ``omega - lam/2`` gives ``lam < 2*omega``.
    """
    expr = sp.expand_mul(expression, deep=False)
    split = _against_root(expr)
    if split is not None and split[0].is_positive:
        # A > sqrt(B) is A**2 > B here
        expr = sp.expand(split[0] ** 2 - split[1])
    terms = sp.Add.make_args(expr)
    denominator = sp.ilcm(1, *(term.as_coeff_Mul()[0].q for term in terms if term.as_coeff_Mul()[0].is_Rational))
    low = sp.Add(*(-denominator * t for t in terms if t.could_extract_minus_sign()))
    high = sp.Add(*(denominator * t for t in terms if not t.could_extract_minus_sign()))
    return sp.StrictLessThan(low, high, evaluate=False)
