"""Memory of the fullest NPU, category by category."""

from __future__ import annotations

import numpy as np

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.quantities import data, number
from studio.messages import say
from studio.simulation.explanation import Input, Line
from studio.simulation.inference.memory import sequence_byte
from studio.simulation.inference.plan import scalar
from studio.simulation.memory.training import micro_batches_in_flight
from studio.simulation.memory.weights import held_parameters, stage_layers
from studio.simulation.words import term, word


def memory_line(basis: Basis) -> Line:
    """Return what one NPU holds at its fullest moment."""
    memory = basis.result.memory
    moment = (
        say("while the first stage holds all micro batches in flight")
        if basis.result.job == "training"
        else say("with the most sequences in flight and one pass of prompts")
    )
    terms = sorted((one for one in memory.terms if one.byte), key=lambda one: -one.byte)
    return Line(
        "memory",
        say("Memory of the fullest NPU"),
        memory.used_byte,
        "data",
        moment,
        (
            basis.rating("memory"),
            *(
                given_input(say("held at: {moment}", moment=term(one.name)), one.byte, "data")
                for one in memory.moments
            ),
        ),
        opener=lambda: [
            Line(one.name, word(one.name), one.byte, "data", *_how(basis, one.name, one.byte))
            for one in terms
        ],
    )


def host_memory_line(basis: Basis) -> Line | None:
    """Return what CPUs hold for one NPU; None where no part of the job is there."""
    memory = basis.result.memory
    if not memory.host_terms:
        return None
    return Line(
        "host_memory",
        say("Memory of the CPUs per NPU"),
        memory.host_byte,
        "data",
        say("what is offloaded, at the fullest moment"),
        (
            given_input(
                say("memory of the CPUs, for each of their NPUs"),
                memory.host_capacity_byte,
                "data",
                say("memory modules drawn beside CPUs"),
            ),
        ),
        opener=lambda: [
            Line(
                one.name,
                word(one.name),
                one.byte,
                "data",
                *_trained(basis, one.name, one.byte, is_on_host=True),
            )
            for one in memory.host_terms
        ],
    )


def _how(basis: Basis, name: str, byte: float) -> tuple[str, tuple[Input, ...]]:
    """Return formula and inputs of a category."""
    if basis.result.job == "training":
        return _trained(basis, name, byte)
    return _served(basis, name, byte)


def _trained(
    basis: Basis, name: str, byte: float, *, is_on_host: bool = False
) -> tuple[str, tuple[Input, ...]]:
    model, plan = basis.given.model, basis.training.plan
    recipe = basis.training.recipe
    zero = int(plan.zero[0])
    per_parameter = {
        "weights": (recipe.weight_byte, 3),
        "gradients": (recipe.gradient_byte, 2),
        "optimizer": (recipe.optimizer_byte, 1),
    }
    if name in per_parameter:
        each, from_stage = per_parameter[name]
        # CPUs hold the gradients of the states they hold.
        from_stage = min(from_stage, 1) if is_on_host else from_stage
        layers = stage_layers(model, plan.pipeline)
        held = held_parameters(
            model, plan.tensor, plan.pipeline, plan.expert, plan.expert_tensor, layers_held=layers
        )
        inputs: tuple[Input, ...] = (
            given_input(say("attention and dense parameters"), _one(held.dense), "count"),
            given_input(say("parameters of experts"), _one(held.experts), "count"),
            given_input(say("embedding or head"), _one(held.embedding), "count"),
            given_input(say("layers of the fullest stage"), _one(layers), "count"),
        )
        formula = say(
            "{parameters} parameters × {each}", parameters=number(byte / each), each=data(each)
        )
        if zero >= from_stage:
            ranks = _one(plan.shard * plan.context)
            inputs += (given_input(say("replicas that share one copy"), ranks, "count"),)
        return formula, tuple(one for one in inputs if one.value)
    if name == "activations":
        flight = _one(micro_batches_in_flight(plan))
        formula = say(
            "{flight} micro batches in flight × {each} of a stage",
            flight=number(flight),
            each=data(byte / flight),
        )
        return formula, (basis.setting("micro_batch"), basis.setting("sequence_tokens"))
    if name == "logits":
        columns = model.vocab / float(plan.tensor[0])
        formula = say(
            "{tokens} tokens × {columns} columns × {each}",
            tokens=number(byte / columns / recipe.logit_byte),
            columns=number(columns),
            each=data(recipe.logit_byte),
        )
        return formula, ()
    return say("weights gathered for the layers at work, communication"), ()


def _served(basis: Basis, name: str, byte: float) -> tuple[str, tuple[Input, ...]]:
    worked = basis.serving.worked
    engine = worked.decode_engine
    devices = engine.profile.devices_per_npu
    if name == "KV cache":
        each = scalar(sequence_byte(engine, worked.shape.full_length))
        formula = say(
            "{sequences} sequences × {each} × {devices} devices per NPU",
            sequences=number(worked.group_sequences),
            each=data(each),
            devices=number(devices),
        )
        rest = (
            given_input(say("tokens of a full sequence"), worked.shape.full_length, "count"),
            given_input(say("bytes of a cache element"), engine.numbers.cache_byte, "data"),
            basis.engine("memory_share"),
        )
        return formula, rest
    if name == "weights":
        stored = engine.numbers.weights.stored_byte
        formula = say(
            "{parameters} parameters × {each} per device, {devices} devices per NPU",
            parameters=number(byte / devices / stored),
            each=data(stored),
            devices=number(devices),
        )
        return formula, ()
    if name == "activations":
        tokens = engine.profile.pass_tokens
        formula = say(
            "{tokens} tokens of a pass × {each}",
            tokens=number(tokens),
            each=data(byte / tokens),
        )
        return formula, (basis.engine("pass_tokens"),)
    return say("runtime, work spaces and exchange buffers"), (basis.engine("runtime_byte"),)


def _one(value: object) -> float:
    return float(np.ravel(np.asarray(value, dtype=np.float64))[0])
