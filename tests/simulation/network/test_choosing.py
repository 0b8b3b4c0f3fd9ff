"""What is chosen beats what could be forced, and grows with what is asked."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.network.traffic import Algorithm, Collective
from tests.fabric.flow import topologies
from tests.simulation.network.rails import collective, nodes_on_rails

GRAPHS = {
    "star": lambda: (topologies.star(7, latency=3e-7), 7),
    "clos": lambda: (topologies.two_tier(3, 4, 2, 2, up=14e9, latency=2e-7), 4),
    "torus": lambda: (topologies.torus(3, 4), 1),
    "rails": lambda: (nodes_on_rails(3, 4, spine=True), 4),
}
FAMILIES = ("nvidia-hopper", "ascend-910c", "any")


def run(op, graph, profile, payload, npus, algorithm=None, ranks=None):
    return collective(op, payload, graph, profile, npus, ranks, algorithm)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(GRAPHS)),
    family=st.sampled_from(FAMILIES),
    op=st.sampled_from(sorted(Collective)),
    payload=st.sampled_from([1.0, 4096.0, 3e5, 2.0**30]),
    dropped=st.integers(0, 3),
    lost=st.integers(-1, 60),
)
def test_the_choice_beats_every_algorithm_of_the_library(
    profiles, name, family, op, payload, dropped, lost
):
    graph, npus = GRAPHS[name]()
    profile = profiles.for_family(family)
    ranks = graph.endpoints()[dropped:]
    if name != "rails" and lost >= 0:
        graph = graph.with_failed(np.array([lost % graph.cable_count]))
        if name == "star":
            ranks = ranks[ranks != lost % graph.cable_count]
    chosen = run(op, graph, profile, payload, npus, ranks=ranks)
    assert chosen.is_in_library
    times = {}
    for algorithm in Algorithm:
        try:
            forced = run(op, graph, profile, payload, npus, algorithm, ranks)
        except InvalidInput:
            continue
        times[forced.algorithm] = forced.time_s
        if forced.is_in_library:
            assert chosen.time_s <= forced.time_s * (1 + 1e-12)
    best = min(times.values())
    reached = chosen.faster.time_s if chosen.faster else chosen.time_s
    assert reached == pytest.approx(best, rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(GRAPHS)),
    family=st.sampled_from(FAMILIES),
    op=st.sampled_from(sorted(Collective)),
    payload=st.floats(1.0, 1e9),
    factor=st.floats(1.0, 100.0),
)
def test_more_bytes_are_never_faster(profiles, name, family, op, payload, factor):
    graph, npus = GRAPHS[name]()
    profile = profiles.for_family(family)
    few = run(op, graph, profile, payload, npus)
    many = run(op, graph, profile, payload * factor, npus)
    assert 0 < few.time_s <= many.time_s * (1 + 1e-12)


@pytest.mark.parametrize("op", [Collective.ALL_REDUCE, Collective.REDUCE_SCATTER])
@pytest.mark.parametrize("left", [7, 6, 4])
def test_a_node_that_lost_npus_slows_the_rings_by_its_adapters(ideal, op, left):
    """Eight adapters a node carry rings; the node with fewer carries as many on what it has."""
    graph = nodes_on_rails(4, 8, spine=True)
    ranks = graph.endpoints()[8 - left :]
    whole = run(op, graph, ideal, 8e9, 8, Algorithm.RING)
    less = run(op, graph, ideal, 8e9, 8, Algorithm.RING, ranks)
    share = (len(ranks) - 1) / len(ranks) * 32 / 31
    assert less.terms.wire_s / whole.terms.wire_s == pytest.approx(share * 8 / left)


def test_a_node_that_lost_npus_still_joins_every_rail_with_its_trees(ideal):
    graph = nodes_on_rails(4, 8, spine=True)
    whole = run(Collective.ALL_REDUCE, graph, ideal, 8e9, 8, Algorithm.TREE)
    less = run(Collective.ALL_REDUCE, graph, ideal, 8e9, 8, Algorithm.TREE, graph.endpoints()[1:])
    assert whole.terms.wire_s <= less.terms.wire_s <= whole.terms.wire_s * 8 / 7


@pytest.mark.parametrize("op", [Collective.ALL_TO_ALL, Collective.ALL_REDUCE])
def test_uneven_nodes_still_get_all_that_is_theirs_by_domains(ideal, op):
    """In an exchange every rank keeps what 11 others sent it, whoever passed it on."""
    graph = nodes_on_rails(3, 4, spine=True)
    ranks = graph.endpoints()[1:]
    result = run(op, graph, ideal, 11e6, 4, Algorithm.HIERARCHICAL, ranks)
    load, wiring = result.arc_load_byte, graph.wiring
    out = np.bincount(wiring.source, weights=load, minlength=graph.vertex_count)
    into = np.bincount(wiring.target, weights=load, minlength=graph.vertex_count)
    assert np.all(out[ranks] > 0)
    np.testing.assert_allclose(out.sum(), into.sum())
    if op is Collective.ALL_TO_ALL:
        np.testing.assert_allclose((out - into)[ranks], 0.0, atol=1.0)


def test_an_algorithm_the_library_lacks_is_named(profiles):
    graph = topologies.star(32, latency=3e-7)
    profile = replace(profiles.for_family("nvidia-hopper"), in_network=None)
    found = run(Collective.REDUCE_SCATTER, graph, profile, 4096.0, 32)
    assert found.algorithm is Algorithm.RING
    assert found.faster is not None
    assert found.faster.algorithm is Algorithm.HALVING_DOUBLING
    assert not found.faster.is_in_library


def test_in_one_node_an_exchange_is_direct(profiles):
    graph = topologies.star(8, latency=3e-7)
    profile = profiles.for_family("nvidia-hopper")
    assert run(Collective.ALL_TO_ALL, graph, profile, 1e9, 8).algorithm is Algorithm.DIRECT
