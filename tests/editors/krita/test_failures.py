"""What cannot be filled is answered with a sentence, and the picture stays as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gan_inpaint_client as client

from ..conftest import EditorDaemon, daemon_environment, write_settings
from ..workbench import Workbench, eventually
from .picture import Picture
from .session import Krita

SPECKLES = {"spacing": 120, "side": 24}
FILLS = ["gan_inpaint", "gan_inpaint_again", "gan_inpaint_variants"]
SCRATCHES = ["gan_inpaint_select_scratches", "gan_inpaint_repair_scratches"]


@pytest.fixture
def large(krita: Krita) -> Picture:
    """A picture with so much selected that a fill takes some seconds."""
    picture = Picture(krita, 2000, 1500)
    krita.call("select_speckles", **SPECKLES)
    return picture


@pytest.mark.parametrize("action", [*FILLS, *SCRATCHES])
def test_without_a_picture_a_box_says_so(krita: Krita, action: str) -> None:
    krita.call("trigger", action=action)
    assert krita.until("close_message_box").startswith("No picture is open.")


@pytest.mark.parametrize("action", FILLS)
def test_without_a_selection_there_is_a_message(krita: Krita, action: str) -> None:
    picture = Picture(krita)
    assert picture.refused(action).startswith("Nothing is selected.")
    krita.until("floating_message_is_shown")
    assert not krita.call("dialog_is_shown")


def test_an_empty_selection_is_reported(krita: Krita) -> None:
    picture = Picture(krita)
    krita.call("select", box=(0, 0, 0, 0))
    assert picture.refused().startswith("Nothing is selected.")


def test_a_selection_outside_the_picture_is_reported(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(picture.width + 10, 0, 50, 50))
    assert picture.refused().startswith("The selection is outside the picture.")


def test_a_selection_over_the_whole_picture_is_reported(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(0, 0, picture.width, picture.height))
    assert picture.refused()


@pytest.mark.parametrize(("model", "name"), [("CMYKA", "CMYK"), ("LABA", "L*a*b*")])
def test_colours_that_cannot_be_filled_are_named(krita: Krita, model: str, name: str) -> None:
    picture = Picture(krita, model=model)
    picture.select()
    assert picture.refused().startswith(f"A layer in {name} cannot be filled.")


def test_a_layer_without_pixels_is_reported(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    name = krita.call("add", kind="filter layer")
    krita.call("activate", name=name)
    krita.until("is_active", name=name)
    assert picture.refused().startswith("The chosen layer has no pixels.")


def test_a_hidden_layer_is_reported(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    krita.call("hide", name="Background")
    assert picture.refused().startswith("The chosen layer is hidden.")


@pytest.mark.parametrize("action", [*FILLS, *SCRATCHES])
def test_a_layer_in_a_hidden_group_is_reported(krita: Krita, action: str) -> None:
    picture = Picture(krita)
    picture.select()
    group = krita.call("group", name="Background")
    krita.call("activate", name="Background")
    krita.until("is_active", name="Background")
    krita.call("hide", name=group)
    assert picture.refused(action).startswith("The chosen layer is in a hidden group.")


def test_a_model_that_was_removed_is_named(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    krita.call("remember", name="model", value="nothing-like-it")
    assert "nothing-like-it" in picture.refused()


@pytest.mark.parametrize("action", [*FILLS, SCRATCHES[0]])
def test_a_daemon_that_cannot_be_started_is_reported(krita: Krita, plugin: Path, tmp_path: Path, action: str) -> None:
    write_settings(plugin, tmp_path / "daemon.json", ["/nonexistent/gan-inpaint", "serve", "--detach"])
    picture = Picture(krita)
    picture.select()
    assert "start" in picture.refused(action)
    assert not krita.call("dialog_is_shown")
    assert not krita.call("scratches_are_shown")


def test_a_daemon_that_is_not_running_is_started_meanwhile_krita_goes_on(
    krita: Krita, plugin: Path, workbench: Workbench
) -> None:
    environment = daemon_environment(workbench, "started")
    runtime_file, wanted = workbench.path / "started" / "daemon.json", workbench.path / "started" / "wanted"
    command = workbench.path / "start"
    # The daemon runs outside the root: inside, its starter asks for it and waits until it is there.
    command.write_text(f"#!/bin/sh\ntouch {wanted}\nuntil [ -e {runtime_file} ]; do sleep 0.02; done\n")
    command.chmod(0o700)
    write_settings(plugin, runtime_file, [str(command)])
    picture = Picture(krita)
    picture.select()
    krita.call("watch_gaps")
    krita.call("trigger", action="gan_inpaint_again")
    eventually(wanted.exists)
    gan_inpaint = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*gan_inpaint, "serve", "--detach"], env=environment, check=True)
    krita.until("count_is", layers_wanted=2)
    assert krita.call("largest_gap") < 1  # seconds; 0.2 to 0.3 were seen, and a fill takes many
    subprocess.run([*gan_inpaint, "stop"], env=environment, check=True)


def test_a_wrong_token_is_reported(
    krita: Krita, plugin: Path, editor_daemon: EditorDaemon, workbench: Workbench
) -> None:
    runtime = json.loads(editor_daemon.runtime_file.read_text()) | {"token": "0" * 64}
    wrong = workbench.path / "wrong.json"
    wrong.write_text(json.dumps(runtime))
    wrong.chmod(0o600)
    write_settings(plugin, wrong)
    picture = Picture(krita)
    picture.select()
    assert picture.refused()


def test_a_daemon_killed_during_a_fill_is_reported(
    krita: Krita, large: Picture, plugin: Path, workbench: Workbench
) -> None:
    environment = daemon_environment(workbench, "killed")
    subprocess.run([sys.executable, "-m", "gan_inpaint", "serve", "--detach"], env=environment, check=True)
    runtime_file = workbench.path / "killed" / "daemon.json"
    write_settings(plugin, runtime_file)
    before = large.pixels()
    krita.call("trigger", action="gan_inpaint_again")
    with client.connect(str(runtime_file)) as watcher:
        status = eventually(lambda: (status := watcher.status())["running"] and status)
    os.kill(status["pid"], signal.SIGKILL)
    assert "connection" in large.message()
    assert large.layers() == ["Background"]
    assert np.array_equal(large.pixels(), before)
    assert not krita.call("progress")
    assert "start" in large.refused(), "the runtime file that is left leads to no daemon, and none can be started"


def test_cancel_leaves_the_picture_alone_and_ends_the_work(
    krita: Krita, large: Picture, editor_daemon: EditorDaemon
) -> None:
    before = large.pixels()
    krita.call("trigger", action="gan_inpaint_again")
    assert krita.until("progress")
    krita.call("press_cancel")
    assert not krita.call("progress")
    eventually(lambda: not editor_daemon.status()["running"])
    assert large.layers() == ["Background"]
    assert np.array_equal(large.pixels(), before)
    large.select()
    large.fill()


def test_a_second_fill_waits_for_the_first(krita: Krita, large: Picture) -> None:
    krita.call("trigger", action="gan_inpaint_again")
    krita.call("trigger", action="gan_inpaint")
    assert large.message().startswith("GAN Inpaint is already at work.")
    krita.until("progress")
    krita.call("press_cancel")


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [
        (("remove", {"name": "Background"}), "The layer was removed"),
        (("change", {"name": "Background", "box": (110, 70, 10, 10)}), "The picture has changed in the meantime"),
        (("move", {"name": "Background", "x": 30, "y": 0}), "The picture has changed in the meantime"),
        (("resize", {"width": 200, "height": 100}), "The picture has changed in the meantime"),
    ],
)
def test_a_layer_that_changed_meanwhile_is_reported(krita: Krita, meanwhile: tuple[str, Any], sentence: str) -> None:
    picture = Picture(krita)
    krita.call("add", kind="empty paint layer")
    picture.select()
    krita.call("activate", name="Background")
    krita.until("is_active", name="Background")
    krita.call("at_once", calls=[("trigger", {"action": "gan_inpaint_again"}), meanwhile])
    assert picture.message().startswith(sentence)
    assert not any(name.startswith("GAN Inpaint") for name in picture.layers())


def test_a_picture_closed_meanwhile_is_reported(krita: Krita) -> None:
    Picture(krita).select()
    krita.until("calm")
    krita.call("at_once", calls=[("trigger", {"action": "gan_inpaint_again"}), ("close_all", {})])
    assert krita.until("close_message_box").startswith("The picture was closed")


def test_a_change_elsewhere_does_not_keep_the_fill_away(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    elsewhere = ("change", {"name": "Background", "box": (0, 0, 40, 40)})
    krita.call("at_once", calls=[("trigger", {"action": "gan_inpaint_again"}), elsewhere])
    krita.until("count_is", layers_wanted=2)
