from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.gui.canvas.labels import uncovered

RECTS = st.lists(
    st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(1, 150), st.floats(1, 30)),
    max_size=40,
)


@given(RECTS)
def test_no_label_covers_another_and_the_first_is_shown(
    rects: list[tuple[float, float, float, float]],
) -> None:
    shown = uncovered(rects)
    assert shown[:1] == ([0] if rects else [])
    for place, one in enumerate(shown):
        for other in shown[:place]:
            a, b = rects[one], rects[other]
            assert (
                a[0] >= b[0] + b[2]
                or b[0] >= a[0] + a[2]
                or a[1] >= b[1] + b[3]
                or b[1] >= a[1] + a[3]
            )


def test_taken_places_stay_free() -> None:
    assert uncovered([(0, 0, 10, 10), (50, 0, 10, 10)], taken=[(5, 5, 10, 10)]) == [1]
