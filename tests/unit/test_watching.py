"""Which photographs of a watched folder have a mask, and when both files are complete."""

from __future__ import annotations

import pytest

from gan_inpaint.archive.watching import Watch, pair


def named(*names: str) -> dict[str, tuple[int, int]]:
    return {name: (number, number) for number, name in enumerate(names)}


def found(*names: str) -> list[tuple[str, str]]:
    pairs = pair(named(*names))
    assert pairs.unclear == {}
    return [(each.photo, each.mask) for each in pairs.found]


@pytest.mark.parametrize(
    "mask", ["scan.mask.png", "scan_mask.png", "scan-mask.tif", "scan.MASK.PNG", "scan.jpg.mask.png"]
)
def test_a_mask_belongs_to_the_photograph_of_its_name(mask: str) -> None:
    assert found("scan.jpg", mask, "other.jpg", "mask.png", ".scan.jpg", "notes.txt") == [("scan.jpg", mask)]


def test_photographs_without_a_mask_and_masks_without_a_photograph_wait() -> None:
    assert found("scan.jpg", "other.mask.png") == []


def test_the_whole_name_decides_between_photographs_that_differ_in_their_suffix_only() -> None:
    assert found("scan.jpg", "scan.tif", "scan.tif.mask.png") == [("scan.tif", "scan.tif.mask.png")]
    both = found("scan.jpg", "scan.tif", "scan.tif.mask.png", "scan.mask.png")
    assert both == [("scan.jpg", "scan.mask.png"), ("scan.tif", "scan.tif.mask.png")]


def test_a_mask_that_could_be_meant_for_two_is_said_and_not_used() -> None:
    pairs = pair(named("scan.jpg", "scan.tif", "scan.mask.png"))
    assert pairs.found == ()
    assert set(pairs.unclear) == {"scan.jpg", "scan.tif"}
    assert "scan.mask.png could be the mask of scan.jpg or of scan.tif" in pairs.unclear["scan.jpg"].message
    assert "scan.jpg.mask.png" in pairs.unclear["scan.jpg"].hint


def test_two_masks_of_one_photograph_are_said_and_not_used() -> None:
    pairs = pair(named("scan.jpg", "scan.mask.png", "scan_mask.png"))
    assert pairs.found == () and "could be" in pairs.unclear["scan.jpg"].message


def test_a_pair_is_ready_when_neither_file_has_changed_between_two_looks() -> None:
    watch = Watch()
    growing = [pair({"a.png": (size, 0), "a.mask.png": (5, 5)}).found for size in (1, 2, 2, 2)]
    assert [len(watch.ready(pairs, now)) for now, pairs in enumerate(growing)] == [0, 0, 1, 1]
    ((ready, age),) = watch.ready(growing[-1], 10.0)
    assert age == 9.0
    watch.settle(ready)
    assert watch.ready(growing[-1], 11.0) == []
    assert watch.ready(growing[0], 12.0) == []
    assert len(watch.ready(growing[0], 13.0)) == 1
