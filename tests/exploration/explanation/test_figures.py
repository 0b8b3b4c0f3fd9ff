"""Every figure opens into lines that add up, down to inputs with sources."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import InvalidInput, UnknownName
from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.evidence import weakest_input
from studio.exploration.explanation.figures import open_figure, open_total, result_figures
from studio.exploration.explanation.operators import joined
from studio.simulation.explanation import Line
from studio.simulation.levels import network_levels
from tests.exploration.explanation.bases import JOBS, basis, supernode

VALUES = {
    "tokens_per_s": lambda result: result.tokens_per_s,
    "headline_s": lambda result: result.headline_s,
    "ttft_s": lambda result: result.ttft_s,
    "mfu": lambda result: result.mfu,
    "memory": lambda result: result.memory.used_byte,
    "energy_j_per_token": lambda result: result.energy_j_per_token,
    "cost_usd_per_million_tokens": lambda result: result.cost_usd_per_million_tokens,
    "facility_power_w": lambda result: result.facility_power_w,
    "effective_share": lambda result: result.effective_share,
    **{
        f"phase.{phase.name}": lambda result, n=n: result.phases[n].seconds
        for job in JOBS
        for n, phase in enumerate(basis(*job).result.phases)
    },
}


def check(line: Line) -> None:
    """A line that sums has parts that add up, and no line ends without saying where it is from."""
    for one in line.walk():
        assert math.isfinite(one.value), one.key
        assert one.remainder < 1e-9, (one.key, one.value, one.children)
        assert len({inside.key for inside in one.children}) == len(one.children), one.key
        says = one.children or one.inputs or one.formula
        assert says or one.key == "all", f"{one.key} ends with nothing said"


@pytest.mark.parametrize(("design", "scenario"), JOBS)
def test_figures_of_a_job_open_and_add_up(design: str, scenario: str) -> None:
    job = basis(design, scenario)
    for name in result_figures(job):
        line = open_figure(job, name)
        check(line)
        if name in VALUES:
            assert line.value == pytest.approx(VALUES[name](job.result), rel=1e-12), name


def _opens(job: Basis) -> None:
    for phase in job.result.phases:
        line = open_figure(job, f"phase.{phase.name}")
        check(line)
        assert line.value == phase.seconds
        assert [one.value for one in line.children] == pytest.approx(
            sorted((term.seconds for term in phase.terms), reverse=True), rel=1e-12
        )


@settings(max_examples=12, deadline=None)
@given(
    tp=st.sampled_from([0, 1, 2, 8]),
    pp=st.sampled_from([0, 1, 2, 4]),
    ep=st.sampled_from([0, 1, 8]),
    cp=st.sampled_from([1, 2]),
    zero_stage=st.integers(0, 3),
    recompute=st.sampled_from(["none", "selective", "full"]),
    schedule=st.sampled_from(["1f1b", "interleaved", "zero-bubble", "dualpipe"]),
    virtual_stages=st.sampled_from([1, 2]),
    micro_batch=st.sampled_from([1, 2]),
    precision=st.sampled_from(["bf16", "fp8"]),
    model=st.sampled_from(["DeepSeek-V3", "Llama-3-70B", "Qwen3-235B-A22B", "Mixtral-8x7B"]),
)
def test_any_plan_of_a_training_job_opens_and_adds_up(**changes: object) -> None:
    try:
        job = basis("dgx-h100-su32", "train-moe", **changes)
    except InvalidInput:
        return
    _opens(job)


@settings(max_examples=12, deadline=None)
@given(
    tp=st.sampled_from([1, 2, 8]),
    pp=st.sampled_from([1, 2, 4]),
    ep=st.sampled_from([0, 8, 32]),
    input_tokens=st.sampled_from([128, 4096, 60_000]),
    output_tokens=st.sampled_from([16, 1024]),
    mtp_tokens=st.sampled_from([0, 1, 2]),
    phases=st.sampled_from(["apart", "together"]),
    prefix_cache_hit=st.sampled_from([0.0, 0.5]),
    precision=st.sampled_from(["bf16", "int8", "fp8"]),
    model=st.sampled_from(["DeepSeek-V3", "Llama-3-70B", "gpt-oss-120b", "Mixtral-8x7B"]),
)
def test_any_plan_of_a_serving_job_opens_and_adds_up(**changes: object) -> None:
    try:
        job = basis("dgx-h100-su32", "decode-r1", **changes)
    except (InvalidInput, UnknownName):
        return
    _opens(job)
    for name in ("ttft_s", "headline_s", "tokens_per_s", "memory", "mfu", "equipment_power_w"):
        check(open_figure(job, name))


@pytest.mark.parametrize("design", sorted({design for design, _ in JOBS}))
def test_totals_open_and_add_up(design: str) -> None:
    totals = supernode(design).rolled_up
    for name, figure in totals.figures.items():
        line = open_total(totals, name)
        assert line.value == figure.value
        assert all(one.remainder < 1e-9 for one in line.walk())


def test_one_pipeline_stage_waits_for_nobody() -> None:
    """What rounding leaves is no line: it would stand there as 0.00000001 ns."""
    between = open_figure(basis("cloudmatrix-384", "decode-r1"), "headline_s").find("between")
    assert [line.key for line in between.children] == ["decode"]
    waiting = open_figure(basis("cloudmatrix-384", "decode-r1", pp=2), "headline_s")
    assert waiting.find("between", "stages").value > 0


def test_an_operator_opens_to_ratings_with_source_and_grade() -> None:
    job = basis("cloudmatrix-384", "train-moe")
    experts = open_figure(job, "headline_s").find("experts")
    up = next(line for line in experts.children if line.label == "Experts up")
    forward = up.find("forward")
    peak = next(one for one in forward.inputs if one.label == "BF16 peak of an NPU")
    assert peak.value == 780e12
    assert peak.source
    assert peak.grade
    assert peak.part == "ascend-910c"
    efficiency = next(one for one in forward.inputs if "sustained" in one.label)
    assert efficiency.source
    # 2 x 4 experts x 8192 rows x 4096 x 7168, at what the formula says, is the time of one.
    assert "4 products of 8,192 × 4,096 × 7,168" in up.note
    rate = peak.value * 0.75 * 0.93
    assert forward.value > 2 * 4 * 8192 * 4096 * 7168 / rate * 501


def test_the_latency_of_a_level_opens_into_cables_by_length_and_switches() -> None:
    job = basis("cloudmatrix-384", "train-moe")
    line = open_figure(job, "latency.UB scale-up")
    level = next(one for one in network_levels(job.fabric) if one.name == "UB scale-up")
    assert line.value == level.latency_s
    check(line)
    # L1, L2 and L1 again: three switches, two fibres with a transceiver at both ends of each.
    assert sum("switch" in one.label.lower() for one in line.children) == 3
    fibres = [one for one in line.children if "per metre" in one.formula and "÷" not in one.formula]
    assert len(fibres) == 4
    assert all(one.inputs for one in line.children if one not in fibres)


def test_a_figure_that_is_not_there_names_those_that_are() -> None:
    job = basis("cloudmatrix-384", "train-moe")
    with pytest.raises(UnknownName, match="tokens_per_s, tokens_per_s_per_npu, headline_s, mfu"):
        open_figure(job, "ttft_s")
    with pytest.raises(UnknownName, match=r"phase\.step"):
        open_figure(job, "phase.decode")
    with pytest.raises(UnknownName, match="npu_count"):
        open_total(job.totals, "warp")


@pytest.mark.parametrize(("design", "scenario"), JOBS)
def test_the_weakest_evidence_of_a_result_is_named(design: str, scenario: str) -> None:
    job = basis(design, scenario)
    weakest = weakest_input(job)
    assert weakest is not None
    assert weakest.grade == job.result.evidence
    assert weakest.source
    assert weakest.part


def test_backward_passes_say_their_own_work() -> None:
    """Each gradient of a product does the forward's FLOP on other sides, with its own traffic."""
    job = next(one for one in (basis(*two) for two in JOBS) if one.result.phases[0].name == "step")
    rows = joined(job.training.operators)
    row = next(one for one in rows if one.name == "attention out")
    step = open_figure(job, "phase.step")
    line = next(one for one in step.walk() if one.key == "attention out/mixer" and one.children)
    passes = {one.key: one for one in line.children}
    assert set(passes) == {"forward", "input_gradient", "weight_gradient"}
    groups, m, n, k = row.shape
    for key, one in passes.items():
        assert one.value == pytest.approx(row.times * getattr(row, key).seconds)
        assert getattr(row, key).flops == pytest.approx(2 * groups * m * n * k)
        assert "max(" in str(one.formula)
        assert one.inputs
    assert passes["weight_gradient"].note != passes["forward"].note
