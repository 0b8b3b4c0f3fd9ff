"""How far the simulator is from published measurements, as last measured when it was built.

Written by `packaging/accuracy.py` from the rows in `tests/reference/`; nothing is typed in.
"""

from __future__ import annotations

from functools import cache

import msgspec

from studio import paths
from studio.errors import FileProblem


class SetAccuracy(msgspec.Struct, frozen=True):
    """One set of measurements; errors are absolute and relative, 0.05 is 5 %."""

    rows: int
    scored: int
    modelled: float
    median_abs_error: float
    mean_abs_error: float
    share_within_20: float
    share_within_30: float
    bias: float


class FamilyAccuracy(msgspec.Struct, frozen=True):
    """The rows of one set on one accelerator family."""

    rows: int
    median_abs_error: float


class Accuracy(msgspec.Struct, frozen=True):
    """All sets, and within them all families."""

    sets: dict[str, SetAccuracy]
    families: dict[str, dict[str, FamilyAccuracy]]

    def band(self, set_name: str, family: str) -> str:
        """Return in one sentence how far results for a family have been off."""
        found = self.families.get(set_name, {}).get(family)
        if found is None:
            return f"no published {set_name} measurement of {family or 'this hardware'} to check by"
        return (
            f"on {found.rows} published {set_name} measurements of {family} the median error "
            f"is {found.median_abs_error:.1%}"
        )


@cache
def accuracy() -> Accuracy:
    """Return the accuracy that ships with the studio.

    Raises
    ------
    FileProblem : the file is missing or damaged.
    """
    path = paths.resources_dir() / "accuracy.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Accuracy)
    except (OSError, msgspec.MsgspecError) as error:
        raise FileProblem(f"{path.name}: {error}") from error
