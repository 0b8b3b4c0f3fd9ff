"""Read one typed table among the profiles that ship with the studio; knows no measurement."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from studio import paths
from studio.decoding import read_as
from studio.errors import FileProblem

_Table = TypeVar("_Table", bound=msgspec.Struct)


def read_table(name: str, kind: type[_Table]) -> _Table:
    """Return the content of a JSON file of `models/workloads/profiles/`.

    Raises
    ------
    FileProblem : the file can't be read or does not follow the schema; names it.
    """
    path = paths.workloads_dir() / "profiles" / name
    try:
        return read_as(path.read_bytes(), kind)
    except (OSError, msgspec.MsgspecError) as problem:
        raise FileProblem("{path}: {reason}", path=name, reason=problem) from problem
