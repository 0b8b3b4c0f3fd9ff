"""Connected parts, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.fabric.connected import connected_parts

COUNT = 12
ends = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=20)


@given(ends)
def test_parts_are_those_of_the_graph(pairs: list[tuple[int, int]]) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(COUNT))
    graph.add_edges_from(pairs)
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    label = connected_parts(COUNT, a, b)
    expected = {node: min(part) for part in nx.connected_components(graph) for node in part}
    assert label.tolist() == [expected[node] for node in range(COUNT)]
