"""Photographs and masks as files: read with everything that they carry, and saved back as they were.

PNG, JPEG, TIFF and WebP; gray or RGB, with or without alpha; 8 and 16 bits, in TIFF also 16- and 32-bit floats.
"""

from __future__ import annotations

from pathlib import Path

from gan_inpaint.errors import CannotWrite
from gan_inpaint.imagefile import atomic, reading
from gan_inpaint.imagefile.photograph import Container, Format, Photograph

__all__ = ["Photograph", "check_target", "open", "save"]

_SUFFIXES: dict[str, Format] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
}


def open(path: Path) -> Photograph:
    """Read the photograph at `path`; its first bytes tell the format, not its name.

    Raises:
        UnreadableImage: missing, not permitted, damaged, truncated, or no picture of a known format.
        UnsupportedImage: a kind of picture that is not worked on, such as CMYK or an animation.
        TooLarge: it does not fit into the memory that is free.
    """
    format = reading.recognise(path)
    try:
        return _parse(format, path)
    except reading.DamagedFile as problem:
        raise reading.damaged(path) from problem


def check_target(photograph: Photograph, target: Path, force: bool = False) -> None:
    """Tell before the work what would make `save` fail after it; raises CannotWrite."""
    _container_for(photograph, target)
    atomic.check(target, force)


def save(photograph: Photograph, target: Path, force: bool = False) -> None:
    """Write the photograph, completely or not at all, in its own format; JPEG and WebP may also become PNG.

    Raises:
        CannotWrite: `target` exists and `force` is not given, its suffix names another format, the folder is missing
            or read-only, or the disk is full.
    """
    container = _container_for(photograph, target)
    with atomic.writing(target, force) as temporary:
        container.write(photograph.pixels, temporary)


def _parse(format: Format, path: Path) -> Photograph:
    """Import only the one decoder that is needed: each costs a tenth of a second."""
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
        case "tiff":
            from gan_inpaint.imagefile import tiff

            return tiff.parse(path)


def _container_for(photograph: Photograph, target: Path) -> Container:
    container = photograph.container
    wanted = _SUFFIXES.get(target.suffix.lower())
    if wanted == container.format:
        return container
    if wanted == "png" and container.metadata is not None:
        from gan_inpaint.imagefile import png

        return png.carrying(container.metadata)
    fitting = [suffix for suffix, format in _SUFFIXES.items() if format == container.format]
    if container.metadata is not None:
        fitting.append(".png")
    raise CannotWrite(
        f"A {container.format.upper()} photograph cannot be saved as {target.name}.",
        f"Let the name end in {' or '.join(fitting)}.",
    )
