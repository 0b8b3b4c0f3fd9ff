"""Ranks that hand on for others of their node what cannot reach the network from there.

A library may send through the adapter of another NPU of the node. A rank whose adapter, cable or
rail switch is out of order then stays in the group, and rails that no spine joins reach each
other. Knows no library; a path is a chain of ranks, each leg of which the fabric routes.

References
----------
[1] NVIDIA, "Doubling all2all Performance with NVIDIA Collective Communication Library 2.12",
    2022: PXN, a GPU reaches an adapter through NVLink and the GPU beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.connected import connected_parts
from studio.fabric.flow.arrays import BoolArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import scrambled
from studio.fabric.flow.pattern import Pattern, Turn
from studio.simulation.network.phases import (
    Demand,
    Phase,
    Together,
    every_pair,
    flow_count,
    listed,
    merged,
)

MOST_RELAYED = 400_000
"""Transfers of an exchange that are listed because some of their ranks need help."""


@dataclass(frozen=True, eq=False)
class Relays:
    """Which ranks of a group reach each other without help, and who helps the others."""

    ranks: IntArray
    """Shape (ranks,): vertices."""
    home: IntArray
    """Shape (ranks,): number of the node of each rank, from 0."""
    network: BoolArray
    """Shape (ranks, networks): the networks between nodes that each rank is on."""

    @cached_property
    def is_needed(self) -> bool:
        """Whether no network joins all ranks though there are some."""
        return self.network.shape[1] > 0 and not self.network.all(axis=0).any()

    @cached_property
    def _mates(self) -> IntArray:
        """Ranks of each node by number, -1 where it has fewer; shape (nodes, most ranks)."""
        order = np.argsort(self.home, kind="stable")
        counts = np.bincount(self.home)
        first = np.cumsum(counts) - counts
        table = np.full((len(counts), int(counts.max())), -1)
        table[self.home[order], np.arange(len(order)) - first[self.home[order]]] = order
        return table

    def relayed(self, phase: Phase) -> Phase:
        """Return a phase in which transfers between ranks apart go by way of their node mates.

        Every mate that is on a network of the other end takes an equal part, first of the
        sender's mates, else of the receiver's. Transfers that nobody helps stay as they are.

        Raises
        ------
        InvalidInput : an exchange with more than `MOST_RELAYED` transfers to list.
        """
        demand = phase.demand
        if not self.is_needed or (isinstance(demand, Flows) and not len(demand.source)):
            return phase
        if isinstance(demand, Pattern):
            if self._joins_all(demand):
                return phase
            demand = demand.listed()
        parts: list[Flows | Exchange] = []
        most, before = 1, 0.0
        for part in demand.demands if isinstance(demand, Together) else (demand,):
            whole, pairs = self._opened(part)
            if whole is not None:
                parts.append(whole)
            if not len(pairs.source):
                continue
            legs, count = self._legs(pairs)
            parts.append(legs)
            most, before = max(most, count), before + float(pairs.size.sum())
        changed: Demand = parts[0] if len(parts) == 1 else Together(tuple(parts))
        if not phase.is_relayed:
            return replace(phase, demand=changed, legs=float(most))
        # The steps of a ring follow its flows: on average they take so many messages.
        assert isinstance(changed, Flows)
        return replace(phase, demand=changed, legs=float(changed.size.sum()) / before)

    def _opened(self, part: Flows | Exchange | Pattern) -> tuple[Exchange | None, Flows]:
        """Return the exchange among ranks of one network, and all other transfers."""
        if not isinstance(part, Exchange):
            return None, listed(part)
        index = self._index(part.ranks)
        on = self.network[index]
        joined = on[:, np.argmax(on.sum(axis=0))]
        among = Exchange(part.ranks[joined], part.send[joined], part.receive[joined])
        count = flow_count(part) - flow_count(among)
        if count > MOST_RELAYED:
            raise InvalidInput(
                "{count:,} transfers from and to NPUs without a network of their own are not "
                "worked out; choose a smaller group or restore what is out of order",
                count=count,
            )
        pairs = every_pair(part)
        inside = np.zeros(len(self.ranks), dtype=np.bool_)
        inside[index[joined]] = True
        rest = ~(inside[self._index(pairs.source)] & inside[self._index(pairs.target)])
        others = Flows(pairs.source[rest], pairs.target[rest], pairs.size[rest])
        return (among if flow_count(among) else None), others

    def _joins_all(self, pattern: Pattern) -> bool:
        """Return whether nobody needs help: examples tell where turns keep nodes and networks."""
        index = self._index(pattern.ranks)
        home, on = self.home[index], self.network[index]
        for motif in pattern.motifs:
            source, target = index[motif.source], index[motif.target]
            if self._are_apart(source, target).any():
                return False
            if not all(_keeps(turn, home, on) for turn in motif.turns):
                return False
        return True

    def _legs(self, pairs: Flows) -> tuple[Flows, int]:
        """Return transfers with those between ranks apart cut into legs, and the most legs."""
        source, target, size = self._index(pairs.source), self._index(pairs.target), pairs.size
        most = 1
        # Ranks on no common network may need a mate at both ends: the second round cuts again.
        for _ in range(2):
            apart = np.flatnonzero(self._are_apart(source, target))
            way, mate = self._helpers(source[apart], target[apart])
            if not len(way):
                break
            most += 1
            helped = apart[np.unique(way)]
            part = (size[apart] / np.maximum(np.bincount(way, minlength=len(apart)), 1))[way]
            kept = np.ones(len(source), dtype=np.bool_)
            kept[helped] = False
            source, target, size = (
                np.concatenate([source[kept], source[apart][way], mate]),
                np.concatenate([target[kept], mate, target[apart][way]]),
                np.concatenate([size[kept], part, part]),
            )
        return merged(self.ranks[source], self.ranks[target], size), most

    def _helpers(self, source: IntArray, target: IntArray) -> tuple[IntArray, IntArray]:
        """Return which transfer each mate helps, and the mate.

        Mates of the sender that reach the receiver; else mates of the receiver that the sender
        reaches; else mates of the sender on a network of any mate of the receiver.
        """
        near, far = self._mates[self.home[source]], self._mates[self.home[target]]
        on = self.network
        is_near, is_far = near >= 0, far >= 0
        reaches: BoolArray = is_near & (on[near] & on[target][:, None]).any(axis=-1)
        reached: BoolArray = is_far & (on[far] & on[source][:, None]).any(axis=-1)
        around = np.asarray((on[far] & is_far[:, :, None]).any(axis=1))
        leaves: BoolArray = is_near & (on[near] & around[:, None]).any(axis=-1)
        by_sender = np.asarray(reaches.any(axis=1))
        by_receiver = np.asarray(reached.any(axis=1))
        helpers = np.where(by_receiver[:, None], reached, leaves)
        helpers = np.where(by_sender[:, None], reaches, helpers)
        mates = np.where((by_receiver & ~by_sender)[:, None], far, near)
        way, place = np.nonzero(helpers)
        return way, mates[way, place]

    def _index(self, vertices: IntArray) -> IntArray:
        order = np.argsort(self.ranks)
        return order[np.searchsorted(self.ranks, vertices, sorter=order)]

    def _are_apart(self, source: IntArray, target: IntArray) -> BoolArray:
        """Return which ranks neither share a node nor a network."""
        shares = (self.network[source] & self.network[target]).any(axis=-1)
        return np.asarray((self.home[source] != self.home[target]) & ~shares)


def _keeps(turn: Turn, home: IntArray, network: BoolArray) -> bool:
    """Return whether a turn sends every node to a node and every network to a network."""
    nodes = np.unique(home * (home.max() + 1) + home[turn.image])
    word = scrambled(np.arange(len(home)))[:, None]
    before = (word * network).sum(axis=0)
    after = (word[turn.image] * network).sum(axis=0)
    is_same = np.array_equal(np.sort(before), np.sort(after))
    return is_same and len(nodes) == len(np.unique(home))


def relays_of(graph: Graph, ranks: IntArray, home_of_rank: IntArray) -> Relays:
    """Return who reaches whom without help; failed cables are honoured.

    Notes
    -----
    Ranks forward nothing by themselves, so two of them reach each other where they are on one
    connected part of the switches and adapters. Parts that serve a single node are no network
    between nodes.
    """
    wiring = graph.wiring
    _, home = np.unique(home_of_rank, return_inverse=True)
    home = home.reshape(-1)
    alive = np.flatnonzero(graph.arc_is_alive())
    source, target = wiring.source[alive], wiring.target[alive]
    forwards = graph.is_transit
    joint = forwards[source] & forwards[target]
    part = connected_parts(graph.vertex_count, source[joint], target[joint])
    place = np.full(graph.vertex_count, -1)
    place[ranks] = np.arange(len(ranks))
    leaves = (place[source] >= 0) & forwards[target]
    rank, network = place[source[leaves]], part[target[leaves]]
    numbers, column = np.unique(network, return_inverse=True)
    on = np.zeros((len(ranks), len(numbers)), dtype=np.bool_)
    on[rank, column.reshape(-1)] = True
    nodes = [len(np.unique(home[members])) for members in on.T]
    return Relays(ranks, home, on[:, np.asarray(nodes, dtype=np.int64) > 1])
