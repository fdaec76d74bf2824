"""Points at which a formula is verified: deterministic, over wide ranges and the regimes that lose digits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symness.baths import bose, fermi
from symness.errors import ModelError
from symness.model import Model

__all__ = ["REGIMES", "Range", "Sampler", "roles"]

Range = tuple[float, float] | Callable[[dict[str, float]], tuple[float, float]]

#: One cycle of regimes; ``wide`` fills the ranges, the others sit where digits are lost.
REGIMES = (
    "wide",
    "near equilibrium",
    "symmetric",
    "nearly symmetric",
    "wide",
    "resonance",
    "symmetric near equilibrium",
    "wide",
    "near equilibrium",
    "nearly symmetric",
    "wide",
    "equilibrium",
)
#: role -> log-uniform range
_RANGES = {
    "energy": (0.05, 20.0),
    "temperature": (0.05, 50.0),
    "coupling": (1e-3, 20.0),
    "rate": (1e-3, 1.0),
    # A rate that is not linear in a symbol has it as a scale: a cutoff far below every frequency would leave no rate.
    "cutoff": (1.0, 50.0),
    "potential": (1e-3, 10.0),
}
_FERMI_POTENTIAL = 30.0
#: attempts at a point of a regime
_TIED = 300


def roles(model: Model) -> dict[str, str]:
    """Parameter name -> temperature, potential, fermi potential, rate, cutoff, coupling or energy."""
    probe = sp.Symbol("omega_probe", positive=True)
    found: dict[str, str] = {}

    def mark(expression: Any, role: str) -> None:
        for symbol in sorted(sp.sympify(expression).free_symbols - {probe}, key=lambda s: s.name):
            found.setdefault(symbol.name, role)

    for bath in model.baths:
        mark(bath.temperature, "temperature")
        mark(bath.chemical_potential, "potential" if bath.kind.bounded_below else "fermi potential")
    for jump in model.jumps:
        for occupied in sorted(sp.sympify(jump.rate).atoms(bose, fermi), key=str):
            mark(occupied.args[0], "energy")
            mark(occupied.args[1], "temperature")
            mark(occupied.args[2], "fermi potential" if isinstance(occupied, fermi) else "potential")
    diagonal = [model.H[i, i] for i in range(model.dimension)]
    for entry in diagonal:
        mark(entry, "energy")
    mark(sum(x * sp.Dummy() for x in model.total if x != 0 and x not in diagonal), "coupling")
    rates = [entry for bath in model.baths for entry in bath.rate_matrix(probe)]
    rates += [jump.rate for jump in model.jumps]
    for entry in rates:
        for symbol in sorted(entry.free_symbols - {probe}, key=lambda s: s.name):
            if sp.diff(entry, symbol, 2) == 0:
                found.setdefault(symbol.name, "rate")
    for entry in rates:
        mark(entry, "cutoff")
    return {symbol.name: found.get(symbol.name, "energy") for symbol in model.symbols}


def _stem(name: str) -> str:
    """omega_1 and omega_2 have one stem, so do eps_A and eps_B."""
    return re.sub(r"(_[A-Za-z0-9]+|\d+)$", "", name)


@dataclass
class Sampler:
    """Draws points.

    Parameters
    ----------
    names : sequence of str
        Parameters to draw, in order.
    roles : mapping
        From :func:`roles`; other names are drawn as energies.
    signed : set of str
        Parameters that may be negative.
    ranges : mapping name -> (low, high) or callable(point so far) -> (low, high)
        Replace the default range; log-uniform where both ends are positive, uniform otherwise.
    count, seed : int
    """

    names: Sequence[str]
    roles: Mapping[str, str]
    signed: frozenset[str]
    ranges: Mapping[str, Range]
    count: int
    seed: int

    def __post_init__(self) -> None:
        unknown = sorted(set(self.ranges) - set(self.names))
        if unknown:
            known = ", ".join(self.names)
            raise ModelError(f"verify: ranges= names {unknown[0]!r}, which is no parameter; there are {known}")
        self._draw = random.Random(self.seed)
        self._strata = {name: self._draw.sample(range(self.count), self.count) for name in self.names}

    def regime(self, index: int) -> str:
        return REGIMES[index % len(REGIMES)]

    def point(self, index: int, attempt: int) -> dict[str, float]:
        """The point of that number; further attempts leave the stratum."""
        point: dict[str, float] = {}
        for name in self.names:
            place = self._draw.random()
            if attempt == 0:
                place = (self._strata[name][index] + place) / self.count
            point[name] = self._value(name, place, point)
        # Conditions may exclude what a regime ties together (e_1 < e_2 and symmetry): then the point stays wide.
        return point if attempt >= _TIED else self._special(self.regime(index), point)

    def _value(self, name: str, place: float, point: dict[str, float]) -> float:
        role = self.roles.get(name, "energy")
        chosen = self.ranges.get(name)
        if chosen is not None:
            low, high = chosen(dict(point)) if callable(chosen) else chosen
            return _between(low, high, place)
        if role == "fermi potential":
            return _between(-_FERMI_POTENTIAL, _FERMI_POTENTIAL, place)
        value = _between(*_RANGES[role], place)
        if role == "potential":
            return -value if self._draw.random() < 0.3 else 0.0
        return -value if name in self.signed and self._draw.random() < 0.3 else value

    # -- regimes -------------------------------------------------------------------------------------------------------

    def _special(self, regime: str, point: dict[str, float]) -> dict[str, float]:
        if "equilibrium" in regime:
            self._equilibrate(point, exact=regime == "equilibrium")
        if "symmetric" in regime:
            self._symmetrise(point, exact=not regime.startswith("nearly"))
        return point

    def _equilibrate(self, point: dict[str, float], exact: bool) -> None:
        for wanted in ("temperature", "potential", "fermi potential"):
            members = [name for name in self.names if self.roles.get(name) == wanted]
            for name in members[1:]:
                factor = 1.0
                if not exact and wanted == "temperature":
                    factor += self._draw.choice((-1, 1)) * _between(1e-9, 1e-1, self._draw.random())
                elif not exact and self._draw.random() < 0.5:
                    factor += self._draw.choice((-1, 1)) * 1e-9
                self._tie(point, name, point[members[0]] * factor)

    def _symmetrise(self, point: dict[str, float], exact: bool) -> None:
        first: dict[tuple[str, str], str] = {}
        for name in self.names:
            role = self.roles.get(name, "energy")
            if role in ("temperature", "potential", "fermi potential"):
                continue
            leader = first.setdefault((role, _stem(name)), name)
            if leader != name:
                shift = 0.0 if exact else self._draw.choice((-1, 1)) * _between(1e-9, 1e-3, self._draw.random())
                self._tie(point, name, point[leader] * (1 + shift))

    def _tie(self, point: dict[str, float], name: str, value: float) -> None:
        """Set a value unless it leaves the range that the user gave for it."""
        chosen = self.ranges.get(name)
        if chosen is not None:
            low, high = chosen(dict(point)) if callable(chosen) else chosen
            if not low <= value <= high:
                return
        point[name] = value

    def resonate(self, point: dict[str, float], frequencies: Sequence[tuple[str, float]]) -> None:
        """Put one chemical potential (by name) on one of the frequencies of its bath."""
        if frequencies:
            name, omega = self._draw.choice(list(frequencies))
            self._tie(point, name, omega)


def _between(low: float, high: float, place: float) -> float:
    if not low <= high:
        raise ModelError(f"verify: the range ({low}, {high}) is empty; pass (low, high)")
    if low > 0:
        return float(low * (high / low) ** place)
    return float(low + (high - low) * place)
