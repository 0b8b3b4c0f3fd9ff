"""Automorphisms that were checked, against those a brute search finds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from studio.fabric.flow import exchange as exchange_module
from studio.fabric.flow import symmetry as symmetry_module
from studio.fabric.flow.demand import uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.hops import hop_metrics
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.orbits import proven_orbits
from studio.fabric.flow.refinement import refine
from studio.fabric.flow.symmetry import proven_symmetry, symmetry_of
from tests.fabric.flow import topologies
from tests.fabric.flow.test_solver import graphs, reachable_group


def colours(graph):
    return refine(graph, graph.is_endpoint.astype(int))


def classes(labels):
    return {tuple(np.flatnonzero(labels == one)) for one in np.unique(labels)}


@pytest.mark.parametrize(
    "graph",
    [
        topologies.two_tier(6, 4, 3, 4),
        topologies.two_tier(6, 4, 3, 4).with_failed(np.array([5])),
        topologies.two_tier(6, 4, 3, 4).with_failed(np.array([80])),
        topologies.three_tier(4, 3, 2, 2),
        topologies.three_tier(4, 3, 2, 2).with_failed(np.array([7])),
        topologies.torus(4, 4, 3),
        topologies.full_mesh(7),
        topologies.star(5),
    ],
)
def test_colours_of_drawn_fabrics_are_proven(graph):
    """Arrays of nodes, pods and planes, rings and meshes, whole or with one cable lost."""
    assert classes(proven_orbits(graph, colours(graph)).colour) == classes(colours(graph).colour)


def test_colours_that_are_too_coarse_are_not():
    """Two triangles and a hexagon: every vertex has two neighbours, and looks alike."""
    triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    hexagon = [(6 + k, 6 + (k + 1) % 6) for k in range(6)]
    graph = topologies.from_cables([(a, b, 1e9) for a, b in triangles + hexagon], 12, range(12))
    assert colours(graph).count == 1
    orbit = proven_orbits(graph, colours(graph)).colour
    assert not set(orbit[:6]) & set(orbit[6:])


def automorphisms(graph):
    """Return every permutation of a small graph that keeps endpoints, transit and cables."""
    wiring = graph.wiring
    works = graph.arc_is_alive()
    kind = graph.kind[wiring.cable]
    arcs = sorted(zip(wiring.source[works], wiring.target[works], kind[works], strict=True))
    for image in itertools.permutations(range(graph.vertex_count)):
        moved = np.array(image)
        if not np.array_equal(graph.is_endpoint[moved], graph.is_endpoint):
            continue
        if not np.array_equal(graph.is_transit[moved], graph.is_transit):
            continue
        if sorted((moved[a], moved[b], k) for a, b, k in arcs) == arcs:
            yield moved


@settings(deadline=None, max_examples=25)
@given(graphs)
def test_orbits_are_never_larger_than_those_of_all_automorphisms(graph):
    if graph.vertex_count > 7:
        graph = topologies.two_tier(2, 2, 1, 1)
    reached: list[set[int]] = [set() for _ in range(graph.vertex_count)]
    for image in automorphisms(graph):
        for vertex in range(graph.vertex_count):
            reached[vertex].add(int(image[vertex]))
    orbit = proven_orbits(graph, colours(graph)).colour
    for vertex, images in enumerate(reached):
        assert set(np.flatnonzero(orbit == orbit[vertex]).tolist()) <= images


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_loads_by_orbits_are_those_of_every_destination(graph):
    ranks = reachable_group(graph)
    if len(ranks) < 2:
        return
    exchange = uniform_exchange(ranks, 1e6)
    symmetry = proven_symmetry(graph, exchange)
    assert symmetry.is_proven
    alike = exchange_loads(graph, exchange, symmetry=symmetry)
    every = exchange_loads(graph, exchange, is_proven=True)
    assert alike.exactness is Exactness.EXACT
    np.testing.assert_allclose(alike.arc_load(), every.arc_load(), rtol=1e-9, atol=1e-6)


def test_what_looks_alike_on_an_unlabelled_torus_is_told_apart():
    """Sides of 3, 4 and 5 with no names of axes: colours take all cables for one kind."""
    graph = topologies.torus(3, 4, 5, axis_labels=False)
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    assert symmetry_of(graph, exchange).partition.count == 1
    every = exchange_loads(graph, exchange, is_proven=True)
    alike = exchange_loads(graph, exchange, symmetry=proven_symmetry(graph, exchange))
    assert alike.exactness is Exactness.EXACT
    np.testing.assert_allclose(alike.arc_load(), every.arc_load(), rtol=1e-9)


def test_too_many_orbits_leave_the_assumption(monkeypatch):
    monkeypatch.setattr(symmetry_module, "_MOST_ORBITS", 3)
    graph = topologies.torus(3, 4, 5, axis_labels=False)
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    assert not proven_symmetry(graph, exchange).is_proven


def test_where_little_is_alike_every_destination_is_pushed(monkeypatch):
    rng = np.random.default_rng(1)
    graph = topologies.two_tier(12, 4, 3, 4)
    graph = graph.with_failed(rng.choice(graph.cable_count, 20, replace=False))
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    monkeypatch.setattr(exchange_module, "_LIVE_WORK", 0)
    assumed = exchange_loads(graph, exchange)
    monkeypatch.setattr(exchange_module, "_MANY_COLOURS", 10)
    pushed = exchange_loads(graph, exchange)
    assert assumed.exactness is Exactness.ASSUMED_SYMMETRIC
    assert pushed.exactness is Exactness.EXACT
    np.testing.assert_allclose(pushed.arc_load(), assumed.arc_load(), rtol=1e-9)


def test_path_counts_of_a_large_fabric_are_proven():
    """8,192 endpoints in three tiers: 7 planes, 8 spines and 32 cores above each leaf."""
    graph = topologies.three_tier(32, 32, 8, 7)
    metrics = hop_metrics(graph, graph.endpoints())
    assert metrics.paths_exactness is Exactness.EXACT
    assert metrics.diameter == 6
    assert metrics.fewest_paths == 7
    assert (
        exchange_loads(graph, uniform_exchange(graph.endpoints(), 1.0), is_certified=True).exactness
        is Exactness.EXACT
    )
