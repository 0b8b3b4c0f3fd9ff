"""The array solver against the plain one, on fabrics small enough to do both."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.fabric.flow.building import build_graph
from studio.fabric.flow.demand import Exchange, Flows, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.quotient import fold
from studio.fabric.flow.rates import exchange_rates
from studio.fabric.flow.refinement import refine, refine_after_edit
from studio.fabric.flow.symmetry import symmetry_of
from tests.fabric.flow import topologies
from tests.fabric.flow.oracle import all_parts, completions, progressive_filling


@st.composite
def irregular(draw):
    """Random cables, some parallel and unequal, some dead; some endpoints forward."""
    vertices = draw(st.integers(3, 9))
    endpoints = draw(st.integers(2, vertices))
    count = draw(st.integers(vertices - 1, 3 * vertices))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = rng.integers(0, vertices, count)
    b = (a + rng.integers(1, vertices, count)) % vertices
    transit = np.arange(vertices) >= endpoints
    if draw(st.booleans()):
        transit |= rng.random(vertices) < 0.5
    return build_graph(
        a,
        b,
        rng.choice([1.0, 2.0, 4.0, 10.0], count) * 1e9,
        np.zeros(count),
        np.arange(vertices) < endpoints,
        is_transit=transit,
        is_alive=rng.random(count) > 0.15,
    )


@st.composite
def regular(draw):
    """A two- or three-tier fabric, torus, mesh or star with some failed or degraded cables."""
    build = draw(
        st.sampled_from(
            [
                lambda: topologies.two_tier(3, 2, 2, 2),
                lambda: topologies.two_tier(2, 3, 1, 3, up=10e9),
                lambda: topologies.three_tier(2, 2, 2, 1),
                lambda: topologies.torus(3, 4),
                lambda: topologies.torus(2, 2, 3),
                lambda: topologies.full_mesh(5),
                lambda: topologies.star(6),
            ]
        )
    )
    graph = build()
    failed = draw(st.lists(st.integers(0, graph.cable_count - 1), max_size=3, unique=True))
    slow = draw(st.lists(st.integers(0, graph.cable_count - 1), max_size=2, unique=True))
    if failed:
        graph = graph.with_failed(np.array(failed))
    return graph.with_bandwidth(np.array(slow), 7e9) if slow else graph


graphs = st.one_of(irregular(), regular())


def reachable_group(graph):
    """The endpoints that all reach each other, or fewer than two."""
    ends = [int(v) for v in graph.endpoints()]
    pairs = list(itertools.permutations(ends, 2))
    lost = {pair for pair, parts in zip(pairs, all_parts(graph, pairs), strict=True) if not parts}
    while lost:
        worst = max(ends, key=lambda v: sum(v in pair for pair in lost))
        ends.remove(worst)
        lost = {pair for pair in lost if worst not in pair}
    return np.array(ends)


@settings(deadline=None, max_examples=150)
@given(graphs)
def test_exchange_equals_progressive_filling(graph):
    ranks = reachable_group(graph)
    assume(len(ranks) >= 2)
    pairs = list(itertools.permutations(ranks.tolist(), 2))
    expected = progressive_filling(graph, all_parts(graph, pairs))
    result = exchange_rates(graph, uniform_exchange(ranks, 1e6))
    rates = [result.pair_rate(s, d) for s, d in pairs]
    np.testing.assert_allclose(rates, expected, rtol=1e-9)
    loads = exchange_loads(graph, uniform_exchange(ranks, 1e6))
    assert loads.exactness is Exactness.EXACT
    assert loads.wire_s == pytest.approx(1e6 / expected.min(), rel=1e-9)
    assert result.finished_s.max() == pytest.approx(loads.wire_s, rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(graphs, st.data())
def test_flows_equal_progressive_filling_and_conserve_bytes(graph, data):
    ranks = reachable_group(graph)
    assume(len(ranks) >= 2)
    pairs = data.draw(
        st.lists(
            st.tuples(st.sampled_from(ranks.tolist()), st.sampled_from(ranks.tolist())).filter(
                lambda pair: pair[0] != pair[1]
            ),
            min_size=1,
            max_size=12,
        )
    )
    sizes = data.draw(
        st.lists(st.sampled_from([1e6, 2e6, 5e6]), min_size=len(pairs), max_size=len(pairs))
    )
    parts = all_parts(graph, pairs)
    source, target = (np.array(end) for end in zip(*pairs, strict=True))
    flows = Flows(source, target, np.array(sizes))
    placed = place_flows(graph, flows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.fabric.flow.pairs._COLUMN_WORK", 0)
        one_by_one = place_flows(graph, flows)
    np.testing.assert_allclose(one_by_one.arc_load(), placed.arc_load(), rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(one_by_one.hops, placed.hops)
    np.testing.assert_allclose(one_by_one.latency_s, placed.latency_s, rtol=1e-9)
    np.testing.assert_allclose(one_by_one.rate, placed.rate, rtol=1e-9)
    np.testing.assert_allclose(placed.rate, progressive_filling(graph, parts), rtol=1e-9)
    np.testing.assert_allclose(placed.finished_s, completions(graph, parts, sizes), rtol=1e-9)
    load = placed.arc_load()
    expected = np.zeros(graph.arc_count)
    for size, part in zip(sizes, parts, strict=True):
        for arc, share in part.items():
            expected[arc] += size * share
    np.testing.assert_allclose(load, expected, rtol=1e-9, atol=1e-3)
    assert_conserved(graph, load, source, target, np.array(sizes))


def assert_conserved(graph, load, source, target, sizes):
    out = np.bincount(graph.wiring.source, weights=load, minlength=graph.vertex_count)
    into = np.bincount(graph.wiring.target, weights=load, minlength=graph.vertex_count)
    sent = np.bincount(source, weights=sizes, minlength=graph.vertex_count)
    received = np.bincount(target, weights=sizes, minlength=graph.vertex_count)
    np.testing.assert_allclose(out - into, sent - received, atol=1e-2)


def test_a_pair_is_found_from_its_source_alone(monkeypatch):
    """Many cables into the target make steps from the source cheaper all the way."""
    many = [(1, 4, 1e9)] + [(1, 5 + k, (2 + k) * 1e9) for k in range(6)]
    cables = [(0, 2, 1e9), (2, 3, 1e9), (3, 4, 1e9), *many]
    graph = topologies.from_cables(cables, 11, (0, 1), np.arange(11) > 1)
    monkeypatch.setattr("studio.fabric.flow.pairs._COLUMN_WORK", 0)
    placed = place_flows(graph, Flows(np.array([0]), np.array([1]), np.array([1e9])))
    assert placed.hops.tolist() == [4]
    assert placed.makespan_s == pytest.approx(1.0)


@settings(deadline=None, max_examples=40)
@given(graphs, st.integers(0, 1000))
def test_skewed_exchange_equals_event_by_event(graph, seed):
    ranks = reachable_group(graph)
    assume(2 <= len(ranks) <= 6)
    rng = np.random.default_rng(seed)
    exchange = Exchange(
        ranks, rng.choice([1e6, 3e6], len(ranks)), rng.choice([0.5, 1.0, 2.0], len(ranks))
    )
    pairs = list(itertools.permutations(range(len(ranks)), 2))
    parts = all_parts(graph, [(int(ranks[i]), int(ranks[j])) for i, j in pairs])
    sizes = [exchange.send[i] * exchange.receive[j] for i, j in pairs]
    expected = completions(graph, parts, sizes)
    result = exchange_rates(graph, exchange)
    assert result.finished_s.max() == pytest.approx(expected.max(), rel=1e-9)
    loads = exchange_loads(graph, exchange)
    assert loads.wire_s <= expected.max() * (1 + 1e-9)
    total = np.zeros(graph.arc_count)
    for size, part in zip(sizes, parts, strict=True):
        for arc, share in part.items():
            total[arc] += size * share
    np.testing.assert_allclose(loads.arc_load(), total, rtol=1e-9, atol=1e-3)


def test_a_limited_flow_leaves_the_rest_to_others():
    graph = topologies.star(3, bandwidth=10e9)
    result = exchange_rates(graph, uniform_exchange(np.arange(3), 1e6), limit=2e9)
    np.testing.assert_allclose(result.rate, 2e9)


@pytest.mark.parametrize(
    "graph",
    [
        topologies.two_tier(12, 4, 3, 4),
        topologies.three_tier(3, 4, 2, 2),
        topologies.torus(3, 4, 5),
        topologies.torus(4, 4),
    ],
)
def test_symmetry_gives_the_loads_of_every_destination(graph, monkeypatch):
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    every = exchange_loads(graph, exchange)
    monkeypatch.setattr("studio.fabric.flow.exchange._LIVE_WORK", 0)
    alike = exchange_loads(graph, exchange)
    assert alike.exactness is Exactness.ASSUMED_SYMMETRIC
    np.testing.assert_allclose(alike.arc_load(), every.arc_load(), rtol=1e-9)


def test_symmetry_survives_failures_repairs_and_edits():
    graph = topologies.two_tier(12, 4, 3, 4)
    exchange = uniform_exchange(graph.endpoints(), 1e6)
    symmetry = symmetry_of(graph, exchange)
    edits = [
        lambda g: (g.with_failed(np.array([0])), np.array([0])),
        lambda g: (g.with_failed(np.array([150, 200])), np.array([150, 200])),
        lambda g: (g.with_bandwidth(np.array([30]), 11e9), np.array([30])),
        lambda g: (g.with_restored(np.array([0])), np.array([0])),
    ]
    for edit in edits:
        graph, cables = edit(graph)
        symmetry = symmetry.after_edit(graph, cables)
        quick = exchange_loads(graph, exchange, symmetry=symmetry)
        every = exchange_loads(graph, exchange, is_proven=True)
        assert quick.exactness is Exactness.ASSUMED_SYMMETRIC
        np.testing.assert_allclose(quick.arc_load(), every.arc_load())


@settings(deadline=None, max_examples=60)
@given(graphs, st.integers(0, 2**32 - 1))
def test_refinement_after_edits_is_stable_and_no_coarser(graph, seed):
    rng = np.random.default_rng(seed)
    initial = graph.is_endpoint.astype(int)
    partition = refine(graph, initial)
    for _ in range(3):
        cable = rng.integers(0, graph.cable_count, 1)
        wiring = graph.wiring
        graph = graph.with_restored(cable) if rng.random() < 0.5 else graph.with_failed(cable)
        touched = wiring.source[wiring.arcs_of_cable[cable].ravel()]
        partition = refine_after_edit(partition, graph, touched)
        again = refine(graph, partition.colour)
        assert again.count == len(np.unique(partition.colour))
        coarsest = refine(graph, initial)
        assert coarsest.count <= again.count
        fold(graph, partition)


KNOWN = [
    ("intact", lambda g: g, 0.977e-3),
    ("one NPU cable out", lambda g: g.with_failed(np.array([0])), 1.140e-3),
    ("one uplink out", lambda g: g.with_failed(np.array([384 * 7])), 1.023e-3),
    ("one spine out", lambda g: g.with_failed_vertices(np.array([384 + 336])), 1.023e-3),
    ("one leaf out", lambda g: g.with_failed_vertices(np.array([384])), 1.140e-3),
]


@pytest.mark.parametrize(("what", "edit", "makespan"), KNOWN, ids=[row[0] for row in KNOWN])
def test_supernode_of_384_has_the_known_makespans(what, edit, makespan):
    """All-to-all of 1 MB per pair, 48 nodes of 8, 7 planes of 16 spines, equal split.

    An NPU sends and receives 383 MB over 392 GB/s; losing one of seven links leaves 6/7 of that.
    """
    graph = edit(topologies.two_tier(48, 8, 7, 16))
    result = exchange_loads(graph, uniform_exchange(np.arange(384), 1e6))
    assert result.wire_s == pytest.approx(makespan, rel=1e-3)
    assert result.exactness is Exactness.EXACT


def test_disconnected_and_impossible_groups_name_the_vertices():
    graph = topologies.two_tier(2, 2, 1, 1)
    cut = graph.with_failed(np.arange(4, 6))
    with pytest.raises(InvalidInput, match="from vertex 0 to vertex 3"):
        exchange_loads(cut, uniform_exchange(np.arange(4), 1.0))
    with pytest.raises(InvalidInput, match="from vertex 0 to vertex 2"):
        place_flows(cut, Flows(np.array([0]), np.array([2]), np.array([1.0])))
    with pytest.raises(InvalidInput, match="vertex 4 is no endpoint"):
        exchange_loads(graph, uniform_exchange(np.array([0, 4]), 1.0))
    with pytest.raises(InvalidInput, match="vertex 1 is in the group twice"):
        exchange_loads(graph, uniform_exchange(np.array([1, 1]), 1.0))
    with pytest.raises(InvalidInput, match="no ranks"):
        exchange_loads(graph, uniform_exchange(np.array([], dtype=int), 1.0))
    with pytest.raises(InvalidInput, match="ends where it starts"):
        place_flows(graph, Flows(np.array([1]), np.array([1]), np.array([1.0])))
    with pytest.raises(InvalidInput, match="size"):
        place_flows(graph, Flows(np.array([1]), np.array([0]), np.array([np.nan])))


def test_twins_that_are_cabled_to_twins_share_no_cable():
    """Endpoints 0 and 1 each have a cable of 1 GB/s to each of 2 and 3, which forward nothing."""
    cables = [(0, 2, 1e9), (0, 3, 1e9), (1, 2, 1e9), (1, 3, 1e9)]
    graph = topologies.from_cables([*cables, (0, 4, 1e9), (1, 4, 1e9)], 5, (0, 1, 2, 3))
    placed = place_flows(
        graph, Flows(np.array([0, 0, 1]), np.array([2, 3, 3]), np.array([1e6, 1e6, 5e6]))
    )
    np.testing.assert_allclose(placed.rate, 1e9)
    load = placed.arc_load()
    assert load.max() == pytest.approx(5e6)
    assert (load > 0).sum() == 3
