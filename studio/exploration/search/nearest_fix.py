"""The nearest value of a degree that a search is told to keep, where none of its mappings is valid.

Found by trying, as for a scenario: what is named leaves at least one mapping.
"""

from __future__ import annotations

import msgspec

from studio.design.scenario import Training
from studio.errors import BrokenRule, StudioError
from studio.exploration.search import serving_space, training_grid
from studio.simulation.job import SimInput
from studio.simulation.nearest_choice import as_held, either, nearest_first
from studio.simulation.possible_values import possible_values
from studio.simulation.scenario_rules import npus_of, told_value

Choices = training_grid.Choices


def nearest_fix(given: SimInput, choices: Choices, broken: BrokenRule) -> BrokenRule:
    """Return the error of choices that leave no mapping, naming those that leave some.

    Parameters
    ----------
    choices : values to try by field of the scenario; the fields with one value are asked about.
    broken : why they leave none; returned as it is where no other single value helps.
    """
    fixed = {field: values[0] for field, values in choices.items() if len(values) == 1}
    counts = {field: now for field, now in fixed.items() if not isinstance(now, str)}
    asked = msgspec.structs.replace(given.scenario, **counts)
    candidates = possible_values(given, asked)
    found: dict[str, float] = {}
    for field, now in counts.items():
        for value in nearest_first(now, candidates.get(field, ())):
            if _leaves_some(given, {**choices, field: (as_held(value),)}):
                found[field] = value
                break
    if not found:
        return broken
    return BrokenRule(
        broken.reason, either([told_value(field, value) for field, value in found.items()])
    )


def _leaves_some(given: SimInput, choices: Choices) -> bool:
    scenario, model = given.scenario, given.model
    npus = npus_of(scenario, given.machine.npu_count)
    try:
        if isinstance(scenario, Training):
            degrees = {name: tried for name, tried in choices.items() if name != "precision"}
            training_grid.training_grid(model, scenario, npus, degrees)
        else:
            for variant in serving_space.variants(scenario, choices):
                devices = round(npus * given.serving.devices_per_npu)
                serving_space.instance_plans(model, devices, choices, variant.redundant_experts)
    except StudioError:
        return False
    return True
