"""Run every fit in order, write profiles, residuals and accuracy tables: `make fit`.

    python -m tests.reference.fit_all             fits, residuals, tables
    python -m tests.reference.fit_all --hold-out  also what each fit says of rows it did not see
    python -m tests.reference.fit_all --list      only print the commands

Network comes first, as training and serving communicate over it; power comes after serving, whose
profiles say how busy an accelerator was.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FITS: tuple[tuple[str, ...], ...] = (
    ("-m", "tests.reference.fit_network", "--write"),
    ("-m", "tests.reference.fit_training", "--write", "--residuals"),
    ("-m", "tests.reference.fit_inference", "--fit", "--save"),
    ("-m", "tests.reference.fit_power", "--fit"),
)
HELD_OUT: tuple[tuple[str, ...], ...] = (
    ("-m", "tests.reference.fit_network", "--hold-out", "row"),
    ("-m", "tests.reference.fit_training", "--hold-out=row"),
    ("-m", "tests.reference.hold_out_serving", "row"),
)
TABLES = ("packaging/accuracy.py",)


def commands(*, with_held_out: bool) -> list[tuple[str, ...]]:
    """Return what is run, in order."""
    return [*FITS, *(HELD_OUT if with_held_out else ()), TABLES]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the commands; the first that fails ends it with its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hold-out", action="store_true", help="also fit to a part of the rows")
    parser.add_argument("--list", action="store_true", help="print the commands only")
    options = parser.parse_args(arguments)
    for command in commands(with_held_out=options.hold_out):
        print("python", *command, flush=True)
        if options.list:
            continue
        code = subprocess.run((sys.executable, *command), cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
