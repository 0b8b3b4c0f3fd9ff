"""A collective over drawn links opened: start-up, steps phase by phase, and its slowest links."""

from __future__ import annotations

import numpy as np

from studio.exploration.explanation.collectives import library_input
from studio.exploration.explanation.quantities import data, number, rate, seconds, share
from studio.messages import say
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.network.flow_result import FlowResult
from studio.simulation.network.profile import Role
from studio.simulation.network.timing import PhaseCost
from studio.simulation.words import term, word

_SAME = 1e-9
"""Relative difference of busy times that are called the same."""


def open_flow(result: FlowResult) -> Line:
    """Return the time of a collective over drawn links, as start-up + steps + bytes."""
    terms = result.terms
    formula = say(
        "{startup} start-up + {latency} steps + {wire} bytes",
        startup=seconds(terms.startup_s),
        latency=seconds(terms.latency_s),
        wire=seconds(terms.wire_s),
    )
    note = say(
        "{bytes} per rank among {ranks} ranks, {algorithm}",
        bytes=data(result.payload_byte),
        ranks=number(result.ranks),
        algorithm=term(result.algorithm.value),
    )
    start = Line(
        "startup", say("Start-up"), terms.startup_s, "time", inputs=_startup_inputs(result)
    )
    steps = Line(
        "latency",
        say("Dependent steps"),
        terms.latency_s,
        "time",
        opener=lambda: [
            _steps(result, n, cost) for n, cost in enumerate(result.costs) if cost.latency_s
        ],
    )
    moved = Line(
        "wire",
        say("Bytes on the links"),
        terms.wire_s,
        "time",
        opener=lambda: [_bytes(result, n, cost) for n, cost in enumerate(result.costs)],
    )
    return Line(
        "flow",
        word(result.op.value),
        result.time_s,
        "time",
        formula,
        note=note,
        bound="network",
        opener=opened(start, steps, moved),
    )


def _startup_inputs(result: FlowResult) -> tuple[Input, ...]:
    """Return the launch, and what the protocol or the switches take to set up."""
    job, protocol = result.job, result.protocol
    profile, network = job.profile, job.profile.in_network
    name, launch = (
        ("launch_s", profile.launch_s)
        if job.is_captured
        else ("eager_launch_s", profile.eager_launch_s)
    )
    inputs = [library_input(profile, name, say("launch of one collective"), launch)]
    if protocol is not None:
        own, start = f"protocol.{protocol.name}.start_s", protocol.start_s
        inputs.append(library_input(profile, own, say("set-up of the protocol"), start))
    elif network is not None:
        label = say("set-up of the reduction in switches")
        inputs.append(library_input(profile, "in_network.start_s", label, network.start_s))
    return tuple(inputs)


def _steps(result: FlowResult, number_of_phase: int, cost: PhaseCost) -> Line:
    phase, profile = cost.part.phase, result.job.profile
    formula = say(
        "{times} × ({hops} × message ({path} path + {software} software) + {peers} × peer {peer})",
        times=number(phase.steps),
        hops=number(phase.hops_per_step),
        path=seconds(cost.part.latency_s),
        software=seconds(cost.software_s),
        peers=number(phase.peers),
        peer=seconds(cost.peer_s),
    )
    inputs = [
        Input(
            say("links on the longest path: {hops}", hops=cost.part.hops),
            cost.part.latency_s,
            "time",
            say("switches and cables as drawn"),
        )
    ]
    if result.protocol is not None:
        prefix = f"protocol.{result.protocol.name}"
        inputs += [
            library_input(
                profile, f"{prefix}.{role.value}.step_s", say("software part of one step"), each
            )
            for role, _, each in cost.messages
        ]
    if phase.peers:
        label = say("addressing one more peer")
        inputs.append(library_input(profile, f"{cost.farthest.value}.peer_s", label, cost.peer_s))
    key = _key(number_of_phase, cost)
    return Line(key, _phase_name(cost), cost.latency_s, "time", formula, tuple(inputs))


def _bytes(result: FlowResult, number_of_phase: int, cost: PhaseCost) -> Line:
    """Return the wire time of a phase by its slowest link."""
    graph, phase = result.graph, cost.part.phase
    bundle = graph.kind_bundle[graph.kind[graph.wiring.cable]]
    load, bandwidth = cost.part.loads.arc_load(), graph.arc_bandwidth()
    busy = np.where(bundle == cost.bundle, load / bandwidth, 0.0)
    slowest = int(np.argmax(busy))
    alike = int((busy >= busy[slowest] * (1 - _SAME)).sum())
    formula = say(
        "{times} × {bytes} ÷ ({bandwidth} × {efficiency})",
        times=number(phase.steps),
        bytes=data(float(load[slowest])),
        bandwidth=rate(float(bandwidth[slowest])),
        efficiency=share(cost.efficiency),
    )
    first, second = (
        graph.name(int(end[slowest])) for end in (graph.wiring.source, graph.wiring.target)
    )
    note = say(
        "busiest: {first} to {second}, and {others} alike",
        first=first,
        second=second,
        others=number(alike - 1),
    )
    inputs = [
        Input(
            say("bandwidth of the link"),
            float(bandwidth[slowest]),
            "bandwidth",
            say("ports and states as drawn"),
        ),
        *_efficiencies(result, cost),
    ]
    if cost.part.stretch > 1:
        formula = say("{stretch} × {busy}", stretch=number(cost.part.stretch), busy=formula)
        label = say("last completion over the busiest link's time")
        inputs.append(Input(label, cost.part.stretch, "count", say("rates change as flows end")))
    key = _key(number_of_phase, cost)
    return Line(key, _phase_name(cost), cost.wire_s, "time", formula, tuple(inputs), note)


def _efficiencies(result: FlowResult, cost: PhaseCost) -> list[Input]:
    """Return the factors of what is achieved on the slowest link."""
    profile, operation = result.job.profile, result.job.operation
    label = say("achieved share of the link bandwidth")
    if result.protocol is None:
        name = "efficiency" if cost.role is Role.SCALE_UP else "out_efficiency"
        return [library_input(profile, f"in_network.{name}", label, cost.efficiency, "ratio")]
    name = f"protocol.{result.protocol.name}.{cost.role.value}.efficiency"
    channel = result.protocol.channels[cost.role]
    found = [library_input(profile, name, label, channel.efficiency, "ratio")]
    if cost.role is Role.SCALE_UP and operation.efficiency != 1:
        name = f"operation.{result.op.name.lower()}.efficiency"
        label = say("of which the kernel moves")
        found.append(library_input(profile, name, label, operation.efficiency, "ratio"))
    return found


def _phase_name(cost: PhaseCost) -> str:
    """Return the name of a phase in words."""
    name = cost.part.phase.name
    distance = name.removeprefix("swap over ")
    return word(name) if distance == name else say("Swap over {distance}", distance=distance)


def _key(number_of_phase: int, cost: PhaseCost) -> str:
    return f"{number_of_phase}/{cost.part.phase.name}"
