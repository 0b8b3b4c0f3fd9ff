"""Model FLOP utilisation, opened."""

from __future__ import annotations

import numpy as np

from studio.exploration.explanation.basis import Basis, given_input, of_model
from studio.exploration.explanation.latencies import phase_line
from studio.exploration.explanation.quantities import flops, number, operations, share
from studio.exploration.explanation.rates import of_phase, tokens_line
from studio.exploration.explanation.serving_time import decode_pass
from studio.messages import say
from studio.simulation.compute.roofline import peak_flops
from studio.simulation.explanation import Line
from studio.simulation.result import Phase
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.words import word


def mfu_line(basis: Basis) -> Line:
    """Return model FLOP done over the peak."""
    label = say("Model FLOP utilisation")
    if basis.result.job == "training":
        return _training_mfu(basis, label)
    filling, stepping = basis.result.phases
    npus = max(1.0, filling.npus + stepping.npus)

    def part(phase: Phase, used: float) -> Line:
        formula = say(
            "{npus} of {all} NPUs × {used} of the peak",
            npus=number(phase.npus),
            all=number(npus),
            used=share(used),
        )
        inputs = (basis.peak(decode_pass(basis).engine.numbers.compute.rating),)
        value = phase.npus / npus * used
        return of_phase(phase, word(phase.name), value, "ratio", formula, inputs,
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
