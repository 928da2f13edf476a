"""Receipts: a file that says how a photograph was filled, and repeats that."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta, Struct

import gan_inpaint_client as client
from gan_inpaint.cli import model_files
from gan_inpaint.cli.crops import from_client
from gan_inpaint.cli.work import Outcome, Recipe
from gan_inpaint.engine.box import Box
from gan_inpaint.errors import BadReceipt, UnknownModel
from gan_inpaint.files import atomic
from gan_inpaint.models.entry import CLASSICAL
from gan_inpaint.models.manifest import read_plain
from gan_inpaint.options import FillOptions
from gan_inpaint.protocol import FilledBy
from gan_inpaint.version import __version__

if TYPE_CHECKING:
    from gan_inpaint.engine.arrays import BoolArray
    from gan_inpaint.engine.sources import Sources
    from gan_inpaint.imagefile import Photograph
    from gan_inpaint.imagefile.mask import Mask
    from gan_inpaint.imagefile.photograph import Pixels

_MOST_BYTES = 2**24


class Inputs(NamedTuple):
    """SHA-256 of the pixels that were filled, of the mask, and of what the sources' masks mark; empty without one."""

    photograph: str
    mask: str
    avoid: str = ""
    sample: str = ""


class Part(Struct):
    """How a crop was filled: `box` is its left, top, width and height."""

    box: tuple[int, int, int, int]
    version: str
    filled_by: FilledBy
    options: FillOptions
    seconds: float


class Receipt(Struct):
    """The content of a receipt's file. The SHA-256 are empty in one of an editor."""

    receipt: Literal[1]
    parts: Annotated[list[Part], Meta(min_length=1)]
    photograph: str = ""
    mask: str = ""
    avoid: str = ""
    sample: str = ""

    def recipe(self) -> Recipe:
        """Return what repeats the fill.

        Raises:
            UnknownModel: the very model that filled is not installed.
        """
        names = {_box(part): _installed(part.filled_by) for part in self.parts}
        first = self.parts[0]
        return Recipe(msgspec.structs.replace(first.options, model=names[_box(first)]), names)

    def differences(self, inputs: Inputs, outcome: Outcome) -> str:
        """Return a sentence if the fill may not be the receipt's, bit by bit; else an empty one."""
        again = [(from_client(box), part["filled_by"]["provider"]) for box, part in outcome.parts]
        before = [(_box(part), part.filled_by.provider) for part in self.parts]
        others = {
            "the photograph": self.photograph not in ("", inputs.photograph),
            "the mask": self.mask not in ("", inputs.mask),
            **self._other_sources(inputs),
            "the boxes that were sent": [box for box, _ in again] != [box for box, _ in before],
            "GAN Inpaint's version": any(part.version != __version__ for part in self.parts),
            "the processor": {provider for _, provider in again} != {provider for _, provider in before},
        }
        named = [what for what, differs in others.items() if differs]
        return f"This is no exact repetition. What differs from the receipt: {', '.join(named)}." if named else ""

    def _other_sources(self, inputs: Inputs) -> dict[str, bool]:
        """Return what differs in the masks of “--avoid” and “--sample”; a receipt of an editor does not know them."""
        if not self.photograph:
            return {}
        pairs = {"--avoid": (self.avoid, inputs.avoid), "--sample": (self.sample, inputs.sample)}
        how = {(True, False): " (missing now)", (False, True): " (none in the receipt)"}
        return {
            f"the mask “{option}”{how.get((bool(before), bool(now)), '')}": before != now
            for option, (before, now) in pairs.items()
        }


def read(path: Path) -> Receipt:
    """Read a receipt. Raises BadReceipt."""
    hint = "Give a file that “gan-inpaint fill --save-receipt” wrote, or the receipt of a layer."
    try:
        return msgspec.json.decode(read_plain(path, _MOST_BYTES), type=Receipt)
    except OSError as problem:
        raise BadReceipt(f"The receipt {path} cannot be read: {problem.strerror}.", hint) from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise BadReceipt(f"The file {path} is no receipt of a fill: {problem}.", hint) from problem


def write(path: Path, inputs: Inputs, outcome: Outcome, force: bool) -> None:
    """Write the receipt of a fill. Raises CannotWrite."""
    with atomic.writing(path, force) as temporary:
        given = {name: sha256 for name, sha256 in inputs._asdict().items() if sha256}
        temporary.write_text(client.receipt_text(outcome.parts, **given) + "\n", "utf-8")


def inputs_of(photograph: Photograph, mask: Mask, sources: Sources) -> Inputs:
    """Return the SHA-256 of what is filled, and of what it may be taken from."""
    marked = ("" if limit is None else _sha256(limit > 0) for limit in (sources.avoid, sources.sample))
    return Inputs(_sha256(photograph.pixels), _sha256(mask), *marked)


def _sha256(pixels: Pixels | BoolArray) -> str:
    digest = hashlib.sha256(f"{pixels.dtype.name} {pixels.shape}".encode())
    digest.update(np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).data)
    return digest.hexdigest()


def _installed(filled_by: FilledBy) -> str:
    """Return the name under which the model is installed that a receipt names."""
    if filled_by.kind == "classical":
        return CLASSICAL
    for entry in model_files.store().list():
        if entry.sha256 == filled_by.sha256:
            return entry.name
    raise UnknownModel(
        f"The receipt's model “{filled_by.model}” {filled_by.version} is not installed, or was changed.",
        f"Its SHA-256 is {filled_by.sha256}.",
    )


def _box(part: Part) -> Box:
    return from_client(client.Box(*part.box))
