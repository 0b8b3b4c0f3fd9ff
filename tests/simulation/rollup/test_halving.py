"""What crosses every halving: hand-worked fabrics, and never more than the true bisection."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import api
from studio.session.structure import plane_structures
from studio.simulation.rollup import halving
from studio.simulation.rollup.halving import every_halving

NPU, SWITCH, ADAPTER = "npu", "switch", "nic"


def proven(cables, kinds):
    a, b, rate = (np.array(column) for column in zip(*cables, strict=True))
    kind = np.array(kinds)
    marks = (kind == name for name in (NPU, SWITCH, ADAPTER))
    return every_halving(a, b, rate.astype(float), *marks)


def clos(leaves, npus, spines, down=4.0, up=2.0):
    """Vertices are NPUs, then leaves, then spines."""
    leaf = leaves * npus + np.arange(leaves)
    spine = leaf[-1] + 1 + np.arange(spines)
    cables = [(n, leaf[n // npus], down) for n in range(leaves * npus)]
    cables += [(one, top, up) for one in leaf for top in spine]
    return cables, [NPU] * leaves * npus + [SWITCH] * (leaves + spines)


def test_a_star_lets_half_the_ports_through():
    assert proven([(n, 6, 3.0) for n in range(6)], [NPU] * 6 + [SWITCH]) == 3 * 3.0


def test_an_oversubscribed_clos_is_held_by_its_uplinks():
    # 4 leaves of 4 NPUs of 4 units with 3 uplinks of 2: half of 4 x 6 cross.
    assert proven(*clos(4, 4, 3)) == pytest.approx(12.0)


def test_a_clos_with_room_is_held_by_its_ports():
    assert proven(*clos(2, 2, 8, up=4.0)) == pytest.approx(2 * 4.0)


def test_sub_planes_add_up():
    cables, kinds = clos(4, 4, 3)
    shift = len(kinds) - 16
    moved = [v if v < 16 else v + shift for v in range(len(kinds))]
    second = [(moved[a], moved[b], rate) for a, b, rate in cables]
    assert proven(cables + second, kinds + kinds[16:]) == pytest.approx(24.0)


def test_a_plane_of_many_links_is_proven_too():
    # 4 sub-planes of 512 leaves of 4 NPUs, 24 spines: 57,344 links, half of 512 x 24 uplinks each.
    cables, kinds = clos(512, 4, 24, down=24.0)
    npus, switches = 2048, len(kinds) - 2048
    copies = [
        [
            (a, b + i * switches, rate) if a < npus else (a + i * switches, b + i * switches, rate)
            for a, b, rate in cables
        ]
        for i in range(4)
    ]
    found = proven([one for copy in copies for one in copy], kinds + kinds[npus:] * 3)
    assert found == pytest.approx(4 * 512 * 24 * 2.0 / 2)


def test_a_table_of_leaves_and_spines_and_sorting_them_prove_the_same(monkeypatch):
    fabric = clos(6, 4, 3)
    by_table = proven(*fabric)
    monkeypatch.setattr(halving, "_MOST_CELLS", 0)
    assert proven(*fabric) == by_table > 0
    assert proven(fabric[0][:-1], fabric[1]) == 0


def test_a_missing_uplink_leaves_nothing_proven():
    cables, kinds = clos(4, 4, 3)
    assert proven(cables[:-1], kinds) == 0


def test_spines_that_join_only_some_leaves_leave_nothing_proven():
    cables, kinds = clos(4, 2, 2)
    apart = [(a, b, r) for a, b, r in cables if a < 8 or (a < 10) == (b == 12)]
    assert proven(apart, kinds) == 0


def test_npus_of_unequal_bandwidth_leave_nothing_proven():
    cables, kinds = clos(2, 2, 2)
    assert proven([(0, 4, 8.0), *cables[1:]], kinds) == 0


def test_a_mesh_without_switches_has_no_proof():
    assert proven([(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)], [NPU] * 3) == 0


def narrowest(cables, kinds):
    """Return the least cut of all halvings, tried one by one."""
    npus = [v for v, kind in enumerate(kinds) if kind == NPU]
    least = np.inf
    for half in itertools.combinations(npus, len(npus) // 2):
        graph = nx.Graph()
        graph.add_nodes_from([*range(len(kinds)), "from", "to"])
        for a, b, rate in cables:
            before = graph.get_edge_data(a, b, {"capacity": 0.0})["capacity"]
            graph.add_edge(a, b, capacity=before + rate)
        for npu in npus:
            graph.add_edge("from" if npu in half else "to", npu)
        least = min(least, nx.minimum_cut_value(graph, "from", "to"))
    return least


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**32 - 1))
def test_no_halving_lets_less_through_than_is_proven(seed):
    rng = np.random.default_rng(seed)
    cables, kinds = clos(
        int(rng.integers(1, 4)),
        int(rng.integers(1, 3)),
        int(rng.integers(1, 4)),
        *rng.integers(1, 5, 2).astype(float),
    )
    if rng.random() < 0.6:
        # Cables more, or one less.
        npus = kinds.count(NPU)
        more = [
            (int(a), int((a + rng.integers(1, len(kinds))) % len(kinds)), 1.0)
            for a in rng.integers(0, len(kinds), rng.integers(0, 3))
        ]
        cables += [(a, b, r) for a, b, r in more if not (a < npus and b < npus)]
    if rng.random() < 0.3:
        cables.pop(int(rng.integers(len(cables))))
    found = proven(cables, kinds)
    assert found <= narrowest(cables, kinds) * (1 + 1e-9) + 1e-9


def behind_adapters(cables, kinds, npus, inner):
    """Every NPU link goes through an adapter of its own, joined with the NPU by `inner`."""
    made, kinds = [], [*kinds]
    for a, b, rate in cables:
        near = a
        if a < npus:
            near = len(kinds)
            made.append((a, near, inner))
            kinds.append(ADAPTER)
        made.append((near, b, rate))
    return made, kinds


def test_an_adapter_of_its_own_changes_nothing_for_an_npu():
    cables, kinds = clos(4, 4, 3)
    assert proven(*behind_adapters(cables, kinds, 16, 4.0)) == pytest.approx(12.0)


def test_an_adapter_passes_on_what_its_npu_can_fill():
    star = [(n, 6, 3.0) for n in range(6)], [NPU] * 6 + [SWITCH]
    assert proven(*behind_adapters(*star, 6, 2.0)) == pytest.approx(3 * 2.0)


def test_an_adapter_of_two_npus_leaves_nothing_proven():
    cables = [(0, 4, 2.0), (1, 4, 2.0), (4, 5, 2.0), (2, 5, 2.0), (3, 5, 2.0)]
    assert proven(cables, [NPU] * 4 + [ADAPTER, SWITCH]) == 0


@pytest.mark.parametrize("name", ["gb200-nvl72", "dgx-h100-su32", "cloudmatrix-384"])
def test_totals_prove_what_the_structure_of_a_reference_design_proves(name):
    design = api.load(name)
    known = {one.plane: one.bisection for one in plane_structures(design.fabric)}
    compared = 0
    for plane, bound in known.items():
        figure = design.rolled_up.figures.get(f"bisection_bandwidth_byte_per_s.{plane}")
        if figure is not None:
            assert figure.value == pytest.approx(bound.upper_byte_per_s)
            assert figure.is_at_most == (not bound.is_exact)
            compared += 1
    assert compared


def test_an_adapter_that_nothing_else_is_cabled_to_is_no_division_by_nothing():
    kinds = [NPU, NPU, SWITCH, ADAPTER]
    with np.errstate(all="raise"):
        assert proven([(0, 2, 2e10), (1, 2, 2e10), (0, 3, 5e10)], kinds) == 2e10
