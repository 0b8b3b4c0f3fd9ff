"""What every session reads once, with part files of the user's own that may be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import paths
from studio.errors import FileProblem
from studio.ids import PartId
from studio.session import library


@pytest.fixture
def own_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(paths, "user_parts_dir", lambda: tmp_path)
    library.catalog.cache_clear()
    yield tmp_path
    library.catalog.cache_clear()


def test_a_wrong_part_file_is_told_and_the_shipped_parts_serve(own_parts: Path) -> None:
    (own_parts / "mine.json").write_text("{", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"mine\.json"):
        library.catalog()
    catalog, problem = library.catalog_at_least()
    assert PartId("ascend-910c") in catalog.parts
    assert problem is not None
    assert "mine.json: line 1, column 2" in str(problem)


def test_part_files_that_are_right_leave_nothing_to_tell(own_parts: Path) -> None:
    assert not list(own_parts.iterdir())
    assert library.catalog_at_least()[1] is None
