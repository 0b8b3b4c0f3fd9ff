"""What the rules share: lists that stay short."""

from __future__ import annotations

MOST_PER_RULE = 200
"""Findings of one rule that are listed; a hundred thousand equal ones help nobody."""
