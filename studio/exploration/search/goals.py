"""What a search can optimise or limit: a table, so that a new goal is a new row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.errors import InvalidInput, UnknownName
from studio.messages import Listed, Message, say
from studio.units import display

Job = Literal["training", "inference"]
_BOTH: tuple[Job, ...] = ("training", "inference")
_SERVING: tuple[Job, ...] = ("inference",)


@dataclass(frozen=True)
class Goal:
    """One figure of a mapping that can be made best, or held to a limit."""

    id: str
    metric: str
    """Key of `Mappings.metrics`."""
    figure: str
    """The figure of `SimResult` it is of: what checks that one checks this; empty for none."""
    name: Message
    dimension: str
    """How it is displayed; a key of `units`."""
    is_more_better: bool
    jobs: tuple[Job, ...]
    needs_price: bool = False
    """Whether the figure means nothing for equipment without prices."""

    def text(self, value: float) -> str:
        """Return a value of the figure with its unit."""
        return f"{value:,.4g}" if self.dimension == "count" else display(value, self.dimension)


GOALS: Mapping[str, Goal] = {
    goal.id: goal
    for goal in (
        Goal("step-time", "step_time_s", "headline_s", say("Step time"), "time", False,
             ("training",)),
        Goal("throughput", "tokens_per_s_per_npu", "tokens_per_s_per_npu",
             say("Tokens/s per NPU"), "count", True, _BOTH),
        Goal("user-speed", "tokens_per_s_per_user", "headline_s", say("Tokens/s per user"),
             "count", True, _SERVING),
        Goal("tpot", "tpot_s", "headline_s", say("Time per output token"), "time", False,
             _SERVING),
        Goal("ttft", "ttft_s", "ttft_s", say("Time to first token"), "time", False, _SERVING),
        Goal("cost", "cost_usd_per_million_tokens", "", say("Cost per million tokens"), "price",
             False, _BOTH, needs_price=True),
        Goal("energy", "energy_j_per_token", "energy_j_per_token", say("Energy per token"),
             "energy", False, _BOTH),
        Goal("memory", "memory_byte", "memory", say("Memory of the fullest NPU"), "data", False,
             _BOTH),
    )
}  # fmt: skip
USUAL_GOAL: Mapping[Job, str] = {"training": "step-time", "inference": "throughput"}
FRONT: Mapping[Job, tuple[str, str]] = {
    "training": ("memory", "step-time"),
    "inference": ("user-speed", "throughput"),
}
"""The two goals whose trade-off is plotted: horizontal, vertical."""


def goal_of(name: str, job: Job, price_usd: float) -> Goal:
    """Return the goal called `name`, the usual one of the job when empty.

    Raises
    ------
    UnknownName : there is no such goal for this job.
    InvalidInput : the goal needs prices and the equipment has none.
    """
    wanted = name or USUAL_GOAL[job]
    goal = GOALS.get(wanted)
    if goal is None or job not in goal.jobs:
        raise UnknownName(
            "{wanted!r} is no goal of a job of this kind; there are {known}",
            wanted=wanted,
            known=Listed([goal.id for goal in goals_of(job)]),
        )
    if goal.needs_price and not price_usd > 0:
        raise InvalidInput("no part of this design has a price; a search for low cost needs them")
    return goal


def goals_of(job: Job) -> tuple[Goal, ...]:
    """Return the goals a kind of job knows."""
    return tuple(goal for goal in GOALS.values() if job in goal.jobs)
