"""Non-equilibrium steady states of small open quantum systems, as formulas.

The public names below are loaded on first use, so that ``from symness.generated import NAME`` costs numpy and
nothing else.  Some functions share the name of their module (``parameters``, ``formula``, ``evaluator``,
``identities``, ``relaxation``, ``spectrum``, ``sweep``, ``verify``): as attributes of the package these are always the
functions; the modules are reached by ``from symness.formula import ...``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symness.arithmetic import maximum, minimum, sqrt
    from symness.baths import Bath, Jump, bose, fermi
    from symness.bell import bell_i3322
    from symness.claims import Definitions, Equation, Outcome, Statement
    from symness.coherence import coherence_l1, coherence_relative_entropy, purity, von_neumann_entropy
    from symness.counting import fano, noise, uncertainty_product
    from symness.critical import critical_current
    from symness.entanglement import concurrence, negativity, positive
    from symness.errors import (
        LambShiftWarning,
        LimitError,
        ModelError,
        NonUniqueSteadyState,
        ObservableError,
        SweepError,
        SymnessError,
        UndecidedError,
        ZeroPivotError,
    )
    from symness.figures import Figure
    from symness.fisher import fisher_information, quantum_fisher_information
    from symness.formula import Formula
    from symness.generators import Generator, local, partial_secular, redfield, secular
    from symness.identities import identities
    from symness.interop import from_qutip, to_qutip
    from symness.laws import first_law, interaction_power, second_law
    from symness.limits import limit, series
    from symness.model import Model
    from symness.nonlocality import chsh, horodecki
    from symness.notation import Notation
    from symness.noted import in_notation
    from symness.outputs import evaluator, formula
    from symness.parameters import parameters
    from symness.proof import prove
    from symness.relaxation import Relaxation, relaxation, relaxation_gap
    from symness.sensitivity import derivative
    from symness.space import fermions, levels, modes, product, qubits, spins
    from symness.spectra import spectrum, susceptibility
    from symness.steady import SteadyState, steady_state
    from symness.sweep import sweep
    from symness.thermodynamics import energy_current, entropy_production, expectation, heat_current, particle_current
    from symness.thresholds import argmax, threshold
    from symness.transport import conductance, rectification
    from symness.verify import verify

__version__ = "0.1.0"

__all__ = [
    "Bath",
    "Definitions",
    "Equation",
    "Figure",
    "Formula",
    "Generator",
    "Jump",
    "LambShiftWarning",
    "LimitError",
    "Model",
    "ModelError",
    "NonUniqueSteadyState",
    "Notation",
    "ObservableError",
    "Outcome",
    "Relaxation",
    "Statement",
    "SteadyState",
    "SweepError",
    "SymnessError",
    "UndecidedError",
    "ZeroPivotError",
    "argmax",
    "bell_i3322",
    "bose",
    "chsh",
    "coherence_l1",
    "coherence_relative_entropy",
    "concurrence",
    "conductance",
    "critical_current",
    "derivative",
    "energy_current",
    "entropy_production",
    "evaluator",
    "expectation",
    "fano",
    "fermi",
    "fermions",
    "first_law",
    "fisher_information",
    "formula",
    "from_qutip",
    "heat_current",
    "horodecki",
    "identities",
    "in_notation",
    "interaction_power",
    "levels",
    "limit",
    "local",
    "maximum",
    "minimum",
    "modes",
    "negativity",
    "noise",
    "parameters",
    "partial_secular",
    "particle_current",
    "positive",
    "product",
    "prove",
    "purity",
    "quantum_fisher_information",
    "qubits",
    "rectification",
    "redfield",
    "relaxation",
    "relaxation_gap",
    "second_law",
    "secular",
    "series",
    "spectrum",
    "spins",
    "sqrt",
    "steady_state",
    "susceptibility",
    "sweep",
    "threshold",
    "to_qutip",
    "uncertainty_product",
    "verify",
    "von_neumann_entropy",
]

_NAMES = {
    "parameters": "parameters",
    "proof": "prove",
    "space": "fermions levels modes product qubits spins",
    "interop": "from_qutip to_qutip",
    "baths": "Bath Jump bose fermi",
    "claims": "Definitions Equation Outcome Statement",
    "model": "Model",
    "generators": "Generator local partial_secular redfield secular",
    "errors": (
        "LambShiftWarning LimitError ModelError NonUniqueSteadyState ObservableError SweepError SymnessError "
        "UndecidedError ZeroPivotError"
    ),
    "notation": "Notation",
    "noted": "in_notation",
    "steady": "SteadyState steady_state",
    "sweep": "sweep",
    "arithmetic": "maximum minimum sqrt",
    "thermodynamics": "energy_current entropy_production expectation heat_current particle_current",
    "entanglement": "concurrence negativity positive",
    "nonlocality": "chsh horodecki",
    "bell": "bell_i3322",
    "coherence": "coherence_l1 coherence_relative_entropy purity von_neumann_entropy",
    "counting": "fano noise uncertainty_product",
    "critical": "critical_current",
    "relaxation": "Relaxation relaxation relaxation_gap",
    "fisher": "fisher_information quantum_fisher_information",
    "sensitivity": "derivative",
    "spectra": "spectrum susceptibility",
    "identities": "identities",
    "transport": "conductance rectification",
    "laws": "first_law interaction_power second_law",
    "figures": "Figure",
    "formula": "Formula",
    "outputs": "evaluator formula",
    "limits": "limit series",
    "thresholds": "argmax threshold",
    "verify": "verify",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}


if not TYPE_CHECKING:  # a type checker that saw it would accept any name

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


class _Package(ModuleType):
    """The import system stores each submodule as an attribute of its package; the functions below take precedence."""


def _function(name: str) -> property:
    def get(package: ModuleType) -> Any:
        return getattr(import_module(f"{package.__name__}.{_HOME[name]}"), name)

    def ignore_submodule(package: ModuleType, value: object) -> None:
        if not isinstance(value, ModuleType):
            raise AttributeError(f"symness.{name} cannot be replaced: replace it in symness.{_HOME[name]}")

    return property(get, ignore_submodule)


for _name in ("parameters", "formula", "evaluator", "identities", "relaxation", "spectrum", "sweep", "verify"):
    setattr(_Package, _name, _function(_name))
sys.modules[__name__].__class__ = _Package

# In a source tree, derivations/ and generated/ stand beside this folder: find them there, installed or not.
if not os.path.isdir(os.path.join(__path__[0], "generated")):
    __path__.append(os.path.dirname(os.path.abspath(__path__[0])))
