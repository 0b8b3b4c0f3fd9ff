"""Memory: hand-worked bytes, published formulas, monotonicity."""

from __future__ import annotations

import numpy as np
import pytest

from studio.simulation.memory.activations import layer_activation_byte
from studio.simulation.memory.kv_cache import kv_cache_byte, kv_cache_byte_per_token
from studio.simulation.memory.training import micro_batches_in_flight, training_memory
from studio.simulation.memory.weights import held_parameters
from studio.workload.library import load_model
from studio.workload.parameters import model_parameters
from studio.workload.plan import plans
from studio.workload.recipe import Recipe
from tests.simulation.training.machines import H100


@pytest.mark.parametrize(
    ("name", "kilobyte"),
    [
        ("DeepSeek-V3", 70.272),  # arXiv 2505.09343, table 1
        ("Qwen2.5-72B", 327.680),
        ("Llama-3.1-405B", 516.096),
        ("Llama-3-8B", 131.072),
    ],
)
def test_cache_per_token_matches_published(name: str, kilobyte: float) -> None:
    assert float(kv_cache_byte_per_token(load_model(name))) / 1e3 == pytest.approx(kilobyte)


def test_cache_stops_growing_at_the_window() -> None:
    model = load_model("GPT-OSS-120B")
    grown = kv_cache_byte(model, 65536.0) - kv_cache_byte(model, 32768.0)
    assert float(grown) == 18 * 32768 * 8 * 128 * 2


def test_cache_is_cut_down_to_one_head() -> None:
    model = load_model("Llama-3-8B")
    whole = float(kv_cache_byte_per_token(model))
    assert float(kv_cache_byte_per_token(model, tensor=4)) == whole / 4
    assert float(kv_cache_byte_per_token(model, tensor=32)) == whole / 8


def test_state_space_keeps_a_state_of_fixed_size() -> None:
    model = load_model("Nemotron-H-56B")
    slope = float(kv_cache_byte(model, 2000.0) - kv_cache_byte(model, 1000.0))
    assert slope == 10 * 1000 * 2 * 8 * 128 * 2
    assert float(kv_cache_byte(model, 0.0)) > 1e8


@pytest.mark.parametrize("recompute", [0, 1])
@pytest.mark.parametrize("parallel", [0, 1])
def test_activations_match_the_published_formula(recompute: int, parallel: int) -> None:
    # Korthikanti et al. 2022, equations 2, 4 and 5, for the 22B model: s b h per layer times ...
    model = load_model("GPT-22B")
    plan = plans(
        tensor=8, micro_batch=4, sequence=2048, recompute=recompute, sequence_parallel=parallel
    )
    recipe = Recipe(dropout=True, score_byte=5.0)
    unit = 2048 * 4 * 6144
    scores = 0.0 if recompute else 5 * 64 * 2048 / (6144 * 8)
    expected = (34 / 8 if parallel else 10 + 24 / 8) + scores
    found = np.asarray(layer_activation_byte(model, model.blocks[0], plan, recipe)).item()
    assert found / unit == pytest.approx(expected, rel=1e-6)


def test_parameters_over_all_ranks_add_up() -> None:
    model = load_model("Llama-3-8B")
    whole = held_parameters(model)
    norms = 32 * 2 * 4096
    assert float(whole.total) == pytest.approx(model_parameters(model).total, rel=1e-5)
    cut = held_parameters(model, tensor=8)
    assert (float(cut.total) - norms) * 8 == pytest.approx(float(whole.total) - norms)


def test_sharding_states_saves_what_the_zero_paper_says() -> None:
    # Rajbhandari et al. 2020, figure 1: 16, 4 + 12/N, 2 + 14/N, 16/N bytes per parameter.
    recipe = Recipe(gradient_byte=2.0)
    plan = plans(data=64, zero=[0, 1, 2, 3])
    memory = training_memory(load_model("Llama-3-8B"), plan, recipe, H100)
    count = model_parameters(load_model("Llama-3-8B")).total
    states = (memory.weights + memory.gradients + memory.optimizer) / count
    expected = [16, 4 + 12 / 64, 2 + 14 / 64, 16 / 64]
    assert states == pytest.approx(expected, rel=1e-3)


def test_first_stage_holds_a_micro_batch_per_stage() -> None:
    plan = plans(pipeline=8, data=1, micro_batches=[1, 4, 64], chunks=[1, 1, 3])
    assert micro_batches_in_flight(plan) == pytest.approx([1, 4, 8 * (1 + 7 / 24)])


def test_more_parallelism_never_needs_more_memory_per_category() -> None:
    model = load_model("Llama-3-70B")
    plan = plans(tensor=[1, 2, 4, 8], data=8)
    memory = training_memory(model, plan, Recipe(), H100)
    for name in ("weights", "gradients", "optimizer", "activations", "logits"):
        assert np.all(np.diff(memory.by_category()[name]) <= 0), name


def test_dualpipe_keeps_the_stages_of_both_directions() -> None:
    model, recipe = load_model("Llama-3-8B"), Recipe()
    given = plans(pipeline=4, data=2, micro_batches=16, zero=[0, 0, 1, 1], schedule=[0, 2, 0, 2])
    memory = training_memory(model, given, recipe, H100)
    assert memory.weights[1] == 2 * memory.weights[0]
    assert memory.gradients[1] == 2 * memory.gradients[0]
    assert memory.optimizer[1] == 2 * memory.optimizer[0]
    # Sharded states are cut over both copies.
    assert memory.optimizer[3] == memory.optimizer[2]


def test_one_communicator_for_each_group_of_ranks() -> None:
    model = load_model("Llama-3-8B")
    alone, cut = (
        training_memory(model, plan, Recipe(), H100)
        for plan in (plans(), plans(tensor=2, pipeline=2, data=4, micro_batches=2))
    )
    assert alone.runtime[0] == 0.5 * 2**30
    # Three groups of 32 channels with 4 MiB to send and 4 to receive.
    assert cut.runtime[0] - alone.runtime[0] == 3 * 2 * 32 * 4 * 2**20
    assert cut.allocated[0] == pytest.approx(cut.total[0] - cut.runtime[0])


def test_the_backward_pass_gathers_the_stream_whole() -> None:
    # 4,096 tokens of 4,096 elements in BF16 are 32 MiB: two gradients and, over eight ranks, 7/8 of
    # two inputs; the gradient of the head of 128,256 x 4,096 is cut by eight.
    model = load_model("Llama-3-8B")
    memory = training_memory(model, plans(tensor=8, sequence=4096), Recipe(), H100)
    own = memory.buffers[0] - memory.runtime[0]
    assert own == pytest.approx(3.75 * 32 * 2**20 + 2 * 128256 * 4096 / 8)
