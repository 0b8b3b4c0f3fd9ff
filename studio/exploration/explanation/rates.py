"""Tokens per second, utilisation and the two latencies of serving, opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.design.scenario import Inference
from studio.exploration.explanation.basis import Basis, given_input, of_model
from studio.exploration.explanation.quantities import (
    flops,
    number,
    operations,
    seconds,
    share,
)
from studio.exploration.explanation.serving_time import (
    Passed,
    decode_pass,
    pass_line,
    prefill_pass,
)
from studio.exploration.explanation.training_time import step_line
from studio.messages import say
from studio.simulation.compute.roofline import peak_flops
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.inference.plan import scalar
from studio.simulation.result import Phase
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.words import word

Inputs = tuple[Input, ...]


def phase_line(basis: Basis, phase: Phase) -> Line:
    """Return the time of a phase of a job."""
    if phase.name == "step":
        return step_line(basis, phase)
    return pass_line(_passed(basis, phase), phase.name)


def _passed(basis: Basis, phase: Phase) -> Passed:
    return decode_pass(basis) if phase.name == "decode" else prefill_pass(basis)


def headline_line(basis: Basis) -> Line:
    """Return the time of a training step, or the time per output token."""
    if basis.result.job == "training":
        return step_line(basis, basis.result.phases[0])
    worked = basis.serving.worked
    emitted = worked.guess.emitted
    step = scalar(worked.decode.step_s)
    formula = say(
        "{step} between two steps ÷ {emitted:.3g} tokens out of each",
        step=seconds(step),
        emitted=emitted,
    )
    inputs = (basis.setting("mtp_tokens"), basis.setting("mtp_acceptance")) if emitted > 1 else ()

    def inside() -> Sequence[Line]:
        passed = decode_pass(basis)
        stages = step - scalar(passed.time.time_s)
        count = scalar(passed.engine.plan.pipeline)
        formula = say(
            "{stages} stages × {each} − one pass",
            stages=number(count),
            each=seconds(scalar(passed.time.stage_s)),
        )
        label = say("Pipeline stages wait for each other")
        wait = Line("stages", label, stages, "time", formula, (basis.engine("stage_wait"),))
        return opened(pass_line(passed, "decode"), wait)()

    between = Line("between", say("Between two steps"), step, "time", opener=inside)
    return Line(
        "headline",
        say("Time per output token"),
        basis.result.headline_s,
        "time",
        formula,
        inputs,
        is_sum=emitted == 1,
        opener=opened(between),
    )


def ttft_line(basis: Basis) -> Line:
    """Return the time to the first token of one prompt alone."""
    worked = basis.serving.worked
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


def tokens_line(basis: Basis) -> Line:
    """Return the tokens per second of the whole job."""
    if basis.result.job == "training":
        return _trained(basis)
    return _served(basis)


def per_npu_line(basis: Basis) -> Line:
    """Return the tokens per second of the job over its NPUs."""
    result = basis.result
    rate = result.tokens_per_s_per_npu
    npus = round(result.tokens_per_s / rate) if rate else result.load.npus
    return Line(
        "tokens_per_s_per_npu",
        say("Tokens per second of one NPU"),
        rate,
        "count",
        say("{rate} tokens/s ÷ {npus} NPUs", rate=number(result.tokens_per_s), npus=number(npus)),
        (given_input(say("NPUs of the job"), float(npus), "count"),),
        is_sum=False,
        opener=lambda: [tokens_line(basis)],
    )


def _trained(basis: Basis) -> Line:
    plan, phase = basis.training.plan, basis.result.phases[0]
    tokens = float(plan.tokens_per_step[0])
    formula = say("{tokens} tokens ÷ {step}", tokens=number(tokens), step=seconds(phase.seconds))
    batch = Line(
        "tokens",
        say("Tokens of a step"),
        tokens,
        "count",
        say(
            "{sequences} sequences × {length} tokens",
            sequences=number(float(plan.global_batch[0])),
            length=number(float(plan.sequence[0])),
        ),
        (basis.setting("global_batch"), basis.setting("sequence_tokens")),
    )
    return Line(
        "tokens_per_s",
        say("Tokens per second"),
        basis.result.tokens_per_s,
        "count",
        formula,
        is_sum=False,
        opener=lambda: (batch, step_line(basis, phase)),
    )


def _served(basis: Basis) -> Line:
    result, scenario = basis.result, basis.given.scenario
    assert isinstance(scenario, Inference)
    filling, stepping = result.phases
    outcome = basis.serving
    new_prompt = max(1.0, scenario.input_tokens * (1 - scenario.prefix_cache_hit))
    fed = filling.npus * outcome.prefill_tokens_per_s_per_npu / new_prompt * scenario.output_tokens
    out = stepping.npus * outcome.decode_tokens_per_s_per_npu
    feeding = say(
        "{npus} NPUs × {rate} tokens/s ÷ {prompt} × {output}",
        npus=number(filling.npus),
        rate=number(outcome.prefill_tokens_per_s_per_npu),
        prompt=number(new_prompt),
        output=number(scenario.output_tokens),
    )
    emitting = say(
        "{npus} NPUs × {rate} tokens/s",
        npus=number(stepping.npus),
        rate=number(outcome.decode_tokens_per_s_per_npu),
    )
    lengths = (basis.setting("input_tokens"), basis.setting("output_tokens"))

    pools = (
        _of_phase(filling, say("Prefill NPUs can feed"), fed, "count", feeding, lengths,
                  lambda: [_pool(basis, filling)]),
        _of_phase(stepping, say("Decode NPUs can emit"), out, "count", emitting, (),
                  lambda: [_pool(basis, stepping)]),
    )  # fmt: skip
    fits = say("the slower of both pools sets it")
    formula = fits if outcome.fits else say("0: the job does not fit")
    return Line(
        "tokens_per_s",
        say("Tokens per second"),
        result.tokens_per_s,
        "count",
        formula,
        is_sum=False,
        opener=lambda: pools,
    )


def _of_phase(
    phase: Phase,
    label: str,
    value: float,
    dimension: str,
    formula: str,
    inputs: Inputs,
    inside: Callable[[], Sequence[Line]],
) -> Line:
    """Return what the NPUs of one phase add to a figure, worked out from the lines inside."""
    return Line(phase.name, label, value, dimension, formula, inputs, is_sum=False, opener=inside)


def _pool(basis: Basis, phase: Phase) -> Line:
    """Return the rate of one NPU in its phase: tokens of a pass over its time."""
    passed = _passed(basis, phase)
    worked, engine = basis.serving.worked, passed.engine
    devices = engine.profile.devices_per_npu
    ranks = scalar(engine.plan.group_ranks)
    if phase.name == "decode":
        step = scalar(worked.decode.step_s)
        tokens = scalar(worked.decode.sequences) * worked.guess.emitted
        rate = basis.serving.decode_tokens_per_s_per_npu
    else:
        step = scalar(passed.time.stage_s)
        tokens = scalar(passed.time.tokens)
        rate = basis.serving.prefill_tokens_per_s_per_npu
    formula = say(
        "{tokens} tokens ÷ {time} ÷ {ranks} devices of a group × {devices} devices per NPU",
        tokens=number(tokens),
        time=seconds(step),
        ranks=number(ranks),
        devices=number(devices),
    )
    return Line(
        "npu",
        say("Tokens per second of one NPU"),
        rate,
        "count",
        formula,
        is_sum=False,
        opener=lambda: [phase_line(basis, phase)],
    )


def mfu_line(basis: Basis) -> Line:
    """Return model FLOP done over the peak."""
    label = say("Model FLOP utilisation")
    if basis.result.job == "training":
        return _training_mfu(basis, label)
    filling, stepping = basis.result.phases
    npus = max(1, filling.npus + stepping.npus)

    def part(phase: Phase, used: float) -> Line:
        formula = say(
            "{npus} of {all} NPUs × {used} of the peak",
            npus=number(phase.npus),
            all=number(npus),
            used=share(used),
        )
        inputs = (basis.peak(decode_pass(basis).engine.numbers.compute.rating),)
        value = phase.npus / npus * used
        return _of_phase(phase, word(phase.name), value, "ratio", formula, inputs,
                         lambda: [phase_line(basis, phase)])  # fmt: skip

    outcome = basis.serving
    lines = (
        part(filling, outcome.prefill.compute_utilisation),
        part(stepping, outcome.decode.compute_utilisation),
    )
    return Line("mfu", label, basis.result.mfu, "ratio", opener=lambda: lines)


def _training_mfu(basis: Basis, label: str) -> Line:
    model, plan = basis.given.model, basis.training.plan
    each = float(np.ravel(model_flops_per_token(model, plan.sequence))[0])
    peak = peak_flops(basis.given.machine.accelerator, "bf16")
    rate = basis.result.tokens_per_s_per_npu
    formula = say(
        "{each} per token × {rate} tokens/s per NPU ÷ {peak}",
        each=operations(each),
        rate=number(rate),
        peak=flops(peak),
    )
    inputs = (
        of_model(basis, say("operations per trained token"), each),
        given_input(say("NPUs of the job"), float(plan.npus[0]), "count"),
        basis.peak("bf16"),
    )
    return Line(
        "mfu",
        label,
        basis.result.mfu,
        "ratio",
        formula,
        inputs,
        is_sum=False,
        opener=lambda: [tokens_line(basis)],
    )
