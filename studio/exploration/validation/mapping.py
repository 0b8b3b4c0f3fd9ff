"""The plans a published training run may have used: one where it says everything, many where not.

Columns left out are filled with what the software of the time could do. Never looks at a
measured value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from studio.exploration.validation.rows import Row, number, whole
from studio.simulation.machine import Machine
from studio.workload.divisors import divisors
from studio.workload.model import AiModel, Attention, MixtureOfExperts
from studio.workload.plan import Plans, Recompute, join, plans
from studio.workload.plan_rules import broken_rules

TOKENS_PER_STEP = 4_194_304
TOKENS_PER_NPU = 1024
"""Batch assumed where a source gives none: four million tokens, or this many per NPU."""
_FULL_BEFORE = ("megatron-2020", "megatron-2021")
_INTERLEAVES = ("megatron-202", "megascale", "mlperf", "cann")
_USUAL_CHUNKS = {"torchtitan": 2}
"""Chunks a stage is cut into by stacks that interleave without saying how often (TorchTitan,
`generate_split_points`: two stages per rank of a looped schedule)."""
_INTERLEAVED = re.compile(r"(?<!non-)(?<!non)(?<!no )interleav", re.IGNORECASE)
_PRINTS_MAPPING = ("megatron-2025", "megatron-2026", "megatron-core", "mlperf")
"""Stacks whose tables print every degree in use and that never recompute in full."""

_SHARDS_FIRST = ("maxtext",)
"""Stacks whose default mesh shards over data alone (MaxText, configs/base.yml: every axis 1 but
`ici_fsdp_parallelism`); other axes are taken where that does not fit."""


def is_sharded_first(row: Row, generation: str) -> bool:
    """Return whether whoever ran a row left all model parallelism at one unless they had to."""
    return generation.startswith(_SHARDS_FIRST) and not _given(row, "tp")


def candidate_plans_of(row: Row, model: AiModel, machine: Machine, generation: str) -> Plans:
    """Return the plans a row allows: one where it says everything, many where it does not."""
    npus = machine.npu_count
    sequence = number(row, "sequence", number(row, "seq", 0.0))
    if not sequence > 0:
        sequence = float(model.default_sequence)
    batch = max(number(row, "gbs", 0.0), 0.0)
    sharding = row.get("sharding") or ""
    tensor = _given(row, "tp") or _tensor_choices(model, machine)
    pipeline = _given(row, "pp") or _pipeline_choices(model, npus, row)
    context = _given(row, "cp") or _context_choices(row, sequence)
    micro = _micro_choices(row)
    found: list[Plans] = []
    for t in tensor:
        for p in pipeline:
            for c in context:
                data = npus / (t * p * c)
                if data < 1 or (data != int(data) and not _given(row, "tp")):
                    continue
                found.append(
                    _plans_for(row, model, (t, p, c, int(data)), micro, batch, sequence, sharding,
                               generation)
                )  # fmt: skip
    joined = join(found) if found else plans().take(np.zeros(0, dtype=np.intp))
    broken = broken_rules(model, joined)
    # A published run is possible by definition; only what was left open is filtered.
    open_rules = [mask for name, mask in broken.items() if name in ("positive", "layers")]
    if not _given(row, "tp"):
        open_rules.append(broken["heads"])
    return joined.take(~np.any(np.stack(open_rules), axis=0))


def _given(row: Row, column: str) -> list[int]:
    value = whole(row, column)
    return [value] if value >= 1 else []


def _tensor_choices(model: AiModel, machine: Machine) -> list[int]:
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [1]
    inner = machine.levels[0].ranks
    return [d for d in divisors(int(np.gcd.reduce(heads))) if d <= min(inner, 16)]


def _context_choices(row: Row, sequence: float) -> list[int]:
    """Return shares of a sequence of 1,024 tokens or more where the source leaves all open."""
    if _given(row, "tp") or sequence <= 4096:
        return [1]
    return [share for share in (1, 2, 4, 8) if sequence / share >= TOKENS_PER_NPU]


def _pipeline_choices(model: AiModel, npus: int, row: Row) -> list[int]:
    if "TPU" in (row.get("hw") or "") or "FSDP" in (row.get("sharding") or ""):
        return [1]
    return [d for d in divisors(npus) if d <= min(model.layers, 32)]


def _micro_choices(row: Row) -> list[int]:
    text = row.get("mbs") or ""
    if "local" in text:
        # A local batch is cut into as many micro batches as there are stages.
        size = int(re.sub(r"\D", "", text) or 1)
        return [max(size // max(whole(row, "pp"), 1), 1)]
    return _given(row, "mbs") or [1, 2, 4]


def _plans_for(
    row: Row,
    model: AiModel,
    degrees: tuple[int, int, int, int],
    micro: Sequence[int],
    batch: float,
    sequence: float,
    sharding: str,
    generation: str,
) -> Plans:
    t, p, c, data = degrees
    zero, shard = _sharding(sharding, data, generation)
    expert = _expert_choices(row, model, t * c * data)
    chunks = _chunk_choices(row, model, p, generation)
    recompute = _recompute_choices(row, generation)
    usual = max(TOKENS_PER_STEP, TOKENS_PER_NPU * t * p * c * data)
    per_step = batch or max(usual / sequence, data)
    grid = np.meshgrid(micro, expert, chunks, recompute, zero, indexing="ij")
    m, e, v, r, z = (np.asarray(part, dtype=np.float64).ravel() for part in grid)
    rounds = np.maximum(np.round(per_step / (data * m)), 1.0)
    keep = (m * data <= max(per_step, data)) | (m == min(micro))
    if len(chunks) > 1:
        keep &= (v == 1) | (rounds >= p)
    return plans(
        tensor=t, pipeline=p, chunks=v, context=c, expert=e, data=data, shard=shard, zero=z,
        micro_batch=m, micro_batches=rounds, sequence=sequence, recompute=r,
        sequence_parallel=_sequence_parallel(row, generation),
    ).take(keep)  # fmt: skip


def _sequence_parallel(row: Row, generation: str) -> float:
    text = row.get("recompute") or ""
    if "no sequence parallel" in text or "no seq-parallel" in text:
        return 0.0
    return 0.0 if generation in _FULL_BEFORE else 1.0


_SHARD = re.compile(r"[FH]SDP2?\s*(\d+)|(\d+)-way FSDP")
_STAGE = re.compile(r"ZeRO(?:-|\s|\+\+)*([0-3])", re.IGNORECASE)


def _sharding(text: str, data: int, generation: str) -> tuple[list[int], int]:
    """Return (ZeRO stages to try, sharding group in replicas)."""
    found = _SHARD.search(text)
    if "no reshard" in text or "SHARD_GRAD_OP" in text:
        return [2], data
    if "FSDP" in text or "HSDP" in text:
        size = int(found[1] or found[2]) if found else data
        size = max(min(size, data), 1)
        while data % size:
            size -= 1
        return [3], size
    if stage := _STAGE.search(text):
        return [int(stage[1])], data
    unsharded = (*_FULL_BEFORE, "megatron-2022", "megatron-2023")
    if "none" in text or (not text and generation in unsharded):
        return [0], data
    return [3 if not text and generation in ("fsdp-2023", "maxtext-2024") else 1], data


def _expert_choices(row: Row, model: AiModel, ranks: int) -> list[int]:
    parts = [b.feed_forward for b in model.blocks if isinstance(b.feed_forward, MixtureOfExperts)]
    if not parts:
        return [1]
    given = _given(row, "ep")
    if given:
        return [min(given[0], ranks)]
    return [d for d in divisors(parts[0].experts) if d <= min(ranks, 64) and ranks % d == 0]


def _chunk_choices(row: Row, model: AiModel, stages: int, generation: str) -> list[int]:
    given = _given(row, "vpp")
    if given or stages == 1:
        return given or [1]
    words = " ".join(row.get(column) or "" for column in ("overlap_or_impl", "vpp", "note"))
    says_interleaved = _INTERLEAVED.search(words) is not None
    usual = _USUAL_CHUNKS.get(generation.split("-")[0])
    if says_interleaved and usual:
        return [usual]
    prints_all = generation.startswith(_PRINTS_MAPPING) and whole(row, "tp") > 0
    if prints_all or "DeepSpeed" in (row.get("sharding") or ""):
        return [1]
    if not says_interleaved and not generation.startswith(_INTERLEAVES):
        return [1]
    return [v for v in divisors(max(model.layers // stages, 1)) if v <= 8] or [1]


def _recompute_choices(row: Row, generation: str) -> list[int]:
    text = (row.get("recompute") or "").lower()
    if text.startswith("full"):
        return [Recompute.FULL]
    if "selective" in text or "minimal" in text or "offload" in text:
        return [Recompute.SELECTIVE]
    if text.startswith("none"):
        return [Recompute.NONE]
    if generation in _FULL_BEFORE:
        return [Recompute.FULL]
    if generation.startswith(_PRINTS_MAPPING):
        return [Recompute.NONE, Recompute.SELECTIVE]
    return [Recompute.NONE, Recompute.SELECTIVE, Recompute.FULL]
