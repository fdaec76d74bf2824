"""Compare an evaluator with the independent reference at many points.

The promise, for every output and point: error <= 100 eps max(1, omega/T) max(1, condition) relative to the scale of the
output, and 1e-290 absolute; the condition number is that of :mod:`symness.reference`.  Both sides are multiplied by the
scale here, so that a zero crossing (scale 0, finite variation) is checked as well.  Where the value and its variation
are zero, as a current at equilibrium is, the evaluator has to say zero, up to the rounding of double-double arithmetic
in the terms that cancel (``PAIR_FLOOR``): where a current vanishes for a reason that no difference of occupations shows
(several Bohr frequencies in detailed balance, two baths that do not meet), and in derivatives and spectra.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mp

from symness import program
from symness.conditions import violated
from symness.display import Displayed
from symness.errors import ModelError, NonUniqueSteadyState
from symness.formula import Formula, Output
from symness.progress import step, watched
from symness.reference import Reference, Result
from symness.reference_forms import PAIR_FLOOR
from symness.sampling import Range, Sampler, roles

__all__ = ["ABSOLUTE_FLOOR", "FACTOR", "Report", "Row", "verify"]

FACTOR = 100
ABSOLUTE_FLOOR = mpmath.mpf("1e-290")
#: the concurrence holds the root of a product of populations, each good to the absolute floor only
ROOT_FLOOR = mpmath.mpf("1e-145")
_EPSILON = mpmath.mpf(2) ** -52
#: absolute floors of what is found from the eigensystem of a matrix of order one: each number is good to the rounding
#: of double-double arithmetic, its root to that of double precision; logarithms are taken in double precision
SPECTRAL_FLOORS = {
    "eigenvalue": mpmath.mpf(2) ** -94,
    "eigenvector": mpmath.mpf(2) ** -94,
    "wootters": FACTOR * _EPSILON,
    "xlogx": FACTOR * _EPSILON,
}
_TRIES = 2000


@dataclass(frozen=True, repr=False)
class Row(Displayed):
    """One output: the largest relative error, and the point where the error is largest against its bound.

    ``ratio`` is error/bound there (passed where <= 1), ``value`` and ``expected`` what the two sides say.
    """

    output: str
    error: float
    bound: float
    ratio: float
    regime: str
    point: Mapping[str, float]
    value: str
    expected: str
    points: int

    @property
    def passed(self) -> bool:
        return self.ratio <= 1


@dataclass(frozen=True, repr=False)
class Report(Displayed):
    """Outcome of :func:`verify`; ``skipped`` maps outputs that nothing could check to the reason."""

    name: str
    rows: tuple[Row, ...]
    skipped: Mapping[str, str]
    points: int
    digits: int
    seed: int

    @property
    def passed(self) -> bool:
        """True where every checked output keeps its bound at every point (and there is one)."""
        return bool(self.rows) and all(row.passed for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        rows = [{**row.__dict__, "point": dict(row.point), "passed": row.passed} for row in self.rows]
        return {**self.__dict__, "rows": rows, "skipped": dict(self.skipped), "passed": self.passed}

    def text(self) -> str:
        """A table, the point of the largest ratio under each row (in full where it failed), what was not checked."""
        width = max([6, *(len(row.output) for row in self.rows)])
        lines = [f"{self.name}: {self.points} points, {self.digits} digits, seed {self.seed}"]
        lines.append(f"{'output':{width}}  largest error  error/bound  regime")
        for row in self.rows:
            mark = "" if row.passed else "  FAILED"
            lines.append(f"{row.output:{width}}  {row.error:13.2e}  {row.ratio:11.2e}  {row.regime}{mark}")
            if row.passed:
                lines.append("    at " + ", ".join(f"{name}={value:.6g}" for name, value in row.point.items()))
            else:
                values = ", ".join(f"{name}={value!r}" for name, value in row.point.items())
                lines += [f"    at {values}", f"    evaluator {row.value}, reference {row.expected}"]
        lines += [f"not checked: {name} ({reason})" for name, reason in self.skipped.items()]
        lines.append("passed (error/bound at most 1)" if self.passed else "FAILED")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


@watched("verification")
def verify(
    formula: Formula,
    points: int = 200,
    digits: int = 50,
    seed: int = 0,
    ranges: Mapping[str, Range] | None = None,
    progress: Callable[[int, int], None] | None = None,
    evaluator: Any = None,
) -> Report:
    """Compare the float64 evaluator of a formula with the mpmath reference, both at the same float64 parameters.

    Parameters
    ----------
    formula : Formula
        With ``reference`` set; outputs without an observable are listed as skipped.
    points : int
        They cycle through the regimes of :data:`symness.sampling.REGIMES`.
    digits : int
        Correct digits of the reference.
    seed : int
        The same seed gives the same points.
    ranges : mapping, optional
        Name -> (low, high), or a function of the point so far returning it.
    progress : callable, optional
        Called with (points done, points).
    evaluator : module or callable, optional
        A generated module (its ``evaluate`` is used) or any callable of keyword parameters returning a dict.

    Raises
    ------
    ModelError
        When the formula has no reference, or no point meets its conditions (the message says which).
    """
    if formula.reference is None:
        raise ModelError(
            f"verify: the formula {formula.name!r} carries no reference; pass one made from a steady state"
        )
    if points < 1:
        raise ModelError(f"verify: points={points!r}; pass at least 1")
    reference = Reference(formula.reference)
    chosen = [output for output in formula.outputs if output.observable is not None]
    skipped = {o.name: "no observable says what it is" for o in formula.outputs if o.observable is None}
    drawn = _Points(formula, reference, points, seed, ranges or {})
    places = [drawn.draw(index) for index in range(points)]
    run = _runner(formula, evaluator)
    found = run(**{name: np.array([place[name] for place in places]) for name in drawn.names})
    table = {output.name: np.broadcast_to(np.asarray(found[output.name]), points) for output in chosen}
    floors = _floors(formula, chosen)
    worst: dict[str, Row] = {}
    for index, place in enumerate(places):
        try:
            expected = reference.solve(place, [output.observable for output in chosen], digits)
        except NonUniqueSteadyState:
            expected = None
        stretch = max(mpmath.mpf(1), reference.stretch(place))
        for k, output in enumerate(chosen):
            value = table[output.name][index].item()
            result = None if expected is None else expected[k]
            row = _compare(output.name, value, result, stretch, drawn.regime(index), place, floors[output.name])
            worst[output.name] = _worse(worst.get(output.name), row)
        if progress is not None:
            progress(index + 1, points)
        else:
            step(f"{index + 1} of {points} points")
    return Report(formula.name, tuple(worst.values()), skipped, points, digits, seed)


def _runner(formula: Formula, evaluator: Any) -> Callable[..., Mapping[str, Any]]:
    if evaluator is None:
        from symness.evaluator import Evaluator

        made: Callable[..., Mapping[str, Any]] = Evaluator(formula)
        return made
    run = getattr(evaluator, "evaluate", evaluator)
    if not callable(run):
        raise ModelError(f"verify: evaluator={evaluator!r} cannot be called; pass a generated module or a callable")
    return run


def _floors(formula: Formula, outputs: Sequence[Output]) -> dict[str, Any]:
    """Absolute error that the digits of an output end at, by what it is and by the functions that it calls."""
    own = {o.name: ROOT_FLOOR if o.observable.kind == "concurrence" else ABSOLUTE_FLOOR for o in outputs}
    if any(_called(definition.expression) & {"eigenvector"} for definition in formula.definitions):
        own = {name: max(floor, SPECTRAL_FLOORS["eigenvector"]) for name, floor in own.items()}
    return {
        o.name: max([own[o.name], *(SPECTRAL_FLOORS[f] for f in _called(o.expression) & SPECTRAL_FLOORS.keys())])
        for o in outputs
    }


def _called(expression: program.Node) -> set[str]:
    return {node.args[0] for node in program.walk([expression]) if node.op == "call"}


def _worse(old: Row | None, new: Row) -> Row:
    """The row with the larger ratio, carrying the larger error of the two."""
    if old is None:
        return new
    base = new if new.ratio > old.ratio else old
    return Row(**{**base.__dict__, "error": max(old.error, new.error), "points": old.points + new.points})


def _compare(
    name: str,
    value: Any,
    result: Result | None,
    stretch: Any,
    regime: str,
    place: Mapping[str, float],
    floor: Any = ABSOLUTE_FLOOR,
) -> Row:
    """Error against bound at one point; without a unique steady state the evaluator has to say NaN."""
    if result is None:
        refused = isinstance(value, bool) or value != value
        ratio = 0.0 if refused else float("inf")
        return Row(name, 0.0, 0.0, ratio, regime, place, str(value), "no unique steady state", 1)
    if isinstance(result.value, (mpmath.mpf, mpmath.mpc)) and result.value != result.value:
        return Row(name, 0.0, 0.0, 0.0, regime, place, str(value), "undefined (0/0)", 1)
    with mp.workdps(max(result.digits, 20)):
        relative = FACTOR * _EPSILON * stretch
        allowed = max(relative * max(result.scale, result.variation), PAIR_FLOOR * result.terms, floor)
        if isinstance(result.value, bool):
            # Where the smallest eigenvalue is within its rounding a mask may differ; entries of rho are of order one,
            # so a negative one of that size need not be seen.
            difference = mpmath.mpf(0) if value == result.value else max(result.scale, floor)
            allowed = max(allowed, relative) if value else allowed
        elif value != value:
            difference = mp.inf
        elif mp.isinf(result.value) or mp.isinf(abs(mp.mpmathify(value))):
            difference = mpmath.mpf(0) if value == result.value else mp.inf
            allowed = mpmath.mpf(1)
        else:
            difference = abs(mp.mpmathify(value) - result.value)
        significant = result.scale if result.scale > floor and not mp.isinf(result.scale) else None
        error = float(difference / significant) if significant is not None else 0.0
        bound = float(allowed / significant) if significant is not None else float(floor)
        shown = str(result.value) if isinstance(result.value, bool) else mp.nstr(result.value, 20)
        return Row(name, error, bound, float(difference / allowed), regime, place, str(value), shown, 1)


class _Points:
    """Draws points that meet the conditions of the formula and lie in the domain of the reference."""

    def __init__(
        self, formula: Formula, reference: Reference, count: int, seed: int, ranges: Mapping[str, Range]
    ) -> None:
        self.formula, self.reference = formula, reference
        self.names = [item.name for item in formula.inputs]
        missing = [name for name in reference.parameters if name not in self.names]
        if missing:
            raise ModelError(
                f"verify: the reference needs {missing[0]!r}, which is no input of {formula.name!r}; its reference has "
                "to be the specialised model"
            )
        signed = frozenset(item.name for item in formula.inputs if item.domain == "real")
        self.sampler = Sampler(self.names, roles(formula.reference.model), signed, ranges, count, seed)

    def regime(self, index: int) -> str:
        return self.sampler.regime(index)

    def draw(self, index: int) -> dict[str, float]:
        reasons: dict[str, int] = {}
        for attempt in range(_TRIES):
            point = self.sampler.point(index, attempt)
            reason = self._refusal(point)
            if reason is None and self.regime(index) == "resonance":
                moved = dict(point)
                self.sampler.resonate(moved, self._resonances(point))
                if self._refusal(moved) is None:
                    return moved
            if reason is None:
                return point
            reasons[reason] = reasons.get(reason, 0) + 1
        often = max(reasons, key=lambda reason: reasons[reason])
        raise ModelError(
            f"verify: none of {_TRIES} points is valid; most failed because of: {often}.  Pass ranges= that meet it"
        )

    def _resonances(self, point: dict[str, float]) -> list[tuple[str, float]]:
        """(name of a chemical potential, frequency) for baths of fermions whose potential is one parameter."""
        pairs = []
        found = self.reference.frequencies(point)
        for bath in self.formula.reference.model.baths:
            mu = bath.chemical_potential
            if not bath.kind.bounded_below and mu.is_Symbol and mu.name in point:
                pairs += [(mu.name, float(omega)) for omega in found[bath.name]]
        return pairs

    def _refusal(self, point: Mapping[str, float]) -> str | None:
        reason = violated(self.formula, point)
        if reason is not None:
            return reason
        try:
            self.reference.stretch(point)
        except ModelError as error:
            # The numbers differ from point to point; the sentence up to them names the bath and what it lacks.
            return str(error).partition(" at ")[0].removeprefix("Reference: ")
        if self.reference.crossing(point):
            return "levels of H + V coincide and leave their basis open"
        return None
