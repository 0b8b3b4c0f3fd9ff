"""Number formats: bytes per element, scaling factors included, and the peak rating they use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.errors import UnknownName

BF16_BYTE = 2.0
"""Of what models keep and send unless a recipe says otherwise: activations, partial sums. [byte]"""


@dataclass(frozen=True)
class NumberFormat:
    """How one element is stored and which matrix-unit rating multiplies it."""

    name: str
    element_byte: float
    """Payload only. [byte]"""
    block: int
    """Elements that share one scaling factor; 0 for one factor per tensor."""
    scale_byte: float
    """Size of one scaling factor. [byte]"""
    rating: str
    """Key of `Accelerator.compute_flops`."""
    rate_share: float = 1.0
    """Matrix rate of kernels that scale inside the product, over those that scale after it."""

    @property
    def stored_byte(self) -> float:
        """Bytes an element takes, its share of the scaling factors included. [byte]."""
        return self.element_byte + (self.scale_byte / self.block if self.block else 0.0)


_TABLE = (
    NumberFormat("fp32", 4.0, 0, 0.0, "fp32"),
    NumberFormat("tf32", 4.0, 0, 0.0, "tf32"),
    NumberFormat("bf16", 2.0, 0, 0.0, "bf16"),
    NumberFormat("fp16", 2.0, 0, 0.0, "bf16"),
    NumberFormat("fp8", 1.0, 0, 4.0, "fp8"),
    # One factor per row: scaling in the epilogue of a general kernel, TorchTitan's own comparison
    # of row-wise with tensor-wise runs (70B: 600 against 810 tokens/s).
    NumberFormat("fp8-row", 1.0, 0, 4.0, "fp8", 0.6),
    NumberFormat("fp8-block", 1.0, 128, 4.0, "fp8"),
    NumberFormat("mxfp8", 1.0, 32, 1.0, "fp8"),
    NumberFormat("int8", 1.0, 0, 4.0, "int8"),
    NumberFormat("mxfp4", 0.5, 32, 1.0, "fp4"),
    NumberFormat("nvfp4", 0.5, 16, 1.0, "fp4"),
    NumberFormat("fp4", 0.5, 16, 1.0, "fp4"),
    NumberFormat("int4", 0.5, 128, 2.0, "int8"),
)

FORMATS: Mapping[str, NumberFormat] = {entry.name: entry for entry in _TABLE}


def number_format(name: str) -> NumberFormat:
    """Return the number format called `name`.

    Raises
    ------
    UnknownName : there is no such format.
    """
    try:
        return FORMATS[name.lower()]
    except KeyError:
        raise UnknownName(
            "{name!r} is no number format; known: {formats}",
            name=name,
            formats=", ".join(FORMATS),
        ) from None
