"""Numbers that divide a count evenly."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def divisors(whole: int) -> tuple[int, ...]:
    """Return the divisors of a positive number, smallest first."""
    small = [d for d in range(1, int(whole**0.5) + 1) if whole % d == 0]
    return (*small, *(whole // d for d in reversed(small) if d * d != whole))


def nearest_divisor(whole: int, wanted: float) -> int:
    """Return the divisor of `whole` nearest to `wanted`, the smaller of two equally near."""
    return min(divisors(whole), key=lambda d: (abs(d - wanted), d))
