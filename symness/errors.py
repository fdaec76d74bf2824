"""Named errors.  Each message says what is wrong, where, and what to pass instead."""

from __future__ import annotations

__all__ = [
    "FigureError",
    "LambShiftWarning",
    "LimitError",
    "MissingPackageError",
    "ModelError",
    "NonUniqueSteadyState",
    "ObservableError",
    "SweepError",
    "SymnessError",
    "UndecidedError",
    "VerificationError",
    "ZeroPivotError",
]


class SymnessError(Exception):
    """Base of every error that a user's input can cause."""


class ModelError(SymnessError, ValueError):
    """A model, bath or jump that is not well defined."""


class UndecidedError(SymnessError):
    """A sign or a zero that the assumptions do not decide; the message prints the inequality to pass."""


class NonUniqueSteadyState(SymnessError):
    """The Liouvillian has more than one stationary state."""


class ZeroPivotError(SymnessError):
    """An elimination step would divide by zero."""


class ObservableError(SymnessError, ValueError):
    """An observable that does not exist for this state; the message names the alternative."""


class FigureError(SymnessError, ValueError):
    """A figure that is not well defined."""


class LimitError(SymnessError):
    """A limit that does not exist, or that depends on a sign the assumptions do not decide."""


class UndecidedOrder(LimitError):
    """A limit in which the order of two levels is undecided."""


class SweepError(SymnessError, ValueError):
    """A sweep whose arguments do not fit together, or a file that belongs to something else."""


class MissingPackageError(SymnessError, ImportError):
    """A package of an extra that is not installed; the message names the extra."""


class VerificationError(SymnessError):
    """A derived result failed its own exact check (a defect of the engine, never of the model)."""


class LambShiftWarning(UserWarning):
    """The Lamb shift is off and would change the result: degenerate levels with unequal couplings."""
