"""Rule `optics-fit`: cage, module and fibre belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.fabric.links import RuleLinks
from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.rules.ports import ports_of

CAGES: Mapping[str, frozenset[str]] = {
    "QSFP-DD": frozenset({"QSFP-DD", "QSFP112", "QSFP56", "QSFP28"}),
    "QSFP112": frozenset({"QSFP112", "QSFP56", "QSFP28"}),
    "QSFP56": frozenset({"QSFP56", "QSFP28"}),
}
"""What a cage takes besides its own form; QSFP-DD MSA hardware specification, section 1."""


def optics_fit(fabric: Fabric) -> Iterator[Finding]:
    """Report modules and cables that do not go into the cage, or fibre that fits no module."""
    for one in fabric.links.rules:
        rule = one.rule
        if not rule.cable or not len(one.a):
            continue
        cable = fabric.part_by_id[rule.cable]
        for side, module_id in zip((0, 1), (rule.transceiver_a, rule.transceiver_b), strict=True):
            module = fabric.part_by_id[module_id] if module_id else None
            yield from _in_cage(fabric, one, side, module or cable)
            if module is not None:
                yield from _on_fibre(one, module, cable)


def _in_cage(fabric: Fabric, one: RuleLinks, side: int, plug: PartData) -> Iterator[Finding]:
    form = plug.tags.get("connector", "")
    cages = {port.connector for port in ports_of(fabric, one, side) if port and port.connector}
    wrong = sorted(
        cage for cage in cages if form and form not in CAGES.get(cage, frozenset((cage,)))
    )
    # A bare cable without modules or a trace has no form of its own to compare.
    if wrong and "trace" not in (*wrong, form):
        yield Finding(
            "optics-fit",
            "error",
            f"rule:{one.name}",
            say(
                "{plug} ({form}) does not go into a {cage} port at the {side} side",
                plug=plug.title,
                form=form,
                cage=wrong[0],
                side="AB"[side],
            ),
            say("Take a module or cable of the form of the port"),
        )


def _on_fibre(one: RuleLinks, module: PartData, cable: PartData) -> Iterator[Finding]:
    wants, has = module.tags.get("medium", ""), cable.tags.get("medium", "")
    if wants and has and wants != has:
        yield Finding(
            "optics-fit",
            "error",
            f"rule:{one.name}",
            say(
                "{module} sends into {wants}, {cable} is {has}",
                module=module.title,
                wants=_FIBRES.get(wants, wants),
                cable=cable.title,
                has=_FIBRES.get(has, has),
            ),
            say("Take a cable of the kind of fibre the module is made for"),
        )
        return
    plug, socket = cable.tags.get("connector", ""), module.tags.get("fibre_connector", "")
    # A twin-port module has the connector twice: `2 x MPO-12`.
    if plug and socket and not socket.endswith(plug):
        yield Finding(
            "optics-fit",
            "error",
            f"rule:{one.name}",
            say(
                "{module} has {socket}, {cable} ends in {plug}",
                module=module.title,
                socket=socket,
                cable=cable.title,
                plug=plug,
            ),
            say("Take a cable with the connector of the module"),
        )


_FIBRES = {
    "fibre-sm": say("single-mode fibre"),
    "fibre-mm": say("multi-mode fibre"),
    "copper": say("copper"),
    "active-copper": say("active copper"),
    "active-optical": say("an active optical cable"),
    "trace": say("a board trace"),
}
