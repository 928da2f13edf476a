"""What a generator's file says of itself, and the sidecar from which it is listed.

The manifest stands as JSON in the ONNX file's own `metadata_props`, under `KEY`, so that it cannot be lost. The
sidecar, `NAME.json` beside `NAME.onnx`, repeats it next to the file's SHA-256: models are listed without opening them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from gan_inpaint.errors import BadModel

KEY = "gan_inpaint"
CONTRACT = 1

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Pixels = Annotated[int, Meta(ge=1, le=4096)]


class Manifest(Struct, frozen=True, kw_only=True):
    """Version 1 of the contract between a generator's file and whoever runs it.

    `image` is float32 (N, 3, H, W), sRGB in [-1, 1], its hole zeroed or, where the generator is `guided`, holding a
    first guess: the next coarser octave's fill, enlarged, or a smooth one; `mask` is float32 (N, 1, H, W), 1 = hole;
    the output has the image's shape and range. N is any number, H and W any multiples of `size_multiple`; where the
    generator is `fixed`, both are `window`, which is then also its `size_multiple`.

    `detail`, 0 to 1, is how much of the detail around the hole is to be added to the smooth fill.
    `window` is the side, in pixels, at which the generator fills best; `figures` are its scores on the evaluation set.
    """

    name: Text
    title: Text
    version: Text
    size_multiple: Pixels
    window: Pixels
    fixed: bool = False
    guided: bool = False
    detail: Annotated[float, Meta(ge=0, le=1)] = 0.0
    training_data: Text
    licence: Text
    images_seen: Annotated[int, Meta(ge=0)]
    figures: dict[str, float] = {}
    contract: int = CONTRACT
    channels: Literal["rgb"] = "rgb"
    inputs: tuple[Text, Text] = ("image", "mask")
    output: Text = "fill"

    def __post_init__(self) -> None:
        if self.window % self.size_multiple:
            raise ValueError(f"`window` {self.window} is no multiple of `size_multiple` {self.size_multiple}")
        if self.fixed and self.window != self.size_multiple:
            raise ValueError(f"`fixed`, but `window` {self.window} is not `size_multiple` {self.size_multiple}")


class Sidecar(Struct, frozen=True):
    """The content of `NAME.json`. `sha256`: of `NAME.onnx`, 64 lower-case hexadecimal digits."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    manifest: Manifest


class _Contract(Struct):
    contract: int


def parse(text: str | bytes) -> Manifest:
    """Read the JSON of a manifest.

    Raises:
        BadModel: it is no JSON, of another contract version, or a key is missing or wrong; the message names the key.
    """
    try:
        contract = msgspec.json.decode(text, type=_Contract).contract
        if contract == CONTRACT:
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
        return msgspec.json.decode(path.read_bytes(), type=Sidecar)
    except OSError as problem:
        raise BadModel(f"The model's description {path} cannot be read: {problem.strerror}.", hint) from problem
    except _UNREADABLE as problem:
        raise BadModel(f"The model's description {path} is damaged: {problem}.", hint) from problem


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, 64 lower-case hexadecimal digits. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
