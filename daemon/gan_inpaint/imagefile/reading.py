"""Reading of a file: its format and its bytes, with a sentence for every error."""

from __future__ import annotations

import stat
from pathlib import Path

from gan_inpaint.errors import UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile.photograph import Format

_SIGNATURES: tuple[tuple[Format, bytes], ...] = (
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("jpeg", b"\xff\xd8\xff"),
    ("tiff", b"II*\0"),
    ("tiff", b"MM\0*"),
    ("tiff", b"II+\0"),
    ("tiff", b"MM\0+"),
)

RAW_SUFFIXES = frozenset({
    ".3fr", ".ari", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq",
    ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl",
    ".sr2", ".srf", ".srw", ".x3f",
})  # fmt: skip
"""Suffixes of cameras' raw files. Many begin like a TIFF, with a thumbnail that could be taken for the photograph."""


OTHER_SUFFIXES = frozenset({
    ".avif", ".bmp", ".dib", ".exr", ".gif", ".heic", ".heif", ".hif", ".j2k", ".jp2", ".jpf", ".jpm", ".jpx",
    ".jxl", ".kra", ".ora", ".pam", ".pbm", ".pcx", ".pgm", ".pnm", ".ppm", ".psb", ".psd", ".tga", ".xcf",
})  # fmt: skip
"""Suffixes of other formats of pictures, which are refused with a sentence."""

_OTHER_SIGNATURES = (
    (0, b"BM", "BMP"), (0, b"GIF8", "GIF"), (0, b"8BPS", "Photoshop"), (4, b"jP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"), (4, b"ftypavif", "AVIF"), (4, b"ftyphei", "HEIC"), (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIF"), (4, b"ftypmsf1", "HEIF"), (4, b"JXL \r\n\x87\n", "JPEG XL"), (0, b"\xff\x0a", "JPEG XL"),
    (0, b"v/1\x01", "OpenEXR"), (0, b"gimp xcf ", "GIMP"),
)  # fmt: skip


_WITHIN = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"ftyp", b"WEBPVP8", b"II*\0", b"MM\0*")
"""How pictures and films begin that follow a picture in its file."""


class DamagedFile(Exception):
    """A file that violates its own format; reported to the user as `unreadable_image`."""


def recognise(path: Path) -> Format:
    """Return the format of the picture at `path`, by its first bytes and not by its name.

    Raises:
        UnreadableImage: it is missing, a folder, not permitted, or not a picture of a known format.
        UnsupportedImage: it is a camera's raw file, by its name.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableImage(f"{path} is not a file.", "Name the file of a PNG, JPEG, TIFF or WebP picture.")
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as problem:
        raise unreadable(path, problem) from problem
    if path.suffix.lower() in RAW_SUFFIXES:
        raise UnsupportedImage(
            f"{path} is a camera's raw file.", "Develop it in your raw converter, and save it as a TIFF of 16 bits."
        )
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "webp"
    for name, signature in _SIGNATURES:
        if head.startswith(signature):
            return name
    other = _other_format(path, head)
    if other:
        raise UnsupportedImage(
            f"{path} is a {other} picture, which GAN Inpaint does not read.",
            "Export it from your editor as a PNG or TIFF.",
        )
    raise UnreadableImage(
        f"{path} is not a PNG, JPEG, TIFF or WebP picture.", "Export it from your editor in one of these formats."
    )


def _other_format(path: Path, head: bytes) -> str:
    """Return the name of another format of pictures, by the first bytes, else by the suffix; "" if it is none."""
    by_content = (name for at, signature, name in _OTHER_SIGNATURES if head.startswith(signature, at))
    return next(by_content, path.suffix[1:].upper() if path.suffix.lower() in OTHER_SUFFIXES else "")


def read(path: Path) -> bytes:
    """Return the bytes of a file; raises UnreadableImage."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise unreadable(path, problem) from problem


def without_pictures(rest: bytes) -> bytes:
    """Return what follows the end of a picture; empty if it holds pictures or films, which show what was filled."""
    return b"" if any(each in rest for each in _WITHIN) else rest


def unreadable(path: Path, problem: OSError) -> UnreadableImage:
    """Return the error that says why `path` cannot be read."""
    if isinstance(problem, FileNotFoundError):
        return UnreadableImage(f"There is no file {path}.", "Check its name and its folder.")
    if isinstance(problem, PermissionError):
        return UnreadableImage(f"You may not read {path}.", "Change its permissions, or copy it to a folder of yours.")
    return UnreadableImage(f"{path} cannot be read: {problem.strerror or problem}.", "Check its name and its disk.")


def damaged(path: Path) -> UnreadableImage:
    """Return the error for a file that begins like a picture and is damaged after that."""
    return UnreadableImage(f"{path} is damaged or incomplete.", "Copy it again, or export it again from your editor.")
