"""Names of racks from afar and of ports close up, as labels before any is thinned out."""

from __future__ import annotations

import numpy as np
import pytest

from studio.catalog.catalog import Catalog
from studio.design.model import Design
from studio.design.resizing import resize_array
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.ports import far_end, inner_ends, port_labels
from studio.gui.canvas.painting.rows import row_labels
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.routes import inner_lines
from studio.gui.canvas.scene import build_scene
from studio.gui.canvas.theme import LIGHT
from studio.gui.canvas.viewport import Viewport
from studio.gui.i18n import Language

pytestmark = pytest.mark.usefixtures("qapp")
ENGLISH: Language = "en"


def _frame(fabric: Fabric, view: Viewport) -> Frame:
    planes = frozenset(str(plane) for plane in fabric.design.planes)
    return Frame(build_scene(fabric), view, LIGHT, ENGLISH, "hall", planes)


def test_racks_side_by_side_share_a_label_from_first_to_last(
    two_racks: Design, small_catalog: Catalog
) -> None:
    rack = next(iter(two_racks.racks))
    row = resize_array(two_racks, rack, 5, 1)
    frame = _frame(compile_design(row, small_catalog), Viewport(0, 0, 20.0, 800, 600))
    labels = [one.label for one in frame.scene.layout.racks]
    rects = np.array([(100.0 * n, 0.0, 100.0, 50.0) for n in range(5)])
    texts = [one.text for one in row_labels(frame, np.arange(5), rects) if one.rank == 10]
    assert texts == [f"{labels[0]} – {labels[4]}"]


def test_a_gap_divides_a_row(two_racks: Design, small_catalog: Catalog) -> None:
    rack = next(iter(two_racks.racks))
    row = resize_array(two_racks, rack, 4, 1)
    frame = _frame(compile_design(row, small_catalog), Viewport(0, 0, 20.0, 800, 600))
    labels = [one.label for one in frame.scene.layout.racks]
    rects = np.array([(100.0 * n + (50 if n > 1 else 0), 0.0, 100.0, 50.0) for n in range(4)])
    texts = [one.text for one in row_labels(frame, np.arange(4), rects) if one.rank == 10]
    assert texts == [f"{labels[0]} – {labels[1]}", f"{labels[2]} – {labels[3]}"]


@pytest.mark.parametrize(
    ("width", "shown"), [(100.0, "R01 – R05"), (11.5, "R01–05"), (6.0, "R01"), (2.0, None)]
)
def test_a_narrow_row_is_called_by_less(
    two_racks: Design, small_catalog: Catalog, width: float, shown: str | None
) -> None:
    row = resize_array(two_racks, next(iter(two_racks.racks)), 5, 1)
    frame = _frame(compile_design(row, small_catalog), Viewport(0, 0, 20.0, 800, 600))
    rects = np.array([(width * n, 0.0, width, 50.0) for n in range(5)])
    labels, fonts = row_labels(frame, np.arange(5), rects), Fonts()
    fitting = [text for text in map(fonts.fitting, labels) if text]
    assert (fitting[0] if fitting else None) == shown


def test_ports_are_named_as_the_port_map_has_them(two_racks_fabric: Fabric) -> None:
    scene = build_scene(two_racks_fabric)
    inner, ports = scene.wiring.inner, two_racks_fabric.port_map
    assert len(inner.a)
    x, y, wide, high = scene.chip_rects(inner.a[:1])[0].tolist()
    view = Viewport(x - wide, y - high, 400 / wide, 1600, 1200)
    frame = _frame(two_racks_fabric, view)
    pairs = np.arange(len(inner.a))
    lines = frame.screen_lines(inner_lines(frame.scene, pairs))
    labels = port_labels(frame, *inner_ends(frame, pairs, lines))
    links = np.flatnonzero(scene.wiring.pair_of_link == 0)
    side = int(two_racks_fabric.links.a[links[0]] != inner.a[0])
    wanted = ports.names(links.tolist(), side)
    assert wanted
    assert wanted in {one.text for one in labels}


def test_near_by_it_is_said_where_a_port_goes(two_racks_fabric: Fabric) -> None:
    scene = build_scene(two_racks_fabric)
    inner, fabric = scene.wiring.inner, two_racks_fabric
    x, y, wide, high = scene.chip_rects(inner.a[:1])[0].tolist()
    view = Viewport(x - wide / 8, y - high, 1000 / wide, 1600, 1200)
    frame = _frame(fabric, view)
    pairs = np.arange(len(inner.a))
    labels = port_labels(
        frame, *inner_ends(frame, pairs, frame.screen_lines(inner_lines(frame.scene, pairs)))
    )
    link = int(np.flatnonzero(scene.wiring.pair_of_link == 0)[0])
    side = int(fabric.links.a[link] != inner.a[0])
    far = fabric.port_map.end(link, 1 - side).removeprefix("R01/N1/")
    assert far != fabric.port_map.end(link, 1 - side)
    # Within the component it's said once; the same place in another box is called the same.
    left, top, width, height = view.rects(scene.chip_rects(inner.a[:1]))[0].tolist()
    told = [
        one
        for one in labels
        if left <= one.x <= left + width and top < one.y < top + height and one.text[0] == "→"
    ]
    assert [one.text for one in told] == [f"→ {far}"]


def test_a_cable_to_another_rack_goes_to_its_full_address(two_racks_fabric: Fabric) -> None:
    links, ports = two_racks_fabric.links, two_racks_fabric.port_map
    rack = two_racks_fabric.layout.rack
    link = int(np.flatnonzero(rack[links.a] != rack[links.b])[0])
    for side in (0, 1):
        assert far_end(two_racks_fabric, [link], side) == ports.end(link, 1 - side)


def test_small_chips_have_no_port_names(two_racks_fabric: Fabric) -> None:
    frame = _frame(two_racks_fabric, Viewport(0, 0, 60.0, 1600, 1200))
    pairs = np.arange(len(frame.scene.wiring.inner.a))
    lines = frame.screen_lines(inner_lines(frame.scene, pairs))
    assert port_labels(frame, *inner_ends(frame, pairs, lines)) == []
