"""Run the benchmarks: one JSON object a line, `make bench` or `python -m tests.benchmarks [NAME]`.

Every module of this folder that defines `benchmarks() -> Iterator[dict]` is run; each dict has
`name`, `value` and `unit`, and `peer` and `ratio` where a peer was measured beside it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests import benchmarks as folder

REQUIRED = ("name", "value", "unit")
FIELDS = (*REQUIRED, "peer", "ratio")


def main(argv: Sequence[str] | None = None) -> int:
    """Print every result; a module that fails is named on stderr and the others go on."""
    wanted = list(sys.argv[1:] if argv is None else argv)
    failed = False
    for name in sorted(module.name for module in pkgutil.iter_modules(folder.__path__)):
        if name.startswith("_"):
            continue
        try:
            for result in _results(name, wanted):
                print(json.dumps(result), flush=True)
        except Exception:  # noqa: BLE001 - one benchmark must not cost the others
            print(f"{name} failed:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
            failed = True
    return 1 if failed else 0


def _results(name: str, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield a module's results; a filter that names no module is taken for names of results."""
    by_module = any(word in name for word in wanted)
    if wanted and not by_module and any(_is_module(word) for word in wanted):
        return
    module = importlib.import_module(f"{folder.__name__}.{name}")
    if not hasattr(module, "benchmarks"):
        return
    for result in module.benchmarks():
        if not wanted or by_module or any(word in result["name"] for word in wanted):
            yield _checked(result)


def _is_module(word: str) -> bool:
    return any(word in module.name for module in pkgutil.iter_modules(folder.__path__))


def _checked(result: Mapping[str, Any]) -> dict[str, Any]:
    missing = [field for field in REQUIRED if field not in result]
    unknown = sorted(set(result) - set(FIELDS))
    if missing or unknown:
        raise ValueError(f"a result without {missing} or with unknown {unknown}: {dict(result)}")
    return {field: result[field] for field in FIELDS if result.get(field) is not None}


if __name__ == "__main__":
    sys.exit(main())
