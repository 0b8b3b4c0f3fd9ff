"""Names of the array types used by the flow solver; knows nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ShortArray = npt.NDArray[np.int16]
