"""Tokens on their way to experts and back, all layers of a pass."""

from __future__ import annotations

from collections.abc import Sequence

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.path import latency_line
from studio.exploration.explanation.quantities import data, number, rate, seconds, share
from studio.messages import say
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.exchange import TokenExchange
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.plan import scalar
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.spans import level_roles
from studio.simulation.words import word

_VERBS = ("dispatch", "combine")


def exchange_lines(basis: Basis, engine: Engine, time: PassTime) -> list[Line]:
    """Return dispatch and combine of all layers of experts, before any of it is hidden."""
    lines = []
    for place, segment in enumerate(time.segments):
        own = scalar(segment.tokens) / scalar(engine.plan.tensor)
        for part, layers in segment.experts:
            sent = engine.token_exchange(part, is_direct=segment.is_direct)
            lines += [
                _line(basis, engine, f"{verb}/{place}", one, layers, own, segment.is_direct)
                for verb, one in zip(_VERBS, sent, strict=True)
            ]
    return lines


def _line(
    basis: Basis,
    engine: Engine,
    key: str,
    one: TokenExchange,
    layers: float,
    own: float,
    is_direct: bool,
) -> Line:
    verb = key.partition("/")[0]
    startup, latency = scalar(one.startup_s), scalar(one.latency_s)
    wire = scalar(one.wire_s) * own
    levels = [level for level in engine.machine.levels if level.ranks > 1]
    by_level = [
        (level, each)
        for level, value in zip(engine.machine.levels, one.wire_by_level_s, strict=True)
        if (each := scalar(value)) > 0
    ]
    one_port = sum(each for _, each in by_level) <= scalar(one.wire_s) * (1 + 1e-9)
    times = number(layers)
    at_once = say("levels move bytes at the same time: the slower ones count")

    def inside() -> Sequence[Line]:
        return opened(
            Line(
                "startup",
                say("Start-up"),
                layers * startup,
                "time",
                say("{times} × {each}", times=times, each=seconds(startup)),
                _library(engine, verb, is_direct),
            ),
            Line(
                "latency",
                say("First byte across the levels"),
                layers * latency,
                "time",
                say("{times} × {each}", times=times, each=seconds(latency)),
                tuple(basis.latency(level) for level in levels),
                is_sum=False,
                opener=lambda: [latency_line(basis, level) for level in levels],
            ),
            Line(
                "wire",
                say("Bytes on the links"),
                layers * wire,
                "time",
                say(
                    "{times} × {tokens} tokens × {each}",
                    times=times,
                    tokens=number(own),
                    each=seconds(scalar(one.wire_s)),
                ),
                is_sum=one_port,
                note="" if one_port else at_once,
                opener=lambda: [
                    _bytes(basis, engine, level, each * own, layers, (verb, is_direct))
                    for level, each in by_level
                ],
            ),
        )()

    formula = say(
        "{times} × ({startup} start-up + {latency} latency + {wire} bytes)",
        times=times,
        startup=seconds(startup),
        latency=seconds(latency),
        wire=seconds(wire),
    )
    whole = layers * (startup + latency + wire)
    return Line(key, word(verb), whole, "time", formula, bound="network", opener=inside)


def _bytes(
    basis: Basis,
    engine: Engine,
    level: NetworkLevel,
    wire: float,
    layers: float,
    way: tuple[str, bool],
) -> Line:
    """Return what one level moves in all layers: bytes over its achieved bandwidth."""
    places = [one.name for one in engine.machine.levels]
    role = level_roles(engine.machine.levels)[places.index(level.name)]
    verb, is_direct = way
    path = (engine.exchange.low_latency if is_direct else engine.exchange.normal)[verb]
    rated = level.bandwidth_byte_per_s / level.oversubscription
    formula = say(
        "{times} × {bytes} ÷ ({bandwidth} × {efficiency})",
        times=number(layers),
        bytes=data(wire * rated * path.efficiency[role]),
        bandwidth=rate(rated),
        efficiency=share(path.efficiency[role]),
    )
    source = say("expert library {name}", name=engine.exchange.name)
    label = say("achieved share of the link bandwidth")
    achieved = Input(label, path.efficiency[role], "ratio", source, "inferred")
    inputs = (basis.bandwidth(level), achieved)
    return Line(level.name, word(level.name), layers * wire, "time", formula, inputs)


def _library(engine: Engine, verb: str, is_direct: bool) -> tuple[Input, ...]:
    library = engine.exchange
    path = (library.low_latency if is_direct else library.normal)[verb]
    source = say("expert library {name}", name=library.name)
    return tuple(
        Input(label, value, "time", source, "inferred")
        for label, value in (
            (say("launch, counting tokens and barrier"), path.start_s),
            (say("per doubling of ranks"), path.doubling_s),
            (say("per further rank"), path.peer_s),
        )
        if value
    )
