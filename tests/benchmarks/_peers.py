"""Other simulators beside ours, each in a process of its own: JSON goes in and comes out.

`PEERS_PYTHON` names an interpreter that has the peers which are packages; `CALCULON_ROOT` a
checkout of Calculon, which is none. Where a peer is absent, its figures are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PATIENCE_S = 3600.0
HERE = Path(__file__).parent
ROOT = os.environ.get("CALCULON_ROOT", "")


def ask(peer: str, request: Mapping[str, Any]) -> Any:
    """Return what the script of a peer answers, or None where the peer is absent.

    The script is `_ask_<peer>.py`; it stops with `ModuleNotFoundError` where it has no peer.
    """
    path = {"PYTHONPATH": ROOT} if ROOT else {}
    answer = subprocess.run(
        [os.environ.get("PEERS_PYTHON") or sys.executable, HERE / f"_ask_{peer}.py"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=os.environ | path,
    )
    if answer.returncode == 0:
        return json.loads(answer.stdout.splitlines()[-1])
    reason = answer.stderr.strip().splitlines()[-1]
    if "ModuleNotFoundError" not in reason:
        raise RuntimeError(f"{peer}: {answer.stderr}")
    print(f"{peer} left out: {reason}", file=sys.stderr, flush=True)
    return None


def cpu_s(action: Callable[[], object], repeats: int = 3) -> float:
    """Return the least processor time of a few repeats. [s]"""
    took = []
    for _ in range(repeats):
        begun = time.process_time()
        action()
        took.append(time.process_time() - begun)
    return min(took)
