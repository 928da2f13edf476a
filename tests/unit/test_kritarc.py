"""Krita's settings: the plug-in is turned on, and nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_inpaint.installer import kritarc


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[python]\nenable_gan_inpaint=true\n"),
        (b"a=1", b"a=1\n\n[python]\nenable_gan_inpaint=true\n"),
        (b"a=1\r\n", b"a=1\r\n\r\n[python]\r\nenable_gan_inpaint=true\r\n"),
        (b"[python]\nx=1\n[z]\n", b"[python]\nenable_gan_inpaint=true\nx=1\n[z]\n"),
        (b"[python]", b"[python]\nenable_gan_inpaint=true\n"),
        (b"[python]\nenable_gan_inpaint=false\nx=1", b"[python]\nenable_gan_inpaint=true\nx=1"),
        (b"[python]\r\n enable_gan_inpaint = 0\r\n", b"[python]\r\n enable_gan_inpaint =true\r\n"),
        (b"[python][x]\nenable_gan_inpaint=true\n", None),
        (b"[other]\nenable_gan_inpaint=true\n", None),
        (b"[python]\n#enable_gan_inpaint=true\n", b"[python]\nenable_gan_inpaint=true\n#enable_gan_inpaint=true\n"),
    ],
)
def test_turning_the_plug_in_on_changes_one_key(before: bytes, after: bytes | None) -> None:
    expected = before + b"\n[python]\nenable_gan_inpaint=true\n" if after is None else after
    assert not kritarc.is_enabled(before)
    assert kritarc.enabled(before) == expected
    assert kritarc.is_enabled(expected)


@pytest.mark.parametrize("value", [b"true", b"TRUE", b" true ", b"1", b"on", b"yes"])
def test_settings_in_which_the_plug_in_is_on_stay_byte_for_byte(value: bytes) -> None:
    settings = b"[python]\nenable_gan_inpaint=" + value + b"\n\xff\x00 not UTF-8\n"
    assert kritarc.enabled(settings) == settings


lines = st.sampled_from(
    [
        b"[python]",
        b"[other]",
        b"a=\xff",
        b"enable_other=true",
        b"enable_gan_inpaint=false",
        b"# note",
        b"",
        b" [python] ",
    ]
)
settings_files = st.builds(
    lambda parts, newline, end: newline.join(parts) + (newline if end else b""),
    st.lists(lines),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)


def others(settings: bytes) -> list[bytes]:
    """The lines that say something else."""
    return [
        line
        for line in settings.splitlines()
        if line.strip() and b"gan_inpaint" not in line and b"[python]" not in line
    ]


@given(settings_files)
def test_only_the_key_changes_in_any_settings(settings: bytes) -> None:
    on = kritarc.enabled(settings)
    assert kritarc.is_enabled(on)
    assert kritarc.enabled(on) == on
    off = kritarc.without(on)
    assert not kritarc.is_enabled(off)
    assert others(settings) == others(on) == others(off)
