"""What an output is, said without any algebra, so that the independent reference can compute it its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "Observable", "Setup", "energies_counted", "stand_ins"]

#: kind -> what it is (currents are positive into the system)
KINDS = {
    "element": "matrix element <i|rho|j> in the basis named",
    "expectation": "Tr(operator rho)",
    "energy_current": "Tr(E D_bath rho), E = H + V (energy='total') or H ('bare')",
    "particle_current": "quanta that the bath hands over per time",
    "heat_current": "energy_current - mu * particle_current",
    "entropy_production": "- sum over baths of heat_current / T",
    "noise": "zero-frequency noise of what one bath hands over (or the covariance of two), rate of the second cumulant",
    "derivative": "derivative of another observable with respect to the parameter named",
    "quantum_fisher_information": "sum of 2 |<j|d rho|k>|^2/(l_j + l_k) over the eigenstates of rho",
    "spectrum": "int dt exp(-i omega t) (<A(t) B(0)> - <A><B>), A = operator, B = second, omega = function",
    "susceptibility": "i int_0^oo dt exp(i omega t) <[A(t), B(0)]>",
    "relaxation_gap": "smallest -Re of the eigenvalues of the generator but the one that is zero",
    "concurrence": "Wootters concurrence of two qubits",
    "horodecki": "sum of the two largest eigenvalues of T^T T, T_ij = Tr(rho sigma_i x sigma_j) of two qubits",
    "chsh": "largest value of the CHSH expression, 2 sqrt(horodecki)",
    "purity": "Tr(rho^2)",
    "coherence_l1": "sum of |off-diagonal elements| in the basis named",
    "coherence_relative_entropy": "entropy of the diagonal in the basis named minus von_neumann_entropy",
    "von_neumann_entropy": "-Tr(rho log rho), natural logarithm",
    "negativity": "sum of |negative eigenvalues| of the partial transpose (Bell state: 1/2)",
    "positive": "smallest eigenvalue of rho not below minus its error bound",
    "function": "a function of other observables and of the parameters",
}


@dataclass(frozen=True)
class Setup:
    """Which generator of which model; all that the reference needs to rebuild the physics from the operators.

    ``generator`` is ``"redfield"``, ``"partial_secular"``, ``"secular"`` or ``"local"``; ``kept`` lists the pairs of
    Bohr frequencies, (bath, omega, omega') as expressions in the parameters, where that name does not say which.
    ``frame`` is a matrix of expressions whose columns give the levels of some blocks their order and phases, which
    H + V leaves open.
    """

    model: Any
    generator: str
    kept: tuple[tuple[str, Any, Any], ...] | None = None
    frame: Any = None


@dataclass(frozen=True)
class Observable:
    """Specification of one output.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    basis : str
        ``"energy"`` or ``"product"``, for an element and for coherence.
    indices : tuple of int
        (i, j), counted from 0.
    bath : str
        Bath or jump whose current is meant.
    energy : str
        ``"total"`` or ``"bare"``.
    other : str
        A second bath or jump, for cross noise.
    counted : str
        ``"particle"``, ``"energy"`` or ``"heat"``: what is counted.
    operator : matrix or None
        For an expectation value.
    second : matrix or None
        B of a spectrum of <A(t) B(0)>.
    dimensions : tuple of int
        Dimensions of the factors of the product space, for concurrence and negativity.
    partition : tuple of int
        Which of these factors are one party, the others being the other; for negativity.
    parts : tuple of Observable
        What a ``function`` is made of.
    function : SymPy expression or None
        In the stand-ins of the parts (:func:`stand_ins`) and the parameters.  For a derivative and the quantum Fisher
        information the parameter, for a spectrum the frequency.
    """

    kind: str
    basis: str = "energy"
    indices: tuple[int, int] = (0, 0)
    bath: str = ""
    energy: str = "total"
    other: str = ""
    counted: str = "particle"
    operator: Any = None
    second: Any = None
    dimensions: tuple[int, ...] = (2, 2)
    partition: tuple[int, ...] = (0,)
    parts: tuple[Observable, ...] = ()
    function: Any = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown observable {self.kind!r}; there are {', '.join(KINDS)}")


def stand_ins(k: int) -> tuple[str, str]:
    """Names of the real and the imaginary part of part number k in the expression of a composite."""
    return f"part_{k}_re", f"part_{k}_im"


def energies_counted(observables: Mapping[str, Observable | None]) -> dict[str, str]:
    """Which energy the currents among these outputs count, as an entry of a provenance (none without currents)."""
    names: dict[str, dict[str, None]] = {}
    for name, first in observables.items():
        waiting = [first]
        while waiting:
            item = waiting.pop()
            if item is None:
                continue
            waiting.extend(item.parts)
            if item.kind in ("energy_current", "heat_current", "entropy_production"):
                names.setdefault(item.energy, {})[name] = None
    meant = {"total": "H + V (total)", "bare": "H (bare)"}
    texts = [f"{meant[kind]} in {', '.join(names[kind])}" for kind in meant if kind in names]
    return {"currents": "positive into the system; energy of " + ", of ".join(texts)} if texts else {}
