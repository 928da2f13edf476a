"""The product for other Python programs: arrays in, arrays out, in their own process.

A picture is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, where floats
have 1.0 as white. It is never changed. A mask is (H, W) uint8: 0 keep, 255 fill, between: blend. Models are loaded when
they are first needed, and stay. Every failure is a `gan_inpaint.errors.GanInpaintError`.
"""

from __future__ import annotations

import functools
import math
import threading
from typing import TYPE_CHECKING

from gan_inpaint import paths
from gan_inpaint.cores import physical_cores
from gan_inpaint.defects import repair as repair_with
from gan_inpaint.detection import Kinds, find_damage
from gan_inpaint.detection import select as select_of
from gan_inpaint.engine import FillOptions
from gan_inpaint.engine import fill as fill_with
from gan_inpaint.engine.options import Quality
from gan_inpaint.engine.pixels import Transfer
from gan_inpaint.errors import BadModel
from gan_inpaint.manifest import DetectorManifest
from gan_inpaint.server.sessions import Sessions, best
from gan_inpaint.store import DEFAULT, SHIPPED_DETECTOR, ModelStore

if TYPE_CHECKING:
    from gan_inpaint.engine.arrays import Samples
    from gan_inpaint.engine.arrays import UInt8Array as Bytes

_one_at_a_time = threading.Lock()  # a session is not for two threads at a time


def detect(image: Samples, detector: str = SHIPPED_DETECTOR, *, transfer: Transfer = "srgb") -> Bytes:
    """Find damage in a picture.

    Returns:
        (H, W, 2) uint8: 255 × the probability that a pixel belongs to light damage, and to dark; for `select`.

    Raises:
        NoDetector: the detector that ships is missing. UnknownModel, BadModel: another one is, or does not work.
        UnsupportedImage, OutOfMemory.
    """
    with _one_at_a_time:
        return find_damage(image, _sessions().detector(detector).detector, transfer)


def select(
    heatmap: Bytes,
    sensitivity: float = 0.5,
    kinds: Kinds = "both",
    grow: int = 2,
    *,
    detector: str = SHIPPED_DETECTOR,
) -> Bytes:
    """What of a heat-map, (H, W, 2) uint8 by `detector`, is damage. No network is run.

    Args:
        sensitivity: 0 to 1; more is selected the higher it is.
        kinds: `light` damage, `dark`, or `both`.
        grow: 0 to 3, pixels by which what was found is enlarged, so that no rim of it stays.

    Returns:
        (H, W) uint8: 255 where there is damage, else 0.

    Raises:
        NoDetector, UnknownModel, BadModel, UnsupportedImage, BadRequest.
    """
    return select_of(heatmap, _threshold(detector), sensitivity, kinds, grow).mask


def fill(
    image: Samples,
    mask: Bytes,
    model: str = DEFAULT,
    *,
    grow: int = 2,
    feather: int = 0,
    quality: Quality = "normal",
    transfer: Transfer = "srgb",
) -> Samples:
    """Fill what `mask` selects in a picture, such as a person or a wire; the options are those of `engine.FillOptions`.

    `model` is a name from `gan-inpaint models list`, or `auto`.

    Returns:
        The picture, of the same shape and dtype; pixels with mask 0 and all alpha are bit-identical.

    Raises:
        EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage, UnknownModel, BadModel, OutOfMemory.
    """
    options = FillOptions(grow, feather, transfer, quality)
    with _one_at_a_time:
        candidates = _sessions().candidates(model)
        if len(candidates) > 1 and mask.any():
            choice, _ = best(candidates, image, mask, options, lambda done, total: None)
        else:
            choice = candidates[0]
        return fill_with(image, mask, choice.filler, options).image


def repair(
    image: Samples, mask: Bytes, model: str = DEFAULT, *, quality: Quality = "normal", transfer: Transfer = "srgb"
) -> Samples:
    """Fill many thin defects, such as what `select` gives, fast; otherwise as `fill`.

    The mask must hold all of the damage: the pixels beside it are trusted.
    """
    with _one_at_a_time:
        filler = _sessions().candidates(model)[0].filler
        return repair_with(image, mask, filler, transfer=transfer, quality=quality).image


def _threshold(detector: str) -> float:
    manifest = ModelStore(paths.models_dir()).get(detector).manifest
    if not isinstance(manifest, DetectorManifest):
        raise BadModel(f"“{detector}” is not a detector: it cannot find damage.", "Choose another model.")
    return manifest.threshold


@functools.cache
def _sessions() -> Sessions:
    return Sessions(ModelStore(paths.models_dir()), physical_cores(), math.inf)
