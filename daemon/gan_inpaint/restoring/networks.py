"""The detector and the filler of this process, loaded when they are first needed."""

from __future__ import annotations

import functools
import math
from pathlib import Path

from gan_inpaint import paths
from gan_inpaint.cores import physical_cores
from gan_inpaint.defects import repair as repair_defects
from gan_inpaint.detection import Kinds, Selection, find_damage, select
from gan_inpaint.detection.finding import OnTile
from gan_inpaint.engine.arrays import Samples
from gan_inpaint.engine.arrays import UInt8Array as Bytes
from gan_inpaint.imagefile import Photograph
from gan_inpaint.server.sessions import Sessions
from gan_inpaint.store import DEFAULT, ModelStore


def find(
    photograph: Photograph,
    sensitivity: float,
    kinds: Kinds = "both",
    threads: int = 0,
    on_tile: OnTile | None = None,
) -> Selection:
    """The scratches of a photograph; `threads` 0 stands for all physical cores. `on_tile`: as of `find_damage`.

    Raises UnknownModel, BadModel, OutOfMemory.
    """
    detector = _sessions(paths.models_dir(), threads).detector().detector
    damage_map = find_damage(photograph.pixels, detector, photograph.transfer, on_tile=on_tile)
    return select(damage_map, detector.threshold, sensitivity, kinds)


def repair(photograph: Photograph, mask: Bytes, threads: int = 0) -> tuple[Samples, str]:
    """The photograph's pixels with what `mask` (H, W) marks repaired, and what the user should know, or nothing.

    Raises UnknownModel, BadModel, OutOfMemory, MaskCoversAll.
    """
    choice = _sessions(paths.models_dir(), threads).choose(DEFAULT)
    transfer = photograph.transfer
    repaired = repair_defects(photograph.pixels, mask, choice.filler, transfer=transfer, threads=threads)
    return repaired.image, choice.note


@functools.cache
def _sessions(models: Path, threads: int) -> Sessions:
    return Sessions(ModelStore(models), threads or physical_cores(), math.inf)
