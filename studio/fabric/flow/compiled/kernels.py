"""All kernels; importing this compiles them, or loads them from the cache."""

from __future__ import annotations

from studio.fabric.flow.compiled.completion import complete
from studio.fabric.flow.compiled.filling import counted_order, fill
from studio.fabric.flow.compiled.meeting import route_pairs
from studio.fabric.flow.compiled.pushing import push_towards
from studio.fabric.flow.compiled.refining import recolour
from studio.fabric.flow.compiled.routing import spread_towards
from studio.fabric.flow.compiled.rows import lay_rows

__all__ = [
    "complete",
    "counted_order",
    "fill",
    "lay_rows",
    "push_towards",
    "recolour",
    "route_pairs",
    "spread_towards",
]
