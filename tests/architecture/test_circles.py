"""No module needs itself by way of others, not even for the name of a type.

The layers keep packages apart; this keeps any two files apart, so that each can be read with what
it imports and nothing that imports it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def test_no_module_needs_itself() -> None:
    TopologicalSorter(imports_of("studio")).prepare()


def test_a_circle_of_types_is_found(tmp_path: Path) -> None:
    package = tmp_path / "studio"
    package.mkdir()
    (package / "one.py").write_text("from studio.two import Two\n")
    (package / "two.py").write_text("if TYPE_CHECKING:\n    from studio.one import One\n")
    with pytest.raises(CycleError, match="cycle"):
        TopologicalSorter(imports_of("studio", tmp_path)).prepare()


def imports_of(package: str, top: Path = TOP) -> Mapping[str, set[str]]:
    """Return which modules each module of a package names, wherever in the file it does."""
    files = {_name(path.relative_to(top)): path for path in sorted((top / package).rglob("*.py"))}
    return {
        name: {one for one in _named(path) if one in files and one != name}
        for name, path in files.items()
    }


def _named(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # Of `from package import module` the module is meant, else what it is taken from.
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
