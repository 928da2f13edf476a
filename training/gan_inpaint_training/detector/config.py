"""The configuration of a detector's training."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gan_inpaint_training.config import Amount, Count, DataConfig, ScheduleConfig, Share
from gan_inpaint_training.damage import print as prints
from gan_inpaint_training.damage.film.kinds import FILM, KINDS
from gan_inpaint_training.damage.print.kinds import TRACED
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.settings import Settings, structs_of

KIND = "detector"
Weights = Annotated[dict[str, Amount], Meta(min_length=1)]


class NetworkConfig(msgspec.Struct, forbid_unknown_fields=True):
    """The size of the network.

    `widths`: channels of the decoder at 1/2, 1/4, 1/8 and 1/16 of the resolution; `blocks`: its residual blocks at 1/4
    and 1/8; `line`: side of the line filters, an odd number of pixels at 1/8.
    """

    widths: tuple[Count, Count, Count, Count] = (24, 32, 48, 64)
    blocks: Count = 1
    line: Annotated[int, Meta(ge=3, le=63)] = 13


class DetectorLossConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`positive`: weight of a damaged pixel in the cross-entropy; `dice`: weight of the soft Dice loss."""

    positive: Amount = 2.0
    dice: Amount = 0.5


class PrintConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Crops of damaged prints among those of damaged films.

    `share`: of all crops; `damage`: kind of damage → its weight; `clean`: share of these crops without any; `most`:
    kinds of damage in one crop at most; `cracks`: .npz files of centre lines of real cracks, for the kind
    “traced-crack”; `scenes`: folders or tar files of photographs that look like damage, from which `scene_share` of
    these crops is cut; `taught`: folders of real damaged pictures with the labels of `gan-inpaint teach`, from which
    `taught_share` of all crops is cut.
    """

    damage: Weights
    share: Share = 0.7
    clean: Share = 0.28
    most: Count = 4
    cracks: list[str] = []
    scenes: list[str] = []
    scene_share: Share = 0.15
    taught: list[str] = []
    taught_share: Share = 0.25


class DetectorConfig(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind", tag=KIND):
    """Everything that the training of a detector depends on, besides the code.

    `title` and `window`, the best side in pixels of the tiles of a photograph, go into the manifest. `damage`: kind of
    film damage → its weight; `clean`: share of the crops of films without any; `hard_negatives`: share of all crops
    with drawn things that look like damage but are not; `easy`: images over which film damage becomes as faint as it is
    drawn, after all of it was opaque at first; `prints`: damage of prints.
    """

    title: str
    window: Count
    data: DataConfig
    damage: Weights
    schedule: ScheduleConfig
    clean: Share = 1 / 3
    hard_negatives: Share = 0.12
    easy: Annotated[int, Meta(ge=0)] = 0
    prints: PrintConfig | None = None
    network: NetworkConfig = msgspec.field(default_factory=NetworkConfig)
    loss: DetectorLossConfig = msgspec.field(default_factory=DetectorLossConfig)


def configured(settings: Settings) -> DetectorConfig:
    """Return the configuration in `settings`. Raise ConfigError with file, line and key for what cannot be used."""
    try:
        config: DetectorConfig = msgspec.convert(settings.values, DetectorConfig, strict=False)
    except msgspec.ValidationError as error:
        raise settings.refused(str(error), {}, structs_of(globals())) from error
    _check_weights(settings, "damage", config.damage, (FILM, *KINDS))
    if config.damage.get(FILM) and not config.data.damage:
        raise settings.error("data.damage", f"the kind {FILM} needs pictures of film damage")
    if config.prints:
        _check_weights(settings, "prints.damage", config.prints.damage, (TRACED, *prints.KINDS))
        if config.prints.damage.get(TRACED) and not config.prints.cracks:
            raise settings.error("prints.cracks", f"the kind {TRACED} needs centre lines of real cracks")
    if config.network.line % 2 == 0:
        raise settings.error("network.line", f"{config.network.line} is not odd")
    if config.data.crop % Detector.size_multiple:
        raise settings.error("data.crop", f"{config.data.crop} is no multiple of {Detector.size_multiple}")
    return config


def _check_weights(settings: Settings, key: str, weights: dict[str, float], kinds: tuple[str, ...]) -> None:
    for kind in weights:
        if kind not in kinds:
            known = ", ".join(kinds)
            raise settings.error(f"{key}.{kind}", f"there is no such kind of damage; choose of {known}")
    if not any(weights.values()):
        raise settings.error(key, "no kind of damage has a weight above 0")
