"""Which software a measurement ran on, from free text: by name, else by framework, else by date.

Names are data in `models/workloads/profiles/machines.json`. Never looks at a measured value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from studio.exploration.serving_library import generation_of, inference_profiles
from studio.exploration.validation.hardware import Software, software_entries
from studio.messages import Message, say
from studio.workload.library import profiles
from studio.workload.profile import ComputeProfile

Basis = Literal["named", "framework", "date", "newest"]
"""How a generation was found, surest first: its own name, its framework near its date, the date
alone, or nothing but the hardware."""


BASIS_NAMES: Mapping[str, Message] = {
    "framework": say("framework and date"),
    "date": say("date alone"),
    "newest": say("hardware alone"),
}
"""By what a generation was taken that the row does not name."""


@dataclass(frozen=True)
class Stack:
    """The software of a measurement: generation of the profiles and numeric habits."""

    generation: str
    recipe: Mapping[str, float | bool | str] = field(default_factory=dict)
    logs_memory_at_update: bool = False
    basis: Basis = "named"


class _Dated(Protocol):
    @property
    def generation(self) -> str: ...

    @property
    def date(self) -> str: ...


_Patterns = tuple[tuple[str, str], ...]

_FRAMEWORKS: _Patterns = (
    (r"torchtitan", "torchtitan"),
    (r"nanotron", "nanotron"),
    (r"automodel", "automodel"),
    (r"mlperf|mlcommons|training_results", "mlperf"),
    (r"megascale", "megascale"),
    (r"megatron|nemo\b|nemo \d|mcore|bridge", "megatron"),
    (r"maxtext|\bjax\b|\bpax|\btpu\b|trillium|ironwood", "maxtext"),
    (r"rocm|primus|\bmi\d{3}", "rocm"),
    (r"mindspeed|mindspore|\bcann\b|ascend|pangu", "cann"),
    (r"fsdp|foundry|composer|deepspeed|zero-[123]|fairseq|metaseq|colossal|hugging", "fsdp"),
)
"""Pattern in the text, and how the names of its generations begin."""

_ENGINES: _Patterns = (
    (r"sglang|deepep|deepseek", "sglang"),
    (r"vllm|lmdeploy|\btgi\b|text-generation", "vllm"),
    (r"trt-?llm|tensorrt-llm", "trtllm"),
    (r"tensorrt|\btrt\b|nemo|fastertransformer|triton", "tensorrt"),
    (r"cloudmatrix|xdeepserve", "cloudmatrix"),
    (r"mindie|\bcann\b|ascend|pangu", "mindie"),
)
"""The same for serving."""

_ROUNDS: Mapping[str, str] = {
    "3.0": "2023-06", "3.1": "2023-11", "4.0": "2024-06", "4.1": "2024-11", "5.0": "2025-06",
    "5.1": "2025-11", "6.0": "2026-06",
}  # fmt: skip
"""Publication of MLPerf rounds, mlcommons.org."""
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ROUND = re.compile(r"(?:mlperf|results)\D{0,24}v(\d\.\d)", re.IGNORECASE)
_ARXIV = re.compile(r"\b(\d\d)(0[1-9]|1[0-2])\.\d{4,5}\b")
_WORDED = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.?[ -]+(20[12]\d)", re.IGNORECASE)
_DASHED = re.compile(r"(20[12]\d)[-_/]?(0[1-9]|1[0-2])(?!\d)")
_RELEASE = re.compile(r"(?<![\d.])(2\d)\.(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")


def date_in(text: str) -> str:
    """Return the month a text names, as YYYY-MM, or nothing; a bare year is its middle."""
    if (found := _ROUND.search(text)) and found[1] in _ROUNDS:
        return _ROUNDS[found[1]]
    if found := _DASHED.search(text):
        return f"{found[1]}-{found[2]}"
    if found := _WORDED.search(text):
        return f"{found[2]}-{_MONTHS.index(found[1][:3].lower()) + 1:02d}"
    if found := _RELEASE.search(text) or _ARXIV.search(text):
        return f"20{found[1]}-{found[2]}"
    if found := _YEAR.search(text):
        return f"{found[1]}-06"
    return ""


def months(date: str) -> int:
    """Return a month YYYY-MM as a count of months, so that dates subtract."""
    year, month = date.split("-")
    return 12 * int(year) + int(month)


def software_of(family: str, *words: str) -> Stack:
    """Return the software that series, implementation and source name, on a hardware family.

    Parameters
    ----------
    family : hardware family, whose generations are the choice where no name is known.
    words : free texts of the source.

    Notes
    -----
    A name in the table decides, where the family has software of that kind: what ran on other
    hardware in the same round of a benchmark says nothing of it. Without one, the generation of
    the same framework nearest in date; without a framework, the nearest in date; without a date,
    the newest.
    """
    entries = software_entries()
    text = " | ".join(words)
    own = profiles().get(family) or {}
    kinds = {generation.split("-")[0] for generation in own}
    named = next((entry for entry in entries if re.search(entry.match, text)), None)
    if named is not None and (not kinds or named.generation.split("-")[0] in kinds):
        return _stack(named, named.generation, "named")
    generation, basis = _nearest(own.values(), _framework(text, _FRAMEWORKS), date_in(text))
    entry_of = next((entry for entry in entries if entry.generation == generation), None)
    return _stack(entry_of, generation, basis)


def _stack(entry: Software | None, generation: str, basis: Basis) -> Stack:
    if entry is None:
        return Stack(generation, basis=basis)
    return Stack(generation, entry.recipe, entry.logs_memory_at_update, basis)


def engine_of_text(family: str, framework: str, *words: str) -> tuple[str, Basis]:
    """Return the generation of a serving engine, and how it was found.

    Parameters
    ----------
    family : serving family of the accelerator.
    framework : what the source calls the engine; its name decides where it is known.
    words : further texts, used for framework and date where it is not.
    """
    for text in (framework, " ".join(words)):
        if named := generation_of(text):
            return named, "named"
    text = " | ".join((framework, *words))
    own = inference_profiles().get(family) or {}
    return _nearest(own.values(), _framework(text, _ENGINES), date_in(text))


def _framework(text: str, patterns: _Patterns) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, text, re.I)), "")


def _nearest(known: Iterable[_Dated], framework: str, date: str) -> tuple[str, Basis]:
    pool = sorted(known, key=lambda item: item.date)
    same = [item for item in pool if framework and item.generation.startswith(framework)]
    chosen, basis = (same, "framework") if same else (pool, "date")
    if not chosen:
        return "", "newest"
    if not date:
        return chosen[-1].generation, "framework" if same else "newest"
    wanted = months(date)
    best = min(chosen, key=lambda item: abs(months(item.date) - wanted))
    return best.generation, "framework" if basis == "framework" else "date"


def compute_profile(family: str, generation: str) -> ComputeProfile | None:
    """Return the profile of a family for a generation.

    A generation the family lacks is replaced by the one of the same framework nearest in date,
    else by the nearest in date; no generation means the newest. None for an unknown family.
    """
    own = profiles().get(family)
    if not own:
        return None
    if generation in own:
        return own[generation]
    return own[nearest_generation(own.values(), generation)]


def nearest_generation(known: Iterable[ComputeProfile], generation: str) -> str:
    """Return which known generation stands in for one that is not among them."""
    return _nearest(known, generation.split("-")[0], _date_of(generation))[0]


def _date_of(generation: str) -> str:
    """Return when a generation came out: as any family dates it, else the year in its name."""
    for table in profiles().values():
        if generation in table:
            return table[generation].date
    return date_in(generation)
