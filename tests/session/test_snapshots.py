"""Undo and redo find their snapshot compiled; what comes of it is the same as without."""

from __future__ import annotations

from studio.design.edits import set_field
from studio.design.model import Design
from studio.session.document import Document
from studio.session.snapshots import MOST_KEPT, Snapshots
from tests.builders import small_catalog, two_racks


def test_undo_and_redo_bring_the_very_fabric_back() -> None:
    document = Document(two_racks(), small_catalog())
    first = document.fabric
    document.apply("Widen", lambda design: _widened(design, 30.0))
    second = document.fabric
    document.undo()
    assert document.fabric is first
    document.redo()
    assert document.fabric is second
    assert second.design.site.width_m == 30.0


def test_only_the_latest_are_kept() -> None:
    catalog, design = small_catalog(), two_racks()
    snapshots = Snapshots(Document(design, catalog).fabric)
    designs = [_widened(design, 30.0 + n) for n in range(MOST_KEPT + 1)]
    made = [snapshots.of(one, catalog) for one in designs]
    assert snapshots.of(designs[1], catalog) is made[1]
    assert snapshots.of(designs[0], catalog) is not made[0]


def test_another_catalogue_is_another_fabric() -> None:
    document = Document(two_racks(), small_catalog())
    before = document.fabric
    document.use_catalog(small_catalog())
    assert document.fabric is not before
    document.apply("Widen", lambda design: _widened(design, 30.0))
    document.undo()
    assert document.fabric is not before


def _widened(design: Design, width_m: float) -> Design:
    return set_field(design, ("site", "width_m"), width_m)
