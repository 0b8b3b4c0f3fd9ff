"""The field of chips that are another part than their assembly says."""

from __future__ import annotations

from studio.catalog.part import Kind
from studio.design.edits import set_part
from studio.design.model import Design
from studio.gui.i18n import mark
from studio.gui.views.inspector_context import Context, part_choices
from studio.gui.views.inspector_fields import InspectorField, choice_field
from studio.ids import Address, PartId

AS_IN_ASSEMBLY = mark("As in the assembly")


def own_part_field(context: Context, kind: Kind) -> InspectorField:
    """Return the choice of what stands at these places alone; all others of the group stay."""
    addresses = tuple(Address(subject.address) for subject in context.subjects)
    exceptions = context.design.exceptions
    parts = [one.part if (one := exceptions.get(key)) else PartId("") for key in addresses]

    def write(design: Design, value: object) -> Design:
        for address in addresses:
            design = set_part(design, address, PartId(str(value)) if value else None)
        return design

    return choice_field(
        "own_part+" + "+".join(addresses[:4]),
        mark("Only here"),
        parts,
        (("", AS_IN_ASSEMBLY), *part_choices(context, kind)),
        write,
        lambda design: write(design, ""),
        can_reset=any(parts),
        reset_tip=AS_IN_ASSEMBLY,
    )
