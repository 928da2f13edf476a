"""`gan-inpaint doctor` finds what is wrong, says how to repair it, and reveals nothing that should stay private."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_inpaint import __version__
from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.store import WEIGHTS, ModelStore

Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder without editors."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "somebody"))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "GIMP3_DIRECTORY", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "somebody"


@pytest.fixture
def healthy_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests of other parts the loading of the generator."""
    monkeypatch.setattr("gan_inpaint.doctor._model", lambda: iter(()))


def part(run: Command, name: str, code: int = 1) -> dict[str, Any]:
    ended = run("doctor", "--json")
    assert ended.code == code
    (finding,) = [each for each in ended.json["findings"] if each["part"] == name]
    return finding


def test_a_working_install_is_found_working(run: Command, daemon: Any) -> None:
    ended = run("doctor")
    assert ended.code == 0, ended.out
    assert ended.out.startswith(f"GAN Inpaint {__version__}\n") and ended.out.endswith("Everything works.\n")
    for name in ("Python", "onnxruntime", "model", "provider", "test fill", "runtime folder", "daemon", "plug-ins"):
        assert f"ok     {name}: " in ended.out
    assert daemon.token not in ended.out


def test_a_daemon_is_started_for_the_test_and_stopped_again(run: Command, healthy_model: None) -> None:
    finding = part(run, "daemon", code=0)
    assert "stopped again" in finding["detail"]
    assert run("status").code == 6


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_an_open_runtime_folder_is_found(run: Command, healthy_model: None, daemon: Any) -> None:
    daemon.runtime_dir.chmod(0o755)
    finding = part(run, "runtime folder")
    assert not finding["ok"] and f"chmod 700 {daemon.runtime_dir}" in finding["fix"]


def test_a_missing_generator_is_found(
    run: Command, daemon: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_inpaint.doctor.ModelStore", lambda folder: ModelStore(folder, tmp_path / "none"))
    finding = part(run, "model")
    assert not finding["ok"] and finding["fix"] == "Install GAN Inpaint again."


def test_a_changed_generator_is_found(
    run: Command, daemon: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gan_inpaint import doctor

    for suffix in (".json", ".onnx"):
        name = f"{DEFAULT}{suffix}"
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    with (tmp_path / f"{DEFAULT}.onnx").open("ab") as file:
        file.write(b"\0")
    monkeypatch.setattr(doctor, "ModelStore", lambda folder: ModelStore(folder, tmp_path))
    assert "changed or damaged" in part(run, "model")["detail"]


_OLDER = """
from gan_inpaint import version
version.__version__ = "0.0.1"
from gan_inpaint.server import serve
serve()
"""


def test_a_daemon_of_another_version_is_found(
    run: Command, healthy_model: None, daemon_environment: dict[str, str]
) -> None:
    runtime_file = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    with subprocess.Popen([sys.executable, "-c", _OLDER], env=daemon_environment) as process:
        try:
            while not runtime_file.exists():
                assert process.poll() is None
            finding = part(run, "daemon")
        finally:
            process.terminate()
    assert not finding["ok"] and "0.0.1" in finding["detail"] and "gan-inpaint stop" in finding["fix"]


def test_a_daemon_that_cannot_start_is_found(
    run: Command, healthy_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAN_INPAINT_RUNTIME_DIR", str(tmp_path / "file" / "run"))
    finding = part(run, "daemon")
    assert not finding["ok"] and finding["detail"] and finding["fix"]


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of another platform")
def test_an_outdated_plug_in_is_found_and_the_users_name_is_not_told(
    run: Command, healthy_model: None, daemon: Any, home: Path
) -> None:
    (home / ".config" / "GIMP" / "3.0").mkdir(parents=True)
    assert part(run, "plug-in for GIMP 3.0", code=0)["detail"] == "not installed"
    (one,) = run("plugin", "install", "gimp", "--json").json
    (Path(one["path"]) / "gan-inpaint.py").write_text("changed")
    shown = run("doctor").out
    assert "WRONG  plug-in for GIMP 3.0" in shown
    assert "To repair it: Run “gan-inpaint plugin install gimp”, then restart the editor." in shown
    assert "1 of " in shown.splitlines()[-1]
    assert "somebody" not in shown
