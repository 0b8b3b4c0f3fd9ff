"""What each number of a scenario may be by itself, whatever model and machine it meets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from studio.design.scenario import Scenario, Training
from studio.errors import BrokenRule
from studio.messages import Name, say
from studio.simulation.inference.requests import MOST_TOKENS, within
from studio.simulation.inference.speculative import MOST_DRAFTS
from studio.workload.plan_rules import MOST_SHARDED, no_such_sharding

MOST_OF_A_DEGREE = 1_000_000_000

FIELD_NAMES: Mapping[str, Name] = {
    "optimizer": Name("optimizer", "优化器"),
    "offload": Name("offload", "卸载到主机"),
    "recompute": Name("recomputation", "重计算"),
    "zero_stage": Name("ZeRO stage", "ZeRO 级别"),
    "sequence_tokens": Name("tokens per sequence", "每序列词元数"),
    "global_batch": Name("global batch", "全局批大小"),
    "micro_batch": Name("micro batch", "微批次"),
    "tp": Name("TP"),
    "pp": Name("PP"),
    "dp": Name("DP"),
    "ep": Name("EP"),
    "cp": Name("CP"),
    "virtual_stages": Name("virtual stages", "虚拟流水线级"),
    "npus": Name("NPUs", "NPU 数"),
    "batch_per_npu": Name("batch per NPU", "每 NPU 批大小"),
    "kv_precision": Name("precision of the KV cache", "KV 缓存精度"),
    "precision": Name("precision", "精度"),
    "input_tokens": Name("input tokens", "输入词元数"),
    "output_tokens": Name("output tokens", "输出词元数"),
    "prefill_tp": Name("prefill TP", "预填充 TP"),
    "prefill_pp": Name("prefill PP", "预填充 PP"),
    "prefill_dp": Name("prefill DP", "预填充 DP"),
    "prefill_ep": Name("prefill EP", "预填充 EP"),
    "chunk_tokens": Name("chunk tokens", "分块词元数"),
    "prefill_share": Name("prefill share", "预填充占比"),
    "tpot_objective_s": Name("TPOT objective (s)", "TPOT 目标（s）"),
    "ttft_objective_s": Name("TTFT objective (s)", "TTFT 目标（s）"),
    "prefix_cache_hit": Name("prefix cache hit", "前缀缓存命中率"),
    "mtp_tokens": Name("draft tokens", "草拟词元数"),
    "mtp_acceptance": Name("draft acceptance", "草拟接受率"),
    "redundant_experts": Name("redundant experts", "冗余专家数"),
    "expert_imbalance": Name("expert imbalance", "专家不均衡度"),
}
"""What a text calls the fields of a scenario."""


@dataclass(frozen=True)
class Count:
    """A field that holds whole numbers only, from `least` to `most`."""

    least: int
    most: int = MOST_OF_A_DEGREE


_DEGREES = dict.fromkeys(("tp", "pp", "dp", "ep", "npus"), Count(0))
_TRAINING: Mapping[str, Count] = {
    **dict.fromkeys(("micro_batch", "global_batch", "sequence_tokens", "cp"), Count(1)),
    **_DEGREES,
    "virtual_stages": Count(0),
}
_INFERENCE: Mapping[str, Count] = {
    **dict.fromkeys(("input_tokens", "output_tokens"), Count(1, int(MOST_TOKENS))),
    **_DEGREES,
    **dict.fromkeys(("prefill_tp", "prefill_pp", "prefill_dp", "prefill_ep"), Count(0)),
    "chunk_tokens": Count(0, int(MOST_TOKENS)),
    "mtp_tokens": Count(0, MOST_DRAFTS),
    "redundant_experts": Count(0),
}


def check_fields(scenario: Scenario) -> None:
    """Raise for the first field of a scenario that is no number it may be.

    Raises
    ------
    BrokenRule : names the field, its value, the range and the nearest in it.
    """
    counts = _TRAINING if isinstance(scenario, Training) else _INFERENCE
    for field, count in counts.items():
        value = getattr(scenario, field)
        if not (count.least <= value <= count.most and value == int(value)):
            raise BrokenRule(
                say(
                    "{field} is {value}; {least} to {most} are possible, in whole numbers",
                    field=field,
                    value=value,
                    least=count.least,
                    most=count.most,
                ),
                round(within(value, count.least, count.most)),
            )
    if isinstance(scenario, Training) and scenario.zero_stage not in range(MOST_SHARDED + 1):
        raise no_such_sharding(scenario.zero_stage)


def npus_of(scenario: Scenario, npu_count: int) -> int:
    """Return how many of the NPUs there are a job uses.

    Raises
    ------
    BrokenRule : it asks for more.
    """
    if scenario.npus > npu_count:
        raise BrokenRule(
            say(
                "the scenario asks for {npus} NPUs; {npu_count} are in order",
                npus=scenario.npus,
                npu_count=npu_count,
            ),
            npu_count,
        )
    return scenario.npus or npu_count


def told_value(field: str, value: float) -> str:
    """Return a field of a scenario and a value of it in words."""
    shown = f"{value:.0f}" if math.isfinite(value) and value == int(value) else f"{value:.6g}"
    return say("{field} {value}", field=FIELD_NAMES[field], value=shown)
