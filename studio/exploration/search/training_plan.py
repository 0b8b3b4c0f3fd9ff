"""A training plan as the fields of a scenario, and in words."""

from __future__ import annotations

from studio.exploration.search.training_grid import SCHEDULES
from studio.messages import say
from studio.simulation.training_plans import OFFLOAD
from studio.workload.plan import Offload, Plans, Recompute

_RECOMPUTE_WORDS = {
    Recompute.NONE: say("none"),
    Recompute.SELECTIVE: say("selective"),
    Recompute.FULL: say("full"),
}

OFFLOAD_WORDS = {
    Offload.OPTIMIZER: say("optimizer"),
    Offload.ACTIVATIONS: say("activations"),
    Offload.BOTH: say("optimizer and activations"),
}


def fields_of(plan: Plans) -> dict[str, int | str]:
    """Return the fields of a scenario that choose the first plan."""
    schedules = {value: name for name, value in SCHEDULES.items()}
    schedule = schedules[int(plan.schedule[0])]
    return {
        "tp": int(plan.tensor[0]),
        "pp": int(plan.pipeline[0]),
        "dp": int(plan.data[0]),
        "ep": int(plan.expert[0]),
        "cp": int(plan.context[0]),
        "zero_stage": int(plan.zero[0]),
        "micro_batch": int(plan.micro_batch[0]),
        "virtual_stages": int(plan.chunks[0]),
        "recompute": Recompute(int(plan.recompute[0])).name.lower(),
        "offload": {item: name for name, item in OFFLOAD.items()}[_offload(plan)],
        "schedule": "interleaved" if plan.chunks[0] > 1 else schedule,
    }


def plan_text(plan: Plans) -> str:
    """Return the first plan of a batch: degrees, sharding, micro batch, what is recomputed."""
    degrees = (
        ("TP", plan.tensor),
        ("PP", plan.pipeline),
        ("DP", plan.data),
        ("EP", plan.expert),
        ("CP", plan.context),
        ("VP", plan.chunks),
    )
    parts = [f"{name} {value[0]:g}" for name, value in degrees if value[0] > 1] or ["DP 1"]
    text = say(
        "{degrees} · ZeRO {zero:g} · micro batch {micro_batch:g} · recompute {recompute}",
        degrees=" · ".join(parts),
        zero=plan.zero[0],
        micro_batch=plan.micro_batch[0],
        recompute=_RECOMPUTE_WORDS[Recompute(int(plan.recompute[0]))],
    )
    away = _offload(plan)
    if away is Offload.NONE:
        return text
    return say("{text} · offload {what}", text=text, what=OFFLOAD_WORDS[away])


def _offload(plan: Plans) -> Offload:
    return Offload(int(plan.offload[0]))
