"""The design document: frozen values that say what repeats and how it is joined.

SI units throughout. A design refers to part types by `PartId` and knows nothing else of them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from studio.design.scenario import Scenario
from studio.design.schemes import OneToOne, Scheme
from studio.design.site import Site
from studio.ids import Address, AssemblyId, PartId, PlaneId, RackId, RuleId, ScenarioId
from studio.messages import Name

FORMAT_VERSION = 1

Face = Literal["front", "rear"]
AssemblyKind = Literal["node", "switch_box", "tray", "shelf", "board"]
PlaneRole = Literal["scale_up", "scale_out", "host", "management", "storage"]
State = Literal["absent", "failed", "degraded", "different"]
Judgement = Literal["ignore", "info", "warning", "error"]
Within = Literal["design", "rack", "placement"]


class FieldOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value that this design sets instead of the catalogue's."""

    value: float
    """In the SI unit of the field."""
    source: str = ""
    note: str = ""


class PartChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a design says about a part type: a variant, other values, or a type of its own."""

    base: PartId = PartId("")
    """The catalogue part this one is a copy of; empty when the key itself is in the catalogue."""
    name: str = ""
    variant: str = ""
    values: dict[str, FieldOverride] = {}


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Equal members of an assembly: either a part type or another assembly."""

    count: int = 1
    part: PartId = PartId("")
    assembly: AssemblyId = AssemblyId("")


class LinkRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Joins two selections of components by a scheme; one rule can make thousands of links."""

    plane: PlaneId
    a: str
    """Selector of the A side, see `studio/design/selector.py`."""
    b: str
    scheme: Scheme = OneToOne()
    a_port: str = ""
    """Name of the port group used at the A side; empty where the part has only one."""
    b_port: str = ""
    within: Within = "design"
    """The scheme is applied anew inside every rack or every placement."""
    multiplicity: int = 1
    """Parallel links per joined pair."""
    bandwidth_byte_per_s: float = 0.0
    """Of one link, per direction; 0 takes the slower of the two port rates."""
    cable: PartId = PartId("")
    transceiver_a: PartId = PartId("")
    transceiver_b: PartId = PartId("")
    links_per_cable: int = 1
    length_m: float = 0.0
    """0 takes the length from the racks' positions and the site's routing."""
    by_hand: bool = False
    """A single cable that was drawn, not ruled."""
    replaces: tuple[Address, ...] = ()
    """Links of another rule, marked absent, that a cable moved by hand stands for."""
    note: str = ""


class Assembly(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A node, tray, switch box or shelf: members and the links inside."""

    kind: AssemblyKind
    name: str
    name_zh: str = ""
    height_u: int = 0
    depth_m: float = 0.0
    mass_kg: float = 0.0
    """Of the chassis, members excluded."""
    contents: dict[str, Group] = {}
    links: dict[RuleId, LinkRule] = {}
    note: str = ""

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.name_zh)


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How far one member of an array stands from its regular place, in the unit of the pitch."""

    along: float = 0.0
    """In the direction of `count`."""
    across: float = 0.0
    """In the direction of `rows`."""
    turn_deg: int = 0
    """Turned further than the array, by a multiple of 90 degrees; of racks only."""


class Array(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A live repetition: `count` along x, `rows` along y; pitch in metres, or in U in a rack."""

    count: int = 1
    rows: int = 1
    pitch: float = 0.0
    row_pitch: float = 0.0
    moved: dict[str, Shift] = {}
    """Exceptions by `column,row`, both from 0; they outlive a smaller array."""


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An assembly, or `array.count` of them one above the other, in a rack."""

    assembly: AssemblyId
    u: int
    """Lowest rack unit taken, counted from 1 at the bottom."""
    face: Face = "front"
    array: Array = Array()
    """`pitch` in U; 0 stacks without a gap. `rows` stays 1."""
    label: str = "{id}{n}"
    first: int = 1


class Rack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rack, or a live array of equal racks, on the floor of the hall."""

    part: PartId
    x_m: float
    y_m: float
    """With `x_m`: the corner of the footprint nearest the origin of the hall."""
    rotation_deg: int = 0
    array: Array = Array()
    label: str = "R{n:02}"
    first: int = 1
    """Number of the first rack of the array in `label`."""
    contents: dict[str, Placement] = {}
    own_contents: dict[str, dict[str, Placement]] = {}
    """Exceptions by `column,row`: what stands in that rack of the array alone, instead of the
    placement of the same name or beside the others."""
    feeds: tuple[str, ...] = ("A", "B")
    note: str = ""


class Plane(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An independent network with its own role."""

    name: str
    role: PlaneRole
    name_zh: str = ""
    sub_planes: int = 1
    color: str = ""
    oversubscription: float = 0.0
    """Capacity down over up that switches are meant to have; 0 states no intent."""

    @property
    def title(self) -> Name:
        """Return the name as a text shows it, in either language."""
        return Name(self.name, self.name_zh)


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One component or link that differs from what its array or rule says."""

    state: State
    factor: float = 1.0
    """Capacity left of a degraded link or component, 0..1."""
    part: PartId = PartId("")
    """What stands there instead of the assembly's part, in whatever state; of components only."""
    note: str = ""


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding, or all findings of a rule, judged otherwise by somebody who says why."""

    reason: str
    author: str = ""
    shown_as: Judgement = "ignore"


class Design(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One supernode: an immutable snapshot; edits return a new one that shares the rest."""

    id: str
    name: str
    name_zh: str = ""
    description: str = ""
    description_zh: str = ""
    author: str = ""
    sources: dict[str, str] = {}
    parts: dict[PartId, PartChange] = {}
    assemblies: dict[AssemblyId, Assembly] = {}
    racks: dict[RackId, Rack] = {}
    planes: dict[PlaneId, Plane] = {}
    links: dict[RuleId, LinkRule] = {}
    exceptions: dict[Address, Deviation] = {}
    scenarios: dict[ScenarioId, Scenario] = {}
    active_scenario: ScenarioId = ScenarioId("")
    site: Site = Site()
    waivers: dict[str, Waiver] = {}
    """By what is waived: a finding as `reach@rule:uplinks[3]`, or a rule as `reach`."""
