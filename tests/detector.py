"""A tiny detector: what is lighter or darker than the mean of the 9 × 9 pixels around it is damage."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx

import gan_inpaint
from gan_inpaint.models.entry import SCRATCHES
from gan_inpaint.models.manifest import KEY, DetectorManifest
from gan_inpaint.models.store import ModelStore

_SIGNATURE = "float[N, 3, H, W] image) => (float[N, 2, H, W] damage"
_BODY = """
    axis = Constant<value = int64[1] {1}>()  twice = Constant<value_float: float = 2.0>()
    none = Constant<value_float: float = 0.0>()  all = Constant<value_float: float = 1.0>()
    gray = ReduceMean<keepdims: int = 1>(image, axis)
    around = AveragePool<kernel_shape: ints = [9, 9], pads: ints = [4, 4, 4, 4]>(gray)
    difference = Sub(gray, around)  raised = Mul(difference, twice)  lowered = Neg(raised)
    both = Concat<axis: int = 1>(raised, lowered)  damage = Clip(both, none, all)
"""


def detector_manifest(**changes: Any) -> DetectorManifest:
    about: dict[str, Any] = {
        **{"name": "tiny", "title": "Finds what stands out", "version": "1", "size_multiple": 8, "window": 64},
        **{"reach": 4, "threshold": 0.5, "training_data": "none", "licence": "CC0-1.0", "images_seen": 0},
    }
    return DetectorManifest(**(about | changes))


def write_detector(
    path: Path,
    manifest: DetectorManifest | None = None,
    body: str = _BODY,
    signature: str = _SIGNATURE,
) -> Path:
    """Write the ONNX file; `body` and `signature` are in ONNX's text format."""
    model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 18]> graph ({signature}) {{ {body} }}')
    text = msgspec.json.encode(manifest or detector_manifest()).decode()
    onnx.helper.set_model_props(model, {KEY: text})
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path


def product_with(detector: Path | None, folder: Path, python_path: str) -> dict[str, str]:
    """The variables that let a daemon run a copy of the product, made in `folder`, that ships with this detector."""
    package = folder / "gan_inpaint"
    ignored = shutil.ignore_patterns("__pycache__", f"{SCRATCHES}.*")
    shutil.copytree(Path(gan_inpaint.__file__).parent, package, ignore=ignored)
    if detector is not None:
        ModelStore(package / "weights", built_in_dir=folder / "none").add(detector, name=SCRATCHES)
    return {"PYTHONPATH": os.pathsep.join([str(folder), python_path])}


def scratched_page() -> tuple[np.ndarray, np.ndarray]:
    """A gray slope, (120, 160) uint8, with a light scratch and a dark speck; and where these are."""
    page = np.broadcast_to(np.linspace(80, 140, 160).astype(np.uint8), (120, 160)).copy()
    page[10:110, 40:42], page[60:63, 100:103] = 255, 0
    damage = np.zeros(page.shape, np.bool_)
    damage[10:110, 40:42] = damage[60:63, 100:103] = True
    return page, damage
