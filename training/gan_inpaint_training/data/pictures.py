"""The pictures of a configuration, kept decoded up to a memory limit."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import overload

import numpy as np

from gan_inpaint_training.data import celeba, cifar, sources
from gan_inpaint_training.data.augmentation import resized
from gan_inpaint_training.data.settings import DataSettings
from gan_inpaint_training.data.sources import DataError, Member, Picture

MIB = 2**20  # bytes
GROUP = 256  # pictures decoded at once, which bounds the memory
log = logging.getLogger(__name__)


class Pictures(Sequence[Picture]):
    """Pictures in a fixed order, each (H, W, 3) uint8 RGB.

    The constructor decodes all of them, so that damaged files are found before the run. The first `memory_mib` MiB stay
    decoded; the others are decoded at each use. Crops are chosen at random, so an LRU cache would not hit more often,
    and this one is shared by the loader's worker processes.

    `names` and `sizes`, (n, 2) int64 of height and width, describe the pictures.
    """

    def __init__(self, members: Sequence[Member], smallest: int, resize: int | None, memory_mib: int) -> None:
        """`resize`: the shorter side to which each picture is scaled, or None.

        Pictures that are undecodable or smaller than `smallest` after that are skipped, and their number is logged.
        Raises DataError when nothing is left.
        """
        self.resize = resize
        self._members: list[Member] = []
        self._decoded: list[Picture] = []
        sizes: list[tuple[int, int]] = []
        damaged: list[str] = []
        small: list[tuple[int, int]] = []
        free = memory_mib * MIB
        for member, picture in _decode_all(members, resize):
            if picture is None:
                damaged.append(member.name)
            elif min(picture.shape[:2]) < smallest:
                small.append(picture.shape[:2])
            else:
                if len(self._decoded) == len(self._members) and picture.nbytes <= free:
                    self._decoded.append(picture)
                    free -= picture.nbytes
                self._members.append(member)
                sizes.append(picture.shape[:2])
        if not sizes:
            raise DataError(_nothing_left(len(members), damaged, small, smallest))
        if damaged or small:
            log.warning(
                "%d pictures were skipped: not decodable %d%s, smaller than %d pixels %d",
                len(damaged) + len(small), len(damaged), f" (first {damaged[0]})" if damaged else "", smallest,
                len(small),
            )  # fmt: skip
        self.names = [member.name for member in self._members]
        self.sizes = np.array(sizes)

    @property
    def decoded(self) -> int:
        """The number of pictures that are kept decoded."""
        return len(self._decoded)

    def __len__(self) -> int:
        return len(self._members)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Picture]: ...
    def __getitem__(self, index: int | slice) -> Picture | Sequence[Picture]:
        """Raises DataError when the file of a picture that is not kept decoded was changed or deleted."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return self._decoded[number] if number < len(self._decoded) else self._decode(number)

    def _decode(self, number: int) -> Picture:
        member = self._members[number]
        try:
            picture = _decode(member, self.resize)
        except OSError as error:
            raise DataError(f"{member.name} can no longer be read: {error}") from error
        if picture is None or picture.shape[:2] != tuple(self.sizes[number]):
            raise DataError(f"{member.name} has changed since the training began.")
        return picture


def read(settings: DataSettings) -> Pictures:
    """Return the pictures of a configuration's section `data`.

    Raises DataError for a missing or damaged shard, an invalid filter, and when nothing is left.
    """
    if settings.attributes and settings.layout != "celeba":
        message = f"data.attributes are those of the layout celeba; data.layout is {settings.layout}."
        raise DataError(message, "data.attributes")
    if settings.resize is not None and settings.resize < settings.crop:
        raise DataError(f"data.resize, {settings.resize}, is smaller than data.crop, {settings.crop}.", "data.resize")
    found: list[Member] = []
    for shard in settings.shards:
        match settings.layout:
            case "celeba":
                found += celeba.members(Path(shard), settings.attributes)
            case "cifar10":
                found += cifar.members(Path(shard))
            case _:
                found += sources.members(Path(shard))
    if settings.classes:
        found = _of_classes(found, settings.classes)
    if not found:
        filtered = f" with {', '.join(settings.attributes)}" if settings.attributes else ""
        raise DataError(f"There is no picture{filtered} in {', '.join(settings.shards)}.")
    return Pictures(found, settings.crop, settings.resize, settings.memory_mib)


def with_shorter_side(picture: Picture, side: int) -> Picture:
    """Reduce (area average) or enlarge (bicubic) the picture so that its shorter side is `side`."""
    height, width = picture.shape[:2]
    if min(height, width) == side:
        return picture
    scale = side / min(height, width)
    return resized(picture, max(side, round(width * scale)), max(side, round(height * scale)))


def _of_classes(found: list[Member], classes: Sequence[str]) -> list[Member]:
    words = [Path(member.name).stem.split("_")[0] for member in found]
    for word in classes:
        if word not in words:
            known = ", ".join(sorted(set(words))[:12])
            raise DataError(f"No picture is of the class {word!r}; there are {known}.", "data.classes")
    return [member for member, word in zip(found, words, strict=True) if word in classes]


def _decode_all(members: Sequence[Member], resize: int | None) -> Iterator[tuple[Member, Picture | None]]:
    """Yield each member in order with its picture, or None when it is damaged."""

    def decode(member: Member) -> tuple[Member, Picture | None]:
        try:
            return member, _decode(member, resize)
        except OSError:
            return member, None

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for start in range(0, len(members), GROUP):
            yield from threads.map(decode, members[start : start + GROUP])


def _decode(member: Member, resize: int | None) -> Picture | None:
    """Raises OSError."""
    picture = member.decode()
    return picture if picture is None or resize is None else with_shorter_side(picture, resize)


def _nothing_left(found: int, damaged: Sequence[str], small: Sequence[tuple[int, int]], smallest: int) -> str:
    message = f"None of {found} pictures can be used"
    if damaged:
        message += f"; {len(damaged)} cannot be decoded ({damaged[0]} is the first)"
    if small:
        height, width = max(small, key=min)
        message += f"; {len(small)} are smaller than {smallest} pixels a side (the largest is {width}×{height})"
    return message + "."
