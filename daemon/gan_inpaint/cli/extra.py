"""Modules that only those have who installed the extra `train`."""

from __future__ import annotations

import importlib
from typing import Any

from gan_inpaint.errors import GanInpaintError


class MissingExtra(GanInpaintError):
    """Packages that only training needs are not installed."""

    code = "missing_extra"


def imported(module: str) -> Any:
    """The module of that name. Raises MissingExtra where it, or a package that it needs, is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        raise MissingExtra(
            f"Training, export and evaluation need more packages than filling; “{problem.name}” is not installed.",
            "Install them with: pip install 'gan-inpaint[train]'",
        ) from problem
