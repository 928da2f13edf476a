"""The client's options are those of the daemon, and both editors offer all of them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from gan_inpaint import protocol
from gan_inpaint.errors import BadRequest
from gan_inpaint_client import (
    Box,
    ClientError,
    DetectRequest,
    FillRequest,
    RepairRequest,
    SelectRequest,
    TraceRequest,
    dialogs,
)

PICTURE: dict[str, Any] = {"pixels": b"p", "width": 1, "height": 1, "layout": "gray", "depth": "u8"}
FILL = FillRequest(mask=b"m", **PICTURE)
DETECT = DetectRequest(**PICTURE)
SELECT = SelectRequest("token", 1, 1)
REPAIR = RepairRequest(mask=b"m", **PICTURE)
TRACE = TraceRequest((b"p",), (Box(0, 0, 1, 1),), 1, 1, "gray", "u8")
REQUESTS = [FILL, DETECT, SELECT, REPAIR, TRACE]
REQUIRED = {"width", "height", "layout", "depth", "heatmap", "boxes"}
OTHERS = {
    "transfer": "linear",
    "model": "faces",
    "dilate": 1,
    "feather": 3,
    "quality": "best",
    "variant": 2,
    "sensitivity": 0.25,
    "tone": "dark",
    "kinds": ("dust", "stains"),
    "everything": True,
}


def read_by_the_daemon(keys: dict[str, Any], type: str) -> Any:
    """What the daemon makes of a header with these keys."""
    header = {"protocol": protocol.PROTOCOL, "type": type, "id": "1", **keys}
    return protocol.decode_request(json.dumps(header).encode())


def read(request: Any) -> Any:
    return read_by_the_daemon(request.keys(), request.type)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.type)
def test_a_request_has_the_defaults_of_the_daemon(request_: Any) -> None:
    required = {key: value for key, value in request_.keys().items() if key in REQUIRED}
    assert read(request_) == read_by_the_daemon(required, request_.type)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.type)
def test_every_option_of_a_request_reaches_the_daemon(request_: Any) -> None:
    options = [field.name for field in dataclasses.fields(request_) if field.name in OTHERS]
    assert options
    for option in options:
        assert read(dataclasses.replace(request_, **{option: OTHERS[option]})) != read(request_), option


@pytest.mark.parametrize("masks", [(), ("avoid",), ("sample",), ("avoid", "sample")])
def test_a_request_names_the_masks_that_it_sends(masks: tuple[str, ...]) -> None:
    request = dataclasses.replace(FILL, **{name: name[:1].encode() for name in masks})
    seen = read(request)
    assert (seen.avoid, seen.sample) == ("avoid" in masks, "sample" in masks)
    assert [bytes(frame) for frame in request.frames()] == [b"p", b"m", *(name[:1].encode() for name in masks)]
    assert seen.frames == [1] * (2 + len(masks))
    request.check()
    with pytest.raises(ClientError, match="bytes"):
        dataclasses.replace(FILL, avoid=b"too long").check()


@pytest.mark.parametrize(
    ("option", "request_"),
    [
        (dialogs.DILATE, FILL),
        (dialogs.FEATHER, FILL),
        (dialogs.SENSITIVITY, DETECT),
        (dialogs.DAMAGE_DILATE, DETECT),
        (dialogs.DAMAGE_DILATE, REPAIR),
    ],
)
def test_a_dialog_offers_the_whole_range_and_nothing_beyond(option: dialogs.NumberOption, request_: Any) -> None:
    assert option.default == getattr(request_, option.name)
    for value in (option.least, option.most):
        read(dataclasses.replace(request_, **{option.name: value}))
    for value in (option.least - 1, option.most + 1):
        with pytest.raises(BadRequest):
            read(dataclasses.replace(request_, **{option.name: value}))


@pytest.mark.parametrize(("option", "request_"), [(dialogs.QUALITY, FILL), (dialogs.TONE, DETECT)])
def test_a_dialog_offers_values_that_the_daemon_knows(option: dialogs.ChoiceOption, request_: Any) -> None:
    assert option.default == getattr(request_, option.name)
    seen = [read(dataclasses.replace(request_, **{option.name: choice.name})) for choice in option.choices]
    assert len(option.choices) == 3 and all(seen.count(one) == 1 for one in seen)
    with pytest.raises(BadRequest):
        read(dataclasses.replace(request_, **{option.name: "no such"}))


def model(name: str, title: str = "A title", default: bool = False, licence: str = "MIT") -> dict[str, Any]:
    """A model as a `welcome` describes it."""
    return {"name": name, "title": title, "version": "1", "kind": "generator", "default": default, "licence": licence}


def test_the_default_model_is_listed_once_and_first() -> None:
    welcome = [model("mine", "My generator"), model("auto"), model("classical"), model("dmfb", default=True)]
    offered = dialogs.models_offered(welcome)
    assert [each.name for each in offered] == ["default", "auto", "mine", "classical"]
    assert [each.title for each in offered] == [
        "Photographs (default)",
        "Automatic",
        "My generator",
        "Classical, no network",
    ]


def test_a_model_is_listed_with_its_licence() -> None:
    (default, faces) = dialogs.models_offered([model("default", default=True, licence="CC0"), model("faces")])
    assert (default.licence, faces.title, faces.licence) == ("CC0", "Portraits", "MIT")
    assert dialogs.licence_text(default.licence) == "Licence: CC0"


def test_the_default_is_offered_where_the_daemon_has_no_model() -> None:
    """A classical filler stands in for it."""
    assert dialogs.models_offered([]) == [dialogs.Model("default", "Photographs (default)", "")]


@pytest.mark.parametrize("name", ["default", "auto", "faces", "classical"])
def test_no_title_of_the_product_names_an_architecture(name: str) -> None:
    title = dialogs.model_title(name, "Compact DMFB generator")
    assert "DMFB" not in title and "generator" not in title.lower()


@pytest.mark.parametrize(
    ("pixels", "places", "text"),
    [
        (2001, 3, "Selected: 3 places, 2,001 pixels\nThat is 20% of the picture, hardly damage.\n"),
        (1234, 3, "Selected: 3 places, 1,234 pixels"),
        (8, 1, "Selected: 1 place, 8 pixels"),
        (8, None, "Selected: 8 pixels"),
    ],
)
def test_what_is_selected_is_counted(pixels: int, places: int | None, text: str) -> None:
    assert dialogs.selected_text(pixels, places, searched=10_000).startswith(text)
    assert ("hardly damage" in dialogs.selected_text(pixels, places, 10_000)) == ("hardly damage" in text)
