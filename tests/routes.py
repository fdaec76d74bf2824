"""A second route to everything: superoperators in mpmath, from the operators of a model and the definition alone.

A generator is a list of channels rate/2 (A rho B^+ - B^+ A rho) + h.c. on column-stacked matrices of the product space.
Nothing of the engine and nothing of its reference is used; what is shared is the model (operators, rates, baths) and
the conventions of the design: hbar = k_B = 1, currents positive into the system, gamma the golden-rule rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

#: Bohr frequencies that agree to this are one frequency (points are generic)
SAME = mp.mpf("1e-12")


def matrix(operator: Any, table: Mapping[Any, Any]) -> Any:
    """Numbers for the parameters."""
    rows = sp.Matrix(operator).tolist()
    return mp.matrix([[mp.mpmathify(sp.sympify(x).subs(table).evalf(mp.dps)) for x in row] for row in rows])


def kron(a: Any, b: Any) -> Any:
    found = mp.zeros(a.rows * b.rows)
    for i, j in ((i, j) for i in range(a.rows) for j in range(a.cols) if a[i, j]):
        for k, m in ((k, m) for k in range(b.rows) for m in range(b.cols) if b[k, m]):
            found[i * b.rows + k, j * b.cols + m] = a[i, j] * b[k, m]
    return found


def sandwich(left: Any, right: Any) -> Any:
    """rho -> left rho right."""
    return kron(right.T, left)


@dataclass
class Channel:
    """One term; an event adds ``quanta`` (-1, 0, +1) and ``energy`` to the system (0 where it has no definite one)."""

    part: str
    A: Any
    B: Any
    rate: Any
    quanta: int
    energy: Any = 0

    def amount(self, counted: str) -> Any:
        return self.quanta if counted == "particle" else self.energy

    @cached_property
    def jump(self) -> Any:
        """What is left of the term when its anticommutator is dropped."""
        return (self.rate * sandwich(self.A, self.B.H) + mp.conj(self.rate) * sandwich(self.B, self.A.H)) / 2

    @cached_property
    def whole(self) -> Any:
        one, K = mp.eye(self.A.rows), self.B.H * self.A
        return self.jump - (self.rate * sandwich(K, one) + mp.conj(self.rate) * sandwich(one, K.H)) / 2


class Route:
    """A generator at numbers.

    Parameters
    ----------
    kind : {"redfield", "co_rotating", "secular", "local"}
        ``co_rotating``: redfield of Hermitian couplings without the pairs of opposite sign.
    """

    def __init__(self, model: Any, kind: str, values: Mapping[str, Any]) -> None:
        self.model, self.kind, self.values = model, kind, dict(values)
        self.table = {s: mp.mpf(self.values[s.name]) for s in model.symbols}
        self.bare, self.V = matrix(model.H, self.table), matrix(model.interaction, self.table)
        self.H = self.bare + self.V
        self.size = self.H.rows
        if kind != "local":
            energies, self.vectors = mp.eighe(self.H)
            self.energies = list(energies)
        self.channels = [c for bath in model.baths for c in self._bath(bath)]
        for jump in model.jumps:
            for L in jump.operator:
                own = matrix(L, self.table)
                self.channels.append(Channel(jump.name, own, own, self.number(jump.rate), 0))

    def number(self, expression: Any) -> Any:
        return mp.mpmathify(sp.sympify(expression).subs(self.table).evalf(mp.dps))

    # -- channels ------------------------------------------------------------------------------------------------------

    def _pieces(self, bath: Any, S: Any) -> list[tuple[Any, Any]]:
        """(omega, X) with [H, X] = -omega X, S their sum."""
        if self.kind == "local":
            if bath.frequency is not None:
                return [(self.number(bath.frequency), S)]
            change = S * self.bare - self.bare * S
            i, j = max(((i, j) for i in range(S.rows) for j in range(S.cols)), key=lambda p: abs(S[p]))
            omega = (change[i, j] / S[i, j]).real
            assert mp.norm(change - omega * S) < SAME
            return [(omega, S)]
        inside = self.vectors.H * S * self.vectors
        found: list[tuple[Any, Any]] = []
        for i in range(S.rows):
            for j in range(S.cols):
                if abs(inside[i, j]) < SAME:
                    continue
                omega = self.energies[j] - self.energies[i]
                known = next((k for k, (w, _) in enumerate(found) if abs(w - omega) < SAME), None)
                if known is None:
                    known = len(found)
                    found.append((omega, mp.zeros(S.rows)))
                found[known][1][i, j] = inside[i, j]
        return [(w, self.vectors * X * self.vectors.H) for w, X in found]

    def _bath(self, bath: Any) -> Iterator[Channel]:
        pieces = [self._pieces(bath, matrix(S, self.table)) for S in bath.coupling]
        for a, mine in enumerate(pieces):
            for b, others in enumerate(pieces):
                for w, X in mine:
                    for v, Y in others:
                        if self.kind in ("secular", "local") and abs(w - v) > SAME:
                            continue
                        if self.kind == "co_rotating" and w * v < 0:
                            continue
                        if bath.is_exchange:
                            gamma, up = self.rates(bath, w, a, b)
                            yield Channel(bath.name, X, Y, gamma, -1, -w)
                            yield Channel(bath.name, X.H, Y.H, mp.conj(up), 1, w)
                        else:
                            yield Channel(bath.name, X, Y, self.correlation(bath, w, a, b), 0, -w)

    def rates(self, bath: Any, omega: Any, a: int = 0, b: int = 0) -> tuple[Any, Any]:
        """gamma (1 +- N) and gamma N."""
        w = sp.Symbol("omega_of_the_bath", positive=True)
        gamma = mp.mpmathify(bath.rate_matrix(w)[a, b].subs({**self.table, w: omega}).evalf(mp.dps))
        T, mu = self.number(bath.temperature), self.number(bath.chemical_potential)
        sign = 1 if bath.statistics == "bose" else -1
        N = 1 / (mp.exp((omega - mu) / T) - sign)
        return gamma * (1 + sign * N), gamma * N

    def correlation(self, bath: Any, omega: Any, a: int, b: int) -> Any:
        """C(omega) of a Hermitian coupling; at omega = 0 the given number or the limit."""
        if abs(omega) < SAME and bath.zero_frequency_rate is not None:
            return self.number(bath.zero_frequency_rate)
        if abs(omega) < SAME:
            small = mp.mpf(10) ** (-2 * mp.dps)
            with mp.workdps(6 * mp.dps):
                value = self.rates(bath, small, a, b)[0]
            return +value
        return self.rates(bath, omega, a, b)[0] if omega > 0 else self.rates(bath, -omega, a, b)[1]

    # -- states --------------------------------------------------------------------------------------------------------

    def part(self, name: str) -> Any:
        """The dissipator of one bath or jump."""
        total = mp.zeros(self.size**2)
        for c in self.channels:
            if c.part == name:
                total += c.whole
        return total

    @cached_property
    def L(self) -> Any:
        one = mp.eye(self.size)
        total = -1j * (sandwich(self.H, one) - sandwich(one, self.H))
        for c in self.channels:
            total += c.whole
        return total

    @cached_property
    def sector(self) -> list[int]:
        """Places of vec(rho) that the populations are connected to."""
        n = self.size**2
        listed = [k * (self.size + 1) for k in range(self.size)]
        for k in listed:
            for m in range(n):
                if m not in listed and (abs(self.L[k, m]) > SAME or abs(self.L[m, k]) > SAME):
                    listed.append(m)
        return sorted(listed)

    def inside(self, superoperator: Any) -> Any:
        """Rows and columns of the sector."""
        return mp.matrix([[superoperator[i, j] for j in self.sector] for i in self.sector])

    def solve(self, right: Any, trace: Any = 0) -> Any:
        """x with L x = right and tr x = trace (the first equation is redundant)."""
        rows, right = self.inside(self.L), mp.matrix([right[k] for k in self.sector])
        for column, place in enumerate(self.sector):
            rows[0, column] = int(place % (self.size + 1) == 0)
        right[0] = trace
        solved, found = mp.lu_solve(rows, right), mp.zeros(self.size**2, 1)
        for k, place in enumerate(self.sector):
            found[place] = solved[k]
        return found

    @cached_property
    def vec(self) -> Any:
        return self.solve(mp.zeros(self.size**2, 1), 1)

    @cached_property
    def rho(self) -> Any:
        return self.unstacked(self.vec)

    def unstacked(self, x: Any) -> Any:
        return mp.matrix([[x[i + self.size * j] for j in range(self.size)] for i in range(self.size)])

    def array(self) -> np.ndarray:
        return np.array(self.rho.tolist(), complex)

    def trace(self, operator: Any, x: Any) -> Any:
        """Re tr(operator x)."""
        product = operator * self.unstacked(x)
        return mp.fsum(product[k, k] for k in range(self.size)).real

    # -- observables ---------------------------------------------------------------------------------------------------

    def energy_current(self, part: str, energy: str) -> Any:
        return self.trace(self.H if energy == "total" else self.bare, self.part(part) * self.vec)

    def counted(self, part: str, power: int = 1, what: str = "particle") -> Any:
        """J_k of the quanta of one bath, or of the energy where every event has a definite one."""
        total = mp.zeros(self.size**2)
        for c in self.channels:
            if c.part == part:
                total += c.amount(what) ** power * c.jump
        return total

    def counted_current(self, part: str, what: str = "particle") -> Any:
        return self.trace(mp.eye(self.size), self.counted(part, 1, what) * self.vec)

    def particle_current(self, part: str) -> Any:
        return self.counted_current(part)

    def heat_current(self, name: str, energy: str) -> Any:
        bath = next(b for b in self.model.baths if b.name == name)
        mu = self.number(bath.chemical_potential)
        return self.energy_current(name, energy) - (mu * self.particle_current(name) if mu else 0)

    def entropy_production(self, energy: str) -> Any:
        return -mp.fsum(self.heat_current(b.name, energy) / self.number(b.temperature) for b in self.model.baths)

    def noise(self, part: str, what: str = "particle") -> Any:
        """By the Drazin inverse: <J_2> + 2 <J_1 sigma>, L sigma = (I - J_1) rho, tr sigma = 0."""
        one, J = mp.eye(self.size), self.counted(part, 1, what)
        current = self.counted_current(part, what)
        sigma = self.solve(current * self.vec - J * self.vec)
        return self.trace(one, self.counted(part, 2, what) * self.vec) + 2 * self.trace(one, J * sigma)

    def tilted(self, part: str, chi: Any, what: str = "particle") -> Any:
        """L(chi) on the sector: exp(i chi amount) on every event."""
        total = self.L.copy()
        for c in self.channels:
            if c.part == part:
                total += (mp.exp(1j * chi * c.amount(what)) - 1) * c.jump
        return self.inside(total)

    def coherence_relations(self) -> int:
        """How many independent relations the steady-state equations impose on the coherences alone.

        Row vectors y with y M = 0 on the populations, by singular values, without the one that is the trace; M is L
        in populations, Re rho_ij and Im rho_ij, cut to what the populations are connected to.
        """
        n = self.size
        upper = [(i, j) for i in range(n) for j in range(i + 1, n)]
        to_vec = np.zeros((n * n, n * n), complex)
        for k in range(n):
            to_vec[k * (n + 1), k] = 1
        for k, (i, j) in enumerate(upper):
            re, im = n + k, n + len(upper) + k
            to_vec[i + n * j, re] = to_vec[j + n * i, re] = 1
            to_vec[i + n * j, im], to_vec[j + n * i, im] = 1j, -1j
        M = (np.linalg.inv(to_vec) @ np.array(self.L.tolist(), complex) @ to_vec).real
        M[np.abs(M) < 1e-12] = 0
        linked = (M != 0) | (M.T != 0)
        inside = list(range(n))
        for k in inside:
            inside += [int(m) for m in np.flatnonzero(linked[k]) if m not in inside]
        return len(inside) - int(np.linalg.matrix_rank(M[np.ix_(inside, range(n))], tol=1e-10)) - 1
