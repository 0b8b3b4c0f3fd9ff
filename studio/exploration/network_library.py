"""Profiles of communication libraries, read once."""

from __future__ import annotations

from functools import cache

from studio import paths
from studio.errors import FileProblem
from studio.simulation.network.profile_table import ProfileTable, decode_profiles


@cache
def network_profiles() -> ProfileTable:
    """Return the profiles of communication libraries.

    Raises
    ------
    FileProblem : the file is missing or wrong.
    """
    path = paths.workloads_dir() / "profiles" / "network.json"
    try:
        return decode_profiles(path.read_bytes())
    except OSError as error:
        raise FileProblem("{path}: {reason}", path=path.name, reason=error.strerror) from error
