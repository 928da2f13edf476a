"""Each picture gets its own mask, and what is not a picture, or cannot be restored, is reported."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from gan_inpaint.archive import files
from gan_inpaint.archive.masks import MaskFolder
from gan_inpaint.errors import AmbiguousMask, NoPictures, UnreadableImage


def folder_of(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("masks", "pictures", "belongs"),
    [
        (["scan.jpg", "scan.tif"], ["scan.jpg", "scan.tif"], {"scan.jpg": "scan.jpg", "scan.tif": "scan.tif"}),
        (["scan.png"], ["scan.tif"], {"scan.tif": "scan.png"}),
        (["scan.PNG"], ["scan.TIF"], {"scan.TIF": "scan.PNG"}),
        (["a.jpg.png", "a.tif.png"], ["a.jpg", "a.tif"], {"a.jpg": "a.jpg.png", "a.tif": "a.tif.png"}),
        (["scan.tif", "scan.png"], ["scan.jpg", "scan.tif"], {"scan.tif": "scan.tif", "scan.jpg": "scan.png"}),
        (["scan.tif"], ["scan.jpg", "scan.tif"], {"scan.tif": "scan.tif", "scan.jpg": "missing scan.png"}),
        (["box/scan.png", "scan.png"], ["box/scan.tif"], {"box/scan.tif": "box/scan.png"}),
        (["box/scan.png"], ["scan.tif"], {"scan.tif": "missing scan.png"}),
        (["a.b.png"], ["a.b.tif"], {"a.b.tif": "a.b.png"}),
        (["._scan.png", "@eaDir/scan.png", "scan.tif"], ["scan.jpg"], {"scan.jpg": "scan.tif"}),
    ],
)  # fmt: skip
def test_a_mask_belongs_to_the_picture_of_its_whole_name_first(
    tmp_path: Path, masks: list[str], pictures: list[str], belongs: dict[str, str]
) -> None:
    found = MaskFolder(folder_of(tmp_path, *masks), pictures)
    for place, mask in belongs.items():
        path = found.of(place)
        assert path == tmp_path / mask.removeprefix("missing ")
        assert path.exists() != mask.startswith("missing ")


@pytest.mark.parametrize(
    ("masks", "pictures", "place", "named"),
    [
        (["scan.png"], ["scan.jpg", "scan.tif"], "scan.tif", ("scan.png", "scan.tif", "scan.jpg")),
        (["scan.png", "scan.tif"], ["scan.jpg"], "scan.jpg", ("scan.png", "scan.tif")),
        (["scan.jpg.png", "scan.jpg.tif"], ["scan.jpg"], "scan.jpg", ("scan.jpg.png", "scan.jpg.tif")),
    ],
)
def test_what_could_be_meant_twice_is_an_error_that_names_both(
    tmp_path: Path, masks: list[str], pictures: list[str], place: str, named: tuple[str, ...]
) -> None:
    with pytest.raises(AmbiguousMask) as problem:
        MaskFolder(folder_of(tmp_path, *masks), pictures).of(place)
    assert all(name in problem.value.message for name in named)
    assert f"{place}.png" in problem.value.hint


def test_a_mask_of_a_picture_that_is_not_restored_is_not_taken_for_another(tmp_path: Path) -> None:
    scans, masks = folder_of(tmp_path / "scans", "scan.jpg", "scan.tif"), folder_of(tmp_path / "masks", "scan.jpg")
    (picture,) = files.find([scans / "scan.tif"], tmp_path / "out", False, masks).pictures
    assert picture.mask == masks / "scan.png"  # which does not exist


@pytest.mark.parametrize(("of_mask", "of_picture"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_names_that_look_the_same_are_the_same(tmp_path: Path, of_mask: str, of_picture: str) -> None:
    name = "Mädchen/Großmutter é.png"
    masks = folder_of(tmp_path / "masks", unicodedata.normalize(of_mask, name))
    place = unicodedata.normalize(of_picture, name)
    assert MaskFolder(masks, [place]).of(place) == masks / unicodedata.normalize(of_mask, name)


@pytest.mark.parametrize("places", [("scan.jpg",), ("scan.jpg", "other.png")])
def test_pictures_whose_mask_is_not_certain_are_left_out(tmp_path: Path, places: tuple[str, ...]) -> None:
    scans, masks = folder_of(tmp_path / "scans", *places), folder_of(tmp_path / "masks", "scan.png", "scan.tif")
    found = files.find([scans], tmp_path / "out", False, masks)
    assert [picture.name for picture in found.pictures] == [name for name in places if name != "scan.jpg"]
    assert {path: problem.code for path, problem in found.left_out.items()} == {
        str(scans / "scan.jpg"): "ambiguous_mask"
    }


def test_folders_of_systems_hold_no_pictures(tmp_path: Path) -> None:
    others = ["@eaDir/scan.png/THUMB.jpg", "#recycle/old.png", "$RECYCLE.BIN/x.png", "__MACOSX/a.png", ".Trash-1/b.png"]
    others += ["@tmp/a.png", "Network Trash Folder/b.png", "~snapshot/c.png", "lost+found/d.png"]
    scans = folder_of(tmp_path / "scans", "scan.png", "#1 Box/scan.png", *others)
    found = files.find([scans], tmp_path / "out", False, None)
    assert [picture.name for picture in found.pictures] == ["#1 Box/scan.png", "scan.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_unicode_leaves_the_others(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", "good.png")
    (scans / os.fsdecode(b"caf\xe9.png")).touch()
    found = files.find([scans], tmp_path / "out", False, None)
    assert [picture.name for picture in found.pictures] == ["good.png"]
    ((path, problem),) = found.left_out.items()
    assert path.endswith(r"caf\xe9.png") and r"caf\xe9.png is not valid Unicode" in problem.message
    with pytest.raises(NoPictures):
        files.find([folder_of(tmp_path / "none", "notes.txt")], tmp_path / "out", False, None)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_mask_whose_name_is_not_unicode_leaves_the_others(tmp_path: Path) -> None:
    odd = os.fsdecode(b"m\xe9")
    scans = folder_of(tmp_path / "scans", "a/scan.png", "b/scan.png")
    masks = folder_of(tmp_path / odd, "a/scan.png")
    with pytest.raises(UnreadableImage, match="not valid Unicode"):
        files.find([scans], tmp_path / "out", False, masks)


def test_pictures_that_would_become_one_png_keep_their_whole_names(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", "a.jpg", "a.jfif", "b.jpg", "b.png", "c.webp", "box/a.jpg")
    found = files.find([scans], tmp_path / "out", True, None)
    names = ["a.jfif.png", "a.jpg.png", "b.jpg.png", "b.png", "box/a.png", "c.png"]
    assert [picture.name for picture in found.pictures] == names
