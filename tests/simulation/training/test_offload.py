"""States and activations in the memory of the CPUs: what is freed, what it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import api
from studio.errors import InvalidInput
from studio.simulation.host import host_of
from studio.simulation.machine import Host, Machine
from studio.simulation.memory.activations import layer_activation_byte
from studio.simulation.training.result import TrainingResult
from studio.workload.library import load_model
from studio.workload.plan import Offload, plans
from studio.workload.recipe import Recipe
from tests.simulation.training.machines import CLUSTER, step

PARAMETERS = 8.03e9
"""Of Llama 3 8B, as its model card has it."""


def hosted(link: float = 50e9, memory: float = 512e9, bandwidth: float = 100e9) -> Machine:
    """Return the cluster with CPUs."""
    return replace(CLUSTER, host=Host(link, memory, bandwidth))


def offloaded(what: Offload, machine: Machine, **degrees: float) -> TrainingResult:
    """Return a step of Llama 3 8B."""
    return step(plans(offload=what, **degrees), machine=machine)


def test_update_on_the_host_runs_at_the_speed_of_its_memory() -> None:
    """States and gradient both ways and the weight, 34 bytes, at half of 100 GB/s."""
    far = offloaded(Offload.OPTIMIZER, hosted())
    assert far.terms["optimizer"][0] == pytest.approx(PARAMETERS * 34 / 50e9, rel=2e-3)
    assert far.memory.optimizer[0] == 0
    assert far.memory.host.optimizer[0] == pytest.approx(PARAMETERS * 12, rel=2e-3)
    assert far.memory.host.gradients[0] == pytest.approx(PARAMETERS * 4, rel=2e-3)
    near = offloaded(Offload.NONE, hosted())
    assert near.memory.total[0] - far.memory.total[0] == pytest.approx(PARAMETERS * 12, rel=2e-3)


def test_a_sharded_state_is_shared_by_the_replicas() -> None:
    far = offloaded(Offload.OPTIMIZER, hosted(), data=8, zero=1)
    assert far.terms["optimizer"][0] == pytest.approx(PARAMETERS / 8 * 34 / 50e9, rel=2e-3)
    assert far.memory.host.total[0] == pytest.approx(PARAMETERS / 8 * 16, rel=2e-3)


def test_gradients_go_down_beside_the_backward_pass_only() -> None:
    """At 1 GB/s: 4 bytes down less a backward pass of two thirds, 2 bytes up in 5.5 s of update."""
    slow = offloaded(Offload.OPTIMIZER, hosted(link=1e9))
    computing = slow.compute_s[0] + slow.terms["host"][0]
    down, back = PARAMETERS * 4 / 1e9, PARAMETERS * 2 / 1e9
    update = PARAMETERS * 34 / 50e9
    expected = down - 2 / 3 * computing + back - update
    assert slow.terms["offload"][0] == pytest.approx(expected, rel=5e-3)
    assert slow.hidden_s["offload"][0] == pytest.approx(down + back - expected, rel=5e-2)


def test_activations_are_copied_there_and_back_for_every_micro_batch() -> None:
    model = load_model("Llama-3-8B")
    plan = plans(offload=Offload.ACTIVATIONS, micro_batches=4)
    kept = 32 * float(np.ravel(layer_activation_byte(model, model.blocks[0], plan, Recipe()))[0])
    slow = offloaded(Offload.ACTIVATIONS, hosted(link=1e9), micro_batches=4)
    assert slow.memory.host.activations[0] == pytest.approx(kept)
    computing = slow.compute_s[0] + slow.terms["host"][0]
    assert slow.terms["offload"][0] == pytest.approx(4 * 2 * kept / 1e9 - computing, rel=1e-6)
    near = offloaded(Offload.NONE, hosted(), micro_batches=4)
    freed = near.memory.activations[0] - slow.memory.activations[0]
    assert freed == pytest.approx(kept * 30 / 32)


def test_a_fast_link_hides_all_copies() -> None:
    fast = offloaded(Offload.BOTH, hosted(link=1e15))
    assert fast.terms["offload"][0] == 0
    assert fast.hidden_s["offload"][0] > 0


def test_host_memory_is_a_limit_too() -> None:
    enough, little = (
        offloaded(Offload.OPTIMIZER, hosted(memory=memory), data=4) for memory in (33e9, 31e9)
    )
    assert enough.memory.fits[0]
    assert not little.memory.fits[0]


def test_without_cpus_nothing_is_offloaded() -> None:
    with pytest.raises(InvalidInput, match="draw links to CPUs, or choose offload none"):
        offloaded(Offload.OPTIMIZER, CLUSTER)


@given(
    what=st.sampled_from([Offload.OPTIMIZER, Offload.ACTIVATIONS, Offload.BOTH]),
    link=st.floats(1e8, 1e12),
    faster=st.floats(1, 100),
    pipeline=st.sampled_from([1, 2, 4]),
    zero=st.sampled_from([0, 1, 2, 3]),
)
@settings(max_examples=25, deadline=None)
def test_a_faster_link_is_never_slower_and_offload_never_takes_more_of_an_npu(
    what: Offload, link: float, faster: float, pipeline: int, zero: int
) -> None:
    degrees = {"pipeline": pipeline, "data": 4, "zero": zero, "micro_batches": 8}
    slow, fast = (offloaded(what, hosted(link=rate), **degrees) for rate in (link, link * faster))
    assert fast.step_time_s[0] <= slow.step_time_s[0] * (1 + 1e-9)
    none = offloaded(Offload.NONE, hosted(), **degrees)
    assert slow.memory.total[0] <= none.memory.total[0]
    assert sum(float(term[0]) for term in slow.terms.values()) == pytest.approx(slow.step_time_s[0])


@pytest.mark.parametrize(
    ("design", "link", "memory", "bandwidth", "is_drawn"),
    [
        # Four Kunpeng of 7 UB links at 160 / 7 GB/s, 32 modules of 64 GB, for 8 NPUs.
        ("cloudmatrix-384", 80e9, 256e9, 166.4e9, True),
        # NVLink-C2C of 450 GB/s; half of a Grace's 512 GB/s is less.
        ("gb200-nvl72", 256e9, 240e9, 256e9, True),
        # No link is drawn: PCIe 5.0 x16; two Xeon with 307.2 GB/s for 8 GPUs.
        ("dgx-h100-su32", 63e9, 256e9, 76.8e9, False),
    ],
)
def test_share_of_an_npu_in_drawn_hosts(
    design: str, link: float, memory: float, bandwidth: float, is_drawn: bool
) -> None:
    found = host_of(api.load(design).fabric)
    assert found is not None
    assert found.link_byte_per_s == pytest.approx(link)
    assert found.memory_byte == pytest.approx(memory)
    assert found.memory_bandwidth_byte_per_s == pytest.approx(bandwidth)
    assert found.is_drawn == is_drawn


def test_a_job_that_does_not_fit_does_so_with_hosts_and_takes_longer() -> None:
    design = api.load("cloudmatrix-384")
    at = ["scenarios", "train-dense"]
    cut = {"tp": 8, "pp": 8, "dp": 1, "npus": 64, "global_batch": 64}
    for field, value in cut.items():
        design = design.edit([*at, field], value)
    full = design.simulate("train-dense")
    assert not full.memory.fits
    relieved = design.edit([*at, "offload"], "optimizer").simulate("train-dense")
    assert relieved.memory.fits
    assert relieved.headline_s > full.headline_s
    assert relieved.memory.host_byte > 0
    assert "80 GB/s" in " ".join(relieved.assumptions)
    names = {term.name for term in relieved.phases[0].terms}
    assert "optimizer" in names


@pytest.mark.parametrize(
    ("optimizer", "states"), [("adam", 12), ("adam-bf16", 8), ("adam-8bit", 6), ("sgd", 8)]
)
def test_an_optimizer_keeps_and_moves_its_own_states(optimizer: str, states: int) -> None:
    """States and gradient both ways and the weight: 2 s + 8 + 2 bytes a parameter."""
    design = api.load("dgx-h100-su32")
    at = ["scenarios", "train-dense"]
    usual = design.simulate("train-dense")
    other = design.edit([*at, "optimizer"], optimizer).simulate("train-dense")
    held, now = (
        next(term.byte for term in one.memory.terms if term.name == "optimizer")
        for one in (usual, other)
    )
    assert now == pytest.approx(held * states / 12)
    took, takes = (
        next(term.seconds for term in one.phases[0].terms if term.name == "optimizer")
        for one in (usual, other)
    )
    assert takes == pytest.approx(took * (2 * states + 10) / 34)
