"""Which tensor parallelism cuts a model's attention heads evenly; the same rule for every job."""

from __future__ import annotations

import numpy as np

from studio.exploration.search.grid import Grid
from studio.workload.model import AiModel, Attention
from studio.workload.plan_rules import uneven_heads


def shared_heads(model: AiModel) -> int:
    """Return the largest number that divides the heads of every attention block."""
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [1]
    return int(np.gcd.reduce(heads))


def keep_whole_heads(grid: Grid, model: AiModel) -> None:
    """Keep the cuts of `tp` that leave whole heads.

    Raises
    ------
    BrokenRule : none does; names the nearest valid one.
    """
    shared = shared_heads(model)
    grid.keep(
        np.mod(shared, grid["tp"]) == 0,
        lambda: uneven_heads(model, shared, grid["tp"][0]),
    )
