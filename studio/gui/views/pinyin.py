"""Initials of the pinyin of Chinese text, so that `bc` finds 保存.

The common characters of GB 2312 stand in the order of their pinyin: the initial of a character
follows from where its code lies. Rare characters, which that standard sorts by stroke, have none.
"""

from __future__ import annotations

from bisect import bisect_right

_STARTS: tuple[tuple[int, str], ...] = (
    (0xB0A1, "a"),
    (0xB0C5, "b"),
    (0xB2C1, "c"),
    (0xB4EE, "d"),
    (0xB6EA, "e"),
    (0xB7A2, "f"),
    (0xB8C1, "g"),
    (0xB9FE, "h"),
    (0xBBF7, "j"),
    (0xBFA6, "k"),
    (0xC0AC, "l"),
    (0xC2E8, "m"),
    (0xC4C3, "n"),
    (0xC5B6, "o"),
    (0xC5BE, "p"),
    (0xC6DA, "q"),
    (0xC8BB, "r"),
    (0xC8F6, "s"),
    (0xCBFA, "t"),
    (0xCDDA, "w"),
    (0xCEF4, "x"),
    (0xD1B9, "y"),
    (0xD4D1, "z"),
)
_OTHER_READINGS = {
    "重": "c", "行": "h", "长": "z", "校": "j", "调": "t", "弹": "t", "传": "z", "降": "x",
    "率": "s", "给": "j", "便": "p", "曾": "c", "厦": "s", "会": "k", "藏": "z", "屏": "b",
    "参": "s", "单": "s", "系": "j", "朝": "z", "还": "h", "宿": "x", "省": "x", "尽": "j",
    "卡": "q", "强": "j", "覆": "f", "陷": "x", "粘": "n", "盛": "c", "折": "s", "识": "z",
}  # fmt: skip
"""Initials of characters read in two ways, beside the one by which the standard sorts them."""
_MOST_READINGS = 16
_END = 0xD7FA
_CODES = tuple(code for code, _ in _STARTS)


def readings(text: str) -> tuple[str, ...]:
    """Return the initials of a text in every way its characters may be read, the usual one first.

    Latin letters and digits stay, the rest is left out.

    Which reading is meant follows from the word (重做 is `cz`, 重量 is `zl`): whoever types one
    finds it, whoever types the other does no harm.
    """
    if text.isascii():
        return ("".join(filter(str.isalnum, text)).lower(),)
    found = [""]
    for character in text:
        first = _initial(character)
        other = _OTHER_READINGS.get(character, first) if 2 * len(found) <= _MOST_READINGS else first
        marks = (first,) if other == first else (first, other)
        found = [begun + mark for mark in marks for begun in found]
    return tuple(found)


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    try:
        first, second = character.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return ""
    code = first << 8 | second
    if not _CODES[0] <= code < _END:
        return ""
    return _STARTS[bisect_right(_CODES, code) - 1][1]
