"""Whatever a scenario asks for: the answer names rule and value, and a choice that really works."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.design import edits
from studio.design.scenario import Scenario, Training
from studio.errors import BrokenRule
from studio.languages import translator
from studio.session.evaluation import evaluate
from studio.session.findings import job_findings
from studio.simulation.nearest_choice import refusal_of
from studio.simulation.possible_values import possible_values
from studio.simulation.scenario_rules import FIELD_NAMES
from studio.simulation.serving_rules import check_serving
from studio.simulation.simulate import simulate
from studio.simulation.training_plans import candidate_plans
from tests.exploration.explanation.bases import basis, supernode

JOBS = ("train-moe", "train-dense", "decode-r1")
DESIGN = "cloudmatrix-384"
ABSURD = (0, -1, 7, 2.5, 999_999, 10**30, math.nan)
SHARES = (-0.5, 1.5, math.nan)
FIELDS = {
    job: [
        field.name
        for field in msgspec.structs.fields(type(basis(DESIGN, job).given.scenario))
        if isinstance(field.default, (int, float))
    ]
    for job in JOBS
}
LABELS = {str(label): field for field, label in FIELD_NAMES.items()}


def refused(job: str, fields: dict[str, Any]) -> BrokenRule | None:
    """Return why a job with some fields changed is impossible, None where it is not."""
    known = basis(DESIGN, job).given
    scenario = msgspec.structs.replace(known.scenario, **fields)
    try:
        if isinstance(scenario, Training):
            candidate_plans(known, scenario)
        elif scenario.prefill_share or refusal_of(partial(check_serving, known))(scenario):
            simulate(replace(known, scenario=scenario))
    except BrokenRule as broken:
        return broken
    return None


def named_choices(broken: BrokenRule) -> list[dict[str, float]]:
    """Return what a message names as valid, read as a user reads it."""
    _, _, named = str(broken).partition("; nearest valid: ")
    alternatives = [text for text in named.split(", or ") if "set 0" not in text]
    return [dict(map(read, alternative.split(", "))) for alternative in alternatives]


def read(text: str) -> tuple[str, float]:
    label, value = text.partition(" instead of ")[0].rsplit(" ", 1)
    return LABELS[label], msgspec.json.decode(value)


def check(job: str, fields: dict[str, Any]) -> None:
    broken = refused(job, fields)
    if broken is None:
        return
    text = str(broken)
    assert any(f"{value:g}" in text or str(value) in text for value in fields.values()), text
    choices = named_choices(broken)
    assert choices, text
    for choice in (*choices, broken.fields):
        assert refused(job, {**fields, **choice}) is None, (text, choice)


@pytest.mark.parametrize(
    ("job", "field"),
    [(job, field) for job in JOBS for field in FIELDS[job] if field != "prefill_share"],
)
def test_the_choice_that_is_named_for_a_field_works(job: str, field: str) -> None:
    for value in ABSURD:
        check(job, {field: value})


@settings(max_examples=25, deadline=None)
@given(job=st.sampled_from(JOBS), data=st.data())
def test_several_mistakes_at_once_are_mended_together(job: str, data: st.DataObject) -> None:
    fields = st.sampled_from([field for field in FIELDS[job] if field != "prefill_share"])
    values = st.sampled_from([0, 1, 2, 3, 5, 8, 12, 64, 128, 4096, *ABSURD])
    check(job, data.draw(st.dictionaries(fields, values, min_size=2, max_size=4)))


@pytest.mark.parametrize("share", SHARES)
def test_a_share_that_is_none_names_one(share: float) -> None:
    broken = refused("decode-r1", {"prefill_share": share})
    assert broken
    found = re.search(r"nearest valid: ([\d.]+)%", str(broken))
    assert found
    assert refused("decode-r1", {"prefill_share": float(found[1]) / 100}) is None


@pytest.mark.parametrize(
    ("job", "fields"),
    [("train-moe", {"ep": 3}), ("train-dense", {"tp": 3, "cp": 3}), ("decode-r1", {"pp": 99})],
)
def test_the_problem_offers_the_choice_as_one_step(job: str, fields: dict[str, Any]) -> None:
    design = edits.set_field(supernode(DESIGN).design, ("active_scenario",), job)
    for field, value in fields.items():
        design = edits.set_field(design, ("scenarios", job, field), value)
    compiled = partial(replace, supernode(DESIGN).fabric)
    failed = evaluate(compiled(design=design))
    assert failed.result is None
    fix = job_findings(failed)[0].fix
    assert fix
    mended = evaluate(compiled(design=edits.apply_changes(design, fix.changes)))
    assert mended.result
    assert not mended.problem


@pytest.mark.parametrize("job", JOBS)
def test_candidates_are_named_in_both_languages(job: str) -> None:
    known = basis(DESIGN, job).given
    scenario: Scenario = known.scenario
    assert possible_values(known, scenario).keys() <= FIELD_NAMES.keys()
    broken = refused(job, {"tp": -1})
    assert broken
    chinese = translator("zh")(broken.message)
    assert "最近的有效值：TP 1，或设为 0 由软件选择" in chinese
    assert "nearest" not in chinese
