"""Operators of a recommendation model: look-ups, interaction and two MLPs."""

from __future__ import annotations

from studio.workload.model import AiModel
from studio.workload.operator import Number, Operator, gemm


def recommendation_operators(model: AiModel, samples: Number) -> tuple[Operator, ...]:
    """Return the operators of a DLRM on one NPU that computes `samples` samples.

    Tables are looked up before the samples are exchanged; the exchange is not an operator.

    References
    ----------
    Naumov et al., "Deep Learning Recommendation Model", 2019, sections 2 and 3.
    """
    part = model.recommendation
    if part is None:
        return ()
    sparse = part.sparse
    looked_up = samples * sparse.tables * sparse.pooling * sparse.width
    pooled = samples * sparse.tables * sparse.width
    operators = [
        Operator(
            "look-up", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, looked_up, pooled, False, "embedding"
        )
    ]
    operators += _chain("bottom", samples, part.dense_features, part.bottom)
    features = sparse.tables + 1
    joined = features * sparse.width
    if part.cross_layers:
        rank = part.low_rank or joined
        for layer in range(part.cross_layers):
            operators.append(gemm(f"cross {layer} down", samples, rank, joined, "body"))
            operators.append(gemm(f"cross {layer} up", samples, joined, rank, "body"))
    else:
        operators.append(
            Operator(
                "interaction",
                "grouped-gemm",
                features,
                features,
                sparse.width,
                samples,
                0.0,
                samples * joined,
                samples * features * features / 2,
                False,
                "body",
            )
        )
        joined = sparse.width + features * (features - 1) // 2
    operators += _chain("top", samples, joined, part.top)
    return tuple(operators)


def _chain(name: str, samples: Number, first: int, widths: tuple[int, ...]) -> list[Operator]:
    operators, inner = [], first
    for index, width in enumerate(widths):
        operators.append(gemm(f"{name} {index}", samples, width, inner, "body"))
        inner = width
    return operators
