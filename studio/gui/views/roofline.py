"""What the roofline draws: the roofs of an NPU, operators and whole phases under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from studio.gui.i18n import tr
from studio.gui.views.explain_rows import OperatorName
from studio.gui.views.format import figure_text, share_text, word
from studio.simulation.words import operator_word
from studio.workload.precision import number_format

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation
    from studio.simulation.error_band import ErrorBand
    from studio.simulation.result import OperatorPoint, Phase


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
