from __future__ import annotations

import numpy as np

from studio.gui.canvas.levels import LEVELS, level_at


def test_levels_follow_in_order_as_racks_grow() -> None:
    seen = [level_at(px) for px in np.geomspace(1, 1e5, 400)]
    assert list(dict.fromkeys(seen)) == list(LEVELS)


def test_a_level_is_kept_just_below_its_limit() -> None:
    limit = next(px for px in range(1, 1000) if level_at(px) == "rack")
    assert level_at(limit * 0.95, "rack") == "rack"
    assert level_at(limit * 1.05, "hall") == "hall"
    assert level_at(limit * 0.8, "rack") == "hall"
    assert level_at(limit * 1.2, "hall") == "rack"


def test_a_wide_jump_ignores_where_it_came_from() -> None:
    assert level_at(50_000, "hall") == "chip"
    assert level_at(5, "chip") == "hall"
