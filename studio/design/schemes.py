"""How a link rule joins its two selections; the pairing itself is worked out by the fabric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Key = Literal["index", "block", "modulo"]
"""Which sub-plane a component belongs to: by its `index` within its group, by equal consecutive
`block`s of the selection, or by its place in the selection `modulo` the number of sub-planes."""


class _Scheme(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    pass


class OneToOne(_Scheme, frozen=True, tag="one-to-one"):
    """The i-th of A with the i-th of B; the selections are equally long."""


class Stride(_Scheme, frozen=True, tag="stride"):
    """The i-th of A with number (i x step + offset) modulo the length of B."""

    step: int = 1
    offset: int = 0


class EachToEach(_Scheme, frozen=True, tag="each-to-each"):
    """Every one of A with every one of B."""


class PerSubPlane(_Scheme, frozen=True, tag="per-sub-plane"):
    """Every one of A with every one of B in the same sub-plane."""

    count: int
    a_by: Key = "index"
    b_by: Key = "block"


class Rail(_Scheme, frozen=True, tag="rail"):
    """The NPUs of equal index in their node (one rail) with the switches of that rail."""

    count: int
    """Rails; switch i of B serves rail i modulo `count`."""


class FullMesh(_Scheme, frozen=True, tag="full-mesh"):
    """Every pair of A along each axis of a grid of the given sizes; no sizes means one axis."""

    dims: tuple[int, ...] = ()


class Ring(_Scheme, frozen=True, tag="ring"):
    """Each of A with the next one, the last with the first."""


class Torus(_Scheme, frozen=True, tag="torus"):
    """Each of A with its neighbours along each axis of a grid, wrapped around."""

    dims: tuple[int, ...]


class Clos(_Scheme, frozen=True, tag="clos"):
    """Each of A with `uplinks` switches of B in turn, spread evenly."""

    uplinks: int


class Dragonfly(_Scheme, frozen=True, tag="dragonfly"):
    """Consecutive groups of A of the given size; every pair of groups joined by `links` links."""

    group_size: int
    links: int = 1


Scheme = (
    OneToOne | Stride | EachToEach | PerSubPlane | Rail | FullMesh | Ring | Torus | Clos | Dragonfly
)

USUAL_SCHEMES: Mapping[type, Scheme] = {
    type(one): one
    for one in (
        OneToOne(),
        Stride(),
        EachToEach(),
        PerSubPlane(count=1),
        Rail(count=8),
        FullMesh(),
        Ring(),
        Torus(dims=(2, 2)),
        Clos(uplinks=1),
        Dragonfly(group_size=2),
    )
}
"""A scheme of every kind, with parameters that can be built."""

SINGLE_SIDED = (FullMesh, Ring, Torus, Dragonfly)
"""Schemes that join A with itself; `b` repeats `a`."""
