"""The time between two steps of a sequence, opened: decoding alone, or with prompts beside it."""

from __future__ import annotations

from collections.abc import Sequence

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.quantities import number, seconds, share
from studio.exploration.explanation.serving_time import (
    Passed,
    decode_pass,
    mixed_pass,
    pass_line,
    prefill_pass,
)
from studio.messages import say
from studio.simulation.explanation import Line, opened
from studio.simulation.inference.mixing import Mixed
from studio.simulation.inference.plan import scalar

_DIGITS = 9
"""Of a number of passes: what is left below is rounding."""


def step_s(basis: Basis) -> float:
    """Return the time between two steps of one sequence. [s]."""
    worked = basis.serving.worked
    return scalar(worked.mixed.step_s if worked.mixed else worked.decode.step_s)


def between_line(basis: Basis) -> Line:
    """Return the time between two steps of one sequence."""
    worked = basis.serving.worked
    step = step_s(basis)

    def inside() -> Sequence[Line]:
        if worked.mixed:
            return _with_prompts(basis, worked.mixed)
        return _step(basis, decode_pass(basis), step, "decode")

    return Line("between", say("Between two steps"), step, "time", opener=inside)


def _step(basis: Basis, passed: Passed, step: float, key: str, label: str = "") -> Sequence[Line]:
    """Return one pass, and what its stages wait for each other."""
    count = scalar(passed.engine.plan.pipeline)
    # One stage waits for nobody: the difference would be what rounding leaves.
    stages = step - scalar(passed.time.time_s) if count > 1 else 0.0
    formula = say(
        "{stages} stages × {each} − one pass",
        stages=number(count),
        each=seconds(scalar(passed.time.stage_s)),
    )
    waiting = say("Pipeline stages wait for each other")
    wait = Line("stages", waiting, stages, "time", formula, (basis.engine("stage_wait"),))
    return opened(pass_line(passed, key, label), wait)()


def _with_prompts(basis: Basis, mixed: Mixed) -> Sequence[Line]:
    """Return steps that carry prompts, those that do not, and passes of prompts alone."""
    carried = scalar(mixed.carrying_share)
    each, alone = scalar(mixed.carrying_s), scalar(basis.serving.worked.decode.step_s)
    inputs = (
        basis.setting("input_tokens"),
        basis.setting("output_tokens"),
        basis.engine("pass_tokens"),
    )
    carrying = Line(
        "carrying",
        say("Steps that carry prompts"),
        carried * each,
        "time",
        say("{part} of all steps × {each}", part=share(carried), each=seconds(each)),
        inputs,
        is_sum=False,
        opener=lambda: _step(basis, mixed_pass(basis, mixed), each, "mixed", _beside()),
    )
    decoding = Line(
        "decoding",
        say("Steps that only decode"),
        (1 - carried) * alone,
        "time",
        say("{part} of all steps × {each}", part=share(1 - carried), each=seconds(alone)),
        is_sum=False,
        opener=lambda: _step(basis, decode_pass(basis), alone, "decode"),
    )
    prompts = Line(
        "prompts",
        say("Passes of prompts alone"),
        scalar(mixed.prompts_only_s),
        "time",
        say("prompts for which passes of decoding have no room"),
        inputs,
        is_sum=False,
        opener=lambda: [pass_line(prefill_pass(basis), "prefill")],
    )
    return opened(carrying, decoding, prompts)()


def _beside() -> str:
    return say("Pass with prompts beside decoding")


def mixed_ttft_line(basis: Basis, mixed: Mixed) -> Line:
    """Return the time to the first token of a prompt that arrives while others decode."""
    half, one = step_s(basis) / 2, scalar(mixed.carrying.time_s)
    later, each = scalar(mixed.ttft_later_s), scalar(mixed.carrying_s)
    formula = say(
        "half of a step {half} + first pass {first} + further passes {later}",
        half=seconds(half),
        first=seconds(one),
        later=seconds(later),
    )
    inputs = (
        basis.setting("input_tokens"),
        basis.setting("prefix_cache_hit"),
        basis.engine("pass_tokens"),
    )
    times = number(round(later / each, _DIGITS))
    repeated = say("{times} × {each}", times=times, each=seconds(each))
    under_way = say("Half of the step under way")
    return Line(
        "ttft",
        say("Time to first token"),
        basis.result.ttft_s,
        "time",
        formula,
        inputs,
        opener=opened(
            Line("wait", under_way, half, "time", is_sum=False,
                 opener=lambda: [between_line(basis)]),
            pass_line(mixed_pass(basis, mixed), "first", say("First pass of the prompt")),
            Line("further", say("Further passes of the prompt"), later, "time", repeated),
        ),
    )  # fmt: skip
