"""Model parameters: real SymPy symbols that know their LaTeX.

Units: hbar = k_B = 1; energies, rates, temperatures and chemical potentials share one unit.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from symness.errors import ModelError

__all__ = ["Parameter", "check_parameters", "default_latex", "parameters"]

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega pi"
).split()
#: Names that Python or habit shortens.
_SHORT = {"lam": r"\lambda", "eps": r"\varepsilon", "Lam": r"\Lambda"}


def default_latex(name: str) -> str:
    r"""LaTeX of a name: ``omega_c1`` gives ``\omega_{c1}``, ``lam`` gives ``\lambda``."""
    head, *subscripts = name.split("_")
    match = re.fullmatch(r"([A-Za-z]+?)(\d*)", head)
    letters, digits = (match.group(1), match.group(2)) if match else (head, "")
    if digits:
        subscripts.insert(0, digits)
    if letters in _SHORT:
        base = _SHORT[letters]
    elif letters in _GREEK:
        base = "\\" + letters
    else:
        base = letters if len(letters) <= 1 else rf"\mathrm{{{letters}}}"
    text = ",".join(("\\" + s if s in _GREEK else s) for s in subscripts if s)
    return f"{base}_{{{text}}}" if text else base


class Parameter(sp.Symbol):
    """A real symbol with its own LaTeX (part of its identity, as its assumptions are)."""

    __slots__ = ("latex",)
    latex: str

    def __new__(cls, name: str, latex: str | None = None, **assumptions: Any) -> Parameter:
        """Build without SymPy's cache, which would not tell two spellings apart."""
        new = sp.Symbol.__xnew__(cls, name, **assumptions)
        new.latex = latex or default_latex(name)
        return new

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, Any]]:
        return (self.name, self.latex), self._assumptions_orig

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.latex)

    def _latex(self, printer: Any) -> str:
        return self.latex


def parameters(
    names: str | Iterable[str],
    positive: bool | None = None,
    latex: Mapping[str, str] | None = None,
) -> Any:
    """Declare real parameters.

    Parameters
    ----------
    names : str or iterable of str
        Names separated by blanks or commas, each a Python identifier (they become keywords of evaluators).
    positive : bool, optional
        Declare them positive.  Evaluators accept zero as the limit and return NaN below it.
    latex : mapping, optional
        LaTeX of a name where the default is not wanted, e.g. ``{"eps": r"\\epsilon"}``.

    Returns
    -------
    Parameter or tuple of Parameter
        One symbol for one name, a tuple for several.

    Raises
    ------
    ModelError
        For a name that is not an identifier or is a Python keyword.
    """
    listed = re.split(r"[\s,]+", names.strip()) if isinstance(names, str) else list(names)
    for name in listed:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ModelError(f"parameters: {name!r} is not a usable name; pass an identifier such as lam for lambda")
    unknown = sorted(set(latex or {}) - set(listed))
    if unknown:
        raise ModelError(f"parameters: latex= names {unknown[0]!r}, which is not declared here ({', '.join(listed)})")
    assumptions: dict[str, Any] = {"positive": True} if positive else {"real": True}
    made = tuple(Parameter(name, (latex or {}).get(name), **assumptions) for name in listed)
    return made[0] if len(made) == 1 else made


def check_parameters(where: str, *values: Any) -> None:
    """Refuse symbols that are not declared real; ``where`` names the argument in the message."""
    for value in values:
        for item in sorted(getattr(value, "free_symbols", ()), key=lambda s: s.name):
            if item.is_extended_real is not True:
                raise ModelError(
                    f"{where}: unknown symbol {item.name!r}; declare it with symness.parameters({item.name!r}) "
                    "and use that symbol"
                )


def check_unique_names(where: str, symbols: Iterable[sp.Symbol]) -> None:
    """Refuse two different symbols of one name: they print alike but are not equal."""
    seen: dict[str, sp.Symbol] = {}
    for item in symbols:
        other = seen.setdefault(item.name, item)
        if other != item:
            raise ModelError(
                f"{where}: two different parameters are called {item.name!r} (their assumptions or LaTeX differ); "
                "declare it once with symness.parameters and use that symbol everywhere"
            )
