"""How many threads are worth starting on this machine."""

from __future__ import annotations

import os
import sys

import psutil


def physical_cores() -> int:
    """Cores that this process may use, the hardware threads of a core counted once; logical ones where unknown."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return min(cores, len(os.sched_getaffinity(0))) if sys.platform == "linux" else cores
