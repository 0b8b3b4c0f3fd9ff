"""From a compiled fabric to the machine and the running costs a simulation sees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.catalog.catalog import weakest
from studio.catalog.fields import NUMBER_FORMATS
from studio.catalog.part import Grade
from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Layout
from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.host import host_of
from studio.simulation.job import Running
from studio.simulation.levels import network_levels
from studio.simulation.machine import Accelerator, Machine, NetworkLevel
from studio.simulation.rollup.figure import Figure
from studio.simulation.rollup.totals import Totals


def machine_of(
    fabric: Fabric,
    totals: Totals,
    levels: tuple[NetworkLevel, ...] | None = None,
    hosted: Machine | None = None,
) -> Machine:
    """Return the machine a fabric is: its most frequent NPU type and the levels around it.

    Parameters
    ----------
    levels : what `network_levels` gives, where it is known.
    hosted : machine of an earlier snapshot whose hosts are as they were.

    Raises
    ------
    InvalidDesign : there is no working NPU, or its ratings are missing.
    """
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    if not len(npus):
        raise InvalidDesign("no NPU is in order; draw a node with NPUs to simulate a job")
    counts = np.bincount(fabric.layout.part[npus])
    part = fabric.layout.parts[int(np.argmax(counts))]
    count = int(counts.max())
    notes = []
    if count < len(npus):
        notes.append(
            say(
                "{npu_count} NPUs of other types than {part} take no part",
                npu_count=len(npus) - count,
                part=part.title,
            )
        )
    host = totals.value("power_w.typical") - count * part.value("power_typical")
    idle = totals.value("power_w.idle") - count * part.value("power_idle")
    return Machine(
        accelerator=_accelerator(part, port_figures(fabric, totals)),
        npu_count=count,
        levels=network_levels(fabric) if levels is None else levels,
        evidence=totals.figures["memory_bandwidth_byte_per_s"].grade,
        host_power_w_per_npu=max(0.0, host) / count,
        host_idle_power_w_per_npu=max(0.0, idle) / count,
        assumptions=tuple(notes),
        host_npus=_host_npus(fabric.layout, npus),
        host=hosted.host if hosted else host_of(fabric),
    )


def _host_npus(layout: Layout, npus: IntArray) -> float:
    """Return the NPUs that share a housing with a CPU, for each such housing; 0 without CPUs."""
    homes = layout.housing[npus]
    hosted = homes[np.isin(homes, layout.housing[layout.of_kind("cpu")])]
    return hosted.size / np.unique(hosted).size if hosted.size else 0.0


def _accelerator(part: PartData, ports: tuple[Figure, ...]) -> Accelerator:
    rated = {
        name: part.values[f"compute_{name}"]
        for name in NUMBER_FORMATS
        if part.value(f"compute_{name}") > 0
    }
    for field in ("memory", "memory_bandwidth"):
        if part.value(field) <= 0:
            raise InvalidDesign(
                "part {part!r} has no {field}; a simulation needs one above 0",
                part=part.id,
                field=field,
            )
    if not rated:
        raise InvalidDesign(
            "part {part!r} has no compute rating; a simulation needs one",
            part=part.id,
        )
    return Accelerator(
        name=part.name,
        family=part.family,
        compute_flops=rated,
        memory_byte=part.value("memory"),
        memory_bandwidth_byte_per_s=part.value("memory_bandwidth"),
        tdp_w=part.value("power_typical") or part.value("power_max"),
        idle_w=part.value("power_idle"),
        dies=int(part.value("dies") or 1),
        grades=_grades(part, tuple(rated), ports),
    )


def _grades(
    part: PartData, formats: tuple[str, ...], figures: tuple[Figure, ...]
) -> Mapping[str, Grade]:
    fields = {
        **{name: f"compute_{name}" for name in formats},
        "memory": "memory",
        "memory_bandwidth": "memory_bandwidth",
        "power": "power_typical" if part.value("power_typical") else "power_max",
    }
    found = {key: part.origins[name].grade for key, name in fields.items() if name in part.origins}
    ports = [term.origin.grade for figure in figures for term in figure.terms if term.origin]
    return {**found, "ports": weakest(ports)} if ports else found


def port_figures(fabric: Fabric, totals: Totals) -> tuple[Figure, ...]:
    """Return what NPUs inject into the planes that jobs communicate over."""
    used = ("scale_up", "scale_out")
    names = [key for key, plane in fabric.design.planes.items() if plane.role in used]
    found = (totals.figures.get(f"injection_bandwidth_byte_per_s.{name}") for name in names)
    return tuple(figure for figure in found if figure is not None)


def running_of(fabric: Fabric, totals: Totals, machine: Machine) -> Running:
    """Return what the equipment and its site cost to run."""
    site = fabric.design.site
    if not 1.0 <= site.pue < 10:
        raise InvalidDesign("site: PUE {pue}; 1 to 10 is possible", pue=site.pue)
    return Running(
        idle_power_w=totals.value("power_w.idle"),
        host_power_w=machine.host_power_w_per_npu * machine.npu_count,
        price_usd=totals.value("price_usd"),
        lifetime_s=site.lifetime_s,
        pue=site.pue,
        electricity_usd_per_j=site.electricity_price_usd_per_j,
        interruptions_per_year=totals.value("interruptions_per_year"),
    )
