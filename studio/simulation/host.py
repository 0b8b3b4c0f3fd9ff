"""From a drawn fabric to what its CPUs can hold for an NPU, and how fast that gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray, marked
from studio.fabric.changes import Aspect
from studio.fabric.fabric import Fabric
from studio.simulation.machine import Host

HOST_READ: frozenset[Aspect] = frozenset({"components", "links", "states", "ratings", "builds"})
"""Aspects of a fabric that `host_of` depends on."""
_OWN_PORTS = ("c2c", "pcie")
"""Ports of an NPU that lead to a CPU of its housing where no link is drawn, the fastest first."""


def host_of(fabric: Fabric) -> Host | None:
    """Return the share of one NPU in the memory of the CPUs, None where there is no way there.

    Notes
    -----
    NPUs copy at once, so that each has its own links, its share of those of the CPUs or its share
    of their memory bandwidth, whichever is least. Links lead there directly, or over switches that
    both are joined to.
    """
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    cpus = _working(fabric, "cpu")
    if not len(npus) or not len(cpus):
        return None
    memory = _sum(fabric, _hosted(fabric, npus, cpus), "memory")
    drawn = _drawn_byte_per_s(fabric, npus, cpus)
    link = drawn or _port_byte_per_s(fabric, npus, cpus)
    bandwidth = _sum(fabric, cpus, "memory_bandwidth") / len(npus)
    if not min(memory, link, bandwidth) > 0:
        return None
    return Host(min(link, bandwidth), memory / len(npus), bandwidth, is_drawn=drawn > 0)


def _working(fabric: Fabric, kind: str) -> IntArray:
    found = fabric.layout.of_kind(kind)
    return found[fabric.component_present[found] & (fabric.component_factor[found] > 0)]


def _hosted(fabric: Fabric, npus: IntArray, cpus: IntArray) -> IntArray:
    """Return the memory modules that stand with CPUs, in housings or racks where NPUs are."""
    layout = fabric.layout
    modules = _working(fabric, "memory")
    with_cpu = np.isin(layout.housing[modules], layout.housing[cpus])
    return modules[with_cpu & np.isin(layout.rack[modules], layout.rack[npus])]


def _sum(fabric: Fabric, components: IntArray, field: str) -> float:
    values = np.array([part.value(field) for part in fabric.layout.parts])
    return float(values[fabric.layout.part[components]].sum())


def _drawn_byte_per_s(fabric: Fabric, npus: IntArray, cpus: IntArray) -> float:
    """Return what an NPU can send to CPUs over links that are drawn; 0 where none lead there."""
    count = fabric.layout.component_count
    is_npu, is_cpu = marked(count, npus), marked(count, cpus)
    is_switch = marked(count, _working(fabric, "switch"))
    cpu_ends = _ends(fabric, is_cpu, is_npu | is_switch)
    near_cpus = marked(count, cpu_ends.far) & is_switch
    npu_ends = _ends(fabric, is_npu, near_cpus | is_cpu)
    sent = np.bincount(npu_ends.near, npu_ends.rate, minlength=count)[npus]
    near_npus = marked(count, npu_ends.far) | is_npu
    taken = cpu_ends.rate[near_npus[cpu_ends.far]].sum()
    return float(min(sent.min(), taken / len(npus)))


@dataclass(frozen=True)
class _Ends:
    """Working links from components of one kind to others; arrays have shape (n_links,)."""

    near: IntArray
    far: IntArray
    rate: FloatArray


def _ends(fabric: Fabric, near: BoolArray, far: BoolArray) -> _Ends:
    a, b = fabric.links.a, fabric.links.b
    there, back = np.flatnonzero(near[a] & far[b]), np.flatnonzero(near[b] & far[a])
    rate = fabric.link_bandwidth_byte_per_s
    return _Ends(
        np.concatenate([a[there], b[back]]),
        np.concatenate([b[there], a[back]]),
        np.concatenate([rate[there], rate[back]]),
    )


def _port_byte_per_s(fabric: Fabric, npus: IntArray, cpus: IntArray) -> float:
    """Return the rate of the NPU's own port towards the CPUs of its housing; 0 without one."""
    layout = fabric.layout
    if not np.isin(layout.housing[npus], layout.housing[cpus]).all():
        return 0.0
    part = layout.parts[int(np.argmax(np.bincount(layout.part[npus])))]
    rates = (part.ports[name].rate_byte_per_s for name in _OWN_PORTS if name in part.ports)
    return next(rates, 0.0)
