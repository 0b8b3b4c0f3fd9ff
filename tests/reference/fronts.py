"""Published points on the front of throughput against speed per user, prompts on NPUs of their own.

`fronts.csv` says what was measured; the studio answers with the best of all plans, batches and
numbers of drafts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from studio.exploration.serving_library import exchange_profile, serving_family
from studio.exploration.validation.hardware import machine_of, network_profile
from studio.exploration.validation.serving_case import precision_of
from studio.simulation.inference.batches import group_room, largest_batches
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import InferencePlan, joined_plans
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine
from studio.workload.library import load_model

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
    return serving_family(_machine(row["hw"], int(row["gpus"])).accelerator)


def tokens_per_s_per_npu(row: Mapping[str, str], profile: InferenceProfile) -> float:
    """Return prompt and output tokens per second over all NPUs of both pools, 0 for no plan."""
    shape = RequestShape(float(row["isl"]), float(row["osl"]))
    speed = float(row["tokens_per_s_per_user"])
    limits = Limits(tpot_s=1 / speed if speed else np.inf)
    stepping = max(_decode_rate(row, profile, shape, limits, n) for n in range(MOST_DRAFTS + 1))
    filling = prefill(_engine(row, profile, 0), shape, np.inf).tokens_per_s_per_npu
    if not stepping:
        return 0.0
    seconds = shape.prompt / float(np.max(filling)) + shape.output / stepping
    return (shape.prompt + shape.output) / seconds


def _decode_rate(
    row: Mapping[str, str],
    profile: InferenceProfile,
    shape: RequestShape,
    limits: Limits,
    drafts: int,
) -> float:
    guess = Speculation(drafts, ACCEPTANCE)
    engine = _engine(row, profile, drafts)
    room = np.broadcast_to(group_room(engine, shape), np.shape(engine.plan.tensor))
    batch = largest_batches(engine, shape, np.maximum(room, 0.0), limits, guess)
    found = decode(engine, np.maximum(batch, 1.0), shape.mean_context, guess)
    return float(np.max(np.where(batch >= 1, found.tokens_per_s_per_npu, 0.0)))


def _engine(row: Mapping[str, str], profile: InferenceProfile, drafts: int) -> Engine:
    machine = _machine(row["hw"], int(row["gpus"]))
    family = machine.accelerator.family
    return engine_of(
        machine, load_model(row["model"]), _plans(), profile, network_profile(family),
        exchange_profile(family), precision=precision_of(row["precision"]),
        speculation=Speculation(drafts, ACCEPTANCE),
    )  # fmt: skip


@cache
def _machine(hardware: str, npus: int) -> Machine:
    machine = machine_of(hardware, "", npus)
    assert machine is not None
    return machine


@cache
def _plans() -> InferencePlan:
    """Return instances of 4 to 64 NPUs: tensor parallel, or attention groups sharing experts."""
    found = [InferencePlan(tensor=float(tensor)) for tensor in (4, 8, 16)]
    for ranks in (4, 8, 16, 32, 64):
        found += [
            InferencePlan(float(tensor), float(ranks // tensor), 1.0, float(ranks))
            for tensor in (1, 2, 4, 8)
            if tensor <= ranks
        ]
    return joined_plans(found)
