from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.fabric.fabric import Fabric
from studio.gui.canvas.culling import ranges, visible
from studio.gui.canvas.scene import build_scene
from studio.gui.canvas.viewport import Viewport
from tests import builders


def test_nothing_is_drawn_far_away() -> None:
    scene = build_scene(builders.fabric_of(builders.two_racks()))
    seen = visible(scene, Viewport(1000.0, 1000.0, 50.0, 800, 600))
    assert not len(seen.racks)
    assert not len(seen.chips)


def test_only_the_rack_in_view_is_opened(two_racks_fabric: Fabric) -> None:
    scene = build_scene(two_racks_fabric)
    view = Viewport(0.0, 0.0, 1.0, 800, 600).fitted(tuple(scene.racks[1] * (1, 1, 0.5, 1)))
    seen = visible(scene, view)
    assert 1 in seen.racks
    housings = scene.layout.rack_of_housing[seen.housings]
    assert set(housings.tolist()) <= set(seen.racks.tolist())
    assert len(seen.chips)


def test_small_things_are_left_out(two_racks_fabric: Fabric) -> None:
    scene = build_scene(two_racks_fabric)
    seen = visible(scene, Viewport(-100.0, -100.0, 4.0, 1000, 1000))
    assert len(seen.racks) == len(scene.racks)
    assert not len(seen.housings)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_ranges_join_the_members_of_groups(sizes: list[int], data: st.DataObject) -> None:
    start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    chosen = np.array(
        data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=6)), dtype=np.int64
    )
    expected = [n for group in chosen for n in range(start[group], start[group + 1])]
    assert ranges(start, chosen).tolist() == expected
