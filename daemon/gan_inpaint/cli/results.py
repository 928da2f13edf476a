"""The folder in which `gan-inpaint evaluate` writes its results: all of them or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from gan_inpaint.errors import CannotWrite


def check_folder(folder: Path, names: Iterable[str], force: bool) -> None:
    """Raise CannotWrite before the work for what would make `write` fail after it."""
    existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not existing.is_dir():
        raise CannotWrite(f"{existing} is not a folder.", "Give the name of a folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise CannotWrite(f"You may not write into the folder {existing}.", "Choose a folder of yours.")
    for name in names:
        if not force and (folder / name).exists():
            raise CannotWrite(f"{folder / name} exists already.", "Give another folder, or --force to replace it.")


def write(folder: Path, results: Mapping[str, bytes], force: bool) -> None:
    """Write the files, name → content, into `folder`. Raises CannotWrite."""
    from gan_inpaint.files import atomic

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotWrite(f"The folder {folder} cannot be made: {problem.strerror}.") from problem
    for name, content in results.items():
        with atomic.writing(folder / name, force) as temporary:
            temporary.write_bytes(content)
