"""How long the command line takes from its start to its answer, in a process of its own."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

RUNS = 7
LINES = (
    ("--version",),
    ("--help",),
    ("totals", "cloudmatrix-384"),
    ("totals", "cloudmatrix-384", "--json"),
    ("simulate", "cloudmatrix-384"),
)


def benchmarks() -> Iterator[dict[str, Any]]:
    """Yield the median wall time of each command line; the first, cold start is left out."""
    for line in LINES:
        _seconds(line)
        times = [_seconds(line) for _ in range(RUNS)]
        name = "cli_" + "_".join(word.strip("-").replace("-", "_") for word in line)
        yield {"name": name, "value": round(statistics.median(times), 4), "unit": "s"}


def _seconds(line: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "studio.cli", *line], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start
