"""What a drawing shows of a fabric: its colours, planes, values, marks and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from studio.fabric.arrays import BoolArray
from studio.fabric.fabric import Fabric
from studio.gui.canvas.addresses import Chosen, nothing, resolve
from studio.gui.canvas.differing import Differences
from studio.gui.canvas.lighting import lighting
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.marks import Marks
from studio.gui.canvas.picking import Hit
from studio.gui.canvas.scene import Scene, build_scene, looks_alike
from studio.gui.canvas.scenes import Scenes
from studio.gui.canvas.sight import Sight
from studio.gui.canvas.stretching import Edge
from studio.gui.canvas.theme import LIGHT, CanvasTheme
from studio.gui.i18n import Language, tr

if TYPE_CHECKING:
    from studio.fabric.comparison import FabricComparison

_FIRST_IDLE_MS, _IDLE_MS = 1500, 60
_MOST_LINKS = 300_000
"""Of larger designs a part of the work would itself be felt; the largest come worked out."""


class Showing(Sight):
    """A widget that shows a fabric; how it is painted is for those that inherit to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Drawing of the supernode"))
        self._scenes = Scenes()
        self._theme: CanvasTheme = LIGHT
        self._hidden_planes: frozenset[str] = frozenset()
        self._overlay: Overlay | None = None
        self._differences: Differences | None = None
        self._selection: frozenset[str] = frozenset()
        self._chosen: Chosen = nothing()
        self._hover: Hit | None = None
        self._marks = Marks()
        self._working_out: Iterator[None] = iter(())
        """What the first zoom would have to wait for, done while nobody zooms."""
        self._idle = QTimer(self, singleShot=True)
        self._idle.timeout.connect(self._work_out_more)

    # How it is painted.

    def redraw(self) -> None:
        """Bring the picture anew, since something it shows has changed."""
        self.update()

    def _forget_pictures(self) -> None:
        """Give up what was painted of another document."""

    def _still_painted(self) -> None:
        """Take down that the picture shown is also one of the present scene."""

    def prepare(self, fabric: Fabric, go_on: Callable[[], None]) -> None:
        """Work out a large drawing that is to be shown next; on any thread.

        Parameters
        ----------
        go_on : called several times on the way; what it raises ends the work.
        """
        go_on()
        scene = build_scene(fabric)
        scene.work_out(go_on)
        self._scenes.prepare(scene)

    def set_fabric(self, fabric: Fabric) -> None:
        """Show a fabric; another snapshot of the same document keeps view and selection."""
        before = self._scene
        same = before is not None and before.fabric.design.id == fabric.design.id
        scene = self._scenes.of(fabric)
        if not same:
            self._let_go()
            self._forget_pictures()
            self._selection = frozenset()
            self._hidden_planes = frozenset()
        scene = self._as_held(scene)
        self._scene = scene
        if same and before is not None and looks_alike(before, scene, self._holds_racks):
            self._show_alike(before)
            return
        self._hover = None
        self._resolve_selection()
        self.redraw()
        if not same:
            self.zoom_to_fit()
            is_small = scene.fabric.links.count <= _MOST_LINKS
            self._working_out = scene.working_out() if is_small else iter(())
            self._idle.start(_FIRST_IDLE_MS)

    def _work_out_more(self) -> None:
        """Do one part of the work, unless the picture is on the move."""
        if self._moving or next(self._working_out, self) is not self:
            self._idle.start(_IDLE_MS)

    def _show_alike(self, before: Scene) -> None:
        """Show a snapshot that gives the same picture; where nothing over it changes, do nothing.

        Figures and plots follow most edits that way, and they wait for the drawing.
        """
        bare = self._hover is None and self._differences is None and not self._holds_racks
        bare = bare and _names(before) == _names(self._scene)
        self._hover = None
        if bare:
            self._chosen = self._resolved_selection()
            self._still_painted()
            return
        self._resolve_selection()
        self.update()

    def set_selection(self, addresses: frozenset[str]) -> None:
        """Mark things as selected, without a signal."""
        self._selection = frozenset(addresses)
        self._resolve_selection()
        self.update()

    def set_theme(self, theme: CanvasTheme) -> None:
        """Use other colours."""
        self._theme = theme
        self.redraw()

    def set_language(self, language: Language) -> None:
        """Name parts and planes in a language."""
        self._language = language
        self.setAccessibleName(tr("Drawing of the supernode"))
        self.redraw()

    def set_visible_planes(self, planes: frozenset[str]) -> None:
        """Show the links of these planes only."""
        self._hidden_planes = self._all_planes - planes
        self.redraw()

    @property
    def overlay(self) -> Overlay | None:
        """What is painted over components and links."""
        return self._overlay

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Paint values over components and links, None to stop."""
        self._overlay = overlay
        self.redraw()

    def set_differences(self, found: FabricComparison | None, *, follows: bool = False) -> None:
        """Mark what differs from another design, None to stop.

        Parameters
        ----------
        follows : the later design is the one shown, as it was when it was compared last.
        """
        self._differences = Differences(found, follows=follows) if found is not None else None
        self.update()

    def zoom_to_selection(self) -> None:
        """Show what is selected, the whole hall where nothing is."""
        self.zoom_to(self._selection)

    @property
    def theme(self) -> CanvasTheme:
        """Return the colours in use."""
        return self._theme

    @property
    def selection(self) -> frozenset[str]:
        """Return the addresses of what is selected."""
        return self._selection

    @property
    def visible_planes(self) -> frozenset[str]:
        """Return the ids of the planes whose links are shown."""
        return self._all_planes - self._hidden_planes

    @property
    def _all_planes(self) -> frozenset[str]:
        return frozenset(self._scene.fabric.design.planes) if self._scene else frozenset()

    @property
    def marks(self) -> Marks:
        """Return what is drawn over the picture."""
        return self._marks

    def show_marks(self, marks: Marks) -> None:
        """Draw other things over the picture."""
        self._marks = marks
        self.update()

    def show_scene(self, scene: Scene) -> None:
        """Show racks elsewhere, before the design says so."""
        self._scene = scene
        self._update_marks()

    def _resolve_selection(self) -> None:
        self._chosen = self._resolved_selection()
        self._update_marks()

    def _resolved_selection(self) -> Chosen:
        return resolve(self._scene, self._selection) if self._scene is not None else nothing()

    def _update_marks(self) -> None:
        if self._scene is None:
            return
        found = lighting(self._scene, self._chosen, self._hover, self._moving_racks)
        self.show_marks(
            replace(
                self._marks,
                selected=self._chosen,
                hovered=found.hovered,
                lit=found.lit,
                edges=self._handles(self._scene),
            )
        )

    # What is held belongs to whom the pointer does; a drawing by itself holds nothing.

    @property
    def _moving_racks(self) -> BoolArray | None:
        """Return which racks are drawn apart because they move, shape (n_racks,)."""
        return None

    @property
    def _holds_racks(self) -> bool:
        return self._moving_racks is not None

    def _as_held(self, scene: Scene) -> Scene:
        """Return a scene with racks where the pointer holds them."""
        return scene

    def _let_go(self) -> None:
        """Forget what the pointer holds, as another document is shown."""

    def _handles(self, scene: Scene) -> tuple[Edge, ...]:
        """Return the handles of what is selected."""
        del scene
        return ()


def _names(scene: Scene | None) -> tuple[str, ...]:
    """Return what the way back up calls the design."""
    return (scene.fabric.design.name, scene.fabric.design.name_zh) if scene is not None else ()
