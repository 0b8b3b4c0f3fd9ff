"""Structure of drawn designs of every topology, against figures worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from studio.design import schemes
from studio.design.model import Design, LinkRule, Plane
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.ids import PlaneId, RackId, RuleId
from studio.session.structure import PlaneStructure, cut_between, plane_structures
from tests.builders import (
    assembly,
    changed,
    clos_2x4,
    fabric_of,
    group,
    link,
    one_group,
    place,
    rack,
    small_catalog,
    two_racks,
    with_part,
)

GB = 1e9
UP = {"a_port": "up", "b_port": "up"}
RATE = 100 * GB
"""Of one port of the chip and of the switch."""


def direct(design: Design) -> Fabric:
    """Return the fabric of chips that pass on what is meant for others."""
    chip = next(part for part in small_catalog().parts.values() if part.id == "chip")
    return fabric_of(design, with_part(small_catalog(), changed(chip, tags={"forwards": "yes"})))


def grid(count: int, scheme: schemes.Scheme) -> PlaneStructure:
    rule = link("R*/N*/a", "R*/N*/a", scheme, **UP)
    (plane,) = plane_structures(direct(one_group(count, rule)))
    return plane


def nodes_of(count: int, contents: dict[str, Any], rules: dict[str, LinkRule]) -> Design:
    return Design(
        id="nodes",
        name="Nodes",
        assemblies={"node": assembly(contents=contents)},  # type: ignore[dict-item]
        racks={RackId("r"): rack(contents={"N": place("node", 1, count)})},
        planes={PlaneId("up"): Plane(name="Up", role="scale_up")},
        links={RuleId(name): rule for name, rule in rules.items()},
    )


@pytest.mark.parametrize("dims", [(5,), (3, 4), (2, 3, 4), (2, 2, 3, 2)])
def test_a_full_mesh_in_one_to_four_dimensions(dims: tuple[int, ...]) -> None:
    """A hop corrects one coordinate: distance is the number of coordinates that differ."""
    count = math.prod(dims)
    plane = grid(count, schemes.FullMesh(dims=dims))
    assert plane.drawn.graph.cable_count == sum(count * (side - 1) // 2 for side in dims)
    assert plane.hops.diameter == len(dims)
    mean = sum(1 - 1 / side for side in dims) * count / (count - 1)
    assert plane.hops.mean_hops == pytest.approx(mean)
    assert plane.hops.fewest_paths == 1


def test_bisection_of_a_full_mesh_is_a_quarter_of_the_square() -> None:
    """Six in two halves of three: nine links lead across, whichever halves."""
    plane = grid(6, schemes.FullMesh())
    assert plane.bisection.upper_byte_per_s == pytest.approx(9 * RATE)
    assert plane.bisection.kind == "exact"


@pytest.mark.parametrize(
    ("dims", "diameter", "total", "across"),
    [((4, 4), 4, 32, 8), ((4, 4, 2), 5, 80, 16)],
)
def test_a_torus_with_wrap(dims: tuple[int, ...], diameter: int, total: int, across: int) -> None:
    """Distances in a ring of four add up to 4 from any place, in a ring of two to 1."""
    count = math.prod(dims)
    plane = grid(count, schemes.Torus(dims=dims))
    assert plane.hops.diameter == diameter
    assert plane.hops.mean_hops == pytest.approx(total / (count - 1))
    # A plane through the torus cuts every ring of one axis twice.
    assert plane.bisection.upper_byte_per_s == pytest.approx(across * RATE)
    assert plane.bisection.kind == "exact"


def test_a_dragonfly_needs_a_local_a_global_and_a_local_hop() -> None:
    """Four groups of three: three local links in each, six global ones between pairs."""
    mesh = link("R*/N*/a", "R*/N*/a", schemes.FullMesh(), within="placement", **UP)
    far = link("R*/N*/a", "R*/N*/a", schemes.Dragonfly(group_size=3), **UP)
    (plane,) = plane_structures(
        direct(nodes_of(4, {"a": group("chip", 3)}, {"local": mesh, "global": far}))
    )
    assert plane.drawn.graph.cable_count == 4 * 3 + 6
    assert plane.hops.diameter == 3
    assert plane.hops.lost_pairs == 0
    # Two groups against two: four of the six global links.
    cut = cut_between(
        direct(nodes_of(4, {"a": group("chip", 3)}, {"local": mesh, "global": far})),
        "*/N1/a",
        "*/N2/a",
    )
    # One link straight across, two by way of the other groups.
    assert cut.link_disjoint_paths == 3


def test_a_mixture_of_mesh_and_switch() -> None:
    """Two nodes of four in a mesh, and one switch on every chip: one hop inside, two between."""
    contents = {"a": group("chip", 4)}
    design = nodes_of(
        2,
        contents,
        {
            "mesh": link("R*/N*/a", "R*/N*/a", schemes.FullMesh(), within="placement", **UP),
            "up": link("R*/N*/a", "R*/B*/spine", a_port="up"),
        },
    )
    design = changed(
        design,
        assemblies={
            **design.assemblies,
            "box": assembly("switch_box", 1, contents={"spine": group("switch")}),
        },
        racks={
            RackId("r"): rack(contents={"N": place("node", 1, 2), "B": place("box", 30)}),
        },
    )
    (plane,) = plane_structures(direct(design))
    assert plane.hops.diameter == 2
    assert plane.hops.pairs_by_hops == (0, 2 * 12, 2 * 16)
    assert plane.bisection.upper_byte_per_s == pytest.approx(4 * RATE)
    cut = cut_between(direct(design), "R01/N1", "R01/N2")
    assert cut.bandwidth_byte_per_s == pytest.approx(4 * RATE)
    assert cut.parts == ("R01/B1/spine[0]",)


def test_oversubscription_of_a_clos_is_down_over_up() -> None:
    """Four chips below a leaf, and two or one links above it."""
    for uplinks, ratio in ((2, 2.0), (1, 4.0)):
        (plane,) = plane_structures(fabric_of(clos_2x4(uplinks)))
        assert plane.tiers[0].oversubscription == pytest.approx(ratio)
        assert plane.tiers[-1].oversubscription == 0


def test_cuts_between_selections_of_a_clos(two_racks_fabric: Fabric) -> None:
    """A leaf has four chips below it and two links to each of two spines."""
    leaf = cut_between(two_racks_fabric, "R01/N1/chip", "R02/N1/chip")
    assert leaf.bandwidth_byte_per_s == pytest.approx(4 * RATE)
    assert leaf.link_disjoint_paths == 4
    assert len(leaf.links) == 4
    assert len(leaf.parts) == 1
    assert leaf.parts[0].endswith("leaf[0]")
    one = cut_between(two_racks_fabric, "R01/N1/chip[0]", "R01/N1/leaf[0]")
    assert not one.is_separable
    assert one.parts == ()
    racks = cut_between(two_racks_fabric, "R01/N1", "R02/N1")
    assert set(racks.parts) == {"R01/B1/spine[0]", "R02/B1/spine[0]"}


def test_impossible_cuts_name_what_is_wrong(two_racks_fabric: Fabric) -> None:
    with pytest.raises(InvalidInput, match="R01/N1/chip.0. is on both sides"):
        cut_between(two_racks_fabric, "R01/N1/chip", "R01/N1")
    with pytest.raises(InvalidInput, match="nothing at R01/S1 is on plane up"):
        cut_between(two_racks_fabric, "R01/S1", "R02")
    with pytest.raises(InvalidInput, match="R99"):
        cut_between(two_racks_fabric, "R99", "R02")


def test_a_single_leaf_is_a_single_point_of_failure() -> None:
    (plane,) = plane_structures(fabric_of(two_racks()), with_losses=True)
    leaf = next(loss for loss in plane.losses if plane.name(loss).endswith("leaf[0]"))
    spine = next(loss for loss in plane.losses if plane.name(loss).endswith("spine[0]"))
    assert leaf.is_single_point_of_failure
    assert leaf.cut_off == 4
    assert not spine.is_single_point_of_failure
