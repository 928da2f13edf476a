"""A picture that is open in Krita, as the tests see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gan_inpaint_client import FillRequest

from .session import Krita

HOLE = (100, 60, 60, 50)
SAMPLES = {"U8": (np.uint8, 255), "U16": (np.uint16, 65535), "F16": (np.float16, 1), "F32": (np.float32, 1)}


class Picture:
    """One opaque layer of noise, "Background"; no dialog's values are remembered from before."""

    def __init__(self, krita: Krita, width: int = 280, height: int = 200, **properties: str) -> None:
        self.krita, self.width, self.height = krita, width, height
        krita.call("create", width=width, height=height, **properties)
        krita.until("ready")
        for name in ("model", "dilate", "feather", "quality"):
            krita.call("remember", name=name, value=str(getattr(FillRequest, name)))
        for name in ("avoid", "sample", "source", "output", "keep-variants"):
            krita.call("remember", name=name, value="")

    def select(self, box: tuple[int, int, int, int] = HOLE, feather: int = 0) -> None:
        self.krita.call("select", box=box, feather=feather)

    def selection(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.krita.bytes("selection"), np.uint8)

    def fill(self, layers: int = 2, action: str = "gan_inpaint_again") -> str:
        """Fill with the remembered values and wait until there are so many layers; the new layer's name."""
        before = self.layers()
        self.krita.call("trigger", action=action)
        self.krita.until("count_is", layers_wanted=layers)
        (made,) = set(self.layers()) - set(before)
        return made

    def undo(self, layers: int = 1) -> None:
        self.krita.until("step", action="edit_undo")
        self.krita.until("count_is", layers_wanted=layers)

    def redo(self, layers: int = 2) -> None:
        self.krita.until("step", action="edit_redo")
        self.krita.until("count_is", layers_wanted=layers)

    def message(self) -> str:
        """The next floating message, in one line."""
        return " ".join(self.krita.until("messages")[0].split())

    def refused(self, action: str = "gan_inpaint_again") -> str:
        """The message that a fill ends with; asserts that it changed nothing."""
        before = self.layers(), self.pixels()
        self.krita.call("trigger", action=action)
        message = self.message()
        assert self.layers() == before[0]
        assert np.array_equal(self.pixels(), before[1])
        return message

    def layers(self) -> list[str]:
        """The names, the lowest first."""
        return [layer["name"] for layer in self.krita.call("layers")]

    def box(self, name: str) -> list[int]:
        return self._layer(name)["box"]

    def colours(self, name: str) -> list[str]:
        """Model, depth and profile."""
        return self._layer(name)["colours"]

    def pixels(self, name: str | None = None) -> npt.NDArray[np.uint8]:
        """The bytes of a layer, or of the merged picture; a row for each pixel."""
        whole = (0, 0, self.width, self.height)
        data = self.krita.bytes("pixels", name=name, box=whole) if name else self.krita.bytes("picture")
        return np.frombuffer(data, np.uint8).reshape(self.width * self.height, -1)

    def alpha(self, name: str) -> npt.NDArray[np.uint8]:
        """A layer's alpha channel in 8 bits."""
        samples, white = SAMPLES[self.colours(name)[1]]
        return np.rint(self.pixels(name).view(samples)[:, -1] / np.float64(white) * 255).astype(np.uint8)

    def _layer(self, name: str) -> dict[str, Any]:
        return next(layer for layer in self.krita.call("layers") if layer["name"] == name)
