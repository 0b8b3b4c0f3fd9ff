"""Meaning, unit and source of the constants in the efficiency profiles, read when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from studio import paths
from studio.errors import FileProblem
from studio.workload.profile_file import ConstantNote, decode_notes


@dataclass(frozen=True)
class ProfileKey:
    """Which profile a constant is of."""

    kind: str
    """Start of the file's name: `compute`, `inference` or `power`."""
    family: str
    generation: str = ""


@cache
def notes_of(key: ProfileKey) -> Mapping[str, ConstantNote]:
    """Return what a profile's file says of each constant.

    Raises
    ------
    FileProblem : the file can't be read.
    """
    path = paths.workloads_dir() / "profiles" / f"{key.kind}-{key.family}.json"
    try:
        return decode_notes(path.read_bytes(), key.generation)
    except OSError as error:
        raise FileProblem("{path}: {reason}", path=path.name, reason=error.strerror) from error
