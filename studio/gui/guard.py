"""Bugs in what Qt calls back: reported like any other, and never fatal.

PySide keeps the exception of an overridden method until Qt returns to Python. Where a C extension
raised it, Python 3.11 has not made it an object yet, and reading it ends the process: one wrong
index while painting would take the design with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type)
_DONE = "_is_guarded"


def guarded(cls: _Class) -> _Class:
    """Let a class fall back on Qt's own behaviour where an override of it fails."""
    for name, method in overrides(cls):
        setattr(cls, name, _guard(cls, method))
    return cls


def overrides(cls: type) -> Iterator[tuple[str, FunctionType]]:
    """Yield the methods of a class that Qt may call in place of its own."""
    for name, method in tuple(vars(cls).items()):
        if isinstance(method, FunctionType) and not name.startswith("_"):
            above = (getattr(base, name, None) for base in cls.__bases__)
            if any(found is not None and not isinstance(found, FunctionType) for found in above):
                yield name, method


def is_guarded(method: Callable[..., Any]) -> bool:
    """Tell whether a method is already guarded."""
    return getattr(method, _DONE, False)


def _guard(cls: type, method: FunctionType) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *args: Any, **named: Any) -> Any:
        try:
            return method(self, *args, **named)
        except Exception as error:  # noqa: BLE001 - the last place before Qt
            sys.excepthook(type(error), error, error.__traceback__)
        try:
            return getattr(super(cls, self), method.__name__)(*args, **named)
        except NotImplementedError:
            return None

    setattr(call, _DONE, True)
    return call
