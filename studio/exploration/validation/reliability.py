"""Predict published failure counts, rates and effective training time of whole fleets.

Rates per node and cause are data in `models/workloads/profiles/failures.json`; where the row is
of the very table a rate came from, the answer says so. Never looks at a measured value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from studio.errors import StudioError
from studio.exploration.profile_files import read_table
from studio.exploration.validation.prediction import Prediction, not_predicted
from studio.exploration.validation.rows import Row, number
from studio.messages import say
from studio.simulation.reliability.assumptions import DETECTION_S, RESTART_S
from studio.simulation.reliability.formulas import poisson_band
from studio.simulation.reliability.job import job_reliability
from studio.units import DAY_S, HOUR_S, MINUTE_S, YEAR_S

_USUAL_NODE = 8
_USUAL_PARAMETERS = 175e9
"""Of a run whose model is not named."""
_SEVERAL_WEEKS = 28.0
"""Days of a run whose length is only said to be weeks."""
_PARAMETERS = re.compile(r"(\d+(?:\.\d+)?)\s*B\b")


class _Fleet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    match: str
    failures_per_node_day: float
    source: str


class _Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    match: str
    name: str
    share: float
    is_hardware: bool


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    fleets: tuple[_Fleet, ...]
    causes: tuple[_Cause, ...]
    source: str
    planned_per_unexpected: float
    manual_per_interruption: float


@cache
def _tables() -> _File:
    return read_table("failures.json", _File)


@dataclass(frozen=True)
class _Fleetwide:
    """One row: how large the fleet is, how long it was watched, and its failure rate."""

    row: Row
    npus: float
    nodes: float
    days: float
    """NaN where the row does not say."""
    per_node_day: float
    note: str

    @property
    def per_day(self) -> float:
        """Unexpected interruptions of the whole fleet. [1/day]."""
        return self.per_node_day * self.nodes

    @property
    def watched_days(self) -> float:
        """Days of the row, or the usual length of a run."""
        return self.days if self.days == self.days else _SEVERAL_WEEKS


def predict(row: Row) -> Prediction:
    """Return the primary metric of one row, or why there is none."""
    try:
        return _answer(row)
    except StudioError as problem:
        return Prediction(None, problem.message)


def _answer(row: Row) -> Prediction:
    quantity = row.get("quantity") or ""
    is_rate = (row.get("primary_metric") or "value") == "derived_rate"
    answer = next((way for words, way in _QUANTITIES if re.search(words, quantity, re.I)), None)
    if re.search(r"\bnetwork (MTBF|availability)", quantity, re.I):
        reason = say("{quantity!r} depends on the network that is drawn", quantity=quantity)
        return Prediction(None, reason)
    if answer is None and not is_rate:
        return Prediction(None, not_predicted(quantity))
    fleet = _fleet_of(row)
    if isinstance(fleet, str):
        return Prediction(None, fleet)
    if is_rate or answer is None:
        return _in_rate_unit(fleet, row.get("derived_rate_unit") or "")
    value = answer(fleet)
    return Prediction(value, _reason(fleet, value))


def predict_all(rows: Sequence[Row]) -> list[Prediction]:
    """Return the prediction of every row."""
    return [predict(row) for row in rows]


def _fleet_of(row: Row) -> _Fleetwide | str:
    npus = number(row, "accelerators", 0.0)
    nodes = number(row, "nodes", 0.0) or npus / _USUAL_NODE
    if nodes <= 0:
        if re.search(r"detect|diagnos|restart time|recover", row.get("quantity") or ""):
            nodes = npus = 1.0
        else:
            return say("the size of the fleet is not given")
    columns = ("hw_family", "hw", "job_or_cluster", "quantity")
    text = " ".join(row.get(column) or "" for column in columns)
    rate = next(one for one in _tables().fleets if re.search(one.match, text))
    return _Fleetwide(
        row, npus or nodes * _USUAL_NODE, nodes, number(row, "period_days"),
        rate.failures_per_node_day, rate.source,
    )  # fmt: skip


def _reason(fleet: _Fleetwide, value: float) -> str:
    note = fleet.note
    source = fleet.row.get("source") or ""
    if any(known in note and known in source for known in re.findall(r"\d{4}\.\d{5}", note)):
        note = say("{note} (in sample: the rate comes from this source)", note=note)
    if (fleet.row.get("unit") or "").startswith("count"):
        low, high = poisson_band(value)
        note = say(
            "{note}; nine of ten such counts lie in {low:.1f} to {high:.1f}",
            note=note,
            low=low,
            high=high,
        )
    return note


def _cause_share(fleet: _Fleetwide) -> float:
    component = fleet.row.get("component") or ""
    if not component:
        return 1.0
    for cause in _tables().causes:
        if re.search(cause.match, component):
            return cause.share
    raise StudioError("no rate is known for {component!r}", component=component)


def _unexpected(fleet: _Fleetwide) -> float:
    return fleet.per_day * fleet.watched_days * _cause_share(fleet)


def _planned(fleet: _Fleetwide) -> float:
    return _unexpected(fleet) * _tables().planned_per_unexpected


def _all_interruptions(fleet: _Fleetwide) -> float:
    return _unexpected(fleet) + _planned(fleet)


def _manual(fleet: _Fleetwide) -> float:
    return _all_interruptions(fleet) * _tables().manual_per_interruption


def _hardware_percent(fleet: _Fleetwide) -> float:
    del fleet
    causes = _tables().causes
    return 100 * sum(one.share for one in causes if one.is_hardware) / sum(c.share for c in causes)


def _effective_percent(fleet: _Fleetwide) -> float:
    found = _PARAMETERS.search(fleet.row.get("job_or_cluster") or "")
    parameters = float(found[1]) * 1e9 if found else _USUAL_PARAMETERS
    per_year = fleet.per_day * YEAR_S / DAY_S
    return 100 * job_reliability(per_year, parameters, fleet.npus).effective_share


def _node_rate(fleet: _Fleetwide) -> float:
    return fleet.per_node_day * 1000


def _mean_time(fleet: _Fleetwide) -> float:
    """In the unit of the row. [h] by default."""
    seconds = DAY_S / fleet.per_day
    unit = fleet.row.get("unit") or "h"
    size = {"h": HOUR_S, "d": DAY_S, "m": MINUTE_S, "s": 1.0}
    return seconds / size.get(unit.strip()[:1], HOUR_S)


def _detection_min(fleet: _Fleetwide) -> float:
    del fleet
    return DETECTION_S / MINUTE_S


def _recovery_min(fleet: _Fleetwide) -> float:
    del fleet
    return (DETECTION_S + RESTART_S) / MINUTE_S


def _in_rate_unit(fleet: _Fleetwide, unit: str) -> Prediction:
    per_node_day = fleet.per_node_day * _cause_share(fleet)
    if "mean time" in unit:
        return Prediction(DAY_S / (per_node_day * fleet.nodes) / HOUR_S, _reason(fleet, 0.0))
    found = re.match(r"(?:failures )?per ([\d.e]+) (GPU|NPU|node)-days", unit)
    if found is None:
        return Prediction(None, say("the unit {unit!r} is not predicted", unit=unit))
    npus = fleet.npus / fleet.nodes if found[2] != "node" else 1.0
    return Prediction(per_node_day / npus * float(found[1]), _reason(fleet, 0.0))


Answer = Callable[[_Fleetwide], float]
_QUANTITIES: tuple[tuple[str, Answer], ...] = (
    (r"effective training time|goodput|ETTR", _effective_percent),
    (r"attributed to hardware", _hardware_percent),
    (r"failure rate", _node_rate),
    (r"mean time (to|between)|MTTF|MTBF|MTBI", _mean_time),
    (r"detect|diagnos", _detection_min),
    (r"catch.?up|recover|restart time", _recovery_min),
    (r"manual intervention", _manual),
    (r"interruptions, total", _all_interruptions),
    (r"\bplanned", _planned),
    (r"unexpected|interruptions|failures|repairs|restarts", _unexpected),
)
"""Pattern in the quantity, most special first, and what answers it."""
