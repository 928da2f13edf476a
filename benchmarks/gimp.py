"""The cost of a fill in the real GIMP must follow the hole, not the photograph."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
from gan_inpaint_plugins import installer
from tests.editors import root
from tests.editors.conftest import write_settings
from tests.editors.gimp.session import Gimp, profile
from tests.editors.workbench import Workbench

from benchmarks import daemon, scenes
from benchmarks.measure import Figure, interleaved

ROUNDS = 7
HOLE = 200


def figures() -> Iterator[Figure]:
    """The same hole in a 24-megapixel photograph and in a 1-megapixel one, from the plug-in's call to the layer."""
    workbench = Workbench(root.provision())
    try:
        plugins = profile(workbench) / "plug-ins"
        installer.install("gimp", directory=plugins)
        with daemon.running(workbench.folder("daemon")) as running:
            write_settings(plugins / "gan-inpaint", running.runtime_file)
            gimp = Gimp(workbench)
            tasks = {f"{width}×{height}": _fill(gimp, workbench, width, height) for width, height in SIZES}
            seconds = interleaved(tasks, ROUNDS)
            gimp.close()
    finally:
        workbench.close()
    small, large = seconds.values()
    how = f"hole {HOLE}×{HOLE}, medians of {ROUNDS} interleaved rounds; {small:.2f} s in the small one"
    yield Figure("GIMP: 6000×4000 against 1000×1000", large / small, 1.3, "×", how)


SIZES = [(1000, 1000), (6000, 4000)]


def _fill(gimp: Gimp, workbench: Workbench, width: int, height: int):
    path = workbench.path / f"{width}.png"
    cv2.imwrite(str(path), scenes.photograph(height, width))
    opened = gimp.call("open_file", path=str(path))
    box = (width // 2, height // 2, HOLE, HOLE)
    gimp.call("select", image=opened["image"], box=box)

    def fill() -> None:
        result = gimp.call("fill", image=opened["image"], drawables=[opened["layer"]])
        if result["status"] != "success":
            raise RuntimeError(result["message"])

    return fill
