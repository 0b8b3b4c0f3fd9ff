"""Tables of a clipboard that come as HTML only, as the tab-separated text that others send."""

from __future__ import annotations

from html.parser import HTMLParser

LONGEST_MARKUP = 5_000_000


def table_text(markup: str) -> str:
    """Return the cells of the first table, tab-separated; empty where there is none.

    A cell that spans several columns is followed by empty ones.
    """
    reader = _Tables()
    reader.feed(markup[:LONGEST_MARKUP])
    reader.close()
    return "\n".join("\t".join(row) for row in reader.rows)


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._is_done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._is_done:
            return
        if tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], min(int(span[:4]), 1000) if span.isdecimal() else 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        self._is_done = self._is_done or (tag == "table" and bool(self.rows))

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            self.rows[-1] += [" ".join("".join(self._cell).split()), *[""] * (self._span - 1)]
        self._cell = None
