"""What the studio says in words of its own where a source is named, ready to be translated.

Titles of publications stay as they were published; a fit, a starting value or an assumption of the
studio has no title, and is told in the reader's language.
"""

from __future__ import annotations

import re
from functools import cache

from studio.messages import Message, recognised, say

_PHRASES: tuple[tuple[str, Message], ...] = (
    (
        r"fit to (?P<rows>\d+) rows of (?P<file>\S+) and what others share",
        say("fit to {rows} rows of {file} and what others share", rows=0, file=""),
    ),
    (
        r"fit to (?P<rows>\d+) rows of (?P<file>\S+)",
        say("fit to {rows} rows of {file}", rows=0, file=""),
    ),
    (r"fit of (?P<file>\S+)", say("fit of {file}", file="")),
    (r"set by hand from (?P<file>\S+)", say("set by hand from {file}", file="")),
    (
        r"shared with families and generations that have rows \((?P<fit>\w+)\)",
        say("shared with families and generations that have rows ({fit})", fit=""),
    ),
    (
        r"mean of the families with readings \((?P<fit>\w+)\)",
        say("mean of the families with readings ({fit})", fit=""),
    ),
    (r"as (?P<other>[\w.-]+)", say("as {other}", other="")),
    *(
        (re.escape(phrase), phrase)
        for phrase in (
            say("starting value from vendor notes and published kernel figures"),
            say("starting value from published kernel benchmarks; refined by the fit"),
            say("estimate: no published measurement isolates it"),
            say("vendor data sheet; dense ratings per package"),
            say("none is published for this family"),
            say("middle of the libraries below"),
            say("Assumption of Supernode Studio"),
        )
    ),
)


@cache
def source_text(source: str) -> str:
    """Return the text of a source: a message where it is the studio's own, else the title."""
    return recognised(source, _PHRASES)
