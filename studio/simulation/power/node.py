"""Power of a node at its plug: NPUs, the rest of the node, fans and conversion."""

from __future__ import annotations

from studio.simulation.power.profile import PowerProfile
from studio.workload.operators import Number


def node_power_w(profile: PowerProfile, npu_w: Number, npus: float, load: Number = 1.0) -> Number:
    """Return the power of one node at the plug. [W].

    Parameters
    ----------
    profile
        Constants of the family's usual node.
    npu_w
        Mean power of one of its NPUs. [W]
    npus
        NPUs in the node.
    load
        How busy the rest of the node is, 0 idle to 1.

    Notes
    -----
    P = (n P_npu + fixed) (1 + fans) / efficiency; the fixed part lies between idle and load.
    """
    fixed = profile.node_fixed_idle_w + load * (profile.node_fixed_w - profile.node_fixed_idle_w)
    return (npus * npu_w + fixed) * (1 + profile.fan_share) / profile.conversion_efficiency
