"""Check, before a photograph is decoded, that it fits into memory."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from gan_inpaint.errors import TooLarge

_COPIES = 3
"""Copies of the pixels: as read, filled, and in the buffers of the decoder or encoder."""


def require(width: int, height: int, pixel_bytes: int) -> None:
    """Raise TooLarge if `width` × `height` pixels of `pixel_bytes` bytes need more memory than is free."""
    needed = width * height * (pixel_bytes * _COPIES + 1)
    free = available_bytes()
    if needed > free:
        raise TooLarge(
            f"The photograph has {width} × {height} pixels and needs about {needed / 1e9:.1f} GB of memory, "
            f"but {free / 1e9:.1f} GB are free.",
            "Close other programs, or cut out the part around the hole in your editor and fill that.",
        )


def available_bytes() -> int:
    """Return the bytes that this process can still allocate without swapping."""
    known = (psutil.virtual_memory().available, _left_by_container(), _left_by_limit())
    return min(free for free in known if free is not None)


def _left_by_container() -> int | None:
    """Return the bytes that this process's Linux control group (version 2) leaves; None without a limit."""
    group = Path("/sys/fs/cgroup")
    try:
        limit = int((group / "memory.max").read_text())  # "max" where there is no limit
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return None
    return max(0, limit - used)


def _left_by_limit() -> int | None:
    """Return the bytes that `ulimit -v` leaves; None without a limit."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else max(0, limit - psutil.Process().memory_info().vms)
