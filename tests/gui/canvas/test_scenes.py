"""The memory of scenes: undo goes back to the very scene, another document starts anew."""

from __future__ import annotations

import pytest

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas import scenes as module
from studio.gui.canvas.scene import build_scene
from studio.gui.canvas.scenes import MOST_KEPT, Scenes


def _wider(design: Design, catalog: Catalog, width_m: float) -> Fabric:
    return compile_design(set_field(design, ("site", "width_m"), width_m), catalog)


def test_an_earlier_fabric_finds_its_scene(two_racks: Design, small_catalog: Catalog) -> None:
    scenes = Scenes()
    fabrics = [_wider(two_racks, small_catalog, 30.0 + n) for n in range(MOST_KEPT + 1)]
    made = [scenes.of(fabric) for fabric in fabrics]
    assert scenes.of(fabrics[1]) is made[1]
    assert scenes.of(fabrics[0]) is not made[0]


def test_a_prepared_scene_is_taken_once(two_racks_fabric: Fabric) -> None:
    scenes, prepared = Scenes(), build_scene(two_racks_fabric)
    scenes.prepare(prepared)
    assert scenes.of(two_racks_fabric) is prepared


def test_of_a_huge_design_only_the_present_scene_is_kept(
    two_racks: Design, small_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_COMPONENTS", 1)
    scenes = Scenes()
    first, second = (_wider(two_racks, small_catalog, width) for width in (30.0, 31.0))
    made = scenes.of(first)
    scenes.of(second)
    assert scenes.of(first) is not made
