"""The checkpoints that travel with the source hold what a new run starts from, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="checkpoints are read with the extra “train”")

FOLDER = Path(__file__).parents[2] / "training" / "checkpoints"
NAMES = {"default", "faces", "scratches"}
LIMIT_BYTES = 12_000_000
CHECKPOINTS = sorted(FOLDER.glob("*"))


def test_checkpoints_are_named_like_the_models_that_ship() -> None:
    assert {path.suffix for path in CHECKPOINTS} <= {".pt"}
    assert {path.stem for path in CHECKPOINTS} <= NAMES


def test_checkpoints_take_no_more_than_12_megabytes_together() -> None:
    assert sum(path.stat().st_size for path in CHECKPOINTS) <= LIMIT_BYTES


@pytest.mark.parametrize("path", CHECKPOINTS, ids=lambda path: path.stem)
def test_a_checkpoint_holds_weights_their_configuration_and_a_count_and_nothing_else(path: Path) -> None:
    state = torch.load(path, map_location="cpu", weights_only=True)
    assert set(state) == {"weights", "config", "images_seen"}
    assert isinstance(state["config"], dict)
    assert isinstance(state["images_seen"], int) and state["images_seen"] > 0
    assert state["weights"]
    for tensor in state["weights"].values():
        assert tensor.isfinite().all()
    stored = sum(tensor.numel() * tensor.element_size() for tensor in state["weights"].values())
    assert path.stat().st_size < stored + 200_000  # what the file format and the configuration take
