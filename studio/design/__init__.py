"""Frozen design values, pure edits and rules; knows no catalogue and no window."""
