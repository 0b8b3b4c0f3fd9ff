"""What ranks of one instance send each other: worked by hand, and never cheaper for more."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.passes import pass_time
from studio.simulation.inference.phases import decode
from studio.simulation.inference.pieces import PassLoad
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.reductions import reduction
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import Role


def with_constants(engine: Engine, **constants: float) -> Engine:
    return replace(engine, profile=msgspec.structs.replace(engine.profile, **constants))


def test_the_kernel_of_an_engine_reads_the_payload_of_every_other_rank(engine):
    """7 x 32 tokens x 4,096 x 2 bytes at what the library streams, and a start."""
    instance = with_constants(engine("Llama-3-8B", InferencePlan(tensor=8.0)), reduce_start_s=5e-6)
    level = instance.machine.levels[0]
    best = max(p.channels[Role.SCALE_UP].efficiency for p in instance.network.protocols)
    read = 7 * 32 * 4096 * 2 / (level.bandwidth_byte_per_s * best)
    found = reduction(instance, 32.0, 8.0)
    assert float(found.time_s) == pytest.approx(5e-6 + level.latency_s + read)


def test_large_sums_take_the_library_and_small_ones_the_engine(engine):
    instance = with_constants(engine("Llama-3-70B", InferencePlan(tensor=8.0)), reduce_start_s=5e-6)
    alone = with_constants(instance, reduce_start_s=1.0)
    assert float(reduction(instance, 1.0, 8.0).time_s) < float(reduction(alone, 1.0, 8.0).time_s)
    large = 65_536.0
    assert reduction(instance, large, 8.0).time_s == reduction(alone, large, 8.0).time_s


def test_no_engine_reads_through_a_network_adapter(engine):
    instance = with_constants(
        engine("Llama-3-70B", InferencePlan(tensor=16.0)), reduce_start_s=1e-6
    )
    alone = with_constants(instance, reduce_start_s=1.0)
    assert reduction(instance, 1.0, 16.0).time_s == reduction(alone, 1.0, 16.0).time_s


def test_only_tokens_beyond_the_buffers_of_an_engine_are_late(engine):
    """Half of 4,096 tokens is beyond 2,048: with 3 times the extra, 1 + 3 / 2 of the time."""
    instance = with_constants(
        engine("Llama-3-70B", InferencePlan(tensor=8.0)),
        reduce_start_s=1.0, reduce_tokens=2048.0, reduce_late=0.0,
    )  # fmt: skip
    late = with_constants(instance, reduce_late=3.0)
    assert reduction(late, 2048.0, 8.0).time_s == reduction(instance, 2048.0, 8.0).time_s
    ratio = float(reduction(late, 4096.0, 8.0).time_s / reduction(instance, 4096.0, 8.0).time_s)
    assert ratio == pytest.approx(2.5)


def test_every_draft_takes_the_output_projection_again(engine):
    """DeepSeek-V3: 129,280 x 7,168 weights of two bytes, once for the step and for each draft."""
    plan = InferencePlan(attention_data=8.0, expert=8.0)
    table = 129_280 * 7168 * 2
    for drafts in (0, 1, 3):
        instance = replace(engine("DeepSeek-V3", plan), drafts=drafts)
        load = PassLoad(sequences=1.0, new_tokens=1.0 + drafts, context=1000.0)
        rows = {row.name: row for row in pass_time(instance, load).operators}
        assert rows["head"].traffic_byte == pytest.approx((1 + drafts) * table, rel=0.01)


def test_more_drafts_never_make_a_step_shorter(engine):
    instance = engine("DeepSeek-V3", InferencePlan(attention_data=8.0, expert=8.0))
    steps = [
        float(decode(replace(instance, drafts=n), 16.0, 2000.0, Speculation(n, 0.7)).step_s)
        for n in range(5)
    ]
    assert steps == sorted(steps)


def test_an_expert_cut_over_ranks_pays_for_the_sum_of_its_parts(engine):
    """Eight ranks, experts over four: every expert lies on two, which add up their halves."""
    whole = engine("DeepSeek-V3", InferencePlan(4.0, 2.0, 1.0, 8.0))
    halves = engine("DeepSeek-V3", InferencePlan(4.0, 2.0, 1.0, 4.0))
    load = PassLoad(sequences=256.0, context=1000.0)
    rows = 256 * 8 * 2 / 4
    one = reduction(halves, rows, 2.0)
    spent = pass_time(halves, load).terms["dispatch_combine"]
    assert float(spent) > 58 * float(one.time_s)
    assert float(spent) > float(pass_time(whole, load).terms["dispatch_combine"])


def test_ranks_that_hold_the_same_tokens_add_up_what_their_experts_make(engine):
    """One attention group of eight: two sums in each of 61 layers, and nothing is dispatched."""
    spread = engine("DeepSeek-V3", InferencePlan(tensor=8.0, expert=8.0))
    load = PassLoad(sequences=16.0, context=1000.0)
    terms = pass_time(spread, load).terms
    one = reduction(spread, 16.0, 8.0)
    assert float(terms["dispatch_combine"]) == 0.0
    assert float(terms["all_reduce"]) == pytest.approx(2 * 61 * float(one.time_s))


def test_an_instance_behind_two_hosts_waits_for_their_agreement(engine):
    instance = with_constants(engine("Llama-3-8B", InferencePlan(tensor=8.0)), host_s=3e-4)
    apart = replace(instance, machine=replace(instance.machine, host_npus=4.0))
    load = PassLoad(sequences=1.0, context=100.0)
    difference = pass_time(apart, load).time_s - pass_time(instance, load).time_s
    assert float(difference) == pytest.approx(3e-4)


def test_wide_experts_behind_adapters_are_slower_than_inside_one_fabric(engine):
    plan = InferencePlan(attention_data=32.0, expert=32.0)
    nodes = engine("DeepSeek-V3", plan)
    inner = nodes.machine.levels[0]
    wide = NetworkLevel(
        inner.name, 64, inner.bandwidth_byte_per_s, inner.latency_s, medium=inner.medium
    )
    fabric = replace(nodes, machine=replace(nodes.machine, levels=(wide, nodes.machine.levels[1])))
    batches = np.array([1.0, 16.0, 128.0])
    behind = decode(nodes, batches, 2000.0).tpot_s
    inside = decode(fabric, batches, 2000.0).tpot_s
    assert np.all(np.asarray(behind) > np.asarray(inside))
