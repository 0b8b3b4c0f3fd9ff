"""The window: passive views of view states that emit intents. Only this package knows Qt."""

# PySide reads the source text of every module that is imported after it: the rest goes first.
import studio.session.document  # noqa: F401
