"""A training plan in Calculon's words, and the systems it is asked about."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from studio.simulation.machine import Machine
from studio.units import GIBI, GIGA
from studio.workload.plan import Recompute
from tests.benchmarks._peers import ROOT

NAME = "Calculon caa4b11"
RECOMPUTE = {
    Recompute.NONE: "none", Recompute.SELECTIVE: "attn_only", Recompute.FULL: "full",
}  # fmt: skip
NO_LIMIT_GIB = 1_000_000


@dataclass(frozen=True)
class Mapping3D:
    """The degrees that Calculon and the studio share."""

    tensor: int
    pipeline: int
    data: int
    chunks: int
    micro_batch: int
    batch: int
    is_sharded: bool
    recompute: Recompute
    is_sequence_parallel: bool = True


def has_calculon() -> bool:
    """Tell whether there is a checkout to ask; says so where there is none."""
    if not ROOT:
        print("calculon left out: CALCULON_ROOT names no checkout", file=sys.stderr, flush=True)
    return bool(ROOT)


def execution(mapping: Mapping3D, node: int = 8) -> dict[str, Any]:
    """Return a mapping as Megatron-LM ran it: groups fill nodes first, nothing is overlapped."""
    inside, sizes = 1, []
    for degree in (mapping.tensor, mapping.pipeline, mapping.data):
        inside *= degree
        sizes.append(0 if inside <= node else 1)
    is_split = mapping.is_sequence_parallel and mapping.tensor > 1
    return {
        "num_procs": inside, "tensor_par": mapping.tensor, "pipeline_par": mapping.pipeline,
        "data_par": mapping.data, "tensor_par_net": sizes[0], "pipeline_par_net": sizes[1],
        "data_par_net": sizes[2], "batch_size": mapping.batch,
        "microbatch_size": mapping.micro_batch, "datatype": "float16", "fused_activation": False,
        "attention_type": "multihead", "activation_recompute": RECOMPUTE[mapping.recompute],
        "pipeline_interleaving": mapping.chunks,
        "optimizer_sharding": mapping.is_sharded and mapping.data > 1,
        "tensor_par_comm_type": "rs_ag" if is_split else "ar", "tensor_par_overlap": "none",
        "seq_par_ag_redo": is_split and mapping.recompute == Recompute.SELECTIVE,
        "data_par_overlap": False, "weight_offload": False, "activations_offload": False,
        "optimizer_offload": False, "training": True,
    }  # fmt: skip


def mapping_of(execution: dict[str, Any]) -> Mapping3D:
    """Return what an execution of Calculon's shares with a plan of the studio."""
    return Mapping3D(
        execution["tensor_par"], execution["pipeline_par"], execution["data_par"],
        execution["pipeline_interleaving"], execution["microbatch_size"],
        execution["batch_size"], execution["optimizer_sharding"],
        next(key for key, name in RECOMPUTE.items() if name == execution["activation_recompute"]),
    )  # fmt: skip


def fixed(mapping: Mapping3D) -> dict[str, Sequence[int | float | str]]:
    """Return the choices of a search that leave only a mapping; sharded gradients are free."""
    return {
        "tp": (mapping.tensor,), "pp": (mapping.pipeline,), "dp": (mapping.data,),
        "virtual_stages": (mapping.chunks,), "micro_batch": (mapping.micro_batch,),
        "zero_stage": (1, 2) if mapping.is_sharded else (0,),
        "recompute": (mapping.recompute.name.lower(),),
    }  # fmt: skip


def freedoms(mapping: Mapping3D) -> Iterator[dict[str, Any]]:
    """Yield a mapping with every choice of Calculon's that the studio does not have."""
    plain = execution(mapping) | {"fused_activation": True}
    is_cut, is_full = mapping.tensor > 1, mapping.recompute == Recompute.FULL
    for way, overlap, hides, again in product(
        ("ar", "p2p_rs_ag", "rs_ag"), ("none", "ring", "pipe") if is_cut else ("none",),
        (True, False) if mapping.data > 1 else (False,), (True, False),
    ):  # fmt: skip
        if again and (way != "rs_ag" or is_full):
            continue
        yield plain | {
            "tensor_par_comm_type": way, "tensor_par_overlap": overlap,
            "data_par_overlap": hides, "seq_par_ag_redo": again,
        }  # fmt: skip


def application(hidden: int, ffn: int, sequence: int, heads: int, head: int, layers: int) -> Any:
    """Return a decoder without gates and with as many keys as heads."""
    return {
        "hidden": hidden, "feedforward": ffn, "seq_size": sequence, "attn_heads": heads,
        "attn_size": head, "num_blocks": layers,
    }  # fmt: skip


def system(machine: Machine, is_limited: bool = True) -> Any:
    """Return Calculon's own A100 system with the adapters of a machine, and its memory if less.

    It has no second tier of memory: offloading is no part of the comparison.
    """
    given = json.loads((Path(ROOT) / "systems" / "a100_80g.json").read_text(encoding="utf-8"))
    accelerator, memory = machine.accelerator, given["mem1"]
    if accelerator.memory_byte < memory["GiB"] * GIGA:
        memory["GiB"] = accelerator.memory_byte / GIBI
        memory["GBps"] = accelerator.memory_bandwidth_byte_per_s / GIGA
    if not is_limited:
        memory["GiB"] = NO_LIMIT_GIB
    given["mem2"]["GiB"] = 0
    given["networks"][1]["bandwidth"] = machine.levels[-1].bandwidth_byte_per_s / GIGA
    return given
