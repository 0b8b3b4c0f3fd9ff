"""How one unit from one class of vertices to another spreads over arc classes; knows no demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.loads import Incidence


@dataclass(frozen=True, eq=False)
class PairRoutes:
    """Shares, hops and latency of every pair of classes."""

    incidence: Incidence
    """One flow per pair."""
    hops: IntArray
    """Shape (pairs,): `FAR` where there is no path."""
    latency_s: FloatArray
    """Shape (pairs,): longest among the shortest-hop paths. [s]"""


def joined(parts: Sequence[PairRoutes]) -> PairRoutes:
    """Return the routes of several lists of pairs in a row, at least one list."""
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0] + [part.incidence.flow_count for part in parts])
    return PairRoutes(
        Incidence(
            int(before[-1]),
            np.concatenate(
                [part.incidence.flow + at for part, at in zip(parts, before, strict=False)]
            ),
            np.concatenate([part.incidence.arc for part in parts]),
            np.concatenate([part.incidence.part for part in parts]),
        ),
        np.concatenate([part.hops for part in parts]),
        np.concatenate([part.latency_s for part in parts]),
    )
