"""The time of one training step, term by term, down to operators, collectives and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.operators import recomputed, training_operators
from studio.exploration.explanation.quantities import data, number, rate, seconds, term_line
from studio.exploration.explanation.training_exchange import exchange_lines
from studio.messages import say
from studio.simulation.explanation import Input, Line, opened
from studio.simulation.result import Phase, TimeTerm
from studio.simulation.training.computing import CHEAP_KINDS, set_up_s
from studio.simulation.training.per_step import HOST_UPDATE_SHARE, update_byte
from studio.simulation.training.placement import node_count
from studio.simulation.words import word
from studio.workload.model import MixtureOfExperts
from studio.workload.plan import Offload, Recompute, Schedule

Opener = Callable[[Basis, TimeTerm], Line]


def step_line(basis: Basis, phase: Phase) -> Line:
    """Return the time of a step as the sum of its terms, the longest first."""
    plan, stages = basis.training.plan, basis.training.stages
    formula = say(
        "{micro_batches} micro batches through the slowest stage of {layers} layers, and what "
        "comes once a step",
        micro_batches=number(float(plan.micro_batches[0])),
        layers=number(float(np.ravel(stages.layers)[0])),
    )
    terms = sorted(phase.terms, key=lambda term: -term.seconds)
    return Line(
        "step",
        word("step"),
        phase.seconds,
        "time",
        formula,
        opener=lambda: [term_of(basis, term) for term in terms],
    )


def term_of(basis: Basis, term: TimeTerm) -> Line:
    """Return one term of a training step, opened."""
    return _OPENERS.get(term.name, _plain)(basis, term)


def _plain(basis: Basis, term: TimeTerm) -> Line:
    del basis
    return term_line(term.name, term.seconds, term.bound, formula=term.formula)


def _computing(basis: Basis, term: TimeTerm) -> Line:
    """Return a term made of operators; what experts need beside them is a line of its own."""

    def inside() -> Sequence[Line]:
        lines = training_operators(basis, term.name)
        if term.name == "experts":
            lines += opened(_set_up(basis))()
        return lines

    return term_line(term.name, term.seconds, term.bound, formula=term.formula, opener=inside)


def _set_up(basis: Basis) -> Line:
    """Return routing and set-up of the experts, forward and backward."""
    outcome, profile = basis.training, basis.given.compute
    total = 0.0
    held = 0.0
    times = 0.0
    for index, block in enumerate(basis.given.model.blocks):
        part = block.feed_forward
        rows = [row for row in outcome.operators if row.block == index]
        if not isinstance(part, MixtureOfExperts) or not rows:
            continue
        held = part.experts / float(outcome.plan.expert[0])
        times += rows[0].times
        total += 2 * rows[0].times * float(set_up_s(held, profile))
    formula = say(
        "2 × {times} × ({layer} + {experts} experts × {each})",
        times=number(times),
        layer=seconds(profile.moe_overhead_s),
        experts=number(held),
        each=seconds(profile.expert_overhead_s),
    )
    inputs = (basis.compute("moe_overhead_s"), basis.compute("expert_overhead_s"))
    label = say("Routing and set-up of experts")
    return Line("set-up", label, total, "time", formula, inputs, bound="overhead")


def _recompute(basis: Basis, term: TimeTerm) -> Line:
    outcome = basis.training
    is_full = int(outcome.plan.recompute[0]) == Recompute.FULL
    rows = [
        row for row in outcome.operators if row.block >= 0 and (is_full or row.kind in CHEAP_KINDS)
    ]
    return term_line(
        term.name,
        term.seconds,
        term.bound,
        formula=term.formula,
        opener=lambda: recomputed(basis, rows),
    )


def _bubble(basis: Basis, term: TimeTerm) -> Line:
    """Return the fill and drain of the pipeline, and the hops of its first and last micro batch."""
    return term_line(
        term.name,
        term.seconds,
        term.bound,
        formula=term.formula,
        opener=lambda: _bubble_parts(basis, term.seconds),
    )


def _bubble_parts(basis: Basis, whole_s: float) -> Sequence[Line]:
    plan = basis.training.plan
    stages, hop = float(plan.pipeline[0]), hop_s(basis)
    hops = 2 * (stages - 1) * hop
    schedule = Schedule(int(plan.schedule[0])).name.replace("_", " ").lower()
    formula = say(
        "(all {stages} stages − slowest stage) ÷ {chunks} virtual stages × what {schedule} leaves",
        stages=number(stages),
        chunks=number(float(plan.chunks[0])),
        schedule=schedule,
    )
    fill = Line("fill", say("Pipeline fills and drains"), whole_s - hops, "time", formula)
    way = Line(
        "hops",
        say("First micro batch there, last one back"),
        hops,
        "time",
        say("2 × {stages} × {hop}", stages=number(stages - 1), hop=seconds(hop)),
    )
    return opened(fill, way)()


def hop_s(basis: Basis) -> float:
    """Return the time of one hand-over to the next pipeline stage. [s]."""
    lines = exchange_lines(basis, "stage")
    return lines[0].value if lines else 0.0


def _optimizer(basis: Basis, term: TimeTerm) -> Line:
    recipe = basis.training.recipe
    bandwidth, efficiency, rests = _updated_at(basis)
    moved = term.seconds * bandwidth * efficiency
    each = update_byte(recipe)
    formula = say(
        "{parameters} parameters × {each} ÷ {rate}",
        parameters=number(moved / each),
        each=data(each),
        rate=rate(bandwidth * efficiency),
    )
    inputs = (
        given_input(say("parameters updated by an NPU"), moved / each, "count"),
        given_input(say("states, gradient and weight of a parameter"), each, "data"),
        *rests,
    )
    return term_line(term.name, term.seconds, term.bound, formula=formula, inputs=inputs)


def _updated_at(basis: Basis) -> tuple[float, float, tuple[Input, ...]]:
    """Return rated bandwidth and share reached of the memory that holds the states, as inputs."""
    machine = basis.given.machine
    if machine.host is not None and basis.training.plan.offloads(Offload.OPTIMIZER)[0]:
        rated = machine.host.memory_bandwidth_byte_per_s
        source = say("CPUs drawn, over their NPUs")
        share = Input(
            say("share of it that an update reaches"),
            HOST_UPDATE_SHARE,
            "ratio",
            "Ren et al. 2021, CPU-Adam",
            "secondary",
            "https://arxiv.org/abs/2101.06840",
        )
        label = say("memory bandwidth of the CPUs per NPU")
        return rated, HOST_UPDATE_SHARE, (given_input(label, rated, "bandwidth", source), share)
    rests = (basis.rating("memory_bandwidth"), basis.compute("optimizer_efficiency"))
    rated = machine.accelerator.memory_bandwidth_byte_per_s
    return rated, basis.given.compute.optimizer_efficiency, rests


def _offload(basis: Basis, term: TimeTerm) -> Line:
    """Return copies to and from the CPUs: all of them, less what computing hides."""
    host = basis.given.machine.host
    assert host is not None
    hidden = float(basis.training.hidden_s["offload"][0])
    whole = term.seconds + hidden
    formula = say(
        "{moved} ÷ {rate}",
        moved=data(whole * host.link_byte_per_s),
        rate=rate(host.link_byte_per_s),
    )
    source = say("links drawn") if host.is_drawn else say("port of the NPU, no link is drawn")
    label = say("bandwidth of an NPU to its CPUs, per direction")
    inputs = (given_input(label, host.link_byte_per_s, "bandwidth", source),)

    def inside() -> Sequence[Line]:
        copies = Line("copies", say("All copies of a step"), whole, "time", formula, inputs)
        if not hidden:
            return [copies]
        text = say("as far as the pass lasts that they run beside")
        shown = Line("hidden", say("Hidden behind computing"), -hidden, "time", text)
        return [copies, shown]

    return term_line(term.name, term.seconds, term.bound, formula=term.formula, opener=inside)


def _contention(basis: Basis, term: TimeTerm) -> Line:
    profile = basis.given.compute
    hidden = term.seconds / profile.contention if profile.contention else 0.0
    formula = say(
        "{share:.3g} × {hidden} of hidden communication",
        share=profile.contention,
        hidden=seconds(hidden),
    )
    inputs = (basis.compute("contention"),)
    return term_line(term.name, term.seconds, term.bound, formula=formula, inputs=inputs)


def _host(basis: Basis, term: TimeTerm) -> Line:
    names = ("host_launch_s", "host_expert_s", "host_collective_s")
    inputs = tuple(basis.compute(name) for name in names)
    return term_line(term.name, term.seconds, term.bound, formula=term.formula, inputs=inputs)


def _straggler(basis: Basis, term: TimeTerm) -> Line:
    nodes = float(np.ravel(node_count(basis.given.machine, basis.training.plan.npus))[0])
    share = basis.given.compute.straggler
    others = basis.result.headline_s - term.seconds
    formula = say(
        "{share:.3g} × log2({nodes} nodes) × {others} of all other terms",
        share=share,
        nodes=number(nodes),
        others=seconds(others),
    )
    inputs = (basis.compute("straggler"), given_input(say("nodes of the job"), nodes, "count"))
    return term_line(term.name, term.seconds, term.bound, formula=formula, inputs=inputs)


def _overhead(basis: Basis, term: TimeTerm) -> Line:
    inputs = (basis.compute("step_overhead_s"),)
    return term_line(term.name, term.seconds, term.bound, formula=term.formula, inputs=inputs)


_OVERLAP = {
    "tensor": "tensor_overlap",
    "context": "context_overlap",
    "expert_exchange": "expert_overlap",
    "pipeline": "pipeline_overlap",
    "data": "data_overlap",
}


def _exchange(basis: Basis, term: TimeTerm) -> Line:
    """Return communication: what its collectives take, less what computing hides."""

    def inside() -> Sequence[Line]:
        lines = exchange_lines(basis, term.name)
        hidden = sum(line.value for line in lines) - term.seconds
        if hidden > 1e-12 * term.seconds:
            inputs = (basis.compute(_OVERLAP[term.name]),)
            label = say("Hidden behind computing")
            formula = say("as far as computing lasts and the software overlaps it")
            lines.append(Line("hidden", label, -hidden, "time", formula, inputs))
        return lines

    formula = say("its collectives, less what computing hides")
    return term_line(term.name, term.seconds, term.bound, formula=formula, opener=inside)


_OPENERS: Mapping[str, Opener] = {
    **dict.fromkeys(("matrix", "attention", "vector", "experts"), _computing),
    **dict.fromkeys(_OVERLAP, _exchange),
    "recompute": _recompute,
    "bubble": _bubble,
    "optimizer": _optimizer,
    "offload": _offload,
    "contention": _contention,
    "host": _host,
    "straggler": _straggler,
    "overhead": _overhead,
}
