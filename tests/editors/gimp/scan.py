"""A scratched page in GIMP, and daemons that find its damage with a tiny detector."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.detector import scratched_page

import gan_inpaint_client as client

from ..conftest import EditorDaemon, daemon_environment
from ..workbench import Workbench
from .session import Gimp

SELECT, REPAIR = "gan-inpaint-select-scratches", "gan-inpaint-repair-scratches"
PAGE, DAMAGE = scratched_page()
HEIGHT, WIDTH = PAGE.shape
CLEAN = np.broadcast_to(PAGE[0], PAGE.shape)
IMAGE = (190, 150)
PLACE = (7, 9)  # of the layer in the image
PART = (37, 19, 60, 50)  # of the image: some of the long scratch, none of the speck
SAMPLES = {"u8-non-linear": np.uint8, "u16-non-linear": np.uint16, "u32-non-linear": np.uint32}
Bytes = npt.NDArray[np.uint8]


@contextmanager
def serving(workbench: Workbench, product: dict[str, str], name: str) -> Iterator[EditorDaemon]:
    """Such a daemon, as long as the block lasts; it may end before."""
    environment = daemon_environment(workbench, name) | product
    command = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
    yield EditorDaemon(workbench.path / name / "daemon.json")
    subprocess.run([*command, "stop"], env=environment, check=True)


@dataclass(frozen=True)
class Scan:
    """An image in GIMP with one layer, at PLACE, that shows a page."""

    gimp: Gimp
    image: int
    layer: int

    @classmethod
    def create(
        cls,
        gimp: Gimp,
        page: Bytes = PAGE,
        precision: str = "u8-non-linear",
        place: tuple[int, int] = PLACE,
        **properties: Any,
    ) -> Scan:
        made = gimp.call(
            *("create",),
            width=IMAGE[0],
            height=IMAGE[1],
            precision=precision,
            layer=(*place, WIDTH, HEIGHT),
            **properties,
        )
        gimp.call("paint", layer=made["layer"], data=base64.b64encode(samples(page, precision, **properties)).decode())
        return cls(gimp, **made)

    def choose(self, *, soft: bool = False) -> None:
        """Select PART of the image."""
        self.gimp.call("select", image=self.image, box=PART, ellipse=soft, feather=10 if soft else 0)

    def run(self, procedure: str, **arguments: Any) -> str:
        """Run a procedure; the sentence with which it fails, if it does."""
        answer = self.gimp.call("run", procedure_name=procedure, image=self.image, drawables=[self.layer], **arguments)
        assert (answer["status"] == "success") == (not answer["message"])
        return str(answer["message"])

    def pixels(self) -> Bytes:
        """The layer's bytes, (120, 160, bytes a pixel)."""
        return np.frombuffer(self.gimp.bytes("pixels", layer=self.layer), np.uint8).reshape(HEIGHT, WIDTH, -1)

    def selection(self) -> Bytes:
        """What is selected in the layer, (120, 160)."""
        return np.frombuffer(self.gimp.bytes("selection", layer=self.layer), np.uint8).reshape(PAGE.shape)

    def bounds(self) -> list[int] | None:
        """Of what is selected anywhere in the image."""
        return self.gimp.call("selection_bounds", image=self.image)

    def state(self) -> tuple[bytes, bytes]:
        return self.pixels().tobytes(), self.selection().tobytes()


def samples(page: Bytes, precision: str, gray: bool = False, alpha: bool = False) -> bytes:
    """A page as the bytes of a layer, with faint noise where a sample has more than 8 bits."""
    kind = SAMPLES[precision]
    generator = np.random.default_rng(1)
    spread = np.iinfo(kind).max // 255
    color = page[..., None].astype(np.uint64) * spread
    color = np.repeat(color, 1 if gray else 3, 2)
    if spread > 1:
        color = np.clip(color, spread, None) - generator.integers(0, spread // 64, color.shape, np.uint64)
    channels = [color, generator.integers(1, 255, (*page.shape, 1), np.uint64) * spread] if alpha else [color]
    return np.concatenate(channels, 2).astype(kind).tobytes()


def found(finder: EditorDaemon, page: Bytes = PAGE, **arguments: Any) -> Bytes:
    """What the daemon itself finds in a page."""
    with client.connect(str(finder.runtime_file)) as connection:
        size: dict[str, Any] = {"width": WIDTH, "height": HEIGHT, "layout": "gray", "depth": "u8"}
        return np.frombuffer(connection.detect(page.data, **size, **arguments).mask, np.uint8).reshape(PAGE.shape)
