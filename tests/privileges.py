"""What a user who is not root may not do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody where the tests run as root, who may read and write everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def open_to_all(folder: Path) -> None:
    """Open the way to a folder of the tests, which pytest closes to all but its own user."""
    for each in (folder, *folder.parents[:-1]):
        each.chmod(each.stat().st_mode | 0o055)
