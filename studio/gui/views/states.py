"""The states that components and links can be given, and what marks them so."""

from __future__ import annotations

from collections.abc import Mapping

from studio.design.model import Deviation
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import Choice

STATES: tuple[Choice, ...] = (
    ("", mark("In order")),
    ("degraded", mark("Degraded")),
    ("failed", mark("Failed")),
    ("absent", mark("Absent")),
)
DEVIATIONS: Mapping[object, Deviation | None] = {
    "": None,
    "degraded": Deviation("degraded", 0.5),
    "failed": Deviation("failed"),
    "absent": Deviation("absent"),
}
"""What a state puts into the design; a degraded thing has half of its capacity left at first."""


def state_of(deviation: Deviation | None) -> str:
    """Return the state that a thing is shown in; another part than usual is in order."""
    return "" if deviation is None or deviation.state == "different" else deviation.state
