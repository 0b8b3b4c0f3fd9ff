"""Rule `optical-budget`: a fibre loses no more light than its transceivers can spare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.messages import say
from studio.units import display


def optical_budget(fabric: Fabric) -> Iterator[Finding]:
    """Report fibres whose loss exceeds the budget of their transceivers.

    Loss is that of the mated connectors plus attenuation times length; the weaker transceiver of
    the two sets the budget. Rules are passed over where a figure is not in the catalogue.
    """
    for number, one in enumerate(fabric.links.rules):
        ends = (one.rule.transceiver_a, one.rule.transceiver_b)
        if not (one.rule.cable and all(ends) and len(one.a)):
            continue
        cable = fabric.part_by_id[one.rule.cable]
        budget = min(fabric.part_by_id[end].value("loss_budget") for end in ends)
        if not budget or not cable.value("attenuation"):
            continue
        start, stop = fabric.links.start[number], fabric.links.start[number + 1]
        length = fabric.geometry.length_m[start:stop]
        loss = cable.value("loss_budget") + cable.value("attenuation") * length
        # A last digit of the arithmetic is no loss of light.
        dark = np.flatnonzero(loss > budget * (1 + 1e-9))
        if len(dark):
            worst = int(np.argmax(loss))
            yield Finding(
                "optical-budget",
                "error",
                f"rule:{one.name}[{worst}]",
                say(
                    "beyond the {budget} of their transceivers: {count} of the fibres; the longest "
                    "has {length} and loses {loss}",
                    count=len(dark),
                    budget=display(budget, "loss"),
                    length=display(float(length[worst]), "length"),
                    loss=display(float(loss[worst]), "loss"),
                ),
                say("Shorten the route, or take transceivers with a larger budget"),
                links=start + dark,
            )
