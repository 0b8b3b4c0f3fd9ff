"""Parameter counts against published totals and against counts worked by hand."""

from __future__ import annotations

import pytest

from studio.workload.library import load_model, models
from studio.workload.model import AiModel, Attention, Block, DenseFeedForward, MixtureOfExperts
from studio.workload.parameters import model_parameters

PUBLISHED_BILLION = {
    "Llama-3-8B": 8.03,  # Llama 3 model card
    "Llama-3-70B": 70.6,
    "Llama-3.1-405B": 405.9,
    "Llama-2-7B": 6.74,
    "Mixtral-8x7B": 46.7,  # Mistral AI, model card
    "DeepSeek-V3": 671.0,  # arXiv 2412.19437
    "Qwen3-235B-A22B": 235.1,
    "Qwen3-30B-A3B": 30.5,
    "GPT-OSS-120B": 116.8,  # OpenAI model card, table 1
    "Nemotron-3-Nano-30B-A3B": 31.6,
    "Kimi-K2": 1026.0,
    "PaLM-540B": 540.4,
    "BLOOM-176B": 176.2,
    "ViT-L-16": 0.304,
    "DiT-XL-2": 0.675,
}
ACTIVE_BILLION = {"DeepSeek-V3": 37.6, "Mixtral-8x7B": 12.9, "Qwen3-30B-A3B": 3.35}


@pytest.mark.parametrize(("name", "billion"), PUBLISHED_BILLION.items())
def test_parameters_match_published_total(name: str, billion: float) -> None:
    assert model_parameters(load_model(name)).total / 1e9 == pytest.approx(billion, rel=0.012)


@pytest.mark.parametrize(("name", "billion"), ACTIVE_BILLION.items())
def test_active_parameters_match_published(name: str, billion: float) -> None:
    assert model_parameters(load_model(name)).active / 1e9 == pytest.approx(billion, rel=0.02)


def test_parameters_of_a_small_model_worked_by_hand() -> None:
    model = AiModel("tiny", 8, 10, (Block(2, Attention(2, 1, 4), DenseFeedForward(16)),))
    attention = 8 * (2 * 4 + 2 * 1 * 4) + 2 * 4 * 8
    layer = attention + 3 * 8 * 16 + 2 * 8
    assert model_parameters(model).total == 2 * 10 * 8 + 2 * layer + 8


def test_experts_of_a_small_model_worked_by_hand() -> None:
    part = MixtureOfExperts(4, 2, 6, shared_experts=1)
    model = AiModel("tiny", 8, 10, (Block(1, Attention(2, 2, 4), part),))
    counted = model_parameters(model)
    assert counted.experts == 4 * 3 * 8 * 6
    assert counted.total - counted.active == 2 * 3 * 8 * 6


def test_tied_embedding_counts_once() -> None:
    block = (Block(1, Attention(2, 2, 4), DenseFeedForward(16)),)
    apart = model_parameters(AiModel("a", 8, 100, block)).total
    tied = model_parameters(AiModel("a", 8, 100, block, tied_embeddings=True)).total
    assert apart - tied == 100 * 8


def test_every_model_of_the_library_counts_and_names_its_source() -> None:
    assert len(models()) >= 100
    for model in models().values():
        assert model_parameters(model).total > 1e7, model.name
        assert model.source, model.name
