from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from studio.errors import FileProblem
from studio.fabric.fabric import Fabric
from studio.gui.canvas.export import export_png, export_svg, thumbnail
from studio.gui.canvas.levels import Level
from studio.gui.canvas.theme import DARK, LIGHT
from studio.gui.picture import draw
from studio.languages import Language

pytestmark = pytest.mark.usefixtures("qapp")


def test_svg_holds_the_labels_and_can_be_read(tmp_path: Path, two_racks_fabric: Fabric) -> None:
    path = tmp_path / "hall.svg"
    export_svg(two_racks_fabric, path, LIGHT, "en")
    assert ">R01<" in path.read_text(encoding="utf-8")
    assert QSvgRenderer(str(path)).isValid()


def test_a_deeper_level_gives_a_larger_svg(tmp_path: Path, two_racks_fabric: Fabric) -> None:
    sizes = []
    levels: tuple[Level, ...] = ("hall", "rack", "node")
    for level in levels:
        path = tmp_path / f"{level}.svg"
        export_svg(two_racks_fabric, path, level=level)
        sizes.append(QSvgRenderer(str(path)).defaultSize().width())
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_png_has_the_size_asked_for(
    tmp_path: Path, two_racks_fabric: Fabric, language: Language
) -> None:
    path = tmp_path / "hall.png"
    export_png(two_racks_fabric, path, 640, 400, DARK, language)
    assert QImage(str(path)).size() == QSize(640, 400)


def test_pictures_that_can_not_be_written_are_named(
    tmp_path: Path, two_racks_fabric: Fabric
) -> None:
    nowhere = tmp_path / "missing" / "hall"
    with pytest.raises(FileProblem, match="missing"):
        export_png(two_racks_fabric, nowhere.with_suffix(".png"), 100, 100)
    with pytest.raises(FileProblem, match="missing"):
        export_svg(two_racks_fabric, nowhere.with_suffix(".svg"))


def test_thumbnails_are_small_pictures(two_racks_fabric: Fabric) -> None:
    assert isinstance(QApplication.instance(), QApplication)
    image = thumbnail(two_racks_fabric, QSize(160, 100))
    assert image.size() == QSize(160, 100)
    assert len({image.pixel(x, y) for x in range(0, 160, 3) for y in range(0, 100, 3)}) > 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_picture_on_a_full_disk_is_said_and_leaves_the_old_one(
    ending: str, tmp_path: Path, two_racks_fabric: Fabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = (tmp_path / "hall").with_suffix(ending)
    path.write_bytes(b"old")
    full = Path("/dev/full").open("wb")  # noqa: SIM115 (closed by the writer)
    monkeypatch.setattr("studio.storage.atomic._created", lambda *_, **__: full)
    with pytest.raises(FileProblem, match="No space left"):
        draw(two_racks_fabric, path, size=(64, 40))
    assert path.read_bytes() == b"old"
