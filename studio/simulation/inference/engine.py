"""One serving instance: everything that stays the same from pass to pass."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.simulation.inference.exchange import TokenExchange, library_of, token_exchange
from studio.simulation.inference.kernels import Formats, formats
from studio.simulation.inference.placement import split_devices
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine, check_ratings
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.workload.model import AiModel, MixtureOfExperts


@dataclass(frozen=True)
class Engine:
    """A model, cut by a plan, on a machine and under the constants of its software."""

    machine: Machine
    """As software sees it: NPUs here are the ranks of plans."""
    model: AiModel
    plan: InferencePlan
    profile: InferenceProfile
    network: NetworkProfile
    exchange: ExpertProfile
    numbers: Formats
    drafts: int = 0
    """Draft tokens per step, one run of an extra layer each (multi-token prediction)."""
    _exchanges: dict[tuple[MixtureOfExperts, bool], tuple[TokenExchange, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def token_exchange(
        self, part: MixtureOfExperts, *, is_direct: bool
    ) -> tuple[TokenExchange, ...]:
        """Return dispatch and combine of one token of each rank, worked out once."""
        key = part, is_direct
        if key not in self._exchanges:
            self._exchanges[key] = token_exchange(
                self.machine, self.model, part, self.plan, self.exchange, self.numbers,
                is_direct=is_direct,
            )  # fmt: skip
        return self._exchanges[key]


def engine_of(
    machine: Machine,
    model: AiModel,
    plan: InferencePlan,
    profile: InferenceProfile,
    network: NetworkProfile,
    exchange: ExpertProfile | None = None,
    *,
    precision: str = "fp8",
    cache_precision: str = "",
    speculation: Speculation | None = None,
) -> Engine:
    """Return the instance a plan describes, on the machine as software sees it.

    Raises
    ------
    InvalidInput : the NPU lacks a rating.
    UnknownName : no such number format.
    """
    check_ratings(machine.accelerator)
    seen = split_devices(machine, profile.devices_per_npu)
    numbers = formats(seen.accelerator, precision, cache_precision)
    library = exchange or library_of(network)
    drafts = speculation.drafts if speculation else 0
    return Engine(seen, model, plan, profile, network, library, numbers, drafts)
