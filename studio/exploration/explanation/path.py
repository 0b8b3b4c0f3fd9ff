"""The latency of a network level opened: cables by their length, transceivers, switches."""

from __future__ import annotations

import math

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.quantities import amount, seconds
from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.explanation import Input, Line
from studio.simulation.level_path import LevelPath, LinkStep, SwitchStep, level_path
from studio.simulation.machine import NetworkLevel
from studio.simulation.source_words import source_text
from studio.simulation.words import term


def latency_line(basis: Basis, level: NetworkLevel) -> Line:
    """Return one way of the first byte across a level, hop by hop."""
    found = level_path(basis.fabric, level)
    label = say("Latency across {level}, one way", level=term(level.name))
    if found is None:
        between = say("between the devices of one package, which are not drawn")
        return Line(level.name, label, level.latency_s, "time", between)
    hops = sum(isinstance(step, SwitchStep) for step in found.steps)
    metres = sum(step.length_m for step in found.steps if isinstance(step, LinkStep))
    note = say(
        "{switches} switches and {length} of links, the way to a peer of median distance",
        switches=hops,
        length=amount(metres, "length"),
    )
    return Line(
        level.name,
        label,
        level.latency_s,
        "time",
        note,
        is_sum=math.isclose(found.delay_s, level.latency_s, rel_tol=1e-9),
        opener=lambda: _steps(found),
    )


def _steps(path: LevelPath) -> list[Line]:
    lines = []
    for number, step in enumerate(path.steps):
        if isinstance(step, SwitchStep):
            lines.append(_part(f"{number}", step.part))
            continue
        what = step.medium or say("Trace")
        lines.append(
            Line(
                f"{number}",
                what,
                step.cable_s,
                "time",
                say(
                    "{length} × {delay} per metre",
                    length=amount(step.length_m, "length"),
                    delay=seconds(step.cable_s / step.length_m if step.length_m else 0.0),
                ),
            )
        )
        lines += [_part(f"{number}/{end}", part) for end, part in enumerate(step.ends)]
    return lines


def _part(key: str, part: PartData) -> Line:
    """Return what a switch or a transceiver adds."""
    origin = part.origins.get("latency")
    label = say("latency of {part}", part=part.title)
    source = (
        (source_text(origin.source), origin.grade, origin.url, origin.date)
        if origin
        else ("", "", "", "")
    )
    value = part.value("latency")
    inputs = (Input(label, value, "time", *source, part=part.id),)
    return Line(key, part.title, value, "time", inputs=inputs)
