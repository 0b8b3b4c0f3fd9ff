"""A compile that nobody wants any more ends where it is asked to, and leaves nothing behind."""

from __future__ import annotations

import pytest

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.design.model import Design
from studio.errors import GivenUp
from studio.fabric.compiling import compile_design


class _Patience:
    """Lasts for some calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> None:
        if not self.left:
            raise GivenUp
        self.left -= 1


def test_a_compile_asks_before_each_of_its_parts(two_racks: Design, small_catalog: Catalog) -> None:
    patience = _Patience(1000)
    whole = compile_design(two_racks, small_catalog, go_on=patience)
    asked = 1000 - patience.left
    assert asked >= 4 + len(whole.links.rules)
    for calls in range(asked):
        with pytest.raises(GivenUp):
            compile_design(two_racks, small_catalog, go_on=_Patience(calls))


def test_what_was_built_before_stays_as_it_was(two_racks: Design, small_catalog: Catalog) -> None:
    before = compile_design(two_racks, small_catalog)
    lengths = before.geometry.length_m.copy()
    rack = next(iter(two_racks.racks))
    moved = set_field(two_racks, ("racks", rack, "x_m"), 9.0)
    with pytest.raises(GivenUp):
        compile_design(moved, small_catalog, before, _Patience(2))
    assert before.design is two_racks
    assert before.geometry.length_m.tolist() == lengths.tolist()
