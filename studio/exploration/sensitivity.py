"""How a result answers to every hardware number of a machine: the bars of a tornado plot.

Works with any result that is a number of a machine; knows no workload.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from studio.errors import InvalidInput
from studio.simulation.machine import Machine

DEFAULT_CHANGE = 0.2


@dataclass(frozen=True)
class Sensitivity:
    """The result when one hardware number is lowered and raised by the same share."""

    name: str
    value: float
    """What the number is now, SI."""
    at_low: float
    at_high: float
    baseline: float

    @property
    def swing(self) -> float:
        """Width of the bar relative to the baseline. [1]."""
        return abs(self.at_high - self.at_low) / abs(self.baseline)

    @property
    def elasticity(self) -> float:
        """Relative change of the result per relative change of the number, raised. [1]."""
        return (self.at_high / self.baseline - 1) if self.baseline else math.nan


def hardware_numbers(machine: Machine) -> Mapping[str, tuple[float, Callable[[float], Machine]]]:
    """Return each hardware number of a machine by name, with how to change it."""
    accelerator = machine.accelerator
    found: dict[str, tuple[float, Callable[[float], Machine]]] = {}

    def scaled_compute(factor: float) -> Machine:
        flops = {key: value * factor for key, value in accelerator.compute_flops.items()}
        return replace(machine, accelerator=replace(accelerator, compute_flops=flops))

    def with_field(name: str) -> Callable[[float], Machine]:
        def changed(factor: float) -> Machine:
            value = getattr(accelerator, name) * factor
            return replace(machine, accelerator=replace(accelerator, **{name: value}))

        return changed

    found["compute"] = (accelerator.compute_flops.get("bf16", 0.0), scaled_compute)
    for name in ("memory_bandwidth_byte_per_s", "memory_byte", "tdp_w", "idle_w"):
        found[name] = (getattr(accelerator, name), with_field(name))
    for index, level in enumerate(machine.levels):
        for field in ("bandwidth_byte_per_s", "latency_s"):
            found[f"{level.name} {field}"] = (
                getattr(level, field),
                _level_change(machine, index, field),
            )
    return found


def _level_change(machine: Machine, index: int, field: str) -> Callable[[float], Machine]:
    def changed(factor: float) -> Machine:
        levels = list(machine.levels)
        value = getattr(levels[index], field) * factor
        levels[index] = replace(levels[index], **{field: value})
        return replace(machine, levels=tuple(levels))

    return changed


def sensitivities(
    machine: Machine, evaluate: Callable[[Machine], float], change: float = DEFAULT_CHANGE
) -> tuple[Sensitivity, ...]:
    """Return the sensitivity of `evaluate` to every hardware number, widest bar first.

    Parameters
    ----------
    machine
        The baseline.
    evaluate
        Any result of a machine: seconds per step, tokens per second, joules.
    change
        Share by which each number is lowered and raised, between 0 and 1.

    Raises
    ------
    InvalidInput : `change` is outside 0..1, or the baseline result is zero or not finite.
    """
    if not 0 < change < 1:
        raise InvalidInput("a change of {change:g} is outside 0..1", change=change)
    baseline = evaluate(machine)
    if not math.isfinite(baseline) or baseline == 0:
        raise InvalidInput(
            "the result of the unchanged machine is {baseline:g}: nothing to vary",
            baseline=baseline,
        )
    bars = [
        Sensitivity(name, value, evaluate(make(1 - change)), evaluate(make(1 + change)), baseline)
        for name, (value, make) in hardware_numbers(machine).items()
        if value > 0
    ]
    return tuple(sorted(bars, key=lambda bar: -bar.swing))
