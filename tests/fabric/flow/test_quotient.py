"""What a graph remembers of how it was folded last."""

import numpy as np

from studio.fabric.flow.demand import Flows
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.quotient import fold_for_demand
from tests.fabric.flow import topologies


def marked(graph, *vertices):
    marks = np.zeros(graph.vertex_count, dtype=np.int64)
    marks[list(vertices)] = 1
    return marks


def test_the_same_ranks_are_folded_once():
    graph = topologies.two_tier(3, 2, 2, 2)
    first = fold_for_demand(graph, marked(graph, 0, 3))
    assert fold_for_demand(graph, marked(graph, 0, 3)) is first
    other = fold_for_demand(graph, marked(graph, 0, 1, 3))
    assert other is not first
    assert fold_for_demand(graph, marked(graph, 0, 3)).class_count == first.class_count


def test_a_failure_is_not_answered_from_before_it():
    graph = topologies.two_tier(2, 2, 2, 1)
    flows = Flows(np.array([0]), np.array([3]), np.array([1.0]))
    before = place_flows(graph, flows)
    # One of the two planes is gone for NPU 0, so its cable to the other carries all.
    cable = int(graph.wiring.cable[graph.wiring.first[0]])
    after = place_flows(graph.with_failed(np.array([cable])), flows)
    assert before.rate[0] == 2 * after.rate[0] > 0
    assert place_flows(graph, flows).rate[0] == before.rate[0]
