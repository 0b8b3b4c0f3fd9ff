"""Rule `no-forwarding`: NPUs that are joined only through other NPUs need some that forward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.arrays import BoolArray, IntArray, marked
from studio.fabric.connected import connected_parts
from studio.fabric.fabric import Fabric
from studio.fabric.plane_graph import forwarding_parts
from studio.messages import say

_MOST = 4096
"""NPUs of one piece up to which every pair is looked at."""


def no_forwarding(fabric: Fabric) -> Iterator[Finding]:
    """Report planes on which NPUs are joined, but only through NPUs that don't forward.

    A ring, a torus or a mesh of more than one dimension needs NPUs that pass on what is meant for
    others.
    """
    forwards = forwarding_parts(fabric)[fabric.layout.part]
    for number, (plane_id, plane) in enumerate(fabric.design.planes.items()):
        if plane.role not in ("scale_up", "scale_out"):
            continue
        chosen = np.flatnonzero((fabric.links.plane == number) & (fabric.link_factor > 0))
        a, b = fabric.links.a[chosen], fabric.links.b[chosen]
        # Without a link between two of them, the others join what is joined.
        if not np.any(~forwards[a] & ~forwards[b]):
            continue
        pair = _unreached(fabric, a, b, forwards)
        if pair is not None:
            yield Finding(
                "no-forwarding",
                "error",
                fabric.layout.address(pair[0]),
                say(
                    "plane {plane} ({plane_id}) joins {first} and {second} only through NPUs that "
                    "don't forward",
                    plane=plane.title,
                    plane_id=plane_id,
                    first=fabric.layout.address(pair[0]),
                    second=fabric.layout.address(pair[1]),
                ),
                say(
                    "Take a part with the tag forwards, join all of them with each other, or add "
                    "switches"
                ),
            )


def _unreached(
    fabric: Fabric, a: IntArray, b: IntArray, forwards: BoolArray
) -> tuple[int, int] | None:
    """Return two NPUs that links join without a path between them."""
    count = fabric.layout.component_count
    drawn = connected_parts(count, a, b)
    both = forwards[a] & forwards[b]
    through = connected_parts(count, a[both], b[both])
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    order = np.argsort(drawn[npus], kind="stable")
    npus = npus[order]
    pieces = np.split(npus, np.flatnonzero(np.diff(drawn[npus])) + 1)
    joined = _joined_pairs(npus, a, b, drawn)
    for piece in pieces:
        size = len(piece)
        is_mesh = len(piece) and joined[drawn[piece[0]]] == size * (size - 1) // 2
        if 1 < size <= _MOST and not is_mesh:
            found = _apart(piece, a, b, forwards, through)
            if found is not None:
                return found
    return None


def _joined_pairs(npus: IntArray, a: IntArray, b: IntArray, piece: IntArray) -> IntArray:
    """Return how many pairs of NPUs have a link of their own in each piece of the plane."""
    is_npu = marked(len(piece), npus)
    direct = is_npu[a] & is_npu[b]
    low, high = np.minimum(a, b)[direct], np.maximum(a, b)[direct]
    pairs = np.unique(low * len(piece) + high)
    return np.bincount(piece[pairs // len(piece)], minlength=len(piece))


def _apart(
    npus: IntArray, a: IntArray, b: IntArray, forwards: BoolArray, through: IntArray
) -> tuple[int, int] | None:
    """Return two of some NPUs that no link and no piece of forwarding components joins."""
    place = np.full(len(forwards), -1, dtype=np.int64)
    place[npus] = np.arange(len(npus))
    reached = np.eye(len(npus), dtype=np.bool_)
    near_npu, near_piece = [np.flatnonzero(forwards[npus])], [through[npus[forwards[npus]]]]
    for end, far in ((a, b), (b, a)):
        here = place[end] >= 0
        direct = here & (place[far] >= 0)
        reached[place[end[direct]], place[far[direct]]] = True
        passes = here & forwards[far]
        near_npu.append(place[end[passes]])
        near_piece.append(through[far[passes]])
    pieces, piece = np.unique(np.concatenate(near_piece), return_inverse=True)
    touches = np.zeros((len(npus), len(pieces)), dtype=np.float32)
    touches[np.concatenate(near_npu), piece.reshape(-1)] = 1
    reached |= touches @ touches.T > 0
    if reached.all():
        return None
    first, second = np.argwhere(~reached)[0].tolist()
    return int(npus[first]), int(npus[second])
