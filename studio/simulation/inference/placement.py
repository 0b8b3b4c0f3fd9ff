"""Where groups of an instance lie among the levels of a machine, and what software sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.simulation.machine import Accelerator, Machine, NetworkLevel
from studio.simulation.network.spans import Span
from studio.workload.operators import Number


def spans_of(levels: Sequence[NetworkLevel], inner: Number, size: Number) -> tuple[Span, ...]:
    """Return where a group of `size` ranks lies whose neighbours are `inner` ranks apart.

    Ranks are numbered through the innermost level first. A group that skips `inner` ranks at
    every step starts on the level at which those ranks are inside one domain.
    """
    spans = []
    reached: Number = np.asarray(inner, dtype=np.float64)
    whole = np.asarray(inner, dtype=np.float64) * size
    for level in levels:
        inside = np.minimum(np.maximum(level.ranks, reached), whole)
        spans.append(Span(level, np.asarray(inside / reached, dtype=np.float64)))
        reached = inside
    # Ranks beyond the outermost level drawn still meet on it.
    last = spans[-1]
    spans[-1] = Span(last.level, np.asarray(last.ranks * whole / reached, dtype=np.float64))
    return tuple(spans)


def split_devices(machine: Machine, devices: float, package_byte_per_s: float = 270e9) -> Machine:
    """Return the machine as software sees it: each die of a package a rank of its own.

    Notes
    -----
    The dies share the ports of their package evenly. Between the dies of one package the rate is
    that of the die-to-die link, 270 GB/s per direction in the Ascend 910C.

    References
    ----------
    Zuo et al., "Serving Large Language Models on Huawei CloudMatrix384", 2025, section 3.3.1.
    """
    count = int(devices)
    if count <= 1:
        return machine
    whole = machine.accelerator
    die = Accelerator(
        name=f"{whole.name} (1 of {count} devices)",
        family=whole.family,
        compute_flops={name: value / count for name, value in whole.compute_flops.items()},
        memory_byte=whole.memory_byte / count,
        memory_bandwidth_byte_per_s=whole.memory_bandwidth_byte_per_s / count,
        tdp_w=whole.tdp_w / count,
        idle_w=whole.idle_w / count,
    )
    package = NetworkLevel("package", count, package_byte_per_s, 218e-9)
    levels = tuple(
        replace(
            level,
            ranks=level.ranks * count,
            bandwidth_byte_per_s=level.bandwidth_byte_per_s / count,
        )
        for level in machine.levels
    )
    return replace(
        machine,
        accelerator=die,
        npu_count=machine.npu_count * count,
        levels=(package, *levels),
        host_power_w_per_npu=machine.host_power_w_per_npu / count,
        host_idle_power_w_per_npu=machine.host_idle_power_w_per_npu / count,
        host_npus=machine.host_npus * count,
    )
