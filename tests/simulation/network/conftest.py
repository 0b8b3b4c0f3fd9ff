from pathlib import Path

import pytest

from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import Channel, NetworkProfile, Protocol, Role
from studio.simulation.network.profile_table import ProfileTable, decode_profiles

DATA = Path(__file__).parents[3] / "models" / "workloads" / "profiles" / "network.json"


@pytest.fixture(scope="session")
def profiles() -> ProfileTable:
    return decode_profiles(DATA.read_bytes())


@pytest.fixture
def ideal() -> NetworkProfile:
    """A library without overhead: what is left is wire and link latency."""
    perfect = Channel(efficiency=1.0, step_s=0.0)
    return NetworkProfile(
        name="ideal",
        launch_s=0.0,
        eager_launch_s=0.0,
        peer_s=dict.fromkeys(Role, 0.0),
        protocols=(Protocol("simple", 0.0, dict.fromkeys(Role, perfect)),),
        operations={},
        algorithms=("ring", "tree", "direct", "halving-doubling", "hierarchical"),
    )


@pytest.fixture
def node() -> NetworkLevel:
    return NetworkLevel("node", 8, 400e9, 1e-6, medium="copper")


@pytest.fixture
def network() -> NetworkLevel:
    return NetworkLevel("network", 1024, 50e9, 3e-6, medium="RoCE")
