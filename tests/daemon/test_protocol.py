"""Whatever bytes a header holds, it is read as a request or refused with an error that a client understands."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_inpaint.errors import BadRequest, ProtocolMismatch, TooLarge
from gan_inpaint.options import CHANNELS, SAMPLE_TYPES, FillOptions
from gan_inpaint.protocol import (
    Fill,
    Limits,
    Ping,
    check_sizes,
    decode_reply,
    decode_request,
    encode,
    read_id,
)

_ANY_VALUE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=70)
    | st.sampled_from([[], {}, [1, [2]], {"type": "fill"}])
)
_KEYS = ["protocol", "type", "id", "width", "height", "layout", "depth", "model", "dilate", "feather", "quality"]
_KEYS += ["options", "target", "client"]
_VALUES = _ANY_VALUE | st.sampled_from([1, 2, "hello", "fill", "cancel", "status", "rgb", "u8", "linear", "best"])
_ALMOST_REQUESTS = st.dictionaries(st.sampled_from(_KEYS), _VALUES).map(lambda header: json.dumps(header).encode())


def _fill(**keys: object) -> Fill:
    header = {"protocol": 2, "type": "fill", "id": "f", "width": 3, "height": 2, "layout": "rgb", "depth": "u8", **keys}
    request = decode_request(json.dumps(header).encode())
    assert isinstance(request, Fill)
    return request


# Drawing the first examples takes long on a machine that is busy, which says nothing about the strategies.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@unhurried
@given(st.binary() | _ALMOST_REQUESTS)
def test_any_header_is_a_request_or_a_bad_request(header: bytes) -> None:
    try:
        request = decode_request(header)
    except BadRequest as problem:
        assert problem.code in ("bad_request", "protocol_mismatch")
        assert problem.message
    else:
        assert request.protocol == 2
        assert read_id(header) == request.id


@unhurried
@given(st.binary() | _ALMOST_REQUESTS)
def test_the_id_of_any_header_is_a_valid_one_or_empty(header: bytes) -> None:
    assert 0 <= len(read_id(header)) <= 64


@pytest.mark.parametrize(
    "header", [b"[" * 16_000, b'{"a":' * 3_000, b'{"id":"\xff"}', b'{"id":"\\ud800"}', b"", b"null"]
)
def test_malformed_headers_are_bad_requests(header: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_request(header)


@pytest.mark.parametrize("version", [0, 1, 3, -1, 10**19, int("9" * 4_200)])
def test_another_protocol_version_is_a_mismatch_whatever_else_the_header_says(version: int) -> None:
    with pytest.raises(ProtocolMismatch):
        decode_request(f'{{"protocol": {version}, "id": "a", "type": "teleport"}}'.encode())


@pytest.mark.parametrize("version", ["true", '"1"', "1.0", "null"])
def test_a_version_that_is_no_whole_number_is_a_bad_request(version: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode_request(f'{{"protocol": {version}, "id": "a", "type": "ping"}}'.encode())
    assert caught.value.code == "bad_request"


def test_unknown_keys_are_ignored() -> None:
    assert decode_request(b'{"protocol":2,"type":"ping","id":"a","colour":[1,{}]}') == Ping(id="a")


def test_a_fill_has_the_documented_defaults() -> None:
    asked = _fill().options
    assert (asked.transfer, asked.model, asked.quality) == ("srgb", "default", "normal")
    assert (asked.dilate, asked.feather) == (2, 0)


def test_the_key_of_an_option_is_its_only_name() -> None:
    assert _fill(dilate=7).options.dilate == 7
    assert _fill(grow=7).options == FillOptions()


def test_a_key_called_options_means_nothing() -> None:
    assert _fill(options={"dilate": 7}).options == FillOptions()
    assert _fill(options=3).options == FillOptions()


@pytest.mark.parametrize("quality", ["fast", "normal", "best"])
def test_a_fill_has_the_quality_that_was_asked_for(quality: str) -> None:
    assert _fill(quality=quality).options.quality == quality


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"height": -1},
        {"width": "3"},
        {"width": 2**31},
        {"layout": "cmyk"},
        {"depth": "u32"},
        {"transfer": "pq"},
        {"dilate": 257},
        {"feather": -1},
        {"quality": "worst"},
        {"quality": None},
        {"model": None},
        {"id": ""},
        {"id": "x" * 65},
    ],
    ids=str,
)
def test_a_fill_with_a_wrong_value_is_a_bad_request(wrong: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        _fill(**wrong)


@unhurried
@given(
    st.integers(1, 5_000),
    st.integers(1, 5_000),
    st.sampled_from(sorted(CHANNELS)),
    st.sampled_from(sorted(SAMPLE_TYPES)),
)
def test_only_frames_of_exactly_the_size_that_the_header_says_are_taken(
    width: int, height: int, layout: str, depth: str
) -> None:
    fill = _fill(width=width, height=height, layout=layout, depth=depth)
    pixels, mask = fill.pixel_bytes, fill.mask_bytes
    assert pixels == mask * CHANNELS[fill.layout] * np.dtype(SAMPLE_TYPES[fill.depth]).itemsize
    check_sizes(fill, [pixels, mask], Limits())
    for wrong in ([], [pixels], [pixels, mask - 1], [pixels + 1, mask], [pixels, mask, 0]):
        with pytest.raises(BadRequest):
            check_sizes(fill, wrong, Limits())


def test_more_pixels_than_the_limit_are_too_large_before_the_frames_are_looked_at() -> None:
    with pytest.raises(TooLarge) as caught:
        check_sizes(_fill(width=30_000, height=30_000), [], Limits())
    assert caught.value.hint


def test_the_largest_fill_fits_into_a_frame() -> None:
    side = int(Limits().pixels ** 0.5)
    fill = _fill(width=side, height=side, layout="rgba", depth="f32")
    assert fill.pixel_bytes <= Limits().frame_bytes


def test_replies_read_back_as_they_were_written() -> None:
    header = b'{"type":"progress","id":"a","protocol":2,"done":3,"total":7,"stage":"filling"}'
    reply = decode_reply(header)
    assert msgspec.to_builtins(reply) == json.loads(header)
    assert decode_reply(encode(reply)) == reply
