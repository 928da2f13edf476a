"""Remake the screenshots of GIMP in the README: `python -m tests.editors.screenshots FOLDER`.

The picture is examples/rocket.png, its mask the selection; all is done in a real GIMP, by the keys that a user presses.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import cv2

from gan_inpaint import installer

from .conftest import EditorDaemon, write_settings
from .gimp.session import Gimp, profile
from .stage import changed, staged, stands_still
from .workbench import Screen, eventually

WINDOW = "– GIMP$"
DIALOG = "GAN Inpaint: fill selection"
VARIANTS = "GAN Inpaint: variants"
PREVIEWS = 2  # of a fill: a coarse one, and one in the chosen quality
FILLS = 7  # that the dialog of variants shows at first
NEW = 0.02  # share of the screen


def main(folder: Path) -> None:
    with staged() as (workbench, runtime_file):
        plugins = profile(workbench, docks=True) / "plug-ins"
        installer.install("gimp", directory=plugins)
        write_settings(plugins / "gan-inpaint", runtime_file)
        screen = Screen(workbench)
        with closing(Gimp(workbench, screen, workbench.path / "rocket.png")) as gimp:
            _take(gimp, screen, EditorDaemon(runtime_file), folder)


def _take(gimp: Gimp, screen: Screen, daemon: EditorDaemon, folder: Path) -> None:
    seen: list[Path] = []

    def shoot(name: str) -> None:
        """Keep a screenshot that shows something new and stands still, but for the marching ants."""
        seen.append(folder / name)
        eventually(lambda: _settled(screen, seen))

    (picture,) = eventually(lambda: gimp.call("images"))
    screen.maximize(WINDOW)
    screen.press("f", "shift+ctrl+j", window=WINDOW)  # the free select tool; fit the picture into the window
    gimp.call("select_mask", image=picture["image"], path=str(screen.workbench.path / "rocket-mask.png"))
    shoot("gimp-before.png")
    screen.press("alt+r", "Up", "Right", window=WINDOW)
    shoot("gimp-menu.png")
    screen.press("f", window=WINDOW)
    eventually(lambda: screen.windows(DIALOG))
    shoot("gimp-dialog.png")
    screen.press("alt+p", window=DIALOG)
    eventually(lambda: daemon.status()["fills"] == PREVIEWS)
    shoot("gimp-preview.png")
    screen.press("alt+p", "alt+v", window=DIALOG)
    eventually(lambda: screen.windows(VARIANTS))
    eventually(lambda: daemon.status()["fills"] == PREVIEWS + FILLS)
    shoot("gimp-variants.png")
    screen.press("alt+1", window=VARIANTS)
    eventually(lambda: not gimp.filling())
    screen.press("shift+ctrl+a", window=WINDOW)  # select nothing
    shoot("gimp-after.png")


def _settled(screen: Screen, seen: list[Path]) -> bool:
    """A screenshot, to the last of `seen`; whether it differs from the one before it, but not from the last try."""
    *before, target = seen
    still = stands_still(screen, target)
    return still and (not before or changed(cv2.imread(str(before[-1])), cv2.imread(str(target))) > NEW)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
