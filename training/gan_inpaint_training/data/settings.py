"""The data settings that this package reads from a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class DataSettings(Protocol):
    """The section `data` of a configuration.

    `shards`: folders, tar files or CIFAR-10 batch files; `layout`: pictures, celeba or cifar10; `attributes`: of
    CelebA, wanted or, with a leading "-", unwanted; `classes`: first words of the pictures' names, none for all;
    `crop`: side of a crop in pixels; `resize`: the shorter side to which every picture is scaled before cropping, or
    None; `max_reduction`: a crop covers up to this many times its side; `augment`: photographs, flip or none;
    `memory_mib`: MiB for decoded pictures; `damage`: tar files or folders of 8-bit film damage for its masks.
    """

    @property
    def shards(self) -> Sequence[str]: ...
    @property
    def layout(self) -> str: ...
    @property
    def attributes(self) -> Sequence[str]: ...
    @property
    def classes(self) -> Sequence[str]: ...
    @property
    def crop(self) -> int: ...
    @property
    def resize(self) -> int | None: ...
    @property
    def max_reduction(self) -> float: ...
    @property
    def augment(self) -> str: ...
    @property
    def memory_mib(self) -> int: ...
    @property
    def damage(self) -> Sequence[str]: ...
