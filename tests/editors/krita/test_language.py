"""A Krita that speaks German, by the system's language or by its own settings: so does the plug-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gan_inpaint import installer

from ..conftest import EditorDaemon, write_settings
from ..workbench import Screen, Workbench
from .picture import Picture
from .session import Krita, resources

TITLE = "GAN Inpaint: Auswahl füllen"
OVERRIDE = """\
[Language]
krita=de
"""


@pytest.fixture(params=["system", "settings"])
def krita(request: pytest.FixtureRequest, german: Workbench, editor_daemon: EditorDaemon) -> Iterator[Krita]:
    folder = resources(german)
    installer.install("krita", directory=folder)
    write_settings(folder / "pykrita" / "gan_inpaint", editor_daemon.runtime_file)
    if request.param == "settings":  # Settings → Switch Application Language…
        german.environment["LANGUAGE"] = "en"
        (german.path / "home" / ".config" / "klanguageoverridesrc").write_text(OVERRIDE)
    krita = Krita(german, Screen(german))
    yield krita
    krita.close_pictures()
    assert krita.call("defects") == []
    krita.close()


def test_menu_dialog_and_refusals_are_german_and_the_settings_are_not(krita: Krita) -> None:
    entries = krita.call("menu", name="Filter")
    assert {"GAN Inpaint: Kratzer auswählen…", "GAN Inpaint: Transparente Teile füllen"} <= set(entries)
    tip = krita.call("tool_tip", action="gan_inpaint_again")
    assert tip.startswith("Die Auswahl mit den letzten Werten füllen")
    picture = Picture(krita)
    assert picture.refused() == "Nichts ist ausgewählt. Wählen Sie zuerst aus, was Sie entfernen möchten."
    picture.select()
    krita.call("trigger", action="gan_inpaint")
    krita.until("shows", title=TITLE)
    assert {"&Modell:", "Übernehmen &aus:", "&Weiche Kante (px):"} <= set(krita.call("accept", title=TITLE))
    krita.until("count_is", layers_wanted=2)
    assert "GAN Inpaint 1: default" in picture.layers()
    assert krita.call("setting", name="quality") == "normal"
