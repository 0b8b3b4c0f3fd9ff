"""Dimensions no model can have are refused by name, with the nearest that can be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import paths
from studio.errors import BrokenRule, UnknownName
from studio.exploration.validation.hardware import network_profile
from studio.simulation.memory.training import training_memory
from studio.simulation.training.step import training_step
from studio.workload.library import (
    load_model,
    load_profile,
    models,
    own_models,
    shipped_models,
)
from studio.workload.model import AiModel
from studio.workload.model_rules import check_model
from studio.workload.plan import plans
from studio.workload.recipe import Recipe
from tests.simulation.training.machines import CLUSTER, H100

NAMES = ("Llama-3-8B", "DeepSeek-V3", "Nemotron-H-56B")
Path_ = tuple[str | int, ...]


def numbers(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, (list, tuple))
        else ()
    )
    for name, part in inner:
        if isinstance(part, (int, float)) and not isinstance(part, bool):
            yield (*path, name)
        yield from numbers(part, (*path, name))


def changed(name: str, path: Path_, value: float) -> dict[str, Any]:
    """Return a model as a file holds it, with one number changed."""
    tree: dict[str, Any] = json.loads(msgspec.json.encode(load_model(name)))
    place: Any = tree
    for step_ in path[:-1]:
        place = place[step_]
    place[path[-1]] = value
    return tree


def read(tree: dict[str, Any]) -> AiModel:
    return msgspec.convert(tree, AiModel)


FIELDS = [
    (name, path)
    for name in NAMES
    for path in numbers(json.loads(msgspec.json.encode(load_model(name))))
]


def test_every_model_of_the_library_keeps_the_rules() -> None:
    for model in shipped_models().values():
        check_model(model)


def mended(tree: dict[str, Any]) -> AiModel:
    """Return a model whose dimensions follow what the messages name, one after the other."""
    for _ in range(4):
        model = read(tree)
        try:
            check_model(model)
        except BrokenRule as broken:
            follow(tree, str(broken))
        else:
            return model
    raise AssertionError(tree)


def follow(tree: dict[str, Any], message: str) -> None:
    """Write the nearest valid value of a message where the message says."""
    where, _, nearest = message.partition("; nearest valid: ")
    if found := re.match(r"blocks\.(\d+): (\w+) \d+ does not divide", where):
        tree["blocks"][int(found[1])]["mixer"][found[2]] = int(nearest)
    elif found := re.match(r"blocks\.(\d+): a token can't visit", where):
        tree["blocks"][int(found[1])]["feed_forward"]["top_k"] = int(nearest)
    else:
        path = where.split(" is ")[0].split(".")
        place: Any = tree
        for name in path[:-1]:
            place = place[int(name) if name.isdecimal() else name]
        place[path[-1]] = int(nearest)


@settings(max_examples=60, deadline=None)
@given(
    field=st.sampled_from(FIELDS),
    value=st.sampled_from([-1, 0, 1, 7, 100, 10**6, 10**12, 2**62]),
)
def test_what_a_refusal_names_makes_a_model_that_is_simulated(
    field: tuple[str, Path_], value: int
) -> None:
    name, path = field
    model = mended(changed(name, path, value))
    plan = plans(micro_batch=1)
    assert np.isfinite(training_memory(model, plan, Recipe(), H100).total[0])
    result = training_step(
        CLUSTER, model, plan, load_profile(H100.family), network_profile(H100.family)
    )
    assert np.isfinite(result.step_time_s[0])
    assert result.step_time_s[0] > 0


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("hidden",), 0, "hidden is 0; 1 to 1000000 are possible; nearest valid: 1"),
        (("blocks", 0, "count"), -1, "blocks.0.count is -1; 1 to"),
        (("blocks", 0, "mixer", "heads"), 10**12, "blocks.0.mixer.heads is 1000000000000"),
        (("blocks", 0, "mixer", "kv_heads"), 7, "blocks.0: kv_heads 7 does not divide heads 32; "
         "nearest valid: 8"),
        (("default_sequence",), 0, "default_sequence is 0; 1 to"),
    ],
)  # fmt: skip
def test_a_file_of_ones_own_names_the_dimension(path: Path_, value: int, words: str) -> None:
    folder = paths.user_models_dir()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "odd.json"
    file.write_text(json.dumps(changed("Llama-3-8B", path, value) | {"name": "odd"}))
    models.cache_clear()
    try:
        problems = own_models()[1]
        assert len(problems) == 1
        assert f"odd.json: {words}" in str(problems[0])
        with pytest.raises(UnknownName, match="one of your own can't be used: odd.json"):
            load_model("odd")
    finally:
        file.unlink()
        models.cache_clear()


def test_a_token_can_not_visit_more_experts_than_there_are() -> None:
    tree = changed("DeepSeek-V3", ("blocks", 1, "feed_forward", "top_k"), 300)
    with pytest.raises(BrokenRule, match="can't visit 300 of 256 experts; nearest valid: 256"):
        check_model(read(tree))


def test_a_model_without_any_layer_is_refused() -> None:
    with pytest.raises(BrokenRule, match="has no blocks of layers"):
        check_model(read(changed("Llama-3-8B", ("hidden",), 64) | {"blocks": []}))
