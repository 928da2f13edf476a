"""The client's options are those of the daemon, and both editors offer all of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gan_inpaint import protocol
from gan_inpaint_client import DetectRequest, FillRequest, RepairRequest, SelectRequest, dialogs

PICTURE: dict[str, Any] = {"pixels": b"p", "width": 1, "height": 1, "layout": "gray", "depth": "u8"}
FILL = FillRequest(mask=b"m", **PICTURE)
DETECT = DetectRequest(**PICTURE)
SELECT = SelectRequest("token", 1, 1)
REPAIR = RepairRequest(mask=b"m", **PICTURE)


@pytest.mark.parametrize(
    ("request_", "message"),
    [(FILL, protocol.Fill), (DETECT, protocol.Detect), (SELECT, protocol.Select), (REPAIR, protocol.Repair)],
    ids=lambda each: getattr(each, "type", ""),
)
def test_a_request_has_the_options_and_the_defaults_of_the_daemon(request_: Any, message: type[msgspec.Struct]) -> None:
    sent = request_.keys()
    fields = {field.name: field for field in msgspec.structs.fields(message) if field.name not in ("id", "protocol")}
    assert set(sent) == set(fields)
    with_default = {name for name, field in fields.items() if not field.required}
    assert {name: sent[name] for name in with_default} == {name: fields[name].default for name in with_default}


@pytest.mark.parametrize(
    ("option", "message", "key"),
    [
        (dialogs.DILATE, protocol.Fill, "grow"),
        (dialogs.FEATHER, protocol.Fill, "feather"),
        (dialogs.SENSITIVITY, protocol.Detect, "sensitivity"),
        (dialogs.DAMAGE_DILATE, protocol.Detect, "grow"),
    ],
)
def test_a_dialog_offers_the_whole_range_and_nothing_beyond(
    option: dialogs.NumberOption, message: type[msgspec.Struct], key: str
) -> None:
    (field,) = [field for field in msgspec.structs.fields(message) if field.name == key]
    assert option.default == field.default
    for value in (option.least, option.most):
        msgspec.convert(value, field.type)
    for value in (option.least - 1, option.most + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(value, field.type)


@pytest.mark.parametrize(("option", "message"), [(dialogs.QUALITY, protocol.Fill), (dialogs.KINDS, protocol.Detect)])
def test_a_dialog_offers_every_value(option: dialogs.ChoiceOption, message: type[msgspec.Struct]) -> None:
    (field,) = [field for field in msgspec.structs.fields(message) if field.name == option.name]
    for choice in option.choices:
        msgspec.convert(choice.name, field.type)
    assert len(option.choices) == len(field.type.__args__)
    assert option.default == field.default


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
        (1234, 3, "Selected: 3 places, 1,234 pixels"),
        (8, 1, "Selected: 1 place, 8 pixels"),
        (8, None, "Selected: 8 pixels"),
    ],
)
def test_what_is_selected_is_counted(pixels: int, places: int | None, text: str) -> None:
    assert dialogs.selected_text(pixels, places) == text
