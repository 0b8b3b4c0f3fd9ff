"""How fast the links of a rule are: as fast as the slower of the ports they join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.design.model import LinkRule
from studio.errors import InvalidDesign
from studio.fabric.arrays import BoolArray, FloatArray, IntArray, marked
from studio.fabric.layout import Layout
from studio.fabric.parts import PartData, Port
from studio.messages import say


@dataclass(frozen=True)
class SlowerLinks:
    """Links of a rule that are slower than the others; shapes (n_slower,)."""

    links: IntArray
    """Counted from the first link of the rule."""
    bandwidth_byte_per_s: FloatArray


def link_rates(
    name: str, rule: LinkRule, ends: Sequence[IntArray], layout: Layout
) -> tuple[float, SlowerLinks | None]:
    """Return the bandwidth of the links of a rule per direction, and those that are slower.

    A component that is another part than its assembly says slows its own links only. A bandwidth
    that the rule states holds for all of them.

    Parameters
    ----------
    ends : A and B side of every link, each of shape (n_links,).

    Raises
    ------
    InvalidDesign : a part has no ports of the name, or several kinds and none was named.
    """
    if rule.bandwidth_byte_per_s:
        return rule.bandwidth_byte_per_s, None
    own, names = _own_ends(layout, ends), (rule.a_port, rule.b_port)
    rates = [
        # Where a side is nothing but parts of their own, they are the usual ones of the rule.
        _rates(name, side if is_own.all() else side[~is_own], port, layout)
        for side, is_own, port in zip(ends, own, names, strict=True)
    ]
    rate = min((one for side in rates for one in side.values()), default=0.0)
    chosen = np.flatnonzero(own[0] | own[1])
    if not len(chosen):
        return rate, None
    limit = np.full(len(chosen), rate)
    for side, port, is_own in zip(ends, names, own, strict=True):
        for part, port_rate in _rates(name, side[is_own], port, layout).items():
            at = is_own[chosen] & (layout.part[side[chosen]] == part)
            limit[at] = np.minimum(limit[at], port_rate)
    slower = limit < rate
    return rate, SlowerLinks(chosen[slower], limit[slower]) if slower.any() else None


def _own_ends(layout: Layout, ends: Sequence[IntArray]) -> list[BoolArray]:
    """Tell which ends are parts that differ from their assembly."""
    if not len(layout.different):
        return [np.zeros(len(side), dtype=bool) for side in ends]
    is_own = marked(layout.component_count, layout.different)
    return [is_own[side] for side in ends]


def _rates(name: str, side: IntArray, port_name: str, layout: Layout) -> dict[int, float]:
    """Return the rate of the ports taken at some ends by part; parts without ports have none."""
    user = say("link rule {name!r}", name=name)
    found = {}
    for number in np.flatnonzero(np.bincount(layout.part[side])).tolist():
        port = port_of(layout.parts[number], port_name, user)
        if port is not None:
            found[number] = port.rate_byte_per_s
    return found


def port_of(part: PartData, name: str, user: str) -> Port | None:
    """Return the port group of a part that a rule uses, None where the part lists no ports.

    Raises
    ------
    InvalidDesign : the part has no such ports, or several and none was named.
    """
    if name:
        if name not in part.ports:
            known = ", ".join(part.ports) or say("none")
            raise InvalidDesign(
                "{user}: part {part!r} has no ports {name!r}; it has {known}",
                user=user,
                part=part.id,
                name=name,
                known=known,
            )
        return part.ports[name]
    if len(part.ports) > 1:
        raise InvalidDesign(
            "{user}: part {part!r} has several kinds of ports; name one of {ports}",
            user=user,
            part=part.id,
            ports=", ".join(part.ports),
        )
    return next(iter(part.ports.values()), None)
