"""How far a simulated figure may be off, as published measurements say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.messages import Message, say
from studio.units import display

Measured = Literal["training", "inference", "memory", "power"]
"""Sets of published measurements by which figures of a job are checked."""

SHARE_INSIDE = 0.8
"""Share of the measurements that lie within a band."""

MEASURED_OF: Mapping[str, tuple[Measured, ...]] = {
    "tokens_per_s": ("training", "inference"),
    "tokens_per_s_per_npu": ("training", "inference"),
    "headline_s": ("training", "inference"),
    "ttft_s": ("inference",),
    "mfu": ("training", "inference"),
    "memory": ("memory",),
    "equipment_power_w": ("power",),
    "facility_power_w": ("power",),
    "energy_j_per_token": ("power",),
}
"""Sets that check a figure of `SimResult`: of two, the one of the job's own kind.

Figures that rest on prices or on the parts' own ratings are in none: no measurement checks them.
Power is that of the job; how much the site adds to it (PUE) is given, not predicted.
"""

SET_NAMES: Mapping[str, Message] = {
    "training": say("training"),
    "inference": say("inference"),
    "memory": say("memory"),
    "network": say("network"),
    "power": say("power"),
    "reliability": say("reliability"),
}


@dataclass(frozen=True)
class ErrorBand:
    """Of 10 published measurements 8 are at most a factor away from what was predicted for them.

    The factor works both ways and is therefore the same for a time and for its rate.
    """

    measured: Measured
    family: str
    """Accelerator family of the machine."""
    rows: int
    """Measurements of the family."""
    factor: float
    """At least 1."""
    is_of_all: bool
    """The family has too few measurements: the band is at least that of all families."""

    def low(self, value: float) -> float:
        """Return the lower end of the band around a value."""
        return value / self.factor

    def high(self, value: float) -> float:
        """Return the upper end of the band around a value."""
        return value * self.factor

    @property
    def short(self) -> str:
        """Return the half width, such as `±7 %`."""
        return f"±{max((self.factor - 1) * 100, 0.1):.2g} %"

    @property
    def text(self) -> Message:
        """Return in a sentence what the band is."""
        name = SET_NAMES[self.measured]
        if not self.rows:
            return say(
                "8 of 10 published {set_name} measurements of all families lie within a factor "
                "{factor:.2f} of the prediction; of {family} there is none",
                set_name=name,
                factor=self.factor,
                family=self.family or say("this hardware"),
            )
        if self.is_of_all:
            return say(
                "8 of 10 published {set_name} measurements of all families lie within a factor "
                "{factor:.2f} of the prediction; of {family} there are only {rows}",
                set_name=name,
                factor=self.factor,
                family=self.family,
                rows=self.rows,
            )
        return say(
            "8 of 10 published {set_name} measurements of {family} lie within a factor "
            "{factor:.2f} of the prediction",
            set_name=name,
            factor=self.factor,
            family=self.family,
        )


def range_text(band: ErrorBand | None, value: float, dimension: str) -> str:
    """Return the ends of a band around a value with units; empty where there is no band."""
    if band is None or not value > 0:
        return ""
    low, high = band.low(value), band.high(value)
    if dimension == "ratio":
        return f"{low:.1%} – {high:.1%}"
    if dimension == "count":
        return " – ".join(f"{float(f'{end:.3g}'):,.10g}" for end in (low, high))
    return f"{display(low, dimension, 3)} – {display(high, dimension, 3)}"
