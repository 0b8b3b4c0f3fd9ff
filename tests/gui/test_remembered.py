"""What is kept of a view must be what would be made anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.gui.remembered import Remembered


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from(["en", "zh"]))))
def test_values_follow_what_they_read(asked: list[tuple[str, int, str]]) -> None:
    sources = [[number] for number in range(4)]
    remembered = Remembered()
    for name, place, language in asked:
        source = sources[place]
        found = remembered.of(
            name, lambda s=source, n=name, w=language: (n, s[0], w), source, language
        )
        assert found == (name, place, language)


def test_equal_objects_are_not_the_same_and_forgetting_makes_anew() -> None:
    made: list[int] = []
    remembered = Remembered()
    first, second = [1], [1]
    for source in (first, first, second):
        remembered.of("view", lambda: made.append(1), source)
    assert len(made) == 2
    remembered.forget()
    remembered.of("view", lambda: made.append(1), second)
    assert len(made) == 3
