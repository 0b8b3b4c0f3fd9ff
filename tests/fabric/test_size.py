"""The estimate of a design's size is its size where nothing is wrong with it."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.model import Design
from studio.fabric.size import component_estimate
from studio.session.library import reference_design, reference_designs
from tests.builders import assembly, clos_2x4, fabric_of, nested, two_racks


@pytest.mark.parametrize("design", [two_racks(), clos_2x4()])
def test_the_estimate_is_exact(design: Design) -> None:
    assert component_estimate(design) == fabric_of(design).layout.component_count


@pytest.mark.parametrize("name", sorted(reference_designs()))
def test_the_estimate_of_reference_designs_is_exact(name: str) -> None:
    from studio.fabric.compiling import compile_design
    from studio.session.library import catalog

    design = reference_design(name)
    built = compile_design(design, catalog())
    assert component_estimate(design) == built.layout.component_count


def test_an_assembly_inside_itself_is_no_endless_estimate() -> None:
    loop = assembly(contents={"again": nested("node", 2)})
    assert component_estimate(edits.put(two_racks(), "assemblies", "node", loop)) < 1e7
