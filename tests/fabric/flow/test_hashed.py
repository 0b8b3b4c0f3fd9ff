import numpy as np
import pytest

from studio.errors import InvalidInput
from studio.fabric.flow import hashed
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.hashed import place_hashed
from studio.fabric.flow.pairs import place_flows
from tests.fabric.flow import topologies


def some_flows(count, ranks, seed=0):
    rng = np.random.default_rng(seed)
    source = rng.integers(0, ranks, count)
    target = (source + rng.integers(1, ranks, count)) % ranks
    return Flows(source, target, rng.integers(1, 9, count) * 1e6)


def test_paths_are_shortest_connected_and_alive():
    graph = topologies.two_tier(4, 4, 3, 4).with_failed(np.array([0, 50, 60]))
    flows = some_flows(80, 16)
    placed = place_hashed(graph, flows, seed=2, subflows=2)
    sprayed = place_flows(graph, flows)
    alive = graph.arc_is_alive()
    for part in range(160):
        path = placed.path(part)
        assert alive[path].all()
        assert len(path) == sprayed.hops[part // 2]
        ends = np.concatenate([graph.wiring.source[path], graph.wiring.target[path]])
        once = np.flatnonzero(np.bincount(ends) == 1)
        assert set(once) == {flows.source[part // 2], flows.target[part // 2]}


def test_many_subflows_approach_spraying():
    graph = topologies.two_tier(4, 2, 2, 4)
    flows = Flows(np.arange(8), (np.arange(8) + 3) % 8, np.full(8, 1e6))
    even = place_flows(graph, flows)
    hashed = place_hashed(graph, flows, subflows=2000)
    np.testing.assert_allclose(hashed.arc_load(), even.arc_load(), rtol=0.15, atol=1e4)
    assert hashed.makespan_s >= even.makespan_s * 0.999


def test_the_seed_changes_paths_and_the_same_seed_repeats_them():
    graph = topologies.two_tier(4, 2, 2, 4)
    flows = some_flows(50, 8)
    one, same, other = (place_hashed(graph, flows, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.filling.row, same.filling.row)
    assert not np.array_equal(one.filling.row, other.filling.row)
    assert one.rate.min() > 0


def test_a_lost_pair_is_named():
    graph = topologies.star(3).with_failed(np.array([2]))
    with pytest.raises(InvalidInput, match="from vertex 0 to vertex 2"):
        place_hashed(graph, Flows(np.array([0]), np.array([2]), np.array([1.0])))


def test_a_group_beyond_reach_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr(hashed, "_MOST_WORK", 1)
    graph = topologies.star(4)
    with pytest.raises(InvalidInput, match=r"\d destinations over .* smaller group, or spray"):
        place_hashed(graph, Flows(np.array([0]), np.array([1]), np.ones(1)))
