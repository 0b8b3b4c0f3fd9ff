from __future__ import annotations

import numpy as np
import pytest

from studio.gui.canvas import camera
from studio.gui.canvas.addresses import resolve
from studio.gui.canvas.picking import (
    Hit,
    address_of,
    addresses_of,
    combined,
    distance_to,
    in_marquee,
    pick,
    pick_line,
)
from studio.gui.canvas.routes import plug_lines
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Rect, Viewport

NEAR = Viewport(0.0, 0.0, 3000.0, 1000, 800)
CLOSE = Viewport(0.0, 0.0, 12000.0, 1000, 800)
FAR = Viewport(0.0, 0.0, 60.0, 1000, 800)


def middle(rect: Rect | np.ndarray) -> tuple[float, float]:
    return float(rect[0] + rect[2] / 2), float(rect[1] + rect[3] / 2)


def test_the_level_decides_how_deep_a_click_goes(scene: Scene) -> None:
    npu = int(scene.fabric.npus[0])
    x, y = middle(scene.chip_rects(np.array([npu]))[0])
    assert pick(scene, FAR, "hall", x, y) == Hit("rack", 0)
    assert pick(scene, NEAR, "node", x, y) == Hit("component", npu)
    assert pick(scene, NEAR, "node", -5.0, -5.0) is None


def test_every_component_is_found_at_its_own_place(scene: Scene) -> None:
    drawn = np.flatnonzero(scene.chips[:, 2] > 0)
    for chip, rect in zip(drawn.tolist(), scene.chip_rects(drawn), strict=True):
        assert pick(scene, NEAR, "chip", *middle(rect)) == Hit("component", chip)


def test_addresses_lead_back_to_what_was_picked(scene: Scene) -> None:
    npu = int(scene.fabric.npus[-1])
    housing = int(scene.layout.housing[npu])
    hits = (Hit("rack", 1), Hit("housing", housing), Hit("component", npu))
    chosen = resolve(scene, [address_of(scene, hit) for hit in hits])
    assert (chosen.racks.tolist(), chosen.housings.tolist()) == ([1], [housing])
    assert chosen.components.tolist() == [npu]


def test_addresses_of_nothing_are_left_out(scene: Scene) -> None:
    assert resolve(scene, ["gone", "R01/gone", "R01/N1/gone[3]", "rule:gone[1]"]).is_empty


def test_a_trunk_is_hit_near_its_arc_and_stands_for_its_links(scene: Scene) -> None:
    x, y = scene.arcs[0, scene.arcs.shape[1] // 2]
    shown = np.ones(scene.wiring.plane_count, dtype=bool)
    hit = pick_line(scene, FAR, float(x), float(y), shown)
    assert hit is not None
    assert hit.kind == "trunk"
    assert len(addresses_of(scene, hit)) == scene.wiring.trunks.links[hit.number]
    assert pick_line(scene, FAR, float(x), float(y), ~shown) is None


def test_a_cable_is_hit_at_its_plug(scene: Scene) -> None:
    shown = np.ones(scene.wiring.plane_count, dtype=bool)
    for plug, line in enumerate(plug_lines(scene, np.arange(len(scene.wiring.plugs.y)))):
        # Nearer the edge of the box than its end inside, where the cable comes in.
        x, y = float(0.1 * line[0] + 0.9 * line[2]), float(line[1])
        hit = pick_line(scene, CLOSE, x, y, shown)
        assert hit is not None
        assert hit.kind == "cable"
        cable = scene.wiring.plugs.cable[plug]
        assert scene.wiring.plugs.cable[scene.wiring.stubs.plug[hit.number]] == cable


def test_distance_is_to_the_nearest_point_of_a_line() -> None:
    lines = np.array([[0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    assert distance_to(lines, 2.0, 3.0).tolist() == [3.0, pytest.approx(13**0.5)]
    assert distance_to(lines, 7.0, 4.0)[0] == 5.0


def test_a_marquee_encloses_or_touches(scene: Scene) -> None:
    x, y, width, height = scene.racks[0]
    window = (x - 0.1, y - 0.1, width + 0.15, height + 0.2)
    enclosed = in_marquee(scene, FAR, "hall", window, touching=False)
    assert enclosed == {scene.layout.racks[0].label}
    half = (x - 0.1, y - 0.1, width / 2, height + 0.2)
    assert not in_marquee(scene, FAR, "hall", half, touching=False)
    assert in_marquee(scene, FAR, "hall", half, touching=True) == enclosed


def test_a_marquee_takes_what_the_level_shows(scene: Scene) -> None:
    rack = tuple(scene.racks[0].tolist())
    view = camera.shown_at(FAR, rack)
    assert in_marquee(scene, view, "rack", rack, touching=False) == {scene.layout.racks[0].label}
    x, y, width, height = rack
    lower = (x, y + height / 2, width, height / 2)
    boxes = in_marquee(scene, view, "rack", lower, touching=False)
    assert {address.count("/") for address in boxes} == {1}
    chips = in_marquee(scene, view, "node", rack, touching=False)
    assert {address.count("/") for address in chips} == {2}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("replace", "bc"), ("add", "abc"), ("toggle", "ac"), ("subtract", "a")],
)
def test_selections_combine_by_mode(mode: str, expected: str) -> None:
    found = combined(frozenset("ab"), frozenset("bc"), mode)  # type: ignore[arg-type]
    assert found == frozenset(expected)


def test_going_up_leads_from_chip_to_hall(scene: Scene) -> None:
    rect = scene.chip_rects(scene.fabric.npus[:1])[0]
    view = camera.shown_at(FAR, tuple(rect.tolist()))
    scales = [view.scale]
    for _ in range(3):
        view = camera.upward(scene, view)
        scales.append(view.scale)
    assert scales == sorted(scales, reverse=True)
    assert camera.upward(scene, view) == view
