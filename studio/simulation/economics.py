"""Energy and cost of the tokens a job makes; vectorised over mappings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.simulation.job import Running
from studio.simulation.result import SimResult
from studio.workload.operator import Number

MILLION = 1e6


@dataclass(frozen=True)
class Economics:
    """Power, energy and cost while a job runs; numbers or arrays of shape (n,)."""

    equipment_power_w: Number
    facility_power_w: Number
    energy_j_per_token: Number
    cost_terms: tuple[tuple[str, Number], ...]
    """Per million tokens. [USD]"""

    @property
    def cost_usd_per_million_tokens(self) -> Number:
        """All terms together."""
        total: Number = 0.0
        for _, cost in self.cost_terms:
            total = total + cost
        return total


def economics(
    npu_power_w: Number,
    npus: Number,
    machine_npus: int,
    idle_npu_w: float,
    tokens_per_s: Number,
    running: Running,
) -> Economics:
    """Return what the job draws and costs.

    Parameters
    ----------
    npu_power_w : mean draw of one NPU that works. [W]
    npus, machine_npus : NPUs that work, and NPUs of the machine; the others idle.

    Notes
    -----
    equipment = working NPUs x draw + idle NPUs x idle draw + everything else under load;
    facility = equipment x PUE; energy per token = facility / tokens per second;
    cost = (price / lifetime + facility x electricity price) / tokens per second. Maintenance,
    staff, building and capital cost are not in it.
    """
    equipment = npu_power_w * npus + idle_npu_w * (machine_npus - npus) + running.host_power_w
    facility = equipment * running.pue
    is_working = np.asarray(tokens_per_s) > 0
    per_token = np.where(is_working, 1 / np.where(is_working, tokens_per_s, 1.0), 0.0)
    write_off = running.price_usd / running.lifetime_s if running.lifetime_s > 0 else 0.0
    terms = (
        ("depreciation", write_off * per_token * MILLION),
        ("electricity", facility * running.electricity_usd_per_j * per_token * MILLION),
    )
    return Economics(equipment, facility, facility * per_token, terms)


def priced(result: SimResult, running: Running) -> SimResult:
    """Return the result of the same job where running costs something else."""
    load = result.load
    money = economics(
        load.npu_power_w,
        load.npus,
        load.machine_npus,
        load.idle_npu_w,
        load.tokens_per_s,
        running,
    )
    return replace(
        result,
        equipment_power_w=float(money.equipment_power_w),
        facility_power_w=float(money.facility_power_w),
        energy_j_per_token=float(money.energy_j_per_token),
        cost_usd_per_million_tokens=float(money.cost_usd_per_million_tokens),
        cost_terms=tuple((name, float(cost)) for name, cost in money.cost_terms),
    )
