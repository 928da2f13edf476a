import io
import logging
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from gan_inpaint_training.config import BoxConfig, DataConfig
from gan_inpaint_training.data import Crops, DataError, Picture, read
from gan_inpaint_training.data.augmentation import photographs as photograph_augmentation
from gan_inpaint_training.data.augmentation import random_square
from gan_inpaint_training.masks import MaskError


def settings(*shards: Path, **values: Any) -> DataConfig:
    return DataConfig(**{"shards": [str(shard) for shard in shards], "crop": 32, "max_reduction": 2.0} | values)


def crops_of(chosen: DataConfig, seed: int = 0, mixture: dict[str, float] | None = None) -> Crops:
    return Crops(read(chosen), chosen, mixture or {"boxes": 1.0}, BoxConfig(), seed)


def write_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def png(picture: Picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


# --- Samples


def test_a_sample_depends_on_the_seed_and_its_number_alone(photographs: Path) -> None:
    one, other = (crops_of(settings(photographs)) for _ in range(2))
    later_first = [other[number] for number in (9, 3)]
    for number, (picture, mask) in zip((9, 3), later_first, strict=True):
        assert torch.equal(one[number][0], picture)
        assert torch.equal(one[number][1], mask)
    assert not torch.equal(crops_of(settings(photographs), seed=1)[3][0], one[3][0])


def test_a_sample_is_a_picture_and_its_hole(photographs: Path) -> None:
    picture, mask = crops_of(settings(photographs))[0]
    assert (picture.shape, picture.dtype) == ((3, 32, 32), torch.uint8)
    assert (mask.shape, mask.dtype) == ((1, 32, 32), torch.uint8)
    assert set(mask.unique().tolist()) == {0, 255}


def test_worker_processes_draw_the_same_samples(photographs: Path) -> None:
    crops = crops_of(settings(photographs, memory_mib=1))
    here, there = (DataLoader(crops, 2, sampler=range(4), num_workers=workers) for workers in (0, 2))
    for (picture, mask), (same_picture, same_mask) in zip(here, there, strict=True):
        assert torch.equal(picture, same_picture)
        assert torch.equal(mask, same_mask)


def test_the_box_of_the_configuration_is_the_samples_hole(photographs: Path) -> None:
    chosen = settings(photographs)
    crops = Crops(read(chosen), chosen, {"centre-box": 1.0}, BoxConfig(side=0.25), 0)
    assert crops[5][1][0, 12:20, 12:20].eq(255).all()
    assert crops[5][1].eq(255).sum() == 8 * 8


def test_masks_that_cannot_be_drawn_are_refused_and_a_hole_that_does_not_come_up_is_an_error_of_the_data(
    photographs: Path,
) -> None:
    with pytest.raises(MaskError, match=r"data\.damage"):
        crops_of(settings(photographs), mixture={"film-damage": 1.0})
    crops = crops_of(settings(photographs), mixture={"boxes": 1.0})
    crops.masks.kinds = [lambda random, size: np.zeros((size, size), np.uint8)]
    with pytest.raises(DataError, match="empty or larger than half"):
        crops[0]


# --- Folders, shards, and what is wrong with them


def test_a_tar_shard_holds_the_same_pictures_as_its_folder(photographs: Path, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(photographs.iterdir())}
    shard = write_tar(tmp_path / "shard.tar", files | {"notes.txt": b"no picture"})
    from_folder, from_shard = (read(settings(source)) for source in (photographs, shard))
    assert from_folder.names == from_shard.names == sorted(files)
    assert all(np.array_equal(a, b) for a, b in zip(from_folder, from_shard, strict=True))


def test_a_folder_of_tar_shards_holds_what_they_hold(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    for number, path in enumerate(sorted(photographs.iterdir())):
        write_tar(tmp_path / "shards" / f"{number % 2}.tar", {f"sub/{path.name}": path.read_bytes()})
    assert read(settings(tmp_path / "shards")).names == ["4.png", "5.png"]


@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_a_shard_that_is_cut_off_is_named(photographs: Path, tmp_path: Path, kept: float) -> None:
    files = {path.name: path.read_bytes() for path in photographs.iterdir()}
    content = write_tar(tmp_path / "cut.tar", files).read_bytes().rstrip(b"\0")
    (tmp_path / "cut.tar").write_bytes(content[: int(kept * len(content))])
    for source in (tmp_path / "cut.tar", tmp_path):
        with pytest.raises(DataError, match=r"cut\.tar"):
            read(settings(source))


def test_pictures_beyond_the_memory_are_decoded_on_demand_with_the_same_result(photographs: Path) -> None:
    for number in range(6, 9):
        cv2.imwrite(str(photographs / f"{number}.png"), np.full((400, 400, 3), number, np.uint8))
    everything, part = (read(settings(photographs, memory_mib=memory)) for memory in (64, 1))
    assert everything.decoded == 9
    assert 0 < part.decoded < 9
    assert all(np.array_equal(a, b) for a, b in zip(everything, part, strict=True))
    assert np.array_equal(part[-1], everything[8])
    assert [picture.shape for picture in part[6:8]] == [(400, 400, 3)] * 2


def test_a_picture_that_goes_during_a_run_is_named(photographs: Path) -> None:
    for number in range(6, 10):
        cv2.imwrite(str(photographs / f"{number}.png"), np.full((400, 400, 3), number, np.uint8))
    pictures = read(settings(photographs, memory_mib=1))
    (photographs / "9.png").unlink()
    with pytest.raises(DataError, match=r"9\.png"):
        pictures[9]


def test_damaged_and_small_pictures_are_skipped_and_counted(
    photographs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (photographs / "0.png").read_bytes()
    (photographs / "broken.jpg").write_bytes(b"\xff\xd8 cut off")
    (photographs / "cut.png").write_bytes(whole[: len(whole) // 2])
    (photographs / "empty.png").touch()
    cv2.imwrite(str(photographs / "small.png"), np.zeros((10, 40, 3), np.uint8))
    with caplog.at_level(logging.WARNING):
        assert len(read(settings(photographs))) == 6
    assert "4 pictures were skipped: not decodable 3 (first broken.jpg), smaller than 32 pixels 1" in caplog.text


@pytest.mark.parametrize("kind", ["missing", "empty", "damaged"])
def test_unusable_data_is_an_error_that_names_it(kind: str, tmp_path: Path) -> None:
    source = tmp_path / kind
    if kind == "empty":
        source.mkdir()
    elif kind == "damaged":
        source.write_bytes(b"no tar file" * 100)
    with pytest.raises(DataError, match=kind):
        read(settings(source))


def test_pictures_that_are_all_smaller_than_the_crop_are_refused_with_their_size(photographs: Path) -> None:
    with pytest.raises(DataError, match=r"smaller than 128 pixels a side \(the largest is 96×80\)"):
        read(settings(photographs, crop=128))


def test_pictures_are_brought_to_the_shorter_side_before_they_are_cropped(photographs: Path) -> None:
    reduced, enlarged = (read(settings(photographs, resize=side)) for side in (40, 160))
    assert {picture.shape for picture in reduced} == {(40, 48, 3)}
    assert {picture.shape for picture in enlarged} == {(160, 192, 3)}
    whole = read(settings(photographs))[0]
    assert np.abs(reduced[0].mean((0, 1)) - whole.mean((0, 1))).max() < 2
    with pytest.raises(DataError, match=r"data\.resize"):
        read(settings(photographs, resize=20))


def test_the_classes_are_the_first_words_of_the_names(tmp_path: Path) -> None:
    names = ["cat_0001.png", "dog_0001.png", "cat_0002.png", "ship_0001.png"]
    picture = png(np.zeros((32, 32, 3), np.uint8))
    shard = write_tar(tmp_path / "animals.tar", dict.fromkeys(names, picture))
    for layout in ("pictures", "cifar10"):
        assert read(settings(shard, layout=layout, classes=["cat", "dog"])).names == names[:3]
        with pytest.raises(DataError, match="'horse'; there are cat, dog, ship"):
            read(settings(shard, layout=layout, classes=["cat", "horse"]))


# --- CelebA


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    """Three faces in the official layout; the first pixel of each is its number."""
    root = tmp_path / "celeba"
    (root / "img_align_celeba").mkdir(parents=True)
    for number in (1, 2, 3, 4):
        face = np.full((218, 178, 3), 100, np.uint8)
        face[0, 0] = number
        cv2.imwrite(str(root / "img_align_celeba" / f"{number:06}.png"), face)
    table = "3\nEyeglasses Male Mustache\n000001.jpg -1  1  1\n000002.jpg  1 -1 -1\n000003.jpg  1  1 -1\n"
    (root / "list_attr_celeba.txt").write_text(table)
    return root


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ([], [1, 2, 3]),
        (["Mustache"], [1]),
        (["-Male"], [2]),
        (["Eyeglasses", "Male"], [3]),
        (["-Mustache"], [2, 3]),
    ],
)
def test_faces_are_chosen_by_their_attributes(celeba: Path, attributes: list[str], numbers: list[int]) -> None:
    chosen = settings(celeba, layout="celeba", attributes=attributes)
    assert [int(face[0, 0, 0]) for face in read(chosen)] == numbers


@pytest.mark.parametrize("place", ["Anno/list_attr_celeba.txt", "CelebAMask-HQ-attribute-anno.txt"])
def test_the_table_is_found_where_the_data_sets_have_it(celeba: Path, place: str) -> None:
    (celeba / place).parent.mkdir(exist_ok=True)
    (celeba / "list_attr_celeba.txt").rename(celeba / place)
    assert len(read(settings(celeba, layout="celeba", attributes=["Mustache"]))) == 1
    beside = settings(celeba / "img_align_celeba", layout="celeba", attributes=["Male"])
    assert len(read(beside)) == 2


@pytest.mark.parametrize(
    ("attributes", "table", "complaint"),
    [
        (["Moustache"], None, "line 2 has no attribute 'Moustache'; there are Eyeglasses, Male, Mustache"),
        (["Male"], "", "line 2 has no attribute 'Male'; there are none"),
        ([], "1\nMale Mustache\n000001.jpg 1\n", "line 3 has 1 values for 2 attributes"),
        (["Eyeglasses", "Mustache"], None, "no picture with Eyeglasses, Mustache"),
    ],
)
def test_a_wrong_attribute_or_table_is_named(
    celeba: Path, attributes: list[str], table: str | None, complaint: str
) -> None:
    if table is not None:
        (celeba / "list_attr_celeba.txt").write_text(table)
    with pytest.raises(DataError, match=complaint):
        read(settings(celeba, layout="celeba", attributes=attributes))


def test_faces_without_a_table_and_attributes_of_no_faces_are_refused(celeba: Path) -> None:
    with pytest.raises(DataError, match="layout is pictures"):
        read(settings(celeba, attributes=["Male"]))
    (celeba / "list_attr_celeba.txt").unlink()
    with pytest.raises(DataError, match=r"list_attr_celeba\.txt"):
        read(settings(celeba, layout="celeba"))


# --- Augmentation


def test_augmentation_keeps_shape_and_type() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (70, 90, 3), np.uint8)
    for seed in range(40):
        random = np.random.default_rng(seed)
        crop = photograph_augmentation(random, random_square(random, picture, 32, 4.0))
        assert (crop.shape, crop.dtype) == ((32, 32, 3), np.uint8)


def test_a_crop_at_native_scale_is_cut_not_resampled() -> None:
    picture = np.arange(40 * 40 * 3, dtype=np.int64).reshape(40, 40, 3).astype(np.uint8)
    values = {tuple(pixel) for pixel in picture.reshape(-1, 3)}
    crop = random_square(np.random.default_rng(1), picture, 32, max_reduction=1.0)
    assert {tuple(pixel) for pixel in crop.reshape(-1, 3)} <= values


@pytest.mark.parametrize(("augment", "variants"), [("none", 1), ("flip", 2)])
def test_a_plain_augmentation_changes_nothing_but_left_and_right(augment: str, variants: int, tmp_path: Path) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (32, 32, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "one.png"), picture[..., ::-1])
    crops = crops_of(settings(tmp_path, augment=augment))
    drawn = {crops[number][0].permute(1, 2, 0).numpy().tobytes() for number in range(40)}
    assert len(drawn) == variants
    assert drawn <= {picture.tobytes(), picture[:, ::-1].tobytes()}


# --- Film damage


@pytest.fixture
def damage(tmp_path: Path) -> Path:
    """A shard with a gray and an RGBA stain in the middle, one that hides nothing, and a damaged file."""
    stain = np.zeros((40, 40), np.uint8)
    cv2.circle(stain, (20, 20), 8, 255, -1)
    files = {
        "stain_1.png": png(stain),
        "stain_2.png": png(np.dstack([stain * 0, stain * 0, stain * 0, stain])),
        "clear.png": png(stain * 0),
        "broken.png": b"no picture",
    }
    return write_tar(tmp_path / "damage.tar", files)


def test_film_damage_of_a_shard_makes_the_holes(
    photographs: Path, damage: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings(photographs, damage=[str(damage)])
    with caplog.at_level(logging.WARNING):
        crops = crops_of(chosen, mixture={"film-damage": 1.0})
    assert "2 pictures of film damage were skipped" in caplog.text
    shares = [float(crops[number][1].eq(255).float().mean()) for number in range(20)]
    assert min(shares) > 0
    assert max(shares) <= 0.5
    assert len(set(shares)) > 10


def test_a_shard_without_film_damage_is_named(photographs: Path) -> None:
    with pytest.raises(DataError, match="photographs"):
        crops_of(settings(photographs, damage=[str(photographs)]), mixture={"film-damage": 1.0})
