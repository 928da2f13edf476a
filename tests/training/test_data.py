import io
import logging
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from gan_inpaint_training.data import Crops, DataError, age, photometric, random_crop, read_pictures


def crops_of(folder: Path, seed: int = 0) -> Crops:
    return Crops(read_pictures([str(folder)], 32), 32, {"boxes": 1.0}, seed, max_reduction=2.0)


def test_a_sample_depends_on_the_seed_and_its_number_alone(photographs: Path) -> None:
    one, other = crops_of(photographs), crops_of(photographs)
    later_first = [other[number] for number in (9, 3)]
    for number, (picture, mask) in zip((9, 3), later_first, strict=True):
        assert torch.equal(one[number][0], picture)
        assert torch.equal(one[number][1], mask)
    assert not torch.equal(crops_of(photographs, seed=1)[3][0], one[3][0])


def test_a_sample_is_a_picture_and_its_hole(photographs: Path) -> None:
    picture, mask = crops_of(photographs)[0]
    assert (picture.shape, picture.dtype) == ((3, 32, 32), torch.uint8)
    assert (mask.shape, mask.dtype) == ((1, 32, 32), torch.uint8)


def test_a_tar_shard_holds_the_same_pictures_as_its_folder(photographs: Path, tmp_path: Path) -> None:
    shard = tmp_path / "shard.tar"
    with tarfile.open(shard, "w") as archive:
        for path in sorted(photographs.iterdir()):
            archive.add(path, path.name)
    from_folder, from_shard = (read_pictures([str(source)], 32) for source in (photographs, shard))
    assert all(np.array_equal(a, b) for a, b in zip(from_folder, from_shard, strict=True))


def test_damaged_and_small_pictures_are_skipped_and_counted(
    photographs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (photographs / "broken.jpg").write_bytes(b"\xff\xd8 cut off")
    cv2.imwrite(str(photographs / "small.png"), np.zeros((10, 10, 3), np.uint8))
    with caplog.at_level(logging.WARNING):
        assert len(read_pictures([str(photographs)], 32)) == 6
    assert "2 pictures were skipped" in caplog.text


@pytest.mark.parametrize("kind", ["missing", "empty", "damaged"])
def test_unusable_data_is_an_error_that_names_it(kind: str, tmp_path: Path) -> None:
    source = tmp_path / kind
    if kind == "empty":
        source.mkdir()
    elif kind == "damaged":
        source.write_bytes(io.BytesIO(b"no tar file" * 100).getvalue())
    with pytest.raises(DataError, match=kind):
        read_pictures([str(source)], 32)


def test_augmentation_keeps_shape_and_type() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (70, 90, 3), np.uint8)
    for seed in range(40):
        random = np.random.default_rng(seed)
        crop = age(random, photometric(random, random_crop(random, picture, 32, 4.0)))
        assert (crop.shape, crop.dtype) == ((32, 32, 3), np.uint8)


def test_a_crop_at_native_scale_is_cut_not_resampled() -> None:
    picture = np.arange(40 * 40 * 3, dtype=np.int64).reshape(40, 40, 3).astype(np.uint8)
    values = {tuple(pixel) for pixel in picture.reshape(-1, 3)}
    crop = random_crop(np.random.default_rng(1), picture, 32, max_reduction=1.0)
    assert {tuple(pixel) for pixel in crop.reshape(-1, 3)} <= values
