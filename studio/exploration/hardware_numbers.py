"""Every number of hardware, software and site that a simulated job rests on, and how to change it.

Knows no workload and no result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import msgspec

from studio.design.scenario import Training
from studio.messages import Message, say
from studio.simulation.job import SimInput
from studio.simulation.machine import NetworkLevel
from studio.simulation.words import term

J_PER_KWH = 3.6e6
Change = Callable[[float], SimInput]


@dataclass(frozen=True)
class HardwareNumber:
    """One number by itself."""

    name: str
    label: Message
    value: float
    """What it is now, SI; the price of electricity per kWh."""
    dimension: str
    owner: str
    """What it belongs to: `npu`, `level:` and its name, `all` of the parts, `site`, `software`."""
    changed: Change
    """Returns the job with the number multiplied by a factor."""


def hardware_numbers(given: SimInput) -> tuple[HardwareNumber, ...]:
    """Return each number above zero; shares stay at most 1 and ratios that are at least 1 so."""
    found = (*_of_npu(given), *_of_host(given), *_of_levels(given), *_of_software(given),
             *_of_site(given))  # fmt: skip
    return tuple(number for number in found if number.value > 0)


def _of_npu(given: SimInput) -> Iterator[HardwareNumber]:
    machine = given.machine
    accelerator = machine.accelerator

    def changed(**values: object) -> SimInput:
        better = replace(accelerator, **values)  # type: ignore[arg-type]
        return replace(given, machine=replace(machine, accelerator=better))

    def computing(factor: float) -> SimInput:
        rated = accelerator.compute_flops.items()
        return changed(compute_flops={name: value * factor for name, value in rated})

    def of_field(name: str) -> Change:
        return lambda factor: changed(**{name: getattr(accelerator, name) * factor})

    peak = accelerator.compute_flops.get("bf16", 0.0)
    yield HardwareNumber("compute", say("Compute"), peak, "compute", "npu", computing)
    for name, label, dimension in (
        ("memory_bandwidth_byte_per_s", say("Memory bandwidth"), "bandwidth"),
        ("memory_byte", say("Memory"), "data"),
        ("tdp_w", say("Power at load"), "power"),
        ("idle_w", say("Power when idle"), "power"),
    ):
        value = getattr(accelerator, name)
        yield HardwareNumber(name, label, value, dimension, "npu", of_field(name))


def _of_host(given: SimInput) -> Iterator[HardwareNumber]:
    """Yield what the CPUs give an NPU, where the job uses it."""
    scenario, machine = given.scenario, given.machine
    host = machine.host
    if host is None or not isinstance(scenario, Training) or scenario.offload == "none":
        return

    def of_field(name: str) -> Change:
        def changed(factor: float) -> SimInput:
            better = replace(host, **{name: getattr(host, name) * factor})
            return replace(given, machine=replace(machine, host=better))

        return changed

    for name, label, dimension in (
        ("link_byte_per_s", say("Bandwidth to the host"), "bandwidth"),
        ("memory_bandwidth_byte_per_s", say("Memory bandwidth of the host"), "bandwidth"),
        ("memory_byte", say("Memory of the host"), "data"),
    ):
        value = getattr(host, name)
        yield HardwareNumber(f"host {name}", label, value, dimension, "all", of_field(name))


def _of_levels(given: SimInput) -> Iterator[HardwareNumber]:
    fields = (
        ("bandwidth_byte_per_s", say("{level} bandwidth"), "bandwidth", 0.0),
        ("latency_s", say("{level} latency"), "time", 0.0),
        ("oversubscription", say("{level} oversubscription"), "count", 1.0),
    )
    for index, level in enumerate(given.machine.levels):
        for name, label, dimension, least in fields:
            value = getattr(level, name)
            if value > least or name != "oversubscription":
                yield HardwareNumber(
                    f"{level.name} {name}",
                    say(label.template, level=_title(level)),
                    value,
                    dimension,
                    f"level:{level.name}",
                    _level_change(given, index, name, least),
                )


def _title(level: NetworkLevel) -> str:
    found = term(level.name)
    return type(found)(found[:1].upper() + found[1:], found.chinese)


def _level_change(given: SimInput, index: int, name: str, least: float) -> Change:
    def changed(factor: float) -> SimInput:
        levels = list(given.machine.levels)
        value = max(least, getattr(levels[index], name) * factor)
        levels[index] = replace(levels[index], **{name: value})
        return replace(given, machine=replace(given.machine, levels=tuple(levels)))

    return changed


_SOFTWARE = (
    ("matrix_efficiency", say("Achieved share of the compute peak"), "ratio", (
        "bf16_efficiency", "fp8_efficiency", "int8_efficiency", "fp4_efficiency",
        "attention_forward_efficiency", "attention_backward_efficiency",
        "attention_decode_efficiency", "attention_prefill_efficiency", "scan_efficiency",
    )),
    ("memory_efficiency", say("Achieved share of the memory bandwidth"), "ratio", (
        "hbm_efficiency", "cache_efficiency", "gather_efficiency", "optimizer_efficiency",
    )),
    ("kernel_overhead_s", say("Gaps between kernels"), "time", (
        "kernel_gap_s", "kernel_s", "launch_s", "prefill_launch_s", "host_launch_s",
    )),
)  # fmt: skip
"""Constants of the software that go up and down together; the first one is shown."""


def _of_software(given: SimInput) -> Iterator[HardwareNumber]:
    is_training = given.scenario.__struct_config__.tag == "training"
    profile = given.compute if is_training else given.serving
    place = "compute" if is_training else "serving"

    def change_of(names: tuple[str, ...], most: float) -> Change:
        def changed(factor: float) -> SimInput:
            values = {name: min(most, getattr(profile, name) * factor) for name in names}
            return replace(given, **{place: msgspec.structs.replace(profile, **values)})  # type: ignore[arg-type]

        return changed

    for name, label, dimension, constants in _SOFTWARE:
        owned = tuple(one for one in constants if hasattr(profile, one))
        most = 1.0 if dimension == "ratio" else float("inf")
        yield HardwareNumber(
            name,
            label,
            getattr(profile, owned[0]),
            dimension,
            "software",
            change_of(owned, most),
        )


def _of_site(given: SimInput) -> Iterator[HardwareNumber]:
    running = given.running

    def of_field(name: str, least: float) -> Change:
        def changed(factor: float) -> SimInput:
            value = max(least, getattr(running, name) * factor)
            return replace(given, running=replace(running, **{name: value}))

        return changed

    for name, label, dimension, least, owner in (
        ("price_usd", say("Price of all parts"), "price", 0.0, "all"),
        ("host_power_w", say("Power of all but the NPUs"), "power", 0.0, "all"),
        ("lifetime_s", say("Lifetime"), "time", 0.0, "site"),
        ("pue", say("PUE"), "count", 1.0, "site"),
        ("electricity_usd_per_j", say("Electricity price, USD per kWh"), "count", 0.0, "site"),
    ):
        shown = J_PER_KWH if name == "electricity_usd_per_j" else 1.0
        value = getattr(running, name) * shown
        yield HardwareNumber(name, label, value, dimension, owner, of_field(name, least))
