"""Constants as start values times shared factors, and the Gauss-Newton step that moves them.

The log errors of all rows are linearised in the log factors; the shift that brings the sum of
absolute log errors and of the pulls towards one to its least is found by reweighted least squares.
"""

from __future__ import annotations

import numpy as np

CUT = 0.5
"""Log error beyond which a row hardly weighs more: a typing error must not bend a constant."""
TAIL = 0.1
"""Weight of the part of an error beyond that."""
SWEEPS = 30
CLOSE = 0.01
"""Log error below which a row pulls no harder, so that the weights stay finite."""


def row_loss(errors: np.ndarray, weight: np.ndarray) -> float:
    """Return the weighted absolute log errors, shape (rows,); unreadable ones count as far off."""
    size = np.where(np.isfinite(errors), np.abs(errors), 2 * CUT)
    return float(np.sum(weight * np.minimum(size, CUT + TAIL * (size - CUT))))


def least_shift(
    errors: np.ndarray,
    slopes: np.ndarray,
    weight: np.ndarray,
    here: np.ndarray,
    stiff: np.ndarray,
    damping: float = 0.0,
) -> np.ndarray:
    """Return the shift of every log factor that the linear model asks for, shape (factors,).

    Parameters
    ----------
    errors, weight : of every row, shape (rows,).
    slopes : change of each error with each log factor, shape (rows, factors).
    here : log factors as they stand, shape (factors,).
    stiff : twice the pull on each log factor, shape (factors,).
    damping : pull on the shift itself, as a multiple of the mean of `stiff`: the linear model holds
        near by only.
    """
    held = stiff + damping * float(np.mean(stiff))
    here, stiff = here * stiff / held, held
    shift = np.zeros(here.size)
    spread = slopes / stiff
    square = spread @ slopes.T
    goal = errors - slopes @ here
    for _ in range(SWEEPS):
        now = np.abs(errors + slopes @ shift)
        rows_weight = weight * np.where(now > CUT, TAIL, 1.0) / np.maximum(now, CLOSE)
        # Woodbury: there are fewer rows than factors.
        inner = square + np.diag(1 / np.maximum(rows_weight, 1e-9))
        shift = -here - spread.T @ np.linalg.solve(inner, goal)
    return shift
