"""The daemon and its models inside a real Krita: shown, stopped, and added to after one click and one confirmation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gan_inpaint import installer

from ..conftest import EditorDaemon, Offering, write_settings
from ..workbench import Screen, Workbench, eventually
from .picture import Picture
from .session import Krita, resources

TITLE, ADD, QUESTION = "GAN Inpaint: settings", "GAN Inpaint: add a published model", "GAN Inpaint: download"
FILL = "GAN Inpaint: fill selection"
FIRST, SECOND = "LaMa (big-lama, 32 bits)", "LaMa (big-lama, quantised)"


class Page:
    """The dialog of the settings, open."""

    def __init__(self, krita: Krita) -> None:
        self.krita = krita
        krita.call("trigger", action="gan_inpaint_settings")
        krita.until("shows", title=TITLE)

    def says(self, text: str, title: str = TITLE) -> bool:
        return eventually(lambda: any(text in label for label in self.krita.call("says", title=title)), 30)

    def press(self, button: str, title: str = TITLE) -> None:
        eventually(lambda: self.krita.call("buttons", title=title).get(button), 30)
        self.krita.call("push", title=title, button=button)

    def add(self) -> None:
        """Open the dialog of the published models."""
        self.press("Add a published model…")
        self.krita.until("shows", title=ADD)

    def download(self) -> None:
        """Press the button, and say yes."""
        self.press("Download…", ADD)
        self.press("Download", QUESTION)

    def close(self) -> None:
        for title in (ADD, TITLE):
            if self.krita.call("shows", title=title):
                self.press("Close", title)


@pytest.fixture
def page(krita: Krita, plugin: Path, offering: Offering) -> Page:
    write_settings(plugin, offering.runtime_file, log=offering.log_file)
    return Page(krita)


def test_daemon_and_models_are_shown_and_nothing_is_downloaded(page: Page, offering: Offering) -> None:
    page.says("The daemon is running, version")
    page.says("Memory in use: ")
    page.says("<b>Photographs (default)</b><br>Good for: photographs of all kinds")
    page.says("Ships with GAN Inpaint")
    page.add()
    page.says("Good for: large holes", ADD)
    page.says("Licence: Apache-2.0", ADD)
    page.says("From https://huggingface.co/Carve/LaMa-ONNX", ADD)
    page.press("Download…", ADD)
    page.says(f"Download {FIRST} (1 MB) from 127.0.0.1?", QUESTION)
    page.press("Cancel", QUESTION)
    assert offering.site.asked == [] and offering.installed() == []
    page.close()


def test_a_published_model_is_added_after_a_confirmation_and_fills(
    page: Page, krita: Krita, offering: Offering
) -> None:
    page.add()
    page.download()
    page.says(f"“{FIRST}” is installed.", ADD)
    assert offering.site.asked == ["/whole/large.onnx"] and offering.installed() == ["lama.json", "lama.onnx"]
    page.says("Good for: what LaMa is good for", ADD)
    page.press("Close", ADD)
    page.says(f"<b>{FIRST}</b>")
    page.close()
    picture = Picture(krita)
    picture.select()
    krita.call("remember", name="model", value="lama")
    assert picture.fill() == "GAN Inpaint 1: lama"


@pytest.mark.parametrize("offering", ["stuck"], indirect=True)
@pytest.mark.parametrize("way", ["Cancel", "Close"])
def test_a_download_that_is_cancelled_leaves_nothing(page: Page, krita: Krita, offering: Offering, way: str) -> None:
    page.add()
    page.download()
    assert offering.site.stuck.wait(30)
    page.says("Downloading: ", ADD)
    picture = Picture(krita)
    picture.select()
    assert picture.fill() == "GAN Inpaint 1: default", "fills go on meanwhile"
    page.press(way, ADD)
    if way == "Cancel":
        page.says("Nothing was installed.", ADD)
    offering.site.go_on.set()
    eventually(lambda: not offering.installed())
    page.close()


@pytest.mark.parametrize(
    ("offering", "sentence"),
    [("404", "127.0.0.1 does not offer the file"), ("changed", "it has more than"), ("half", "connection broke")],
    indirect=["offering"],
)
def test_what_cannot_be_had_is_one_sentence(page: Page, offering: Offering, sentence: str) -> None:
    page.add()
    page.download()
    page.says(sentence, ADD)
    assert offering.installed() == []
    page.close()


def test_the_daemon_stops_and_starts(page: Page, offering: Offering, plugin: Path, workbench: Workbench) -> None:
    page.press("Stop")
    page.says("The daemon is not running.")
    assert not offering.is_up()
    page.press("Start")
    page.says("cannot be run")
    page.close()


def test_the_log_is_opened_or_named(page: Page, plugin: Path, krita: Krita, offering: Offering) -> None:
    offering.log_file.rename(offering.log_file.with_suffix(".away"))
    page.press("Open log")
    page.says(f"The log cannot be opened. It is the file {offering.log_file}.")
    page.close()


def test_help_and_log_are_opened_by_the_desktop(
    page: Page, krita: Krita, offering: Offering, opened: Callable[[], list[str]]
) -> None:
    page.press("Help")
    assert eventually(opened)[0].endswith("/gan_inpaint_client/manual/settings.html")
    page.press("Open log")
    assert eventually(opened) == [str(offering.log_file)]
    page.close()
    Picture(krita).select()
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    krita.call("push", title=FILL, button="Help")
    assert eventually(opened)[0].endswith("/manual/fill.html")
    krita.call("press", button="Cancel")


def test_closing_the_picture_beside_the_dialog_loses_nothing(page: Page, krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    assert picture.fill() == "GAN Inpaint 1: default"
    krita.close_pictures()
    page.says("The daemon is running")
    page.close()


def test_krita_ends_with_the_dialog_open_and_no_process_stays(separate: Workbench, editor_daemon: EditorDaemon) -> None:
    folder = resources(separate)
    installer.install("krita", directory=folder)
    write_settings(folder / "pykrita" / "gan_inpaint", editor_daemon.runtime_file)
    krita = Krita(separate, Screen(separate))
    page = Page(krita)
    page.says("The daemon is running, version")
    krita.call("trigger_later", action="file_quit")
    eventually(lambda: krita.ended() is not None)
    assert krita.ended() == 0
    assert not [line for line in separate.running() if "krita" in line]
    assert "Traceback" not in krita.log.read_text(errors="replace")
