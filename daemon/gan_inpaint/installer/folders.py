"""An installed plug-in on disk: read, replaced in one step, removed file by file.

`folder` is always an editor's folder (Place.folder); all paths of files are relative to it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import atomic
from gan_inpaint.installer.payload import SETTINGS, Layout

_COMPILED = "__pycache__"


@dataclass(frozen=True)
class Installed:
    """What an installed plug-in's settings say: its version and its files."""

    version: str
    files: frozenset[PurePosixPath]


def installed(folder: Path, layout: Layout) -> Installed | None:
    """Return what is installed; None if there is nothing, or nothing of this product."""
    try:
        content = json.loads((folder / layout.own / SETTINGS).read_bytes())
        files = frozenset(PurePosixPath(name) for name in content["files"])
        version = str(content["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    allowed = {path for path in files if layout.own in path.parents or path in layout.beside}
    return Installed(version, frozenset(path for path in allowed if ".." not in path.parts))


def replace(folder: Path, layout: Layout, files: Mapping[PurePosixPath, bytes]) -> None:
    """Replace what is installed by `files`, the plug-in's own folder in one step.

    Files that others have put into that folder stay.

    Raises:
        CannotWrite: the folder belongs to another plug-in or cannot be written. It has not changed then.
    """
    own = folder / layout.own
    before = installed(folder, layout)
    if os.path.lexists(own) and before is None:
        raise CannotWrite(
            f"{own} already exists, but does not come from “gan-inpaint plugin install”.",
            "Move it away, then try again.",
        )
    with _explained(folder):
        own.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=own.parent, prefix=f".{own.name}-") as temporary:
            fresh = Path(temporary, "fresh")
            if before is not None:
                _copy_foreign(own, fresh, {folder / path for path in before.files})
            for path, content in files.items():
                if layout.own in path.parents:
                    _write(fresh / path.relative_to(layout.own), content)
            if layout.program is not None:
                _make_executable(fresh / layout.program.relative_to(layout.own))
            _swap(own, fresh, Path(temporary, "before"))
    for path in layout.beside:
        write_in_one_step(folder / path, files[path])


def remove(folder: Path, layout: Layout, files: Iterable[PurePosixPath]) -> None:
    """Remove `files`, and the folders that are empty then inside the plug-in's own one.

    Raises:
        CannotWrite: something cannot be removed.
    """
    own = folder / layout.own
    with _explained(folder):
        for path in files:
            (folder / path).unlink(missing_ok=True)
        for compiled in list(own.rglob(_COMPILED)):
            shutil.rmtree(compiled)
        for left in (*sorted(own.rglob("*"), reverse=True), own):
            if left.is_dir() and not left.is_symlink() and not any(left.iterdir()):
                left.rmdir()


def read(path: Path) -> bytes:
    """Return the content of an editor's file, empty if there is none; raise CannotWrite if it cannot be read."""
    with _explained(path):
        return path.read_bytes() if path.exists() else b""


def write_in_one_step(path: Path, content: bytes) -> None:
    """Write a file completely or not at all, and make its folder; raise CannotWrite if that fails."""
    with _explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.writing(path, force=True) as temporary:
            temporary.write_bytes(content)


def is_executable(path: Path) -> bool:
    """Return whether the editor can run a file; on Windows that needs no file mode."""
    return path.is_file() and (os.name == "nt" or os.access(path, os.X_OK))


def _copy_foreign(own: Path, fresh: Path, ours: set[Path]) -> None:
    for path in own.rglob("*"):
        foreign = path not in ours and _COMPILED not in path.parts
        if foreign and (path.is_file() or path.is_symlink()):
            copy = fresh / path.relative_to(own)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _make_executable(path: Path) -> None:
    """Allow everybody who may read a file to run it."""
    mode = path.stat().st_mode
    path.chmod(mode | (mode & 0o444) >> 2)


def _swap(own: Path, fresh: Path, before: Path) -> None:
    if own.exists():
        own.rename(before)
    try:
        fresh.rename(own)
    except OSError:
        if before.exists():
            before.rename(own)
        raise


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise CannotWrite(
            f"{folder} cannot be changed: {problem.strerror or problem}.",
            "Close the editor and check who may write there, then try again.",
        ) from problem
