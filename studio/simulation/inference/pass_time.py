"""Time of one pass, opened by term and by operator; arrays of candidates or numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from studio.simulation.inference.kernels import WorkTimes
from studio.simulation.inference.pieces import Work
from studio.workload.model import MixtureOfExperts
from studio.workload.operators import FloatArray, Number

TERMS = (
    "attention",
    "projections",
    "feed_forward",
    "experts",
    "vector",
    "head",
    "dispatch_combine",
    "all_reduce",
    "pipeline",
    "launch",
    "host",
)
"""Named parts of the time of a pass; they sum to it."""


class OperatorRow(msgspec.Struct, frozen=True):
    """One operator of a pass, all layers together, for the roofline plot."""

    name: str
    term: str
    flops: Number
    traffic_byte: Number
    time_s: Number
    compute_s: Number
    memory_s: Number

    @property
    def intensity(self) -> Number:
        """Operations per byte moved. [FLOP/byte]."""
        if isinstance(self.traffic_byte, float):
            return self.flops / max(self.traffic_byte, 1.0)
        return self.flops / np.maximum(self.traffic_byte, 1.0)


@dataclass(frozen=True)
class Segment:
    """Tokens that go through some layers together, and what these layers exchange."""

    tokens: Number
    """Of one attention group."""
    sums: Number
    """Sums over the tensor-parallel group, all these layers together."""
    experts: tuple[tuple[MixtureOfExperts, float], ...]
    """Experts and the layers that have them."""
    is_direct: bool
    """Whether tokens go to the ranks of their experts straight, as they do without prompts."""


@dataclass(frozen=True)
class PassTime:
    """Time of one pass; arrays of the candidates' shape or numbers."""

    time_s: Number
    """From the first stage to the last, host included."""
    stage_s: Number
    """Busy time of one pipeline stage: what limits the rate of passes."""
    terms: Mapping[str, Number]
    """Seconds by name of `TERMS`; they sum to `time_s`."""
    flops: Number
    """On one NPU. [FLOP]"""
    traffic_byte: Number
    """Memory traffic of one NPU. [byte]"""
    compute_s: Number
    """Matrix and vector units of one NPU at work. [s]"""
    memory_s: Number
    """Memory of one NPU at work. [s]"""
    network_s: Number
    """Links of one NPU at work, hidden or not. [s]"""
    step_s: Number
    """Of the host's term, what a step costs whatever it holds: the device stands still. [s]"""
    sequences_s: Number
    """Of the host's term, what its sequences cost. [s]"""
    works: tuple[Work, ...]
    times: WorkTimes
    counts: FloatArray
    """Layers each piece of work stands for."""
    tokens: Number
    """Of one attention group, all of them."""
    segments: tuple[Segment, ...]
    """What ranks exchange, by the tokens that go through layers together."""

    def at(self, index: int) -> PassTime:
        """Return the pass of one candidate of shape (n,)."""

        def one(value: Number) -> Number:
            if isinstance(value, np.ndarray) and value.ndim:
                return float(value[index])
            return float(value)

        return PassTime(
            one(self.time_s), one(self.stage_s),
            {name: one(value) for name, value in self.terms.items()},
            one(self.flops), one(self.traffic_byte), one(self.compute_s), one(self.memory_s),
            one(self.network_s), one(self.step_s), one(self.sequences_s), self.works,
            WorkTimes(self.times.table[..., index]), self.counts, one(self.tokens),
            tuple(replace(s, tokens=one(s.tokens), sums=one(s.sums)) for s in self.segments),
        )  # fmt: skip

    @property
    def operators(self) -> tuple[OperatorRow, ...]:
        """Operators by name, all layers together, of all stages."""
        names = list(dict.fromkeys((work.name, work.term) for work in self.works))
        place = {name: row for row, name in enumerate(names)}
        table = self.times.table[:5]
        rows = np.zeros((len(names), 5, *table.shape[2:]))
        for i, work in enumerate(self.works):
            rows[place[work.name, work.term]] += self.counts[i] * table[:, i]
        # Plain numbers where there is one candidate: half of an estimate went into taking them.
        values = rows.tolist() if rows.ndim == 2 else rows
        return tuple(OperatorRow(*name, *row) for name, row in zip(names, values, strict=True))
