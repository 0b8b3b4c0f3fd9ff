from __future__ import annotations

import numpy as np
import pytest

from studio.gui.canvas import camera
from studio.gui.canvas.addresses import resolve
from studio.gui.canvas.distance import distance_to
from studio.gui.canvas.inner_traces import side_by_side, traces_in
from studio.gui.canvas.lighting import chosen_of
from studio.gui.canvas.picking import (
    Hit,
    address_of,
    addresses_of,
    combined,
    in_marquee,
    pick,
    pick_line,
)
from studio.gui.canvas.routes import plug_lines
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.tracing import trace
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


def test_every_trace_in_a_box_is_hit_where_it_is_drawn(scene: Scene) -> None:
    shown = np.ones(scene.wiring.plane_count, dtype=bool)
    links = scene.fabric.links
    pairs, lines = traces_in(scene, np.array([0]), shown)
    assert len(pairs)
    for pair, line in zip(pairs.tolist(), lines, strict=True):
        # A third of the way, where no other line of the bundle crosses.
        x, y = (line[:2] + (line[2:] - line[:2]) * 0.3).tolist()
        assert pick_line(scene, CLOSE, x, y, shown) == Hit("trace", pair)
        ends = {int(scene.wiring.inner.a[pair]), int(scene.wiring.inner.b[pair])}
        chosen = addresses_of(scene, Hit("trace", pair))
        numbers = resolve(scene, chosen).links
        assert len(numbers) == scene.wiring.inner.links[pair] == len(chosen)
        assert {*links.a[numbers].tolist(), *links.b[numbers].tolist()} == ends
    hidden = np.zeros(scene.wiring.plane_count, dtype=bool)
    assert pick_line(scene, CLOSE, x, y, hidden) is None


def test_a_trace_is_lit_where_it_is_drawn_among_the_others(scene: Scene) -> None:
    shown = np.ones(scene.wiring.plane_count, dtype=bool)
    pairs, lines = traces_in(scene, np.array([0]), shown)
    for pair, line in zip(pairs.tolist(), lines, strict=True):
        lit = chosen_of(scene, Hit("trace", pair))
        ways = [way for way, _, _ in trace(scene, CLOSE, lit, shown)]
        assert np.concatenate(ways).tolist() == [line.tolist()]


def test_parallel_links_of_a_trace_are_hit_where_they_lie_side_by_side() -> None:
    lines = np.array([[0.0, 0.0, 1.0, 0.0]])
    beside, of_line = side_by_side(lines, np.array([3]), scale=1000.0)
    assert of_line.tolist() == [0, 0, 0]
    # Three lines 4 px apart about the middle one, at 1000 px to the metre.
    assert beside[:, 1] == pytest.approx([-0.004, 0.0, 0.004])
    assert (beside[:, 1] == beside[:, 3]).all()
