"""Puts the plug-ins into the editors, takes them out again, and tells what is where."""

from __future__ import annotations

from gan_inpaint.installer.locations import Editor
from gan_inpaint.installer.operations import Installation, install, status, uninstall

__all__ = ["Editor", "Installation", "install", "status", "uninstall"]
