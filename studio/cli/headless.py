"""`supernode-studio open` without a display: figures in the terminal, pictures and a report."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from studio.cli import simulate_command, totals_command
from studio.cli.loading import Loaded, load
from studio.errors import FileProblem
from studio.exchange.report import ReportContent, report_html
from studio.session.evaluation import Evaluation, evaluate
from studio.storage.project_file import write_atomic

DRAWING_SIZE = (1920, 1080)


def run(paths: Sequence[Path], out: Path, app: Any, language: str = "en") -> int:
    """Do what the window does at its start, into the folder `out`; return the exit code.

    Parameters
    ----------
    language : of window, picture and report, `en` or `zh`.
    app : the module `studio.gui.app`, handed over because the command line never imports it.

    Raises
    ------
    FileProblem : a design can't be read, or a file can't be written.
    """
    # Qt warns at every window that the offscreen platform has no size hints.
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    _make_folder(out)
    for path in paths:
        loaded = load(str(path))
        evaluation = evaluate(loaded.fabric)
        _print(path, evaluation)
        _write(loaded, evaluation, out, app, language)
    return 0


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(f"{out}: {error.strerror}; choose another folder with --out") from error


def _print(path: Path, evaluation: Evaluation) -> None:
    _answer(totals_command, path)
    print()
    if evaluation.result is None:
        print(f"not simulated: {evaluation.problem}")
    else:
        _answer(simulate_command, path)


def _answer(command: ModuleType, path: Path) -> None:
    """Print what a sub-command prints for one design, with its own defaults."""
    parser = argparse.ArgumentParser()
    command.configure(parser)
    command.run(parser.parse_args([str(path)]))


def _write(loaded: Loaded, evaluation: Evaluation, out: Path, app: Any, language: str) -> None:
    drawing = out / f"{loaded.path.stem}.png"
    report = out / f"{loaded.path.stem}-report.html"
    window = app.run_headless(loaded.path, out, language=language)
    # After the window: its application is what text in a picture needs.
    pictures = importlib.import_module("studio.gui.picture")
    pictures.draw(loaded.fabric, drawing, size=DRAWING_SIZE, language=language)
    content = ReportContent(
        loaded.fabric,
        evaluation.totals,
        evaluation.result,
        evaluation.problem,
        evaluation.findings,
        drawing.read_bytes(),
    )
    write_atomic(report, report_html(content, "zh" if language == "zh" else "en").encode())
    print(f"\nwindow:  {window}\npicture: {drawing}\nreport:  {report}")
