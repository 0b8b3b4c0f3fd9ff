"""What the traces of a run draw: the use of every unit and the power over simulated time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.messages import Listed

if TYPE_CHECKING:
    from studio.simulation.error_band import ErrorBand
    from studio.simulation.timeline import Timeline


@dataclass(frozen=True)
class Streams:
    """Traces of the run; arrays have shape (n_points,)."""

    times_s: FloatArray
    compute: FloatArray
    memory: FloatArray
    network: FloatArray
    power_w: FloatArray
    now: str
    """What the job does at the right edge."""
    share_band: ErrorBand | None = None
    """How far the job's time may be off, and with it the use of every unit."""
    power_band: ErrorBand | None = None


STREAM_POINTS = 480
STREAM_PERIODS = 3.0


def window_s(timeline: Timeline) -> float:
    """Return how much simulated time the traces show at once."""
    return timeline.period_s * STREAM_PERIODS


def streams(timeline: Timeline, now_s: float, bands: Mapping[str, ErrorBand]) -> Streams:
    """Return the traces of the window that ends at `now_s`; bands are those of the result."""
    span = window_s(timeline)
    edges = np.linspace(max(0.0, now_s - span), max(now_s, span * 1e-6), STREAM_POINTS + 1)
    compute, memory, network, power = timeline.means(edges)
    now = Listed(timeline.names_at(now_s), "   ")
    return Streams(
        edges[1:],
        compute,
        memory,
        network,
        power,
        now,
        bands.get("headline_s"),
        bands.get("equipment_power_w"),
    )
