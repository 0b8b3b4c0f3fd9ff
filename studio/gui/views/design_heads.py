"""What designs are called and about, read without the rest: a large design costs no time here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from studio.decoding import read_as
from studio.errors import FileProblem
from studio.files import read_file
from studio.storage.project_file import LARGEST_FILE_BYTES


class DesignHead(msgspec.Struct):
    """Names and descriptions of one design."""

    name: str
    name_zh: str = ""
    description: str = ""
    description_zh: str = ""


class _Headed(msgspec.Struct):
    design: DesignHead


@cache
def design_head(path: Path) -> DesignHead | None:
    """Return the head of a file as it was when first asked for; None where it is no design."""
    try:
        content = read_file(path, LARGEST_FILE_BYTES)
        return read_as(content, _Headed).design
    except (FileProblem, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
