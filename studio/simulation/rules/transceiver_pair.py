"""Rule `transceiver-pair`: the modules at both ends of a fibre understand each other."""

from __future__ import annotations

from collections.abc import Iterator

from studio.design.finding import Finding, Fix
from studio.fabric.fabric import Fabric
from studio.ids import PartId
from studio.messages import say
from studio.simulation.rules.fixes import fix_of_rule


def transceiver_pair(fabric: Fabric) -> Iterator[Finding]:
    """Report fibres with a module at one end only, or with modules of different kinds.

    Two types understand each other where both name the same optical standard, such as `DR4`.
    """
    for one in fabric.links.rules:
        ids = (one.rule.transceiver_a, one.rule.transceiver_b)
        if ids[0] == ids[1]:
            continue
        if not all(ids):
            given = ids[0] or ids[1]
            field = "transceiver_b" if ids[0] else "transceiver_a"
            yield Finding(
                "transceiver-pair",
                "error",
                f"rule:{one.name}",
                say("an optical link needs a transceiver at both ends"),
                fix=_fix_of(fabric, one.name, field, given),
            )
            continue
        a, b = (fabric.part_by_id[part_id] for part_id in ids)
        standards = (a.tags.get("optics_standard", ""), b.tags.get("optics_standard", ""))
        if standards[0] and standards[0] == standards[1]:
            continue
        is_known = all(standards)
        yield Finding(
            "transceiver-pair",
            "error" if is_known else "warning",
            f"rule:{one.name}",
            say(
                "{a} speaks {standard_a}, {b} speaks {standard_b}",
                a=a.title,
                standard_a=standards[0],
                b=b.title,
                standard_b=standards[1],
            )
            if is_known
            else say("different transceivers face each other: {a} and {b}", a=ids[0], b=ids[1]),
            fix=_fix_of(fabric, one.name, "transceiver_b", ids[0]),
        )


def _fix_of(fabric: Fabric, name: str, field: str, part_id: PartId) -> Fix | None:
    label = say("Use {part} at both ends", part=fabric.part_by_id[part_id].title)
    return fix_of_rule(fabric, name, label, **{field: part_id})
