"""The metric strip: which figures it shows, and how each differs from the pinned baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.gui.i18n import tr
from studio.gui.views.format import change_text, figure_text
from studio.session.accuracy import accuracy
from studio.simulation.error_band import range_text

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation

Sense = Literal["better", "worse", "neutral"]
Read = Callable[["Evaluation"], float | None]


@dataclass(frozen=True)
class MetricRow:
    """One tile."""

    key: str
    """What Explain opens: the name of a figure, or `result.…`."""
    label: str
    value: str
    change: str
    sense: Sense
    before: str
    """The baseline's value, empty without a baseline."""
    band: str = ""
    """How far the figure may be off, such as `±14 %`."""
    accuracy: str = ""
    """The ends of the band and what they rest on, in sentences."""


@dataclass(frozen=True)
class Metric:
    """A figure worth watching while one draws."""

    key: str
    en: str
    zh: str
    dimension: str
    read: Read
    more_is_better: bool | None
    digits: int = 4
    measured: str = ""
    """Set of published measurements that such results are checked by; `job` for the job's own."""


def _figure(name: str) -> Read:
    def read(evaluation: Evaluation) -> float | None:
        figure = evaluation.totals.figures.get(name)
        return figure.value if figure else None

    return read


def _scale_up(prefix: str) -> Read:
    def read(evaluation: Evaluation) -> float | None:
        for plane_id, plane in evaluation.fabric.design.planes.items():
            if plane.role == "scale_up":
                return _figure(f"{prefix}.{plane_id}")(evaluation)
        return None

    return read


def _result(attribute: str) -> Read:
    def read(evaluation: Evaluation) -> float | None:
        return float(getattr(evaluation.result, attribute)) if evaluation.result else None

    return read


def _headline(job: str) -> Read:
    def read(evaluation: Evaluation) -> float | None:
        result = evaluation.result
        return result.headline_s if result and result.job == job else None

    return read


def _ttft(evaluation: Evaluation) -> float | None:
    result = evaluation.result
    return result.ttft_s if result and result.job == "inference" else None


_INJECTION = "injection_bandwidth_byte_per_s"
_BISECTION = "bisection_bandwidth_byte_per_s"

METRICS: tuple[Metric, ...] = (
    Metric(
        "result.tokens_per_s",
        "Tokens/s",
        "词元/秒",
        "count",
        _result("tokens_per_s"),
        True,
        4,
        "job",
    ),
    Metric("result.headline_s", "TPOT", "TPOT", "time", _headline("inference"), False, 4, "job"),
    Metric("result.ttft_s", "TTFT", "TTFT", "time", _ttft, False, 4, "job"),
    Metric(
        "result.headline_s", "Step time", "单步时间", "time", _headline("training"), False, 4, "job"
    ),
    Metric("result.mfu", "MFU", "MFU", "ratio", _result("mfu"), True, 3, "job"),
    Metric(
        "compute_flops.bf16", "BF16", "BF16 算力", "compute", _figure("compute_flops.bf16"), True
    ),
    Metric("compute_flops.fp8", "FP8", "FP8 算力", "compute", _figure("compute_flops.fp8"), True),
    Metric(
        "compute_flops.int8", "INT8", "INT8 算力", "compute", _figure("compute_flops.int8"), True
    ),
    Metric("memory_bytes", "NPU memory", "NPU 显存", "data", _figure("memory_bytes"), True),
    Metric(
        "memory_bandwidth_byte_per_s",
        "Memory bandwidth",
        "显存带宽",
        "bandwidth",
        _figure("memory_bandwidth_byte_per_s"),
        True,
    ),
    Metric(_INJECTION, "Injection", "注入带宽", "bandwidth", _scale_up(_INJECTION), True),
    Metric(_BISECTION, "Bisection", "对分带宽", "bandwidth", _scale_up(_BISECTION), True),
    Metric(
        "transceiver_count",
        "Transceivers",
        "光模块数",
        "count",
        _figure("transceiver_count"),
        None,
    ),
    Metric(
        "optical_bandwidth_bit_per_s",
        "Optical bandwidth",
        "光带宽",
        "count",
        _figure("optical_bandwidth_bit_per_s"),
        True,
        3,
    ),
    Metric(
        "power_w.typical", "Power, typical", "典型功耗", "power", _figure("power_w.typical"), False
    ),
    Metric(
        "power_w.nameplate",
        "Power, nameplate",
        "额定功耗",
        "power",
        _figure("power_w.nameplate"),
        False,
    ),
    Metric("power_w.idle", "Power, idle", "空闲功耗", "power", _figure("power_w.idle"), False),
    Metric("price_usd", "Price", "价格", "price", _figure("price_usd"), False),
    Metric("interruptions_per_year", "MTBI", "平均中断间隔", "time", _figure("mtbi_s"), True, 3),
    Metric(
        "result.effective_share",
        "Effective time",
        "有效训练时间",
        "ratio",
        _result("effective_share"),
        True,
        3,
        "reliability",
    ),
    Metric(
        "result.energy_j_per_token",
        "Energy/token",
        "每词元能耗",
        "energy",
        _result("energy_j_per_token"),
        False,
        3,
        "power",
    ),
    Metric(
        "result.cost_usd_per_million_tokens",
        "Cost/M tokens",
        "每百万词元",
        "price",
        _result("cost_usd_per_million_tokens"),
        False,
        3,
    ),
)


def metric_rows(
    evaluation: Evaluation | None, baseline: Evaluation | None, language: str
) -> tuple[MetricRow, ...]:
    """Return the tiles of the strip; a figure that the design does not have gets none."""
    if evaluation is None:
        return ()
    rows = (_row(metric, evaluation, baseline, language) for metric in METRICS)
    return tuple(row for row in rows if row is not None)


def _row(
    metric: Metric, evaluation: Evaluation, baseline: Evaluation | None, language: str
) -> MetricRow | None:
    value = metric.read(evaluation)
    before = metric.read(baseline) if baseline is not None else None
    if value is None or (value == 0 and not before):
        return None
    if value == 0 and metric.key in _PER_TOKEN:
        return _without_tokens(metric, before, language)
    change = change_text(value, before) if before is not None else ""
    sense: Sense = "neutral"
    if change and before is not None and metric.more_is_better is not None:
        sense = "better" if (value > before) == metric.more_is_better else "worse"
    key = metric.key
    if key in (_INJECTION, _BISECTION):
        key = f"{key}.{_scale_up_plane(evaluation)}"
    figure = evaluation.totals.figures.get(key)
    bound = " ≤" if figure is not None and figure.is_at_most else ""
    return MetricRow(
        key,
        (metric.zh if language == "zh" else metric.en) + bound,
        figure_text(metric.key, value, metric.dimension, metric.digits),
        change,
        sense,
        "" if before is None else figure_text(metric.key, before, metric.dimension, metric.digits),
        *_accuracy(metric, evaluation),
    )


_PER_TOKEN = ("result.energy_j_per_token", "result.cost_usd_per_million_tokens")


def _without_tokens(metric: Metric, before: float | None, language: str) -> MetricRow:
    """Return a figure per token of a job that makes none: nothing to divide by, and no gain."""
    label = metric.zh if language == "zh" else metric.en
    shown = figure_text(metric.key, before or 0.0, metric.dimension, metric.digits)
    return MetricRow(metric.key, label, "–", "", "neutral", "" if before is None else shown)


def _accuracy(metric: Metric, evaluation: Evaluation) -> tuple[str, str]:
    """Return the error band of a simulated figure, short and as a sentence."""
    result, machine = evaluation.result, evaluation.machine
    if not metric.measured or result is None or machine is None:
        return "", ""
    name = result.job if metric.measured == "job" else metric.measured
    family = machine.accelerator.family
    said = tr(accuracy().band(name, family))
    band = result.error_bands.get(metric.key.removeprefix("result."))
    if band is None:
        return "", said
    value = metric.read(evaluation) or 0.0
    ends = range_text(band, value, metric.dimension)
    return band.short, f"{ends}: {tr(band.text)}\n{said}"


def _scale_up_plane(evaluation: Evaluation) -> str:
    planes = evaluation.fabric.design.planes
    return next((str(key) for key, plane in planes.items() if plane.role == "scale_up"), "")
