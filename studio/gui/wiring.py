"""Which signal of the workspace and the panels is answered by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from studio.gui.commands import assistance, documents, simulating
from studio.gui.late_contents import fill, show_selected
from studio.gui.views.explain_rows import FLOW

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


def connect_workspace(window: MainWindow) -> None:
    """Show what happens to the document."""
    workspace = window.workspace
    workspace.opened.connect(window.shown.show_document)
    workspace.changed.connect(window.shown.show_design)
    workspace.selected.connect(window.shown.show_selection)
    workspace.evaluated.connect(window.shown.show_evaluation)
    workspace.evaluated.connect(lambda _: window.compared.refresh())
    workspace.opened.connect(lambda _: window.compared.refresh())
    workspace.stale.connect(window.shown.show_stale)
    workspace.baseline_changed.connect(lambda _: window.shown.show_metrics())
    workspace.noticed.connect(window.notices.show_notice)
    workspace.failed.connect(_raise)


def connect_panels(window: MainWindow) -> None:
    """Answer what the canvas, the panels and the system ask for."""
    window.late.when_made = lambda name: _connect_late(window, name)
    window.live.answered.connect(window.shown.show_flow)
    window.canvas.selection_changed.connect(window.intents.select)
    window.canvas.edit_requested.connect(window.intents.apply)
    window.canvas.part_dropped.connect(window.intents.drop)
    window.canvas.menu_requested.connect(window.menus.show_canvas_menu)
    window.canvas.hover_changed.connect(lambda what: window.status.show_hover(str(what or "")))
    window.canvas.hinted.connect(window.status.show_hint)
    window.canvas.tool_left.connect(lambda: window.set_tool("select"))
    window.canvas.level_changed.connect(lambda _: window.shown.show_level())
    window.strip.explain_requested.connect(window.intents.explain)
    window.plots.explain_requested.connect(window.intents.explain)
    window.plots.remedy_requested.connect(window.intents.make_fit)
    window.plots.operator_chosen.connect(window.intents.explain_operator)
    window.explain_panel.part_requested.connect(lambda part: window.inspect(f"part:{part}"))
    window.history.jump_requested.connect(window.workspace.jump)
    for name, panel in (
        ("run", window.run_panel),
        ("history", window.history),
        ("explain", window.explain_panel),
    ):
        window.docks[name].visibilityChanged.connect(panel.set_seen)
    for source in (window.inspector, window.scenario_bar):
        source.edit_requested.connect(window.intents.apply)
        source.refused.connect(lambda text: window.workspace.notice(text, "error"))
    window.inspector.drag_ended.connect(window.workspace.end_merge)
    window.scenario_bar.scenario_chosen.connect(window.intents.choose_scenario)
    window.scenario_bar.job_requested.connect(lambda job: simulating.add_scenario(job)(window))
    window.scenario_bar.play_requested.connect(lambda: simulating.play(window))
    window.run_panel.playing_changed.connect(window.shown.show_playing)
    window.library.chosen.connect(window.intents.use_item)
    window.library.inspected.connect(window.intents.inspect_item)
    window.layers.planes_changed.connect(window.canvas.set_visible_planes)
    window.canvas.visible_planes_changed.connect(window.layers.show_planes)
    window.layers.overlay_changed.connect(window.live.set_overlay)
    window.layers.selected.connect(window.inspect)
    window.welcome.open_requested.connect(window.open_path)
    window.welcome.browse_requested.connect(lambda: documents.open_file(window))
    window.welcome.tour_requested.connect(lambda: assistance.tour(window))
    window.welcome.new_requested.connect(lambda: documents.new(window))
    _connect_problems(window)


def _connect_late(window: MainWindow, name: str) -> None:
    """Answer what a panel asks for that has just been made, and fill it."""
    _LATE[name](window)
    fill(window, name)
    document = window.workspace.document
    show_selected(window, document.selection if document is not None else frozenset())


def _connect_table(window: MainWindow) -> None:
    window.table.selected.connect(window.intents.select_rows)
    window.table.show_requested.connect(window.show_address)
    window.table.edit_requested.connect(window.intents.apply)
    window.table.export_requested.connect(lambda: documents.export_shown(window))
    window.table.refused.connect(lambda text: window.workspace.notice(text, "error"))
    window.docks["table"].visibilityChanged.connect(window.table.set_seen)
    window.table.set_seen("table" in window.late.seen)


def _connect_differences(window: MainWindow) -> None:
    window.differences.sides_changed.connect(window.compared.refresh)
    window.differences.marks_changed.connect(lambda _: window.compared.switch_marks())
    window.differences.browse_requested.connect(window.compared.browse)
    window.differences.show_requested.connect(window.show_address)
    window.docks["differences"].visibilityChanged.connect(window.compared.set_seen)
    window.compared.set_seen("differences" in window.late.seen)


def _connect_compare(window: MainWindow) -> None:
    window.compare.load_requested.connect(window.document_pages.candidates.load)
    window.compare.browse_requested.connect(lambda: documents.add_to_comparison(window))
    window.compare.export_requested.connect(lambda: documents.export_comparison(window))
    window.document_pages.candidates.loaded.connect(window.compare.show_candidate)


def _connect_network(window: MainWindow) -> None:
    window.network.probe_changed.connect(lambda _: window.live.probe())
    window.network.show_requested.connect(window.show_address)
    window.network.explain_requested.connect(lambda: window.intents.explain(FLOW))


def _connect_study(window: MainWindow) -> None:
    window.study.edit_requested.connect(window.intents.apply)
    window.study.part_requested.connect(window.inspect)


def _connect_problems(window: MainWindow) -> None:
    window.problems.show_requested.connect(window.show_address)
    window.problems.waive_requested.connect(lambda keys: simulating.waive(window, keys))
    window.problems.withdraw_requested.connect(lambda keys: simulating.withdraw(window, keys))
    window.problems.fix_requested.connect(window.intents.fix)


_LATE: Mapping[str, Callable[[MainWindow], None]] = {
    "table": _connect_table,
    "differences": _connect_differences,
    "compare": _connect_compare,
    "network": _connect_network,
    "study": _connect_study,
}


def _raise(error: BaseException) -> None:
    """A bug in the worker goes the way of every other bug: to the excepthook."""
    raise error
