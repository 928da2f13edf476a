"""Work through a watched folder: one photograph after the other, as soon as its files are complete."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from gan_inpaint import imagefile
from gan_inpaint.archive.journal import Journal, Origin
from gan_inpaint.archive.outcome import Contents, Outcome
from gan_inpaint.archive.ownership import Identity, Place, identity
from gan_inpaint.archive.watching import Pair, Watch, pair
from gan_inpaint.cli import report
from gan_inpaint.cli.fill import filled
from gan_inpaint.cli.work import Recipe
from gan_inpaint.errors import DaemonProblem, GanInpaintError, UnreadableImage
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Masks, opened_masks
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.options import FillOptions

_LOOK_SECONDS = 1.0  # between two looks into the folder
_PATIENCE_SECONDS = 10.0  # a file that cannot be read may still be on its way, as long as it is younger than this


class Watcher:
    """Looks into the folder again and again, as every file system and every share allows; says a sentence a file."""

    def __init__(self, folder: Path, kept: Journal, options: FillOptions, no_daemon: bool) -> None:
        self._folder, self._kept, self._options, self._no_daemon = folder, kept, options, no_daemon
        self._watch = Watch()
        self._told: set[str] = set()

    def run(self) -> None:
        """Work until a signal ends the process, or the folder is gone."""
        while True:
            pairs = pair(self._files())
            for name, problem in pairs.unclear.items():
                self._tell(name, problem)
            for ready, age in self._watch.ready(pairs.found, time.monotonic()):
                self._work_on(ready, age)
            time.sleep(_LOOK_SECONDS)

    def _files(self) -> dict[str, Identity]:
        try:
            return {entry.name: identity(Path(entry.path)) for entry in os.scandir(self._folder) if entry.is_file()}
        except OSError as problem:
            raise UnreadableImage(f"The folder {self._folder} cannot be read: {problem.strerror}.") from problem

    def _work_on(self, pair: Pair, age: float) -> None:
        """Fill a photograph, unless that was done before; say how it went."""
        origin = self._origin(pair)
        before = self._kept.entries.get(pair.photo)
        if before and before.event == "ended" and before.kept and before.origin.begun == origin:
            self._watch.settle(pair)
            return
        try:
            report.show(self._fill(pair, origin))
        except UnreadableImage as problem:
            if age < _PATIENCE_SECONDS:
                return  # the next look tries again
            self._tell(pair.photo, problem)
        except DaemonProblem as problem:
            self._tell(pair.photo, problem)
            return  # the next look tries again
        except GanInpaintError as problem:
            self._tell(pair.photo, problem)
        self._watch.settle(pair)

    def _origin(self, pair: Pair) -> Origin:
        settings = msgspec.json.encode([self._options, pair.mask, pair.seen[1]]).decode()
        return Origin(str((self._folder / pair.photo).absolute()), pair.seen[0], settings)

    def _fill(self, pair: Pair, origin: Origin) -> str:
        """Fill a photograph and return what was done, in a sentence."""
        target = self._kept.output / pair.photo
        place = Place(target, self._kept.claim(pair.photo))
        with opened_masks(self._folder / pair.mask) as masks:
            work = _Pages(masks, self._options, self._no_daemon)
            self._kept.start(pair.photo, origin)
            imagefile.edit(self._folder / pair.photo, target, work.change, force=True, last_look=place.take)
        contents = Contents("", place.content)
        self._kept.end(pair.photo, origin, Outcome(state="restored", seconds=work.seconds, contents=contents))
        if not work.model:
            return f"{pair.photo}: its mask marks nothing, so {target} is the original."
        return f"{pair.photo}: filled by {work.model} in {work.seconds:.1f} s, {target}. {work.note}".rstrip()

    def _tell(self, name: str, problem: GanInpaintError) -> None:
        """Say why a file is not filled, once."""
        sentence = f"{problem.message} {problem.hint}".strip()
        sentence = sentence if name in problem.message else f"{name}: {sentence}"
        if sentence not in self._told:
            self._told.add(sentence)
            report.note(sentence)


class _Pages:
    """Fills the pages of a photograph; what it notes is of the last page that was filled."""

    def __init__(self, masks: Masks, options: FillOptions, no_daemon: bool) -> None:
        self._masks, self._options, self._no_daemon = masks, options, no_daemon
        self.model, self.note, self.seconds = "", "", 0.0

    def change(self, photograph: Photograph, page: int) -> Pixels | None:
        """Return the filled pixels of a page; None if its mask is black."""
        hole = self._masks.of(photograph, page)
        if not hole.any():
            return None
        options = msgspec.structs.replace(self._options, transfer=photograph.transfer)
        outcome = filled(photograph, hole, Recipe(options), self._no_daemon)
        self.model, self.note = outcome.filled_by["model"], outcome.note
        self.seconds += outcome.seconds
        return outcome.pixels
