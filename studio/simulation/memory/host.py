"""Memory of the CPUs that a training step takes for one of their NPUs, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Offload, Plans
from studio.workload.recipe import Recipe

BoolArray = NDArray[np.bool_]
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


LAYERS_AT_HAND = 2
"""Layers whose gradients an NPU holds that sends them off: one is made, one is on its way."""


def streams_gradients(plan: Plans) -> BoolArray:
    """Return which plans send gradients to the host as soon as a layer has made them.

    Notes
    -----
    With gradients sharded (ZeRO-2) nothing on the NPU waits for their sum: the host adds up those
    of all micro batches (Ren et al. 2021, sections 3 and 4). Under ZeRO-1 they stay until the step
    is over.
    """
    return plan.offloads(Offload.OPTIMIZER) & (plan.zero >= 2)


def host_states(
    plan: Plans, states: States, recipe: Recipe, layers: Number
) -> tuple[States, tuple[Number, Number]]:
    """Return what of some states stays on the NPU, and (gradients, optimizer states) on the host.

    Parameters
    ----------
    layers : of the model that an NPU holds.

    Notes
    -----
    The CPUs update weights with the states they hold, so gradients have a place there as well.
    """
    weights, gradients, optimizer = states
    by_host = np.where(plan.offloads(Offload.OPTIMIZER), optimizer, 0.0)
    updated = by_host * (recipe.gradient_byte / recipe.optimizer_byte)
    at_hand = np.minimum(LAYERS_AT_HAND / np.maximum(layers, 1.0), 1.0)
    kept = np.where(streams_gradients(plan), at_hand, 1.0) * gradients
    return (weights, kept, optimizer - by_host), (updated, by_host)
