"""Predictions of fleet reliability from size, time and hardware alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from studio.exploration.validation.reliability import predict
from studio.exploration.validation.runner import KINDS, blanked

KIND = next(kind for kind in KINDS if kind.name == "reliability")
ROWS = list(csv.DictReader((Path(__file__).parents[1] / "reference/reliability.csv").open()))
FLEET = {"hw_family": "NVIDIA-Hopper", "accelerators": "16384", "nodes": "2048",
         "period_days": "54", "unit": "count"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        # 2,048 nodes x 54 days x 3.789 per 1,000 node-days
        ({"quantity": "interruptions, unexpected"}, 419.0),
        ({"quantity": "unexpected interruptions by cause", "component": "GPU HBM3 memory"}, 72.0),
        ({"quantity": "unexpected interruptions by cause", "component": "Network cable"}, 35.0),
        ({"quantity": "mean time to failure of jobs", "unit": "h"}, 24 / (2048 * 3.789e-3)),
        (
            {"primary_metric": "derived_rate",
             "derived_rate_unit": "failures per 1000 node-days"},
            3.789,
        ),
        (
            {"primary_metric": "derived_rate", "derived_rate_unit": "per 1e6 GPU-days",
             "component": "Faulty GPU"},
            3.789e-3 / 8 * 0.3532 * 1e6,
        ),
    ],
)  # fmt: skip
def test_counts_and_rates_by_hand(changes: dict[str, str], value: float) -> None:
    assert predict(FLEET | changes).value == pytest.approx(value, rel=0.01)


def test_large_fleets_fail_at_the_published_pace() -> None:
    # Kokolis et al.: 1.8 h at 16,384 and 0.23 h at 131,072 accelerators of RSC-1.
    row = FLEET | {"hw_family": "NVIDIA-A100", "quantity": "mean time to failure", "unit": "h"}
    assert predict(row).value == pytest.approx(1.8, rel=0.02)
    eight = row | {"accelerators": "131072", "nodes": "16384"}
    assert predict(eight).value == pytest.approx(0.23, rel=0.03)


def test_rows_of_the_source_of_a_rate_say_so() -> None:
    known = next(row for row in ROWS if row["id"] == "RL0003")
    assert "in sample" in predict(blanked(known, KIND)).reason
    assert "in sample" not in predict(FLEET | {"quantity": "failures", "source": "another"}).reason


def test_what_is_not_predicted_says_why() -> None:
    assert "size of the fleet" in predict({"quantity": "failures"}).reason
    assert "is not predicted" in predict(FLEET | {"quantity": "jobs slowed by stragglers"}).reason
    part = {"quantity": "unexpected interruptions by cause", "component": "flux capacitor"}
    assert "no rate is known" in predict(FLEET | part).reason
    assert predict(FLEET | {"primary_metric": "derived_rate"}).value is None


def test_more_time_and_more_nodes_mean_more_failures() -> None:
    base = predict(FLEET | {"quantity": "failures"}).value
    longer = predict(FLEET | {"quantity": "failures", "period_days": "108"}).value
    assert base is not None
    assert longer == pytest.approx(2 * base)


def test_fleets_of_one_machine_differ_by_name():
    row = {"hw": "NVIDIA A100-SXM4-80GB", "nodes": "1000", "quantity": "node failure rate"}
    assert predict(row | {"job_or_cluster": "RSC-1"}).value == pytest.approx(6.5)
    assert predict(row | {"job_or_cluster": "RSC-2"}).value == pytest.approx(2.34)
    assert predict(row | {"job_or_cluster": "RSC-1 + RSC-2"}).value == pytest.approx(6.5)


def test_what_no_rate_answers_says_so_before_it_asks_for_a_fleet():
    assert "not predicted" in predict({"quantity": "jobs analysed"}).reason
    assert "network that is drawn" in predict({"quantity": "network MTBF", "nodes": "1024"}).reason
