"""One service, one lock, one cache: for the daemon, the Python interface, the command line and archives."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tests.detector import scratched_page, write_detector

from gan_inpaint import service
from gan_inpaint.errors import EmptyMask, MaskCoversAll, NothingFound, UnknownModel
from gan_inpaint.models.store import ModelStore
from gan_inpaint.options import FillOptions, RepairOptions
from gan_inpaint.service import Service

PAGE, DAMAGE = scratched_page()
MASK = np.where(DAMAGE, 255, 0).astype(np.uint8)


@pytest.fixture
def store(tmp_path: Path, gray: Path) -> ModelStore:
    """A store with a generator, `gray`, and a detector under the name of the one that ships."""
    store = ModelStore(tmp_path / "models", tmp_path / "none")
    store.add(gray)
    store.add(write_detector(tmp_path / "scratches.onnx"))
    return store


@pytest.mark.parametrize("model", ["default", "auto", "classical", "gray"])
def test_a_mask_without_an_edge_is_refused_before_anything_is_loaded(store: ModelStore, model: str) -> None:
    filler = Service(store, threads=1)
    with pytest.raises(EmptyMask):
        filler.fill(PAGE, MASK * 0, FillOptions(model=model))
    with pytest.raises(MaskCoversAll):
        filler.fill(PAGE, MASK * 0 + 255, FillOptions(model=model))
    assert filler.sessions() == []


def test_a_model_is_loaded_once_for_all_operations(store: ModelStore) -> None:
    filler = Service(store, threads=1)
    filler.fill(PAGE, MASK, FillOptions(model="gray"))
    filler.repair(PAGE, MASK, RepairOptions(model="gray"))
    assert [session.model for session in filler.sessions()] == ["gray"]
    repaired = filler.detect_and_repair(PAGE, MASK * 0 + 255, RepairOptions(model="gray"))
    assert [session.model for session in filler.sessions()] == ["gray", "scratches"]
    assert repaired.found == 2 and (repaired.mask[DAMAGE] == 255).all()
    assert (repaired.image[repaired.mask == 0] == PAGE[repaired.mask == 0]).all()


def test_nothing_is_repaired_where_it_is_not_allowed(store: ModelStore) -> None:
    with pytest.raises(NothingFound):
        Service(store, threads=1).detect_and_repair(PAGE, MASK * 0, RepairOptions(model="classical"))


def test_an_unknown_model_is_reported_before_the_search_for_damage(store: ModelStore) -> None:
    seen: list[str] = []
    with pytest.raises(UnknownModel):
        Service(store, threads=1).detect_and_repair(
            PAGE, MASK, RepairOptions(model="none-such"), lambda done, total, stage: seen.append(stage)
        )
    assert seen == []


def test_a_second_thread_waits_until_the_first_is_done(store: ModelStore) -> None:
    filler, held, begun, order = Service(store, threads=1), threading.Event(), threading.Event(), []

    def first(done: int, total: int, stage: str) -> None:
        begun.set()
        assert held.wait(20)
        order.append("first")

    options = FillOptions(model="classical")
    threads = [
        threading.Thread(target=filler.fill, args=(PAGE, MASK, options, first)),
        threading.Thread(
            target=filler.fill, args=(PAGE, MASK, options, lambda done, total, stage: order.append("second"))
        ),
    ]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    held.set()
    for thread in threads:
        thread.join(20)
    assert order == sorted(order)
    assert set(order) == {"first", "second"}


def test_a_process_has_one_service_for_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_INPAINT_MODELS_DIR", str(tmp_path / "one"))
    first = service.in_process()
    assert service.in_process() is first
    monkeypatch.setenv("GAN_INPAINT_MODELS_DIR", str(tmp_path / "another"))
    assert service.in_process() is not first
