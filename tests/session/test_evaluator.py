"""What is kept between evaluations must not change a figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from studio.catalog.fields import FIELDS
from studio.design.edits import put, set_field
from studio.design.model import Design, Deviation, FieldOverride, PartChange
from studio.fabric.compiling import compile_design
from studio.session.document import Document
from studio.session.evaluation import Evaluation, evaluate
from studio.session.evaluator import MOST_KEPT, Evaluator
from studio.session.library import catalog, find_design
from tests.builders import small_catalog, two_racks

EDITS: dict[str, Callable[[Design], Design]] = {
    "site": lambda design: set_field(design, ("site", "pue"), 1.37),
    "hall": lambda design: set_field(design, ("site", "width_m"), 3.0),
    "rack": lambda design: set_field(design, ("racks", "compute-west", "x_m"), 2.5),
    "job": lambda design: set_field(design, ("scenarios", design.active_scenario, "npus"), 64),
    "failure": lambda design: put(design, "exceptions", "R01", Deviation("failed")),
    "waiver": lambda design: set_field(design, ("waivers",), {}),
}


@pytest.fixture
def document() -> Document:
    return Document.open(find_design("cloudmatrix-384"), catalog())


def _figures(evaluation: Evaluation) -> tuple[object, ...]:
    return (
        evaluation.totals,
        evaluation.machine,
        evaluation.problem,
        evaluation.findings,
        repr(evaluation.result),
        repr(evaluation.timeline),
    )


@pytest.mark.parametrize("name", EDITS)
def test_evaluator_gives_the_figures_of_a_full_evaluation(document: Document, name: str) -> None:
    evaluator = Evaluator()
    evaluator(document.fabric)
    document.apply(name, EDITS[name])
    made = evaluator(document.fabric)
    assert made.fabric is document.fabric
    assert _figures(made) == _figures(evaluate(document.fabric))


@pytest.fixture(scope="module")
def drawn() -> Evaluation:
    return evaluate(Document.open(find_design("cloudmatrix-384"), catalog()).fabric)


@pytest.mark.parametrize("factor", [0.05, 20.0])  # far enough for rules to find something
@pytest.mark.parametrize("name", FIELDS)
def test_a_value_of_the_parts_changes_all_that_reads_it(
    drawn: Evaluation, name: str, factor: float
) -> None:
    fabric = drawn.fabric
    parts = [one for one in fabric.layout.parts if name in one.values] or fabric.layout.parts[:1]
    own = fabric.design.parts
    changed = {}
    for one in parts:
        before = own.get(one.id, PartChange())
        values = {**before.values, name: FieldOverride(factor * one.value(name))}
        changed[one.id] = msgspec.structs.replace(before, values=values)
    edited = set_field(fabric.design, ("parts",), {**own, **changed})
    after = compile_design(edited, fabric.catalog, fabric)
    assert _figures(evaluate(after, drawn)) == _figures(evaluate(after))


def test_evaluator_knows_an_undone_snapshot_again(document: Document) -> None:
    evaluator = Evaluator()
    before = evaluator(document.fabric)
    document.apply("rack", EDITS["rack"])
    evaluator(document.fabric)
    document.undo()
    again = evaluator(document.fabric)
    assert again.fabric is document.fabric
    assert again.result is before.result


def test_evaluator_forgets_old_snapshots(document: Document) -> None:
    evaluator = Evaluator()
    before = evaluator(document.fabric)
    for number in range(MOST_KEPT):
        document.apply("site", partial(set_field, path=("site", "pue"), value=1.2 + number / 100))
        evaluator(document.fabric)
    document.jump(0)
    assert evaluator(document.fabric).result is not before.result


def test_how_often_a_job_is_interrupted_is_worked_out_anew() -> None:
    document = Document(two_racks(links={}), small_catalog())
    evaluator = Evaluator()
    document.apply("absent", lambda d: put(d, "exceptions", "R01", Deviation("absent")))
    evaluator(document.fabric)
    # Not there, or there and dead: the same job, but other parts that can fail.
    document.apply("dead", lambda d: put(d, "exceptions", "R01", Deviation("degraded", 0.0)))
    made, full = evaluator(document.fabric), evaluate(document.fabric)
    assert made.result is not None
    assert full.result is not None
    assert made.result.reliability == full.result.reliability
