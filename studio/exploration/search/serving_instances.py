"""Instances that decode and instances that compute prompts, each kind simulated as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Inference
from studio.errors import InvalidInput
from studio.exploration.search.serving_space import Choices, InstanceSpace, instance_plans
from studio.simulation.inference.batches import group_room, largest_batches
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.estimate import with_choices
from studio.simulation.inference.memory import serving_memory
from studio.simulation.inference.mixing import steady
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.simulation.job import SimInput
from studio.simulation.power.activity import activity_of
from studio.simulation.power.npu import npu_power_w
from studio.workload.operators import FloatArray, Number

TOGETHER = 2000
"""Configurations simulated at once: larger arrays fall out of the processor's cache."""
GRID = 8
"""Batches simulated of every plan, from one sequence per group to the most that memory holds."""


@dataclass(frozen=True)
class Decoding:
    """Instances that decode, alone or with prompts beside it, at an operating batch.

    Every array has shape (n,).
    """

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
    ttft_s: FloatArray
    """Where instances compute prompts too; nan where others do."""


@dataclass(frozen=True)
class Filling:
    """Prefill instances; every array has shape (n,), one entry per plan."""

    ttft_s: FloatArray
    rate: FloatArray
    """Prompt tokens per second and NPU."""
    power_w: FloatArray
    npus: FloatArray
    """Of one instance."""


@dataclass(frozen=True)
class Setting:
    """What all plans of one variant share."""

    given: SimInput
    scenario: Inference
    npus: int
    devices_per_npu: float
    shape: RequestShape
    guess: Speculation

    @classmethod
    def of(cls, given: SimInput, scenario: Inference) -> Setting:
        """Return the setting of a scenario; raises for more NPUs than there are."""
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
    def is_together(self) -> bool:
        """Whether every instance computes prompts and decodes."""
        return self.scenario.phases == "together"

    @property
    def devices(self) -> int:
        """Devices as software counts them."""
        return round(self.npus * self.devices_per_npu)

    def plans(self, choices: Choices) -> InstanceSpace:
        """Return every valid way to cut one instance; raises for a choice that is not valid."""
        scenario = self.scenario
        return instance_plans(self.given.model, self.devices, choices, scenario.redundant_experts)

    def engine(self, plan: InferencePlan) -> Engine:
        """Return the instances of these plans."""
        given, scenario = self.given, self.scenario
        return engine_of(
            replace(given.machine, npu_count=self.npus),
            given.model,
            replace(plan, redundant_experts=scenario.redundant_experts),
            with_choices(given.serving, scenario.chunk_tokens, scenario.expert_imbalance),
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


def filling_of(setting: Setting, engine: Engine) -> Filling:
    """Return what every plan of an engine delivers computing prompts."""
    column = replace(engine, plan=engine.plan.column())
    one = prefill(column, setting.shape, np.array([1.0, np.inf]))
    shape = (_count(engine.plan), 2)
    draw = np.broadcast_to(setting.power_w(column, one.pass_time), shape)
    return Filling(
        np.broadcast_to(one.ttft_s, shape)[:, 0],
        np.broadcast_to(one.tokens_per_s_per_npu, shape)[:, 1] * setting.devices_per_npu,
        draw[:, 1],
        np.asarray(engine.plan.ranks) / setting.devices_per_npu,
    )


def _count(plan: InferencePlan) -> int:
    return int(np.size(plan.tensor))


def rows_of(filling: Filling, rows: NDArray[np.intp]) -> Filling:
    """Return some entries, in this order."""
    return Filling(
        filling.ttft_s[rows], filling.rate[rows], filling.power_w[rows], filling.npus[rows],
    )  # fmt: skip


def batches_to_try(
    setting: Setting, engine: Engine, room: FloatArray, limits: Limits, choices: Choices
) -> FloatArray:
    """Return the batches to simulate of every plan, shape (n, k); 0 where there is none."""
    asked = choices.get("batch_per_npu")
    plan = engine.plan
    if asked is not None:
        per_group = np.asarray(plan.group_ranks) / setting.devices_per_npu
        wanted = np.array([float(value) for value in asked]) * per_group[:, None]
        return np.where((wanted <= room[:, None]) & (wanted >= 1), wanted, 0.0)
    grid = np.floor(np.exp(np.linspace(0.0, 1.0, GRID) * np.log(room)[:, None]) + 1e-9)
    most = largest_batches(
        engine, setting.shape, room, limits, setting.guess, with_prompts=setting.is_together
    )
    return np.concatenate((np.maximum(grid, 1.0), most[:, None]), axis=1)


def decoding_of(setting: Setting, engine: Engine, batches: FloatArray) -> Decoding:
    """Return every plan at every of its batches, doubles and empty ones left out."""
    batches = np.sort(batches, axis=1)
    is_new = batches >= 1
    is_new[:, 1:] &= batches[:, 1:] != batches[:, :-1]
    rows, _ = np.nonzero(is_new)
    batches = batches[is_new]
    plan = engine.plan.take(rows)
    operate = _both_phases if setting.is_together else _only_decoding
    tpot, rate, power_w, ttft = np.empty((4, batches.size))
    for at in range(0, batches.size, TOGETHER):
        chunk = slice(at, at + TOGETHER)
        part = replace(engine, plan=engine.plan.take(rows[chunk]))
        tpot[chunk], rate[chunk], power_w[chunk], ttft[chunk] = operate(
            setting, part, batches[chunk]
        )
    memory = serving_memory(
        replace(engine, plan=plan), batches, setting.shape.full_length, engine.profile.pass_tokens
    ).total
    devices = setting.devices_per_npu
    return Decoding(
        plan,
        batches,
        tpot,
        rate * devices,
        power_w,
        np.broadcast_to(memory, batches.shape) * devices,
        np.asarray(plan.ranks) / devices,
        rows,
        ttft,
    )


_Operated = tuple[Number, Number, Number, Number]
"""TPOT [s], output tokens per second and device, draw of one NPU [W], TTFT [s]."""


def _only_decoding(setting: Setting, engine: Engine, batch: FloatArray) -> _Operated:
    step = decode(engine, batch, setting.shape.mean_context, setting.guess)
    return step.tpot_s, step.tokens_per_s_per_npu, setting.power_w(engine, step.pass_time), np.nan


def _both_phases(setting: Setting, engine: Engine, batch: FloatArray) -> _Operated:
    both = steady(engine, setting.shape, batch, setting.guess)
    filling = setting.power_w(engine, both.prefill.pass_time)
    stepping = setting.power_w(engine, both.decode.pass_time)
    draw = both.prompt_share * filling + (1 - both.prompt_share) * stepping
    return both.tpot_s, both.tokens_per_s_per_npu, draw, both.ttft_s


def filling_apart(
    setting: Setting, choices: Choices, limits: Limits
) -> Iterator[tuple[InferencePlan, Filling]]:
    """Yield prefill plans of their own that no other one beats for any goal."""
    asked = {name: choices[own] for own, name in PREFILL_FIELDS.items() if own in choices}
    space = setting.plans(asked)
    room = np.broadcast_to(group_room(setting.engine(space.plan), setting.shape), (space.count,))
    fitting = np.flatnonzero(room >= 1)
    if not fitting.size:
        return
    plan = space.plan.take(fitting)
    filling = filling_of(setting, setting.engine(plan))
    within = filling.ttft_s <= limits.ttft_s * (1 + 1e-9)
    if not within.any():
        within = filling.ttft_s == filling.ttft_s.min()
    host_w = setting.given.running.host_power_w / setting.npus
    for row in _unbeaten(filling, np.flatnonzero(within), host_w):
        one = np.array([row])
        yield plan.take(one), rows_of(filling, one)


PREFILL_FIELDS: Mapping[str, str] = {
    "prefill_tp": "tp", "prefill_dp": "dp", "prefill_ep": "ep", "prefill_pp": "pp",
}  # fmt: skip
"""Field of the scenario for prefill instances: the same degree of a decode instance."""


def _unbeaten(filling: Filling, rows: NDArray[np.intp], host_w: float) -> Iterator[int]:
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
