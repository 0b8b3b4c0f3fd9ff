from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import FileProblem, InvalidInput, UnknownName
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.counting import COUNTERS
from studio.simulation.network.profile_table import decode_profiles
from studio.simulation.network.spans import Span, level_roles
from studio.simulation.network.traffic import Algorithm, Collective

MIB = 2.0**20


def span(level, ranks):
    return Span(level, np.asarray(ranks))


def test_ring_all_reduce_equals_the_closed_form(ideal, node):
    result = collective_time_s(
        Collective.ALL_REDUCE,
        np.array([MIB, 64 * MIB]),
        [span(node, 8)],
        ideal,
        algorithm=Algorithm.RING,
    )
    expected = 2 * 7 / 8 * np.array([MIB, 64 * MIB]) / 400e9 + 14 * 1e-6
    np.testing.assert_allclose(result.time_s, expected, rtol=1e-12)
    np.testing.assert_allclose(
        result.bus_bandwidth_byte_per_s, 1.75 * np.array([MIB, 64 * MIB]) / expected
    )


def test_ring_over_nodes_uses_every_adapter(ideal, node, network):
    size = np.array(1024 * MIB)
    result = collective_time_s(
        Collective.ALL_REDUCE,
        size,
        [span(node, 8), span(network, 4)],
        ideal,
        algorithm=Algorithm.RING,
    )
    assert float(result.wire_s) == pytest.approx(2 * 31 / 32 * 1024 * MIB / (8 * 50e9))
    assert float(result.latency_s) == pytest.approx(2 * (28 * 1e-6 + 3 * 3e-6))


def test_all_to_all_counts_the_peers_of_each_level(ideal, node, network):
    result = collective_time_s(
        Collective.ALL_TO_ALL,
        np.array(32 * MIB),
        [span(node, 8), span(network, 4)],
        ideal,
        algorithm=Algorithm.DIRECT,
    )
    inner, outer = (float(wire) for wire in result.wire_by_level_s)
    assert inner == pytest.approx(7 * MIB / 400e9)
    assert outer == pytest.approx(24 * MIB / 50e9)
    assert float(result.wire_s) == pytest.approx(outer)


def test_small_messages_take_the_tree_and_large_ones_the_ring(ideal, network):
    level = NetworkLevel("plane", 64, 100e9, 2e-6, medium="optical")

    result = collective_time_s(
        Collective.ALL_REDUCE,
        np.array([1024.0, 2.0**33]),
        [span(level, 64)],
        replace(ideal, algorithms=("ring", "tree")),
    )
    assert result.algorithm_names() == ["tree", "ring"]


def test_one_rank_or_no_payload_costs_nothing(profiles, node):
    result = collective_time_s(
        Collective.ALL_REDUCE,
        np.array([MIB, 0.0]),
        [span(node, [1, 8])],
        profiles.for_family("nvidia-hopper"),
    )
    np.testing.assert_array_equal(result.time_s, [0.0, 0.0])
    np.testing.assert_array_equal(result.bus_bandwidth_byte_per_s, [0.0, 0.0])


@pytest.mark.parametrize("op", list(Collective))
@given(
    exponent=st.floats(10, 33),
    inner=st.integers(1, 16),
    outer=st.integers(1, 64),
    faster=st.floats(1, 4),
)
def test_time_is_the_sum_of_its_terms_and_monotonic(profiles, op, exponent, inner, outer, faster):
    profile = profiles.for_family("nvidia-hopper")
    node = NetworkLevel("node", 16, 400e9, 1e-6)
    network = NetworkLevel("out", 1024, 50e9, 3e-6, medium="RoCE")
    quick = NetworkLevel("out", 1024, 50e9 * faster, 3e-6, medium="RoCE")
    size = np.array([2.0**exponent, 2.0 ** (exponent + 0.5)])
    slow = collective_time_s(op, size, [span(node, inner), span(network, outer)], profile)
    fast = collective_time_s(op, size, [span(node, inner), span(quick, outer)], profile)
    total = slow.startup_s + slow.latency_s + slow.wire_s
    np.testing.assert_allclose(slow.time_s, total, rtol=1e-12)
    assert np.all(fast.time_s <= slow.time_s * (1 + 1e-12))
    assert slow.time_s[1] >= slow.time_s[0]


@pytest.mark.parametrize("op", list(Collective))
def test_candidates_are_computed_as_if_alone(profiles, node, network, op):
    profile = profiles.for_family("nvidia-blackwell")
    inner, outer = np.array([1, 2, 8, 8, 5]), np.array([4, 1, 1, 16, 3])
    sizes = np.array([[1e3], [1e6], [1e9]])
    batch = collective_time_s(op, sizes, [span(node, inner), span(network, outer)], profile)
    assert batch.time_s.shape == (3, 5)
    for i in range(3):
        for j in range(5):
            alone = collective_time_s(
                op, sizes[i, 0], [span(node, inner[j]), span(network, outer[j])], profile
            )
            assert float(alone.time_s) == pytest.approx(batch.time_s[i, j], rel=1e-12)


@pytest.mark.parametrize("op", list(Collective))
def test_every_algorithm_can_be_forced(profiles, node, network, op):
    profile = profiles.for_family("nvidia-hopper")
    for algorithm in COUNTERS[op]:
        result = collective_time_s(
            op, np.array(1e8), [span(node, 8), span(network, 3)], profile, algorithm=algorithm
        )
        assert np.isfinite(result.time_s)
        assert result.algorithm_names() == [algorithm.value]


def test_impossible_requests_name_what_is_wrong(ideal, node):
    size = np.array(MIB)
    with pytest.raises(InvalidInput, match="at least one network level"):
        collective_time_s(Collective.ALL_REDUCE, size, [], ideal)
    with pytest.raises(InvalidInput, match=r"'node'.*fewer than one"):
        collective_time_s(Collective.ALL_REDUCE, size, [span(node, 0)], ideal)
    with pytest.raises(InvalidInput, match="tree"):
        collective_time_s(
            Collective.ALL_TO_ALL, size, [span(node, 8)], ideal, algorithm=Algorithm.TREE
        )
    with pytest.raises(InvalidInput, match="no reduction in the network"):
        collective_time_s(
            Collective.ALL_REDUCE, size, [span(node, 8)], ideal, algorithm=Algorithm.IN_NETWORK
        )
    dead = NetworkLevel("dead", 8, 0.0, 1e-6)
    with pytest.raises(InvalidInput, match=r"'dead'.*0\.0"):
        collective_time_s(Collective.ALL_REDUCE, size, [span(dead, 8)], ideal)


def test_levels_get_their_role_from_medium_name_or_bandwidth(node, network):
    plane = NetworkLevel("supernode", 384, 392e9, 2e-6, medium="optical")
    slow = NetworkLevel("cluster", 9216, 50e9, 5e-6, medium="optical")
    assert level_roles([node, plane, slow]) == ("scale_up", "scale_up", "scale_out")
    assert level_roles([network, plane]) == ("scale_out", "scale_out")


def test_profile_file_problems_name_the_place():
    with pytest.raises(FileProblem, match=r"here\.json"):
        decode_profiles(b'{"format_version": 1}', "here.json")
    text = b"""{"format_version": 1, "meanings": {}, "profiles": {"x": {"hardware": "h",
        "library": "l", "algorithms": [], "protocols": [],
        "constants": {"launch_s": {"value": 1, "source": "s"}}}}}"""
    with pytest.raises(FileProblem, match="launch_s"):
        decode_profiles(text)


def test_unknown_family_falls_back_to_the_generic_profile(profiles):
    assert profiles.for_family("martian-npu").name == "generic"
    with pytest.raises(UnknownName, match="known"):
        type(profiles)({}, {}).for_family("x")


def test_a_domain_over_several_hosts_has_its_own_profile(profiles):
    assert profiles.for_domain("nvidia-blackwell", 8).name == "nccl-blackwell"
    assert profiles.for_domain("nvidia-blackwell", 72).name == "nccl-blackwell-wide"
    assert profiles.for_domain("ascend-910c", 384).name == "hccl-910c"
