"""Offloading to CPUs against what was published of ZeRO-Offload.

Ren et al., "ZeRO-Offload: Democratizing Billion-Scale Model Training", USENIX ATC 2021 (arXiv
2101.06840): what fits one V100 of 32 GB is in the abstract and in the tutorial of DeepSpeed, read
there; the latencies of CPU-Adam are its table of Adam latencies, quoted from memory. The DGX-2 has
two Xeon 8168 with six channels of DDR4-2666 each. Its 40 TFLOP/s for 10 billion parameters are not
compared: the same code reaches 30 without any offload, half of what Megatron does on that machine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.exploration.validation.hardware import machine_of
from studio.simulation.machine import Host
from studio.simulation.memory.training import TrainingMemory, training_memory
from studio.simulation.training.per_step import HOST_UPDATE_SHARE, update_byte
from studio.workload.model import AiModel, Attention, Block, DenseFeedForward
from studio.workload.plan import Offload, Recompute, plans
from studio.workload.recipe import Recipe

DGX2_BYTE_PER_S = 2 * 6 * 2666e6 * 8
DGX2_MEMORY_BYTE = 1.5e12
CPU_ADAM_S = {1e9: 0.22, 2e9: 0.51, 4e9: 1.03, 8e9: 2.41, 10e9: 2.57}
HALF = Recipe(gradient_byte=2.0, reduce_byte=2.0)
"""Mixed precision of 2020: gradients of two bytes."""


def gpt(layers: int, hidden: int) -> AiModel:
    """Return a GPT-2 of some size, with the 32 heads of the tutorial."""
    attention = Attention(32, 32, hidden // 32)
    layer = Block(layers, attention, DenseFeedForward(4 * hidden, gated=False))
    return AiModel("GPT-2", hidden, 50304, (layer,), tied_embeddings=True, learned_positions=1024)


def on_one_v100(model: AiModel, micro_batch: int, offload: Offload) -> TrainingMemory:
    """Return the memory of training with checkpoints of all layers."""
    machine = machine_of("NVIDIA V100-SXM3-32GB (DGX-2H)", "NVSwitch", 1)
    assert machine is not None
    host = Host(15.75e9, DGX2_MEMORY_BYTE, DGX2_BYTE_PER_S)
    plan = plans(
        micro_batch=micro_batch,
        sequence=1024,
        zero=2,
        recompute=Recompute.FULL,
        offload=offload,
        sequence_parallel=0,
    )
    return training_memory(model, plan, HALF, machine.accelerator, host)


def test_updates_take_as_long_as_cpu_adam_took() -> None:
    rate = DGX2_BYTE_PER_S * HOST_UPDATE_SHARE
    errors = [count * update_byte(Recipe()) / rate / s - 1 for count, s in CPU_ADAM_S.items()]
    assert np.median(np.abs(errors)) < 0.05
    assert np.max(np.abs(errors)) < 0.25


@pytest.mark.parametrize(
    ("layers", "hidden", "micro_batch", "offload", "fits"),
    [
        # 10 billion parameters, ten sequences: the tutorial of DeepSpeed.
        (50, 4096, 10, Offload.OPTIMIZER, True),
        # 13 billion are the most with offload, 1.4 billion without: the abstract.
        (65, 4096, 1, Offload.OPTIMIZER, True),
        (90, 4096, 1, Offload.OPTIMIZER, False),
        (40, 1664, 1, Offload.NONE, True),
        (50, 4096, 1, Offload.NONE, False),
        (40, 2048, 1, Offload.NONE, False),
    ],
)
def test_what_was_published_to_fit_fits(
    layers: int, hidden: int, micro_batch: int, offload: Offload, fits: bool
) -> None:
    found = on_one_v100(gpt(layers, hidden), micro_batch, offload)
    assert found.fits[0] == fits, found.total / 1e9


def test_gradients_leave_as_they_are_made_only_where_nothing_waits_for_their_sum() -> None:
    """Ten billion gradients of two bytes: 50 layers of 403 MB, of which two are at hand."""
    model = gpt(50, 4096)
    stays = on_one_v100(model, 1, Offload.NONE).gradients[0]
    leaves = on_one_v100(model, 1, Offload.OPTIMIZER)
    assert leaves.gradients[0] == pytest.approx(stays * 2 / 50)
    assert leaves.host.gradients[0] == pytest.approx(stays, rel=1e-6)
    kept = replace(plans(zero=1, offload=Offload.OPTIMIZER))
    machine = machine_of("NVIDIA V100-SXM3-32GB (DGX-2H)", "NVSwitch", 1)
    assert machine is not None
    assert training_memory(model, kept, HALF, machine.accelerator).gradients[0] == stays
