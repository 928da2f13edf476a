"""Damage is found, selected and repaired in a real Krita, with a tiny detector in the daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from tests.detector import product_with, write_detector

import gan_inpaint_client as client
from gan_inpaint_client.refusals import NO_DAMAGE

from ..conftest import EditorDaemon, daemon_environment, write_settings
from ..workbench import Screen, Workbench, eventually
from .picture import Picture
from .session import Krita

SELECT, REPAIR = "gan_inpaint_select_scratches", "gan_inpaint_repair_scratches"
LIGHT, DARK = (140, 20, 2, 160), (60, 100, 4, 4)
KIND_LABELS = ["Cracks and creases", "Scratches and hairs", "Dust and specks", "Stains", "Tears and edges"]
AROUND = 8  # pixels within which the tiny detector may see what stands out
KINDS = {
    "RGBA U8": {},
    "RGBA U16, linear light": {"depth": "U16"},
    "RGBA F32": {"depth": "F32"},
    "GRAYA U8": {"model": "GRAYA"},
}


@pytest.fixture(scope="module")
def detecting_daemon(workbench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditorDaemon]:
    folder = tmp_path_factory.mktemp("product")
    environment = daemon_environment(workbench, "detecting")
    environment |= product_with(write_detector(folder / "tiny.onnx"), folder / "copy", os.pathsep.join(sys.path))
    command = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
    yield EditorDaemon(workbench.path / "detecting" / "daemon.json")
    subprocess.run([*command, "stop"], env=environment, check=True)


@pytest.fixture
def detecting(krita: Krita, plugin: Path, detecting_daemon: EditorDaemon) -> Krita:
    """Krita, whose plug-in uses that daemon."""
    write_settings(plugin, detecting_daemon.runtime_file)
    return krita


@pytest.fixture
def scan(detecting: Krita) -> Scan:
    return Scan(detecting)


class Scan(Picture):
    """A gray page with a light scratch and a dark speck."""

    def __init__(self, krita: Krita, **properties: Any) -> None:
        super().__init__(krita, **properties)
        krita.call("remember_damage", percent=50, tone="both", dilate=2, kinds="", everything=False)
        krita.call("paint", name="Background", boxes=[(0, 0, self.width, self.height)], level=0.45)
        krita.call("paint", name="Background", boxes=[LIGHT], level=1)
        krita.call("paint", name="Background", boxes=[DARK], level=0)

    def search(self) -> None:
        """Open the dialog and wait for what is found."""
        self.krita.call("trigger", action=SELECT)
        self.krita.until("scratches_are_ready")

    def choose(self, **wanted: Any) -> npt.NDArray[np.uint8]:
        """Choose other values in the dialog, and wait for what is selected then; (height, width)."""
        assert self.krita.call("scratches", **wanted).items() >= wanted.items()
        self.krita.until("scratches_are_ready")
        return self.selected()

    def selected(self) -> npt.NDArray[np.uint8]:
        return self.selection().reshape(self.height, self.width)

    def repair(self) -> None:
        """Repair with the remembered values."""
        self.krita.call("trigger", action=REPAIR)
        self.krita.until("scratches_are_ready")
        self.krita.call("press_scratches", button="Repair")

    def near(self, *boxes: tuple[int, int, int, int], margin: int = AROUND) -> npt.NDArray[np.bool_]:
        """Where these boxes and their surroundings are; (height, width)."""
        place = np.zeros((self.height, self.width), np.bool_)
        for x, y, width, height in boxes:
            place[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin] = True
        return place


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_becomes_the_selection(detecting: Krita, kind: str) -> None:
    page = Scan(detecting, **KINDS[kind])
    before = page.pixels()
    page.search()
    detecting.call("press_scratches", button="Select")
    selected = page.selected()
    assert (selected[page.near(LIGHT, DARK, margin=0)] == 255).all()
    assert not selected[~page.near(LIGHT, DARK)].any()
    assert page.layers() == ["Background"]
    assert np.array_equal(page.pixels(), before)
    assert not detecting.call("scratches_are_shown")


def test_the_selection_follows_the_dialog(krita: Krita, scan: Scan) -> None:
    scan.search()
    both = scan.selected()
    dark = scan.choose(tone="dark", dilate=0, percent=20)
    assert dark[scan.near(DARK, margin=0)].all() and not dark[scan.near(LIGHT, margin=0)].any()
    light = scan.choose(tone="light")
    assert light[scan.near(LIGHT, margin=0)].all() and not light[scan.near(DARK, margin=0)].any()
    counts = [np.count_nonzero(scan.choose(percent=percent)) for percent in (0, 50, 90)]
    assert sorted(counts) == counts
    assert np.array_equal(scan.choose(tone="both", dilate=2, percent=50), both)
    krita.call("press_scratches", button="Cancel")


def test_what_is_found_can_be_seen_as_an_overlay_until_the_dialog_is_left(
    krita: Krita, scan: Scan, screen: Screen
) -> None:
    def reddish() -> bool:
        """Whether the page, which is gray, is red."""
        page = cv2.imread(str(screen.screenshot("overlay.png"))).astype(np.int32)
        return bool(np.count_nonzero(page[..., 2] - page[..., 1] > 60) > 50_000)

    scan.search()
    assert not reddish()
    krita.call("press_overlay")
    eventually(reddish)
    selected = scan.selected()
    krita.call("press_scratches", button="Select")
    eventually(lambda: not reddish())
    assert np.array_equal(scan.selected(), selected)


def test_kinds_are_counted_and_chosen(krita: Krita, scan: Scan) -> None:
    scan.search()
    both = scan.selected()
    labels = krita.call("kind_labels")
    assert [label.rpartition(" (")[0] for label in labels] == KIND_LABELS
    assert "Dust and specks (1)" in labels and sum(int(label.rpartition("(")[2][:-1]) for label in labels) == 2
    dust = scan.choose(kinds=["dust"])
    assert dust[scan.near(DARK, margin=0)].all() and not dust[scan.near(LIGHT)].any()
    assert krita.call("kind_labels") == labels
    krita.call("scratches", kinds=[])
    krita.until("scratches_say", sentence=NO_DAMAGE)
    assert not krita.call("has_selection") and not krita.call("scratches_are_ready")
    assert np.array_equal(scan.choose(kinds=["cracks", "scratches", "dust", "stains", "tears"]), both)
    krita.call("press_scratches", button="Cancel")


FAINT = (220, 40, 2, 80)


def test_everything_that_stands_out_in_the_selection_is_found_and_repaired(krita: Krita, scan: Scan) -> None:
    krita.call("paint", name="Background", boxes=[FAINT], level=0.5)
    before = scan.pixels()
    scan.select(box=(200, 20, 60, 140))
    krita.call("trigger", action=SELECT)
    krita.until("scratches_say", sentence=NO_DAMAGE)
    found = scan.choose(everything=True)
    assert found[scan.near(FAINT, margin=0)].all() and not found[~scan.near(FAINT)].any()
    krita.call("scratches", everything=False)
    krita.until("scratches_say", sentence=NO_DAMAGE)
    krita.call("scratches", everything=True)
    krita.until("scratches_are_ready")
    krita.call("press_scratches", button="Select")
    scan.repair()
    krita.until("count_is", layers_wanted=2)
    check_repaired(scan, before, FAINT)


def test_only_the_chosen_kinds_are_repaired(krita: Krita, scan: Scan) -> None:
    krita.call("remember_damage", kinds="dust")
    before = scan.pixels()
    scan.repair()
    krita.until("count_is", layers_wanted=2)
    check_repaired(scan, before, DARK)


def test_a_repair_without_a_kind_says_so_and_changes_nothing(krita: Krita, scan: Scan) -> None:
    krita.call("trigger", action=REPAIR)
    krita.until("scratches_are_ready")
    krita.call("scratches", kinds=[])
    krita.call("press_scratches", button="Repair")
    assert scan.message().startswith("No kind of damage is chosen.")
    assert scan.layers() == ["Background"]


def test_values_that_were_used_are_used_again(krita: Krita, scan: Scan) -> None:
    wanted = {"percent": 70, "tone": "light", "dilate": 1, "kinds": ["scratches", "dust"], "everything": True}
    scan.search()
    scan.choose(**wanted)
    krita.call("press_scratches", button="Select")
    scan.search()
    assert krita.call("scratches") == wanted
    scan.choose(percent=10)
    krita.call("press_scratches", button="Cancel")
    krita.call("trigger", action=REPAIR)
    assert krita.call("scratches") == wanted
    krita.call("press_scratches", button="Cancel")
    assert scan.layers() == ["Background"]


def test_only_what_was_selected_before_is_selected(krita: Krita, scan: Scan) -> None:
    scan.select(box=(100, 60, 100, 60), feather=6)
    before = scan.selected()
    scan.search()
    krita.call("press_scratches", button="Select")
    selected = scan.selected()
    hit = scan.near(LIGHT, margin=0)
    assert np.array_equal(selected[hit], before[hit]) and 0 < np.count_nonzero(selected[hit]) < hit.sum()
    assert (selected <= before).all() and not selected[~scan.near(LIGHT)].any()


@pytest.mark.parametrize("button", ["Select", "Cancel"])
def test_a_selection_of_the_layers_own_is_searched_and_changed(krita: Krita, scan: Scan, button: str) -> None:
    box = (100, 60, 100, 60)
    krita.call("select_locally", name="Background", box=box)
    scan.search()
    krita.call("press_scratches", button=button)
    selected = np.frombuffer(krita.bytes("local_selection", name="Background"), np.uint8)
    selected = selected.reshape(scan.height, scan.width)
    inside = scan.near(box, margin=0)
    hit = scan.near(LIGHT, margin=0) & inside
    assert (selected[hit] == 255).all() and not selected[~inside].any()
    assert (selected[inside & ~scan.near(LIGHT)] == (255 if button == "Cancel" else 0)).all()
    assert not krita.call("is_something_selected")


def test_a_repair_keeps_within_a_selection_of_the_layers_own(krita: Krita, scan: Scan) -> None:
    box = (100, 60, 100, 60)
    krita.call("select_locally", name="Background", box=box)
    scan.repair()
    krita.until("count_is", layers_wanted=2)
    alpha = scan.alpha("GAN Inpaint 1: default").reshape(scan.height, scan.width)
    inside = scan.near(box, margin=0)
    assert (alpha[scan.near(LIGHT, margin=0) & inside] == 255).all() and not alpha[~inside].any()


def test_the_slider_shows_its_value(krita: Krita, scan: Scan) -> None:
    scan.search()
    assert krita.call("sensitivity_text") == "0.50"
    scan.choose(percent=70)
    assert krita.call("sensitivity_text") == "0.70"
    krita.call("press_scratches", button="Cancel")


@pytest.mark.parametrize("selected", [True, False])
def test_cancel_restores_what_was_selected_before(krita: Krita, scan: Scan, selected: bool) -> None:
    if selected:
        scan.select(box=(100, 60, 100, 60), feather=6)
        before = scan.selected()
    scan.search()
    krita.call("press_scratches", button="Cancel")
    assert krita.call("is_something_selected") == selected
    assert not selected or np.array_equal(scan.selected(), before)
    assert not krita.call("scratches_are_shown")


def test_the_selection_is_seen(krita: Krita, scan: Scan, screen: Screen) -> None:
    krita.call("paint", name="Background", boxes=[(x, 20, 2, 160) for x in range(30, 260, 30)], level=1)
    scan.search()
    krita.call("press_scratches", button="Select")
    with_outlines = (
        8 * 2 * 160 / 2
    )  # of what Krita draws around scratches, half is darker and half lighter than the page

    def outlines() -> bool:
        """Whether so much of the screen changes when the outlines are hidden, and shown again."""
        shots = []
        for _ in range(2):
            krita.call("trigger", action="toggle_display_selection")
            krita.until("calm")
            shots.append(cv2.imread(str(screen.screenshot("outlines.png"))))
        return bool((shots[0] != shots[1]).any(axis=2).sum() > with_outlines)

    eventually(outlines)


def test_a_search_that_finds_nothing_says_so_and_selects_nothing(krita: Krita, scan: Scan) -> None:
    krita.call("paint", name="Background", boxes=[(0, 0, scan.width, scan.height)], level=0.45)
    krita.call("trigger", action=SELECT)
    krita.until("scratches_say", sentence="No damage was found")
    assert not krita.call("scratches_are_ready")
    assert not krita.call("is_something_selected")
    krita.call("press_scratches", button="Cancel")


def test_what_the_daemon_has_forgotten_is_looked_for_again(
    krita: Krita, scan: Scan, detecting_daemon: EditorDaemon
) -> None:
    scan.search()
    both = scan.selected()
    with client.connect(str(detecting_daemon.runtime_file)) as other:
        for _ in range(8):
            other.detect(bytes(64 * 64), width=64, height=64, layout="gray", depth="u8")
    assert not scan.choose(tone="dark", percent=20)[scan.near(LIGHT, margin=0)].any()
    assert np.array_equal(scan.choose(tone="both", percent=50), both)
    krita.call("press_scratches", button="Cancel")


def test_while_the_dialog_is_open_nothing_else_begins(krita: Krita, scan: Scan) -> None:
    scan.search()
    krita.call("trigger", action=REPAIR)
    assert scan.message().startswith("GAN Inpaint is already at work.")
    krita.call("press_scratches", button="Cancel")


def test_a_picture_closed_under_the_dialog_is_reported(krita: Krita, scan: Scan) -> None:
    scan.search()
    krita.until("calm")
    krita.call("close_all")
    krita.call("scratches", tone="dark")
    assert krita.until("close_message_box").startswith("The picture was closed")
    assert not krita.call("scratches_are_shown")


def check_repaired(page: Scan, before: np.ndarray, *damage: tuple[int, int, int, int]) -> np.ndarray:
    """The fill layer hides the damage, boxes of pixels, and nothing far from it; what is seen has changed there alone,
    and in all of the damage. Returns the layer's alpha, (height, width)."""
    alpha, damaged = page.alpha("GAN Inpaint 1: default").reshape(page.height, page.width), page.near(*damage, margin=0)
    assert (alpha[damaged] == 255).all()
    assert not alpha[~page.near(*damage)].any()
    changed = (page.pixels() != before).any(axis=1)
    assert not changed[alpha.ravel() == 0].any()
    assert changed[damaged.ravel()].all()
    return alpha


@pytest.mark.parametrize("kind", KINDS)
def test_a_repair_is_a_layer_with_the_repaired_pixels_only(detecting: Krita, kind: str) -> None:
    page = Scan(detecting, **KINDS[kind])
    before = page.pixels()
    page.repair()
    detecting.until("count_is", layers_wanted=2)
    alpha = check_repaired(page, before, LIGHT, DARK)
    assert not page.pixels("GAN Inpaint 1: default")[alpha.ravel() == 0].any()
    assert np.array_equal(page.pixels("Background"), before)


def test_twelve_megapixels_are_repaired_in_one_step_too(detecting: Krita) -> None:
    page = Scan(detecting, width=4000, height=3000)
    lines = [(150, 1500, 3700, 2), (3990, 20, 2, 2960)]
    detecting.call("paint", name="Background", boxes=lines, level=1)
    before = page.pixels()
    page.repair()
    detecting.until("count_is", layers_wanted=2)
    check_repaired(page, before, LIGHT, DARK, *lines)
    page.undo()
    assert np.array_equal(page.pixels(), before)


@pytest.mark.parametrize("kind", KINDS)
def test_one_undo_takes_a_repair_away_and_redo_brings_it_back(detecting: Krita, kind: str) -> None:
    page = Scan(detecting, **KINDS[kind])
    before = page.pixels()
    page.repair()
    detecting.until("count_is", layers_wanted=2)
    repaired = page.pixels("GAN Inpaint 1: default")
    page.undo()
    assert page.layers() == ["Background"]
    assert np.array_equal(page.pixels(), before)
    page.redo()
    assert np.array_equal(page.pixels("GAN Inpaint 1: default"), repaired)


def test_only_what_is_selected_is_repaired(krita: Krita, scan: Scan) -> None:
    scan.select(box=(100, 60, 100, 60), feather=6)
    selected = scan.selected()
    scan.repair()
    krita.until("count_is", layers_wanted=2)
    alpha = scan.alpha("GAN Inpaint 1: default").reshape(scan.height, scan.width)
    hit = scan.near(LIGHT, margin=0)
    assert np.array_equal(alpha[hit], selected[hit]) and 0 < np.count_nonzero(alpha[hit]) < hit.sum()
    assert (alpha <= selected).all() and not alpha[~scan.near(LIGHT)].any()
    assert np.array_equal(scan.selected(), selected)


def test_a_repair_that_finds_nothing_says_so_and_changes_nothing(krita: Krita, scan: Scan) -> None:
    scan.select(box=(200, 20, 60, 60))
    before, selected = scan.pixels(), scan.selected()
    krita.call("forget_changes")
    scan.repair()
    assert scan.message().startswith("No damage was found here.")
    assert scan.layers() == ["Background"]
    assert np.array_equal(scan.pixels(), before)
    assert np.array_equal(scan.selected(), selected)
    assert not krita.call("modified")
    assert not krita.call("progress")
