"""How a file says in what state a link is."""

from __future__ import annotations

from studio.fabric.fabric import Fabric


def link_state(fabric: Fabric, link: int) -> str:
    """Return `ok`, `failed`, or what a link is degraded to."""
    factor = float(fabric.link_factor[link])
    return "ok" if factor == 1 else "failed" if factor == 0 else f"degraded to {factor:g}"
