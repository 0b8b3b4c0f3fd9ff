"""Run every rule over a fabric; one engine for window and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.simulation.rules import cables, exceptions, ports, racks

Rule = Callable[[Fabric], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    ports.port_overuse,
    ports.connector_mismatch,
    ports.rate_mismatch,
    ports.empty_rule,
    ports.split_cable,
    cables.reach,
    cables.connected_planes,
    racks.rack_units,
    racks.floor_space,
    racks.rack_power,
    racks.rack_mass,
    racks.feeds,
    exceptions.dangling_exception,
)

_RANK = {"error": 0, "warning": 1, "info": 2}


def check(fabric: Fabric) -> tuple[Finding, ...]:
    """Return the findings of all rules that nobody waived, errors first."""
    waived = fabric.design.waivers
    found = [one for rule in RULES for one in rule(fabric) if one.key not in waived]
    return tuple(sorted(found, key=lambda one: _RANK[one.severity]))
