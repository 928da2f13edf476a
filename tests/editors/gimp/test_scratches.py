"""Select scratches… and Repair scratches…, in a real GIMP and with a daemon that has a tiny detector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ..conftest import EditorDaemon, write_settings
from ..workbench import Workbench
from .scan import (
    CLEAN,
    DAMAGE,
    HEIGHT,
    IMAGE,
    PAGE,
    PLACE,
    REPAIR,
    SAMPLES,
    SELECT,
    WIDTH,
    Scan,
    found,
)
from .session import Gimp


@pytest.mark.parametrize("arguments", [{}, {"sensitivity": 0.9}, {"tone": "light"}, {"tone": "dark"}, {"dilate": 0}])
def test_what_is_found_becomes_the_selection(console: Gimp, finder: EditorDaemon, arguments: dict[str, Any]) -> None:
    scan = Scan.create(console)
    before = scan.pixels()
    assert not scan.run(SELECT, **arguments)
    selected = scan.selection()
    assert np.array_equal(selected, found(finder, **arguments))
    assert selected[DAMAGE].any() and not selected.all()
    assert np.array_equal(scan.pixels(), before)


def test_every_argument_changes_what_is_selected(finder: EditorDaemon) -> None:
    masks = [
        found(finder, **arguments).tobytes()
        for arguments in ({}, {"sensitivity": 0.9}, {"tone": "light"}, {"tone": "dark"}, {"dilate": 0})
    ]
    assert len(set(masks)) == len(masks)


@pytest.mark.parametrize("place", [(-20, 40), (60, -30)])
def test_what_lies_beyond_the_image_is_not_selected(
    console: Gimp, finder: EditorDaemon, place: tuple[int, int]
) -> None:
    scan = Scan.create(console, place=place)
    assert not scan.run(SELECT)
    rows, columns = np.indices(PAGE.shape)
    x, y = columns + place[0], rows + place[1]
    seen = (x >= 0) & (x < IMAGE[0]) & (y >= 0) & (y < IMAGE[1])
    assert np.array_equal(scan.selection(), np.where(seen, found(finder), 0))


def test_damage_only_beyond_the_image_selects_nothing(console: Gimp) -> None:
    scan = Scan.create(console, place=(-140, 0))
    assert scan.run(SELECT, tone="light").startswith("No damage was found")
    assert scan.bounds() is None


@pytest.mark.parametrize("soft", [False, True])
def test_scratches_are_selected_within_the_selection_only(console: Gimp, finder: EditorDaemon, soft: bool) -> None:
    scan = Scan.create(console)
    scan.choose(soft=soft)
    before = scan.selection()
    assert not scan.run(SELECT)
    selected = scan.selection()
    assert np.array_equal(selected, np.minimum(found(finder), before))
    assert selected.any() and (selected[found(finder) == 255] == 0).any()


def test_nothing_stays_selected_outside_of_the_layer(console: Gimp) -> None:
    scan = Scan.create(console)
    console.call("select", image=scan.image, box=(0, 0, *IMAGE))
    assert not scan.run(SELECT)
    left, top, right, bottom = scan.bounds() or []
    assert PLACE[0] <= left and PLACE[1] <= top and right <= PLACE[0] + WIDTH and bottom <= PLACE[1] + HEIGHT


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_only_the_chosen_kinds_are_selected_and_repaired(console: Gimp, finder: EditorDaemon, procedure: str) -> None:
    scan, dust = Scan.create(console), found(finder, kinds=("dust",))
    assert dust.any() and not np.array_equal(dust, found(finder))
    before = scan.pixels()
    assert not scan.run(procedure, cracks=False, scratches=False, stains=False, tears=False)
    if procedure == SELECT:
        assert np.array_equal(scan.selection(), dust)
    else:
        changed = (scan.pixels() != before).any(axis=2)
        assert changed.any() and not changed[dust == 0].any()


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_everything_that_stands_out_in_the_selection_is_selected_and_repaired(console: Gimp, procedure: str) -> None:
    page, faint = np.full(PAGE.shape, 100, np.uint8), (slice(20, 90), slice(60, 62))
    page[faint] += 14
    scan = Scan.create(console, page)
    scan.choose()
    chosen = scan.selection() > 0
    before = scan.pixels()
    assert scan.run(procedure).startswith("No damage was found")
    assert not scan.run(procedure, everything=True)
    line = np.zeros(page.shape, np.bool_)
    line[faint] = True
    changed = scan.selection() > 0 if procedure == SELECT else (scan.pixels() != before).any(axis=2)
    assert (line & chosen).any() and changed[line & chosen].mean() > 0.9
    near = cv2.dilate(line.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert not changed[~near | ~chosen].any()


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_without_a_kind_nothing_is_done(console: Gimp, procedure: str) -> None:
    scan = Scan.create(console)
    before = scan.state()
    sentence = scan.run(procedure, cracks=False, scratches=False, dust=False, stains=False, tears=False)
    assert sentence.startswith("No damage was found" if procedure == SELECT else "No kind of damage is chosen.")
    assert scan.state() == before


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize(
    ("precision", "properties"),
    [
        ("u8-non-linear", {}),
        ("u8-non-linear", {"gray": True, "alpha": True}),
        ("u16-non-linear", {}),
        ("u16-non-linear", {"alpha": True}),
        ("u32-non-linear", {}),
    ],
)
def test_all_but_the_damage_stays_bit_identical(
    console: Gimp, finder: EditorDaemon, precision: str, properties: dict[str, bool], soft: bool
) -> None:
    scan = Scan.create(console, precision=precision, **properties)
    if soft:
        scan.choose(soft=True)
    allowed = scan.selection() > 0 if soft else np.ones(PAGE.shape, np.bool_)
    before = scan.pixels()
    assert not scan.run(REPAIR)
    after, may_change = scan.pixels(), (found(finder) > 0) & allowed
    assert np.array_equal(after[~may_change], before[~may_change])
    repaired = DAMAGE & (scan.selection() == 255) if soft else DAMAGE
    color = 0 if precision == "u8-non-linear" else after.shape[2] // (4 if properties else 3) - 1
    distance = after[repaired, color].astype(int) - CLEAN[repaired]
    assert repaired.any() and np.abs(distance).max() < 40, "the slope goes on where the damage was"
    if "alpha" in properties:
        sample = np.dtype(SAMPLES[precision]).itemsize
        assert np.array_equal(after[..., -sample:], before[..., -sample:])


@pytest.mark.parametrize("arguments", [{"tone": "light"}, {"tone": "dark"}])
def test_only_the_chosen_kind_of_damage_is_repaired(
    console: Gimp, finder: EditorDaemon, arguments: dict[str, str]
) -> None:
    scan = Scan.create(console)
    before = scan.pixels()
    assert not scan.run(REPAIR, **arguments)
    changed = (scan.pixels() != before).any(axis=2)
    assert changed.any() and not changed[found(finder, **arguments) == 0].any()


def test_a_locked_layer_can_be_searched_but_not_repaired(console: Gimp, finder: EditorDaemon) -> None:
    scan = Scan.create(console)
    console.call("lock", layer=scan.layer)
    before = scan.state()
    assert scan.run(REPAIR).startswith("The layer's pixels are locked.")
    assert scan.state() == before
    assert not scan.run(SELECT)
    assert np.array_equal(scan.selection(), found(finder))


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_nothing_found_is_reported_and_changes_nothing(console: Gimp, procedure: str, chosen: bool) -> None:
    scan = Scan.create(console, CLEAN)
    if chosen:
        scan.choose(soft=True)
    before = scan.state()
    assert scan.run(procedure).startswith("No damage was found")
    assert scan.state() == before


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_a_daemon_that_is_gone_is_reported(console: Gimp, plugin: Path, workbench: Workbench, procedure: str) -> None:
    write_settings(plugin, workbench.path / "none" / "daemon.json")
    scan = Scan.create(console)
    scan.choose()
    before = scan.state()
    assert "gan-inpaint plugin install" in scan.run(procedure)
    assert scan.state() == before
