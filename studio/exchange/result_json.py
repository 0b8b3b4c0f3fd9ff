"""A simulated job as plain data for `--json`, notebooks and files."""

from __future__ import annotations

from typing import Any

from studio.simulation.error_band import SHARE_INSIDE, ErrorBand
from studio.simulation.job_figures import figures_of, file_key
from studio.simulation.reliability.job import JobReliability
from studio.simulation.result import Memory, Phase, SimResult


def result_json(result: SimResult) -> dict[str, Any]:
    """Return a result with every term; SI units and bytes."""
    return {
        "job": result.job,
        "scenario": result.scenario,
        "model": result.model,
        "plan": result.plan,
        **{figure.key: figure.value(result) for figure in figures_of(result)},
        "cost_terms": dict(result.cost_terms),
        "memory": {
            "fits": result.memory.fits,
            "used_bytes": result.memory.used_byte,
            "capacity_bytes": result.memory.capacity_byte,
            "terms": {term.name: term.byte for term in result.memory.terms},
            "moments": {one.name: one.byte for one in result.memory.moments},
            "remedy": result.memory.remedy,
            "remedy_fields": dict(result.memory.remedy_fields),
            **_host(result.memory),
        },
        "error_bands": {file_key(result, name): _band(result, name) for name in result.error_bands},
        **({"reliability": _reliability(result.reliability)} if result.reliability else {}),
        "phases": [_phase(phase) for phase in result.phases],
        "assumptions": list(result.assumptions),
        "evidence": result.evidence,
        "warnings": list(result.warnings),
    }


def _host(memory: Memory) -> dict[str, Any]:
    """Return what CPUs hold for an NPU; nothing where no part of the job is there."""
    if not memory.host_terms:
        return {}
    return {
        "host_used_bytes": memory.host_byte,
        "host_capacity_bytes": memory.host_capacity_byte,
        "host_terms": {term.name: term.byte for term in memory.host_terms},
    }


def _band(result: SimResult, name: str) -> dict[str, Any]:
    low, high = result.error_range(name) or (0.0, 0.0)
    return {"low": low, "high": high, **band_json(result.error_bands[name])}


def band_json(band: ErrorBand) -> dict[str, Any]:
    """Return how far a figure may be off and which measurements say so."""
    return {
        "factor": band.factor,
        "share_inside": SHARE_INSIDE,
        "measured": band.measured,
        "family": band.family,
        "rows": band.rows,
        "is_of_all_families": band.is_of_all,
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
        "shared_npus": phase.shared_npus,
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
