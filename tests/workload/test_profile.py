"""Efficiency profiles: complete, explained, and refused when they are not."""

from __future__ import annotations

import json

import pytest

from studio import paths
from studio.errors import FileProblem, UnknownName
from studio.workload.library import load_model, load_profile, profiles
from studio.workload.profile import CONSTANT_NAMES, decode_family

FILES = sorted((paths.workloads_dir() / "profiles").glob("compute-*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_constant_has_unit_meaning_and_source(path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["constants"]) == set(CONSTANT_NAMES)
    for constant in content["constants"].values():
        assert constant["unit"]
        assert constant["meaning"]
        assert constant["source"]


def test_profiles_cover_the_families_of_the_reference_designs() -> None:
    assert {"ascend-910c", "nvidia-hopper", "nvidia-blackwell", "generic"} <= set(profiles())


def test_profile_without_generation_is_the_newest() -> None:
    known = profiles()["nvidia-hopper"].values()
    assert load_profile("nvidia-hopper").date == max(profile.date for profile in known)


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(UnknownName, match="nvidia-hopper"):
        load_profile("nvidia-hoper")
    with pytest.raises(UnknownName, match="megatron"):
        load_profile("nvidia-hopper", "never")
    with pytest.raises(UnknownName, match="DeepSeek-V3"):
        load_model("deepseekv3")


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["constants"].pop("tile_m"),
        lambda c: c["constants"].update(
            extra={"value": 1, "unit": "", "meaning": "", "source": ""}
        ),
        lambda c: c["constants"]["tile_m"].update(value=-1),
        lambda c: c["constants"]["tile_m"].update(value="large"),
        lambda c: c.update(generations={}),
        lambda c: c.pop("family"),
    ],
)
def test_broken_profile_is_refused(change) -> None:
    content = json.loads(FILES[0].read_text(encoding="utf-8"))
    change(content)
    with pytest.raises(FileProblem, match="profile"):
        decode_family(json.dumps(content).encode())
