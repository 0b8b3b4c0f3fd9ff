"""From a published serving measurement to the inputs of the simulation.

Knows the columns of the table; never looks at a measured value.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cache

import msgspec

from studio.exploration.profile_files import read_table
from studio.exploration.serving_library import FALLBACK, inference_profile, serving_family
from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.row_model import model_of
from studio.exploration.validation.rows import Row, number, whole
from studio.exploration.validation.software import BASIS_NAMES, engine_of_text
from studio.messages import say
from studio.simulation.inference.plan import InferencePlan
from studio.simulation.inference.requests import Limits, RequestShape
from studio.simulation.inference.runs import Run
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine
from studio.workload.model import AiModel
from studio.workload.parameters import model_parameters
from studio.workload.precision import number_format

DEFAULT_PROMPT = 4096.0
DEFAULT_OUTPUT = 512.0
"""Tokens of a request where a row leaves them out and its phase makes them matter; usual values."""
_USUAL_ACCEPTANCE = 0.7
"""Share of drafted tokens kept where a source says none: what CloudMatrix-Infer (arXiv 2506.12708)
assumes for DeepSeek-R1."""
_PRECISIONS = (
    (r"mxfp4", "mxfp4"),
    (r"fp4", "nvfp4"),
    (r"fp8|fp6", "fp8"),
    (r"int8|w8|\bq8|\b8.?bit", "int8"),
    (r"int4|w4|\bq4|nf4|awq|gptq|\b4.?bit", "int4"),
    (r"fp32|tf32", "fp32"),
    (r"bf16|bfloat16|fp16|float16|half|^$", "bf16"),
)
_REQUESTS = re.compile(r"([\d,]+)\s*requests")
_TTFT = re.compile(r"TTFT\s*<=\s*([\d.]+)\s*(m?s)")
_TPOT = re.compile(r"TPOT\s*<=\s*([\d.]+)\s*(m?s)")
_PER_USER = re.compile(r"([\d.]+)\s*tok(?:ens)?/s/user")
_DRAFTS = re.compile(r"MTP\s*-?(\d+)")
_ACCEPTED = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*accept")


class _Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: str
    scenario: str
    ttft_s: float
    tpot_s: float
    source: str


class _RunRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: str
    longest_output: float
    requests: float
    source: str
    prompt: float = 0.0
    """Mean of the benchmark's requests, where a row leaves it out; so for the next."""
    output: float = 0.0


class _ObjectiveFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    run_s: float
    objectives: tuple[_Objective, ...]
    runs: tuple[_RunRule, ...]


@cache
def _rules() -> _ObjectiveFile:
    return read_table("serving-objectives.json", _ObjectiveFile)


@dataclass(frozen=True)
class ServingCase:
    """One row made into inputs of the simulation."""

    machine: Machine
    model: AiModel
    generation: str
    phase: str
    """In lower case."""
    metric: str
    shape: RequestShape
    context: float
    """Tokens in the cache while decoding, mean."""
    precision: str
    cache_precision: str
    """Empty where the source does not say."""
    npus: int
    tensor: int
    """0 where the source does not say; so for the next four."""
    pipeline: int
    expert: int
    attention_data: int
    unit: str
    """Of the rate, in lower case; empty for output tokens per second and NPU."""
    batch_per_npu: float
    concurrency: float
    requests: float
    """Infinity where they never end."""
    limits: Limits
    run: Run
    speculation: Speculation
    is_balanced: bool
    doubt: str = ""
    """Why the answer deserves less trust: hardware or engine that something stands in for."""

    @property
    def batch(self) -> float:
        """Sequences at once on all NPUs together, 0 where the source does not say."""
        return self.batch_per_npu * self.npus if self.batch_per_npu else self.concurrency


def serving_case(row: Row) -> ServingCase | str:
    """Return the inputs a row describes, or why it can't be modelled."""
    model = model_of(row)
    if isinstance(model, str):
        return model
    npus = max(whole(row, "gpus", 1), 1)
    machine, stand_in = machine_of_row(row, npus)
    if machine is None:
        return stand_in
    precision = precision_of(row.get("precision") or "") or "bf16"
    if row.get("primary_metric") == "tokens_per_s_per_gpu" and not whole(row, "tp"):
        npus = _holding_weights(npus, machine, model, precision)
        machine = replace(machine, npu_count=npus)
    rule = _rule(row, model.name)
    shape = _shape(row, rule)
    kv_length = number(row, "kv_len", 0.0)
    note = (row.get("note") or "").lower()
    generation, basis = engine_of_text(
        serving_family(machine.accelerator),
        *(row.get(column) or "" for column in ("framework", "series", "source")),
    )
    return ServingCase(
        machine=machine,
        model=model,
        generation=generation,
        doubt=stand_in or _doubt(machine, generation, basis, row),
        phase=(row.get("phase") or "").lower(),
        metric=row.get("primary_metric") or "",
        shape=shape,
        context=kv_length or shape.mean_context,
        precision=precision,
        cache_precision=_cache_precision(row),
        npus=npus,
        tensor=whole(row, "tp"),
        pipeline=whole(row, "pp"),
        expert=whole(row, "ep"),
        attention_data=_attention_data(row, note),
        unit=(row.get("throughput_unit") or "total output tokens/s").lower()
        if row.get("primary_metric") == "throughput"
        else "",
        batch_per_npu=number(row, "batch_per_gpu", 0.0),
        concurrency=number(row, "concurrency", 0.0),
        requests=_requests(row),
        limits=_limits(row, model.name),
        run=_run(row, rule),
        speculation=_speculation(row.get("spec_decode") or ""),
        is_balanced="perfect" in note,
    )


def _holding_weights(npus: int, machine: Machine, model: AiModel, precision: str) -> int:
    """Return the NPUs of the least instance that holds the weights, from those that a row names.

    Sources print a rate per accelerator without saying how many shared the model.
    """
    weights = model_parameters(model).total * number_format(precision).stored_byte
    while weights > npus * machine.accelerator.memory_byte and npus < machine.host_npus:
        npus *= 2
    return npus


def _doubt(machine: Machine, generation: str, basis: str, row: Row) -> str:
    """Return what stands in for something the row names and the studio does not know."""
    profile = inference_profile(serving_family(machine.accelerator), generation)
    if basis != "named":
        return say("engine taken by {basis}", basis=BASIS_NAMES[basis])
    if profile.family == FALLBACK:
        return say(
            "no serving measurements of {name}; usual constants stand in",
            name=machine.accelerator.name,
        )
    if profile.generation != generation:
        return say(
            "{found} stands in for {wanted} on {name}",
            found=profile.generation,
            wanted=generation,
            name=machine.accelerator.name,
        )
    if not precision_of(row.get("precision") or ""):
        return say(
            "number format {precision!r} is not known; BF16 stands in", precision=row["precision"]
        )
    return ""


def _cache_precision(row: Row) -> str:
    text = row.get("kv_precision") or ""
    return precision_of(text) if text.strip() else ""


def precision_of(text: str) -> str:
    """Return the number format that a precision column means, or nothing for an unknown one."""
    first = re.split(r"[(+]", text.lower(), maxsplit=1)[0]
    return next((name for pattern, name in _PRECISIONS if re.search(pattern, first)), "")


def _is_prescribed(row: Row) -> bool:
    return "mlperf" in (row.get("phase") or "").lower()


def _rule(row: Row, model: str) -> _RunRule | None:
    """Return the rule of the benchmark a row belongs to."""
    known = _rules().runs if _is_prescribed(row) else ()
    return next((entry for entry in known if entry.model == model), None)


def _shape(row: Row, rule: _RunRule | None) -> RequestShape:
    """Return the lengths of requests: stated, of the benchmark, or usual ones."""
    kv_length = number(row, "kv_len", 0.0)
    usual = rule.prompt if rule and rule.prompt else kv_length or DEFAULT_PROMPT
    prompt = number(row, "isl", usual) or usual
    phase = (row.get("phase") or "").lower()
    left = max(2 * (kv_length - prompt), 1.0)
    if not kv_length and "prefill" not in phase and "decode" not in phase:
        left = (rule.output if rule else 0.0) or DEFAULT_OUTPUT
    output = number(row, "osl", 0.0) or left
    cached = number(row, "prefix_cache_hit_pct", 0.0) / 100
    shape = RequestShape(prompt, output, min(max(cached, 0.0), 0.999))
    return replace(shape, longest=rule.longest_output) if rule else shape


def _run(row: Row, rule: _RunRule | None) -> Run:
    """Return the run a rule of the benchmark prescribes."""
    if not _is_prescribed(row):
        return Run()
    return Run(_rules().run_s, rule.requests) if rule else Run(_rules().run_s)


def _attention_data(row: Row, note: str) -> int:
    given = whole(row, "dp")
    if given:
        return given
    expert = whole(row, "ep")
    if "attention dp" in note:
        return max(whole(row, "tp", 1), expert, 1)
    # Large expert parallelism comes with attention of each rank on its own.
    return expert if expert > 1 and not whole(row, "tp") else 0


def _requests(row: Row) -> float:
    found = _REQUESTS.search(row.get("concurrency") or "")
    return float(found[1].replace(",", "")) if found else math.inf


def _limits(row: Row, model: str) -> Limits:
    phase = (row.get("phase") or "").lower()
    for entry in _rules().objectives:
        if entry.model == model and entry.scenario.lower() in phase:
            return Limits(entry.tpot_s, entry.ttft_s)
    text = row.get("constraint") or ""
    if "offline" in phase:
        return Limits()
    tpot, ttft = _seconds(_TPOT, text), _seconds(_TTFT, text)
    if found := _PER_USER.search(text):
        tpot = 1 / float(found[1])
    return Limits(tpot, ttft)


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.search(text)
    if found is None:
        return math.inf
    return float(found[1]) * (1e-3 if found[2] == "ms" else 1.0)


def _speculation(text: str) -> Speculation:
    if "mtp" not in text.lower():
        return Speculation()
    drafts = _DRAFTS.search(text)
    accepted = _ACCEPTED.search(text)
    count = int(drafts[1]) if drafts else 1
    return Speculation(count, float(accepted[1]) / 100 if accepted else _USUAL_ACCEPTANCE)


def given_plan(case: ServingCase, devices_per_npu: float) -> InferencePlan | None:
    """Return the mapping a source states, or None where the simulator must choose."""
    devices = round(case.npus * devices_per_npu)
    pipeline = max(case.pipeline, 1)
    # Groups of a model without experts share nothing: they are instances of their own.
    data = case.attention_data if case.model.is_moe else min(case.attention_data, 1)
    if not case.model.is_moe and case.attention_data and not case.tensor:
        each = max(devices // (case.attention_data * pipeline), 1)
        return InferencePlan(tensor=float(each), pipeline=float(pipeline))
    if data > 1 or (data == 1 and case.expert == 1 and case.tensor == 1):
        tensor = max(case.tensor, 1) if case.tensor * data <= devices // pipeline else 1
        expert = case.expert if case.expert > 1 else data
        return InferencePlan(
            tensor=float(tensor),
            attention_data=float(data),
            pipeline=float(pipeline),
            expert=float(max(expert, 1)),
            is_balanced=case.is_balanced,
        )
    if not case.tensor:
        return None
    expert = case.expert if case.expert > 1 and case.tensor % case.expert == 0 else 1
    return InferencePlan(
        tensor=float(case.tensor), pipeline=float(pipeline), expert=float(expert),
        is_balanced=case.is_balanced,
    )  # fmt: skip
