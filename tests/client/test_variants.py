"""The fills that a user chooses among: in which order they come, and that they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_inpaint.server import Config
from gan_inpaint_client import Box, Client, FillRequest, connect, dialogs
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.variants import BATCH, Variants

SIDE = 200
HOLE = Box(70, 70, 50, 50)


def listed(variants: Variants) -> list[tuple[str, int]]:
    found = []
    while (candidate := variants.next()) is not None:
        found.append((candidate.model, candidate.variant))
    return found


def model(name: str, kind: str = "generator", default: bool = False) -> dict[str, Any]:
    return {"name": name, "title": name, "version": "1", "kind": kind, "default": default, "licence": ""}


WELCOME = [model("default", default=True), model("faces"), model("classical", "classical"), model("auto", "auto")]


@pytest.fixture
def client(start_daemon: Callable[..., Any]) -> Any:
    with connect(start_daemon(Config()).runtime_file) as client:
        yield client


def test_the_chosen_model_comes_first_then_its_variants_then_the_other_models() -> None:
    variants = Variants("default", WELCOME)
    usual = [("default", 0), ("default", 2), ("default", 3), ("default", 4), ("default", 1)]
    assert listed(variants) == [*usual, ("faces", 0), ("classical", 0)]
    variants.more()
    assert listed(variants) == [("default", number) for number in range(5, 5 + BATCH)]


def test_a_model_without_a_network_is_followed_by_the_variants_of_the_default() -> None:
    assert listed(Variants("classical", WELCOME))[:3] == [("classical", 0), ("default", 0), ("default", 2)]


def test_a_model_that_is_not_offered_is_tried_all_the_same() -> None:
    """The daemon says that it is not there."""
    assert listed(Variants("removed", []))[:2] == [("removed", 0), ("removed", 2)]


def test_fills_that_are_alike_are_shown_once(client: Client) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), np.uint8)

    def read(box: Box) -> bytes:
        return picture[box.y : box.y + box.height, box.x : box.x + box.width].tobytes()

    variants, kept = Variants("default", WELCOME), []
    while (candidate := variants.next()) is not None:
        assert candidate.label in variants.sentence()

        def ask(pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
            how = {"model": candidate.model, "variant": candidate.variant, "quality": "fast"}
            return FillRequest(pixels, mask, sent.width, sent.height, "gray", "u8", **how)

        for _ in range(2):
            work = Patchwork(b"\xff" * (HOLE.width * HOLE.height), HOLE, (SIDE, SIDE), read, 1)
            work.begin(ask, SIDE * SIDE)
            while (request := work.next_request()) is not None:
                work.take(client.perform(request))
            kept.append(variants.keep(work))
        assert (work.model, work.variant) == (candidate.model, candidate.variant)
        whole = Box(0, 0, SIDE, SIDE)
        changed = np.frombuffer(work.pixels(whole), np.uint8).reshape(SIDE, SIDE) != picture
        changed[HOLE.y : HOLE.y + HOLE.height, HOLE.x : HOLE.x + HOLE.width] = False
        assert not changed.any()
    assert kept == [True, False] * len(variants.fills) and len(variants.fills) >= 5
    assert variants.sentence() == dialogs.VARIANTS_HINT


def test_where_no_fill_differs_that_is_said() -> None:
    variants = Variants("default", WELCOME)
    listed(variants)
    assert variants.sentence() == dialogs.NO_OTHER_VARIANT


@pytest.mark.parametrize(("variant", "name"), [(0, "GAN Inpaint 3: default"), (2, "GAN Inpaint 3: default, variant 2")])
def test_a_layer_is_named_after_the_variant(variant: int, name: str) -> None:
    assert dialogs.layer_name(3, "default", variant) == name
