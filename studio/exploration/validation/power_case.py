"""A row of published power measurements, the machine behind it and its power limits.

Predicts nothing; measured columns are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from studio.exploration.serving_library import power_profile, serving_family
from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.rows import Row, whole
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.machine import Machine
from studio.simulation.power.node import node_power_w
from studio.simulation.power.npu import capped_rate
from studio.simulation.power.profile import PowerProfile

PowerOf = Callable[[str], PowerProfile]
ProfileOf = Callable[[str, str], InferenceProfile]
Reading = Callable[[PowerProfile], float]
"""How the metric of a row follows from power constants."""

NODE_NPUS = 8

_LIMITS = ((re.compile(r"MaxQ|reduced power", re.IGNORECASE), 500.0 / 700.0),)
"""Words for a power limit, and its share of TDP: NVIDIA's public MLPerf configurations of large
language models on H200 set 500 W of 700 W for MaxQ. Ratings of capped machines are in the table
of machines."""
_LIQUID = re.compile(r"liquid|direct-to-chip|\bDLC\b", re.IGNORECASE)
_FANS_LEFT_WITH_LIQUID = 0.2
"""Fan power left where liquid cools the chips: ASME InterPACK 2022 study of Vertiv and NVIDIA."""
_CONVERSION = re.compile(r"conversion_eff\w*\s*([01]?\.\d+)")


@dataclass(frozen=True)
class PowerCase:
    """One row, the machine it ran on and where serving profiles come from."""

    row: Row
    machine: Machine
    profile_of: ProfileOf
    limit_share: float = 1.0
    """Power limit of an accelerator over its TDP."""

    def says(self, column: str, *words: str) -> bool:
        """Return whether a column contains one of the words."""
        text = (self.row.get(column) or "").lower()
        return any(word in text for word in words)

    @property
    def units(self) -> int:
        """Accelerators that were measured together; 0 where the row does not say."""
        return max(whole(self.row, "units"), 0)

    def conditions(self, power: PowerProfile) -> PowerProfile:
        """Return the constants as this machine has them: its limit, cooling and supplies."""
        accelerator = self.machine.accelerator
        span = accelerator.tdp_w - accelerator.idle_w
        limit = (self.limit_share * accelerator.tdp_w - accelerator.idle_w) / span
        supplies = _CONVERSION.search(self.row.get("measurement_point") or "")
        is_liquid = _LIQUID.search(self.row.get("hw") or "")
        return msgspec.structs.replace(
            power,
            peak_share=min(power.peak_share, limit),
            fan_share=power.fan_share * (_FANS_LEFT_WITH_LIQUID if is_liquid else 1.0),
            conversion_efficiency=(float(supplies[1]) if supplies else power.conversion_efficiency),
        )


def power_case(row: Row, profile_of: ProfileOf) -> PowerCase | str:
    """Return the case of a row, or why its machine is not known."""
    hardware = row.get("hw") or ""
    machine, why_not = machine_of_row(row, max(whole(row, "units", NODE_NPUS), 1))
    if machine is None:
        return why_not
    share = next((share for words, share in _LIMITS if words.search(hardware)), 1.0)
    return PowerCase(row, _limited(machine, share), profile_of, share)


def _limited(machine: Machine, share: float) -> Machine:
    """Return the machine as fast as its power limit lets it compute; TDP stays the rated one."""
    if share == 1.0:
        return machine
    accelerator = machine.accelerator
    power = power_profile(serving_family(accelerator))
    rate = scalar(capped_rate(power, share * accelerator.tdp_w, accelerator.tdp_w))
    slower = {rating: flops * rate for rating, flops in accelerator.compute_flops.items()}
    return replace(machine, accelerator=replace(accelerator, compute_flops=slower))


def nodes_power_w(power: PowerProfile, npu_w: float, npus: float, load: float = 1.0) -> float:
    """Return the power of the usual nodes of eight that hold so many NPUs. [W]."""
    return npus / NODE_NPUS * scalar(node_power_w(power, npu_w, float(NODE_NPUS), load))
