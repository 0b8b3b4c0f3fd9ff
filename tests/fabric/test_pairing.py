"""Link schemes against hand-worked pairs and graphs built by networkx."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.design import schemes
from studio.errors import InvalidInput
from studio.fabric.pairing import MOST_LINKS, pair


def pairs(
    scheme: schemes.Scheme,
    a: Sequence[int],
    b: Sequence[int] | None = None,
    index: Sequence[int] | None = None,
) -> list[tuple[int, int]]:
    """Return the pairs a scheme makes; `index` is by component number, its own by default."""
    left = np.array(a, dtype=np.int64)
    right = left if b is None else np.array(b, dtype=np.int64)
    most = int(max([*a, *(b or []), 0])) + 1
    within = np.arange(most) if index is None else np.array(index, dtype=np.int64)
    first, second = pair(scheme, left, right, within, within)
    return [(int(x), int(y)) for x, y in zip(first, second, strict=True)]


def undirected(found: list[tuple[int, int]]) -> Counter[frozenset[int]]:
    return Counter(frozenset(one) for one in found)


def edges(graph: nx.Graph) -> Counter[frozenset[int]]:
    """Return the edges of a grid-like graph, its vertices numbered in C order."""
    order = {vertex: number for number, vertex in enumerate(sorted(graph))}
    return Counter(frozenset((order[a], order[b])) for a, b in graph.edges)


def test_one_to_one_joins_in_order() -> None:
    assert pairs(schemes.OneToOne(), [4, 2, 9], [1, 3, 5]) == [(4, 1), (2, 3), (9, 5)]


def test_one_to_one_needs_equally_many() -> None:
    with pytest.raises(InvalidInput, match="joins 3 with 2 components; both sides must be equally"):
        pairs(schemes.OneToOne(), [1, 2, 3], [4, 5])


def test_stride_steps_around_the_other_side() -> None:
    assert pairs(schemes.Stride(step=3, offset=1), [0, 1, 2, 3], [10, 11, 12, 13, 14]) == [
        (0, 11),
        (1, 14),
        (2, 12),
        (3, 10),
    ]
    assert pairs(schemes.Stride(step=-1), [0, 1, 2], [10, 11]) == [(0, 10), (1, 11), (2, 10)]


def test_a_huge_stride_wraps_around_like_a_small_one() -> None:
    a, b = range(5), range(5, 12)
    wrapped = pairs(schemes.Stride(step=10**20 % 7, offset=10**30 % 7), a, b)
    assert pairs(schemes.Stride(step=10**20, offset=10**30), a, b) == wrapped


def test_each_to_each_is_a_complete_bipartite_graph() -> None:
    found = pairs(schemes.EachToEach(), [0, 1, 2], [3, 4])
    assert found == list(itertools.product([0, 1, 2], [3, 4]))
    assert undirected(found) == edges(nx.complete_bipartite_graph(3, 2))


def test_per_sub_plane_by_index_and_block() -> None:
    # Two nodes of three L1 chips; six L2 chips, two for each of three sub-planes.
    index = [0, 1, 2, 0, 1, 2, *[0] * 6]
    scheme = schemes.PerSubPlane(count=3)
    assert pairs(scheme, range(6), range(6, 12), index) == [
        (0, 6), (0, 7),
        (1, 8), (1, 9),
        (2, 10), (2, 11),
        (3, 6), (3, 7),
        (4, 8), (4, 9),
        (5, 10), (5, 11),
    ]  # fmt: skip


def test_per_sub_plane_by_modulo_takes_turns() -> None:
    scheme = schemes.PerSubPlane(count=2, a_by="modulo", b_by="modulo")
    assert pairs(scheme, [0, 1, 2], [3, 4, 5, 6]) == [
        (0, 3), (0, 5), (1, 4), (1, 6), (2, 3), (2, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        (schemes.PerSubPlane(count=0), "0 sub-planes; 1 to 4096"),
        (schemes.PerSubPlane(count=10**12), "1000000000000 sub-planes"),
        (schemes.PerSubPlane(count=4), "6 components can't be split into 4 equal blocks"),
        (schemes.Rail(count=4), "4 rails over 6 switches"),
        (schemes.Rail(count=0), "0 rails"),
        (schemes.Rail(count=10**12), "rails"),
        (schemes.Clos(uplinks=0), "clos with 0 uplinks"),
        (schemes.Clos(uplinks=10**12), "1 to 65536"),
        (schemes.Torus(dims=(4, 4)), "torus of 4x4 does not divide 6"),
        (schemes.Torus(dims=(0, 6)), "does not divide"),
        (schemes.Torus(dims=(-2, -3)), "does not divide"),
        (schemes.Torus(dims=(1,) * 500), "500 axes"),
        (schemes.FullMesh(dims=(5,)), "full mesh of 5 does not divide 6"),
        (schemes.FullMesh(dims=(1,) * 500), "500 axes"),
        (schemes.Dragonfly(group_size=4), "does not divide 6"),
        (schemes.Dragonfly(group_size=0), "does not divide 6"),
        (schemes.Dragonfly(group_size=2, links=0), "0 links per pair"),
        (schemes.Dragonfly(group_size=2, links=10**12), "links are possible|would make"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_does_not_fit_is_refused_with_what_would(scheme: schemes.Scheme, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        pairs(scheme, range(6), range(6, 12))


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        (schemes.EachToEach(), 2_000_000),
        (schemes.FullMesh(), 2_000_000),
        (schemes.Dragonfly(group_size=1), 2_000_000),
        (schemes.Clos(uplinks=1000), 2_000_000),
        (schemes.PerSubPlane(count=1), 100_000),
    ],
    ids=lambda value: str(value)[:30],
)
def test_too_many_links_are_refused_before_they_are_made(
    scheme: schemes.Scheme, count: int
) -> None:
    everyone = np.arange(count)
    with pytest.raises(InvalidInput, match=f"{MOST_LINKS} are possible"):
        pair(scheme, everyone, everyone, everyone, everyone)


@pytest.mark.parametrize(
    "scheme",
    [
        schemes.OneToOne(),
        schemes.Stride(),
        schemes.EachToEach(),
        schemes.PerSubPlane(count=3),
        schemes.Rail(count=2),
        schemes.FullMesh(),
        schemes.Ring(),
        schemes.Torus(dims=(2, 2)),
        schemes.Clos(uplinks=2),
        schemes.Dragonfly(group_size=2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_selected_joins_nothing(scheme: schemes.Scheme) -> None:
    assert pairs(scheme, [], [1, 2]) == []
    assert pairs(scheme, [1, 2], []) == []


def test_a_rail_joins_equal_indices_and_fills_its_switches_in_blocks() -> None:
    # Four nodes of two NPUs; four switches, two for each of two rails.
    index = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3]
    found = pairs(schemes.Rail(count=2), range(8), range(8, 12), index)
    assert found == [
        (0, 8), (1, 9), (2, 8), (3, 9),
        (4, 10), (5, 11), (6, 10), (7, 11),
    ]  # fmt: skip


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 8))
def test_every_npu_joins_one_switch_of_its_rail(rails: int, per_rail: int, nodes: int) -> None:
    npus = rails * nodes
    index = [*np.tile(np.arange(rails), nodes), *np.arange(rails * per_rail)]
    switches = list(range(npus, npus + rails * per_rail))
    found = pairs(schemes.Rail(count=rails), range(npus), switches, index)
    assert [a for a, _ in found] == list(range(npus))
    assert all((b - npus) % rails == a % rails for a, b in found)
    load = Counter(b for _, b in found)
    for rail in range(rails):
        loads = [load[s] for s in switches if (s - npus) % rails == rail]
        assert max(loads) - min(loads) <= 1


@pytest.mark.parametrize("dims", [(), (6,), (2, 3), (3, 2, 2), (2, 2, 2, 3), (4, 1), (1,)])
def test_a_full_mesh_is_a_product_of_complete_graphs(dims: tuple[int, ...]) -> None:
    sizes = dims or (6,)
    product = nx.complete_graph(sizes[0])
    for size in sizes[1:]:
        product = nx.cartesian_product(product, nx.complete_graph(size))
    product = nx.relabel_nodes(product, {v: _flat(v) for v in product})
    found = pairs(schemes.FullMesh(dims=dims), range(int(np.prod(sizes))))
    assert undirected(found) == edges(product)


@pytest.mark.parametrize(
    "dims", [(5,), (2,), (3, 4), (2, 3), (2, 2), (3, 3, 4), (2, 2, 2), (2, 4, 3), (1, 4), (1, 1)]
)
def test_a_torus_is_networkx_periodic_grid(dims: tuple[int, ...]) -> None:
    # networkx leaves an axis of two unwrapped, as a real machine does: one link, not two.
    graph = nx.grid_graph(dim=list(reversed(dims)), periodic=[size > 2 for size in reversed(dims)])
    found = pairs(schemes.Torus(dims=dims), range(int(np.prod(dims))))
    assert undirected(found) == edges(graph)


def test_a_torus_of_part_of_the_selection_repeats() -> None:
    found = pairs(schemes.Torus(dims=(3,)), range(6))
    assert undirected(found) == Counter(
        map(frozenset, [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
    )


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_ring_is_a_cycle(count: int) -> None:
    graph = nx.cycle_graph(count) if count > 2 else nx.path_graph(count)
    assert undirected(pairs(schemes.Ring(), range(count))) == edges(graph)


def test_a_clos_tier_spreads_its_uplinks_evenly() -> None:
    assert pairs(schemes.Clos(uplinks=2), [0, 1, 2], [10, 11, 12]) == [
        (0, 10), (0, 11), (1, 12), (1, 10), (2, 11), (2, 12),
    ]  # fmt: skip


@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))
def test_a_clos_tier_loads_upper_switches_equally(lower: int, upper: int, uplinks: int) -> None:
    found = pairs(schemes.Clos(uplinks=uplinks), range(lower), range(lower, lower + upper))
    assert Counter(a for a, _ in found) == dict.fromkeys(range(lower), uplinks)
    load = Counter(b for _, b in found)
    loads = [load[b] for b in range(lower, lower + upper)]
    assert max(loads) - min(loads) <= 1


def test_a_clos_tier_with_as_many_uplinks_as_switches_is_complete() -> None:
    found = pairs(schemes.Clos(uplinks=3), range(4), [4, 5, 6])
    assert undirected(found) == edges(nx.complete_bipartite_graph(4, 3))


def test_a_dragonfly_of_three_groups_by_hand() -> None:
    assert pairs(schemes.Dragonfly(group_size=2), range(6)) == [(0, 2), (1, 4), (3, 5)]


@given(st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_a_dragonfly_joins_every_pair_of_groups_and_shares_the_load(
    groups: int, size: int, links: int
) -> None:
    found = pairs(schemes.Dragonfly(group_size=size, links=links), range(groups * size))
    between = Counter((a // size, b // size) for a, b in found)
    assert between == dict.fromkeys(itertools.combinations(range(groups), 2), links)
    load = Counter(end for one in found for end in one)
    for group in range(groups):
        loads = [load[group * size + member] for member in range(size)]
        assert max(loads) - min(loads) <= 1


def _flat(vertex: object) -> tuple[int, ...]:
    """networkx nests products: ((0, 1), 2) means (0, 1, 2)."""
    if isinstance(vertex, tuple):
        return tuple(itertools.chain.from_iterable(_flat(part) for part in vertex))
    return (int(str(vertex)),)
