"""Restore one picture, from its file to its result: the same function for the local pool and for a cluster."""

from __future__ import annotations

import errno
import time
from contextlib import nullcontext
from pathlib import Path

import cv2
import msgspec
import numpy as np

from gan_inpaint import imagefile
from gan_inpaint.archive.outcome import Contents, Options, Outcome, Problem, View
from gan_inpaint.archive.ownership import Place, digest
from gan_inpaint.archive.views import Change, views
from gan_inpaint.engine.arrays import Samples, UInt8Array
from gan_inpaint.errors import (
    BadModel,
    CannotWrite,
    GanInpaintError,
    MaskSizeMismatch,
    OutOfMemory,
    TooMuchSelected,
    UnknownModel,
    UnreadableImage,
    UnsupportedImage,
)
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Masks, opened_masks
from gan_inpaint.options import RepairOptions
from gan_inpaint.service import MOST_DAMAGED, MOST_MASKED, in_process

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_TOO_LARGE = OutOfMemory("There is not enough memory for this picture.", "Use fewer “--jobs”.")
_LASTING = (UnreadableImage, UnsupportedImage, MaskSizeMismatch, TooMuchSelected)


def restore_file(source: Path, target: Path, options: Options) -> Outcome:
    """Restore the picture at `source` and write it to `target`, whose folder is made; see `ownership.Claim`.

    Nothing is raised for a picture that cannot be restored: `Outcome.problem` says why, and `target` is unchanged.
    Pixels that are not repaired, and the file's metadata, are kept as `imagefile.edit` keeps them.
    """
    started = time.perf_counter()
    try:
        _check_apart(source, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        place = Place(target, options.claim)
        with opened_masks(options.mask) if options.mask else nullcontext() as masks:
            work = _Work(source, options, masks)
            imagefile.edit(source, target, work.change, force=True, last_look=place.take)
        contents = Contents(digest(source), place.content, digest(options.mask) if options.mask else "")
    except GanInpaintError as problem:
        return _failed(problem, started)
    except MemoryError:
        return _failed(_TOO_LARGE, started)
    except cv2.error as problem:
        if problem.code != cv2.Error.StsNoMem:
            raise
        return _failed(_TOO_LARGE, started)
    except OSError as problem:
        return _failed(_unwritable(target, problem), started)
    return msgspec.structs.replace(work.outcome(target), seconds=time.perf_counter() - started, contents=contents)


class _Work:
    """The work on each page, and its counts."""

    def __init__(self, source: Path, options: Options, masks: Masks | None) -> None:
        self._source = source
        self._options = options
        self._service = in_process(options.threads)
        self._masks = masks
        self._size = (0, 0)
        self._pages = self._found = self._repaired = self._marked = self._pixels = 0
        self._lossy = False
        self._note = ""
        self._views: list[View] = []

    def change(self, photograph: Photograph, page: int) -> Samples | None:
        """Return the page's pixels without scratches; None if there are none."""
        height, width = photograph.pixels.shape[:2]
        self._pages += 1
        self._pixels += height * width
        self._size = self._size if page else (width, height)
        self._lossy = photograph.container.lossy
        mask = self._mask(photograph, page)
        marked = cv2.countNonZero(mask)
        if not marked:
            return None
        _check_share(marked / mask.size, self._masks is not None)
        filled = self._service.repair(photograph.pixels, mask, self._how(photograph))
        repaired, self._note = filled.image, filled.note
        self._count(photograph.pixels, repaired, mask)
        title = f"page {page + 1}" if page or imagefile.pages(self._source) > 1 else ""
        change = Change(photograph.pixels, repaired, mask, photograph.container.orientation)
        self._views.extend(views(change, title))
        return repaired

    def outcome(self, target: Path) -> Outcome:
        """Return the outcome of all pages, without the time it took."""
        encoded = self._lossy and imagefile.SUFFIXES[target.suffix.lower()] != "png"
        return Outcome(
            state="restored" if self._found else "clean",
            pages=self._pages,
            width=self._size[0],
            height=self._size[1],
            found=self._found,
            repaired=self._repaired,
            share=self._marked / self._pixels,
            recompressed=bool(self._found) and encoded,
            note=self._note,
            views=tuple(self._views),
        )

    def _mask(self, photograph: Photograph, page: int) -> UInt8Array:
        if self._masks is None:
            how = self._how(photograph)
            return self._service.select(self._service.detect(photograph.pixels, how), how).mask
        return self._masks.of(photograph, page)

    def _how(self, photograph: Photograph) -> RepairOptions:
        return RepairOptions(sensitivity=self._options.sensitivity, transfer=photograph.transfer)

    def _count(self, before: Samples, after: Samples, mask: UInt8Array) -> None:
        number, labels = cv2.connectedComponents(cv2.compare(mask, 0, cv2.CMP_GT), connectivity=8)
        changed = before != after
        changed = changed.any(axis=2) if changed.ndim == 3 else changed
        self._found += number - 1
        self._repaired += int(np.count_nonzero(np.bincount(labels[changed], minlength=number)[1:]))
        self._marked += cv2.countNonZero(mask)


def _check_apart(source: Path, target: Path) -> None:
    if target.exists() and source.exists() and target.samefile(source):
        raise CannotWrite(f"{target} is the original itself.", "Choose another folder for the results.")


def _check_share(share: float, given: bool) -> None:
    if share <= (MOST_MASKED if given else MOST_DAMAGED):
        return
    who = "The mask covers" if given else "The detector marks as scratches"
    hint = "Paint only what is damaged; “gan-inpaint fill” fills larger things." if given else "Lower the sensitivity."
    raise TooMuchSelected(f"{who} {share:.0%} of the picture, which leaves too little to repair it from.", hint)


def _unwritable(target: Path, problem: OSError) -> CannotWrite:
    error = CannotWrite(f"{target} cannot be written: {problem.strerror}.", "Choose another place.")
    error.__cause__ = problem
    return error


def _failed(problem: GanInpaintError, started: float) -> Outcome:
    cause = problem.__cause__
    number = cause.errno if isinstance(cause, OSError) else None  # None, too, if a decoder raised it
    full = isinstance(problem, CannotWrite) and number in _FULL
    reported = Problem.of(
        problem,
        ends_the_run=full or isinstance(problem, (BadModel, UnknownModel)),
        lasting=isinstance(problem, _LASTING) and number is None,
    )
    return Outcome(state="failed", seconds=time.perf_counter() - started, problem=reported)
