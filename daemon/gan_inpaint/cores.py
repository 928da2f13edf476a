"""How many threads are worth starting on this machine."""

from __future__ import annotations

import os
import sys

import psutil


def physical_cores() -> int:
    """As many threads as there are cores, whose hardware threads count once, or fewer if this process may use fewer."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return min(cores, len(os.sched_getaffinity(0))) if sys.platform == "linux" else cores


def keep_blas_to_one_thread() -> None:
    """For a process that has not imported numpy yet, and for those it starts.

    The products of matrices here are too small to share, and OpenBLAS' threads spin for a tenth of a second after each,
    on a core that the network is in need of.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
