"""The Simulation menu: play, evaluate, scenarios and the baseline."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_document
from studio.gui.actions import SEPARATOR, Action, always
from studio.gui.commands import simulating
from studio.gui.i18n import mark

TITLE = mark("Simulation")

ACTIONS: tuple[Action, ...] = (
    action(
        "run.play",
        mark("Play or pause"),
        mark("Let the simulated job run, or stop it."),
        simulating.play,
        "play",
        "Ctrl+Space",
        lambda state: state.has_result,
        lambda state: state.is_playing,
    ),
    action(
        "run.simulate",
        mark("Simulate now"),
        mark("Evaluate the design once more."),
        simulating.simulate,
        "reset",
        "F5",
        has_document,
    ),
    action(
        "run.live",
        mark("Simulate while editing"),
        mark("Switched off, the simulation runs only on request."),
        simulating.toggle_live,
        "",
        "",
        always,
        lambda state: state.is_live,
    ),
    action(
        "run.pin",
        mark("Pin baseline"),
        mark("Count the differences in the strip from the figures shown now."),
        simulating.pin,
        "pin",
        "Ctrl+B",
        has_document,
    ),
    action(
        "run.unpin",
        mark("Clear baseline"),
        mark("Show no differences."),
        simulating.unpin,
        enabled=lambda state: state.has_baseline,
    ),
    action(
        "run.training",
        mark("Add training scenario"),
        mark("Add a training job to the design and make it active."),
        simulating.add_scenario("training"),
        "scenario",
        "",
        has_document,
    ),
    action(
        "run.inference",
        mark("Add serving scenario"),
        mark("Add an inference job to the design and make it active."),
        simulating.add_scenario("inference"),
        "scenario",
        "",
        has_document,
    ),
)

ENTRIES: tuple[str, ...] = (
    "run.play",
    "run.simulate",
    "run.live",
    SEPARATOR,
    "run.training",
    "run.inference",
    SEPARATOR,
    "run.pin",
    "run.unpin",
)
