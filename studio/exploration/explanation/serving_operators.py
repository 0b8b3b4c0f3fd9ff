"""Operators of one pass of serving: all layers together, equal ones on one line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.operators import Executed, roofline_formula
from studio.exploration.explanation.quantities import (
    data,
    flops,
    number,
    operations,
    rate,
    seconds,
)
from studio.messages import say
from studio.simulation.explanation import Input, Line
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.pass_time import PassTime
from studio.simulation.inference.pieces import Work
from studio.simulation.words import operator_word


def serving_operators(
    basis: Basis, engine: Engine, time: PassTime, term: str, candidate: int = 0
) -> list[Line]:
    """Return the operators of a term of a pass, the longest first.

    Parameters
    ----------
    candidate : place of the pass among those worked out together, for the sizes of its products.
    """
    found: dict[tuple[object, ...], tuple[Work, Executed]] = {}
    for n, work in enumerate(time.works):
        if work.term != term:
            continue
        flop, byte, whole, compute, memory, _ = (float(value) for value in time.times.table[:6, n])
        one = Executed(work.name, float(time.counts[n]), flop, byte, compute, memory, whole)
        alike = (work.name, flop, byte, whole)
        if alike in found:
            one = replace(one, times=one.times + found[alike][1].times)
        found[alike] = (work, one)
    lines = [
        _line(basis, engine, work, one, (place, candidate))
        for place, (work, one) in enumerate(found.values())
        if one.times * one.seconds > 0
    ]
    return sorted(lines, key=lambda line: -line.value)


def _line(basis: Basis, engine: Engine, work: Work, one: Executed, at: tuple[int, int]) -> Line:
    longer, shorter = max(one.compute_s, one.memory_s), min(one.compute_s, one.memory_s)
    formula = roofline_formula(one)
    if shorter > 0:
        formula = say(
            "{times} × (max({flop} ÷ {flops}, {byte} ÷ {rate}) + {lost:.3g} × {shorter})",
            times=number(one.times),
            flop=operations(one.flop),
            flops=flops(one.flop / one.compute_s),
            byte=data(one.byte),
            rate=rate(one.byte / one.memory_s),
            lost=(one.seconds - longer) / shorter,
            shorter=seconds(shorter),
        )
    return Line(
        f"{work.name}/{at[0]}",
        operator_word(work.name),
        one.times * one.seconds,
        "time",
        formula,
        _inputs(basis, engine, work),
        _rows(work, at[1]),
        "compute" if one.compute_s > one.memory_s else "memory",
    )


def _rows(work: Work, candidate: int) -> str:
    rows, weights, late = (
        float(np.ravel(value)[min(candidate, np.size(value) - 1)])
        for value in (work.rows, work.weight_elements, work.late_elements)
    )
    if work.kind not in ("matrix", "experts") or not weights:
        return ""
    if late:
        return say(
            "{rows} rows, {weights} weights; the busiest rank reads {late} more",
            rows=number(rows), weights=number(weights), late=number(late),
        )  # fmt: skip
    return say("{rows} rows, {weights} weights", rows=number(rows), weights=number(weights))


def _inputs(basis: Basis, engine: Engine, work: Work) -> tuple[Input, ...]:
    devices = engine.profile.devices_per_npu
    cut = (basis.engine("devices_per_npu"),) if devices != 1 else ()
    memory = (basis.rating("memory_bandwidth"), basis.engine("hbm_efficiency"), *cut)
    lost = basis.engine("overlap_loss")
    if work.kind == "vector":
        return memory
    if work.kind in ("decode-attention", "prompt-attention"):
        phase = "decode" if work.kind == "decode-attention" else "prefill"
        computing = (basis.peak("bf16"), basis.engine(f"attention_{phase}_efficiency"))
        return (*computing, memory[0], basis.engine("cache_efficiency"), *cut, lost)
    rating = engine.numbers.compute.rating if work.quantised else "bf16"
    name = f"{rating}_efficiency"
    efficiency = name if hasattr(engine.profile, name) else "bf16_efficiency"
    products: tuple[Input, ...] = (
        basis.peak(rating),
        basis.engine(efficiency),
        basis.engine("tile_rows_lost"),
    )
    if work.kind == "experts":
        products += tuple(
            basis.engine(name)
            for name in ("grouped_efficiency", "grouped_stream", "expert_imbalance")
        )
    return (*products, *memory, lost)
