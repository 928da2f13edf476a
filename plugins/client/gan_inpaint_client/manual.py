"""The manual: a page for each command, behind the dialogs' Help buttons. Krita's list of plug-ins shows all of them."""

from __future__ import annotations

import re
from pathlib import Path

from .language import _

HELP_BUTTON = _("_Help")
CANNOT_OPEN = _("The page cannot be opened here. It is the file {path}.")

FOLDER = Path(__file__).with_name("manual")
PAGES = (
    "fill",
    "fill-all",
    "variants",
    "fill-transparent",
    "fill-painted",
    "select-scratches",
    "repair-scratches",
    "trace-scratch",
    "settings",
)
_BODY = re.compile("<body>(.*)</body>", re.DOTALL)


def page(name: str) -> Path:
    """Return the file of one of the `PAGES`."""
    return FOLDER / f"{name}.html"


def whole() -> str:
    """Return all pages as one."""
    bodies = [match[1].strip() for match in map(_BODY.search, map(_text, PAGES)) if match]
    return "\n".join(["<html>", "<head><title>GAN Inpaint</title></head>", "<body>", *bodies, "</body>", "</html>", ""])


def _text(name: str) -> str:
    return page(name).read_text("utf-8")
