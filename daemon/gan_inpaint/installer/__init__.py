"""Install the plug-ins into the editors, remove them, and show what is installed."""

from __future__ import annotations

from gan_inpaint.installer.locations import Editor
from gan_inpaint.installer.operations import Installation, install, status, uninstall

__all__ = ["Editor", "Installation", "install", "status", "uninstall"]
