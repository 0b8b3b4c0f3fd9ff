"""Failures, checkpoints and the share of time that is left for work: pure functions of numbers.

Failures are taken as independent and exponentially distributed, so that rates add.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from studio.errors import InvalidInput
from studio.messages import say
from studio.units import YEAR_S


def mean_time_between_s(events_per_year: float) -> float:
    """Return the mean time between events of a rate [1/year]; infinity for none. [s]."""
    return YEAR_S / events_per_year if events_per_year > 0 else math.inf


def availability(between_s: float, repair_s: float) -> float:
    """Return the share of time a system is up: MTBF / (MTBF + MTTR).

    Parameters
    ----------
    between_s : mean time between failures, from repair to failure. [s]
    repair_s : mean time to repair. [s]
    """
    if math.isinf(between_s):
        return 1.0
    return between_s / (between_s + repair_s)


def checkpoint_interval_s(write_s: float, between_s: float) -> float:
    """Return the work between two checkpoints that loses least. [s].

    Parameters
    ----------
    write_s : time a job stands still for one checkpoint. [s]
    between_s : mean time between interruptions. [s]

    Notes
    -----
    Daly's higher-order optimum: sqrt(2 d M) (1 + sqrt(d / 2M) / 3 + (d / 2M) / 9) - d, M where
    d >= 2 M; its leading term is Young's. J. T. Daly, Future Generation Computer Systems 22
    (2006), equation 37.
    """
    if not (write_s > 0 and between_s > 0):
        raise InvalidInput(
            say(
                "a checkpoint of {write:g} s and {between:g} s between interruptions; both must be "
                "above 0",
                write=write_s,
                between=between_s,
            )
        )
    if math.isinf(between_s):
        return math.inf
    ratio = write_s / (2 * between_s)
    if ratio >= 1:
        return between_s
    series = 1 + math.sqrt(ratio) / 3 + ratio / 9
    return math.sqrt(2 * write_s * between_s) * series - write_s


def effective_share(
    interval_s: float, write_s: float, between_s: float, recovery_s: float
) -> float:
    """Return the share of wall time that becomes work that is kept.

    Parameters
    ----------
    interval_s : work between two checkpoints. [s]
    write_s : time of one checkpoint. [s]
    between_s : mean time between interruptions. [s]
    recovery_s : from the interruption until work goes on at the last checkpoint. [s]

    Notes
    -----
    A stretch of t + d takes M exp(R / M) (exp((t + d) / M) - 1) in the mean, interruptions during
    recovery included: J. T. Daly 2006, equation 20. The share is t over that.
    """
    if math.isinf(between_s):
        return interval_s / (interval_s + write_s) if math.isfinite(interval_s) else 1.0
    exponent = (interval_s + write_s) / between_s
    if recovery_s / between_s + exponent > 700:
        return 0.0
    wall = between_s * math.exp(recovery_s / between_s) * math.expm1(exponent)
    return interval_s / wall


def poisson_band(mean: float, confidence: float = 0.9) -> tuple[float, float]:
    """Return between which counts a Poisson count of a given mean lies, most of the time.

    Notes
    -----
    Wilson and Hilferty's cube-root approximation to the chi-square quantiles, within 0.1 counts
    from a mean of 2.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)

    def bound(count: float, sign: float) -> float:
        if count <= 0:
            return 0.0
        root = 1 - 1 / (9 * count) + sign * z / (3 * math.sqrt(count))
        return float(count * max(root, 0.0) ** 3)

    return bound(mean, -1.0), bound(mean + 1.0, 1.0)
