"""What links are gathered to at every level of the drawing: counts and ends as arrays, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from studio.fabric.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Trunks:
    """All links of one plane between two racks; shapes (n_trunks,)."""

    a: IntArray
    """Rack with the lower number."""
    b: IntArray
    plane: IntArray
    links: IntArray
    cables: IntArray
    impaired: IntArray
    """Links of the trunk that are failed or degraded."""
    of_link: IntArray
    """Trunk of each link, -1 for links that stay in a rack; shape (n_links,)."""


@dataclass(frozen=True)
class Lanes:
    """The cables of one box on one plane, on their way to the tray; shapes (n_lanes,)."""

    housing: IntArray
    plane: IntArray
    cables: IntArray
    slot: FloatArray
    """Place in the riser of the rack, 0..1."""
    panel: FloatArray
    """Height at which the lane leaves the box, fraction of the box."""
    start: IntArray
    """First lane of each rack, shape (n_racks + 1,)."""


@dataclass(frozen=True)
class Plugs:
    """Single cables at the panel of a box; shapes (n_plugs,)."""

    housing: IntArray
    lane: IntArray
    cable: IntArray
    y: FloatArray
    """Height on the panel, fraction of the box."""
    impaired: BoolArray
    """Cables with a failed or degraded link."""
    start: IntArray
    """First plug of each housing, shape (n_housings + 1,)."""


@dataclass(frozen=True)
class Stubs:
    """From a component to a plug of its box; shapes (n_stubs,)."""

    component: IntArray
    plug: IntArray
    links: IntArray
    start: IntArray
    """First stub of each housing, shape (n_housings + 1,)."""


@dataclass(frozen=True)
class Inner:
    """Pairs of components joined within a box; shapes (n_pairs,)."""

    a: IntArray
    b: IntArray
    plane: IntArray
    links: IntArray
    impaired: BoolArray
    """Pairs with a failed or degraded link."""
    start: IntArray
    """First pair of each housing, shape (n_housings + 1,)."""
