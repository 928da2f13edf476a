"""Fill, detect, select and repair on arrays: the only place where models meet pictures.

The daemon, the Python interface, the command line and archives call a `Service`. Everything that imports onnxruntime or
OpenCV is imported on first use: the daemon answers before that.

An image is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32. A mask is
(H, W) uint8: 0 keep, 255 fill, between: blend. Neither is ever changed.
"""

from __future__ import annotations

import functools
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gan_inpaint import paths
from gan_inpaint.errors import BadModel, NothingFound, TooMuchSelected, UnknownModel
from gan_inpaint.machine import physical_cores
from gan_inpaint.models import catalogue, listing
from gan_inpaint.models.cache import LoadedFiller, ModelCache, classical
from gan_inpaint.models.entry import AUTO, DEFAULT, FORMER_NAMES, SCRATCHES, not_a_detector
from gan_inpaint.models.manifest import DetectorManifest
from gan_inpaint.models.store import ModelStore
from gan_inpaint.options import DetectOptions, FillOptions, RepairOptions, SelectOptions
from gan_inpaint.protocol import (
    FilledBy,
    InstalledModel,
    Limits,
    ModelInfo,
    PublishedModel,
    SessionInfo,
    Stage,
)
from gan_inpaint.version import __version__

if TYPE_CHECKING:
    from gan_inpaint.detection import Selection
    from gan_inpaint.engine import Fill, Sources
    from gan_inpaint.engine.arrays import Samples, UInt8Array

log = logging.getLogger(__name__)

MOST_DAMAGED = 0.2
"""The share of a picture above which what was found is not damage, but a page, a drawing or a sky full of stars."""
MOST_MASKED = 0.3
"""The share of a picture above which a mask leaves nothing to repair it from."""

OnProgress = Callable[[int, int, Stage], None]
"""Called with how many steps are done, of how many, and what is being done; what it raises ends the work."""


@dataclass(frozen=True)
class Filled:
    """A picture whose holes are filled, and how it was done.

    note: what the user should know; mostly empty.
    scores: PSNR in dB that each filler reached beside the hole, by its name, if several were tried.
    """

    image: Samples
    filled_by: FilledBy
    windows: int
    seconds: float
    note: str
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Repaired(Filled):
    """A picture whose damage is repaired. `mask` (H, W): where; `found`: how many connected components."""

    mask: UInt8Array
    found: int


@dataclass(frozen=True)
class Damage:
    """A damage map (H, W, 2) uint8 of light and dark damage, and the threshold of the detector that made it."""

    damage_map: UInt8Array
    threshold: float


def _ignore(done: int, total: int, stage: Stage) -> None:
    """Report no progress."""


class Service:
    """Works on one picture at a time, since each uses all cores; other threads wait."""

    def __init__(
        self, store: ModelStore, *, threads: int = 0, limits: Limits | None = None, idle_seconds: float = math.inf
    ) -> None:
        self.threads = threads or physical_cores()
        self.limits = limits or Limits()
        self.idle_seconds = idle_seconds
        self._store = store
        self._cache = ModelCache(store, self.threads, idle_seconds)
        self._one_at_a_time = threading.RLock()

    def load(self, model: str) -> None:
        """Load what fills with `model`, so that the next fill need not wait for it. Raises as `fill` does."""
        with self._one_at_a_time:
            self._candidates(model)

    def fill(
        self,
        image: Samples,
        mask: UInt8Array,
        options: FillOptions | None = None,
        on_progress: OnProgress = _ignore,
        sources: Sources | None = None,
    ) -> Filled:
        """Fill what `mask` selects in `image`, from what `sources` allows.

        Raises:
            EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage, NoSource, UnknownModel, BadModel, OutOfMemory.
        """
        from gan_inpaint import defects, engine
        from gan_inpaint.engine.filling import check_hole, check_sources

        options, sources = options or FillOptions(), sources or engine.EVERYWHERE
        started = time.perf_counter()
        check_hole(image, mask)
        check_sources(image, sources)
        on_window = _as(on_progress, "filling")
        with self._one_at_a_time:
            candidates = self._candidates(options.model)
            fill = functools.partial(defects.fill, threads=self.threads, on_window=on_window)
            usual = msgspec.structs.replace(options, variant=0)  # all variants of a hole have one filler
            chosen, scores = _best(candidates, image, mask, usual, fill, sources)
            filled = fill(image, mask, chosen.filler, options, sources=sources)
            chosen.used()
        seconds = time.perf_counter() - started
        notes = (
            chosen.note,
            _note_on_sources(sources, chosen, filled.without_sources),
            _note_on_variant(options, chosen),
        )
        note = " ".join(filter(None, notes))
        return Filled(filled.image, chosen.filled_by, filled.windows, seconds, note, scores)

    def detect(
        self,
        image: Samples,
        options: DetectOptions | None = None,
        on_progress: OnProgress = _ignore,
        detector: str = SCRATCHES,
        within: UInt8Array | None = None,
    ) -> Damage:
        """Find damage in `image`; with a mask `within`, everything that stands out where it is not 0, and nothing else.

        Raises:
            NoDetector, UnknownModel, BadModel, UnsupportedImage, OutOfMemory, EmptyMask, MaskSizeMismatch.
        """
        from gan_inpaint.detection import find_damage, standing_out
        from gan_inpaint.engine.filling import check_mask

        options = options or DetectOptions()
        if within is not None:
            check_mask(image, within)
        with self._one_at_a_time:
            loaded = self._cache.detector(detector)
            on_tile = _as(on_progress, "detecting")
            found = find_damage(image, loaded.detector, options.transfer, on_tile=on_tile)
            loaded.used()
        threshold = loaded.detector.threshold
        if within is not None:
            found = standing_out.within(found, image, within, threshold, options.transfer)
        return Damage(found, threshold)

    def select(self, damage: Damage, options: SelectOptions | None = None) -> Selection:
        """Select what of `damage` counts; no network runs.

        Raises:
            UnsupportedImage, BadRequest.
        """
        from gan_inpaint.detection import select

        return select(damage.damage_map, damage.threshold, options or SelectOptions())

    def repair(
        self, image: Samples, mask: UInt8Array, options: RepairOptions | None = None, on_progress: OnProgress = _ignore
    ) -> Filled:
        """Fill the thin defects that `mask` selects in `image`, many at once; otherwise as `fill`.

        `auto` means the default generator: it is tried beside one hole, not beside hundreds.
        """
        from gan_inpaint.defects import repair

        options = options or RepairOptions()
        started = time.perf_counter()
        with self._one_at_a_time:
            chosen = self._candidates(options.model)[0]
            repaired = repair(
                *(image, mask, chosen.filler),
                transfer=options.transfer,
                quality=options.quality,
                threads=self.threads,
                on_window=_as(on_progress, "filling"),
            )
            chosen.used()
        return Filled(repaired.image, chosen.filled_by, repaired.windows, time.perf_counter() - started, chosen.note)

    def detect_and_repair(
        self,
        image: Samples,
        allowed: UInt8Array,
        options: RepairOptions,
        on_progress: OnProgress = _ignore,
        *,
        everything: bool = False,
    ) -> Repaired:
        """Repair the damage that is found where the mask `allowed` selects, or `everything` that stands out there.

        Raises:
            NothingFound; TooMuchSelected if it is more than can be damage; what `detect` and `repair` raise.
        """
        started = time.perf_counter()
        with self._one_at_a_time:
            self._candidates(options.model)  # an unknown model is reported before the search
            damage = self.detect(image, options, on_progress, within=allowed if everything else None)
            mask, found = _within(self.select(damage, options), allowed)
            filled = self.repair(image, mask, options, on_progress)
        seconds = time.perf_counter() - started
        return Repaired(filled.image, filled.filled_by, filled.windows, seconds, filled.note, mask=mask, found=found)

    def threshold(self, detector: str = SCRATCHES) -> float:
        """Return the threshold of a detector, which is not loaded. Raises NoDetector, UnknownModel, BadModel."""
        manifest = self._store.get(detector).manifest
        if not isinstance(manifest, DetectorManifest):
            raise not_a_detector(detector)
        return manifest.threshold

    def offered(self) -> list[ModelInfo]:
        """Return what a fill may ask for, as `welcome` shows it."""
        return [*listing.offered(self._store.list()), ModelInfo(AUTO, "Automatic", __version__, "auto", False, "")]

    def installed(self) -> list[InstalledModel]:
        """Return every model, the detectors too, as `models` shows them."""
        return [listing.installed(entry) for entry in self._store.list()]

    def published(self) -> list[PublishedModel]:
        """Return the models of the catalogue, and which of them are installed."""
        there = {entry.sha256 for entry in self._store.list()}
        return [listing.published(model, model.sha256 in there) for model in catalogue.CATALOGUE]

    def get_published(self, name: str, on_bytes: Callable[[int, int], None]) -> None:
        """Download a model of the catalogue, check it and install it; can be called from any thread.

        `on_bytes` is called with how many bytes have come, of how many; what it raises ends the download.

        Raises: UnknownModel, and what `ModelStore.get_published` raises.
        """
        model = catalogue.find(name)
        self._store.get_published(model, on_bytes=lambda count: on_bytes(count, model.size))

    def sessions(self) -> list[SessionInfo]:
        """Return the loaded models, as `status` shows them."""
        return self._cache.describe()

    def providers_available(self) -> list[str]:
        """Return the execution providers of onnxruntime; none before it was first needed."""
        return self._cache.providers_available

    def seconds_until_tidy(self) -> float | None:
        """Return how long until `tidy` has something to do; None while nothing is loaded."""
        return self._cache.seconds_until_tidy()

    def tidy(self) -> None:
        """Free the memory of models that pause, and drop those that have been idle for long."""
        with self._one_at_a_time:
            self._cache.tidy()

    def _candidates(self, model: str) -> list[LoadedFiller]:
        """Return the fillers to choose from: for `auto` the default and the classical one, else that of the name."""
        if model != AUTO:
            return [self._filler(model)]
        default = self._filler(DEFAULT)
        return [default] if default.filled_by.kind == "classical" else [default, classical()]

    def _filler(self, model: str) -> LoadedFiller:
        """Return the filler of that name; the classical one in place of a default generator that cannot be used."""
        try:
            return self._cache.filler(model)
        except (BadModel, UnknownModel) as problem:
            if FORMER_NAMES.get(model, model) != DEFAULT:
                raise
            log.warning("the default generator cannot be used, the classical filler replaces it: %s", problem)
            return classical(f"A classical filler stood in for the generator. {problem.message}")


_FINDING = threading.Lock()  # so that two threads never make two services


def in_process(threads: int = 0) -> Service:
    """Return the service of this process for the models of its user; 0 threads: one for each physical core."""
    with _FINDING:
        return _of_process(paths.models_dir(), threads or physical_cores())


@functools.lru_cache(maxsize=1)
def _of_process(models: Path, threads: int) -> Service:
    return Service(ModelStore(models), threads=threads)


def _best(
    candidates: list[LoadedFiller],
    image: Samples,
    mask: UInt8Array,
    options: FillOptions,
    fill: Fill,
    sources: Sources,
) -> tuple[LoadedFiller, dict[str, float]]:
    """Return the best candidate for this hole, and what each reached beside it, PSNR in dB; empty for only one."""
    from gan_inpaint import engine

    if len(candidates) == 1:
        return candidates[0], {}
    chosen = engine.choose(image, mask, [each.filler for each in candidates], options, fill, sources)
    (best,) = (each for each in candidates if each.filler is chosen.filler)
    return best, {name: round(score, 2) for name, score in chosen.scores.items()}


def _note_on_sources(sources: Sources, chosen: LoadedFiller, without: int) -> str:
    """Return what the user should know if the fill could not copy from where it should."""
    if sources.sample is not None and not chosen.filler.detail:
        return f"The model “{chosen.filled_by.model}” copies nothing, so the sampling area made no difference."
    if without and sources.limited:
        return "There was nothing to copy from, so the fill is the network’s own and may look smooth."
    return ""


def _note_on_variant(options: FillOptions, chosen: LoadedFiller) -> str:
    """Return what the user should know if all variants are alike."""
    if options.variant and not chosen.filler.detail:
        return f"The model “{chosen.filled_by.model}” copies nothing, so all its variants are alike."
    return ""


def _within(selection: Selection, allowed: UInt8Array) -> tuple[UInt8Array, int]:
    """Return the selection where it is `allowed` (H, W) to be repaired, and its number of connected components."""
    import cv2

    mask: UInt8Array = cv2.min(selection.mask, allowed)
    share = cv2.countNonZero(mask) / mask.size
    if not share:
        raise NothingFound("No damage was found here.", "Raise the sensitivity, or select it by hand and fill it.")
    if share > MOST_DAMAGED:
        raise TooMuchSelected(
            f"{share:.0%} of the picture looks like damage, which leaves too little to repair it from.",
            "Lower the sensitivity, or select it by hand and fill it.",
        )
    return mask, cv2.connectedComponents(mask, connectivity=8)[0] - 1


def _as(on_progress: OnProgress, stage: Stage) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(done, total, stage)
