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
    """
    label = np.arange(count)
    while True:
        lower = label.copy()
        np.minimum.at(lower, b, label[a])
        np.minimum.at(lower, a, label[b])
        lower = np.minimum(lower, lower[lower])
        if np.array_equal(lower, label):
            return label
        label = lower
