"""A small separate file system, to run out of space on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """Make `folder`, a file system of `size` as mount has it; skips the test where that cannot be had."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs a separate file system: run as root on Linux")
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("this system does not let tests mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)
