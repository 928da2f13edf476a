"""Try a model that is not installed yet in a process of its own: it may never end, or end the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from gan_inpaint.errors import BadModel, GanInpaintError, error_of
from gan_inpaint.models.manifest import AnyManifest, parse

_SECONDS = 60.0  # enough for a large model on a slow computer


class _Problem(msgspec.Struct, tag="problem"):
    code: str
    message: str
    hint: str


class _Found(msgspec.Struct, tag="found"):
    manifest: msgspec.Raw


def examine(path: Path, seconds: float = _SECONDS) -> AnyManifest:
    """Return the manifest of a file that was loaded and run once at its smallest size.

    Raises:
        BadModel: it is damaged or foreign, does not follow the contract, or does not work within `seconds`.
        OutOfMemory: the machine could not hold it.
    """
    command = [sys.executable, "-m", "gan_inpaint.models.examination", str(path.absolute())]
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as problem:
        raise BadModel(f"The model did not end within {seconds:.0f} seconds on the smallest picture.") from problem
    try:
        found = msgspec.json.decode(ended.stdout, type=_Problem | _Found)
    except msgspec.DecodeError as problem:
        raise BadModel("The model ended the process in which it was tried.") from problem
    if isinstance(found, _Problem):
        raise error_of(found.code, found.message, found.hint)
    return parse(bytes(found.manifest))


def _answer(path: Path) -> _Problem | _Found:
    from gan_inpaint.models import loading

    try:
        manifest = loading.examine(path)
    except GanInpaintError as problem:
        return _Problem(problem.code, problem.message, problem.hint)
    return _Found(msgspec.Raw(msgspec.json.encode(manifest)))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_answer(Path(sys.argv[1]))))
