"""Which pictures are restored, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from msgspec import Struct

from gan_inpaint.archive.journal import FOLDER
from gan_inpaint.errors import CannotWrite, NoPictures, UnreadableImage
from gan_inpaint.imagefile import SUFFIXES
from gan_inpaint.imagefile.reading import RAW_SUFFIXES

_PICTURES = SUFFIXES.keys() | RAW_SUFFIXES
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
    """The pictures, by name, and why folders could not be read."""

    pictures: tuple[Picture, ...]
    unread: dict[str, UnreadableImage]


def find(paths: Sequence[Path], output: Path, as_png: bool, masks: Path | None) -> Found:
    """Return the pictures that `paths` name: files, and folders with all that is in them.

    A result has the name of its file, and in a folder its place. In folders the suffix decides what is a picture;
    hidden files and folders, links to folders, the masks and results of earlier runs are left out.

    `as_png`: JPEG and WebP become PNG. `masks`: one mask for all, or a folder with a mask of the same name for each.

    Raises:
        UnreadableImage: one of the paths does not exist.
        NoPictures: the folders hold none.
        CannotWrite: the originals are in the output folder, or two results would have one name.
    """
    output = _real(output)
    left_out = {output, _real(masks)} if masks else {output}
    sources: dict[Path, str] = {}
    unread: dict[str, UnreadableImage] = {}
    for path in paths:
        _check_apart(path, output)
        for source, name in _named_by(path, left_out, unread):
            _check_name(source)
            sources.setdefault(source, name)
    if not sources and unread:
        raise next(iter(unread.values()))
    if not sources:
        raise NoPictures(
            f"There are no pictures in {', '.join(map(str, paths))}.",
            "Pictures are PNG, JPEG, TIFF and WebP files, also in folders within.",
        )
    named = _with_targets(sources, as_png)
    pictures = (Picture(name, source, _mask_of(sources[source], masks)) for name, source in sorted(named.items()))
    return Found(tuple(pictures), unread)


def _check_apart(path: Path, output: Path) -> None:
    if _real(path).is_relative_to(output):
        raise CannotWrite(f"{path} is in the folder for the results.", "Choose another folder for the results.")


def _named_by(path: Path, left_out: Container[Path], unread: dict[str, UnreadableImage]) -> Iterator[tuple[Path, str]]:
    """Yield the pictures of one path of the command line, absolute, with their places in its folder.

    What is `left_out` is skipped; folders that cannot be read are added to `unread`.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    if not absolute.exists():
        raise UnreadableImage(f"There is no file or folder {path}.", "Check its name.")
    if not absolute.is_dir():
        yield absolute, absolute.name
        return
    for folder, folders, files in os.walk(absolute, onerror=partial(_note_unread, unread)):
        here = Path(folder)
        folders[:] = [name for name in folders if name[0] != "." and not _is_other(here / name, left_out)]
        for name in files:
            if name[0] != "." and Path(name).suffix.lower() in _PICTURES and _real(here / name) not in left_out:
                yield here / name, (here / name).relative_to(absolute).as_posix()


def _check_name(source: Path) -> None:
    try:
        str(source).encode()
    except UnicodeEncodeError as problem:
        shown = str(source).encode(errors="replace").decode()
        raise UnreadableImage(f"The name of {shown} is not valid Unicode.", "Give it another name.") from problem


def _is_other(folder: Path, left_out: Container[Path]) -> bool:
    """Return whether a folder is left out, or holds results of an earlier run."""
    holds_results = os.path.isdir(folder / FOLDER)  # noqa: PTH112 - False without permission
    return holds_results or _real(folder) in left_out


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _note_unread(unread: dict[str, UnreadableImage], problem: OSError) -> None:
    message = f"The folder {problem.filename} cannot be read: {problem.strerror}."
    unread[problem.filename] = UnreadableImage(message, "Change its permissions.")


def _with_targets(sources: dict[Path, str], as_png: bool) -> dict[str, Path]:
    taken: dict[str, Path] = {}
    kept = set(sources.values())
    for source, place in sources.items():
        name = place
        if as_png and source.suffix.lower() in _LOSSY:
            name = str(PurePosixPath(place).with_suffix(".png"))
            name = f"{place}.png" if name in kept else name  # both scan.jpg and scan.png are there
        if name in taken:
            raise CannotWrite(
                f"{taken[name]} and {source} would both become {name}.",
                "Restore them one after the other, into separate folders.",
            )
        taken[name] = source
    return taken


def _mask_of(place: str, masks: Path | None) -> Path | None:
    if masks is None or not masks.is_dir():
        return masks and masks.absolute()
    own = masks.absolute() / place
    return next((path for path in _candidates(own) if path.is_file()), own.with_suffix(".png"))


def _candidates(path: Path) -> Iterable[Path]:
    """Return the names that the mask can have, one for each format."""
    return (path.with_suffix(suffix) for suffix in (".png", *SUFFIXES, *(each.upper() for each in SUFFIXES)))
