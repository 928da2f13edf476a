"""Which file of a folder of masks belongs to which picture.

The mask of `box/scan.tif` is `box/scan.tif`, else `box/scan.tif.png` (or another format), else `box/scan.png` if no
other picture could mean it. Names are compared in Unicode's composed form: Macs store the decomposed one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from gan_inpaint.archive import folders
from gan_inpaint.errors import AmbiguousMask
from gan_inpaint.imagefile import SUFFIXES


class MaskFolder:
    """The masks in `folder`, for the pictures at `places` (in their own folder, with slashes)."""

    def __init__(self, folder: Path, places: Iterable[str]) -> None:
        self._folder = folder.absolute()
        self._pictures = defaultdict[str, list[str]](list)  # by their names without suffix
        for place in places:
            self._pictures[_stem(place)].append(place)
        self._named = defaultdict[str, list[Path]](list)
        self._stems = defaultdict[str, list[Path]](list)
        for path in folders.files(self._folder):
            if path.suffix.lower() in SUFFIXES:
                name = path.relative_to(self._folder).as_posix()
                self._named[_composed(name)].append(path)
                self._stems[_stem(name)].append(path)

    def of(self, place: str, beside: Iterable[str] = ()) -> Path:
        """Return the mask of the picture at `place`, or the path where it is missing.

        `beside`: the names of all pictures in the picture's folder, also of those that are not restored.

        Raises:
            AmbiguousMask: it could be several files, or one that another picture could mean.
        """
        own = self._own(place)
        if own:
            return _only(own, place)
        rivals = [other for other in self._pictures[_stem(place)] if other != place]
        around = (str(PurePosixPath(place).with_name(name)) for name in beside)
        taken = {mask for other in (*rivals, *around) if other != place for mask in self._own(other)}
        found = [path for path in self._stems[_stem(place)] if path not in taken]
        if not found:
            return (self._folder / place).with_suffix(".png")
        mask = _only(found, place)
        for rival in rivals:
            if not self._own(rival):
                raise AmbiguousMask(f"{mask} could be the mask of {place} or of {rival}.", _hint(place))
        return mask

    def _own(self, place: str) -> list[Path]:
        """Return the masks that have the picture's whole name."""
        named = self._named.get(_composed(place), [])
        exact = [path for path in named if path == self._folder / place]
        longer = (path for suffix in SUFFIXES for path in self._named.get(_composed(place) + suffix, ()))
        return exact or named or list(longer)


def _only(found: Sequence[Path], place: str) -> Path:
    if len(found) > 1:
        raise AmbiguousMask(f"The mask of {place} could be {found[0]} or {found[1]}.", _hint(place))
    return found[0]


def _hint(place: str) -> str:
    name = PurePosixPath(place).name
    return f"Give each mask the whole name of its picture: {name}, or {name}.png."


def _stem(place: str) -> str:
    return _composed(str(PurePosixPath(place).with_suffix("")))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
