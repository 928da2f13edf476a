"""The product for other Python programs: arrays in, arrays out, in their own process.

A picture is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, floats with
1.0 as white. It is never changed. A mask is (H, W) uint8: 0 keep, 255 fill, between: blend. Models are loaded when they
are first needed, and stay loaded. Every failure is a `gan_inpaint.errors.GanInpaintError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gan_inpaint import service
from gan_inpaint.errors import BadRequest
from gan_inpaint.models.entry import SCRATCHES
from gan_inpaint.options import (
    DetectOptions,
    FillOptions,
    Kind,
    Quality,
    RepairOptions,
    SelectOptions,
    Tone,
    Transfer,
)
from gan_inpaint.service import Damage

if TYPE_CHECKING:
    from gan_inpaint.engine.arrays import Samples, UInt8Array


def detect(
    image: Samples,
    detector: str = SCRATCHES,
    *,
    within: UInt8Array | None = None,
    transfer: Transfer = "srgb",
) -> UInt8Array:
    """Find damage in a picture.

    Parameters
    ----------
    image : ndarray
        The picture.
    detector : str
        A name from ``gan-inpaint models list``.
    within : ndarray, (H, W) uint8, optional
        Where there is damage for certain: everything that stands out where it is not 0 is found, and nothing elsewhere.
    transfer : {"srgb", "linear"}
        How the samples encode light.

    Returns
    -------
    ndarray, (H, W, 2) uint8
        The damage map: 255 × the probability that a pixel belongs to light damage, and to dark. For `select`.

    Raises
    ------
    NoDetector
        The detector that ships is missing.
    UnknownModel, BadModel
        Another detector is missing, or does not work.
    UnsupportedImage, OutOfMemory
        The picture cannot be used.
    EmptyMask, MaskSizeMismatch
        `within` cannot be used.

    Examples
    --------
    >>> import numpy as np, gan_inpaint
    >>> gan_inpaint.detect(np.full((64, 64), 128, np.uint8)).shape
    (64, 64, 2)
    """
    return (
        service.in_process()
        .detect(image, DetectOptions(transfer=transfer), detector=detector, within=within)
        .damage_map
    )


def select(
    damage_map: UInt8Array,
    sensitivity: float = 0.5,
    tone: Tone = "both",
    dilate: int = 2,
    *,
    kinds: Iterable[Kind] = (),
    detector: str = SCRATCHES,
) -> UInt8Array:
    """Select the damage in a damage map. No network runs.

    Parameters
    ----------
    damage_map : ndarray, (H, W, 2) uint8
        The result of `detect` with the same `detector`.
    sensitivity : float
        0 to 1; the higher, the more is selected.
    tone : {"both", "light", "dark"}
        Damage that is lighter than the picture, darker, or both.
    dilate : int
        0 to 3; pixels by which the selection is enlarged, so that no edge of the damage stays.
    kinds : iterable of {"cracks", "scratches", "dust", "stains", "tears"}
        Kinds of damage to select; all of them if empty. "cracks" are also creases, "scratches" also hairs, and "tears"
        also torn edges and lost emulsion.
    detector : str
        The detector that made the map.

    Returns
    -------
    ndarray, (H, W) uint8
        A mask: 255 where there is damage, else 0.

    Raises
    ------
    NoDetector, UnknownModel, BadModel
        The detector is missing, or is not one.
    UnsupportedImage, BadRequest
        The damage map or another argument cannot be used.

    Examples
    --------
    >>> import numpy as np, gan_inpaint
    >>> bool(gan_inpaint.select(np.zeros((64, 64, 2), np.uint8)).any())
    False
    """
    of_process = service.in_process()
    options = SelectOptions(sensitivity=sensitivity, tone=tone, dilate=dilate, kinds=tuple(kinds))
    return of_process.select(Damage(damage_map, of_process.threshold(detector)), options).mask


def trace(
    image: Samples,
    points: Iterable[tuple[float, float]] = (),
    *,
    along: UInt8Array | None = None,
    transfer: Transfer = "srgb",
) -> UInt8Array:
    """Select a scratch from a few points on it, or from a rough stroke along it. No network runs.

    Parameters
    ----------
    image : ndarray
        The picture.
    points : iterable of (x, y)
        Two or more points on the scratch, in its order, in pixels; the middle of the first pixel is (0, 0). They may
        lie up to 6 pixels beside it.
    along : ndarray, (H, W) uint8, optional
        Instead of points: a mask that is not 0 roughly along the scratch. Each connected part of it is one stroke.
    transfer : {"srgb", "linear"}
        How the samples encode light.

    Returns
    -------
    ndarray, (H, W) uint8
        A mask: 255 on the scratch, as wide as it was measured, else 0.

    Raises
    ------
    NoLine
        Nothing stands out along the points or the strokes.
    UnsupportedImage, BadRequest
        The picture, the points or the strokes cannot be used, or there are both points and strokes.

    Examples
    --------
    >>> import numpy as np, gan_inpaint
    >>> scan = np.full((64, 64), 128, np.uint8)
    >>> scan[:, 30:32] = 255
    >>> bool((gan_inpaint.trace(scan, [(30, 2), (31, 60)])[5:60, 30:32] == 255).all())
    True
    >>> roughly = np.zeros((64, 64), np.uint8)
    >>> roughly[2:62, 25:36] = 255
    >>> bool((gan_inpaint.trace(scan, along=roughly)[10:55, 30:32] == 255).all())
    True
    """
    from gan_inpaint import detection

    places = list(points)
    if along is None:
        return detection.trace(image, places, transfer).mask
    if places:
        raise BadRequest("A line is traced through points or along a mask, not both.")
    return detection.trace_along(image, along, transfer).mask


def fill(
    image: Samples,
    mask: UInt8Array,
    model: str = "default",
    *,
    dilate: int = 2,
    feather: int = 0,
    quality: Quality = "normal",
    transfer: Transfer = "srgb",
    variant: int = 0,
    avoid: UInt8Array | None = None,
    sample: UInt8Array | None = None,
) -> Samples:
    """Fill what a mask selects in a picture, such as a person or a wire.

    Parameters
    ----------
    image : ndarray
        The picture.
    mask : ndarray, (H, W) uint8
        0 keep, 255 fill, between: blend.
    model : str
        A name from ``gan-inpaint models list``, or ``"auto"``.
    dilate : int
        0 to 256; pixels by which the hole that the network sees is larger than the mask, so that no edge of the object
        guides it. Use 0 where there is no object, such as for missing pixels. Holes up to 16 pixels wide are filled
        from the pixels right beside them, unless this is larger than 2.
    feather : int
        0 to 256; pixels over which the fill fades in, inwards from the mask's edge.
    quality : {"normal", "fast", "best"}
        ``"fast"`` fills coarsely, for previews; ``"best"`` averages four mirrored fills.
    transfer : {"srgb", "linear"}
        How the samples encode light.
    variant : int
        0 to 9999. 0 is the usual fill, 1 the network's own with detail but without copies, and each larger number
        copies from other places. The same number always gives the same fill.
    avoid : ndarray, (H, W) uint8, optional
        Not 0 where nothing is copied from and nothing is seen as context, such as a person beside the hole.
    sample : ndarray, (H, W) uint8, optional
        Not 0 in the only places that are copied from.

    Returns
    -------
    ndarray
        The filled picture, of the same shape and dtype; pixels with mask 0 are bit-identical. Selected transparent
        pixels become opaque as far as they are selected; no other alpha changes.

    Raises
    ------
    EmptyMask, MaskCoversAll, MaskSizeMismatch
        The mask cannot be used.
    NoSource
        The sampling area is empty, or all that surrounds the hole must be avoided.
    UnsupportedImage, OutOfMemory
        The picture cannot be used.
    UnknownModel, BadModel
        The model is missing, or does not work.

    Examples
    --------
    >>> import numpy as np, gan_inpaint
    >>> image, mask = np.full((64, 64, 3), 128, np.uint8), np.zeros((64, 64), np.uint8)
    >>> mask[20:30, 20:30] = 255
    >>> gan_inpaint.fill(image, mask, "classical").shape
    (64, 64, 3)
    """
    from gan_inpaint.engine import Sources

    options = FillOptions(
        model=model, dilate=dilate, feather=feather, quality=quality, transfer=transfer, variant=variant
    )
    return service.in_process().fill(image, mask, options, sources=Sources(avoid, sample)).image


def repair(
    image: Samples,
    mask: UInt8Array,
    model: str = "default",
    *,
    quality: Quality = "normal",
    transfer: Transfer = "srgb",
) -> Samples:
    """Fill many thin defects, such as those that `select` returns, fast.

    Parameters
    ----------
    image : ndarray
        The picture.
    mask : ndarray, (H, W) uint8
        0 keep, 255 fill, between: blend. It must hold all of the damage: the pixels beside it are trusted.
    model : str
        A name from ``gan-inpaint models list``; ``"auto"`` means the default generator.
    quality : {"normal", "fast", "best"}
        As for `fill`, for what is not thin.
    transfer : {"srgb", "linear"}
        How the samples encode light.

    Returns
    -------
    ndarray
        The repaired picture, of the same shape and dtype; pixels with mask 0 and all alpha are bit-identical.

    Raises
    ------
    EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage, UnknownModel, BadModel, OutOfMemory
        As for `fill`.

    Examples
    --------
    >>> import numpy as np, gan_inpaint
    >>> scan = np.full((64, 64), 128, np.uint8)
    >>> scan[:, 30] = 255
    >>> mask = np.zeros_like(scan)
    >>> mask[:, 29:32] = 255
    >>> bool((gan_inpaint.repair(scan, mask) == 128).all())
    True
    """
    options = RepairOptions(model=model, quality=quality, transfer=transfer)
    return service.in_process().repair(image, mask, options).image
