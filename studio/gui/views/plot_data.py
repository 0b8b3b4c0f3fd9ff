"""What the plots draw: stacked bars, the roofline and streams, as plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.gui.i18n import tr
from studio.gui.views.explain_rows import OperatorName
from studio.gui.views.format import figure_text, share_text, word
from studio.messages import Listed
from studio.simulation.words import operator_word
from studio.workload.precision import number_format

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.simulation.error_band import ErrorBand
    from studio.simulation.result import OperatorPoint, Phase
    from studio.simulation.timeline import Timeline


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
class MemoryView:
    """Memory of one NPU against its capacity."""

    bar: Bar
    capacity: float
    capacity_text: str
    fits: bool
    verdict: str
    remedy: str
    remedy_fields: Mapping[str, int | float | str]
    """Fields of the scenario that make the job fit; empty where none are known."""


@dataclass(frozen=True)
class RooflinePoint:
    """One operator."""

    opens: OperatorName
    intensity: float
    flops: float
    bound: str
    text: str


@dataclass(frozen=True)
class WholePhase:
    """A phase on the roofline: all its operators over all its time, waiting and links included."""

    intensity: float
    flops: float
    band: ErrorBand | None
    """Measurements check the time of the whole, not that of single operators."""
    text: str


@dataclass(frozen=True)
class Roof:
    """The most an NPU computes in some number formats, and where its slope ends."""

    formats: str
    """Formats of one peak, such as `fp8 / int8`."""
    flops: float
    ridge: float
    """FLOP per byte from which on computing, not memory, is the limit."""
    is_used: bool
    """Whether the job multiplies in one of the formats."""


@dataclass(frozen=True)
class Roofline:
    """The roofs of one NPU and the operators under them."""

    roofs: tuple[Roof, ...]
    """Those the job uses first."""
    memory_byte_per_s: float
    points: tuple[RooflinePoint, ...]
    phases: tuple[WholePhase, ...] = ()


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
        )
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
        Bar(name, used, segments, evaluation.result.error_bands.get("memory")),
        memory.capacity_byte,
        capacity,
        memory.fits,
        verdict,
        "" if memory.fits else memory.remedy,
        memory.remedy_fields,
    )


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
        segments = tuple(
            Segment(
                word(category, language),
                value,
                figure_text("", value, "power", 3),
                "",
                (figure.name,),
            )
            for category, value in figure.by_category().items()
            if value > 0
        )
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
    segments = tuple(
        Segment(
            word(category, language),
            value,
            figure_text("", value, "power", 3),
            "",
            ("result.equipment_power_w",),
        )
        for category, value in {"npu": npus, **others}.items()
        if value > 0
    )
    text = figure_text("", result.equipment_power_w, "power", 3)
    band = result.error_bands.get("equipment_power_w")
    return (Bar(tr("This job"), text, segments, band),)


_SHOWN_FORMATS = ("bf16", "fp8", "int8", "fp4")


def roofline(evaluation: Evaluation | None, language: str) -> Roofline | None:
    """Return the roofs of the NPU and the operators of every phase."""
    if evaluation is None or evaluation.simulated is None:
        return None
    given, result = evaluation.simulated.given, evaluation.simulated.result
    accelerator = given.machine.accelerator
    memory = accelerator.memory_bandwidth_byte_per_s
    wanted = number_format(given.scenario.precision).rating
    used = {"bf16", wanted if accelerator.compute_flops.get(wanted) else "bf16"}
    # Formats of one rate share a roof; two labels on one line would hide each other.
    named: dict[float, list[str]] = {}
    for name in _SHOWN_FORMATS:
        if accelerator.compute_flops.get(name):
            named.setdefault(accelerator.compute_flops[name], []).append(name)
    roofs = [
        Roof(" / ".join(names), peak, peak / memory, not used.isdisjoint(names))
        for peak, names in named.items()
    ]
    points = tuple(
        _point(phase.name, operator, memory, language)
        for phase in result.phases
        for operator in phase.operators
        if operator.intensity > 0 and operator.achieved_flops > 0
    )
    band = result.error_bands.get("headline_s")
    phases = tuple(
        whole
        for phase in result.phases
        if (whole := _whole_phase(phase, band, language)) is not None
    )
    ordered = tuple(sorted(roofs, key=lambda roof: not roof.is_used))
    return Roofline(ordered, memory, points, phases)


def _whole_phase(phase: Phase, band: ErrorBand | None, language: str) -> WholePhase | None:
    """Return a phase as one point; None where nothing is computed or read."""
    flop = sum(operator.flop for operator in phase.operators)
    byte = sum(operator.memory_byte for operator in phase.operators)
    if not (flop > 0 and byte > 0 and phase.seconds > 0):
        return None
    rate = flop / phase.seconds
    lines = [
        tr("{phase} as a whole, with all waiting and links").format(
            phase=word(phase.name, language)
        ),
        f"{flop / byte:.3g} FLOP/B · {figure_text('', rate, 'compute', 3)}",
    ]
    if band is not None:
        lines.append(f"{tr('Error band')} {band.short}: {tr(band.text)}")
        lines.append(tr("No measurement checks single operators."))
    return WholePhase(flop / byte, rate, band, "\n".join(lines))


# Most edits leave most operators as they were.
@lru_cache(maxsize=512)
def _point(
    phase: str, operator: OperatorPoint, memory_byte_per_s: float, language: str
) -> RooflinePoint:
    """Return an operator with what its tip says: size, rate, share of memory and time."""
    groups, m, n, k = operator.shape
    size = [f"{groups:,.0f} × ({m:,.0f} × {n:,.0f} × {k:,.0f})"] if m else []
    moved = operator.memory_byte / operator.seconds
    share = share_text(moved / memory_byte_per_s)
    rate = figure_text("", operator.achieved_flops, "compute", 3)
    bandwidth = figure_text("", moved, "bandwidth", 3)
    lines = [
        f"{word(phase, language)} · {tr(operator_word(operator.name))}",
        *size,
        f"{operator.intensity:.3g} FLOP/B · {rate}",
        tr("{bandwidth}, {share} of the memory's").format(bandwidth=bandwidth, share=share),
        tr("{time} in {times} runs").format(
            time=figure_text("", operator.seconds, "time", 3), times=f"{operator.times:,.4g}"
        ),
        tr("limited by: {bound}").format(bound=word(operator.bound, language)),
    ]
    return RooflinePoint(
        OperatorName(phase, operator.term, operator.name),
        operator.intensity,
        operator.achieved_flops,
        operator.bound,
        "\n".join(lines),
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
    share_band: ErrorBand | None = None
    """How far the job's time may be off, and with it the use of every unit."""
    power_band: ErrorBand | None = None


STREAM_POINTS = 480
STREAM_PERIODS = 3.0


def window_s(timeline: Timeline) -> float:
    """Return how much simulated time the traces show at once."""
    return timeline.period_s * STREAM_PERIODS


def streams(timeline: Timeline, now_s: float, bands: Mapping[str, ErrorBand]) -> Streams:
    """Return the traces of the window that ends at `now_s`; bands are those of the result."""
    span = window_s(timeline)
    edges = np.linspace(max(0.0, now_s - span), max(now_s, span * 1e-6), STREAM_POINTS + 1)
    compute, memory, network, power = timeline.means(edges)
    now = Listed(timeline.names_at(now_s), "   ")
    return Streams(
        edges[1:],
        compute,
        memory,
        network,
        power,
        now,
        bands.get("headline_s"),
        bands.get("equipment_power_w"),
    )
