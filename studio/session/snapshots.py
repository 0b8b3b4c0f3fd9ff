"""The last snapshots of a document compiled, so that undo and redo need not build them again."""

from __future__ import annotations

from studio.catalog.catalog import Catalog
from studio.design.model import Design
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric

MOST_KEPT = 8
"""Snapshots of one document share most of what they hold, so that a few more cost little."""


class Snapshots:
    """`compile_design` with a short memory; the fabrics are the same as without."""

    def __init__(self, first: Fabric) -> None:
        self._kept: tuple[Fabric, ...] = (first,)
        """The latest used first; there is always one."""

    def of(self, design: Design, catalog: Catalog) -> Fabric:
        """Return a design compiled, with what is unchanged since the latest taken over.

        Raises
        ------
        InvalidDesign : the design can't be built; what is known stays as it was.
        """
        found = next((one for one in self._kept if _is_of(one, design, catalog)), None)
        fabric = found or compile_design(design, catalog, self._kept[0])
        rest = (one for one in self._kept if one is not fabric)
        self._kept = (fabric, *rest)[:MOST_KEPT]
        return fabric


def _is_of(fabric: Fabric, design: Design, catalog: Catalog) -> bool:
    return fabric.design is design and fabric.catalog is catalog
