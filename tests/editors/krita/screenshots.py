"""Remake the screenshots of Krita in the README: `python -m tests.editors.krita.screenshots FOLDER`.

The picture is examples/rocket.png, its mask the selection; all is done in a real Krita, through its own menu entries.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from gan_inpaint import installer
from gan_inpaint_client import previews

from ..conftest import write_settings
from ..stage import staged, stands_still
from ..workbench import Screen, eventually
from .session import Krita, resources


def main(folder: Path) -> None:
    with staged() as (workbench, runtime_file):
        plugins = resources(workbench)
        installer.install("krita", directory=plugins)
        write_settings(plugins / "pykrita" / "gan_inpaint", runtime_file)
        screen = Screen(workbench)
        with closing(Krita(workbench, screen)) as krita:
            _take(krita, screen, folder)


def _take(krita: Krita, screen: Screen, folder: Path) -> None:
    def shoot(name: str) -> None:
        krita.until("no_floating_message_is_shown")
        krita.until("calm")
        eventually(lambda: stands_still(screen, folder / name))

    krita.call("maximize")
    krita.call("open_file", path=str(screen.workbench.path / "rocket.png"))
    krita.until("ready")
    krita.call("trigger", action="KisToolSelectPolygonal")
    krita.call("trigger", action="zoom_to_fit")
    krita.call("select_mask", path=str(screen.workbench.path / "rocket-mask.png"))
    shoot("krita-before.png")
    krita.call("open_menu", name="Filter", entry="GAN Inpaint…")
    shoot("krita-menu.png")
    krita.call("close_menu", name="Filter")
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    shoot("krita-dialog.png")
    krita.call("switch_preview", on=True)
    krita.until("preview_says", sentence=previews.DONE)
    krita.call("preview_colours", split=50)
    shoot("krita-preview.png")
    krita.call("switch_preview", on=False)
    krita.call("press_variants")
    krita.until("variants_are_ready")
    shoot("krita-variants.png")
    krita.call("choose_variant", number=1)
    krita.until("count_is", layers_wanted=2)
    krita.call("trigger", action="deselect")
    shoot("krita-after.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
