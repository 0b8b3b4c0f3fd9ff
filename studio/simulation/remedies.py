"""Changes of a scenario that make a job fit the memory, each tried before it is proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from studio.design.scenario import Inference, Scenario, Training
from studio.errors import StudioError
from studio.messages import Listed, Message, say
from studio.simulation.scenario_rules import FIELD_NAMES
from studio.units import display

Fields = Mapping[str, int | float | str]

_RECOMPUTE = ("none", "selective", "full")
_DEGREES = (2, 4, 8)
"""Factors by which a degree is raised."""


@dataclass(frozen=True)
class Remedy:
    """A change after which the job fits."""

    fields: Fields
    """Of the scenario."""
    text: Message


def first_that_fits(
    scenario: Scenario, changes: Iterable[Fields], used_byte: Callable[[Scenario], float | None]
) -> Remedy | None:
    """Return the first change that helps, None where none does.

    Parameters
    ----------
    changes : fields of the scenario, the mildest first.
    used_byte : memory of an NPU in a changed scenario, None where that does not fit either; may
        raise for one that is impossible. [byte]
    """
    for fields in changes:
        try:
            used = used_byte(msgspec.structs.replace(scenario, **fields))
        except StudioError:
            continue
        if used is not None:
            return Remedy(fields, _text(fields, used))
    return None


def _text(fields: Fields, used: float) -> Message:
    changes = Listed(
        say("{field} {value}", field=FIELD_NAMES[name], value=value or say("automatic"))
        for name, value in fields.items()
    )
    return say("fits with {changes}: {used} per NPU", changes=changes, used=display(used, "data"))


def training_changes(scenario: Training) -> Iterator[Fields]:
    """Yield what frees memory in training, one change at a time and then several."""
    singles: list[Fields] = [
        {"recompute": name} for name in _RECOMPUTE[_RECOMPUTE.index(scenario.recompute) + 1 :]
    ]
    singles += [{"zero_stage": stage} for stage in range(scenario.zero_stage + 1, 4)]
    singles += [{"micro_batch": 1}] if scenario.micro_batch > 1 else []
    for name in ("tp", "pp", "ep"):
        now = getattr(scenario, name)
        singles += [{name: factor * now, "dp": 0} for factor in _DEGREES if now]
    yield from singles
    if scenario.optimizer == "adam":
        yield {"optimizer": "adam-bf16"}
    # Hosts are slow: only where no cut helps.
    if scenario.offload == "none":
        yield from ({"offload": what} for what in ("optimizer", "activations", "both"))
    for fields in singles[1:]:
        yield {"recompute": "full", **fields}
    for fields in singles:
        yield {"recompute": "full", "zero_stage": 3, "micro_batch": 1, **fields}


def serving_changes(scenario: Inference, room_per_npu: float) -> Iterator[Fields]:
    """Yield what frees memory in serving.

    Parameters
    ----------
    room_per_npu : requests that memory holds per NPU as the job is cut now.
    """
    if 1 <= room_per_npu < scenario.batch_per_npu:
        yield {"batch_per_npu": int(room_per_npu)}
    if scenario.kv_precision not in ("fp8", "int8"):
        yield {"kv_precision": "int8"}
    for factor in _DEGREES:
        if scenario.ep or scenario.dp:
            yield {
                name: getattr(scenario, name) * factor
                for name in ("dp", "ep")
                if getattr(scenario, name)
            }
        yield {"tp": max(1, scenario.tp) * factor}
    for factor in _DEGREES:
        yield {"tp": max(1, scenario.tp) * factor, "batch_per_npu": 0}
    for name in ("int8", "int4"):
        yield {"precision": name}
        yield {"precision": name, "tp": max(1, scenario.tp) * _DEGREES[-1]}
