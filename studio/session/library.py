"""What every session reads once: the catalogue and where the reference designs are."""

from __future__ import annotations

import difflib
from contextlib import suppress
from functools import cache
from pathlib import Path

from studio import paths
from studio.catalog.catalog import Catalog, load_catalog
from studio.design.borrow import borrow_assembly
from studio.design.model import Design
from studio.errors import FileProblem, UnknownName
from studio.ids import AssemblyId, PartId
from studio.storage.project_file import SUFFIX, read_design

LONGEST_SHOWN = 200

PLAIN_RACK = PartId("rack-42u")


@cache
def catalog() -> Catalog:
    """Return the catalogue that ships with the studio, with the user's own part files on top.

    Raises
    ------
    FileProblem : a part file is wrong; lists every problem.
    """
    own = paths.user_parts_dir()
    return load_catalog([paths.parts_dir(), *([own] if own.is_dir() else [])])


def catalog_at_least() -> tuple[Catalog, FileProblem | None]:
    """Return the catalogue, without the user's own parts where they are wrong, and what is."""
    try:
        return catalog(), None
    except FileProblem as problem:
        return load_catalog([paths.parts_dir()]), problem


def reference_designs() -> dict[str, Path]:
    """Return the designs that ship with the studio by name."""
    return {path.stem: path for path in sorted(paths.designs_dir().glob(f"*{SUFFIX}"))}


@cache
def reference_design(name: str) -> Design:
    """Return a design that ships with the studio.

    Raises
    ------
    UnknownName : there is none of that name.
    """
    known = reference_designs()
    if name not in known:
        raise UnknownName(
            "there is no reference design {name}; there is {known}",
            name=name,
            known=", ".join(known),
        )
    return read_design(known[name]).design


def lend(design: Design, item: str) -> tuple[Design, AssemblyId]:
    """Return the design with an assembly in it, and its name there.

    Parameters
    ----------
    item : an assembly of the design, or one of a reference design as `cloudmatrix-384:node`.

    Raises
    ------
    UnknownName : there is no such assembly.
    """
    source, colon, assembly = item.partition(":")
    if not colon:
        return design, AssemblyId(item)
    return borrow_assembly(design, reference_design(source), AssemblyId(assembly))


def usual_rack(design: Design, item: str) -> PartId:
    """Return the rack part an assembly stands in, in its own design; a plain one where in none."""
    source, colon, assembly = item.rpartition(":")
    racks = (reference_design(source) if colon else design).racks.values()
    return next(
        (
            rack.part
            for rack in racks
            if any(p.assembly == assembly for p in rack.contents.values())
        ),
        PLAIN_RACK,
    )


def find_design(text: str) -> Path:
    """Return the file a user means: a path, or the name of a reference design.

    Raises
    ------
    FileProblem : there is neither; names the nearest reference designs.
    """
    path = Path(text)
    # A name that no file system takes, too long or with a zero byte, is one that is not there.
    with suppress(OSError, ValueError):
        try:
            if path.exists() or path.is_symlink():
                return path
        except PermissionError:
            # It may be there: reading it says what refuses.
            return path
    known = reference_designs()
    name = text.removesuffix(SUFFIX)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=2) or list(known)
    raise FileProblem(
        "{text}: no such file, and no reference design of that name; there is {near}",
        text=text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…",
        near=", ".join(near),
    )
