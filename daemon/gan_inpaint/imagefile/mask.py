"""Masks as files: white fills, black keeps, gray blends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

from gan_inpaint import imagefile
from gan_inpaint.errors import CannotWrite, InputProblem, MaskSizeMismatch, TooLarge, UnsupportedImage
from gan_inpaint.files import atomic
from gan_inpaint.imagefile import memory, png, reading
from gan_inpaint.imagefile.orientation import to_stored, to_upright
from gan_inpaint.imagefile.photograph import Photograph, Pixels
from gan_inpaint.imagefile.pillow import decoding

Mask = NDArray[np.uint8]

_RINGING = 24
"""Distance from black or white, in levels of 255, that counts as ringing of lossy compression."""
_SAME_COLOUR = 2
"""Difference between pixels of one brush after rounding, in levels of 255."""
_SIMPLE_MODES = {"1": "L", "L": "L", "P": "RGBA", "PA": "RGBA", "I": "I"}
"""Modes of Pillow that a mask may have besides those of photographs, and what they are converted to."""


class Masks:
    """The masks of a file, which is opened for the first of them; each is read when needed."""

    def __init__(self, path: Path, opened: ExitStack) -> None:
        self._path, self._opened = path, opened

    def of(self, photograph: Photograph, page: int | None = None) -> Mask:
        """Return the mask of a photograph, or of its `page`; see `open_mask`."""
        try:
            return self._read(photograph, page)
        except (UnsupportedImage, TooLarge) as problem:
            raise _of_the_mask(problem) from problem

    def _read(self, photograph: Photograph, page: int | None) -> Mask:
        try:
            opened = self._pages.page(self._number(page))
        except UnsupportedImage as problem:
            return _placed(_to_mask(_read_simple(self._path, problem)), 1, photograph)
        values = _to_mask(opened.pixels)
        if opened.container.lossy:
            values = _without_ringing(values)
        return _placed(values, opened.container.orientation, photograph)

    @cached_property
    def _pages(self) -> imagefile.Pages:
        return self._opened.enter_context(imagefile.opened(self._path))

    def _number(self, page: int | None) -> int | None:
        """Return the page of the mask's file for a photograph's page."""
        count = len(self._pages)
        if page is None or count == 1:
            return None
        if page >= count:
            raise MaskSizeMismatch(
                f"The mask has {count} pages, the photograph more.", "Save one page for each, or one for all."
            )
        return page


@contextmanager
def opened_masks(path: Path) -> Iterator[Masks]:
    """Open the masks of the file at `path`."""
    with ExitStack() as opened:
        yield Masks(path, opened)


def open_mask(path: Path, photograph: Photograph, page: int | None = None) -> Mask:
    """Read the mask at `path`: (H, W) uint8, 0 keep to 255 fill, in the order in which `photograph` is stored.

    Any depth is rounded to 8 bits. Colours count by their luma. 1-bit and indexed files are accepted, too, and the
    whole numbers 0 and 1 for black and white. A mask with transparency that is painted in a single colour is its
    opacity; otherwise the luma is multiplied by the opacity. The mask of a photograph with an EXIF orientation may be
    drawn as a viewer shows it, or as it is stored: the size decides, and where both fit, the viewer. For a `page` of
    several, the mask is the same page of its file, or the only one.

    Raises:
        MaskSizeMismatch: mask and photograph differ in size; the message names both sizes.
        UnreadableImage, UnsupportedImage, TooLarge: as `imagefile.open`.
    """
    with opened_masks(path) as masks:
        return masks.of(photograph, page)


def save_masks(masks: Sequence[Mask], orientations: Sequence[int], target: Path, force: bool = False) -> None:
    """Save the masks (H, W) of a photograph's pages as a viewer shows them: one as PNG or TIFF, several as TIFF.

    `orientations` are the EXIF orientations of the pages. Raises CannotWrite as `imagefile.save`.
    """
    upright = [to_upright(mask, orientation) for mask, orientation in zip(masks, orientations, strict=True)]
    check_mask_target(target, len(masks), force)
    with atomic.writing(target, force) as temporary:
        if imagefile.SUFFIXES[target.suffix.lower()] == "png":
            png.PngContainer(()).write(np.ascontiguousarray(upright[0]), temporary)
            return
        with tifffile.TiffWriter(temporary) as writer:
            for mask in upright:
                writer.write(mask, photometric="minisblack", compression="adobe_deflate", metadata=None)


def check_mask_target(target: Path, pages: int, force: bool) -> None:
    """Raise CannotWrite before the work if `save_masks` would fail after it."""
    fitting = [".tif", ".tiff"] if pages > 1 else [".png", ".tif", ".tiff"]
    if target.suffix.lower() not in fitting:
        what = f"The masks of {pages} pages" if pages > 1 else "A mask"
        raise CannotWrite(f"{what} cannot be saved as {target.name}.", f"Let the name end in {' or '.join(fitting)}.")
    atomic.check(target, force)


def _of_the_mask(problem: InputProblem) -> InputProblem:
    """Return what is wrong with a picture as what is wrong with the mask."""
    words = problem.message.replace("The photograph", "The mask").replace("the photograph", "the mask")
    return type(problem)(words.replace("The file", "The mask's file"), problem.hint)


def _placed(values: Mask, turned: int, photograph: Photograph) -> Mask:
    """Return a mask, stored with the orientation `turned`, in the order in which `photograph` is stored."""
    stored = photograph.pixels.shape[:2]
    orientation = photograph.container.orientation
    upright = to_upright(values, turned)
    in_place = to_stored(upright, orientation)
    if in_place.shape == stored:
        return np.ascontiguousarray(in_place)
    if values.shape == stored:
        return values
    expected = to_upright(photograph.pixels, orientation).shape
    raise MaskSizeMismatch(
        f"The mask is {upright.shape[1]} × {upright.shape[0]} pixels, "
        f"the photograph {expected[1]} × {expected[0]}{_stored_size(orientation, stored)}.",
        f"Save a mask of {expected[1]} × {expected[0]} pixels: the whole canvas, not only the selection.",
    )


def _stored_size(orientation: int, stored: tuple[int, ...]) -> str:
    return f" (stored turned, as {stored[1]} × {stored[0]})" if orientation >= 5 else ""


def _read_simple(path: Path, problem: UnsupportedImage) -> Pixels:
    """Read a 1-bit, indexed or low-depth picture, which is a valid mask but no photograph; else raise `problem`."""
    format = reading.recognise(path)
    if format not in ("png", "tiff"):
        raise problem
    try:
        with decoding(reading.read(path), format.upper()) as image:
            if image.mode not in _SIMPLE_MODES or getattr(image, "n_frames", 1) != 1:
                raise problem
            memory.require(*image.size, pixel_bytes=4)
            pixels = np.array(image.convert(_SIMPLE_MODES[image.mode]))
            if pixels.min() < 0 or pixels.max() > 255:  # whole numbers of 32 bits, of which only levels are known
                raise problem
            return pixels.astype(np.uint8)
    except reading.DamagedFile as damage:
        raise reading.damaged(path) from damage


def _to_mask(pixels: Pixels) -> Mask:
    reduced = _to_8_bits(_spread(pixels))
    match reduced.shape[2:]:
        case (2,):
            return _with_alpha(reduced[..., 0], reduced[..., 0], reduced[..., 1])
        case (3,):
            return _luma(reduced)
        case (4,):
            colours = np.ascontiguousarray(reduced[..., :3])
            return _with_alpha(_luma(colours), colours, reduced[..., 3])
    return reduced


def _spread(pixels: Pixels) -> Pixels:
    """Return a mask of the whole numbers 0 and 1, as segmentation programs write them, with white for 1."""
    is_colour = pixels.ndim == 2 or pixels.shape[2] == 3  # without alpha
    if pixels.dtype.kind == "u" and is_colour and pixels.max() == 1:
        return pixels * np.iinfo(pixels.dtype).max
    return pixels


def _to_8_bits(pixels: Pixels) -> Mask:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 255 × 257
    return np.rint(np.clip(np.nan_to_num(pixels.astype(np.float32)), 0, 1) * 255).astype(np.uint8)


def _luma(colours: Mask) -> Mask:
    """Return the luma of Rec. 601, in which white is exactly 255."""
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), np.uint8)


def _with_alpha(luma: Mask, colours: Mask, alpha: Mask) -> Mask:
    if (alpha == 255).all():
        return np.ascontiguousarray(luma)
    painted = colours[alpha > 0]
    if not painted.size or np.ptp(painted, axis=0).max() <= _SAME_COLOUR:
        return np.ascontiguousarray(alpha)
    return ((luma.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


def _without_ringing(values: Mask) -> Mask:
    snapped: Any = np.where(values <= _RINGING, 0, np.where(values >= 255 - _RINGING, 255, values))
    return np.asarray(snapped, np.uint8)
