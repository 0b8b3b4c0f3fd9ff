"""The addresses of all components at once, much cheaper than one by one."""

from __future__ import annotations

from studio.fabric.layout import Layout


def component_addresses(layout: Layout) -> list[str]:
    """Return the address of every component, in order, such as `R03/N2/npu[5]`."""
    tails: dict[int, list[str]] = {}
    found: list[str] = []
    for housing in layout.housings:
        template = housing.template
        if id(template) not in tails:
            tails[id(template)] = [
                "/".join(f"{name}[{index}]" for name, index in path) for path in template.paths
            ]
        place = f"{layout.racks[housing.rack].label}/{housing.label}/"
        found += [place + tail for tail in tails[id(template)]]
    return found
