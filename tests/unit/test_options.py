"""An option has one name, one default and one set of values, wherever it is asked for."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, get_args

import msgspec
import pytest
import typer

import gan_inpaint
import gan_inpaint_client as client
from gan_inpaint import options
from gan_inpaint.cli import main
from gan_inpaint.options import DetectOptions, FillOptions, RepairOptions, SelectOptions

ALL = [
    (client.FillRequest, FillOptions),
    (client.DetectRequest, DetectOptions),
    (client.SelectRequest, SelectOptions),
    (client.RepairRequest, RepairOptions),
]
MASKS = {"mask", "avoid", "sample", "within", "everything"}  # masks, and what the mask of a repair means
PICTURE = {"pixels", "width", "height", "layout", "depth", "heatmap", "damage_map"} | MASKS


def defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return msgspec.structs.asdict(kind())


@pytest.mark.parametrize(("request_type", "kind"), ALL)
def test_the_clients_requests_have_these_names_and_defaults(request_type: Any, kind: type[msgspec.Struct]) -> None:
    asked = {field.name: field.default for field in dataclasses.fields(request_type) if field.name not in PICTURE}
    assert asked == defaults(kind)


@pytest.mark.parametrize(("request_type", "kind"), ALL)
def test_the_clients_methods_leave_names_and_defaults_to_the_requests(
    request_type: Any, kind: type[msgspec.Struct]
) -> None:
    parameters = inspect.signature(getattr(client.Client, request_type.type)).parameters
    assert not parameters.keys() & defaults(kind).keys()
    assert parameters["fields"].kind is inspect.Parameter.VAR_KEYWORD


def test_the_clients_layouts_and_depths_are_those_of_the_daemon() -> None:
    from gan_inpaint_client import requests

    assert requests.CHANNELS == options.CHANNELS
    assert {depth: int(samples[-1]) for depth, samples in options.SAMPLE_TYPES.items()} == requests.SAMPLE_BYTES
    assert set(options.CHANNELS) == set(get_args(options.Layout))
    assert set(options.SAMPLE_TYPES) == set(get_args(options.Depth))


@pytest.mark.parametrize(
    ("function", "kind", "left_out"),
    [
        (gan_inpaint.fill, FillOptions, set()),
        (gan_inpaint.select, SelectOptions, set()),
        (gan_inpaint.detect, DetectOptions, {"sensitivity", "tone", "kinds", "dilate"}),  # chosen by `select`
        (gan_inpaint.repair, RepairOptions, {"sensitivity", "tone", "kinds", "dilate"}),
    ],
)
def test_the_python_interface_has_these_names_and_defaults(
    function: Any, kind: type[msgspec.Struct], left_out: set[str]
) -> None:
    parameters = inspect.signature(function).parameters
    asked = {name: parameter.default for name, parameter in parameters.items()}
    for name in ("image", "mask", "damage_map", "detector", "within", "avoid", "sample"):
        asked.pop(name, None)
    assert asked == {name: value for name, value in defaults(kind).items() if name not in left_out}


@pytest.mark.parametrize(
    ("command", "kind", "left_out"),
    [
        ("fill", FillOptions, {"transfer"}),  # the photograph decides it
        ("detect", DetectOptions, {"transfer", "dilate"}),
        ("restore", SelectOptions, {"tone", "kinds", "dilate"}),
    ],
)
def test_the_command_line_has_these_names_and_defaults(
    command: str, kind: type[msgspec.Struct], left_out: set[str]
) -> None:
    parameters: Any = typer.main.get_command(main.app).commands[command].params  # type: ignore[attr-defined]
    asked = {each.name: each.default for each in parameters if each.name in defaults(kind)}
    if "kinds" in asked:
        asked["kinds"] = tuple(asked["kinds"] or ())  # what may be repeated has no tuple as its default
    assert asked == {name: value for name, value in defaults(kind).items() if name not in left_out}
