"""Rule `names`: what a user tells apart has a name, and no two have the same."""

from __future__ import annotations

from collections.abc import Iterator

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.messages import say

_SECTIONS = {"planes": "plane", "scenarios": "scenario", "assemblies": "assembly"}


def names(fabric: Fabric) -> Iterator[Finding]:
    """Report planes, scenarios and assemblies without a name, or with that of another one."""
    for section, kind in _SECTIONS.items():
        first: dict[str, str] = {}
        for key, entry in getattr(fabric.design, section).items():
            name = entry.name.strip()
            other = first.setdefault(name, key)
            if not name:
                yield Finding("names", "info", f"{kind}:{key}", say("has no name"))
            elif other != key:
                text = say("is called {name!r}, as {other} is", name=name, other=other)
                hint = say("Change one of the names")
                yield Finding("names", "info", f"{kind}:{key}", text, hint)
