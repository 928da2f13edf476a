"""The machine that this process runs on: its cores, its memory, its processes."""

from __future__ import annotations

import os
import sys

import psutil

_DESCRIPTORS = 4096  # far more than the daemon's connections and models need
_SIGNS_OF_EXHAUSTION = (
    *("failed to allocate memory", "bad_alloc", "out of memory", "cannot allocate memory"),
    "failed to map segment",  # of a library that is loaded
)


def physical_cores() -> int:
    """Return how many threads to start: one for each physical core that this process may use."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return min(cores, len(os.sched_getaffinity(0))) if sys.platform == "linux" else cores


def keep_blas_to_one_thread() -> None:
    """Hold OpenBLAS to one thread in this process, which must not have imported numpy yet, and in its children.

    The matrix products here are too small to share, and OpenBLAS' threads spin for a tenth of a second after each of
    them, on a core that the network needs.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def is_alive(pid: int) -> bool:
    """Return whether a process of that number runs; one that has ended but was not waited for does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's, but it runs
        return True


def allow_many_descriptors() -> None:
    """Raise this process's limit of open files and sockets to what the system allows it, within reason."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def resident_mib() -> float:
    """Return the memory that this process holds now, in MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def is_exhaustion(problem: BaseException) -> bool:
    """Return whether an error means that memory is missing, whatever its type: libraries say so in their words."""
    return isinstance(problem, MemoryError) or any(sign in str(problem).lower() for sign in _SIGNS_OF_EXHAUSTION)


def release_memory() -> None:
    """Return freed memory to the system, which the C library would keep for later (glibc)."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
