"""Read the `config.json` of a vision transformer: patches in, classes out.

Dosovitskiy et al. 2021, arXiv 2010.11929: an image is cut into square patches, one learned class
token goes before them, and every position has a learned embedding. Reads no file.
"""

from __future__ import annotations

from studio.errors import InvalidInput
from studio.workload.config_fields import Fields, called, count, layers_of, optional, text
from studio.workload.model import AiModel, Attention, Block, DenseFeedForward

_TYPES = ("vit", "deit", "vit_msn", "vit_mae")
_CLASS_TOKENS = {"deit": 2}
"""Learned tokens before the patches; DeiT adds one for distillation, arXiv 2012.12877."""
_USUAL_CLASSES = 2
"""What transformers takes where the file lists no classes."""


def is_vision(fields: Fields) -> bool:
    """Tell whether the fields are those of a vision transformer alone."""
    return fields.get("model_type") in _TYPES


def vision_model(fields: Fields, name: str = "") -> AiModel:
    """Return the AI model that some fields describe.

    Raises
    ------
    InvalidInput : a needed field is missing, a number is absurd, or sizes do not divide.
    """
    hidden, heads = count(fields, "hidden_size"), count(fields, "num_attention_heads")
    image, patch = count(fields, "image_size"), count(fields, "patch_size")
    for whole, part, names in (
        (hidden, heads, "hidden_size / num_attention_heads"),
        (image, patch, "image_size / patch_size"),
    ):
        if whole % part:
            raise InvalidInput(
                "{names}: {whole} is no multiple of {part}", names=names, whole=whole, part=part
            )
    attention = Attention(heads=heads, kv_heads=heads, head_dim=hidden // heads, causal=False)
    dense = DenseFeedForward(count(fields, "intermediate_size"), gated=False)
    tokens = (image // patch) ** 2 + _CLASS_TOKENS.get(text(fields, "model_type"), 1)
    return AiModel(
        name=called(fields, name),
        hidden=hidden,
        vocab=_classes(fields),
        blocks=(Block(layers_of(fields), attention, dense),),
        learned_positions=tokens,
        patch_inputs=(optional(fields, "num_channels") or 3) * patch**2,
        default_sequence=tokens,
        modality="vision",
        grade="vendor",
        source="config.json",
    )


def _classes(fields: Fields) -> int:
    listed = fields.get("id2label")
    if isinstance(listed, dict) and listed:
        return len(listed)
    return optional(fields, "num_labels") or _USUAL_CLASSES
