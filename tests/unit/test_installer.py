"""Installing the plug-ins: the right folders, in one step, and nothing else is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

import gan_inpaint_client as client
from gan_inpaint import __version__, installer, paths
from gan_inpaint.errors import CannotWrite, EditorNotFound
from gan_inpaint.installer.locations import Editor


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "GIMP3_DIRECTORY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("GAN_INPAINT_RUNTIME_DIR", str(tmp_path / "run" / "gan-inpaint"))
    return tmp_path


def gimp(home: Path, version: str = "3.0") -> Path:
    """The folder of plug-ins of a GIMP that has been run."""
    (home / ".config" / "GIMP" / version).mkdir(parents=True)
    return home / ".config" / "GIMP" / version / "plug-ins"


def krita(home: Path) -> Path:
    """The resources of a Krita that has been run."""
    (home / ".local" / "share" / "krita").mkdir(parents=True)
    return home / ".local" / "share" / "krita"


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Where


def test_every_gimp_3_that_has_been_run_gets_the_plug_in(home: Path) -> None:
    expected = [gimp(home, "3.0"), gimp(home, "3.2")]
    gimp(home, "2.10")
    flatpak = home / ".var/app/org.gimp.GIMP/config/GIMP/3.0"
    flatpak.mkdir(parents=True)
    installed = installer.install("gimp")
    assert [one.path for one in installed] == [
        *(folder / "gan-inpaint" for folder in expected),
        flatpak / "plug-ins" / "gan-inpaint",
    ]
    assert [one.title for one in installed] == ["GIMP 3.0", "GIMP 3.2", "GIMP 3.0, Flatpak"]
    assert all(one.version == __version__ and one.up_to_date and one.enabled for one in installed)
    assert "--filesystem=xdg-run/gan-inpaint:create org.gimp.GIMP" in installed[-1].advice
    assert installer.status("gimp") == installed


def test_a_folder_that_two_packagings_share_is_used_once(home: Path) -> None:
    gimp(home)
    (home / ".var/app/org.gimp.GIMP/config").mkdir(parents=True)
    (home / ".var/app/org.gimp.GIMP/config/GIMP").symlink_to(home / ".config/GIMP")
    assert [one.title for one in installer.install("gimp")] == ["GIMP 3.0"]


@pytest.mark.parametrize(("editor", "folder"), [("gimp", ".config/GIMP/3.*"), ("krita", ".local/share/krita")])
def test_an_editor_that_is_not_found_is_an_error_that_says_what_was_looked_for(
    home: Path, editor: Editor, folder: str
) -> None:
    with pytest.raises(EditorNotFound) as failure:
        installer.install(editor)
    assert str(home / folder) in failure.value.message
    assert "--dir" in failure.value.hint
    assert installer.status() == []
    assert installer.uninstall(editor) == []
    assert snapshot(home) == {}


@pytest.mark.parametrize("named", ["krita", "krita/pykrita"])
def test_a_krita_folder_that_the_user_names(home: Path, named: str) -> None:
    (one,) = installer.install("krita", home / "portable" / named)
    assert one.path == home / "portable" / "krita" / "pykrita" / "gan_inpaint"
    assert one.enabled is None
    assert "Python Plugin Manager" in one.advice


def test_a_krita_folder_that_is_named_and_known_is_enabled(home: Path) -> None:
    (one,) = installer.install("krita", krita(home))
    assert one.enabled is True
    assert one.advice == ""


# What


def test_the_gimp_plug_in_is_complete_and_executable(home: Path) -> None:
    folder = gimp(home)
    installer.install("gimp")
    plugin = folder / "gan-inpaint"
    assert os.access(plugin / "gan-inpaint.py", os.X_OK)  # of the folder's own name, else GIMP leaves it out
    files = snapshot(folder)
    assert "gan-inpaint/gan_inpaint_client/zmtp.py" in files
    assert "gan-inpaint/gan_inpaint_gimp/plugin.py" in files
    assert "gan-inpaint/gan_inpaint_gimp/gan-inpaint.py" not in files
    assert not [name for name in files if "__pycache__" in name]
    settings = client.read_settings(plugin / "settings.json")
    assert settings.command == [sys.executable, "-m", "gan_inpaint", "serve", "--detach"]
    assert settings.runtime_file == str(paths.runtime_file())
    assert settings.log_file == str(paths.log_file())
    assert settings.version == __version__


def test_the_krita_plug_in_is_complete(home: Path) -> None:
    folder = krita(home)
    installer.install("krita")
    files = snapshot(folder)
    beside = {"pykrita/gan_inpaint.desktop", "actions/gan_inpaint.action"}
    assert beside | {
        "pykrita/gan_inpaint/__init__.py",
        "pykrita/gan_inpaint/packages/gan_inpaint_client/zmtp.py",
    } <= set(files)
    assert b"X-KDE-Library=gan_inpaint" in files["pykrita/gan_inpaint.desktop"]
    assert (home / ".config" / "kritarc").read_bytes() == b"[python]\nenable_gan_inpaint=true\n"


def test_the_installed_client_can_be_imported_without_any_package(home: Path) -> None:
    folder = gimp(home)
    installer.install("gimp")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import gan_inpaint_client; print(gan_inpaint_client.connect)"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code, str(folder / "gan-inpaint")], check=True)


@pytest.mark.parametrize(("editor", "folder_of"), [("gimp", gimp), ("krita", krita)])
def test_installing_twice_changes_nothing(home: Path, editor: Editor, folder_of: Callable[[Path], Path]) -> None:
    folder_of(home)
    first = installer.install(editor)
    files = snapshot(home)
    assert installer.install(editor) == first
    assert snapshot(home) == files


def test_an_update_replaces_old_files_and_keeps_those_of_others(home: Path) -> None:
    plugin = gimp(home) / "gan-inpaint"
    installer.install("gimp")
    settings = json.loads((plugin / "settings.json").read_text())
    settings |= {"version": "0.0.1", "files": [*settings["files"], "gan-inpaint/gone.py"]}
    (plugin / "settings.json").write_text(json.dumps(settings))
    (plugin / "gone.py").write_text("of an older version")
    (plugin / "gan_inpaint_gimp" / "selected.py").write_text("damaged")
    (plugin / "notes.txt").write_text("the user's own")
    (plugin / "__pycache__").mkdir()
    (one,) = installer.status("gimp")
    assert (one.version, one.up_to_date) == ("0.0.1", False)
    (one,) = installer.install("gimp")
    assert (one.version, one.up_to_date) == (__version__, True)
    assert not (plugin / "gone.py").exists()
    assert not (plugin / "__pycache__").exists()
    assert (plugin / "notes.txt").read_text() == "the user's own"
    assert [path.name for path in plugin.parent.iterdir()] == ["gan-inpaint"]


def test_an_update_that_fails_leaves_the_old_copy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = gimp(home)
    installer.install("gimp")
    before = snapshot(folder)
    rename = Path.rename

    def full(path: Path, target: Path) -> Path:
        if path.name == "fresh":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(CannotWrite, match="No space left"):
        installer.install("gimp")
    assert snapshot(folder) == before
    assert [path.name for path in folder.iterdir()] == ["gan-inpaint"]


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_another_plug_in_of_that_name_is_left_alone(home: Path, kind: str) -> None:
    folder = gimp(home)
    other = (folder if kind == "folder" else home) / "gan-inpaint"
    other.mkdir(parents=True)
    (other / "gan-inpaint.py").write_text("somebody else's")
    if kind == "link":
        folder.mkdir()
        (folder / "gan-inpaint").symlink_to(other)
    with pytest.raises(CannotWrite, match="already exists"):
        installer.install("gimp")
    assert installer.uninstall("gimp") == []
    assert (folder / "gan-inpaint" / "gan-inpaint.py").read_text() == "somebody else's"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_an_error(home: Path) -> None:
    gimp(home).parent.chmod(0o500)
    with pytest.raises(CannotWrite):
        installer.install("gimp")


def test_a_file_in_the_way_is_an_error(home: Path) -> None:
    gimp(home).write_text("no folder")
    with pytest.raises(CannotWrite):
        installer.install("gimp")


# Out again


@pytest.mark.parametrize(("editor", "folder_of"), [("gimp", gimp), ("krita", krita)])
def test_uninstalling_removes_what_was_installed_and_nothing_else(
    home: Path, editor: Editor, folder_of: Callable[[Path], Path]
) -> None:
    folder = folder_of(home)
    for other in ("other/other.py", "pykrita/other.desktop", "actions/other.action"):
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / other).write_text("somebody else's")
    before = snapshot(folder)
    (own,) = (one.path for one in installer.install(editor))
    for compiled in [path / "__pycache__" for path in own.rglob("*") if path.is_dir()]:
        compiled.mkdir()
        (compiled / "module.pyc").write_bytes(b"compiled")
    (gone,) = installer.uninstall(editor)
    assert (gone.version, gone.enabled) == (None, False)
    assert snapshot(folder) == before
    assert not own.exists()
    assert installer.uninstall(editor) == []


def test_uninstalling_leaves_the_users_own_files(home: Path) -> None:
    plugin = gimp(home) / "gan-inpaint"
    installer.install("gimp")
    (plugin / "gan_inpaint_client" / "notes.txt").write_text("the user's own")
    installer.uninstall("gimp")
    assert snapshot(plugin) == {"gan_inpaint_client/notes.txt": b"the user's own"}


def test_uninstalling_never_leaves_the_plug_ins_folder(home: Path) -> None:
    plugin = gimp(home) / "gan-inpaint"
    installer.install("gimp")
    (home / "precious").write_text("kept")
    settings = json.loads((plugin / "settings.json").read_text())
    settings["files"] += ["gan-inpaint/../../../../../precious", str(home / "precious"), "../../../../precious"]
    (plugin / "settings.json").write_text(json.dumps(settings))
    installer.uninstall("gimp")
    assert (home / "precious").exists()


# Installations of earlier versions

EARLIER = {
    "gimp": (
        *("bindings", "command", "daemon", "damage", "damage_dialog", "fill_dialog", "filling", "gan-inpaint"),
        *("output", "pixel_format", "progress", "repairing", "search", "selected", "selecting", "selection"),
        *("client/__init__", "client/zmtp"),
    ),
    "krita": ("__init__", "dialog", "extension", "job", "link", "selected", "client/__init__", "client/zmtp"),
}


def install_earlier(folder: Path, editor: Editor) -> Path:
    """Put a plug-in there as version 0.1.0 did: all modules and the client directly in the plug-in's folder."""
    own = PurePosixPath({"gimp": "gan-inpaint", "krita": "pykrita/gan_inpaint"}[editor])
    names = [str(own / f"{module}.py") for module in EARLIER[editor]] + [str(own / "settings.json")]
    if editor == "krita":
        names += ["pykrita/gan_inpaint.desktop", "actions/gan_inpaint.action"]
    for name in names:
        for path in (folder / name, (folder / name).parent / "__pycache__" / f"{PurePosixPath(name).stem}.pyc"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("of an earlier version")
    settings = {"version": "0.0.1", "files": names, "command": ["python"], "runtime_file": "daemon.json"}
    (folder / own / "settings.json").write_text(json.dumps(settings))
    return folder / own


@pytest.mark.parametrize(("editor", "folder_of"), [("gimp", gimp), ("krita", krita)])
def test_nothing_of_an_earlier_layout_outlives_an_update(
    home: Path, tmp_path_factory: pytest.TempPathFactory, editor: Editor, folder_of: Callable[[Path], Path]
) -> None:
    folder = folder_of(home)
    own = install_earlier(folder, editor)
    (one,) = installer.status(editor)
    assert (one.version, one.up_to_date) == ("0.0.1", False)
    (one,) = installer.install(editor)
    assert (one.version, one.up_to_date) == (__version__, True)
    fresh = tmp_path_factory.mktemp("fresh") / folder.name
    installer.install(editor, directory=fresh)
    assert snapshot(own) == snapshot(fresh / own.relative_to(folder))


@pytest.mark.parametrize(("editor", "folder_of"), [("gimp", gimp), ("krita", krita)])
def test_an_earlier_layout_is_uninstalled_completely(
    home: Path, editor: Editor, folder_of: Callable[[Path], Path]
) -> None:
    folder = folder_of(home)
    own = install_earlier(folder, editor)
    installer.uninstall(editor)
    assert not own.exists()
    assert all("__pycache__" in name for name in snapshot(folder)), "what Python compiled beside the plug-in's folder"


# Krita's settings


def test_settings_that_are_a_link_stay_a_link(home: Path) -> None:
    krita(home)
    (home / "dotfiles").mkdir()
    (home / "dotfiles" / "kritarc").write_bytes(b"[theme]\n")
    (home / "dotfiles" / "kritarc").chmod(0o600)
    (home / ".config").mkdir()
    (home / ".config" / "kritarc").symlink_to(home / "dotfiles" / "kritarc")
    installer.install("krita")
    assert (home / ".config" / "kritarc").is_symlink()
    assert (home / "dotfiles" / "kritarc").read_bytes() == b"[theme]\n\n[python]\nenable_gan_inpaint=true\n"
    assert (home / "dotfiles" / "kritarc").stat().st_mode & 0o777 == 0o600
