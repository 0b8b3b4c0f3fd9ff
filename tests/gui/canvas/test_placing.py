from __future__ import annotations

from contextlib import suppress

import msgspec
import numpy as np
import pytest

from studio.design.edits import set_field
from studio.errors import InvalidInput
from studio.gui.canvas.dropping import stands_on_racks
from studio.gui.canvas.fitting import RackRoom
from studio.gui.canvas.placing import free_place
from studio.gui.canvas.requests import DropTarget, ItemType
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.drop_edits import add_rack, place_assembly
from studio.ids import AssemblyId
from tests import builders

NOTHING = np.zeros(0, dtype=np.int64)


def place_or_none(scene: Scene, item: tuple[ItemType, str], rack: str) -> DropTarget | None:
    with suppress(InvalidInput):
        return free_place(scene, item, rack)
    return None


def test_racks_placed_one_after_the_other_fill_the_hall_and_never_overlap() -> None:
    """Of a hall 5 m x 6 m."""
    design = set_field(builders.two_racks(), ("site", "width_m"), 5.0)
    design = set_field(design, ("site", "depth_m"), 6.0)
    scene = build_scene(builders.fabric_of(design))
    width, depth = scene.racks[0, 2:].tolist()
    placed = 0
    while target := place_or_none(scene, ("rack", "cabinet"), ""):
        assert not stands_on_racks(scene, (target.x_m, target.y_m, width, depth))
        assert 0 <= target.x_m <= 5.0 - width + 1e-6
        assert 0 <= target.y_m <= 6.0 - depth + 1e-6
        design = add_rack("cabinet", target.x_m, target.y_m)(design)
        scene = build_scene(builders.fabric_of(design))
        placed += 1
    assert placed >= 4
    with pytest.raises(InvalidInput, match="no free place"):
        free_place(scene, ("rack", "cabinet"), "")


def test_an_empty_hall_has_a_place() -> None:
    empty = msgspec.structs.replace(builders.two_racks(), racks={}, links={})
    target = free_place(build_scene(builders.fabric_of(empty)), ("assembly", "node"), "")
    assert (target.type, target.rack, target.u) == ("assembly", "", 0)


def test_assemblies_fill_a_rack_from_below_until_it_is_full() -> None:
    design = builders.two_racks()
    scene = build_scene(builders.fabric_of(design))
    height_u = design.assemblies[AssemblyId("node")].height_u
    taken = []
    while target := place_or_none(scene, ("assembly", "node"), "R01"):
        rack = scene.layout.rack_by_label["R01"]
        assert RackRoom(scene, NOTHING).is_free(rack, [(target.u, height_u, "front")])
        taken.append(target.u)
        design = place_assembly(scene.fabric, "node", "R01", target.u)(design)
        scene = build_scene(builders.fabric_of(design))
    assert taken == sorted(taken)
    assert len(taken) > 1
    with pytest.raises(InvalidInput, match="free units in a row"):
        free_place(scene, ("assembly", "node"), "R01")
