from __future__ import annotations

from PySide6.QtGui import QImage

from studio.gui.canvas.pictures import Painted, Pictures


def _picture(gray: int) -> QImage:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(0x010101 * gray)
    return image


def _of(thing: object, scale: float = 1.0) -> Painted:
    return Painted((thing,), (scale,))


def test_things_are_told_apart_by_identity_and_the_look_by_value() -> None:
    one, other = [1], [1]
    assert _of(one) == _of(one)
    assert _of(one) != _of(other)
    assert _of(one) != _of(one, 2.0)


def test_the_least_used_pictures_give_way() -> None:
    things = [object() for _ in range(3)]
    kept = Pictures(most_bytes=800)
    for number, thing in enumerate(things[:2]):
        kept.keep(_of(thing), _picture(number))
    kept.find(_of(things[0]))
    kept.keep(_of(things[2]), _picture(2))
    assert [kept.find(_of(thing)) for thing in things] == [_picture(0), None, _picture(2)]


def test_a_picture_larger_than_the_room_is_not_kept() -> None:
    thing = object()
    kept = Pictures(most_bytes=399)
    kept.keep(_of(thing), _picture(1))
    assert len(kept) == 0


def test_painting_on_leaves_the_kept_picture_alone() -> None:
    thing, image = object(), _picture(1)
    kept = Pictures()
    kept.keep(_of(thing), image)
    image.fill(0)
    assert kept.find(_of(thing)) == _picture(1)
