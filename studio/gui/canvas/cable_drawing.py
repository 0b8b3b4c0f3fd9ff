"""A single cable being drawn or moved: what it would join, and what stands against it; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from studio import units
from studio.design.cabling import add_cables, move_end, single_like
from studio.design.edits import Edit
from studio.design.model import Design, LinkRule
from studio.errors import StudioError
from studio.fabric.arrays import IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.grips import Readout
from studio.gui.canvas.picking import Hit, links_of
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.wire_ends import (
    Pattern,
    by_part,
    first_free,
    members_of,
    patterns,
    port_at,
    ports_used,
    selector_of,
)
from studio.gui.i18n import current_language, mark, named, tr
from studio.ids import Address, RuleId

_MOST_SAID = 3


@dataclass(frozen=True)
class Aim:
    """A cable as it would be made, and what is said of it."""

    edit: Edit | None = None
    readout: Readout = field(default_factory=lambda: Readout(""))


class CableDraw:
    """A cable from one component to another: new, or an end that is moved."""

    def __init__(self, scene: Scene, hit: Hit, planes: frozenset[str]) -> None:
        self._fabric = scene.fabric
        self._scene = scene
        self._planes = sorted(planes)
        self._target: Hit | None = None
        self._choice = 0
        self._moved: IntArray = np.zeros(0, dtype=np.int64)
        if hit.kind == "cable":
            self._moved = links_of(scene, hit)
            self._starts = [int(scene.wiring.stubs.component[hit.number])]
        else:
            self._starts = members_of(scene, hit)
        self.start, self.end = next(iter(self._starts), -1), -1
        self.label = mark("Move end of cable") if len(self._moved) else mark("Draw cable")
        self.aim = self._without_target()

    def point_at(self, hit: Hit | None) -> None:
        """Take what is under the pointer as the other end."""
        if hit != self._target:
            self._target, self._choice = hit, 0
            self._work_out()

    def next_choice(self) -> None:
        """Make it like the next rule that joins such components."""
        self._choice += 1
        self._work_out()

    def request(self) -> EditRequest | None:
        """Return the edit that makes the cable, None where it can't be made."""
        return EditRequest(self.label, self.aim.edit) if self.aim.edit is not None else None

    def _without_target(self) -> Aim:
        self.end = -1
        what = self._fabric.layout.address(self.start) if self.start >= 0 else ""
        hint = tr("to a component; zoom in where none is shown")
        return Aim(None, Readout(f"{what} → …\n{hint}"))

    def _work_out(self) -> None:
        ends = members_of(self._scene, self._target) if self._target is not None else []
        ends = [one for one in ends if one not in self._starts]
        if not ends or not self._starts:
            self.aim = self._without_target()
        elif len(self._moved):
            self.end = ends[0]
            self.aim = self._aim_moved(ends[0])
        else:
            self.aim = self._aim_new(ends)

    def _aim_new(self, ends: list[int]) -> Aim:
        fabric = self._fabric
        possible = [
            (pattern, starts, others)
            for starts in by_part(fabric, self._starts)
            for others in by_part(fabric, ends)
            for pattern in patterns(fabric, starts[0], others[0], self._planes)
        ]
        if not possible:
            self.end = ends[0]
            head = self._joined(self.start, self.end)
            return Aim(None, Readout(f"{head}\n{tr('no ports that fit')}", is_wrong=True))
        # What a rule already joins comes before what merely has the same connector.
        possible.sort(key=lambda one: not one[0].name)
        pattern, starts, others = possible[self._choice % len(possible)]
        own, far = pattern.rule.a_port, pattern.rule.b_port
        own, far = (far, own) if pattern.is_turned else (own, far)
        self.start = first_free(fabric, starts, own)
        self.end = first_free(fabric, others, far)
        head = self._joined(self.start, self.end)
        a, b = (self.end, self.start) if pattern.is_turned else (self.start, self.end)
        rule = single_like(pattern.rule, str(self._address(a)), str(self._address(b)))
        lines = [head, _plane(self._fabric, pattern)]
        if len(possible) > 1:
            place = self._choice % len(possible) + 1
            lines.append(tr("{i} of {n}; Tab for the next").format(i=place, n=len(possible)))
        ports = ((a, rule.a_port, 1), (b, rule.b_port, 1))
        return self._judged(lines, ports, lambda design: add_cables(design, [rule])[0])

    def _aim_moved(self, end: int) -> Aim:
        """Return the cable with the end near where it was taken hold of at another component."""
        fabric, links = self._fabric, self._fabric.links
        own = fabric.layout.housing[self.start]
        rule = links.rules[int(links.rule[self._moved[0]])].rule
        at_a = fabric.layout.housing[links.a[self._moved]] == own
        side = "a" if bool(at_a.all()) else "b"
        near = (links.a if side == "a" else links.b)[self._moved]
        far = (links.b if side == "a" else links.a)[self._moved]
        ends = self._like_ends(near, end)
        lines = [self._joined(int(far[0]), end)]
        if not len(ends):
            return Aim(None, Readout(f"{lines[0]}\n{tr('no ports that fit')}", is_wrong=True))
        port = rule.a_port if side == "a" else rule.b_port
        ports = [(one, port, ends.tolist().count(one)) for one in sorted(set(ends.tolist()))]
        name = links.rules[int(links.rule[self._moved[0]])].name
        near_text = selector_of(fabric, sorted(set(ends.tolist())))
        if rule.by_hand and near_text is not None:
            edit = _moving(RuleId(name), side, near_text)
            return self._judged(lines, ports, edit)
        made = self._replacing(rule, side, ends, far)
        return self._judged(lines, ports, lambda design: add_cables(design, made)[0])

    def _like_ends(self, near: IntArray, end: int) -> IntArray:
        """Return the components at the new end: those of the same names where a box has them."""
        layout = self._fabric.layout
        if len(set(near.tolist())) == 1:
            return np.full(len(near), end)
        start = int(layout.start[layout.housing[end]])
        stop = int(layout.start[layout.housing[end] + 1])
        paths = {layout.path(one): one for one in range(start, stop)}
        found = [paths.get(layout.path(int(one))) for one in near]
        known = [one for one in found if one is not None]
        return np.array(known if len(known) == len(near) else [], dtype=np.int64)

    def _replacing(
        self, rule: LinkRule, side: str, near: IntArray, far: IntArray
    ) -> list[LinkRule]:
        """Return the cables that stand for the moved one: one, where selectors can say its ends."""
        names = tuple(Address(self._fabric.links.name(int(link))) for link in self._moved)
        groups: list[tuple[Sequence[int], Sequence[int], tuple[Address, ...]]] = []
        near_text = selector_of(self._fabric, sorted(set(near.tolist())))
        far_text = selector_of(self._fabric, sorted(set(far.tolist())))
        pairs = len(set(near.tolist())) * len(set(far.tolist()))
        if near_text and far_text and pairs == len(names):
            groups.append((sorted(set(near.tolist())), sorted(set(far.tolist())), names))
        else:
            groups += [
                ([int(n)], [int(f)], (name,)) for n, f, name in zip(near, far, names, strict=True)
            ]
        made = []
        for here, there, replaced in groups:
            texts = selector_of(self._fabric, here) or "", selector_of(self._fabric, there) or ""
            a, b = texts if side == "a" else texts[::-1]
            one = single_like(rule, a, b)
            per_cable = rule.links_per_cable if len(groups) == 1 else 1
            made.append(msgspec.structs.replace(one, replaces=replaced, links_per_cable=per_cable))
        return made

    def _judged(
        self,
        lines: list[str],
        ports: Sequence[tuple[int, str, int]],
        edit: Edit,
    ) -> Aim:
        """Return the aim with port use, length and what the design rules say, before it is made."""
        is_wrong = False
        for component, name, needed in ports:
            found = port_at(self._fabric, component, name)
            if found is None:
                return Aim(None, Readout("\n".join((*lines, tr("no ports that fit"))), True))
            port_name, port = found
            used = ports_used(self._fabric, component, port_name)
            text = tr("{n} of {most} {port} ports in use")
            said = text.format(n=used, most=port.count, port=port_name)
            lines.append(f"{self._address(component)}: {said}")
            is_wrong |= used + needed > port.count
        if is_wrong:
            return Aim(None, Readout("\n".join((*lines, tr("no free port"))), True))
        try:
            design = edit(self._fabric.design)
            after = compile_design(design, self._fabric.catalog, self._fabric)
        except StudioError as error:
            return Aim(None, Readout("\n".join((*lines, tr(error.message))), True))
        lines += _findings(self._fabric, after)
        return Aim(edit, Readout("\n".join(lines)))

    def _joined(self, start: int, end: int) -> str:
        return f"{self._address(start)} → {self._address(end)}"

    def _address(self, component: int) -> Address:
        return self._fabric.layout.address(component)


def _moving(name: RuleId, side: str, to: str) -> Edit:
    def edit(design: Design) -> Design:
        return move_end(design, name, side, to)

    return edit


def _plane(fabric: Fabric, pattern: Pattern) -> str:
    name = named(fabric.design.planes[pattern.rule.plane], current_language())
    return f"{name}, {pattern.name}" if pattern.name else name


def _findings(before: Fabric, after: Fabric) -> list[str]:
    """Return length of what is new, and what the rules say that they did not say before."""
    known = {one.name for one in before.links.rules}
    lines = []
    for place, one in enumerate(after.links.rules):
        if one.name not in known and len(one.a):
            length = float(after.geometry.length_m[int(after.links.start[place])])
            lines.append(units.display(length, "length", 3))
            break
    from studio.simulation.rules.check import check

    told = {(one.rule, one.address) for one in check(before)}
    new = [one for one in check(after) if (one.rule, one.address) not in told]
    return lines + [f"{one.address}: {tr(one.message)}" for one in new[:_MOST_SAID]]
