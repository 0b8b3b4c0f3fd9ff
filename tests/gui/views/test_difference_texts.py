"""Every difference of two designs is said in words, in either language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest

from studio.design import schemes
from studio.design.edits import Edit, put, set_field
from studio.design.model import (
    Array,
    Assembly,
    Design,
    Deviation,
    FieldOverride,
    Group,
    LinkRule,
    PartChange,
    Placement,
    Plane,
    Rack,
    Shift,
    Waiver,
)
from studio.design.scenario import Inference, Training
from studio.design.site import Feed, Routing, Site
from studio.fabric.compiling import compile_design
from studio.gui.views.difference_rows import SECTION_TITLES, difference_rows
from studio.gui.views.difference_texts import LABELS, _row_of
from studio.ids import Address, PartId, RackId
from studio.languages import load_entries
from studio.messages import translate
from studio.session.difference import DesignDifference, compare_fabrics
from studio.session.library import catalog, reference_design

KINDS = (
    Rack,
    Placement,
    Plane,
    LinkRule,
    Assembly,
    Group,
    PartChange,
    FieldOverride,
    Shift,
    Deviation,
    Training,
    Inference,
    Waiver,
    Site,
    Feed,
)
NESTED = {"array": Array, "routing": Routing}
MAPPINGS = {
    (Rack, "contents"),
    (Rack, "own_contents"),
    (Assembly, "contents"),
    (Assembly, "links"),
    (PartChange, "values"),
    (Site, "feeds"),
}
"""Their entries are fields of their own."""


def fields_of(kind: type[msgspec.Struct]) -> Iterator[str]:
    for name in kind.__struct_fields__:
        if name in NESTED:
            yield from (f"{name}.{one}" for one in NESTED[name].__struct_fields__ if one != "moved")
        elif (kind, name) not in MAPPINGS:
            yield name
    if kind is LinkRule:
        for scheme in get_args(schemes.Scheme):
            yield from (f"scheme.{name}" for name in scheme.__struct_fields__)


def test_every_field_of_the_document_has_a_name() -> None:
    bare = [
        f"{kind.__name__}.{name}"
        for kind in KINDS
        for name in fields_of(kind)
        if _row_of(kind, name) is None and name not in LABELS.get(kind, {})
    ]
    assert bare == []
    assert set(Design.__struct_fields__) == set(SECTION_TITLES)


CM = reference_design("cloudmatrix-384")
WEST = CM.racks[RackId("compute-west")]
SHELVES = next(name for name, one in WEST.contents.items() if one.u > 0)


def own_boxes(design: Design) -> Design:
    placed = design.racks[RackId("compute-west")].contents[SHELVES]
    own = {"1,0": {SHELVES: msgspec.structs.replace(placed, face="rear")}}
    return set_field(design, ("racks", "compute-west", "own_contents"), own)


def moved(design: Design) -> Design:
    shifts = {"2,0": Shift(along=0.5, turn_deg=90)}
    return set_field(design, ("racks", "compute-west", "array", "moved"), shifts)


def better_npu(design: Design) -> Design:
    change = PartChange(values={"compute_bf16": FieldOverride(9e14)})
    return put(design, "parts", PartId("ascend-910c"), change)


def own_npu(design: Design) -> Design:
    return put(design, "parts", PartId("own"), PartChange(PartId("ascend-910c"), "Next"))


def degraded(design: Design) -> Design:
    return put(design, "exceptions", Address("R01/N1"), Deviation("degraded", 0.5, note="hot"))


@pytest.mark.parametrize(
    ("edit", "english", "chinese"),
    [
        (
            moved,
            (
                "Place of R03",
                "in line",
                "500 mm along the row, turned 90°",
            ),
            ("R03 的位置", "对齐", "沿排 500 mm、旋转 90°"),
        ),
        (
            better_npu,
            ("BF16 compute", "the catalogue's", "900 TFLOP/s"),
            ("BF16 算力", "目录值", "900 TFLOP/s"),
        ),
        (own_npu, ("", "–", "Next, copy of Ascend 910C"), ("", "–", "Next，复制自 昇腾 910C")),
        (
            degraded,
            ("", "In order", "Degraded, 50 % left, hot"),
            ("", "正常", "降级、剩余 50 %、hot"),
        ),
        (
            lambda design: set_field(design, ("planes", "ub", "role"), "storage"),
            ("Role", "Scale-up", "Storage"),
            ("角色", "纵向扩展", "存储"),
        ),
        (
            lambda design: set_field(design, ("links", "rdma-access", "cable"), "mpo16-om4"),
            ("Cable", "Fibre MPO-16, single mode", "Fibre MPO-16, OM4"),
            ("线缆", "MPO-16 单模光纤", "MPO-16 OM4 光纤"),
        ),
        (
            lambda design: set_field(design, ("active_scenario",), "train-dense"),
            ("", "DeepSeek-R1 serving, INT8", "Llama 3.1 405B training, BF16"),
            ("", "DeepSeek-R1 推理，INT8", "Llama 3.1 405B 训练，BF16"),
        ),
        (
            lambda design: set_field(design, ("site", "routing", "stock_lengths_m"), (1.0, 2.0)),
            ("Stock lengths", "21 lengths, 500 mm to 500 m", "2 lengths, 1 m to 2 m"),
            ("备货长度", "21 种长度，500 mm 至 500 m", "2 种长度，1 m 至 2 m"),
        ),
    ],
)
def test_differences_are_said_in_words(
    edit: Edit, english: tuple[str, ...], chinese: tuple[str, ...]
) -> None:
    found = changed(edit)
    for said, wanted in ((str, english), (in_chinese, chinese)):
        (row,) = difference_rows(found, said)
        assert (row.field, row.before, row.after) == wanted


def test_a_box_of_one_rack_alone_is_called_by_that_rack() -> None:
    (row,) = difference_rows(changed(own_boxes), str)
    assert row.field == f"Box {SHELVES} in R02 alone"
    assert row.before == "–"
    assert row.after.endswith(", rear")


def in_chinese(text: str) -> str:
    entries = load_entries("zh")
    said = translate(text, lambda one: entries.get(one, one))
    return said if said != text else entries.get(text, text)


def changed(edit: Edit) -> DesignDifference:
    sides = (compile_design(CM, catalog()), compile_design(edit(CM), catalog()))
    return compare_fabrics(*sides)
