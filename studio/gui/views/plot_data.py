"""What the plots draw: stacked bars, the roofline and streams, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.gui.views.format import figure_text, word
from studio.messages import Listed

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.simulation.result import OperatorPoint
    from studio.simulation.timeline import Timeline


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar."""

    name: str
    value: float
    text: str
    colour: str
    """A bound (`compute`, `memory` …) or empty for the next categorical colour."""


@dataclass(frozen=True)
class Bar:
    """One stacked bar."""

    name: str
    total_text: str
    segments: tuple[Segment, ...]

    @property
    def total(self) -> float:
        """Return the bar's length."""
        return sum(segment.value for segment in self.segments)


@dataclass(frozen=True)
class MemoryView:
    """Memory of one NPU against its capacity."""

    bar: Bar
    capacity: float
    capacity_text: str
    fits: bool
    verdict: str
    remedy: str


@dataclass(frozen=True)
class RooflinePoint:
    """One operator."""

    name: str
    intensity: float
    flops: float
    bound: str
    text: str


@dataclass(frozen=True)
class Roofline:
    """The roofs of one NPU and the operators under them."""

    peaks: tuple[tuple[str, float], ...]
    """Number formats with their dense peak, FLOP/s; formats of one peak stand together."""
    memory_byte_per_s: float
    points: tuple[RooflinePoint, ...]


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
            )
            for term in terms
        )
        text = figure_text("", phase.seconds, "time", 3)
        bars.append(Bar(word(phase.name, language), text, segments))
    return tuple(bars)


def memory_view(evaluation: Evaluation | None, language: str) -> MemoryView | None:
    """Return the memory of one NPU by category, with what it can hold."""
    if evaluation is None or evaluation.result is None:
        return None
    memory = evaluation.result.memory
    segments = tuple(
        Segment(word(term.name, language), term.byte, figure_text("", term.byte, "data", 3), "")
        for term in sorted(memory.terms, key=lambda term: -term.byte)
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
    name = "每 NPU" if chinese else "Per NPU"
    return MemoryView(
        Bar(name, used, segments),
        memory.capacity_byte,
        capacity,
        memory.fits,
        verdict,
        "" if memory.fits else memory.remedy,
    )


def power_bars(evaluation: Evaluation | None, language: str) -> tuple[Bar, ...]:
    """Return nameplate, typical and idle power by category."""
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
        segments = tuple(
            Segment(word(category, language), value, figure_text("", value, "power", 3), "")
            for category, value in figure.by_category().items()
            if value > 0
        )
        text = figure_text("", figure.value, "power", 3)
        bars.append(Bar(label[language == "zh"], text, segments))
    return tuple(bars)


def roofline(evaluation: Evaluation | None, language: str) -> Roofline | None:
    """Return the roofs of the NPU and the operators of every phase."""
    if evaluation is None or evaluation.result is None:
        return None
    result, totals = evaluation.result, evaluation.totals
    npus = max(1.0, totals.value("npu_count"))
    formats = {name: f.value / npus for name, f in totals.group("compute_flops").items() if f.value}
    # Formats of one rate share a roof; two labels on one line would hide each other.
    roofs: dict[float, list[str]] = {}
    for name in ("bf16", "fp8", "int8"):
        if name in formats:
            roofs.setdefault(formats[name], []).append(name)
    peaks = tuple((" / ".join(names), peak) for peak, names in roofs.items())
    points = tuple(
        _point(phase.name, operator, language)
        for phase in result.phases
        for operator in phase.operators
        if operator.intensity > 0 and operator.achieved_flops > 0
    )
    return Roofline(peaks, totals.value("memory_bandwidth_byte_per_s") / npus, points)


def _point(phase: str, operator: OperatorPoint, language: str) -> RooflinePoint:
    text = (
        f"{word(phase, language)} · {operator.name}\n"
        f"{operator.intensity:.3g} FLOP/B · "
        f"{figure_text('', operator.achieved_flops, 'compute', 3)}\n"
        f"{figure_text('', operator.seconds, 'time', 3)}"
    )
    return RooflinePoint(
        operator.name, operator.intensity, operator.achieved_flops, operator.bound, text
    )


@dataclass(frozen=True)
class Streams:
    """Traces of the run; arrays have shape (n_points,)."""

    times_s: FloatArray
    compute: FloatArray
    memory: FloatArray
    network: FloatArray
    power_w: FloatArray
    now: str
    """What the job does at the right edge."""


STREAM_POINTS = 480
STREAM_PERIODS = 3.0


def window_s(timeline: Timeline) -> float:
    """Return how much simulated time the traces show at once."""
    return timeline.period_s * STREAM_PERIODS


def streams(timeline: Timeline, now_s: float) -> Streams:
    """Return the traces of the window that ends at `now_s`."""
    span = window_s(timeline)
    edges = np.linspace(max(0.0, now_s - span), max(now_s, span * 1e-6), STREAM_POINTS + 1)
    compute, memory, network, power = timeline.means(edges)
    now = Listed(timeline.names_at(now_s), "   ")
    return Streams(edges[1:], compute, memory, network, power, now)
