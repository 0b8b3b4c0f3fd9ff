"""From a drawn fabric to what its CPUs can hold for an NPU, and how fast that gets there."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray, marked
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
    a, b, rate = fabric.links.a, fabric.links.b, fabric.link_bandwidth_byte_per_s
    works = rate > 0
    a, b, rate = a[works], b[works], rate[works]
    is_npu, is_cpu = marked(count, npus), marked(count, cpus)
    is_switch = marked(count, _working(fabric, "switch"))
    by_npu, by_cpu = (
        is_switch & marked(count, b[side[a]], a[side[b]]) for side in (is_npu, is_cpu)
    )
    between = by_npu & by_cpu
    sent: FloatArray = np.zeros(count)
    for one, other in ((a, b), (b, a)):
        from_npu = is_npu[one] & (is_cpu | between)[other]
        from_cpu = is_cpu[one] & (is_npu | between)[other]
        leads = from_npu | from_cpu
        sent += np.bincount(one[leads], rate[leads], minlength=count)
    return float(min(sent[npus].min(), sent[cpus].sum() / len(npus)))


def _port_byte_per_s(fabric: Fabric, npus: IntArray, cpus: IntArray) -> float:
    """Return the rate of the NPU's own port towards the CPUs of its housing; 0 without one."""
    layout = fabric.layout
    if not np.isin(layout.housing[npus], layout.housing[cpus]).all():
        return 0.0
    part = layout.parts[int(np.argmax(np.bincount(layout.part[npus])))]
    rates = (part.ports[name].rate_byte_per_s for name in _OWN_PORTS if name in part.ports)
    return next(rates, 0.0)
