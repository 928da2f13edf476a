"""What the daemon needs to know of, and hand back to, the machine that it runs on."""

from __future__ import annotations

import ctypes
import sys

import psutil


def is_alive(pid: int) -> bool:
    """Whether there is a process of that number, and not merely one that has ended and waits to be noticed."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # somebody else's, but there
        return True


def resident_mib() -> float:
    """Memory that this process holds at present, in MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def release_memory() -> None:
    """Give freed memory back to the system, where its C library would keep it for later (glibc)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
