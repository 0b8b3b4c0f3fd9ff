from __future__ import annotations

import msgspec
import numpy as np
import pytest

from studio.design.edits import move_racks, put, set_field
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.arrangement import arrange
from studio.gui.canvas.culling import enclosed
from studio.gui.canvas.scene import Scene, build_scene
from studio.ids import PartId, RackId
from tests import builders


def test_boxes_lie_within_their_rack_and_do_not_overlap(scene: Scene) -> None:
    everything = np.arange(len(scene.housings))
    rects = scene.housing_rects(everything)
    for number, rack in enumerate(scene.racks):
        own = rects[scene.rack_start[number] : scene.rack_start[number + 1]]
        assert enclosed(own, tuple(rack)).all()
        order = own[np.argsort(own[:, 1])]
        assert (order[:-1, 1] + order[:-1, 3] <= order[1:, 1] + 1e-9).all()


def test_a_higher_rack_unit_is_drawn_higher(scene: Scene) -> None:
    units = np.array([housing.u for housing in scene.layout.housings])
    own = slice(scene.rack_start[0], scene.rack_start[1])
    assert (np.argsort(-units[own]) == np.argsort(scene.housings[own, 1])).all()


def test_components_lie_within_their_box(scene: Scene) -> None:
    chips = np.flatnonzero(scene.chips[:, 2] > 0)
    rects = scene.chip_rects(chips)
    boxes = scene.housing_rects(scene.layout.housing[chips])
    assert (rects[:, :2] >= boxes[:, :2]).all()
    assert (rects[:, :2] + rects[:, 2:] <= boxes[:, :2] + boxes[:, 2:] + 1e-9).all()


def test_components_of_a_box_do_not_overlap() -> None:
    kinds = ["npu"] * 8 + ["cpu"] * 4 + ["switch"] * 7 + ["memory"] * 32 + ["nic", "chassis"]
    for aspect in (0.5, 2.0, 4.9, 5.1, 20.0):
        rects = arrange(kinds, aspect)
        assert (rects[-1, 2:] == 0).all()
        for number, rect in enumerate(rects[:-1]):
            others = np.delete(rects[:-1], number, axis=0)
            apart = (
                (others[:, 0] >= rect[0] + rect[2] - 1e-9)
                | (others[:, 0] + others[:, 2] <= rect[0] + 1e-9)
                | (others[:, 1] >= rect[1] + rect[3] - 1e-9)
                | (others[:, 1] + others[:, 3] <= rect[1] + 1e-9)
            )
            assert apart.all(), (aspect, kinds[number])


def test_moving_racks_keeps_boxes_components_and_wiring(two_racks_fabric: Fabric) -> None:
    before = build_scene(two_racks_fabric)
    rack = next(iter(two_racks_fabric.design.racks))
    edited = move_racks(two_racks_fabric.design, [rack], 1.0, 0.0)
    after = build_scene(compile_design(edited, two_racks_fabric.catalog, two_racks_fabric), before)
    assert after.housings is before.housings
    assert after.chips is before.chips
    assert after.wiring is before.wiring
    assert not np.array_equal(after.racks, before.racks)


def test_a_turned_rack_takes_its_depth_along_x(two_racks: Design) -> None:
    rack_id = next(iter(two_racks.racks))
    turned = msgspec.structs.replace(two_racks.racks[rack_id], rotation_deg=90)
    racks = {**two_racks.racks, rack_id: turned}
    plain = build_scene(builders.fabric_of(two_racks))
    scene = build_scene(builders.fabric_of(msgspec.structs.replace(two_racks, racks=racks)))
    assert scene.racks[0, 2] == plain.racks[0, 3]
    assert scene.racks[0, 3] == plain.racks[0, 2]


def test_rear_boxes_stand_beside_front_ones(two_racks: Design) -> None:
    contents = {
        "N": builders.place("node", u=1),
        "R": builders.place("box", u=1, face="rear"),
    }
    design = msgspec.structs.replace(
        two_racks, racks={RackId("one"): builders.rack(contents=contents)}, links={}
    )
    scene = build_scene(builders.fabric_of(design))
    front, rear = scene.housing_rects(np.arange(2))
    assert front[0] + front[2] <= rear[0]


def test_an_empty_hall_has_the_bounds_of_its_site(two_racks: Design) -> None:
    design = msgspec.structs.replace(two_racks, racks={}, links={})
    scene = build_scene(builders.fabric_of(design))
    assert scene.bounds == (0.0, 0.0, design.site.width_m, design.site.depth_m)
    assert len(scene.arcs) == 0


def test_the_first_empty_rack_in_an_empty_hall_is_drawn() -> None:
    empty = builders.two_racks(racks={}, links={})
    before = build_scene(builders.fabric_of(empty))
    design = put(empty, "racks", "first", builders.rack(1.0, 1.0))
    fabric = compile_design(design, builders.small_catalog(), before.fabric)
    scene = build_scene(fabric, before)
    assert scene.rack_start.tolist() == [0, 0]
    assert len(scene.racks) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("racks", "row", "rotation_deg"), 90),
        (("racks", "row", "x_m"), 4.0),
        (("parts",), {PartId("cab"): {"values": {"width": {"value": 0.9}}}}),
        (("parts",), {PartId("cab"): {"values": {"rack_units": {"value": 30}}}}),
    ],
)
def test_a_scene_built_on_another_is_the_one_built_afresh(
    two_racks_fabric: Fabric, path: tuple[str, ...], value: object
) -> None:
    edited = set_field(two_racks_fabric.design, path, value)
    catalog = two_racks_fabric.catalog
    after = build_scene(
        compile_design(edited, catalog, two_racks_fabric), build_scene(two_racks_fabric)
    )
    fresh = build_scene(compile_design(edited, catalog))
    for name in ("racks", "housings", "chips", "rack_start"):
        assert np.array_equal(getattr(after, name), getattr(fresh, name)), name
