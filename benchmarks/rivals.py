"""The same steady state by other means: C, ``sympy.lambdify``, batched ``numpy.linalg.solve``, QuTiP.

The C kernel is written from the statements that the evaluator runs, and lambdify gets the same accurate formula with
accurate numpy functions for its atoms.  The last two share no algebra with symness: their generator is assembled from
eigenoperators written down by hand.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sympy as sp

from symness.convert import to_sympy
from symness.formula import Formula
from symness.lowering import fast_program
from symness.parameters import Parameter
from symness.realise import realise
from symness.strength import reduced

Points = Mapping[str, np.ndarray]
#: parameters that vary; the chemical potentials are zero
VARYING = ("omega_1", "omega_2", "lam", "J_1", "J_2", "T_1", "T_2")
THRESHOLD = 64.0
BLOCK = 8192
CHUNK = 4096

# -- C ---------------------------------------------------------------------------------------------------------------

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_TEXT = {
    "square": "{0} * {0}",
    "negative": "-{0}",
    "absolute": "fabs({0})",
    "maximum": "{0} > {1} ? {0} : {1}",
    "minimum": "{0} < {1} ? {0} : {1}",
    "fmax": "{0} >= {1} ? {0} : {1}",
}


def c_source(formula: Formula, names: Sequence[str], tests: bool) -> tuple[str, int]:
    """One loop over the points, one ``const double`` per statement; how many outputs it writes."""
    program = reduced(fast_program(formula, names, tests=tests), [item.name for item in formula.inputs])
    body, verdicts = [], []
    for target, operation, operands in program.statements:
        x = [item if isinstance(item, str) else repr(float(item)) for item in operands]
        if operation == "at_most":
            verdicts.append(f"({x[0]} <= {x[1]} * {x[2]})")
            continue
        if operation in _INFIX:
            text = f"{x[0]} {_INFIX[operation]} {x[1]}"
        else:
            text = _TEXT[operation].format(*x) if operation in _TEXT else f"{operation}({', '.join(x)})"
        body.append(f"const double {target} = {text};")
    parts = [str(part) for name in names for part in program.parts[name]]
    body += [f"out{k}[i_] = {part};" for k, part in enumerate(parts)]
    if tests:
        verdicts += [f"({item} > 0)" for item in program.conditions]
        body.append(f"accepted[i_] = {' & '.join(verdicts)};")
    fixed = [item.name for item in formula.inputs if item.name not in VARYING]
    arguments = ["long n_", *(f"const double *restrict {name}_" for name in VARYING)]
    arguments += [f"double {name}" for name in fixed]
    arguments += [f"double *restrict out{k}" for k in range(len(parts))]
    arguments.append("unsigned char *restrict accepted")
    head = [f"const double {name} = {name}_[i_];" for name in VARYING]
    lines = ["#include <math.h>", f"#define _TAU {THRESHOLD}", f"void kernel({', '.join(arguments)})", "{"]
    lines += ["    for (long i_ = 0; i_ < n_; i_++) {", *(f"        {line}" for line in head + body), "    }", "}"]
    return "\n".join(lines) + "\n", len(parts)


class CKernel:
    """The compiled loop on whole arrays, on one core; ``failed`` is the share of points that fail a test."""

    def __init__(self, library: Path, fixed: Sequence[float], outputs: int) -> None:
        self._function = ctypes.CDLL(str(library)).kernel
        self._function.restype = None
        self._fixed = [ctypes.c_double(value) for value in fixed]
        self._outputs = outputs
        self.failed = 0.0

    def __call__(self, points: Points) -> list[np.ndarray]:
        count = len(points[VARYING[0]])
        results = [np.empty(count) for _ in range(self._outputs)]
        accepted = np.ones(count, np.uint8)
        arrays = [np.ascontiguousarray(points[name]) for name in VARYING]
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (*arrays, *results, accepted)]
        places = len(VARYING)
        self._function(ctypes.c_long(count), *pointers[:places], *self._fixed, *pointers[places:])
        self.failed = 1.0 - np.count_nonzero(accepted) / count
        return results


def c_kernel(formula: Formula, names: Sequence[str], folder: Path, flags: Sequence[str], tests: bool) -> CKernel | None:
    """Compile the formula; None where there is no C compiler (``CC``, ``cc``)."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return None
    text, outputs = c_source(formula, names, tests)
    stem = f"kernel{len(list(folder.glob('*.c')))}"
    source, library = folder / f"{stem}.c", folder / f"{stem}.so"
    source.write_text(text, encoding="utf-8")
    subprocess.run([compiler, *flags, "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    return CKernel(library, [float(i.default or 0) for i in formula.inputs if i.name not in VARYING], outputs)


# -- sympy.lambdify --------------------------------------------------------------------------------------------------


def _bose(omega: Any, temperature: Any, mu: Any) -> Any:
    return 1 / np.expm1((omega - mu) / temperature)


def _bose_difference(omega: Any, t_a: Any, mu_a: Any, t_b: Any, mu_b: Any) -> Any:
    x = (omega - mu_a) / t_a
    d = (x * (t_a - t_b) + mu_a - mu_b) / t_b
    n_a, n_b = 1 / np.expm1(x), _bose(omega, t_b, mu_b)
    return np.copysign(np.maximum(n_a, n_b) * (1 + np.minimum(n_a, n_b)) * np.expm1(-np.abs(d)), d)


def _halves(delta: Any, lam: Any) -> tuple[Any, Any]:
    omega = np.sqrt(delta * delta + lam * lam)
    large = np.sqrt((omega + np.abs(delta)) / (2 * omega))
    return large, lam / (2 * omega * large)


def _cos_half(delta: Any, lam: Any) -> Any:
    return np.where(delta >= 0, *_halves(delta, lam))


def _sin_half(delta: Any, lam: Any) -> Any:
    return np.where(delta >= 0, *_halves(delta, lam)[::-1])


ATOMS = {"bose": _bose, "bose_difference": _bose_difference, "cos_half": _cos_half, "sin_half": _sin_half}
ATOMS |= {"Max": lambda *x: functools.reduce(np.maximum, x), "Min": lambda *x: functools.reduce(np.minimum, x)}


def lambdified(formula: Formula, names: Sequence[str]) -> Callable[[Points], list[np.ndarray]]:
    """``sympy.lambdify(cse=True)`` of the outputs in real arithmetic, complex ones as two."""
    real = realise(formula)
    symbols = {item.name: Parameter(item.name, real=True) for item in formula.inputs}
    # NumPyPrinter stacks the operands of Max and Min, which fails for an array and a number.
    plain = {sp.Max: sp.Function("Max"), sp.Min: sp.Function("Min")}
    expressions = []
    for name in names:
        for node in real.expanded[name]:
            expression = to_sympy(node, symbols)
            for kind, function in plain.items():
                expression = expression.replace(kind, function)
            expressions.append(expression)
    fixed = [float(i.default or 0) for i in formula.inputs if i.name not in VARYING]
    order = [symbols[name] for name in VARYING] + [symbols[i.name] for i in formula.inputs if i.name not in VARYING]
    function = sp.lambdify(order, expressions, modules=[ATOMS, "numpy"], cse=True)

    def call(points: Points) -> list[np.ndarray]:
        with np.errstate(all="ignore"):
            return list(function(*(points[name] for name in VARYING), *fixed))

    return call


def in_blocks(function: Callable[[Points], list[np.ndarray]]) -> Callable[[Points], list[np.ndarray]]:
    """The same function on pieces that stay in the cache."""

    def call(points: Points) -> list[np.ndarray]:
        count = len(points[VARYING[0]])
        results: list[np.ndarray] = []
        for start in range(0, count, BLOCK):
            piece = function({name: points[name][start : start + BLOCK] for name in VARYING})
            results = results or [np.empty(count, p.dtype) for p in piece]
            for result, values in zip(results, piece, strict=True):
                result[start : start + BLOCK] = values
        return results

    return call


# -- linear algebra --------------------------------------------------------------------------------------------------
# Energy basis ee, upper, lower, gg; sigma_1 = cos(theta/2) A_1 + sin(theta/2) B_1, sigma_2 = sin A_2 + cos B_2, where
# A lowers the energy by (omega_1 + omega_2 + Omega)/2 and B by (omega_1 + omega_2 - Omega)/2.


def _unit(*entries: tuple[int, int, int]) -> np.ndarray:
    matrix = np.zeros((4, 4))
    for row, column, value in entries:
        matrix[row, column] = value
    return matrix


EIGENOPERATORS = (
    (_unit((3, 1, 1), (2, 0, 1)), _unit((1, 0, 1), (3, 2, -1))),
    (_unit((3, 1, 1), (2, 0, -1)), _unit((1, 0, 1), (3, 2, 1))),
)


def superoperators() -> np.ndarray:
    """The constant matrices (column-stacked) of which the generator is a sum; weights: :func:`weights`."""
    one = np.eye(4)

    def pair(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(a rho b^+ - b^+ a rho)/2 + h.c."""
        return (np.kron(b, a) + np.kron(a, b) - np.kron(one, b.T @ a) - np.kron(b.T @ a, one)) / 2

    energies = np.diag([2.0, 1, 1, 0]), np.diag([0.0, 0.5, -0.5, 0])
    terms = [-1j * (np.kron(one, h) - np.kron(h, one)) for h in energies]
    for operators in EIGENOPERATORS:
        for a, b in itertools.product(operators, repeat=2):
            terms += [pair(a, b), pair(a.T, b.T)]
    return np.array(terms)


def weights(points: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of :func:`superoperators`, shape (points, 18), and cos(theta/2), sin(theta/2)."""
    delta, lam = points["omega_1"] - points["omega_2"], points["lam"]
    theta, splitting = np.arctan2(lam, delta), np.hypot(delta, lam)
    mean = (points["omega_1"] + points["omega_2"]) / 2
    cos, sin = np.cos(theta / 2), np.sin(theta / 2)
    columns = [mean, splitting]
    for bath, shares in (("1", (cos, sin)), ("2", (sin, cos))):
        for k, m in itertools.product(range(2), repeat=2):
            occupation = _bose(mean + (0.5 - k) * splitting, points[f"T_{bath}"], 0.0)
            factor = 2 * points[f"J_{bath}"] * shares[k] * shares[m]
            columns += [factor * (1 + occupation), factor * occupation]
    return np.stack(columns, axis=-1), cos, sin


def _real_superoperators() -> np.ndarray:
    """The same on (populations, real and imaginary part of the coherence of the middle levels), one row per matrix."""
    basis = [_unit((k, k, 1)).astype(complex) for k in range(4)]
    basis += [_unit((1, 2, 1), (2, 1, 1)).astype(complex), 1j * _unit((1, 2, 1), (2, 1, -1))]
    columns = np.stack([state.ravel(order="F") for state in basis], axis=-1)
    moved = superoperators() @ columns
    rows = [*(moved[:, 5 * k].real for k in range(4)), moved[:, 9].real, moved[:, 9].imag]
    return np.stack(rows, axis=1).reshape(len(moved), 36)


def _concurrence(p: Sequence[np.ndarray], coherence: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
    w = cos * sin * (p[1] - p[2]) + (cos * cos - sin * sin) * coherence.real + 1j * coherence.imag
    return 2 * np.maximum(np.abs(w) - np.sqrt(np.maximum(p[0] * p[3], 0)), 0)


def batched_solve(points: Points) -> list[np.ndarray]:
    """Generators of :data:`CHUNK` points at once, one row replaced by the trace."""
    units, count = _real_superoperators(), len(points[VARYING[0]])
    results = np.empty((7, count))
    right = np.zeros((6, 1))
    right[0] = 1
    for start in range(0, count, CHUNK):
        share, cos, sin = weights({name: points[name][start : start + CHUNK] for name in VARYING})
        generator = (share @ units).reshape(-1, 6, 6)
        generator[:, 0] = (1, 1, 1, 1, 0, 0)
        x = np.linalg.solve(generator, right)[..., 0].T
        place = slice(start, start + CHUNK)
        results[:6, place] = x[[0, 3, 1, 2, 4, 5]]
        results[6, place] = _concurrence(list(x[:4]), x[4] + 1j * x[5], cos, sin)
    return list(results)


# -- QuTiP -----------------------------------------------------------------------------------------------------------


def qutip_method(assembled: bool, **options: Any) -> Callable[[Points], list[np.ndarray]]:
    """``qutip.steadystate`` with these options, ``qutip.concurrence``.

    The generator is a sum of constant superoperators with weights from one vectorised call: added up by QuTiP, or
    (``assembled``) by numpy, so that QuTiP only solves.
    """
    import qutip

    units = superoperators()
    dims = [[2, 2], [2, 2]]
    pieces = [qutip.Qobj(unit, dims=[dims, dims]).to("dense") for unit in units]

    def call(points: Points) -> list[np.ndarray]:
        shares, cos, sin = weights(points)
        results = np.empty((7, len(shares)))
        for k, weight in enumerate(shares):
            if assembled:
                generator = qutip.Qobj(np.tensordot(weight, units, 1), dims=[dims, dims], copy=False)
            else:
                generator = sum(
                    (w * piece for w, piece in zip(weight[1:], pieces[1:], strict=True)), weight[0] * pieces[0]
                )
            rho = qutip.steadystate(generator, **options).full()
            rotation = np.eye(4)
            rotation[1:3, 1:3] = [[cos[k], -sin[k]], [sin[k], cos[k]]]
            product = qutip.Qobj(rotation @ rho @ rotation.T, dims=dims, copy=False)
            results[:4, k] = rho.diagonal().real[[0, 3, 1, 2]]
            results[4:6, k] = rho[1, 2].real, rho[1, 2].imag
            results[6, k] = qutip.concurrence(product)
        return list(results)

    return call


def best_qutip(points: Points, assembled: bool = False) -> tuple[str, Callable[[Points], list[np.ndarray]]]:
    """The fastest of the methods of ``qutip.steadystate`` at these points, and what it is called."""
    candidates = {
        f"steadystate({', '.join(f'{k}={v!r}' for k, v in options.items())})": qutip_method(assembled, **options)
        for options in ({"method": "svd"}, {"method": "direct", "solver": "solve"}, {"method": "eigen"})
    }
    few = {name: values[:20] for name, values in points.items()}
    seconds: dict[str, float] = {}
    for text, call in candidates.items():
        call(few)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            call(few)
            times.append(time.perf_counter() - start)
        seconds[text] = median(times)
    best = min(seconds, key=seconds.__getitem__)
    return best, candidates[best]
