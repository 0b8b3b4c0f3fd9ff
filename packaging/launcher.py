"""Entry of the frozen build: the same command line as everywhere."""

from __future__ import annotations

import sys

from studio.cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
