"""Words shared by the rules: findings in both languages, lists that stay short."""

from __future__ import annotations

from collections.abc import Sequence

from studio.design.finding import Finding, Severity

MOST_PER_RULE = 200
"""Findings of one rule that are listed; a hundred thousand equal ones help nobody."""


def finding(
    rule: str,
    severity: Severity,
    address: str,
    texts: tuple[str, str],
    hints: tuple[str, str] = ("", ""),
) -> Finding:
    """Return a finding; texts and hints are given in English and Chinese."""
    return Finding(rule, severity, address, *texts, *hints)


def shown(names: Sequence[str], most: int = 3) -> str:
    """Return a few names and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more}" if more > 0 else "")
