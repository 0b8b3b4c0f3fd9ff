"""What every session reads once: the catalogue and where the reference designs are."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from studio import paths
from studio.catalog.catalog import Catalog, load_catalog
from studio.errors import FileProblem
from studio.storage.project_file import SUFFIX


@cache
def catalog() -> Catalog:
    """Return the catalogue that ships with the studio, with the user's own part files on top.

    Raises
    ------
    FileProblem : a part file is wrong; lists every problem.
    """
    own = paths.user_parts_dir()
    return load_catalog([paths.parts_dir(), *([own] if own.is_dir() else [])])


def reference_designs() -> dict[str, Path]:
    """Return the designs that ship with the studio by name."""
    return {path.stem: path for path in sorted(paths.designs_dir().glob(f"*{SUFFIX}"))}


def find_design(text: str) -> Path:
    """Return the file a user means: a path, or the name of a reference design.

    Raises
    ------
    FileProblem : there is neither; names the nearest reference designs.
    """
    path = Path(text)
    if path.exists():
        return path
    known = reference_designs()
    name = text.removesuffix(SUFFIX)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=2) or list(known)
    raise FileProblem(
        "{text}: no such file, and no reference design of that name; there is {near}",
        text=text,
        near=", ".join(near),
    )
