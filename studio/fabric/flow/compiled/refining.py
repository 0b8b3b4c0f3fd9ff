"""Colours that split as their neighbours do, compiled: what `refinement` does with arrays."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import BoolArray, IntArray
from studio.fabric.flow.compiled.jit import kernel
from studio.fabric.flow.hashing import HashArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ONE, _27, _30, _31 = np.uint64(1), np.uint64(27), np.uint64(30), np.uint64(31)


@kernel(allocates=False)
def _scrambled(number: int) -> np.uint64:
    """Return what `hashing.scrambled` does."""
    word = (np.uint64(number) + _ONE) * _GOLDEN
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return np.uint64(word ^ (word >> _31))


@kernel(allocates=False)
def _grouped(
    vertices: IntArray,
    colour: IntArray,
    signature: HashArray,
    slot: IntArray,
    group: IntArray,
    example: IntArray,
) -> int:
    """Number vertices of one colour and one signature alike; return how many groups there are.

    `slot` has a power of two of entries, all -1, at least twice as many as there are vertices.
    """
    last, groups = len(slot) - 1, 0
    for i in range(len(vertices)):
        v = vertices[i]
        at = np.int64(_scrambled(colour[v] ^ np.int64(signature[v])) & np.uint64(last))
        while slot[at] >= 0:
            known = example[slot[at]]
            if colour[known] == colour[v] and signature[known] == signature[v]:
                break
            at = (at + 1) & last
        if slot[at] < 0:
            slot[at], example[groups] = groups, v
            groups += 1
        group[i] = slot[at]
    return groups


@kernel()
def _keeping(
    colour: IntArray, size: IntArray, example: IntArray, members: IntArray, touched: IntArray
) -> BoolArray:
    """Return which groups keep their colour: the largest of one whose members are all touched."""
    largest = np.full(len(touched), -1, dtype=np.int64)
    for k in range(len(example)):
        c = colour[example[k]]
        if touched[c] == size[c] and (largest[c] < 0 or members[k] > members[largest[c]]):
            largest[c] = k
    keeps = np.zeros(len(example), dtype=np.bool_)
    for k in range(len(example)):
        keeps[k] = largest[colour[example[k]]] == k
    return keeps


@kernel()
def _split(
    vertices: IntArray, colour: IntArray, signature: HashArray, size: IntArray, count: int
) -> tuple[IntArray, IntArray, int]:
    """Recolour vertices whose signature changed; return those that move, old colours, colours.

    Members of a colour shared one signature, so untouched ones still do and keep the colour.
    """
    room = 4
    while room < 2 * len(vertices):
        room *= 2
    group = np.empty(len(vertices), dtype=np.int64)
    example = np.empty(len(vertices), dtype=np.int64)
    slot = np.full(room, -1, dtype=np.int64)
    groups = _grouped(vertices, colour, signature, slot, group, example)
    members, touched = np.zeros(groups, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for i in range(len(vertices)):
        members[group[i]] += 1
        touched[colour[vertices[i]]] += 1
    keeps = _keeping(colour, size, example[:groups], members, touched)
    fresh = np.empty(groups, dtype=np.int64)
    for k in range(groups):
        fresh[k] = count
        count += 0 if keeps[k] else 1
    moved, old = np.empty(len(vertices), dtype=np.int64), np.empty(len(vertices), dtype=np.int64)
    moves = 0
    for i in range(len(vertices)):
        v, k = vertices[i], group[i]
        if not keeps[k]:
            moved[moves], old[moves] = v, colour[v]
            size[colour[v]] -= 1
            size[fresh[k]] += 1
            colour[v] = fresh[k]
            moves += 1
    return moved[:moves], old[:moves], count


@kernel("i8(i8[::1], i8[::1], i8[::1], u8[::1], i8[::1], u8[::1], i8[::1], i8, i8[::1], i8[::1])")
def recolour(
    first: IntArray,
    target: IntArray,
    cable: IntArray,
    factor: HashArray,
    colour: IntArray,
    signature: HashArray,
    size: IntArray,
    count: int,
    moved: IntArray,
    old: IntArray,
) -> int:
    """Tell neighbours of recoloured vertices, split them, and so on until nothing splits.

    Parameters
    ----------
    first, target, cable :
        As in `Wiring`.
    factor :
        Shape (cables,): word of each cable.
    colour, signature :
        Shape (vertices,); changed in place.
    size :
        Shape (colours there may be,); changed in place.
    count :
        Colours there are.
    moved, old :
        Vertices just recoloured, and their colours before.

    Returns
    -------
    Colours there are now.
    """
    change = np.zeros(len(colour), dtype=np.uint64)
    is_touched = np.zeros(len(colour), dtype=np.bool_)
    touched = np.empty(len(colour), dtype=np.int64)
    while len(moved):
        seen = 0
        for i in range(len(moved)):
            v = moved[i]
            turned = _scrambled(colour[v]) - _scrambled(old[i])
            for arc in range(first[v], first[v + 1]):
                w = target[arc]
                if not is_touched[w]:
                    is_touched[w], touched[seen] = True, w
                    seen += 1
                change[w] += turned * factor[cable[arc]]
        changed = 0
        for i in range(seen):
            w = touched[i]
            is_touched[w] = False
            if change[w] != 0:
                signature[w] += change[w]
                change[w] = 0
                touched[changed] = w
                changed += 1
        moved, old, count = _split(touched[:changed], colour, signature, size, count)
    return count
