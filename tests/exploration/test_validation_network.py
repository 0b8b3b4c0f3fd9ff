"""Published network measurements: what the shipped profiles predict, without looking.

Sources are in the `source` column of `tests/reference/network.csv`.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from studio.errors import InvalidInput, StudioError
from studio.exploration.validation.network import predict

ROWS = Path(__file__).parents[1] / "reference" / "network.csv"
MEASURED = ("value", "latency_us", "conf_value")
MIB = 2**20


def rows():
    with ROWS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def answers():
    """Every row with its prediction, measured columns emptied."""
    found = []
    for row in rows():
        blank = {key: "" if key in MEASURED else value for key, value in row.items()}
        found.append((row, predict(blank)))
    return found


def errors(answers, chosen):
    return np.array(
        [
            abs(answer.value / float(row[row["primary_metric"]]) - 1)
            for row, answer in answers
            if answer.value is not None and row["use"] == "score" and chosen(row)
        ]
    )


def size_of(row):
    return int(row["message_bytes"] or 0)


def is_low_latency(row):
    return row["op"].startswith("EP") and "normal" not in row["op"]


CLASSES = [
    ("16 MiB and more", lambda row: size_of(row) >= 16 * MIB, 0.08),
    ("1 MiB and less", lambda row: 0 < size_of(row) <= MIB, 0.20),
    ("low-latency expert exchange", is_low_latency, 0.20),
    ("expert exchange", lambda row: "normal" in row["op"], 0.08),
    ("one-sided", lambda row: row["op"].startswith("one-sided"), 0.08),
]


@pytest.mark.parametrize(("name", "chosen", "limit"), CLASSES, ids=[row[0] for row in CLASSES])
def test_median_error_of_a_class_is_within_its_aim(answers, name, chosen, limit):
    found = errors(answers, chosen)
    assert len(found) >= 15
    assert np.median(found) <= limit
    assert np.quantile(found, 0.85) <= 2.5 * limit


def test_rows_without_a_prediction_say_why(answers):
    missing = [(row, answer) for row, answer in answers if answer.value is None]
    assert len(missing) <= 0.03 * len(answers)
    for _, answer in missing:
        assert len(answer.reason) > 10


def test_measured_columns_change_nothing():
    for row in rows()[::25]:
        altered = dict(row) | {"value": "1e9", "latency_us": "1e9"}
        blank = dict(row) | {"value": "", "latency_us": ""}
        assert predict(altered) == predict(blank)


def test_unknown_hardware_and_operations_are_refused_in_words():
    row = dict(rows()[0])
    assert (
        "no rated network" in predict(row | {"hw": "abacus", "hw_family": "", "fabric": ""}).reason
    )
    assert "not modelled" in predict(row | {"op": "telepathy"}).reason


@pytest.mark.parametrize("size", ["-1", "nan", "1e300", "many"])
def test_sizes_no_buffer_can_have_are_refused(size):
    row = next(row for row in rows() if row["op"] == "all_reduce")
    with pytest.raises(InvalidInput, match="message_bytes"):
        predict(row | {"message_bytes": size})


def test_more_bytes_never_take_less_time():
    row = next(row for row in rows() if row["op"] == "all_reduce" and row["gpus"] == "8")
    row = row | {"primary_metric": "latency_us"}
    times = [predict(row | {"message_bytes": str(2**k)}).value for k in range(10, 34)]
    assert times == sorted(times)


STRANGE = ["", "0", "-3", "1e9", "nan", "abc", "3.5", "1e18", "384", "RDMA"]


def test_strange_columns_give_a_number_or_words():
    """A row of a hidden table may hold anything; only sense or a named problem may come back."""
    rng = np.random.default_rng(3)
    known = rows()
    columns = ["gpus", "nodes", "message_bytes", "tokens_per_rank", "hidden", "topk", "experts"]
    columns += ["dispatch_dtype", "algo_or_mode", "library", "fabric", "hw", "op", "unit", "note"]
    for _ in range(400):
        row = dict(known[rng.integers(len(known))]) | {"value": "", "latency_us": ""}
        for column in rng.choice(columns, 2):
            row[column] = str(rng.choice(STRANGE))
        try:
            answer = predict(row)
        except StudioError as problem:
            assert len(str(problem)) > 10  # noqa: PT017 - most rows raise nothing
            continue
        assert answer.value is None or (np.isfinite(answer.value) and answer.value >= 0)


ALL_REDUCE = {
    "hw": "NVIDIA H100-SXM5-80GB", "hw_family": "NVIDIA-Hopper", "fabric": "8x NDR 400G/node",
    "op": "all_reduce", "gpus": "64", "nodes": "8", "message_bytes": str(2**30),
    "library": "NCCL", "primary_metric": "value", "unit": "GB/s busbw",
}  # fmt: skip


@pytest.mark.parametrize("op", ["AllReduce", "all-reduce", "nccl_all_reduce_perf", "all reduce"])
def test_names_of_one_collective_mean_the_same(op):
    assert predict(ALL_REDUCE | {"op": op}).value == predict(ALL_REDUCE).value


@pytest.mark.parametrize(
    "op", ["reducescatter", "all_gather_into_tensor", "a2a", "alltoallv", "bcast", "reduce", "p2p"]
)
def test_every_name_of_a_collective_has_an_answer(op):
    assert predict(ALL_REDUCE | {"op": op}).value > 0


def test_units_convert():
    busbw = predict(ALL_REDUCE).value
    assert predict(ALL_REDUCE | {"unit": "Gb/s busbw"}).value == pytest.approx(8 * busbw)
    algbw = predict(ALL_REDUCE | {"unit": "GB/s algbw"}).value
    assert busbw == pytest.approx(algbw * 2 * 63 / 64)
    us = predict(ALL_REDUCE | {"primary_metric": "latency_us", "unit": ""}).value
    assert us == pytest.approx(2**30 / (algbw * 1e9) * 1e6)
    assert predict(ALL_REDUCE | {"unit": "ms"}).value == pytest.approx(us / 1e3)


def test_what_the_row_leaves_open_is_said():
    found = predict(ALL_REDUCE | {"fabric": ""})
    assert found.value == pytest.approx(predict(ALL_REDUCE).value)
    assert "lower confidence: adapters of 400 Gb/s" in found.reason
    assert "lower confidence" not in predict(ALL_REDUCE).reason


def test_machines_without_an_entry_take_the_links_of_their_rating():
    found = predict(ALL_REDUCE | {"hw": "Google TPU v5p", "hw_family": "Google-TPU", "fabric": ""})
    assert found.value > 0
    assert "TPU v5p" in found.reason
    kin = predict(ALL_REDUCE | {"hw": "B999", "hw_family": "NVIDIA-Blackwell", "fabric": ""})
    assert "stand in" in kin.reason


def test_ranks_fill_a_rack_that_is_one_domain_before_the_next():
    """72 GPUs of a GB200 rack are 18 nodes and one domain; 144 need the network between racks."""
    rack = ALL_REDUCE | {"hw": "NVIDIA GB200 (NVL72)", "fabric": "", "gpus": "72", "nodes": "18"}
    one, two = predict(rack), predict(rack | {"gpus": "144", "nodes": "36"})
    assert "adapters" not in one.reason
    assert "adapters of 400 Gb/s" in two.reason
    assert one.value > two.value > 0.5 * one.value
