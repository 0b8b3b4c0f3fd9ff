"""Memory of a model small enough to work out by hand: what each number is made of stands beside."""

from __future__ import annotations

import numpy as np
import pytest

from studio.simulation.memory.activations import layer_activation_byte
from studio.simulation.memory.training import training_memory
from studio.workload.model import AiModel, Attention, Block, DenseFeedForward, MixtureOfExperts
from studio.workload.plan import Recompute, Schedule, plans
from studio.workload.recipe import Recipe
from tests.simulation.training.machines import H100

HIDDEN, WIDTH, VOCAB = 1024, 4096, 32768
MIXER = Attention(heads=8, kv_heads=2, head_dim=128)
SMALL = AiModel("small", HIDDEN, VOCAB, (Block(8, MIXER, DenseFeedForward(WIDTH)),))
LAYER = 2 * HIDDEN * HIDDEN + 2 * HIDDEN * 256 + 3 * HIDDEN * WIDTH + 2 * HIDDEN
"""Queries and output, keys and values, three matrices of the feed-forward part, two norms."""
STREAM = 2 * HIDDEN
"""The hidden stream of one token in BF16."""


@pytest.mark.parametrize(
    ("precision", "recompute", "expected"),
    [
        # Input of two norms and of their products; queries, two keys, two values; output of the
        # attention and a statistic per head; gate and up; their product.
        ("bf16", Recompute.NONE, 4 * STREAM + 2 * 1536 + 2048 + 32 + 4 * WIDTH + 2 * WIDTH),
        # What comes out of the activation is computed again.
        ("bf16", Recompute.SELECTIVE, 4 * STREAM + 2 * 1536 + 2048 + 32 + 4 * WIDTH),
        # Nothing but the input of the layer.
        ("bf16", Recompute.FULL, STREAM),
        # Inputs of products take one byte: those after the norms, of the output and of down.
        ("fp8", Recompute.NONE, 3 * STREAM + 2 * 1536 + 1024 + 32 + 4 * WIDTH + WIDTH),
    ],
)
def test_a_layer_keeps_of_one_token(precision: str, recompute: Recompute, expected: int) -> None:
    given = plans(sequence=4096, recompute=recompute)
    found = layer_activation_byte(SMALL, SMALL.blocks[0], given, Recipe(precision=precision))
    assert float(np.asarray(found)[0]) == 4096 * expected


def test_full_recomputation_holds_all_inputs_and_one_layer_at_work() -> None:
    given = plans(sequence=4096, recompute=Recompute.FULL)
    memory = training_memory(SMALL, given, Recipe(), H100)
    layer = 4 * STREAM + 2 * 1536 + 2048 + 32 + 6 * WIDTH
    assert memory.activations[0] == 4096 * (8 * STREAM + layer + STREAM)


def test_interleaving_keeps_more_of_the_first_stage_in_flight() -> None:
    # Narayanan et al. 2021 and Korthikanti et al. 2022: p (1 + (p - 1) / (p v)) micro batches.
    given = plans(pipeline=4, chunks=[1, 2], micro_batches=16, sequence=4096)
    memory = training_memory(SMALL, given, Recipe(), H100)
    layer = 4 * STREAM + 2 * 1536 + 2048 + 32 + 6 * WIDTH
    in_flight = [4.0, 4 * (1 + 3 / 8)]
    expected = [4096 * (2 * layer * each + STREAM) for each in in_flight]
    assert list(memory.activations) == pytest.approx(expected)


def test_the_last_stage_holds_logits_and_one_micro_batch() -> None:
    # Six bytes a logit of 131,072 words; the first stage holds p - 1 micro batches more instead,
    # of 8 / p layers each, and p - 1 entries of its stream in p.
    wordy = AiModel("wordy", HIDDEN, 131072, SMALL.blocks)
    given = plans(pipeline=[1, 4, 8], micro_batches=16, sequence=4096)
    memory = training_memory(wordy, given, Recipe(), H100)
    layer = 4 * STREAM + 2 * 1536 + 2048 + 32 + 6 * WIDTH
    spared = [0, 3 * 2 * layer + 3 / 4 * STREAM, 7 * layer + 7 / 8 * STREAM]
    assert list(memory.logits) == pytest.approx([4096 * (6 * 131072 - each) for each in spared])


def test_master_weights_stay_whole_numbers_of_bytes_under_fp8() -> None:
    # DeepSeek-V3, section 3.3.2: FP8 weight, FP32 gradient and master, BF16 moments.
    recipe = Recipe(
        precision="fp8", weight_byte=1.0, gradient_byte=4.0, optimizer_byte=4.0 + 2.0 + 2.0
    )
    memory = training_memory(SMALL, plans(zero=0), recipe, H100)
    count = 8 * LAYER + 2 * VOCAB * HIDDEN
    assert memory.weights[0] == pytest.approx(count)
    assert memory.gradients[0] == pytest.approx(4 * count)
    assert memory.optimizer[0] == pytest.approx(8 * count)


def test_each_zero_stage_cuts_one_more_state() -> None:
    memory = training_memory(SMALL, plans(data=16, zero=[0, 1, 2, 3]), Recipe(), H100)
    count = 8 * LAYER + 2 * VOCAB * HIDDEN
    assert list(memory.weights) == pytest.approx([2 * count] * 3 + [2 * count / 16])
    assert list(memory.gradients) == pytest.approx([4 * count] * 2 + [4 * count / 16] * 2)
    assert list(memory.optimizer) == pytest.approx([12 * count] + [12 * count / 16] * 3)


def test_states_of_experts_are_cut_over_the_replicas_of_an_expert() -> None:
    # Of 16 ranks, 8 share the experts, so that each expert has two replicas to cut its states over.
    experts = MixtureOfExperts(experts=64, top_k=4, width=512)
    sparse = AiModel("sparse", HIDDEN, VOCAB, (Block(8, MIXER, experts),))
    memory = training_memory(sparse, plans(data=16, expert=8, zero=1), Recipe(), H100)
    own_experts = 8 * (64 / 8) * 3 * HIDDEN * 512
    mixer = 2 * HIDDEN * HIDDEN + 2 * HIDDEN * 256 + 2 * HIDDEN
    dense = 8 * (mixer + HIDDEN * 64) + 2 * VOCAB * HIDDEN
    assert memory.weights[0] == pytest.approx(2 * (dense + own_experts))
    assert memory.optimizer[0] == pytest.approx(12 * (dense / 16 + own_experts / 2))


def test_dualpipe_holds_two_copies_and_one_more_micro_batch() -> None:
    # DeepSeek-AI 2024, table 2: parameters twice, activations of p + 1 micro batches.
    schedules = [Schedule.ONE_FORWARD_ONE_BACKWARD, Schedule.DUAL_PIPE]
    given = plans(pipeline=4, data=2, micro_batches=16, sequence=4096, schedule=schedules)
    memory = training_memory(SMALL, given, Recipe(), H100)
    held = 2 * LAYER + VOCAB * HIDDEN
    assert list(memory.weights) == pytest.approx([2 * held, 4 * held])
    layer = 4 * STREAM + 2 * 1536 + 2048 + 32 + 6 * WIDTH
    expected = [4096 * (2 * layer * each + STREAM) for each in (4, 5)]
    assert list(memory.activations) == pytest.approx(expected)


def test_gradients_that_come_with_the_backward_pass_gather_chunk_by_chunk() -> None:
    # Four micro batches on four stages are all in flight before the first comes back: the second
    # chunk's gradients are reduced before the first chunk's begin. With eight both gather at once,
    # and buffers that are there from the start are not spared.
    recipe = Recipe(keeps_stage_weights=True)
    given = plans(pipeline=4, data=8, zero=3, chunks=[1, 2, 2], micro_batches=[4, 4, 8])
    memory = training_memory(SMALL, given, recipe, H100)
    whole = 4 * (2 * LAYER + VOCAB * HIDDEN)
    assert list(memory.gradients) == pytest.approx([whole, whole / 2, whole])
    from_the_start = training_memory(SMALL, given, Recipe(), H100)
    assert list(from_the_start.gradients) == pytest.approx([whole / 8] * 3)


def test_an_update_has_no_activations_any_more_and_between_steps_only_states_stay() -> None:
    memory = training_memory(SMALL, plans(micro_batch=4), Recipe(), H100)
    at = {name: float(byte[0]) for name, byte in memory.by_moment().items()}
    states = sum(float(one[0]) for one in (memory.weights, memory.gradients, memory.optimizer))
    assert list(at) == [
        "between steps",
        "end of the forward passes",
        "first backward pass",
        "update",
    ]
    assert at["between steps"] == pytest.approx(states + float(memory.runtime[0]))
    assert at["first backward pass"] == pytest.approx(float(memory.total[0]))
    # Two bytes an element of the stream that outlives the backward pass.
    stream = 4 * float(plans().sequence[0]) * SMALL.hidden * 2
    assert at["update"] == pytest.approx(at["between steps"] + stream)
