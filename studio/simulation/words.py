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
    "context": ("Context-parallel exchange", "上下文并行通信"),
    "all_reduce": ("Tensor-parallel reduction", "张量并行归约"),
    "all-reduce": ("All-reduce", "全归约"),
    "reduce-scatter": ("Reduce-scatter", "归约散发"),
    "all-gather": ("All-gather", "全收集"),
    "all-to-all": ("All-to-all", "全交换"),
    "broadcast": ("Broadcast", "广播"),
    "point-to-point": ("Point to point", "点对点"),
    "dispatch": ("Dispatch", "分发"),
    "combine": ("Combine", "汇聚"),
    "ring": ("Ring", "环"),
    "chain": ("Chain", "链"),
    "fold": ("Fold in", "折叠"),
    "unfold": ("Unfold", "展开"),
    "inside domains": ("Inside domains", "域内"),
    "across domains": ("Across domains", "跨域"),
    "exchange": ("Exchange", "交换"),
    "scatter": ("Scatter", "散发"),
    "gather": ("Gather", "收集"),
    "send": ("Send", "发送"),
    "reduced in switches": ("Reduced in switches", "交换芯片内归约"),
    "reduced in nodes and across": ("Reduced in nodes and across", "节点内与跨节点归约"),
    "tree": ("Tree", "树"),
    "direct": ("Direct", "直达"),
    "hierarchical": ("Hierarchical", "分层"),
    "halving-doubling": ("Halving and doubling", "折半倍增"),
    "in-network": ("In the network", "网内归约"),
    "package": ("Package", "封装"),
    "node": ("Node", "节点"),
    "rack": ("Rack", "机柜"),
    "hall": ("Hall", "机房"),
    "pipeline": ("Pipeline transfer", "流水线传输"),
    "data": ("Data-parallel exchange", "数据并行通信"),
    "contention": ("Contention", "链路争用"),
    "bubble": ("Pipeline bubble", "流水线气泡"),
    "launch": ("Kernel launches", "算子下发"),
    "host": ("Host", "主机"),
    "straggler": ("Stragglers", "慢节点等待"),
    "optimizer": ("Optimizer", "优化器"),
    "offload": ("Copies to and from hosts", "与主机间拷贝"),
    "weights": ("Weights", "权重"),
    "gradients": ("Gradients", "梯度"),
    "activations": ("Activations", "激活"),
    "logits": ("Logits", "输出分数"),
    "between steps": ("Between steps", "步与步之间"),
    "end of the forward passes": ("End of the forward passes", "前向计算结束"),
    "first backward pass": ("First backward pass", "首次反向计算"),
    "update": ("Update", "参数更新"),
    "before requests": ("Before the first request", "首个请求之前"),
    "all at full length": ("All sequences at full length", "全部序列达到最长"),
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


_OPERATORS: Mapping[str, str] = {
    "mixer norm": "注意力前归一化",
    "mixer residual": "注意力残差",
    "modulation": "调制",
    "qkv": "QKV 投影",
    "rotary": "旋转位置编码",
    "attention": "注意力",
    "attention out": "注意力输出投影",
    "decode attention": "解码注意力",
    "prompt attention": "提示词注意力",
    "query down": "查询降维",
    "query norm": "查询归一化",
    "query up": "查询升维",
    "query absorb": "查询吸收",
    "kv down": "KV 降维",
    "kv up": "KV 升维",
    "key join": "键拼接",
    "value up": "值升维",
    "state in": "状态输入投影",
    "state out": "状态输出投影",
    "states": "状态读写",
    "scan": "状态空间扫描",
    "convolution": "卷积",
    "gate norm": "门控归一化",
    "biases": "偏置",
    "feed-forward norm": "前馈前归一化",
    "feed-forward residual": "前馈残差",
    "ffn up": "前馈升维",
    "ffn activation": "前馈激活函数",
    "ffn down": "前馈降维",
    "shared expert up": "共享专家升维",
    "shared expert activation": "共享专家激活函数",
    "shared expert down": "共享专家降维",
    "router": "路由器",
    "routing": "路由选择",
    "permute": "词元重排",
    "unpermute": "词元还原",
    "experts up": "专家升维",
    "experts activation": "专家激活函数",
    "experts down": "专家降维",
    "latent down": "潜变量降维",
    "latent up": "潜变量升维",
    "embedding": "嵌入",
    "patches": "图块嵌入",
    "final norm": "末层归一化",
    "head": "输出头",
    "loss": "损失",
}


def operator_word(name: str) -> Name:
    """Return an operator of an AI model in words, such as `Attention out`."""
    return Name(name[:1].upper() + name[1:], _OPERATORS.get(name, ""))


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
