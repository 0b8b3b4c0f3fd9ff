"""How each term of a simulated phase is worked out, in one line; the functions say it in full."""

from __future__ import annotations

from collections.abc import Mapping

from studio.messages import Message, say

_PRODUCTS = say("waves × 2 tile m × tile n × (k + fill) ÷ sustained FLOP/s, or bytes ÷ bandwidth")
_STREAMED = say("elements × bytes ÷ (memory bandwidth × efficiency) + kernel gap")
_REPLAYED = say("computed once more in the backward pass")
_GROUP = say("bytes of the busiest level ÷ its bandwidth + steps × latency, hidden share excluded")
_SERVED = say("max(FLOP ÷ rate, bytes ÷ bandwidth) + unhidden share of the shorter")

TRAINING: Mapping[str, Message] = {
    "matrix": _PRODUCTS,
    "experts": _PRODUCTS,
    "attention": say("2 × queries × keys seen × width × heads ÷ sustained FLOP/s, or its traffic"),
    "vector": _STREAMED,
    "recompute": _REPLAYED,
    "tensor": _GROUP,
    "context": _GROUP,
    "expert_exchange": _GROUP,
    "data": _GROUP,
    "pipeline": _GROUP,
    "bubble": say("(all stages − slowest stage) ÷ virtual stages × what the schedule leaves"),
    "optimizer": say("bytes of states, gradients and weights ÷ (memory bandwidth × efficiency)"),
    "offload": say("max(0, bytes ÷ link to the host − pass that hides them), copy by copy"),
    "contention": say("share of hidden communication that slows computing"),
    "host": say("launches of kernels and experts beyond the device's own time"),
    "straggler": say("constant × log2(nodes) × all other terms"),
    "overhead": say("constant of the software, once a step"),
}
SERVING: Mapping[str, Message] = {
    "attention": _SERVED,
    "projections": _SERVED,
    "feed_forward": _SERVED,
    "experts": _SERVED,
    "vector": _SERVED,
    "head": _SERVED,
    "dispatch_combine": say("start + copies × bytes ÷ bandwidth of the busiest port, both ways"),
    "all_reduce": say("sums per layer × the faster of library and engine"),
    "pipeline": say("(stages − 1) × hand-over to the next stage"),
    "launch": say("kernels × gap between kernels"),
    "host": say("launches beyond the device's time + time per step and sequence"),
}
_BY_JOB: Mapping[str, Mapping[str, Message]] = {"training": TRAINING, "inference": SERVING}


def formula_of(job: str, term: str) -> str:
    """Return how a term is worked out; empty for one that has no line here."""
    return _BY_JOB[job].get(term, "")
