from __future__ import annotations

import numpy as np
import pytest

from studio.design.edits import set_state
from studio.design.model import Deviation
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas import routes
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.trays import rows_of, trays
from studio.ids import Address


def test_trunks_carry_every_link_between_racks(scene: Scene) -> None:
    trunks = scene.wiring.trunks
    links = scene.fabric.links
    rack = scene.layout.rack
    between = int((rack[links.a] != rack[links.b]).sum())
    assert between > 0
    assert int(trunks.links.sum()) == between
    assert int((trunks.of_link >= 0).sum()) == between
    assert (trunks.a < trunks.b).all()


def test_lanes_plugs_and_stubs_carry_every_end_outside_a_box(scene: Scene) -> None:
    wires = scene.wiring
    outer = len(wires.outer_links)
    assert int(wires.stubs.links.sum()) == 2 * outer
    assert int(wires.lanes.cables.sum()) == len(wires.plugs.cable)
    for side in wires.stub_of_link:
        assert (side[wires.outer_links] >= 0).all()
    component = scene.fabric.links.a[wires.outer_links]
    assert (wires.stubs.component[wires.stub_of_link[0][wires.outer_links]] == component).all()


def test_inner_pairs_carry_every_link_within_a_box(scene: Scene) -> None:
    links, housing = scene.fabric.links, scene.layout.housing
    inside = int((housing[links.a] == housing[links.b]).sum())
    assert int(scene.wiring.inner.links.sum()) == inside


def test_links_of_a_cable_share_its_plug(scene: Scene) -> None:
    wires = scene.wiring
    plug = wires.stubs.plug[wires.stub_of_link[0][wires.outer_links]]
    cable = wires.cable_of_link[wires.outer_links]
    assert (wires.plugs.cable[plug] == cable).all()


def test_absent_components_take_their_links_out_of_the_drawing(two_racks_fabric: Fabric) -> None:
    before = build_scene(two_racks_fabric)
    address = Address(before.layout.address(int(two_racks_fabric.npus[0])))
    design = set_state(two_racks_fabric.design, address, Deviation("absent"))
    after = build_scene(compile_design(design, two_racks_fabric.catalog, two_racks_fabric), before)
    assert after.wiring is not before.wiring
    assert after.wiring.inner.links.sum() < before.wiring.inner.links.sum()


def test_arcs_begin_and_end_at_the_edges_of_their_racks(scene: Scene) -> None:
    start, end = scene.exits
    trunks = scene.wiring.trunks
    for points, rack in ((start, trunks.a), (end, trunks.b)):
        rects = scene.racks[rack]
        assert (points[:, 0] > rects[:, 0]).all()
        assert (points[:, 0] < rects[:, 0] + rects[:, 2]).all()
    assert scene.arcs[:, 0] == pytest.approx(start)
    assert scene.arcs[:, -1] == pytest.approx(end)


def test_stubs_run_from_the_component_to_the_panel_without_gaps(scene: Scene) -> None:
    stubs = np.arange(len(scene.wiring.stubs.component))
    lines = routes.stub_lines(scene, stubs)
    assert lines[:, :-1, 2:] == pytest.approx(lines[:, 1:, :2])
    boxes = scene.housing_rects(scene.layout.housing[scene.wiring.stubs.component])
    assert lines[:, -1, 2] == pytest.approx(boxes[:, 0] + boxes[:, 2])


def test_trays_carry_as_much_as_the_trunks(scene: Scene) -> None:
    trunks = scene.wiring.trunks
    found = trays(scene, np.arange(len(trunks.a)))
    ticks = found.cables[: len(np.unique(np.concatenate((trunks.a, trunks.b))))]
    assert int(ticks.sum()) == 2 * int(trunks.cables.sum())


def test_racks_with_the_same_back_are_one_row() -> None:
    racks = np.array([[0, 1, 1, 1], [2, 1.05, 1, 1], [0, 4, 1, 1], [3, 4, 1, 1]], dtype=float)
    assert rows_of(racks).tolist() == [0, 0, 1, 1]
