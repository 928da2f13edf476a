"""Install the plug-ins into the editors, remove them, show what is installed, and pack them."""

from __future__ import annotations

from gan_inpaint.installer.locations import Editor
from gan_inpaint.installer.operations import Installation, install, status, uninstall
from gan_inpaint.installer.pack import pack

__all__ = ["Editor", "Installation", "install", "pack", "status", "uninstall"]
