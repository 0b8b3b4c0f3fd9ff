"""A binary heap of numbered items by key, in which a key may change; compiled.

References
----------
[1] J. W. J. Williams, "Algorithm 232: Heapsort", Communications of the ACM 7, 1964.
"""

from __future__ import annotations

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.jit import kernel


@kernel(allocates=False)
def sink(heap: IntArray, place: IntArray, key: FloatArray, at: int, count: int) -> None:
    """Move the item at a position down until no child has a smaller key."""
    item = heap[at]
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and key[heap[child + 1]] < key[heap[child]]:
            child += 1
        if key[heap[child]] >= key[item]:
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = item
    place[item] = at


@kernel(allocates=False)
def settle(heap: IntArray, place: IntArray, key: FloatArray, at: int, count: int) -> None:
    """Move the item at a position to where its key belongs."""
    item = heap[at]
    while at > 0 and key[heap[(at - 1) // 2]] > key[item]:
        heap[at] = heap[(at - 1) // 2]
        place[heap[at]] = at
        at = (at - 1) // 2
    heap[at] = item
    place[item] = at
    sink(heap, place, key, at, count)


@kernel(allocates=False)
def heapify(heap: IntArray, place: IntArray, key: FloatArray, count: int) -> None:
    """Order the first `count` items of a heap."""
    for at in range(count // 2 - 1, -1, -1):
        sink(heap, place, key, at, count)


@kernel(allocates=False)
def remove_first(heap: IntArray, place: IntArray, key: FloatArray, count: int) -> int:
    """Take out the item with the smallest key; return how many are left."""
    heap[0] = heap[count - 1]
    place[heap[0]] = 0
    sink(heap, place, key, 0, count - 1)
    return count - 1
