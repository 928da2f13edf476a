"""Damage is found, shown and repaired over the wire, as often as the user moves the slider."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pytest
from tests.detector import product_with, scratched_page, write_detector

from gan_inpaint.protocol import Limits
from gan_inpaint.server import Config

_PAGE, _DAMAGE = scratched_page()
_KEYS = {"width": 160, "height": 120, "layout": "gray", "depth": "u8"}
_EVERYWHERE = bytes([255]) * _PAGE.size


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("product")
    return product_with(write_detector(folder / "tiny.onnx"), folder, os.pathsep.join(sys.path))


@pytest.fixture
def client(start_daemon, connect, product):
    """A client of a daemon whose detector finds what stands out."""
    return connect(start_daemon(Config(), **product))


def _mask(frames: list[bytes]) -> np.ndarray:
    return np.frombuffer(frames[-1], np.uint8).reshape(_PAGE.shape)


def _large(side: int) -> tuple[bytes, dict[str, object]]:
    """A picture in which there is something to find for seconds."""
    page = np.random.default_rng(1).integers(0, 256, (side, side), np.uint8)
    return page.tobytes(), {"width": side, "height": side, "layout": "gray", "depth": "u8"}


def test_damage_is_found_where_it_is(client) -> None:
    reply, frames, progress = client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS, dilate=1))
    mask = _mask(frames)
    assert (reply["type"], reply["found"], len(frames)) == ("detection", 2, 1)
    assert (reply["width"], reply["height"]) == (160, 120)
    assert reply["selected"] == np.count_nonzero(mask)
    assert set(np.unique(mask)) == {0, 255}
    assert mask[_DAMAGE].all()
    assert not mask[:, 60:90].any() and not mask[:, 110:].any()
    assert "detecting" in [step["stage"] for step in progress]


def test_another_sensitivity_or_kind_is_selected_without_the_picture(client) -> None:
    found = client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS))[0]
    selections = {}
    for tone in ("light", "dark", "both"):
        reply, frames, _ = client.outcome(client.request("select", heatmap=found["heatmap"], tone=tone, dilate=0))
        assert (reply["type"], reply["heatmap"]) == ("detection", found["heatmap"])
        selections[tone] = _mask(frames) > 0
    assert selections["light"][50, 40] and not selections["light"][60:63, 100:103].any()
    assert selections["dark"][61, 101] and not selections["dark"][50, 40]
    assert selections["both"][selections["light"] | selections["dark"]].all()
    counts = [
        client.outcome(client.request("select", heatmap=found["heatmap"], sensitivity=value))[0]["selected"]
        for value in (0.1, 0.5, 1.0)
    ]
    assert counts == sorted(counts)


def test_the_last_eight_damage_maps_are_remembered(client) -> None:
    tokens = [client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS))[0]["heatmap"] for _ in range(9)]
    gone = client.outcome(client.request("select", heatmap=tokens[0]))[0]
    assert (gone["type"], gone["code"]) == ("error", "heatmap_gone")
    assert gone["hint"]
    for token in tokens[1:]:
        assert client.outcome(client.request("select", heatmap=token))[0]["found"] == 2


def test_what_was_found_is_forgotten_after_a_while(start_daemon, connect, product) -> None:
    client = connect(start_daemon(Config(idle_seconds=0.2), **product))
    token = client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS))[0]["heatmap"]
    client.wait_for(lambda status: status["sessions"] == [])
    client.socket.poll(500)  # the map is kept a little after the detector was used last
    assert client.outcome(client.request("select", heatmap=token))[0]["code"] == "heatmap_gone"


def test_damage_is_found_and_repaired_in_one_step(client) -> None:
    reply, frames, progress = client.outcome(client.request("repair", _PAGE.tobytes(), _EVERYWHERE, **_KEYS))
    assert (reply["type"], reply["found"], len(frames)) == ("result", 2, 2)
    assert {key: reply[key] for key in _KEYS} == _KEYS
    repaired, mask = np.frombuffer(frames[0], np.uint8).reshape(_PAGE.shape), _mask(frames)
    assert mask[_DAMAGE].all()
    assert (repaired[mask == 0] == _PAGE[mask == 0]).all()
    slope = np.linspace(80, 140, 160)
    assert np.abs(repaired - slope)[_DAMAGE].max() < 8
    stages = [step["stage"] for step in progress]
    assert stages.index("detecting") < stages.index("filling")


@pytest.mark.parametrize(("depth", "dtype", "white"), [("u8", "u1", 255), ("u16", "<u2", 65535), ("f32", "<f4", 1)])
def test_pixels_that_are_not_repaired_and_all_alpha_are_bit_identical(client, depth, dtype, white) -> None:
    for layout, channels in (("gray", 1), ("graya", 2), ("rgb", 3), ("bgra", 4)):
        _check_the_rest_is_kept(client, layout, channels, depth, dtype, white)


def _check_the_rest_is_kept(client, layout, channels, depth, dtype, white) -> None:
    image = (_PAGE[..., None].repeat(channels, 2) / 255 * white).astype(dtype)
    if channels in (2, 4):
        image[..., -1] = np.linspace(0.1, 1, 160) * white
    keys = {**_KEYS, "layout": layout, "depth": depth}
    reply, frames, _ = client.outcome(client.request("repair", image.tobytes(), _EVERYWHERE, **keys))
    assert reply["type"] == "result", reply
    repaired, mask = np.frombuffer(frames[0], dtype).reshape(image.shape), _mask(frames)
    assert repaired[mask == 0].tobytes() == image[mask == 0].tobytes()
    assert (repaired[_DAMAGE][:, 0] != image[_DAMAGE][:, 0]).any()
    if channels in (2, 4):
        assert repaired[..., -1].tobytes() == image[..., -1].tobytes()


def test_nothing_is_repaired_outside_of_the_selection(client) -> None:
    allowed = np.zeros(_PAGE.shape, np.uint8)
    allowed[:, 90:] = 255
    reply, frames, _ = client.outcome(client.request("repair", _PAGE.tobytes(), allowed.tobytes(), **_KEYS))
    assert reply["found"] == 1
    repaired = np.frombuffer(frames[0], np.uint8).reshape(_PAGE.shape)
    assert (repaired[:, :90] == _PAGE[:, :90]).all()
    assert repaired[61, 101] > 80
    assert not _mask(frames)[:, :90].any()


def test_only_the_kind_that_was_asked_for_is_repaired(client) -> None:
    id = client.request("repair", _PAGE.tobytes(), _EVERYWHERE, **_KEYS, tone="dark", dilate=0)
    repaired = np.frombuffer(client.outcome(id)[1][0], np.uint8).reshape(_PAGE.shape)
    assert repaired[61, 101] > 80
    assert (repaired[50, 40:42] == 255).all()


def test_where_nothing_is_found_nothing_is_repaired_and_an_empty_selection_is_no_error(client) -> None:
    plain = bytes([90]) * _PAGE.size
    assert client.outcome(client.request("repair", plain, _EVERYWHERE, **_KEYS))[0]["code"] == "nothing_found"
    nowhere = client.outcome(client.request("repair", _PAGE.tobytes(), bytes(_PAGE.size), **_KEYS))[0]
    assert nowhere["code"] == "nothing_found"
    reply, frames, _ = client.outcome(client.request("detect", plain, **_KEYS))
    assert (reply["found"], reply["selected"], any(frames[0])) == (0, 0, False)


def test_a_picture_that_is_damage_all_over_is_not_repaired(client) -> None:
    page = np.where(np.indices(_PAGE.shape).sum(axis=0) % 6 < 3, 0, 255).astype(np.uint8)
    reply = client.outcome(client.request("repair", page.tobytes(), _EVERYWHERE, **_KEYS, sensitivity=1.0, dilate=3))[0]
    assert reply["code"] == "too_much_selected"


def test_without_its_detector_the_daemon_says_so_and_still_fills(start_daemon, connect, tmp_path, short_fill) -> None:
    product = product_with(None, tmp_path / "product", os.pathsep.join(sys.path))
    client = connect(start_daemon(Config(), **product))
    for request, frames in (("detect", [_PAGE.tobytes()]), ("repair", [_PAGE.tobytes(), _EVERYWHERE])):
        reply = client.outcome(client.request(request, *frames, **_KEYS))[0]
        assert (reply["code"], bool(reply["hint"])) == ("no_detector", True)
    assert client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"


def test_a_detector_is_shown_among_the_sessions_but_not_among_the_fillers(client) -> None:
    client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS))
    status = client.ask("status")
    assert "scratches" in [session["model"] for session in status["sessions"]]
    assert "scratches" not in [model["name"] for model in client.ask("hello")["models"]]


def test_looking_for_damage_is_cancelled_at_the_next_tile(client) -> None:
    pixels, keys = _large(4_000)
    detect = client.request("detect", pixels, **keys)
    while client.next_to(detect, "progress")["stage"] != "detecting":
        pass
    assert client.ask("cancel", target=detect)["found"] is True
    reply, frames, _ = client.outcome(detect)
    assert (reply["code"], frames) == ("cancelled", [])


def test_selecting_waits_in_the_queue_and_is_done_all_the_same(client, long_fill) -> None:
    token = client.outcome(client.request("detect", _PAGE.tobytes(), **_KEYS))[0]["heatmap"]
    fill = client.request("fill", *long_fill.frames, **long_fill.keys)
    client.next_to(fill, "progress")
    assert client.outcome(client.request("select", heatmap=token))[0]["type"] == "detection"


_WRONG = [
    ("detect", [bytes(19_200)], {"sensitivity": 1.5}),
    ("detect", [bytes(19_200)], {"sensitivity": "high"}),
    ("detect", [bytes(19_200)], {"tone": "green"}),
    ("detect", [bytes(19_200)], {"dilate": 4}),
    ("detect", [bytes(19_199)], {}),
    ("detect", [bytes(19_200), bytes(19_200)], {}),
    ("detect", [], {}),
    ("repair", [bytes(19_200)], {}),
    ("repair", [bytes(19_200), bytes(19_199)], {}),
    ("repair", [bytes(19_200), bytes(19_200)], {"dilate": -1}),
    ("select", [], {}),
    ("select", [b""], {"heatmap": "a"}),
]


def test_a_wrong_request_is_refused_and_the_client_served_on(client) -> None:
    for type, frames, wrong in _WRONG:
        client.send({"protocol": 2, "type": type, "id": "w", **_KEYS, **wrong}, *frames)
        assert client.receive()[0]["code"] == "bad_request", (type, wrong)
    assert client.ask("ping")["type"] == "pong"


def test_more_pixels_than_the_limit_are_too_large(start_daemon, connect) -> None:
    client = connect(start_daemon(Config(limits=Limits(pixels=10_000))))
    for type, frames in (("detect", 1), ("repair", 2)):
        assert client.ask(type, *[_PAGE.tobytes()] * frames, **_KEYS)["code"] == "too_large"
    header = {"protocol": 2, "type": "detect", "id": "h", **_KEYS, "width": 2**30}
    client.send(json.dumps(header).encode())
    assert client.receive()[0]["code"] == "too_large"
