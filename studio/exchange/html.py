"""The few pieces of HTML that a report consists of; every text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def cell(text: str) -> str:
    """Return a cell of a table."""
    return f"<td>{escape(text)}</td>"


def number(text: str) -> str:
    """Return a cell whose number stands to the right."""
    return f"<td class=n>{escape(text)}</td>"


def bar(share: float) -> str:
    """Return a cell with a bar of a share, 0..1, of its width."""
    return f'<td class=bar><i style="width:{min(1.0, max(0.0, share)):.2%}"></i></td>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of rows of cells under its heads."""
    top = f"<tr>{''.join(head)}</tr>" if head else ""
    return "<table>" + top + "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows) + "</table>"


def heads(titles: Iterable[str], numbers: Iterable[str] = ()) -> list[str]:
    """Return the heads of a table's columns, those of numbers last."""
    return [
        *(f"<th>{escape(title)}</th>" for title in titles),
        *(f"<th class=n>{escape(title)}</th>" for title in numbers),
    ]


def link(text: str, url: str) -> str:
    """Return a link where the address is a web page, else the text.

    A part file of a user's own may name anything as its address.
    """
    if url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}">{escape(text)}</a>'
    return escape(text)
