"""What a fill is taken from: the arguments `avoid` and `sample`, which are channels of the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.dialogs import AVOID, SAMPLE
from gan_inpaint_client.masks import bounds

from .bindings import Gimp
from .selected import Selected
from .visible import read

FORMAT = "Y u8"


def forget_others(image: Gimp.Image, config: Gimp.ProcedureConfig) -> None:
    """Reset what was chosen for another image before a dialog shows it."""
    for option in (AVOID, SAMPLE):
        channel = config.get_property(option.name)
        if channel is not None and not (channel.is_valid() and _belongs_to(image, channel)):
            config.set_property(option.name, None)


def _belongs_to(image: Gimp.Image, channel: Gimp.Channel) -> bool:
    return bool(channel.get_image().get_id() == image.get_id())


@dataclass(frozen=True)
class Sources:
    """The chosen channels by the name of their argument; none of them is a limit that is not there."""

    selected: Selected
    channels: dict[str, Gimp.Channel]

    @classmethod
    def of(cls, selected: Selected, config: Gimp.ProcedureConfig) -> Sources:
        """Return the chosen channels; raise Refusal if one of them belongs to another image."""
        offered = [option.name for option in (AVOID, SAMPLE) if config.find_property(option.name)]
        chosen = {name: config.get_property(name) for name in offered}
        channels = {name: channel for name, channel in chosen.items() if channel is not None and channel.is_valid()}
        if not all(_belongs_to(selected.image, channel) for channel in channels.values()):
            raise Refusal(refusals.OTHER_PICTURE)
        return cls(selected, channels)

    def masks(self, box: Box) -> dict[str, Any]:
        """Return the masks of a box of the layer as fields of a request; raise Refusal if a channel was removed."""
        if not all(channel.is_valid() for channel in self.channels.values()):
            raise Refusal(refusals.PICTURE_CHANGED)
        place = self.selected.in_image(box)
        return {name: read(channel, place, FORMAT) for name, channel in self.channels.items()}

    def sampling_box(self) -> Box | None:
        """Return the box of the sampling area in the layer, None if there is none; raise Refusal if it is empty."""
        if SAMPLE.name not in self.channels:
            return None
        layer = self.selected.layer
        whole = Box(0, 0, layer.get_width(), layer.get_height())
        box = bounds(self.masks(whole)[SAMPLE.name], whole)
        if box is None:
            raise Refusal(refusals.NO_SAMPLE)
        return box
