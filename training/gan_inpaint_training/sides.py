"""Checks of the picture's side that a network accepts."""

from __future__ import annotations

from gan_inpaint_training.generators.generator import Generator


class SideError(ValueError):
    """A network does not accept pictures of this side; the message names the sides that it accepts."""


def check_side(generator: Generator, side: int) -> None:
    """Raise SideError if `generator` does not accept pictures of `side`² pixels."""
    if generator.fixed_size is not None and side != generator.fixed_size:
        raise SideError(f"the generator takes pictures of {generator.fixed_size} pixels only, not of {side}")
    if side % generator.size_multiple:
        raise SideError(f"the generator takes multiples of {generator.size_multiple} pixels, not {side}")
