"""Find out what is installed, what works and how to repair the rest; nothing is changed.

Each finding is one line that can be pasted into a report: no user name, no token, no picture.
"""

from __future__ import annotations

import platform
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan_inpaint import engine, paths
from gan_inpaint.errors import GanInpaintError, NoDaemon
from gan_inpaint.machine import physical_cores
from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.store import ModelStore
from gan_inpaint.version import __version__

_SIDE = 256  # of the picture of the test fill


@dataclass(frozen=True)
class Finding:
    """One examined part. `fix`: how to repair it if `ok` is false, else advice, if there is any."""

    part: str
    ok: bool
    detail: str
    fix: str = ""


def examine() -> list[Finding]:
    """Examine every part, with the daemon and a test fill; it takes a few seconds."""
    return [
        finding for look in (_python, _onnxruntime, _model, _folder, _daemon, _plugins) for finding in _safely(look)
    ]


def as_text(findings: list[Finding]) -> str:
    """Return the findings as text, one line for each part."""
    lines = [f"GAN Inpaint {__version__}"]
    for finding in findings:
        lines.append(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.part}: {finding.detail}")
        if finding.fix:
            lines.append(f"       {'' if finding.ok else 'To repair it: '}{finding.fix}")
    wrong = sum(not finding.ok for finding in findings)
    lines.append(f"{wrong} of {len(findings)} parts need repair." if wrong else "Everything works.")
    return "\n".join(lines).replace(str(Path.home()), "~")


def as_dict(findings: list[Finding]) -> dict[str, Any]:
    """Return the findings for programs."""
    return {
        "version": __version__,
        "ok": all(finding.ok for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }


def _safely(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what `look` finds; an error of ours becomes its last finding."""
    try:
        yield from look()
    except GanInpaintError as problem:
        yield Finding(look.__name__.strip("_"), False, problem.message, problem.hint)


def _python() -> Iterator[Finding]:
    yield Finding("Python", True, f"{platform.python_version()} on {platform.platform()}, {physical_cores()} cores")


def _onnxruntime() -> Iterator[Finding]:
    try:
        import onnxruntime
    except ImportError as problem:
        yield Finding("onnxruntime", False, f"cannot be used: {problem}", "Install GAN Inpaint again.")
        return
    yield Finding("onnxruntime", True, f"{onnxruntime.__version__}, {', '.join(onnxruntime.get_available_providers())}")


def _model() -> Iterator[Finding]:
    """Check that the default generator's file is the installed one, and that it fills."""
    entry = ModelStore(paths.models_dir()).get(DEFAULT)
    from gan_inpaint.models import loading

    filler = loading.load(entry, physical_cores())
    yield Finding("model", True, f"{entry.name} {entry.manifest.version}, SHA-256 {entry.sha256} as installed")
    if filler.fallback:
        yield Finding(
            "provider", False, filler.fallback, "Install the versions of the graphics driver and CUDA it names."
        )
    else:
        yield Finding("provider", True, filler.provider)
    yield _test_fill(filler)


def _test_fill(filler: engine.Filler) -> Finding:
    noise = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    mask[100:150, 90:160] = 255
    started = time.perf_counter()
    filled = engine.fill(noise, mask, filler).image
    seconds = time.perf_counter() - started
    if not np.array_equal(filled[mask == 0], noise[mask == 0]):
        return Finding("test fill", False, "pixels outside the mask have changed", "Please report this.")
    return Finding("test fill", True, f"{_SIDE} × {_SIDE} pixels in {seconds:.2f} s, nothing else changed")


def _folder() -> Iterator[Finding]:
    """Check that the runtime directory belongs to the user and is closed to others."""
    folder = paths.runtime_dir()
    if not folder.exists():
        yield Finding("runtime folder", True, f"{folder}, not made yet")
        return
    from gan_inpaint.server import private

    reason = private.why_open(folder)
    yield Finding(
        "runtime folder",
        not reason,
        f"{folder}, mode {stat.S_IMODE(folder.lstat().st_mode):04o}" + (f"; {reason}" if reason else ""),
        private.advice(folder) if reason else "",
    )


def _daemon() -> Iterator[Finding]:
    """Check that a daemon of this version answers; one is started for the test if none runs."""
    from gan_inpaint.connection import client

    running = _is_running()
    with client(start=True) as connected:
        welcome, seconds = connected.hello(), connected.ping()
        if not running:
            connected.stop()
    same = welcome["version"] == __version__
    yield Finding(
        "daemon",
        same,
        f"version {welcome['version']}, answers in {seconds * 1000:.1f} ms"
        + ("" if running else "; it was started for this test and stopped again"),
        "" if same else "Run “gan-inpaint stop”; the next fill starts the new version.",
    )


def _is_running() -> bool:
    from gan_inpaint.connection import client

    try:
        with client(start=False):
            return True
    except NoDaemon:
        return False


def _plugins() -> Iterator[Finding]:
    """Check that the plug-ins in the editors are of this install; an editor without one is no fault."""
    from gan_inpaint import installer

    found = installer.status()
    if not found:
        yield Finding("plug-ins", True, "neither GIMP 3 nor Krita has been found")
    for one in found:
        if one.version is None:
            yield Finding(f"plug-in for {one.title}", True, "not installed")
            continue
        right = one.up_to_date and one.enabled is not False
        fix = one.advice if right else f"Run “gan-inpaint plugin install {one.editor}”, then restart the editor."
        yield Finding(f"plug-in for {one.title}", right, f"version {one.version} in {one.path}", fix)
