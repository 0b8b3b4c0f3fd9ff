"""All valid mappings of a serving job, simulated as arrays: decode, prefill, and their pools.

Decode instances and prefill instances are simulated apart; a pool of each, in whole instances, then
makes a mapping of the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Inference
from studio.errors import InvalidInput
from studio.exploration.search.mappings import (
    Cancelled,
    Counts,
    Mappings,
    Progress,
    SearchCancelled,
)
from studio.exploration.search.serving_space import Choices, instance_plans, variants
from studio.messages import say
from studio.simulation.economics import economics
from studio.simulation.inference.disaggregation import most_decode_instances, pooled_rate
from studio.simulation.inference.estimate import engine_of, with_pass_tokens
from studio.simulation.inference.memory import serving_memory
from studio.simulation.inference.passes import Engine, PassTime
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.inference.serving import (
    Limits,
    RequestShape,
    decode,
    group_room,
    largest_batches,
    prefill,
)
from studio.simulation.inference.speculative import Speculation
from studio.simulation.inference_job import degrees_text
from studio.simulation.job import SimInput
from studio.simulation.power.activity import activity_of
from studio.simulation.power.npu import npu_power_w
from studio.workload.operators import FloatArray

TOGETHER = 2000
"""Configurations simulated at once: larger arrays fall out of the processor's cache."""
GRID = 8
"""Batches simulated of every plan, from one sequence per group to the most that memory holds."""


@dataclass(frozen=True)
class _Decoding:
    """Decode instances at an operating batch; every array has shape (n,)."""

    plan: InferencePlan
    batch: FloatArray
    """Sequences per attention group."""
    tpot_s: FloatArray
    rate: FloatArray
    """Output tokens per second and NPU."""
    power_w: FloatArray
    """Of one NPU."""
    memory_byte: FloatArray
    """Of one NPU."""
    npus: FloatArray
    """Of one instance."""
    row: NDArray[np.intp]
    """Position of the plan among all plans of the variant."""


@dataclass(frozen=True)
class _Filling:
    """Prefill instances; every array has shape (n,), one entry per plan."""

    ttft_s: FloatArray
    rate: FloatArray
    """Prompt tokens per second and NPU."""
    power_w: FloatArray
    npus: FloatArray
    """Of one instance."""


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
    is never part of the best; of splits, the best is next to the balance of both pools.
    """
    scenario = given.scenario
    assert isinstance(scenario, Inference)
    found: list[_Pools] = []
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

    def at(place: int) -> tuple[_Pools, int]:
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
        say("throughput rises with the batch, and both pools meet only in their split"),
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
    fields = ("precision", "kv_precision", "mtp_tokens", "chunk_tokens")
    return tuple(name for name in fields if len({getattr(one, name) for one in every}) > 1)


@dataclass(frozen=True)
class _Tried:
    pools: list[_Pools]
    combinations: float
    valid: int
    too_large: int


def _variant(given: SimInput, scenario: Inference, choices: Choices, limits: Limits) -> _Tried:
    """Return the mappings of one choice of formats, drafts and chunk."""
    setting = _Setting.of(given, scenario)
    space = instance_plans(given.model, setting.devices, choices)
    whole = setting.engine(space.plan)
    room = np.broadcast_to(group_room(whole, setting.shape), (space.count,))
    fitting = np.flatnonzero(room >= 1)
    too_large = space.count - fitting.size
    if not fitting.size:
        return _Tried([], space.combinations, space.count, too_large)
    engine = setting.engine(space.plan.take(fitting))
    decoding = _decoding(setting, engine, _batches(setting, engine, room[fitting], limits, choices))
    apart = list(_apart(setting, choices, limits))
    pools = [_pools(setting, decoding, one, plan) for plan, one in apart]
    if not any(name in choices for name in _PREFILL):
        alike = _of_rows(_filling(setting, engine), decoding.row)
        pools.insert(0, _pools(setting, decoding, alike, None))
    used = [pool for pool in pools if pool.count]
    return _Tried(used, space.combinations, space.count, too_large)


@dataclass(frozen=True)
class _Setting:
    """What all plans of one variant share."""

    given: SimInput
    scenario: Inference
    npus: int
    devices_per_npu: float
    shape: RequestShape
    guess: Speculation

    @classmethod
    def of(cls, given: SimInput, scenario: Inference) -> _Setting:
        npus = scenario.npus or given.machine.npu_count
        if npus > given.machine.npu_count:
            raise InvalidInput(
                "the scenario asks for {npus} NPUs; {npu_count} are in order",
                npus=npus,
                npu_count=given.machine.npu_count,
            )
        shape = RequestShape(
            scenario.input_tokens, scenario.output_tokens, scenario.prefix_cache_hit
        )
        guess = Speculation(scenario.mtp_tokens, scenario.mtp_acceptance)
        return cls(given, scenario, npus, given.serving.devices_per_npu, shape, guess)

    @property
    def devices(self) -> int:
        return round(self.npus * self.devices_per_npu)

    def engine(self, plan: InferencePlan) -> Engine:
        given, scenario = self.given, self.scenario
        return engine_of(
            replace(given.machine, npu_count=self.npus),
            given.model,
            plan,
            with_pass_tokens(given.serving, scenario.chunk_tokens),
            given.network,
            given.exchange,
            precision=scenario.precision,
            cache_precision=scenario.kv_precision,
            speculation=self.guess,
        )

    def power_w(self, engine: Engine, one: PassTime) -> FloatArray:
        """Return the draw of one NPU in a pass. [W]."""
        accelerator = engine.machine.accelerator
        watts = npu_power_w(accelerator, self.given.power, activity_of(engine, one))
        return np.asarray(watts * self.devices_per_npu)


def _filling(setting: _Setting, engine: Engine) -> _Filling:
    column = replace(engine, plan=engine.plan.column())
    one = prefill(column, setting.shape, np.array([1.0, np.inf]))
    shape = (_count(engine.plan), 2)
    draw = np.broadcast_to(setting.power_w(column, one.pass_time), shape)
    return _Filling(
        np.broadcast_to(one.ttft_s, shape)[:, 0],
        np.broadcast_to(one.tokens_per_s_per_npu, shape)[:, 1] * setting.devices_per_npu,
        draw[:, 1],
        np.asarray(engine.plan.ranks) / setting.devices_per_npu,
    )


def _count(plan: InferencePlan) -> int:
    return int(np.size(plan.tensor))


def _of_rows(filling: _Filling, rows: NDArray[np.intp]) -> _Filling:
    return _Filling(
        filling.ttft_s[rows], filling.rate[rows], filling.power_w[rows], filling.npus[rows],
    )  # fmt: skip


def _batches(
    setting: _Setting, engine: Engine, room: FloatArray, limits: Limits, choices: Choices
) -> FloatArray:
    """Return the batches to simulate of every plan, shape (n, k); 0 where there is none."""
    asked = choices.get("batch_per_npu")
    plan = engine.plan
    if asked is not None:
        per_group = np.asarray(plan.group_ranks) / setting.devices_per_npu
        wanted = np.array([float(value) for value in asked]) * per_group[:, None]
        return np.where((wanted <= room[:, None]) & (wanted >= 1), wanted, 0.0)
    grid = np.floor(np.exp(np.linspace(0.0, 1.0, GRID) * np.log(room)[:, None]) + 1e-9)
    most = largest_batches(engine, setting.shape, room, limits, setting.guess)
    return np.concatenate((np.maximum(grid, 1.0), most[:, None]), axis=1)


def _decoding(setting: _Setting, engine: Engine, batches: FloatArray) -> _Decoding:
    """Return every plan at every of its batches, doubles and empty ones left out."""
    batches = np.sort(batches, axis=1)
    is_new = batches >= 1
    is_new[:, 1:] &= batches[:, 1:] != batches[:, :-1]
    rows, _ = np.nonzero(is_new)
    batches = batches[is_new]
    plan = engine.plan.take(rows)
    tpot, rate, power_w = np.empty((3, batches.size))
    for at in range(0, batches.size, TOGETHER):
        chunk = slice(at, at + TOGETHER)
        part = replace(engine, plan=engine.plan.take(rows[chunk]))
        step = decode(part, batches[chunk], setting.shape.mean_context, setting.guess)
        tpot[chunk], rate[chunk] = step.tpot_s, step.tokens_per_s_per_npu
        power_w[chunk] = setting.power_w(part, step.pass_time)
    memory = serving_memory(
        replace(engine, plan=plan), batches, setting.shape.full_length, engine.profile.pass_tokens
    ).total
    devices = setting.devices_per_npu
    return _Decoding(
        plan,
        batches,
        tpot,
        rate * devices,
        power_w,
        np.broadcast_to(memory, batches.shape) * devices,
        np.asarray(plan.ranks) / devices,
        rows,
    )


def _apart(
    setting: _Setting, choices: Choices, limits: Limits
) -> Iterator[tuple[InferencePlan, _Filling]]:
    """Yield prefill plans of their own that no other one beats for any goal."""
    asked = {name: choices[own] for own, name in _PREFILL.items() if own in choices}
    space = instance_plans(setting.given.model, setting.devices, {**asked, "pp": (1,)})
    room = np.broadcast_to(group_room(setting.engine(space.plan), setting.shape), (space.count,))
    fitting = np.flatnonzero(room >= 1)
    if not fitting.size:
        return
    plan = space.plan.take(fitting)
    filling = _filling(setting, setting.engine(plan))
    within = filling.ttft_s <= limits.ttft_s * (1 + 1e-9)
    if not within.any():
        within = filling.ttft_s == filling.ttft_s.min()
    host_w = setting.given.running.host_power_w / setting.npus
    for row in _unbeaten(filling, np.flatnonzero(within), host_w):
        one = np.array([row])
        yield plan.take(one), _of_rows(filling, one)


_PREFILL: Mapping[str, str] = {"prefill_tp": "tp", "prefill_dp": "dp", "prefill_ep": "ep"}
"""Field of the scenario for prefill instances: the same degree of a decode instance."""


def _unbeaten(filling: _Filling, rows: NDArray[np.intp], host_w: float) -> Iterator[int]:
    """Yield the rows no other one matches in NPU-seconds, joules and NPUs at once.

    A token costs (draw + host + what an hour of an NPU costs) / rate, whatever the weights are, so
    less time and less energy at once are better for every goal.
    """
    energy = (filling.power_w + host_w) / filling.rate
    kept: list[int] = []
    for row in rows[np.lexsort((filling.npus[rows], energy[rows], -filling.rate[rows]))]:
        if not any(filling.npus[o] <= filling.npus[row] and energy[o] <= energy[row] for o in kept):
            kept.append(int(row))
            yield int(row)


@dataclass(frozen=True)
class _Pools:
    """Machines split into a pool of decode and one of prefill instances; arrays of shape (n,)."""

    scenario: Inference
    decoding: _Decoding
    row: NDArray[np.intp]
    """Position in `decoding`."""
    prefill_plan: InferencePlan | None
    share: FloatArray
    """NPUs for prefill over all."""
    devices_per_npu: float
    metrics: Mapping[str, FloatArray]

    @property
    def count(self) -> int:
        return int(self.row.size)

    def _plan(self, place: int) -> InferencePlan:
        return self.decoding.plan.take(self.row[place : place + 1])

    def scenario_at(self, place: int) -> Inference:
        plan, batch = self._plan(place), float(self.decoding.batch[self.row[place]])
        per_npu = batch * self.devices_per_npu / scalar(plan.group_ranks)
        apart = self.prefill_plan
        return msgspec.structs.replace(
            self.scenario,
            tp=round(scalar(plan.tensor)),
            pp=round(scalar(plan.pipeline)),
            dp=round(scalar(plan.attention_data)),
            ep=round(scalar(plan.expert)),
            batch_per_npu=int(per_npu) if per_npu == int(per_npu) else per_npu,
            prefill_tp=round(scalar(apart.tensor)) if apart else 0,
            prefill_dp=round(scalar(apart.attention_data)) if apart else 0,
            prefill_ep=round(scalar(apart.expert)) if apart else 0,
            prefill_share=float(self.share[place]),
        )

    def text_at(self, place: int, named: Sequence[str]) -> str:
        plan = self._plan(place)
        apart = self.prefill_plan
        given = {
            "degrees": degrees_text(plan),
            "batch": float(self.decoding.batch[self.row[place]]),
            "share": float(self.share[place]),
        }
        text = (
            say("{degrees} · batch {batch:g} · {share:.0%} prefill", **given)
            if apart is None
            else say(
                "{degrees} · batch {batch:g} · {share:.0%} prefill as {prefill}",
                prefill=degrees_text(apart),
                **given,
            )
        )
        if not named:
            return text
        rest = " · ".join(f"{name} {getattr(self.scenario, name)}" for name in named)
        return say("{text} · {rest}", text=text, rest=rest)


def _pools(
    setting: _Setting,
    decoding: _Decoding,
    filling: _Filling,
    prefill_plan: InferencePlan | None,
) -> _Pools:
    """Return every split worth trying of every decode point with its prefill instances."""
    given, scenario = setting.given, setting.scenario
    npus, shape = setting.npus, setting.shape
    instance = np.maximum(1.0, np.round(decoding.npus))
    least = filling.npus if prefill_plan is not None else 1.0
    computing = shape.new_prompt / filling.rate
    stepping = shape.output / decoding.rate
    wanted = stepping / (computing + stepping) * npus
    most = most_decode_instances(npus, instance, least)
    splits: list[FloatArray] = []
    if scenario.prefill_share:
        splits.append(np.full(wanted.shape, npus - round(scenario.prefill_share * npus)))
    else:
        for count in (np.floor(wanted / instance), np.ceil(wanted / instance)):
            held = instance * np.clip(count, 1.0, np.maximum(most, 1.0))
            splits.append(np.where(most < 1, np.round(wanted), held))
        splits[1] = np.where(splits[1] == splits[0], np.nan, splits[1])
    row = np.tile(np.arange(wanted.size), len(splits))
    decode_npus = np.concatenate(splits)
    is_used = np.isfinite(decode_npus) & (decode_npus > 0) & (decode_npus < npus)
    if prefill_plan is not None:
        # Without room for both kinds beside each other a plan of its own has no meaning.
        is_used &= np.tile(np.broadcast_to(most >= 1, wanted.shape), len(splits))
    row, decode_npus = row[is_used], decode_npus[is_used]
    share = (npus - decode_npus) / npus

    def of(values: FloatArray) -> FloatArray:
        return values[row] if values.size > 1 or prefill_plan is None else values

    rate = pooled_rate(share, of(filling.rate), decoding.rate[row], shape.new_prompt, shape.output)
    draw = share * of(filling.power_w) + (1 - share) * decoding.power_w[row]
    machine = given.machine
    money = economics(
        draw, npus, machine.npu_count, machine.accelerator.idle_w, rate * npus, given.running
    )
    tpot = decoding.tpot_s[row]
    metrics = {
        "tokens_per_s_per_npu": rate,
        "tpot_s": tpot,
        "tokens_per_s_per_user": 1 / tpot,
        "ttft_s": np.broadcast_to(of(filling.ttft_s), rate.shape),
        "energy_j_per_token": np.asarray(money.energy_j_per_token),
        "cost_usd_per_million_tokens": np.asarray(money.cost_usd_per_million_tokens),
        "memory_byte": decoding.memory_byte[row],
    }
    return _Pools(scenario, decoding, row, prefill_plan, share, setting.devices_per_npu, metrics)


def _nothing_fits(given: SimInput, scenario: Inference, choices: Choices) -> InvalidInput:
    """Return the error that names the leanest mapping and what it needs."""
    setting = _Setting.of(given, scenario)
    space = instance_plans(given.model, setting.devices, choices)
    engine = setting.engine(space.plan)
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
