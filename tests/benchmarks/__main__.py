"""Run the benchmarks: one JSON object a line, `make bench` or `python -m tests.benchmarks NAME`.

Every module of this folder that defines `benchmarks() -> Iterator[dict]` is run; each dict has
`name`, `value` and `unit`, and `peer` and `ratio` where a peer was measured beside it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from studio.paths import APP_NAME
from tests import benchmarks as folder

_STATE = "XDG_STATE_HOME"
REQUIRED = ("name", "value", "unit")
FIELDS = (*REQUIRED, "peer", "ratio")


def main(argv: Sequence[str] | None = None) -> int:
    """Print every result; a module that fails is named on stderr and the others go on."""
    names = _names()
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Run benchmarks and print one JSON object a line; all of them take minutes.",
        epilog=f"There are {', '.join(names)}.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="run what has this in its name; without any, all"
    )
    wanted = parser.parse_args(argv).names
    for word in wanted:
        if not any(word in name for name in names):
            parser.error(f"no benchmark has {word!r} in its name; there are {', '.join(names)}")
    chosen = [name for name in names if not wanted or any(word in name for word in wanted)]
    with _own_state():
        done = [_ran(name) for name in chosen]
    return 0 if all(done) else 1


@contextmanager
def _own_state() -> Iterator[None]:
    """Keep journals and logs apart from a user's own: a window that is stopped leaves them."""
    before = os.environ.get(_STATE)
    with TemporaryDirectory(prefix=f"{APP_NAME}-") as state:
        os.environ[_STATE] = state
        try:
            yield
        finally:
            del os.environ[_STATE]
            if before is not None:
                os.environ[_STATE] = before


def _ran(name: str) -> bool:
    """Print what a module measures; tells whether it came to its end."""
    try:
        for result in _results(name):
            print(json.dumps(result), flush=True)
    except Exception:  # noqa: BLE001 - one benchmark must not cost the others
        print(f"{name} failed:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        return False
    return True


def _names() -> list[str]:
    """Return the modules of this folder, without those whose names say they are no benchmarks."""
    names = (module.name for module in pkgutil.iter_modules(folder.__path__))
    return sorted(name for name in names if not name.startswith("_"))


def _results(name: str) -> Iterator[dict[str, Any]]:
    """Yield what a module measures, nothing where it is none."""
    module = importlib.import_module(f"{folder.__name__}.{name}")
    if hasattr(module, "benchmarks"):
        yield from map(_checked, module.benchmarks())


def _checked(result: Mapping[str, Any]) -> dict[str, Any]:
    missing = [field for field in REQUIRED if field not in result]
    unknown = sorted(set(result) - set(FIELDS))
    if missing or unknown:
        raise ValueError(f"a result without {missing} or with unknown {unknown}: {dict(result)}")
    return {field: result[field] for field in FIELDS if result.get(field) is not None}


if __name__ == "__main__":
    sys.exit(main())
