"""Predict published power and energy measurements from what the machine was doing.

Measured columns are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from studio import paths
from studio.catalog.catalog import load_catalog, si_value
from studio.errors import StudioError
from studio.exploration.serving_library import inference_profile, power_profile, serving_family
from studio.exploration.validation.power_case import (
    PowerCase,
    PowerOf,
    ProfileOf,
    Reading,
    power_case,
)
from studio.exploration.validation.power_serving import (
    energy_per_token,
    request_share,
    serving_node,
    serving_watts,
)
from studio.exploration.validation.power_usual import idle_power, provisioned_share, usual_power
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import Row, number
from studio.ids import PartId
from studio.messages import say


def predict(
    row: Row, power_of: PowerOf = power_profile, profile_of: ProfileOf = inference_profile
) -> Prediction:
    """Return the primary metric of one row, or why there is none.

    Parameters
    ----------
    row
        Columns of a power measurement; measured ones may be empty and are never read.
    power_of, profile_of
        Family to power profile, family and generation to serving profile; the shipped ones.
    """
    if re.search(r"\bswitch\b", f"{row.get('hw')} {row.get('scope')}", re.IGNORECASE):
        return _switch_power(row)
    case = power_case(row, profile_of)
    if isinstance(case, str):
        return Prediction(None, case)
    found = reading(case)
    if isinstance(found, str):
        return Prediction(None, found)
    family = serving_family(case.machine.accelerator)
    note = "" if _workload(case) else say("lower confidence: taken for a mix of jobs")
    return Prediction(found(power_of(family)), note)


def predict_all(rows: Iterable[Row]) -> list[Prediction]:
    """Return the prediction of every row, in order."""
    return [predict(row) for row in rows]


_SWITCHES = (
    (r"^(?!.*\b(ib|infiniband)\b).*(ethernet|spectrum|tomahawk|roce)", "eth-switch-64x400g"),
    ("", "qm9700"),
)
"""Pattern in the hardware, and the part of the catalogue that is meant: InfiniBand where a name
leaves it open."""


def _switch_power(row: Row) -> Prediction:
    """Return the typical power of network switches, from the catalogue."""
    hardware = (row.get("hw") or "").lower()
    wanted = next(part for pattern, part in _SWITCHES if re.search(pattern, hardware))
    part = load_catalog([paths.parts_dir()]).parts[PartId(wanted)]
    count = max(number(row, "units", 1.0), 1.0)
    return Prediction(count * si_value("power_typical", part.values["power_typical"]), part.name)


def reading(case: PowerCase) -> Reading | str:
    """Return how the metric of a row follows from power constants, or why it does not.

    What the accelerators were doing is simulated here, once; only watts are left open.
    """
    try:
        found = _reading(case)
    except StudioError as problem:
        return str(problem)
    if isinstance(found, str):
        return found
    return lambda power: found(case.conditions(power))


_WORKLOADS = (
    (r"rating|rated", "rating"),
    (r"\bidle\b", "idle"),
    (r"mlperf inference", "mlperf inference"),
    (r"prefill|prompt.*decod", "request"),
    (r"serving|inference|decod|chat", "serving"),
    (r"\bhpl\b|linpack|hpcg", "machine"),
    (r"train|fine-?tun|\blora\b", "training"),
    (r"\bmix\b|production|cluster", "mix"),
)
"""Pattern in the workload, most special first, and what it means."""


def _workload(case: PowerCase) -> str:
    """Return what a row's workload column means, or nothing."""
    # An idle chip is idle whatever its machine is used for.
    if case.says("power_stat", "idle"):
        return "idle"
    text = (case.row.get("workload") or "").lower()
    return next((kind for pattern, kind in _WORKLOADS if re.search(pattern, text)), "")


def _reading(case: PowerCase) -> Reading | str:
    metric = case.row.get("primary_metric") or "power_w"
    kind = _workload(case)
    if kind == "rating":
        return say("{name}: a rating, not a measurement", name=case.machine.accelerator.name)
    if kind == "machine" and not case.units:
        return say("the row does not say how many accelerators the machine has")
    way = _WAYS.get((metric, kind)) or _WAYS.get((metric, ""))
    if way is None:
        return say("the metric {metric!r} is not modelled", metric=metric)
    return way(case)


def _run_total(_: PowerCase) -> str:
    return say("the energy of a whole run depends on how long it ran")


def _share(case: PowerCase) -> Reading | str:
    """Share of TDP of a request where its lengths are given, of a cluster otherwise."""
    return request_share(case) if number(case.row, "isl", 0.0) > 0 else provisioned_share(case)


_Way = Callable[[PowerCase], Reading | str]
_FRACTIONS = ("power_fraction_of_tdp_avg", "power_fraction_of_tdp_peak")
_WAYS: dict[tuple[str, str], _Way] = {
    ("energy", ""): energy_per_token,
    ("energy", "training"): _run_total,
    ("energy", "mix"): _run_total,
    ("power_w", "idle"): idle_power,
    ("power_w", "mlperf inference"): serving_node,
    ("power_w", "serving"): serving_watts,
    ("power_w", "request"): serving_watts,
    ("power_w", ""): usual_power,
    **{(metric, ""): _share for metric in _FRACTIONS},
}
"""Metric and workload, the second empty for any other, and what answers."""
