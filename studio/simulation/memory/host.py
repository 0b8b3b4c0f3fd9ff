"""Memory of the CPUs that a training step takes for one of their NPUs, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Offload, Plans
from studio.workload.recipe import Recipe

States = tuple[Number, Number, Number]
"""Bytes of weights, gradients and optimizer states."""


@dataclass(frozen=True)
class HostMemory:
    """Bytes that CPUs hold for one NPU; every array has shape (n,)."""

    gradients: FloatArray
    optimizer: FloatArray
    activations: FloatArray

    @property
    def total(self) -> FloatArray:
        """All categories."""
        return np.asarray(self.gradients + self.optimizer + self.activations)

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp]) -> HostMemory:
        """Return what is held for the plans at `index`, a mask or positions."""
        return HostMemory(self.gradients[index], self.optimizer[index], self.activations[index])

    def by_category(self) -> Mapping[str, FloatArray]:
        """Return the bytes of each category by its name."""
        return {
            "gradients": self.gradients,
            "optimizer": self.optimizer,
            "activations": self.activations,
        }


def host_states(
    plan: Plans, states: States, recipe: Recipe
) -> tuple[States, tuple[Number, Number]]:
    """Return what of some states stays on the NPU, and (gradients, optimizer states) on the host.

    Notes
    -----
    The CPUs update weights with the states they hold, so gradients have a place there as well;
    the NPU keeps its own until the step is over (Ren et al. 2021, section 4.1).
    """
    is_put_off = plan.offloads(Offload.OPTIMIZER)
    weights, gradients, optimizer = states
    by_host = np.where(is_put_off, optimizer, 0.0)
    updated = by_host * (recipe.gradient_byte / recipe.optimizer_byte)
    return (weights, gradients, optimizer - by_host), (updated, by_host)
