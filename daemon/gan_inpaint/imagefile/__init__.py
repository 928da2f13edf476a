"""Photographs and masks as files: read with all their metadata, and saved back as they were.

PNG, JPEG, TIFF and WebP; gray or RGB, with or without alpha; 8 and 16 bits, in TIFF also 16- and 32-bit floats and
several pages. Decoding and encoding of pixels is left to libraries. The containers around them are handled here, since
no library keeps both every pixel outside the mask bit-exact and the file's metadata.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

from gan_inpaint.errors import CannotWrite, UnsupportedImage
from gan_inpaint.files import atomic
from gan_inpaint.imagefile import reading
from gan_inpaint.imagefile.photograph import Container, Format, Photograph, Pixels

__all__ = ["SUFFIXES", "Change", "Pages", "Photograph", "check_target", "edit", "open", "opened", "pages", "save"]

Change = Callable[[Photograph, int], Pixels | None]
"""Return the new pixels of a page, counted from 0, or None if it stays as it is."""

SUFFIXES: dict[str, Format] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".jfif": "jpeg",
    ".jif": "jpeg",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
}


class Pages(Protocol):
    """The pages of an open file: 1, except for some TIFFs."""

    def __len__(self) -> int: ...

    def page(self, number: int | None = None) -> Photograph:
        """Read a page, counted from 0; without a number, the only page. Raises as `open`."""
        ...


def open(path: Path, page: int | None = None) -> Photograph:
    """Read the photograph at `path`, whose first bytes give the format, not its name.

    `page` is one of the `pages` of the file, counted from 0; without it, a file of several pages is refused. Use
    `opened` to read many pages of one file faster.

    Raises:
        UnreadableImage: the file is missing, not permitted, damaged, truncated, or not a picture of a known format.
        UnsupportedImage: the kind of picture is not supported, such as CMYK or an animation.
        TooLarge: the photograph does not fit into free memory.
    """
    with opened(path) as pages:
        return pages.page(page)


@contextmanager
def opened(path: Path) -> Iterator[Pages]:
    """Find the pages of the photograph at `path` once, to read them one by one.

    Raises UnreadableImage, UnsupportedImage.
    """
    format = reading.recognise(path)
    if format != "tiff":
        yield _OnePage(path, format)
        return
    from gan_inpaint.imagefile import tiff

    with tiff.reading(path) as pages:
        yield pages


def pages(path: Path) -> int:
    """Return the number of pages: 1, except for some TIFFs. Raises UnreadableImage, UnsupportedImage."""
    with opened(path) as pages:
        return len(pages)


def check_target(photograph: Photograph, target: Path, force: bool = False, source: Path | None = None) -> None:
    """Raise CannotWrite before the work if `save` would fail after it."""
    _container_for(photograph, target, _are_named_alike(source, target))
    atomic.check(target, force)


def save(photograph: Photograph, target: Path, force: bool = False, source: Path | None = None) -> None:
    """Write the photograph, completely or not at all, in its own format; JPEG and WebP may also become PNG.

    `source` is the file that it was read from: with the same suffix, it keeps a format that this does not name.

    Raises:
        CannotWrite: `target` exists and `force` is not given, its suffix names another format, the folder is missing
            or read-only, or the disk is full.
    """
    container = _container_for(photograph, target, _are_named_alike(source, target))
    with atomic.writing(target, force) as temporary:
        container.write(photograph.pixels, temporary)


def edit(
    source: Path, target: Path, change: Change, force: bool = False, last_look: Callable[[Path], None] | None = None
) -> None:
    """Write the photograph at `source` to `target`, page by page as `change` returns it.

    If nothing changes, `target` is `source` byte for byte, unless its suffix asks for another format. A photograph that
    is not what its suffix says keeps both, or becomes a PNG if it is called so. `last_look`: see `atomic.writing`.

    Raises:
        UnreadableImage, UnsupportedImage, TooLarge: as `open`, and what `change` raises; nothing is written then.
        CannotWrite: as `save`.
    """
    if reading.recognise(source) == "tiff":
        _edit_tiff(source, target, change, force, last_look)
        return
    photograph = open(source)
    named_alike = _are_named_alike(source, target)
    container = _container_for(photograph, target, named_alike)
    atomic.check(target, force)
    pixels = change(photograph, 0)
    with atomic.writing(target, force, last_look=last_look) as temporary:
        if pixels is None and (container is photograph.container or named_alike):
            shutil.copyfile(source, temporary)
        else:
            container.write(photograph.pixels if pixels is None else pixels, temporary)


def _edit_tiff(
    source: Path, target: Path, change: Change, force: bool, last_look: Callable[[Path], None] | None
) -> None:
    from gan_inpaint.imagefile import tiff

    if SUFFIXES.get(target.suffix.lower()) != "tiff" and not _are_named_alike(source, target):
        raise _misnamed("tiff", target, [])
    with atomic.writing(target, force, last_look=last_look) as temporary, tiff.reading(source) as pages:
        tiff.copy(source, pages.identity, temporary)
        with tiff.replacing(temporary) as written:
            for number in range(len(pages)):
                photograph = _page(pages, number)
                pixels = change(photograph, number)
                if pixels is not None:
                    assert isinstance(photograph.container, tiff.TiffContainer)
                    written.replace(photograph.container, pixels)


def _page(pages: Pages, number: int) -> Photograph:
    try:
        return pages.page(number)
    except UnsupportedImage as problem:
        if len(pages) == 1:
            raise
        raise UnsupportedImage(f"Page {number + 1} of {len(pages)}: {problem.message}", problem.hint) from problem


class _OnePage:
    """The page of a file whose format has one page."""

    def __init__(self, path: Path, format: Literal["png", "jpeg", "webp"]) -> None:
        self._path, self._format = path, format

    def __len__(self) -> int:
        return 1

    def page(self, number: int | None = None) -> Photograph:
        try:
            return _parse(self._format, self._path)
        except reading.DamagedFile as problem:
            raise reading.damaged(self._path) from problem


def _parse(format: Literal["png", "jpeg", "webp"], path: Path) -> Photograph:
    """Read a file with the decoder of its format; only that one is imported, since each takes 0.1 s."""
    match format:
        case "png":
            from gan_inpaint.imagefile import png

            return png.parse(reading.read(path))
        case "jpeg":
            from gan_inpaint.imagefile import jpeg

            return jpeg.parse(reading.read(path))
        case "webp":
            from gan_inpaint.imagefile import webp

            return webp.parse(reading.read(path))


def _container_for(photograph: Photograph, target: Path, named_alike: bool = False) -> Container:
    """Return what writes the photograph as `target`; `named_alike`: with the suffix that its file has already."""
    container = photograph.container
    wanted = SUFFIXES.get(target.suffix.lower())
    if wanted == container.format:
        return container
    if wanted == "png" and container.metadata is not None:
        from gan_inpaint.imagefile import png

        return png.carrying(container.metadata)
    if named_alike:
        return container
    raise _misnamed(container.format, target, [".png"] if container.metadata is not None else [])


def _are_named_alike(source: Path | None, target: Path) -> bool:
    return source is not None and source.suffix.lower() == target.suffix.lower()


def _misnamed(format: Format, target: Path, others: list[str]) -> CannotWrite:
    fitting = [*(suffix for suffix, each in SUFFIXES.items() if each == format), *others]
    return CannotWrite(
        f"A {format.upper()} photograph cannot be saved as {target.name}.",
        f"Let the name end in {' or '.join(fitting)}.",
    )
