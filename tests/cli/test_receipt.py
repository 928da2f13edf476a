"""A receipt says how a photograph was filled, and repeats that, bit by bit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data

from gan_inpaint.models.store import WEIGHTS

Command = Callable[..., Any]


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    return tmp_path / "how.json"


@pytest.fixture
def again(tmp_path: Path) -> Path:
    return tmp_path / "again.png"


@pytest.mark.parametrize(
    "options", [(), ("--model", "auto", "--dilate", 5, "--feather", 3), ("--quality", "best"), ("--variant", 3)]
)
def test_a_fill_is_repeated_bit_by_bit_by_the_daemon_and_without_it(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path, options: tuple
) -> None:
    assert command("fill", photo, mask, out, "--save-receipt", receipt, *options).code == 0
    for way in ((), ("--no-daemon",)):
        ended = command("fill", photo, mask, again, "--receipt", receipt, "--force", *way)
        assert (ended.code, ended.err) == (0, "")
        assert again.read_bytes() == out.read_bytes()


def test_a_receipt_says_model_options_place_version_and_processor(
    run: Command, photo: Path, mask: Path, out: Path, receipt: Path
) -> None:
    told = run("fill", photo, mask, out, "--no-daemon", "--dilate", 7, "--json", "--save-receipt", receipt).json
    written = json.loads(receipt.read_text("utf-8"))
    (part,) = written["parts"]
    assert told["parts"] == [part]
    usual = {"model": "default", "feather": 0, "quality": "normal", "transfer": "srgb", "variant": 0}
    assert part["options"] == usual | {"dilate": 7}
    assert part["filled_by"] == told["filled_by"]
    assert len(part["filled_by"]["sha256"]) == len(written["photograph"]) == len(written["mask"]) == 64
    assert part["filled_by"]["provider"].endswith("ExecutionProvider")
    left, top, width, height = part["box"]
    assert left <= 70 and top <= 60 and left + width >= 110 and top + height >= 90
    assert part["version"] and part["seconds"] > 0


def test_each_part_of_a_large_photograph_is_repeated_with_its_own_model(
    run: Command, tmp_path: Path, again: Path, receipt: Path
) -> None:
    """`auto` may choose another one for each part."""
    image = np.full((4200, 4200), 128, np.uint8)
    image[3500:4012, 3500:4012] = image[:512, :512] = data.camera()
    hole = np.zeros_like(image)
    hole[100:130, 100:130] = hole[3700:3740, 3700:3740] = 255
    photo, mask = tmp_path / "large.png", tmp_path / "large mask.png"
    Image.fromarray(image).save(photo)
    Image.fromarray(hole).save(mask)
    parts, filled = [], []
    for number, model in enumerate(("classical", "default")):
        out = tmp_path / f"{model}.png"
        assert run("fill", photo, mask, out, "--no-daemon", "--model", model, "--save-receipt", receipt).code == 0
        written = json.loads(receipt.read_text("utf-8"))
        assert len(written["parts"]) == 2
        parts.append(written["parts"][number])
        filled.append(np.asarray(Image.open(out)))
        receipt.unlink()
    receipt.write_text(json.dumps(written | {"parts": parts}), "utf-8")
    ended = run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt)
    assert (ended.code, ended.err) == (0, "")
    picture = np.asarray(Image.open(again))
    assert (picture[:2000] == filled[0][:2000]).all() and (picture[2000:] == filled[1][2000:]).all()
    assert (filled[0][:2000] != filled[1][:2000]).any() and (filled[0][2000:] != filled[1][2000:]).any()


def test_a_model_is_found_by_its_sha256_whatever_its_name(
    run: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path
) -> None:
    assert run("models", "add", WEIGHTS / "faces.onnx", "--name", "before").code == 0
    assert run("fill", photo, mask, out, "--no-daemon", "--model", "before", "--save-receipt", receipt).code == 0
    assert run("models", "remove", "before").code == 0
    assert run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt).code == 0  # it ships as `faces`
    assert again.read_bytes() == out.read_bytes()


def test_what_is_no_exact_repetition_is_said(
    run: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path
) -> None:
    assert run("fill", photo, mask, out, "--no-daemon", "--model", "classical", "--save-receipt", receipt).code == 0
    written = json.loads(receipt.read_text("utf-8"))
    written["parts"][0]["version"] = "0.0.1"
    receipt.write_text(json.dumps(written), "utf-8")
    picture = np.asarray(Image.open(photo)).copy()
    picture[0, 0] ^= 1
    Image.fromarray(picture).save(photo)
    ended = run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt)
    assert ended.code == 0
    assert "no exact repetition" in ended.err
    assert "the photograph" in ended.err and "version" in ended.err
    assert "the mask" not in ended.err and "the processor" not in ended.err


@pytest.fixture
def limits(photo: Path, tmp_path: Path) -> dict[str, Path]:
    """The files of two masks of the photograph's size, of its left and of its right part."""
    with Image.open(photo) as picture:
        width, height = picture.size
    files = {}
    for name, columns in (("avoid", slice(None, width // 5)), ("sample", slice(width // 2, None))):
        marked = np.zeros((height, width), np.uint8)
        marked[:, columns] = 255
        files[name] = tmp_path / f"{name}.png"
        Image.fromarray(marked).save(files[name])
    return files


def test_a_receipt_holds_what_the_masks_of_the_sources_are_and_a_repetition_with_them_is_exact(
    run: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path, limits: dict[str, Path]
) -> None:
    given = ("--avoid", limits["avoid"], "--sample", limits["sample"])
    assert run("fill", photo, mask, out, "--no-daemon", "--save-receipt", receipt, *given).code == 0
    written = json.loads(receipt.read_text("utf-8"))
    assert len({written["mask"], written["avoid"], written["sample"]}) == 3
    assert len(written["avoid"]) == len(written["sample"]) == 64
    grayer = np.asarray(Image.open(limits["avoid"])) // 2
    Image.fromarray(grayer).save(limits["avoid"])  # marks the same
    ended = run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt, *given)
    assert (ended.code, ended.err) == (0, "")
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize("option", ["avoid", "sample"])
def test_a_repetition_with_another_mask_of_the_sources_or_without_it_says_so(
    run: Command, photo: Path, mask: Path, out: Path, receipt: Path, limits: dict[str, Path], option: str
) -> None:
    given = (f"--{option}", limits[option])
    common = ("--no-daemon", "--force")
    assert run("fill", photo, mask, out, *common, "--model", "classical", "--save-receipt", receipt, *given).code == 0
    ended = run("fill", photo, mask, out, *common, "--receipt", receipt)
    assert ended.code == 0 and f"“--{option}” (missing now)" in ended.err and "the photograph" not in ended.err
    Image.fromarray(255 - np.asarray(Image.open(limits[option]))).save(limits[option])
    ended = run("fill", photo, mask, out, *common, "--receipt", receipt, *given)
    assert ended.code == 0 and f"the mask “--{option}”" in ended.err and "(missing now)" not in ended.err


def test_a_receipt_without_masks_of_sources_says_when_a_repetition_has_one(
    run: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path, limits: dict[str, Path]
) -> None:
    assert run("fill", photo, mask, out, "--no-daemon", "--model", "classical", "--save-receipt", receipt).code == 0
    assert not {"avoid", "sample"} & set(json.loads(receipt.read_text("utf-8")))
    ended = run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt, "--avoid", limits["avoid"])
    assert ended.code == 0 and "“--avoid” (none in the receipt)" in ended.err


@pytest.mark.parametrize("text", ["", "{}", '{"receipt": 2, "parts": []}', '{"receipt": 1, "parts": []}', "[]", "\xff"])
def test_what_is_no_receipt_is_refused(
    run: Command, photo: Path, mask: Path, out: Path, receipt: Path, text: str
) -> None:
    receipt.write_bytes(text.encode("latin-1"))
    ended = run("fill", photo, mask, out, "--receipt", receipt, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "bad_receipt")
    assert not out.exists()


def test_a_receipt_that_is_missing_is_refused(run: Command, photo: Path, mask: Path, out: Path, receipt: Path) -> None:
    assert run("fill", photo, mask, out, "--receipt", receipt, "--json").json["error"]["code"] == "bad_receipt"


def test_a_model_that_is_not_installed_is_refused(
    run: Command, photo: Path, mask: Path, out: Path, again: Path, receipt: Path
) -> None:
    assert run("fill", photo, mask, out, "--no-daemon", "--save-receipt", receipt).code == 0
    written = json.loads(receipt.read_text("utf-8"))
    written["parts"][0]["filled_by"]["sha256"] = "0" * 64
    receipt.write_text(json.dumps(written), "utf-8")
    ended = run("fill", photo, mask, again, "--no-daemon", "--receipt", receipt, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (5, "unknown_model")
    assert not again.exists()


@pytest.mark.parametrize("option", [("--model", "default"), ("--dilate", 2), ("--feather", 0), ("--quality", "normal")])
def test_an_option_beside_a_receipt_is_refused(
    run: Command, photo: Path, mask: Path, out: Path, receipt: Path, option: tuple
) -> None:
    assert run("fill", photo, mask, out, "--receipt", receipt, *option).code == 2


def test_a_receipt_is_not_written_over_a_file(run: Command, photo: Path, mask: Path, out: Path, receipt: Path) -> None:
    receipt.write_text("mine")
    assert run("fill", photo, mask, out, "--no-daemon", "--save-receipt", receipt).code == 4
    assert not out.exists() and receipt.read_text() == "mine"
