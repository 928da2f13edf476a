"""Remake the screenshots of GIMP in the README: `python -m tests.editors.screenshots FOLDER`.

The picture is examples/rocket.png, its mask the selection; all is done in a real GIMP, by the keys that a user presses.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from gan_inpaint_plugins import installer

from . import root
from .conftest import daemon_environment, write_settings
from .gimp.session import Gimp, profile
from .workbench import Screen, Workbench, eventually

EXAMPLES = Path(__file__).parents[2] / "examples"
WINDOW = "– GIMP$"
DIALOG = "GAN Inpaint: fill selection"
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
    def shoot(name: str) -> None:
        shutil.copy(screen.screenshot(name), folder / name)

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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
