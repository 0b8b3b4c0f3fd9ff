"""Values that numbers of a scenario could have instead: what models, batches and NPUs divide into.

Candidates only; whether a job can run with one is for its rules to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from studio.design.scenario import Inference, Scenario, Training
from studio.simulation.inference.plan import expert_count
from studio.simulation.inference.requests import LEAST_LIMIT_S, MOST_SEQUENCES, MOST_TOKENS
from studio.simulation.inference.speculative import MOST_DRAFTS
from studio.simulation.job import SimInput
from studio.simulation.scenario_rules import MOST_OF_A_DEGREE
from studio.simulation.serving_rules import least_batch
from studio.workload.divisors import divisors
from studio.workload.model import AiModel, Attention
from studio.workload.plan_rules import ENDS, MOST_SHARDED

_NEAR = 32
"""Whole numbers tried on each side of a value."""


def possible_values(given: SimInput, scenario: Scenario) -> Mapping[str, Iterable[float]]:
    """Return candidates by field of a scenario."""
    if isinstance(scenario, Training):
        return _training(given, scenario)
    return _inference(given, scenario)


def _training(given: SimInput, scenario: Training) -> Mapping[str, Iterable[float]]:
    model, npus = given.model, given.machine.npu_count
    layers = range(1, model.layers + ENDS + 1)
    tokens = _whole(scenario.sequence_tokens)
    batch = _whole(scenario.global_batch)
    cut = math.prod(_whole(degree) for degree in (scenario.tp, scenario.pp, scenario.cp))
    micro, data = _whole(scenario.micro_batch), _whole(scenario.dp)
    fed = math.lcm(micro * data, _whole(scenario.ep) * micro)
    return {
        "tp": _heads(model),
        "pp": layers,
        "cp": divisors(tokens // 2) if tokens % 2 == 0 else (1,),
        "ep": _experts(model),
        "dp": {*_around(scenario.dp, npus), *divisors(npus), _whole(scenario.ep), npus // cut},
        "virtual_stages": layers,
        "zero_stage": range(MOST_SHARDED + 1),
        "micro_batch": divisors(batch),
        "global_batch": {*_multiples(batch, fed), *_multiples(batch, micro * data)},
        "sequence_tokens": _multiples(tokens, 2 * _whole(scenario.cp)),
        "npus": _used(scenario.npus, npus, (cut, cut * data, cut * _whole(scenario.ep))),
    }


def _inference(given: SimInput, scenario: Inference) -> Mapping[str, Iterable[float]]:
    model, npus = given.model, given.machine.npu_count
    devices = round(npus * given.serving.devices_per_npu)
    heads, layers = _heads(model), range(1, model.layers + 1)
    groups = {1, *divisors(devices)}
    spread = {1, *divisors(devices), *_experts(model)}
    rank = _whole(scenario.tp) * _whole(scenario.pp)
    stage = _whole(scenario.tp) * _whole(scenario.dp)
    used = _whole(scenario.ep) * _whole(scenario.pp)
    tokens = (1.0, MOST_TOKENS)
    seconds = (LEAST_LIMIT_S, float(MOST_OF_A_DEGREE))
    return {
        "tp": heads,
        "pp": layers,
        "dp": {*groups, *_around(scenario.dp, devices // rank), _whole(scenario.ep)},
        "ep": {*spread, *divisors(stage), *_around(scenario.ep, devices // rank)},
        "npus": _used(scenario.npus, npus, (rank, stage, used)),
        "prefill_tp": heads,
        "prefill_pp": layers,
        "prefill_dp": {*groups, *_around(scenario.prefill_dp, devices)},
        "prefill_ep": {*spread, *_around(scenario.prefill_ep, devices)},
        "batch_per_npu": {0, *_batches(given, scenario)},
        "input_tokens": tokens,
        "output_tokens": tokens,
        "chunk_tokens": (0.0, *tokens),
        "tpot_objective_s": seconds,
        "ttft_objective_s": seconds,
        "prefix_cache_hit": (0.0, 1.0),
        "mtp_tokens": {0, MOST_DRAFTS, *_around(scenario.mtp_tokens, MOST_DRAFTS)},
        "mtp_acceptance": (0.0, 1.0),
        "redundant_experts": {
            0,
            expert_count(model),
            *_around(scenario.redundant_experts, expert_count(model)),
        },
        "expert_imbalance": (0.0, 1.0),
    }


def _whole(value: float) -> int:
    """Return the count from 1 next to a number of which nothing is known yet."""
    return 1 if math.isnan(value) else max(1, round(min(value, MOST_OF_A_DEGREE)))


def _heads(model: AiModel) -> tuple[int, ...]:
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [1]
    return divisors(int(np.gcd.reduce(heads)))


def _experts(model: AiModel) -> tuple[int, ...]:
    return divisors(max(1, expert_count(model)))


def _around(value: float, most: int) -> Iterable[int]:
    """Return the counts next to a value, up to `most`."""
    middle = min(_whole(value), max(most, 1))
    return range(max(1, middle - _NEAR), min(max(most, 1), middle + _NEAR) + 1)


def _multiples(value: int, unit: int) -> set[float]:
    """Return the multiples of a unit next to a value."""
    return {float(unit * max(1, value // unit + more)) for more in (0, 1)}


def _used(value: float, npus: int, needed: Iterable[int]) -> set[float]:
    """Return how many of the NPUs a job could use: as many as its degrees need, or all."""
    some = {*_around(value, npus), npus, *(count for count in needed if count <= npus)}
    return {float(count) for count in some}


def _batches(given: SimInput, scenario: Inference) -> set[float]:
    """Return batches per NPU that are whole sequences of an instance."""
    ranks = _whole(scenario.tp) * _whole(scenario.pp)
    ranks *= _whole(scenario.dp or scenario.ep // _whole(scenario.tp))
    npus = max(1.0, ranks / given.serving.devices_per_npu)
    return {least_batch(npus), 1.0, math.floor(MOST_SEQUENCES / npus)}
