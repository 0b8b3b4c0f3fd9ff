"""Operators of a phase: how often each runs, how long it computes and how long it moves bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.quantities import (
    data,
    flops,
    number,
    operations,
    rate,
    seconds,
)
from studio.messages import Message, say
from studio.simulation.explanation import Input, Line
from studio.simulation.training.result import OperatorRow, PassRow
from studio.simulation.words import operator_word
from studio.workload.precision import number_format

_PASSES = {
    "forward": say("Forward"),
    "input_gradient": say("Gradient of the input"),
    "weight_gradient": say("Gradient of the weights"),
}


@dataclass(frozen=True)
class Executed:
    """One operator of any phase, per execution."""

    name: str
    times: float
    flop: float
    byte: float
    compute_s: float
    memory_s: float
    seconds: float
    shape: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def roofline_formula(one: Executed) -> Message:
    """Return times x (slower of computing and moving + what else it takes), numbers filled in."""
    rest = one.seconds - max(one.compute_s, one.memory_s)
    if one.compute_s <= 0:
        return say(
            "{times} × ({byte} ÷ {rate} + {rest})",
            times=number(one.times),
            byte=data(one.byte),
            rate=rate(one.byte / one.memory_s if one.memory_s else 0.0),
            rest=seconds(rest),
        )
    return say(
        "{times} × (max({flop} ÷ {flops}, {byte} ÷ {rate}) + {rest})",
        times=number(one.times),
        flop=operations(one.flop),
        flops=flops(one.flop / one.compute_s),
        byte=data(one.byte),
        rate=rate(one.byte / one.memory_s if one.memory_s else 0.0),
        rest=seconds(rest),
    )


def shape_note(shape: tuple[float, float, float, float]) -> str:
    """Return the size of a product, empty where there is none."""
    groups, m, n, k = shape
    if not m:
        return ""
    return say(
        "{groups} products of {m} × {n} × {k}",
        groups=number(groups),
        m=number(m),
        n=number(n),
        k=number(k),
    )


def training_operators(basis: Basis, term: str) -> list[Line]:
    """Return the operators of a term of a training step, the longest first."""
    rows = [row for row in basis.training.operators if row.term == term and row.step_s > 0]
    lines = [_training_line(basis, row) for row in joined(rows)]
    return sorted(lines, key=lambda line: -line.value)


def recomputed(basis: Basis, rows: Iterable[OperatorRow]) -> list[Line]:
    """Return operators that are computed once more in the backward pass."""
    lines = [
        Line(
            f"{row.name}/{row.part}",
            operator_word(row.name),
            row.times * row.forward_s,
            "time",
            roofline_formula(_executed(row, row.forward)),
            operator_inputs(basis, row),
            shape_note(row.shape),
            row.bound,
        )
        for row in joined(list(rows))
        if row.times * row.forward_s > 0
    ]
    return sorted(lines, key=lambda line: -line.value)


def joined(rows: Sequence[OperatorRow]) -> list[OperatorRow]:
    """Return rows with equal ones of several blocks together, keyed by name and part."""
    found: dict[tuple[object, ...], OperatorRow] = {}
    for row in rows:
        alike = (row.name, row.part, row.shape, row.forward_s, row.flops, row.traffic_byte)
        known = found.get(alike)
        found[alike] = replace(row, times=known.times + row.times) if known else row
    return list(found.values())


def _executed(row: OperatorRow, one: PassRow) -> Executed:
    return Executed(
        row.name, row.times, one.flops, one.traffic_byte, one.compute_s, one.memory_s,
        one.seconds, row.shape,
    )  # fmt: skip


def _training_line(basis: Basis, row: OperatorRow) -> Line:
    def inside() -> list[Line]:
        return [
            Line(
                key,
                label,
                row.times * one.seconds,
                "time",
                roofline_formula(_executed(row, one)),
                operator_inputs(basis, row, key),
                _pass_note(row, key),
                one.bound,
            )
            for key, label in _PASSES.items()
            if (one := getattr(row, key)).seconds
        ]

    formula = say(
        "{times} × ({forward} forward + {backward} backward)",
        times=number(row.times),
        forward=seconds(row.forward_s),
        backward=seconds(row.backward_s),
    )
    return Line(
        f"{row.name}/{row.part}" + ("" if row.block >= 0 else "/outside"),
        operator_word(row.name),
        row.step_s,
        "time",
        formula,
        note=shape_note(row.shape),
        bound=row.bound,
        opener=inside,
    )


def _pass_note(row: OperatorRow, key: str) -> str:
    """Return the product of one pass: each gradient multiplies the same three sides otherwise."""
    groups, m, n, k = row.shape
    if row.kind not in ("gemm", "grouped-gemm"):
        return ""
    sides = {"forward": (m, n, k), "input_gradient": (m, k, n), "weight_gradient": (k, n, m)}
    return shape_note((groups, *sides[key]))


def operator_inputs(basis: Basis, row: OperatorRow, key: str = "forward") -> tuple[Input, ...]:
    """Return ratings and constants behind the time of one pass of an operator."""
    return (*_compute_inputs(basis, row, key), *_memory_inputs(basis, row))


def _compute_inputs(basis: Basis, row: OperatorRow, key: str) -> tuple[Input, ...]:
    one: PassRow = getattr(row, key)
    factors = _factors(basis, row, key)
    if not factors or not one.compute_s:
        return ()
    left = one.flops / one.compute_s / math.prod(factor.value for factor in factors)
    return (*factors, given_input(say("left by the size of the product"), left, "ratio"))


def _factors(basis: Basis, row: OperatorRow, key: str) -> tuple[Input, ...]:
    """Return the peak and the constants it is multiplied with for large products."""
    if row.kind in ("gemm", "grouped-gemm"):
        rating = number_format(basis.given.scenario.precision).rating
        if row.name == "router" or not basis.given.machine.accelerator.compute_flops.get(rating):
            rating = "bf16"
        name = f"{rating}_efficiency"
        efficiency = name if hasattr(basis.given.compute, name) else "bf16_efficiency"
        constants = [efficiency, "library_efficiency"]
        if row.kind == "grouped-gemm":
            constants.append("grouped_efficiency")
        return (basis.peak(rating), *(basis.compute(constant) for constant in constants))
    if row.kind == "attention":
        direction = "forward" if key == "forward" else "backward"
        constants = [f"attention_{direction}_efficiency", "attention_library_efficiency"]
        return (basis.peak("bf16"), *(basis.compute(constant) for constant in constants))
    if row.kind == "scan":
        return (basis.peak("bf16"), basis.compute("scan_efficiency"))
    return ()


def _memory_inputs(basis: Basis, row: OperatorRow) -> tuple[Input, ...]:
    efficiency = "gather_efficiency" if row.kind == "gather" else "hbm_efficiency"
    return (
        basis.rating("memory_bandwidth"),
        basis.compute(efficiency),
        basis.compute("kernel_gap_s"),
    )
