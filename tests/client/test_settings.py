"""What the installer wrote beside a plug-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gan_inpaint_client import ClientError, Settings, read_settings

GOOD = {"command": ["python", "-m", "gan_inpaint"], "runtime_file": "/run/daemon.json", "version": "0.1.0"}


def test_settings_are_read_and_unknown_keys_left_out(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({**GOOD, "later": 1}))
    assert read_settings(path) == Settings(**GOOD), "an earlier installer wrote no log_file"
    path.write_text(json.dumps({**GOOD, "log_file": "/log/daemon.log"}))
    assert read_settings(path).log_file == "/log/daemon.log"


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        *(json.dumps({**GOOD, **wrong}) for wrong in ({"command": []}, {"command": [1]}, {"runtime_file": 5})),
        json.dumps({"command": ["python"]}),
    ],
)
def test_missing_or_damaged_settings_say_how_to_repair_them(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ClientError) as failure:
        read_settings(path)
    assert failure.value.code == "no_daemon"
    assert "plugin install" in failure.value.hint
