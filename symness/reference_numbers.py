"""SymPy expressions of a model as mpmath functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness.baths import Bath
from symness.errors import ModelError

__all__ = ["compiled", "occupation", "semidefinite", "zero_rates"]


def occupation(omega: Any, temperature: Any, mu: Any, sign: int) -> tuple[Any, Any]:
    """(N, 1 + sign N) without cancellation; T = 0 is the limit (fermions at omega = mu: one half)."""
    gap = omega - mu
    zero, one = mpmath.mpf(0), mpmath.mpf(1)
    if temperature == 0:
        filled = one if gap < 0 else one / 2 if gap == 0 else zero
        return (zero, one) if sign > 0 else (filled, 1 - filled)
    x = gap / temperature
    if sign > 0:
        filled = 1 / mp.expm1(x)
        return filled, 1 + filled
    return 1 / (mp.exp(x) + 1), 1 / (mp.exp(-x) + 1)


def _number(value: Any) -> Any:
    number = mp.mpmathify(value)
    return number.real if isinstance(number, mpmath.mpc) and number.imag == 0 else number


def _eigenvalue(k: Any, size: Any, *entries: Any) -> Any:
    """The k-th largest of a matrix, row by row (Re, then Im if it has one): an energy of H + V without closed form."""
    n = int(size)
    real, imaginary = entries[: n * n], entries[n * n :]
    values = [mp.mpc(*pair) for pair in zip(real, imaginary, strict=True)] if imaginary else list(map(mp.mpf, real))
    matrix = mp.matrix([values[n * i : n * (i + 1)] for i in range(n)])
    return sorted(mp.eigh(matrix, eigvals_only=True), reverse=True)[int(k)]


def compiled(symbols: Sequence[Any], entries: Sequence[Any]) -> Callable[..., list[Any]]:
    """A function of the values of the symbols returning a list of mpf or mpc, at the precision of the call."""
    table: dict[str, Callable[..., Any]] = {
        "bose": lambda omega, temperature, mu: occupation(mp.mpf(omega), mp.mpf(temperature), mu, +1)[0],
        "fermi": lambda omega, temperature, mu: occupation(mp.mpf(omega), mp.mpf(temperature), mu, -1)[0],
    }
    table["eigenvalue"] = _eigenvalue
    function = sp.lambdify(list(symbols), list(entries), modules=[table, "mpmath"], cse=True)
    return lambda *values: [_number(value) for value in function(*values)]


def semidefinite(entries: Sequence[Any]) -> bool:
    """Whether a Hermitian matrix (row by row) has no negative eigenvalue but for rounding: symmetric elimination."""
    size = math.isqrt(len(entries))
    rows = [list(entries[size * k : size * (k + 1)]) for k in range(size)]
    floor = max(abs(entry) for entry in entries) * mpmath.mpf(10) ** (8 - mp.dps)
    left = list(range(size))
    while len(left) > 1:
        pivot = max(left, key=lambda k: rows[k][k].real)
        if rows[pivot][pivot].real <= floor:
            return all(abs(rows[i][j]) <= floor for i in left for j in left)
        left.remove(pivot)
        for i in left:
            for j in left:
                rows[i][j] -= rows[i][pivot] * rows[pivot][j] / rows[pivot][pivot]
    return bool(rows[left[0]][left[0]].real >= -floor)


def zero_rates(bath: Bath) -> list[Any]:
    """lim C_ab(omega) = T gamma_ab'(0) at omega -> 0, or the rate that was passed."""
    count = len(bath.coupling)
    omega = sp.Symbol("omega_probe", positive=True)
    gamma = bath.rate_matrix(omega)
    rates: list[Any] = []
    for a in range(count):
        for b in range(count):
            if bath.zero_frequency_rate is not None and (a == b or gamma[a, b] == 0):
                rates.append(bath.zero_frequency_rate if a == b else sp.S(0))
                continue
            slope = sp.limit(gamma[a, b] / omega, omega, 0, "+")
            if not slope.is_finite or sp.im(slope) != 0:
                raise ModelError(
                    f"Bath {bath.name!r}: the rate {gamma[a, b]} has no finite limit of gamma(omega) (1 + N(omega)) at "
                    "omega = 0, which the coupling needs; pass zero_frequency_rate="
                )
            rates.append(bath.temperature * slope)
    return rates
