"""Which components reach each other over a set of links."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import IntArray


def connected_parts(count: int, a: IntArray, b: IntArray) -> IntArray:
    """Return for each of `count` components the smallest one it is connected with.

    Parameters
    ----------
    a, b : shape (n_links,). The ends of each link; direction does not matter.

    Returns
    -------
    shape (count,). A component without a link is a part of its own.

    Notes
    -----
    Every round hangs the root of one end of each link below the smaller root of the other and lets
    all point to their roots again; a link whose ends have one root has done its work.
    """
    root = np.arange(count)
    while True:
        root_a, root_b = root[a], root[b]
        apart = np.flatnonzero(root_a != root_b)
        if not len(apart):
            return root
        a, b, root_a, root_b = a[apart], b[apart], root_a[apart], root_b[apart]
        np.minimum.at(root, np.maximum(root_a, root_b), np.minimum(root_a, root_b))
        above = root[root]
        while not np.array_equal(above, root):
            root, above = above, above[above]
