"""What a training scenario says of number formats and of its optimizer, as a recipe."""

from __future__ import annotations

from collections.abc import Mapping

from studio.design.scenario import Optimizer, Training
from studio.workload.recipe import Recipe

STATE_BYTE: Mapping[Optimizer, float] = {
    "adam": 12.0,
    "adam-bf16": 8.0,
    "adam-8bit": 6.0,
    "sgd": 8.0,
}
"""States of one parameter: a master weight of four bytes, and two moments of four (Rajbhandari et
al. 2020, section 3.1), two (DeepSeek-AI 2024, arXiv 2412.19437, section 3.3.2) or one byte each
(Dettmers et al. 2022, arXiv 2110.02861), or one momentum of four. [byte]"""


def recipe_of(scenario: Training) -> Recipe:
    """Return the numeric choices of a scenario."""
    return Recipe(precision=scenario.precision, optimizer_byte=STATE_BYTE[scenario.optimizer])
