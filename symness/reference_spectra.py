"""Spectra, susceptibilities and the relaxation gap in numbers, from the whole superoperator as a dense matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ObservableError
from symness.reference_counting import Setting, finite_slope
from symness.reference_forms import Form
from symness.reference_matrices import Matrix, connected, dagger, product

__all__ = ["Gap", "Spectrum"]


class Spectrum(Form):
    """int dt exp(-i w t) of the connected <A(t) B(0)> over all times, or i int_0^oo dt exp(i w t) <[A(t), B(0)]>.

    ``operators`` are A and B in the working basis.
    """

    def __init__(self, setting: Setting, operators: tuple[Matrix, Matrix], frequency: str, response: bool) -> None:
        super().__init__()
        self._at, self._operators, self._response = setting, operators, response
        if frequency not in setting.place.values:
            raise ObservableError(f"spectrum: no value for the frequency {frequency!r}; pass one")
        self._omega = mp.mpf(setting.place.values[frequency])

    @property
    def is_empty(self) -> bool:
        return False

    def derivative(self, rates: Sequence[Any], rho: Sequence[Any]) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
        return finite_slope(self.value, rates, rho)

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        state = self._at.coordinates.matrix(rho)
        A, B = self._operators
        if self._response:
            return mp.mpc(0, 1) * self._resolved(rates, A, _minus(product(B, state), product(state, B)), -1)
        one = self._resolved(rates, A, self._connected(B, state), 1)
        other = self._resolved(rates, dagger(B), self._connected(dagger(A), state), 1)
        return one + mp.conj(other)

    def _connected(self, B: Matrix, state: Matrix) -> Matrix:
        image = product(B, state)
        mean = sum((image.get((k, k), 0) for k in range(self._at.model.dimension)), mp.mpc(0))
        return _minus(image, {place: mean * value for place, value in state.items()})

    def _resolved(self, rates: Sequence[Any], A: Matrix, right: Matrix, sign: int) -> Any:
        """Tr[A (i sign omega - L)^-1 X] for X without trace, the trace in place of one redundant equation."""
        n = self._at.model.dimension
        rows = -superoperator(self._at, rates)
        for k in range(n * n):
            rows[k, k] += mp.mpc(0, sign * self._omega)
        for column in range(n * n):
            rows[0, column] = mp.mpc(0)
        for k in range(n):
            rows[0, k + n * k] = mp.mpc(1)
        b = mp.matrix(n * n, 1)
        for (i, j), value in right.items():
            b[i + n * j] = value
        b[0] = mp.mpc(0)
        if not any(b):
            return mp.mpc(0)
        x = mp.lu_solve(rows, b)
        return sum((value * x[j + n * i] for (i, j), value in A.items()), mp.mpc(0))


class Gap(Form):
    """Smallest -Re of the eigenvalues but one that is zero, block by block."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._at = setting

    @property
    def is_empty(self) -> bool:
        return False

    def derivative(self, rates: Sequence[Any], rho: Sequence[Any]) -> Callable[[Mapping[int, Any], Sequence[Any]], Any]:
        return finite_slope(self.value, rates, rho)

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        rows = superoperator(self._at, rates)
        size = rows.rows
        pairs = [(i, j) for i in range(size) for j in range(size) if rows[i, j] != 0]
        found: list[Any] = []
        for block in connected(size, pairs):
            inner = mp.matrix([[rows[i, j] for j in block] for i in block])
            found += list(mp.eig(inner, left=False, right=False)) if len(block) > 1 else [inner[0, 0]]
        found.remove(min(found, key=abs))
        return min(-mp.re(value) for value in found)


def superoperator(setting: Setting, rates: Sequence[Any]) -> Any:
    """L on column-stacked matrices of the working basis."""
    n = setting.model.dimension
    rows = mp.matrix(n * n, n * n)
    for (i, k), value in setting.point.total.items():
        for j in range(n):
            rows[i + n * j, k + n * j] -= mp.mpc(0, 1) * value
            rows[j + n * k, j + n * i] += mp.mpc(0, 1) * value
    for rate, channel in zip(rates, setting.point.channels, strict=True):
        half = rate / 2
        for (i, k), a in channel.left.items():
            for (j, m), b in channel.right.items():
                z = half * a * mp.conj(b)
                rows[i + n * j, k + n * m] += z
                rows[j + n * i, m + n * k] += mp.conj(z)
        for (i, k), value in product(dagger(channel.right), channel.left).items():
            for j in range(n):
                rows[i + n * j, k + n * j] -= half * value
                rows[j + n * i, j + n * k] -= half * mp.conj(value)
    return rows


def _minus(first: Matrix, second: Matrix) -> Matrix:
    return {p: first.get(p, mpmath.mpf(0)) - second.get(p, mpmath.mpf(0)) for p in {**first, **second}}
