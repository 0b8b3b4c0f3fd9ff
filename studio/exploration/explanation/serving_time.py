"""The time of one pass of serving, term by term, down to operators, exchanges and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.collectives import collective_line
from studio.exploration.explanation.quantities import number, seconds, term_line
from studio.exploration.explanation.serving_exchange import exchange_lines
from studio.exploration.explanation.serving_operators import serving_operators
from studio.messages import say
from studio.simulation.explanation import Line, opened
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.layers import inside_experts
from studio.simulation.inference.mixing import Mixed
from studio.simulation.inference.pass_time import PassTime, Segment
from studio.simulation.inference.passes import agreement_s
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.reductions import hand_over, hand_over_spans, reduction
from studio.simulation.result import Bound, TimeTerm
from studio.simulation.words import word


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


def mixed_pass(basis: Basis, mixed: Mixed) -> Passed:
    """Return the pass that carries prompts beside decoding."""
    return Passed(basis, basis.serving.worked.decode_engine, mixed.carrying, has_prompts=True)


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


def _expert_layers(time: PassTime) -> float:
    return sum(layers for segment in time.segments for _, layers in segment.experts)


def _routing(passed: Passed, value: float) -> Line | None:
    layers = _expert_layers(passed.time)
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
        if not passed.engine.plan.dispatches:
            return _inside_experts(passed)
        lines = exchange_lines(basis, passed.engine, passed.time)
        layers = _expert_layers(passed.time)
        profile = passed.engine.profile
        hidden = profile.expert_overlap * sum(line.value for line in lines)
        lines += _inside_experts(passed)
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


def _inside_experts(passed: Passed) -> list[Line]:
    """Return the sums over ranks that share an expert, where experts are cut."""
    lines = []
    for place, segment in enumerate(passed.time.segments):
        for part, layers in segment.experts:
            one = inside_experts(passed.engine, segment.tokens, part)
            if one.library is None:
                continue
            each = scalar(one.time_s)
            formula = say("{times} × {each}", times=number(layers), each=seconds(each))
            label = say("Parts of an expert added up")
            key = f"parts/{place}"
            lines.append(Line(key, label, layers * each, "time", formula, bound="network"))
    return lines


def _reduce(passed: Passed, term: TimeTerm) -> Line:
    def inside() -> Sequence[Line]:
        lines = [_sums(passed, segment, n) for n, segment in enumerate(passed.time.segments)]
        return opened(*(line for found in lines for line in found))()

    formula = say("sums over the group, each by the faster of library and engine")
    return term_line(term.name, term.seconds, term.bound, formula=formula, opener=inside)


def _sums(passed: Passed, segment: Segment, place: int) -> list[Line]:
    """Return the sums of one segment: by the kernel of the engine, or by the library."""
    found = reduction(passed.engine, segment.tokens, passed.engine.plan.tensor)
    times, own = scalar(segment.sums), scalar(found.own_s)
    if found.library is None or not times:
        return []
    profile, basis = passed.engine.profile, passed.basis
    if own <= scalar(found.time_s):
        formula = say(
            "{times} × ({start} start + {rest} to read all other ranks)",
            times=number(times),
            start=seconds(profile.reduce_start_s),
            rest=seconds(own - profile.reduce_start_s),
        )
        label = say("Sum by the kernel of the engine")
        inputs = (basis.engine("reduce_start_s"),)
        key = f"own/{place}"
        return [Line(key, label, times * own, "time", formula, inputs, bound="network")]
    whole = collective_line(basis, f"all-reduce/{place}", found.library, found.spans, times)
    change = times * scalar(found.time_s) - whole.value
    changed = (basis.engine("reduce_exposed"), basis.engine("reduce_late"))
    label = say("Hidden by computing, or added by copies")
    return [whole, Line(f"exposed/{place}", label, change, "time", inputs=changed)]


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
    agreed = scalar(agreement_s(passed.engine))
    rest = term.seconds - waiting - profile.step_s - agreed
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
                "hosts",
                say("Hosts of one instance agree"),
                agreed,
                "time",
                inputs=(basis.engine("host_s"),),
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
