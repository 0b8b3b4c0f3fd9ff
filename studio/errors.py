"""The one family of errors a user may see; knows nothing of the objects it names.

A `StudioError` says in one sentence which object, which value, which limit and what to do.
Rule violations of a design are findings, not errors; bugs are ordinary exceptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from studio.messages import Message, plain, say

LONGEST_VALUE = 400
"""Characters of a text out of a file or a hand that an error repeats."""


class StudioError(Exception):
    """Something the user asked for is impossible; the message is fit to be shown.

    Made of a template and its values, as `say` takes them: the window translates both.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        is_said = isinstance(template, Message) and not values
        shown = {name: _presentable(value) for name, value in values.items()}
        super().__init__(template if is_said else say(template, **shown))

    @property
    def message(self) -> Message:
        """Return the text; `str` of the error is the same in English for good."""
        said: Message = self.args[0]
        return said


class InvalidInput(StudioError):
    """A number, unit or argument is outside what is physically or logically possible."""


class BrokenRule(InvalidInput):
    """A choice breaks a rule; the message says which, and ends with the nearest that keeps it.

    Parameters
    ----------
    reason : the rule, and the value that breaks it.
    nearest : in words or as a number; None where no single change helps.
    fields : the same as fields of what was asked for, for those who offer to set them.
    """

    def __init__(
        self,
        reason: str,
        nearest: object = None,
        fields: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.reason = reason
        self.fields = dict(fields)
        if nearest is None:
            super().__init__(reason)
        else:
            text = say("{reason}; nearest valid: {nearest}", reason=reason, nearest=nearest)
            super().__init__(text)


class InvalidDesign(StudioError):
    """A design refers to something that does not exist, or contradicts itself."""


class FileProblem(StudioError):
    """A file can't be read or written; the message names the file and the place in it."""


class UnknownName(StudioError):
    """A name that was asked for is not there; the message lists the nearest ones."""


class GivenUp(Exception):
    """Work was given up on request: nothing is wrong, and nothing came of it."""


def _presentable(value: object) -> object:
    """Return a text of a stranger as one line can show it; other values as they are."""
    if type(value) is not str:
        return value
    text = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
    return plain(text).replace("\n", "\\n")
