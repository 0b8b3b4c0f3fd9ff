"""The last scenes of a document, for undo and redo to go back to; no Qt."""

from __future__ import annotations

from studio.fabric.fabric import Fabric
from studio.gui.canvas.scene import Scene, build_scene

MOST_KEPT = 4
"""Scenes of one document share what an edit left alone, down to the wiring."""
MOST_COMPONENTS = 400_000
"""But an edit of an array leaves little alone: of a huge design only the present scene is kept."""


class Scenes:
    """`build_scene` with a short memory; the scenes are the same as without."""

    def __init__(self) -> None:
        self._kept: tuple[Scene, ...] = ()
        """The latest used first; all of one document."""
        self._prepared: Scene | None = None
        """What was worked out beside the window, until it is asked for."""

    def prepare(self, scene: Scene) -> None:
        """Take a scene that was worked out elsewhere and is to be shown next."""
        self._prepared = scene

    def of(self, fabric: Fabric) -> Scene:
        """Return the scene of a fabric; scenes of another document are given up."""
        made = self._prepared
        self._prepared = None
        kept = tuple(one for one in self._kept if one.fabric.design.id == fabric.design.id)
        if made is None or made.fabric is not fabric:
            made = next((one for one in kept if one.fabric is fabric), None)
        scene = made or build_scene(fabric, kept[0] if kept else None)
        room = MOST_COMPONENTS // max(1, scene.layout.component_count)
        rest = (one for one in kept if one is not scene)
        self._kept = (scene, *rest)[: min(max(room, 1), MOST_KEPT)]
        return scene
