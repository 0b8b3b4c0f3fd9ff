"""How a kernel is compiled; the only importer of numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

NET = "Tuple((i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], f8[::1], f8[::1], i8[::1], b1[::1]))"
"""Type of the fields of a `Net`."""


def kernel(
    signature: str | None = None, relaxed: set[str] | None = None, *, allocates: bool = True
) -> Callable[[Loop], Loop]:
    """Return a decorator that compiles loops over arrays, at once where a signature is given.

    The interpreter is free for other threads while a kernel runs. `relaxed` names what the
    compiler may do to sums; their last digits may then differ. What makes no array need not count
    who holds those it is given, which would cost more than the loops of small functions.
    """
    njit: Any = numba.njit
    options = {
        "nogil": True,
        "cache": True,
        "error_model": "numpy",
        "fastmath": relaxed or False,
        "_nrt": allocates,
    }
    compiled: Callable[[Loop], Loop] = njit(*([signature] if signature else []), **options)
    return compiled
