"""What a simulated job is given: machine, scenario, model, profiles and the price of running."""

from __future__ import annotations

from dataclasses import dataclass

from studio.design.scenario import Scenario
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.machine import Machine
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.simulation.power.profile import PowerProfile
from studio.workload.model import AiModel
from studio.workload.profile import ComputeProfile


@dataclass(frozen=True)
class Running:
    """What equipment and site cost and draw, apart from the job's own activity."""

    idle_power_w: float
    """Equipment with nothing to do."""
    host_power_w: float
    """CPUs, memory, switches, optics, fans and losses under load: all but the NPUs."""
    price_usd: float
    lifetime_s: float
    pue: float
    electricity_usd_per_j: float
    interruptions_per_year: float = 0.0
    """Of a job that uses the whole machine; 0 where failure rates are not known."""


@dataclass(frozen=True)
class SimInput:
    """Everything a simulation may know."""

    machine: Machine
    scenario: Scenario
    model: AiModel
    compute: ComputeProfile
    serving: InferenceProfile
    network: NetworkProfile
    exchange: ExpertProfile
    power: PowerProfile
    running: Running
