"""Import modules whose packages belong to one of the extras."""

from __future__ import annotations

import importlib
from typing import Any, Literal

from gan_inpaint.errors import MissingExtra

_NEEDED_FOR = {"train": "Training, export and evaluation need", "cluster": "Working on a cluster needs"}


def imported(module: str, extra: Literal["train", "cluster"] = "train") -> Any:
    """Return the module of that name. Raises MissingExtra if it, or a package that it needs, is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        raise MissingExtra(
            f"{_NEEDED_FOR[extra]} more packages than filling; “{problem.name}” is not installed.",
            f"Install them with: pip install 'gan-inpaint[{extra}]'",
        ) from problem
