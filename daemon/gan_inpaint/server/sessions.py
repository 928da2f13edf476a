"""The generators that are loaded, and which filler does a fill.

Everything that imports onnxruntime or OpenCV is imported on first use: the daemon answers before that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from gan_inpaint import __version__
from gan_inpaint.errors import BadModel, UnknownModel
from gan_inpaint.protocol import FilledBy, ModelInfo, SessionInfo
from gan_inpaint.server import machine
from gan_inpaint.store import AUTO, CLASSICAL, DEFAULT, SHIPPED_DETECTOR, ModelEntry, ModelStore

if TYPE_CHECKING:
    from gan_inpaint.detection.network import OnnxDetector
    from gan_inpaint.engine import Filler, FillOptions
    from gan_inpaint.engine.arrays import Samples
    from gan_inpaint.engine.arrays import UInt8Array as Bytes
    from gan_inpaint.engine.filling import OnWindow

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound="Loaded")

_REST_SECONDS = 2.0  # without work; were it shorter, a retoucher would wait for the memory between two fills


@dataclass(eq=False)
class Loaded:
    """A model that may be used again soon; `status` shows it, unless it is the classical filler."""

    model: str
    sha256: str
    provider: str
    rest: Callable[[], None]  # gives back the memory that it works in
    resting: bool = field(default=False, kw_only=True)
    last_used: float = field(default_factory=time.monotonic, kw_only=True)

    def used(self) -> None:
        """Note that it has just been used."""
        self.last_used = time.monotonic()
        self.resting = False


@dataclass(eq=False)
class Choice(Loaded):
    """The filler for a fill, how the result names it, and what the user should know about the choice."""

    filler: Filler
    filled_by: FilledBy
    note: str


@dataclass(eq=False)
class LoadedDetector(Loaded):
    """A detector that is ready."""

    detector: OnnxDetector


class Sessions:
    """Loads models on demand, lets them rest after each use and drops them when they have idled for long.

    Belongs to the worker; other threads only read `offered`, `describe`, `threads` and `providers_available`.
    """

    def __init__(self, store: ModelStore, threads: int, idle_seconds: float) -> None:
        self.threads = threads
        self._store = store
        self.idle_seconds = idle_seconds
        self._loaded: tuple[Loaded, ...] = ()  # replaced, never changed: another thread may be reading it
        self.providers_available: list[str] = []

    def choose(self, model: str) -> Choice:
        """The filler for `model`, loaded if need be; a classical one for the default model where that is unusable.

        Raises:
            UnknownModel: no model of that name.
            BadModel: its file is damaged, foreign or does not match its SHA-256, or onnxruntime is missing.
        """
        try:
            entry = self._store.get(model)
            return _classical() if entry.kind == "classical" else self._generator(entry)
        except (BadModel, UnknownModel) as problem:
            if model != DEFAULT:
                raise
            log.warning("no default generator, a classical filler stands in: %s", problem)
            return _classical(f"A classical filler stood in for the generator. {problem.message}")

    def candidates(self, model: str) -> list[Choice]:
        """What `best` is to choose from: for `auto` the default generator and the classical filler, else the one asked
        for.

        Raises as `choose` does.
        """
        if model != AUTO:
            return [self.choose(model)]
        default = self.choose(DEFAULT)
        return [default] if default.filled_by.kind == "classical" else [default, _classical()]

    def detector(self, name: str = SHIPPED_DETECTOR) -> LoadedDetector:
        """The detector of that name, loaded if need be.

        Raises:
            UnknownModel: there is none; NoDetector where it is the one that ships with the product.
            BadModel: its file is damaged, foreign or does not match its SHA-256, or onnxruntime is missing.
        """
        return self._ready(self._store.get(name), LoadedDetector, self._load_detector)

    def offered(self) -> list[ModelInfo]:
        """What a fill may ask for, as `welcome` shows it."""
        models = [
            ModelInfo(entry.name, about.title, about.version, entry.kind, entry.default, about.licence)
            for entry in self._store.list()
            for about in [entry.manifest]
            if entry.kind != "detector"
        ]
        return [*models, ModelInfo(AUTO, "Automatic: what does better beside the hole", __version__, "auto", False, "")]

    def describe(self) -> list[SessionInfo]:
        """The loaded models, as `status` shows them."""
        now = time.monotonic()
        return [
            SessionInfo(loaded.model, loaded.provider, loaded.sha256, round(now - loaded.last_used, 1))
            for loaded in self._loaded
        ]

    def seconds_until_tidy(self) -> float | None:
        """How long until `tidy` has something to do; None while nothing is loaded."""
        pauses = [choice.last_used + self._pause(choice) for choice in self._loaded]
        return max(0.0, min(pauses) - time.monotonic()) if pauses else None

    def tidy(self) -> None:
        """Give back the memory of generators that pause, and let go of those that nobody has used for long."""
        now = time.monotonic()
        for choice in self._loaded:
            if not choice.resting and now - choice.last_used >= self._pause(choice):
                choice.resting = True
                choice.rest()
        kept = tuple(choice for choice in self._loaded if now - choice.last_used < self.idle_seconds)
        dropped, self._loaded = len(self._loaded) - len(kept), kept
        machine.release_memory()
        if dropped:
            log.info("dropped %d idle session(s), %.0f MiB resident", dropped, machine.resident_mib())

    def _pause(self, loaded: Loaded) -> float:
        return self.idle_seconds if loaded.resting else min(_REST_SECONDS, self.idle_seconds)

    def _generator(self, entry: ModelEntry) -> Choice:
        return self._ready(entry, Choice, self._load_generator)

    def _ready(self, entry: ModelEntry, kind: type[Kind], load: Callable[[ModelEntry], Kind]) -> Kind:
        """What is loaded of that entry, or is now."""
        for loaded in self._loaded:
            if isinstance(loaded, kind) and (loaded.model, loaded.sha256) == (entry.name, entry.sha256):
                loaded.used()
                return loaded
        started = time.monotonic()
        loaded = load(entry)
        log.info("loaded %s on %s in %.2f s", entry.name, loaded.provider, time.monotonic() - started)
        replaced = tuple(other for other in self._loaded if other.model != entry.name)
        self._loaded = (*replaced, loaded)
        return loaded

    def _load_generator(self, entry: ModelEntry) -> Choice:
        filler = self._runtime().load(entry, self.threads)
        filled_by = FilledBy(entry.name, entry.manifest.version, "generator", filler.sha256, filler.provider)
        return Choice(entry.name, filler.sha256, filler.provider, filler.rest, filler, filled_by, filler.fallback)

    def _load_detector(self, entry: ModelEntry) -> LoadedDetector:
        detector = self._runtime().load_detector(entry, self.threads)
        return LoadedDetector(entry.name, detector.sha256, detector.provider, detector.rest, detector)

    def _runtime(self) -> ModuleType:
        try:
            import onnxruntime

            from gan_inpaint import runtime
        except ImportError as problem:
            raise BadModel(
                f"onnxruntime cannot be used on this computer: {problem}.", "Run “gan-inpaint doctor”."
            ) from problem
        self.providers_available = onnxruntime.get_available_providers()
        return runtime


def best(
    candidates: list[Choice], image: Samples, mask: Bytes, options: FillOptions, on_window: OnWindow
) -> tuple[Choice, dict[str, float]]:
    """The candidate for this hole, and by its name what each reached where they were tried, PSNR in dB."""
    from gan_inpaint import engine

    if len(candidates) == 1:
        return candidates[0], {}
    chosen = engine.choose(image, mask, [each.filler for each in candidates], options, on_window)
    (choice,) = (each for each in candidates if each.filler is chosen.filler)
    return choice, {name: round(score, 2) for name, score in chosen.scores.items()}


def _classical(note: str = "") -> Choice:
    from gan_inpaint.classical import ClassicalFiller

    by = FilledBy(CLASSICAL, __version__, "classical", "", "OpenCV")
    return Choice(by.model, by.sha256, by.provider, _nothing, ClassicalFiller(), by, note)


def _nothing() -> None:
    """What the classical filler gives back when it rests."""
