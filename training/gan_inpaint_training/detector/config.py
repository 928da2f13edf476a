"""The configuration of a detector's training."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gan_inpaint_training.config import Amount, Count, DataConfig, ScheduleConfig, Share
from gan_inpaint_training.detector.kinds import FILM, KINDS
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.settings import Settings

KIND = "detector"


class NetworkConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`widths`: channels at 1/2, 1/4, 1/8 and 1/16 of the resolution; `blocks`: residual blocks at each of the last
    three, on the way down and on the way up; `line`: side of the line filters, an odd number of pixels at 1/8."""

    widths: tuple[Count, Count, Count, Count] = (16, 32, 64, 96)
    blocks: Count = 2
    line: Annotated[int, Meta(ge=3, le=63)] = 13


class DetectorLossConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`positive`: how much a damaged pixel counts in the cross-entropy; `dice`: weight of the soft Dice term."""

    positive: Amount = 2.0
    dice: Amount = 0.5


class DetectorConfig(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind", tag=KIND):
    """Everything that the training of a detector depends on, besides the code.

    `title` and `window`, the side in pixels of the tiles that a photograph is best taken apart into, go into the
    manifest. `damage`: kind of damage → its weight; `clean`: share of the crops without any; `belonging`: share of the
    crops with drawn things that look like damage and are none; `easy`: images over which damage becomes as faint as it
    is drawn, all of it being plain at first.
    """

    title: str
    window: Count
    data: DataConfig
    damage: Annotated[dict[str, Amount], Meta(min_length=1)]
    schedule: ScheduleConfig
    clean: Share = 1 / 3
    belonging: Share = 0.12
    easy: Annotated[int, Meta(ge=0)] = 0
    network: NetworkConfig = msgspec.field(default_factory=NetworkConfig)
    loss: DetectorLossConfig = msgspec.field(default_factory=DetectorLossConfig)


def configured(settings: Settings) -> DetectorConfig:
    """The configuration in `settings`. Raises ConfigError with file, line and key for what cannot be used."""
    try:
        config: DetectorConfig = msgspec.convert(settings.values, DetectorConfig, strict=False)
    except msgspec.ValidationError as error:
        raise settings.refused(str(error), {}) from error
    for kind in config.damage:
        if kind not in (FILM, *KINDS):
            known = ", ".join((FILM, *KINDS))
            raise settings.error(f"damage.{kind}", f"there is no such kind of damage; choose of {known}")
    if not any(config.damage.values()):
        raise settings.error("damage", "no kind of damage has a weight above 0")
    if config.damage.get(FILM) and not config.data.damage:
        raise settings.error("data.damage", f"the kind {FILM} needs pictures of film damage")
    if config.network.line % 2 == 0:
        raise settings.error("network.line", f"{config.network.line} is not odd")
    if config.data.crop % Detector.size_multiple:
        raise settings.error("data.crop", f"{config.data.crop} is no multiple of {Detector.size_multiple}")
    return config
