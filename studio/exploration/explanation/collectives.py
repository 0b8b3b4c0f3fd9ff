"""One collective opened: start-up, dependent steps level by level, bytes level by level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.path import latency_line
from studio.exploration.explanation.quantities import data, number, rate, seconds, share
from studio.messages import say
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.network.collective_result import CollectiveTime
from studio.simulation.network.opened import OpenedLevel, open_levels
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.network.spans import Span
from studio.simulation.source_words import source_text
from studio.simulation.words import term, word


def collective_line(
    basis: Basis, key: str, found: CollectiveTime, spans: Sequence[Span], times: float
) -> Line:
    """Return one collective that runs `times` in a phase, as start-up + steps + bytes."""
    startup, latency, wire = (
        float(np.ravel(part)[0]) for part in (found.startup_s, found.latency_s, found.wire_s)
    )
    profile = basis.given.network
    levels = open_levels(found, spans, profile)
    formula = say(
        "{times} × ({startup} start-up + {latency} steps + {wire} bytes)",
        times=number(times),
        startup=seconds(startup),
        latency=seconds(latency),
        wire=seconds(wire),
    )
    note = say(
        "{bytes} per rank among {ranks} ranks, {algorithm}",
        bytes=data(float(np.ravel(found.payload_byte)[0])),
        ranks=number(float(np.ravel(found.size)[0])),
        algorithm=term(found.algorithm_names()[0]),
    )

    def inside() -> Sequence[Line]:
        start = Line(
            "startup",
            say("Start-up"),
            times * startup,
            "time",
            say("{times} × {each}", times=number(times), each=seconds(startup)),
            (
                library_input(
                    profile, "launch_s", say("launch of one collective"), profile.launch_s
                ),
            ),
        )
        steps = Line(
            "latency",
            say("Dependent steps"),
            times * latency,
            "time",
            opener=lambda: [_steps(basis, level, times) for level in levels if level.latency_s],
        )
        moved = Line(
            "wire",
            say("Bytes on the links"),
            times * wire,
            "time",
            _wire_formula(levels, wire),
            is_sum=False,
            opener=lambda: [_bytes(basis, level, times) for level in levels if level.wire_byte],
        )
        return opened(start, steps, moved)()

    whole = times * float(np.ravel(found.time_s)[0])
    name = word(found.op.value)
    return Line(key, name, whole, "time", formula, note=note, bound="network", opener=inside)


def _steps(basis: Basis, level: OpenedLevel, times: float) -> Line:
    formula = say(
        "{times} × ({hops} × step ({software} + {latency}) + {peers} × peer {peer})",
        times=number(times),
        hops=number(level.hops),
        software=seconds(level.step_s),
        latency=seconds(level.level.latency_s),
        peers=number(level.peers),
        peer=seconds(level.peer_s),
    )
    profile = basis.given.network
    inputs = (
        basis.latency(level.level),
        library_input(profile, level.step_name, say("software part of one step"), level.step_s),
        library_input(profile, level.peer_name, say("addressing one more peer"), level.peer_s),
    )
    return Line(
        level.level.name,
        word(level.level.name),
        times * level.latency_s,
        "time",
        formula,
        inputs,
        is_sum=False,
        opener=lambda: [latency_line(basis, level.level)],
    )


def _bytes(basis: Basis, level: OpenedLevel, times: float) -> Line:
    rated = level.level.bandwidth_byte_per_s / level.level.oversubscription
    formula = say(
        "{times} × {bytes} ÷ ({bandwidth} × {efficiency})",
        times=number(times),
        bytes=data(level.wire_byte),
        bandwidth=rate(rated),
        efficiency=share(level.efficiency),
    )
    inputs: list[Input] = [basis.bandwidth(level.level)]
    if level.level.oversubscription > 1:
        label = say("oversubscription of {level}", level=term(level.level.name))
        inputs.append(given_input(label, level.level.oversubscription, "count"))
    inputs.append(
        library_input(
            basis.given.network,
            level.efficiency_name,
            say("achieved share of the link bandwidth"),
            level.efficiency,
            "ratio",
        )
    )
    return Line(
        level.level.name,
        word(level.level.name),
        times * level.wire_s,
        "time",
        formula,
        tuple(inputs),
    )


def _wire_formula(levels: Sequence[OpenedLevel], wire: float) -> str:
    alone = sum(level.wire_s for level in levels)
    if wire < alone * (1 - 1e-9):
        return say("levels move bytes at the same time: the slower ones count")
    return say("bytes ÷ achieved bandwidth of each level, and what is copied on the spot")


def library_input(
    profile: NetworkProfile, name: str, label: str, value: float, dimension: str = "time"
) -> Input:
    """Return a constant of a library, with the source its file states."""
    source = source_text(profile.sources.get(name, profile.name))
    return Input(label, value, dimension, source, "inferred")
