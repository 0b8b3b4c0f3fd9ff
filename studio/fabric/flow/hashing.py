"""Well-mixed words for integers, the same on every run; knows nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.fabric.flow.arrays import IntArray

HashArray = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def scrambled(numbers: IntArray) -> HashArray:
    """Return a well-mixed 64-bit word for every integer, different for different integers.

    References
    ----------
    [1] G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
        OOPSLA 2014: the finishing step.
    """
    word = (np.asarray(numbers).astype(np.uint64) + np.uint64(1)) * _GOLDEN
    word = (word ^ (word >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    return np.asarray(word ^ (word >> np.uint64(31)))
