"""Import of a config.json into the user's own library, by session, command and window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import paths
from studio.cli.__main__ import main
from studio.errors import FileProblem
from studio.session.own_models import import_model
from studio.workload.library import load_model, models, own_models

LLAMA = {
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "library" / "models"
    monkeypatch.setattr(paths, "user_models_dir", lambda: folder)
    models.cache_clear()
    yield folder
    models.cache_clear()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "Mine 8B" / "config.json"
    path.parent.mkdir()
    path.write_text(json.dumps(LLAMA), encoding="utf-8")
    return path


def test_an_imported_model_is_found_by_the_name_of_its_folder(config: Path) -> None:
    model = import_model(config)
    assert model.name == "Mine 8B"
    models.cache_clear()
    assert load_model("mine 8b") == model


def test_a_name_is_taken_once(config: Path) -> None:
    import_model(config)
    with pytest.raises(FileProblem, match="imported a model of that name"):
        import_model(config)
    assert import_model(config, replace=True).name == "Mine 8B"
    with pytest.raises(FileProblem, match="give yours another"):
        import_model(config, "DeepSeek-V3")


@pytest.mark.parametrize("name", ["../../out", "a/b", "..", "con:x", "超节点 模型"])
def test_no_name_leads_out_of_the_folder(name: str, config: Path, own_folder: Path) -> None:
    import_model(config, name)
    assert [path.parent for path in own_folder.iterdir()] == [own_folder]
    assert len(own_models()[0]) == 1


@pytest.mark.parametrize("content", ["", "[]", '{"hidden_size": -1}', "{" * 5000])
def test_what_is_no_model_is_refused_and_nothing_written(
    content: str, config: Path, own_folder: Path
) -> None:
    config.write_text(content, encoding="utf-8")
    with pytest.raises(FileProblem, match="config.json: "):
        import_model(config)
    assert main(["models", "--import", str(config)]) == 3
    assert not own_folder.exists()


def test_a_wrong_file_in_the_folder_is_told_and_left_out(
    config: Path, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_model(config)
    (own_folder / "broken.json").write_text("{", encoding="utf-8")
    models.cache_clear()
    assert main(["models"]) == 0
    printed = capsys.readouterr()
    assert "Mine 8B" in printed.out
    assert "left out: broken.json" in printed.err


def test_the_command_imports_and_scenarios_can_name_the_model(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "--import", str(config), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    # Llama 3 8B: 8.03 billion parameters by its model card.
    assert told["parameters"] == pytest.approx(8.03e9, rel=0.001)
    assert main(["simulate", "dgx-h100-su32", "--set", "model=Mine 8B"]) == 0
    assert "Mine 8B" in capsys.readouterr().out
    assert main(["models", "--import", "/dev/zero"]) == 3
