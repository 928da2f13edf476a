"""How a picture is restored, and how that ended: plain values that travel between processes and into the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from gan_inpaint.archive.ownership import Claim
from gan_inpaint.errors import GanInpaintError
from gan_inpaint.options import SelectOptions


class Options(Struct, frozen=True):
    """How a picture is restored.

    sensitivity: of the detector, 0 to 1.
    mask: the file that marks its defects, instead of the detector.
    threads: for the models; 0 for all physical cores.
    claim: what may be replaced.
    """

    sensitivity: float = SelectOptions().sensitivity
    mask: Path | None = None
    threads: int = 0
    claim: Claim = Claim()


class View(Struct, frozen=True):
    """A picture of the report, upright: a page as a whole, or a close-up of it at its own resolution.

    before: WebP of `width` × `height` pixels.
    after: the same size, transparent where nothing was repaired.
    outline: the edges of what was repaired, as the data of an SVG path in these pixels.
    """

    title: str
    close_up: bool
    width: int
    height: int
    before: bytes
    after: bytes
    outline: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a picture could not be restored.

    ends_the_run: no other picture could be restored either.
    lasting: the reason is the picture or its mask, not the machine: it fails again until one of them changes.
    """

    code: str
    message: str
    hint: str = ""
    ends_the_run: bool = False
    lasting: bool = False

    @classmethod
    def of(cls, error: GanInpaintError, *, ends_the_run: bool = False, lasting: bool = False) -> Problem:
        return cls(error.code, error.message, error.hint, ends_the_run, lasting)


class Contents(Struct, frozen=True, omit_defaults=True):
    """Hashes of files, see `ownership.digest`."""

    source: str
    result: str
    mask: str = ""


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the work on a picture ended.

    state: "clean" if nothing was found; the result is then the original, byte for byte.
    found, repaired: number of connected defects, and of those in which a pixel has changed.
    share: of the pixels of all pages that are damaged, 0 to 1.
    recompressed: all of the picture was encoded with loss again.
    note: why the repair is not the best one, for the user; the next run repairs the picture again.
    contents: hashes of the files that it was made from, and of the result.
    """

    state: Literal["restored", "clean", "failed"]
    pages: int = 0
    width: int = 0
    height: int = 0
    found: int = 0
    repaired: int = 0
    share: float = 0.0
    seconds: float = 0.0
    recompressed: bool = False
    note: str = ""
    views: tuple[View, ...] = ()
    contents: Contents | None = None
    problem: Problem | None = None
