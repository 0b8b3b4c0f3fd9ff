"""The clock of a playing run: simulated time against the wall's. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

PERIODS_PER_SECOND = 0.25
"""At speed 1 one period of the job takes four seconds."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 16.0)


@dataclass(frozen=True)
class RunClock:
    """Where a run stands."""

    now_s: float = 0.0
    speed: float = 1.0
    is_playing: bool = False

    def advanced(self, wall_s: float, period_s: float) -> RunClock:
        """Return the clock `wall_s` later on the wall."""
        if not self.is_playing or period_s <= 0:
            return self
        return replace(self, now_s=self.now_s + wall_s * self.speed * PERIODS_PER_SECOND * period_s)

    def rescaled(self, before_s: float, after_s: float) -> RunClock:
        """Return the clock at the same place of a period of another length."""
        if before_s <= 0 or after_s <= 0:
            return self
        return replace(self, now_s=self.now_s / before_s * after_s)
