"""Which cables and transceivers carry the links of a rule: by length, form, rate and light budget.

The bounds are those of the rules `reach`, `rate-mismatch`, `optics-fit` and `optical-budget`, so
that what is named here is found fault with by none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio.catalog.part import Kind
from studio.fabric.fabric import Fabric
from studio.fabric.links import RuleLinks
from studio.fabric.parts import PartData, resolve_part
from studio.simulation.rules.optics_fit import CAGES
from studio.simulation.rules.ports import CODING, ports_of


@dataclass(frozen=True)
class Medium:
    """A cable, with the same transceiver at both ends or none."""

    cable: PartData
    transceiver: PartData | None
    price_usd: float
    """Of one cable of mean length with its transceivers; 0 where a price is not known."""
    power_w: float
    """Typical, of the cable and both transceivers."""


def fitting_media(fabric: Fabric, name: str) -> tuple[Medium, ...]:
    """Return what can carry the links of a rule, the cheapest first, those without a price last.

    The lengths are those of the links with their slack; a fibre's loss is its attenuation times
    length plus its connectors, against the budget of the transceiver. A figure that the catalogue
    does not give is no bound, except that a part of unknown reach or form is not offered.
    """
    number = next((n for n, one in enumerate(fabric.links.rules) if one.name == name), None)
    if number is None:
        return ()
    one = fabric.links.rules[number]
    length = fabric.geometry.length_m[fabric.links.start[number] : fabric.links.start[number + 1]]
    cages = {port.connector for side in (0, 1) for port in ports_of(fabric, one, side) if port}
    if not len(length) or not cages:
        return ()
    longest, mean = float(length.max()), float(length.mean())
    routing = fabric.design.site.routing
    if not one.rule.cable:
        # The links are traces so far, without the slack and the stock lengths of a cable.
        longest += routing.slack_m + routing.slack_fraction * longest
        stock = [step for step in sorted(routing.stock_lengths_m) if step >= longest - 1e-9]
        longest = stock[0] if stock else longest
    found = [
        _medium(cable, module, mean)
        for cable, module in _pairs(fabric, cages)
        if _carries(one, longest, cable, module)
    ]
    found.sort(key=lambda medium: (not medium.price_usd, medium.price_usd, medium.power_w))
    return tuple(found)


def _pairs(fabric: Fabric, cages: set[str]) -> Iterator[tuple[PartData, PartData | None]]:
    """Yield bare cables that go into the ports, and fibres with modules that do."""
    cables, modules = _parts(fabric, "cable"), _parts(fabric, "transceiver")
    for cable in cables:
        if _goes_into(cable, cages):
            yield cable, None
    for module in modules:
        if not _goes_into(module, cages):
            continue
        for cable in cables:
            socket, plug = module.tags.get("fibre_connector", ""), cable.tags.get("connector", "")
            is_alike = module.tags.get("medium") == cable.tags.get("medium")
            if is_alike and (not socket or (plug and socket.endswith(plug))):
                yield cable, module


def _parts(fabric: Fabric, kind: Kind) -> list[PartData]:
    changes, catalog = fabric.design.parts, fabric.catalog
    own = [
        part for part, one in changes.items() if one.base and catalog.part(one.base).kind == kind
    ]
    known = [part.id for part in catalog.of_kind(kind)]
    return [resolve_part(part, changes.get(part), catalog) for part in (*own, *known)]


def _goes_into(plug: PartData, cages: set[str]) -> bool:
    form = plug.tags.get("connector", "")
    return bool(form) and all(form in CAGES.get(cage, frozenset((cage,))) for cage in cages)


def _carries(one: RuleLinks, longest_m: float, cable: PartData, module: PartData | None) -> bool:
    asked = one.bandwidth_byte_per_s * one.rule.links_per_cable
    for part in (cable, module):
        if part is None:
            continue
        reach, rate = part.value("reach"), part.value("rate")
        if not longest_m <= reach or (rate and asked > rate * CODING):
            return False
    if module is None or not cable.value("attenuation") or not module.value("loss_budget"):
        return True
    loss = cable.value("loss_budget") + cable.value("attenuation") * longest_m
    return loss <= module.value("loss_budget") * (1 + 1e-9)


def _medium(cable: PartData, module: PartData | None, mean_m: float) -> Medium:
    price = cable.value("price") + cable.value("price_per_m") * mean_m
    power = cable.value("power_typical")
    if not cable.value("price") or (module is not None and not module.value("price")):
        price = 0.0
    elif module is not None:
        price += 2 * module.value("price")
    if module is not None:
        power += 2 * module.value("power_typical")
    return Medium(cable, module, price, power)
