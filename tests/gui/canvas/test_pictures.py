from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from studio import paths
from studio.catalog.catalog import Catalog
from studio.design.edits import set_state
from studio.design.model import Deviation
from studio.fabric.compiling import compile_design
from studio.gui.canvas.levels import level_at
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import paint_hud
from studio.gui.canvas.painting.marks import paint_states
from studio.gui.canvas.painting.picture import paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.theme import DARK, LIGHT
from studio.gui.canvas.viewport import Viewport
from studio.ids import Address
from studio.storage.project_file import read_design
from tests import builders

pytestmark = pytest.mark.usefixtures("qapp")

SHIPPED = sorted(path.stem for path in paths.designs_dir().glob("*.supernode"))


def paint(frame: Frame) -> QImage:
    image = QImage(frame.viewport.width, frame.viewport.height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setClipRect(image.rect())
    paint_picture(painter, frame, Fonts())
    paint_states(painter, frame)
    paint_hud(painter, frame, Fonts(), [])
    painter.end()
    return image


def frame_at(scene: Scene, x: float, y: float, scale: float) -> Frame:
    view = Viewport(x - 300 / scale, y - 200 / scale, scale, 600, 400)
    level = level_at(scene.rack_width_m * scale)
    return Frame(scene, view, LIGHT, "en", level, frozenset(scene.fabric.design.planes))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_design_paints_at_every_magnification(
    name: str, shipped_catalog: Catalog
) -> None:
    design = read_design(paths.designs_dir() / f"{name}.supernode").design
    scene = build_scene(compile_design(design, shipped_catalog))
    chip = scene.chip_rects(scene.fabric.npus[-1:])[0]
    for scale in np.geomspace(2.0, 4e6, 14):
        corner = frame_at(scene, float(chip[0]), float(chip[1]), float(scale))
        assert not paint(corner).isNull()


def test_overlay_without_values_and_hidden_planes_paint(scene: Scene) -> None:
    unknown = np.full(scene.layout.component_count, np.nan)
    links = np.full(scene.fabric.links.count, np.nan)
    for scale in (40.0, 300.0, 2000.0):
        plain = frame_at(scene, 1.0, 1.0, scale)
        empty = Frame(
            scene,
            plain.viewport,
            DARK,
            "zh",
            plain.level,
            frozenset(),
            Overlay("Nothing", unknown, links),
        )
        assert paint(empty) != paint(plain)


def test_a_picture_is_the_same_each_time(scene: Scene) -> None:
    frame = frame_at(scene, 1.0, 1.0, 200.0)
    assert paint(frame) == paint(frame)


def test_an_absent_rack_leaves_its_outline_and_nothing_in_it() -> None:
    design = set_state(builders.two_racks(), Address("R01"), Deviation("absent"))
    scene = build_scene(builders.fabric_of(design))
    planes = frozenset(design.planes)
    view = Viewport(0.0, 0.0, 300.0, 1000, 800)
    frame = Frame(scene, view, LIGHT, "en", "rack", planes)
    there = frame.housing_there[: int(scene.rack_start[2])]
    first = int(scene.rack_start[1])
    assert not there[:first].any()
    assert there[first:].all()
