"""One function per step of the file format, kept for ever: from version n to n + 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.errors import FileProblem

Upgrade = Callable[[Mapping[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""By the version an upgrade starts from. Version 1 is the first: nothing to upgrade yet."""


def upgraded(
    design: object, version: int, newest: int, upgrades: Mapping[int, Upgrade]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return a decoded design in the newest format, and the steps taken.

    Raises
    ------
    FileProblem : it is no design of that format; names the step that failed.
    """
    steps = []
    if not isinstance(design, dict):
        raise FileProblem("there is no design in the file")
    tree: Mapping[str, Any] = design
    for step in range(version, newest):
        try:
            tree = upgrades[step](tree)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise FileProblem(
                "step {step} to {next}: this is no design of format {step} ({reason})",
                step=step,
                next=step + 1,
                reason=repr(error)[:100],
            ) from error
        steps.append(f"{step} to {step + 1}")
    return tree, tuple(steps)
