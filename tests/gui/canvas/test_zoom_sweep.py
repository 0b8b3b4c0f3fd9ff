"""From the hall to a port of a real design: labels keep apart, nothing out of sight is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.culling import SMALLEST_CHIP_PX, overlapping
from studio.gui.canvas.levels import Level, level_at
from studio.gui.canvas.painting import chips, text
from studio.gui.canvas.painting.buffers import draw_by_group
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import taken_by_hud
from studio.gui.canvas.painting.picture import paint_picture
from studio.gui.canvas.painting.text import Fonts, Label
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.theme import LIGHT
from studio.gui.canvas.viewport import Rect, Viewport
from studio.session.library import catalog, reference_design

_STEPS = np.geomspace(0.5, 4000.0, 40)
"""Magnifications against the whole hall, down to a few ports."""


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return compile_design(reference_design("cloudmatrix-384"), catalog())


@pytest.fixture(scope="module")
def supernode(fabric: Fabric) -> Scene:
    return build_scene(fabric)


def _frames(scene: Scene) -> list[Frame]:
    """Return views magnified step by step about a chip of a node."""
    whole = Viewport(0.0, 0.0, 1.0, 900, 600).fitted(scene.contents, 0.05)
    x, y, width, height = scene.chip_rects(scene.fabric.npus[100:101])[0].tolist()
    frames, level = [], "hall"
    for factor in _STEPS.tolist():
        scale = whole.scale * factor
        middle = (x + width / 2 - 450 / scale, y + height / 2 - 300 / scale)
        level = level_at(scene.rack_width_m * scale, _as_level(level))
        planes = frozenset(scene.fabric.design.planes)
        view = replace(whole, x=middle[0], y=middle[1], scale=scale)
        frames.append(Frame(scene, view, LIGHT, "en", _as_level(level), planes))
    return frames


def _as_level(name: str) -> Level:
    levels: tuple[Level, ...] = ("hall", "rack", "node", "chip")
    return next(level for level in levels if level == name)


def _overlaps(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def test_labels_keep_apart_at_every_magnification(
    qtbot: QtBot, supernode: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, Rect]] = []
    draw = text._draw

    def seen(
        painter: QPainter,
        fonts: Fonts,
        shown: Sequence[tuple[Label, str, Rect]],
        size: int,
        bold: bool,
    ) -> None:
        drawn.extend((name, rect) for _, name, rect in shown)
        draw(painter, fonts, shown, size, bold)

    monkeypatch.setattr(text, "_draw", seen)
    image, fonts, levels = QImage(900, 600, QImage.Format.Format_RGB32), Fonts(), set()
    for frame in _frames(supernode):
        drawn.clear()
        taken = taken_by_hud(frame, fonts)
        painter = QPainter(image)
        paint_picture(painter, frame, fonts, taken)
        painter.end()
        levels.add(frame.level)
        for number, (name, rect) in enumerate(drawn):
            others = [*drawn[:number], *(("", place) for place in taken)]
            hit = [other for other, place in others if _overlaps(rect, place)]
            assert not hit, (frame.viewport.scale, frame.level, name, hit)
    assert levels == {"hall", "rack", "node", "chip"}


def test_nothing_out_of_sight_or_too_small_is_drawn(supernode: Scene) -> None:
    counts = []
    for frame in _frames(supernode):
        shown, world = frame.visible, frame.viewport.world
        assert overlapping(supernode.racks[shown.racks], world).all()
        assert overlapping(supernode.housing_rects(shown.housings), world).all()
        chips = supernode.chip_rects(shown.chips)
        assert overlapping(chips, world).all()
        assert (chips[:, 2:].min(axis=1) * frame.viewport.scale >= SMALLEST_CHIP_PX).all()
        counts.append((len(shown.racks), len(shown.housings), len(shown.chips)))
    racks = len(supernode.racks)
    assert counts[0] == (racks, 0, 0), "far away, racks are all there is to see"
    assert max(boxes for _, boxes, _ in counts) > 50
    assert max(chips for _, _, chips in counts) > 100
    assert counts[-1] == (1, 1, 1), "close up, one chip in one box"


def test_chips_of_one_size_look_alike(
    qtbot: QtBot, supernode: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[set[str]] = []
    looks: dict[int, set[str]] = {}

    def seen(
        painter: QPainter,
        rects: FloatArray,
        group: IntArray,
        colors: list[QColor],
        line: QColor | None,
    ) -> None:
        for number in np.unique(group).tolist():
            looks.setdefault(number, set()).add("outlined" if line is not None else "plain")
        draw_by_group(painter, rects, group, colors, line)

    monkeypatch.setattr(chips, "draw_by_group", seen)
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    kinds = sorted({part.kind for part in supernode.layout.parts})
    plain = _frames(supernode)[0]
    npu = supernode.chip_rects(supernode.fabric.npus[:1])[0]
    for pixels in np.linspace(5.5, 8.5, 25).tolist():
        view = replace(plain.viewport, scale=pixels / float(npu[2:].min()))
        frame = replace(plain, viewport=view)
        looks.clear()
        painter = QPainter(image)
        chips.paint_chips(painter, replace(frame, sharp=False), supernode.fabric.npus)
        painter.end()
        lines.append(set(looks.get(kinds.index("npu"), ())))
    assert {"plain"} in lines
    assert {"outlined"} in lines
    assert {"plain", "outlined"} not in lines
