"""Remake the screenshots of GIMP in the README: `python -m tests.editors.screenshots FOLDER`.

The picture is examples/rocket.png, its mask the selection; all is done in a real GIMP, by the keys that a user presses.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import cv2
import numpy as np

from gan_inpaint_plugins import installer

from . import root
from .conftest import daemon_environment, write_settings
from .gimp.session import Gimp, profile
from .workbench import Screen, Workbench, eventually

EXAMPLES = Path(__file__).parents[2] / "examples"
WINDOW = "– GIMP$"
DIALOG = "GAN Inpaint: fill selection"
STILL, NEW = 0.002, 0.02  # shares of the screen
DAEMON = [sys.executable, "-m", "gan_inpaint"]


def main(folder: Path) -> None:
    with ExitStack() as stack:
        workbench = stack.enter_context(closing(Workbench(root.provision())))
        environment = daemon_environment(workbench, "daemon")
        subprocess.run([*DAEMON, "serve", "--detach"], env=environment, check=True)
        stack.callback(subprocess.run, [*DAEMON, "stop"], env=environment, check=True)
        plugins = profile(workbench, docks=True) / "plug-ins"
        installer.install("gimp", directory=plugins)
        write_settings(plugins / "gan-inpaint", workbench.path / "daemon" / "daemon.json")
        for picture in EXAMPLES.glob("rocket*.png"):
            shutil.copy(picture, workbench.path)
        screen = Screen(workbench)
        gimp = stack.enter_context(closing(Gimp(workbench, screen, workbench.path / "rocket.png")))
        _take(gimp, screen, folder)


def _take(gimp: Gimp, screen: Screen, folder: Path) -> None:
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
    screen.press("Return", window=WINDOW)
    eventually(lambda: screen.windows(DIALOG))
    shoot("gimp-dialog.png")
    screen.press("alt+f", window=DIALOG)
    eventually(lambda: not gimp.filling())
    screen.press("shift+ctrl+a", window=WINDOW)  # select nothing
    shoot("gimp-after.png")


def _settled(screen: Screen, seen: list[Path]) -> bool:
    """A screenshot, to the last of `seen`; whether it differs from the one before it, but not from the last try."""
    *before, target = seen
    earlier = cv2.imread(str(target)) if target.exists() else None
    shutil.copy(screen.screenshot(target.name), target)
    now = cv2.imread(str(target))
    still = earlier is not None and _changed(earlier, now) < STILL
    return still and (not before or _changed(cv2.imread(str(before[-1])), now) > NEW)


def _changed(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that differ."""
    return float((one != other).any(axis=2).mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
