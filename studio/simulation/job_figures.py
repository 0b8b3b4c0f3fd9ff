"""The headline figures of a job in one table: what they are called, and how they are written.

The command line, files and the report read it, so that a figure is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.messages import Message, say
from studio.simulation.error_band import range_text
from studio.simulation.result import SimResult
from studio.units import DIMENSIONS, display


@dataclass(frozen=True)
class JobFigure:
    """One figure of `SimResult`."""

    name: str
    """The attribute; with a dot before it what Explain opens."""
    key: str
    """What it is called in files."""
    label: Message
    dimension: str
    job: str = ""
    """The only kind of job that has it; empty for both."""
    form: Callable[[float], str] | None = None
    """How it is written; with its unit where nothing else is said."""

    @property
    def unit(self) -> str:
        """Return the unit in files."""
        return "1/s" if self.dimension == "count" else DIMENSIONS[self.dimension].si_unit or "1"

    def is_of(self, result: SimResult) -> bool:
        """Tell whether a result has the figure."""
        return self.job in ("", result.job)

    def value(self, result: SimResult) -> float:
        """Return the figure in SI units."""
        return float(getattr(result, self.name))

    def text(self, result: SimResult) -> str:
        """Return the figure as it is read."""
        value = self.value(result)
        return self.form(value) if self.form else display(value, self.dimension)

    def range_text(self, result: SimResult) -> str:
        """Return the ends of its error band; empty where no measurement checks it."""
        return range_text(result.error_bands.get(self.name), self.value(result), self.dimension)


FIGURES: tuple[JobFigure, ...] = (
    JobFigure("headline_s", "step_time_s", say("Step time"), "time", "training"),
    JobFigure("headline_s", "tpot_s", say("Time per output token"), "time", "inference"),
    JobFigure("ttft_s", "ttft_s", say("Time to first token"), "time", "inference"),
    JobFigure("tokens_per_s", "tokens_per_s", say("Tokens/s"), "count", form="{:,.0f}".format),
    JobFigure(
        "tokens_per_s_per_npu",
        "tokens_per_s_per_npu",
        say("Tokens/s per NPU"),
        "count",
        form="{:,.1f}".format,
    ),
    JobFigure("mfu", "mfu", say("Model FLOP utilisation"), "ratio", form="{:.1%}".format),
    JobFigure("equipment_power_w", "equipment_power_w", say("Equipment power"), "power"),
    JobFigure("facility_power_w", "facility_power_w", say("Facility power"), "power"),
    JobFigure("energy_j_per_token", "energy_j_per_token", say("Energy per token"), "energy"),
    JobFigure(
        "cost_usd_per_million_tokens",
        "cost_usd_per_million_tokens",
        say("Cost per million tokens"),
        "price",
        form="{:.3g} USD".format,
    ),
)


def figures_of(result: SimResult) -> tuple[JobFigure, ...]:
    """Return the figures a result has."""
    return tuple(figure for figure in FIGURES if figure.is_of(result))


def file_key(result: SimResult, name: str) -> str:
    """Return what a figure of a result is called in files; `memory` is that of the fullest NPU."""
    return next((one.key for one in figures_of(result) if one.name == name), f"{name}_used_bytes")
