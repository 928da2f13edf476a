"""Tiny ONNX files that follow, or break, the conventions for generators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx
import pytest

from gan_inpaint.models.manifest import KEY, Manifest

GraphWriter = Callable[..., Path]

CONTRACT = "float[N, 3, H, W] image, float[N, 1, H, W] mask) => (float[N, 3, H, W] fill"


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        name="gray",
        title="Paints holes gray",
        version="1.2",
        size_multiple=8,
        window=64,
        training_data="none",
        licence="CC0-1.0",
        images_seen=0,
        metrics={"psnr": 12.5},
    )


@pytest.fixture
def write_graph(tmp_path: Path) -> GraphWriter:
    """`write_graph(name, body, signature, manifest)` writes NAME.onnx and returns its path.

    `body` and `signature` are in ONNX's text format; `manifest` is a Manifest, a text, or None for a foreign file.
    """

    def write(name: str, body: str, signature: str = CONTRACT, manifest: Manifest | str | None = None) -> Path:
        model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 18]> graph ({signature}) {{ {body} }}')
        if manifest is not None:
            text = manifest if isinstance(manifest, str) else msgspec.json.encode(manifest).decode()
            onnx.helper.set_model_props(model, {KEY: text})
        path = tmp_path / "sources" / f"{name}.onnx"
        path.parent.mkdir(exist_ok=True)
        onnx.save(model, path)
        return path

    return write


@pytest.fixture
def gray(write_graph: GraphWriter, manifest: Manifest) -> Path:
    """A generator of the contract that paints holes 0.5 and passes the known pixels on."""
    return write_graph(
        "gray", "half = Constant<value_float: float = 0.5>() paint = Mul(mask, half) fill = Add(image, paint)",
        manifest=manifest,
    )  # fmt: skip
