"""`supernode-studio open` without a display: totals and job in the terminal, picture and report."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.cli import simulate_command, totals_command
from studio.cli.loading import Loaded, load
from studio.errors import FileProblem, StudioError
from studio.exchange.report import ReportContent, report_html
from studio.session.evaluation import Evaluation, evaluate
from studio.storage.project_file import write_atomic

PICTURE_SIZE = (1920, 1080)


def run(paths: Sequence[Path], out: Path, app: Any) -> int:  # noqa: ARG001 - grows a window picture
    """Do what the window does at its start, into the folder `out`; return the exit code.

    Raises
    ------
    FileProblem : a design can't be read, or a file can't be written.
    """
    _make_folder(out)
    for path in paths:
        loaded = load(str(path))
        evaluation = evaluate(loaded.fabric)
        _print(path, evaluation)
        _write(loaded, evaluation, out)
    return 0


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(f"{out}: {error.strerror}; choose another folder with --out") from error


def _print(path: Path, evaluation: Evaluation) -> None:
    designs = [str(path)]
    totals_command.run(argparse.Namespace(designs=designs, json=False, explain=None, lang="en"))
    print()
    if evaluation.result is None:
        print(f"not simulated: {evaluation.problem}")
        return
    simulate_command.run(argparse.Namespace(designs=designs, json=False, scenario="", set=[]))


def _write(loaded: Loaded, evaluation: Evaluation, out: Path) -> None:
    stem = out / loaded.path.stem
    picture = stem.with_name(f"{stem.name}.png")
    report = stem.with_name(f"{stem.name}-report.html")
    _draw(loaded, picture)
    content = ReportContent(
        loaded.fabric,
        evaluation.totals,
        evaluation.result,
        evaluation.problem,
        evaluation.findings,
        picture.read_bytes(),
    )
    write_atomic(report, report_html(content).encode())
    print(f"\npicture: {picture}\nreport:  {report}")


def _draw(loaded: Loaded, picture: Path) -> None:
    try:
        pictures = importlib.import_module("studio.gui.picture")
    except ImportError as error:
        raise StudioError(f"pictures need Qt, which can't be loaded: {error}") from error
    pictures.draw(loaded.fabric, picture, size=PICTURE_SIZE, theme="light", language="en")
