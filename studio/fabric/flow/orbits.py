"""Which vertices are alike beyond doubt: orbits of automorphisms that were each checked.

Colours may be coarser than that: colour refinement counts neighbours, it does not map them. Knows
no flow.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.fabric.connected import connected_parts
from studio.fabric.flow.arrays import BoolArray, IntArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.fabric.flow.refinement import Partition, surroundings
from studio.fabric.flow.sorting import starts_of_runs
from studio.fabric.flow.tiers import vertex_tiers


def proven_orbits(graph: Graph, alike: Partition) -> Partition:
    """Return a partition whose members automorphisms of the graph map to each other.

    Parameters
    ----------
    graph :
        Dead cables are left out.
    alike :
        Colours to prove; automorphisms found keep them, so they tell ranks from others.

    Returns
    -------
    As fine as the colours or finer. Where it is as fine, the colours are proven.

    Notes
    -----
    Two families are tried. Swaps: what hangs together below a tier of switches, or above one, may
    change places with another such part that is wired alike inside and has the same neighbours
    outside. Rotations: the members of every ring or mesh of a bundle each move on by one. Vertices
    are matched by colour and then by number, as drawn arrays number them; each family is checked
    cable by cable on 64-bit hashes, as strong as those of refinement.
    """
    found = [np.stack([np.arange(graph.vertex_count)] * 2)]
    found += [_swapped(graph, alike, inside) for inside in _parts_by_tier(graph)]
    found += list(_rotated(graph, alike))
    edges = np.concatenate(found, axis=1)
    orbit = connected_parts(graph.vertex_count, edges[0], edges[1])
    _, colour = np.unique(orbit, return_inverse=True)
    colour = colour.reshape(-1)
    count = int(colour.max(initial=-1)) + 1
    word = scrambled(np.arange(count))[colour]
    size = np.bincount(colour, minlength=count)
    return Partition(colour, count, surroundings(graph, word, graph.cable_word), size)


def _parts_by_tier(graph: Graph) -> Iterator[BoolArray]:
    """Yield what lies up to each tier, and what lies beyond it."""
    tier = vertex_tiers(graph)
    for height in range(int(tier.max(initial=0))):
        yield (tier >= 0) & (tier <= height)
        yield tier > height


def _swapped(graph: Graph, alike: Partition, inside: BoolArray) -> IntArray:
    """Return edges between vertices that change places when connected parts do."""
    wiring = graph.wiring
    arcs = np.flatnonzero(graph.arc_is_alive() & inside[wiring.source])
    source, target = wiring.source[arcs], wiring.target[arcs]
    stays = inside[target]
    part = connected_parts(graph.vertex_count, source[stays], target[stays])
    members = np.flatnonzero(inside)
    order = members[np.lexsort((members, alike.colour[members], part[members]))]
    first = np.flatnonzero(starts_of_runs(part[order]))
    rank = np.zeros(graph.vertex_count, dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    # A neighbour outside is itself, one inside is its place in the part.
    far = np.where(stays, rank[target], graph.vertex_count + target)
    words = scrambled(far) * graph.cable_word[wiring.cable[arcs]]
    seen = np.zeros(graph.vertex_count, dtype=np.uint64)
    np.add.at(seen, source, words)
    mine = scrambled(rank[order] + (1 << 44)) ^ scrambled(alike.colour[order] + (1 << 45))
    # Mixed once more, so that the sum over a part tells which words belonged together.
    mixed = scrambled((seen[order] + mine).view(np.int64))
    whole = np.add.reduceat(mixed, first)
    kind = np.repeat(whole, np.diff(np.append(first, len(order))))
    return _joined(order, kind + scrambled(rank[order] + (1 << 46)))


def _joined(vertices: IntArray, key: HashArray) -> IntArray:
    """Return edges that join all vertices of one key."""
    _, example, group = np.unique(key, return_index=True, return_inverse=True)
    return np.stack([vertices, vertices[example[group.reshape(-1)]]])


def _rotated(graph: Graph, alike: Partition) -> Iterator[IntArray]:
    """Yield the edges from every vertex to its image under each rotation that checks."""
    wiring = graph.wiring
    alive = graph.arc_is_alive()
    bundle = graph.kind_bundle[graph.kind[wiring.cable]]
    for number in np.unique(graph.kind_bundle):
        arcs = np.flatnonzero(alive & (bundle == number))
        part = connected_parts(graph.vertex_count, wiring.source[arcs], wiring.target[arcs])
        order = np.argsort(part, kind="stable")
        is_first = starts_of_runs(part[order])
        first = np.flatnonzero(is_first)
        following = np.roll(order, -1)
        following[np.append(first[1:] - 1, len(order) - 1)] = order[first]
        image = np.empty(graph.vertex_count, dtype=np.int64)
        image[order] = following
        if _is_automorphism(graph, alike, image):
            yield np.stack([np.arange(graph.vertex_count), image])


def _is_automorphism(graph: Graph, alike: Partition, image: IntArray) -> bool:
    """Return whether a permutation keeps colours and cables."""
    if not np.array_equal(alike.colour[image], alike.colour):
        return False
    identity = scrambled(np.arange(graph.vertex_count))
    before = surroundings(graph, identity[image], graph.cable_word)
    return np.array_equal(before, surroundings(graph, identity, graph.cable_word)[image])
