"""Commands start fast: they import what they need, and nothing that only others need."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from gan_inpaint import __version__

_LOADED = """
import sys
from gan_inpaint import server
from gan_inpaint.cli.main import run
server.serve = lambda: None
code = run(sys.argv[1:])
sys.stderr.write(" ".join(sys.modules))
sys.exit(code)
"""
HEAVY = {"cv2", "imagecodecs", "onnxruntime", "PIL", "rich", "skimage", "tifffile", "torch"}


@pytest.mark.parametrize("arguments", [("serve",), ("paths",), ("models", "list", "--json"), ("--version",)])
def test_light_commands_load_nothing_heavy(arguments: tuple[str, ...], daemon_environment: dict[str, str]) -> None:
    words = [sys.executable, "-c", _LOADED, *arguments]
    ended = subprocess.run(words, capture_output=True, text=True, env=daemon_environment)
    assert ended.returncode == 0, ended.stderr
    assert HEAVY & set(ended.stderr.split()) == set()


def test_the_version_is_the_packages(command: Callable[..., Any]) -> None:
    assert command("--version").out == f"gan-inpaint {__version__}\n"


def test_unknown_commands_and_options_are_usage_errors(run: Callable[..., Any]) -> None:
    assert run("paint").code == 2
    assert run("models", "list", "--loud").code == 2
    assert run("fill").code == 2
