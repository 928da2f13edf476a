"""Which pictures are meant, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from gan_inpaint.errors import CannotWrite, UnreadableImage
from gan_inpaint.imagefile import SUFFIXES
from gan_inpaint.imagefile.reading import RAW_SUFFIXES
from gan_inpaint.restoring.errors import NoPictures

_LOSSY = {suffix for suffix, format in SUFFIXES.items() if format in ("jpeg", "webp")}


class Picture(Struct, frozen=True):
    """A picture to restore. `name`: of its result, in the output folder, with slashes; it also names it in the journal.

    `mask`: the file that marks its defects, if one was given.
    """

    name: str
    source: Path
    mask: Path | None = None


def find(paths: Sequence[Path], output: Path, as_png: bool, masks: Path | None) -> list[Picture]:
    """The pictures that `paths` name, by name: files as they are, folders with all that is in them.

    A file's result is called as the file is, a folder's results lie as the pictures do in the folder. In folders the
    suffixes tell what is a picture; hidden files and folders, and the output folder itself, are left out. `as_png`
    makes PNG of JPEG and WebP. `masks` is a mask for all, or a folder in which each has its mask under its own name.

    Raises:
        UnreadableImage: one of the paths does not exist, or a folder may not be read.
        NoPictures: the folders hold none.
        CannotWrite: the originals lie in the output folder, or two results would have one name.
    """
    output = Path(os.path.realpath(output))
    sources: dict[Path, str] = {}
    for path in paths:
        for source, name in _named_by(path, output):
            _check_name(source)
            sources.setdefault(source, name)
    if not sources:
        raise NoPictures(
            f"There are no pictures in {', '.join(map(str, paths))}.",
            "PNG, JPEG, TIFF and WebP are looked for, in folders within it too.",
        )
    named = _with_targets(sources, as_png)
    return [Picture(name, source, _mask_of(source, sources[source], masks)) for name, source in sorted(named.items())]


def _named_by(path: Path, output: Path) -> Iterator[tuple[Path, str]]:
    """The pictures that a path of the command line means, absolute, with their places in its folder."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its own name
    if Path(os.path.realpath(path)).is_relative_to(output):
        raise CannotWrite(f"{path} lies in the folder for the results.", "Choose another folder for the results.")
    if not absolute.exists():
        raise UnreadableImage(f"There is no file or folder {path}.", "Check its name.")
    if not absolute.is_dir():
        yield absolute, absolute.name
        return
    for folder, folders, files in os.walk(absolute, onerror=_refuse):
        here = Path(folder)
        folders[:] = [name for name in folders if name[0] != "." and not _is(here / name, output)]
        for name in files:
            if name[0] != "." and Path(name).suffix.lower() in SUFFIXES.keys() | RAW_SUFFIXES:
                yield here / name, (here / name).relative_to(absolute).as_posix()


def _check_name(source: Path) -> None:
    try:
        str(source).encode()
    except UnicodeEncodeError as problem:
        shown = str(source).encode(errors="replace").decode()
        raise UnreadableImage(f"The name of {shown} is no valid Unicode.", "Give it another name.") from problem


def _is(folder: Path, output: Path) -> bool:
    return Path(os.path.realpath(folder)) == output


def _refuse(problem: OSError) -> None:
    raise UnreadableImage(
        f"The folder {problem.filename} cannot be read: {problem.strerror}.", "Change its permissions."
    ) from problem


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
                "Restore them one after the other, into folders of their own.",
            )
        taken[name] = source
    return taken


def _mask_of(source: Path, place: str, masks: Path | None) -> Path | None:
    if masks is None or not masks.is_dir():
        return masks and masks.absolute()
    own = masks.absolute() / place
    return next((path for path in _candidates(own) if path.is_file()), own.with_suffix(".png"))


def _candidates(path: Path) -> Iterable[Path]:
    """A mask of that name, of any format that a mask can have."""
    return (path.with_suffix(suffix) for suffix in (".png", *SUFFIXES, *(each.upper() for each in SUFFIXES)))
