"""Terms of one layer, of the head and of the embedding for one micro batch, and of a stage of them.

What computing cannot hide of a communication stays exposed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from studio.simulation.training.communication import (
    LayerCommunication,
    StepCommunication,
    StreamTimes,
)
from studio.simulation.training.computing import CLASSES, StepComputing, Work
from studio.simulation.training.result import TERM_NAMES
from studio.simulation.training.schedules import PassShares
from studio.simulation.training.stages import Stages
from studio.workload.model import AiModel
from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Plans
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe


@dataclass(frozen=True)
class Part:
    """Seconds per micro batch of a layer, the head or the embedding; shape (n,)."""

    terms: dict[str, Number]
    hidden: dict[str, Number]

    @property
    def total_s(self) -> Number:
        """All terms."""
        total: Number = 0.0
        for value in self.terms.values():
            total = total + value
        return total


def total_of(values: Iterable[Number]) -> FloatArray:
    """Return the sum of some terms."""
    total: Number = 0.0
    for value in values:
        total = total + value
    return np.asarray(total)


def mean_layer(
    model: AiModel,
    computing: StepComputing,
    communication: StepCommunication,
    profile: ComputeProfile,
    paired: Number,
) -> Part:
    """Return the mean layer of the model.

    `paired` is the share of micro batches that hide their exchange behind another's computing.
    """
    terms: dict[str, Number] = dict.fromkeys(TERM_NAMES, 0.0)
    hidden: dict[str, Number] = {}
    expert_overlap = profile.expert_overlap + (1 - profile.expert_overlap) * paired
    works = zip(model.blocks, computing.layers, communication.layers, strict=True)
    for block, work, comm in works:
        part = _layer_part(work, comm, profile, expert_overlap)
        weight = block.count / model.layers
        for name, value in part.terms.items():
            terms[name] = terms[name] + weight * value
        for name, value in part.hidden.items():
            hidden[name] = hidden.get(name, 0.0) + weight * value
    return Part(terms, hidden)


def _layer_part(
    work: Work, comm: LayerCommunication, profile: ComputeProfile, expert_overlap: Number
) -> Part:
    """Return a layer's terms: what computing cannot hide of its communication stays exposed."""
    tensor = comm.tensor_forward + comm.tensor_backward
    context = comm.context_forward + comm.context_backward
    expert = comm.expert_forward + comm.expert_backward
    compute = work.total_s
    hidden = {
        "tensor": profile.tensor_overlap * tensor,
        "context": np.minimum(profile.context_overlap * context, work.seconds["attention"]),
        "expert_exchange": np.minimum(expert_overlap * expert, compute),
    }
    terms: dict[str, Number] = {name: work.seconds[name] for name in CLASSES}
    terms["tensor"] = tensor - hidden["tensor"]
    terms["context"] = context - hidden["context"]
    terms["expert_exchange"] = expert - hidden["expert_exchange"]
    terms["contention"] = profile.contention * total_of(hidden.values())
    issued = (
        profile.host_launch_s * work.kernels
        + profile.host_expert_s * work.experts
        + profile.host_collective_s * comm.joined_ranks
    )
    terms["host"] = np.maximum(issued - total_of(terms.values()), 0.0)
    return Part(terms, hidden)


def pass_shares(model: AiModel, computing: StepComputing) -> PassShares:
    """Return which parts of a mean layer are its forward pass and its weight gradients.

    By FLOP: parts of the time would make a faster part of the hardware fill less of the bubble.
    """
    forward: Number = 0.0
    weight: Number = 0.0
    whole: Number = 0.0
    for block, work in zip(model.blocks, computing.layers, strict=True):
        forward = forward + block.count * work.flops.forward
        weight = weight + block.count * work.flops.weight
        whole = whole + block.count * work.flops.whole
    whole = np.maximum(whole, 1.0)
    return PassShares(forward / whole, weight / whole)


def end_parts(
    model: AiModel,
    recipe: Recipe,
    communication: StepCommunication,
    computing: StepComputing,
    layer: Part,
) -> tuple[Part, Part]:
    """Return head and embedding; multi-token-prediction layers count to the head."""
    parts = []
    for work, pairs in zip(computing.ends, (1.5, 1.0), strict=True):
        terms: dict[str, Number] = dict.fromkeys(TERM_NAMES, 0.0)
        terms.update(work.seconds)
        terms["tensor"] = pairs * communication.stream.tensor_pair
        parts.append(Part(terms, {}))
    if model.mtp_layers and recipe.trains_mtp:
        extra = {
            name: value + model.mtp_layers * layer.terms[name]
            for name, value in parts[0].terms.items()
        }
        parts[0] = Part(extra, {})
    head, embedding = parts
    exchange = head.terms["expert_exchange"] + communication.pooled_exchange
    return Part({**head.terms, "expert_exchange": exchange}, {}), embedding


def micro_batch(
    plan: Plans,
    stages: Stages,
    layer: Part,
    head: Part,
    embedding: Part,
    stream: StreamTimes,
    profile: ComputeProfile,
    paired: Number,
) -> tuple[dict[str, Number], dict[str, Number]]:
    """Return the slowest stage's terms for one micro batch, and what it hides."""
    terms: dict[str, Number] = {
        name: stages.layers * layer.terms[name]
        + stages.head * head.terms[name]
        + stages.embedding * embedding.terms[name]
        for name in TERM_NAMES
    }
    hops = np.where(plan.pipeline > 1, 2.0 * plan.chunks * stream.stage, 0.0)
    overlap = profile.pipeline_overlap + (1 - profile.pipeline_overlap) * paired
    terms["pipeline"] = (1 - overlap) * hops
    hidden: dict[str, Number] = {
        name: plan.micro_batches * stages.layers * value for name, value in layer.hidden.items()
    }
    hidden["pipeline"] = plan.micro_batches * overlap * hops
    return terms, hidden
