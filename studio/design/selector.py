"""Selectors name sets of components by pattern, the way addresses name single ones.

`R0[1-4]/N*/l1[0:4]`: rack pattern, placement pattern, then group names down the nested assemblies,
each with an optional index, range or `*`. A leading `**` stands for any rack and placement.
Knows no fabric: it only parses and matches texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from studio.errors import InvalidInput

_SEGMENT = re.compile(
    r"^(?P<name>[^\[\]/]+(?:\[[^\]]*[^\]\d:*][^\]]*\][^\[\]/]*)*)(?:\[(?P<index>[\d:*]+)\])?$"
)
LONGEST_SELECTOR = 400


@dataclass(frozen=True)
class Segment:
    """A name pattern and the indices it admits; `stop` of None is open."""

    pattern: str
    start: int = 0
    stop: int | None = None

    def admits(self, name: str, index: int) -> bool:
        """Tell whether a member called `name` with `index` is meant."""
        return (
            self.start <= index
            and (self.stop is None or index < self.stop)
            and (name == self.pattern or fnmatchcase(name, self.pattern))
        )


@dataclass(frozen=True)
class Selector:
    """A parsed selector; `anywhere` ignores rack and placement."""

    text: str
    racks: str
    placements: str
    path: tuple[Segment, ...]
    anywhere: bool = False

    def admits_place(self, rack: str, placement: str) -> bool:
        """Tell whether members of this placement in this rack may be meant."""
        return self.anywhere or (
            fnmatchcase(rack, self.racks) and fnmatchcase(placement, self.placements)
        )

    def admits_path(self, path: tuple[tuple[str, int], ...]) -> bool:
        """Tell whether a member at `path` below its placement is meant."""
        if self.anywhere and len(path) > len(self.path):
            path = path[len(path) - len(self.path) :]
        return len(path) == len(self.path) and all(
            segment.admits(name, index)
            for segment, (name, index) in zip(self.path, path, strict=True)
        )


def parse_selector(text: str) -> Selector:
    """Return the selector written as `text`.

    Raises
    ------
    InvalidInput : empty, too long, or not of the form `rack/placement/group[index]`.
    """
    shown = text if len(text) <= 60 else text[:60] + "…"
    if not text or len(text) > LONGEST_SELECTOR:
        raise InvalidInput(
            "selector {shown!r}: 1 to {longest_selector} characters are possible",
            shown=shown,
            longest_selector=LONGEST_SELECTOR,
        )
    segments = _split(text)
    if segments[0] == "**":
        path = tuple(_segment(part, shown) for part in segments[1:])
        if path:
            return Selector(text, "*", "*", path, anywhere=True)
    elif len(segments) >= 3:
        path = tuple(_segment(part, shown) for part in segments[2:])
        return Selector(text, segments[0], segments[1], path)
    raise InvalidInput(
        "selector {shown!r} does not name a group; write 'R*/N*/npu[*]' or '**/npu'",
        shown=shown,
    )


def _split(text: str) -> list[str]:
    return text.split("/")


def _segment(text: str, shown: str) -> Segment:
    match = _SEGMENT.match(text)
    if match is None:
        raise InvalidInput(
            "selector {shown!r}: {text!r} is not a group name with an index",
            shown=shown,
            text=text,
        )
    index = match["index"]
    if index is None or index == "*":
        return Segment(match["name"])
    try:
        if ":" in index:
            start, stop = index.split(":")
            return Segment(match["name"], int(start or 0), int(stop) if stop else None)
        return Segment(match["name"], int(index), int(index) + 1)
    except ValueError:
        raise InvalidInput(
            "selector {shown!r}: [{index}] is no index; write [3], [0:4] or [*]",
            shown=shown,
            index=index,
        ) from None
