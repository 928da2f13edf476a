"""Which photographs of a watched folder have a mask, and when both files are complete.

The mask of `scan.tif` is `scan.mask.png`, `scan_mask.png` or `scan-mask.png`, of any format. Where `scan.jpg` is there,
too, it is `scan.tif.mask.png`. This module looks at names and at the sizes and times of files, never into them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from gan_inpaint.archive.ownership import Identity
from gan_inpaint.errors import AmbiguousMask
from gan_inpaint.imagefile import SUFFIXES

_MASK = re.compile(r"(.+)[._-]mask", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """The names of a photograph and of its mask, and the sizes and times of both files."""

    photo: str
    mask: str
    seen: tuple[Identity, Identity]


@dataclass(frozen=True)
class Pairs:
    """The photographs that have a mask, and by name those for which it is not clear which mask is theirs."""

    found: tuple[Pair, ...]
    unclear: Mapping[str, AmbiguousMask]


def pair(files: Mapping[str, Identity]) -> Pairs:
    """Return the pairs among the files of a folder, in the order of their names."""
    masks = defaultdict[str, list[str]](list)  # by what comes before “.mask”
    photos = defaultdict[str, list[str]](list)  # by their names without suffix
    for name in sorted(files):
        path = PurePath(name)
        if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
            continue
        if marked := _MASK.fullmatch(path.stem):
            masks[marked[1]].append(name)
        else:
            photos[path.stem].append(name)
    found, unclear = [], {}
    for stem, alike in photos.items():
        by_stem = [photo for photo in alike if photo not in masks]
        for photo in alike:
            own = masks.get(photo) or masks.get(stem, [])
            if not own:
                continue
            if len(own) > 1:
                unclear[photo] = AmbiguousMask(f"The mask of {photo} could be {own[0]} or {own[1]}.", _hint(photo))
            elif photo in by_stem and len(by_stem) > 1:
                message = f"{own[0]} could be the mask of {by_stem[0]} or of {by_stem[1]}."
                unclear[photo] = AmbiguousMask(message, _hint(photo))
            else:
                found.append(Pair(photo, own[0], (files[photo], files[own[0]])))
    return Pairs(tuple(found), unclear)


class Watch:
    """Finds out when files are complete: when they have not changed between two looks."""

    def __init__(self) -> None:
        self._since: dict[Pair, float] = {}
        self._done: set[Pair] = set()

    def ready(self, pairs: tuple[Pair, ...], now: float) -> list[tuple[Pair, float]]:
        """Return the pairs to work on, and for how many seconds each has not changed; `now` is any clock's time."""
        self._since = {each: self._since.get(each, now) for each in pairs}
        self._done &= self._since.keys()
        return [(each, now - since) for each, since in self._since.items() if now > since and each not in self._done]

    def settle(self, done: Pair) -> None:
        """Do not offer a pair again before one of its files changes."""
        self._done.add(done)


def _hint(photo: str) -> str:
    return f"Name its mask {photo}.mask.png, and leave no other one."
