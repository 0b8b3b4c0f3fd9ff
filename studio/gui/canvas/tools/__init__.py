"""Tools as state machines on pointer values; no Qt."""
