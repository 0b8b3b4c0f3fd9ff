"""Run every rule over a fabric; one engine for window and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from studio.design.finding import Finding, by_severity
from studio.fabric.changes import Aspect
from studio.fabric.fabric import Fabric
from studio.simulation.rules import cables, exceptions, ports, rack_space, racks
from studio.simulation.rules.bend_radius import bend_radius
from studio.simulation.rules.cooling import cooling_class, inlet_temperature, liquid_parts
from studio.simulation.rules.drawn_twice import drawn_twice
from studio.simulation.rules.feed_loss import feed_loss
from studio.simulation.rules.forwarding import no_forwarding
from studio.simulation.rules.loose_end import loose_end, no_ports
from studio.simulation.rules.names import names
from studio.simulation.rules.optical_budget import optical_budget
from studio.simulation.rules.optics_fit import optics_fit
from studio.simulation.rules.oversubscription import oversubscription
from studio.simulation.rules.plane_isolation import plane_isolation
from studio.simulation.rules.rail_alignment import rail_alignment
from studio.simulation.rules.transceiver_pair import transceiver_pair
from studio.simulation.rules.tray_fill import tray_fill


@dataclass(frozen=True)
class Rule:
    """A rule and the aspects of a fabric it reads; its findings are kept while none changes."""

    report: Callable[[Fabric], Iterator[Finding]]
    reads: frozenset[Aspect] = frozenset({"design"})
    """By default everything, so that the rule is run after every edit."""


def _rule(report: Callable[[Fabric], Iterator[Finding]], *reads: Aspect) -> Rule:
    return Rule(report, frozenset(reads)) if reads else Rule(report)


RULES: tuple[Rule, ...] = (
    _rule(ports.port_overuse, "components", "links", "names"),
    _rule(ports.connector_mismatch, "components", "links"),
    _rule(ports.rate_mismatch, "components", "links", "builds"),
    _rule(ports.empty_rule, "links"),
    _rule(ports.split_cable, "components", "links"),
    _rule(cables.reach, "components", "links", "lengths", "parts", "site"),
    _rule(cables.connected_planes, "components", "links", "states"),
    _rule(no_forwarding, "components", "links", "builds", "states"),
    _rule(rack_space.rack_units, "components", "builds", "states"),
    _rule(rack_space.rack_depth, "components", "builds", "states"),
    _rule(racks.floor_space, "components", "builds", "places", "site"),
    _rule(racks.rack_power, "components", "links", "builds", "draws", "states"),
    _rule(racks.rack_mass, "components", "builds", "states"),
    _rule(racks.feeds, "components", "links", "builds", "draws", "states", "feeds", "site"),
    _rule(exceptions.dangling_exception, "components", "links", "states"),
    _rule(optics_fit, "components", "links", "builds"),
    _rule(transceiver_pair, "links", "builds"),
    _rule(optical_budget, "links", "lengths", "builds"),
    _rule(bend_radius, "components", "links", "builds", "places", "site"),
    _rule(tray_fill, "components", "links", "builds", "places", "site"),
    _rule(cooling_class, "components", "links", "builds", "draws", "states"),
    _rule(liquid_parts, "components", "builds", "states"),
    _rule(inlet_temperature, "components", "builds", "site"),
    _rule(feed_loss, "components", "links", "builds", "draws", "states", "feeds"),
    _rule(rail_alignment, "components", "links"),
    _rule(oversubscription, "components", "links", "states"),
    _rule(drawn_twice, "links"),
    _rule(loose_end, "components", "links", "builds", "states"),
    _rule(no_ports, "components", "builds", "states"),
    _rule(plane_isolation, "components", "links", "builds"),
    _rule(names),
)


@dataclass(frozen=True)
class Checked:
    """What the rules say of one fabric."""

    by_rule: tuple[tuple[Finding, ...], ...]
    """In the order of `RULES`, those that somebody accepted included."""
    findings: tuple[Finding, ...]
    """All that nobody waived, errors first."""
    accepted: tuple[tuple[Finding, str], ...] = ()
    """Those that somebody judged otherwise, with the key of the waiver."""


def check(fabric: Fabric) -> tuple[Finding, ...]:
    """Return the findings of all rules that nobody waived, errors first."""
    return checked(fabric).findings


def checked(
    fabric: Fabric, known: Checked | None = None, same: frozenset[Aspect] = frozenset()
) -> Checked:
    """Run the rules.

    Parameters
    ----------
    known, same : what the rules said of an earlier fabric, and the aspects unchanged since; the
        result is the same without.
    """
    by_rule = tuple(
        known.by_rule[number] if known and rule.reads <= same else tuple(rule.report(fabric))
        for number, rule in enumerate(RULES)
    )
    waived = fabric.design.waivers
    found: list[Finding] = []
    accepted: list[tuple[Finding, str]] = []
    for one in chain.from_iterable(by_rule):
        # What is said of a single finding goes before what is said of its rule.
        key = next((key for key in (one.key, one.rule) if key in waived), "")
        judged = waived[key].shown_as if key else one.severity
        if key:
            accepted.append((one, key))
        if judged != "ignore":
            found.append(replace(one, severity=judged) if judged != one.severity else one)
    return Checked(by_rule, by_severity(found), tuple(accepted))
