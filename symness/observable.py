"""What an output is, said without any algebra, so that the independent reference can compute it its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "Observable", "Setup"]

#: kind -> what it is (currents are positive into the system)
KINDS = {
    "element": "matrix element <i|rho|j> in the basis named",
    "expectation": "Tr(operator rho)",
    "energy_current": "Tr(E D_bath rho), E = H + V (energy='total') or H ('bare')",
    "particle_current": "quanta that the bath hands over per time",
    "heat_current": "energy_current - mu * particle_current",
    "entropy_production": "- sum over baths of heat_current / T",
    "concurrence": "Wootters concurrence of two qubits",
    "negativity": "sum of |negative eigenvalues| of the partial transpose (Bell state: 1/2)",
    "positive": "smallest eigenvalue of rho not below minus its error bound",
}


@dataclass(frozen=True)
class Setup:
    """Which generator of which model; all that the reference needs to rebuild the physics from the operators.

    ``generator`` is ``"redfield"``, ``"secular"`` or ``"local"``.
    """

    model: Any
    generator: str


@dataclass(frozen=True)
class Observable:
    """Specification of one output.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    basis : str
        ``"energy"`` or ``"product"`` for an element.
    indices : tuple of int
        (i, j), counted from 0.
    bath : str
        Bath or jump whose current is meant.
    energy : str
        ``"total"`` or ``"bare"``.
    operator : matrix or None
        For an expectation value.
    dimensions : tuple of int
        Dimensions of the two parties, for concurrence and negativity.
    """

    kind: str
    basis: str = "energy"
    indices: tuple[int, int] = (0, 0)
    bath: str = ""
    energy: str = "total"
    operator: Any = None
    dimensions: tuple[int, int] = (2, 2)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown observable {self.kind!r}; there are {', '.join(KINDS)}")
