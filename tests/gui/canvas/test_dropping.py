from __future__ import annotations

import pytest

from studio.design.edits import set_field
from studio.errors import InvalidInput
from studio.fabric.compiling import compile_design
from studio.gui.canvas.dropping import in_scope, landing, parse_item
from studio.gui.canvas.elevation import FACE_GAP, MIDDLE
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.viewport import Viewport
from studio.gui.drop_edits import place_assembly

VIEW = Viewport(0.0, 0.0, 200.0, 1000, 800)


def test_items_of_the_library_are_read() -> None:
    assert parse_item(b'{"type": "rack", "id": "cabinet"}') == ("rack", "cabinet")


@pytest.mark.parametrize("payload", [b"", b"[]", b"\xff", b'{"type": "x", "id": "y"}', b"{}"])
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_item(payload)


def test_a_rack_lands_on_the_grid_and_tells_when_the_place_is_taken(scene: Scene) -> None:
    free = landing(scene, VIEW, ("rack", "cabinet"), 15.03, 8.04)
    assert free is not None
    assert not free.target.collides
    taken = landing(scene, VIEW, ("rack", "cabinet"), *_middle(scene, 0))
    assert taken is not None
    assert taken.target.collides


def test_a_box_lands_in_rack_units(scene: Scene) -> None:
    x, y, width, height = scene.racks[0]
    found = landing(scene, VIEW, ("assembly", "node"), x + width / 2, y + height * 0.3)
    assert found is not None
    assert found.target.rack == scene.layout.racks[0].label
    assert found.target.u > 15
    assert not found.target.collides
    low = landing(scene, VIEW, ("assembly", "node"), x + width / 2, y + height * 0.92)
    assert low is not None
    assert low.target.u == 1 or low.target.collides


def test_a_box_on_the_floor_gets_a_rack_around_it(scene: Scene) -> None:
    found = landing(scene, VIEW, ("assembly", "node"), -3.0, -3.0)
    assert found is not None
    assert (found.target.type, found.target.rack) == ("assembly", "")
    rack = scene.layout.parts[scene.layout.racks[0].part]
    assert found.rect[2:] == pytest.approx((rack.value("width"), rack.value("depth")))


def test_a_part_lands_in_a_box_or_makes_one_in_free_units(scene: Scene) -> None:
    x, y, width, height = scene.racks[0]
    free = landing(scene, VIEW, ("part", "switch"), x + width / 2, y + height * 0.3)
    assert free is not None
    assert (free.target.rack, free.target.housing) == ("R01", "")
    assert free.target.u > 15
    # A switch of 300 W and 5 kg joins what the rack holds already.
    assert "kg" in free.fit.figures
    assert landing(scene, VIEW, ("part", "switch"), -3.0, -3.0) is None


def test_a_part_lands_in_a_box(scene: Scene) -> None:
    box = scene.housing_rects(scene.rack_start[:1])[0]
    found = landing(scene, VIEW, ("part", "chip"), box[0] + box[2] / 2, box[1] + box[3] / 2)
    assert found is not None
    assert found.target.housing.count("/") == 1


def _middle(scene: Scene, rack: int) -> tuple[float, float]:
    x, y, width, height = scene.racks[rack]
    return float(x + width / 2), float(y + height / 2)


@pytest.mark.parametrize(
    ("selection", "switched", "only"),
    [
        ((), False, False),
        ((), True, True),
        (("R01",), False, True),
        (("R01",), True, False),
        (("R01", "R02"), False, False),
        (("R02",), False, False),
    ],
)
def test_what_is_dropped_is_meant_for_the_rack_chosen_by_itself_or_for_all(
    scene: Scene, selection: tuple[str, ...], switched: bool, only: bool
) -> None:
    x, y, width, height = scene.racks[0]
    found = landing(scene, VIEW, ("assembly", "node"), x + width / 2, y + height * 0.3)
    assert found is not None
    meant = in_scope(scene, found, frozenset(selection), switched)
    assert meant.target.only is only
    head = "in R01 alone" if only else "in all 2 racks of row"
    assert meant.ghost.text.split("\n")[1] == head
    edit = place_assembly(scene.fabric, "node", "R01", meant.target.u, only=meant.target.only)
    added = compile_design(edit(scene.fabric.design), scene.fabric.catalog)
    assert added.count("npu") - scene.fabric.count("npu") == (4 if only else 8)


def test_a_box_lands_at_the_rear_with_shift_and_where_rears_are_drawn(scene: Scene) -> None:
    x, y, width, height = scene.racks[0]
    right = (x + width * 0.7, y + height * 0.3)
    front = landing(scene, VIEW, ("assembly", "node"), *right)
    rear = landing(scene, VIEW, ("assembly", "node"), *right, rear=True)
    assert front is not None
    assert rear is not None
    assert (front.target.face, rear.target.face) == ("front", "rear")
    assert rear.rect[0] == pytest.approx(x + width * (MIDDLE + FACE_GAP))
    assert "Shift: at the rear" in front.ghost.text
    # Fronts are in nobody's way there; the box itself is in the way of the next.
    taken = scene.housing_rects(scene.rack_start[:1])[0]
    place = (float(taken[0] + taken[2] / 2), float(taken[1] + taken[3] / 2))
    onto = landing(scene, VIEW, ("assembly", "node"), *place)
    assert onto is not None
    assert onto.target.collides
    behind = landing(scene, VIEW, ("assembly", "node"), *place, rear=True)
    assert behind is not None
    assert not behind.target.collides
    edit = place_assembly(scene.fabric, "node", "R01", behind.target.u, face="rear")
    split = build_scene(compile_design(edit(scene.fabric.design), scene.fabric.catalog))
    again = landing(split, VIEW, ("assembly", "node"), place[0] + width * 0.3, place[1])
    assert again is not None
    assert (again.target.face, again.target.collides) == ("rear", True)
    drawn = landing(split, VIEW, ("assembly", "node"), *right)
    assert drawn is not None
    assert drawn.target.face == "rear"


def test_a_box_too_deep_for_what_is_in_front_of_it_says_so(scene: Scene) -> None:
    # 0.7 m twice in a rack of 1.2 m.
    design = set_field(scene.fabric.design, ("assemblies", "node", "depth_m"), 0.7)
    deep = build_scene(compile_design(design, scene.fabric.catalog))
    taken = deep.housing_rects(deep.rack_start[:1])[0]
    place = (float(taken[0] + taken[2] / 2), float(taken[1] + taken[3] / 2))
    behind = landing(deep, VIEW, ("assembly", "node"), *place, rear=True)
    assert behind is not None
    assert behind.fit.blocked == "no depth left: N1"
    x, y, width, height = deep.racks[0]
    above = landing(deep, VIEW, ("assembly", "node"), x + width / 2, y + height * 0.3, rear=True)
    assert above is not None
    assert not above.target.collides


def test_a_rack_lands_exactly_where_the_pointer_is_without_snapping(scene: Scene) -> None:
    exact = landing(scene, VIEW, ("rack", "cabinet"), 7.033, 6.044, snaps=False)
    assert exact is not None
    width, depth = exact.rect[2:]
    assert exact.rect[:2] == pytest.approx((7.033 - width / 2, 6.044 - depth / 2))
