"""Pictures of film damage, the source of film-damage holes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import cv2

from gan_inpaint_training.data import sources
from gan_inpaint_training.data.sources import DataError, FileMember
from gan_inpaint_training.masks.damage import OPAQUE, Alpha

log = logging.getLogger(__name__)


def read_damage(shards: Sequence[str]) -> list[Alpha]:
    """Return the opacities of `named_damage`, without their names."""
    return [alpha for _, alpha in named_damage(shards)]


def named_damage(shards: Sequence[str]) -> list[tuple[str, Alpha]]:
    """Return the opacities of film damage with their file names, each (H, W) uint8, 255 = the photograph is hidden.

    A gray picture is the opacity itself; of other pictures the alpha channel is used. Undecodable and fully transparent
    pictures are skipped, and their number is logged. Raises DataError for a missing shard and when nothing is left.
    """
    try:
        found = sources.members_of(shards)
    except DataError as error:
        raise DataError(str(error), "data.damage") from error
    alphas = [
        (member.name, alpha)
        for member in found
        if (alpha := _decode(member)) is not None and (alpha > OPAQUE * 255).any()
    ]
    if not alphas:
        raise DataError(f"There is no picture of film damage in {', '.join(shards)}.", "data.damage")
    if len(alphas) < len(found):
        log.warning(
            "%d pictures of film damage were skipped: not decodable, or hiding nothing", len(found) - len(alphas)
        )
    return alphas


def _decode(member: FileMember) -> Alpha | None:
    try:
        picture = sources.decode(member.read(), cv2.IMREAD_UNCHANGED)
    except OSError as error:
        raise DataError(f"{member.path} cannot be read: {error}", "data.damage") from error
    if picture is None or picture.dtype != "uint8":
        return None
    if picture.ndim == 2:
        return picture
    return picture[..., 3].copy() if picture.shape[2] == 4 else None
