from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from studio.gui.canvas.pictures import Painted, Pictures

_ALL = QRect(0, 0, 10, 10)
_PLAIN_BYTES = 10 * (4 + 2)
"""Ten rows of one colour each: a run of four bytes of colour and two of length."""


def _picture(gray: int) -> QImage:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(0x010101 * gray)
    return image


def _of(thing: object, scale: float = 1.0) -> Painted:
    return Painted((thing,), (scale,))


def _found(kept: Pictures, thing: object) -> QImage | None:
    image = _picture(99)
    return image if kept.bring(_of(thing), image, _ALL) else None


def test_things_are_told_apart_by_identity_and_the_look_by_value() -> None:
    one, other = [1], [1]
    assert _of(one) == _of(one)
    assert _of(one) != _of(other)
    assert _of(one) != _of(one, 2.0)


def test_the_least_used_pictures_give_way() -> None:
    things = [object() for _ in range(3)]
    kept = Pictures(most_bytes=2 * _PLAIN_BYTES)
    for number, thing in enumerate(things[:2]):
        kept.keep(_of(thing), _picture(number), _ALL)
    _found(kept, things[0])
    kept.keep(_of(things[2]), _picture(2), _ALL)
    assert [_found(kept, thing) for thing in things] == [_picture(0), None, _picture(2)]


def test_forty_steps_of_a_drawing_find_their_pictures() -> None:
    things = [object() for _ in range(40)]
    kept = Pictures(most_bytes=40 * _PLAIN_BYTES)
    for number, thing in enumerate(things):
        kept.keep(_of(thing), _picture(number), _ALL)
    assert [_found(kept, thing) for thing in things] == [_picture(n) for n in range(40)]


def test_a_picture_larger_than_the_room_is_not_kept() -> None:
    thing = object()
    kept = Pictures(most_bytes=_PLAIN_BYTES - 1)
    kept.keep(_of(thing), _picture(1), _ALL)
    kept.pack()
    assert len(kept) == 0


def test_the_same_thing_kept_twice_counts_once() -> None:
    one, other = object(), object()
    kept = Pictures(most_bytes=2 * _PLAIN_BYTES)
    for _ in range(5):
        kept.keep(_of(one), _picture(1), _ALL)
    kept.keep(_of(other), _picture(2), _ALL)
    assert [_found(kept, thing) for thing in (one, other)] == [_picture(1), _picture(2)]


def test_painting_on_leaves_the_kept_picture_alone() -> None:
    thing, image = object(), _picture(1)
    kept = Pictures()
    kept.keep(_of(thing), image, _ALL)
    image.fill(0)
    assert _found(kept, thing) == _picture(1)


def test_only_the_part_kept_is_written_over() -> None:
    thing, part = object(), QRect(2, 3, 4, 5)
    kept = Pictures()
    kept.keep(_of(thing), _picture(7), part)
    onto = _picture(1)
    assert kept.bring(_of(thing), onto, part)
    changed = [(x, y) for x in range(10) for y in range(10) if onto.pixel(x, y) == 0xFF070707]
    assert changed == [(x, y) for x in range(2, 6) for y in range(3, 8)]


def test_what_looks_the_same_shares_a_picture_without_taking_more_room() -> None:
    one, dearer, other = object(), object(), object()
    kept = Pictures(most_bytes=2 * _PLAIN_BYTES)
    kept.keep(_of(one), _picture(1), _ALL)
    kept.also(_of(dearer), _of(one))
    kept.keep(_of(other), _picture(2), _ALL)
    shown = [_found(kept, thing) for thing in (one, dearer, other)]
    assert shown == [_picture(1), _picture(1), _picture(2)]
    assert kept.size_bytes == 2 * _PLAIN_BYTES
