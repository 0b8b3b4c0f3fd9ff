from __future__ import annotations

import numpy as np
import pytest

from studio.gui.canvas.overlay import BINS, bins, grouped, rgb


def test_shares_fall_into_bins_and_unknown_into_none() -> None:
    assert bins(np.array([0.0, 1.0, 2.0, -1.0, np.nan])).tolist() == [0, BINS - 1, BINS - 1, 0, -1]


def test_the_map_grows_brighter_all_the_way() -> None:
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(rgb, range(BINS))]
    assert lightness == sorted(lightness)


def test_groups_take_the_mean_or_the_highest() -> None:
    values, group = np.array([0.2, 0.4, np.nan, 0.9]), np.array([0, 0, 1, -1])
    assert grouped(values, group, 2, highest=False) == pytest.approx([0.3, np.nan], nan_ok=True)
    assert grouped(values, group, 2, highest=True) == pytest.approx([0.4, np.nan], nan_ok=True)
