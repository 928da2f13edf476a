"""A folder of photograph-like pictures and a configuration small enough to train in seconds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml

torch.set_num_threads(1)  # the networks here are so small that threads cost more than they give

TINY = {
    "title": "Tiny",
    "window": 64,
    "generator": {"name": "dmfb", "width": 8, "blocks": 1, "fine_blocks": 1},
    "adversary": {"name": "sn-patchgan", "width": 8, "start": 8, "ramp": 8},
    "masks": {"boxes": 1.0, "scratches": 1.0},
    "loss": {"hole": 1.0, "known": 0.1, "adversarial": 0.2, "feature_matching": 0.3},
    "schedule": {
        "images": 32,
        "batch": 4,
        "precision": "32-true",
        "log_every": 8,
        "checkpoint_every": 16,
        "ema_half_life": 16,
    },
}


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Six pictures of smooth colour with a few shapes, 96×80."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    random = np.random.default_rng(5)
    for number in range(6):
        picture = cv2.resize(random.integers(0, 256, (6, 5, 3), np.uint8), (96, 80), interpolation=cv2.INTER_CUBIC)
        cv2.circle(picture, (40, 40), 15, random.integers(0, 256, 3).tolist(), -1)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    return folder


@pytest.fixture
def tiny_config(tmp_path: Path, photographs: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    data = {"shards": [str(photographs)], "crop": 32, "max_reduction": 2.0, "workers": 0}
    path.write_text(yaml.safe_dump(TINY | {"data": data}))
    return path
