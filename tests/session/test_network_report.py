"""Hot spots and flows through a link, against counts worked out by hand."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest

from studio.errors import InvalidDesign
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.fabric.flow.building import build_graph
from studio.fabric.flow.crossing import crossing_flows
from studio.session.flow import run_collective, with_failed
from studio.session.library import catalog, find_design
from studio.session.network_report import flows_through, hot_spots
from studio.storage.project_file import read_design


@pytest.fixture(scope="module")
def nvl72() -> Fabric:
    return compile_design(read_design(find_design("gb200-nvl72")).design, catalog())


def test_every_flow_of_a_gpu_can_use_each_of_its_links(nvl72: Fabric) -> None:
    flow = run_collective(nvl72, "all-to-all", 1e6)
    name = next(one.name for one in nvl72.links.rules if one.rule.plane == flow.plane.plane)
    found = flows_through(nvl72, flow, f"rule:{name}[0]")
    # One GPU sends to 71 others and receives from 71; each of its 18 links lies on a path of all.
    assert found.flows == 2 * 71
    assert found.pairs == 72 * 71
    assert 0 < found.use <= 1
    assert found.achieved_byte_per_s == pytest.approx(found.use * found.rated_byte_per_s)


def test_flows_are_those_of_the_npus_that_take_part(nvl72: Fabric) -> None:
    """Of four GPUs of one tray one sends to three, and they to it; a stranger's link has none."""
    names = [str(nvl72.layout.address(int(npu))) for npu in nvl72.npus]
    tray = names[0].rpartition("/")[0]
    mine = [name for name in names if name.startswith(tray + "/")]
    flow = run_collective(nvl72, "all-to-all", 1e6, group=f"{tray}/*")
    name = next(one.name for one in nvl72.links.rules if one.rule.plane == flow.plane.plane)
    own = flows_through(nvl72, flow, f"rule:{name}[0]")
    assert (own.flows, own.pairs) == (2 * (len(mine) - 1), len(mine) * (len(mine) - 1))
    first_link_of_last = len(names) * 18 - 1
    assert flows_through(nvl72, flow, f"rule:{name}[{first_link_of_last}]").flows == 0


def test_intact_symmetric_plane_has_one_kind_of_hot_spot(nvl72: Fabric) -> None:
    spots = hot_spots(nvl72, run_collective(nvl72, "all-to-all", 1e6))
    assert [spot.alike for spot in spots] == [72 * 18]


def test_hot_spots_of_a_degraded_plane_are_sorted_and_leave_dead_links_out(nvl72: Fabric) -> None:
    intact = run_collective(nvl72, "all-to-all", 64e6)
    plane = intact.plane
    name = nvl72.links.rules[int(nvl72.links.rule[plane.link[0]])].name
    failed = with_failed(nvl72, f"rule:{name}[0]")
    flow = run_collective(failed, "all-to-all", 64e6)
    spots = hot_spots(failed, flow)
    uses = [spot.use for spot in spots]
    assert uses == sorted(uses, reverse=True)
    assert sum(spot.alike for spot in spots) == 72 * 18 - 1
    assert flow.result.time_s > intact.result.time_s
    assert flows_through(failed, flow, f"rule:{name}[0]").flows == 0


def test_link_of_another_plane_is_refused(nvl72: Fabric) -> None:
    flow = run_collective(nvl72, "all-to-all", 1e6)
    other = next(one.name for one in nvl72.links.rules if one.rule.plane != flow.plane.plane)
    with pytest.raises(InvalidDesign, match="not on plane"):
        flows_through(nvl72, flow, f"rule:{other}[0]")


@pytest.mark.parametrize("seed", range(12))
def test_crossing_flows_equal_shortest_paths_of_networkx(seed: int) -> None:
    random = np.random.default_rng(seed)
    ends, switches = 5, 6
    pairs = {(int(e), int(ends + random.integers(switches))) for e in range(ends)}
    for _ in range(11):
        a, b = sorted(int(v) for v in random.choice(switches, 2, replace=False) + ends)
        pairs.add((a, b))
    cables = sorted(pairs)
    graph = build_graph(
        np.array([a for a, _ in cables]),
        np.array([b for _, b in cables]),
        np.full(len(cables), 1e9),
        np.full(len(cables), 1e-7),
        np.arange(ends + switches) < ends,
    )
    oracle = nx.Graph(cables)
    for number, cable in enumerate(cables):
        found = crossing_flows(graph, number, np.arange(ends))
        expected = {
            (s, d)
            for s in range(ends)
            for d in range(ends)
            if s != d and nx.has_path(oracle, s, d)
            for path in nx.all_shortest_paths(oracle, s, d)
            if cable in {tuple(sorted(step)) for step in itertools.pairwise(path)}
        }
        assert set(zip(found.source.tolist(), found.target.tolist(), strict=True)) == expected
