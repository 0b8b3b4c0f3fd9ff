"""Which turns of a group the fabric takes part in: proven cable by cable, by class.

A turn of the ranks is a symmetry of the fabric where all other vertices can follow so that every
cable becomes a cable of its kind. Knows no flow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.fabric.flow.pattern import Turn, least_image
from studio.fabric.flow.quotient import Quotient, fold, fold_for_demand
from studio.fabric.flow.refinement import refine, row_sums
from studio.fabric.flow.rows import arcs_of_one, own_ends
from studio.fabric.flow.sorting import stable_order

_KNOWN = "turns of a group"
_ALONE = "turns of a group, each rank alone"
"""Topics under which a graph keeps the last one."""
_MOST_ROUNDS = 16
"""Steps away from ranks within which everything is told apart, else nothing is proven."""


@dataclass(frozen=True, eq=False)
class Turning:
    """A graph folded for some ranks, and the turns of them that were tried."""

    ranks: IntArray
    """Shape (ranks,)."""
    quotient: Quotient
    tried: dict[bytes, IntArray | None] = field(default_factory=dict)
    """What becomes of each row, by image of the ranks; None for a turn the fabric has not."""
    found: dict[bytes, IntArray] = field(default_factory=dict)
    """The first of all rows that turns make of each, by the images of the turns."""

    @cached_property
    def rank_class(self) -> IntArray:
        """Shape (ranks,)."""
        return self.quotient.partition.colour[self.ranks]

    @cached_property
    def rank_look(self) -> IntArray:
        """Number that ranks share which look alike while all ranks do, shape (ranks,)."""
        word = self._looks[self.rank_class]
        return np.unique(word, return_inverse=True)[1].reshape(-1)

    @cached_property
    def index_of_vertex(self) -> IntArray:
        """Shape (vertices,): index of every rank, -1 for others."""
        index = np.full(self.quotient.graph.vertex_count, -1)
        index[self.ranks] = np.arange(len(self.ranks))
        return index

    @cached_property
    def own_arc(self) -> IntArray:
        """Shape (own rows,): arc class of the rows that belong to one rank among twins."""
        return self._own[0]

    @cached_property
    def own_rank(self) -> IntArray:
        """Shape (own rows,): index of the rank."""
        return self._own[1]

    @cached_property
    def _own(self) -> tuple[IntArray, IntArray]:
        quotient = self.quotient
        order = np.argsort(self.rank_class, kind="stable")
        first = np.searchsorted(self.rank_class[order], np.arange(quotient.class_count + 1))
        leaves, enters = own_ends(quotient)
        arcs = np.flatnonzero(leaves | enters)
        end = np.where(leaves, quotient.source, quotient.target)[arcs]
        count = first[end + 1] - first[end]
        begin = np.repeat(first[end] - (np.cumsum(count) - count), count)
        return np.repeat(arcs, count), order[begin + np.arange(len(begin))]

    @cached_property
    def _own_key(self) -> IntArray:
        return self.own_arc * len(self.ranks) + self.own_rank

    def own_row(self, arc: IntArray, rank: IntArray) -> IntArray:
        """Return the row of the own arcs of a rank; rows of whole classes come before them."""
        place = np.searchsorted(self._own_key, arc * len(self.ranks) + rank)
        return self.quotient.arc_class_count + place

    @cached_property
    def arcs_in_row(self) -> IntArray:
        """Real arcs of every row, shape (rows,); none where the rows of its ends stand for it."""
        leaves, enters = own_ends(self.quotient)
        out, into = arcs_of_one(self.quotient)
        whole = np.where(leaves | enters, 0, self.quotient.arcs_in_class)
        own = np.where(leaves, out, into)[self.own_arc]
        return np.concatenate([whole, own])

    def first_rows(self, turns: tuple[Turn, ...]) -> IntArray:
        """Return the first row that each row becomes under turns that the fabric has."""
        key = b"".join(turn.image.tobytes() for turn in turns)
        if key not in self.found:
            first = np.arange(len(self.arcs_in_row))
            for turn in turns:
                image = self.row_image(turn)
                assert image is not None
                first = least_image(first, image, turn.order)
            self.found[key] = first
        return self.found[key]

    def row_image(self, turn: Turn) -> IntArray | None:
        """Return what becomes of each row, shape (rows,); None where the fabric does not follow."""
        key = turn.image.tobytes()
        if key not in self.tried:
            self.tried[key] = self._followed(turn.image)
        return self.tried[key]

    def _followed(self, image: IntArray) -> IntArray | None:
        if not np.array_equal(self._looks[self.rank_class[image]], self._looks[self.rank_class]):
            return None
        moved = self._class_image(image)
        arcs = None if moved is None else self._arc_image(moved)
        if arcs is None:
            return None
        own = self.own_row(arcs[self.own_arc], image[self.own_rank])
        return np.concatenate([arcs, own])

    def _class_image(self, image: IntArray) -> IntArray | None:
        """Return the class that every class becomes where the ranks leave one choice, or None."""
        quotient, words = self.quotient, self._words
        moved = np.full(quotient.class_count, -1)
        moved[self.rank_class] = self.rank_class[image]
        if not np.array_equal(moved[self.rank_class], self.rank_class[image]):
            return None
        seen = self._surveyed(moved)
        place = np.minimum(np.searchsorted(words[self._order], seen), len(words) - 1)
        found = self._order[place]
        if not np.array_equal(words[found], seen):
            return None
        alike = (quotient.size[found] == quotient.size) & (
            quotient.is_transit[found] == quotient.is_transit
        )
        is_one_to_one = np.bincount(found, minlength=len(found)).max() == 1
        return found if is_one_to_one and alike.all() else None

    def _arc_image(self, moved: IntArray) -> IntArray | None:
        """Return the arc class that every arc class becomes, or None where one is missing."""
        quotient = self.quotient
        source, target = moved[quotient.source], moved[quotient.target]
        kinds = len(quotient.graph.kind_bandwidth)
        order = stable_order(target * kinds + quotient.kind, quotient.class_count * kinds)
        order = order[stable_order(source[order], quotient.class_count)]
        is_there = (
            np.array_equal(source[order], quotient.source)
            and np.array_equal(target[order], quotient.target)
            and np.array_equal(quotient.kind[order], quotient.kind)
            and np.array_equal(quotient.fan[order], quotient.fan)
        )
        if not is_there:
            return None
        image = np.empty(len(order), dtype=np.int64)
        image[order] = np.arange(len(order))
        return image

    @cached_property
    def _words(self) -> HashArray:
        return self._surveyed(self._own_label)

    @cached_property
    def _own_label(self) -> IntArray:
        label = np.full(self.quotient.class_count, -1)
        label[self.rank_class] = self.rank_class
        return label

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self._words)

    @cached_property
    def _rounds(self) -> int:
        """Steps after which a further one tells no more classes apart by the ranks around them."""
        word, count = self._begun(self._own_label), 0
        for rounds in range(_MOST_ROUNDS):
            words = len(np.unique(word))
            if words == count:
                return rounds
            word, count = self._looked_around(word), words
        return _MOST_ROUNDS

    @cached_property
    def _looks(self) -> HashArray:
        """What every class looks like while all ranks look alike, shape (classes,)."""
        label = np.full(self.quotient.class_count, -1)
        label[self.rank_class] = 0
        return self._surveyed(label)

    @cached_property
    def _arc_words(self) -> HashArray:
        """A word for the kind and number of arcs of every class, shape (class arcs,)."""
        quotient = self.quotient
        kind = scrambled(np.arange(len(quotient.graph.kind_bandwidth)) + (1 << 40)) | np.uint64(1)
        return np.asarray(kind[quotient.kind] * quotient.fan.astype(np.uint64))

    def _begun(self, label: IntArray) -> HashArray:
        return scrambled(2 * label + self.quotient.is_transit + 2)

    def _looked_around(self, word: HashArray) -> HashArray:
        quotient = self.quotient
        total = row_sums(word[quotient.target] * self._arc_words, quotient.first_out)
        return scrambled((total + scrambled(word.view(np.int64))).view(np.int64))

    def _surveyed(self, label: IntArray) -> HashArray:
        """Return a word for what every class has around it, near and far, shape (classes,)."""
        word = self._begun(label)
        for _ in range(self._rounds):
            word = self._looked_around(word)
        return word


def turning_of(graph: Graph, ranks: IntArray) -> Turning:
    """Return what is known of turns of some ranks, kept with the graph."""
    known = graph.last_found.get(_KNOWN)
    if known is not None and np.array_equal(known[0], ranks):
        assert isinstance(known[1], Turning)
        return known[1]
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[ranks] = 1
    turning = Turning(ranks, fold_for_demand(graph, marked))
    graph.last_found[_KNOWN] = ranks, turning
    return turning


def turning_alone(graph: Graph, ranks: IntArray) -> Turning:
    """Return the same with every rank alone in its class, twins too."""
    known = graph.last_found.get(_ALONE)
    if known is not None and np.array_equal(known[0], ranks):
        assert isinstance(known[1], Turning)
        return known[1]
    marked = graph.is_endpoint.astype(np.int64)
    marked[ranks] = 2 + np.arange(len(ranks))
    turning = Turning(ranks, fold(graph, refine(graph, marked)))
    graph.last_found[_ALONE] = ranks, turning
    return turning
