"""A rule is shown before it is made: links, ports, conflicts, what fits its length, ghosts."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.design import schemes
from studio.design.schemes import Scheme
from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.views.inspector_rows import SCHEME_TYPES
from studio.gui.views.scheme_text import parameters_text, with_parameters
from studio.session.document import Document
from tests.builders import bench, small_catalog, two_racks


@pytest.fixture
def dialog(qtbot: QtBot) -> ConnectDialog:
    made = ConnectDialog(Document(two_racks(links={}), small_catalog()))
    qtbot.addWidget(made)
    made.a.setEditText("R*/N*/leaf")
    made.b.setEditText("R*/B*/spine")
    choose(made, schemes.EachToEach())
    return made


def choose(dialog: ConnectDialog, scheme: Scheme) -> None:
    """Choose a scheme as a hand would: its kind, then its parameters."""
    dialog.scheme.setCurrentIndex(SCHEME_TYPES.index(type(scheme)))
    dialog.parameters.setText(parameters_text(scheme))


def test_links_ports_and_conflicts_are_told_before_the_rule_is_made(dialog: ConnectDialog) -> None:
    # 4 leaves x 2 spines; a leaf has 4 links from its chips and 2 up, a spine 4 down.
    assert dialog.said == "Makes 8 links in 0 cables\nSwitch: 6 of 64 port ports in use"
    # 40 for each: 160 down from a spine, more than the 84 of a leaf.
    dialog.multiplicity.setText("40")
    said = dialog.said.split("\n")
    assert said[:2] == ["Makes 320 links in 0 cables", "Switch: 160 of 64 port ports in use"]


def test_what_fits_is_offered_for_the_length_and_taken(dialog: ConnectDialog) -> None:
    offered = [dialog.media.itemText(row) for row in range(dialog.media.count())]
    assert offered[0].startswith("1 for ")
    assert offered[1].startswith("Fibre + 2 x Optic (")
    assert offered[1].endswith("24 W)")
    dialog.media.setCurrentIndex(1)
    dialog.media.activated.emit(1)
    rule = dialog.rule
    assert (rule.cable, rule.transceiver_a, rule.transceiver_b) == ("fibre", "optic", "optic")
    assert dialog.said.startswith("Makes 8 links in 8 cables")


@pytest.mark.parametrize(
    ("selected", "sides"),
    [
        # Of two boxes what fits together, alike boxes of an array as one side.
        (("R01/N1", "R01/B1"), {"R*/N*/chip", "R*/B*/spine"}),
        (("R01/N1", "R02/N1", "R01/B1", "R02/B2"), {"R*/N*/chip", "R*/B*/spine"}),
        (("R01/N1/leaf[0]", "R01/B1"), {"R*/N*/leaf", "R*/B*/spine"}),
        (("R01/N1/chip[0]", "R01/N1/chip[1]"), {"R*/N*/chip"}),
        (("R01/N1/chip[0]", "R01/N1/leaf[0]"), {"R*/N*/chip", "R*/N*/leaf"}),
    ],
)
def test_what_is_selected_are_the_sides(
    qtbot: QtBot, selected: tuple[str, ...], sides: set[str]
) -> None:
    document = Document(two_racks(links={}), small_catalog())
    document.select(frozenset(selected))
    made = ConnectDialog(document)
    qtbot.addWidget(made)
    assert {made.a.currentText(), made.b.currentText()} == sides


def test_what_a_rule_joins_already_is_offered_first(qtbot: QtBot) -> None:
    document = Document(two_racks(), small_catalog())
    document.select(frozenset(("R01/N1", "R01/B1")))
    made = ConnectDialog(document)
    qtbot.addWidget(made)
    assert {made.a.currentText(), made.b.currentText()} == {"R*/N*/leaf", "R*/B*/spine"}
    joined = next(rule for rule in document.design.links.values() if "spine" in rule.b)
    assert made.plane.currentData() == joined.plane
    # 4 leaves and 2 spines: one to one would make nothing.
    assert made.scheme.currentData() is schemes.Clos
    assert made.said.startswith("Makes 4 links")


def test_the_links_to_be_are_shown_as_ghosts(dialog: ConnectDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.previewed) as told:
        dialog.multiplicity.setText("2")
    assert told.args is not None
    ghosts = told.args[0]
    assert len(ghosts.a) == len(ghosts.b) == 16
    assert not ghosts.wrong.any()
    with qtbot.waitSignal(dialog.previewed) as told:
        dialog.b.setEditText("nonsense")
    assert told.args is not None
    assert len(told.args[0].a) == 0


EIGHT = (
    (schemes.OneToOne(), 8),
    (schemes.Stride(step=3, offset=1), 8),
    (schemes.PerSubPlane(count=2, a_by="modulo", b_by="modulo"), 32),
    (schemes.FullMesh(dims=(2, 4)), 4 + 2 * 6),
    (schemes.Ring(), 8),
    (schemes.Torus(dims=(4, 2)), 8 + 4),
    (schemes.Clos(uplinks=2), 16),
    (schemes.Rail(count=8), 8),
    (schemes.Dragonfly(group_size=4, links=1), 1),
)


@pytest.mark.parametrize(("scheme", "links"), EIGHT, ids=lambda one: str(one)[:12])
def test_every_scheme_is_drawn_with_its_parameters(
    scheme: Scheme, links: int, qtbot: QtBot
) -> None:
    design = bench({"a": 8, "b": 8}, {})
    made = ConnectDialog(Document(design, small_catalog()))
    qtbot.addWidget(made)
    made.a.setEditText("**/a")
    made.b.setEditText("" if isinstance(scheme, schemes.SINGLE_SIDED) else "**/b")
    choose(made, scheme)
    assert made.rule.scheme == scheme
    assert made.said.split("\n")[0] == f"Makes {links} links in 0 cables"


def test_parameters_that_cannot_be_are_told(dialog: ConnectDialog) -> None:
    choose(dialog, schemes.Clos(uplinks=1))
    dialog.parameters.setText("uplinks=many")
    assert "not" in dialog.said
    assert not dialog.buttons.buttons()[0].isEnabled()
    dialog.parameters.setText("width=2")
    assert dialog.said == "the scheme has no parameter 'width'; it has uplinks"


def test_parameters_are_read_as_they_are_written() -> None:
    for scheme, _ in EIGHT:
        assert with_parameters(scheme, parameters_text(scheme)) == scheme


@pytest.mark.parametrize("kind", SCHEME_TYPES, ids=lambda kind: str(kind.__name__))
def test_no_kind_of_scheme_starts_with_parameters_that_cannot_be(
    dialog: ConnectDialog, kind: type
) -> None:
    dialog.scheme.setCurrentIndex(SCHEME_TYPES.index(kind))
    assert dialog.rule.scheme == schemes.USUAL_SCHEMES[kind]


def test_a_scheme_within_one_selection_asks_for_no_b_side(dialog: ConnectDialog) -> None:
    dialog.a.setEditText("R*/N*/leaf")
    choose(dialog, schemes.Ring())
    assert not dialog.b.isEnabled()
    assert (dialog.rule.b, dialog.rule.b_port) == (dialog.rule.a, dialog.rule.a_port)
    assert dialog.said.startswith("Makes 4 links")
    choose(dialog, schemes.EachToEach())
    assert dialog.b.isEnabled()
    assert dialog.rule.b == "R*/B*/spine"


def test_conflicts_at_other_things_are_told_with_their_place(
    dialog: ConnectDialog, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.previewed) as told:
        dialog.multiplicity.setText("40")
    assert told.args is not None
    ghosts = told.args[0]
    # 64 ports each. The first leaf has 4 links already and is 20 short at the second spine. Of the
    # second leaf, the first spine takes 24 of 40 and the leaf itself 20 at the second spine; of the
    # others, whose 80 each come last, the spines take none.
    wrong = ghosts.wrong.reshape(4, 2, 40).sum(axis=2)
    assert wrong.tolist() == [[0, 20], [16, 20], [40, 40], [40, 40]]
    assert not ghosts.wrong[:60].any()
    assert "216 of 320 links in conflict" in dialog.said
    # 4 links from its chips and 40 to each of two spines.
    assert "R01/N1/leaf[0]: 84 links on 64 port ports of Switch" in dialog.said
