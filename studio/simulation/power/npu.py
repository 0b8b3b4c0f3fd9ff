"""Power of one NPU package from its activity; vectorised, knows no workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.simulation.machine import Accelerator
from studio.simulation.power.profile import PowerProfile
from studio.workload.operators import Number

if TYPE_CHECKING:
    from studio.simulation.power.activity import Activity


def npu_power_w(accelerator: Accelerator, profile: PowerProfile, doing: Activity) -> Number:
    """Return the mean power of one NPU. [W].

    Parameters
    ----------
    accelerator
        Gives idle power and TDP.
    profile
        Shares of the family.
    doing
        Activity, shape (n,) or numbers.

    Notes
    -----
    P = idle + (TDP - idle) min(peak, a (1 - (1 - l) w) + c u_matrix + m u_memory + n u_network +
    b u_bookkeeping): prompts run the matrix units at their sustained rate and reach TDP, decoding
    is set by memory, and large batches by what each of their sequences costs beside the model.
    """
    active = profile.active_share * (1 - (1 - profile.launch_share) * doing.waiting)
    share = (
        active
        + profile.compute_share * doing.matrix
        + profile.memory_share * doing.memory
        + profile.network_share * doing.network
        + profile.sequence_share * doing.bookkeeping
    )
    span = accelerator.tdp_w - accelerator.idle_w
    return accelerator.idle_w + span * np.minimum(share, profile.peak_share)


def capped_rate(profile: PowerProfile, cap_w: float, wanted_w: Number) -> Number:
    """Return the rate of computing under a power cap over the rate without. [1].

    Notes
    -----
    Dynamic power falls with the cube of clock and voltage together near the top of the range, so
    rate ~ (cap / wanted)^x with x about a third to a half; 1 where the cap is not reached.
    """
    return np.minimum(np.power(cap_w / np.maximum(wanted_w, 1.0), profile.cap_exponent), 1.0)
