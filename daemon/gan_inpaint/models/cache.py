"""The models that are loaded: opened on demand, resting between uses, dropped when they have been idle for long.

Everything that imports onnxruntime or OpenCV is imported on first use: the daemon answers before that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from gan_inpaint import machine
from gan_inpaint.errors import BadModel
from gan_inpaint.models.entry import CLASSICAL, CLASSICAL_ENTRY, SCRATCHES, ModelEntry
from gan_inpaint.models.store import ModelStore
from gan_inpaint.protocol import FilledBy, SessionInfo
from gan_inpaint.version import __version__

if TYPE_CHECKING:
    from gan_inpaint.engine import Filler
    from gan_inpaint.models.detector import OnnxDetector

log = logging.getLogger(__name__)

_REST_SECONDS = 2.0  # without work; if it were shorter, a retoucher would wait for the memory between two fills


@dataclass(eq=False)
class Loaded:
    """A model that may be used again soon."""

    model: str
    sha256: str
    provider: str
    rest: Callable[[], None]  # frees its working memory
    resting: bool = field(default=False, kw_only=True)
    last_used: float = field(default_factory=time.monotonic, kw_only=True)

    def used(self) -> None:
        """Note that it has just been used."""
        self.last_used = time.monotonic()
        self.resting = False


@dataclass(eq=False)
class LoadedFiller(Loaded):
    """A filler that is ready, how results name it, and a note for the user, mostly empty."""

    filler: Filler
    filled_by: FilledBy
    note: str


@dataclass(eq=False)
class LoadedDetector(Loaded):
    """A detector that is ready."""

    detector: OnnxDetector


_Kind = TypeVar("_Kind", bound=Loaded)


class ModelCache:
    """The loaded models of a store. For one thread at a time, except `describe` and `providers_available`."""

    def __init__(self, store: ModelStore, threads: int, idle_seconds: float) -> None:
        self._store = store
        self._threads = threads
        self._idle_seconds = idle_seconds
        self._loaded: tuple[Loaded, ...] = ()  # replaced, never changed: another thread may be reading it
        self.providers_available: list[str] = []

    def filler(self, name: str) -> LoadedFiller:
        """Return the filler of that name, loaded if necessary.

        Raises:
            UnknownModel: there is no model of that name.
            BadModel: its file is damaged, foreign or does not match its SHA-256, or onnxruntime is missing.
        """
        entry = self._store.get(name)
        return classical() if entry.kind == "classical" else self._ready(entry, LoadedFiller, self._load_filler)

    def detector(self, name: str = SCRATCHES) -> LoadedDetector:
        """Return the detector of that name, loaded if necessary.

        Raises:
            UnknownModel: there is none; NoDetector if it is the one that ships with the product.
            BadModel: its file is damaged, foreign or does not match its SHA-256, or onnxruntime is missing.
        """
        return self._ready(self._store.get(name), LoadedDetector, self._load_detector)

    def describe(self) -> list[SessionInfo]:
        """Return the loaded models, as `status` shows them."""
        now = time.monotonic()
        return [
            SessionInfo(loaded.model, loaded.provider, loaded.sha256, round(now - loaded.last_used, 1))
            for loaded in self._loaded
        ]

    def seconds_until_tidy(self) -> float | None:
        """Return how long until `tidy` has something to do; None while nothing is loaded."""
        pauses = [loaded.last_used + self._pause(loaded) for loaded in self._loaded]
        return max(0.0, min(pauses) - time.monotonic()) if pauses else None

    def tidy(self) -> None:
        """Free the working memory of models that pause, and drop those that have been idle for long."""
        now = time.monotonic()
        for loaded in self._loaded:
            if not loaded.resting and now - loaded.last_used >= self._pause(loaded):
                loaded.resting = True
                loaded.rest()
        kept = tuple(loaded for loaded in self._loaded if now - loaded.last_used < self._idle_seconds)
        dropped, self._loaded = len(self._loaded) - len(kept), kept
        machine.release_memory()
        if dropped:
            log.info("dropped %d idle session(s), %.0f MiB resident", dropped, machine.resident_mib())

    def _pause(self, loaded: Loaded) -> float:
        return self._idle_seconds if loaded.resting else min(_REST_SECONDS, self._idle_seconds)

    def _ready(self, entry: ModelEntry, kind: type[_Kind], load: Callable[[ModelEntry], _Kind]) -> _Kind:
        for loaded in self._loaded:
            if isinstance(loaded, kind) and (loaded.model, loaded.sha256) == (entry.name, entry.sha256):
                loaded.used()
                return loaded
        started = time.monotonic()
        loaded = load(entry)
        log.info("loaded %s on %s in %.2f s", entry.name, loaded.provider, time.monotonic() - started)
        others = tuple(other for other in self._loaded if other.model != entry.name)
        self._loaded = (*others, loaded)
        return loaded

    def _load_filler(self, entry: ModelEntry) -> LoadedFiller:
        filler = self._loading().load(entry, self._threads)
        about = entry.manifest
        filled_by = FilledBy(entry.name, about.version, "generator", about.licence, filler.sha256, filler.provider)
        return LoadedFiller(entry.name, filler.sha256, filler.provider, filler.rest, filler, filled_by, filler.fallback)

    def _load_detector(self, entry: ModelEntry) -> LoadedDetector:
        detector = self._loading().load_detector(entry, self._threads)
        return LoadedDetector(entry.name, detector.sha256, detector.provider, detector.rest, detector)

    def _loading(self) -> ModuleType:
        try:
            import onnxruntime

            from gan_inpaint.models import loading
        except ImportError as problem:
            raise BadModel(
                f"onnxruntime cannot be used on this computer: {problem}.", "Run “gan-inpaint doctor”."
            ) from problem
        self.providers_available = onnxruntime.get_available_providers()
        return loading


def classical(note: str = "") -> LoadedFiller:
    """Return the filler without a network; `note`: what the user should know about its use."""
    from gan_inpaint.models.classical import ClassicalFiller

    by = FilledBy(CLASSICAL, __version__, "classical", CLASSICAL_ENTRY.manifest.licence, "", "OpenCV")
    return LoadedFiller(by.model, by.sha256, by.provider, _rest, ClassicalFiller(), by, note)


def _rest() -> None:
    """Do nothing: the classical filler keeps no memory."""
