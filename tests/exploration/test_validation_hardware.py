"""Machines and software read from the text columns of measurements."""

from __future__ import annotations

import pytest

from studio.exploration.validation.hardware import (
    machine_of,
    machine_of_row,
    rated_machine,
    scale_out_byte_per_s,
)
from studio.exploration.validation.row_model import model_of
from studio.exploration.validation.rows import precision_of
from studio.exploration.validation.software import (
    compute_profile,
    date_in,
    engine_of_text,
    software_of,
)


@pytest.mark.parametrize(
    ("fabric", "gigabyte"),
    [
        ("8x HDR IB 200G/node fat-tree (Selene)", 25.0),
        ("8x400G/node", 50.0),
        ("1600 Gb/s RoCE per node", 25.0),
        ("EFA 3200 Gb/s per node (AWS P5)", 50.0),
        ("NVLink 8; 400G RDMA per GPU", 50.0),
        ("4x Omni-Path 100G/node, hypercube (Jean Zay)", 6.25),
        ("8x200G RoCE/node, 3-layer Clos Tomahawk-4", 25.0),
        ("see submission JSON", 7.0),
        ("", 7.0),
    ],
)
def test_scale_out_bandwidth_is_read_per_npu(fabric: str, gigabyte: float) -> None:
    assert scale_out_byte_per_s(fabric, 8, 7e9) / 1e9 == pytest.approx(gigabyte)


@pytest.mark.parametrize(
    ("hardware", "family", "domain"),
    [
        ("NVIDIA H100-SXM5-80GB", "nvidia-hopper", 8),
        ("NVIDIA GB200 (NVL72)", "nvidia-blackwell", 72),
        ("NVIDIA GB300 (NVL72)", "nvidia-blackwell-ultra", 72),
        ("NVIDIA B200-SXM-180GB", "nvidia-blackwell", 8),
        ("Huawei CloudMatrix384 (Ascend 910C)", "ascend-910c", 384),
        ("Google TPU v5p", "google-tpu", 8960),
        ("AMD MI300X", "amd-cdna3", 8),
    ],
)
def test_machine_of_known_hardware(hardware: str, family: str, domain: int) -> None:
    machine = machine_of(hardware, "", 1024)
    assert machine is not None
    assert machine.accelerator.family == family
    assert machine.levels[0].ranks == domain


def test_unknown_hardware_has_no_machine() -> None:
    assert machine_of("Abacus 1", "", 8) is None


def test_power_cap_lowers_the_sustained_rate() -> None:
    usual = machine_of("NVIDIA H100-SXM5-80GB", "", 8)
    capped = machine_of("NVIDIA H100 96GB HBM2e 2.4TB/s, 500W cap (Grand Teton)", "", 8)
    assert usual is not None
    assert capped is not None
    assert capped.accelerator.compute_flops["bf16"] < usual.accelerator.compute_flops["bf16"]


@pytest.mark.parametrize(
    ("series", "generation"),
    [
        ("bridge_26.06", "megatron-2026b"),
        ("bridge_26.02.01", "megatron-2026a"),
        ("llm_foundry_h100", "fsdp-2023"),
        ("mlperf_train_v5.1_llama2_70b_lora", "mlperf-2025"),
    ],
)
def test_software_is_a_dated_generation(series: str, generation: str) -> None:
    found = software_of("nvidia-hopper", series, "", "")
    assert (found.generation, found.basis) == (generation, "named")


@pytest.mark.parametrize(
    ("family", "text", "generation", "basis"),
    [
        ("nvidia-hopper", "NeMo 26.07 on a new cluster", "megatron-2026b", "framework"),
        ("nvidia-hopper", "Megatron-LM, arXiv 2407.01234", "megatron-2024", "framework"),
        ("nvidia-hopper", "our own framework, March 2023", "fsdp-2023", "date"),
        ("nvidia-ampere", "our own framework, 2021", "megatron-2021", "date"),
        ("nvidia-hopper", "an abacus", "megatron-2026b", "newest"),
    ],
)
def test_unknown_software_is_taken_by_framework_then_date(
    family: str, text: str, generation: str, basis: str
) -> None:
    found = software_of(family, text)
    assert (found.generation, found.basis) == (generation, basis)


def test_engine_of_an_unknown_version_is_the_nearest_of_its_name() -> None:
    assert engine_of_text("nvidia-hopper", "vLLM 0.12") == ("vllm-2025", "named")
    assert engine_of_text("nvidia-hopper", "TRT 2023-10") == ("tensorrt-2023", "framework")
    assert engine_of_text("nvidia-hopper", "home-made", "Aug 2024") == ("tensorrt-2024", "date")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("arXiv 2104.04473", "2021-04"), ("release 25.09", "2025-09"), ("June 2024", "2024-06"),
        ("mlperf_train_v5.1_llama31_8b", "2025-11"), ("h100_202412_run", "2024-12"),
        ("Touvron et al. 2023", "2023-06"), ("8x HDR IB 200G", ""), ("v1.0", ""),
    ],
)  # fmt: skip
def test_dates_are_read_from_sources(text: str, month: str) -> None:
    assert date_in(text) == month


def test_unknown_hardware_is_taken_for_its_family() -> None:
    machine, stand_in = machine_of_row({"hw": "HX-9", "hw_family": "NVIDIA-Hopper"}, 8)
    assert machine is not None
    assert "stand in" in stand_in
    assert machine_of_row({"hw": "HX-9", "hw_family": "Abacus"}, 8)[0] is None


def test_missing_generation_falls_back_to_its_framework() -> None:
    found = compute_profile("nvidia-ampere", "megatron-2025a")
    assert found is not None
    assert found.generation == "megatron-2022"
    assert compute_profile("nvidia-ampere", "") is not None
    assert compute_profile("abacus", "") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bf16", "bf16"), ("fp16", "bf16"), ("fp8 hybrid", "fp8"), ("mxfp8", "mxfp8"),
        ("fp8-mx", "mxfp8"), ("nvfp4 (likely)", "nvfp4"), ("fp8 or nvfp4 (not verified)", "fp8"),
        ("bf16 or int8 AQT, not verified", "bf16"), ("int8 AQT (inferred)", "int8"), ("", "bf16"),
    ],
)  # fmt: skip
def test_precision_is_read_from_its_first_words(text: str, name: str) -> None:
    assert precision_of(text) == name


def test_model_is_cut_to_the_layers_of_the_row() -> None:
    model = model_of({"model": "Llama-3-70B", "hidden": "8192", "layers": "12"})
    assert not isinstance(model, str)
    assert model.layers == 12


def test_model_is_built_from_columns_where_the_library_has_none() -> None:
    model = model_of(
        {
            "model": "new", "layers": "10", "hidden": "1024", "heads": "8", "kv_heads": "2",
            "ffn": "4096", "gated_ffn": "1", "vocab": "1000", "experts": "16", "topk": "2",
            "expert_ffn": "512", "dense_layers": "1", "attn": "MLA q_lora64 kv_lora32 rope16",
        }
    )  # fmt: skip
    assert not isinstance(model, str)
    assert [block.count for block in model.blocks] == [1, 9]
    assert model.is_moe


def test_model_without_dimensions_is_explained() -> None:
    assert "dimensions" in str(model_of({"model": "secret"}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nvidia h200-sxm-141gb", "H200 SXM5 141 GB"),
        ("tpu v5e", "TPU v5e"),
        ("AWS Trainium2", "Trainium2"),
        ("amd instinct mi300x", "MI300X"),
    ],
)
def test_hardware_is_found_whatever_its_letter_case(text: str, name: str) -> None:
    found = rated_machine(text)
    assert found is not None
    assert found.name == name
