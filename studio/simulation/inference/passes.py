"""Time of one pass of an instance through its model.

Vectorised over candidates; a pass may hold decoding sequences, prompts or both. Knows no queue.
"""

from __future__ import annotations

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.kernels import WorkTimes, work_times
from studio.simulation.inference.layers import Gathered, add_layers, segments_of
from studio.simulation.inference.pass_time import TERMS, PassTime
from studio.simulation.inference.pieces import PassLoad, Work
from studio.simulation.inference.plan import InferencePlan, expert_count
from studio.simulation.inference.reductions import hand_over
from studio.simulation.inference.uneven_experts import fullest_rank, levelled
from studio.simulation.inference.work import head_work
from studio.workload.operators import FloatArray, Number


def pass_time(engine: Engine, load: PassLoad) -> PassTime:
    """Return the time of one pass with the tokens of `load` in every attention group.

    Parameters
    ----------
    engine
        Instance and its constants.
    load
        Tokens of one group; fields of shape (n,) or numbers.

    Notes
    -----
    A step of decoding waits for max(device, host launches) + host; the device adds the kernels of
    all layers, the gaps between them, and what communication is left exposed. Pipeline stages are
    equal shares of the layers; a pass visits them one after the other. Drafts come one after the
    other: the first runs an extra layer over the tokens of the pass, each further one over its
    own token, and each takes the output projection again. Schedulers of ranks behind different
    hosts agree on every step over the network, in a tree.
    """
    plan, profile = engine.plan, engine.profile
    doing = Gathered()
    for part, blocks in segments_of(engine, load):
        add_layers(doing, engine, part, blocks)
    outputs = np.maximum(load.decode_tokens + load.prompts, 1e-9)
    doing.add(head_work(engine.model, plan, outputs), 1.0)
    if engine.drafts:
        tips = np.maximum(load.sequences + load.prompts, 1e-9)
        doing.add(head_work(engine.model, plan, tips), float(engine.drafts))
    counts = np.array(doing.counts)
    times = work_times(
        doing.works, _candidates(plan, load), engine.machine.accelerator, profile,
        engine.numbers, _imbalance(engine),
    )  # fmt: skip
    terms = _by_term(doing.works, counts, times)
    terms["experts"] = terms["experts"] + doing.expert_layers * profile.expert_layer_s
    terms["dispatch_combine"] = doing.exchanged_s
    terms["all_reduce"] = doing.summed_s
    totals = _weighted(counts[None], times.table.swapaxes(0, 1))[0]
    terms["launch"] = totals[5] * profile.kernel_s
    return _finished(engine, load, terms, totals, doing, times)


def _candidates(plan: InferencePlan, load: PassLoad) -> tuple[int, ...]:
    """Return the shape of the candidates; empty for a single one."""
    values = (
        load.sequences, load.new_tokens, load.context, load.prompt_tokens, load.prompt_length,
        load.prompt_prefix, plan.tensor, plan.attention_data, plan.pipeline, plan.expert,
    )  # fmt: skip
    shapes = {value.shape for value in values if isinstance(value, np.ndarray)} - {()}
    return np.broadcast_shapes(*shapes) if shapes else ()


_PLACE = {name: place for place, name in enumerate(TERMS)}


def _by_term(works: list[Work], counts: FloatArray, times: WorkTimes) -> dict[str, Number]:
    """Return seconds by term, all layers together."""
    weight = np.zeros((len(TERMS), len(works)))
    weight[[_PLACE[work.term] for work in works], range(len(works))] = counts
    return dict(zip(TERMS, _weighted(weight, times.time_s), strict=True))


def _weighted(weight: FloatArray, values: FloatArray) -> FloatArray:
    """Return weighted sums over works: (m, n_works) by (n_works, *candidates)."""
    summed = weight @ values.reshape(values.shape[0], -1)
    return np.asarray(summed.reshape(weight.shape[0], *values.shape[1:]))


def _imbalance(engine: Engine) -> Number:
    """Return the load of the busiest expert rank over the mean: experts held times their load."""
    plan, experts = engine.plan, expert_count(engine.model)
    if plan.is_balanced or not experts:
        return 1.0
    excess = engine.profile.expert_imbalance * levelled(experts, plan.redundant_experts)
    busier = 1.0 + excess * (1 - 1 / np.asarray(plan.expert))
    return busier * fullest_rank(experts, plan.redundant_experts, plan.expert)


def _finished(
    engine: Engine,
    load: PassLoad,
    terms: dict[str, Number],
    totals: FloatArray,
    doing: Gathered,
    times: WorkTimes,
) -> PassTime:
    """Add the pipeline and the host, and sum up."""
    plan, profile = engine.plan, engine.profile
    stages = np.asarray(plan.pipeline, dtype=np.float64)
    device: Number = sum(terms.values(), np.zeros(()))
    found = hand_over(engine, load.tokens)
    hop = np.where(stages > 1, found.time_s, 0.0) if found else np.zeros(())
    terms["pipeline"] = (stages - 1) * hop
    per_launch = profile.prefill_launch_s if load.has_prompts else profile.launch_s
    waiting = np.maximum(totals[5] * per_launch - device, 0.0)
    sequences = load.sequences + load.prompts
    step = profile.step_s + agreement_s(engine)
    terms["host"] = waiting + step + profile.sequence_s * sequences
    stall = 1 + profile.stage_wait * (stages - 1)
    busy = (device + waiting) / stages * stall + hop * (stages > 1)
    flops, traffic, _, compute_s, memory_s, _ = totals / stages
    return PassTime(
        time_s=device + terms["pipeline"] + terms["host"],
        stage_s=busy + step + profile.sequence_s * sequences,
        terms=terms,
        flops=flops,
        traffic_byte=traffic,
        compute_s=compute_s,
        memory_s=memory_s,
        network_s=doing.links_s / stages,
        step_s=step,
        sequences_s=profile.sequence_s * sequences,
        works=tuple(doing.works),
        times=times,
        counts=np.array(doing.counts),
        tokens=load.tokens,
        segments=tuple(doing.segments),
    )


def agreement_s(engine: Engine) -> Number:
    """Return what the hosts of one instance need to agree on a step. [s]."""
    hosts = np.maximum(engine.plan.ranks / (engine.machine.host_npus or np.inf), 1.0)
    return engine.profile.host_s * np.log2(hosts)
