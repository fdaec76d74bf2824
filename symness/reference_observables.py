"""Observables of a numerical state, each as a function of linear forms in its coordinates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness import reference_measures as measures
from symness.errors import ObservableError
from symness.observable import Observable, stand_ins
from symness.reference_counting import Noise
from symness.reference_forms import TINY, Coefficients, Coordinates, Form, Place, Quantity
from symness.reference_generator import NumericModel
from symness.reference_matrices import Matrix, dagger, product, to_energy
from symness.reference_rates import Point
from symness.reference_sensitivity import Derivative, Moved, quantum_fisher
from symness.reference_spectra import Gap, Spectrum

__all__ = ["Forms"]


def _single(values: list[Any]) -> tuple[Any, Any]:
    return values[0], values[0]


class Forms:
    """Builds the quantities of one point."""

    def __init__(
        self, model: NumericModel, point: Point, coordinates: Coordinates, maps: list[Matrix], place: Place
    ) -> None:
        self.model, self.point, self.coordinates, self.maps, self.place = model, point, coordinates, maps, place
        self._elements: dict[str, dict[tuple[int, int], Form]] = {}

    def quantity(self, observable: Observable) -> Quantity:
        """Forms and function of an observable; ObservableError where it does not exist."""
        build: Callable[[Observable], Quantity] = getattr(self, "_" + observable.kind)
        return build(observable)

    # -- linear ------------------------------------------------------------------------------------------------------

    def in_working_basis(self, operator: Matrix, basis: str) -> Matrix:
        """An operator given in a basis, in the working basis."""
        here = "energy" if self.model.in_energy_basis else "product"
        if basis == here:
            return operator
        rows = self.point.eigenvectors
        if here == "energy":
            return to_energy(operator, rows)
        columns: list[list[tuple[int, Any]]] = [[] for _ in rows]
        for state, components in enumerate(rows):
            for k, value in components:
                columns[k].append((state, value.conjugate()))
        return to_energy(operator, columns)

    def _element(self, observable: Observable) -> Quantity:
        i, j = observable.indices
        n = self.model.dimension
        if not (0 <= i < n and 0 <= j < n) or observable.basis not in ("energy", "product"):
            raise ObservableError(
                f"element: no element {(i, j)} in the basis {observable.basis!r}; pass indices from 0 to {n - 1} and "
                "the basis 'energy' or 'product'"
            )
        operator = self.in_working_basis({(j, i): mpmath.mpf(1)}, observable.basis)
        return self._linear(Form(self.coordinates.trace_with(operator)), i == j)

    def _linear(self, form: Form, is_real: bool) -> Quantity:
        if is_real:
            form = Form({k: value.real for k, value in form.fixed.items()}, form.flows)
        return Quantity((form,), _single, True)

    def _expectation(self, observable: Observable) -> Quantity:
        matrix = self.model.operator(observable.operator, self.point.numbers)
        form = Form(self.coordinates.trace_with(self.in_working_basis(matrix, "product")))
        adjoint = dagger(matrix)
        close = all(abs(value - adjoint.get(place, 0)) < mpmath.mpf("1e-40") for place, value in matrix.items())
        return self._linear(form, close)

    # -- currents ----------------------------------------------------------------------------------------------------

    def _part(self, name: str) -> int:
        model = self.model.model
        names = [self.model.part_name(part) for part in range(len(model.baths) + len(model.jumps))]
        if name in names:
            return names.index(name)
        known = ", ".join(map(repr, names))
        raise ObservableError(f"no bath or jump is called {name!r}; there are {known}")

    def _energy_form(self, part: int, energy: str) -> Form:
        if energy not in ("total", "bare"):
            raise ObservableError(f"energy={energy!r} is unknown; pass 'total' or 'bare'")
        weights = self.coordinates.trace_with(self.point.total if energy == "total" else self.point.bare)
        flows: dict[int, Coefficients] = {}
        for q, channel in enumerate(self.point.channels):
            if channel.part == part:
                flow: Coefficients = {}
                for (row, column), value in self.maps[q].items():
                    if row in weights:
                        flow[column] = flow.get(column, 0) + weights[row].real * value
                flows[q] = flow
        return Form({}, flows)

    def _particle_form(self, part: int) -> Form:
        baths = self.model.model.baths
        if part >= len(baths) or not self.model.exchange[part]:
            name = self.model.part_name(part)
            raise ObservableError(f"particle_current: {name!r} exchanges no particles; use energy_current instead")
        flows = {}
        for q, channel in enumerate(self.point.channels):
            if channel.part == part:
                form = self.coordinates.trace_with(product(dagger(channel.right), channel.left))
                flows[q] = {k: channel.count * value.real for k, value in form.items()}
        return Form({}, flows)

    def _heat_form(self, part: int, energy: str) -> Form:
        form = self._energy_form(part, energy)
        baths = self.model.model.baths
        if part < len(baths) and baths[part].chemical_potential != 0:
            form = form.plus(-self.point.potentials[part], self._particle_form(part))
        return form

    def _energy_current(self, observable: Observable) -> Quantity:
        return Quantity((self._energy_form(self._part(observable.bath), observable.energy),), _single, True)

    def _particle_current(self, observable: Observable) -> Quantity:
        return Quantity((self._particle_form(self._part(observable.bath)),), _single, True)

    def _heat_current(self, observable: Observable) -> Quantity:
        return Quantity((self._heat_form(self._part(observable.bath), observable.energy),), _single, True)

    def _entropy_production(self, observable: Observable) -> Quantity:
        warm, cold = Form(), []
        for part, temperature in enumerate(self.point.temperatures):
            form = self._heat_form(part, observable.energy)
            if temperature == 0:
                cold.append(form)
            else:
                warm = warm.plus(-1 / temperature, form)

        def combine(values: list[Any]) -> tuple[Any, Any]:
            # Heat handed to a bath at T = 0 is infinite entropy; Redfield generators may also draw heat from one.
            signs = {mp.sign(value) for value in values[1:] if abs(value) > TINY}
            total = sum((-sign * mp.inf for sign in signs), mp.zero) if signs else values[0]
            return total, total

        return Quantity((warm, *cold), combine, not cold)

    # -- from further equations of the same generator --------------------------------------------------------------

    def _noise(self, observable: Observable) -> Quantity:
        part, other = self._part(observable.bath), self._part(observable.other)
        return Quantity((Noise(self, part, other, observable.counted, observable.energy),), _single)

    def _spectrum(self, observable: Observable, response: bool = False) -> Quantity:
        numbers = self.point.numbers
        pair = [self.model.operator(o, numbers) for o in (observable.operator, observable.second)]
        first, second = (self.in_working_basis(matrix, "product") for matrix in pair)
        return Quantity((Spectrum(self, (first, second), observable.function.name, response),), _single)

    def _susceptibility(self, observable: Observable) -> Quantity:
        return self._spectrum(observable, True)

    def _relaxation_gap(self, observable: Observable) -> Quantity:
        return Quantity((Gap(self),), _single)

    def _derivative(self, observable: Observable) -> Quantity:
        return Quantity((Derivative(self, observable),), _single)

    def _quantum_fisher_information(self, observable: Observable) -> Quantity:
        symbol, rows = observable.function, self.point.eigenvectors
        here = "energy" if self.model.in_energy_basis else "product"
        forms = self._forms_in(here)
        slopes: dict[tuple[int, int], Form] = {}
        if here == "product":
            for place in forms:
                element = Observable("element", here, place)
                slopes[place] = Derivative(self, Observable("derivative", parts=(element,), function=symbol))
        else:
            # Eigenstates of one block of H + V turn into each other.
            turned = {(k, m) for row in rows for k, _ in row for m, _ in row if k <= m}
            slopes = {place: Moved(self, place, symbol) for place in sorted({*forms, *turned})}

        def combine(values: list[Any]) -> tuple[Any, Any]:
            known = iter(values)
            rho, change = ({place: next(known) for place in places} for places in (forms, slopes))
            return (quantum_fisher(rho, change),) * 2

        return Quantity((*forms.values(), *slopes.values()), combine)

    # -- composites --------------------------------------------------------------------------------------------------

    def _function(self, observable: Observable) -> Quantity:
        """A function of other observables; a linear combination of linear ones stays a linear form."""
        quantities = [self.quantity(part) for part in observable.parts]
        names = [stand_ins(k) for k in range(len(quantities))]
        symbols = {s.name: s for s in observable.function.free_symbols}
        ordered = [symbols.get(name, sp.Symbol(name, real=True)) for pair in names for name in pair]
        slopes = [sp.diff(observable.function, ordered[2 * k]) for k in range(len(quantities))]
        numbers = self.point.numbers
        if (
            all(q.is_linear for q in quantities)
            and not any(slope.free_symbols & set(ordered) for slope in slopes)
            and not any(name in symbols for _, name in names)
            and observable.function.subs(dict.fromkeys(ordered, 0)) == 0
        ):
            form = Form()
            weights = self.model.compiled(slopes)(*numbers)
            for weight, quantity in zip(weights, quantities, strict=True):
                form = form.plus(weight, quantity.forms[0])
            return self._linear(form, True)
        compiled = self.model.compiled([observable.function], *ordered)
        ends = list(itertools.accumulate(len(q.forms) for q in quantities))

        def combine(values: list[Any]) -> tuple[Any, Any]:
            arguments: list[Any] = []
            for quantity, end in zip(quantities, ends, strict=True):
                value = mp.mpmathify(quantity.combine(values[end - len(quantity.forms) : end])[0])
                # An exact zero comes out as one at high precision only; then 0/0 is undefined, not noise.
                value = value if abs(value) > TINY else mpmath.mpf(0)
                arguments += [value.real, value.imag]
            try:
                result = compiled(*arguments, *numbers)[0]
            except ZeroDivisionError:
                result = mp.nan
            return result, result

        return Quantity(tuple(form for q in quantities for form in q.forms), combine)

    # -- functions of the whole state ----------------------------------------------------------------------------------

    def _forms_in(self, basis: str) -> dict[tuple[int, int], Form]:
        """Elements (i <= j) of rho in a basis that are not zero by structure."""
        if basis not in self._elements:
            n, one = self.model.dimension, mpmath.mpf(1)
            forms = {
                (i, j): Form(self.coordinates.trace_with(self.in_working_basis({(j, i): one}, basis)))
                for i in range(n)
                for j in range(i, n)
            }
            self._elements[basis] = {place: form for place, form in forms.items() if any(form.fixed.values())}
        return self._elements[basis]

    def _of_state(self, combine: Callable[[Matrix], tuple[Any, Any]], basis: str = "product") -> Quantity:
        forms = self._forms_in(basis)
        places = list(forms)

        def from_values(values: list[Any]) -> tuple[Any, Any]:
            rho: Matrix = {}
            for (i, j), value in zip(places, values, strict=True):
                rho[i, j] = value.real if i == j else value
                if i != j:
                    rho[j, i] = value.conjugate()
            return combine(rho)

        return Quantity(tuple(forms[place] for place in places), from_values)

    def _two_qubits(self, observable: Observable) -> None:
        if self.model.dimension != 4 or tuple(observable.dimensions) != (2, 2):
            raise ObservableError(
                f"{observable.kind}: the state has dimension {self.model.dimension} = {observable.dimensions}, two "
                "qubits have (2, 2); use negativity instead"
            )

    def _concurrence(self, observable: Observable) -> Quantity:
        self._two_qubits(observable)
        crossed = {(0, 0), (1, 1), (2, 2), (3, 3), (0, 3), (1, 2)}
        x_form = set(self._forms_in("product")) <= crossed
        return self._of_state(measures.x_concurrence if x_form else measures.wootters)

    def _horodecki(self, observable: Observable) -> Quantity:
        self._two_qubits(observable)
        return self._of_state(measures.horodecki)

    def _chsh(self, observable: Observable) -> Quantity:
        self._two_qubits(observable)
        return self._of_state(measures.chsh)

    def _negativity(self, observable: Observable) -> Quantity:
        size, dimensions = self.model.dimension, tuple(observable.dimensions)
        if math.prod(dimensions) != size:
            raise ObservableError(
                f"negativity: dimensions={dimensions} do not multiply to {size}; pass those of the parties"
            )
        return self._of_state(lambda rho: measures.negativity(rho, dimensions, observable.partition))

    def _positive(self, observable: Observable) -> Quantity:
        return self._of_state(lambda rho: measures.positive(rho, self.model.dimension))

    def _purity(self, observable: Observable) -> Quantity:
        return self._of_state(measures.purity)

    def _von_neumann_entropy(self, observable: Observable) -> Quantity:
        return self._of_state(lambda rho: measures.entropy(rho, self.model.dimension))

    def _coherence_l1(self, observable: Observable) -> Quantity:
        return self._of_state(measures.coherence_l1, observable.basis)

    def _coherence_relative_entropy(self, observable: Observable) -> Quantity:
        return self._of_state(
            lambda rho: measures.coherence_relative_entropy(rho, self.model.dimension), observable.basis
        )
