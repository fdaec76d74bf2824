"""The evaluator of a formula in memory: the generated module, executed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from symness.display import Displayed
from symness.formula import Formula
from symness.numpy_code import module_source

__all__ = ["Evaluator"]


class Evaluator(Displayed):
    """Callable like the ``evaluate`` of the module that :func:`symness.numpy_code.module_source` writes.

    It pickles by its source, so that worker processes need numpy and symness but not the formula.

    Attributes
    ----------
    source : str
        Text of the module.
    PARAMETERS : tuple of str
    OUTPUTS : dict
        Name -> latex, meaning, unit, domain.
    kernel : callable
        ``kernel(xp, ...)``, the plain formula for any array namespace.
    """

    source: str
    PARAMETERS: tuple[str, ...]
    OUTPUTS: dict[str, dict[str, str]]
    kernel: Callable[..., dict[str, Any]]

    def __init__(self, formula: Formula, derivation: str = "") -> None:
        self._load(module_source(formula, derivation))

    def _load(self, source: str) -> None:
        module = ModuleType("symness_evaluator")
        exec(compile(source, "<symness evaluator>", "exec"), module.__dict__)
        self.source, self.module = source, module
        self.PARAMETERS, self.OUTPUTS, self.kernel = module.PARAMETERS, module.OUTPUTS, module.kernel
        self.SOURCE: dict[str, Any] = module.SOURCE
        self.__doc__ = module.__doc__

    def __call__(self, *, outputs: Sequence[str] | None = None, strict: bool = False, **parameters: Any) -> Any:
        """Evaluate; see the docstring of ``evaluate`` in :attr:`source`."""
        return self.module.evaluate(outputs=outputs, strict=strict, **parameters)

    def __getstate__(self) -> str:
        return self.source

    def __setstate__(self, source: str) -> None:
        self._load(source)

    def __repr__(self) -> str:
        return f"Evaluator({', '.join(self.PARAMETERS)} -> {', '.join(self.OUTPUTS)})"
