"""What is asked for a picture, and what came of it: plain values that travel between processes and into the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from gan_inpaint.errors import GanInpaintError


class Options(Struct, frozen=True):
    """How a picture is restored. `mask`: the file that marks its defects, instead of the detector.

    sensitivity: of the detector, 0 to 1.
    threads: of the networks; 0 for all physical cores.
    """

    sensitivity: float = 0.5
    mask: Path | None = None
    threads: int = 0


class View(Struct, frozen=True):
    """A picture of the report, upright: a page as a whole, or a close-up of it at its own resolution.

    before: WebP of `width` × `height` pixels.
    after: the same, transparent where nothing was repaired.
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

    ends_the_run: because no other could be either.
    lasting: because of what the picture or its mask is, and not of the machine: it will fail again until one changes.
    """

    code: str
    message: str
    hint: str = ""
    ends_the_run: bool = False
    lasting: bool = False

    @classmethod
    def of(cls, error: GanInpaintError, *, ends_the_run: bool = False, lasting: bool = False) -> Problem:
        return cls(error.code, error.message, error.hint, ends_the_run, lasting)


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a picture.

    state: "clean" where nothing was found, and the result is the original byte for byte.
    found, repaired: connected defects, and those of them in which a pixel has changed.
    share: of the pixels of all pages that are marked, 0 to 1.
    recompressed: all of the picture was encoded with loss again.
    note: in what it is not repaired as it should be, for the user; the next run repairs it again.
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
    problem: Problem | None = None
