import pytest

from studio.errors import InvalidInput
from studio.simulation.network.access import access_bandwidth, access_time_s, batch_time_s

GB = 1e9
US = 1e-6

CLOUDMATRIX = [
    ("read", False, 167, 164, 1.2, 1.9),
    ("write", False, 137, 135, 1.3, 2.1),
    ("read", True, 151, 147, 1.0, 1.7),
    ("write", True, 110, 107, 1.1, 1.9),
]


@pytest.mark.parametrize(("verb", "host", "near", "far", "near_us", "far_us"), CLOUDMATRIX)
def test_cloudmatrix_table_of_bandwidth_and_latency(
    profiles, verb, host, near, far, near_us, far_us
):
    """Zuo et al., arXiv 2506.12708, table 1: per die, one direction, latency of 512 bytes.

    Bandwidth within 1.5 %, latency within 6 %.
    """
    profile = profiles.access["ub-load-store"]
    ends = {"from_host": host and verb == "read", "to_host": host and verb == "write"}
    for is_far, rate, latency in ((False, near, near_us), (True, far, far_us)):
        achieved = access_bandwidth(profile, verb, is_far=is_far, **ends)
        assert achieved == pytest.approx(rate * GB, rel=0.015)
        time = access_time_s(profile, verb, 512, is_far=is_far, **ends)
        assert time == pytest.approx(latency * US, rel=0.06)


def test_long_messages_approach_the_rated_share(profiles):
    profile = profiles.access["hixl-a3-hccs"]
    rates = [
        size / access_time_s(profile, "read", size, is_far=False) for size in (1e5, 1e6, 1e7, 1e9)
    ]
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(
        access_bandwidth(profile, "read", is_far=False, from_host=False, to_host=False), rel=0.01
    )


def test_a_batch_costs_its_start_once(profiles):
    profile = profiles.access["mori-io"]
    one = batch_time_s(profile, "read", 1e6, 1)
    many = batch_time_s(profile, "read", 1e6, 128)
    assert many < 128 * one
    assert many > 128 * 1e6 / profile.bandwidth_byte_per_s


def test_unknown_verbs_and_sizes_are_refused(profiles):
    profile = profiles.access["mori-io"]
    with pytest.raises(InvalidInput, match="'copy' is no access"):
        access_time_s(profile, "copy", 1.0, is_far=False)
    with pytest.raises(InvalidInput, match="-1"):
        access_time_s(profile, "read", -1, is_far=False)
