"""The time of one pass of serving, term by term, down to operators, exchanges and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.collectives import collective_line
from studio.exploration.explanation.quantities import number, seconds, term_line
from studio.exploration.explanation.serving_exchange import exchange_lines
from studio.exploration.explanation.serving_operators import serving_operators
from studio.messages import say
from studio.simulation.explanation import Line, opened
from studio.simulation.inference.passes import (
    Engine,
    PassTime,
    hand_over,
    hand_over_spans,
    reduction,
    reduction_spans,
)
from studio.simulation.inference.plan import scalar
from studio.simulation.result import Bound, TimeTerm
from studio.simulation.words import word
from studio.workload.model import MixtureOfExperts


@dataclass(frozen=True)
class Passed:
    """One pass of an instance."""

    basis: Basis
    engine: Engine
    time: PassTime
    has_prompts: bool
    candidate: int = 0
    """Place among the passes that were worked out together."""


Opener = Callable[[Passed, TimeTerm], Line]


def decode_pass(basis: Basis) -> Passed:
    """Return the step of decoding of a served job."""
    worked = basis.serving.worked
    return Passed(basis, worked.decode_engine, worked.decode.pass_time, has_prompts=False)


def prefill_pass(basis: Basis, *, is_first: bool = False) -> Passed:
    """Return the pass that computes prompts: in plenty, or one prompt alone."""
    worked = basis.serving.worked
    one = worked.first if is_first else worked.plenty
    return Passed(
        basis, worked.prefill_engine, one.pass_time, has_prompts=True, candidate=int(not is_first)
    )


def pass_lines(passed: Passed) -> list[Line]:
    """Return the terms of a pass, the longest first."""
    terms = [
        TimeTerm(name, scalar(value), _bound(passed, name))
        for name, value in passed.time.terms.items()
        if scalar(value) > 0
    ]
    return [_term(passed, term) for term in sorted(terms, key=lambda term: -term.seconds)]


def pass_line(passed: Passed, key: str, label: str = "") -> Line:
    """Return one pass as the sum of its terms; it bears the name of its phase by default."""
    formula = say(
        "one pass of {tokens} tokens in each attention group",
        tokens=number(scalar(passed.time.tokens)),
    )
    return Line(
        key,
        label or word(key),
        scalar(passed.time.time_s),
        "time",
        formula,
        opener=lambda: pass_lines(passed),
    )


def _bound(passed: Passed, name: str) -> Bound:
    phases = {phase.name: phase for phase in passed.basis.result.phases}
    phase = phases["prefill" if passed.has_prompts else "decode"]
    return next((term.bound for term in phase.terms if term.name == name), "overhead")


def _term(passed: Passed, term: TimeTerm) -> Line:
    return _OPENERS[term.name](passed, term)


def _computing(passed: Passed, term: TimeTerm) -> Line:
    basis = passed.basis

    def inside() -> Sequence[Line]:
        lines = serving_operators(basis, passed.engine, passed.time, term.name, passed.candidate)
        if term.name == "experts":
            layers = term.seconds - sum(line.value for line in lines)
            lines += opened(_routing(passed, layers))()
        return lines

    formula = say("slower of computing and moving, and what is not hidden of the shorter")
    return term_line(term.name, term.seconds, term.bound, formula=formula, opener=inside)


def _expert_layers(engine: Engine) -> float:
    drafts = engine.draft_layers / (1 + engine.draft_layers)
    blocks = engine.model.blocks
    return sum(
        block.count + (drafts if block is blocks[-1] else 0.0)
        for block in blocks
        if isinstance(block.feed_forward, MixtureOfExperts)
    )


def _routing(passed: Passed, value: float) -> Line | None:
    layers = _expert_layers(passed.engine)
    each = passed.basis.given.serving.expert_layer_s
    if not layers or not each:
        return None
    formula = say("{times} × {each}", times=number(layers), each=seconds(each))
    inputs = (passed.basis.engine("expert_layer_s"),)
    label = say("Routing and set-up of experts")
    return Line("set-up", label, value, "time", formula, inputs, bound="overhead")


def _dispatch(passed: Passed, term: TimeTerm) -> Line:
    basis = passed.basis

    def inside() -> Sequence[Line]:
        lines = exchange_lines(basis, passed.engine, passed.time, is_direct=not passed.has_prompts)
        layers = _expert_layers(passed.engine)
        profile = passed.engine.profile
        hidden = profile.expert_overlap * sum(line.value for line in lines)
        waited = layers * profile.expert_rank_s
        overlap = (basis.engine("expert_overlap"),)
        waiting = (basis.engine("expert_rank_s"),)
        lines += opened(
            Line("hidden", say("Hidden behind computing"), -hidden, "time", inputs=overlap),
            Line(
                "waiting",
                say("Ranks wait for each other"),
                waited,
                "time",
                say("{times} × {each}", times=number(layers), each=seconds(profile.expert_rank_s)),
                waiting,
            ),
        )()
        return lines

    formula = say("dispatch and combine of every layer of experts, less what computing hides")
    return term_line(term.name, term.seconds, term.bound, formula=formula, opener=inside)


def _reduce(passed: Passed, term: TimeTerm) -> Line:
    found = reduction(passed.engine, passed.time.tokens)
    exposed = passed.engine.profile.reduce_exposed
    if found is None or not exposed:
        return term_line(term.name, term.seconds, term.bound)
    times = term.seconds / exposed / float(np.ravel(found.time_s)[0])

    def inside() -> Sequence[Line]:
        spans = reduction_spans(passed.engine)
        whole = collective_line(passed.basis, "all-reduce", found, spans, times)
        change = (exposed - 1) * whole.value
        inputs = (passed.basis.engine("reduce_exposed"),)
        label = say("Hidden by computing, or added by copies")
        return opened(whole, Line("exposed", label, change, "time", inputs=inputs))()

    formula = say(
        "{times} reductions × {each} × {exposed:.3g} exposed",
        times=number(times),
        each=seconds(float(np.ravel(found.time_s)[0])),
        exposed=exposed,
    )
    return term_line(term.name, term.seconds, term.bound, formula=formula, opener=inside)


def _pipeline(passed: Passed, term: TimeTerm) -> Line:
    found = hand_over(passed.engine, passed.time.tokens)
    times = scalar(passed.engine.plan.pipeline) - 1
    if found is None:
        return term_line(term.name, term.seconds, term.bound)
    spans = hand_over_spans(passed.engine)
    formula = say("{times} × hand-over to the next stage", times=number(times))
    return term_line(
        term.name,
        term.seconds,
        term.bound,
        formula=formula,
        opener=lambda: [collective_line(passed.basis, "stage", found, spans, times)],
    )


def _launch(passed: Passed, term: TimeTerm) -> Line:
    each = passed.engine.profile.kernel_s
    kernels = term.seconds / each if each else 0.0
    formula = say("{times} kernels × {each}", times=number(kernels), each=seconds(each))
    inputs = (passed.basis.engine("kernel_s"), given_input(say("kernels"), kernels, "count"))
    return term_line(term.name, term.seconds, term.bound, formula=formula, inputs=inputs)


def _host(passed: Passed, term: TimeTerm) -> Line:
    basis, profile = passed.basis, passed.engine.profile
    kernels = scalar(passed.time.terms["launch"]) / profile.kernel_s if profile.kernel_s else 0.0
    device = sum(scalar(v) for k, v in passed.time.terms.items() if k not in ("host", "pipeline"))
    name = "prefill_launch_s" if passed.has_prompts else "launch_s"
    waiting = max(kernels * getattr(profile, name) - device, 0.0)
    rest = term.seconds - waiting - profile.step_s
    sequences = rest / profile.sequence_s if profile.sequence_s else 0.0
    return term_line(
        term.name,
        term.seconds,
        term.bound,
        opener=opened(
            Line(
                "waiting",
                say("Kernels are issued slower than they run"),
                waiting,
                "time",
                say(
                    "{kernels} kernels × {each} − {device} on the device",
                    kernels=number(kernels),
                    each=seconds(getattr(profile, name)),
                    device=seconds(device),
                ),
                (basis.engine(name),),
            ),
            Line(
                "step",
                say("Scheduling and sampling"),
                profile.step_s,
                "time",
                inputs=(basis.engine("step_s"),),
            ),
            Line(
                "sequences",
                say("Sequences of the batch"),
                rest,
                "time",
                say("{times} × {each}", times=number(sequences), each=seconds(profile.sequence_s)),
                (basis.engine("sequence_s"),),
            ),
        ),
    )


_OPENERS: Mapping[str, Opener] = {
    **dict.fromkeys(
        ("attention", "projections", "feed_forward", "experts", "vector", "head"), _computing
    ),
    "dispatch_combine": _dispatch,
    "all_reduce": _reduce,
    "pipeline": _pipeline,
    "launch": _launch,
    "host": _host,
}
