"""One open document: edits that fail change nothing, listeners hear what changed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from studio.design import edits
from studio.design.model import Design, Deviation
from studio.design.scenario import Training
from studio.errors import FileProblem, InvalidDesign, StudioError, UnknownName
from studio.ids import Address, PartId, ScenarioId, WorkloadId
from studio.session.document import Document
from studio.session.evaluation import active_scenario, evaluate
from studio.session.library import find_design
from studio.session.live import LivePolicy, Request
from tests.builders import fabric_of, small_catalog, two_racks, with_part


def rename(name: str = "New") -> edits.Edit:
    return lambda design: edits.set_field(design, ("name",), name)


def grow(count: int) -> edits.Edit:
    return lambda design: edits.set_field(design, ("racks", "row", "array", "count"), count)


@pytest.fixture
def document() -> Document:
    return Document(two_racks(), small_catalog())


def test_an_edit_is_compiled_and_heard(document: Document) -> None:
    heard: list[int] = []
    document.listen(lambda one: heard.append(one.revision))
    document.apply("grow", grow(3))
    assert document.fabric.count("npu") == 24
    assert document.fabric.design is document.design
    assert document.is_modified
    document.undo()
    document.redo()
    document.jump(0)
    assert heard == [1, 2, 3, 4]
    assert document.fabric.count("npu") == 16
    assert not document.is_modified


@pytest.mark.parametrize("count", [10**12, -1])
def test_an_edit_that_cannot_be_built_leaves_everything_as_it_was(
    document: Document, count: int
) -> None:
    heard: list[Document] = []
    document.listen(heard.append)
    before = (document.design, document.fabric, document.revision, document.history.steps)
    with pytest.raises(InvalidDesign):
        document.apply("grow", grow(count))
    assert (document.design, document.fabric, document.revision, document.history.steps) == before
    assert heard == []


def test_an_edit_that_raises_leaves_everything_as_it_was(document: Document) -> None:
    before = document.design
    with pytest.raises(UnknownName):
        document.apply("remove", lambda d: edits.remove(d, "racks", "none"))
    assert document.design is before


def test_an_edit_that_changes_nothing_is_not_heard(document: Document) -> None:
    heard: list[Document] = []
    document.listen(heard.append)
    document.apply("nothing", lambda design: design)
    document.undo()
    document.redo()
    assert heard == []


def test_undo_selects_what_was_selected_then(document: Document) -> None:
    # With a third rack in the row R03 is another rack, and R17 would be none at all.
    document.select(frozenset({"R01"}))
    document.apply("grow", grow(3))
    document.select(frozenset({"R01", "R02", "R03"}))
    document.undo()
    assert document.selection == {"R01"}
    document.redo()
    assert document.selection == {"R01", "R02", "R03"}
    document.apply("rename", rename())
    document.select(frozenset())
    document.jump(0)
    assert document.selection == {"R01"}
    document.select(frozenset({"R02"}))
    document.apply("grow", grow(4))
    document.select(frozenset({"R04"}))
    document.undo()
    assert document.selection == {"R02"}


def test_a_step_of_an_earlier_session_selects_nothing(document: Document) -> None:
    document.apply("grow", grow(3))
    document.select(frozenset({"R03"}))
    document._selected_at.clear()
    document.undo()
    assert document.selection == frozenset()


def test_a_selection_is_heard_once(document: Document) -> None:
    heard: list[frozenset[str]] = []
    document.listen(lambda one: heard.append(one.selection))
    document.select(frozenset({"R01"}))
    document.select(frozenset({"R01"}))
    assert heard == [frozenset({"R01"})]
    assert not document.is_modified


def test_a_design_without_a_file_asks_for_one(document: Document) -> None:
    with pytest.raises(FileProblem, match=r"no file yet"):
        document.save()


def test_saving_under_another_name_moves_the_document(document: Document, tmp_path: Path) -> None:
    path = tmp_path / "x.supernode"
    assert document.save(path) == path
    assert document.path == path
    assert not document.is_modified
    assert Document.open(path, small_catalog()).design == document.design


def test_a_file_that_cannot_be_built_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "x.supernode"
    Document(two_racks(), small_catalog()).save(path)
    path.write_bytes(path.read_bytes().replace(b'"chip"', b'"chop"'))
    with pytest.raises(StudioError, match=r"chop"):
        Document.open(path, small_catalog())


def test_another_catalogue_rebuilds_or_leaves_all_as_it_was(document: Document) -> None:
    chip = small_catalog().part(PartId("chip"))
    more = msgspec.structs.replace(chip.values["memory"], value="1 GB")
    new = msgspec.structs.replace(chip, values={**chip.values, "memory": more})
    document.use_catalog(with_part(small_catalog(), new))
    assert document.fabric.part_by_id[PartId("chip")].value("memory") == 1e9
    assert document.revision == 1
    before = document.catalog
    with pytest.raises(InvalidDesign):
        document.use_catalog(type(before)({}, {}))
    assert document.catalog is before


class Executor:
    """Holds what was started until the test says it is done."""

    def __init__(self) -> None:
        self.started: list[int] = []

    def start(self, request: Request[str]) -> None:
        self.started.append(request.revision)


def test_a_live_run_starts_at_once_and_keeps_only_the_newest_waiting() -> None:
    executor = Executor()
    policy = LivePolicy(executor.start)
    assert not policy.is_busy
    for revision in range(5):
        policy.ask(revision, "job")
    assert executor.started == [0]
    assert policy.is_busy
    assert not policy.finished(0)
    assert executor.started == [0, 4]
    assert policy.finished(4)
    assert not policy.is_busy
    assert executor.started == [0, 4]


def test_a_result_nobody_overtook_is_wanted() -> None:
    executor = Executor()
    policy = LivePolicy(executor.start)
    policy.ask(7, "job")
    assert policy.finished(7)
    policy.ask(8, "job")
    assert executor.started == [7, 8]


def test_a_run_that_finishes_while_it_starts_does_not_block_the_next() -> None:
    done: list[bool] = []
    policy: LivePolicy[str] = LivePolicy(
        lambda request: done.append(policy.finished(request.revision))
    )
    policy.ask(1, "job")
    policy.ask(2, "job")
    assert done == [True, True]
    assert not policy.is_busy


def test_an_evaluation_holds_all_figures_of_a_snapshot() -> None:
    found = evaluate(fabric_of(two_racks()))
    assert found.problem == ""
    assert found.totals.value("npu_count") == 16
    assert found.result is not None
    assert found.timeline is not None
    assert found.result.phases
    assert found.findings == ()


def test_an_evaluation_says_why_nothing_was_simulated() -> None:
    assert "no scenario" in evaluate(fabric_of(two_racks(scenarios={}))).problem
    unknown = {ScenarioId("x"): Training(name="x", model=WorkloadId("nothing-70b"))}
    found = evaluate(fabric_of(two_racks(scenarios=unknown)))
    assert "nothing-70b" in found.problem
    assert found.totals.value("npu_count") == 16
    dead = edits.set_state(two_racks(), Address("**/chip"), Deviation("failed"))
    assert "no NPU is in order" in evaluate(fabric_of(dead)).problem


@pytest.mark.parametrize(
    "change",
    [
        {"micro_batch": 0}, {"micro_batch": -1}, {"cp": 0}, {"cp": -2}, {"tp": -1}, {"pp": -3},
        {"dp": -1}, {"npus": -1}, {"npus": 10**12}, {"global_batch": 0}, {"global_batch": -8},
        {"global_batch": 10**18}, {"sequence_tokens": 0}, {"sequence_tokens": -1},
        {"sequence_tokens": 10**15}, {"virtual_stages": 0}, {"virtual_stages": -1},
        {"precision": "fp2"}, {"profile": "none"}, {"zero_stage": 9}, {"zero_stage": -1},
        {"tp": 10**12}, {"ep": 10**12}, {"virtual_stages": 10**12}, {"micro_batch": 10**15},
    ],
    ids=str,
)  # fmt: skip
def test_an_absurd_scenario_is_a_problem_not_a_crash(change: dict[str, object]) -> None:
    scenario = msgspec.structs.replace(two_racks().scenarios[ScenarioId("train")], **change)
    found = evaluate(fabric_of(two_racks(scenarios={ScenarioId("x"): scenario})))
    assert found.problem or found.result
    if found.result:
        assert found.result.headline_s > 0


def test_the_active_scenario_is_the_named_the_set_or_the_first() -> None:
    first = two_racks().scenarios[ScenarioId("train")]
    other = msgspec.structs.replace(first, name="Other")
    design = two_racks(scenarios={ScenarioId("a"): first, ScenarioId("b"): other})
    assert active_scenario(fabric_of(design)).name == "Train"
    assert active_scenario(fabric_of(design), "b").name == "Other"
    chosen: Design = edits.set_field(design, ("active_scenario",), "b")
    assert active_scenario(fabric_of(chosen)).name == "Other"
    with pytest.raises(UnknownName, match=r"no scenario 'c'; it has a, b"):
        active_scenario(fabric_of(design), "c")


def test_a_design_is_found_by_path_or_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.supernode"
    path.write_bytes(b"{}")
    assert find_design(str(path)) == path
    assert find_design("cloudmatrix-384") == find_design("cloudmatrix-384.supernode")
    with pytest.raises(FileProblem, match=r"there is cloudmatrix-384"):
        find_design("cloudmatrix-385")
