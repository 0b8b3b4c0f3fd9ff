"""One phase of serving as numbers for plots: terms, operators, utilisation, power."""

from __future__ import annotations

from studio.simulation.inference.engine import Engine
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.result import OperatorPoint, Phase
from studio.simulation.power.activity import Activity, activity_of
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile


def phase_of(name: str, engine: Engine, one: PassTime, power: PowerProfile) -> tuple[Phase, float]:
    """Return a phase and the power of one device in it."""
    accelerator = engine.machine.accelerator
    doing: Activity = activity_of(engine, one)
    watts = scalar(npu_power_w(accelerator, power, doing))
    points = tuple(
        OperatorPoint(
            row.name,
            row.term,
            flops := float(row.flops),
            traffic := float(row.traffic_byte),
            time := float(row.time_s),
            flops / max(traffic, 1.0),
            flops / max(time, 1e-12),
            "compute" if row.compute_s > row.memory_s else "memory",
        )
        for row in one.operators
    )
    phase = Phase(
        name,
        scalar(one.time_s),
        {term: scalar(value) for term, value in one.terms.items()},
        scalar(doing.compute),
        scalar(doing.memory),
        scalar(doing.network),
        watts * engine.profile.devices_per_npu,
        points,
    )
    return phase, watts
