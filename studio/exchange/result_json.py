"""A simulated job as plain data for `--json`, notebooks and files."""

from __future__ import annotations

from typing import Any

from studio.simulation.reliability.job import JobReliability
from studio.simulation.result import Phase, SimResult


def result_json(result: SimResult) -> dict[str, Any]:
    """Return a result with every term; SI units and bytes."""
    return {
        "job": result.job,
        "scenario": result.scenario,
        "model": result.model,
        "plan": result.plan,
        "tokens_per_s": result.tokens_per_s,
        "tokens_per_s_per_npu": result.tokens_per_s_per_npu,
        "step_time_s" if result.job == "training" else "tpot_s": result.headline_s,
        **({"ttft_s": result.ttft_s} if result.job == "inference" else {}),
        "mfu": result.mfu,
        "equipment_power_w": result.equipment_power_w,
        "facility_power_w": result.facility_power_w,
        "energy_j_per_token": result.energy_j_per_token,
        "cost_usd_per_million_tokens": result.cost_usd_per_million_tokens,
        "cost_terms": dict(result.cost_terms),
        "memory": {
            "fits": result.memory.fits,
            "used_bytes": result.memory.used_byte,
            "capacity_bytes": result.memory.capacity_byte,
            "terms": {term.name: term.byte for term in result.memory.terms},
            "remedy": result.memory.remedy,
            "remedy_fields": dict(result.memory.remedy_fields),
        },
        **({"reliability": _reliability(result.reliability)} if result.reliability else {}),
        "phases": [_phase(phase) for phase in result.phases],
        "assumptions": list(result.assumptions),
        "evidence": result.evidence,
        "warnings": list(result.warnings),
    }


def _reliability(found: JobReliability) -> dict[str, float]:
    return {
        "mean_time_between_interruptions_s": found.between_s,
        "checkpoint_bytes": found.checkpoint_byte,
        "checkpoint_write_s": found.write_s,
        "checkpoint_interval_s": found.interval_s,
        "effective_share": found.effective_share,
        "checkpoint_share": found.checkpoint_share,
        "recovery_share": found.recovery_share,
        "rework_share": found.rework_share,
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "seconds": phase.seconds,
        "npus": phase.npus,
        "tokens": phase.tokens,
        "npu_power_w": phase.npu_power_w,
        "utilisation": {
            "compute": phase.utilisation.compute,
            "memory": phase.utilisation.memory,
            "network": phase.utilisation.network,
        },
        "terms": [
            {
                "name": term.name,
                "seconds": term.seconds,
                "bound": term.bound,
                "formula": term.formula,
            }
            for term in phase.terms
        ],
        "operators": [
            {
                "name": point.name,
                "flop": point.flop,
                "memory_bytes": point.memory_byte,
                "seconds": point.seconds,
                "bound": point.bound,
            }
            for point in phase.operators
        ],
    }
