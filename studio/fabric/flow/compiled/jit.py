"""How a kernel is compiled; the only importer of numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

NET = "Tuple((i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], f8[::1], f8[::1], i8[::1], b1[::1]))"
"""Type of the fields of a `Net`."""


def kernel(signature: str | None = None, relaxed: set[str] | None = None) -> Callable[[Loop], Loop]:
    """Return a decorator that compiles loops over arrays, at once where a signature is given.

    The interpreter is free for other threads while a kernel runs. `relaxed` names what the
    compiler may do to sums; their last digits may then differ.
    """
    njit: Any = numba.njit
    options = {
        "nogil": True,
        "cache": True,
        "error_model": "numpy",
        "fastmath": relaxed or False,
    }
    compiled: Callable[[Loop], Loop] = njit(*([signature] if signature else []), **options)
    return compiled
