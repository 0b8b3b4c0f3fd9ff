"""Serving profiles as files: complete, explained, and refused when they are not."""

from __future__ import annotations

import json

import pytest

from studio import paths
from studio.errors import FileProblem, UnknownName
from studio.exploration.serving_library import (
    generation_of,
    inference_profile,
    inference_profiles,
    power_profiles,
)
from studio.simulation.inference.profile import CONSTANT_NAMES, decode_family
from studio.simulation.power.profile import decode_power

HOPPER = paths.workloads_dir() / "profiles" / "inference-nvidia-hopper.json"


def test_every_family_with_a_serving_profile_has_a_power_profile():
    assert set(inference_profiles()) <= set(power_profiles())


def test_every_constant_has_unit_meaning_and_source():
    for path in (paths.workloads_dir() / "profiles").glob("inference-*.json"):
        content = json.loads(path.read_text())
        assert set(content["constants"]) == set(CONSTANT_NAMES)
        for entry in content["constants"].values():
            assert entry["unit"]
            assert entry["meaning"]
            assert entry["source"]


def test_a_missing_generation_is_replaced_by_the_nearest_in_date():
    assert (
        inference_profile("nvidia-blackwell", "tensorrt-2024").generation
        in (inference_profiles()["nvidia-blackwell"])
    )


def test_an_unknown_family_uses_the_generic_profile():
    assert inference_profile("abacus").family == "generic"


def test_an_unknown_generation_is_named():
    with pytest.raises(UnknownName, match="no engine generation"):
        inference_profile("nvidia-hopper", "tomorrow")


def test_engines_are_recognised_by_name():
    assert generation_of("TensorRT-LLM 1.0 PyTorch backend") == "trtllm-1.0"
    assert generation_of("TensorRT-LLM 1.x (Dynamo)") == "trtllm-1.3"
    assert generation_of("CloudMatrix-Infer") == "cloudmatrix-infer-2025"
    assert generation_of("an abacus") == ""


def broken(**changes: object) -> bytes:
    content = json.loads(HOPPER.read_text())
    constants = content["constants"]
    for name, value in changes.items():
        if value is None:
            del constants[name]
        else:
            constants.setdefault(name, dict(constants["runtime_byte"]))["value"] = value
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"runtime_byte": None}, "missing: runtime_byte"), ({"oddity": 1.0}, "unknown: oddity"),
     ({"runtime_byte": -1.0}, "out of range")],
)  # fmt: skip
def test_incomplete_unknown_or_absurd_constants_are_refused(changes, words):
    with pytest.raises(FileProblem, match=words):
        decode_family(broken(**changes))


def test_text_that_is_no_profile_is_refused():
    with pytest.raises(FileProblem):
        decode_family(b"{}")
    with pytest.raises(FileProblem):
        decode_power(b"[]")
