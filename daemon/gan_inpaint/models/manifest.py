"""What a model's file says about itself, and the sidecar from which it is listed.

The manifest is JSON in the ONNX file's own `metadata_props`, under `KEY`, so that it cannot be lost. The sidecar,
`NAME.json` beside `NAME.onnx`, repeats it with the file's SHA-256, so that models are listed without opening them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from gan_inpaint.errors import BadModel

KEY = "gan_inpaint"
CONTRACT = 1
SIDECAR_BYTES = 2**20
MODEL_BYTES = 2**32

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Text = Annotated[str, Meta(min_length=1, max_length=1000, pattern="^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
"""Without control characters, which could command the terminal or the log that shows it."""
Pixels = Annotated[int, Meta(ge=1, le=4096)]


class _About(Struct, frozen=True, kw_only=True):
    """What every model says. `metrics`: measured on the evaluation set; their key in the file is `figures`."""

    name: Text
    title: Text
    version: Text
    size_multiple: Pixels
    window: Pixels
    training_data: Text
    licence: Text
    images_seen: Annotated[int, Meta(ge=0)]
    metrics: dict[str, float] = msgspec.field(name="figures", default_factory=dict)
    contract: int = CONTRACT

    def __post_init__(self) -> None:
        if self.window % self.size_multiple:
            raise ValueError(f"`window` {self.window} is no multiple of `size_multiple` {self.size_multiple}")


class Manifest(_About, frozen=True, kw_only=True):
    """Version 1 of the contract between a generator's file and the program that runs it.

    `image` is float32 (N, 3, H, W), sRGB in [-1, 1]. Its hole is zero or, for a `guided` generator, prefilled: with the
    enlarged fill of the next coarser pyramid level, or a smooth one. `mask` is float32 (N, 1, H, W), 1 = hole; the
    output has the image's shape and range. N is any number, H and W are any multiples of `size_multiple`; for a `fixed`
    generator both are `window`, which is then also its `size_multiple`.

    `detail`, 0 to 1: how much of the detail around the hole is added to the smooth fill.
    `window`: the side, in pixels, at which the generator fills best.
    `channels`: the order of the colours that the graph of a foreign file takes; ours take RGB.
    """

    channels: Literal["rgb", "bgr"] = "rgb"
    fixed: bool = False
    guided: bool = False
    detail: Annotated[float, Meta(ge=0, le=1)] = 0.0
    inputs: tuple[Text, Text] = ("image", "mask")
    output: Text = "fill"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fixed and self.window != self.size_multiple:
            raise ValueError(f"`fixed`, but `window` {self.window} is not `size_multiple` {self.size_multiple}")


class DetectorManifest(_About, frozen=True, kw_only=True, tag_field="kind", tag="detector"):
    """Version 1 of the contract between a detector's file and the program that runs it.

    `image` is float32 (N, 3, H, W), sRGB in [-1, 1], gray pictures with three equal channels; the output is float32
    (N, 2, H, W) in [0, 1]: the probability that a pixel belongs to light damage, and to dark. N is any number, H and W
    are any multiples of `size_multiple`.

    `window`: the side of the tiles in which a picture is examined, in pixels.
    `reach`: how many pixels around a place decide on it.
    `threshold`: the probability above which a pixel counts as damage at the default sensitivity.
    """

    channels: Literal["rgb"] = "rgb"
    reach: Annotated[int, Meta(ge=0, le=1024)]
    threshold: Annotated[float, Meta(gt=0, lt=1)]
    inputs: tuple[Text] = ("image",)
    output: Text = "damage"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.core < self.size_multiple:
            raise ValueError(f"`reach` {self.reach} leaves nothing of the `window` {self.window}")

    @property
    def margin(self) -> int:
        """`reach`, rounded up to a multiple of `size_multiple`."""
        return -(-self.reach // self.size_multiple) * self.size_multiple

    @property
    def core(self) -> int:
        """The side of a tile's inner part: the pixels on which the tile can decide."""
        return self.window - 2 * self.margin


AnyManifest: TypeAlias = Manifest | DetectorManifest


class Sidecar(Struct, frozen=True):
    """The content of `NAME.json`. `sha256`: of `NAME.onnx`, 64 lower-case hexadecimal digits."""

    sha256: str
    manifest: AnyManifest


class _SidecarFile(Struct):
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    manifest: msgspec.Raw


class _Versioned(Struct):
    contract: int


class _Kind(Struct):
    kind: Literal["generator", "detector"] = "generator"


def parse(text: str | bytes) -> AnyManifest:
    """Read the JSON of a manifest.

    Raises:
        BadModel: it is no JSON, of another contract version, or a key is missing or wrong; the message names the key.
    """
    try:
        contract = msgspec.json.decode(text, type=_Versioned).contract
        if contract == CONTRACT:
            if msgspec.json.decode(text, type=_Kind).kind == "detector":
                return msgspec.json.decode(text, type=DetectorManifest)
            return msgspec.json.decode(text, type=Manifest)
    except _UNREADABLE as problem:
        raise BadModel(f"The model's manifest is not valid: {problem}.", "Export the model again.") from problem
    raise BadModel(
        f"The model was made for version {contract} of the model contract; this program knows version {CONTRACT}.",
        "Update GAN Inpaint." if contract > CONTRACT else "Export the model again.",
    )


def read_sidecar(path: Path) -> Sidecar:
    """Read `NAME.json`.

    Raises:
        BadModel: it cannot be read, or is damaged.
    """
    hint = "Remove the model and add it again."
    try:
        found = msgspec.json.decode(read_plain(path, SIDECAR_BYTES), type=_SidecarFile)
        return Sidecar(found.sha256, parse(bytes(found.manifest)))
    except OSError as problem:
        raise BadModel(f"The model's description {path} cannot be read: {problem.strerror}.", hint) from problem
    except (*_UNREADABLE, BadModel) as problem:
        raise BadModel(f"The model's description {path} is damaged: {str(problem).rstrip('.')}.", hint) from problem


def read_plain(path: Path, most: int) -> bytes:
    """Return the content of a file of at most so many bytes, without waiting for who writes into a named pipe.

    Raises:
        OSError: it cannot be read, is not a plain file, or is larger.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file")
        if status.st_size > most:
            raise OSError(errno.EFBIG, "it is too large")
        return file.read()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 lower-case hexadecimal digits. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
