"""A random walk through a document: what must hold after any sequence of edits.

Undo restores equality, saving and loading is the identity, saving what was not edited writes the
same bytes, no link dangles, and the incremental compile and evaluation equal the full ones.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from studio.design import (
    arrays,
    cabling,
    carrying,
    contents,
    copying,
    edits,
    facing,
    members,
    renaming,
    schemes,
)
from studio.design.diff import difference
from studio.design.model import Design, Deviation, FieldOverride, PartChange, Waiver
from studio.design.resizing import resize_array
from studio.design.scenario import Inference
from studio.design.site import Feed
from studio.errors import StudioError
from studio.fabric.comparison import FabricComparison
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui import arrange_edits, clip_edits, selection_edits
from studio.gui.arrange_edits import Axis, Side
from studio.gui.canvas.nudging import nudge
from studio.gui.views.sheets.kinds import SHEETS
from studio.gui.views.sheets.pasting import Cell, cells_edit
from studio.gui.views.sheets.sheet import Source
from studio.ids import Address, PartId, RackId, WorkloadId
from studio.session.document import Document
from studio.session.evaluation import evaluate
from studio.session.evaluator import Evaluator
from studio.storage.project_file import decode_design, encode_design
from tests.builders import clos_2x4, link, place, rack, small_catalog, two_racks

# Some twenty seconds, and many times that on a machine that does other things too.
pytestmark = pytest.mark.timeout(600)

SCHEMES = (
    schemes.EachToEach(),
    schemes.Stride(step=3),
    schemes.PerSubPlane(count=2, a_by="modulo", b_by="modulo"),
    schemes.Clos(uplinks=2),
    schemes.OneToOne(),
    schemes.Rail(count=2),
    schemes.FullMesh(),
    schemes.FullMesh(dims=(2, 2)),
    schemes.Ring(),
    schemes.Torus(dims=(2, 2)),
    schemes.Dragonfly(group_size=2),
)
ADDRESSES = (
    "R01",
    "R02/N1",
    "R01/N1/chip[2]",
    "**/leaf",
    "R09",
    "rule:uplinks",
    "rule:uplinks[3]",
    "rule:node.in[1]",
    "rule:gone",
)
numbers = st.integers(0, 9)


def same(left: Any, right: Any, place: str = "fabric") -> None:
    """Assert that two compiled values are equal, arrays element by element."""
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype, place
        assert np.array_equal(left, right), place
    elif isinstance(left, (tuple, list)):
        assert len(left) == len(right), place
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            same(one, other, f"{place}[{number}]")
    elif dataclasses.is_dataclass(left):
        for field in dataclasses.fields(left):
            if field.name != "catalog":
                same(getattr(left, field.name), getattr(right, field.name), f"{place}.{field.name}")
    else:
        assert left == right, place


class RandomEdits(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "walk.supernode"
        self.document = Document(two_racks(), small_catalog())
        self.evaluator = Evaluator()
        self.evaluated: Design | None = None
        self.counted = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(start=st.sampled_from([two_racks, clos_2x4]))
    def begin(self, start: Callable[[], Design]) -> None:
        fed = edits.set_field(start(), ("site", "feeds"), {"a": Feed(5e3)})
        self.document = Document(fed, small_catalog())

    def edit(self, change: Callable[[Design], Design], merge: str | None = None) -> None:
        """Apply an edit; where it is impossible nothing at all may have happened."""
        document = self.document
        before = (document.design, document.fabric, document.revision, document.history.steps)
        place = document.history.place
        try:
            document.apply("edit", change, merge)
        except StudioError as error:
            assert str(error)  # noqa: PT017 - either outcome is right
            assert (document.design, document.fabric, document.revision) == before[:3]
            assert document.history.steps == before[3]
            assert document.history.place == place
            return
        if document.history.place == place:
            return  # nothing changed, or the step was merged with the one before
        after = document.design
        document.undo()
        assert document.design is before[0]
        document.redo()
        assert document.design is after

    def pick(self, section: str, number: int) -> str:
        names = list(getattr(self.document.design, section))
        return str(names[number % len(names)]) if names else "none"

    @rule(x=numbers, y=numbers, nodes=st.integers(0, 3))
    def add_rack(self, x: int, y: int, nodes: int) -> None:
        self.counted += 1
        stack = {"N": place("node", 1, nodes)}
        new = rack(float(x), float(y), first=100 + self.counted, contents=stack)
        self.edit(lambda d: edits.put(d, "racks", f"new{self.counted % 3}", new))

    @rule(which=numbers, dx=st.floats(-3, 3), merge=st.booleans())
    def move_rack(self, which: int, dx: float, merge: bool) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: edits.move_racks(d, [name], dx, 0.5), "drag" if merge else None)

    @rule(which=numbers)
    def turn_rack(self, which: int) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: edits.rotate_racks(d, [name], 90))

    @rule(which=numbers)
    def duplicate_rack(self, which: int) -> None:
        name = RackId(self.pick("racks", which))
        if len(self.document.fabric.layout.racks) < 8:
            self.edit(lambda d: copying.duplicate_racks(d, [name], 0.0, 2.0)[0])

    @rule(which=numbers)
    def detach(self, which: int) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: arrays.detach_array(d, name)[0])

    def member(self, which: int, number: int) -> tuple[RackId, arrays.Cell]:
        """Return a member of an array, or of one that is not there."""
        name = RackId(self.pick("racks", which))
        rack_ = self.document.design.racks.get(name)
        cells = list(arrays.cells(rack_.array)) if rack_ else []
        return name, cells[number % len(cells)] if cells else (0, 0)

    @rule(which=numbers, number=numbers, dx=st.floats(-2, 2), merge=st.booleans())
    def move_member(self, which: int, number: int, dx: float, merge: bool) -> None:
        name, cell = self.member(which, number)
        key = f"drag-{name}" if merge else None
        self.edit(lambda d: arrays.place_members(d, name, {cell: (dx, 0.5)}), key)

    @rule(which=numbers, number=numbers)
    def turn_member(self, which: int, number: int) -> None:
        name, cell = self.member(which, number)
        self.edit(lambda d: arrays.turn_members(d, name, [cell], 90))

    @rule(which=numbers, number=numbers)
    def straighten(self, which: int, number: int) -> None:
        name, cell = self.member(which, number)
        self.edit(lambda d: arrays.straighten(d, name, [cell]))

    @rule(which=numbers, number=numbers)
    def detach_member(self, which: int, number: int) -> None:
        name, cell = self.member(which, number)
        self.edit(lambda d: arrays.detach_members(d, name, [cell])[0])

    @rule(which=numbers, count=st.integers(0, 4), rows=st.integers(1, 2))
    def drag_edge(self, which: int, count: int, rows: int) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: resize_array(d, name, count, rows))

    @rule(which=numbers)
    def remove_rack(self, which: int) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: edits.remove(d, "racks", name))

    @rule(which=numbers, count=st.integers(-1, 4))
    def change_array(self, which: int, count: int) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: edits.set_field(d, ("racks", name, "array", "count"), count))

    @rule(group=st.sampled_from(["chip", "leaf", "host"]), count=st.integers(0, 5))
    def change_count(self, group: str, count: int) -> None:
        path = ("assemblies", "node", "contents", group, "count")
        self.edit(lambda d: edits.set_field(d, path, count))

    @rule(scheme=st.sampled_from(SCHEMES), many=st.integers(0, 3), cable=st.booleans())
    def change_rule(self, scheme: schemes.Scheme, many: int, cable: bool) -> None:
        more = {"cable": "fibre", "transceiver_a": "optic", "transceiver_b": "optic"}
        new = link("*/N*/leaf", "*/B*/spine", scheme, multiplicity=many, **(more if cable else {}))
        self.edit(lambda d: edits.put(d, "links", "uplinks", new))

    @rule(name=st.sampled_from(["uplinks", "ring"]))
    def remove_rule(self, name: str) -> None:
        self.edit(lambda d: edits.remove(d, "links", name))

    @rule(length=st.floats(0, 5))
    def add_ring(self, length: float) -> None:
        ring = link("*/B*/spine", "", schemes.Ring(), length_m=length, cable="copper")
        self.edit(lambda d: edits.put(d, "links", "ring", ring))

    @rule(
        address=st.sampled_from(ADDRESSES),
        state=st.sampled_from(["absent", "failed", "degraded", None]),
        factor=st.sampled_from([0.0, 0.5, 1.0]),
    )
    def mark(self, address: str, state: Any, factor: float) -> None:
        deviation = Deviation(state, factor) if state else None
        self.edit(lambda d: edits.set_state(d, Address(address), deviation))

    @rule(
        address=st.sampled_from((*ADDRESSES, "R01/N2/chip[0]")),
        part=st.sampled_from(["other-chip", "chip", "switch", "gone", None]),
    )
    def differ(self, address: str, part: str | None) -> None:
        wanted = PartId(part) if part else None
        self.edit(lambda d: edits.set_part(d, Address(address), wanted))

    @rule(which=numbers, down=st.sampled_from([-1, 1]), far=st.booleans())
    def nudge(self, which: int, down: int, far: bool) -> None:
        fabric = self.document.fabric
        places = sorted(clip_edits.addresses_there(fabric))
        if places:
            asked = nudge(fabric, frozenset({places[which * 3 % len(places)]}), 1, down, far=far)
            if asked is not None:
                self.edit(asked.edit, asked.merge_key)

    @rule(
        which=numbers,
        cell=st.sampled_from(
            [
                ("nodes", "u", "7"),
                ("nodes", "face", "Rear"),
                ("nodes", "count", "2"),
                ("nodes", "scope", "Its own"),
                ("nodes", "scope", "As in the array"),
                ("chips", "type", "Other-Chip"),
                ("chips", "scope", "Its own"),
                ("chips", "scope", "As in the assembly"),
                ("rules", "scheme", "Ring"),
                ("rules", "parameters", "count=3"),
            ]
        ),
        alone=st.booleans(),
    )
    def enter_cell(self, which: int, cell: tuple[str, str, str], alone: bool) -> None:
        kind, key, text = cell
        sheet = SHEETS[kind](Source(self.document.fabric, str, "en", alone=alone))
        column = sheet.column_number(key, str)
        assert column is not None
        if sheet.count:
            cells = [Cell(which * 7 % sheet.count, 0, column, text)]

            def enter(design: Design) -> Design:
                return cells_edit(sheet, cells)(design)

            self.edit(enter)

    @rule(place=numbers)
    def compare(self, place: int) -> None:
        """What differs from an earlier step, entry by entry, makes that step of this one."""
        history = self.document.history
        before = (history.first, *(step.after for step in history.steps))[
            place % (len(history.steps) + 1)
        ]
        made = self.document.design
        for change in difference(made, before):
            if not change.key:
                made = edits.set_field(made, (change.section,), change.after)
            elif change.after is None:
                made = edits.remove(made, change.section, change.key)
            else:
                made = edits.put(made, change.section, change.key, change.after)
        assert made == before
        found = FabricComparison(compile_design(before, small_catalog()), self.document.fabric)
        layout = self.document.fabric.layout
        assert len(found.chips) == layout.component_count
        assert len(found.boxes) == len(layout.housings)
        if before == self.document.design:
            assert not found.chips.any()
            assert not found.boxes.any()
            assert not found.racks.any()
            assert not found.new_links.any()

    @rule(
        variant=st.sampled_from(["", "large", "slow", "none"]),
        memory=st.booleans(),
        name=st.sampled_from(["", "Renamed"]),
    )
    def change_part(self, variant: str, memory: bool, name: str) -> None:
        values = {"memory": FieldOverride(5e9)} if memory else {}
        change = PartChange(variant=variant, values=values, name=name)
        self.edit(lambda d: edits.put(d, "parts", "chip", change))

    @rule(slack=st.floats(-0.5, 2))
    def change_routing(self, slack: float) -> None:
        self.edit(lambda d: edits.set_field(d, ("site", "routing", "slack_m"), slack))

    @rule(pue=st.floats(0.9, 2), width=st.sampled_from([2.0, 10.0]))
    def change_site(self, pue: float, width: float) -> None:
        self.edit(lambda d: edits.set_field(d, ("site", "pue"), pue))
        self.edit(lambda d: edits.set_field(d, ("site", "width_m"), width))

    @rule(feed=st.sampled_from(["a", "b"]), limit=st.floats(1, 1e4))
    def change_feeds(self, feed: str, limit: float) -> None:
        self.edit(lambda d: edits.set_field(d, ("site", "feeds"), {feed: Feed(limit)}))

    @rule(which=numbers, feeds=st.sampled_from([(), ("a",), ("a", "b")]))
    def feed_rack(self, which: int, feeds: tuple[str, ...]) -> None:
        name = RackId(self.pick("racks", which))
        self.edit(lambda d: edits.set_field(d, ("racks", name, "feeds"), feeds))

    @rule(npus=st.integers(0, 20), job=st.sampled_from(["train", "serve"]))
    def change_job(self, npus: int, job: str) -> None:
        serving = Inference(name="Serve", model=WorkloadId("Llama-3-8B"), npus=npus)
        self.edit(lambda d: edits.put(d, "scenarios", "serve", serving))
        self.edit(lambda d: edits.set_field(d, ("active_scenario",), job))

    @rule(which=numbers)
    def waive(self, which: int) -> None:
        found = self.evaluator(self.document.fabric).findings
        if found:
            key = found[which % len(found)].key
            self.edit(lambda d: edits.put(d, "waivers", key, Waiver("lab only", "me")))

    def component(self, number: int) -> tuple[int, str]:
        """Return a component and its address; -1 in an empty design."""
        layout = self.document.fabric.layout
        if not layout.component_count:
            return -1, "R01/N1/chip[0]"
        chosen = number * 7 % layout.component_count
        return chosen, str(layout.address(chosen))

    @rule(a=numbers, b=numbers, replace=st.booleans())
    def draw_cable(self, a: int, b: int, replace: bool) -> None:
        fabric = self.document.fabric
        ends = (self.component(a)[1], self.component(b)[1])
        plane = self.pick("planes", 0)
        replaced: tuple[Address, ...] = ()
        if replace and fabric.links.count:
            replaced = (Address(fabric.links.name(a * 5 % fabric.links.count)),)
        cable = link(*ends, plane=plane, cable="fibre", bandwidth_byte_per_s=1e9, replaces=replaced)
        self.edit(lambda d: cabling.add_cables(d, [cable])[0])

    @rule(which=numbers, side=st.sampled_from(["a", "b"]), to=numbers)
    def move_cable_end(self, which: int, side: str, to: int) -> None:
        by_hand = [key for key, one in self.document.design.links.items() if one.by_hand]
        if by_hand:
            name = by_hand[which % len(by_hand)]
            self.edit(lambda d: cabling.move_end(d, name, side, self.component(to)[1]))

    @rule(which=numbers, back=st.booleans())
    def remove_cable(self, which: int, back: bool) -> None:
        by_hand = [key for key, one in self.document.design.links.items() if one.by_hand]
        if by_hand:
            name = by_hand[which % len(by_hand)]
            undraw = cabling.give_back if back else cabling.take_cable
            self.edit(lambda d: undraw(d, name))

    @rule(which=numbers, to=numbers, units=st.integers(-4, 20), own=st.booleans())
    def carry_box(self, which: int, to: int, units: int, own: bool) -> None:
        layout = self.document.fabric.layout
        if not layout.housings:
            return
        box = layout.housings[which * 3 % len(layout.housings)]
        source = layout.racks[box.rack].rack
        target = source if own else RackId(self.pick("racks", to))
        moved = [(box.placement, box.element)]
        self.edit(lambda d: carrying.carry_boxes(d, source, moved, target, units))

    def box(self, which: int) -> tuple[tuple[RackId, arrays.Cell], tuple[str, int]] | None:
        """Return the rack on the floor and the name of a box, None in empty racks."""
        layout = self.document.fabric.layout
        if not layout.housings:
            return None
        box = layout.housings[which * 3 % len(layout.housings)]
        instance = layout.racks[box.rack]
        array = self.document.design.racks[instance.rack].array
        return (instance.rack, arrays.cell_at(array, instance.element)), (
            box.placement,
            box.element,
        )

    @rule(which=numbers, to=numbers, number=numbers, units=st.integers(-4, 20), own=st.booleans())
    def carry_single_box(self, which: int, to: int, number: int, units: int, own: bool) -> None:
        held = self.box(which)
        if held is not None:
            target = held[0] if own else self.member(to, number)
            self.edit(lambda d: carrying.carry_single(d, held[0], [held[1]], target, units))

    @rule(which=numbers, own=st.booleans())
    def make_exception(self, which: int, own: bool) -> None:
        held = self.box(which)
        if held is not None:
            (name, cell), (placed, _) = held
            change = members.make_own if own else members.share
            self.edit(lambda d: change(d, name, cell, [placed]))

    @rule(which=numbers, number=numbers, u=st.integers(1, 40), only=st.booleans())
    def add_box(self, which: int, number: int, u: int, only: bool) -> None:
        name, cell = self.member(which, number)
        if self.document.fabric.layout.component_count < 200:
            scope = cell if only else None
            new = place("node", u)
            self.edit(lambda d: contents.place_box(d, name, scope, new))

    @rule(which=numbers, own=st.booleans(), all_of_it=st.booleans())
    def turn_box(self, which: int, own: bool, all_of_it: bool) -> None:
        held = self.box(which)
        if held is not None:
            (name, cell), (placed, element) = held
            count = members.contents_of(self.document.design.racks[name], cell)[placed].array.count
            turned = [(placed, n) for n in (range(count) if all_of_it else (element,))]
            only = [cell] if own else contents.ALL
            self.edit(lambda d: facing.turn_boxes(d, name, turned, only))

    @rule(which=numbers)
    def straighten_box(self, which: int) -> None:
        layout = self.document.fabric.layout
        if layout.housings:
            box = layout.housings[which * 3 % len(layout.housings)]
            rack_id = layout.racks[box.rack].rack
            moved = [(box.placement, box.element)]
            self.edit(lambda d: contents.straighten_boxes(d, rack_id, moved))

    @rule(which=numbers, other=numbers, axis=st.sampled_from(["x", "y"]))
    def spread_and_turn(self, which: int, other: int, axis: Axis) -> None:
        labels = sorted(self.document.fabric.layout.rack_by_label)
        chosen = frozenset(labels[which % (len(labels) or 1) :][: other + 1])
        self.edit(arrange_edits.distribute(self.document.fabric, chosen, axis))
        self.edit(arrange_edits.rotate(self.document.fabric, chosen, 90))
        self.edit(arrange_edits.turn(self.document.fabric, chosen))

    @rule(which=numbers, other=numbers, some=st.booleans())
    def detach_selection(self, which: int, other: int, some: bool) -> None:
        labels = sorted(self.document.fabric.layout.rack_by_label)
        chosen = frozenset(labels[which % (len(labels) or 1) :][: other if some else None])
        self.edit(arrange_edits.detach(self.document.fabric, chosen))

    @rule(
        which=numbers,
        other=numbers,
        side=st.sampled_from(["left", "centre", "right", "top", "middle", "bottom"]),
    )
    def align(self, which: int, other: int, side: Side) -> None:
        labels = sorted(self.document.fabric.layout.rack_by_label)
        if labels:
            chosen = frozenset({labels[which % len(labels)], labels[other % len(labels)]})
            self.edit(arrange_edits.align(self.document.fabric, chosen, side))

    @rule(which=numbers, other=numbers, to=numbers, cut=st.booleans())
    def copy_and_paste(self, which: int, other: int, to: int, cut: bool) -> None:
        fabric = self.document.fabric
        places = sorted(clip_edits.addresses_there(fabric))
        if not places or len(fabric.layout.housings) > 30:
            return
        chosen = frozenset({places[which * 3 % len(places)], places[other * 5 % len(places)]})
        clip = clip_edits.copied(fabric, chosen)
        assert clip is not None
        if cut:
            self.edit(selection_edits.delete(fabric, chosen))
        labels = sorted(self.document.fabric.layout.rack_by_label)
        if labels:
            target = frozenset({labels[to % len(labels)]})
            self.edit(clip_edits.paste(self.document.fabric, clip))
            self.edit(clip_edits.paste_boxes(self.document.fabric, clip, target))

    @rule(which=numbers, other=numbers)
    def duplicate_selection(self, which: int, other: int) -> None:
        fabric = self.document.fabric
        places = sorted(clip_edits.addresses_there(fabric))
        if places and len(fabric.layout.housings) < 30:
            chosen = frozenset({places[which * 3 % len(places)], places[other * 5 % len(places)]})
            self.edit(clip_edits.duplicate(fabric, chosen)[0])

    @rule(chosen=st.lists(st.sampled_from((*ADDRESSES, "R01/B1", "rule:cable-1[0]")), max_size=3))
    def delete(self, chosen: list[str]) -> None:
        self.edit(selection_edits.delete(self.document.fabric, frozenset(chosen)))

    @rule(chosen=st.lists(st.sampled_from((*ADDRESSES, "rule:cable-1[0]")), max_size=3))
    def put_back(self, chosen: list[str]) -> None:
        self.edit(arrange_edits.put_back(self.document.fabric, frozenset(chosen)))

    @rule(name=st.sampled_from(["up", "x", "y"]))
    def rename_plane(self, name: str) -> None:
        old = self.pick("planes", 0)
        self.edit(lambda d: renaming.rename(d, "planes", old, name))

    @rule()
    def undo(self) -> None:
        self.document.undo()

    @rule()
    def redo(self) -> None:
        self.document.redo()

    @rule(place=numbers)
    def jump(self, place: int) -> None:
        self.document.jump(place % (len(self.document.history.steps) + 1))

    @rule()
    def end_drag(self) -> None:
        self.document.end_merge()

    @rule()
    def save(self) -> None:
        self.document.save(self.path)
        assert not self.document.is_modified

    @rule()
    def save_and_load(self) -> None:
        self.document.save(self.path)
        content = self.path.read_bytes()
        loaded = Document.open(self.path, small_catalog())
        assert loaded.design == self.document.design
        assert not loaded.is_modified
        loaded.save()
        assert self.path.read_bytes() == content
        self.document = loaded

    @invariant()
    def undo_is_exact(self) -> None:
        history = self.document.history
        for earlier, later in zip(history.steps, history.steps[1:], strict=False):
            assert earlier.after is later.before

    @invariant()
    def save_and_load_is_the_identity(self) -> None:
        design = self.document.design
        content = encode_design(design)
        loaded = decode_design(content).design
        assert loaded == design
        assert encode_design(loaded) == content

    @invariant()
    def no_link_dangles(self) -> None:
        links, layout = self.document.fabric.links, self.document.fabric.layout
        for ends in (links.a, links.b):
            assert ((ends >= 0) & (ends < layout.component_count)).all()
        assert (links.a != links.b).all()
        assert (self.document.fabric.geometry.length_m >= 0).all()

    @invariant()
    def no_port_has_two_links(self) -> None:
        fabric = self.document.fabric
        ports, there = fabric.port_map, np.tile(fabric.link_present, 2)
        group, number = np.concatenate(ports.group), np.concatenate(ports.number)
        component = np.concatenate((fabric.links.a, fabric.links.b))
        taken = there & (group >= 0)
        assert (number[taken] >= 0).all()
        assert (number[~taken] == -1).all()
        ends = np.stack((component, group, number))[:, taken]
        assert np.unique(ends, axis=1).shape == ends.shape

    @invariant()
    def incremental_compile_equals_full_compile(self) -> None:
        fabric: Fabric = self.document.fabric
        assert fabric.design is self.document.design
        same(fabric, compile_design(self.document.design, small_catalog()))

    @invariant()
    def incremental_evaluation_equals_full_evaluation(self) -> None:
        if self.document.design is self.evaluated:
            return
        self.evaluated = self.document.design
        made = self.evaluator(self.document.fabric)
        full = evaluate(compile_design(self.document.design, self.document.catalog))
        assert made.fabric is self.document.fabric
        assert made.totals == full.totals
        assert made.checked == full.checked
        assert made.problem == full.problem
        assert made.machine == full.machine
        assert made.result == full.result
        same(made.timeline, full.timeline, "timeline")


# Shrinking a failing walk takes minutes: HYPOTHESIS_PROFILE=search does it, the usual run does not.
RandomEdits.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    phases=settings.default.phases
    if settings.default.max_examples > 1000
    else (Phase.explicit, Phase.reuse, Phase.generate),
)
TestRandomEdits = RandomEdits.TestCase
