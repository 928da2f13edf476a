"""The client finds and repairs damage with the real daemon."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.detector import product_with, scratched_page, write_detector

from gan_inpaint import options
from gan_inpaint.server import Config
from gan_inpaint_client import (
    Box,
    Client,
    ClientError,
    DetectRequest,
    Progress,
    Refusal,
    RepairRequest,
    SelectRequest,
    connect,
)
from gan_inpaint_client.dialogs import KINDS, kind_label, kinds_asked
from gan_inpaint_client.searching import DamageSearch

from .conftest import Router
from .test_libzmq import result

PAGE, DAMAGE = scratched_page()
SIZE: dict[str, Any] = {"width": 160, "height": 120, "layout": "gray", "depth": "u8"}
EVERYWHERE = bytes([255]) * PAGE.size


@pytest.fixture
def client(start_daemon: Callable[..., Any], tmp_path: Path) -> Any:
    variables = product_with(write_detector(tmp_path / "tiny.onnx"), tmp_path / "product", os.pathsep.join(sys.path))
    with connect(start_daemon(Config(), **variables).runtime_file) as client:
        yield client


def test_damage_is_found_selected_otherwise_and_repaired(client: Client) -> None:
    seen: list[Progress] = []
    found = client.detect(PAGE.data, **SIZE, sensitivity=0.6, dilate=1, on_progress=seen.append)
    mask = np.frombuffer(found.mask, np.uint8).reshape(PAGE.shape)
    assert found.header["found"] == 2 and mask[DAMAGE].all()
    assert "detecting" in {step["stage"] for step in seen}
    light = client.select(found, tone="light", dilate=0)
    assert not np.frombuffer(light.mask, np.uint8).reshape(PAGE.shape)[60:63, 100:103].any()
    assert client.select(light, dilate=1, sensitivity=0.6).mask == found.mask
    repaired = client.repair(PAGE.data, EVERYWHERE, **SIZE, sensitivity=0.6, dilate=1, on_progress=seen.append)
    assert repaired.mask == found.mask
    pixels = np.frombuffer(repaired.pixels, np.uint8).reshape(PAGE.shape)
    assert (pixels[mask == 0] == PAGE[mask == 0]).all()
    assert (pixels[DAMAGE] != PAGE[DAMAGE]).any()
    assert seen[-1]["stage"] == "filling"


def test_a_search_counts_all_kinds_and_selects_the_chosen_ones(client: Client) -> None:
    search = DamageSearch(Box(0, 0, 160, 120), PAGE.size, lambda box: PAGE.tobytes(), {"layout": "gray", "depth": "u8"})

    def look(*kinds: str) -> np.ndarray:
        search.begin(kinds=kinds, dilate=0)
        while (request := search.next_request()) is not None:
            search.take(client.perform(request))
        return np.frombuffer(search.mask, np.uint8).reshape(PAGE.shape)

    assert not look().any()
    everything = look(*(kind.name for kind in KINDS))
    counts = search.kinds
    assert counts["cracks"] == counts["dust"] == 1 and search.found == 2 == sum(counts.values())
    dust = look("dust")
    assert dust[60:63, 100:103].all() and not dust[10:110, 40:42].any()
    assert search.kinds == counts and search.found == 1
    assert np.array_equal(np.maximum(dust, look("cracks")), everything)
    assert not look().any() and search.kinds == counts


def test_everything_that_stands_out_in_the_selection_is_damage(client: Client) -> None:
    page = np.full(PAGE.shape, 90, np.uint8)
    page[20:90, 60:62] = page[20:90, 120:122] = 104
    chosen = np.zeros_like(page)
    chosen[10:100, 40:90] = 200
    description = {"layout": "gray", "depth": "u8"}
    search = DamageSearch(
        Box(0, 0, 160, 120), page.size, lambda _: page.tobytes(), description, lambda _: bytes(chosen)
    )
    masks = []
    for everything in (False, True, False):
        search.begin(kinds=[kind.name for kind in KINDS], everything=everything, dilate=0)
        while (request := search.next_request()) is not None:
            search.take(client.perform(request))
        masks.append(np.frombuffer(search.mask, np.uint8).reshape(page.shape))
    assert not masks[0].any() and not masks[2].any()
    assert np.array_equal(masks[1] > 0, (page > 90) & (chosen > 0))
    size = {"width": 160, "height": 120, **description}
    repaired = client.repair(page.data, chosen.tobytes(), **size, everything=True)
    assert (np.frombuffer(repaired.mask, np.uint8).reshape(page.shape) > 0)[masks[1] > 0].all()
    with pytest.raises(ClientError) as failure:
        client.repair(page.data, chosen.tobytes(), **size)
    assert failure.value.code == "nothing_found"


def test_what_a_dialog_shows_of_kinds() -> None:
    assert kinds_asked([kind.name for kind in KINDS]) == ()
    assert kinds_asked(["dust", "cracks"]) == ("cracks", "dust")
    with pytest.raises(Refusal, match="kind"):
        kinds_asked([])
    assert kind_label(KINDS[0], {"cracks": 1234}) == f"{KINDS[0].label} (1,234)"
    assert kind_label(KINDS[0], None) == KINDS[0].label
    assert {kind.name for kind in KINDS} == set(options.KINDS)


def test_errors_of_the_daemon_come_through_and_the_client_can_go_on(client: Client) -> None:
    found = client.detect(PAGE.data, **SIZE)
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: client.detect(PAGE.data, **SIZE, sensitivity=2), "bad_request"),
        (lambda: client.select(found._replace(header={**found.header, "heatmap": "lost"})), "heatmap_gone"),
        (lambda: client.repair(bytes(PAGE.size), EVERYWHERE, **SIZE), "nothing_found"),
        (lambda: client.repair(PAGE.data, EVERYWHERE, **SIZE, model="nobody"), "unknown_model"),
        (lambda: client.detect(PAGE.data, **{**SIZE, "width": 3}), "bad_request"),
    ]
    for ask, code in wrong:
        with pytest.raises(ClientError) as failure:
            ask()
        assert failure.value.code == code
    assert client.select(found).mask == found.mask


def answering(changes: dict[str, Any], *frames: bytes) -> Callable[[dict[str, Any], list[bytes]], Any]:
    """Answers each request for a page of 2 × 1 pixels with a header of the right type that was changed."""
    detection = {
        "type": "detection",
        "heatmap": "t",
        "width": 2,
        "height": 1,
        "found": 0,
        "selected": 0,
        "seconds": 0.1,
        "kinds": {},
    }

    def answer(header: dict[str, Any], _: list[bytes]) -> list[tuple[dict[str, Any], list[bytes]]]:
        right = {**result(header), "found": 1} if header["type"] == "repair" else detection
        return [({**right, **changes}, list(frames))]

    return answer


@pytest.mark.parametrize(
    ("changes", "frames"),
    [({"width": 3}, [b"mm"]), ({}, []), ({}, [b"m"]), ({}, [b"mm", b"mm"]), ({"type": "pong"}, [b"mm"])],
)
def test_a_selection_of_another_picture_is_a_bad_reply(
    router: Callable[..., Router], runtime_file: Callable[..., Path], changes: dict[str, Any], frames: list[bytes]
) -> None:
    path = runtime_file(router(answering(changes, *frames)).endpoint)
    with connect(path) as client, pytest.raises(ClientError) as failure:
        client.detect(b"pp", width=2, height=1, layout="gray", depth="u8")
    assert failure.value.code == "bad_reply"


@pytest.mark.parametrize(("changes", "frames"), [({}, [b"pp"]), ({}, [b"pp", b"m"]), ({"height": 2}, [b"pp", b"mm"])])
def test_a_repair_of_another_picture_is_a_bad_reply(
    router: Callable[..., Router], runtime_file: Callable[..., Path], changes: dict[str, Any], frames: list[bytes]
) -> None:
    path = runtime_file(router(answering(changes, *frames)).endpoint)
    with connect(path) as client, pytest.raises(ClientError) as failure:
        client.repair(b"pp", b"mm", width=2, height=1, layout="gray", depth="u8")
    assert failure.value.code == "bad_reply"


def test_what_is_asked_for_is_what_the_protocol_says() -> None:
    chosen: dict[str, Any] = {"sensitivity": 0.7, "tone": "dark", "dilate": 1}
    options = {"sensitivity": 0.7, "tone": "dark", "dilate": 1, "kinds": ()}
    detect = DetectRequest(b"pp", 2, 1, "gray", "u8", "linear", 0.7, "dark", 1)
    assert (detect.type, len(detect.frames())) == ("detect", 1)
    assert detect.keys() == {"width": 2, "height": 1, "layout": "gray", "depth": "u8", "transfer": "linear", **options}
    repair = RepairRequest(b"pp", b"mm", 2, 1, "gray", "u8", **chosen)
    assert (repair.type, len(repair.frames())) == ("repair", 2)
    assert repair.keys().items() >= {"model": "default", "quality": "normal", **options}.items()
    select = SelectRequest("token", 2, 1, **chosen)
    assert (select.type, select.frames(), select.keys()) == ("select", [], {"heatmap": "token", **options})
