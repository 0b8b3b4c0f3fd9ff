"""The one family of errors a user may see; knows nothing of the objects it names.

A `StudioError` says in one sentence which object, which value, which limit and what to do.
Rule violations of a design are findings, not errors; bugs are ordinary exceptions.
"""

from __future__ import annotations


class StudioError(Exception):
    """Something the user asked for is impossible; the message is fit to be shown."""


class InvalidInput(StudioError):
    """A number, unit or argument is outside what is physically or logically possible."""


class InvalidDesign(StudioError):
    """A design refers to something that does not exist, or contradicts itself."""


class FileProblem(StudioError):
    """A file can't be read or written; the message names the file and the place in it."""


class UnknownName(StudioError):
    """A name that was asked for is not there; the message lists the nearest ones."""
