"""An AI model is imported in the window, and its scenario row offers it at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import paths
from studio.gui.commands.documents import take_model
from studio.gui.main_window import MainWindow
from studio.gui.views.scenario_row import scenario_view
from studio.workload.library import models
from tests.session.test_own_models import LLAMA


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(paths, "user_models_dir", lambda: tmp_path / "models")
    models.cache_clear()
    yield
    models.cache_clear()


def test_an_imported_model_is_offered_at_once(window: MainWindow, tmp_path: Path) -> None:
    config = tmp_path / "Mine-8B.json"
    config.write_text(json.dumps(LLAMA), encoding="utf-8")
    take_model(window, config)
    assert "Mine-8B" in window.notices.text
    document = window.workspace.document
    assert document is not None
    fields = {field.label: field for field in scenario_view(document.design, "en").fields}
    assert "Mine-8B" in dict(fields["Model"].choices)


def test_a_file_that_is_no_model_is_told(window: MainWindow, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text("[]", encoding="utf-8")
    take_model(window, config)
    assert "config.json" in window.notices.text
