"""The guided tour: a small supernode in twelve steps, each with the sign that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark

Target = Literal[
    "new",
    "node",
    "node count",
    "rack count",
    "switch box",
    "switch count",
    "connect",
    "job",
    "play",
    "pin",
    "undo",
]
NODES_IN_RACK = 2
SWITCH_BOXES = 8
"""Two chips each: as many as an L1 chip of a node has ports upwards, so that no rule objects."""


@dataclass(frozen=True)
class TourState:
    """What the steps look at."""

    fabric: Fabric | None = None
    has_file: bool = False
    has_result: bool = False
    has_baseline: bool = False
    is_playing: bool = False
    has_undone: bool = False
    npus_before: int = 0
    """NPUs when the step began."""

    @property
    def npus(self) -> int:
        """Return how many NPUs are drawn."""
        return len(self.fabric.npus) if self.fabric is not None else 0


@dataclass(frozen=True)
class TourStep:
    """One thing to do: where, and how to tell that it was done."""

    id: str
    title: str
    text: str
    target: Target
    is_done: Callable[[TourState], bool]
    is_about_drawing: bool = True
    """Otherwise about the figures and plots below it."""


def _is_empty_and_new(state: TourState) -> bool:
    return state.fabric is not None and not state.has_file and not state.fabric.layout.racks


def _has_full_rack(state: TourState) -> bool:
    if state.fabric is None or not state.npus:
        return False
    layout = state.fabric.layout
    boxes = np.unique(layout.housing[state.fabric.npus])
    return bool(np.bincount(layout.rack_of_housing[boxes]).max() >= NODES_IN_RACK)


def _has_row(state: TourState) -> bool:
    if state.fabric is None or not state.npus:
        return False
    return len(np.unique(state.fabric.layout.rack[state.fabric.npus])) > 1


def _switch_boxes(state: TourState) -> int:
    if state.fabric is None:
        return 0
    assemblies = state.fabric.design.assemblies
    used = [box.template.assembly for box in state.fabric.layout.housings]
    return sum(assemblies[one].kind == "switch_box" for one in used)


def _is_joined(state: TourState) -> bool:
    if state.fabric is None:
        return False
    own = state.fabric.design.links
    return any(one.name in own and len(one.a) for one in state.fabric.links.rules)


def _has_job(state: TourState) -> bool:
    return state.fabric is not None and bool(state.fabric.design.scenarios)


STEPS: tuple[TourStep, ...] = (
    TourStep(
        "new",
        mark("Begin with an empty hall"),
        mark("In five minutes you draw a small supernode. Press New design in the tool bar."),
        "new",
        _is_empty_and_new,
    ),
    TourStep(
        "node",
        mark("Put up a node"),
        mark(
            "Drag “Atlas 900 A3 compute node” from the library onto the floor. "
            "A rack is made around it."
        ),
        "node",
        lambda state: state.npus > 0,
    ),
    TourStep(
        "nodes",
        mark("Two of them"),
        mark("Click the node, and set Count to 2 in the inspector on the right: a live array."),
        "node count",
        _has_full_rack,
    ),
    TourStep(
        "row",
        mark("A row of racks"),
        mark(
            "Click R01, the name of the rack, and set Racks in a row to 2. "
            "Dragging the round handle at its edge does the same."
        ),
        "rack count",
        _has_row,
    ),
    TourStep(
        "switches",
        mark("Add switches"),
        mark(
            "Drag “LingQu 630 V1” from the library onto the floor beside the row. "
            "Hold the middle button or Space to move the drawing."
        ),
        "switch box",
        lambda state: _switch_boxes(state) > 0,
    ),
    TourStep(
        "boxes",
        mark("Eight switch boxes"),
        mark("Click the box at the foot of the new rack, and set Count to 8."),
        "switch count",
        lambda state: _switch_boxes(state) >= SWITCH_BOXES,
    ),
    TourStep(
        "connect",
        mark("Cable by rule"),
        mark(
            "Press Connect…, choose R*/N*/l1 as A side, R*/L*/l2 as B side, the scheme "
            "Each to each, and the cable 400G AOC. The line below counts the links."
        ),
        "connect",
        _is_joined,
    ),
    TourStep(
        "job",
        mark("Give it work"),
        mark("Press Add serving scenario above the drawing. The figures below it follow."),
        "job",
        _has_job,
        is_about_drawing=False,
    ),
    TourStep(
        "play",
        mark("Let it run"),
        mark("Press play: the Run panel shows utilisation, links and power over time."),
        "play",
        lambda state: state.is_playing,
        is_about_drawing=False,
    ),
    TourStep(
        "pin",
        mark("Remember these figures"),
        mark("Press Pin baseline: every difference counts from here."),
        "pin",
        lambda state: state.has_baseline,
        is_about_drawing=False,
    ),
    TourStep(
        "change",
        mark("Change something"),
        mark("Click R01 again and set Racks in a row to 3. Cables and figures follow."),
        "rack count",
        lambda state: bool(state.npus_before) and state.npus != state.npus_before,
    ),
    TourStep(
        "undo",
        mark("Take it back"),
        mark("Press Ctrl+Z. The History panel keeps every step; nothing is ever lost."),
        "undo",
        lambda state: state.has_undone,
    ),
)
DONE_TITLE = mark("You have built a supernode")
DONE_TEXT = mark(
    "Click a figure to see what it is made of, press Ctrl+K to find anything, "
    "and open CloudMatrix 384 to see a large one."
)
