"""Atomic writing of files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def replace(path: Path, content: bytes | Callable[[BinaryIO], None]) -> None:
    """Write `path` atomically; an old file stays until the new one is complete on disk.

    `content`: the bytes, or a function that writes them to a stream. Raises OSError and whatever `content` raises; no
    partial file is left.
    """
    temporary = path.with_name(f"{path.name}.part")
    try:
        with temporary.open("wb") as stream:
            if callable(content):
                content(stream)
            else:
                stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
