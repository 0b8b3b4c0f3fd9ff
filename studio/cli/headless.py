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
from studio.cli.output import print_table
from studio.errors import FileProblem
from studio.exchange.report import report_html
from studio.languages import Language, translator
from studio.messages import say
from studio.session.evaluation import Evaluation, evaluate
from studio.session.report_content import report_content
from studio.storage.atomic import write_atomic

DRAWING_SIZE = (1920, 1080)


def run(paths: Sequence[Path], out: Path, app: Any, language: Language = "en") -> int:
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
        _print(path, evaluation, language)
        _write(loaded, evaluation, out, app, language)
    return 0


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(
            "{path}: {reason}; choose another folder with --out",
            path=str(out),
            reason=error.strerror or error,
        ) from error


def _print(path: Path, evaluation: Evaluation, language: Language) -> None:
    _answer(totals_command, path, language)
    print()
    if evaluation.result is None:
        problem = say("not simulated: {problem}", problem=evaluation.problem)
        print(translator(language)(problem))
    else:
        _answer(simulate_command, path, language)


def _answer(command: ModuleType, path: Path, language: Language) -> None:
    """Print what a sub-command prints for one design, with its own defaults."""
    parser = argparse.ArgumentParser()
    command.configure(parser)
    command.run(parser.parse_args(["--lang", language, "--", str(path)]))


def _write(loaded: Loaded, evaluation: Evaluation, out: Path, app: Any, language: Language) -> None:
    drawing = out / f"{loaded.path.stem}.png"
    report = out / f"{loaded.path.stem}-report.html"
    window = app.run_headless(loaded.path, out, language=language)
    # After the window: its application is what text in a picture needs.
    pictures = importlib.import_module("studio.gui.picture")
    pictures.draw(loaded.fabric, drawing, size=DRAWING_SIZE, language=language)
    content = report_content(evaluation, drawing.read_bytes())
    write_atomic(report, report_html(content, language).encode())
    said = translator(language)
    print()
    written = ((say("window"), window), (say("picture"), drawing), (say("report"), report))
    print_table([[f"{said(what)}:", str(file)] for what, file in written], right_from=2)
