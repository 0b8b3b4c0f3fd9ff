"""Effective training time opened: checkpoints, lost work, recovery."""

from __future__ import annotations

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.counted import figure_line
from studio.exploration.explanation.quantities import amount, data, number, rate, seconds
from studio.messages import say
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.reliability.assumptions import (
    CHECKPOINT_BYTE_PER_PARAMETER,
    DETECTION_S,
    RESTART_S,
    STORAGE_BYTE_PER_S_PER_NPU,
)
from studio.simulation.reliability.job import JobReliability
from studio.simulation.words import word


def effective_line(basis: Basis) -> Line | None:
    """Return the share of wall time that becomes work, as all of it less what is lost."""
    found = basis.result.reliability
    if found is None:
        return None
    lost = (
        (
            "checkpoints",
            found.checkpoint_share,
            say(
                "{write} every {interval} of work",
                write=seconds(found.write_s),
                interval=seconds(found.interval_s),
            ),
            _write(basis, found),
        ),
        (
            "lost work",
            found.rework_share,
            say(
                "since the last checkpoint, at most {interval}, every {between}",
                interval=seconds(found.interval_s),
                between=amount(found.between_s, "time"),
            ),
            None,
        ),
        (
            "recovery",
            found.recovery_share,
            say(
                "({detection} + {restart} + {write}) every {between}",
                detection=seconds(DETECTION_S),
                restart=seconds(RESTART_S),
                write=seconds(found.write_s),
                between=amount(found.between_s, "time"),
            ),
            None,
        ),
    )
    whole = Line("all", say("Wall time"), 1.0, "ratio")
    lines = [
        Line(
            name,
            word(name),
            -value,
            "ratio",
            formula,
            is_sum=False,
            opener=opened(inside, _between(basis, found)),
        )
        for name, value, formula, inside in lost
    ]
    return Line(
        "effective_share",
        say("Effective training time"),
        found.effective_share,
        "ratio",
        say("Daly 2006, equations 20 and 37: checkpoints as often as pays"),
        opener=opened(whole, *lines),
    )


def _write(basis: Basis, found: JobReliability) -> Line:
    npus = basis.result.phases[0].npus
    parameters = found.checkpoint_byte / CHECKPOINT_BYTE_PER_PARAMETER
    formula = say(
        "{parameters} parameters × {each} ÷ ({npus} NPUs × {rate})",
        parameters=number(parameters),
        each=data(CHECKPOINT_BYTE_PER_PARAMETER),
        npus=number(npus),
        rate=rate(STORAGE_BYTE_PER_S_PER_NPU),
    )
    inputs = (
        Input(
            say("storage rate per NPU"),
            STORAGE_BYTE_PER_S_PER_NPU,
            "bandwidth",
            "Llama 3, arXiv 2407.21783, section 3.3.1",
            "paper",
        ),
    )
    label = say("One checkpoint is written")
    return Line("write", label, found.write_s, "time", formula, inputs)


def _between(basis: Basis, found: JobReliability) -> Line:
    figure = basis.totals.figures["interruptions_per_year"]
    npus = basis.result.phases[0].npus
    part = npus / basis.given.machine.npu_count
    formula = say(
        "a year ÷ ({stops} interruptions × {part:.3g} of the NPUs)",
        stops=number(figure.value),
        part=part,
    )
    return Line(
        "between",
        say("Between two interruptions"),
        found.between_s,
        "time",
        formula,
        (given_input(say("NPUs of the job"), npus, "count"),),
        is_sum=False,
        opener=lambda: [figure_line(figure, say("Interruptions a year"))],
    )
