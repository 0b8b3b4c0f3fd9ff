"""What a scale-up domain of 72 NPUs is worth over one of 8, by how fast each user is served.

The same NPU, DeepSeek-R1 in FP4 with drafts, 1,024 tokens in and out: one rack of GB200 NVL72
against nine nodes of eight B200 with 400 Gb/s adapters. At peak throughput and for the slowest
users weights are read once for many sequences and a node is wide enough; at the fastest, one
sequence is latency bound. Between them wide expert parallelism needs links that a node lacks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.exploration.search.serving import search_serving
from studio.exploration.search.serving_space import Choices
from studio.exploration.serving_library import exchange_profile, inference_profile, power_profile
from studio.exploration.validation.hardware import machine_of
from studio.exploration.validation.hardware import network_profile as library_of
from studio.simulation.job import SimInput
from studio.workload.library import load_profile
from tests.exploration.search.jobs import serve

NPUS = 72
DRAFTS = {"mtp_tokens": (0, 1, 2, 3)}
IN_A_NODE = {
    **DRAFTS,
    **dict.fromkeys(("dp", "ep", "prefill_dp", "prefill_ep"), (1, 2, 4, 8)),
    **dict.fromkeys(("pp", "prefill_pp"), (1,)),
}
"""As the published nodes were run: no instance spread its experts beyond eight GPUs."""


def _given(hardware: str, network: str) -> SimInput:
    machine = machine_of(hardware, network, NPUS)
    assert machine is not None
    family = machine.accelerator.family
    asked = serve(
        "DeepSeek-R1", precision="nvfp4", kv_precision="fp8", input_tokens=1024, output_tokens=1024
    )
    return replace(
        asked,
        machine=replace(machine, npu_count=NPUS),
        compute=load_profile(family),
        serving=inference_profile(family),
        network=library_of(family),
        exchange=exchange_profile(family),
        power=power_profile(family),
    )


def _best(given: SimInput, user_speed: float, choices: Choices) -> float:
    found = search_serving(given, choices, tpot_limit_s=1 / user_speed)
    keeps = found.metrics["tpot_s"] <= 1 / user_speed * (1 + 1e-9)
    return float(np.max(found.metrics["tokens_per_s_per_npu"], where=keeps, initial=0.0))


@pytest.fixture(scope="module")
def lead() -> dict[float, float]:
    """Throughput of NVL72 over that of the nodes, by tokens per second and user."""
    rack, nodes = _given("NVIDIA GB200 NVL72", ""), _given("NVIDIA B200-SXM-180GB", "8x400G/node")
    return {
        speed: _best(rack, speed, DRAFTS) / _best(nodes, speed, IN_A_NODE)
        for speed in (1.0, 100.0, 125.0, 200.0)
    }


def test_at_peak_throughput_the_wide_domain_leads_by_little(lead: dict[float, float]) -> None:
    assert 1.0 < lead[1.0] < 1.3


def test_between_the_extremes_the_wide_domain_leads_by_far(lead: dict[float, float]) -> None:
    """Published: 2.23 at 100 tokens/s per user, 4.39 at 125."""
    assert lead[100.0] == pytest.approx(2.23, rel=0.25)
    assert lead[125.0] > 2.8
    assert lead[125.0] > 2.4 * lead[1.0]


def test_for_the_fastest_users_the_lead_is_gone(lead: dict[float, float]) -> None:
    """Published: 1.30 at 200 tokens/s per user, 0.97 at 250."""
    assert lead[200.0] < 0.6 * lead[125.0]
