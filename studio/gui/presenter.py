"""What the panels show of the document and its evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from studio.design.model import Design
from studio.gui.i18n import tr
from studio.gui.identity import APP_TITLE
from studio.gui.late_contents import fill, show_selected
from studio.gui.remembered import Remembered
from studio.gui.views.bars import memory_view, power_bars, time_bars
from studio.gui.views.explain_rows import FLOW, explain, explain_flow
from studio.gui.views.inspector_sections import (
    design_reads,
    inspector_sections,
    selection_title,
)
from studio.gui.views.layer_rows import plane_rows
from studio.gui.views.library_items import catalog_groups, design_groups, lent_groups
from studio.gui.views.metric_rows import metric_rows
from studio.gui.views.problem_rows import counts, problem_rows
from studio.gui.views.roofline import roofline
from studio.gui.views.scenario_row import scenario_view
from studio.session.document import Document

if TYPE_CHECKING:
    from studio.gui.desk import Desk
    from studio.gui.live_network import LiveNetwork
    from studio.session.evaluation import Evaluation

BUSY_AFTER_MS = 200
"""How long a run takes before the window says that it is under way."""


class Presenter:
    """Turns documents and evaluations into view states, and hands them to the panels."""

    def __init__(self, desk: Desk, live: LiveNetwork) -> None:
        self._desk = desk
        self._live = live
        self.explained = ""
        self.inspected: frozenset[str] = frozenset()
        self._listed: tuple[object, str] | None = None
        self._made = Remembered()
        # Most runs are over sooner; a word that comes and goes would only flicker.
        self._busy = QTimer(desk, singleShot=True, interval=BUSY_AFTER_MS)
        self._busy.timeout.connect(self._show_busy)

    def show_document(self, document: Document | None) -> None:
        """Show another document."""
        desk = self._desk
        self.explained = ""
        self.inspected = frozenset()
        self._made.forget()
        desk.run_panel.set_playing(False)
        desk.run_panel.show_timeline(None, {})
        desk.explain_panel.show_explanation(None)
        self.show_design(document)
        if document is not None:
            desk.canvas.zoom_to_fit()
        self.show_level()
        self.show_evaluation(None)

    def show_design(self, document: Document | None) -> None:
        """Show the design as it is now."""
        desk = self._desk
        language = desk.language
        if document is not None:
            scene = desk.canvas.scene
            if scene is None or scene.fabric is not document.fabric:
                desk.canvas.set_fabric(document.fabric)
            desk.layers.show_rows(plane_rows(document.fabric, language))
            desk.layers.show_planes(desk.canvas.visible_planes)
        design = document.design if document is not None else None
        self._show_library(design, language)
        jobs = (design.scenarios, design.active_scenario) if design else ()
        desk.scenario_bar.show_view(
            self._made.of("jobs", lambda: scenario_view(design, language), language, *jobs)
        )
        desk.history.show_history(document.history if document else None)
        fill(desk, "table", "network")
        self.show_inspector()
        self.show_title()
        desk.state_changed.emit()

    def retranslate(self) -> None:
        """Show everything in the language chosen."""
        self.show_design(self._desk.workspace.document)
        self.show_evaluation(self._desk.workspace.evaluation)
        self.show_level()

    def show_new_models(self) -> None:
        """Offer AI models that were imported meanwhile."""
        self._made.forget()
        self.show_design(self._desk.workspace.document)

    def _show_library(self, design: Design | None, language: str) -> None:
        """The library is made anew only where what it lists has changed, not where a rack moved."""
        catalog, made = self._desk.workspace.catalog, self._made
        own = design_groups(catalog, design, language)
        if (own, language) == self._listed:
            return
        self._listed = (own, language)
        assemblies = design.assemblies if design else None
        lent = made.of("lent", lambda: lent_groups(design, language), language, assemblies)
        rest = made.of("catalog", lambda: catalog_groups(catalog, language), language, catalog)
        self._desk.library.show_groups((*own, *lent, *rest))

    def show_selection(self, selection: frozenset[str]) -> None:
        """Show what is selected."""
        desk = self._desk
        self.inspected = frozenset()
        desk.canvas.set_selection(selection)
        show_selected(desk, selection)
        self.show_inspector()
        desk.state_changed.emit()

    def show_inspector(self) -> None:
        """Show the fields of what is inspected or selected."""
        desk = self._desk
        document = desk.workspace.document
        if document is None:
            desk.inspector.show_sections("", ())
            return
        chosen = self.inspected or document.selection
        fabric, language = document.fabric, desk.language
        reads = (fabric, chosen) if chosen else design_reads(fabric.design)
        sections = self._made.of(
            "inspector", lambda: inspector_sections(fabric, chosen, language), language, *reads
        )
        title = selection_title(document.fabric, chosen, desk.language)
        desk.inspector.show_sections(title, sections)

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show figures, plots and problems."""
        desk = self._desk
        language = desk.language
        self.show_metrics()
        made = self._made
        result = evaluation.result if evaluation else None
        totals = evaluation.totals if evaluation else None
        desk.plots.show_plots(
            made.of("time", lambda: time_bars(evaluation, language), language, result),
            made.of("memory", lambda: memory_view(evaluation, language), language, result),
            made.of("roofline", lambda: roofline(evaluation, language), language, result, totals),
            made.of("power", lambda: power_bars(evaluation, language), language, totals, result),
        )
        if evaluation is not None:
            desk.plots.say_time(evaluation.result.plan if evaluation.result else "")
            desk.plots.say_obstacle(
                "" if evaluation.result else evaluation.problem,
                is_wrong=bool(evaluation.fabric.design.scenarios),
            )
        desk.run_panel.show_timeline(
            evaluation.timeline if evaluation else None, result.error_bands if result else {}
        )
        fill(desk, "study")
        rows = problem_rows(evaluation)
        desk.problems.show_rows(rows)
        errors, warnings = counts(rows)
        title = tr("Problems")
        desk.docks["problems"].setWindowTitle(
            f"{title} ({errors + warnings})" if errors + warnings else title
        )
        texts = []
        if errors:
            texts.append(tr("1 error") if errors == 1 else tr("{n} errors").format(n=errors))
        if warnings:
            many = tr("{n} warnings").format(n=warnings)
            texts.append(tr("1 warning") if warnings == 1 else many)
        desk.status.counts.setText(" · ".join(texts))
        if self._live.overlay:
            self._live.set_overlay(self._live.overlay)
        self._live.follow()
        desk.state_changed.emit()

    def show_metrics(self) -> None:
        """Show the headline figures and the terms of the one explained."""
        desk = self._desk
        evaluation = desk.workspace.evaluation
        language = desk.language
        desk.strip.show_rows(metric_rows(evaluation, desk.workspace.baseline, language))
        if self.explained == FLOW:
            self.show_flow()
        elif self.explained:
            desk.explain_panel.show_explanation(explain(self.explained, evaluation, language))
        # A figure of a job that can't be simulated is gone from the strip as well.
        desk.explain_panel.say_why_empty(evaluation.problem if evaluation is not None else "")

    def show_flow(self) -> None:
        """Show the terms of the collective in the Network panel, where that is explained."""
        if self.explained == FLOW:
            flow = self._desk.network.flow
            self._desk.explain_panel.show_explanation(explain_flow(flow))

    def show_stale(self, is_stale: bool) -> None:
        """Tell whether the figures are of an earlier design."""
        desk = self._desk
        desk.strip.set_stale(is_stale and not desk.workspace.is_live)
        desk.plots.set_stale(is_stale and not desk.workspace.is_live)
        if is_stale and desk.workspace.is_live:
            self._busy.start()
        else:
            self._busy.stop()
            desk.status.busy.setText("")

    def _show_busy(self) -> None:
        self._desk.status.busy.setText(tr("Simulating…"))

    def show_level(self) -> None:
        """Name the level of detail."""
        desk = self._desk
        names = {
            "hall": tr("Hall"),
            "rack": tr("Rack"),
            "node": tr("Node"),
            "chip": tr("Chip"),
            "port": tr("Port"),
        }
        level = desk.canvas.level if desk.page == "canvas" else ""
        desk.status.level.setText(names.get(level, level))

    def show_playing(self, is_playing: bool) -> None:
        """Show whether the run plays."""
        self._desk.scenario_bar.set_playing(is_playing)
        self._desk.state_changed.emit()

    def show_title(self) -> None:
        """Name the document in the title."""
        desk = self._desk
        document = desk.workspace.document
        if document is None:
            desk.setWindowTitle(APP_TITLE)
            return
        design = document.design
        name = design.name_zh if desk.language == "zh" and design.name_zh else design.name
        file = f" ({document.path.name})" if document.path else ""
        desk.setWindowTitle(f"{name}{file}[*] – {APP_TITLE}")
        desk.setWindowModified(document.is_modified)
