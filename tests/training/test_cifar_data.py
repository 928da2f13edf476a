"""CIFAR-10's batches as training data."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_inpaint_training.config import BoxConfig, DataConfig
from gan_inpaint_training.data import Crops, DataError, read


def settings(shard: Path, **values: Any) -> DataConfig:
    return DataConfig(shards=[str(shard)], crop=32, max_reduction=2.0, layout="cifar10", **values)


def python_2_batch(pixels: np.ndarray, labels: list[int]) -> bytes:
    """A batch as Python 2 and the numpy of 2009 pickled it: protocol 2, byte strings, numpy.core."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    def whole(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little")

    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + text(b"b") + b"tR(K\x01("
    array += b"".join(map(whole, pixels.shape)) + b"tcnumpy\ndtype\n(" + text(b"u1") + b"K\x00K\x01tR(K\x03"
    array += text(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb\x89"
    array += b"T" + len(pixels.tobytes()).to_bytes(4, "little") + pixels.tobytes() + b"tb"
    listed = b"](" + b"".join(map(whole, labels)) + b"e"
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + listed + b"u."


def batches() -> Iterator[tuple[np.ndarray, list[int]]]:
    random = np.random.default_rng(4)
    for labels in ([3, 5, 0], [5, 9, 3]):
        yield random.integers(0, 256, (3, 3072), np.uint8), labels


@pytest.fixture
def cifar(tmp_path: Path) -> Path:
    root = tmp_path / "cifar-10-batches-py"
    root.mkdir()
    for number, (pixels, labels) in enumerate(batches(), start=1):
        (root / f"data_batch_{number}").write_bytes(python_2_batch(pixels, labels))
    (root / "test_batch").write_bytes(pickle.dumps({b"data": pixels[:1], b"labels": [6]}, protocol=4))
    return root


def test_cifar_batches_give_their_pictures_in_colour_and_by_class(cifar: Path) -> None:
    pictures = read(settings(cifar))
    expected = np.concatenate([pixels for pixels, _ in batches()]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert np.array_equal(np.stack(pictures), expected)
    animals = read(settings(cifar, classes=["cat", "dog"]))
    assert animals.names == ["cat_00000", "dog_00001", "dog_00000", "cat_00002"]
    assert np.array_equal(animals[2], expected[3])
    assert read(settings(cifar / "test_batch")).names == ["frog_00000"]


def test_a_cifar_crop_is_the_whole_picture(cifar: Path) -> None:
    chosen = settings(cifar, augment="none")
    pictures = {picture.tobytes() for picture in read(chosen)}
    crops = Crops(read(chosen), chosen, {"boxes": 1.0}, BoxConfig(), 0)
    drawn = {crops[number][0].permute(1, 2, 0).numpy().tobytes() for number in range(60)}
    assert drawn == pictures


class Malicious:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("was-run"),)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({b"data": Malicious()}),
        python_2_batch(np.zeros((3, 3072), np.uint8), [3, 5, 0])[:5000],
        python_2_batch(np.zeros((3, 3000), np.uint8), [3, 5, 0]),
        python_2_batch(np.zeros((3, 3072), np.uint8), [3, 5]),
        python_2_batch(np.zeros((1, 3072), np.uint8), [10]),
        pickle.dumps([1, 2, 3]),
        pickle.dumps({b"labels": [1]}),
        b"neither a pickle nor a tar file",
        b"",
    ],
    ids=["code", "cut off", "not 32×32", "labels", "class", "list", "no data", "text", "empty"],
)
def test_a_damaged_or_malicious_batch_is_refused_and_runs_nothing(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(content)
    with pytest.raises(DataError, match="data_batch_1"):
        read(settings(tmp_path))
    assert not (tmp_path / "was-run").exists()


def test_a_folder_without_batches_and_a_missing_batch_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no data_batch_1"):
        read(settings(tmp_path))
    with pytest.raises(DataError, match="no-such-file"):
        read(settings(tmp_path / "no-such-file"))
