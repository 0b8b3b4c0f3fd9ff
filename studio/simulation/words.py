"""Terms, categories and phases of a result in words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from studio.messages import Name

_TABLE: Mapping[str, tuple[str, str]] = {
    "npu": ("NPU", "NPU"),
    "cpu": ("CPU", "CPU"),
    "memory": ("Memory", "内存"),
    "switch": ("Switches", "交换芯片"),
    "nic": ("NICs", "网卡"),
    "optics": ("Optics and cables", "光模块与线缆"),
    "cooling": ("Cooling", "散热"),
    "loss": ("Conversion loss", "供电损耗"),
    "other": ("Other", "其他"),
    "step": ("Training step", "训练步"),
    "prefill": ("Prefill", "预填充"),
    "decode": ("Decode", "解码"),
    "compute": ("Compute", "计算"),
    "network": ("Network", "网络"),
    "overhead": ("Overhead", "开销"),
    "idle": ("Waiting", "等待"),
    "matrix": ("Matrix products", "矩阵乘"),
    "vector": ("Vector operations", "向量运算"),
    "attention": ("Attention", "注意力"),
    "projections": ("Projections", "投影"),
    "feed_forward": ("Feed-forward", "前馈"),
    "experts": ("Experts", "专家"),
    "head": ("Output head", "输出头"),
    "recompute": ("Recomputation", "重计算"),
    "dispatch_combine": ("Dispatch and combine", "分发与汇聚"),
    "expert_exchange": ("Expert exchange", "专家交换"),
    "tensor": ("Tensor-parallel exchange", "张量并行通信"),
    "pipeline": ("Pipeline transfer", "流水线传输"),
    "data": ("Data-parallel exchange", "数据并行通信"),
    "contention": ("Contention", "链路争用"),
    "bubble": ("Pipeline bubble", "流水线气泡"),
    "launch": ("Kernel launches", "算子下发"),
    "host": ("Host", "主机"),
    "straggler": ("Stragglers", "慢节点等待"),
    "optimizer": ("Optimizer", "优化器"),
    "weights": ("Weights", "权重"),
    "gradients": ("Gradients", "梯度"),
    "activations": ("Activations", "激活"),
    "logits": ("Logits", "输出分数"),
    "KV cache": ("KV cache", "KV 缓存"),
    "buffers": ("Buffers", "缓冲"),
    "work kept": ("Work that is kept", "有效计算"),
    "checkpoints": ("Checkpoints", "写检查点"),
    "lost work": ("Lost work", "回退重算"),
    "recovery": ("Detection, restart, reading", "检测、重启与恢复"),
    "depreciation": ("Depreciation", "折旧"),
    "electricity": ("Electricity", "电费"),
}


_GRADES: Mapping[str, tuple[str, str]] = {
    "counted": ("counted", "计数"),
    "measured": ("measured", "实测"),
    "paper": ("paper", "论文"),
    "vendor": ("vendor", "厂商"),
    "analyst": ("analyst", "分析师"),
    "secondary": ("secondary", "二手"),
    "inferred": ("inferred", "推断"),
    "assumed": ("assumed", "假设"),
    "memory": ("memory", "记忆"),
}


def word(name: str) -> Name:
    """Return a term as a word to begin a line with, such as `Expert exchange`."""
    plain = name.replace("_", " ")
    return Name(*_TABLE.get(name, (plain[:1].upper() + plain[1:], "")))


def term(name: str) -> Name:
    """Return a term as it stands inside a sentence, such as `expert exchange`."""
    return Name(name.replace("_", " "), _TABLE.get(name, ("", ""))[1])


def grade_name(grade: str) -> Name:
    """Return the word for an evidence grade; `counted` where pieces are only added."""
    return Name(*_GRADES.get(grade, (grade, "")))
