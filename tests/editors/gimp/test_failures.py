"""What cannot be filled is answered with a sentence, and the image stays as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gan_inpaint_client as client

from ..conftest import EditorDaemon, daemon_environment, write_settings
from ..workbench import Workbench, eventually
from .session import Gimp

REFUSALS = {
    "group": "A layer group cannot be filled.",
    "text": "A text layer has no pixels.",
    "locked": "The layer's pixels are locked.",
    "in a locked group": "The layer's pixels are locked.",
    "layer mask": "A layer mask or a channel is being edited.",
    "channel": "A layer mask or a channel is being edited.",
    "floating selection": "There is a floating selection.",
    "indexed": "The picture has indexed colours.",
    "several layers": "Several layers are chosen.",
    "hidden": "The chosen layer is hidden.",
    "in a hidden group": "The chosen layer is in a hidden group.",
    "empty": "The chosen layer is empty there.",
    "quick mask": "The Quick Mask is on",
    "no selection": "Nothing is selected.",
    "selection outside the layer": "The selection is outside the layer.",
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_cannot_be_filled_is_refused_with_a_sentence(gimp: Gimp, kind: str) -> None:
    made = gimp.call("unfillable", kind=kind)
    before = gimp.bytes("pixels", layer=made["layer"]), gimp.call("layers", image=made["image"])
    procedure = "gan-inpaint-repair-scratches" if kind == "several layers" else "gan-inpaint-fill"
    answer = gimp.call("run", procedure_name=procedure, image=made["image"], drawables=made["drawables"])
    assert answer["status"] == "execution-error"
    assert answer["message"].startswith(REFUSALS[kind])
    assert (gimp.bytes("pixels", layer=made["layer"]), gimp.call("layers", image=made["image"])) == before


class Photo:
    """An image with a selection, whose bytes are remembered."""

    def __init__(self, gimp: Gimp, width: int = 160, height: int = 120) -> None:
        self.gimp = gimp
        self.made = gimp.call("create", width=width, height=height)
        gimp.call("select", image=self.made["image"], box=(40, 30, 30, 20))
        self.before = gimp.bytes("pixels", layer=self.made["layer"])

    def refused(self, **arguments: str) -> str:
        """The sentence that a fill ends with; asserts that it failed and changed nothing."""
        answer = self.gimp.call("fill", image=self.made["image"], drawables=[self.made["layer"]], **arguments)
        assert answer["status"] == "execution-error"
        assert self.gimp.bytes("pixels", layer=self.made["layer"]) == self.before
        assert len(self.gimp.call("layers", image=self.made["image"])) == 1
        return str(answer["message"])


def test_an_unknown_model_is_named(gimp: Gimp) -> None:
    assert "no model called “nothing-like-it”" in Photo(gimp).refused(model="nothing-like-it")


def test_a_selection_over_the_whole_layer_is_reported(gimp: Gimp) -> None:
    photo = Photo(gimp)
    gimp.call("select", image=photo.made["image"], box=(0, 0, 160, 120))
    assert "nothing to take the fill from" in photo.refused()


def test_no_daemon_and_no_command_that_starts_one_is_reported(gimp: Gimp, plugin: Path, workbench: Workbench) -> None:
    write_settings(plugin, workbench.path / "none" / "daemon.json", ["/nonexistent/gan-inpaint", "serve", "--detach"])
    assert "gan-inpaint plugin install" in Photo(gimp).refused()


def test_no_permission_to_start_a_daemon_is_reported(gimp: Gimp, plugin: Path, workbench: Workbench) -> None:
    forbidden = workbench.path / "forbidden"
    forbidden.touch(mode=0o600)
    write_settings(plugin, workbench.path / "none" / "daemon.json", [str(forbidden)])
    assert "Permission denied" in Photo(gimp).refused()


def test_a_wrong_token_is_reported(gimp: Gimp, plugin: Path, editor_daemon: EditorDaemon, workbench: Workbench) -> None:
    runtime = json.loads(editor_daemon.runtime_file.read_text()) | {"token": "0" * 64}
    wrong = workbench.path / "wrong.json"
    wrong.write_text(json.dumps(runtime))
    write_settings(plugin, wrong, ["true"])
    assert "in the place of the GAN Inpaint daemon" in Photo(gimp).refused()


def test_a_daemon_killed_during_a_fill_is_reported(gimp: Gimp, plugin: Path, workbench: Workbench) -> None:
    environment = daemon_environment(workbench, "killed")
    subprocess.run([sys.executable, "-m", "gan_inpaint", "serve", "--detach"], env=environment, check=True)
    runtime_file = workbench.path / "killed" / "daemon.json"
    write_settings(plugin, runtime_file)
    photo = Photo(gimp, 2000, 1500)
    gimp.call("select_speckles", image=photo.made["image"], spacing=120, side=24)
    with ThreadPoolExecutor() as threads, client.connect(str(runtime_file)) as watcher:
        sentence = threads.submit(photo.refused)
        status = eventually(lambda: (status := watcher.status())["running"] and status)
        os.kill(status["pid"], signal.SIGKILL)
        assert "closed the connection" in sentence.result(timeout=30)
