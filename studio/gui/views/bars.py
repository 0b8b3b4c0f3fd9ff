"""What the stacked bars draw: time by phase, memory and power of a job, as plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.gui.i18n import tr
from studio.gui.views.format import figure_text, word

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.simulation.error_band import ErrorBand
    from studio.simulation.result import Memory


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar."""

    name: str
    value: float
    text: str
    colour: str
    """A bound (`compute`, `memory` …) or empty for the next categorical colour."""
    opens: tuple[str, ...] = ()
    """Figure that a click explains, and the path of lines down to this part."""
    place: int | None = None
    """Which categorical colour is its own, whatever else is drawn; None for the next one."""


@dataclass(frozen=True)
class Bar:
    """One stacked bar."""

    name: str
    total_text: str
    segments: tuple[Segment, ...]
    band: ErrorBand | None = None
    """How far the whole may be off."""

    @property
    def total(self) -> float:
        """Return the bar's length."""
        return sum(segment.value for segment in self.segments)


@dataclass(frozen=True)
class Line:
    """A figure told below the segments of a bar."""

    name: str
    value: float
    text: str


@dataclass(frozen=True)
class MemoryView:
    """Memory of one NPU against its capacity."""

    bar: Bar
    """At its fullest, by category."""
    moments: tuple[Line, ...]
    """All that it holds at some moments, in order; one of them may be the fullest."""
    capacity: float
    capacity_text: str
    fits: bool
    verdict: str
    remedy: str
    remedy_fields: Mapping[str, int | float | str]
    """Fields of the scenario that make the job fit; empty where none are known."""


def time_bars(evaluation: Evaluation | None, language: str) -> tuple[Bar, ...]:
    """Return one bar per phase, its terms longest first."""
    if evaluation is None or evaluation.result is None:
        return ()
    bars = []
    for phase in evaluation.result.phases:
        terms = sorted((t for t in phase.terms if t.seconds > 0), key=lambda t: -t.seconds)
        segments = tuple(
            Segment(
                word(term.name, language),
                term.seconds,
                figure_text("", term.seconds, "time", 3),
                term.bound,
                (f"result.phase.{phase.name}", term.name),
            )
            for term in terms
        )
        text = figure_text("", phase.seconds, "time", 3)
        band = evaluation.result.error_bands.get("headline_s")
        bars.append(Bar(word(phase.name, language), text, segments, band))
    return tuple(bars)


def memory_view(evaluation: Evaluation | None, language: str) -> MemoryView | None:
    """Return the memory of one NPU by category, with what it can hold."""
    if evaluation is None or evaluation.result is None:
        return None
    memory = evaluation.result.memory
    segments = tuple(
        Segment(
            word(term.name, language),
            term.byte,
            figure_text("", term.byte, "data", 3),
            "",
            ("result.memory", term.name),
            place,
        )
        for place, term in sorted(enumerate(memory.terms), key=lambda one: -one[1].byte)
        if term.byte > 0
    )
    used = figure_text("", memory.used_byte, "data", 3)
    capacity = figure_text("", memory.capacity_byte, "data", 3)
    over = figure_text("", memory.used_byte - memory.capacity_byte, "data", 3)
    free = figure_text("", memory.capacity_byte - memory.used_byte, "data", 3)
    chinese = language == "zh"
    if memory.fits:
        verdict = f"装得下，余 {free}" if chinese else f"fits, {free} free"
    else:
        verdict = f"装不下，超出 {over}" if chinese else f"does not fit: {over} too much"
    if memory.host_terms:
        verdict += _on_hosts(memory, chinese)
    name = "每 NPU" if chinese else "Per NPU"
    moments = (
        Line(word(one.name, language), one.byte, figure_text("", one.byte, "data", 3))
        for one in memory.moments
    )
    return MemoryView(
        Bar(name, used, segments, evaluation.result.error_bands.get("memory")),
        tuple(moments),
        memory.capacity_byte,
        capacity,
        memory.fits,
        verdict,
        "" if memory.fits else memory.remedy,
        memory.remedy_fields,
    )


def _on_hosts(memory: Memory, chinese: bool) -> str:
    """Return what CPUs hold for an NPU, and of how much."""
    used = figure_text("", memory.host_byte, "data", 3)
    capacity = figure_text("", memory.host_capacity_byte, "data", 3)
    if chinese:
        return f"；主机占用 {used}，共 {capacity}"
    return f"; hosts hold {used} of {capacity}"


def power_bars(evaluation: Evaluation | None, language: str) -> tuple[Bar, ...]:
    """Return the power of the job by category, then nameplate, typical and idle power.

    Only the job's has an error band: what was measured are jobs, not ratings of parts.
    """
    if evaluation is None:
        return ()
    names = {
        "nameplate": ("Nameplate", "额定"),
        "typical": ("Typical", "典型"),
        "idle": ("Idle", "空闲"),
    }
    bars = []
    for point, label in names.items():
        figure = evaluation.totals.figures.get(f"power_w.{point}")
        if figure is None or not figure.value:
            continue
        segments = _power_segments(figure.by_category(), figure.name, language)
        text = figure_text("", figure.value, "power", 3)
        bars.append(Bar(label[language == "zh"], text, segments))
    return (*_job_power(evaluation, language), *bars)


def _job_power(evaluation: Evaluation, language: str) -> tuple[Bar, ...]:
    """Return what the equipment draws in the job: its NPUs as simulated, the rest as usual."""
    result, usual = evaluation.result, evaluation.totals.figures.get("power_w.typical")
    if result is None or usual is None or not result.equipment_power_w > 0:
        return ()
    others = {name: watts for name, watts in usual.by_category().items() if name != "npu"}
    npus = result.equipment_power_w - sum(others.values())
    watts = {"npu": npus, **others}
    segments = _power_segments(watts, "result.equipment_power_w", language)
    text = figure_text("", result.equipment_power_w, "power", 3)
    band = result.error_bands.get("equipment_power_w")
    return (Bar(tr("This job"), text, segments, band),)


def _power_segments(watts: Mapping[str, float], figure: str, language: str) -> tuple[Segment, ...]:
    """Return one segment per category that draws power; a click on any opens the figure."""
    return tuple(
        Segment(word(category, language), value, figure_text("", value, "power", 3), "", (figure,))
        for category, value in watts.items()
        if value > 0
    )
