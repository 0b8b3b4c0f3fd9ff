"""What the canvas asks of the window: an edit of the design, or something dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.design.edits import Edit
from studio.design.model import Face

ItemType = Literal["rack", "assembly", "part"]


@dataclass(frozen=True)
class EditRequest:
    """A named change of the design; requests with the same merge key are one undo step."""

    label: str
    edit: Edit
    merge_key: str | None = None


@dataclass(frozen=True)
class DropTarget:
    """A library item and where it was dropped."""

    type: ItemType
    id: str
    x_m: float
    y_m: float
    """Left and top of a rack, on the grid; the pointer's place for anything else."""
    rack: str = ""
    """Label of the rack under the pointer, empty on the floor."""
    housing: str = ""
    """Address of the node or box under the pointer."""
    u: int = 0
    """Lowest rack unit taken in that rack; 0 on the floor."""
    face: Face = "front"
    collides: bool = False
    only: bool = False
    """Meant for that rack alone, not for all of its array."""
