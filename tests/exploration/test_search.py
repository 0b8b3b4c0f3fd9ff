"""Search over mappings: complete on a small case, explains its winner, refuses the impossible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.errors import InvalidInput
from studio.exploration.search import SearchSpace, candidate_plans, divisors, search
from studio.exploration.sensitivity import sensitivities
from studio.exploration.validation.hardware import network_profile
from studio.workload.library import load_model, load_profile
from studio.workload.plan import plans
from tests.simulation.training.machines import CLUSTER, step

MACHINE = replace(CLUSTER, npu_count=64)
PROFILE = load_profile("nvidia-hopper")
NETWORK = network_profile("nvidia-hopper")


def run(model: str = "Llama-3-70B", batch: int = 128, space: SearchSpace | None = None):  # type: ignore[no-untyped-def]
    found = candidate_plans(load_model(model), 64, batch, 4096, space or SearchSpace())
    return search(MACHINE, load_model(model), found, PROFILE, NETWORK)


def test_winner_fits_and_no_fitting_candidate_is_faster() -> None:
    result = run()
    assert result.best.memory.fits[0]
    assert result.best.step_time_s[0] == pytest.approx(result.step_time_s[result.fits].min())
    assert result.order.size == result.count


def test_candidates_use_every_npu_and_the_whole_batch() -> None:
    found = candidate_plans(load_model("Llama-3-70B"), 64, 128, 4096, SearchSpace())
    assert np.all(found.npus == 64)
    assert np.all(found.global_batch == 128)


def test_candidates_equal_a_direct_enumeration() -> None:
    space = SearchSpace(
        tensor=(1, 2, 4), pipeline=(1, 2, 4), chunks=(1,), context=(1,), expert=(1,), zero=(1,),
        micro_batch=(1, 2), recompute=(0,),
    )  # fmt: skip
    found = candidate_plans(load_model("Llama-3-8B"), 16, 32, 2048, space)
    direct = {
        (t, p, m)
        for t in (1, 2, 4)
        for p in (1, 2, 4)
        for m in (1, 2)
        if 16 % (t * p) == 0 and 32 % (16 // (t * p) * m) == 0
    }
    made = set(zip(found.tensor, found.pipeline, found.micro_batch, strict=True))
    assert made == direct


def test_pareto_front_is_not_dominated() -> None:
    result = run()
    front = result.pareto()
    for index in front:
        better = (result.step_time_s <= result.step_time_s[index]) & (
            result.memory_byte < result.memory_byte[index]
        )
        assert not better.any()


def test_winner_is_explained() -> None:
    why = " ".join(run().why)
    assert "largest terms" in why
    assert "fit the memory" in why


def test_mixture_searches_expert_parallelism() -> None:
    result = run("Qwen3-30B-A3B", 64, SearchSpace(pipeline=(1, 2), chunks=(1,), micro_batch=(1,)))
    assert len(set(result.plans.expert)) > 2


def test_search_without_candidates_says_what_to_try() -> None:
    with pytest.raises(InvalidInput, match="global batch"):
        run(batch=1, space=SearchSpace(tensor=(1,), pipeline=(1,)))


@pytest.mark.parametrize("sizes", [(0, 1, 1), (8, 0, 1), (8, 8, 0)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        candidate_plans(load_model("Llama-3-8B"), *sizes, SearchSpace())


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(InvalidInput, match="too many"):
        candidate_plans(
            load_model("Llama-3-8B"), 64, 64, 4096, SearchSpace(micro_batch=range(1, 1_000_000))
        )


def test_cancelled_search_stops() -> None:
    found = candidate_plans(load_model("Llama-3-8B"), 64, 128, 4096, SearchSpace())
    with pytest.raises(InvalidInput, match="cancelled"):
        search(MACHINE, load_model("Llama-3-8B"), found, PROFILE, NETWORK, cancelled=lambda: True)


def test_divisors_are_complete() -> None:
    assert divisors(36) == [1, 2, 3, 4, 6, 9, 12, 18, 36]


def test_tornado_ranks_what_matters() -> None:
    plan = plans(tensor=8, data=8, micro_batches=16, sequence=8192)
    bars = sensitivities(
        MACHINE, lambda machine: float(step(plan, "Llama-3-70B", machine).step_time_s[0])
    )
    assert bars[0].name == "compute"
    assert bars[0].at_high < bars[0].baseline < bars[0].at_low
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    with pytest.raises(InvalidInput, match=r"outside 0\.\.1"):
        sensitivities(MACHINE, lambda _: 1.0, 1.5)
    with pytest.raises(InvalidInput, match="nothing to vary"):
        sensitivities(MACHINE, lambda _: 0.0)
