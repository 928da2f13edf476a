"""What the plug-in does to pixels, without Krita: pure functions on bytes."""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from gan_inpaint import installer

FORMATS = [(model, depth) for model in ("RGBA", "GRAYA") for depth in ("U8", "U16", "F16", "F32")]


@pytest.fixture(scope="module")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The module, out of an installed plug-in; the plug-in's own `__init__`, which needs Krita, is not run."""
    folder = tmp_path_factory.mktemp("krita")
    installer.install("krita", directory=folder)
    package = ModuleType("installed_plugin")
    package.__path__ = [str(folder / "pykrita" / "gan_inpaint")]
    sys.modules[package.__name__] = package
    yield importlib.import_module("installed_plugin.pixels")
    for name in [name for name in sys.modules if name.split(".")[0] == package.__name__]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc"), ("bgra", "u8", "srgb")),
        (("RGBA", "U16", "sRGB-elle-V2-g10.icc"), ("bgra", "u16", "linear")),
        (("RGBA", "F16", "scRGB (linear)"), ("rgba", "f16", "linear")),
        (("RGBA", "F32", "Artifex Software scRGB ICCProfile"), ("rgba", "f32", "linear")),
        (("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc"), ("graya", "u8", "srgb")),
        (("GRAYA", "F32", "Gray-D50-elle-V4-g10.icc"), ("graya", "f32", "linear")),
        (("RGBA", "U8", "krita-2.5, lcms sRGB built-in with linear gamma TRC"), ("bgra", "u8", "linear")),
        (("RGBA", "U8", "ClayRGB-elle-V2-g22.icc"), ("bgra", "u8", "srgb")),
        (("RGBA", "U8", "Artifex Software A98 ICC Profile "), ("bgra", "u8", "srgb")),
    ],
)
def test_kritas_names_become_the_protocols(
    pixels: ModuleType, named: tuple[str, str, str], expected: tuple[str, str, str]
) -> None:
    assert pixels.PixelFormat.of(*named) == expected


@pytest.mark.parametrize("named", [("CMYKA", "U8"), ("LABA", "U16"), ("XYZA", "F32"), ("RGBA", "F64")])
def test_other_colours_are_refused_with_a_sentence(pixels: ModuleType, named: tuple[str, str]) -> None:
    with pytest.raises(Exception, match=r"^A layer (in|with) .* cannot be filled\.") as refused:
        pixels.PixelFormat.of(*named, "")
    assert type(refused.value).__name__ == "Refusal"


@pytest.mark.parametrize(("model", "depth"), FORMATS)
def test_an_alpha_channel_comes_back_as_it_was_put_in(pixels: ModuleType, model: str, depth: str) -> None:
    pixel_format = pixels.PixelFormat.of(model, depth, "")
    before = np.random.default_rng(1).integers(0, 60, 256 * pixel_format.pixel_bytes, np.uint8).tobytes()
    alpha = bytes(range(256))
    after = pixels.with_alpha(before, alpha, pixel_format)
    assert pixels.alpha_of(after, pixel_format) == alpha
    colours = np.ones((256, pixel_format.pixel_bytes), bool)
    colours[:, -pixel_format.sample_bytes :] = False
    rows = [np.frombuffer(data, np.uint8).reshape(256, -1) for data in (before, after)]
    assert np.array_equal(rows[0][colours], rows[1][colours])


@pytest.mark.parametrize(("depth", "one"), [("U16", "<H"), ("F16", "<e"), ("F32", "<f")])
def test_opaque_pixels_are_known_as_such(pixels: ModuleType, depth: str, one: str) -> None:
    pixel_format = pixels.PixelFormat.of("GRAYA", depth, "")
    white = struct.pack(one, 65535 if depth == "U16" else 1)
    assert pixels.alpha_of(white * 2 * 7, pixel_format) == b"\xff" * 7


def test_alpha_beyond_its_range_and_no_number_are_taken_in(pixels: ModuleType) -> None:
    pixel_format = pixels.PixelFormat.of("GRAYA", "F32", "")
    samples = struct.pack("<6f", 0, 1.5, 0, -1, 0, float("nan"))
    assert pixels.alpha_of(samples, pixel_format) == b"\xff\0\0"


@pytest.mark.parametrize(("depth", "dtype", "white"), [("U16", np.uint16, 65535), ("F16", np.float16, 1)])
def test_every_alpha_of_16_bits_is_rounded_to_8(pixels: ModuleType, depth: str, dtype: type, white: int) -> None:
    samples = np.arange(2**16, dtype=np.uint16)
    alpha = samples.view(dtype)
    exact = np.clip(np.nan_to_num(alpha.astype(float), posinf=white) / white, 0, 1) * 255
    grays = np.stack([samples, samples], axis=1).tobytes()
    found = np.frombuffer(pixels.alpha_of(grays * 5, pixels.PixelFormat.of("GRAYA", depth, "")), np.uint8)
    assert np.array_equal(found.reshape(5, -1), [np.rint(exact)] * 5)


def test_what_is_laid_over_shows_where_it_is_opaque(pixels: ModuleType) -> None:
    pixel_format = pixels.PixelFormat.of("GRAYA", "U8", "")
    below, above = bytes([1, 255] * 4), bytes([9, 255, 9, 0, 9, 127, 9, 128])
    assert pixels.laid_over(below, above, pixel_format) == bytes([9, 255, 1, 255, 1, 255, 9, 128])
