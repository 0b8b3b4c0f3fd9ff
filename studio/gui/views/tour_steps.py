"""The guided tour: a small supernode in eleven steps, each with the sign that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark

Target = Literal["new", "library", "inspector", "connect", "menu", "play", "strip", "pin", "undo"]
NODES_IN_RACK = 4


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


def _has_switch_box(state: TourState) -> bool:
    if state.fabric is None:
        return False
    assemblies = state.fabric.design.assemblies
    used = {box.template.assembly for box in state.fabric.layout.housings}
    return any(assemblies[one].kind == "switch_box" for one in used)


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
            "Drag “Atlas 900 A3 compute node” from the assemblies of the library onto the floor. "
            "A rack is made around it."
        ),
        "library",
        lambda state: state.npus > 0,
    ),
    TourStep(
        "nodes",
        mark("Four of them"),
        mark(
            "Zoom in with the wheel, click the node, and set Count to 4 in the inspector: "
            "a live array."
        ),
        "inspector",
        _has_full_rack,
    ),
    TourStep(
        "row",
        mark("A row of racks"),
        mark("Click the rack beside its nodes and set Racks in a row to 2."),
        "inspector",
        _has_row,
    ),
    TourStep(
        "switches",
        mark("Add switches"),
        mark("Drag “LingQu 630 V1” from the library onto the floor beside the row."),
        "library",
        _has_switch_box,
    ),
    TourStep(
        "connect",
        mark("Cable by rule"),
        mark(
            "Press Connect…, choose R*/N*/l1 as A side, R*/L*/l2 as B side, the scheme "
            "Each to each, and a cable. The preview counts the links."
        ),
        "connect",
        _is_joined,
    ),
    TourStep(
        "job",
        mark("Give it work"),
        mark("Choose Simulation › Add serving scenario. The figures above the drawing follow."),
        "menu",
        _has_job,
    ),
    TourStep(
        "play",
        mark("Let it run"),
        mark("Press play: the Run panel shows utilisation, links and power over time."),
        "play",
        lambda state: state.is_playing,
    ),
    TourStep(
        "pin",
        mark("Remember these figures"),
        mark("Press Pin baseline: every difference counts from here."),
        "pin",
        lambda state: state.has_baseline,
    ),
    TourStep(
        "change",
        mark("Change something"),
        mark("Select the row of racks and set Racks in a row to 3. Cables and figures follow."),
        "strip",
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
