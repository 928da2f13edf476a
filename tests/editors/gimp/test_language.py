"""A GIMP that speaks German: so does the plug-in, as soon as the user has changed GIMP's language."""

from __future__ import annotations

import pytest

from gan_inpaint import installer

from ..conftest import EditorDaemon, write_settings
from ..workbench import Screen, Workbench, eventually
from .session import Gimp, profile
from .test_window import Photo

LABELS = {
    "gan-inpaint-fill": ("_Fill selection…", "Auswahl _füllen…"),
    "gan-inpaint-repair-scratches": ("_Repair scratches…", "Kratzer _reparieren…"),
}
DIALOG = "^GAN Inpaint: Auswahl füllen$"


@pytest.fixture
def installed(german: Workbench, editor_daemon: EditorDaemon) -> Workbench:
    """The user's folder with the plug-in, in which GIMP has been used in English before."""
    folder = profile(german) / "plug-ins"
    installer.install("gimp", directory=folder)
    write_settings(folder / "gan-inpaint", editor_daemon.runtime_file)
    german.environment["LANGUAGE"] = "en"
    gimp = Gimp(german)
    assert {name: gimp.call("menu_label", procedure_name=name) for name in LABELS} == {
        name: english for name, (english, _) in LABELS.items()
    }
    gimp.close()
    german.environment["LANGUAGE"] = "de"
    return german


def test_menu_and_dialog_are_german_and_what_scripts_pass_is_not(installed: Workbench) -> None:
    screen = Screen(installed)
    gimp = Gimp(installed, screen)
    assert {name: gimp.call("menu_label", procedure_name=name) for name in LABELS} == {
        name: german for name, (_, german) in LABELS.items()
    }
    photo = Photo(gimp, screen)
    photo.press("alt+r", "Up", "Right", "f")
    eventually(lambda: screen.windows(DIALOG))
    before = photo.state()
    filled = photo.changes("alt+q", "Home", "alt+f", window=DIALOG)
    assert filled != before
    arguments = {"quality": "fast", "output": "new-layer", "source": "active-layer"}
    answer = gimp.call("fill", image=photo.image, drawables=[photo.layer], **arguments)
    assert answer["status"] == "success"
    assert len(photo.state()) == 2
    gimp.close()


def test_a_refusal_is_german(installed: Workbench) -> None:
    gimp = Gimp(installed)
    made = gimp.call("create", width=64, height=64)
    answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]])
    assert answer["message"] == "Nichts ist ausgewählt. Wählen Sie zuerst aus, was Sie entfernen möchten."
    gimp.close()
