"""The notebook interface: what it gives is what the command line and the window give."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from studio import api
from studio.errors import FileProblem, InvalidInput, StudioError, UnknownName


@pytest.fixture(scope="module")
def nvl72() -> api.Supernode:
    return api.load("gb200-nvl72")


def test_totals_are_the_sums_of_their_terms(nvl72: api.Supernode) -> None:
    for name, value in nvl72.totals.items():
        assert value == pytest.approx(sum(term.value for term in nvl72.explain(name).terms)), name


def test_edit_gives_a_new_design_and_leaves_the_old_one(nvl72: api.Supernode) -> None:
    group = next(
        (assembly_id, name)
        for assembly_id, assembly in nvl72.design.assemblies.items()
        for name, content in assembly.contents.items()
        if content.part == "b200-gb200"
    )
    assembly_id, name = group
    path = ["assemblies", assembly_id, "contents", name, "count"]
    before = nvl72.totals["npu_count"]
    fewer = nvl72.edit(path, nvl72.design.assemblies[assembly_id].contents[name].count - 1)
    assert nvl72.totals["npu_count"] == before
    assert fewer.totals["npu_count"] == before - nvl72.totals["node_count"]


def test_failing_an_npu_takes_its_compute_and_power_but_not_its_price(
    nvl72: api.Supernode,
) -> None:
    address = nvl72.fabric.layout.address(int(nvl72.fabric.npus[0]))
    failed = nvl72.fail(address)
    share = 71 / 72
    assert failed.totals["compute_flops.bf16"] == pytest.approx(
        nvl72.totals["compute_flops.bf16"] * share
    )
    assert failed.totals["price_usd"] == nvl72.totals["price_usd"]
    assert failed.totals["power_w.typical"] < nvl72.totals["power_w.typical"]


def test_a_question_about_nothing_is_named(nvl72: api.Supernode) -> None:
    with pytest.raises(StudioError, match="nothing is at 'R99/N1'"):
        nvl72.fail("R99/N1")
    with pytest.raises(UnknownName, match="cake"):
        nvl72.explain("cake")
    with pytest.raises(InvalidInput, match="above 0"):
        nvl72.search(limits={"energy": math.nan})


def test_every_term_is_counted_or_has_a_source(nvl72: api.Supernode) -> None:
    path = ["assemblies", next(iter(nvl72.design.assemblies)), "mass_kg"]
    for name, figure in nvl72.edit(path, 12.5).rolled_up.figures.items():
        for term in figure.terms:
            said = figure.grade == "counted" or (term.origin and term.origin.source)
            assert said, (name, term.label)


def test_every_scenario_of_every_reference_design_runs_and_fits() -> None:
    from studio.session.library import reference_designs

    for name in reference_designs():
        design = api.load(name)
        assert design.design.scenarios, name
        for scenario in design.design.scenarios:
            result = design.simulate(scenario)
            assert result.memory.fits, (name, scenario)
            assert result.tokens_per_s > 0
            for phase in result.phases:
                assert sum(t.seconds for t in phase.terms) == pytest.approx(phase.seconds, rel=1e-6)


def test_result_as_plain_data_has_the_phases_and_their_terms(nvl72: api.Supernode) -> None:
    result = nvl72.simulate()
    tree = api.result_to_dict(result)
    assert [phase["name"] for phase in tree["phases"]] == [p.name for p in result.phases]
    assert tree["memory"]["used_bytes"] == pytest.approx(sum(tree["memory"]["terms"].values()))


def test_saved_design_loads_as_the_same(nvl72: api.Supernode, tmp_path: Path) -> None:
    nvl72.save(tmp_path / "copy.supernode")
    assert api.load(tmp_path / "copy.supernode").design == nvl72.design


def test_reference_designs_have_no_findings() -> None:
    from studio.session.library import reference_designs

    for name in reference_designs():
        assert api.load(name).check() == (), name


def test_wrong_names_are_refused_with_what_there_is(nvl72: api.Supernode) -> None:
    with pytest.raises(FileProblem, match="cloudmatrix-384"):
        api.load("cloudmatrix-38")
    with pytest.raises(UnknownName, match="it has"):
        nvl72.simulate("no-such")
    with pytest.raises(UnknownName, match="did you mean"):
        nvl72.edit(["site", "peu"], 1.1)
    with pytest.raises(InvalidInput):
        nvl72.edit(["site", "pue"], float("nan"))


def test_search_finds_a_mapping_within_its_limits() -> None:
    found = api.load("gb200-nvl72").search(goal="cost", limits={"tpot": 0.03}, choices={"pp": (1,)})
    best = found.ranked[0]
    assert best.keeps_limits
    assert best.metrics["tpot_s"] <= 0.03 * (1 + 1e-9)
    assert best.scenario_fields["pp"] == 1


def test_any_figure_opens_in_a_notebook() -> None:
    cm = api.load("cloudmatrix-384")
    step = cm.open_figure("headline_s", "train-moe")
    assert step.value == cm.simulate("train-moe").headline_s
    assert step.find("experts").children[0].label == "Experts up"
    assert cm.open_figure("npu_count").value == 384
