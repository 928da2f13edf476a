"""Sources of pictures: folders and tar shards.

Listing members decodes nothing; their bytes stay on disk, in the system's cache.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


class DataError(ValueError):
    """Unusable training pictures; `key` is the configuration's key that names them."""

    def __init__(self, message: str, key: str = "data.shards") -> None:
        super().__init__(message)
        self.key = key


class Member(Protocol):
    """A picture that is not decoded yet."""

    @property
    def name(self) -> str: ...

    def decode(self) -> Picture | None:
        """Return (H, W, 3) uint8 RGB, or None when the bytes are not a picture. Raises OSError."""


@dataclass(frozen=True, slots=True)
class FileMember:
    """A picture in a file, or in `length` bytes of a tar file from `offset` on."""

    name: str
    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """Return the encoded bytes. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)

    def decode(self) -> Picture | None:
        picture = decode(self.read(), cv2.IMREAD_COLOR)
        return None if picture is None else cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


@dataclass(frozen=True, slots=True, eq=False)
class ArrayMember:
    """A picture stored as plain pixels, (H, W, 3) uint8 RGB."""

    name: str
    pixels: Picture

    def decode(self) -> Picture:
        return self.pixels


def decode(encoded: bytes, flags: int) -> Picture | None:
    """Return the picture as OpenCV decodes it with `flags`, or None for bytes that are not a picture."""
    return cv2.imdecode(np.frombuffer(encoded, np.uint8), flags) if encoded else None


def members_of(shards: Iterable[str | Path]) -> list[FileMember]:
    """Return the pictures of all `shards`, in their order. Raises DataError as `members` does."""
    return [member for shard in shards for member in members(Path(shard))]


def members(shard: Path) -> list[FileMember]:
    """Return the pictures of a tar file in its order, or of a folder, its subfolders and tar files by path.

    Raises DataError for other files and damaged tar files.
    """
    try:
        return _of_folder(shard) if shard.is_dir() else _of_tar(shard)
    except OSError as error:
        raise DataError(f"{shard} cannot be read: {error}") from error


def _of_folder(folder: Path) -> list[FileMember]:
    found = []
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if suffix in SUFFIXES and path.is_file():
            found.append(FileMember(path.name, path, 0, path.stat().st_size))
        elif suffix == ".tar" and path.is_file():
            found += _of_tar(path)
    return found


def _of_tar(shard: Path) -> list[FileMember]:
    try:
        with tarfile.open(shard, "r:") as archive:
            return [
                FileMember(Path(member.name).name, shard, member.offset_data, member.size)
                for member in archive
                if Path(member.name).suffix.lower() in SUFFIXES and member.isreg()
            ]
    except tarfile.TarError as error:
        raise DataError(f"{shard} is neither a folder nor an uncompressed tar file: {error}") from error
