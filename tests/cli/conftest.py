"""The command line in this process and as a separate process, and small photographs to use it on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data

from gan_inpaint.cli import main

COMMAND = (sys.executable, "-m", "gan_inpaint")
HOLE = (slice(60, 90), slice(70, 110))


@dataclass(frozen=True)
class Ended:
    """How a command line has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(
    daemon_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run a command line in this process."""
    for name, value in daemon_environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        code = main.run([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def command(daemon_environment: dict[str, str]) -> Callable[..., Ended]:
    """Run a command line as a user does."""

    def command(*arguments: object) -> Ended:
        words = [*COMMAND, *(str(argument) for argument in arguments)]
        ended = subprocess.run(words, capture_output=True, text=True, env=daemon_environment, timeout=60)
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return command


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A real photograph of 200 × 150 pixels as PNG, with `mask.png` beside it."""
    path = tmp_path / "photo.png"
    Image.fromarray(data.astronaut()[50:200, 120:320]).save(path)
    hole = np.zeros((150, 200), np.uint8)
    hole[HOLE] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")
    return path


@pytest.fixture
def mask(photo: Path) -> Path:
    return photo.with_name("mask.png")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.png"
