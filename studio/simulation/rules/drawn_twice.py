"""Rule `drawn-twice`: no rule joins what another one has joined already."""

from __future__ import annotations

from collections.abc import Iterator

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.fabric.links import RuleLinks
from studio.messages import say
from studio.simulation.rules.fixes import without_rule


def drawn_twice(fabric: Fabric) -> Iterator[Finding]:
    """Report link rules that join exactly what another rule of their plane joins already."""
    seen: dict[tuple[object, ...], RuleLinks] = {}
    for one in fabric.links.rules:
        if not len(one.a):
            continue
        ends = (one.a.tobytes(), one.b.tobytes())
        key = (one.rule.plane, one.rule.a_port, one.rule.b_port, *ends)
        other = seen.setdefault(key, one)
        if other is not one:
            fix = without_rule(fabric, one.name, say("Remove {rule}", rule=one.name))
            yield Finding(
                "drawn-twice",
                "warning",
                f"rule:{one.name}",
                say("joins the same {count} pairs as {other}", count=len(one.a), other=other.name),
                say("Remove one of them, or raise 'multiplicity' of the other"),
                fix,
            )
