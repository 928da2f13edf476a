"""What a fill was: model, options, place and version, so that `gan-inpaint fill --receipt` repeats it exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .crop import Box

FORMAT = 1


def receipt_text(parts: Iterable[tuple[Box, dict[str, Any]]], **inputs: str) -> str:
    """Return a receipt as JSON: the box of each crop that was sent, with the `receipt` of its result.

    `inputs`: SHA-256 of what was filled, by name.
    """
    made = [{"box": list(box), **part} for box, part in parts]
    return json.dumps({"receipt": FORMAT, **inputs, "parts": made}, indent=2, ensure_ascii=False)
