"""A fabric as rectangles, rack by rack, and the wiring between them; arrays, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Layout
from studio.gui.canvas.arcs import MOST_ARCS
from studio.gui.canvas.arrangement import arrange
from studio.gui.canvas.courses import Courses
from studio.gui.canvas.elevation import housing_rects, rack_rects, rack_units
from studio.gui.canvas.viewport import Rect
from studio.gui.canvas.wiring import Wiring

EMPTY_HALL: Rect = (0.0, 0.0, 20.0, 10.0)


@dataclass(frozen=True)
class Scene:
    """Everything the canvas draws; racks in metres, what is inside as fractions."""

    fabric: Fabric
    racks: FloatArray
    """Shape (n_racks, 4): left, top, width, depth in the hall, in metres."""
    housings: FloatArray
    """Shape (n_housings, 4), fractions of the rack's rectangle."""
    chips: FloatArray
    """Shape (n_components, 4), fractions of the housing's rectangle."""
    rack_start: IntArray
    """First housing of each rack, shape (n_racks + 1,)."""
    wiring: Wiring
    courses: Courses

    @property
    def layout(self) -> Layout:
        """Return the expanded racks, housings and components."""
        return self.fabric.layout

    def housing_rects(self, housings: IntArray) -> FloatArray:
        """Return some housings in the hall, shape (n_chosen, 4), in metres."""
        outer = self.racks[self.layout.rack_of_housing[housings]]
        return within(outer, self.housings[housings])

    def chip_rects(self, components: IntArray) -> FloatArray:
        """Return some components in the hall, shape (n_chosen, 4), in metres."""
        outer = self.housing_rects(self.layout.housing[components])
        return within(outer, self.chips[components])

    def with_racks(self, racks: FloatArray) -> Scene:
        """Return the scene with racks elsewhere, such as while they are dragged."""
        return replace(self, racks=racks, courses=Courses(racks, self.wiring))

    def work_out(self, go_on: Callable[[], None]) -> None:
        """Work out what drawing and pointing need at any level, which else comes when first seen.

        Parameters
        ----------
        go_on : called between the parts; what it raises ends the work.
        """
        for _ in self.working_out():
            go_on()

    def working_out(self) -> Iterator[None]:
        """Work the same out part by part, for somebody who does it in between."""
        wiring, layout = self.wiring, self.layout
        for part in (
            lambda: self.contents,
            lambda: (wiring.lanes, layout.rack, layout.housing_by_label, layout.rack_by_label),
            lambda: (wiring.plugs, wiring.stub_of_link),
            lambda: wiring.inner,
            lambda: wiring.links_of_component,
        ):
            yield
            part()

    @property
    def exits(self) -> tuple[FloatArray, FloatArray]:
        """Return where each trunk leaves rack A and rack B, shapes (n_trunks, 2), in metres."""
        return self.courses.exits

    @property
    def arcs(self) -> FloatArray:
        """Return the polyline of each trunk, shape (n_trunks, n_points, 2), in metres."""
        return self.courses.arcs

    @cached_property
    def housing_heights(self) -> FloatArray:
        """Return how high each housing is drawn, shape (n_housings,), in metres."""
        heights: FloatArray = self.racks[self.layout.rack_of_housing, 3] * self.housings[:, 3]
        return heights

    @cached_property
    def hall(self) -> Rect:
        """Return the floor of the hall, in metres."""
        site = self.fabric.design.site
        return (0.0, 0.0, site.width_m, site.depth_m)

    @cached_property
    def bounds(self) -> Rect:
        """Return the rectangle around the hall and all racks, in metres."""
        x, y, width, height = self.hall
        if not len(self.racks):
            return self.hall
        left = min(x, float(self.racks[:, 0].min()))
        top = min(y, float(self.racks[:, 1].min()))
        right = max(x + width, float((self.racks[:, 0] + self.racks[:, 2]).max()))
        bottom = max(y + height, float((self.racks[:, 1] + self.racks[:, 3]).max()))
        return left, top, right - left, bottom - top

    @cached_property
    def contents(self) -> Rect:
        """Return the rectangle around racks and trunks, the hall where there are none."""
        if not len(self.racks):
            return self.hall
        left, top = self.racks[:, :2].min(axis=0)
        right, bottom = (self.racks[:, :2] + self.racks[:, 2:]).max(axis=0)
        if len(self.wiring.trunks.a) > MOST_ARCS:
            left, top, right, bottom = left - 1, top - 1, right + 2, bottom + 1
        elif len(self.arcs):
            highest, lowest = self.courses.reach
            top, bottom = min(top, highest), max(bottom, lowest)
        return float(left), float(top), float(right - left), float(bottom - top)

    @cached_property
    def rack_width_m(self) -> float:
        """Return the usual shorter side of a rack, which decides the level of detail."""
        if not len(self.racks):
            return 0.6
        return float(np.median(self.racks[:, 2:].min(axis=1)))


def within(outer: FloatArray, fraction: FloatArray) -> FloatArray:
    """Return rectangles given as fractions of others, shape (n, 4)."""
    rects = np.empty_like(outer)
    rects[:, :2] = outer[:, :2] + fraction[:, :2] * outer[:, 2:]
    rects[:, 2:] = fraction[:, 2:] * outer[:, 2:]
    return rects


def build_scene(fabric: Fabric, previous: Scene | None = None) -> Scene:
    """Return the scene of a fabric; what an edit left alone is taken from the previous scene."""
    layout = fabric.layout
    racks = rack_rects(layout)
    kept = previous if previous is not None and _has_same_boxes(previous.layout, layout) else None
    if kept is not None:
        housings, rack_start = kept.housings, kept.rack_start
    else:
        housings = housing_rects(layout)
        numbers = np.arange(len(layout.racks) + 1)
        rack_start = np.searchsorted(layout.rack_of_housing, numbers).astype(np.int64)
    # A rack that was turned or made wider leaves its boxes their units, but not their shape.
    if kept is not None and np.array_equal(kept.racks[:, 2:], racks[:, 2:]):
        chips = kept.chips
    else:
        chips = _chips(layout, racks, housings)
    wiring = _wiring(fabric, previous)
    known = previous.courses if previous is not None and previous.wiring is wiring else None
    if known is None or not np.array_equal(known.racks, racks):
        known = Courses(racks, wiring)
    return Scene(fabric, racks, housings, chips, rack_start, wiring, known)


def _has_same_boxes(before: Layout, after: Layout) -> bool:
    """Tell whether the same boxes stand in the same units of as many racks as high."""
    # Racks without any housings share the one empty tuple, however many they are.
    if before.housings is not after.housings or len(before.racks) != len(after.racks):
        return False
    return before.parts is after.parts or np.array_equal(rack_units(before), rack_units(after))


def looks_alike(before: Scene, after: Scene, racks_may_move: bool) -> bool:
    """Tell whether two scenes of the same document give the same picture."""
    old, new = before.fabric, after.fabric
    return (
        before.wiring is after.wiring
        and before.chips is after.chips
        and old.design.planes is new.design.planes
        and _said(old) == _said(new)
        and before.hall == after.hall
        and np.array_equal(old.component_factor, new.component_factor)
        and np.array_equal(old.component_present, new.component_present)
        and (racks_may_move or np.array_equal(before.racks, after.racks))
    )


def _said(fabric: Fabric) -> tuple[list[tuple[str, str, str]], list[tuple[str, ...]]]:
    """Return what labels and colours say of part types and racks, beside what stands where."""
    return (
        [(part.name, part.name_zh, part.kind) for part in fabric.layout.parts],
        [tuple(rack.feeds) for rack in fabric.design.racks.values()],
    )


def _wiring(fabric: Fabric, previous: Scene | None) -> Wiring:
    if previous is not None:
        before = previous.fabric
        if (
            before.links is fabric.links
            and before.layout.housing is fabric.layout.housing
            and np.array_equal(before.link_factor, fabric.link_factor)
            and np.array_equal(before.link_present, fabric.link_present)
        ):
            return previous.wiring
    return Wiring(fabric)


def _chips(layout: Layout, racks: FloatArray, housings: FloatArray) -> FloatArray:
    """Arrange members once per assembly and shape, then repeat."""
    known: dict[tuple[int, int], FloatArray] = {}
    chunks = []
    size = racks[layout.rack_of_housing, 2:] * housings[:, 2:] if len(housings) else racks[:, 2:]
    for number, housing in enumerate(layout.housings):
        aspect = float(size[number, 0] / max(size[number, 1], 1e-6))
        key = (id(housing.template), round(aspect * 100))
        if key not in known:
            kinds = [layout.parts[part].kind for part in housing.template.parts]
            known[key] = arrange(kinds, aspect)
        chunks.append(known[key])
    return np.concatenate(chunks) if chunks else np.zeros((0, 4))
