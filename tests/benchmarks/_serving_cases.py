"""Published serving measurements in the words of GenZ and aiconfigurator."""

from __future__ import annotations

from typing import Any

from studio.exploration.validation.rows import Row, whole

LLAMA2 = "Llama-2-70B"
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8192,
    "intermediate_size": 28672, "num_attention_heads": 64, "num_key_value_heads": 8,
    "num_hidden_layers": 80, "vocab_size": 32000, "max_position_embeddings": 16384,
    "head_dim": 128, "torch_dtype": "float16", "rms_norm_eps": 1e-5, "hidden_act": "silu",
    "tie_word_embeddings": False,
}  # fmt: skip
"""Of Llama-2-70B, longer than it was trained for: one measurement has 8,192 tokens."""
SYSTEMS = {"NVIDIA A100-SXM4-80GB": "a100_sxm", "NVIDIA H100-SXM5-80GB": "h100_sxm"}
GENZ_SYSTEMS = {"a100_sxm": "A100_80GB_GPU", "h100_sxm": "H100_GPU"}
QUANTISED = {("Llama-3-70B", "fp8"): "nvidia/Llama-3.1-70B-Instruct-FP8"}
"""Its model by our name and precision: the later one differs in nothing that counts."""


def latency_case(system: str, tensor: int, batch: int, prompt: int, output: int) -> dict[str, Any]:
    """Return a question for the latencies of Llama-2-70B at a batch; both peers read it."""
    return {
        "ask": "latencies", "model": "meta-llama/Llama-2-70B", "config": CONFIG, "system": system,
        "genz_system": GENZ_SYSTEMS[system], "backend": "vllm", "tensor": tensor,
        "batch": batch, "prompt": prompt, "output": output,
    }  # fmt: skip


def latency_case_of(row: Row) -> dict[str, Any] | None:
    """Return the question of a row, or None where a peer has no such model or hardware."""
    system = SYSTEMS.get(row["hw"], "")
    if row["model"] != LLAMA2 or system not in GENZ_SYSTEMS:
        return None
    return latency_case(
        system, whole(row, "tp"), whole(row, "concurrency"), whole(row, "isl"), whole(row, "osl")
    )


def rate_case_of(row: Row) -> dict[str, Any] | None:
    """Return the question of an offline row, or None where aiconfigurator has no such case."""
    model = QUANTISED.get((row["model"], row["precision"]))
    if model is None or row["hw"] not in SYSTEMS:
        return None
    return {
        "ask": "rate", "model": model, "system": SYSTEMS[row["hw"]], "backend": "trtllm",
        "tensor": whole(row, "tp"), "prompt": whole(row, "isl"), "output": whole(row, "osl"),
    }  # fmt: skip
