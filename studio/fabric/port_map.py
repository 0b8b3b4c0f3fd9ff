"""Which port goes where: the ports of components numbered, and the link at each.

Ports of one kind are taken in the order of the link rules and their links, so that the links of a
cable sit side by side. A link taken away leaves its port free; cables drawn by hand take the first
free ports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.fabric.arrays import BoolArray, IntArray
from studio.fabric.layout import Layout
from studio.fabric.links import Links
from studio.fabric.parts import Port

NO_PORT = -1


@dataclass(frozen=True)
class PortGroup:
    """A kind of port of one part type, as many as the part has."""

    part: int
    name: str
    port: Port


@dataclass(frozen=True)
class PortMap:
    """The port that each end of each link takes, and what every port is joined to."""

    layout: Layout
    links: Links
    groups: tuple[PortGroup, ...]
    group: tuple[IntArray, IntArray]
    """At the A and at the B ends, each of shape (n_links,): place in `groups`, `NO_PORT` where the
    part lists no ports."""
    number: tuple[IntArray, IntArray]
    """Likewise: number within the group, from 0; `NO_PORT` for a link that is not there. Numbers
    from the group's count on have no port: too many links."""

    def name(self, link: int, side: int) -> str:
        """Return the port at one end of a link, such as `up[3]`; empty where it takes none."""
        group, number = int(self.group[side][link]), int(self.number[side][link])
        return f"{self.groups[group].name}[{number}]" if group >= 0 <= number else ""

    def names(self, links: Iterable[int], side: int) -> str:
        """Return the ports at one end of the links of a cable, such as `up[4:6]`.

        Where they are at several components, `l2[0]:down[3], l2[1]:down[3]`.
        """
        found: dict[tuple[int, int], list[int]] = {}
        for link in links:
            group, number = int(self.group[side][link]), int(self.number[side][link])
            if group >= 0 <= number:
                component = int((self.links.a, self.links.b)[side][link])
                found.setdefault((component, group), []).append(number)
        texts = []
        is_one = len({component for component, _ in found}) == 1
        for (component, group), numbers in found.items():
            low, high = min(numbers), max(numbers)
            is_run = 1 < len(numbers) == high - low + 1
            places = [f"{low}:{high + 1}"] if is_run else [str(one) for one in numbers]
            chip = "" if is_one else self.layout.address(component).split("/", 2)[2] + ":"
            texts += [f"{chip}{self.groups[group].name}[{place}]" for place in places]
        return ", ".join(texts)

    def end(self, link: int, side: int) -> str:
        """Return one end of a link down to its port, such as `R01/N1/l1[0]:up[3]`."""
        component = (self.links.a, self.links.b)[side][link]
        return ":".join(filter(None, (self.layout.address(int(component)), self.name(link, side))))

    @cached_property
    def _first_of_group(self) -> IntArray:
        """Return how many ports of the same component come before each group's, (n_groups,)."""
        first: list[int] = []
        before: dict[int, int] = {}
        for one in self.groups:
            first.append(before.get(one.part, 0))
            before[one.part] = first[-1] + one.port.count
        return np.array(first, dtype=np.int64)

    @cached_property
    def start(self) -> IntArray:
        """Return the first port of each component, shape (n_components + 1,)."""
        per_part = np.zeros(len(self.layout.parts) + 1, dtype=np.int64)
        for one in self.groups:
            per_part[one.part] += one.port.count
        return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(per_part[self.layout.part])))

    @property
    def port_count(self) -> int:
        """Return how many ports all components have."""
        return int(self.start[-1])

    @cached_property
    def component(self) -> IntArray:
        """Return the component of each port, shape (n_ports,)."""
        return np.repeat(np.arange(self.layout.component_count), np.diff(self.start))

    @cached_property
    def group_of_port(self) -> IntArray:
        """Return the place in `groups` of each port, shape (n_ports,)."""
        found = np.empty(self.port_count, dtype=np.int64)
        place = np.arange(self.port_count) - self.start[self.component]
        part = self.layout.part[self.component]
        for number, one in enumerate(self.groups):
            first = self._first_of_group[number]
            found[(part == one.part) & (place >= first) & (place < first + one.port.count)] = number
        return found

    @cached_property
    def number_of_port(self) -> IntArray:
        """Return the number of each port within its group, shape (n_ports,)."""
        place = np.arange(self.port_count) - self.start[self.component]
        return place - self._first_of_group[self.group_of_port]

    @cached_property
    def link_of_port(self) -> tuple[IntArray, IntArray]:
        """Return the link at each port, `NO_PORT` for a free one, and which of its ends it is."""
        link = np.full(self.port_count, NO_PORT, dtype=np.int64)
        side = np.zeros(self.port_count, dtype=np.int64)
        counts = np.array([one.port.count for one in self.groups] or [0], dtype=np.int64)
        for end, of in enumerate((self.links.a, self.links.b)):
            group, number = self.group[end], self.number[end]
            chosen = np.flatnonzero((group >= 0) & (number >= 0) & (number < counts[group]))
            port = self.start[of[chosen]] + self._first_of_group[group[chosen]] + number[chosen]
            link[port], side[port] = chosen, end
        return link, side


def map_ports(layout: Layout, links: Links, link_present: BoolArray) -> PortMap:
    """Number the ports that links take."""
    groups = tuple(
        PortGroup(number, name, port)
        for number, part in enumerate(layout.parts)
        for name, port in part.ports.items()
    )
    group = (_groups(layout, links, groups, 0), _groups(layout, links, groups, 1))
    count = links.count
    component = np.concatenate((links.a, links.b))
    of_end = np.concatenate(group)
    by_hand = np.array([one.rule.by_hand for one in links.rules] or [False], dtype=bool)
    late = np.tile(by_hand[links.rule], 2)
    key = component * max(1, len(groups)) + of_end
    # Link by link, the A end first: the order in which a technician plugs the schedule in.
    order = np.lexsort((np.tile(np.arange(count), 2), late, key))
    number = np.empty(2 * count, dtype=np.int64)
    number[order] = np.arange(2 * count) - np.searchsorted(key[order], key[order])
    present = np.tile(link_present, 2)
    hand = np.unique(key[late & present & (of_end >= 0)])
    begin = np.searchsorted(key[order], hand, side="left")
    end = np.searchsorted(key[order], hand, side="right")
    for low, high in zip(begin.tolist(), end.tolist(), strict=True):
        _fill_gaps(number, order[low:high], present, late)
    number[~present | (of_end < 0)] = NO_PORT
    return PortMap(layout, links, groups, group, (number[:count], number[count:]))


def _groups(layout: Layout, links: Links, groups: Sequence[PortGroup], side: int) -> IntArray:
    """Return the kind of port at one end of each link, shape (n_links,)."""
    place = {(one.part, one.name): number for number, one in enumerate(groups)}
    found = np.full(links.count, NO_PORT, dtype=np.int64)
    for number, one in enumerate(links.rules):
        ends = (one.a, one.b)[side]
        name = (one.rule.a_port, one.rule.b_port)[side]
        of_part = np.full(len(layout.parts), NO_PORT, dtype=np.int64)
        for part in np.unique(layout.part[ends]).tolist():
            port = name or next(iter(layout.parts[part].ports), "")
            of_part[part] = place.get((part, port), NO_PORT)
        found[links.start[number] : links.start[number + 1]] = of_part[layout.part[ends]]
    return found


def _fill_gaps(number: IntArray, ends: IntArray, present: BoolArray, late: BoolArray) -> None:
    """Give cables drawn by hand the first ports that links taken away have left.

    Parameters
    ----------
    ends : all ends at one kind of port of one component.
    """
    taken = set(number[ends[present[ends] & ~late[ends]]].tolist())
    free = (place for place in range(len(ends)) if place not in taken)
    for end in ends[present[ends] & late[ends]].tolist():
        number[end] = next(free)
