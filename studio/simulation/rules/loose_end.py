"""Rules `loose-end` and `no-ports`: what has ports is joined, and what joins has ports."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.messages import say

_LINKED_KINDS = ("npu", "nic", "switch")
_JOINING_KINDS = ("nic", "switch")
"""What is there for its ports alone."""


def loose_end(fabric: Fabric) -> Iterator[Finding]:
    """Report chips and cards with ports of which not one is linked, one finding a part type."""
    layout, links = fabric.layout, fabric.links
    linked = np.zeros(layout.component_count, dtype=bool)
    linked[links.a] = True
    linked[links.b] = True
    free = np.flatnonzero(~linked & fabric.component_present)
    for number in np.flatnonzero(np.bincount(layout.part[free], minlength=len(layout.parts))):
        part = layout.parts[int(number)]
        if part.kind not in _LINKED_KINDS or not part.ports:
            continue
        ends = free[layout.part[free] == number]
        yield Finding(
            "loose-end",
            "info",
            layout.address(int(ends[0])),
            say("{count} of {part} have no link on any plane", count=len(ends), part=part.title),
            say("Add a link rule, or leave it as it is where its network is not drawn"),
        )


def no_ports(fabric: Fabric) -> Iterator[Finding]:
    """Report switches and cards that no link can end at, one finding a part type."""
    layout = fabric.layout
    present = np.flatnonzero(fabric.component_present)
    for number in np.flatnonzero(np.bincount(layout.part[present], minlength=len(layout.parts))):
        part = layout.parts[int(number)]
        if part.kind in _JOINING_KINDS and not part.ports:
            ends = present[layout.part[present] == number]
            yield Finding(
                "no-ports",
                "warning",
                layout.address(int(ends[0])),
                say("{part} has no ports: no link can end at it", part=part.title),
                say("Give the part its ports in its file, or take a part that has them"),
            )
