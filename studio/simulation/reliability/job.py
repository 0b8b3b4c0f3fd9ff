"""What interruptions cost a training job: checkpoints, lost work, recovery."""

from __future__ import annotations

from dataclasses import dataclass

from studio.simulation.reliability.assumptions import (
    CHECKPOINT_BYTE_PER_PARAMETER,
    DETECTION_S,
    RESTART_S,
    STORAGE_BYTE_PER_S_PER_NPU,
)
from studio.simulation.reliability.formulas import (
    checkpoint_interval_s,
    effective_share,
    mean_time_between_s,
)


@dataclass(frozen=True)
class JobReliability:
    """How a training job fares over weeks; shares of wall time, 0..1."""

    between_s: float
    """Mean time between interruptions of the NPUs the job uses. [s]"""
    checkpoint_byte: float
    """One checkpoint of the whole job. [byte]"""
    write_s: float
    """Time the job stands still for one. [s]"""
    interval_s: float
    """Best time between two. [s]"""
    effective_share: float
    """Wall time that becomes work that is kept."""
    checkpoint_share: float
    """Wall time spent writing checkpoints."""
    recovery_share: float
    """Wall time until work goes on: detection, restart, states read again."""

    @property
    def rework_share(self) -> float:
        """Return the wall time whose work is lost, with what the mean leaves over."""
        return max(0.0, 1 - self.effective_share - self.checkpoint_share - self.recovery_share)


def job_reliability(
    interruptions_per_year: float,
    parameters: float,
    npus: float,
    storage_byte_per_s: float = 0.0,
) -> JobReliability:
    """Return what interruptions cost a job that checkpoints as often as pays.

    Parameters
    ----------
    interruptions_per_year : of what the job uses. [1/year]
    parameters : that are trained, states and all. [1]
    npus : of the job.
    storage_byte_per_s : where checkpoints go; 0 takes the usual rate per NPU. [byte/s]

    Notes
    -----
    The job stands still while it writes and reads its states at the storage rate. Work between
    checkpoints is Daly's optimum; recovery is detection + restart + reading.
    """
    between = mean_time_between_s(interruptions_per_year)
    size = parameters * CHECKPOINT_BYTE_PER_PARAMETER
    write = size / (storage_byte_per_s or npus * STORAGE_BYTE_PER_S_PER_NPU)
    recovery = DETECTION_S + RESTART_S + write
    interval = checkpoint_interval_s(write, between)
    share = effective_share(interval, write, between, recovery)
    return JobReliability(
        between_s=between,
        checkpoint_byte=size,
        write_s=write,
        interval_s=interval,
        effective_share=share,
        checkpoint_share=share * write / interval,
        recovery_share=min(recovery / between, 1 - share),
    )
