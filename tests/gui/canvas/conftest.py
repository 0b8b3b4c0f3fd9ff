"""Two racks of two nodes each as a scene, and the widget that shows them."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.view import CanvasView


@pytest.fixture
def scene(two_racks_fabric: Fabric) -> Scene:
    return build_scene(two_racks_fabric)


class Editor:
    """Stands for the window: applies what the canvas asks for and shows the result."""

    def __init__(self, view: CanvasView, design: Design, catalog: Catalog) -> None:
        self.view = view
        self.fabric = compile_design(design, catalog)
        self.requests: list[EditRequest] = []
        view.edit_requested.connect(self.apply)
        view.set_fabric(self.fabric)
        view.zoom_by(0.25)

    @property
    def design(self) -> Design:
        return self.fabric.design

    def apply(self, request: EditRequest) -> None:
        self.requests.append(request)
        edited = request.edit(self.design)
        self.fabric = compile_design(edited, self.fabric.catalog, self.fabric)
        self.view.set_fabric(self.fabric)


@pytest.fixture
def view(qtbot: QtBot) -> CanvasView:
    canvas = CanvasView()
    canvas.resize(1000, 700)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


@pytest.fixture
def editor(view: CanvasView, two_racks: Design, small_catalog: Catalog) -> Editor:
    return Editor(view, two_racks, small_catalog)
