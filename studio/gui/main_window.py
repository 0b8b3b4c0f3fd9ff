"""The main window: joins the workspace with the canvas, the panels and the actions.

Panels are passive: what they show is made by `studio/gui/views`, what they ask for goes to the
workspace.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.design.model import Design
from studio.errors import StudioError
from studio.exploration.compare import Candidate, candidate_of
from studio.gui import commands, selection_edits
from studio.gui.action_table import ACTIONS, MENUS, SEPARATOR, TOOLBAR, TOOLBAR_END
from studio.gui.actions import Actions, ActionState
from studio.gui.candidates import CandidateLoader
from studio.gui.canvas import theme as canvas_theme
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.requests import DropTarget, EditRequest
from studio.gui.canvas.view import CanvasView
from studio.gui.docks import TITLES, arrange, make_docks
from studio.gui.i18n import Languages, current_language, system_language, tr
from studio.gui.identity import APP_TITLE
from studio.gui.notices import NoticeBar
from studio.gui.panels.compare import ComparePage
from studio.gui.panels.explain import ExplainPanel
from studio.gui.panels.history import HistoryPanel
from studio.gui.panels.inspector import FieldEdit, InspectorPanel
from studio.gui.panels.layers import LayersPanel
from studio.gui.panels.library import LibraryPanel
from studio.gui.panels.metric_strip import MetricStrip
from studio.gui.panels.network import NetworkPanel
from studio.gui.panels.plots import PlotsPanel
from studio.gui.panels.problems import ProblemsPanel
from studio.gui.panels.run import RunPanel
from studio.gui.panels.scenario_bar import ScenarioBar
from studio.gui.panels.welcome import WelcomePage
from studio.gui.settings import Settings
from studio.gui.theme import Theme, apply_theme, chosen_theme
from studio.gui.views.explain_rows import explain
from studio.gui.views.history_rows import history_rows
from studio.gui.views.inspector_sections import inspector_sections, selection_title
from studio.gui.views.layer_rows import overlay_label, overlay_values, plane_rows
from studio.gui.views.library_items import LibraryItem, design_groups, library_groups
from studio.gui.views.metric_rows import metric_rows
from studio.gui.views.network_rows import probe_network
from studio.gui.views.plot_data import memory_view, power_bars, roofline, time_bars
from studio.gui.views.problem_rows import counts, problem_rows
from studio.gui.views.scenario_row import choose_scenario, scenario_view
from studio.gui.welcome_cards import Thumbnailer, design_cards
from studio.gui.widgets.labels import fixed_toolbar, styled_label
from studio.gui.workers import LiveWorker, Outcome
from studio.gui.workspace import Notice, Workspace
from studio.session.document import Document
from studio.session.evaluation import Evaluation

PAGES = ("welcome", "canvas", "compare")


class MainWindow(QMainWindow):
    """One window with one document."""

    first_painted = Signal()
    plots_built = Signal()

    def __init__(
        self, workspace: Workspace, settings: Settings, languages: Languages, theme: Theme
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.settings = settings
        self._languages = languages
        self.theme = theme
        self.clip: selection_edits.Clip | None = None
        self._explained = ""
        self._overlay = ""
        self._tool = "select"
        self._inspected: frozenset[str] = frozenset()
        self._listed: tuple[object, str] | None = None
        self._has_painted = False
        self._is_closing = False
        workspace.setParent(self)
        self.setAcceptDrops(True)
        self._make_pages()
        self.docks = make_docks(self, self._panels())
        self.actions_made = Actions(ACTIONS, self, self.theme)
        self._make_toolbar()
        self._make_status()
        self._connect_workspace()
        self._connect_panels()
        settings.listen(self._apply_setting)
        workspace.is_live = bool(settings.get("live"))
        self._retranslate()
        self.show_page("welcome")

    # ----- construction

    def _make_pages(self) -> None:
        theme = self.theme
        self.canvas = CanvasView()
        self.canvas.set_theme(canvas_theme.DARK if theme.is_dark else canvas_theme.LIGHT)
        self.scenario_bar = ScenarioBar(theme)
        self.strip = MetricStrip()
        drawing = QWidget()
        column = QVBoxLayout(drawing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        self.welcome = WelcomePage(theme)
        self.compare = ComparePage(theme)
        self.pages = QStackedWidget()
        for page in (self.welcome, drawing, self.compare):
            self.pages.addWidget(page)
        self.setCentralWidget(self.pages)
        self.notices = NoticeBar(theme, self.pages)
        self._thumbnailer = Thumbnailer(self.workspace.catalog, self)
        self._asked = 0
        self._overlayer = LiveWorker(overlay_values, self)
        self._prober = LiveWorker(lambda job: probe_network(*job), self)
        self._candidates = CandidateLoader(self.workspace.catalog, self.workspace.evaluate, self)

    def _panels(self) -> dict[str, QWidget]:
        theme = self.theme
        self.library = LibraryPanel(theme)
        self.layers = LayersPanel()
        self.inspector = InspectorPanel(theme)
        self.plots = PlotsPanel(theme)
        self.run_panel = RunPanel(theme)
        self.problems = ProblemsPanel(theme)
        self.explain_panel = ExplainPanel()
        self.network = NetworkPanel()
        self.history = HistoryPanel(theme)
        return {
            "library": self.library,
            "layers": self.layers,
            "inspector": self.inspector,
            "plots": self.plots,
            "run": self.run_panel,
            "problems": self.problems,
            "network": self.network,
            "explain": self.explain_panel,
            "history": self.history,
        }

    def _make_toolbar(self) -> None:
        self._toolbar = fixed_toolbar("toolbar")
        self._toolbar.setMovable(False)
        for name in TOOLBAR:
            if name == SEPARATOR:
                self._toolbar.addSeparator()
            else:
                self._toolbar.addAction(self.actions_made[name])
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._toolbar.addWidget(spring)
        for name in TOOLBAR_END:
            self._toolbar.addAction(self.actions_made[name])
        self.addToolBar(self._toolbar)
        self._top = fixed_toolbar("figures")
        self._top.setMovable(False)
        figures = QWidget()
        column = QVBoxLayout(figures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.scenario_bar)
        column.addWidget(self.strip)
        figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._top.addWidget(figures)
        self._top.setStyleSheet("QToolBar { padding: 0; spacing: 0; border: none; }")
        self.addToolBarBreak()
        self.addToolBar(self._top)
        for bar in (self._toolbar, self._top):
            bar.toggleViewAction().setEnabled(False)
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def _make_status(self) -> None:
        self._hover = styled_label("quiet")
        self._level = styled_label("quiet")
        self._counts = styled_label("quiet")
        self._busy = styled_label("quiet")
        self.statusBar().addWidget(self._hover, 1)
        for label in (self._busy, self._level, self._counts):
            self.statusBar().addPermanentWidget(label)

    def _connect_workspace(self) -> None:
        workspace = self.workspace
        workspace.opened.connect(self._show_document)
        workspace.changed.connect(self._show_design)
        workspace.selected.connect(self._show_selection)
        workspace.evaluated.connect(self._show_evaluation)
        workspace.stale.connect(self._show_stale)
        workspace.baseline_changed.connect(lambda _: self._show_metrics())
        workspace.noticed.connect(self.notices.show_notice)
        workspace.failed.connect(self._raise_failure)

    def _connect_panels(self) -> None:
        self.canvas.selection_changed.connect(self._select)
        self.canvas.edit_requested.connect(self._apply_request)
        self.canvas.part_dropped.connect(self._drop)
        self.canvas.hover_changed.connect(lambda what: self._hover.setText(str(what or "")))
        self.canvas.level_changed.connect(lambda _: self._show_level())
        self.strip.explain_requested.connect(self._explain)
        self.explain_panel.part_requested.connect(lambda part: self.inspect(f"part:{part}"))
        self.problems.show_requested.connect(self.show_address)
        self.problems.waive_requested.connect(lambda key: commands.waive(self, key))
        self.history.jump_requested.connect(self.workspace.jump)
        for source in (self.inspector, self.scenario_bar):
            source.edit_requested.connect(self._apply_request)
            source.refused.connect(lambda text: self.workspace.notice(text, "error"))
        self.inspector.drag_ended.connect(self.workspace.end_merge)
        self.scenario_bar.scenario_chosen.connect(self._choose_scenario)
        self.scenario_bar.play_requested.connect(lambda: commands.play(self))
        self.run_panel.playing_changed.connect(self._show_playing)
        self.library.chosen.connect(self._use_item)
        self.library.inspected.connect(self._inspect_item)
        self.layers.planes_changed.connect(self.canvas.set_visible_planes)
        self.layers.overlay_changed.connect(self._set_overlay)
        self.layers.selected.connect(self.inspect)
        self.welcome.open_requested.connect(self.open_path)
        self.welcome.browse_requested.connect(lambda: commands.open_file(self))
        self.welcome.new_requested.connect(lambda: commands.new(self))
        self.compare.load_requested.connect(self._candidates.load)
        self.compare.browse_requested.connect(lambda: commands.add_to_comparison(self))
        self._candidates.loaded.connect(self.compare.show_candidate)
        self._candidates.refused.connect(lambda text: self.workspace.notice(text, "error"))
        self._thumbnailer.made.connect(self._show_thumbnail)
        self._overlayer.finished.connect(self._show_overlay)
        self._prober.finished.connect(self._show_probe)
        self.network.probe_changed.connect(lambda _: self._probe())
        self.network.show_requested.connect(self.show_address)
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # ----- what is shown

    @property
    def language(self) -> str:
        """Return the language shown."""
        return current_language()

    def show_page(self, name: str) -> None:
        """Show the welcome page, the canvas or the comparison."""
        document = self.workspace.document
        if name == "canvas" and document is None:
            name = "welcome"
        self.pages.setCurrentIndex(PAGES.index(name))
        is_drawing = name == "canvas"
        self._top.setVisible(is_drawing)
        for dock in self.docks.values():
            dock.setVisible(is_drawing)
        if is_drawing:
            self.docks["plots"].raise_()
            self.canvas.setFocus()
        elif name == "welcome":
            self.refresh_recent()
        else:
            self.compare.open(self._open_candidate())
        self._update_actions()

    @property
    def page(self) -> str:
        """Return the page shown."""
        return PAGES[self.pages.currentIndex()]

    def show_dock(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def _show_document(self, document: Document | None) -> None:
        self._explained = ""
        self._inspected = frozenset()
        self.run_panel.set_playing(False)
        self.run_panel.show_timeline(None)
        self.explain_panel.show_explanation(None)
        self._show_design(document)
        if document is not None:
            self.canvas.zoom_to_fit()
        self._show_evaluation(None)

    def _show_design(self, document: Document | None) -> None:
        language = self.language
        if document is not None:
            scene = self.canvas.scene
            if scene is None or scene.fabric is not document.fabric:
                self.canvas.set_fabric(document.fabric)
            rows = plane_rows(document.fabric, language)
            self.layers.show_rows(rows)
            self.network.set_planes(tuple((row.id, row.name) for row in rows))
        design = document.design if document is not None else None
        self._show_library(design, language)
        self.scenario_bar.show_view(scenario_view(design, language))
        self.history.show_rows(history_rows(document.history if document else None))
        self._show_inspector()
        self._show_title()
        self._update_actions()

    def _show_library(self, design: Design | None, language: str) -> None:
        """The library is made anew only where what it lists has changed, not where a rack moved."""
        listed = (design_groups(design), language)
        if listed != self._listed:
            self._listed = listed
            self.library.show_groups(library_groups(self.workspace.catalog, design, language))

    def _show_selection(self, selection: frozenset[str]) -> None:
        self._inspected = frozenset()
        self.canvas.set_selection(selection)
        links = [one for one in selection if one.startswith("rule:") and "[" in one]
        self.network.set_link(links[0] if len(links) == 1 else "")
        self._show_inspector()
        self._update_actions()

    def _show_inspector(self) -> None:
        document = self.workspace.document
        if document is None:
            self.inspector.show_sections("", ())
            return
        chosen = self._inspected or document.selection
        sections = inspector_sections(document.fabric, chosen, self.language)
        title = selection_title(document.fabric, chosen, self.language)
        self.inspector.show_sections(title, sections)

    def _show_evaluation(self, evaluation: Evaluation | None) -> None:
        language = self.language
        self._show_metrics()
        self.plots.show_plots(
            time_bars(evaluation, language),
            memory_view(evaluation, language),
            roofline(evaluation, language),
            power_bars(evaluation, language),
        )
        if evaluation is not None:
            reason = evaluation.result.plan if evaluation.result else evaluation.problem
            self.plots.say_time(reason, "quiet" if evaluation.result else "bad")
        self.run_panel.show_timeline(evaluation.timeline if evaluation else None)
        rows = problem_rows(evaluation, language)
        self.problems.show_rows(rows)
        errors, warnings = counts(rows)
        title = tr("Problems")
        self.docks["problems"].setWindowTitle(
            f"{title} ({errors + warnings})" if errors + warnings else title
        )
        texts = []
        if errors:
            texts.append(tr("{n} errors").format(n=errors))
        if warnings:
            texts.append(tr("{n} warnings").format(n=warnings))
        self._counts.setText(" · ".join(texts))
        if self._overlay:
            self._set_overlay(self._overlay)
        if self.network.probe is not None:
            self._probe()
        self._update_actions()

    def _show_metrics(self) -> None:
        evaluation = self.workspace.evaluation
        language = self.language
        self.strip.show_rows(metric_rows(evaluation, self.workspace.baseline, language))
        if self._explained:
            self.explain_panel.show_explanation(explain(self._explained, evaluation, language))

    def _show_stale(self, is_stale: bool) -> None:
        self.strip.set_stale(is_stale and not self.workspace.is_live)
        self.plots.set_stale(is_stale and not self.workspace.is_live)
        self._busy.setText(tr("Simulating…") if is_stale and self.workspace.is_live else "")

    def _show_level(self) -> None:
        names = {
            "hall": tr("Hall"),
            "rack": tr("Rack"),
            "node": tr("Node"),
            "chip": tr("Chip"),
            "port": tr("Port"),
        }
        self._level.setText(names.get(self.canvas.level, self.canvas.level))

    def _show_playing(self, is_playing: bool) -> None:
        self.scenario_bar.set_playing(is_playing)
        self._update_actions()

    def _show_title(self) -> None:
        document = self.workspace.document
        if document is None:
            self.setWindowTitle(APP_TITLE)
            return
        design = document.design
        name = design.name_zh if self.language == "zh" and design.name_zh else design.name
        file = f" ({document.path.name})" if document.path else ""
        self.setWindowTitle(f"{name}{file}[*] – {APP_TITLE}")
        self.setWindowModified(document.is_modified)

    def _show_thumbnail(self, path: Path, picture: object) -> None:
        for card in self.welcome.cards:
            if card.card.path == path:
                card.show_picture(picture)  # type: ignore[arg-type]

    def refresh_recent(self) -> None:
        """Show reference designs and recent files anew."""
        cards = design_cards(self.language)
        self.welcome.show_designs(cards, self.settings.recent)
        self._thumbnailer.start(tuple(card.path for card in cards), self.theme)
        self._fill_recent_menu()

    # ----- intents

    def _select(self, addresses: frozenset[str]) -> None:
        self.workspace.select(addresses)
        # Clicking an object while a plane or part is inspected brings the selection back.
        if self._inspected:
            self._inspected = frozenset()
            self._show_inspector()

    def _apply_request(self, request: EditRequest | FieldEdit) -> None:
        self.workspace.apply(request.label, request.edit, request.merge_key)

    def inspect(self, address: str) -> None:
        """Show an object in the inspector; on the canvas too where it is drawn."""
        if address.startswith(("plane:", "part:", "scenario:", "assembly:")) or address == "site":
            self._inspected = frozenset({address})
            self._show_inspector()
        else:
            self.workspace.select(frozenset({address}))
        self.show_dock("inspector")

    def show_address(self, address: str) -> None:
        """Select an object and zoom to it."""
        self.show_page("canvas") if self.page != "canvas" else None
        self.inspect(address)
        if not self._inspected:
            self.canvas.zoom_to([address])

    def _explain(self, key: str) -> None:
        self._explained = key
        self._show_metrics()
        self.show_dock("explain")

    def _choose_scenario(self, key: str) -> None:
        self.workspace.apply(tr("Choose scenario"), lambda design: choose_scenario(design, key))

    def _set_overlay(self, name: str) -> None:
        self._overlay = name
        document = self.workspace.document
        if name and document is not None:
            self._asked += 1
            self._overlayer.ask(self._asked, (name, document.fabric))
        else:
            self.canvas.set_overlay(None)

    def _show_overlay(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            raise outcome.error
        kind, values, fabric = outcome.value
        document = self.workspace.document
        if kind.name != self._overlay or document is None or fabric is not document.fabric:
            return
        if values.problem:
            self.workspace.notice(values.problem, "warning")
        label = overlay_label(kind, self.language)
        self.canvas.set_overlay(
            Overlay(label, values.components, values.links, values.low, values.high)
        )

    def _probe(self) -> None:
        """Run the collective of the Network panel over the present drawing."""
        document, probe = self.workspace.document, self.network.probe
        if document is None or probe is None:
            self.network.show_view(None)
            return
        self._asked += 1
        self._prober.ask(self._asked, (document.fabric, probe))

    def _show_probe(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            raise outcome.error
        self.network.show_view(outcome.value)

    def _drop(self, target: DropTarget) -> None:
        document = self.workspace.document
        if document is None:
            return
        if target.collides:
            self.workspace.notice(tr("There is no room at that place."), "warning")
            return
        try:
            label, edit = self._drop_edit(target, document)
        except StudioError as error:
            self.workspace.notice(str(error), "warning")
            return
        before = frozenset(document.fabric.layout.rack_by_label)
        if self.workspace.apply(label, edit) and target.type == "rack":
            self.workspace.select(frozenset(document.fabric.layout.rack_by_label) - before)

    def _drop_edit(
        self, target: DropTarget, document: Document
    ) -> tuple[str, selection_edits.Edit]:
        if target.type == "rack":
            return tr("Add rack"), selection_edits.add_rack(target.id, target.x_m, target.y_m)
        if target.type == "assembly":
            edit = selection_edits.place_assembly(document.fabric, target.id, target.rack, target.u)
            return tr("Place assembly"), edit
        verb, edit = selection_edits.put_part(document.fabric, target.id, target.housing)
        return tr("Swap part") if verb == "swap" else tr("Add part"), edit

    def _use_item(self, item: LibraryItem) -> None:
        if item.type == "design":
            self.open_path(Path(item.id))
        else:
            self._inspect_item(item)

    def _inspect_item(self, item: LibraryItem) -> None:
        if item.type == "part" or (item.type == "rack" and not item.id.startswith("design:")):
            self.inspect(f"part:{item.id}")
        elif item.type == "assembly":
            self.inspect(f"assembly:{item.id}")

    def set_tool(self, name: str) -> None:
        """Take a canvas tool."""
        self._tool = name
        self.canvas.set_tool(name)
        self._update_actions()

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self.canvas.zoom_by(factor)

    def set_clip(self, clip: selection_edits.Clip) -> None:
        """Remember what was copied."""
        self.clip = clip
        self._update_actions()

    def open_palette(self) -> None:
        """Show the command palette."""
        from studio.gui.palette import open_palette

        open_palette(self)

    def _open_candidate(self) -> Candidate | None:
        evaluation = self.workspace.evaluation
        if evaluation is None:
            return None
        return candidate_of(evaluation.fabric.design, evaluation.totals, evaluation.result)

    # ----- files

    def start_folder(self) -> Path:
        """Return the folder file dialogs start in."""
        document = self.workspace.document
        if document is not None and document.path is not None:
            return document.path.parent
        return self.settings.recent[0].parent if self.settings.recent else Path.home()

    def open_path(self, path: Path) -> bool:
        """Open a file after asking about unsaved changes; tells whether it worked."""
        if not self.may_discard():
            return False
        if not self.workspace.open(path, pin=bool(self.settings.get("baseline_on_open"))):
            return False
        self.settings.add_recent(path)
        self.show_page("canvas")
        self._fill_recent_menu()
        if self.settings.get("play_on_open"):
            self.run_panel.set_playing(True)
        return True

    def offer_recovery(self) -> bool:
        """Ask whether to bring back work that was lost; tells whether it is open now."""
        recovered = self.workspace.unsaved_before()
        if recovered is None:
            return False
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APP_TITLE)
        text = tr("“{name}” was not saved when the studio ended. {n} steps can be brought back.")
        box.setText(text.format(name=recovered.current.name, n=len(recovered.steps)))
        bring_back = box.addButton(tr("Bring back"), QMessageBox.ButtonRole.AcceptRole)
        give_up = box.addButton(tr("Give up"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Ask later"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        if chosen is give_up:
            recovered.journal.unlink(missing_ok=True)
        if chosen is not bring_back or not self.workspace.recover(recovered):
            return False
        self.show_page("canvas")
        return True

    def save_to(self, path: Path) -> bool:
        """Save, and say so; tells whether it worked."""
        if not self.workspace.save(path):
            return False
        self.settings.add_recent(path)
        self._fill_recent_menu()
        self.workspace.notice(tr("Saved {file}").format(file=path.name))
        return True

    def may_discard(self) -> bool:
        """Ask about unsaved changes; tells whether the document may go."""
        document = self.workspace.document
        if document is None or not document.is_modified:
            return True
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APP_TITLE)
        box.setText(tr("Save the changes to “{name}”?").format(name=document.design.name))
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)
        answer = box.exec()
        box.deleteLater()
        if answer == button.Save:
            return commands.save(self)
        return answer == button.Discard

    def export_picture(self, path: Path) -> None:
        """Write the drawing to a file."""
        from studio.gui.picture import draw

        document = self.workspace.document
        if document is None:
            return
        try:
            draw(document.fabric, path, theme=self.theme.name, language=self.language)
        except StudioError as error:
            self.workspace.notice(str(error), "error")
        else:
            self.workspace.notice(tr("Written: {file}").format(file=path.name))

    # ----- menus and state

    def _fill_menus(self) -> None:
        bar = self.menuBar()
        bar.clear()
        for title, names in MENUS:
            menu = bar.addMenu(tr(title))
            for name in names:
                if name == SEPARATOR:
                    menu.addSeparator()
                elif name == "recent":
                    self._recent_menu = menu.addMenu(tr("Recent files"))
                elif name == "panels":
                    self._fill_panels_menu(menu.addMenu(tr("Panels")))
                else:
                    menu.addAction(self.actions_made[name])
        self._fill_recent_menu()

    def _fill_panels_menu(self, menu: QMenu) -> None:
        for dock in self.docks.values():
            menu.addAction(dock.toggleViewAction())

    def _fill_recent_menu(self) -> None:
        self._recent_menu.clear()
        for path in self.settings.recent:
            action = self._recent_menu.addAction(f"{path.name}   {path.parent}")
            action.setEnabled(path.exists())
            action.triggered.connect(lambda _=False, one=path: self.open_path(one))
        self._recent_menu.addSeparator()
        self._recent_menu.addAction(self.actions_made["file.clear_recent"])
        self._update_actions()

    def action_state(self) -> ActionState:
        """Return what decides which actions are possible."""
        document = self.workspace.document
        history = document.history if document else None
        racks = (
            selection_edits.selected_racks(document.fabric, document.selection) if document else ()
        )
        return ActionState(
            has_document=document is not None,
            is_modified=document is not None and document.is_modified,
            can_undo=bool(history and history.place),
            can_redo=bool(history and history.place < len(history.steps)),
            has_selection=bool(document and document.selection),
            has_rack_selection=bool(racks),
            has_array_selection=bool(
                document and racks and selection_edits.is_array(document.design, racks)
            ),
            has_clipboard=self.clip is not None,
            has_result=bool(self.workspace.evaluation and self.workspace.evaluation.result),
            has_baseline=self.workspace.baseline is not None,
            is_playing=self.run_panel.clock.is_playing,
            is_live=self.workspace.is_live,
            has_recent=bool(self.settings.recent),
            page=self.page,
            tool=self._tool,
        )

    def _update_actions(self) -> None:
        self.actions_made.update(self.action_state())
        document = self.workspace.document
        undo = document.history.undo_label if document else ""
        redo = document.history.redo_label if document else ""
        self.actions_made["edit.undo"].setText(f"{tr('Undo')} {tr(undo) if undo else ''}".strip())
        self.actions_made["edit.redo"].setText(f"{tr('Redo')} {tr(redo) if redo else ''}".strip())

    # ----- settings

    def _apply_setting(self, key: str) -> None:
        if key == "theme":
            self.set_theme(chosen_theme(self.settings.get("theme")))  # type: ignore[arg-type]
        elif key == "language":
            choice = self.settings.get("language")
            self._languages.use(system_language() if choice == "system" else choice)  # type: ignore[arg-type]
        elif key == "live":
            self.workspace.is_live = bool(self.settings.get("live"))
            if self.workspace.is_live and self.workspace.is_stale:
                self.workspace.simulate()
            self._update_actions()
        elif key == "font_scale":
            from studio.gui.fonts import window_font

            QApplication.setFont(window_font(float(self.settings.get("font_scale"))))
            self.set_theme(self.theme)

    def _follow_system(self) -> None:
        if self.settings.get("theme") == "system":
            self.set_theme(chosen_theme("system"))

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in another theme."""
        self.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        self.canvas.set_theme(canvas_theme.DARK if theme.is_dark else canvas_theme.LIGHT)
        self.actions_made.set_theme(theme)
        for part in (
            self.library,
            self.inspector,
            self.plots,
            self.run_panel,
            self.problems,
            self.history,
            self.scenario_bar,
            self.notices,
            self.compare,
        ):
            part.set_theme(theme)
        if self.page == "welcome":
            self.refresh_recent()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and not self._is_closing:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.canvas.set_language(self.language)  # type: ignore[arg-type]
        self.actions_made.retranslate()
        for name, dock in self.docks.items():
            dock.setWindowTitle(tr(TITLES[name]))
        for part in (
            self.library,
            self.layers,
            self.inspector,
            self.plots,
            self.run_panel,
            self.problems,
            self.explain_panel,
            self.network,
            self.history,
            self.scenario_bar,
            self.welcome,
            self.compare,
        ):
            part.retranslate()
        self._fill_menus()
        self._show_design(self.workspace.document)
        self._show_evaluation(self.workspace.evaluation)
        self._show_level()
        if self.page == "welcome":
            self.refresh_recent()

    # ----- window events

    def reset_layout(self) -> None:
        """Put every panel in its usual place for the present size."""
        arrange(self, self.docks)
        if self.page != "canvas":
            self.show_page(self.page)

    def restore_layout(self) -> None:
        """Use the stored geometry and panel places, the usual ones where there are none."""
        geometry, state = self.settings.layout()
        if geometry and state and self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.restoreState(QByteArray.fromBase64(state.encode()))
        else:
            arrange(self, self.docks)
        self.show_page(self.page)

    def build_plots(self) -> None:
        """Make the plots; done once the window has been painted."""
        if not self.plots.is_built and not self._is_closing:
            self.plots.build()
            self.run_panel.build()
            self.plots_built.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_painted:
            self.canvas.installEventFilter(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self.first_painted.emit)
            QTimer.singleShot(0, self.build_plots)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.open_path(files[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_discard():
            event.ignore()
            return
        self._is_closing = True
        if self.page == "canvas":
            self.settings.set_layout(
                bytes(self.saveGeometry().toBase64().data()).decode(),
                bytes(self.saveState().toBase64().data()).decode(),
            )
        self.run_panel.set_playing(False)
        self._thumbnailer.stop()
        for worker in (self._candidates, self._overlayer, self._prober):
            worker.close()
        self.workspace.close()
        super().closeEvent(event)

    def _raise_failure(self, error: BaseException) -> None:
        """A bug in the worker goes the way of every other bug: to the excepthook."""
        raise error

    def tell(self, notice: Notice) -> None:
        """Show a notice."""
        self.notices.show_notice(notice)
