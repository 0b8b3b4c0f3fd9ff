"""All valid mappings of a serving job, simulated as arrays: decode, prefill, and their pools.

Decode instances and prefill instances are simulated apart; a pool of each, in whole instances, then
makes a mapping of the machine. Or instances do both, and as many as there are NPUs for make it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.design.scenario import Inference
from studio.errors import InvalidInput
from studio.exploration.search.mappings import (
    Cancelled,
    Counts,
    Mappings,
    Progress,
    SearchCancelled,
)
from studio.exploration.search.serving_instances import (
    PREFILL_FIELDS,
    Setting,
    batches_to_try,
    decoding_of,
    filling_apart,
    filling_of,
    rows_of,
)
from studio.exploration.search.serving_pools import Pools, pools_of, together_of
from studio.exploration.search.serving_space import VARIANTS, Choices, variants
from studio.messages import say
from studio.simulation.inference.batches import group_room
from studio.simulation.inference.disaggregation import check_prefill_share
from studio.simulation.inference.memory import serving_memory
from studio.simulation.inference.requests import Limits
from studio.simulation.job import SimInput
from studio.simulation.serving_plan import degrees_text


def search_serving(
    given: SimInput,
    choices: Choices | None = None,
    *,
    tpot_limit_s: float = np.inf,
    ttft_limit_s: float = np.inf,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Mappings:
    """Return every mapping of a serving scenario that can be best, with what it delivers.

    Parameters
    ----------
    given
        Machine, scenario and constants; the scenario's own degrees count as no choice.
    choices
        Values to try by field of the scenario.
    tpot_limit_s, ttft_limit_s
        Objective: besides a grid of batches, the largest batch within the limit is simulated; the
        prefill instances tried are the best ones within the limit. [s]

    Raises
    ------
    InvalidInput : no mapping is valid, or none fits; says what would.
    SearchCancelled : `cancelled` said so.

    Notes
    -----
    Throughput of an instance rises with its batch: every term of a step is a constant plus a part
    that grows at most in proportion to the batch. So the largest batch within memory and limit is
    the best for rate, energy and cost, and one sequence is the fastest. Both pools meet only in the
    split of NPUs, so a prefill plan that another one beats in time and energy per token and in size
    is never part of the best; of splits, the best is next to the balance of both pools. Where both
    phases run together, prompts take part in every step and in its limit.
    """
    scenario = given.scenario
    assert isinstance(scenario, Inference)
    if scenario.prefill_share and scenario.phases == "apart":
        npus = scenario.npus or given.machine.npu_count
        check_prefill_share(scenario.prefill_share, npus, instance_npus=1.0)
    found: list[Pools] = []
    combinations, valid, too_large = 0.0, 0, 0
    every = list(variants(scenario, choices or {}))
    for index, variant in enumerate(every):
        if cancelled is not None and cancelled():
            raise SearchCancelled("the search was cancelled")
        tried = _variant(given, variant, choices or {}, Limits(tpot_limit_s, ttft_limit_s))
        combinations += tried.combinations
        valid += tried.valid
        too_large += tried.too_large
        found.extend(tried.pools)
        if progress is not None:
            progress((index + 1) / len(every))
    if not found:
        raise _nothing_fits(given, every[0], choices or {})
    starts = np.cumsum([0, *(pool.count for pool in found)])

    def at(place: int) -> tuple[Pools, int]:
        which = int(np.searchsorted(starts, place, side="right")) - 1
        return found[which], place - int(starts[which])

    def scenario_at(place: int) -> Inference:
        pool, row = at(place)
        return pool.scenario_at(row)

    def text_at(place: int) -> str:
        pool, row = at(place)
        return pool.text_at(row, named=_varied(every))

    names = found[0].metrics
    counts = Counts(
        combinations,
        valid,
        int(starts[-1]),
        ((say("cannot hold weights and one request"), too_large),) if too_large else (),
        say("throughput rises with the batch")
        if all(one.phases == "together" for one in every)
        else say("throughput rises with the batch, and both pools meet only in their split"),
    )
    return Mappings(
        "inference",
        {name: np.concatenate([pool.metrics[name] for pool in found]) for name in names},
        np.ones(int(starts[-1]), dtype=bool),
        scenario_at,
        text_at,
        counts,
    )


def _varied(every: Sequence[Inference]) -> tuple[str, ...]:
    """Return the fields in which variants differ: those a mapping's text has to name."""
    return tuple(name for name in VARIANTS if len({getattr(one, name) for one in every}) > 1)


@dataclass(frozen=True)
class _Tried:
    pools: list[Pools]
    combinations: float
    valid: int
    too_large: int


def _variant(given: SimInput, scenario: Inference, choices: Choices, limits: Limits) -> _Tried:
    """Return the mappings of one choice of formats, drafts and chunk."""
    setting = Setting.of(given, scenario)
    space = setting.plans(choices)
    whole = setting.engine(space.plan)
    room = np.broadcast_to(group_room(whole, setting.shape), (space.count,))
    fitting = np.flatnonzero(room >= 1)
    too_large = space.count - fitting.size
    if not fitting.size:
        return _Tried([], space.combinations, space.count, too_large)
    engine = setting.engine(space.plan.take(fitting))
    batches = batches_to_try(setting, engine, room[fitting], limits, choices)
    decoding = decoding_of(setting, engine, batches)
    if setting.is_together:
        both = [together_of(setting, decoding)] if decoding.batch.size else []
        return _Tried(both, space.combinations, space.count, too_large)
    apart = list(filling_apart(setting, choices, limits))
    pools = [pools_of(setting, decoding, one, plan) for plan, one in apart]
    if not any(name in choices for name in PREFILL_FIELDS):
        alike = rows_of(filling_of(setting, engine), decoding.row)
        pools.insert(0, pools_of(setting, decoding, alike, None))
    used = [pool for pool in pools if pool.count]
    return _Tried(used, space.combinations, space.count, too_large)


def _nothing_fits(given: SimInput, scenario: Inference, choices: Choices) -> InvalidInput:
    """Return the error that names the leanest mapping and what it needs, or the batch too large."""
    setting = Setting.of(given, scenario)
    space = setting.plans(choices)
    engine = setting.engine(space.plan)
    room = group_room(engine, setting.shape)
    if "batch_per_npu" in choices and np.any(room >= 1):
        most = np.max(room / np.asarray(space.plan.group_ranks)) * setting.devices_per_npu
        return InvalidInput(
            "no mapping of {name} holds so few or so many requests per NPU; nearest valid: up to "
            "{most:.4g}, in whole ones per attention group",
            name=given.model.name,
            most=float(most),
        )
    memory = serving_memory(engine, 1.0, setting.shape.full_length, engine.profile.pass_tokens)
    need = np.broadcast_to(memory.total, (space.count,))
    least = int(np.argmin(need))
    devices = setting.devices_per_npu
    return InvalidInput(
        "no mapping of {name} fits: the leanest, {plan}, needs {need:.4g} GB of {usable:.4g} GB "
        "per NPU for weights and one request; use more NPUs or fewer bits",
        name=given.model.name,
        plan=degrees_text(space.plan.take(np.array([least]))),
        need=float(need[least]) * devices / 1e9,
        usable=memory.usable * devices / 1e9,
    )
