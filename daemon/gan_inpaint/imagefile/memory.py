"""Whether a photograph fits into this computer's memory, judged before it is decoded."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from gan_inpaint.errors import TooLarge

# The pixels as read, the filled copy, and the encoder's or decoder's buffers together.
_COPIES = 3


def require(width: int, height: int, pixel_bytes: int) -> None:
    """Check that a picture of `width` × `height` pixels of `pixel_bytes` bytes can be held and worked on.

    Raises:
        TooLarge: it needs more memory than is free.
    """
    needed = width * height * (pixel_bytes * _COPIES + 1)
    free = available_bytes()
    if needed > free:
        raise TooLarge(
            f"The photograph has {width} × {height} pixels and needs about {needed / 1e9:.1f} GB of memory, "
            f"but {free / 1e9:.1f} GB are free.",
            "Close other programs, or cut out the part around the hole in your editor and fill that.",
        )


def available_bytes() -> int:
    """Memory that this process can still take without swapping."""
    known = (psutil.virtual_memory().available, _left_by_container(), _left_by_limit())
    return min(free for free in known if free is not None)


def _left_by_container() -> int | None:
    """What the Linux control group (version 2) that this process runs in leaves."""
    group = Path("/sys/fs/cgroup")
    try:
        limit = int((group / "memory.max").read_text())  # "max" where there is no limit
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return None
    return max(0, limit - used)


def _left_by_limit() -> int | None:
    """What `ulimit -v` leaves."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else max(0, limit - psutil.Process().memory_info().vms)
