from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.gui.canvas.runs import LONGEST, Pixels, pack

_SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 40))


@given(arrays(np.uint32, _SHAPES, elements=st.integers(0, 2)))
def test_a_picture_comes_back_as_it_was(pixels: Pixels) -> None:
    runs = pack(pixels)
    assert runs is not None
    back = np.full_like(pixels, 9)
    runs.unpack(back)
    assert np.array_equal(back, pixels)


def test_a_plain_picture_takes_one_run_a_row() -> None:
    runs = pack(np.zeros((30, 400), dtype=np.uint32))
    assert runs is not None
    assert runs.lengths.tolist() == [400] * 30
    assert runs.size_bytes == 30 * (4 + 2)


def test_part_of_a_larger_picture_is_packed_and_brought_back_alone() -> None:
    whole = np.arange(60, dtype=np.uint32).reshape(6, 10)
    runs = pack(whole[1:4, 2:7])
    assert runs is not None
    other = np.zeros_like(whole)
    runs.unpack(other[1:4, 2:7])
    assert np.array_equal(other[1:4, 2:7], whole[1:4, 2:7])
    assert other.sum() == whole[1:4, 2:7].sum()


def test_what_has_no_pixels_or_too_wide_rows_is_not_packed() -> None:
    assert pack(np.zeros((0, 4), dtype=np.uint32)) is None
    assert pack(np.zeros((1, LONGEST + 1), dtype=np.uint32)) is None
