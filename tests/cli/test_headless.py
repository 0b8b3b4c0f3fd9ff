"""`open` where there is no display: figures in the terminal, pictures and a report in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.__main__ import EXIT_FILE
from studio.cli.headless import run
from studio.errors import FileProblem

PNG = b"\x89PNG"


def open_without_display(*arguments: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "studio.cli", "open", "--headless", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_prints_totals_and_says_where_picture_and_report_are(tmp_path: Path) -> None:
    done = open_without_display("cloudmatrix-384", "--out", str(tmp_path / "new" / "out"))
    assert done.returncode == 0, done.stderr
    assert "6,912" in done.stdout
    assert "Tokens/s per NPU" in done.stdout
    said = dict(line.split(":", 1) for line in done.stdout.splitlines()[-3:])
    files = {key: Path(value.strip()) for key, value in said.items()}
    assert set(files) == {"window", "picture", "report"}
    assert files["window"].read_bytes().startswith(PNG)
    assert files["picture"].read_bytes().startswith(PNG)
    assert "data:image/png" in files["report"].read_text(encoding="utf-8")


def test_a_design_without_a_scenario_is_reported_all_the_same(tmp_path: Path) -> None:
    design = tmp_path / "empty.supernode"
    command = [sys.executable, "-m", "studio.cli", "new", str(design)]
    subprocess.run(command, check=True, capture_output=True)
    done = open_without_display(str(design), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "not simulated" in done.stdout
    assert (tmp_path / "empty-report.html").exists()


def test_a_folder_that_can_not_be_made_is_a_file_problem(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(FileProblem, match="--out"):
        run([], tmp_path / "taken" / "out", None)
    done = open_without_display("cloudmatrix-384", "--out", str(tmp_path / "taken"))
    assert done.returncode == EXIT_FILE
    assert "choose another folder" in done.stderr
