"""Take an AI model from a Hugging Face `config.json` into the user's own library."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from studio import paths
from studio.errors import FileProblem, StudioError
from studio.files import read_file
from studio.storage.atomic import write_atomic
from studio.workload.config_fields import MAX_BYTES
from studio.workload.huggingface import model_from_config
from studio.workload.library import models, own_models, shipped_models
from studio.workload.model import AiModel

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def import_model(config: Path, name: str = "", *, replace: bool = False) -> AiModel:
    """Read a `config.json`, keep its model for every later session and return it.

    Parameters
    ----------
    name : what to call the model; otherwise it is called as the folder of a `config.json`, or as
        a file of another name.
    replace : write over an imported model of that name.

    Raises
    ------
    FileProblem : the file can't be read or describes no AI model, the name is taken, or the user's
        folder can't be written.
    """
    content = read_file(config, MAX_BYTES)
    try:
        model = model_from_config(content, name or _usual_name(config))
    except StudioError as error:
        raise FileProblem("{path}: {reason}", path=config.name, reason=error) from error
    if model.name in shipped_models():
        raise FileProblem(
            "{name}: the library has an AI model of that name; give yours another one",
            name=model.name,
        )
    if model.name in own_models()[0] and not replace:
        raise FileProblem("{name}: you have imported a model of that name", name=model.name)
    folder = paths.user_models_dir()
    target = folder / f"{_NOT_IN_NAMES.sub('-', model.name).strip('.-') or 'model'}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise FileProblem("{path}: {reason}", path=folder, reason=reason) from error
    write_atomic(target, msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    models.cache_clear()
    return model


def _usual_name(config: Path) -> str:
    """A `config.json` only tells the family; the folder it was downloaded to has the name."""
    path = config.absolute()
    return path.parent.name if path.name == "config.json" else path.stem
