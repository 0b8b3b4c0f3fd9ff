"""A machine split into a pool of decode and one of prefill instances, for every split worth it.

Or full of instances that do both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Inference
from studio.exploration.search.serving_instances import Decoding, Filling, Setting
from studio.messages import say
from studio.simulation.economics import economics
from studio.simulation.inference.disaggregation import most_decode_instances, pooled_rate
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.serving_plan import degrees_text
from studio.workload.operators import FloatArray, Number


@dataclass(frozen=True)
class Pools:
    """Machines split into a pool of decode and one of prefill instances; arrays of shape (n,).

    A share of 0 for prefill means instances that do both.
    """

    scenario: Inference
    decoding: Decoding
    row: NDArray[np.intp]
    """Position in `decoding`."""
    prefill_plan: InferencePlan | None
    share: FloatArray
    """NPUs for prefill over all."""
    devices_per_npu: float
    metrics: Mapping[str, FloatArray]

    @property
    def count(self) -> int:
        """Mappings among them."""
        return int(self.row.size)

    def _plan(self, place: int) -> InferencePlan:
        return self.decoding.plan.take(self.row[place : place + 1])

    def scenario_at(self, place: int) -> Inference:
        """Return the scenario that runs one of them."""
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
            prefill_pp=round(scalar(apart.pipeline)) if apart else 0,
            prefill_share=float(self.share[place]),
        )

    def text_at(self, place: int, named: Sequence[str]) -> str:
        """Return one of them in words, with the `named` fields of its scenario."""
        plan = self._plan(place)
        apart = self.prefill_plan
        given = {
            "degrees": degrees_text(plan),
            "batch": float(self.decoding.batch[self.row[place]]),
            "share": float(self.share[place]),
        }
        if self.scenario.phases == "together":
            text = say("{degrees} · batch {batch:g}", **given)
        elif apart is None:
            text = say("{degrees} · batch {batch:g} · {share:.0%} prefill", **given)
        else:
            text = say(
                "{degrees} · batch {batch:g} · {share:.0%} prefill as {prefill}",
                prefill=degrees_text(apart),
                **given,
            )
        if not named:
            return text
        rest = " · ".join(f"{name} {getattr(self.scenario, name)}" for name in named)
        return say("{text} · {rest}", text=text, rest=rest)


def pools_of(
    setting: Setting,
    decoding: Decoding,
    filling: Filling,
    prefill_plan: InferencePlan | None,
) -> Pools:
    """Return every split worth trying of every decode point with its prefill instances."""
    scenario = setting.scenario
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
    ttft = np.broadcast_to(of(filling.ttft_s), rate.shape)
    metrics = _metrics(setting, decoding, row, rate, draw, npus, ttft)
    return Pools(scenario, decoding, row, prefill_plan, share, setting.devices_per_npu, metrics)


def together_of(setting: Setting, decoding: Decoding) -> Pools:
    """Return the machine full of whole instances that do both, for every operating point."""
    used = np.floor(setting.npus / decoding.npus + 1e-9) * decoding.npus
    row = np.arange(used.size)
    rate = decoding.rate * used / setting.npus
    metrics = _metrics(setting, decoding, row, rate, decoding.power_w, used, decoding.ttft_s)
    none = np.zeros(used.shape)
    return Pools(setting.scenario, decoding, row, None, none, setting.devices_per_npu, metrics)


def _metrics(
    setting: Setting,
    decoding: Decoding,
    row: NDArray[np.intp],
    rate: FloatArray,
    draw_w: FloatArray,
    used_npus: Number,
    ttft_s: FloatArray,
) -> dict[str, FloatArray]:
    """Return what every mapping delivers, by name; the rate is that over all NPUs of the job."""
    given, tpot = setting.given, decoding.tpot_s[row]
    machine = given.machine
    money = economics(
        draw_w, used_npus, machine.npu_count, machine.accelerator.idle_w, rate * setting.npus,
        given.running,
    )  # fmt: skip
    return {
        "tokens_per_s_per_npu": rate,
        "tpot_s": tpot,
        "tokens_per_s_per_user": 1 / tpot,
        "ttft_s": ttft_s,
        "energy_j_per_token": np.asarray(money.energy_j_per_token),
        "cost_usd_per_million_tokens": np.asarray(money.cost_usd_per_million_tokens),
        "memory_byte": decoding.memory_byte[row],
    }
