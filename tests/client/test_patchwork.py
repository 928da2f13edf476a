"""Pictures that are larger than the daemon takes at once are filled, searched and repaired in parts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.detector import product_with, write_detector

from gan_inpaint.server import Config
from gan_inpaint_client import DAMAGE_MAP_GONE, Box, Client, ClientError, FillRequest, RepairRequest, connect
from gan_inpaint_client.dialogs import KINDS
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.searching import DamageSearch

WIDTH, HEIGHT = 120, 600
LIMIT = WIDTH * 240
GRAY: dict[str, str] = {"layout": "gray", "depth": "u8"}
SCRATCH = np.s_[80:520, 58:61]


@pytest.fixture
def client(start_daemon: Callable[..., Any], tmp_path: Path) -> Any:
    variables = product_with(write_detector(tmp_path / "tiny.onnx"), tmp_path / "product", os.pathsep.join(sys.path))
    with connect(start_daemon(Config(), **variables).runtime_file) as client:
        yield client


@pytest.fixture
def page() -> np.ndarray:
    """A slope with a scratch that crosses several strips."""
    picture = np.broadcast_to(np.linspace(60, 120, WIDTH).astype(np.uint8), (HEIGHT, WIDTH)).copy()
    picture[SCRATCH] = 255
    return picture


def reader(picture: np.ndarray, seen: list[Box] | None = None) -> Callable[[Box], bytes]:
    def read(box: Box) -> bytes:
        if seen is not None:
            seen.append(box)
        return picture[box.y : box.y + box.height, box.x : box.x + box.width].tobytes()

    return read


def perform(client: Client, work: Patchwork) -> None:
    while (request := work.next_request()) is not None:
        try:
            work.take(client.perform(request))
        except ClientError as problem:
            work.skip(problem)
    work.finish()


def patched(picture: np.ndarray, work: Patchwork) -> np.ndarray:
    result = picture.copy()
    for patch in work.patches:
        x, y, width, height = patch.box
        result[y : y + height, x : x + width] = np.frombuffer(patch.pixels, np.uint8).reshape(height, width)
    return result


def fill(pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
    return FillRequest(pixels, mask, sent.width, sent.height, **GRAY, model="classical")


def repair(pixels: bytes, mask: bytes, sent: Box) -> RepairRequest:
    return RepairRequest(pixels, mask, sent.width, sent.height, **GRAY, model="classical")


def search(client: Client, searching: DamageSearch, **options: Any) -> np.ndarray:
    searching.begin(kinds=[kind.name for kind in KINDS], **options)
    while (request := searching.next_request()) is not None:
        try:
            searching.take(client.perform(request))
        except ClientError as problem:
            assert problem.code == DAMAGE_MAP_GONE
            searching.forget()
    return np.frombuffer(searching.mask, np.uint8).reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize("ask", [fill, repair])
@pytest.mark.parametrize("blends", [True, False])
def test_a_hole_larger_than_the_limit_is_filled_strip_by_strip(
    client: Client, page: np.ndarray, ask: Any, blends: bool
) -> None:
    mask = np.zeros(page.shape, np.uint8)
    mask[75:525, 53:66] = 200 if not blends else 255
    area = Box(30, 40, 70, 530)
    part = mask[40:570, 30:100].tobytes()
    work = Patchwork(part, area, (WIDTH, HEIGHT), reader(page), 1, blends)
    work.begin(ask, LIMIT)
    perform(client, work)
    assert len(work.patches) > 1
    result = patched(page, work)
    assert np.array_equal(result[mask == 0], page[mask == 0])
    assert np.abs(result[SCRATCH].astype(int) - page[0, 58:61]).max() < 12, "the slope goes on"
    for patch in work.patches:
        x, y, width, height = patch.box
        counted = np.frombuffer(patch.mask, np.uint8).reshape(height, width)
        assert not counted[mask[y : y + height, x : x + width] == 0].any()
    assert work.is_unchanged()
    page[300, 60] = 0
    assert not work.is_unchanged()


def test_a_change_far_from_the_hole_is_no_change(page: np.ndarray) -> None:
    work = Patchwork(b"\xff" * 100, Box(20, 20, 10, 10), (WIDTH, HEIGHT), reader(page), 1)
    page[100:] = 0
    assert work.is_unchanged()


def test_only_the_surroundings_of_holes_are_read(client: Client) -> None:
    picture, seen = np.full((6_000, 8_000), 90, np.uint8), list[Box]()
    mask = np.zeros(picture.shape, np.uint8)
    mask[10:20, 10:20] = mask[5_900:5_910, 7_900:7_910] = 255
    work = Patchwork(mask.tobytes(), Box(0, 0, 8_000, 6_000), (8_000, 6_000), reader(picture, seen), 1)
    work.begin(fill, 2**26)
    perform(client, work)
    assert len(work.patches) == 2
    assert sum(box.width * box.height for box in seen) < 100_000


def test_a_repair_that_finds_nothing_anywhere_says_so(client: Client, page: np.ndarray) -> None:
    page[SCRATCH] = page[0, 58:61]
    work = Patchwork(b"\xff" * page.size, Box(0, 0, WIDTH, HEIGHT), (WIDTH, HEIGHT), reader(page), 1)
    work.begin(repair, LIMIT)
    with pytest.raises(ClientError) as failure:
        perform(client, work)
    assert failure.value.code == "nothing_found"


def test_a_search_in_strips_finds_what_a_search_at_once_finds(client: Client, page: np.ndarray) -> None:
    area = Box(0, 0, WIDTH, HEIGHT)
    at_once, in_strips = (DamageSearch(area, limit, reader(page), GRAY) for limit in (2**26, LIMIT))
    for options in ({}, {"sensitivity": 0.9}, {"dilate": 0}, {"tone": "dark"}):
        assert np.array_equal(search(client, in_strips, **options), search(client, at_once, **options))
    assert search(client, in_strips, tone="light").any()
    assert in_strips.found > 0


def test_strips_that_the_daemon_has_forgotten_are_searched_again(client: Client, page: np.ndarray) -> None:
    searching = DamageSearch(Box(0, 0, WIDTH, HEIGHT), LIMIT, reader(page), GRAY)
    first = search(client, searching)
    for _ in range(8):
        client.detect(bytes(64 * 64), width=64, height=64, **GRAY)
    assert np.array_equal(search(client, searching), first)


def test_a_fill_has_a_receipt_for_each_crop_and_a_repair_has_none(client: Client, page: np.ndarray) -> None:
    mask = np.zeros_like(page)
    mask[SCRATCH] = 255
    work = Patchwork(mask.tobytes(), Box(0, 0, WIDTH, HEIGHT), (WIDTH, HEIGHT), reader(page), 1)
    assert work.receipt == ""
    seen: list[Box] = []

    def ask(pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
        seen.append(sent)
        return fill(pixels, mask, sent)

    work.begin(ask, LIMIT)
    perform(client, work)
    receipt = json.loads(work.receipt)
    assert [part["box"] for part in receipt["parts"]] == [list(box) for box in seen]
    assert len(seen) > 1
    for part in receipt["parts"]:
        assert (part["filled_by"]["model"], part["options"]["model"]) == ("classical", "classical")
    repair = Patchwork(mask.tobytes(), Box(0, 0, WIDTH, HEIGHT), (WIDTH, HEIGHT), reader(page), 1)
    repair.begin(lambda pixels, mask, sent: RepairRequest(pixels, mask, sent.width, sent.height, **GRAY), LIMIT)
    perform(client, repair)
    assert repair.patches and repair.receipt == ""
