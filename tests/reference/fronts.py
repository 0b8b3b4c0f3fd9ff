"""Published points of throughput against speed per user, prompts on NPUs of their own.

`fronts.csv` says how each was run: NPUs of both pools, ranks that share experts, requests at once.
The studio answers with the speed of one user, drafts and attention cut as is fastest, because the
source names neither. Of B200 the recipes are public (`recipe_tp`, `recipe_drafts`; InferenceX,
`.github/configs/nvidia-master.yaml`, `dsr1-fp4-b200-dynamo-trt`): they say what was fastest in
truth, and that experts were never spread beyond a node.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from studio.exploration.serving_library import exchange_profile, serving_family
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.exploration.validation.serving_case import precision_of
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.phases import decode
from studio.simulation.inference.plan import InferencePlan, joined_plans
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.requests import RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine
from studio.workload.library import load_model
from studio.workload.operators import FloatArray

PATH = Path(__file__).parent / "fronts.csv"
MOST_DRAFTS = 3
ACCEPTANCE = 0.75
"""Of each draft after those before it: 2.7 tokens a step with three."""


def rows() -> list[dict[str, str]]:
    """Return the published points."""
    with PATH.open(newline="") as file:
        return list(csv.DictReader(file))


def family_of(row: Mapping[str, str]) -> str:
    """Return the serving family of the hardware of a point."""
    return serving_family(_machine(row).accelerator)


def gpus(row: Mapping[str, str]) -> int:
    """Return the NPUs of both pools."""
    return int(row["prefill_gpus"]) + int(row["decode_gpus"])


def decoding(row: Mapping[str, str]) -> float:
    """Return the sequences that decode at once, on all NPUs.

    Some of the requests in flight wait for their prompt. Output tokens per second over tokens per
    second of one user are those that do not (Little's law); half of all tokens are output.
    """
    share = float(row["osl"]) / (float(row["isl"]) + float(row["osl"]))
    output = share * float(row["tokens_per_s_per_gpu"]) * gpus(row)
    return output / float(row["tokens_per_s_per_user"])


@dataclass(frozen=True)
class Way:
    """How attention is cut and how many tokens are drafted."""

    plan: InferencePlan
    drafts: int


def fastest_way(row: Mapping[str, str], profile: InferenceProfile) -> Way:
    """Return the way that serves one user fastest, of those the source leaves open."""
    plans = _plans(int(row["ep"]))
    speeds = np.array([_speeds(row, profile, Way(plans, n)) for n in range(MOST_DRAFTS + 1)])
    drafts, place = np.unravel_index(np.argmax(speeds), speeds.shape)
    return Way(plans.take(np.array([place])), int(drafts))


def tokens_per_s_per_user(
    row: Mapping[str, str], profile: InferenceProfile, way: Way | None = None
) -> float:
    """Return what the studio says one user gets, served in the fastest way or in the one given."""
    return float(_speeds(row, profile, way or fastest_way(row, profile)).max())


def _speeds(row: Mapping[str, str], profile: InferenceProfile, way: Way) -> FloatArray:
    """Return tokens per second of one user, shape (n_plans,)."""
    shape = RequestShape(float(row["isl"]), float(row["osl"]))
    each = decoding(row) / int(row["decode_gpus"]) * way.plan.group_ranks
    guess = Speculation(way.drafts, ACCEPTANCE)
    engine = _engine(row, profile, way.plan, guess)
    found = decode(engine, np.maximum(each, 1.0), shape.mean_context, guess)
    return np.asarray(1 / np.asarray(found.tpot_s))


def front(
    hardware: str, profile: InferenceProfile | None = None
) -> tuple[Sequence[float], Sequence[float]]:
    """Return speed per user, rising, and tokens per second and NPU of the points of a machine.

    Published ones without a profile; with one, what the studio says of the same runs.
    """
    points = []
    for row in rows():
        if hardware in row["hw"]:
            rate, speed = (float(row[f"tokens_per_s_per_{of}"]) for of in ("gpu", "user"))
            said = tokens_per_s_per_user(row, profile) if profile else speed
            points.append((said, rate * said / speed))
    speeds, rates = zip(*sorted(points), strict=True)
    return speeds, rates


def _engine(
    row: Mapping[str, str], profile: InferenceProfile, plans: InferencePlan, guess: Speculation
) -> Engine:
    machine = _machine(row)
    family = machine.accelerator.family
    return engine_of(
        machine, load_model(row["model"]), plans, profile, network_profile(family),
        exchange_profile(family), precision=precision_of(row["precision"]), speculation=guess,
    )  # fmt: skip


def _machine(row: Mapping[str, str]) -> Machine:
    return _rated(row["hw"], gpus(row))


@cache
def _rated(hardware: str, npus: int) -> Machine:
    machine = machine_of(hardware, "", npus)
    assert machine is not None
    return machine


@cache
def _plans(ranks: int) -> InferencePlan:
    """Return how attention may be cut in an instance whose ranks share the experts.

    TensorRT-LLM cuts it over all ranks, or gives every rank sequences of its own
    (`enable_attention_dp`); there is nothing between.
    """
    return joined_plans(
        [
            InferencePlan(float(tensor), float(ranks // tensor), 1.0, float(ranks))
            for tensor in (1, ranks)
        ]
    )
