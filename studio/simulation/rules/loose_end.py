"""Rule `loose-end`: what has ports is joined to something."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.messages import say

_LINKED_KINDS = ("npu", "nic", "switch")


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
