"""Sources the studio tells in its own words are messages; titles of publications stay."""

from __future__ import annotations

import pytest

from studio.languages import translator
from studio.messages import Message
from studio.simulation.source_words import source_text


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        (
            "fit to 20 rows of tests/reference/inference.csv and what others share",
            "对 tests/reference/inference.csv 中 20 行数据拟合，并采用各组共用的值",
        ),
        ("as nccl-blackwell", "同 nccl-blackwell"),
        ("Assumption of Supernode Studio", "Supernode Studio 的假设"),
    ],
)
def test_words_of_the_studio_are_translated(source: str, chinese: str) -> None:
    text = source_text(source)
    assert isinstance(text, Message)
    assert text == source
    assert translator("zh")(text) == chinese


@pytest.mark.parametrize(
    "title", ["Zuo et al. 2025, arXiv 2506.12708, table 9", "as said there", ""]
)
def test_titles_stay_as_published(title: str) -> None:
    assert source_text(title) == title
    assert translator("zh")(source_text(title)) == title
