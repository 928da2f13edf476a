"""The daemon and its models inside a real GIMP: shown, stopped, and added to after one click and one confirmation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gan_inpaint import installer

from ..conftest import EditorDaemon, Offering, write_settings
from ..workbench import Screen, Workbench, eventually
from .session import Gimp, dismiss_message, profile
from .test_window import DIALOG, Photo

SETTINGS, ADD, QUESTION = "^GAN Inpaint: settings$", "^GAN Inpaint: add a published model$", "^GAN Inpaint: download$"
QUIT = "^Quit GIMP$"


class Page:
    """The dialog of the settings, open beside a picture."""

    def __init__(self, gimp: Gimp, screen: Screen) -> None:
        self.gimp, self.screen = gimp, screen
        self.photo = Photo(gimp, screen)
        self.open()

    def open(self) -> None:
        """Filters → GAN Inpaint, the last entry of the menu, → Settings…"""
        self.photo.press("alt+r", "Up", "Right", "e")
        self.wait_for(SETTINGS)

    def wait_for(self, title: str) -> None:
        eventually(lambda: self.screen.windows(title))

    def press_until_shown(self, keys: str, window: str, shown: str) -> None:
        """Press keys, which do nothing before the daemon has answered, until another window opens."""

        def opens() -> bool:
            if not self.screen.windows(shown):
                self.screen.press(keys, window=window)
            return bool(self.screen.windows(shown))

        eventually(opens)

    def ask_to_download(self) -> None:
        self.press_until_shown("alt+a", SETTINGS, ADD)
        self.screen.press("alt+d", window=ADD)  # once: the question that opens has the same key
        self.wait_for(QUESTION)

    def close(self) -> None:
        """Press Escape as long as one of the dialogs is there."""

        def closes() -> bool:
            for title in (QUESTION, ADD, SETTINGS):
                if self.screen.windows(title):
                    self.screen.press("Escape", window=title)
                    return False
            return not self.gimp.filling()

        eventually(closes)


@pytest.fixture
def page(gimp_window: Gimp, screen: Screen, plugin: Path, offering: Offering) -> Page:
    write_settings(plugin, offering.runtime_file, log=offering.log_file)
    return Page(gimp_window, screen)


def test_a_published_model_is_added_after_a_confirmation_and_fills(page: Page, offering: Offering) -> None:
    page.ask_to_download()
    page.screen.press("Escape", window=QUESTION)
    eventually(lambda: not page.screen.windows(QUESTION))
    assert offering.site.asked == [] and offering.installed() == []
    page.screen.press("alt+d", window=ADD)
    page.screen.press("alt+d", window=QUESTION)
    eventually(lambda: offering.installed() == ["lama.json", "lama.onnx"])
    assert offering.site.asked == ["/whole/large.onnx"]
    page.close()
    photo = page.photo
    answer = page.gimp.call("fill", image=photo.image, drawables=[photo.layer], model="lama", output="new-layer")
    assert answer["status"] == "success"
    assert page.gimp.call("layers", image=photo.image)[0]["name"] == "GAN Inpaint 1: lama"


@pytest.mark.parametrize("offering", ["stuck"], indirect=True)
@pytest.mark.parametrize("way", ["cancel", "close"])
def test_a_download_that_is_cancelled_leaves_nothing(page: Page, offering: Offering, way: str) -> None:
    page.ask_to_download()
    page.screen.press("alt+d", window=QUESTION)
    assert offering.site.stuck.wait(60)
    assert offering.installed() != []
    if way == "cancel":
        page.screen.press("alt+c", window=ADD)
        page.press_until_shown("alt+d", ADD, QUESTION)  # it can be tried again, as soon as the first one has ended
    else:
        page.close()
    offering.site.go_on.set()
    eventually(lambda: not offering.installed())
    page.close()


@pytest.mark.parametrize("offering", ["404", "changed"], indirect=True)
def test_what_cannot_be_had_leaves_nothing_and_the_dialog_stays(page: Page, offering: Offering) -> None:
    page.ask_to_download()
    page.screen.press("alt+d", window=QUESTION)
    eventually(lambda: offering.site.asked and not page.screen.windows(QUESTION))
    page.press_until_shown("alt+d", ADD, QUESTION)  # it can be tried again, as soon as the failure is told
    assert offering.installed() == []
    page.close()


def test_help_and_log_are_opened_by_the_desktop(
    page: Page, offering: Offering, opened: Callable[[], list[str]]
) -> None:
    def shown(keys: str, window: str) -> set[str]:
        """What pressing keys opens; a key can get lost while a window moves to the front."""

        def opens() -> list[str]:
            page.screen.press(keys, window=window)
            return opened()

        return set(eventually(opens))

    (help_page,) = shown("alt+h", SETTINGS)
    assert help_page.endswith("/gan_inpaint_client/manual/settings.html")
    assert str(offering.log_file) in shown("alt+l", SETTINGS) | shown("alt+l", SETTINGS)
    page.close()
    page.photo.open_dialog()
    assert any(path.endswith("/manual/fill.html") for path in shown("alt+h", DIALOG) | shown("alt+h", DIALOG))
    page.screen.press("Escape", window=DIALOG)


def test_stop_ends_the_daemon_and_ctrl_f_still_repeats_the_fill(page: Page, offering: Offering) -> None:
    page.close()
    photo = page.photo
    photo.fill("alt+u", "Down")
    page.open()

    def stops() -> bool:
        if offering.is_up():
            page.screen.press("alt+s", window=SETTINGS)
        return not offering.is_up()

    eventually(stops)
    page.close()
    before = photo.state()
    photo.press("ctrl+f")
    dismiss_message(page.screen)
    assert photo.state() == before
    assert not page.screen.windows(SETTINGS), "a fill is repeated, which finds no daemon here"


def test_a_script_gets_no_dialog(gimp: Gimp) -> None:
    """There may be no screen at all."""
    assert gimp.call("run_alone", procedure_name="gan-inpaint-settings") == "cancel"


def test_gimp_ends_with_the_dialog_open_and_no_process_stays(separate: Workbench, editor_daemon: EditorDaemon) -> None:
    plugins = profile(separate) / "plug-ins"
    installer.install("gimp", directory=plugins)
    write_settings(plugins / "gan-inpaint", editor_daemon.runtime_file)
    screen = Screen(separate)
    gimp = Gimp(separate, screen)
    page = Page(gimp, screen)
    eventually(lambda: gimp.filling())
    page.photo.press("ctrl+q")

    def ends() -> bool:
        """GIMP asks first whether the picture shall be saved."""
        if gimp.ended() is None and screen.windows(QUIT):
            screen.press("alt+d", window=QUIT)
        return gimp.ended() is not None

    eventually(ends)
    assert gimp.ended() == 0
    eventually(lambda: not [line for line in separate.running() if "gan-inpaint" in line])
    log = gimp.log.read_text(errors="replace")
    assert "Traceback" not in log and "crash" not in log.lower()
    assert editor_daemon.status()["fills"] >= 0, "the daemon goes on"
