"""What the Study panel shows of a search or a sensitivity: choices, headers, cells, sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.design.scenario import Scenario, Training
from studio.exploration.search.goals import goals_of
from studio.gui.i18n import mark, tr
from studio.gui.views.format import change_text, figure_text
from studio.simulation.words import word
from studio.units import display
from studio.workload.precision import FORMATS

if TYPE_CHECKING:
    from studio.exploration.search.goals import Goal, Job
    from studio.exploration.search.reasons import TermRow
    from studio.exploration.sensitivity import Sensitivity
    from studio.session.study import PlanSearch, RankedPlan
    from studio.simulation.job import SimInput

_DEGREES: Mapping[Job, tuple[tuple[str, str], ...]] = {
    "training": (
        ("tp", "TP"), ("pp", "PP"), ("dp", "DP"), ("ep", "EP"), ("cp", "CP"),
        ("micro_batch", mark("Micro batch")), ("zero_stage", mark("ZeRO stage")),
        ("recompute", mark("Recomputation")), ("virtual_stages", mark("Virtual stages")),
        ("offload", mark("Offload to hosts")),
    ),
    "inference": (
        ("tp", "TP"), ("pp", "PP"), ("dp", "DP"), ("ep", "EP"),
        ("batch_per_npu", mark("Batch per NPU")), ("prefill_tp", mark("TP of prefill")),
        ("prefill_dp", mark("DP of prefill")), ("prefill_ep", mark("EP of prefill")),
        ("prefill_pp", mark("PP of prefill")),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One thing the user may keep, or let the search try as well."""

    field: str
    value: int | float | str
    text: str


@dataclass(frozen=True)
class StudyForm:
    """What the form offers for a scenario."""

    job: Job
    goals: tuple[tuple[str, str], ...]
    """Id and name."""
    kept: tuple[Choice, ...]
    """Degrees of the scenario that can be held."""
    tried: tuple[Choice, ...]
    """Formats and drafts that can be tried beside the scenario's own."""
    own: Mapping[str, int | float | str]
    """What the scenario itself has in the fields of `tried`."""
    objectives: tuple[tuple[str, str, float], ...]
    """Id of the goal, name and the scenario's own bound."""


def study_form(given: SimInput) -> StudyForm:
    """Return what can be asked of a scenario on its machine."""
    scenario = given.scenario
    job = job_of(scenario)
    goals = tuple(
        (goal.id, tr(goal.name))
        for goal in goals_of(job)
        if not (goal.needs_price and not given.running.price_usd > 0)
    )
    kept = tuple(
        Choice(field, value, f"{tr(label)} = {value}")
        for field, label in _DEGREES[job]
        if (value := getattr(scenario, field)) or field == "zero_stage"
    )
    tried = _tried(given)
    own = {choice.field: getattr(scenario, choice.field) for choice in tried}
    return StudyForm(job, goals, kept, tried, own, _objectives(scenario))


def job_of(scenario: Scenario) -> Job:
    """Return which kind of job a scenario is."""
    return "training" if isinstance(scenario, Training) else "inference"


def _tried(given: SimInput) -> tuple[Choice, ...]:
    """Formats the NPU multiplies natively, and drafting where the model was trained for it."""
    rated = given.machine.accelerator.compute_flops
    found = [
        Choice("precision", name, f"{tr('Precision')} = {name}")
        for name, entry in FORMATS.items()
        if rated.get(entry.rating) and entry.element_byte <= 2 and name != given.scenario.precision
    ]
    if not isinstance(given.scenario, Training) and given.model.mtp_layers:
        own = given.scenario.mtp_tokens
        found += [
            Choice("mtp_tokens", count, f"{tr('Tokens drafted (MTP)')} = {count}")
            for count in (0, 1, 2)
            if count != own
        ]
    return tuple(found)


def _objectives(scenario: Scenario) -> tuple[tuple[str, str, float], ...]:
    if isinstance(scenario, Training):
        return ()
    return (
        ("tpot", mark("TPOT objective"), scenario.tpot_objective_s),
        ("ttft", mark("TTFT objective"), scenario.ttft_objective_s),
    )


def plan_headers(found: PlanSearch) -> list[str]:
    """Return the columns of the table of mappings."""
    return [tr("Mapping"), *(tr(goal.name) for goal in _shown_goals(found))]


def _shown_goals(found: PlanSearch) -> tuple[Goal, ...]:
    """Return the figures a mapping is shown with, the one it was searched for first."""
    return (found.goal, *(goal for goal in goals_of(found.job) if goal != found.goal))


def plan_cells(found: PlanSearch, plan: RankedPlan) -> list[str]:
    """Return one mapping as cells."""
    cells = [
        figure_text("", plan.metrics[goal.metric], goal.dimension) for goal in _shown_goals(found)
    ]
    sign = "" if plan.keeps_limits else "✗ "
    return [sign + tr(plan.plan), *cells]


def plan_tip(plan: RankedPlan) -> str:
    """Return what a mapping's row says about itself."""
    if not plan.fits:
        said = tr("Does not fit the memory")
    elif not plan.keeps_limits:
        said = tr("Misses a limit")
    elif plan.is_pareto:
        said = tr("No other mapping is better in both figures")
    else:
        said = tr("Double click to use this mapping")
    return f"{tr(plan.plan)}\n{said}"


def summary(found: PlanSearch) -> str:
    """Return how much was looked at, in one sentence, and what is missed where nothing holds."""
    if not found.keeping:
        return "\n".join(tr(line) for line in found.why[:2])
    text = tr("{mappings}; {keeping} fit and keep all limits.")
    return text.format(mappings=tr(found.counts.looked_at(found.job)), keeping=f"{found.keeping:,}")


def reasons_text(found: PlanSearch) -> str:
    """Return why the winner wins and what limits it, one sentence a line."""
    left_out = [f"{count:,} {tr(reason)}" for reason, count in found.counts.left_out]
    lines = [*(tr(line) for line in found.why), tr(found.counts.proof), *left_out]
    return "\n".join(f"• {line}" for line in lines)


def term_headers(found: PlanSearch) -> list[str]:
    """Return the columns of the comparison term by term."""
    first = tr("Best") if found.keeping else tr("Nearest")
    return [tr("NPU-time per token"), first, tr("Runner-up"), tr("Your plan")]


def term_cells(row: TermRow) -> list[str]:
    """Return one term as cells."""
    name = f"{tr(word(row.phase))} · {tr(word(row.name))}"
    times = (row.winner_s, row.runner_up_s, row.current_s)
    return [name, *("–" if seconds is None else display(seconds, "time", 3) for seconds in times)]


MOST_BARS = 14
"""Numbers a tornado plot has room for; the table lists all."""


def number_headers() -> list[str]:
    """Return the columns of the table of hardware numbers."""
    return [tr("Hardware number"), tr("Value"), "−20 %", "+20 %"]


def number_cells(bar: Sensitivity) -> list[str]:
    """Return one hardware number as cells."""
    changes = (
        tr("impossible") if math.isnan(one) else change_text(1 + one, 1) or "0 %"
        for one in bar.changes
    )
    return [tr(bar.label), display(bar.value, bar.dimension, 4), *changes]


def number_tip(bar: Sensitivity) -> str:
    """Return what a hardware number's row leads to."""
    if bar.owner == "npu" or bar.owner.startswith("level:"):
        return tr("Show the part or plane it belongs to")
    return tr(_OWNERS[bar.owner])


_OWNERS = {
    "all": mark("The sum over all parts: change their values, counts or types"),
    "site": mark("A value of the site: change it in the inspector with nothing selected"),
    "software": mark("A constant of the software, fitted to published measurements"),
}


def shown_bars(bars: Sequence[Sensitivity]) -> tuple[Sensitivity, ...]:
    """Return the bars worth drawing: the widest, and none without width."""
    return tuple(bar for bar in bars if bar.swing > 0)[:MOST_BARS]
