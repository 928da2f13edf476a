"""`gan-inpaint plugin` puts the plug-ins where the editors look, and takes them away again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_inpaint import __version__

Command = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder in which GIMP 3.0 and Krita have been run."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "GIMP3_DIRECTORY", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / ".config" / "GIMP" / "3.0").mkdir(parents=True)
    (tmp_path / ".local" / "share" / "krita").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("editor", ["gimp", "krita"])
def test_installed_shown_and_removed(run: Command, home: Path, editor: str) -> None:
    assert "not installed" in run("plugin", "status").out
    installed = run("plugin", "install", editor)
    assert installed.code == 0 and f"version {__version__}" in installed.out
    (one,) = [each for each in run("plugin", "status", "--json").json if each["editor"] == editor]
    assert one["version"] == __version__ and one["up_to_date"] and one["enabled"] is not False
    assert Path(one["path"]).is_relative_to(home)
    settings = json.loads((Path(one["path"]) / "settings.json").read_text())
    assert settings["command"][1:] == ["-m", "gan_inpaint", "serve", "--detach"]
    assert run("plugin", "uninstall", editor).code == 0
    assert run("plugin", "uninstall", editor).out == "The plug-in is not installed.\n"
    assert not Path(one["path"]).exists()


def test_a_folder_can_be_named(run: Command, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "portable" / "plug-ins"
    (one,) = run("plugin", "install", "gimp", "--dir", folder, "--json").json
    assert Path(one["path"]) == folder / "gan-inpaint"
    (removed,) = run("plugin", "uninstall", "gimp", "--dir", folder, "--json").json
    assert removed["version"] is None


def test_a_changed_plug_in_is_not_up_to_date(run: Command, home: Path) -> None:
    (one,) = run("plugin", "install", "gimp", "--json").json
    (Path(one["path"]) / "gan-inpaint.py").write_text("changed")
    assert "not up to date" in run("plugin", "status").out


def test_without_the_editor_the_places_looked_at_are_named(run: Command, home: Path) -> None:
    (home / ".config" / "GIMP" / "3.0").rmdir()
    ended = run("plugin", "install", "gimp", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "editor_not_found")
    assert str(home / ".config" / "GIMP") in ended.json["error"]["message"]


def test_other_editors_are_usage_errors(run: Command) -> None:
    assert run("plugin", "install", "photoshop").code == 2


def test_both_plug_ins_are_packed(run: Command, home: Path, tmp_path: Path) -> None:
    packed = run("plugin", "pack", "-o", tmp_path)
    assert packed.code == 0 and "Import Python Plugin from File" in packed.out
    assert run("plugin", "pack", "-o", tmp_path, "--json").code == 4
    written = run("plugin", "pack", "-o", tmp_path, "--force", "--json").json
    assert {editor: Path(path).is_file() for editor, path in written.items()} == {"gimp": True, "krita": True}
    assert run("plugin", "pack", "-o", tmp_path / "missing").code == 4
