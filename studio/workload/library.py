"""Read the AI models and efficiency profiles that ship with the studio.

The only file of this package that touches files.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from studio import paths
from studio.decoding import decode
from studio.errors import BrokenRule, FileProblem, UnknownName
from studio.files import read_file
from studio.units import MEBI
from studio.workload.model import AiModel
from studio.workload.model_rules import check_model
from studio.workload.profile import ComputeProfile, decode_family

LARGEST_FILE_BYTES = 4 * MEBI


@cache
def models() -> Mapping[str, AiModel]:
    """Return every AI model by name: those that ship with the studio, then the user's own.

    Raises
    ------
    FileProblem : a file that ships can't be read or is not a model.
    """
    return MappingProxyType({**own_models()[0], **shipped_models()})


@cache
def shipped_models() -> Mapping[str, AiModel]:
    """Return every AI model of `models/workloads/models/` by name.

    Raises
    ------
    FileProblem : a file can't be read or is not a model.
    """
    found: dict[str, AiModel] = {}
    for path in sorted((paths.workloads_dir() / "models").glob("*.json")):
        model = _decode_model(path)
        found[model.name] = model
    return MappingProxyType(found)


def own_models() -> tuple[Mapping[str, AiModel], tuple[FileProblem, ...]]:
    """Return the models that the user imported, by name, and what is wrong with the other files."""
    found: dict[str, AiModel] = {}
    problems: list[FileProblem] = []
    for path in sorted(paths.user_models_dir().glob("*.json")):
        try:
            model = _decode_model(path)
        except FileProblem as problem:
            problems.append(problem)
        else:
            found[model.name] = model
    return MappingProxyType(found), tuple(problems)


def _decode_model(path: Path) -> AiModel:
    try:
        model = decode(read_file(path, LARGEST_FILE_BYTES), AiModel)
        check_model(model)
    except (FileProblem, BrokenRule) as problem:
        raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem
    return model


def load_model(name: str) -> AiModel:
    """Return the AI model called `name`, upper and lower case alike.

    Raises
    ------
    UnknownName : there is none; the message lists the nearest names.
    """
    known = models()
    if name in known:
        return known[name]
    folded = {key.lower(): key for key in known}
    if name.lower() in folded:
        return known[folded[name.lower()]]
    if unread := own_models()[1]:
        raise UnknownName(
            "{name!r} is no AI model of the library, and one of your own can't be used: {problem}",
            name=name,
            problem=unread[0],
        )
    near = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.4)
    hint = ", ".join(folded[key] for key in near) or ", ".join(sorted(known)[:5]) + " …"
    raise UnknownName(
        "{name!r} is no AI model of the library; nearest: {hint}",
        name=name,
        hint=hint,
    )


@cache
def profiles() -> Mapping[str, Mapping[str, ComputeProfile]]:
    """Return every compute-efficiency profile: family → software generation → profile.

    Raises
    ------
    FileProblem : a file can't be read or is not a profile.
    """
    found: dict[str, Mapping[str, ComputeProfile]] = {}
    for path in sorted((paths.workloads_dir() / "profiles").glob("compute-*.json")):
        try:
            family = decode_family(path.read_bytes())
        except (OSError, FileProblem) as problem:
            raise FileProblem("{path}: {reason}", path=path.name, reason=problem) from problem
        found[family[0]] = family[1]
    return MappingProxyType(found)


def load_profile(family: str, generation: str = "") -> ComputeProfile:
    """Return the profile of a hardware family and a dated software generation.

    Without a generation, the newest one of the family is meant.

    Raises
    ------
    UnknownName : the family or the generation is unknown.
    """
    known = profiles()
    if family not in known:
        raise UnknownName(
            "{family!r} has no efficiency profile; known: {known}",
            family=family,
            known=", ".join(known),
        )
    generations = known[family]
    if not generation:
        return max(generations.values(), key=lambda profile: profile.date)
    if generation not in generations:
        raise UnknownName(
            "{family!r} has no software generation {generation!r}; known: {generations}",
            family=family,
            generation=generation,
            generations=", ".join(generations),
        )
    return generations[generation]
