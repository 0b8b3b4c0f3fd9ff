"""What every rule checks and where its limit comes from, for the window and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.messages import Message, say


@dataclass(frozen=True)
class Explanation:
    """A rule in words."""

    title: Message
    text: Message
    source: Message
    """Where the limit comes from."""


_PART = say("Values of the catalogue part")
_DRAWING = say("The drawing itself")
_DESIGN = say("Values of the design")

EXPLANATIONS: Mapping[str, Explanation] = {
    "port-overuse": Explanation(
        say("Ports"), say("No component has more links than ports of that kind."), _PART
    ),
    "connector-mismatch": Explanation(
        say("Connectors"), say("A board trace joins ports of one kind only."), _PART
    ),
    "transceiver-pair": Explanation(
        say("Transceiver pairs"),
        say("Both ends of a fibre have a transceiver, and both of one optical standard."),
        say("Optical standards of IEEE 802.3 and of the vendors' data sheets"),
    ),
    "optics-fit": Explanation(
        say("Cages and fibres"),
        say("Modules and cables go into the ports, and modules suit fibre and connector."),
        say("QSFP-DD MSA for what a cage takes; values of the catalogue part"),
    ),
    "optical-budget": Explanation(
        say("Optical budget"),
        say("Connectors and fibre lose no more light than the transceivers can spare."),
        say("Budgets of IEEE 802.3, attenuation of ITU-T G.652 and ANSI/TIA-568.3"),
    ),
    "rate-mismatch": Explanation(
        say("Rates"), say("No link is faster than its ports, its modules or its cable."), _PART
    ),
    "scheme-misfit": Explanation(
        say("Link schemes"), say("The scheme of a link rule fits what it selects."), _DRAWING
    ),
    "empty-rule": Explanation(
        say("Empty link rules"), say("Every link rule joins something."), _DRAWING
    ),
    "split-cable": Explanation(
        say("Split cables"), say("The links of one cable end in the same boxes."), _DRAWING
    ),
    "drawn-twice": Explanation(
        say("Double links"), say("No two link rules of a plane join the same pairs."), _DRAWING
    ),
    "no-ports": Explanation(
        say("Switches without ports"),
        say("Every switch and every network card has ports that links can end at."),
        _PART,
    ),
    "loose-end": Explanation(
        say("Loose ends"), say("What has ports is joined to something."), _DRAWING
    ),
    "reach": Explanation(
        say("Reach"), say("No cable is longer than it or its transceivers reach."), _PART
    ),
    "bend-radius": Explanation(
        say("Bend radius"),
        say("A cable has room to turn behind its port and into the tray."),
        say("Bend radius of the catalogue part; depth of rack and box; height of the tray"),
    ),
    "tray-fill": Explanation(
        say("Tray fill"),
        say("Cables take no more than half of a tray's cross-section."),
        say("ANSI/TIA-569: at most 50 % fill; cross-section of the site's trays"),
    ),
    "plane-reach": Explanation(
        say("NPUs on planes"), say("Every NPU is on the scale-up planes."), _DRAWING
    ),
    "plane-split": Explanation(
        say("Planes in one piece"), say("NPUs of a scale-out plane reach each other."), _DRAWING
    ),
    "no-forwarding": Explanation(
        say("NPUs that forward"),
        say("In a ring, torus or mesh NPUs pass on what is meant for others."),
        say("Links of the plane; the tag forwards of the parts"),
    ),
    "plane-isolation": Explanation(
        say("Isolation of planes"), say("Planes share no switch."), _DRAWING
    ),
    "rail-alignment": Explanation(
        say("Rails"),
        say("On a plane wired in rails, components with the same number meet in one leaf."),
        say("The rail scheme of the design"),
    ),
    "oversubscription": Explanation(
        say("Oversubscription"),
        say("Switches have no more capacity down over up than the plane is meant to have."),
        say("The intent stated on the plane"),
    ),
    "rack-units": Explanation(
        say("Rack units"), say("Boxes do not overlap and stay inside their rack."), _PART
    ),
    "rack-depth": Explanation(
        say("Rack depth"),
        say("Boxes are no deeper than their rack, fronts and rears together neither."),
        _PART,
    ),
    "floor-space": Explanation(
        say("Floor space"), say("Racks do not overlap and stand inside the hall."), _DESIGN
    ),
    "rack-power": Explanation(
        say("Rack power"), say("A rack draws no more at nameplate than it may."), _PART
    ),
    "rack-mass": Explanation(
        say("Rack mass"), say("A rack weighs no more than it or the floor may carry."), _PART
    ),
    "supply-overload": Explanation(
        say("Supplies"), say("The supplies of a rack give what it draws at nameplate."), _PART
    ),
    "supply-redundancy": Explanation(
        say("Spare supplies"), say("They still do with one supply lost."), _PART
    ),
    "no-supply": Explanation(
        say("Racks without supplies"), say("Racks that draw power have supplies."), _DRAWING
    ),
    "feed": Explanation(
        say("Feeds"),
        say("With one feed lost, each of the others carries the racks on it at nameplate."),
        say("Limits of the site's feeds"),
    ),
    "feed-loss": Explanation(
        say("Supplies with a feed lost"),
        say("With one feed lost, the supplies on the others carry every rack at nameplate."),
        _PART,
    ),
    "cooling-class": Explanation(
        say("Cooling"),
        say("Heat at typical power is carried away by liquid and by air."),
        say("Heat limit of the catalogue part; 40 kW for contained room air (Uptime Institute)"),
    ),
    "inlet-temperature": Explanation(
        say("Inlet temperature"),
        say("Air and coolant are no warmer than the cooling takes in."),
        _PART,
    ),
    "dangling-exception": Explanation(
        say("Exceptions"), say("Every exception names something that is there."), _DRAWING
    ),
    "scenario": Explanation(say("Scenario"), say("The active scenario can be simulated."), _DESIGN),
    "names": Explanation(
        say("Names"), say("Planes, scenarios and assemblies have names of their own."), _DESIGN
    ),
}


def title_of(rule: str) -> str:
    """Return what a rule is called; its own name where it has no explanation."""
    return EXPLANATIONS[rule].title if rule in EXPLANATIONS else rule
