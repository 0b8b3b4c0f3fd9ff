"""Tokens per second of a job and of one NPU, opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.design.scenario import Inference
from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.latencies import passed_of, phase_line
from studio.exploration.explanation.quantities import (
    number,
    seconds,
)
from studio.exploration.explanation.serving_steps import between_line
from studio.exploration.explanation.training_time import step_line
from studio.messages import say
from studio.simulation.explanation import Input, Line
from studio.simulation.inference.mixing import Mixed
from studio.simulation.inference.plan import scalar
from studio.simulation.result import Phase


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
    if outcome.worked.mixed:
        return _together(basis, outcome.worked.mixed)
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
        of_phase(filling, say("Prefill NPUs can feed"), fed, "count", feeding, lengths,
                  lambda: [_pool(basis, filling)]),
        of_phase(stepping, say("Decode NPUs can emit"), out, "count", emitting, (),
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


def _together(basis: Basis, mixed: Mixed) -> Line:
    """Return the rate of instances that do both phases at once."""
    outcome, engine = basis.serving, basis.serving.worked.decode_engine
    devices = engine.profile.devices_per_npu
    formula = say(
        "{tokens} tokens ÷ {time} ÷ {ranks} devices of a group × {devices} devices per NPU",
        tokens=number(scalar(mixed.sequences) * outcome.worked.guess.emitted),
        time=seconds(scalar(mixed.step_s)),
        ranks=number(scalar(engine.plan.group_ranks)),
        devices=number(devices),
    )
    each = Line(
        "npu",
        say("Tokens per second of one NPU"),
        outcome.tokens_per_s_per_npu,
        "count",
        formula,
        is_sum=False,
        opener=lambda: [between_line(basis)],
    )
    whole = say(
        "{npus} NPUs × {rate} tokens/s",
        npus=number(basis.result.load.npus),
        rate=number(outcome.tokens_per_s_per_npu),
    )
    return Line(
        "tokens_per_s",
        say("Tokens per second"),
        basis.result.tokens_per_s,
        "count",
        whole if outcome.fits else say("0: the job does not fit"),
        is_sum=False,
        opener=lambda: [each],
    )


def of_phase(
    phase: Phase,
    label: str,
    value: float,
    dimension: str,
    formula: str,
    inputs: tuple[Input, ...],
    inside: Callable[[], Sequence[Line]],
) -> Line:
    """Return what the NPUs of one phase add to a figure, worked out from the lines inside."""
    return Line(phase.name, label, value, dimension, formula, inputs, is_sum=False, opener=inside)


def _pool(basis: Basis, phase: Phase) -> Line:
    """Return the rate of one NPU in its phase: tokens of a pass over its time."""
    passed = passed_of(basis, phase)
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
