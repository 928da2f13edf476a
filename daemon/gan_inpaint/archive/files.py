"""Which pictures are restored, and where their results go."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from functools import cache, partial
from pathlib import Path, PurePosixPath

from msgspec import Struct

from gan_inpaint.archive import folders
from gan_inpaint.archive.folders import real
from gan_inpaint.archive.masks import MaskFolder
from gan_inpaint.errors import AmbiguousMask, CannotWrite, InputProblem, NoPictures, UnreadableImage
from gan_inpaint.imagefile import SUFFIXES
from gan_inpaint.imagefile.reading import OTHER_SUFFIXES, RAW_SUFFIXES

_PICTURES = SUFFIXES.keys() | RAW_SUFFIXES | OTHER_SUFFIXES
_LOSSY = {suffix for suffix, format in SUFFIXES.items() if format in ("jpeg", "webp")}


class Picture(Struct, frozen=True):
    """A picture to restore.

    name: the path of its result in the output folder, with slashes; the journal uses it too.
    mask: the file that marks its defects, if one was given.
    """

    name: str
    source: Path
    mask: Path | None = None


class Found(Struct, frozen=True):
    """The pictures, by name, and the paths of files and folders that are left out, with the reason."""

    pictures: tuple[Picture, ...]
    left_out: dict[str, InputProblem]


def find(paths: Sequence[Path], output: Path, as_png: bool, masks: Path | None) -> Found:
    """Return the pictures that `paths` name: files, and folders with all that is in them.

    A result has the name of its file, and in a folder its place. In folders the suffix decides what is a picture; the
    masks are left out, and what `folders.files` skips.

    `as_png`: JPEG and WebP become PNG. `masks`: one mask for all, or a folder of masks, see `MaskFolder`.

    Raises:
        UnreadableImage: one of the paths does not exist, or the name of the masks is no Unicode.
        NoPictures: the folders hold none.
        CannotWrite: the originals are in the output folder, or two results would have one name.
    """
    if masks and not _is_unicode(masks):
        raise _not_unicode(masks)
    output = real(output)
    skipped = {output, real(masks)} if masks else {output}
    sources: dict[Path, str] = {}
    left_out: dict[str, InputProblem] = {}
    for path in paths:
        _check_apart(path, output)
        for source, name in _named_by(path, skipped, left_out):
            if _is_unicode(source):
                sources.setdefault(source, name)
            else:
                left_out[_shown(source)] = _not_unicode(source)
    if sources:
        named = _with_targets(sources, as_png)
        return Found(tuple(_with_masks(named, sources, masks, left_out)), left_out)
    if left_out:
        raise next(iter(left_out.values()))
    raise NoPictures(
        f"There are no pictures in {', '.join(map(str, paths))}.",
        "Pictures are PNG, JPEG, TIFF and WebP files, also in folders within.",
    )


def _check_apart(path: Path, output: Path) -> None:
    if real(path).is_relative_to(output):
        raise CannotWrite(f"{path} is in the folder for the results.", "Choose another folder for the results.")


def _named_by(path: Path, skipped: Container[Path], left_out: dict[str, InputProblem]) -> Iterator[tuple[Path, str]]:
    """Yield the pictures of one path of the command line, absolute, with their places in its folder.

    Folders that cannot be read are added to `left_out`.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    if not absolute.exists():
        raise UnreadableImage(f"There is no file or folder {path}.", "Check its name.")
    if not absolute.is_dir():
        yield absolute, absolute.name
        return
    for file in folders.files(absolute, skipped, partial(_note_unread, left_out)):
        if file.suffix.lower() in _PICTURES:
            yield file, file.relative_to(absolute).as_posix()


def _is_unicode(source: Path) -> bool:
    try:
        str(source).encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: Path | str) -> str:
    return os.fsencode(path).decode(errors="backslashreplace")


def _not_unicode(path: Path) -> UnreadableImage:
    return UnreadableImage(f"The name of {_shown(path)} is not valid Unicode.", "Give it another name.")


def _note_unread(left_out: dict[str, InputProblem], problem: OSError) -> None:
    shown = _shown(problem.filename)
    message = f"The folder {shown} cannot be read: {problem.strerror}."
    left_out[shown] = UnreadableImage(message, "Change its permissions.")


def _with_targets(sources: dict[Path, str], as_png: bool) -> dict[str, Path]:
    taken: dict[str, Path] = {}
    places = Counter(sources.values())
    shorter = Counter(_as_png(place) for place in sources.values() if _is_lossy(place))
    for source, place in sources.items():
        name = place
        if as_png and _is_lossy(place):
            name = _as_png(place)
            # The whole name where both scan.jpg and scan.png are there, or scan.jpeg
            name = f"{place}.png" if name in places or shorter[name] > places[place] else name
        if name in taken:
            raise CannotWrite(
                f"{taken[name]} and {source} would both become {name}.",
                "Restore them one after the other, into separate folders.",
            )
        taken[name] = source
    return taken


def _is_lossy(place: str) -> bool:
    return PurePosixPath(place).suffix.lower() in _LOSSY


def _as_png(place: str) -> str:
    return str(PurePosixPath(place).with_suffix(".png"))


def _with_masks(
    named: dict[str, Path], sources: dict[Path, str], masks: Path | None, left_out: dict[str, InputProblem]
) -> Iterator[Picture]:
    """Yield the pictures with their masks; those whose mask is not certain are added to `left_out`."""
    folder = MaskFolder(masks, sources.values()) if masks and masks.is_dir() else None
    beside = cache(_pictures_in)
    for name, source in sorted(named.items()):
        if folder is None:
            yield Picture(name, source, masks and masks.absolute())
            continue
        try:
            mask = folder.of(sources[source], beside(source.parent))
            if not _is_unicode(mask):
                raise _not_unicode(mask)
        except (AmbiguousMask, UnreadableImage) as problem:
            left_out[str(source)] = problem
        else:
            yield Picture(name, source, mask)


def _pictures_in(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in os.listdir(folder) if Path(name).suffix.lower() in _PICTURES)  # noqa: PTH208 - fast
