"""`supernode-studio models`: the AI models there are, and import of a `config.json`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from studio import paths
from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_json
from studio.cli.output import print_json, print_table
from studio.messages import say
from studio.session.own_models import import_model
from studio.workload.library import models, own_models
from studio.workload.model import AiModel
from studio.workload.parameters import model_parameters


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--import",
        dest="config",
        type=Path,
        metavar="CONFIG",
        help="take the model of a Hugging Face config.json into your own library",
    )
    parser.add_argument("--name", default="", help="what to call the model that is imported")
    parser.add_argument("--force", action="store_true", help="replace one imported before")
    add_json(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Import a model or list all of them."""
    said = said_in(arguments)
    if arguments.config is not None:
        shown = [import_model(arguments.config, arguments.name, replace=arguments.force)]
    else:
        shown = list(models().values())
        for problem in own_models()[1]:
            print(said(say("left out: {problem}", problem=problem)), file=sys.stderr)
    if arguments.json:
        print_json([_tree(model) for model in shown])
        return 0
    _print(shown, said)
    return 0


def _tree(model: AiModel) -> dict[str, object]:
    counted = model_parameters(model)
    return {
        "name": model.name,
        "layers": model.layers,
        "hidden": model.hidden,
        "parameters": counted.total,
        "active_parameters": counted.active,
        "grade": model.grade,
        "source": model.source,
    }


def _print(shown: list[AiModel], said: Said) -> None:
    head = [say("AI model"), say("Layers"), say("Parameters"), say("Active per token")]
    rows: list[Sequence[str]] = [head]
    for model in shown:
        counted = model_parameters(model)
        sizes = (f"{count / 1e9:,.4g} B" for count in (counted.total, counted.active))
        rows.append([model.name, str(model.layers), *sizes])
    print_table(rows, said=said)
    print("\n" + said(say("Your own models: {folder}", folder=str(paths.user_models_dir()))))
