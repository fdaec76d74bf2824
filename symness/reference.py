"""The independent oracle: steady states in mpmath, straight from the operators of a model.

It shares no algebra with the symbolic engine.  Matrices are evaluated at numbers and diagonalised numerically, the
generator is summed channel by channel, and its null vector is found by elimination.  Digits are *correct* digits: the
working precision doubles until two solutions agree in every output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath import mp

from symness.errors import ModelError, NonUniqueSteadyState
from symness.observable import Observable, Setup
from symness.reference_forms import PAIR_FLOOR, TINY, Coordinates, Form, Place, Quantity, dense, with_trace
from symness.reference_generator import NumericModel
from symness.reference_matrices import Elimination, Matrix, SingularMatrix, connected, dagger, product
from symness.reference_observables import Forms
from symness.reference_rates import Point, atoms, point_at

__all__ = ["Reference", "Result"]

#: Precision (digits) beyond which a pivot that still vanishes is a zero.
_SINGULAR_AT = 500
#: Precision from which a number below TINY counts as zero.
_ZERO_AT = 450
#: Powers of ten below one that rates are followed to: the promise on digits ends at 1e-290.
_SMALLEST = 290
_MOST_DIGITS = 20000


@dataclass(frozen=True)
class Result:
    """One output at one point.

    Attributes
    ----------
    value : mpf, mpc or bool
    scale : mpf
        What a relative error is counted against: the modulus of the value, of the expression before it is clipped at
        zero for concurrence and negativity, of the smallest eigenvalue for ``positive``.
    condition : mpf
        Componentwise condition number in the atoms, variation / scale (0 where both vanish).
    digits : int
        Correct digits of the value relative to the scale.
    variation : mpf
        Sum over the atoms of abs(atom * d value/d atom); where it vanishes, the value is zero for a structural reason.
    terms : mpf
        Of what is linear in the state (currents, expectation values), of derivatives, spectra and functions of them:
        sum of the magnitudes of its terms; else 0.
    """

    value: Any
    scale: Any
    condition: Any
    digits: int
    variation: Any
    terms: Any = 0


@dataclass(frozen=True)
class _Solution:
    point: Point
    quantities: list[Quantity]
    maps: list[Matrix]
    elimination: Elimination
    rho: list[Any]
    outcomes: list[tuple[Any, Any]]

    @property
    def rates(self) -> list[Any]:
        return [channel.rate for channel in self.point.channels]


class Reference:
    """Solves the model of a :class:`symness.observable.Setup` at numbers.

    Frequencies of ``secular`` count as equal when they are equal as functions of the parameters.
    """

    def __init__(self, setup: Setup) -> None:
        self.model = NumericModel(setup)
        components = _components(self.model)
        inside = [c for c in components if any(i == j for i, j in c)]
        self._sector = Coordinates([element for component in inside for element in component])
        self._others = [Coordinates(c) for c in components if c not in inside]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that ``solve`` needs."""
        return tuple(s.name for s in self.model.symbols)

    def frequencies(self, values: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Frequencies at which each bath is asked for its rate and occupation."""
        with mp.workdps(30):
            point = point_at(self.model, values)
            found: dict[str, list[Any]] = {self.model.part_name(part): [] for part in range(len(point.temperatures))}
            for part, omega in point.asked:
                found[self.model.part_name(part)].append(omega)
            return found

    def stretch(self, values: Mapping[str, Any]) -> Any:
        """Largest omega/T (and |omega - mu|/T) over baths and their frequencies; baths at T = 0 are left out."""
        with mp.workdps(30):
            return point_at(self.model, values).stretch

    def crossing(self, values: Mapping[str, Any]) -> bool:
        """Whether levels of a block without closed form coincide: which basis of them is meant is open there."""
        with mp.workdps(30):
            return self.model.crossing(self.model.numbers(values))

    def solve(self, values: Mapping[str, Any], observables: Sequence[Observable], digits: int = 50) -> list[Result]:
        """Value, scale and condition of each observable.

        Raises
        ------
        NonUniqueSteadyState
            When the generator has more than one stationary state at this point.
        ModelError
            For a missing parameter or one outside the domain, or more digits than can be had.
        ObservableError
            For an observable that does not exist here.
        """
        # Two precisions that both lose exp(-omega/T) beside one would agree on a wrong answer.
        lost = min(self.stretch(values) / mp.ln10, _SMALLEST)
        precision, previous = digits + 15 + int(lost), None
        while precision < _MOST_DIGITS:
            with mp.workdps(precision):
                try:
                    solution = self._solution(values, observables, previous is None)
                except SingularMatrix:
                    if precision >= _SINGULAR_AT:
                        raise NonUniqueSteadyState(
                            f"Reference: more than one steady state at {dict(values)}; choose a point or couplings at "
                            "which every state decays to one"
                        ) from None
                    previous = None
                else:
                    if previous is not None and _agree(previous, solution, digits):
                        variations = self._variations(solution, digits)
                        parts = zip(solution.outcomes, variations, self._terms(solution), strict=True)
                        return [_result(value, abs(raw), v, digits, terms) for (value, raw), v, terms in parts]
                    previous = solution.outcomes
            precision *= 2
        raise ModelError(
            f"Reference: no {digits} digits with {_MOST_DIGITS} digits of working precision at {dict(values)}; pass "
            "fewer digits"
        )

    # -- one solution at the current precision -------------------------------------------------------------------------

    def _solution(self, values: Mapping[str, Any], observables: Sequence[Observable], check_others: bool) -> _Solution:
        point = point_at(self.model, values)
        if check_others:
            for coordinates in self._others:
                Elimination(dense(coordinates, *_maps(coordinates, point), [c.rate for c in point.channels]))
        rates = [channel.rate for channel in point.channels]
        forms, elimination, rho = self._stationary(point, values, rates)
        maps = forms.maps
        quantities = [forms.quantity(observable) for observable in observables]
        outcomes = [q.combine([form.value(rates, rho) for form in q.forms]) for q in quantities]
        return _Solution(point, quantities, maps, elimination, rho, outcomes)

    def _stationary(
        self, point: Point, values: Mapping[str, Any], rates: Sequence[Any]
    ) -> tuple[Forms, Elimination, list[Any]]:
        """Observables, LU decomposition and state of a point whose channels have these rates."""
        hamiltonian, maps = _maps(self._sector, point)
        elimination = Elimination(with_trace(self._sector, dense(self._sector, hamiltonian, maps, rates)))
        rho = elimination.solve([mpmath.mpf(int(k == 0)) for k in range(self._sector.size)])
        place = Place(hamiltonian, values, self._nearby)
        return Forms(self.model, point, self._sector, maps, place), elimination, rho

    def _nearby(self, values: Mapping[str, Any], factors: Sequence[Any]) -> tuple[Forms, list[Any], list[Any]]:
        """Observables, rates and state at other values of the parameters, every rate times its factor."""
        point = point_at(self.model, values)
        rates = [channel.rate * factor for channel, factor in zip(point.channels, factors, strict=True)]
        forms, _, rho = self._stationary(point, values, rates)
        return forms, rates, rho

    def _terms(self, solution: _Solution) -> list[Any]:
        return [_terms(q, raw, solution) for q, (_, raw) in zip(solution.quantities, solution.outcomes, strict=True)]

    def _variations(self, solution: _Solution, digits: int) -> list[Any]:
        """Implicit differentiation: M d rho = -dM rho, one back-substitution for each atom."""
        rho, rates = solution.rho, solution.rates
        images = []
        for rows in solution.maps:
            image = [mpmath.mpf(0)] * len(rho)
            for (i, j), value in rows.items():
                image[i] += value * rho[j]
            images.append(image)
        sums = [mpmath.mpf(0)] * len(solution.quantities)
        # Half of the digits that are known to be right go into the difference quotient; the information in a derivative
        # is quadratic in it, and moves at its zeros by the square of what is promised for the derivative.
        usual = mpmath.mpf(10) ** (-digits // 2)
        steps = [usual if _is_plain(q) else mpmath.mpf(2) ** -45 for q in solution.quantities]
        bases = [[form.value(rates, rho) for form in q.forms] for q in solution.quantities]
        # Entanglement, positivity and elements share forms; each is differentiated once.
        unique = {id(form): form.derivative(rates, rho) for q in solution.quantities for form in q.forms}
        for moved in atoms(solution.point.channels):
            right = [mpmath.mpf(0)] * len(rho)
            for q, change in moved.items():
                for i, value in enumerate(images[q]):
                    if value:
                        right[i] -= change * value
            right[0] = mpmath.mpf(0)
            shift = solution.elimination.solve(right)
            known = {name: derivative(moved, shift) for name, derivative in unique.items()}
            for k, quantity in enumerate(solution.quantities):
                slopes = [known[id(form)] for form in quantity.forms]
                if quantity.is_linear:
                    sums[k] += abs(slopes[0])
                elif abs(solution.outcomes[k][1]) != mp.inf:
                    nearby = [value + steps[k] * slope for value, slope in zip(bases[k], slopes, strict=True)]
                    sums[k] += abs(quantity.combine(nearby)[1] - solution.outcomes[k][1]) / steps[k]
        return sums


def _is_plain(quantity: Quantity) -> bool:
    """No further equation is in it."""
    return all(type(form) is Form for form in quantity.forms)


def _terms(quantity: Quantity, raw: Any, solution: _Solution) -> Any:
    """Of a function of derivatives or spectra: what it moves by when each moves by the rounding of its own terms."""
    rates, rho, total = solution.rates, solution.rho, mpmath.mpf(0)
    if quantity.is_linear:
        return quantity.forms[0].terms(rates, rho)
    if _is_plain(quantity):
        return total
    values = [form.value(rates, rho) for form in quantity.forms]
    for k, form in enumerate(quantity.forms):
        own = values[k]
        own += PAIR_FLOOR * form.terms(rates, rho) * (own / abs(own) if own else 1)
        nearby = [*values[:k], own, *values[k + 1 :]]
        change = abs(quantity.combine(nearby)[1] - raw) / PAIR_FLOOR
        total += change if mp.isfinite(change) else 0
    return total


def _result(value: Any, scale: Any, variation: Any, digits: int, terms: Any) -> Result:
    if scale > TINY:
        condition = mpmath.mpf(0) if mp.isinf(scale) else variation / scale
    else:
        condition = mp.inf if variation > TINY else mpmath.mpf(0)
    return Result(value, scale, condition, digits, variation, terms)


def _agree(old: list[tuple[Any, Any]], solution: _Solution, digits: int) -> bool:
    tolerance = mpmath.mpf(10) ** -digits
    for (_, before), (_, after), quantity in zip(old, solution.outcomes, solution.quantities, strict=True):
        if mp.isinf(before) or mp.isinf(after):
            if before != after:
                return False
        elif max(abs(before), abs(after)) <= TINY:
            # A small number can come out as zero twice: a zero counts where every number above TINY has its digits.
            if mp.dps < _ZERO_AT and not all(form.is_empty for form in quantity.forms):
                return False
        elif abs(before - after) > tolerance * abs(after):
            return False
    return True


def _components(model: NumericModel) -> list[list[tuple[int, int]]]:
    """Elements (i <= j) of rho that the generator can connect, from the exact zero pattern."""
    n = model.dimension
    elements = [(i, j) for i in range(n) for j in range(i, n)]
    number = {element: k for k, element in enumerate(elements)}

    def index(i: int, j: int) -> int:
        return number[(i, j) if i <= j else (j, i)]

    def edges() -> Iterator[tuple[int, int]]:
        multipliers = set(model.working_places("total"))
        for spec in model.specs:
            down = spec.left, spec.right
            up = [(j, i) for i, j in spec.left], [(j, i) for i, j in spec.right]
            for left, right in (up,) if spec.role == "up" else (down,):
                yield from {(index(r, s), index(k, m)) for r, k in left for s, m in right}
                multipliers |= {(m, k) for r, k in left for s, m in right if r == s}
        for r, k in multipliers:
            yield from ((index(r, s), index(k, s)) for s in range(n))

    return [[elements[k] for k in component] for component in connected(len(elements), edges())]


def _maps(coordinates: Coordinates, point: Point) -> tuple[Matrix, list[Matrix]]:
    """-i [H + V, rho], and A rho B^dagger/2 - B^dagger A rho/2 + h.c. of each channel, in real coordinates."""
    states = {i for element in coordinates.first for i in element}
    unitary: Matrix = {}
    for (r, k), value in point.total.items():
        _multiply(coordinates, unitary, states, r, k, value * mpmath.mpc(0, -1))
    maps = []
    for channel in point.channels:
        rows: Matrix = {}
        for (r, k), a in channel.left.items():
            for (s, m), b in channel.right.items():
                z = a * b.conjugate() / 2
                coordinates.add(rows, (r, s), (k, m), z)
                coordinates.add(rows, (s, r), (m, k), z.conjugate())
        for (r, k), value in product(dagger(channel.right), channel.left).items():
            _multiply(coordinates, rows, states, r, k, -value / 2)
        maps.append(rows)
    return unitary, maps


def _multiply(coordinates: Coordinates, rows: Matrix, states: set[int], r: int, k: int, z: Any) -> None:
    """Add z |r><k| rho + h.c."""
    conjugate = z.conjugate()
    for s in states:
        coordinates.add(rows, (r, s), (k, s), z)
        coordinates.add(rows, (s, r), (s, k), conjugate)
