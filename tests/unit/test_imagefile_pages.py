"""A file is edited page by page: what is not changed stays byte for byte, whatever its format."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from gan_inpaint import imagefile
from gan_inpaint.archive.outcome import Options
from gan_inpaint.archive.picture import restore_file
from gan_inpaint.errors import CannotWrite, MaskSizeMismatch, UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import open_mask, opened_masks, save_masks

HOLE = (slice(20, 30), slice(40, 50))


def picture(number: int, size: tuple[int, int] = (67, 75)) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 2**16, (*size, 3), np.uint16)


def write_pages(path: Path, count: int = 3, **options: Any) -> Path:
    with tifffile.TiffWriter(path, bigtiff=options.pop("bigtiff", False)) as writer:
        for number in range(count):
            writer.write(picture(number), photometric="rgb", metadata=None, description=f"page {number}", **options)
    return path


def fill_page(which: int) -> imagefile.Change:
    def change(photograph: Photograph, page: int) -> np.ndarray | None:
        if page != which:
            return None
        pixels: np.ndarray = photograph.pixels.copy()
        pixels[HOLE] = 7
        return pixels

    return change


@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "lzw", "predictor": True, "rowsperstrip": 7}, {"tile": (16, 32)}, {"bigtiff": True}],
)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_only_the_page_that_is_changed_changes(tmp_path: Path, options: dict[str, Any], which: int) -> None:
    source, target = write_pages(tmp_path / "in.tif", **options), tmp_path / "out.tif"
    assert imagefile.pages(source) == 3
    imagefile.edit(source, target, fill_page(which))
    with tifffile.TiffFile(source) as before, tifffile.TiffFile(target) as after:
        assert len(after.pages) == 3
        for number, (old, new) in enumerate(zip(before.pages, after.pages, strict=True)):
            wanted = old.asarray()
            wanted[HOLE] = 7 if number == which else wanted[HOLE]
            np.testing.assert_array_equal(new.asarray(), wanted)
            assert new.description == f"page {number}"


def test_all_pages_can_be_changed_one_after_the_other(tmp_path: Path) -> None:
    source = write_pages(tmp_path / "in.tif", compression="zlib")
    imagefile.edit(source, tmp_path / "out.tif", lambda photograph, page: np.full_like(photograph.pixels, page + 1))
    assert [page.min() for page in tifffile.imread(tmp_path / "out.tif")] == [1, 2, 3]


@pytest.fixture
def directories_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by the name of its file whenever the directory of a page is read."""
    read: list[str] = []

    class Page(tifffile.TiffPage):
        def __init__(self, parent: tifffile.TiffFile, *arguments: Any, **options: Any) -> None:
            super().__init__(parent, *arguments, **options)
            read.append(parent.filename)

    monkeypatch.setattr(tifffile.tifffile, "TiffPage", Page)
    return read


def repair_all(source: Path, mask: Path, target: Path) -> None:
    with opened_masks(mask) as masks:
        imagefile.edit(source, target, lambda scan, page: scan.pixels ^ masks.of(scan, page)[..., None])


def find_all_clean(source: Path, mask: Path, target: Path) -> None:
    assert restore_file(source, target, Options(mask=mask)).state == "clean"


@pytest.mark.parametrize(("work", "level"), [(repair_all, 255), (find_all_clean, 0)])
def test_twice_as_many_pages_are_twice_as_much_reading(
    tmp_path: Path, directories_read: list[str], work: Callable[[Path, Path, Path], None], level: int
) -> None:
    reads = []
    for count in (4, 8, 16):
        source, mask = write_pages(tmp_path / f"{count}.tif", count=count), tmp_path / "mask.tif"
        tifffile.imwrite(mask, np.full((count, 67, 75), level, np.uint8), photometric="minisblack", metadata=None)
        directories_read.clear()
        work(source, mask, tmp_path / f"{count}-out.tif")
        reads.append(len(directories_read))
    assert reads[2] - reads[1] == 2 * (reads[1] - reads[0]) > 0


def test_thumbnails_between_the_pages_go_where_something_is_changed(tmp_path: Path) -> None:
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    thumbnail = picture(9, (8, 9))
    with tifffile.TiffWriter(source) as writer:
        for number in range(2):
            writer.write(picture(number), photometric="rgb", metadata=None)
            writer.write(thumbnail, photometric="rgb", metadata=None, subfiletype=1)
    assert imagefile.pages(source) == 2
    imagefile.edit(source, target, fill_page(1))
    assert source.read_bytes().count(thumbnail.tobytes()) == 2
    assert thumbnail.tobytes() not in target.read_bytes()
    with tifffile.TiffFile(target) as file:
        np.testing.assert_array_equal(file.pages[0].asarray(), picture(0))
        assert len(file.pages) == 2


def test_pages_that_share_their_pixels_do_not_change_each_other(tmp_path: Path) -> None:
    source, target = write_pages(tmp_path / "in.tif", count=2), tmp_path / "out.tif"
    with tifffile.TiffFile(source, mode="r+") as file:
        first, second = file.pages
        second.tags[273].overwrite(first.tags[273].value)
    imagefile.edit(source, target, fill_page(1))
    after = tifffile.imread(target, key=[0, 1])
    np.testing.assert_array_equal(after[0], picture(0))
    assert (after[1][HOLE] == 7).all()


def test_pixels_that_pages_shared_are_gone_when_all_of_these_have_changed(tmp_path: Path) -> None:
    source, target = write_pages(tmp_path / "in.tif", count=3), tmp_path / "out.tif"
    with tifffile.TiffFile(source, mode="r+") as file:
        first, second, _ = file.pages
        second.tags[273].overwrite(first.tags[273].value)
    imagefile.edit(source, target, lambda scan, page: scan.pixels // 2 if page < 2 else None)
    after = tifffile.imread(target, key=[0, 1, 2])
    np.testing.assert_array_equal(after, [picture(0) // 2, picture(0) // 2, picture(2)])
    assert picture(0)[40].tobytes() in source.read_bytes()
    assert picture(0)[40].tobytes() not in target.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_what_is_not_changed_is_the_same_file(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    Image.fromarray((picture(0) >> 8).astype(np.uint8)).save(source)
    imagefile.edit(source, target, lambda photograph, page: None)
    assert target.read_bytes() == source.read_bytes()


def test_a_format_that_is_asked_for_is_written_though_nothing_changes(tmp_path: Path) -> None:
    Image.fromarray((picture(0) >> 8).astype(np.uint8)).save(tmp_path / "in.jpg")
    imagefile.edit(tmp_path / "in.jpg", tmp_path / "out.png", lambda photograph, page: None)
    np.testing.assert_array_equal(Image.open(tmp_path / "out.png"), Image.open(tmp_path / "in.jpg"))


def test_a_page_that_is_not_worked_on_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    source = tmp_path / "in.tif"
    with tifffile.TiffWriter(source) as writer:
        writer.write(picture(0), photometric="rgb", metadata=None)
        writer.write(np.zeros((20, 30, 4), np.uint8), photometric="separated", metadata=None)
    with pytest.raises(UnsupportedImage, match=r"^Page 2 of 2: .*CMYK"):
        imagefile.edit(source, tmp_path / "out.tif", fill_page(0))
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


def test_a_cut_page_is_damage(tmp_path: Path) -> None:
    source = write_pages(tmp_path / "in.tif", compression="lzw")
    source.write_bytes(source.read_bytes()[:-900])
    with pytest.raises(UnreadableImage, match="damaged or incomplete"):
        imagefile.edit(source, tmp_path / "out.tif", fill_page(0))
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("back", [0, 1, 2])
def test_pages_that_go_round_in_a_circle_are_damage(tmp_path: Path, bigtiff: bool, back: int) -> None:
    source = write_pages(tmp_path / "in.tif", bigtiff=bigtiff)
    with tifffile.TiffFile(source, mode="r+") as file:
        link = struct.pack(file.tiff.offsetformat, file.pages[back].offset)
        file.filehandle.seek(file.pages.next_page_offset)
        file.filehandle.write(link)
    for work in (imagefile.open, imagefile.pages, lambda path: imagefile.edit(path, tmp_path / "o.tif", fill_page(0))):
        with pytest.raises(UnreadableImage, match="damaged or incomplete"):
            work(source)
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


def test_a_suffix_of_another_format_is_refused(tmp_path: Path) -> None:
    source = write_pages(tmp_path / "in.tif")
    with pytest.raises(CannotWrite, match=r"cannot be saved as out\.png"):
        imagefile.edit(source, tmp_path / "out.png", fill_page(0))


@pytest.mark.parametrize("suffix", [".dng", ".NEF", ".cr3"])
def test_raw_files_are_told_by_their_names(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"shot{suffix}"
    path.write_bytes(struct.pack("<2sHI", b"II", 42, 8) + bytes(100))
    with pytest.raises(UnsupportedImage, match="camera's raw file") as refusal:
        imagefile.open(path)
    assert "TIFF" in refusal.value.hint


def test_masks_of_pages_belong_to_their_pages(tmp_path: Path) -> None:
    source = write_pages(tmp_path / "in.tif")
    photographs = [imagefile.open(source, page) for page in range(3)]
    masks = [np.full((67, 75), 100 * page, np.uint8) for page in range(3)]
    save_masks(masks, [1, 1, 1], tmp_path / "mask.tif")
    for page, photograph in enumerate(photographs):
        np.testing.assert_array_equal(open_mask(tmp_path / "mask.tif", photograph, page), masks[page])
    save_masks(masks[1:2], [1], tmp_path / "one.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "one.png", photographs[2], 2), masks[1])
    write_pages(tmp_path / "short.tif", count=2)
    with pytest.raises(MaskSizeMismatch, match="has 2 pages"):
        open_mask(tmp_path / "short.tif", photographs[2], 2)
