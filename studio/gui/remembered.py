"""The newest value of each view, kept for as long as what it is made of stays the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


class Remembered:
    """One value a name; snapshots share what an edit left alone, so that identity tells."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], object]] = {}

    def of(self, name: str, make: Callable[[], Value], *reads: object) -> Value:
        """Return what `make` gives, or gave when it was made of these very objects.

        Parameters
        ----------
        reads : everything `make` depends on; texts may be equal, other things must be the same.
        """
        known = self._made.get(name)
        if known is not None and _are_same(known[0], reads):
            return known[1]  # type: ignore[return-value]
        value = make()
        self._made[name] = (reads, value)
        return value

    def forget(self) -> None:
        """Know nothing any more, as when another document is shown."""
        self._made.clear()


def _are_same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(
        old is new or (isinstance(old, str) and old == new)
        for old, new in zip(before, now, strict=True)
    )
