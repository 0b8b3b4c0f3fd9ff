"""The time of a phase, per output token and to the first token, opened."""

from __future__ import annotations

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.quantities import (
    number,
    seconds,
)
from studio.exploration.explanation.serving_steps import between_line, mixed_ttft_line, step_s
from studio.exploration.explanation.serving_time import (
    Passed,
    decode_pass,
    pass_line,
    prefill_pass,
)
from studio.exploration.explanation.training_time import step_line
from studio.messages import say
from studio.simulation.explanation import Line, opened
from studio.simulation.inference.plan import scalar
from studio.simulation.result import Phase


def phase_line(basis: Basis, phase: Phase) -> Line:
    """Return the time of a phase of a job."""
    if phase.name == "step":
        return step_line(basis, phase)
    return pass_line(passed_of(basis, phase), phase.name)


def passed_of(basis: Basis, phase: Phase) -> Passed:
    """Return the pass that a phase repeats."""
    return decode_pass(basis) if phase.name == "decode" else prefill_pass(basis)


def headline_line(basis: Basis) -> Line:
    """Return the time of a training step, or the time per output token."""
    if basis.result.job == "training":
        return step_line(basis, basis.result.phases[0])
    emitted = basis.serving.worked.guess.emitted
    formula = say(
        "{step} between two steps ÷ {emitted:.3g} tokens out of each",
        step=seconds(step_s(basis)),
        emitted=emitted,
    )
    inputs = (basis.setting("mtp_tokens"), basis.setting("mtp_acceptance")) if emitted > 1 else ()
    return Line(
        "headline",
        say("Time per output token"),
        basis.result.headline_s,
        "time",
        formula,
        inputs,
        is_sum=emitted == 1,
        opener=opened(between_line(basis)),
    )


def ttft_line(basis: Basis) -> Line:
    """Return the time to the first token of one prompt."""
    worked = basis.serving.worked
    if worked.mixed:
        return mixed_ttft_line(basis, worked.mixed)
    passed = prefill_pass(basis, is_first=True)
    one = scalar(passed.time.time_s)
    passes = scalar(worked.first.passes)
    later = (passes - 1) * scalar(passed.time.stage_s)
    formula = say(
        "first pass {first} + {more} further passes × {each}",
        first=seconds(one),
        more=number(passes - 1),
        each=seconds(scalar(passed.time.stage_s)),
    )
    inputs = (
        basis.setting("input_tokens"),
        basis.setting("prefix_cache_hit"),
        basis.engine("pass_tokens"),
    )
    each = seconds(scalar(passed.time.stage_s))
    repeated = say("{times} × {each}", times=number(passes - 1), each=each)
    further = Line("further", say("Further passes of the prompt"), later, "time", repeated)
    return Line(
        "ttft",
        say("Time to first token"),
        basis.result.ttft_s,
        "time",
        formula,
        inputs,
        opener=opened(pass_line(passed, "first", say("First pass of the prompt")), further),
    )
