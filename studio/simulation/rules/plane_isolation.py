"""Rule `plane-isolation`: planes share no switch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.messages import say


def plane_isolation(fabric: Fabric) -> Iterator[Finding]:
    """Report switches that carry links of more than one plane: planes share no switch."""
    layout, links = fabric.layout, fabric.links
    planes = list(fabric.design.planes.values())
    if len(planes) < 2 or not links.count:
        return
    on = np.zeros((layout.component_count, len(planes)), dtype=bool)
    on[links.a, links.plane] = True
    on[links.b, links.plane] = True
    is_switch = np.array([part.kind == "switch" for part in layout.parts], dtype=bool)[layout.part]
    mixed = np.flatnonzero(is_switch & (on.sum(axis=1) > 1))
    if len(mixed):
        first, second = np.flatnonzero(on[mixed[0]])[:2].tolist()
        yield Finding(
            "plane-isolation",
            "warning",
            layout.address(int(mixed[0])),
            say(
                "links of both {first} and {second} meet at {count} of the switches",
                count=len(mixed),
                first=planes[first].title,
                second=planes[second].title,
            ),
            say("Give every plane switches of its own, or join the planes into one"),
            links=np.flatnonzero(np.isin(links.a, mixed) | np.isin(links.b, mixed)),
        )
