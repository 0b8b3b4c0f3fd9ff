"""What the members of an array are called: patterns such as `R{n:02}` with a number filled in."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\{n(?::0(?P<width>\d))?\}")


def label_of(pattern: str, own_id: str, number: int) -> str:
    """Return a label; `{id}` stands for the entry's own name, `{n}` and `{n:02}` for the number."""
    label = _NUMBER.sub(lambda match: f"{number:0{match['width'] or 1}}", pattern)
    return label.replace("{id}", own_id)


def is_numbered(pattern: str) -> bool:
    """Tell whether members get labels of their own."""
    return _NUMBER.search(pattern) is not None
