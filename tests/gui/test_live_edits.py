"""Edits that come faster than their figures: nothing queues, and nothing waits for the last one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.fabric.fabric import Fabric
from studio.gui.workspace import Workspace
from studio.session.evaluation import Evaluation
from studio.session.evaluator import Evaluator
from tests.builders import small_catalog, two_racks
from tests.gui.conftest import PATIENCE_MS


class Held(Evaluator):
    """Evaluates once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.may_run = threading.Event()
        self.begun: list[float] = []

    def __call__(self, fabric: Fabric) -> Evaluation:
        self.begun.append(fabric.design.site.pue)
        self.may_run.wait()
        return super().__call__(fabric)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def workspace(held: Held) -> Iterator[Workspace]:
    catalog: Catalog = small_catalog()
    made = Workspace(catalog, held)
    yield made
    held.may_run.set()
    made.close()


def test_steps_of_a_drag_show_figures_and_do_not_queue(
    qtbot: QtBot, workspace: Workspace, held: Held
) -> None:
    shown: list[float] = []
    workspace.evaluated.connect(lambda found: shown.append(found.fabric.design.site.pue))
    workspace.new(set_field(two_racks(), ("site", "pue"), 1.1))
    qtbot.waitUntil(lambda: held.begun == [1.1], timeout=PATIENCE_MS)
    for pue in (1.2, 1.3, 1.4):
        workspace.apply("PUE", lambda d, to=pue: set_field(d, ("site", "pue"), to), "pue")
        qtbot.wait(1)
    held.may_run.set()
    qtbot.waitUntil(lambda: not workspace.is_stale and bool(shown), timeout=PATIENCE_MS)
    assert held.begun == [1.1, 1.4]
    assert shown == [1.1, 1.4]


def test_figures_of_a_document_given_up_are_not_shown(
    qtbot: QtBot, workspace: Workspace, held: Held
) -> None:
    shown: list[str] = []
    workspace.evaluated.connect(lambda found: shown.append(found.fabric.design.id))
    workspace.new(two_racks())
    qtbot.waitUntil(lambda: len(held.begun) == 1, timeout=PATIENCE_MS)
    workspace.new(two_racks(id="other"))
    held.may_run.set()
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE_MS)
    assert shown == ["other"]
