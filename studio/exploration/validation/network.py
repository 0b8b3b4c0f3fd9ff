"""Predict rows of published network measurements from their inputs alone.

Reads the description of hardware, library and size; never a measured column.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from studio.exploration.network_library import network_profiles
from studio.exploration.validation.network_access import (
    batch,
    far_penalty,
    load_store,
    memory_latency,
    one_sided,
    specification,
)
from studio.exploration.validation.network_case import NetworkCase, Row, machine_of, no_network
from studio.exploration.validation.network_collectives import IS_COLLECTIVE, collective, peer_copy
from studio.exploration.validation.network_experts import expert_exchange
from studio.exploration.validation.prediction import Prediction
from studio.messages import say
from studio.simulation.network.profile_table import ProfileTable

_MOST_RANKS = 1_000_000


def predict(row: Row, table: ProfileTable | None = None) -> Prediction:
    """Return the predicted primary metric of one row, or None with the reason.

    Parameters
    ----------
    row
        Columns of a network measurement; measured ones may be empty and are never read.
    table
        Profiles; the shipped ones by default.
    """
    table = table or network_profiles()
    op = (row.get("op") or "").strip()
    for pattern, handler in _HANDLERS:
        if re.search(pattern, op, re.IGNORECASE):
            machine, stand_in = machine_of(table, row)
            if machine is None:
                return Prediction(None, no_network(row))
            case = NetworkCase(row, op, table, machine, stand_in)
            if not 1 <= case.ranks <= _MOST_RANKS or case.nodes > case.ranks:
                reason = say(
                    "{ranks} ranks on {nodes} nodes is impossible",
                    ranks=case.ranks,
                    nodes=case.nodes,
                )
                return Prediction(None, reason)
            return handler(case)
    return Prediction(None, say("not modelled: {op!r}", op=op))


_HANDLERS: tuple[tuple[str, Callable[[NetworkCase], Prediction]], ...] = (
    (IS_COLLECTIVE, collective),
    (r"\b(dispatch|combine)", expert_exchange),
    (r"batch of \d+", batch),
    (r"^one-sided|2R?[DH] \(|^same over RoCE", one_sided),
    (r"^P2P", peer_copy),
    (r"^remote memory access latency", memory_latency),
    (r"^(UB|RDMA)\b.*per NPU", specification),
    (r"^inter-node vs intra-node", far_penalty),
    (r"^(die-to-|NPU).*(bandwidth|latency)", load_store),
)
