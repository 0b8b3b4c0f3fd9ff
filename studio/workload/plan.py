"""How a training job is cut over NPUs: many candidate plans as arrays, one plan as a batch of one.

Checks the relations between the degrees once. Knows no hardware.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class Schedule(IntEnum):
    """Order of micro batches through pipeline stages; chunks per stage make 1F1B interleaved."""

    ONE_FORWARD_ONE_BACKWARD = 0
    ZERO_BUBBLE = 1
    DUAL_PIPE = 2


class Recompute(IntEnum):
    """Which activations are computed again in the backward pass."""

    NONE = 0
    SELECTIVE = 1
    """Attention scores and element-wise results only."""
    FULL = 2


class Offload(IntFlag):
    """What the memory of the CPUs holds instead of that of the NPUs."""

    NONE = 0
    OPTIMIZER = 1
    """Optimizer states; the CPUs update the weights (ZeRO-Offload)."""
    ACTIVATIONS = 2
    """What the forward pass keeps, from one layer to the next one's turn in the backward pass."""
    BOTH = OPTIMIZER | ACTIVATIONS


@dataclass(frozen=True)
class Plans:
    """Candidate plans; every field has shape (n,)."""

    tensor: FloatArray
    pipeline: FloatArray
    chunks: FloatArray
    """Model chunks per pipeline stage (interleaving); 1 for none."""
    context: FloatArray
    expert: FloatArray
    expert_tensor: FloatArray
    data: FloatArray
    """Replicas that each work on their own sequences, sharded or not."""
    shard: FloatArray
    """Of these, how many share one sharded copy of the states (FSDP group); divides `data`."""
    zero: FloatArray
    """0 nothing sharded, 1 optimizer, 2 and gradients, 3 and weights."""
    micro_batch: FloatArray
    """Sequences per replica and micro batch."""
    micro_batches: FloatArray
    """Micro batches per step and replica (gradient accumulation)."""
    sequence: FloatArray
    """Tokens of one sequence."""
    recompute: FloatArray
    """A `Recompute` value."""
    schedule: FloatArray
    """A `Schedule` value."""
    sequence_parallel: FloatArray
    """1 where norms and residuals are cut over the tensor-parallel group."""
    offload: FloatArray
    """An `Offload` value."""

    @property
    def count(self) -> int:
        """How many plans there are."""
        return int(self.tensor.size)

    @property
    def npus(self) -> FloatArray:
        """NPUs each plan uses."""
        return self.tensor * self.pipeline * self.context * self.data

    @property
    def global_batch(self) -> FloatArray:
        """Sequences per step."""
        return self.micro_batch * self.micro_batches * self.data

    @property
    def tokens_per_step(self) -> FloatArray:
        """Tokens per step over all NPUs."""
        return self.global_batch * self.sequence

    def offloads(self, what: Offload) -> NDArray[np.bool_]:
        """Return which plans keep `what` in the memory of the CPUs."""
        return np.asarray(np.bitwise_and(self.offload.astype(np.int64), int(what)) > 0)

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Plans:
        """Return the plans at `index`, a mask or positions."""
        return Plans(*(getattr(self, item.name)[index] for item in fields(self)))


def plans(
    *,
    tensor: ArrayLike = 1,
    pipeline: ArrayLike = 1,
    chunks: ArrayLike = 1,
    context: ArrayLike = 1,
    expert: ArrayLike = 1,
    expert_tensor: ArrayLike = 1,
    data: ArrayLike = 1,
    shard: ArrayLike = 0,
    zero: ArrayLike = 1,
    micro_batch: ArrayLike = 1,
    micro_batches: ArrayLike = 1,
    sequence: ArrayLike = 4096,
    recompute: ArrayLike = Recompute.NONE,
    schedule: ArrayLike = Schedule.ONE_FORWARD_ONE_BACKWARD,
    sequence_parallel: ArrayLike = 1,
    offload: ArrayLike = Offload.NONE,
) -> Plans:
    """Return plans from numbers or arrays that broadcast to one shape (n,).

    A `shard` of 0 means that all data-parallel replicas share one copy.
    """
    values = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(value, dtype=np.float64))
            for value in (
                tensor, pipeline, chunks, context, expert, expert_tensor, data, shard, zero,
                micro_batch, micro_batches, sequence, recompute, schedule, sequence_parallel,
                offload,
            )
        )
    )  # fmt: skip
    given = Plans(*values)
    whole = np.where(given.shard > 0, given.shard, given.data)
    return Plans(*(whole if item.name == "shard" else getattr(given, item.name)
                   for item in fields(Plans)))  # fmt: skip


def join(parts: Sequence[Plans]) -> Plans:
    """Return several batches of plans as one."""
    return Plans(
        *(np.concatenate([getattr(p, item.name) for p in parts]) for item in fields(Plans))
    )
