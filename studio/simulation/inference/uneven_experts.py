"""How unevenly experts load the ranks that share them; vectorised, knows no time.

All ranks of a layer wait for the busiest. With many tokens that is the one whose experts are liked
best; with few it is the one that happens to hold most of the experts that anyone asked for, and
reads most weights.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from studio.simulation.inference.plan import InferencePlan
from studio.workload.model import MixtureOfExperts
from studio.workload.operators import Number, Share, touched_experts


@lru_cache(maxsize=1024)
def highest_score(values: int, rank: float = 0.0) -> float:
    """Return how far the largest of normal values is expected above their mean. [sigma].

    Parameters
    ----------
    values
        How many there are.
    rank
        How many larger ones are left out.

    References
    ----------
    Blom, "Statistical Estimates and Transformed Beta-Variables", Wiley 1958: the i-th of n lies at
    the quantile (i - 3/8) / (n + 1/4).
    """
    place = max(values - rank, 1.0)
    return NormalDist().inv_cdf((place - 0.375) / (values + 0.25)) if values > 1 else 0.0


def levelled(experts: int, redundant: float) -> float:
    """Return the imbalance left where the busiest experts are held twice, over that without.

    Notes
    -----
    Loads of experts lie around their mean like normal scores. Of r experts held twice each copy
    has half the load, so the busiest left is number r + 1: score (n - r) over score (n).
    """
    if not redundant or experts < 2:
        return 1.0
    return max(highest_score(experts, redundant) / highest_score(experts), 0.0)


def fullest_rank(experts: int, redundant: float, ranks: Number) -> Number:
    """Return the load of the rank with most experts over the mean, all liked alike, from 1.

    Notes
    -----
    Of n experts r ranks carry n / r in the mean, but none carries a part of one: some carry
    ceil(n / r). Experts held twice carry half a load in each place, so that ranks differ by halves:
    ceil(2 n / r) / 2. An expert alone on its rank has all of its own load, however many copies of
    others fill the ranks beside it.
    """
    if not experts:
        return 1.0
    parts = (2.0 if redundant else 1.0) * experts / np.asarray(ranks, dtype=np.float64)
    return np.ceil(parts - 1e-9) / parts


def late_experts(part: MixtureOfExperts, plan: InferencePlan, share: Share) -> Number:
    """Return how many more experts the busiest rank touches than the mean of all ranks. [1].

    Parameters
    ----------
    part
        Experts of the layer.
    plan
        Says whether routing is forced to be even.
    share
        What one rank is given of a pass.

    Notes
    -----
    Of the l experts of a rank each is asked for with probability p by one token or another, so the
    number touched scatters by sigma^2 = l p (1 - p) (1 - 1 / r) between r ranks; the last factor is
    there because they share the choices of the same tokens. The busiest is expected sigma times the
    highest of r normal scores above the mean, and never above l. Drawn at random, 8 of 256 experts
    on 8 to 32 ranks, 1 to 512 tokens: within 12 %.
    """
    if plan.is_balanced:
        return 0.0
    ranks = np.asarray(share.expert, dtype=np.float64)
    if not (ranks > 1).any():
        return 0.0
    held = np.ceil(part.experts / ranks - 1e-9)
    touched = touched_experts(part, share)
    scatter = np.sqrt(np.maximum(touched * (1 - touched / held) * (1 - 1 / ranks), 0.0))
    return np.minimum(scatter * _highest_scores(ranks), held - touched)


def _highest_scores(ranks: Number) -> Number:
    if np.ndim(ranks) == 0:
        return highest_score(round(float(ranks)))
    sizes, place = np.unique(ranks, return_inverse=True)
    scores = np.array([highest_score(round(float(size))) for size in sizes])
    return scores[place].reshape(np.shape(ranks))
