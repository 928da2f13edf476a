"""Folders of an archive, without what systems and other programs keep in them for themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from gan_inpaint.archive.journal import FOLDER

_OF_SYSTEMS = frozenset({
    "@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot",  # Synology
    "@recycle", "@recently-snapshot", "@transcode", "~snapshot",  # QNAP, NetApp
    "$recycle.bin", "system volume information", "recycler",  # Windows
    "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder",  # macOS
    "lost+found",
})  # fmt: skip
"""Folders of thumbnails, snapshots and deleted files, in lower case; the others of their kind are hidden."""


def files(
    root: Path, left_out: Container[Path] = (), on_error: Callable[[OSError], None] | None = None
) -> Iterator[Path]:
    """Yield the files in `root` and in all folders within, in the order of their names.

    Skip hidden files and folders, links to folders, folders of systems and of earlier runs, and the real paths that are
    `left_out`. `on_error` is called for folders that cannot be read.
    """
    for folder, folders, names in os.walk(root, onerror=on_error):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if _is_searched(here / name) and real(here / name) not in left_out)
        for name in sorted(names):
            if name[0] != "." and real(here / name) not in left_out:
                yield here / name


def real(path: Path) -> Path:
    """Return the absolute path without links."""
    return Path(os.path.realpath(path))


def _is_searched(folder: Path) -> bool:
    holds_results = os.path.isdir(folder / FOLDER)  # noqa: PTH112 - False without permission
    return folder.name[0] != "." and folder.name.lower() not in _OF_SYSTEMS and not holds_results
