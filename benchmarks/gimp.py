"""The cost of a fill in the real GIMP must follow the hole, not the photograph."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.editors import root
from tests.editors.conftest import write_settings
from tests.editors.gimp.session import Gimp, profile
from tests.editors.workbench import Workbench

from benchmarks import daemon
from benchmarks.measure import Measurement, interleaved
from gan_inpaint import installer

ROUNDS = 7
HOLE = 200


def measurements() -> Iterator[Measurement]:
    """Measure one hole in 24 megapixels and in 1 megapixel, from the plug-in's call to the layer."""
    workbench = Workbench(root.provision())
    try:
        plugins = profile(workbench) / "plug-ins"
        installer.install("gimp", directory=plugins)
        with daemon.running(workbench.folder("daemon")) as running:
            write_settings(plugins / "gan-inpaint", running.runtime_file)
            gimp = Gimp(workbench)
            tasks = {f"{width}×{height}": _fill(gimp, width, height) for width, height in SIZES}
            seconds = interleaved(tasks, ROUNDS)
            gimp.close()
    finally:
        workbench.close()
    small, large = seconds.values()
    how = f"hole {HOLE}×{HOLE}, medians of {ROUNDS} interleaved rounds; {small:.2f} s in the small one"
    yield Measurement("GIMP: 6000×4000 against 1000×1000", large / small, 1.3, "×", how)


SIZES = [(1000, 1000), (6000, 4000)]


def _fill(gimp: Gimp, width: int, height: int) -> Callable[[], None]:
    picture = gimp.call("create", width=width, height=height)
    box = (width // 2, height // 2, HOLE, HOLE)
    gimp.call("select", image=picture["image"], box=box)

    def fill() -> None:
        result = gimp.call("fill", image=picture["image"], drawables=[picture["layer"]])
        if result["status"] != "success":
            raise RuntimeError(result["message"])

    return fill
