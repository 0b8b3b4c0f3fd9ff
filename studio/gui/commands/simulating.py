"""What the Simulate menu does: runs, baselines, scenarios, accepted findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from studio.design.edits import free_name as free
from studio.design.edits import put, set_field
from studio.design.model import Design
from studio.gui.i18n import mark, tr
from studio.gui.views.scenario_row import choose_scenario, new_scenario
from studio.simulation.rules.explanations import title_of

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]


def play(window: MainWindow) -> None:
    """Play or pause the run."""
    window.run_panel.toggle()
    if window.run_panel.clock.is_playing:
        window.show_dock("run")


def simulate(window: MainWindow) -> None:
    """Evaluate the design once more."""
    window.workspace.simulate()


def toggle_live(window: MainWindow) -> None:
    """Simulate while editing, or only on request."""
    window.settings.set("live", not window.workspace.is_live)


def pin(window: MainWindow) -> None:
    """Count differences from the figures shown now."""
    window.workspace.pin_baseline()
    window.workspace.notice(tr("Baseline pinned: differences now count from these figures."))


def unpin(window: MainWindow) -> None:
    """Show no differences."""
    window.workspace.clear_baseline()


def add_scenario(job: str) -> Handler:
    """Return the command that adds a job and makes it active."""

    def run(window: MainWindow) -> None:
        known = window.workspace.evaluation
        memory_byte = known.totals.value("memory_bytes") if known is not None else 0.0

        def edit(design: Design) -> Design:
            key = free(job, design.scenarios)
            scenario = new_scenario(job, memory_byte)
            return choose_scenario(put(design, "scenarios", key, scenario), key)

        window.workspace.apply(mark("Add scenario"), edit)

    return run


def waive(window: MainWindow, keys: Sequence[str]) -> None:
    """Accept findings, or judge their rule otherwise, with a reason and a name."""
    from studio.gui.dialogs.accept_dialog import AcceptDialog

    document = window.workspace.document
    if document is None:
        return
    authors = [one.author for one in document.design.waivers.values() if one.author]
    author = authors[-1] if authors else ""
    dialog = AcceptDialog(keys, tr(title_of(keys[0].partition("@")[0])), author, window)
    if dialog.exec():
        waivers = dict.fromkeys(dialog.keys, dialog.waiver)
        window.workspace.apply(
            mark("Accept a finding"),
            lambda design: set_field(design, ("waivers",), {**design.waivers, **waivers}),
        )
    dialog.deleteLater()


def withdraw(window: MainWindow, keys: Sequence[str]) -> None:
    """Let findings, or their rule, count as before."""

    def edit(design: Design) -> Design:
        left = {key: one for key, one in design.waivers.items() if key not in keys}
        return set_field(design, ("waivers",), left)

    window.workspace.apply(mark("Accept no longer"), edit)
