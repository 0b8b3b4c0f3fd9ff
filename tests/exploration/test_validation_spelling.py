"""The same row written otherwise: numbers, names and formats read as they are meant."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.numbers import first_number
from studio.exploration.validation.row_model import model_of
from studio.exploration.validation.rows import precision_of
from studio.exploration.validation.runner import KINDS, blanked, measured_value
from studio.exploration.validation.software import software_of
from studio.exploration.validation.training import TrainingCase, predict, prepare
from studio.workload.parameters import model_parameters

REFERENCE = Path(__file__).parent.parent / "reference"
TRAINING = next(kind for kind in KINDS if kind.name == "training")


def row(identity: str) -> dict[str, str]:
    with (REFERENCE / "training.csv").open(encoding="utf-8") as file:
        return next(one for one in csv.DictReader(file) if one["id"] == identity)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4096", 4096), ("4,096", 4096), ("1,234,567.5", 1234567.5), ("8k", 8192),
        ("16K GPUs", 16384), ("1.5e3", 1500), ("-1", -1), ("8x400", 8), ("1,2", 1), ("7 knots", 7),
    ],
)  # fmt: skip
def test_numbers_are_read_as_written(text: str, value: float) -> None:
    assert first_number(text) == value


@pytest.mark.parametrize("text", ["", "abc", "n/a", "-", "k"])
def test_text_without_a_number_is_none(text: str) -> None:
    assert math.isnan(first_number(text))


@pytest.mark.parametrize(
    "name", ["Llama-3.1-405B", "llama 3.1 405b", "meta-llama/Llama-3.1-405B-Instruct"]
)
def test_a_model_is_known_however_it_is_spelled(name: str) -> None:
    found = model_of({"model": name})
    assert not isinstance(found, str)
    assert found.name == "Llama-3.1-405B"


def test_a_model_of_other_width_is_taken_from_its_columns() -> None:
    found = model_of({"model": "llama 3 8b", "layers": "4", "hidden": "1024", "heads": "8"})
    assert not isinstance(found, str)
    assert found.hidden == 1024


def test_a_known_model_is_taken_in_the_variant_a_row_states() -> None:
    # Multi-head instead of grouped keys: 4 x 8192 x 8192 instead of (2 + 2 / 8) x 8192 x 8192.
    stated = {"model": "Llama-3-70B", "hidden": "8192", "kv_heads": "64", "vocab": "32000"}
    found, known = model_of(stated), model_of({"model": "Llama-3-70B"})
    assert not isinstance(found, str)
    assert not isinstance(known, str)
    more = known.layers * (2 - 2 / 8) * 8192 * 8192 - 2 * (128256 - 32000) * 8192
    assert model_parameters(found).total - model_parameters(known).total == more


def test_columns_do_not_flatten_what_the_library_knows_better() -> None:
    # MLA counts its heads in more than one way; experts have a width of their own.
    for name, stated in (
        ("DeepSeek-V3", {"hidden": "7168", "kv_heads": "1", "head_dim": "192"}),
        ("Qwen3-235B-A22B", {"hidden": "4096", "ffn": "12288"}),
        ("Llama-3-8B", {"kv_heads": "32", "vocab": "32000"}),
    ):
        assert model_of({"model": name} | stated) == model_of({"model": name})


@pytest.mark.parametrize(
    ("words", "chunks"),
    [
        ({"overlap_or_impl": "compile + AsyncTP; Interleaved 1F1B"}, "8x2"),
        ({"overlap_or_impl": "", "note": "interleaved schedule"}, "8x2"),
        ({"overlap_or_impl": "compile; non-interleaved 1F1B"}, "8x1"),
        ({"overlap_or_impl": "compile + AsyncTP; 1F1B"}, "8x1"),
    ],
)
def test_a_stack_that_interleaves_without_a_number_uses_its_default(
    words: dict[str, str], chunks: str
) -> None:
    said = predict(blanked(row("TR0275") | words, TRAINING)).reason
    assert f"PP {chunks} " in said


@pytest.mark.parametrize(
    ("text", "name"),
    [("E4M3", "fp8"), ("HiF8", "fp8"), ("W8A8", "int8"), ("float16", "bf16"), ("MXFP8", "mxfp8")],
)
def test_formats_by_other_names(text: str, name: str) -> None:
    assert precision_of(text) == name


@pytest.mark.parametrize(
    ("hardware", "stands_in"),
    [("NVIDIA Vera Rubin VR200", "GB300"), ("GeForce RTX 9090", "H100"), ("Instinct MI999", "MI3")],
)
def test_unknown_hardware_of_a_known_vendor_is_stood_in_for_and_said(
    hardware: str, stands_in: str
) -> None:
    machine, said = machine_of_row({"hw": hardware}, 8)
    assert machine is not None
    assert stands_in in machine.accelerator.name
    assert hardware in said


def test_a_row_without_a_metric_is_compared_by_its_rate() -> None:
    given = row("TR0388") | {"primary_metric": ""}
    assert measured_value(given, TRAINING) == 13568
    assert predict(blanked(given, TRAINING)) == predict(blanked(row("TR0388"), TRAINING))


def test_accelerators_left_out_follow_from_the_degrees() -> None:
    known = predict(blanked(row("TR0001") | {"gpus": "32", "tp": "1", "pp": "1"}, TRAINING))
    left_out = {"gpus": "", "tp": "1", "pp": "1", "dp": "32"}
    assert predict(blanked(row("TR0001") | left_out, TRAINING)) == known


@pytest.mark.parametrize(
    ("sharding", "stage", "group"),
    [("ZeRO-0", 0, 64), ("DeepSpeed ZeRO 1", 1, 64), ("ZeRO-2", 2, 64), ("ZeRO-3", 3, 64),
     ("FSDP", 3, 64), ("HSDP 8", 3, 8), ("FSDP SHARD_GRAD_OP", 2, 64), ("none", 0, 64)],
)  # fmt: skip
def test_sharding_is_read_in_the_words_of_any_framework(
    sharding: str, stage: int, group: int
) -> None:
    stated = {"sharding": sharding, "gpus": "64", "tp": "1", "pp": "1", "cp": "1", "ep": "1"}
    case = prepare(blanked(row("TR0388") | stated, TRAINING))
    assert isinstance(case, TrainingCase)
    assert set(case.candidates.zero) == {stage}
    assert set(case.candidates.shard) == {group}


def test_degrees_beyond_the_accelerators_of_a_row_are_refused() -> None:
    # Eight by eight ranks on sixteen accelerators.
    found = predict(blanked(row("TR0275") | {"gpus": "16"}, TRAINING))
    assert found.value is None
    assert "no valid mapping" in found.reason


def test_a_batch_of_zero_is_a_batch_left_out() -> None:
    assert predict(blanked(row("TR0388") | {"gbs": "0"}, TRAINING)) == predict(
        blanked(row("TR0388") | {"gbs": ""}, TRAINING)
    )


def test_software_of_other_hardware_in_the_same_round_says_nothing() -> None:
    words = ("mlperf_train_v4.1_gpt3", "", "mlcommons training_results_v4.1")
    assert software_of("nvidia-hopper", *words).generation == "megatron-2024"
    assert software_of("google-tpu", *words).generation.startswith("maxtext")


def test_users_of_a_sharding_stack_leave_other_axes_alone_while_that_fits() -> None:
    said = predict(blanked(row("TR0176"), TRAINING)).reason
    assert said.startswith("TP 1 PP 1x1 CP 1 EP 1 DP 256")
    too_large = predict(blanked(row("TR0178"), TRAINING)).reason
    assert not too_large.startswith("TP 1 PP 1x1 CP 1 EP 1 DP 256")


def test_a_quantity_in_words_is_measured_in_the_unit_it_names() -> None:
    """Millions of tokens per second and megawatt, which no power of two counts."""
    row = {"primary_metric": "other_metric", "other_metric": "0.75M tokens/s per provisioned MW"}
    inference = next(kind for kind in KINDS if kind.name == "inference")
    assert measured_value(row, inference) == 0.75
