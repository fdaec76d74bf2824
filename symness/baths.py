"""Baths and jumps: what the system is coupled to.

gamma(omega) is the golden-rule rate 2 pi sum |g_k|^2 delta(omega - omega_k): a decaying two-level system loses its
excitation at gamma(omega) (1 + N(omega)).  A spectral density J that enters as 2 X rho X^dagger - ... has gamma = 2 J.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sympy as sp

from symness.display import Displayed
from symness.errors import ModelError
from symness.parameters import check_parameters

__all__ = ["RATES", "STATISTICS", "Bath", "Jump", "Statistics", "bose", "fermi", "principal_minors"]

#: what a rate is, said wherever rates are shown
RATES = "gamma is the golden-rule rate: a two-level system decays at gamma (1 + N), into fermions at gamma (1 - N)"


class bose(sp.Function):
    """Bose-Einstein occupation N(omega, T, mu=0) = 1/(exp((omega - mu)/T) - 1).

    A SymPy function of three expressions in one unit, for formulas typed by hand and for ``sn.prove``.
    """

    is_real = True

    def __new__(cls, omega: Any, T: Any, mu: Any = 0) -> Any:
        """Fill in mu = 0."""
        return super().__new__(cls, omega, T, mu)

    def _eval_evalf(self, prec: int) -> Any:
        omega, T, mu = self.args
        if T == 0:
            above = (omega - mu).is_positive
            return None if above is None else sp.S.Zero if above else sp.nan
        return (1 / (sp.exp((omega - mu) / T) - 1))._eval_evalf(prec)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        shown = self.args if self.args[2] != 0 else self.args[:2]
        body = rf"n_{{\mathrm{{{type(self).__name__[0].upper()}}}}}\left({', '.join(map(printer._print, shown))}\right)"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"


class fermi(bose):
    """Fermi-Dirac occupation N(omega, T, mu=0) = 1/(exp((omega - mu)/T) + 1); see :class:`bose`."""

    def _eval_evalf(self, prec: int) -> Any:
        omega, T, mu = self.args
        if T == 0:
            return sp.Heaviside(mu - omega, sp.Rational(1, 2))._eval_evalf(prec)
        return (1 / (sp.exp((omega - mu) / T) + 1))._eval_evalf(prec)


@dataclass(frozen=True)
class Statistics:
    """How a bath is occupied.  Emission carries 1 + sign N; ``function`` names the occupation in programs."""

    name: str
    sign: int
    function: str
    #: the bath has quanta of positive energy only, above the chemical potential
    bounded_below: bool


#: A new kind of bath is one row here (and one function in :data:`symness.program.FUNCTIONS`).
STATISTICS = {
    "bose": Statistics("bose", +1, "bose", True),
    "fermi": Statistics("fermi", -1, "fermi", False),
}


def _matrices(where: str, operators: Any) -> tuple[sp.ImmutableMatrix, ...]:
    listed = operators if isinstance(operators, (list, tuple)) else [operators]
    made = []
    for operator in listed:
        try:
            matrix = sp.ImmutableMatrix(operator)
        except (TypeError, ValueError) as error:
            raise ModelError(f"{where}: {operator!r} is not a matrix; pass a square SymPy or numpy matrix") from error
        if matrix.rows != matrix.cols:
            hint = "; a list holds operators: pass sympy.Matrix([...])" if isinstance(operator, (list, tuple)) else ""
            raise ModelError(f"{where}: the operator has shape {matrix.shape}; pass a square matrix{hint}")
        made.append(exact_matrix(where, matrix))
    if not made:
        raise ModelError(f"{where}: the list of operators is empty; pass at least one")
    return tuple(made)


def exact_matrix(where: str, matrix: Any) -> sp.ImmutableMatrix:
    """Floats that are exact small fractions (0.0, 1.0, 0.5) become numbers; others are refused."""

    def exact(entry: Any) -> Any:
        if not entry.has(sp.Float):
            return entry
        converted = sp.nsimplify(entry, rational=True)
        if all(number.q <= 1024 for number in converted.atoms(sp.Rational)):
            return converted
        raise ModelError(
            f"{where}: the entry {entry} is a float; pass exact numbers (sympy.Rational, sympy.sqrt), or a parameter "
            "(sn.parameters) that gets this value in the evaluator"
        )

    return sp.ImmutableMatrix(matrix).applyfunc(exact)


def _expression(where: str, value: Any) -> sp.Expr:
    if isinstance(value, str):
        raise ModelError(f"{where}: {value!r} is a string; pass an expression in symbols from symness.parameters")
    try:
        expression = sp.sympify(value)
    except (sp.SympifyError, TypeError) as error:
        raise ModelError(f"{where}: {value!r} is not an expression; pass a number or one in symbols") from error
    if not isinstance(expression, sp.Expr) or expression.is_Matrix:  # None, a list, True; a matrix is an Expr
        raise ModelError(f"{where}: {value!r} is not an expression; pass a number or one in symbols")
    expression = exact_matrix(where, sp.Matrix([[expression]]))[0, 0]
    check_parameters(where, expression)
    return expression


@dataclass(frozen=True, repr=False)
class Bath(Displayed):
    """A reservoir in equilibrium.

    Parameters
    ----------
    name : str
        Names its currents, its occupations and its temperature in messages.
    coupling : matrix or list of matrices
        Non-Hermitian S: exchange S b^dagger + S^dagger b.  Hermitian S (bosons): S (b + b^dagger).
    rate : expression, callable of omega, or square matrix of these
        Golden-rule rate gamma(omega); a Hermitian positive semidefinite matrix gamma_ab for several couplings to one
        reservoir (rank one: common), complex where the couplings are out of phase.  Where parameters decide whether it
        is positive, the inequality is stated with every result.
    temperature : expression
        In the unit of energies (k_B = 1), not negative; zero is allowed.
    chemical_potential : expression
        In the unit of energies.
    statistics : {"bose", "fermi"}
        Emission is gamma (1 + N) for bosons, gamma (1 - N) for fermions; absorption gamma N for both.
    frequency : expression, optional
        The Bohr frequency at which ``local`` takes the coupling, where it is not the bare one.
    zero_frequency_rate : expression, optional
        lim C(omega -> 0) for a Hermitian coupling with a zero-frequency part, if ``rate`` does not correlate it.

    Raises
    ------
    ModelError
        Naming the argument and what to pass.
    """

    name: str
    coupling: Any
    rate: Any
    temperature: Any
    chemical_potential: Any = 0
    statistics: str = "bose"
    frequency: Any = None
    zero_frequency_rate: Any = None

    def __post_init__(self) -> None:
        where = f"Bath {self.name!r}"
        if not isinstance(self.name, str) or not self.name:
            raise ModelError(f"Bath: name={self.name!r} must be a non-empty string")
        if self.statistics not in STATISTICS:
            known = ", ".join(map(repr, STATISTICS))
            raise ModelError(f"{where}: statistics={self.statistics!r} is unknown; pass one of {known}")
        couplings = _matrices(f"{where}, coupling", self.coupling)
        hermitian = {c == c.H for c in couplings}
        if len(hermitian) > 1:
            raise ModelError(f"{where}: couplings are all Hermitian or all exchange; split them into two baths")
        if hermitian == {True} and self.statistics == "fermi":
            raise ModelError(f"{where}: a Hermitian coupling exchanges no fermion; pass the annihilation operator")
        set_ = object.__setattr__
        set_(self, "coupling", couplings)
        for field in ("temperature", "chemical_potential"):
            set_(self, field, _expression(f"{where}, {field}", getattr(self, field)))
        for field in ("frequency", "zero_frequency_rate"):
            if getattr(self, field) is not None:
                set_(self, field, _expression(f"{where}, {field}", getattr(self, field)))
        if hermitian == {True} and self.chemical_potential != 0:
            raise ModelError(
                f"{where}: chemical_potential={self.chemical_potential}, but a Hermitian coupling S (b + b^dagger) "
                "does not conserve the quanta; pass 0, or a coupling S that lowers the energy"
            )
        if self.temperature.is_negative:
            raise ModelError(f"{where}: temperature={self.temperature} is negative; pass T >= 0")
        if not callable(self.rate):
            self.rate_matrix(sp.Symbol("omega", positive=True))

    @property
    def is_exchange(self) -> bool:
        """True for S b^dagger + S^dagger b, False for S (b + b^dagger)."""
        return bool(self.coupling[0] != self.coupling[0].H)

    @property
    def kind(self) -> Statistics:
        return STATISTICS[self.statistics]

    def rate_matrix(self, omega: Any) -> sp.ImmutableMatrix:
        """gamma_ab(omega) for the couplings a, b (1 x 1 for one coupling, diagonal for a scalar rate)."""
        where = f"Bath {self.name!r}, rate"
        count = len(self.coupling)

        def at(entry: Any) -> Any:
            if not callable(entry) or isinstance(entry, sp.Basic):
                return entry
            try:
                found = entry(omega)
            except TypeError as error:  # numpy.exp(omega)
                raise ModelError(
                    f"{where}: the function fails for a symbol ({error}); use sympy.exp and the like"
                ) from error
            if found is None:
                raise ModelError(f"{where}: the function returns None; return an expression in omega")
            return found

        value = at(self.rate)
        if isinstance(value, (sp.MatrixBase, list, tuple)) or getattr(value, "ndim", 0) == 2:
            rows = value.tolist() if hasattr(value, "tolist") else value
            matrix = sp.ImmutableMatrix([[_expression(where, at(e)) for e in row] for row in rows])
            if matrix.shape != (count, count):
                raise ModelError(
                    f"{where}: the matrix has shape {matrix.shape} for {count} coupling(s); pass {count} x {count}"
                )
            if (matrix - matrix.H).applyfunc(sp.expand) != sp.zeros(count, count):
                wanted = "Hermitian" if matrix.has(sp.I) else "symmetric"
                raise ModelError(f"{where}: the matrix {matrix.tolist()} is not {wanted}")
            for k in range(count):
                _rate_entry(where, matrix[k, k])
            return matrix
        entry = _rate_entry(where, value)
        return sp.ImmutableMatrix(count, count, lambda i, j: entry if i == j else 0)


def principal_minors(matrix: sp.MatrixBase) -> list[sp.Expr]:
    """Principal minors of size two and more, expanded: >= 0 (with the diagonal) where the matrix is semidefinite."""
    chosen = [c for size in range(2, matrix.rows + 1) for c in combinations(range(matrix.rows), size)]
    return [sp.expand(matrix.extract(list(c), list(c)).det(method="berkowitz")) for c in chosen]


def _rate_entry(where: str, value: Any) -> sp.Expr:
    expression = _expression(where, value)
    if expression.is_negative:
        raise ModelError(f"{where}: {expression} is negative; a rate is not")
    if expression.is_real is False:
        raise ModelError(f"{where}: {expression} is complex; only entries beside the diagonal of a matrix may be")
    return expression


@dataclass(frozen=True, repr=False)
class Jump(Displayed):
    """A Lindblad dissipator rate*(L rho L^dagger - 1/2 {L^dagger L, rho}), taken verbatim by every generator.

    Parameters
    ----------
    name : str
    operator : matrix or list of matrices
        L, on the space of H; several share the rate.
    rate : expression
        In the unit of energies (hbar = 1); not a function, since a jump has no frequency.

    Raises
    ------
    ModelError
        Naming the argument and what to pass.
    """

    name: str
    operator: Any
    rate: Any

    def __post_init__(self) -> None:
        where = f"Jump {self.name!r}"
        if not isinstance(self.name, str) or not self.name:
            raise ModelError(f"Jump: name={self.name!r} must be a non-empty string")
        object.__setattr__(self, "operator", _matrices(f"{where}, operator", self.operator))
        if callable(self.rate) and not isinstance(self.rate, sp.Basic):
            raise ModelError(f"{where}: rate is a function; a jump has no frequency: pass an expression")
        object.__setattr__(self, "rate", _rate_entry(f"{where}, rate", self.rate))
