"""Spectra, susceptibilities and the relaxation gap in numbers, from the whole superoperator as a dense matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ObservableError
from symness.reference_counting import Further, Setting
from symness.reference_matrices import Elimination, Matrix, connected, dagger, product
from symness.reference_terms import reached

__all__ = ["Gap", "Spectrum"]


class Spectrum(Further):
    """int dt exp(-i w t) of the connected <A(t) B(0)> over all times, or i int_0^oo dt exp(i w t) <[A(t), B(0)]>.

    ``operators`` are A and B in the working basis.
    """

    def __init__(self, setting: Setting, operators: tuple[Matrix, Matrix], frequency: str, response: bool) -> None:
        super().__init__()
        self._at, self._operators, self._response = setting, operators, response
        if frequency not in setting.place.values:
            raise ObservableError(f"spectrum: no value for the frequency {frequency!r}; pass one")
        self._omega = mp.mpf(setting.place.values[frequency])

    def value(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        state = self._at.coordinates.matrix(rho)
        A, B = self._operators
        if self._response:
            right = _minus(product(B, state), product(state, B))
            return mp.mpc(0, 1) * self._resolved(rates, state, A, right, -1)
        one = self._resolved(rates, state, A, self._connected(B, state), 1)
        other = self._resolved(rates, state, dagger(B), self._connected(dagger(A), state), 1)
        return one + mp.conj(other)

    def _connected(self, B: Matrix, state: Matrix) -> Matrix:
        image = product(B, state)
        mean = sum((image.get((k, k), 0) for k in range(self._at.model.dimension)), mp.mpc(0))
        return _minus(image, {place: mean * value for place, value in state.items()})

    def _resolved(self, rates: Sequence[Any], state: Matrix, A: Matrix, right: Matrix, sign: int) -> Any:
        """Tr[A (i sign omega - L)^-1 X] for X without trace."""
        n, total = self._at.model.dimension, mp.mpc(0)
        for block, elimination, dropped in self._blocks(rates, state, A, right, sign):
            b = [right.get((k % n, k // n), mp.mpc(0)) if k != dropped else mp.mpc(0) for k in block]
            if any(b):
                x = dict(zip(block, elimination.solve(b), strict=True))
                total += sum((a * x[j + n * i] for (i, j), a in A.items() if j + n * i in x), mp.mpc(0))
        return total

    def terms(self, rates: Sequence[Any], rho: Sequence[Any]) -> Any:
        """|A| |(i w - L)^-1| |X| with X term by term, of both halves of a spectrum."""
        state = self._at.coordinates.matrix(rho)
        A, B = self._operators
        sides = [(A, B, -1)] if self._response else [(A, B, 1), (dagger(B), dagger(A), 1)]
        n, total = self._at.model.dimension, mpmath.mpf(0)
        for left, operator, sign in sides:
            right = self._magnitudes(operator, state)
            for block, elimination, dropped in self._blocks(rates, state, left, right, sign):
                b = [right.get((k % n, k // n), mpmath.mpf(0)) if k != dropped else mpmath.mpf(0) for k in block]
                x = dict(zip(block, reached(elimination, b), strict=True))
                total += sum((abs(a) * x[j + n * i] for (i, j), a in left.items() if j + n * i in x), mpmath.mpf(0))
        return total

    def _magnitudes(self, B: Matrix, state: Matrix) -> Matrix:
        """What B rho - <B> rho, or B rho - rho B, is the sum of; the diagonal of B counts by its differences."""
        off = {(i, j): abs(value) for (i, j), value in B.items() if i != j}
        sizes = {place: abs(value) for place, value in state.items()}
        found = product(off, sizes)
        for place, value in (product(sizes, off) if self._response else {}).items():
            found[place] = found.get(place, 0) + value
        levels = range(self._at.model.dimension)
        apart = {(i, k): abs(B.get((i, i), 0) - B.get((k, k), 0)) for i in levels for k in levels}
        mean = sum((found.get((k, k), 0) for k in levels), mpmath.mpf(0))
        for (i, j), value in sizes.items():
            away = mean + sum(apart[i, k] * sizes.get((k, k), 0) for k in levels)
            found[i, j] = found.get((i, j), 0) + value * (apart[i, j] if self._response else away)
        return found

    def _blocks(
        self, rates: Sequence[Any], state: Matrix, A: Matrix, right: Matrix, sign: int
    ) -> list[tuple[list[int], Elimination, int | None]]:
        """i sign omega - L on the blocks of vec(rho) that lead from X to A.

        In the block of the populations the trace replaces the equation of the largest one, whose place is returned.
        """
        n, L = self._at.model.dimension, superoperator(self._at, rates)
        wanted, given = {j + n * i for i, j in A}, {i + n * j for (i, j), value in right.items() if value}
        pairs = [(i, j) for i in range(n * n) for j in range(n * n) if i != j and L[i, j]]
        found: list[tuple[list[int], Elimination, int | None]] = []
        for block in connected(n * n, pairs):
            if not (wanted & set(block) and given & set(block)):
                continue
            rows = [[-L[i, j] + (mp.mpc(0, sign * self._omega) if i == j else 0) for j in block] for i in block]
            populations = [k for k in block if k % (n + 1) == 0]
            dropped = max(populations, key=lambda k: mp.re(state[k // n, k // n]), default=None)
            if dropped is not None:
                rows[block.index(dropped)] = [mp.mpc(int(k % (n + 1) == 0)) for k in block]
            found.append((block, Elimination(rows), dropped))
        return found


class Gap(Further):
    """Smallest -Re of the eigenvalues but one that is zero, block by block."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._at = setting

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
