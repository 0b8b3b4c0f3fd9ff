"""A remedy that is proposed makes the job fit; without one, the reason is told."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from studio.design.scenario import Training
from studio.simulation.job import SimInput
from studio.simulation.remedies import training_changes
from studio.simulation.result import SimResult
from studio.simulation.simulate import simulate
from studio.simulation.words import term
from tests.exploration.explanation.bases import basis


def tight(given: SimInput, share: float) -> SimInput:
    """Return a job on NPUs whose memory holds a share of what it needs."""
    used = simulate(given).memory.used_byte
    accelerator = replace(given.machine.accelerator, memory_byte=used * share)
    return replace(given, machine=replace(given.machine, accelerator=accelerator))


def helped(given: SimInput) -> tuple[SimResult, SimResult]:
    """Return the result of a job and of the same with its remedy applied."""
    before = simulate(given)
    fields = before.memory.remedy_fields
    changed = replace(given, scenario=msgspec.structs.replace(given.scenario, **fields))
    return before, simulate(changed)


@pytest.mark.parametrize("share", [0.95, 0.6, 0.35])
@pytest.mark.parametrize("design", ["cloudmatrix-384", "dgx-h100-su32", "gb200-nvl72"])
def test_the_remedy_of_a_training_job_makes_it_fit(design: str, share: float) -> None:
    plan = {"recompute": "none", "zero_stage": 1, "micro_batch": 2, "tp": 4, "pp": 2, "dp": 0}
    job = basis(design, "train-dense", **plan).given
    before, after = helped(tight(job, share))
    assert not before.memory.fits
    assert before.memory.remedy_fields, before.memory.remedy
    assert after.memory.fits
    assert before.memory.remedy.startswith("fits with ")


def test_the_mildest_change_comes_first() -> None:
    job = basis("dgx-h100-su32", "train-dense", recompute="none", tp=4, pp=4).given
    before, _ = helped(tight(job, 0.98))
    assert before.memory.remedy_fields == {"recompute": "selective"}


def test_a_batch_beyond_memory_is_lowered_to_what_fits() -> None:
    job = basis("dgx-h100-su32", "decode-r1", batch_per_npu=4000).given
    before, after = helped(job)
    assert not before.memory.fits
    assert set(before.memory.remedy_fields) == {"batch_per_npu"}
    assert after.memory.fits
    assert after.tokens_per_s > 0


def test_weights_beyond_memory_are_spread() -> None:
    fields = {"model": "Llama-3-70B", "precision": "bf16", "tp": 2, "ep": 0, "dp": 0}
    before, after = helped(basis("dgx-h100-su32", "decode-r1", **fields).given)
    assert not before.memory.fits
    assert after.memory.fits


def test_where_nothing_helps_the_largest_part_is_told() -> None:
    job = basis("gb200-nvl72", "train-dense").given
    found = simulate(tight(job, 0.001)).memory
    assert not found.fits
    assert not found.remedy_fields
    largest = max(found.terms, key=lambda one: one.byte)
    assert found.remedy.startswith(f"{term(largest.name)} take most: ")
    roomy = simulate(basis("dgx-h100-su32", "train-dense", tp=8, zero_stage=3).given).memory
    assert roomy.fits
    assert not roomy.remedy


def test_changes_only_free_memory() -> None:
    scenario = basis("gb200-nvl72", "train-dense", recompute="full", zero_stage=3).given.scenario
    assert isinstance(scenario, Training)
    for fields in training_changes(scenario):
        assert fields.get("recompute", "full") == "full"
        assert fields.get("zero_stage", 3) == 3
