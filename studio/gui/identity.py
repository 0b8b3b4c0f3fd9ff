"""The names the desktop knows the studio by; holds no behaviour."""

from __future__ import annotations

APP_ID = "io.supernode.Studio"
"""Reverse-DNS id: desktop file, icon, metainfo and bundle carry the same one."""
APP_TITLE = "Supernode Studio"
ORGANISATION = "Supernode"
"""Shown nowhere; Qt builds paths from it."""
